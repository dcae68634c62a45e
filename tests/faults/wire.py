"""Platforms that misbehave: repetitions, refusals, silence (FACTS 5.2, 4, 7, 9, 10 and 44)."""

from __future__ import annotations

import asyncio
import random
import time
from collections import Counter
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from scheduler.clock import TICK
from scheduler.sending import AWAY_WAIT
from storage.database import Database, Transaction
from tests.fakes.slack import Answer
from tests.fakes.slack.delivery import Transport
from tests.fakes.slack.faults import Fault
from tests.fakes.slack.values import Call, Delivery
from tests.faults.bots import Bot, free_port
from tests.faults.framework import Row, Run, company, emptied, least, most, scenario
from tests.faults.intakes import Intake, SlackIntake, keys_posted, opened, slack
from tests.faults.ledger import REPORTERS, VISITORS, Ledger, effects
from tests.faults.posts import given_up, unfinished

TALKERS = (*VISITORS, *REPORTERS)
PAUSE = 3.0
# Longer than anybody was asked to wait.
STUCK_S = 120.0
UNDER_WAY, TOLERANCE = timedelta(seconds=0.5), timedelta(seconds=0.05)


@dataclass
class Place:
    """A bot on one way in, with its database."""

    run: Run
    intake: Intake
    url: str
    bot: Bot
    ledger: Ledger

    async def talk(self, seconds: float, pause: float) -> None:
        """Everybody talks for so long, with pauses: to each, one letter may go a second."""
        until = time.monotonic() + seconds

        async def one(user: str) -> None:
            while time.monotonic() < until:
                mark, text = self.ledger.next(user, slash=False)
                if await self.intake.says(user, text):
                    self.ledger.acknowledged.add(mark)
                await asyncio.sleep(pause)

        await asyncio.gather(*(one(user) for user in TALKERS))

    async def drained(self) -> bool:
        """Whether everything was heard and sent in the end."""
        database = Database(self.url)

        async def left() -> int:
            await self.intake.again()
            return self.intake.waiting() + await database.read(unfinished)

        try:
            return await emptied(left, STUCK_S)
        finally:
            database.close()

    def outcome(self, name: str) -> list[Row]:
        """What was lost and doubled."""
        left = effects(self.url)
        return [
            most(f"{name}: inputs lost", len(left.lost(self.ledger.due())), 0, "inputs"),
            most(f"{name}: effects doubled", len(left.doubled()), 0, "effects"),
            most(f"{name}: letters given up or unclear", self._given_up(), 0, "letters"),
        ]

    def longest_queue(self) -> int:
        """How many letters wait for the chat for which the most do."""
        database = Database(self.url)
        try:
            return database.read_now(in_one_lane)
        finally:
            database.close()

    def _given_up(self) -> int:
        database = Database(self.url)
        try:
            return database.read_now(given_up)
        finally:
            database.close()


def in_one_lane(db: Transaction) -> int:
    """The most letters that are still to go to one chat."""
    found = db.run(
        "SELECT count(*) FROM letter WHERE state IN ('waiting', 'sending') GROUP BY lane "
        "ORDER BY count(*) DESC LIMIT 1"
    ).fetchone()
    return int(found[0]) if found else 0


@asynccontextmanager
async def placed(run: Run, name: str) -> AsyncIterator[Place]:
    """A bot that is ready."""
    port, url = free_port(), f"sqlite:///{run.folder / 'wire.db'}"
    async with opened(name, port, run.folder) as intake:
        await company(url, intake.platform)
        settings = {**intake.settings, "DATABASE_URL": url}
        bot = await run.bots.bear(settings, port, run.folder)
        await bot.ready()
        await intake.settled()
        yield Place(run, intake, url, bot, Ledger(run.chance()))
        await bot.kill()


# --- the same again -------------------------------------------------------------------------------

DELIVERIES = 10_000
FEW_DELIVERIES = 300
COPIES = (2, 10)


@dataclass
class Several:
    """Delivers everything several times at once."""

    transport: Transport
    chance: random.Random
    delivered: int = 0

    async def send(self, delivery: Delivery) -> Answer:
        copies = self.chance.randint(*COPIES)
        self.delivered += copies
        sending = [self.transport.send(replace(delivery, retry=number)) for number in range(copies)]
        return (await asyncio.gather(*sending))[0]


@scenario("repeats")
async def repeats(run: Run) -> list[Row]:
    """Each event is delivered two to ten times at once."""
    wanted = run.times(DELIVERIES, FEW_DELIVERIES)
    async with placed(run, "slack-http") as place:
        assert isinstance(place.intake, SlackIntake)
        fake = place.intake.fake
        several = Several(fake.transport, run.chance("copies"))
        fake.transport = several
        while several.delivered < wanted:
            mark, text = place.ledger.next(user := next_of(place.ledger), slash=False)
            if await place.intake.says(user, text):
                place.ledger.acknowledged.add(mark)
        fake.transport = several.transport
        for _ in range(10):
            await place.intake.again()
        return place.outcome(f"{several.delivered} deliveries, two to ten times at once")


def next_of(ledger: Ledger) -> str:
    """Whose turn it is."""
    return ledger.chance.choice(TALKERS)


# --- refusals and lost answers --------------------------------------------------------------------


@dataclass
class Storm:
    """So many of the calls meet one of these; what Slack asked us to wait is remembered."""

    chance: random.Random
    share: float
    kinds: tuple[str, ...]
    waits: tuple[str | None, ...] = (None,)
    over: bool = False
    met: Counter[str] = field(default_factory=Counter)
    asked: list[tuple[str, datetime, datetime]] = field(default_factory=list)
    ordered: list[Fault] = field(default_factory=list)

    def order(self, fault: Fault) -> None:
        self.ordered.append(fault)

    def take(self, method: str) -> Fault | None:
        if self.over or method == "auth.test" or self.chance.random() >= self.share:
            return None
        kind = self.chance.choice(self.kinds)
        self.met[kind] += 1
        wait = self.chance.choice(self.waits)
        if kind == "429" and wait and wait.isdecimal():
            now = datetime.now(UTC)
            self.asked.append((method, now, now + timedelta(seconds=int(wait))))
        return Fault(method, kind, 1, wait)

    def early(self, calls: Iterable[Call]) -> int:
        """Calls before their time; those that were under way when we were asked are none."""
        return sum(
            any(
                call.method == method and begun + UNDER_WAY < call.at < until - TOLERANCE
                for method, begun, until in self.asked
            )
            for call in calls
        )


async def storm(run: Run, name: str, raging: Storm, seconds: float) -> list[Row]:
    """Talk while it rages, then see to what was said and sent."""
    async with placed(run, "slack-http") as place:
        assert isinstance(place.intake, SlackIntake)
        fake = place.intake.fake
        fake._server.faults = raging  # type: ignore[assignment]  # noqa: SLF001
        await place.talk(seconds, PAUSE)
        raging.over = True
        drained = await place.drained()
        keys = keys_posted(fake)
        twice = sum(times > 1 for times in Counter(keys).values())
        run.say(f"{sum(raging.met.values())} met: {dict(raging.met)}; {len(keys)} letters")
        rows = place.outcome(name)
        rows.append(most(f"{name}: letters posted twice", twice, 0, "letters"))
        rows.append(most(f"{name}: not everything is sent", int(not drained), 0, "times"))
        if raging.asked:
            early = raging.early(fake.calls)
            rows.append(most(f"{name}: calls before their time", early, 0, "calls"))
        return rows


@scenario("storm.429")
async def too_many(run: Run) -> list[Row]:
    """Half of the calls are refused, with all kinds of times to wait, and none."""
    waits = ("1", "2", "3", None, "abc", "0") + (() if run.short else ("60",))
    raging = Storm(run.chance("storm"), 0.5, ("429",), waits)
    seconds = 12.0 if run.short else 300.0
    return await storm(run, "half of the calls are 429", raging, seconds)


@scenario("storm.errors")
async def errors(run: Run) -> list[Row]:
    """Errors, broken lines and halves of answers, each a hundred times."""
    kinds = ("500", "503", "reset_before", "reset_after", "truncated", "ok_false:internal_error")
    raging = Storm(run.chance("storm"), 0.4, kinds)
    seconds = 12.0 if run.short else 240.0
    return await storm(run, "errors of all kinds", raging, seconds)


# --- nobody there ---------------------------------------------------------------------------------


# To each chat one letter may go a second, and some take a little longer. Nobody waits longer than
# `AWAY_WAIT` for another try, which comes with a tick, as does whatever was put back for its turn.
A_LETTER_S = 1.1
SOON_S = AWAY_WAIT + 2 * TICK.total_seconds()


@scenario("silence")
async def silence(run: Run) -> list[Row]:
    """Slack's API does not answer while the bot starts, and for a while after."""
    seconds = 8.0 if run.short else 600.0
    port, url = free_port(), f"sqlite:///{run.folder / 'wire.db'}"
    async with slack(port) as intake:
        await company(url, intake.platform)
        raging = Storm(run.chance("storm"), 1.1, ("reset_before",))
        intake.fake._server.faults = Deaf(raging)  # type: ignore[assignment]  # noqa: SLF001
        settings = {**intake.settings, "DATABASE_URL": url}
        bot = await run.bots.bear(settings, port, run.folder)
        await bot.ready()
        place = Place(run, intake, url, bot, Ledger(run.chance()))
        await place.talk(seconds, PAUSE)
        raging.over, back, pace = True, time.monotonic(), place.longest_queue()
        drained = await place.drained()
        beyond = time.monotonic() - back - pace * A_LETTER_S
        run.say(f"{place.ledger.said} said, {len(place.ledger.acknowledged)} acknowledged at once")
        name = f"Slack silent for {seconds:.0f} s from the start"
        await bot.kill()
        return [
            *place.outcome(name),
            most(f"{name}: not everything is sent", int(not drained), 0, "times"),
            least(f"{name}: letters that waited in one chat", pace, 1, "letters"),
            most(f"{name}: until all that waited went, beyond its pace", beyond, SOON_S, "s"),
        ]


@dataclass
class Deaf:
    """Not even the first question is answered."""

    raging: Storm

    def order(self, fault: Fault) -> None:
        self.raging.order(fault)

    def take(self, method: str) -> Fault | None:
        return self.raging.take("api" if method == "auth.test" else method)


# --- for a long time ------------------------------------------------------------------------------

UPDATES = 5_000
FEW_UPDATES = 150
GROWTH = 5.0


def resident(pid: int) -> int:
    """How many kB of memory a process holds."""
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmRSS"))


@scenario("soak")
async def soak(run: Run) -> list[Row]:
    """Many updates, after which memory is what it was after the first third."""
    times, held = run.times(UPDATES, FEW_UPDATES), 0
    async with placed(run, "web") as place:
        for number in range(times):
            user = TALKERS[number % len(TALKERS)]
            mark, text = place.ledger.next(user, slash=False)
            if await place.intake.says(user, text):
                place.ledger.acknowledged.add(mark)
            if number == times // 3:
                held = resident(place.bot.pid)
        drained = await place.drained()
        grown = (resident(place.bot.pid) / held - 1) * 100
        name = f"{times} updates, one after the other"
        return [
            *place.outcome(name),
            most(f"{name}: growth of memory after a third", grown, GROWTH, "%"),
            most(f"{name}: queues that are not empty", int(not drained), 0, "queues"),
        ]
