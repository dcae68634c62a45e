"""The manifest holds what Slack takes: its own names left out, names escaped, either transport."""

from __future__ import annotations

import json
import re

import pytest

from bot.slack.manifest import LETTER, RESERVED, manifest, usable
from bot.wiring import app_manifest
from tests.fakes.slack import FakeSlack
from tests.fakes.slack_props import Json
from tests.house import settings_for

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


# --- the whole of it, as Slack's own page checks it -----------------------------------------------

STRING = {"name": 35, "display_name": 80}
SETTINGS = {
    "event_subscriptions",
    "interactivity",
    "org_deploy_enabled",
    "socket_mode_enabled",
    "token_rotation_enabled",
}
KNOWN_SCOPES = re.compile(r"[a-z_]+(\.[a-z]+)?(:[a-z]+(\.[a-z]+)?)?")


def real(**more: str) -> Json:
    """The manifest of the real commands."""
    settings = settings_for("sqlite:///unused.db", "zh", slack_bot_token="xoxb-1", **more)
    return app_manifest(settings, "Headwater")


@pytest.mark.parametrize(
    "more", [{"slack_app_token": "xapp-1"}, {"public_url": "https://b.example"}]
)
def test_the_manifest_of_all_commands_fits_slack(more: dict[str, str]) -> None:
    made = real(**more)
    assert set(made) == {"display_information", "features", "oauth_config", "settings", "events"}
    assert 0 < len(made["display_information"]["name"]) <= STRING["name"]
    features = made["features"]
    assert set(features) == {"app_home", "bot_user", "shortcuts", "slash_commands"}
    assert features["app_home"]["home_tab_enabled"] is True
    assert set(made["settings"]) == SETTINGS
    check_commands(features["slash_commands"], over_http="public_url" in more)
    check_shortcuts(features["shortcuts"])
    scopes = made["oauth_config"]["scopes"]["bot"]
    assert len(set(scopes)) == len(scopes)
    assert all(KNOWN_SCOPES.fullmatch(scope) for scope in scopes)
    assert json.loads(json.dumps(made)) == made


def check_commands(commands: list[Json], *, over_http: bool) -> None:
    """Slack's limits on slash commands."""
    assert 1 < len(commands) <= 50
    assert len({one["command"] for one in commands}) == len(commands)
    for one in commands:
        assert set(one) - {"url"} == {"command", "description", "should_escape"}
        assert ("url" in one) == over_http
        assert re.fullmatch(r"/[a-z0-9_-]{1,31}", one["command"])
        assert one["command"][1:] not in RESERVED
        assert 0 < len(one["description"]) <= 2000


def check_shortcuts(shortcuts: list[Json]) -> None:
    """Slack's limits on shortcuts."""
    assert 0 < len(shortcuts) <= 10
    for one in shortcuts:
        assert set(one) == {"name", "type", "callback_id", "description"}
        assert one["type"] == "message"
        assert 0 < len(one["name"]) <= 24
        assert 0 < len(one["callback_id"]) <= 255
        assert 0 < len(one["description"]) <= 150


# What an event needs, as Slack's page of each says.
NEEDED: dict[str, set[str]] = {
    "app_home_opened": set(),
    "app_mention": {"app_mentions:read"},
    "app_uninstalled": set(),
    "channel_shared": {"channels:read"},
    "channel_unshared": {"channels:read"},
    "message.channels": {"channels:history"},
    "message.groups": {"groups:history"},
    "message.im": {"im:history"},
    "reaction_added": {"reactions:read"},
    "tokens_revoked": set(),
}


def test_every_event_has_its_scope() -> None:
    made = real(slack_app_token="xapp-1")
    scopes = set(made["oauth_config"]["scopes"]["bot"])
    events = made["settings"]["event_subscriptions"]["bot_events"]
    assert set(events) == set(NEEDED)
    assert all(NEEDED[event] <= scopes for event in events)


def test_the_menu_of_a_message_speaks_the_companys_language() -> None:
    (entry,) = real(slack_app_token="xapp-1")["features"]["shortcuts"]
    assert (entry["name"], entry["callback_id"]) == ("登记为投诉", "record:complaint")


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
