"""Reads what happens around messages: marked ones, opened Home tabs, channels that are shared."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bot.platform import Address, Marked, Opened, Origin, Request, Typed
from bot.slack import home
from bot.slack.api import PLATFORM
from bot.slack.hear import (
    DIRECT,
    SPEAKING,
    Payload,
    files_of,
    moment,
    name_of,
    presser,
    team_in,
    team_of,
    text_of,
    title_of,
    user_of,
    when,
    workspace_of,
)
from bot.slack.markup import plain, whole
from bot.telling import Written

Json = Any

# What is said in a channel, by people and by programs; all else only tells what happened there.
SAID = SPEAKING | {"bot_message", "me_message", "thread_broadcast"}
UNNAMED = "?"


def opened(payload: Payload) -> Request | None:
    """Somebody opened the Home tab; None for the tab of messages."""
    body, event = payload.body, payload.body["event"]
    if event["tab"] != home.TAB:
        return None
    workspace = workspace_of(body)
    return Request(
        Address(PLATFORM, workspace, text_of(event["channel"])),
        user_of(event["user"], team_in(event), workspace),
        Opened(),
        moment(event["event_ts"]),
        raw=payload.raw,
    )


def looks_again(pressed: Request) -> Request:
    """Whoever presses a button on the Home tab has it open."""
    return Request(pressed.address, pressed.user, Opened(), pressed.at)


def marked(payload: Payload, marks: Mapping[str, str]) -> Request | None:
    """A message that somebody marked with one of the emoji that mean a command."""
    body, event = payload.body, payload.body["event"]
    command = marks.get(text_of(event["reaction"]))
    item = event["item"]
    if command is None or item["type"] != "message":
        return None
    workspace, chat = workspace_of(body), text_of(item["channel"])
    return Request(
        Address(PLATFORM, workspace, chat),
        user_of(event["user"], team_in(event) or body["team_id"], workspace),
        Marked(command),
        moment(event["event_ts"]),
        text_of(body["event_id"]),
        message=text_of(item["ts"]),
        direct=chat.startswith(DIRECT),
        mentions=False,
        external=body.get("is_ext_shared_channel") is True,
        raw=payload.raw,
    )


def chosen(payload: Payload, command: str) -> Request:
    """A message that somebody chose to record, from its menu."""
    body, message = payload.body, payload.body["message"]
    workspace, chat = team_of(payload), text_of(body["channel"]["id"])
    found = written(message, workspace)
    said = Typed(found.text, found.files, origin=found.origin)
    return Request(
        Address(PLATFORM, workspace, chat),
        presser(payload),
        Marked(command, said, ask=True),
        when(body, payload),
        text_of(body["trigger_id"]),
        user_name=name_of(body["user"]),
        message=text_of(message["ts"]),
        direct=chat.startswith(DIRECT),
        title=title_of(body["channel"].get("name")),
        inline=True,
        opens=True,
        raw=payload.raw,
    )


def shared(payload: Payload) -> tuple[Address, bool]:
    """A channel that other companies read from now on, or do not any more."""
    body, event = payload.body, payload.body["event"]
    external = event["type"] == "channel_shared" or event.get("is_ext_shared") is True
    return Address(PLATFORM, workspace_of(body), text_of(event["channel"])), external


# --- a message as it stands in its chat -----------------------------------------------------------


def is_said(message: Json) -> bool:
    """Whether somebody said it: joins and other notes of Slack's own are nobody's words."""
    return message.get("subtype") in SAID


def written(message: Json, workspace: str, name: str = "") -> Written:
    """A message, with its author and time; `name` is what its author is known to be called."""
    stamp = text_of(message["ts"])
    thread = text_of(message.get("thread_ts"))
    user = message.get("user") if not message.get("bot_id") else None
    account = user_of(user, team_in(message), workspace) if user else ""
    author = name or _author(message) or account or UNNAMED
    return Written(
        plain(message.get("text") or ""),
        files_of(message),
        Origin(author, moment(stamp), account),
        "" if thread == stamp else thread,
    )


def _author(message: Json) -> str:
    """What a message itself says of its author: programs have a handle, people of others a card."""
    program = message.get("bot_profile") or {}
    person = message.get("user_profile") or {}
    named = (
        message.get("username"),
        program.get("name"),
        person.get("real_name"),
        person.get("display_name"),
    )
    return whole(next((str(one) for one in named if one), ""))
