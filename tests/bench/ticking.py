"""(d) A tick among many timers that wait; timers fired whole, against APScheduler's job store."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

from apscheduler.jobstores.sqlalchemy import SQLAlchemyJobStore
from apscheduler.schedulers.background import BackgroundScheduler
from sqlalchemy import create_engine, event

from bot.core import Core, build
from scheduler.clock import Clock
from storage import timers, visits
from storage.database import Database, Transaction
from storage.timers import Timer
from storage.visits import Visit
from tests.bench.before import against_before, with_before
from tests.bench.load import folder
from tests.bench.racing import Contender, race
from tests.bench.rows import Row, Scale
from tests.house import ZONE, prepared

Measure = Callable[[], Awaitable[Any]]
HERE = "tests.bench.ticking"
FEW = 10_000
TICKS = 200
FIRED, STORED = "timers fired whole", "APScheduler's SQL job store"
# SQL for SQLite: a row for each number.
MANY = (
    "WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n WHERE x < {many})"
    " INSERT INTO timer (kind, subject_id, name, at, state, holder, attempts)"
    " SELECT 'visit', x, 'remind', strftime('%Y-%m-%dT%H:%M:%f', '2099-01-01', x || ' seconds')"
    " || '000+00:00', 'waiting', '', 0 FROM n"
)


def rows(scale: Scale) -> Iterator[Row]:
    """What waits costs nothing; what is due, once."""
    most = scale.of(1_000_000, 100_000)
    many, few = f"{most:,} timers wait", f"{FEW:,} timers wait"
    found = race(
        {
            many: Contender(f"{HERE}:waiting", (str(most),)),
            few: Contender(f"{HERE}:waiting", (str(FEW),)),
        },
        scale,
    )
    for name in (many, few):
        yield Row(f"a tick while {name}", found.median(name), "ms")
    yield Row(f"a tick: {most:,} / {FEW:,} waiting", found.ratio(many, few), "ratio", most=1.2)
    size = (str(scale.of(500, 100)),)
    both = {FIRED: Contender(f"{HERE}:fired", size), STORED: Contender(f"{HERE}:stored", size)}
    raced = race(with_before(both, FIRED), scale)
    yield Row(f"{FIRED}: claim, handler, letter, settle", raced.median(FIRED), "/s")
    yield Row(f"{STORED}: add, due, remove", raced.median(STORED), "/s")
    yield Row(f"{FIRED} / {STORED}", raced.ratio(FIRED, STORED), "ratio", least=3)
    yield from against_before(raced, FIRED, FIRED)


@asynccontextmanager
async def waiting(many: str) -> AsyncIterator[Measure]:
    """Ticks that find nothing due, as the metronome makes them."""
    with folder() as place:
        core = _core(f"sqlite:///{place / 'timers.db'}")
        core.database.write_now(lambda db: db.run(MANY.format(many=int(many))))

        async def measure() -> float:
            began = time.perf_counter()
            for _ in range(TICKS):
                await core.timers.tick()
                await core.database.read(timers.next_at)
            return (time.perf_counter() - began) / TICKS * 1000

        yield measure
        core.database.close()


@asynccontextmanager
async def fired(size: str) -> AsyncIterator[Measure]:
    """Reminders of visits: each writes a letter, in a transaction of its own."""
    with folder() as place:
        core = _core(f"sqlite:///{place / 'timers.db'}")

        async def measure() -> float:
            core.database.write_now(lambda db: _reminders(db, int(size)))
            began = time.perf_counter()
            await core.timers.tick()
            took = time.perf_counter() - began
            assert not core.database.read_now(lambda db: timers.overdue(db, datetime.now(UTC)))
            return int(size) / took

        yield measure
        core.database.close()


def _core(url: str) -> Core:
    prepared(url, "web", "zh")
    return build(Database(url), language="zh", zone=ZONE, clock=Clock())


def _reminders(db: Transaction, many: int) -> None:
    now = datetime.now(UTC)
    for number in range(many):
        person = 1 + number % 8
        visit = Visit(customer_id=1, person_id=person, day=now.date(), notes=f"样品{number}")
        visit.recorded_at = now
        about = visits.add(db, visit)
        db.add(Timer(kind="visit", subject_id=about, name="remind", person_id=person, at=now))


def nothing() -> None:
    """What the peer's jobs would do."""


@asynccontextmanager
async def stored(size: str) -> AsyncIterator[Measure]:
    """The peer's own way: a job is added, found to be due, and removed; as durable as ours."""
    with folder() as place:
        engine = create_engine(f"sqlite:///{place / 'jobs.db'}")
        event.listen(engine, "connect", _durable)
        store = SQLAlchemyJobStore(engine=engine)
        scheduler = BackgroundScheduler(jobstores={"default": store}, timezone=UTC)
        scheduler.start(paused=True)
        at = datetime.now(UTC) + timedelta(hours=1)

        async def measure() -> float:
            began = time.perf_counter()
            for _ in range(int(size)):
                scheduler.add_job(nothing, "date", run_date=at)
            for job in store.get_due_jobs(at):
                scheduler.remove_job(job.id)
            return int(size) / (time.perf_counter() - began)

        yield measure
        scheduler.shutdown()
        engine.dispose()


def _durable(connection: Any, _record: object) -> None:  # noqa: ANN401 -- the driver's own
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=FULL")
