"""(j) Care for 300,000 contacts: a day's plan costs what is due, a holiday's lets others in."""

from __future__ import annotations

import asyncio
import statistics
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, date, datetime, timedelta
from functools import partial
from typing import Any

from bot.core import Core, build
from bot.platform import Address, Request, Typed
from storage import people
from storage.batches import Plain, put_all
from storage.care import Occasion
from storage.customers import Contact, Customer, CustomerName, Stewardship
from storage.database import Database, Transaction
from storage.people import Person
from storage.subjects import Subject
from tests.bench.load import folder
from tests.bench.racing import Contender, race, race_of_tables
from tests.bench.rows import Row, Scale
from tests.desk import Mailbox
from tests.house import ZONE, TestClock, prepared
from tests.postgres import Cluster

Measure = Callable[[], Awaitable[Any]]
HERE = "tests.bench.caring"
MOST, SLICE_MS = 1.3, 50
# Contacts of a customer; colleagues and important customers, who do not grow with them.
CONTACTS, STAFF, IMPORTANT = 10, 100, 300
# So many birthdays come near on each of these days, none of which is near a holiday.
DUE, FIRST, DAYS = 200, date(2026, 11, 3), 12
AHEAD = timedelta(days=3)
DAY, BEFORE_MIDNIGHT = timedelta(days=1), timedelta(minutes=1)
# Spring Festival is on 6 February 2027: the night in which it comes near, and the evening before.
FESTIVAL_NEAR = date(2027, 2, 3)
AT_ONCE = 2_000
EVERY_S, IDLE_S = 0.05, 4.0
LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)


def rows(scale: Scale) -> Iterator[Row]:
    """The same number due among ten times as many, on both engines."""
    many = scale.of(300_000, 30_000)
    few = many // 10
    with folder() as place, Cluster() as cluster:
        for engine in ("sqlite", "postgresql"):
            urls = {}
            for size in (many, few):
                cluster.create(f"care_{size}")
                lite = f"sqlite:///{place / f'{size}.db'}"
                urls[str(size)] = lite if engine == "sqlite" else cluster.url(f"care_{size}")
                fill(urls[str(size)], size)
                if engine == "sqlite":
                    cluster.drop(f"care_{size}")
            found = race({s: Contender(f"{HERE}:planned", (u,)) for s, u in urls.items()}, scale)
            name = f"a day's plan on {engine}, {DUE} birthdays due"
            yield Row(f"{name}: among {many:,} contacts", found.median(str(many)), "ms")
            ratio = found.ratio(str(many), str(few))
            yield Row(f"{name}: {many:,} / {few:,} contacts", ratio, "ratio", most=MOST)


def peak(scale: Scale) -> Iterator[Row]:
    """Spring Festival comes near for everybody in one night, and people work on."""
    many = scale.of(300_000, 30_000)
    with folder() as place:
        url = f"sqlite:///{place / 'peak.db'}"
        fill(url, many)
        once = Scale(scale.short, rounds=1)
        found = race_of_tables(Contender(f"{HERE}:nearing", (url,)), once)
    name = f"a holiday planned for {many:,} contacts"
    yield Row(f"{name}: lists made", found["listed"], "contacts", least=many)
    yield Row(f"{name}: took", found["took"], "s")
    yield Row(f"{name}: the writer held by a slice, median", found["slice"], "ms", most=SLICE_MS)
    yield Row(f"{name}: the writer held by a slice, 95 of 100", found["slices"], "ms")
    yield Row(f"{name}: the writer held by a slice, longest", found["longest"], "ms")
    yield Row(f"{name}: a command answered, median", found["median"], "ms")
    yield Row(f"{name}: a command answered, slowest", found["slowest"], "ms")
    yield Row(f"{name}: a command / the same bot idle, median", found["ratio"], "ratio")
    yield Row(f"{name}: a command / the same bot idle, slowest", found["worst"], "ratio")


# --- what there is --------------------------------------------------------------------------------

TABLES = (Customer, CustomerName, Stewardship, Subject, Contact, Occasion)


def fill(url: str, many: int) -> None:
    """A company of so many contacts, ten of each customer; each has a birthday."""
    prepared(url, "web", "zh")
    database = Database(url)
    first, _ = database.write_now(_staff)
    customers = many // CONTACTS
    for at in range(0, customers, AT_ONCE):
        some = range(1_000 + at, 1_000 + min(at + AT_ONCE, customers))
        database.write_now(partial(_some, some=some, first=first, many=many))
    database.write_now(lambda db: db.run("ANALYZE"))
    database.close()


def _staff(db: Transaction) -> int:
    made = [
        people.add(db, Person(name=f"员工{number}", superior_id=2, created_at=LONG_AGO))
        for number in range(STAFF)
    ]
    for one in made:
        people.place(db, one, {"sales": False})
    return made[0]


def _some(db: Transaction, some: range, first: int, many: int) -> None:
    plain: dict[type, list[Plain]] = {table: [] for table in TABLES}
    for number in some:
        _customer(plain, number, first, many)
    for table, made in plain.items():
        put_all(db, table, made)


def _customer(plain: dict[type, list[Plain]], number: int, first: int, many: int) -> None:
    name, nth = f"客户{number}", number - 1_000
    plain[Customer].append({"id": number, "name": name, "short": name, "created_at": LONG_AGO})
    plain[CustomerName].append({"id": number, "customer_id": number, "name": name, "key": name})
    kept = {"id": number, "customer_id": number, "owner_id": first + nth % STAFF}
    important = nth % (many // CONTACTS // IMPORTANT) == 0
    plain[Stewardship].append(kept | {"since": LONG_AGO, "important": important})
    plain[Subject].append({"kind": "customer", "id": number})
    for turn in range(CONTACTS):
        _contact(plain, number * CONTACTS + turn, number, many)


def _contact(plain: dict[type, list[Plain]], id_: int, customer: int, many: int) -> None:
    made: Plain = {"id": id_, "customer_id": customer, "name": f"联系人{id_}"}
    email = f"c{id_}@customer.test"
    keys = {"email": email, "email_key": email, "created_at": LONG_AGO}
    plain[Contact].append(made | keys)
    nth, apart = id_ - 1_000 * CONTACTS, many // (DUE * DAYS)
    soon = nth % apart == 0 and nth // apart < DUE * DAYS
    # Those that come soon are spread over all customers; the others come in another season.
    after = nth // apart % DAYS if soon else 60 + nth % 250
    day = FIRST + after * DAY + AHEAD
    occasion: Plain = {"id": id_, "kind": "birthday", "customer_id": customer, "contact_id": id_}
    plain[Occasion].append(
        occasion | {"day": f"{day:%m-%d}", "next_on": day, "plan_on": day - AHEAD}
    )


# --- a day's plan ---------------------------------------------------------------------------------


def _core(url: str, day: date) -> tuple[Core, TestClock]:
    """A house that begins in the evening before a day."""
    clock = TestClock(_midnight(day) - BEFORE_MIDNIGHT)
    core = build(Database(url), language="zh", zone=ZONE, clock=clock)
    core.platforms["web"] = Mailbox()
    return core, clock


def _midnight(day: date) -> datetime:
    return datetime.combine(day, datetime.min.time(), ZONE).astimezone(UTC)


@asynccontextmanager
async def planned(url: str) -> AsyncIterator[Measure]:
    """Milliseconds that a night's rounds take, one night after the other."""
    core, clock = _core(url, FIRST)
    night = iter(FIRST + n * DAY for n in range(DAYS))

    async def measure() -> float:
        midnight = _midnight(next(night))
        clock.at = midnight - BEFORE_MIDNIGHT
        await core.timers.tick()
        before = _listed(core)
        clock.at = midnight
        began = time.perf_counter()
        await core.timers.tick()
        took = time.perf_counter() - began
        assert _listed(core) - before == DUE
        return took * 1000

    yield measure
    core.database.close()


def _listed(core: Core) -> int:
    def look(db: Transaction) -> int:
        row = db.run("SELECT count(*) FROM greeting").fetchone()
        assert row
        return int(row[0])

    return core.database.read_now(look)


# --- a holiday ------------------------------------------------------------------------------------


@asynccontextmanager
async def nearing(url: str) -> AsyncIterator[Measure]:
    """What commands take while nothing happens, and while a holiday is planned."""
    core, clock = _core(url, FESTIVAL_NEAR)
    core.database.write_now(lambda db: db.run("DELETE FROM occasion"))
    slices, number, night = _slices(core), [0], iter((0, 1))

    async def measure() -> dict[str, float]:
        if next(night) == 0:  # nothing but warm
            await _answers(core, number, asyncio.sleep(IDLE_S / 4))
            await core.timers.tick()
            return {}
        idle = await _answers(core, number, asyncio.sleep(IDLE_S))
        slices.clear()
        began = time.perf_counter()
        clock.at = _midnight(FESTIVAL_NEAR)
        busy = await _answers(core, number, core.timers.tick())
        took = time.perf_counter() - began
        return _told(idle, busy, sorted(slices)) | {"took": took, "listed": _listed(core)}

    yield measure
    core.database.close()


async def _answers(core: Core, number: list[int], work: Awaitable[object]) -> list[float]:
    """How long each command took, in milliseconds, while something else was done."""
    took: list[float] = []

    async def ask() -> None:
        while True:
            number[0] += 1
            text = f"/visit 永固 样品{number[0]}" if number[0] % 2 else "/today"
            began = time.perf_counter()
            await core.door.handle(_request(core, number[0], text))
            took.append((time.perf_counter() - began) * 1000)
            await asyncio.sleep(EVERY_S)

    asking = asyncio.create_task(ask())
    try:
        await work
    finally:
        asking.cancel()
        await asyncio.gather(asking, return_exceptions=True)
    return took


def _request(core: Core, number: int, text: str) -> Request:
    where = Address("web", "rehearsal", "dm:lina")
    at, key = core.clock.now(), f"c{number}"
    return Request(where, "lina", Typed(text), at, key=key, message=key)


def _slices(core: Core) -> list[float]:
    """The milliseconds of each transaction in which timers fire, its commit included."""
    took, whole = list[float](), core.database.write_now

    def timed(work: Callable[[Transaction], Any]) -> Any:  # noqa: ANN401
        began = time.perf_counter()
        done = whole(work)
        if work.__qualname__.startswith("Timers._fire"):
            took.append((time.perf_counter() - began) * 1000)
        return done

    core.database.write_now = timed  # type: ignore[method-assign]
    return took


def _told(
    idle: Sequence[float], busy: Sequence[float], slices: Sequence[float]
) -> dict[str, float]:
    return {
        "slice": statistics.median(slices),
        "slices": slices[int(len(slices) * 0.95)],
        "longest": slices[-1],
        "median": statistics.median(busy),
        "slowest": max(busy),
        "ratio": statistics.median(busy) / statistics.median(idle),
        "worst": max(busy) / max(idle),
    }
