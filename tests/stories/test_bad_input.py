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


ALL_AT_ONCE = (
    "<!channel> <@U1> @everyone @lina <https://evil.example|x> https://evil.example "
    "[x](https://evil.example) <b>b</b> <script>x</script> /start &lt;!here&gt; "
    "www.evil.example *b* _i_ `c` #tag '; --"
)


async def test_every_field_stays_text(house: TestHouse) -> None:
    """What people type in any question of any command, and what a refusal echoes."""
    nasty = ALL_AT_ONCE
    fill = house.lina.says
    await fill(f"/customer_add 太湖重工 {nasty}")
    await fill(f"/contact_add 永固 name: {nasty}")
    await fill(f"/contact_add 永固 name: 老王 title: {nasty}")
    await fill(f"/contact_add 永固 name: 老李 phone: {nasty}")
    await fill(f"/contact_add 永固 name: 老赵 email: {nasty}")
    await fill(f"/customer_name 永固 name: 老朋友 {nasty}")
    await fill("/customer 永固")
    await fill(f"/visit 永固 {nasty}")
    await fill(f"/visit {nasty}")
    await house.settle()
    await fill(f"/customer {nasty}")
    await fill(f"/visit 永固 day: {nasty}")
    await fill(nasty)
    await house.settle()
    await house.zhao.says(f"/person_add name: {nasty} departments: 质量")
    await house.zhao.says("/people")
    await house.settle()
    await house.zhangwei.says(f"投诉 {nasty}")
    await house.settle()
    await house.lina.says(f"答复 {nasty}", reply_to="C-2026-0001")
    await house.lina.says(f"/case_phoned C-2026-0001 text: {nasty}")
    await house.lina.says(
        f"/case_solve C-2026-0001 department: 质量 by_day: 2026-10-20 measures: {nasty}"
    )
    await house.settle()
    await house.lina.says("/case C-2026-0001")
    await house.lina.says(f"/case {nasty}")
    await house.settle()
    assert "evil.example" in house.lina.reads().replace("\u2060", "")
    # In a name Telegram may show a command to tap: whoever taps only says that one word themselves.
    # An invitation's link is ours.
    ours = ("bot_command", "https://t.me/headwater_bot?start=")
    assert [one for one in house.live() if not any(mark in one for mark in ours)] == []
    assert house.refused() == []
