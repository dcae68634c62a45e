"""For whom a bell rings: a customer's receipt and colleagues' news do, an answer to oneself not."""

from __future__ import annotations

import pytest

from tests.house import TestHouse
from tests.stages import phone_of, telegram_of


@pytest.fixture
def platform() -> str:
    """Only Telegram can send without a sound."""
    return "telegram"


def bells(house: TestHouse, user: str) -> list[bool]:
    """Of each message that the bot sent to somebody directly: whether it rang."""
    phone = phone_of(house, user)
    shown = telegram_of(house).messages(phone.user.id)
    return [not message.silent for message in shown if message.sender is not phone.user]


async def test_a_customers_receipt_rings_and_so_does_what_becomes_of_it(house: TestHouse) -> None:
    await house.zhangwei.says("投诉 螺栓锈蚀")
    await house.settle()
    assert house.zhangwei.sees("C-2026-0001")
    assert bells(house, "zhangwei") == [True]
    await house.lina.says("/case_reply C-2026-0001 今天补发")
    await house.settle()
    assert house.zhangwei.sees("今天补发")
    assert bells(house, "zhangwei")[1:] == [True]


async def test_a_strangers_receipt_rings(house: TestHouse) -> None:
    await house.stranger.says("投诉 货没到")
    await house.settle()
    assert house.stranger.sees("C-2026-0001")
    assert all(bells(house, "stranger"))
    assert bells(house, "stranger")


async def test_news_rings_and_the_answer_to_ones_own_deed_does_not(house: TestHouse) -> None:
    await house.lina.says("拜访宁波精工昨天谈了Q3")
    await house.settle()
    assert bells(house, "lina") == [False]
    await house.zhangwei.says("投诉 螺栓锈蚀")
    await house.settle()
    assert bells(house, "lina") == [False, True]
