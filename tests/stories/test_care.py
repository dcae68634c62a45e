"""Birthdays, holidays and years of cooperation are greeted in time, and once (clause 3.2)."""

from __future__ import annotations

from storage import care, cases, customers, dues
from storage.database import Transaction
from tests.house import TestHouse

GREETED = "生日快乐"


async def state(house: TestHouse, id_: int = 1) -> str:
    made = await house.read(lambda db: care.get(db, id_))
    assert made is not None
    return made.state


async def born(house: TestHouse, day: str = "10月17日") -> None:
    """张伟's birthday is on Saturday; 李娜 is told in time."""
    await house.lina.says(f"/contact_birthday 华强 contact: 张伟 birthday: {day}")
    await house.settle()
    await house.advance(days=1)


async def test_a_birthday_is_sent_with_one_tap_on_its_morning(house: TestHouse) -> None:
    await born(house)
    assert house.lina.sees("🎁", "10月17日", "华强张伟生日", GREETED), house.lina.reads()
    await house.lina.presses("发送祝福", on="华强张伟生日")
    await house.settle()
    assert await state(house) == care.SENT
    assert not house.zhangwei.sees(GREETED), "not before the day"
    await house.advance(days=2)
    assert house.zhangwei.sees("张伟", GREETED), house.zhangwei.reads()
    assert house.zhangwei.count(GREETED) == 1
    due = await house.read(lambda db: dues.of(db, "care", 1))
    assert [one.state for one in due] == [dues.DONE]


async def test_nobody_is_greeted_twice_and_next_year_comes(house: TestHouse) -> None:
    await born(house)
    await house.lina.presses("发送祝福", on="华强张伟生日", times=2)
    await house.settle()
    await house.advance(days=4)
    assert house.zhangwei.count(GREETED) == 1
    occasion = (await house.read(lambda db: care.occasions(db, 2, "birthday")))[0]
    assert occasion.next_on.isoformat() == "2027-10-17"


async def test_a_lunar_birthday_in_ones_own_words(house: TestHouse) -> None:
    await born(house, "农历九月初八")  # 17 October 2026
    assert house.lina.sees("🎁", "10月17日", "华强张伟生日"), house.lina.reads()
    await house.lina.presses("改祝福语", on="华强张伟生日")
    await house.settle()
    await house.lina.answers(text="老张，生日快乐，周末来喝茶")
    await house.settle()
    assert house.lina.sees("周末来喝茶"), house.lina.reads()
    await house.lina.presses("发送祝福", on="华强张伟生日")
    await house.advance(days=2)
    assert house.zhangwei.sees("周末来喝茶"), house.zhangwei.reads()


async def test_who_complains_or_has_left_is_unticked_with_the_reason(house: TestHouse) -> None:
    await house.zhangwei.says("投诉 螺栓锈蚀")
    await house.settle()
    await born(house)
    assert house.lina.sees("张伟（华强）", "有未结个案C-2026-0001"), house.lina.reads()
    await house.lina.says("/care_send")
    await house.settle()
    assert await state(house) == care.OPEN
    await house.lina.presses("增减收件人", on="华强张伟生日")
    await house.settle()
    await house.lina.answers(who="张伟")
    await house.settle()
    await house.lina.presses("发送祝福", on="华强张伟生日")
    await house.advance(days=2)
    assert house.zhangwei.sees(GREETED), house.zhangwei.reads()


async def test_a_day_late_is_late_and_two_days_late_is_dropped_and_said(house: TestHouse) -> None:
    await born(house)
    await house.advance(days=4)  # Monday, 19 October
    assert await state(house) == care.DROPPED
    assert house.lina.sees("🔴 已过期，没有发送：华强张伟生日"), house.lina.reads()
    due = await house.read(lambda db: dues.of(db, "care", 1))
    assert [one.state for one in due] == [dues.LAPSED]
    assert house.zhangwei.count(GREETED) == 0


async def test_a_greeting_by_hand_and_one_that_is_not_given(house: TestHouse) -> None:
    await born(house)
    await house.lina.presses("已人工祝福", on="华强张伟生日")
    await house.settle()
    assert await state(house) == care.BY_HAND
    await house.advance(days=3)
    assert house.zhangwei.count(GREETED) == 0


async def test_a_holiday_is_prepared_for_every_owner(house: TestHouse) -> None:
    await house.settle()
    await house.advance(days=77)  # 30 December
    made = await house.read(lambda db: care.open_of(db, 3))
    assert [one.day.isoformat() for one in made] == ["2027-01-01"], house.lina.reads()
    assert house.lina.sees("🎁", "给客户送元旦祝福", "元旦快乐"), house.lina.reads()
    await house.lina.presses("发送祝福", on="元旦")
    await house.advance(days=3)
    assert house.zhangwei.count("元旦快乐") == 1, house.zhangwei.reads()


async def test_full_years_of_cooperation_are_told_ahead(house: TestHouse) -> None:
    await house.lina.says("/customer_since 华强 2019-10-28")
    await house.settle()
    await house.advance(days=1)
    assert house.lina.sees("与华强合作7周年", "10月28日"), house.lina.reads()


async def test_a_contact_who_left_is_not_greeted(house: TestHouse) -> None:
    await house.lina.says("/contact_left 华强 contact: 张伟")
    await house.settle()
    await born(house)
    contact = (await house.read(lambda db: customers.contacts(db, 2)))[0]
    assert contact.left_on is not None
    assert house.lina.sees("张伟（华强）", "已离职"), house.lina.reads()


async def test_nobody_is_woken_for_it_and_who_stands_in_is_told(house: TestHouse) -> None:
    await house.lina.says("/away 10月20日 deputy: 周强")
    await house.lina.says("/contact_birthday 华强 contact: 张伟 birthday: 10月17日")
    await house.settle()
    await house.advance(hours=21)  # 7 o'clock on Thursday
    assert not house.zhouqiang.sees("华强张伟生日"), house.zhouqiang.reads()
    await house.advance(hours=2)
    assert house.zhouqiang.sees("代李娜", "🎁", "华强张伟生日"), house.zhouqiang.reads()
    await house.zhouqiang.presses("发送祝福", on="华强张伟生日")
    await house.advance(days=2)
    assert house.zhangwei.count(GREETED) == 1, house.zhangwei.reads()


async def test_the_day_on_which_cooperation_begins_is_no_full_year(house: TestHouse) -> None:
    await house.lina.says("/customer_since 华强 2026-10-14")
    await house.settle()
    occasion = (await house.read(lambda db: care.occasions(db, 2, "cooperation")))[0]
    assert occasion.next_on.isoformat() == "2027-10-14"


async def test_an_open_complaint_counts_however_many_came_after_it(house: TestHouse) -> None:
    await house.zhangwei.says("投诉 螺栓锈蚀")
    for number in range(2, 8):
        await house.zhangwei.says(f"投诉 包装破损{number}")
    await house.settle()

    def solve(db: Transaction) -> None:
        for case in cases.of_customer(db, 2, 6):
            case.state = cases.SOLVED
            cases.save(db, case)

    await house.write(solve)
    await born(house)
    assert house.lina.sees("张伟（华强）", "有未结个案C-2026-0001"), house.lina.reads()


async def test_who_has_no_owner_is_greeted_by_the_head_of_sales(house: TestHouse) -> None:
    at = house.clock.at
    await house.write(lambda db: customers.steward(db, 2, None, important=True, at=at))
    await house.advance(days=77)  # 30 December
    made = await house.read(lambda db: care.open_of(db, 2))
    assert [one.day.isoformat() for one in made] == ["2027-01-01"], house.wang.reads()


async def test_a_customer_that_changes_hands_before_a_holiday_is_greeted_once(
    house: TestHouse,
) -> None:
    await house.settle()
    await house.advance(days=77)
    await house.wang.says("/customer_owner 华强 owner: 周强")
    await house.settle()
    await house.advance(days=1)
    lists = await house.read(lambda db: [care.open_of(db, who) for who in (3, 4)])
    assert [len(some) for some in lists] == [1, 0]


async def test_who_comes_before_a_holiday_is_put_on_the_list(house: TestHouse) -> None:
    await house.settle()
    await house.advance(days=77)
    await house.lina.says("/contact_add 永固 name: 钱进 phone: 13900001111")
    await house.settle()
    await house.advance(days=1)
    (made,) = await house.read(lambda db: care.open_of(db, 3))
    assert len(await house.read(lambda db: care.greetings(db, made.id or 0))) == 3
    assert house.lina.sees("钱进（永固）"), house.lina.reads()
