"""Reads what Slack sends: a payload becomes a request, or nothing that concerns us."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

from slack_bolt.error import BoltUnhandledRequestError

from bot.platform import Address, Attachment, Pressed, Request, Said, Submitted, Typed
from bot.slack import home, modal
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
CHANGED = "message_changed"
SLACKBOT = "USLACKBOT"
# Between an account of another workspace and that workspace.
AT_TEAM = "@"


@dataclass(frozen=True, slots=True)
class Payload:
    """One payload, its bytes, and the moment it came, for what Slack does not date.

    `team` is the workspace where the app is, as soon as that is known.
    """

    body: Json
    raw: bytes = field(repr=False)
    now: datetime
    team: str = ""


@dataclass(frozen=True, slots=True)
class Query:
    """What somebody types in a search field of a draft's form."""

    request: Request
    draft: int
    field: str
    text: str


def command(payload: Payload) -> Request:
    """A slash command."""
    body, workspace = payload.body, team_of(payload)
    return Request(
        Address(PLATFORM, workspace, text_of(body["channel_id"])),
        user_of(body["user_id"], body["team_id"], workspace),
        Typed(plain(body.get("text") or ""), command=text_of(body["command"]).lstrip("/").lower()),
        payload.now,
        text_of(body["trigger_id"]),
        user_name=text_of(body.get("user_name")),
        direct=text_of(body["channel_id"]).startswith(DIRECT),
        title=title_of(body.get("channel_name")),
        inline=True,
        opens=True,
        raw=payload.raw,
    )


def message(payload: Payload, bot_user: str) -> Request | None:
    """What a person wrote to the bot or in a thread; None for all else that is said in a channel.

    A post that mentions the bot comes as two events with different ids. Their key is the post
    itself, so that the second is answered from the record, and both read the same here. A post
    that was edited comes once more as an event about it.
    """
    if payload.body["event"].get("subtype") == CHANGED:
        return _edited(payload, bot_user)
    body, event = payload.body, payload.body["event"]
    workspace = workspace_of(body)
    chat, stamp, text = text_of(event["channel"]), text_of(event["ts"]), event.get("text") or ""
    ours = _bot_of(body) or bot_user
    if not _by_a_person(event, ours):
        return None
    direct = event.get("channel_type") == "im" or chat.startswith(DIRECT)
    called = event["type"] == "app_mention" or mentions(text, ours)
    thread = _reply_in(event, stamp)
    said = Typed(plain(text, ours), files_of(event))
    if not (direct or called or thread) or not (called or said.text or said.files):
        return None
    return Request(
        Address(PLATFORM, workspace, chat, thread),
        user_of(event["user"], team_in(event), workspace),
        said,
        moment(stamp),
        f"{chat}:{stamp}",
        message=stamp,
        reply_to=thread,
        direct=direct,
        mentions=direct or called,
        external=body.get("is_ext_shared_channel") is True,
        raw=payload.raw,
    )


def _edited(payload: Payload, bot_user: str) -> Request | None:
    """What a message says now: None when only what Slack shows beside it has changed."""
    body, event = payload.body, payload.body["event"]
    now, edited = event["message"], event["message"].get("edited")
    if not edited or now.get("text") == (event.get("previous_message") or {}).get("text"):
        return None
    about = {"type": "message", "channel": event["channel"]}
    about |= {"channel_type": event.get("channel_type"), **now}
    told = message(replace(payload, body={**body, "event": about}), bot_user)
    if told is None or not isinstance(told.said, Typed):
        return None
    stamp = text_of(edited["ts"])
    said = replace(told.said, files=(), edited=True)
    return replace(told, said=said, at=moment(stamp), key=f"{told.key}:{stamp}")


def press(payload: Payload) -> Request | None:
    """A pressed button; None for anything else that can be acted on in a message or form."""
    body, action = payload.body, payload.body["actions"][0]
    if action["type"] != "button" or "value" not in action:
        return None
    if not body.get("channel"):
        return _press_at_home(payload, action)
    container, chat = body["container"], text_of(body["channel"]["id"])
    stamp = text_of(container["message_ts"])
    return Request(
        Address(PLATFORM, team_of(payload), chat, _reply_in(container, stamp)),
        presser(payload),
        Pressed(text_of(action["value"]), stamp),
        when(action, payload),
        text_of(body["trigger_id"]),
        user_name=name_of(body["user"]),
        message=stamp,
        direct=chat.startswith(DIRECT),
        title=title_of(body["channel"].get("name")),
        inline=True,
        opens=True,
        raw=payload.raw,
    )


def _press_at_home(payload: Payload, action: Json) -> Request | None:
    """A button on somebody's front page acts as if it hung in their direct chat."""
    body = payload.body
    chat = home.chat_of(body.get("view") or {})
    if not chat:
        return None
    return Request(
        Address(PLATFORM, team_of(payload), text_of(chat)),
        presser(payload),
        Pressed(text_of(action["value"])),
        when(action, payload),
        text_of(body["trigger_id"]),
        user_name=name_of(body["user"]),
        opens=True,
        raw=payload.raw,
    )


def submission(payload: Payload) -> Request:
    """A submitted form."""
    body, shown = payload.body, payload.body["view"]
    draft, origin = modal.opened(shown)
    answers, files = modal.answers(shown)
    key = body.get("trigger_id") or f"{shown['id']}:{shown['hash']}"
    return _in_form(payload, origin, Submitted(draft, answers, files), text_of(key))


def closing(payload: Payload) -> Request:
    """A form closed unsent: its Cancel was pressed. It comes without a trigger."""
    shown = payload.body["view"]
    _, origin = modal.opened(shown)
    said = Pressed(modal.left(shown), text_of(origin.message))
    key = f"closed:{text_of(shown['id'])}:{text_of(shown['hash'])}"
    return replace(_in_form(payload, origin, said, key), opens=False)


def query(payload: Payload) -> Query:
    """What is typed in a search field. It is answered anew each time, so it has no key."""
    body = payload.body
    draft, origin = modal.opened(body["view"])
    typed = text_of(body["value"])
    request = _in_form(payload, origin, Typed(typed), "")
    return Query(request, draft, text_of(body["block_id"]), typed)


def _in_form(payload: Payload, origin: modal.Origin, said: Said, key: str) -> Request:
    """What is done in a form is done where the form was opened."""
    body = payload.body
    return Request(
        Address(PLATFORM, team_of(payload), text_of(origin.chat), text_of(origin.thread)),
        presser(payload),
        said,
        payload.now,
        key,
        user_name=name_of(body["user"]),
        message=text_of(origin.message),
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
    thread = text_of(about.get("thread_ts"))
    return "" if thread == stamp else thread


def _authorization(body: Json) -> Json:
    found: Json = next(iter(body.get("authorizations") or ()), {})
    return found


def _bot_of(body: Json) -> str:
    """The bot's own number, as the envelope of an event names it."""
    ours = _authorization(body)
    return text_of(ours.get("user_id")) if ours.get("is_bot") else ""


def workspace_of(body: Json) -> str:
    """The workspace where the app is: in a shared channel the writer's may be another."""
    return text_of(_authorization(body).get("team_id") or body["team_id"])


def team_of(payload: Payload) -> str:
    """The workspace where the app is: in a shared channel the presser's may be another."""
    body = payload.body
    view, team, user = (body.get(name) or {} for name in ("view", "team", "user"))
    told = view.get("app_installed_team_id") or payload.team or team.get("id")
    return text_of(told or body.get("team_id") or user["team_id"])


def team_in(about: Json) -> str:
    """The workspace of whoever wrote a message, where it is told."""
    return text_of(about.get("user_team") or about.get("source_team") or about.get("team"))


def user_of(user: Json, team: Json, ours: str) -> str:
    """An account's name here. One of another workspace is never taken for one of ours."""
    foreign = team and ours and team != ours
    return f"{text_of(user)}{AT_TEAM}{text_of(team)}" if foreign else text_of(user)


def presser(payload: Payload) -> str:
    """Whoever presses, chooses or submits."""
    user = payload.body["user"]
    return user_of(user["id"], user.get("team_id"), team_of(payload))


def when(action: Json, payload: Payload) -> datetime:
    """When it was done, or came."""
    return moment(action["action_ts"]) if action.get("action_ts") else payload.now


def name_of(user: Json) -> str:
    """The handle of whoever did it."""
    return text_of(user.get("name") or user.get("username"))


def title_of(name: Json) -> str:
    """A channel's name, where Slack tells it."""
    title = text_of(name)
    return "" if title in NAMELESS else title


def files_of(event: Json) -> tuple[Attachment, ...]:
    """The files of a message."""
    return tuple(modal.attachment(file) for file in event.get("files") or ())


def moment(stamp: Json) -> datetime:
    """Slack's time: seconds since 1970, with the microseconds that make it a name."""
    seconds, _, micros = text_of(stamp).partition(".")
    try:
        begun = datetime.fromtimestamp(int(seconds), UTC)
    except OSError as error:  # what the system calls a number of seconds without a year
        raise ValueError(f"no such moment: {seconds}") from error
    return begun.replace(microsecond=int(micros[:6].ljust(6, "0")))


def text_of(value: Json) -> str:
    """Text, "" for nothing; raises `TypeError` for anything else."""
    if value is None:
        return ""
    if not isinstance(value, str):
        raise TypeError("text was expected")
    return whole(value)
