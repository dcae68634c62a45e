"""Reads what Slack sends: a payload becomes a request, or nothing that concerns us."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

from slack_bolt.error import BoltUnhandledRequestError

from bot.platform import Address, Attachment, Pressed, Request, Said, Submitted, Typed
from bot.slack import modal
from bot.slack.api import PLATFORM
from bot.slack.markup import mentions, plain, whole

Json = Any

# What Bolt's and our own reading raise on a payload that is not shaped like one.
UNREADABLE = (
    ArithmeticError,
    AttributeError,
    BoltUnhandledRequestError,
    LookupError,
    RecursionError,
    TypeError,
    ValueError,
)
DIRECT = "D"
# Slack's names for chats whose own name it does not tell.
NAMELESS = {"directmessage", "privategroup"}
SPEAKING = {None, "file_share"}
SLACKBOT = "USLACKBOT"


@dataclass(frozen=True, slots=True)
class Payload:
    """One payload, its bytes, and the moment it came, for what Slack does not date."""

    body: Json
    raw: bytes = field(repr=False)
    now: datetime


@dataclass(frozen=True, slots=True)
class Query:
    """What somebody types in a search field of a draft's form."""

    request: Request
    draft: int
    field: str
    text: str


def command(payload: Payload) -> Request:
    """A slash command."""
    body = payload.body
    return Request(
        Address(PLATFORM, _text(body["team_id"]), _text(body["channel_id"])),
        _text(body["user_id"]),
        Typed(plain(body.get("text") or ""), command=_text(body["command"]).lstrip("/").lower()),
        payload.now,
        _text(body["trigger_id"]),
        user_name=_text(body.get("user_name")),
        direct=_text(body["channel_id"]).startswith(DIRECT),
        title=_title(body.get("channel_name")),
        inline=True,
        opens=True,
        raw=payload.raw,
    )


def message(payload: Payload, bot_user: str) -> Request | None:
    """What a person wrote to the bot or in a thread; None for all else that is said in a channel.

    A post that mentions the bot comes as two events with different ids. Their key is the post
    itself, so that the second is answered from the record, and both read the same here.
    """
    body, event = payload.body, payload.body["event"]
    chat, stamp, text = _text(event["channel"]), _text(event["ts"]), event.get("text") or ""
    ours = _bot_of(body) or bot_user
    if not _by_a_person(event, ours):
        return None
    direct = event.get("channel_type") == "im" or chat.startswith(DIRECT)
    called = event["type"] == "app_mention" or mentions(text, ours)
    thread = _reply_in(event, stamp)
    said = Typed(plain(text, ours), _files(event))
    if not (direct or called or thread) or not (called or said.text or said.files):
        return None
    return Request(
        Address(PLATFORM, _workspace_of(body), chat, thread),
        _text(event["user"]),
        said,
        _moment(stamp),
        f"{chat}:{stamp}",
        message=stamp,
        reply_to=thread,
        direct=direct,
        mentions=direct or called,
        external=body.get("is_ext_shared_channel") is True,
        raw=payload.raw,
    )


def press(payload: Payload) -> Request | None:
    """A pressed button; None for anything else that can be acted on in a message or form."""
    body, action = payload.body, payload.body["actions"][0]
    if action["type"] != "button" or not body.get("channel") or "value" not in action:
        return None
    container, chat = body["container"], _text(body["channel"]["id"])
    stamp = _text(container["message_ts"])
    return Request(
        Address(PLATFORM, _team_of(body), chat, _reply_in(container, stamp)),
        _text(body["user"]["id"]),
        Pressed(_text(action["value"]), stamp),
        _moment(action["action_ts"]) if action.get("action_ts") else payload.now,
        _text(body["trigger_id"]),
        user_name=_name_of(body["user"]),
        message=stamp,
        direct=chat.startswith(DIRECT),
        title=_title(body["channel"].get("name")),
        inline=True,
        opens=True,
        raw=payload.raw,
    )


def submission(payload: Payload) -> Request:
    """A submitted form."""
    body, shown = payload.body, payload.body["view"]
    draft, origin = modal.opened(shown)
    answers, files = modal.answers(shown)
    key = body.get("trigger_id") or f"{shown['id']}:{shown['hash']}"
    return _in_form(payload, origin, Submitted(draft, answers, files), _text(key))


def closing(payload: Payload) -> Request:
    """A form closed unsent: its Cancel was pressed. It comes without a trigger."""
    shown = payload.body["view"]
    _, origin = modal.opened(shown)
    said = Pressed(modal.left(shown), _text(origin.message))
    key = f"closed:{_text(shown['id'])}:{_text(shown['hash'])}"
    return replace(_in_form(payload, origin, said, key), opens=False)


def query(payload: Payload) -> Query:
    """What is typed in a search field. It is answered anew each time, so it has no key."""
    body = payload.body
    draft, origin = modal.opened(body["view"])
    typed = _text(body["value"])
    request = _in_form(payload, origin, Typed(typed), "")
    return Query(request, draft, _text(body["block_id"]), typed)


def _in_form(payload: Payload, origin: modal.Origin, said: Said, key: str) -> Request:
    """What is done in a form is done where the form was opened."""
    body = payload.body
    return Request(
        Address(PLATFORM, _team_of(body), _text(origin.chat), _text(origin.thread)),
        _text(body["user"]["id"]),
        said,
        payload.now,
        key,
        user_name=_name_of(body["user"]),
        message=_text(origin.message),
        direct=origin.chat.startswith(DIRECT),
        opens=bool(key),
        raw=payload.raw,
    )


# --- who, where, when -----------------------------------------------------------------------------


def _by_a_person(event: Json, bot_user: str) -> bool:
    """Whether a message is somebody's own and new. Edits, joins, and what programs post are not."""
    user = event.get("user")
    if event.get("subtype") not in SPEAKING or event.get("bot_id"):
        return False
    return bool(user) and user not in (bot_user, SLACKBOT)


def _reply_in(about: Json, stamp: str) -> str:
    """The thread that a message answers in; the one that began it answers nothing."""
    thread = _text(about.get("thread_ts"))
    return "" if thread == stamp else thread


def _authorization(body: Json) -> Json:
    found: Json = next(iter(body.get("authorizations") or ()), {})
    return found


def _bot_of(body: Json) -> str:
    """The bot's own number, as the envelope of an event names it."""
    ours = _authorization(body)
    return _text(ours.get("user_id")) if ours.get("is_bot") else ""


def _workspace_of(body: Json) -> str:
    """The workspace where the app is: in a shared channel the writer's may be another."""
    return _text(_authorization(body).get("team_id") or body["team_id"])


def _team_of(body: Json) -> str:
    view, team = body.get("view") or {}, body.get("team") or {}
    return _text(view.get("app_installed_team_id") or team.get("id") or body["user"]["team_id"])


def _name_of(user: Json) -> str:
    return _text(user.get("name") or user.get("username"))


def _title(name: Json) -> str:
    title = _text(name)
    return "" if title in NAMELESS else title


def _files(event: Json) -> tuple[Attachment, ...]:
    return tuple(modal.attachment(file) for file in event.get("files") or ())


def _moment(stamp: Json) -> datetime:
    """Slack's time: seconds since 1970, with the microseconds that make it a name."""
    seconds, _, micros = _text(stamp).partition(".")
    begun = datetime.fromtimestamp(int(seconds), UTC)
    return begun.replace(microsecond=int(micros[:6].ljust(6, "0")))


def _text(value: Json) -> str:
    if value is None:
        return ""
    if not isinstance(value, str):
        raise TypeError("text was expected")
    return whole(value)
