"""Letters that turn text around are not drawn, on a card or in a bubble."""

from __future__ import annotations

import pytest

from storage import visits
from tests.house import TestHouse

TURN = "\u202e\u2066"


async def test_text_is_never_turned_around(house: TestHouse) -> None:
    await house.lina.says(f"拜访永固谈了Q3{TURN}fdp.exe")
    await house.settle()
    assert house.lina.sees("已记录", "谈了Q3")
    kept = await house.read(lambda db: visits.get(db, 1))
    assert kept is not None
    assert not house.lina.sees("已记录", "\u202e")
    assert not house.lina.sees("已记录", "\u2066")


@pytest.mark.parametrize("platform", ["web"])
async def test_a_bubble_is_not_turned_around(house: TestHouse) -> None:
    await house.lina.says(f"拜访永固谈了{TURN}fdp.exe")
    assert house.lina.sees("谈了fdp.exe")
