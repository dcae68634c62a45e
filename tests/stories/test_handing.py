"""A finished table reaches whoever asked for it, also where nobody could open a link of ours."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.passes import FILES
from bot.post import Post
from tests.fakes.slack import FakeSlack
from tests.fakes.telegram import FakeTelegram
from tests.house import TestHouse
from tests.stages import SlackWire, TelegramWire

POSTS = {"slack": "files.completeUploadExternal", "telegram": "sendDocument"}


@pytest.fixture(params=["slack", "telegram"])
def platform(request: pytest.FixtureRequest) -> str:
    """Those with a server of their own: the local chat is where its links lead."""
    return str(request.param)


def fake(house: TestHouse) -> FakeSlack | FakeTelegram:
    assert isinstance(house.wire, SlackWire | TelegramWire)
    return house.wire.fake


def has_link(house: TestHouse) -> bool:
    return any(FILES in url for url in house.zhao.links())


async def test_without_a_public_address_the_file_itself_comes(house: TestHouse) -> None:
    await house.zhao.says("/export form: csv")
    await house.settle()
    ((name, content),) = house.zhao.handed()
    assert name.startswith("客户")
    assert name.endswith(".csv")
    assert "宁波精工" in content.decode("utf-8-sig")
    assert house.zhao.sees("机密", "📎")
    assert not has_link(house)
    assert house.lina.handed() == []
    assert house.refused() == []


async def test_its_button_hands_it_over_once_more(house: TestHouse) -> None:
    await house.zhao.says("/export form: csv")
    await house.settle()
    await house.zhao.presses("打开")
    await house.settle()
    first, second = house.zhao.handed()
    assert first == second
    assert not house.zhao.sees("十分钟")


async def test_with_a_public_address_a_link_comes_and_no_file(house: TestHouse) -> None:
    post = house.core.delivery.sender
    assert isinstance(post, Post)
    post.house = replace(post.house, passes=replace(post.house.passes, public=True))
    await house.zhao.says("/export form: csv")
    await house.settle()
    assert house.zhao.handed() == []
    assert has_link(house)


@pytest.mark.parametrize("fault", ["429", "reset_after"])
async def test_a_file_that_is_put_off_or_of_unknown_fate_comes_once(
    house: TestHouse, fault: str
) -> None:
    fake(house).fail_next(POSTS[house.platform], fault)
    await house.zhao.says("/export form: csv")
    await house.settle()
    assert len(house.zhao.handed()) == 1
    assert house.zhao.count("机密") == 1


async def test_a_letter_that_is_sent_again_brings_no_second_file(house: TestHouse) -> None:
    method = {"slack": "chat.postMessage", "telegram": "sendMessage"}[house.platform]
    await house.zhao.says("/export form: csv")
    fake(house).fail_next(method, "429", 2)
    await house.settle()
    assert len(house.zhao.handed()) == 1
    assert house.zhao.count("机密") == 1
