"""(b) A Telegram update with its reply, against bare python-telegram-bot that commits one row."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from itertools import count
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from telegram import Update
from telegram.ext import Application, CommandHandler, ContextTypes

from bot.telegram.intake import AT_ONCE
from bot.telegram.listen import PATH, SECRET, TelegramListener
from bot.wiring import Running, assemble
from storage import people
from storage.database import Database, Transaction
from storage.people import Account, Person
from tests.bench.before import against_before, with_before
from tests.bench.load import App, OneRow, flooded, folder, posted
from tests.bench.racing import Contender, race
from tests.bench.rows import Row, Scale
from tests.bench.telegram_server import served
from tests.bench.unlimited import Unlimited
from tests.house import prepared, settings_for

Measure = Callable[[], Awaitable[Any]]
HERE = "tests.bench.telegram_visit"
OURS, BARE = "ours", "bare python-telegram-bot"
LEAST = 0.4
STAFF = 64
FIRST = 5000
TOKEN = "700:secret"
WORD = "hook-secret"
CUSTOMERS = ("永固", "华强", "宁波精工", "恒达精密")
REPLY = "✅ 已记录：拜访永固 · 今天\nQ3涨价3%；样品周五前寄出"


def rows(scale: Scale) -> Iterator[Row]:
    """Updates a second, each answered by a message, as many at once as we let Telegram send."""
    size = (str(scale.of(600, 80)),)
    contenders = {
        BARE: Contender(f"{HERE}:bare", size),
        OURS: Contender(f"{HERE}:ours", size),
    }
    found = race(with_before(contenders, OURS), scale)
    for name in contenders:
        yield Row(f"/visit over Telegram with its reply: {name}", found.median(name), "/s")
    ratio = found.ratio(OURS, BARE)
    yield Row("/visit over Telegram / bare python-telegram-bot", ratio, "ratio", least=LEAST)
    yield from against_before(found, OURS, "/visit over Telegram")


_numbers = count(1)


def updates(many: int) -> list[bytes]:
    """As many visits as Telegram posts them, each person in their own chat."""
    return [_update(next(_numbers)) for _ in range(many)]


def _update(number: int) -> bytes:
    user = FIRST + number % STAFF
    person = {"id": user, "is_bot": False, "first_name": f"P{user}", "language_code": "zh-hans"}
    customer = CUSTOMERS[number // STAFF % len(CUSTOMERS)]
    message = {
        "message_id": number,
        "date": int(time.time()),
        "chat": {"id": user, "type": "private", "first_name": f"P{user}"},
        "from": person,
        "text": f"/visit {customer} 谈了Q3涨价3%，样品{number}周五前寄出 same: no",
        "entities": [{"type": "bot_command", "offset": 0, "length": 6}],
    }
    return json.dumps({"update_id": number, "message": message}, ensure_ascii=False).encode()


def measured(app: App, size: int, answered: Callable[[int], Awaitable[None]]) -> Measure:
    """A round: every update is acknowledged, and every reply is sent."""
    headers = [(b"content-type", b"application/json"), (SECRET.lower().encode(), WORD.encode())]

    async def post(body: bytes) -> None:
        assert await posted(app, PATH, headers, body) == 200

    async def measure() -> float:
        bodies = updates(size)
        began = time.perf_counter()
        await flooded(bodies, AT_ONCE, post)
        await answered(size)
        return size / (time.perf_counter() - began)

    return measure


async def _at_once(_size: int) -> None:
    """Whoever replies before acknowledging has nothing left to wait for."""


@asynccontextmanager
async def bare(size: str) -> AsyncIterator[Measure]:
    """The library as its documentation shows it behind a web server of one's own, and one row."""
    with folder() as place:
        row = OneRow(place / "bare.db")

        async def visit(update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
            assert update.message
            await row.keep(str(update.update_id), str(update.message.chat_id), "visit")
            await update.message.reply_text(REPLY)

        async with served() as address:
            made = Application.builder().token(TOKEN).updater(None).base_url(f"{address}/bot")
            application = made.build()
            application.add_handler(CommandHandler("visit", visit))

            async def hooked(request: Request) -> Response:
                assert request.headers[SECRET] == WORD
                update = Update.de_json(json.loads(await request.body()), application.bot)
                await application.process_update(update)
                return Response()

            app = Starlette(routes=[Route(PATH, hooked, methods=["POST"])])
            async with application:
                yield measured(app, int(size), _at_once)
        row.close()


@asynccontextmanager
async def ours(size: str) -> AsyncIterator[Measure]:
    """The whole bot at work; only the platform's limits are lifted, which would be all it shows."""
    with folder() as place:
        url = f"sqlite:///{place / 'ours.db'}"
        prepared(url, "telegram", "zh")
        hire(url)
        async with served() as address:
            running = assemble(
                settings_for(
                    url,
                    "zh",
                    telegram_bot_token=TOKEN,
                    telegram_api_url=address,
                    telegram_webhook_url=f"https://headwater.test{PATH}",
                    telegram_webhook_secret=WORD,
                )
            )
            running.core.chores.clear()  # menus are told once, before anything is measured
            sent = Unlimited(running.core.platforms["telegram"])
            await running.start()
            await introduced(running)
            yield measured(running.app, int(size), sent.more)
            await running.stop()


async def introduced(running: Running) -> None:
    """Until the bot has learnt its own name, updates are asked for once more."""
    (listener,) = running.listeners
    assert isinstance(listener, TelegramListener)
    while listener._intake.me is None:  # noqa: ASYNC110, SLF001 -- nobody else asks
        await asyncio.sleep(0.05)


def hire(url: str) -> None:
    """So many people in sales, each with an account."""
    database = Database(url)
    now = datetime.now(UTC)

    def fill(db: Transaction) -> None:
        for number in range(FIRST, FIRST + STAFF):
            person = people.add(db, Person(name=f"P{number}", superior_id=2, created_at=now))
            people.place(db, person, {"sales": False})
            account = Account(
                platform="telegram",
                workspace=TOKEN.partition(":")[0],
                user=str(number),
                name=f"P{number}",
                person_id=person,
                chat=str(number),
                used_at=now,
            )
            people.add_account(db, account)

    database.write_now(fill)
    database.close()
