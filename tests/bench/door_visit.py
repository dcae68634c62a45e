"""A visit at the door, without a platform; two processes on PostgreSQL against one."""

from __future__ import annotations

import statistics
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import ExitStack, asynccontextmanager
from itertools import count
from os import getpid
from typing import Any

from bot.core import build
from bot.platform import Address, Request, Typed
from scheduler.clock import Clock
from storage.database import Database
from tests.bench.load import flooded, folder
from tests.bench.racing import Contender, Timer
from tests.bench.rows import Row, Scale
from tests.desk import Mailbox
from tests.house import ZONE, prepared
from tests.postgres import Cluster

Measure = Callable[[], Awaitable[Any]]
VISITORS = ("lina", "zhouqiang", "wang", "zhao")
CUSTOMERS = ("永固", "华强", "宁波精工", "恒达精密")


def rows(scale: Scale) -> Iterator[Row]:
    """What a second process on the same database adds."""
    with Cluster(durable=True) as cluster, ExitStack() as held:
        cluster.create("bench")
        url = cluster.url("bench")
        prepared(url, "web", "zh")
        one = Contender("tests.bench.door_visit:at", (url, str(scale.of(600, 100)), "8"))
        timers = [held.enter_context(one.ready()) for _ in range(2)]
        alone, together = [], []
        for number in range(scale.rounds + 1):
            figures = _both(timers)
            if number:
                alone.append(figures[0])
                together.append(figures[1])
    yield Row("/visit on PostgreSQL, one process", statistics.median(alone), "/s")
    yield Row("/visit on PostgreSQL, two processes", statistics.median(together), "/s")
    ratios = [two / one for one, two in zip(alone, together, strict=True)]
    name = "two processes / one (both share this machine's cores with the server)"
    yield Row(name, statistics.median(ratios), "ratio")


def _both(timers: list[Timer]) -> tuple[float, float]:
    first = float(timers[0].round())
    for timer in timers:
        timer.ask()
    return first, sum(float(timer.answer()) for timer in timers)


@asynccontextmanager
async def sqlite(size: str, at_once: str) -> AsyncIterator[Measure]:
    """On a database of its own."""
    with folder() as place:
        url = f"sqlite:///{place / 'door.db'}"
        prepared(url, "web", "zh")
        async with at(url, size, at_once) as measure:
            yield measure


@asynccontextmanager
async def at(url: str, size: str, at_once: str) -> AsyncIterator[Measure]:
    """On this one."""
    database = Database(url)
    core = build(database, language="zh", zone=ZONE, clock=Clock())
    core.platforms["web"] = Mailbox()
    numbers = count(1)

    async def say(number: int) -> None:
        user = VISITORS[number % len(VISITORS)]
        customer = CUSTOMERS[number // len(VISITORS) % len(CUSTOMERS)]
        said = Typed(f"{customer} 谈了Q3涨价3%，样品{number}周五前寄出 same: no", command="visit")
        mark = f"{getpid()}:{number}"
        here = Address("web", "rehearsal", f"dm:{user}")
        await core.door.handle(Request(here, user, said, core.clock.now(), key=mark, inline=True))

    async def measure() -> float:
        return await flooded([next(numbers) for _ in range(int(size))], int(at_once), say)

    yield measure
    database.close()
