"""An admission brought before management in a few sentences, in either language."""

from __future__ import annotations

from collections.abc import Mapping

from tests.house import TestHouse
from tests.players import Player

NAME = "宁海明达模具有限公司"
CRITERIA = ("credentials", "capacity", "quality", "price", "service")
SAID: Mapping[str, Mapping[str, str]] = {
    "zh": {"met": "达标", "yes": "建议准入", "tomorrow": "明天", "asked": "请您决定"},
    "en": {"met": "met", "yes": "recommend", "tomorrow": "tomorrow", "asked": "Please decide"},
}


async def brought(
    house: TestHouse, liuyang: Player, lina: Player, language: str = "zh", opinion: str = ""
) -> None:
    """Filed and evaluated by 刘洋, visited and reported by 李娜; the deciders have their cards."""
    await liuyang.says(f"/prospect {NAME}")
    await judged(house, liuyang, lina, language, opinion)


async def judged(
    house: TestHouse, liuyang: Player, lina: Player, language: str = "zh", opinion: str = ""
) -> None:
    """The same for a prospect that is filed already."""
    said = SAID[language]
    verdicts = " ".join(f"{name}: {said['met']}" for name in CRITERIA)
    await liuyang.says(f"/admission_evaluate {NAME} {verdicts}")
    await lina.says(f"/admission_plan A-2026-0001 {said['tomorrow']}")
    await house.settle()
    await house.advance(days=1)
    told = opinion or f"opinion: {said['yes']}"
    await lina.says(f"/admission_report A-2026-0001 {told} report: 设备新，质检完整")
    await house.settle()
