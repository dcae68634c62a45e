"""errbot with its shelf, doing the same command; it runs in the peers' environment."""

from __future__ import annotations

import logging
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from itertools import count
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from errbot.backends.base import Message
from errbot.bootstrap import setup_bot

_numbers = count(1)
DECLARED = """[Core]
Name = Visits
Module = visits
[Python]
Version = 3
"""
PLUGIN = '''
from errbot import BotPlugin, botcmd


class Visits(BotPlugin):
    """Keeps visits on the shelf."""

    @botcmd
    def visit(self, message, args):
        """Log a visit."""
        customer, _, notes = args.partition(" ")
        kept = {"customer": customer, "notes": notes, "by": str(message.frm)}
        self["visit:" + message.extras["number"]] = kept
        if message.extras["flushed"]:
            self._store.shelf.sync()
        return "✅ 已记录：拜访" + customer + " · 今天"
'''


def _reply(bot: Any, heard: Any, text: str = "", **_: object) -> Any:
    reply = bot.build_message(text)
    reply.frm, reply.to = bot.bot_identifier, heard.frm
    return reply


def _made(folder: Path) -> Any:
    plugins = folder / "plugins"
    plugins.mkdir()
    (plugins / "visits.plug").write_text(DECLARED)
    (plugins / "visits.py").write_text(PLUGIN)
    config = SimpleNamespace(
        BACKEND="Null",
        BOT_DATA_DIR=str(folder),
        BOT_EXTRA_PLUGIN_DIR=str(plugins),
        BOT_LOG_LEVEL=logging.CRITICAL,
        BOT_LOG_FILE=None,
        BOT_ADMINS=("lina",),
        BOT_IDENTITY={"username": "headwater"},
        BOT_ASYNC=False,
        BOT_PREFIX="/",
        CORE_PLUGINS=(),
        AUTOINSTALL_DEPS=False,
    )
    sys.modules["config"] = config  # type: ignore[assignment]
    bot = setup_bot("Null", logging.getLogger(), config)
    type(bot).build_reply = _reply  # the backend of nowhere builds none
    bot.connect()
    bot.connect_callback()
    return bot


@asynccontextmanager
async def timed(size: str, flushed: str) -> AsyncIterator[Callable[[], Awaitable[float]]]:
    """Its rate, one after the other as it works; `flushed` to the disk on every command, or not."""
    with tempfile.TemporaryDirectory(prefix="headwater-bench-") as folder:
        bot = _made(Path(folder))
        who = bot.build_identifier("lina")

        def say(number: int) -> None:
            body = f"/visit 永固 谈了Q3涨价3%，样品{number}周五前寄出"
            extras = {"number": str(number), "flushed": flushed == "flushed"}
            bot.callback_message(Message(body, frm=who, to=bot.bot_identifier, extras=extras))

        async def measure() -> float:
            began = time.perf_counter()
            for _ in range(int(size)):
                say(next(_numbers))
            return int(size) / (time.perf_counter() - began)

        yield measure
        bot.shutdown()
