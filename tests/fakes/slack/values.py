"""The values the fake Slack keeps and hands out: people, messages, views, calls, answers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Literal

Json = dict[str, Any]

TEAM = "T0HEAD"
TEAM_DOMAIN = "headwater"
APP = "A0HEAD"
BOT_USER = "U0BOT"
BOT = "B0BOT"

Kind = Literal["events_api", "slash_commands", "interactive"]


class SlackRefusal(Exception):
    """Slack answers ok:false with this error; `details` are its json-pointer messages."""

    def __init__(self, error: str, *details: str) -> None:
        super().__init__(error, *details)
        self.error = error
        self.details = details


class CannotDo(AssertionError):
    """What a test asks of a person is something Slack's client would not let them do."""


@dataclass(slots=True)
class User:
    id: str
    name: str
    real_name: str
    tz: str = "Asia/Shanghai"
    locale: str = "zh-CN"
    email: str | None = None
    team: str = TEAM
    is_bot: bool = False
    deleted: bool = False
    is_guest: bool = False
    email_confirmed: bool = True

    def as_json(self, *, with_locale: bool = False) -> Json:
        profile = {"real_name": self.real_name, "display_name": self.name, "team": self.team}
        return {
            "id": self.id,
            "team_id": self.team,
            "name": self.name,
            "real_name": self.real_name,
            "tz": self.tz,
            "tz_label": self.tz,
            "deleted": self.deleted,
            "is_bot": self.is_bot,
            "is_restricted": self.is_guest,
            "is_ultra_restricted": False,
            "is_stranger": self.team != TEAM,
            "is_email_confirmed": bool(self.email) and self.email_confirmed,
            "profile": profile | ({"email": self.email} if self.email else {}),
        } | ({"locale": self.locale} if with_locale else {})


@dataclass(slots=True)
class Channel:
    id: str
    name: str
    members: set[str] = field(default_factory=set)
    is_im: bool = False
    is_mpim: bool = False
    is_private: bool = False
    is_ext_shared: bool = False
    is_pending_ext_shared: bool = False
    is_archived: bool = False

    @property
    def kind(self) -> str:
        """Slack's `channel_type` of a message event."""
        if self.is_im:
            return "im"
        if self.is_mpim:
            return "mpim"
        return "group" if self.is_private else "channel"

    @property
    def name_in_payloads(self) -> str:
        return {"im": "directmessage", "mpim": self.name, "group": "privategroup"}.get(
            self.kind, self.name
        )

    def as_json(self) -> Json:
        shared = {
            "is_shared": self.is_ext_shared,
            "is_ext_shared": self.is_ext_shared,
            "is_pending_ext_shared": self.is_pending_ext_shared,
        }
        if self.is_im:
            person = min(self.members - {BOT_USER}, default=BOT_USER)
            return {"id": self.id, "is_im": True, "user": person, "is_archived": False} | shared
        return {
            "id": self.id,
            "name": self.name,
            "is_channel": not (self.is_private or self.is_mpim),
            "is_group": self.is_private,
            "is_im": False,
            "is_mpim": self.is_mpim,
            "is_private": self.is_private or self.is_mpim,
            "is_archived": self.is_archived,
            "is_member": BOT_USER in self.members,
        } | shared


@dataclass(slots=True, eq=False)
class Message:
    """A message as it stands now; `past` keeps its earlier wire forms, oldest first."""

    channel: str
    ts: str
    user: str
    text: str
    blocks: list[Json] = field(default_factory=list)
    thread_ts: str | None = None
    metadata: Json | None = None
    edited: Json | None = None
    files: list[Json] = field(default_factory=list)
    reactions: dict[str, list[str]] = field(default_factory=dict)
    attachments: list[Json] = field(default_factory=list)
    ephemeral_to: str | None = None
    broadcast: bool = False
    team: str = TEAM
    program: str = ""
    deleted: bool = False
    past: list[Json] = field(default_factory=list)

    @property
    def by_bot(self) -> bool:
        return self.user == BOT_USER

    def as_json(self, *, with_metadata: bool = True) -> Json:
        found: Json = {"type": "message", "user": self.user, "ts": self.ts, "text": self.text}
        found["team"] = self.team
        if self.by_bot:
            found |= {"bot_id": BOT, "app_id": APP}
        if self.program:
            found |= {"subtype": "bot_message", "username": self.program, "bot_id": "B0OTHER"}
            del found["user"]
        kept = {
            "blocks": self.blocks,
            "attachments": self.attachments,
            "thread_ts": self.thread_ts,
            "metadata": self.metadata if with_metadata else None,
            "edited": self.edited,
            "files": self.files,
            "reactions": [
                {"name": name, "users": users, "count": len(users)}
                for name, users in self.reactions.items()
            ],
        }
        return found | {key: value for key, value in kept.items() if value}


@dataclass(slots=True, eq=False)
class View:
    """A modal or a Home tab; `state` holds what was picked so far, by block and action id."""

    id: str
    user: str
    body: Json
    hash: str
    root_id: str
    previous_id: str | None = None
    state: dict[str, dict[str, Json]] = field(default_factory=dict)

    @property
    def blocks(self) -> list[Json]:
        blocks: list[Json] = self.body["blocks"]
        return blocks

    def as_json(self) -> Json:
        return {
            "id": self.id,
            "team_id": TEAM,
            "app_id": APP,
            "app_installed_team_id": TEAM,
            "bot_id": BOT,
            "hash": self.hash,
            "root_view_id": self.root_id,
            "previous_view_id": self.previous_id,
            "private_metadata": "",
            "callback_id": "",
            "external_id": "",
            "clear_on_close": False,
            "notify_on_close": False,
            "title": None,
            "submit": None,
            "close": None,
            **self.body,
            "state": {"values": self.state},
        }


@dataclass(slots=True, eq=False)
class StoredFile:
    """`looks` is how often it will be asked after before Slack is done with it."""

    id: str
    name: str
    user: str
    size: int
    title: str = ""
    alt_txt: str | None = None
    mimetype: str = "application/octet-stream"
    content: bytes | None = None
    completed: bool = False
    looks: int = 0
    url: str = ""
    channels: list[str] = field(default_factory=list)

    def as_json(self) -> Json:
        suffix = self.name.rpartition(".")[2] if "." in self.name else "text"
        return {
            "id": self.id,
            "name": self.name,
            "title": self.title or self.name,
            "mimetype": "" if self.looks else self.mimetype,
            "filetype": suffix,
            "user": self.user,
            "size": self.size,
            "mode": "hosted",
            "is_external": False,
            "url_private": self.url,
            "url_private_download": self.url,
            "channels": list(self.channels),
        }


@dataclass(frozen=True, slots=True)
class Call:
    """One request the bot made: `outcome` is "ok", Slack's error, or the fault it met."""

    method: str
    payload: Json
    at: datetime
    outcome: str


@dataclass(frozen=True, slots=True)
class Refusal:
    method: str
    payload: Json
    error: str
    details: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Delivery:
    """One payload on its way to the bot, whichever transport carries it."""

    kind: Kind
    payload: Json
    retry: int = 0
    retry_reason: str = ""


@dataclass(frozen=True, slots=True)
class Answer:
    """What the bot answered: HTTP status (200 for a socket ack, 0 for none) and decoded body.

    `others` are the answers to further deliveries of the same deed: retries and twin events too.
    """

    delivery: Delivery | None = None
    status: int = 0
    body: Json = field(default_factory=dict)
    text: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    reason: str = ""
    others: tuple[Answer, ...] = ()

    @property
    def acknowledged(self) -> bool:
        return 200 <= self.status < 300

    @property
    def errors(self) -> dict[str, str]:
        """Field errors by block id, if the bot refused a submitted form."""
        if self.body.get("response_action") != "errors":
            return {}
        return dict(self.body.get("errors") or {})


def slack_seconds(moment: datetime) -> int:
    return int(moment.timestamp())


def utc_now() -> datetime:
    return datetime.now(UTC)
