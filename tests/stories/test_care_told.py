"""Days, wishes and departures are told in one's own words, and shown back (clauses 3.2, 7.1)."""

from __future__ import annotations

import pytest

from storage import care, cases, customers, wishes
from tests.house import TestHouse

HUAQIANG = 2


@pytest.mark.parametrize(
    ("said", "whose"),
    [
        ("祝福意愿 华强 不要祝福", None),
        ("/greeting_wish 华强 no greetings", None),
        ("祝福意愿 华强 张伟 不要祝福", 1),
        ("祝福意愿 华强 不要祝福 张伟", 1),
    ],
)
async def test_a_wish_needs_no_field_names(house: TestHouse, said: str, whose: int | None) -> None:
    await house.lina.says(said)
    await house.settle()
    told = await house.read(lambda db: wishes.of(db, HUAQIANG))
    assert [(one.contact_id, one.wish) for one in told] == [(whose, "none")], house.lina.reads()


async def test_who_has_left_is_marked_and_may_be_back(house: TestHouse) -> None:
    await house.lina.says("/contact_left 华强 contact: 张伟")
    await house.settle()
    assert house.lina.sees("华强", "联系人：张伟 · 质量经理（已离职）"), house.lina.reads()
    await house.lina.says("/contact_left 华强 contact: 张伟")
    await house.settle()
    assert house.lina.sees("张伟已于10月14日", "离职"), house.lina.reads()
    await house.lina.says("/customer_file 华强")
    await house.settle()
    assert house.lina.sees("张伟 · 质量经理（已离职）"), house.lina.reads()
    await house.lina.says("/contact_back 华强 contact: 张伟")
    await house.settle()
    contact = (await house.read(lambda db: customers.contacts(db, HUAQIANG)))[0]
    assert contact.left_on is None
    await house.lina.says("/contact_back 华强 contact: 张伟")
    await house.settle()
    assert house.lina.sees("张伟没有离职"), house.lina.reads()


async def test_who_has_left_speaks_for_the_customer_no_more(house: TestHouse) -> None:
    await house.lina.says("/contact_left 华强 contact: 张伟")
    await house.settle()
    await house.zhangwei.says("投诉 螺栓锈蚀")
    await house.settle()
    case = await house.read(lambda db: cases.get(db, 1))
    assert case is not None
    assert case.customer_id is None


async def test_days_to_come_begin_nothing(house: TestHouse) -> None:
    await house.lina.says("/customer_since 华强 2030-10-28")
    await house.settle()
    assert house.lina.sees("这一天还没到。从哪天开始合作"), house.lina.reads()
    await house.lina.says("/contact_birthday 华强 contact: 张伟 birthday: 2030-10-28")
    await house.settle()
    assert house.lina.sees("这一天还没到。生日是哪天"), house.lina.reads()
    assert await house.read(lambda db: care.occasions(db, HUAQIANG, care.COOPERATION)) == []
    assert await house.read(lambda db: care.occasions(db, HUAQIANG, care.BIRTHDAY)) == []


async def test_the_day_cooperation_began_is_shown_and_nobody_is_born_on_it(
    house: TestHouse,
) -> None:
    await house.lina.says("/customer_since 华强 2019-10-28")
    await house.settle()
    assert house.lina.sees("2019年10月28日开始合作"), house.lina.reads()
    await house.advance(days=1)
    await house.lina.presses("为何是这天", on="合作7周年")
    await house.settle()
    assert house.lina.sees("登记的是2019年10月28日开始合作"), house.lina.reads()
    assert not house.lina.sees("2019年生"), house.lina.reads()


async def test_a_lunar_day_is_called_as_people_call_it(house: TestHouse) -> None:
    await house.lina.says("/contact_birthday 华强 contact: 张伟 birthday: 农历闰四月初八")
    await house.settle()
    assert house.lina.sees("张伟的生日：农历闰四月初八"), house.lina.reads()


async def test_long_lists_say_how_many_people_there_are_beside(house: TestHouse) -> None:
    for nth in range(20):
        ways = f"email: c{nth}@huaqiang.example" if nth % 2 else ""
        await house.lina.says(
            f"/contact_add 华强 name: 钱{'一二三四五六七八九十'[nth // 2]}{nth % 2}号 {ways}"
        )
    await house.settle()
    house.core.platforms["mail"] = house.core.platforms[house.platform]
    await house.lina.says("/customer_since 华强 2019-10-17")
    await house.settle()
    await house.advance(days=1)
    assert house.lina.sees("合作7周年", "还有3人", "☐ 还有2人"), house.lina.reads()


async def test_a_greeting_is_meant_by_its_number_in_front(house: TestHouse) -> None:
    await house.lina.says("/contact_birthday 华强 contact: 张伟 birthday: 10月17日")
    await house.settle()
    await house.advance(days=1)
    await house.lina.says("/care_text #1 老张，周末来喝茶")
    await house.lina.says("/care_tick #1 张伟")
    await house.settle()
    made = await house.read(lambda db: care.get(db, 1))
    assert made is not None
    assert made.text == "老张，周末来喝茶"
    assert not (await house.read(lambda db: care.greetings(db, 1)))[0].ticked
    await house.lina.says("/care_skip #1 刚吵过架")
    await house.settle()
    made = await house.read(lambda db: care.get(db, 1))
    assert made is not None
    assert (made.state, made.reason) == (care.SKIPPED, "刚吵过架")
