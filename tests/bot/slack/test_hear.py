"""Payloads as Slack has them beyond what a fake plays: other teams, other programs, odd stamps."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.platform import Request, Typed
from bot.slack import hear
from bot.slack.hear import Payload, Query
from tests.fakes.slack_props import START, Json

BOT: Json = {"authorizations": [{"team_id": "T1", "user_id": "U0BOT", "is_bot": True}]}


def said(event: Json, body: Json | None = None, bot_user: str = "") -> Request | None:
    whole: Json = {"type": "message", "user": "U1", "channel": "C1", "ts": "1.5", "text": "hi"}
    wrapped = {"team_id": "T1", "event": whole | event} | (BOT if body is None else body)
    return hear.message(Payload(wrapped, b"", START), bot_user)


@pytest.mark.parametrize(
    "event",
    [
        {"subtype": "message_deleted", "user": None, "previous_message": {"text": "hi"}},
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


def changed(text: str, **message: object) -> Json:
    now: Json = {"type": "message", "user": "U1", "ts": "1.5", "text": text} | message
    before = {"type": "message", "user": "U1", "ts": "1.5", "text": "hi"}
    about = {"subtype": "message_changed", "channel": "D1", "ts": "9.5", "user": None, "text": None}
    return about | {"message": now, "previous_message": before}


EDITED: Json = {"edited": {"user": "U1", "ts": "7.25"}}


def test_an_edit_says_what_a_message_reads_now() -> None:
    found = said(changed("visit 华强", **EDITED, thread_ts="1.0"))
    assert found is not None
    assert found.said == Typed("visit 华强", edited=True)
    assert (found.message, found.reply_to, found.key) == ("1.5", "1.0", "D1:1.5:7.25")
    assert found.at == datetime.fromtimestamp(7.25, UTC)


@pytest.mark.parametrize(
    "event",
    [
        changed("hi", **EDITED),
        changed("hi, with a preview beside it"),
        changed("Card", **EDITED, bot_id="B9"),
        changed("Card", **EDITED, user="U0BOT"),
        changed("chatter", **EDITED) | {"channel": "C1"},
    ],
)
def test_what_nobody_edited_is_passed_over(event: Json) -> None:
    assert said(event) is None


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


@pytest.mark.parametrize("stamp", ["9" * 17 + ".0", "9" * 400, "-1e9", "", "²"])
def test_what_is_no_moment_is_unreadable(stamp: str) -> None:
    with pytest.raises(hear.UNREADABLE):
        hear.moment(stamp)


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


# --- a thousand kinds of poison -------------------------------------------------------------------

EVENT: Json = BOT | {
    "type": "event_callback",
    "team_id": "T1",
    "is_ext_shared_channel": False,
    "event": {
        "type": "message",
        "user": "U1",
        "channel": "D1",
        "channel_type": "im",
        "ts": "1.5",
        "thread_ts": "1.0",
        "text": "<@U0BOT> hi",
        "files": [{"id": "F1", "name": "a", "mimetype": "b", "size": 1, "url_private": "u"}],
    },
}
COMMAND: Json = {
    "command": "/visit",
    "text": "hi",
    "team_id": "T1",
    "channel_id": "C1",
    "channel_name": "quality",
    "user_id": "U1",
    "user_name": "li",
    "trigger_id": "t1",
}
VIEW: Json = {
    "id": "V1",
    "hash": "h",
    "private_metadata": '{"draft": 5, "chat": "C1", "thread": "", "message": "1.5"}',
    "state": {
        "values": {
            "a": {"answer": {"type": "plain_text_input", "value": "x"}},
            "b": {"answer": {"type": "datepicker", "selected_date": "2026-10-12"}},
            "c": {"answer": {"type": "static_select", "selected_option": {"value": "v"}}},
            "d": {"answer": {"type": "multi_static_select", "selected_options": [{"value": "v"}]}},
            "e": {"answer": {"type": "file_input", "files": [{"id": "F1"}]}},
        }
    },
}
FORM: Json = {
    "type": "view_submission",
    "user": {"id": "U1", "name": "li"},
    "team": {"id": "T1"},
    "trigger_id": "t1",
    "view": VIEW,
    "block_id": "customer",
    "value": "hua",
}
READERS: list[tuple[Json, Callable[[Payload], Request | Query | None]]] = [
    (EVENT, lambda payload: hear.message(payload, "U0BOT")),
    (COMMAND, hear.command),
    (PRESS, hear.press),
    (FORM, hear.submission),
    (FORM, hear.query),
]
JUNK = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(allow_nan=True),
    st.text(max_size=5),
    st.just([]),
    st.just({}),
    st.lists(st.text(max_size=2), max_size=2),
    st.just("9" * 40),
    st.just("\ud800"),
)


def paths(node: object, at: tuple[object, ...] = ()) -> Iterator[tuple[object, ...]]:
    """The way to every value of a payload."""
    yield at
    pairs = node.items() if isinstance(node, dict) else ()
    items = enumerate(node) if isinstance(node, list) else pairs
    for key, value in items:
        yield from paths(value, (*at, key))


def poisoned(node: Any, at: tuple[object, ...], junk: object) -> Any:  # noqa: ANN401 - JSON
    """The payload with junk in one place."""
    if not at:
        return junk
    copied: Any = dict(node) if isinstance(node, dict) else list(node)
    copied[at[0]] = poisoned(node[at[0]], at[1:], junk)
    return copied


@pytest.mark.parametrize(("good", "read"), READERS)
def test_the_payloads_are_good_before_they_are_poisoned(
    good: Json, read: Callable[[Payload], Request | Query | None]
) -> None:
    assert read(Payload(good, b"", START)) is not None


@pytest.mark.parametrize(("good", "read"), READERS)
@settings(max_examples=300, deadline=None)
@given(data=st.data())
def test_poison_is_read_or_unreadable(
    good: Json, read: Callable[[Payload], Request | Query | None], data: st.DataObject
) -> None:
    at = data.draw(st.sampled_from(list(paths(good))))
    body = poisoned(good, at, data.draw(JUNK))
    try:
        heard = read(Payload(body, b"", START))
    except hear.UNREADABLE:
        return
    if heard is not None:
        # Halves of characters could not be written.
        json.dumps(dataclasses.asdict(heard), ensure_ascii=False, default=str).encode()
