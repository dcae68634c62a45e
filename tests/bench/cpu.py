"""(i) Where a command's CPU goes, stage by stage: whoever looks for the next gain begins here.

A stage's time is its own: what a stage within it takes counts for that one alone. What no stage
claims is the frameworks', the event loop's and the threads'.
"""

from __future__ import annotations

import threading
import time
from collections import defaultdict
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager
from functools import wraps
from typing import Any

from bot import door, hearing
from bot.draw import Pen
from bot.platform import Landed, Parcel
from bot.slack import draw, hear, listen, signed
from bot.wiring import Running
from commands.kit import reading
from commands.visits.log import LogVisit
from scheduler.redrawing import Drawing
from storage import connections, database
from storage.connections import Connection
from tests.bench import slack_visit
from tests.bench.racing import Contender, race_of_tables
from tests.bench.rows import Row, Scale
from tests.bench.unlimited import Unlimited

Measure = Callable[[], Awaitable[Any]]
HERE = "tests.bench.cpu"
BETWEEN = {"BEGIN", "BEGIN IMMEDIATE", "COMMIT", "ROLLBACK"}
STAGES = (
    "signature",
    "parse",
    "load person",
    "validate",
    "rules",
    "rows",
    "commit",
    "draw",
)
REST = "the rest: frameworks, event loop, threads"


def rows(scale: Scale) -> Iterator[Row]:
    """Milliseconds of CPU for each stage; nothing here is kept or missed."""
    contender = Contender(f"{HERE}:staged", (str(scale.of(1000, 100)),))
    found = race_of_tables(contender, scale)
    for stage in (*STAGES, REST, "all"):
        yield Row(f"CPU of a /visit over Slack: {stage}", found.get(stage), "ms")


class Clockwork:
    """Charges each thread's CPU to the stage that it is in."""

    def __init__(self) -> None:
        self.spent: dict[str, float] = defaultdict(float)
        self._local = threading.local()

    def charged(self, stage: str, work: Callable[..., Any]) -> Callable[..., Any]:
        """The same work, on this stage's account."""

        @wraps(work)
        def timed(*args: object, **more: object) -> Any:  # noqa: ANN401
            within = getattr(self._local, "within", None)
            self._local.within = own = [0.0]
            began = time.thread_time()
            try:
                return work(*args, **more)
            finally:
                took = time.thread_time() - began
                self.spent[stage] += took - own[0]
                self._local.within = within
                if within is not None:
                    within[0] += took

        return timed

    def watch(self, stage: str, place: object, *names: str) -> None:
        """Charge what stands under these names, from now on."""
        for name in names:
            setattr(place, name, self.charged(stage, getattr(place, name)))


class Watched:
    """A connection whose work is charged: what rows take apart from what keeping them takes."""

    def __init__(self, connection: Connection, clockwork: Clockwork) -> None:
        self._connection = connection
        self._rows = clockwork.charged("rows", connection.execute)
        self._commit = clockwork.charged("commit", connection.execute)

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401
        return getattr(self._connection, name)

    def execute(self, sql: str, *values: object) -> Any:  # noqa: ANN401
        """Run it."""
        return (self._commit if sql in BETWEEN else self._rows)(sql, *values)


def watch(clockwork: Clockwork) -> None:
    """Tell the stages apart."""
    clockwork.watch("signature", signed, "vouched")
    clockwork.watch("parse", listen, "to_async_bolt_request")
    clockwork.watch("parse", hear, "command")
    clockwork.watch("parse", door, "_cleaned")
    clockwork.watch("load person", door, "actor_of")
    clockwork.watch("validate", reading, "fill")
    clockwork.watch("validate", hearing, "_typed")
    clockwork.watch("rules", LogVisit, "run")
    clockwork.watch("rows", database.Transaction, "run")
    clockwork.watch("draw", Drawing, "draw")
    clockwork.watch("draw", Pen, "page")
    clockwork.watch("draw", draw, "message")
    connect = connections.connect

    def watched(url: str, *, writes: bool = True) -> Any:  # noqa: ANN401
        return Watched(connect(url, writes=writes), clockwork)

    setattr(database, "connect", watched)  # noqa: B010 -- imported there, not exported


@asynccontextmanager
async def staged(size: str) -> AsyncIterator[Measure]:
    """A bot that is watched: its visits and their letters, which are drawn and sent nowhere."""
    clockwork = Clockwork()
    watch(clockwork)
    held: list[Unlimited] = []

    async def drawn(parcel: Parcel) -> Landed:
        draw.message(parcel.page)
        return Landed(parcel.address.chat, parcel.key)

    def first(running: Running) -> None:
        held.append(Unlimited(running.core.platforms["slack"], drawn))

    async with slack_visit.standing(size, "8", ticks=True, first=first) as measure:

        async def stages() -> dict[str, float]:
            clockwork.spent.clear()
            began = time.process_time()
            await measure()
            await held[0].more(int(size))
            whole = time.process_time() - began
            found = {stage: clockwork.spent[stage] for stage in STAGES}
            found |= {REST: whole - sum(found.values()), "all": whole}
            return {stage: took / int(size) * 1000 for stage, took in found.items()}

        yield stages
