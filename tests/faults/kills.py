"""The bot is killed again and again while people talk to it, on each way in (FACTS 5.2, 1)."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from itertools import pairwise

from storage.database import Database
from tests.faults.bots import Bot, Died, free_port
from tests.faults.copies import SURE, Copies, copies, told_twice
from tests.faults.disks import small_disk, times_full
from tests.faults.framework import Row, Run, company, emptied, least, most, scenario
from tests.faults.intakes import INTAKES, Intake, opened
from tests.faults.ledger import REPORTERS, VISITORS, Ledger, effects
from tests.faults.posts import given_up, unfinished, untold

KILLS = 200
FEW = 6
# How many of the kills come while the bot is starting, and within how many seconds of it.
EARLY, EARLY_S = 0.15, 0.5
LATE_S = 0.9
DRAIN_S, SHORT_DRAIN_S = 180.0, 10.0
TALKERS = (VISITORS[0], VISITORS[1], REPORTERS[0])


@dataclass
class Ordeal:
    """One way in, and what it has to bear; `starts` says that it must always be able to start."""

    intake: Intake
    url: str
    bear: Callable[[], Awaitable[Bot]]
    ledger: Ledger
    chance: random.Random
    early: float = EARLY
    late: float = LATE_S
    drain: float = DRAIN_S
    killed: Callable[[], None] = lambda: None
    starts: bool = True
    torn: list[str] = field(default_factory=list)
    unsent: int = 0

    async def round(self) -> None:
        """Start, talk, kill at random, and look at what is left."""
        bot = await self.bear()
        if self.chance.random() < self.early:
            await asyncio.sleep(self.chance.uniform(0, EARLY_S))
            await bot.kill()
        else:
            try:
                await self._talked_to(bot)
            except Died:
                if self.starts:
                    raise
                await bot.kill()
        self.killed()
        self.torn += (await asyncio.to_thread(effects, self.url)).broken

    async def _talked_to(self, bot: Bot) -> None:
        await bot.ready()
        await self.intake.settled()
        talks = [self.ledger.talk(self.intake, user, lambda: bot.alive) for user in TALKERS]
        talking = [asyncio.create_task(talk) for talk in (self.intake.again(), *talks)]
        await asyncio.sleep(self.chance.uniform(0.05, self.late))
        await bot.kill()
        await asyncio.gather(*talking)

    async def end(self) -> None:
        """Everything that was not acknowledged comes again, until nothing waits."""
        bot = await self.bear()
        await bot.ready()
        await self.intake.settled()
        for _ in range(100):
            await self.intake.again()
            if not self.intake.waiting():
                break
            await asyncio.sleep(0.1)
        await self._drained()
        await bot.stop()

    async def _drained(self) -> None:
        """Let letters go, though a chat's pace may take longer for the last of them."""
        database = Database(self.url)
        with suppress(TimeoutError):
            async with asyncio.timeout(self.drain):
                await emptied(lambda: database.read(unfinished), self.drain)
        self.unsent = await database.read(unfinished)
        database.close()


async def kills(run: Run, name: str) -> list[Row]:
    """So many kills on one way in."""
    port, url = free_port(), f"sqlite:///{run.folder / 'kills.db'}"
    chance, times = run.chance(), run.times(KILLS, FEW)
    async with opened(name, port, run.folder) as intake:
        await company(url, intake.platform)
        settings = {**intake.settings, "DATABASE_URL": url}
        bear = partial(run.bots.bear, settings, port, run.folder)
        ordeal = Ordeal(intake, url, bear, Ledger(chance), chance)
        ordeal.drain = SHORT_DRAIN_S if run.short else DRAIN_S
        for number in range(1, times + 1):
            await ordeal.round()
            if number % 20 == 0:
                run.say(f"{number} kills, {ordeal.ledger.said} said")
        await ordeal.end()
        return judged(run, name, times, ordeal)


def judged(run: Run, name: str, times: int, ordeal: Ordeal) -> list[Row]:
    """The rows of one way in."""
    left, ledger = effects(ordeal.url), ordeal.ledger
    lost, doubled = left.lost(ledger.due()), left.doubled()
    torn, found = [*ordeal.torn, *left.broken], copies(ordeal.intake, ordeal.url)
    run.say(f"{times} kills, {ledger.said} said, {len(ledger.acknowledged)} acknowledged at once")
    run.say(f"{found.posts} messages, {found.again} of them again; {ordeal.unsent} still to go")
    for what, some in (("lost", lost), ("doubled", doubled), ("torn", torn)):
        if some:
            run.say(f"{what}: {some[:10]}")
    return [
        most(f"{name}, {times} kills: inputs lost", len(lost), 0, "inputs"),
        most(f"{name}, {times} kills: effects doubled", len(doubled), 0, "effects"),
        most(f"{name}, {times} kills: things not whole in the database", len(torn), 0, "things"),
        *of_letters(run, f"{name}, {times} kills", found, ordeal),
    ]


def of_letters(run: Run, name: str, found: Copies, ordeal: Ordeal) -> list[Row]:
    """What became of what the bot said."""
    twice = told_twice(ordeal.url)
    for what, some in (("too often", found.doubled), ("missing", found.missing), ("twice", twice)):
        if some:
            run.say(f"{what}: {some[:10]}")
    sure = ordeal.intake.platform in SURE
    against = "messages posted twice" if sure else "messages posted against their kind"
    database = Database(ordeal.url)
    gone, hidden = database.read_now(given_up), database.read_now(untold)
    database.close()
    return [
        least(f"{name}: messages that were looked at", found.posts, 1, "messages"),
        most(f"{name}: {against}", len(found.doubled), 0, "messages"),
        most(f"{name}: letters that are called sent and are not", len(found.missing), 0, "letters"),
        most(f"{name}: one deed tells somebody twice", len(twice), 0, "times"),
        most(f"{name}: letters given up or unclear", gone, 0, "letters"),
        most(f"{name}: unclear and not shown", hidden, 0, "letters"),
    ]


DISKS = 60
FEW_DISKS = 4
# Less than the least, and SQLite can't even open: that is another error, and nobody hears anything.
LEAST_ROOM, ROOM = 48_000, 200_000
# So many of the kills at least must find the disk full, or nothing was tried.
FOUND_FULL = 0.25


@scenario("disk")
async def disk(run: Run) -> list[Row]:
    """The disk is full at a random write, again and again, and the bot is killed there."""
    port, chance, times = free_port(), run.chance(), run.times(DISKS, FEW_DISKS)
    with small_disk(run.folder) as place:
        async with opened("slack-http", port, run.folder) as intake:
            url = f"sqlite:///{place.folder / 'kills.db'}"
            await company(url, intake.platform)
            settings = {**intake.settings, "DATABASE_URL": url}

            async def bear() -> Bot:
                pages = place.narrow(chance.randrange(LEAST_ROOM, ROOM), url)
                return await run.bots.bear(settings, port, run.folder, pages)

            ordeal = Ordeal(intake, url, bear, Ledger(chance), chance, early=0.0, late=4.0)
            ordeal.drain, ordeal.killed = SHORT_DRAIN_S if run.short else DRAIN_S, place.widen
            ordeal.starts = False  # nor can it on a disk that is full by then
            full, log = [0], run.folder / "log"
            for _ in range(times):
                await ordeal.round()
                full.append(times_full(log))
            ordeal.bear = partial(run.bots.bear, settings, port, run.folder)
            await ordeal.end()
            hit = sum(after > before for before, after in pairwise(full))
            run.say(f"{full[-1]} times it was said to be full, in {hit} rounds")
            return [
                *judged(run, place.kind, times, ordeal),
                least(f"{place.kind}, kills that found it so", hit, times * FOUND_FULL, "kills"),
            ]


for _name in INTAKES:
    scenario(f"kills.{_name}")(partial(kills, name=_name))
