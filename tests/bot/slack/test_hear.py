"""Payloads as Slack has them beyond what a fake plays: other teams, other programs, odd stamps."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from bot.platform import Request
from bot.slack import hear
from bot.slack.hear import Payload
from tests.fakes.slack_props import START, Json

BOT: Json = {"authorizations": [{"team_id": "T1", "user_id": "U0BOT", "is_bot": True}]}


def said(event: Json, body: Json | None = None, bot_user: str = "") -> Request | None:
    whole: Json = {"type": "message", "user": "U1", "channel": "C1", "ts": "1.5", "text": "hi"}
    wrapped = {"team_id": "T1", "event": whole | event} | (BOT if body is None else body)
    return hear.message(Payload(wrapped, b"", START), bot_user)


@pytest.mark.parametrize(
    "event",
    [
        {"subtype": "message_changed"},
        {"subtype": "thread_broadcast", "thread_ts": "1.0"},
        {"subtype": "channel_join"},
        {"subtype": "bot_message"},
        {"bot_id": "B9"},
        {"user": "U0BOT"},
        {"user": "USLACKBOT"},
        {"user": None},
        {"text": ""},
        {"text": None},
    ],
)
def test_what_no_person_says_is_passed_over(event: Json) -> None:
    assert said({"channel": "D1"}) is not None
    assert said({"channel": "D1"} | event) is None


def test_the_workspace_is_where_the_app_is() -> None:
    heard = said({"channel": "D1", "team": "T9"}, BOT | {"team_id": "T9"})
    assert heard is not None
    assert heard.address.workspace == "T1"
    heard = said({"channel": "D1"}, {"team_id": "T9"})
    assert heard is not None
    assert heard.address.workspace == "T9"


def test_without_an_authorisation_the_bot_is_known_by_its_greeting() -> None:
    called = {"text": "<@U0BOT> look"}
    assert said(called, {}) is None
    heard = said(called, {}, "U0BOT")
    assert heard is not None
    assert heard.mentions
    heard = said(called | {"type": "app_mention"}, {})
    assert heard is not None
    assert heard.mentions


def test_a_mention_of_nothing_is_still_a_call() -> None:
    heard = said({"text": "<@U0BOT>"})
    assert heard is not None
    assert heard.mentions


def test_the_message_that_began_a_thread_answers_nothing() -> None:
    heard = said({"channel": "D1", "thread_ts": "1.5"})
    assert heard is not None
    assert (heard.address.thread, heard.reply_to) == ("", "")


@pytest.mark.parametrize(
    ("stamp", "at"),
    [
        ("1791872400.000100", datetime(2026, 10, 13, 6, 20, 0, 100, UTC)),
        ("1791872400.5", datetime(2026, 10, 13, 6, 20, 0, 500_000, UTC)),
        ("1791872400", datetime(2026, 10, 13, 6, 20, tzinfo=UTC)),
    ],
)
def test_stamps_are_moments(stamp: str, at: datetime) -> None:
    heard = said({"channel": "D1", "ts": stamp})
    assert heard is not None
    assert heard.at == at


@pytest.mark.parametrize("stamp", ["", "x.1", "1.x", "9" * 30, 5, None])
def test_stamps_that_are_none_are_unreadable(stamp: object) -> None:
    with pytest.raises(hear.UNREADABLE):
        said({"channel": "D1", "ts": stamp})


PRESS: Json = {
    "type": "block_actions",
    "user": {"id": "U1", "username": "li", "team_id": "T1"},
    "trigger_id": "t1",
    "channel": {"id": "C1", "name": "privategroup"},
    "container": {"type": "message", "message_ts": "1.5", "thread_ts": "1.5"},
    "actions": [{"type": "button", "action_id": "k:0", "value": "go"}],
}


def test_a_press_says_where_it_was() -> None:
    heard = hear.press(Payload(PRESS, b"", START))
    assert heard is not None
    assert (heard.address.workspace, heard.address.thread, heard.title) == ("T1", "", "")
    assert (heard.user_name, heard.at) == ("li", START)


def test_a_press_in_a_form_is_not_ours() -> None:
    assert hear.press(Payload(PRESS | {"channel": None}, b"", START)) is None


def test_a_submission_without_a_trigger_is_known_by_its_view() -> None:
    view = {
        "id": "V1",
        "hash": "h1",
        "app_installed_team_id": "T7",
        "private_metadata": '{"draft": 5, "chat": "", "thread": "", "message": ""}',
        "state": {"values": {}},
    }
    body = {"type": "view_submission", "user": {"id": "U1"}, "team": {"id": "T1"}, "view": view}
    heard = hear.submission(Payload(body, b"", START))
    assert heard.key == "V1:h1"
    assert (heard.address.workspace, heard.address.chat, heard.direct) == ("T7", "", False)
