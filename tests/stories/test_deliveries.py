"""What every platform may do to us: the same thing twice, at the same time, out of order."""

from __future__ import annotations

import asyncio

from storage import cases, visits
from tests.house import TestHouse


async def test_a_button_pressed_twice_does_it_once(house: TestHouse) -> None:
    await house.lina.says("/complaint 永固 锈蚀")
    await house.settle()
    await house.lina.presses("1小时后提醒", times=3)
    await house.settle()
    await house.advance(hours=2)
    assert house.lina.count("🔔 提醒") <= 1
    assert house.lina.sees("🔔", "锈蚀")


async def test_two_people_at_once(house: TestHouse) -> None:
    await asyncio.gather(
        house.lina.says("/visit 永固 谈了Q3"), house.zhouqiang.says("/visit 海岳橡胶 谈了Q4")
    )
    await house.settle()
    assert house.lina.sees("拜访永固")
    assert house.zhouqiang.sees("拜访海岳橡胶")
    assert not house.lina.sees("海岳橡胶")


async def test_two_conversations_do_not_mix(house: TestHouse) -> None:
    await house.lina.says("/visit")
    await house.settle()
    await house.zhouqiang.says("/visit")
    await house.settle()
    await house.lina.answers(customer="永固", notes="甲")
    await house.settle()
    await house.zhouqiang.answers(customer="海岳橡胶", notes="乙")
    await house.settle()
    found = await house.read(lambda db: [visits.get(db, 1), visits.get(db, 2)])
    assert [(v.person_id, v.notes) for v in found if v] == [(3, "甲"), (4, "乙")]


async def test_numbers_run_without_gaps(house: TestHouse) -> None:
    for number in range(3):
        await house.lina.says(f"/complaint 永固 第{number}批锈蚀")
        await house.settle()
    found = await house.read(cases.open_ones)
    assert [case.number for case in found] == ["C-2026-0001", "C-2026-0002", "C-2026-0003"]
