"""The manifest holds what Slack takes: its own names left out, names escaped, either transport."""

from __future__ import annotations

import pytest

from bot.slack.manifest import LETTER, RESERVED, manifest, usable
from tests.fakes.slack import FakeSlack
from tests.fakes.slack_props import Json

COMMANDS = [("visit", "Log a visit"), ("away", "Say when you are away"), ("today", "")]


def names(made: Json) -> list[str]:
    return [command["command"] for command in made["features"]["slash_commands"]]


def test_reserved_names_are_left_to_headwater() -> None:
    made = manifest("Headwater", COMMANDS, socket=True, url="")
    assert names(made) == ["/headwater", "/visit", "/today"]
    for command in made["features"]["slash_commands"]:
        assert command["should_escape"] is True
        assert command["description"]
        assert "url" not in command
    assert {"away", "help", "join", "status", "who"} <= RESERVED


@pytest.mark.parametrize("name", ["Visit", "a b", "拜访", "x" * 32, "", "/visit", "_x"])
def test_names_that_slack_cannot_take_are_left_out(name: str) -> None:
    assert not usable(name)


@pytest.mark.parametrize("name", ["visit", "x" * 31, "name_customer", "q3-report", "4d"])
def test_plain_names_are_taken(name: str) -> None:
    assert usable(name)


@pytest.mark.parametrize("count", [48, 49, 50, 51])
def test_there_are_at_most_fifty_commands(count: int) -> None:
    made = manifest("H", [(f"c{n}", "d" * 3000) for n in range(count)], socket=True, url="")
    assert len(names(made)) == min(count + 1, 50)
    assert all(len(c["description"]) <= 2000 for c in made["features"]["slash_commands"])


def test_a_name_comes_once() -> None:
    twice = [("visit", "a"), ("visit", "b"), ("headwater", "c")]
    assert names(manifest("H", twice, socket=True, url="")) == ["/headwater", "/visit"]


def test_over_http_slack_is_told_where_we_are() -> None:
    url = "https://bot.example/slack/events"
    made = manifest("Headwater", COMMANDS, socket=False, url=url)
    settings = made["settings"]
    assert settings["socket_mode_enabled"] is False
    assert settings["event_subscriptions"]["request_url"] == url
    assert settings["interactivity"] == {
        "is_enabled": True,
        "request_url": url,
        "message_menu_options_url": url,
    }
    assert {command["url"] for command in made["features"]["slash_commands"]} == {url}


def test_over_a_socket_it_needs_no_address() -> None:
    settings = manifest("Headwater", COMMANDS, socket=True, url="ignored")["settings"]
    assert settings["socket_mode_enabled"] is True
    assert settings["interactivity"] == {"is_enabled": True}
    assert set(settings["event_subscriptions"]) == {"bot_events"}


def test_letters_are_registered_and_people_can_write_to_the_bot() -> None:
    made = manifest("H" * 40, COMMANDS, socket=True, url="")
    assert made["events"][LETTER]["required"] == ["key"]
    home = made["features"]["app_home"]
    assert (home["messages_tab_enabled"], home["messages_tab_read_only_enabled"]) == (True, False)
    assert len(made["display_information"]["name"]) == 35


async def test_an_app_installed_with_it_hears_what_it_needs() -> None:
    async with FakeSlack() as slack:
        slack.install(manifest("Headwater", COMMANDS, socket=True, url=""))
        li = slack.add_user("U1", "li")
        slack.add_channel("C1", "quality", "U1", "U0BOT")
        slack.add_channel("C2", "private", "U1", "U0BOT", is_private=True)
        for channel in (li.dm, "C1", "C2"):
            answer = await li.types(channel, "hello")
            assert answer.reason == "connection_failed"
        assert (await li.mentions_bot("C1", "hello")).reason == "connection_failed"
