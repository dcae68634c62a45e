"""A company's year, lived by one process after another, each killed at a random moment.

`python -m tests.faults.year.living FILE`, where the file says which company, where its database is
and what is at the wire. This process only bears them: it forks a life, which opens the database and
goes from one event to the next, and kills it. It prints the day reached now and then, and in the
end how often it killed.
"""

from __future__ import annotations

import asyncio
import gc
import json
import logging
import os
import random
import select
import signal
import sys
import tempfile
import threading
import traceback
from collections.abc import Mapping
from contextlib import redirect_stdout
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

from bot import wiring
from bot.wiring import Running, assemble
from commands.kit.policy import load
from storage import letters, postings, timers
from storage.database import Database, Transaction
from storage.migrate import upgrade
from tests.faults.year.cast import DAY, Cast
from tests.faults.year.founding import founded
from tests.faults.year.people import AFTERNOON, MORNING, People
from tests.faults.year.world import BEGINS, World, begun
from tests.house import ZONE, settings_for

# A little more than lies between two mails, or two text messages, by their pace.
INSTANT = timedelta(milliseconds=110)
# Seconds of work in a life, however busy the machine is; one only begun is worth killing too.
SHORTEST, LONGEST = 0.05, 2.6
LOOKED_EVERY_S = 0.02
TOLD_EVERY = 30


@dataclass(frozen=True)
class Order:
    """Which year is to be lived, and where."""

    cast: Cast
    url: str
    wall: Path
    settings: Mapping[str, str]

    @classmethod
    def read(cls, path: Path) -> Order:
        """As it was written."""
        kept: dict[str, Any] = json.loads(path.read_text())
        whole = kept["cast"]
        first, rush = date.fromisoformat(whole["first"]), map(date.fromisoformat, whole["rush"])
        cast = Cast(**(whole | {"first": first, "rush": tuple(rush)}))
        return cls(cast, kept["url"], Path(kept["wall"]), kept["settings"])


# --- one life -------------------------------------------------------------------------------------


@dataclass
class Life:
    """One process's: everything it knows it has from the database."""

    cast: Cast
    running: Running
    world: World
    done: set[tuple[date, time]] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.core = self.running.core
        self.people = People(self.cast, self.core)

    @property
    def ends(self) -> datetime:
        """When the year is over."""
        return datetime.combine(self.cast.end, BEGINS, ZONE)

    @property
    def today(self) -> date:
        """The company's day."""
        return self.world.now().astimezone(ZONE).date()

    async def live(self) -> None:
        """From event to event."""
        self.core.database.write_now(self.core._inherit)  # noqa: SLF001 -- as it starts
        await self._act()
        while self.world.now() < self.ends:
            following = await self.core.database.read(self._following)
            self.world.move(max(following, self.world.now() + INSTANT))
            await self._act()

    async def _act(self) -> None:
        """What the metronome does, and what people do today."""
        await self._settle()
        for part in (MORNING, AFTERNOON):
            mark = (self.today, part)
            if mark not in self.done and self._at(*mark) <= self.world.now() < self.ends:
                await self.people.do(*mark)
                self.done.add(mark)
                if part == AFTERNOON:
                    await self.core.sweep.tick()
                await self._settle()

    async def _settle(self) -> None:
        handled = 1
        while handled:
            await self.core.timers.tick()
            handled = await self.core.delivery.tick()

    def _at(self, day: date, part: time) -> datetime:
        return datetime.combine(day, part, ZONE)

    def _following(self, db: Transaction) -> datetime:
        letter = letters.next_at(db, self.world.now())
        moments = [self.ends, self._next_part(), timers.next_at(db), letter.at, letter.company_at]
        moments += [postings.next_at(db), letters.next_expiry(db)]
        return min(at for at in moments if at)

    def _next_part(self) -> datetime:
        days = [self.today, self.today + DAY]
        parts = [self._at(day, part) for day in days for part in (MORNING, AFTERNOON)]
        return min(at for at in parts if at > self.world.now())


async def live(order: Order) -> None:
    """Put a bot together on what the one before left, and live until the year is over."""
    world = World(order.wall)
    settings = settings_for(order.url, "zh", **order.settings)
    running = assemble(settings, clock=world)
    wiring._plug_rehearsal(settings, running)  # noqa: SLF001 -- colleagues use the local chat here
    try:
        await Life(order.cast, running, world).live()
    finally:
        await running.stop()


# --- lives ----------------------------------------------------------------------------------------


def born(order: Order, log: Path) -> int:
    """Fork a life; give its number."""
    child = os.fork()
    if child:
        return child
    code = 1
    try:
        kept = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
        os.dup2(kept, 1)
        os.dup2(kept, 2)
        asyncio.run(live(order))
        code = 0
    except BaseException:  # noqa: BLE001 -- whatever it is, nobody but the child may end here
        traceback.print_exc()
    finally:
        os._exit(code)


def worked(child: int) -> float:
    """How many seconds of a processor's time it has had."""
    fields = Path(f"/proc/{child}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def killed(child: int, after: float) -> bool:
    """Kill it after so many seconds of work; False when it had lived to the end of the year."""
    handle = os.pidfd_open(child)
    while not (ended := select.select([handle], [], [], LOOKED_EVERY_S)[0]):
        if worked(child) >= after:
            break
    if not ended:
        os.kill(child, signal.SIGKILL)
    os.close(handle)
    code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    assert code in {0, -signal.SIGKILL}, f"a life ended by itself: {code}"
    return code != 0


def lives(order: Order, log: Path) -> int:
    """One after the other until the year is over; how many were killed."""
    chance, world = random.Random(f"{order.cast.seed}:lives"), World(order.wall)
    times, told = 0, order.cast.first
    while killed(born(order, log), chance.uniform(SHORTEST, LONGEST)):
        times += 1
        today = world.now().astimezone(ZONE).date()
        if today - told >= TOLD_EVERY * DAY:
            told = today
            print(f"{today}, {times} kills", flush=True)
    return times


def found(order: Order) -> None:
    """Put the company into its database."""
    upgrade(order.url)
    database = Database(order.url)
    policy = load(Path(order.settings["policy_file"]))
    founded(database, order.cast, policy, World(order.wall).now())
    database.close()


def warm(order: Order) -> None:
    """Live a day of a few, so that a child has all that is imported and compiled at first need."""
    with tempfile.TemporaryDirectory() as folder:
        few, wall = replace(order.cast, many=4, sellers=1, days=1, rush=()), Path(folder) / "clock"
        begun(wall, World(order.wall).now())
        place = f"sqlite:///{folder}/few.db"
        found(small := Order(few, place, wall, order.settings))
        asyncio.run(live(small))


def main(path: Path) -> None:
    """Found the company and live."""
    order, log = Order.read(path), path.with_suffix(".log")
    logging.disable(logging.INFO)
    with redirect_stdout(sys.stderr):
        warm(order)
        order.cast.drawn()
        found(order)
    gc.freeze()
    assert threading.active_count() == 1, "a child would lack the other threads"
    print(json.dumps({"kills": lives(order, log)}), flush=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
