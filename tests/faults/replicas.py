"""Three replicas on PostgreSQL are killed one by one, and the server (FACTS 5.2, 32 and 33)."""

from __future__ import annotations

import asyncio
import random
import time
from collections import Counter
from collections.abc import Iterable, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import pairwise

from scheduler.clock import Clock
from storage import timers
from storage.database import Database, Transaction
from storage.timers import Timer
from tests.fakes.slack import Answer
from tests.fakes.slack.posting import HttpPosts
from tests.fakes.slack.values import Delivery
from tests.faults.bots import Bot, free_port
from tests.faults.framework import Row, Run, company, emptied, most, scenario
from tests.faults.intakes import Intake, SlackIntake, TelegramIntake, keys_posted, slack, telegram
from tests.faults.ledger import REPORTERS, VISITORS, Ledger, effects
from tests.postgres import Cluster

SECONDS = 180.0
SHORT_SECONDS = 18.0
REPLICAS = 3
KILLED_EVERY = (4.0, 8.0)
REMINDERS = 60
PAUSE = (1.5, 4.0)
STUCK_S = 60.0
TAKEOVER_S = 30.0
WINDOW = timedelta(seconds=10)
IN_A_WINDOW = 11  # one a second, and the one with which the ten seconds begin
OVERALL = 30


@dataclass
class Balanced:
    """Slack's side of a load balancer that has not noticed yet who is dead."""

    posts: Sequence[HttpPosts]
    chance: random.Random

    async def send(self, delivery: Delivery) -> Answer:
        return await self.chance.choice(self.posts).send(delivery)


@dataclass
class Fleet:
    """Three bots on one database, two platforms, and the people who talk to them."""

    run: Run
    cluster: Cluster
    url: str
    slack: SlackIntake
    telegram: TelegramIntake
    ports: list[int]
    bots: dict[int, Bot] = field(default_factory=dict)
    ledger: Ledger = field(init=False)
    over: bool = False
    kills: int = 0

    def __post_init__(self) -> None:
        self.chance = self.run.chance()
        self.ledger = Ledger(self.chance)

    async def start(self, port: int) -> None:
        """Start the replica of this port."""
        settings = {**self.slack.settings, **self.telegram.settings, "DATABASE_URL": self.url}
        self.bots[port] = await self.run.bots.bear(settings, port, self.run.folder)

    async def talk(self, intake: Intake, user: str) -> None:
        """One person talks, until it is over."""
        while not self.over:
            mark, text = self.ledger.next(user, slash=False)
            if await intake.says(user, text):
                self.ledger.acknowledged.add(mark)
            await asyncio.sleep(self.chance.uniform(*PAUSE))

    async def retry(self) -> None:
        """Slack delivers again what was not acknowledged."""
        while not self.over:
            await asyncio.sleep(1)
            await self.slack.again()

    async def fell(self, until: float) -> None:
        """Kill one, again and again; who is dead is started at once."""
        while time.monotonic() < until:
            await asyncio.sleep(self.chance.uniform(*KILLED_EVERY))
            port = self.chance.choice(self.ports)
            await self.bots[port].kill()
            self.kills += 1
            for one in self.ports:
                if not self.bots[one].alive:
                    await self.start(one)

    async def fell_the_server(self, seconds: float) -> None:
        """The server is killed once, and once restarted in order."""
        await asyncio.sleep(seconds / 3)
        await asyncio.to_thread(self.cluster.kill)
        await asyncio.sleep(2)
        await asyncio.to_thread(self.cluster.restart)
        await asyncio.sleep(seconds / 3)
        await asyncio.to_thread(self.cluster.restart)

    async def live(self, seconds: float) -> None:
        """Everything at once."""
        for port in self.ports:
            await self.start(port)
        await self.bots[self.ports[0]].ready()
        talks = [self.talk(self.slack, user) for user in (*VISITORS, *REPORTERS)]
        talks += [self.talk(self.telegram, user) for user in (VISITORS[0], REPORTERS[0])]
        talking = [asyncio.create_task(one) for one in (*talks, self.retry())]
        await asyncio.gather(self.fell(time.monotonic() + seconds), self.fell_the_server(seconds))
        self.over = True
        await asyncio.gather(*talking)

    async def end(self, database: Database) -> None:
        """Let them finish, and stop."""
        for port in self.ports:
            if not self.bots[port].alive:
                await self.start(port)
            await self.bots[port].ready()

        async def left() -> int:
            await self.slack.again()
            waits = self.slack.waiting() + self.telegram.waiting()
            return waits + len(await database.read(left_over))

        await emptied(left, STUCK_S)
        for port in self.ports:
            await self.bots[port].stop()


def remind(db: Transaction, seconds: float) -> None:
    """Timers that come due all the while; the first case need not exist for them to fire."""
    now = Clock().now()
    for number in range(REMINDERS):
        at = now + timedelta(seconds=5 + number * seconds / REMINDERS)
        timers.add(db, Timer(kind="case", subject_id=1, name="remind", person_id=1, at=at))


def left_over(db: Transaction) -> list[tuple[object, ...]]:
    """Letters that might have gone and did not."""
    return db.run(
        "SELECT id, lane, state, attempts, reason, next_at, not_before, lease_until FROM letter "
        "WHERE state IN ('waiting', 'sending') AND not_before <= now()"
    ).fetchall()


def lateness(db: Transaction) -> list[float]:
    """How late each timer fired; one that did not is infinitely late."""
    rows = db.run("SELECT at, fired_at FROM timer WHERE name = 'remind'").fetchall()
    return [(fired - at).total_seconds() if fired else float("inf") for at, fired in rows]


def crowded(times: Iterable[datetime], window: timedelta) -> int:
    """The most of these moments that lie in one window."""
    ordered = sorted(times)
    first, found = 0, 0
    for index, at in enumerate(ordered):
        while at - ordered[first] >= window:
            first += 1
        found = max(found, index - first + 1)
    return found


def deaf(calls: Iterable[datetime]) -> float:
    """The longest time in seconds in which nobody asked for updates."""
    ordered = sorted(calls)
    return max(((b - a).total_seconds() for a, b in pairwise(ordered)), default=0.0)


def pace(fleet: Fleet) -> list[Row]:
    """What the platforms saw of three replicas together."""
    posts = [c for c in fleet.slack.fake.calls if c.method == "chat.postMessage"]
    sends = [c for c in fleet.telegram.fake.calls if c.method == "sendMessage"]
    fullest = 0
    for found, name in ((posts, "channel"), (sends, "chat_id")):
        by_chat: dict[str, list[datetime]] = {}
        for call in found:
            by_chat.setdefault(str(call.payload.get(name)), []).append(call.at)
        fullest = max([fullest, *(crowded(times, WINDOW) for times in by_chat.values())])
    at_once = crowded([call.at for call in sends], timedelta(seconds=1))
    return [
        most(
            "three replicas: messages to one chat in ten seconds", fullest, IN_A_WINDOW, "messages"
        ),
        most("three replicas: Telegram messages in one second", at_once, OVERALL, "messages"),
    ]


async def judged(fleet: Fleet, database: Database) -> list[Row]:
    """The rows."""
    left = effects(fleet.url)
    lost, doubled = left.lost(fleet.ledger.due()), left.doubled()
    twice = [key for key, times in Counter(keys_posted(fleet.slack.fake)).items() if times > 1]
    late = max(await database.read(lateness))
    polls = [c.at for c in fleet.telegram.fake.calls if c.method == "getUpdates"]
    fleet.run.say(f"{fleet.kills} kills, {fleet.ledger.said} said; lost {lost[:5]}, {doubled[:5]}")
    unsent = await database.read(left_over)
    for one in unsent[:5]:
        fleet.run.say(f"left: {one}")
    name = f"three replicas, {fleet.kills} kills, server killed and restarted"
    return [
        most(f"{name}: lost", len(lost), 0, "inputs"),
        most(f"{name}: doubled", len(doubled), 0, "effects"),
        most("three replicas: things not whole", len(left.broken), 0, "things"),
        most("three replicas: Slack letters posted twice", len(twice), 0, "letters"),
        most("three replicas: letters left unsent", len(unsent), 0, "letters"),
        most("three replicas: takeover, of Telegram's updates", deaf(polls), TAKEOVER_S, "s"),
        most("three replicas: takeover, of a timer", late, TAKEOVER_S, "s"),
        *pace(fleet),
    ]


@scenario("replicas")
async def replicas(run: Run) -> list[Row]:
    """Minutes of it."""
    seconds = SHORT_SECONDS if run.short else SECONDS
    ports = [free_port() for _ in range(REPLICAS)]
    with Cluster(durable=True) as cluster:
        cluster.create("fleet")
        url = cluster.url("fleet")
        await company(url)
        async with AsyncExitStack() as opened:
            at_slack = await opened.enter_async_context(slack(ports[0]))
            at_telegram = await opened.enter_async_context(telegram(0))
            posts = [at_slack.fake.http(f"http://127.0.0.1:{port}") for port in ports]
            at_slack.fake.transport = Balanced(posts, run.chance("balance"))
            database = Database(url)
            opened.callback(database.close)
            fleet = Fleet(run, cluster, url, at_slack, at_telegram, ports)
            await database.write(lambda db: remind(db, seconds))
            await fleet.live(seconds)
            await fleet.end(database)
            return await judged(fleet, database)
