"""Words and photos without a command lose nothing: they are kept, and their meaning is asked."""

from __future__ import annotations

from storage import cases, files, visits
from tests.house import TestHouse


async def test_a_lone_photo_is_kept_and_becomes_what_is_chosen(house: TestHouse) -> None:
    await house.lina.sends_photo()
    await house.settle()
    assert house.lina.sees("这条消息怎么处理")
    await house.lina.presses("记录客户拜访")
    await house.settle()
    await house.lina.answers(customer="永固", notes="看了产线")
    await house.settle()
    assert house.lina.sees("已记录：拜访永固", "看了产线")
    kept = await house.read(lambda db: files.of(db, "visit", 1))
    assert [file.state for file in kept] == [files.HERE]


async def test_words_are_kept_and_not_asked_for_again(house: TestHouse) -> None:
    await house.zhangwei.says("螺栓锈蚀了")
    await house.settle()
    assert house.zhangwei.sees("要我转给同事吗", "螺栓锈蚀了")
    await house.zhangwei.presses("提交投诉")
    await house.settle()
    assert house.zhangwei.sees("C-2026-0001", "螺栓锈蚀了")
    assert await house.read(lambda db: cases.get(db, 2)) is None


async def test_the_same_words_are_used_once(house: TestHouse) -> None:
    await house.zhangwei.says("螺栓锈蚀了")
    await house.settle()
    await house.zhangwei.presses("提交投诉", times=2)
    await house.settle()
    assert await house.read(lambda db: cases.get(db, 2)) is None


async def test_a_date_that_can_be_read_two_ways_is_offered_both_ways(english: TestHouse) -> None:
    await english.lina.says("/visit 永固 05/10/2026 price talk")
    await english.settle()
    assert await english.read(lambda db: visits.get(db, 1)) is None
    assert {"Sun 10 May", "Mon 5 Oct"} <= set(english.lina.buttons())
    await english.lina.presses("Mon 5 Oct")
    await english.settle()
    found = await english.read(lambda db: visits.get(db, 1))
    assert found is not None
    assert found.day.isoformat() == "2026-10-05"
    assert found.notes == "price talk"
