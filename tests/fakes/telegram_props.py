"""What the tests of the fake Telegram share: a clock, the library's bot, a small webhook."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Awaitable, Callable, MutableMapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from PIL import Image
from telegram import Bot, InlineKeyboardButton, InlineKeyboardMarkup
from telegram.error import BadRequest
from telegram.request import HTTPXRequest

from tests.fakes.telegram import FakeTelegram, Person

Json = dict[str, Any]

START = datetime(2026, 10, 13, 6, 0, tzinfo=UTC)
GROUP = -1001
LI, WANG = 11, 12


class Clock:
    def __init__(self) -> None:
        self.now = START

    def __call__(self) -> datetime:
        return self.now

    def advance(self, **amount: float) -> None:
        self.now += timedelta(**amount)


def library_bot(tg: FakeTelegram, *, read_timeout: float = 5) -> Bot:
    """The real library, with connections of its own."""
    return Bot(
        tg.token,
        base_url=f"{tg.api_url}/bot",
        base_file_url=f"{tg.api_url}/file/bot",
        request=HTTPXRequest(read_timeout=read_timeout),
        get_updates_request=HTTPXRequest(connection_pool_size=4),
    )


def li_and_wang(tg: FakeTelegram) -> tuple[Person, Person]:
    li = tg.user(LI, "Li", "zh-hans", username="li_na", started=True)
    wang = tg.user(WANG, "Wang", "en", started=True)
    return li, wang


def keyboard(*rows: Sequence[tuple[str, str]]) -> InlineKeyboardMarkup:
    return InlineKeyboardMarkup(
        [[InlineKeyboardButton(label, callback_data=data) for label, data in row] for row in rows]
    )


CARD = "<b>Hengda &amp; sons</b>: <i>decide</i>"
VERBS = keyboard([("Approve", "approve:A-1:3"), ("Reject", "reject:A-1:3")], [("Later", "later")])


def picture(width: int = 40, height: int = 30) -> bytes:
    held = io.BytesIO()
    Image.new("RGB", (width, height), "teal").save(held, "JPEG")
    return held.getvalue()


def refuses(words: str) -> pytest.RaisesExc[BadRequest]:
    """Expect a 400 with these words, whose first letter the library makes a capital."""
    return pytest.raises(BadRequest, match=f"(?i){re.escape(words)}")


class SmallHook:
    """A webhook that keeps what is posted to it; `fails` so many posts are answered 500."""

    def __init__(self) -> None:
        self.heard: list[Json] = []
        self.bodies: list[bytes] = []
        self.secrets: list[bytes | None] = []
        self.paths: list[str] = []
        self.fails = 0
        self.then: Callable[[Json], Awaitable[object]] | None = None

    async def __call__(
        self,
        scope: MutableMapping[str, Any],
        receive: Callable[[], Awaitable[Json]],
        send: Callable[[Json], Awaitable[None]],
    ) -> None:
        body = (await receive())["body"]
        headers = dict(scope["headers"])
        self.paths.append(scope["path"])
        self.bodies.append(body)
        self.secrets.append(headers.get(b"x-telegram-bot-api-secret-token"))
        status = 500 if self.fails else 200
        self.fails = max(0, self.fails - 1)
        if status == 200:
            await self._take(body)
        await send({"type": "http.response.start", "status": status, "headers": []})
        await send({"type": "http.response.body", "body": b""})

    async def _take(self, body: bytes) -> None:
        update = json.loads(body)
        self.heard.append(update)
        if self.then is not None:
            await self.then(update)
