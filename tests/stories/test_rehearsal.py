"""`/rehearsal`: how often everybody would be disturbed, where that is a play, and a way to it."""

from __future__ import annotations

from datetime import timedelta

import pytest

from commands.rehearsal import PLAYED
from storage import house as facts
from tests.house import BEGUN, TestHouse


async def in_a_rehearsal(house: TestHouse) -> None:
    """As if this were a copy that is played since this morning."""
    since = [BEGUN.isoformat(), BEGUN.isoformat()]
    await house.core.database.write(lambda db: facts.put(db, PLAYED, since))


async def test_in_a_rehearsal_an_administrator_sees_the_budget(house: TestHouse) -> None:
    await in_a_rehearsal(house)
    await house.zhangwei.says("投诉 螺栓锈蚀")
    await house.settle()
    await house.zhao.says("/rehearsal")
    await house.settle()
    assert house.zhao.sees("消息量在限额之内", "8人", "无需调整")
    if house.platform == "web":  # the only one on which there are rehearsals
        assert house.zhao.sees("李娜会收到1条消息，其中0条在免打扰时段")


@pytest.mark.parametrize("words", ["演练", "/演练", "rehearse"])
async def test_it_is_asked_for_by_every_name_it_has(house: TestHouse, words: str) -> None:
    await in_a_rehearsal(house)
    await house.zhao.says(words)
    await house.settle()
    assert house.zhao.sees("消息量在限额之内")


async def test_days_that_were_played_stand_alone_until_another_has_passed(
    house: TestHouse,
) -> None:
    played = [(BEGUN - timedelta(days=14)).isoformat(), BEGUN.isoformat()]
    await house.core.database.write(lambda db: facts.put(db, PLAYED, played))
    await house.zhao.says("/rehearsal")
    await house.settle()
    assert house.zhao.sees("15天")  # from ten o'clock to ten o'clock
    await house.advance(hours=20)
    await house.zhao.says("/rehearsal")
    await house.settle()
    assert not house.zhao.sees("16天")
    await house.advance(hours=28)
    await house.zhao.says("/rehearsal")
    await house.settle()
    assert house.zhao.sees("17天")


async def test_elsewhere_it_says_how_to_begin_one(house: TestHouse) -> None:
    await house.zhao.says("/rehearsal")
    await house.settle()
    assert house.zhao.sees("这里不是演练", "python -m bot rehearse")


async def test_it_is_for_administrators_alone(house: TestHouse) -> None:
    await in_a_rehearsal(house)
    await house.lina.says("/rehearsal")
    await house.settle()
    assert house.lina.sees("您没有权限")
    assert not house.lina.sees("消息量")
