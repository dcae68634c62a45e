"""Nobody's text becomes a mention, a link or markup; nothing crashes (FACTS 5.2)."""

from __future__ import annotations

import pytest

from storage import cases
from tests.house import TestHouse

NASTY = (
    "<!channel> <!here> <@U1> <!subteam^S1> <#C1>",
    "<https://evil.example|click me> https://evil.example www.evil.example",
    "@everyone @lina t.me/evil mailto:a@evil.example",
    "<b>bold</b> <a href='https://evil.example'>x</a> <script>alert(1)</script>",
    "&lt;!channel&gt; &amp; *bold* _it_ ~no~ `code` ```block``` > quote",
    "[x](https://evil.example) **b** __u__ ||s||",
    "\u202eright to left\u202c zero\u200bwidth\u200d\u2060 \ufeff",
    "'; DROP TABLE cases; -- {customer} {0} %s %(a)s ${x} {{7*7}} /start /visit@bot $USD #tag",
    "😀👩‍👩‍👧‍👦🇨🇳 𠮷野家 é ﬁ",
)


@pytest.mark.parametrize("text", NASTY)
async def test_somebodys_text_stays_text(house: TestHouse, text: str) -> None:
    await house.zhangwei.says(f"投诉 {text}")
    await house.settle()
    await house.wulei.says(f"看过了 {text}", reply_to="C-2026-0001", where="质量与个案")
    await house.settle()
    kept = await house.read(lambda db: cases.get(db, 1))
    assert kept is not None
    assert house.live() == []
    assert house.refused() == []
    assert house.chenjing.sees("C-2026-0001", where="质量与个案")


@pytest.mark.parametrize("length", [2999, 3000, 3001, 20000])
@pytest.mark.parametrize("letter", ["a", "锈", "😀", "<", "&"])
async def test_every_length_is_drawn_or_refused(house: TestHouse, length: int, letter: str) -> None:
    if house.platform == "telegram":  # which lets nobody type more than 4,096 UTF-16 units
        length = min(length, 2000 if letter == "😀" else 4000)
    await house.zhangwei.says("投诉 " + letter * length)
    await house.settle()
    assert house.refused() == []
    kept = await house.read(lambda db: cases.get(db, 1))
    assert (kept is not None) == (length <= 3000)
    if kept is None:
        assert "3000" in house.zhangwei.reads()
