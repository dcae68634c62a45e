"""Everybody's menu: in their language, of what they may do, what they use most first."""

from __future__ import annotations

import pytest

from storage import people
from tests.fakes.telegram import Person
from tests.house import TestHouse, prepared
from tests.moulds import Cast
from tests.stages import group_of, phone_of, telegram_of

PUBLIC = {"complaint", "join", "language", "help"}
GROUP = "质量与个案"


@pytest.fixture
def platform() -> str:
    """Only Telegram has menus."""
    return "telegram"


@pytest.fixture
def chinese_url(cast: Cast) -> str:
    """A database whose menus Telegram has not been told yet."""
    return cast("untold_zh", lambda url: prepared(url, "telegram", "zh"))


def offered(person: Person, group: object = None) -> list[str]:
    return [one["command"] for one in person.menu(group)]  # type: ignore[arg-type]


def described(person: Person) -> dict[str, str]:
    return {one["command"]: one["description"] for one in person.menu()}


async def told(house: TestHouse) -> None:
    """Let the menus be told, which takes turns."""
    for _ in range(3):
        await house.settle()
        await house.advance(seconds=2)


async def test_each_sees_what_they_may_do_in_their_language(house: TestHouse) -> None:
    await told(house)
    lina = phone_of(house, "lina")
    assert described(lina)["visit"] == "记录客户拜访"
    assert "bind" not in offered(lina)
    assert "bind" in offered(phone_of(house, "zhao"))
    assert "visit" not in offered(phone_of(house, "zhangwei"))
    assert set(offered(phone_of(house, "stranger"))) >= {"complaint", "join"}
    assert not set(offered(phone_of(house, "stranger"))) & {"visit", "today", "people", "bind"}
    assert house.refused() == []


async def test_a_stranger_of_another_tongue_reads_their_own_or_the_companys(
    house: TestHouse,
) -> None:
    await told(house)
    john = telegram_of(house).user(901, "John", "en-GB", started=True)
    jan = telegram_of(house).user(902, "Jan", "de", started=True)
    assert described(john)["complaint"] == "Report a complaint"
    assert described(jan)["complaint"] == described(phone_of(house, "stranger"))["complaint"]
    assert set(offered(john)) == set(offered(jan)) >= {"complaint", "join", "language", "help"}


async def test_a_group_offers_no_secret_and_its_administrators_more(house: TestHouse) -> None:
    await told(house)
    group = group_of(house, GROUP)
    lina, zhao = phone_of(house, "lina"), phone_of(house, "zhao")
    group.admins = {zhao.id}
    assert "complaint" in offered(lina, group)
    assert "join" not in offered(lina, group)
    assert "bind" not in offered(lina, group)
    assert {"bind", "complaint"} <= set(offered(zhao, group))


async def test_a_new_language_a_new_menu(house: TestHouse) -> None:
    await told(house)
    await house.lina.says("/language English")
    await told(house)
    assert described(phone_of(house, "lina"))["visit"] == "Log a customer visit"
    assert described(phone_of(house, "wulei"))["complaint"] != "Report a complaint"


async def test_a_new_department_and_leaving_change_the_menu(house: TestHouse) -> None:
    await told(house)
    lina = phone_of(house, "lina")
    assert "visit" in offered(lina)
    await house.write(lambda db: people.place(db, 3, {"archive": False}))
    await told(house)
    assert "visit" not in offered(lina)
    account = await house.read(lambda db: people.accounts_of(db, 3)[0])
    await house.write(lambda db: people.link_account(db, account.id or 0, None, None))
    await told(house)
    assert set(offered(lina)) == set(offered(phone_of(house, "stranger")))


async def test_who_joins_gets_a_menu(house: TestHouse) -> None:
    await told(house)
    code = await house.code(person_id=4)
    await house.stranger.starts(code)
    await told(house)
    assert "visit" in offered(phone_of(house, "stranger"))


async def test_what_is_used_most_comes_first_and_does_not_hop_about(house: TestHouse) -> None:
    await told(house)
    lina = phone_of(house, "lina")
    before = offered(lina)
    await house.lina.says("/visit 永固 谈了Q3")
    await told(house)
    assert offered(lina) == before
    await house.advance(hours=25)
    assert offered(lina)[0] == "visit"


async def test_nothing_is_told_twice(house: TestHouse) -> None:
    await told(house)
    count = len(telegram_of(house).sent("setMyCommands"))
    await told(house)
    assert len(telegram_of(house).sent("setMyCommands")) == count


@pytest.mark.parametrize("fault", ["429", "500", "reset_before"])
async def test_a_menu_that_was_not_taken_is_told_again(house: TestHouse, fault: str) -> None:
    telegram_of(house).fail_next("setMyCommands", fault, times=30)
    await house.settle()
    await house.advance(minutes=10)
    await told(house)
    assert "visit" in offered(phone_of(house, "lina"))


async def test_a_menu_that_is_refused_is_not_told_for_ever(house: TestHouse) -> None:
    telegram_of(house).fail_next("setMyCommands", "400:chat not found", times=30)
    await told(house)
    count = len(telegram_of(house).sent("setMyCommands"))
    await house.advance(hours=1)
    assert len(telegram_of(house).sent("setMyCommands")) == count
