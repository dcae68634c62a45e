"""Sends pages to Telegram, and says of every failure whether trying again makes sense."""

from __future__ import annotations

import asyncio
import logging
import re
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from typing import TypeVar

import httpx
import structlog
from telegram import Bot, InputFile, LinkPreviewOptions
from telegram.constants import ParseMode
from telegram.error import (
    BadRequest,
    ChatMigrated,
    Forbidden,
    InvalidToken,
    NetworkError,
    TelegramError,
)
from telegram.request import HTTPXRequest

from bot.handing import Handing
from bot.platform import Address, Handed, Landed, Parcel
from bot.shelf import Shelf, images
from bot.telegram import draw
from bot.telegram.api import MISSHAPEN, TOO_MANY, TooMany, seconds, trusted
from bot.telegram.draw import Drawn
from bot.telegram.hear import PLATFORM
from bot.telegram.pictures import TelegramPictures
from commands.kit.errors import Later, Never, TooLarge, Unclear, Undeliverable
from scheduler.sending import Rate

V = TypeVar("V")
log = structlog.get_logger(PLATFORM)

OFFICIAL = "https://api.telegram.org"
CONNECTIONS = 32
SECONDS = 10.0
SECONDS_FOR_A_FILE = 60.0
LARGEST_FILE = 20_000_000
NO_PREVIEW = LinkPreviewOptions(is_disabled=True)
# Failures before a byte of ours was written.
UNSENT = (
    httpx.ConnectError,
    httpx.ConnectTimeout,
    httpx.PoolTimeout,
    httpx.ProxyError,
    httpx.UnsupportedProtocol,
)
SO_ALREADY = ("message is not modified", "topic_not_modified")
NO_THREAD = ("message thread not found", "topic_deleted", "topic_id_invalid")
SITE = "https://t.me"
START = re.compile(r"[A-Za-z0-9_-]{1,64}")
# While nobody mends the token we ask once a minute.
TOKEN_PAUSE = 60.0
UNREACHABLE = (
    "chat not found",
    "user not found",
    "peer_id_invalid",
    "chat_write_forbidden",
    "not enough rights",
    "have no rights",
    "group chat was deactivated",
)


def make_bot(token: str, url: str = OFFICIAL) -> Bot:
    """The bot, with connections of its own; fetching updates has others (`Updates`)."""
    # It logs the address of every call, and Telegram's addresses hold the token.
    logging.getLogger("httpx").setLevel(logging.WARNING)
    request = HTTPXRequest(
        connection_pool_size=CONNECTIONS,
        connect_timeout=4,
        read_timeout=8,
        write_timeout=8,
        pool_timeout=4,
        httpx_kwargs={"event_hooks": {"response": [_patience]}, "verify": trusted()},
    )
    base = url.rstrip("/")
    return Bot(
        token,
        base_url=f"{base}/bot",
        base_file_url=f"{base}/file/bot",
        request=request,
        get_updates_request=request,
    )


async def _patience(response: httpx.Response) -> None:
    """Read a 429 ourselves: the library fails on an odd number and warns on a good one."""
    if response.status_code == TOO_MANY:
        await response.aread()
        raise TooMany(seconds(response))


class _Misdrawn(Never):
    """Telegram cannot read our HTML."""


class TelegramPlatform:
    """One bot's voice."""

    name = PLATFORM
    carries = True

    def __init__(self, bot: Bot, shelf: Shelf | None = None) -> None:
        self._bot = bot

        async def ask(work: Awaitable[V]) -> V:
            return await _limited(work, SECONDS_FOR_A_FILE)

        self._pictures = TelegramPictures(shelf, bot, ask) if shelf else None
        self._handing = Handing(shelf, self._give) if shelf else None

    async def stop(self) -> None:
        """Let go of the connections; nothing can be said afterwards."""
        await self._bot.request.shutdown()

    async def direct(self, user: str) -> str:
        """A person's own chat has the person's number."""
        return user

    async def send(self, parcel: Parcel) -> Landed:
        """Post a page, to be redrawn with its pictures. Raises `Later`, `Never`, `Unclear`."""
        chat = number(parcel.address.chat)
        thread = number(parcel.address.thread) if parcel.address.thread else None
        drawn = draw.page(parcel.page)
        if self._handing is not None:
            await self._handing.ahead(parcel)

        async def post(text: str, mode: str | None) -> Landed:
            message = await self._bot.send_message(
                chat,
                text,
                mode,
                link_preview_options=NO_PREVIEW,
                disable_notification=parcel.quiet,
                message_thread_id=thread,
                reply_markup=drawn.keyboard,
            )
            whole = self._pictures is None or not images(parcel.page)
            return Landed(str(message.chat.id), str(message.message_id), whole)

        return await _written(post, drawn)

    async def redraw(self, parcel: Parcel, message: str) -> None:
        """Show a page in place of an earlier one, and hang its pictures below it.

        To do so twice is harmless, so never unclear.
        """
        chat, shown = number(parcel.address.chat), number(message)
        drawn = draw.page(parcel.page)

        async def edit(text: str, mode: str | None) -> None:
            await self._bot.edit_message_text(
                text,
                chat,
                shown,
                parse_mode=mode,
                link_preview_options=NO_PREVIEW,
                reply_markup=drawn.keyboard,
            )

        with _repeatable(), _unless_the_same():
            await _written(edit, drawn)
        if self._pictures is not None:
            await self._pictures.hang(parcel, message, self.rates(parcel.address))

    async def find(self, parcel: Parcel) -> Landed | None:
        """Telegram shows a bot nothing of what it said."""
        raise Unclear("what was sent cannot be read back here")

    async def fetch(self, remote: str) -> bytes:
        """The bytes of a file that somebody sent."""
        with _repeatable():
            return await _limited(self._download(remote), SECONDS_FOR_A_FILE)

    async def open_topic(self, address: Address, title: str) -> str:
        """Make a topic; whether one was made can't be asked afterwards, so it may be unclear."""
        chat, name = number(address.chat), draw.topic(title)
        topic = await _limited(self._bot.create_forum_topic(chat, name), SECONDS)
        return str(topic.message_thread_id)

    async def close_topic(self, address: Address, *, closed: bool) -> None:
        """Close or reopen a topic."""
        chat, thread = number(address.chat), number(address.thread)
        turn = self._bot.close_forum_topic if closed else self._bot.reopen_forum_topic
        with _repeatable(), _unless_the_same():
            await _limited(turn(chat, thread), SECONDS)

    def invitation(self, code: str) -> str | None:
        """The link that opens the bot with this code; None before it has learnt its own name."""
        if not START.fullmatch(code):
            return None
        try:
            return f"{SITE}/{self._bot.username}?start={code}"
        except RuntimeError:
            return None

    def rates(self, address: Address) -> tuple[Rate, ...]:
        """About 30 a second over all chats, one a second in each, twenty a minute in a group."""
        chat = f"{PLATFORM}:{address.chat}"
        each = (Rate(f"{PLATFORM}:bot", 30, 1.0), Rate(chat, 1, 1.0))
        return (*each, Rate(f"{chat}:group", 20, 60.0)) if address.chat.startswith("-") else each

    async def _give(self, address: Address, handed: Handed) -> str:
        """Post a file, as which message."""
        posted = self._bot.send_document(
            number(address.chat),
            InputFile(handed.content, filename=handed.name, attach=True),
            disable_notification=True,
            message_thread_id=number(address.thread) if address.thread else None,
            read_timeout=SECONDS_FOR_A_FILE,
            write_timeout=SECONDS_FOR_A_FILE,
        )
        message = await _limited(posted, SECONDS_FOR_A_FILE)
        return str(message.message_id)

    async def _download(self, remote: str) -> bytes:
        file = await self._bot.get_file(remote)
        if (file.file_size or 0) > LARGEST_FILE:
            raise TooLarge("the file is too big")
        data = bytes(await file.download_as_bytearray())
        if len(data) > LARGEST_FILE:
            raise TooLarge("the file is too big")
        return data


async def _written(write: Callable[[str, str | None], Awaitable[V]], drawn: Drawn) -> V:
    """Write a page; without any markup if Telegram can't read what we made of it."""
    try:
        return await _limited(write(drawn.html, ParseMode.HTML), SECONDS)
    except _Misdrawn as misdrawn:
        log.warning("html_refused", reason=misdrawn.reason)
    return await _limited(write(drawn.plain, None), SECONDS)


async def answered(work: Awaitable[V]) -> V:
    """Telegram's answer to a question or a setting; raises `Later`, `Never` or `Unclear`."""
    return await _limited(work, SECONDS)


async def _limited(work: Awaitable[V], limit: float) -> V:
    """Wait for an answer, but not for ever, and put a failure in the scheduler's terms."""
    try:
        async with asyncio.timeout(limit):
            return await work
    except TelegramError as error:
        raise _outcome(error) from error
    except TimeoutError as error:
        raise Unclear("no answer in time") from error
    except MISSHAPEN as error:
        raise Unclear(f"an answer that is none: {type(error).__name__}") from error


@contextmanager
def _repeatable() -> Iterator[None]:
    try:
        yield
    except Unclear as unclear:
        raise Later(unclear.reason, away=True) from unclear


@contextmanager
def _unless_the_same() -> Iterator[None]:
    try:
        yield
    except Never as never:
        if not any(words in never.reason.lower() for words in SO_ALREADY):
            raise


def number(text: str) -> int:
    """An id as Telegram writes it. Raises `Never` for another platform's."""
    try:
        return int(text)
    except ValueError as error:
        raise Never("this is no address of this platform") from error


def _outcome(error: TelegramError) -> Undeliverable:
    """What a refusal or failure means: see FACTS 3.1 for how the library names them."""
    match error:
        case TooMany(after=after):
            return Later("too many requests", after, asked=True)
        case ChatMigrated(new_chat_id=chat):
            return Never("the group has a new number", moved_to=str(chat))
        case Forbidden():
            return Never(error.message, account=True)
        case InvalidToken():
            return Later(
                "the token was refused", TOKEN_PAUSE, everyone=True, asked=True, token=True
            )
        case BadRequest():
            return _refusal(error.message)
        case NetworkError() if isinstance(error.__cause__, UNSENT):
            return Later(f"no connection: {type(error.__cause__).__name__}", away=True)
    return Unclear(error.message)


def _refusal(reason: str) -> Never:
    said = reason.lower()
    if "can't parse entities" in said:
        return _Misdrawn(reason)
    if any(words in said for words in NO_THREAD):
        return Never(reason, thread=True)
    if "file is too big" in said:
        return TooLarge(reason)
    return Never(reason, account=any(words in said for words in UNREACHABLE))
