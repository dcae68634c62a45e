"""Recognised by the work e-mail that a platform vouches for; never twice, never by chance."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from storage import customers, people
from storage.customers import Contact
from storage.people import Person
from tests.house import BEGUN, TestHouse, entered, lived_in
from tests.moulds import Cast
from tests.stages import SlackWire

LINA = 3
ADDRESS = "Li.Na@Example.com"


@pytest.fixture
async def slack(cast: Cast) -> AsyncIterator[TestHouse]:
    """The house on Slack; the stranger's profile says `ADDRESS`."""
    url = cast("slack_zh", lambda url: lived_in(url, "slack", "zh"))
    async with entered("slack", url) as made:
        vouch(made, ADDRESS)
        yield made


def vouch(house: TestHouse, email: str, *, confirmed: bool = True, team: str = "") -> None:
    assert isinstance(house.wire, SlackWire)
    user = house.wire.fake.workspace.user(house.stranger.user)
    user.email, user.email_confirmed = email, confirmed
    user.team = team or user.team


async def email(house: TestHouse, person_id: int, address: str) -> None:
    await house.write(lambda db: people.reach(db, person_id, phone="", email=address))


async def accounts(house: TestHouse) -> int:
    return len(await house.read(lambda db: people.accounts_of(db, LINA)))


async def test_a_stranger_is_asked_and_linked_when_they_say_yes(slack: TestHouse) -> None:
    await email(slack, LINA, "li.na@example.com")
    everybody = await slack.read(people.count)
    await slack.stranger.says("你好")
    await slack.settle()
    assert slack.stranger.sees("您是李娜（销售）吗？")
    assert await accounts(slack) == 1
    await slack.stranger.presses("是的，是我")
    await slack.settle()
    assert slack.stranger.sees("欢迎", "李娜")
    assert await accounts(slack) == 2
    assert await slack.read(people.count) == everybody
    assert slack.lina.sees("已绑定为您的账号", "如果不是您本人")
    await slack.stranger.says("/visit 永固 谈了Q3")
    await slack.settle()
    assert slack.stranger.sees("已记录：拜访永固")


async def test_whoever_was_linked_before_may_undo_it(slack: TestHouse) -> None:
    await email(slack, LINA, ADDRESS)
    await slack.stranger.says("/today")
    await slack.settle()
    await slack.stranger.presses("是的，是我")
    await slack.settle()
    await slack.lina.presses("解除", on="已绑定为您的账号")
    await slack.settle()
    assert await accounts(slack) == 1


async def test_somebody_who_says_no_is_asked_no_more(slack: TestHouse) -> None:
    await email(slack, LINA, ADDRESS)
    await slack.stranger.says("你好")
    await slack.settle()
    await slack.stranger.presses("否")
    await slack.settle()
    asked = slack.stranger.count("您是李娜")
    await slack.stranger.says("你好")
    await slack.settle()
    assert slack.stranger.count("您是李娜") == asked
    assert await accounts(slack) == 1


async def test_two_with_the_same_address_link_nobody(slack: TestHouse) -> None:
    await email(slack, LINA, ADDRESS)
    contact = Contact(customer_id=2, name="李娜二", email=ADDRESS, created_at=BEGUN)
    await slack.write(lambda db: customers.add_contact(db, contact))
    await slack.stranger.says("/today")
    await slack.settle()
    assert not slack.stranger.sees("您是")
    await slack.stranger.says(f"join_as person{LINA}")
    await slack.settle()
    assert await accounts(slack) == 1


async def test_a_customers_contact_is_recognised_as_well(slack: TestHouse) -> None:
    contact = Contact(customer_id=2, name="钱多多", email=ADDRESS, created_at=BEGUN)
    await slack.write(lambda db: customers.add_contact(db, contact))
    await slack.stranger.says("/today")
    await slack.settle()
    assert slack.stranger.sees("您是华强的钱多多吗？")
    await slack.stranger.presses("是的，是我")
    await slack.settle()
    assert slack.stranger.sees("欢迎", "钱多多")


@pytest.mark.parametrize(
    "profile", [{"confirmed": False}, {"team": "T0ELSE"}], ids=["unconfirmed", "another company's"]
)
async def test_an_address_that_nobody_vouches_for_links_nobody(
    slack: TestHouse, profile: dict[str, bool | str]
) -> None:
    vouch(slack, ADDRESS, **profile)  # type: ignore[arg-type]
    await email(slack, LINA, ADDRESS)
    await slack.stranger.says("/today")
    await slack.settle()
    assert not slack.stranger.sees("您是")
    await slack.stranger.says(f"join_as person{LINA}")
    await slack.settle()
    assert await accounts(slack) == 1


async def test_somebody_who_has_left_is_recognised_by_nobody(slack: TestHouse) -> None:
    row = Person(name="旧人", email=ADDRESS, active=False, created_at=BEGUN)
    await slack.write(lambda db: people.add(db, row))
    await slack.stranger.says("/today")
    await slack.settle()
    assert not slack.stranger.sees("您是")
