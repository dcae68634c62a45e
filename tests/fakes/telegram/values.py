"""The values the fake Telegram keeps and hands out: people, chats, messages, files, calls."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Literal

Json = dict[str, Any]
ChatType = Literal["private", "group", "supergroup", "channel"]
Standing = Literal["member", "administrator", "left", "kicked"]


class TelegramRefusal(Exception):
    """Telegram answers ok:false with this code and description."""

    def __init__(self, code: int, description: str, parameters: Json | None = None) -> None:
        super().__init__(code, description)
        self.code = code
        self.description = description
        self.parameters = parameters or {}


class CannotDo(AssertionError):
    """What a test asks of a person is something Telegram's client would not let them do."""


def bad(words: str) -> TelegramRefusal:
    return TelegramRefusal(400, f"Bad Request: {words}")


def forbidden(words: str) -> TelegramRefusal:
    return TelegramRefusal(403, f"Forbidden: {words}")


def utc_now() -> datetime:
    return datetime.now(UTC)


@dataclass(slots=True, eq=False)
class User:
    """`started`: wrote to the bot at least once, so the bot may write back."""

    id: int
    first_name: str
    username: str = ""
    language_code: str | None = None
    is_bot: bool = False
    started: bool = False
    blocked: bool = False
    deactivated: bool = False

    def as_json(self) -> Json:
        known: Json = {"id": self.id, "is_bot": self.is_bot, "first_name": self.first_name}
        if self.username:
            known["username"] = self.username
        if self.language_code:
            known["language_code"] = self.language_code
        return known


@dataclass(slots=True, eq=False)
class Chat:
    """`bot` and `bot_rights` are what the bot is and may do there; topics are kept by thread id."""

    id: int
    type: ChatType
    title: str = ""
    person: User | None = None
    members: set[int] = field(default_factory=set)
    admins: set[int] = field(default_factory=set)
    is_forum: bool = False
    bot: Standing = "member"
    bot_rights: set[str] = field(default_factory=set)
    migrated_to: int | None = None
    messages: dict[int, Message] = field(default_factory=dict)
    topics: dict[int, str] = field(default_factory=dict)
    closed: set[int] = field(default_factory=set)

    @property
    def is_private(self) -> bool:
        return self.type == "private"

    def standing(self, user: User) -> Standing:
        if user.id not in self.members:
            return "left"
        return "administrator" if user.id in self.admins else "member"

    def as_json(self) -> Json:
        if self.person is not None:
            known: Json = {"id": self.id, "type": self.type, "first_name": self.person.first_name}
            return known | ({"username": self.person.username} if self.person.username else {})
        forum = {"is_forum": True} if self.is_forum else {}
        return {"id": self.id, "type": self.type, "title": self.title} | forum


@dataclass(frozen=True, slots=True)
class Version:
    """What a message said before it was edited."""

    text: str
    caption: str
    entities: list[Json]
    markup: Json | None


@dataclass(slots=True, eq=False)
class Message:
    """A message as it stands now; `past` keeps what it said before, oldest first.

    `content` holds photo, document, contact ... as Telegram writes them, `service` what a service
    message tells; `topic` says whether `thread` is a forum topic or a mere thread of replies.
    """

    chat: Chat
    id: int
    sender: User
    date: datetime
    text: str = ""
    caption: str = ""
    entities: list[Json] = field(default_factory=list)
    content: Json = field(default_factory=dict)
    service: Json = field(default_factory=dict)
    markup: Json | None = None
    reply_to: Message | None = None
    thread: int | None = None
    topic: bool = False
    album: str = ""
    origin: Json | None = None
    silent: bool = False
    edited: datetime | None = None
    deleted: bool = False
    past: list[Version] = field(default_factory=list)

    @property
    def by_bot(self) -> bool:
        return self.sender.is_bot

    @property
    def words(self) -> str:
        return self.text or self.caption

    @property
    def version(self) -> Version:
        return Version(self.text, self.caption, list(self.entities), self.markup)

    def as_json(self, *, quoting: bool = True) -> Json:
        """The message as it travels; what it replies to is told without what that replied to."""
        known: Json = {
            "message_id": self.id,
            "from": self.sender.as_json(),
            "chat": self.chat.as_json(),
            "date": int(self.date.timestamp()),
        }
        known |= self._words_as_json() | self.content | self.service
        if self.thread is not None:
            known["message_thread_id"] = self.thread
        if self.topic:
            known["is_topic_message"] = True
        if self.album:
            known["media_group_id"] = self.album
        if self.origin:
            known["forward_origin"] = self.origin
        if self.edited:
            known["edit_date"] = int(self.edited.timestamp())
        if self.markup and "inline_keyboard" in self.markup:
            known["reply_markup"] = self.markup
        if self.reply_to and quoting and not self.reply_to.deleted:
            known["reply_to_message"] = self.reply_to.as_json(quoting=False)
        return known

    def _words_as_json(self) -> Json:
        key = "text" if self.text else "caption"
        if not self.words:
            return {}
        entities = "entities" if self.text else "caption_entities"
        return {key: self.words} | ({entities: self.entities} if self.entities else {})


@dataclass(frozen=True, slots=True)
class StoredFile:
    """`size` may be claimed larger than the content, to have a file that is too big."""

    id: str
    path: str
    name: str
    mime_type: str
    content: bytes
    size: int

    def as_json(self) -> Json:
        unique = self.id.replace("-", "u")
        return {"file_id": self.id, "file_unique_id": unique, "file_size": self.size}


@dataclass(frozen=True, slots=True)
class Update:
    """`raw` is the text in which it travels, which a poisoned one may have any odd way."""

    id: int
    raw: str
    at: datetime


@dataclass(slots=True)
class Press:
    """A press of a button; what the bot answered to it is seen in `toast` and `alert`."""

    id: str
    user: User
    message: Message
    data: str
    at: datetime
    answered: bool = False
    toast: str | None = None
    alert: bool = False


@dataclass(slots=True)
class Call:
    """A call of the bot's. The outcome is "ok", a refusal's description, a fault's kind, or ""."""

    method: str
    payload: Json
    at: datetime
    outcome: str = ""


@dataclass(frozen=True, slots=True)
class Refused:
    method: str
    payload: Json
    code: int
    description: str


@dataclass(frozen=True, slots=True)
class Answer:
    """The bot's answer to a post to its webhook; status 0 where none came."""

    status: int
    body: bytes = b""
    reason: str = ""

    @property
    def acknowledged(self) -> bool:
        return 200 <= self.status < 300
