"""Greetings go by customers' countries and wishes; each day's rule is told (clause 3.2)."""

from __future__ import annotations

import pytest

from commands.care import sending
from storage import care, dues, files
from storage.care import Care
from tests.house import TestHouse

GREETED = "生日快乐"
LINA = 3


async def born(house: TestHouse, day: str = "10月17日") -> None:
    """张伟's birthday is on Saturday; 李娜 is told in time."""
    await house.lina.says(f"/contact_birthday 华强 contact: 张伟 birthday: {day}")
    await house.settle()
    await house.advance(days=1)


async def planned(house: TestHouse, owner: int = LINA) -> list[Care]:
    return await house.read(lambda db: care.open_of(db, owner))


async def ticked(house: TestHouse, id_: int) -> list[int]:
    found = await house.read(lambda db: care.greetings(db, id_))
    return [one.contact_id for one in found if one.ticked]


async def test_holidays_are_those_of_a_customers_country(house: TestHouse) -> None:
    await house.lina.says("/customer_basic 华强 国家：德国")
    await house.settle()
    assert house.lina.sees("国家", "德国"), house.lina.reads()
    await house.advance(days=69)  # 22 December
    (made,) = await planned(house)
    assert made.day.isoformat() == "2026-12-25"
    assert len(await ticked(house, made.id or 0)) == 1, "张伟, not 何芳 at home"
    assert house.lina.sees("给客户送圣诞节祝福", "张伟（华强）"), house.lina.reads()


async def test_a_country_nobody_knows_is_asked_for_again(house: TestHouse) -> None:
    await house.lina.says("/customer_basic 华强 国家：乌有国")
    await house.settle()
    assert house.lina.sees("没有叫乌有国的国家或地区"), house.lina.reads()


async def test_a_wish_is_heeded_with_the_reason(house: TestHouse) -> None:
    await house.lina.says("/greeting_wish 华强 wish: 不要祝福")
    await house.settle()
    assert house.lina.sees("华强", "大家的祝福意愿：不要祝福"), house.lina.reads()
    await born(house)
    assert house.lina.sees("☐ 张伟（华强）：希望不收祝福"), house.lina.reads()
    assert await ticked(house, 1) == []


async def test_only_birthdays_and_ones_own_wish_comes_first(house: TestHouse) -> None:
    await house.lina.says("/greeting_wish 华强 wish: 不要祝福")
    await house.lina.says("/greeting_wish 华强 wish: 只要生日祝福 contact: 张伟")
    await house.settle()
    await born(house)
    assert await ticked(house, 1) == [1]
    await house.lina.presses("发送祝福", on="华强张伟生日")
    await house.advance(days=77)  # 31 December
    (made,) = await planned(house)
    assert made.day.isoformat() == "2027-01-01"
    assert house.lina.sees("元旦", "☐ 张伟（华强）：只希望收到生日祝福"), house.lina.reads()


async def test_a_wish_told_late_holds_for_what_is_planned(house: TestHouse) -> None:
    await born(house)
    assert await ticked(house, 1) == [1]
    await house.lina.says("/greeting_wish 华强 wish: 不要祝福 contact: 张伟")
    await house.settle()
    assert await ticked(house, 1) == []
    assert house.lina.sees("🎁", "☐ 张伟（华强）：希望不收祝福"), house.lina.reads()


async def test_who_wishes_none_is_owed_none(house: TestHouse) -> None:
    await house.lina.says("/greeting_wish 华强 wish: 不要祝福 contact: 张伟")
    await house.settle()
    await born(house)
    assert await house.read(lambda db: dues.of(db, care.KIND, 1)) == []
    await house.advance(days=6)
    assert not house.lina.sees("已过期"), house.lina.reads()
    assert not house.wang.sees("华强张伟生日"), house.wang.reads()


async def test_who_leaves_is_unticked_where_it_is_planned_already(house: TestHouse) -> None:
    await born(house)
    await house.lina.says("/contact_left 华强 contact: 张伟")
    await house.settle()
    assert await ticked(house, 1) == []
    assert house.lina.sees("🎁", "☐ 张伟（华强）：已离职"), house.lina.reads()
    (due,) = await house.read(lambda db: dues.of(db, care.KIND, 1))
    assert due.state == dues.EXCUSED


async def test_however_many_are_greeted_each_gets_one(
    house: TestHouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sending, "AT_ONCE", 1)
    for name in ("赵一", "钱二", "孙三"):
        await house.lina.says(f"/contact_add 华强 name: {name} email: {name}@huaqiang.example")
    await house.settle()
    await house.lina.says("/customer_since 华强 2019-10-17")
    await house.settle()
    await house.advance(days=1)
    await house.lina.says("/care_tick care: #1 who: 赵一、钱二、孙三")  # no e-mail is set up here
    await house.settle()
    await house.lina.presses("发送祝福", on="合作7周年")
    await house.settle()
    written = await house.read(lambda db: care.outcomes(db, 1))
    assert len(written) == 4, "张伟 and the three"
    await house.advance(days=4)
    assert house.zhangwei.count("感谢7年来的携手合作") == 1, house.zhangwei.reads()


# --- why this day ---------------------------------------------------------------------------------


async def why(house: TestHouse, on: str) -> None:
    await house.lina.presses("为何是这天", on=on)
    await house.settle()


async def test_a_solar_birthday_and_what_day_it_is_for_the_company(house: TestHouse) -> None:
    await born(house)
    await why(house, "华强张伟生日")
    assert house.lina.sees("为何是10月17日", "每年10月17日", "周末", "提前3天"), house.lina.reads()


async def test_a_leap_months_birthday_says_which_month_counts(house: TestHouse) -> None:
    await born(house, "农历闰九月初八")  # 2026 has no leap ninth month
    await why(house, "华强张伟生日")
    assert house.lina.sees("没有闰9月，按正常月份算", "10月17日"), house.lina.reads()


async def test_a_holiday_says_by_which_calendar(english: TestHouse) -> None:
    house = english
    await house.settle()
    await house.advance(days=77)
    await house.lina.presses("Why this day?", on="New Year")
    await house.settle()
    assert house.lina.sees(
        "why Fri 1 Jan", "New Year is a holiday that the policy names", "every year", "everywhere"
    ), house.lina.reads()


# --- a full year ----------------------------------------------------------------------------------


async def anniversary(house: TestHouse) -> None:
    await house.lina.says("/visit 华强 谈了Q3")
    await house.lina.says("/contact 华强 电话谈了交期")
    await house.zhangwei.says("投诉 螺栓锈蚀")
    await house.settle()
    await house.lina.says("/case_reply C-2026-0001 text: 已换货")
    await house.lina.says("/customer_since 华强 2019-10-28")
    await house.settle()
    await house.advance(days=1)


async def test_an_anniversary_shows_its_years_facts(house: TestHouse) -> None:
    await anniversary(house)
    card = "与华强合作7周年"
    assert house.lina.sees(card, "本年拜访", "本年联络", "1个个案，其中1个按时答复"), (
        house.lina.reads()
    )
    await why(house, card)
    assert house.lina.sees("从那时起正好满7周年", "提前14天"), house.lina.reads()


async def test_what_is_done_for_it_is_ticked_off_with_who_and_when(house: TestHouse) -> None:
    await anniversary(house)
    card = "与华强合作7周年"
    assert house.lina.sees(card, "☐ 礼品", "☐ 小型聚会", "☐ 回顾与展望"), house.lina.reads()
    await house.lina.presses("已完成：礼品", on=card)
    await house.settle()
    assert house.lina.sees(card, "☑ 礼品：李娜，今天"), house.lina.reads()
    await house.lina.presses("已人工祝福", on=card)
    await house.settle()
    await house.lina.presses("已完成：小型聚会", on=card)
    await house.lina.presses("撤回：礼品", on=card)
    await house.settle()
    done = await house.read(lambda db: care.steps(db, 1))
    assert [(name, one.by_id) for name, one in done.items()] == [("meeting", LINA)]
    await house.lina.says("/care_step step: 放烟花")
    assert not house.lina.sees("☑ 放烟花")


# --- a day, and a mail ----------------------------------------------------------------------------


async def test_the_day_has_a_greeting_in_one_tap(house: TestHouse) -> None:
    await born(house)
    await house.lina.says("/today")
    await house.settle()
    await house.lina.presses("发送：华强张伟生日")
    await house.settle()
    made = await house.read(lambda db: care.get(db, 1))
    assert made is not None
    assert made.state == care.SENT


async def test_a_greeting_has_its_picture(house: TestHouse) -> None:
    await born(house)
    await house.lina.presses("发送祝福", on="华强张伟生日")
    await house.settle()
    (picture,) = await house.read(lambda db: files.of(db, care.KIND, 1))
    assert (picture.media, picture.state) == ("image/png", files.HERE)
    await house.advance(days=2)
    assert house.zhangwei.sees("张伟", GREETED), house.zhangwei.reads()
    content = await house.read(lambda db: house.core.house.vault.of_file(db, picture.id))
    assert content is not None
    assert content.startswith(b"\x89PNG")
    assert house.refused() == []
