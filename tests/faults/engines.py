"""Databases under strain: many writers, a reader that stays, a server that dies (31 and 32)."""

from __future__ import annotations

import asyncio
import time
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

from bot.platform import Request
from storage.connections import connect
from storage.database import Gone
from storage.dump import dump
from tests.desk import Reception, reception
from tests.faults.framework import Row, Run, company, most, scenario
from tests.faults.ledger import REPORTERS, VISITORS, Ledger, effects
from tests.faults.test_stopping import hold
from tests.postgres import Cluster

TRANSACTIONS = 10_000
FEW = 400
WRITERS = 8
HELD_S = 0.5
ROUNDS = 100
FEW_ROUNDS = 4
RECOVERED_S = 10.0


def said(desk: Reception, ledger: Ledger) -> tuple[int, Request]:
    """Somebody's next input, as the platform delivers it."""
    user = ledger.chance.choice((*VISITORS, *REPORTERS))
    mark, text = ledger.next(user, slash=False)
    return mark, desk.request(user, text)


@scenario("busy")
async def busy(run: Run) -> list[Row]:
    """Eight at the door, others who write for long, a reader that stays, and backups."""
    url = f"sqlite:///{run.folder / 'busy.db'}"
    await company(url, "web")
    times, locked, over = run.times(TRANSACTIONS, FEW), 0, asyncio.Event()
    ledger = Ledger(run.chance())
    async with reception(url) as desk:

        async def writes() -> None:
            nonlocal locked
            while ledger.said < times:
                _, request = said(desk, ledger)
                try:
                    await desk.core.door.handle(request)
                except Gone:
                    locked += 1

        others = [asyncio.create_task(one) for one in (disturbs(url, over), backs(run, url, over))]
        with closing(connect(url)) as reader:
            reader.execute("BEGIN")
            reader.execute("SELECT count(*) FROM letter").fetchall()
            await asyncio.gather(*(writes() for _ in range(WRITERS)))
            reader.execute("COMMIT")
        over.set()
        await asyncio.gather(*others)
    left = effects(url)
    return [
        most(f"{times} transactions beside others: found it locked", locked, 0, "times"),
        most(f"{times} transactions: lost", len(left.lost(ledger.due())), 0, "inputs"),
        most(
            f"{times} transactions: doubled or torn", len(left.doubled()) + len(left.broken), 0, ""
        ),
    ]


async def disturbs(url: str, over: asyncio.Event) -> None:
    """Another program writes for long, again and again."""
    while not over.is_set():
        await asyncio.to_thread(hold, url, HELD_S)
        await asyncio.sleep(HELD_S)


async def backs(run: Run, url: str, over: asyncio.Event) -> None:
    """A backup is made, again and again."""
    number = 0
    while not over.is_set():
        number += 1
        path = Path(run.folder / f"{number}.zip")
        await asyncio.to_thread(dump, url, path, datetime.now(UTC))
        path.unlink()


@scenario("server")
async def server(run: Run) -> list[Row]:
    """PostgreSQL is killed in the middle of transactions, again and again."""
    rounds, slowest, chance = run.times(ROUNDS, FEW_ROUNDS), 0.0, run.chance()
    ledger = Ledger(run.chance("ledger"))
    with Cluster(durable=True) as cluster:
        cluster.create("server")
        url = cluster.url("server")
        await company(url, "web")
        async with reception(url) as desk:
            for number in range(rounds):
                requests = [said(desk, ledger)[1] for _ in range(6)]
                tasks = [asyncio.create_task(desk.core.door.handle(one)) for one in requests]
                await asyncio.sleep(chance.uniform(0, 0.06))
                await asyncio.to_thread(cluster.kill if number % 2 else cluster.restart)
                await asyncio.gather(*tasks, return_exceptions=True)
                if number % 2:
                    await asyncio.to_thread(cluster.restart)
                begun = time.monotonic()
                for one in requests:  # what was not acknowledged comes again, and the rest, too
                    await until_kept(desk, one)
                slowest = max(slowest, time.monotonic() - begun)
        left = effects(url)
    name = f"{rounds} deaths of the server"
    return [
        most(f"{name}: inputs lost", len(left.lost(ledger.due())), 0, "inputs"),
        most(f"{name}: effects doubled", len(left.doubled()), 0, "effects"),
        most(f"{name}: things not whole", len(left.broken), 0, "things"),
        most(f"{name}: until all that came again was kept", slowest, RECOVERED_S, "s"),
    ]


async def until_kept(desk: Reception, request: Request) -> None:
    """Deliver it until it is acknowledged."""
    for _ in range(100):
        try:
            await desk.core.door.handle(request)
        except Gone:
            await asyncio.sleep(0.1)
        else:
            return
    raise AssertionError("the database does not come back")
