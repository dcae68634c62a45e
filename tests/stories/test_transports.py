"""The other way in: Slack's Socket Mode, and fetching Telegram's updates ourselves."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from tests.house import TestHouse
from tests.stages import slack_socket, telegram_polling


@pytest.fixture(params=[slack_socket, telegram_polling], ids=["socket", "polling"])
async def house(request: pytest.FixtureRequest, database_url: str) -> AsyncIterator[TestHouse]:
    """The house on the other transport of each platform."""
    from tests.house import prepared

    prepared(database_url, request.param.__name__.partition("_")[0], "zh")
    async with request.param(database_url, "zh", ()) as made:
        yield made


async def test_a_visit(house: TestHouse) -> None:
    await house.lina.says("/visit 永固 谈了Q3")
    await house.settle()
    assert house.lina.sees("已记录：拜访永固", "谈了Q3")


async def test_a_repeated_delivery(house: TestHouse) -> None:
    await house.lina.says("/visit 永固 谈了Q3", times=3)
    await house.settle()
    assert house.lina.count("已记录") == 1


async def test_questions(house: TestHouse) -> None:
    await house.lina.says("/visit")
    await house.settle()
    await house.lina.answers(customer="永固", notes="谈了交期")
    await house.settle()
    assert house.lina.sees("拜访永固", "谈了交期")


async def test_a_button(house: TestHouse) -> None:
    await house.lina.says("/complaint 永固 锈蚀")
    await house.settle()
    await house.lina.presses("我来处理")
    await house.settle()
    assert house.lina.sees("🔧 C-2026-0001")


async def test_a_complaint_answered_in_its_thread(house: TestHouse) -> None:
    await house.zhangwei.says("投诉 第3批锈蚀")
    await house.settle()
    await house.wulei.says("答复 已换货", reply_to="C-2026-0001", where="质量与个案")
    await house.settle()
    assert house.zhangwei.sees("已换货")
