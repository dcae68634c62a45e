"""Reads an update: what Telegram sent becomes a request, or nothing that concerns us."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import datetime

from telegram import (
    Audio,
    CallbackQuery,
    Chat,
    Document,
    Message,
    PhotoSize,
    Update,
    User,
    Video,
    VideoNote,
    Voice,
)
from telegram.constants import ChatType
from telegram.error import TelegramError

from bot.platform import Address, Attachment, Pressed, Request, Said, Started, Typed
from bot.telegram import contents
from bot.telegram.api import Delivery
from bot.telegram.checked import moment, number, words
from storage.database import Json

PLATFORM = "telegram"
START = "start"
# What the library and our own reading raise on an update that is not shaped like one.
UNREADABLE = (
    ArithmeticError,
    AttributeError,
    LookupError,
    OSError,
    RecursionError,
    TelegramError,
    TypeError,
    ValueError,
)
# Chinese may follow the word at once: `/visit华强`.
_SLASH = re.compile(
    r"/(?P<name>[A-Za-z0-9_]{1,32})(?:@(?P<bot>[A-Za-z0-9_]+))?"
    r"(?:(?:\s+|(?=[^\x00-\x7f]))(?P<rest>.*))?",
    re.DOTALL,
)
_File = PhotoSize | VideoNote | Voice | Document | Audio | Video


class Unreadable(Exception):
    """This is no update that we can read."""


@dataclass(frozen=True, slots=True)
class Me:
    """The bot itself, as Telegram knows it."""

    id: str
    username: str


@dataclass(frozen=True, slots=True)
class Heard:
    """What an update says, and the press that Telegram wants answered."""

    request: Request | None = None
    press: str = ""


def read(delivery: Delivery, me: Me, now: datetime) -> Heard:
    """Read one update; `now` dates what Telegram does not date. Raises `Unreadable`."""
    try:
        return _heard(Update.de_json(delivery.raw), delivery.body, me, now)
    except UNREADABLE as error:
        raise Unreadable(f"not an update: {type(error).__name__}") from error


def update_id(raw: Json) -> int | None:
    """The number of an update, however broken the rest of it is."""
    found = raw.get("update_id") if isinstance(raw, dict) else None
    return found if isinstance(found, int) and not isinstance(found, bool) else None


def lane(raw: Json) -> str:
    """The chat in which an update must wait for those before it."""
    match raw:
        case {"message": {"chat": {"id": int(chat)}}}:
            return str(chat)
        case {"edited_message": {"chat": {"id": int(chat)}}}:
            return str(chat)
        case {"callback_query": {"message": {"chat": {"id": int(chat)}}}}:
            return str(chat)
        case _:
            return ""


def _heard(update: Update, body: bytes, me: Me, now: datetime) -> Heard:
    key = number(update.update_id)
    if update.callback_query:
        query = update.callback_query
        return Heard(_pressed(query, me, key, now, body), words(query.id))
    if update.message:
        return Heard(_told(update.message, me, key, body))
    if update.edited_message:
        return Heard(_edited(update.edited_message, me, key, body))
    return Heard()


def _edited(message: Message, me: Me, key: str, body: bytes) -> Request | None:
    """What a message says now. A live place that moves is an edit too, which changes no words."""
    told = _told(message, me, key, body)
    if told is None or not isinstance(told.said, Typed):
        return None
    at = moment(message.edit_date or message.date)
    return replace(told, said=replace(told.said, edited=True), at=at)


def _told(message: Message, me: Me, key: str, body: bytes) -> Request | None:
    """A message as a request: None for what nobody said to us."""
    user = message.from_user
    if user is None or user.is_bot or message.is_automatic_forward:
        return None
    said = _said(message, me)
    if said is None:
        return None
    direct = message.chat.type == ChatType.PRIVATE
    return Request(
        _address(message.chat, _thread(message), me),
        number(user.id),
        said,
        moment(message.date),
        key,
        user_name=words(user.full_name),
        language=_language(user),
        message=number(message.message_id),
        reply_to=_reply_to(message),
        direct=direct,
        title=words(message.chat.title),
        mentions=direct or _mentions(message, said, me),
        raw=body,
    )


def _pressed(query: CallbackQuery, me: Me, key: str, now: datetime, body: bytes) -> Request | None:
    """A pressed button as a request: None for buttons that are not on a message of ours."""
    message, user = query.message, query.from_user
    if message is None or query.data is None:
        return None
    thread = _thread(message) if isinstance(message, Message) else ""
    hung_on = number(message.message_id)
    return Request(
        _address(message.chat, thread, me),
        number(user.id),
        Pressed(words(query.data), hung_on),
        now,
        key,
        user_name=words(user.full_name),
        language=_language(user),
        message=hung_on,
        direct=message.chat.type == ChatType.PRIVATE,
        title=words(message.chat.title),
        raw=body,
    )


# --- where, who ---------------------------------------------------------------------------------


def _address(chat: Chat, thread: str, me: Me) -> Address:
    return Address(PLATFORM, me.id, number(chat.id), thread)


def _thread(message: Message) -> str:
    """The topic. Plain groups number their threads of replies too, but have no topics."""
    return number(message.message_thread_id) if message.is_topic_message else ""


def _reply_to(message: Message) -> str:
    answered = _answered(message)
    return number(answered.message_id) if answered else ""


def _answered(message: Message) -> Message | None:
    """The message answered. In a topic every message formally answers the one that opened it."""
    answered = message.reply_to_message
    if answered is None or answered.forum_topic_created:
        return None
    opening = message.is_topic_message and answered.message_id == message.message_thread_id
    return None if opening else answered


def _mentions(message: Message, said: Said, me: Me) -> bool:
    if isinstance(said, Started) or (isinstance(said, Typed) and said.command):
        return True
    answered = _answered(message)
    author = answered.from_user if answered else None
    if author and number(author.id) == me.id:
        return True
    text = _text(message)
    return text.startswith("/") or _name_of(me).search(text) is not None


def _name_of(me: Me) -> re.Pattern[str]:
    name = re.escape(me.username)
    return re.compile(rf"(?<![A-Za-z0-9_])@{name}(?![A-Za-z0-9_])", re.IGNORECASE)


def _language(user: User) -> str:
    code = words(user.language_code).lower()
    if not code:
        return ""
    return "zh" if code.startswith("zh") else "en"


# --- what ---------------------------------------------------------------------------------------


def _said(message: Message, me: Me) -> Typed | Started | None:
    text = _text(message)
    held = Typed(
        text,
        _files(message),
        origin=contents.origin(message),
        spot=contents.spot(message),
        phone=contents.phone(message),
        album=words(message.media_group_id),
    )
    if not (held.text or held.files or held.spot or held.phone):
        return None
    # Somebody else's words are passed on as they are: a slash in them commands nothing.
    return held if held.origin else _commanded(held, me)


def _commanded(held: Typed, me: Me) -> Typed | Started | None:
    """What was said to us, freed from our name and from the slash of a command."""
    text = held.text
    called = _name_of(me).match(text)
    text = text[called.end() :].lstrip(" ,:，：\n") if called else text
    slash = _SLASH.fullmatch(text)
    if slash is None:
        return replace(held, text=text)
    if slash["bot"] and slash["bot"].lower() != me.username.lower():
        return None
    name, rest = slash["name"].lower(), (slash["rest"] or "").strip()
    return Started(rest) if name == START else replace(held, text=rest, command=name)


def _text(message: Message) -> str:
    return words(message.text) or words(message.caption)


def _files(message: Message) -> tuple[Attachment, ...]:
    """What is attached; an animation is also sent as a document, for programs that know none."""
    if message.photo:
        largest = max(message.photo, key=lambda size: size.width * size.height)
        name = f"{words(largest.file_unique_id)}.jpg"
        return (_attachment(largest, name, "image/jpeg"),)
    if message.video_note:
        return (_attachment(message.video_note, "video.mp4", "video/mp4"),)
    if message.voice:
        media = words(message.voice.mime_type) or "audio/ogg"
        return (_attachment(message.voice, "voice.ogg", media),)
    named = message.document or message.audio or message.video
    if named is None:
        return ()
    return (_attachment(named, words(named.file_name), words(named.mime_type)),)


def _attachment(file: _File, name: str, media: str) -> Attachment:
    return Attachment(words(file.file_id), name, media, int(number(file.file_size or 0)))
