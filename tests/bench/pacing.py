"""(g) How near delivery comes to each pace that a platform allows, alone and three replicas."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from bot.wiring import Running, assemble
from commands.kit.card import Card
from commands.kit.desk import Desk, Source
from commands.kit.people import Actor, ToChat
from commands.kit.words import T
from storage.database import Transaction
from tests.bench.load import folder
from tests.bench.rows import Row, Scale
from tests.fakes.slack import BOT_USER, FakeSlack
from tests.fakes.telegram import FakeTelegram
from tests.house import BOT, TEAM, ZONE, prepared_everywhere, settings_for
from tests.postgres import Cluster

LEAST = 0.9
# What the way to the platform may take away from between two calls.
JITTER = timedelta(milliseconds=50)
PERSON, GROUP, CROWD = 4_001, -4_002, 5_000
CHANNEL = "C9PACE"


@dataclass(frozen=True, slots=True)
class Limit:
    """So many calls in so many seconds to these chats, and how many letters show it."""

    name: str
    platform: str
    chats: Sequence[str]
    letters: int
    many: int
    per: float

    @property
    def gap(self) -> timedelta:
        """Between one call and the next."""
        return timedelta(seconds=self.per / self.many)


def limits(scale: Scale) -> list[Limit]:
    """Each pace: a channel's, a chat's, a group's, and the whole bot's."""
    crowd = [str(CROWD + number) for number in range(scale.of(300, 90))]
    return [
        Limit("Slack, one channel, 1/s", "slack", (CHANNEL,), scale.of(40, 8), 1, 1.0),
        Limit("Telegram, one chat, 1/s", "telegram", (str(PERSON),), scale.of(40, 8), 1, 1.0),
        Limit("Telegram, one group, 20/min", "telegram", (str(GROUP),), scale.of(14, 4), 20, 60.0),
        Limit("Telegram, the whole bot, 30/s", "telegram", crowd, len(crowd), 30, 1.0),
    ]


def rows(scale: Scale) -> Iterator[Row]:
    """In real time: a pace is a promise about clocks."""
    with folder() as place:
        yield from asyncio.run(_measured(f"sqlite:///{place / 'pace.db'}", 1, scale))
    with Cluster() as cluster:
        cluster.create("pace")
        yield from asyncio.run(_measured(cluster.url("pace"), 3, scale))


async def _measured(url: str, replicas: int, scale: Scale) -> list[Row]:
    who = "alone" if replicas == 1 else f"{replicas} replicas"
    prepared_everywhere(url, "zh")
    found: list[Row] = []
    async with _standing(url, replicas) as (fakes, running):
        for limit in limits(scale):
            fake = fakes[limit.platform]
            before, refused = len(fake.calls), len(fake.refused)
            _, after = await running[0].core.database.write(
                lambda db: _write(db, running[0], limit)  # noqa: B023
            )
            for one in running:
                one.core.wake(after)
            times, sent = await _sent(fake, before, limit)
            span = (sent[-1] - sent[0]).total_seconds()
            share = (len(sent) - 1) * limit.gap.total_seconds() / span
            name = f"{limit.name}, {who}"
            found.append(Row(f"{name}: share of the pace reached", share, "ratio", least=LEAST))
            found.append(Row(f"{name}: calls too early", _early(times, limit), "", most=0))
            late = len(fake.refused) - refused
            found.append(Row(f"{name}: calls refused", late, "", most=0))
    return found


def _early(times: Sequence[datetime], limit: Limit) -> int:
    """Calls that came before the one `many` calls earlier was `per` seconds old."""
    pairs = zip(times, times[limit.many :], strict=False)
    return sum(1 for one, other in pairs if other - one < timedelta(seconds=limit.per) - JITTER)


async def _sent(
    fake: Any,  # noqa: ANN401 -- either platform's
    before: int,
    limit: Limit,
) -> tuple[list[datetime], list[datetime]]:
    """When it was called, and when a call was taken."""
    method = "chat.postMessage" if limit.platform == "slack" else "sendMessage"
    until = time.monotonic() + limit.letters * limit.gap.total_seconds() * 3 + 30
    while time.monotonic() < until:
        await asyncio.sleep(0.1)
        calls = [call for call in fake.calls[before:] if call.method == method]
        sent = [call.at for call in calls if call.outcome in {"", "ok"}]
        if len(sent) >= limit.letters:
            return [call.at for call in calls], sent
    raise TimeoutError(f"{limit.name}: not all letters were sent")


def _write(db: Transaction, running: Running, limit: Limit) -> None:
    now = running.core.clock.now()
    desk = Desk(
        db=db,
        actor=Actor(0, "bench"),
        source=Source("", "", ""),
        now=now,
        recorded_at=now,
        machine_now=now,
        zone=ZONE,
        policy=running.core.house.policy,
    )
    workspace = TEAM if limit.platform == "slack" else str(BOT)
    for number in range(limit.letters):
        chat = limit.chats[number % len(limit.chats)]
        desk.tell(ToChat(limit.platform, workspace, chat), Card(T("letter {n}", n=number)))


@asynccontextmanager
async def _standing(url: str, replicas: int) -> AsyncIterator[tuple[dict[str, Any], list[Running]]]:
    """Replicas that tick in real time, and platforms that refuse whoever comes too early."""
    async with AsyncExitStack() as held:
        slack = await held.enter_async_context(FakeSlack())
        telegram = await held.enter_async_context(FakeTelegram(f"{BOT}:secret"))
        slack.add_channel(CHANNEL, "pace", BOT_USER)
        for user in (PERSON, *range(CROWD, CROWD + 300)):
            telegram.user(user, f"P{user}", started=True)
        telegram.group(GROUP, "pace", PERSON)
        slack.enforce_pace = telegram.enforce_pace = True
        settings = settings_for(
            url,
            "zh",
            slack_bot_token=slack.bot_token,
            slack_signing_secret=slack.signing_secret,
            slack_api_url=slack.api_url,
            telegram_bot_token=telegram.token,
            telegram_api_url=telegram.api_url,
        )
        running = [assemble(settings) for _ in range(replicas)]
        for one in running:
            one.core.chores.clear()
            one.core.start()
            held.push_async_callback(one.stop)
        yield {"slack": slack, "telegram": telegram}, running
