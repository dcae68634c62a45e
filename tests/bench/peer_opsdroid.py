"""opsdroid with its SQLite memory, doing the same command; it runs in the peers' environment."""

from __future__ import annotations

import asyncio
import gettext
import logging
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from itertools import count
from typing import Any

from opsdroid.connector import Connector
from opsdroid.core import OpsDroid
from opsdroid.database.sqlite import DatabaseSqlite
from opsdroid.events import Message
from opsdroid.matchers import match_regex
from opsdroid.parsers.regex import parse_regex

_numbers = count(1)


class Voice(Connector):  # type: ignore[misc]
    """A chat that takes what is said in it."""

    async def connect(self) -> None:
        """Nothing to connect to."""

    async def listen(self) -> None:
        """Nobody speaks by themselves."""

    async def send(self, event: Any) -> None:
        """Take it."""
        assert event.text


@match_regex(r"/visit (?P<customer>\S+) (?P<notes>.*)")  # type: ignore[untyped-decorator]
async def visit(opsdroid: Any, config: Any, message: Any) -> None:
    """Keep a visit in the memory, and say so."""
    customer, notes = message.regex.group("customer"), message.regex.group("notes")
    kept = {"customer": customer, "notes": notes, "by": message.user}
    await opsdroid.memory.put(f"visit:{message.event_id}", kept)
    await message.respond(f"✅ 已记录：拜访{customer} · 今天")


@asynccontextmanager
async def timed(size: str, at_once: str) -> AsyncIterator[Callable[[], Awaitable[float]]]:
    """Its rate, with so many in flight; its memory is put into WAL, as ours is."""
    gettext.install("opsdroid")  # as its own command line does
    logging.disable(logging.CRITICAL)
    with tempfile.TemporaryDirectory(prefix="headwater-bench-") as folder, OpsDroid() as bot:
        database = DatabaseSqlite({"path": f"{folder}/memory.db"}, opsdroid=bot)
        await database.connect()
        await database.client.execute("PRAGMA journal_mode=WAL")
        bot.memory.databases = [database]
        bot.skills.append(visit)
        visit.config = {"name": "visit"}
        voice = Voice({"name": "voice"}, opsdroid=bot)

        async def say(number: int) -> None:
            text = f"/visit 永固 谈了Q3涨价3%，样品{number}周五前寄出"
            message = Message(text, "U3", "lina", "D3", voice, event_id=str(number))
            (skill,) = await parse_regex(bot, bot.skills, message)
            await bot.run_skill(skill["skill"], skill["config"], skill["message"])

        async def measure() -> float:
            waiting = iter([next(_numbers) for _ in range(int(size))])

            async def work() -> None:
                for number in waiting:
                    await say(number)

            began = time.perf_counter()
            await asyncio.gather(*(work() for _ in range(int(at_once))))
            return int(size) / (time.perf_counter() - began)

        yield measure
        await database.disconnect()
