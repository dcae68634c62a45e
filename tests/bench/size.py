"""(h) Cards and paged lists of a company ten times as large; aggregates may cost more."""

from __future__ import annotations

import random
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, date, datetime, timedelta
from functools import partial
from typing import Any

from bot.core import Core, build
from bot.house import Glance
from commands import customers as customer_noun
from commands import day
from commands.kit.calendar import local_day
from commands.kit.card import Ref
from commands.kit.people import load
from commands.sheets.noun import SHEETS
from commands.visits import progress
from scheduler.clock import Clock
from storage import cases, counts, customers, people, visits
from storage.batches import Plain, put_all
from storage.cases import Case, Report
from storage.customers import Customer, CustomerName, Stewardship
from storage.database import Database, Transaction
from storage.dues import Due
from storage.people import Person
from storage.subjects import Subject
from storage.visits import Visit
from tests.bench.before import BEFORE, LEAST, with_before
from tests.bench.load import folder
from tests.bench.racing import Contender, race_tables
from tests.bench.rows import Row, Scale
from tests.house import ZONE, prepared

Measure = Callable[[], Awaitable[Any]]
Work = Callable[[Transaction], object]
HERE = "tests.bench.size:shown"
MOST = 1.5
# What a company has for each of its customers, and for how many of them somebody cares.
VISITS, CASES, EACH = 10, 2, 250
AT_ONCE = 2_000
YEARS = 5
LOOKED = 40
NOW = datetime.now(UTC)
AGGREGATES = ("everything counted", "customers counted", "open cases counted")


def rows(scale: Scale) -> Iterator[Row]:
    """What each shows costs the same, however much there is that it does not show."""
    many = scale.of(100_000, 10_000)
    few = many // 10
    with folder() as place:
        urls = {str(size): f"sqlite:///{place / f'{size}.db'}" for size in (many, few)}
        for size, url in urls.items():
            fill(url, int(size))
        sizes = {size: Contender(HERE, (url, size)) for size, url in urls.items()}
        found = race_tables(with_before(sizes, str(many)), scale)
    for name, race in found.items():
        bound = None if name in AGGREGATES else MOST
        yield Row(f"{name}, {many:,} customers", race.median(str(many)), "ms")
        ratio = race.ratio(str(many), str(few))
        yield Row(f"{name}: {many:,} / {few:,} customers", ratio, "ratio", most=bound)
        before = race.ratio(BEFORE, str(many))
        yield Row(f"{name} / {BEFORE}", before, "ratio", least=LEAST)


# --- what there is --------------------------------------------------------------------------------


def fill(url: str, many: int) -> None:
    """A company of so many customers, with staff to match, and five years of visits and cases."""
    prepared(url, "web", "zh")
    database = Database(url)
    first, _ = database.write_now(partial(_staff, many=many // EACH))
    for at in range(0, many, AT_ONCE):
        some = range(1_000 + at, 1_000 + min(at + AT_ONCE, many))
        database.write_now(partial(_some, some=some, first=first, staff=many // EACH))
    database.write_now(lambda db: db.run("ANALYZE"))
    database.close()


def _staff(db: Transaction, many: int) -> int:
    made = [
        people.add(db, Person(name=f"员工{number}", superior_id=2, created_at=NOW))
        for number in range(many)
    ]
    for one in made:
        people.place(db, one, {"sales": False})
    return made[0]


def _some(db: Transaction, some: range, first: int, staff: int) -> None:
    plain: dict[type, list[Plain]] = {table: [] for table in _TABLES}
    for number in some:
        important = number // staff % 20 == 0
        _customer(plain, number, first + number % staff, important=important)
    for table, made in plain.items():
        put_all(db, table, made)


_TABLES = (Customer, CustomerName, Stewardship, Visit, Case, Report, Due, Subject)


def _customer(plain: dict[type, list[Plain]], number: int, owner: int, *, important: bool) -> None:
    name = f"客户{number}"
    plain[Customer].append({"id": number, "name": name, "short": name, "created_at": NOW})
    called = {"id": number, "customer_id": number, "name": name, "key": name}
    plain[CustomerName].append(called)
    kept = {"id": number, "customer_id": number, "owner_id": owner, "since": NOW}
    plain[Stewardship].append(kept | {"important": important})
    plain[Subject].append({"kind": "customer", "id": number})
    for turn in range(VISITS):
        _visit(plain, number * VISITS + turn, number, owner)
    for turn in range(CASES):
        _case(plain, number * CASES + turn, number, owner)


def _visit(plain: dict[type, list[Plain]], id_: int, customer: int, owner: int) -> None:
    on = (NOW - timedelta(days=id_ % (365 * YEARS))).date()
    made = {"id": id_, "customer_id": customer, "person_id": owner, "day": on}
    plain[Visit].append(made | {"notes": "谈了Q3涨价3%；样品周五前寄出", "recorded_at": NOW})
    plain[Subject].append({"kind": "visit", "id": id_})


def _case(plain: dict[type, list[Plain]], id_: int, customer: int, owner: int) -> None:
    at = NOW - timedelta(days=id_ % (365 * YEARS))
    state = cases.OPEN if id_ % 100 == 0 else cases.CLOSED
    made = {"id": id_, "number": f"C-2026-{id_}", "customer_id": customer, "owner_id": owner}
    made |= {"text": "第3批螺栓锈蚀", "received_at": at, "recorded_at": at, "state": state}
    plain[Case].append(made)
    plain[Report].append({"id": id_, "case_id": id_, "person_id": owner, "text": "锈", "at": at})
    plain[Subject].append({"kind": "case", "id": id_})
    if state == cases.OPEN:
        what = {"t": "First reply on {number}", "v": {"number": f"C-2026-{id_}"}}
        due = {"id": id_, "clause": "3.1.2b", "kind": "case", "subject_id": id_, "name": "first"}
        due |= {"what": what, "person_id": owner, "begun_at": at, "due_at": at}
        plain[Due].append(due)


# --- what is shown --------------------------------------------------------------------------------


@asynccontextmanager
async def shown(url: str, many: str) -> AsyncIterator[Measure]:
    """Milliseconds that each card, list and aggregate takes."""
    core = build(Database(url), language="zh", zone=ZONE, clock=Clock())
    chance = random.Random(5)

    async def measure() -> dict[str, float]:
        some = [1_000 + chance.randrange(int(many)) for _ in range(LOOKED)]
        return {name: timed(core, work) for name, work in _views(core, some).items()}

    yield measure
    core.database.close()


def _views(core: Core, some: Sequence[int]) -> dict[str, list[Work]]:
    pick = partial(_picked, core)
    return {
        "a customer's card": [partial(drawn, core, Ref("customer", n)) for n in some],
        "a visit's card": [partial(drawn, core, Ref("visit", n * VISITS)) for n in some],
        "a case's card": [partial(drawn, core, Ref("case", n * CASES)) for n in some],
        "a person's day": [partial(_day, n) for n in some],
        "the month's progress": [partial(_progress, n) for n in some],
        "a person's visits": [partial(_visits, n) for n in some],
        "customers to pick from": [pick for _ in some],
        "open cases to pick from": [cases.open_ones for _ in some],
        "a page of the table of customers": [partial(_page, n) for n in some],
        AGGREGATES[0]: [partial(counts.look, now=NOW)],
        AGGREGATES[1]: [customers.count],
        AGGREGATES[2]: [cases.count_open],
    }


def _picked(core: Core, db: Transaction) -> object:
    return customer_noun.find(look(core, db), "", None)


def _progress(customer: int, db: Transaction) -> object:
    return progress(db, _owner_of(db, customer), _today())


def _visits(customer: int, db: Transaction) -> object:
    return visits.by_person(db, _owner_of(db, customer), _today().replace(day=1))


def _page(customer: int, db: Transaction) -> object:
    return SHEETS["customers"].page(db, customer, 50, None)


def _today() -> date:
    return local_day(NOW, ZONE)


def look(core: Core, db: Transaction) -> Glance:
    return Glance(db, NOW, ZONE, core.house.policy)


def drawn(core: Core, about: Ref, db: Transaction) -> object:
    drawn = core.delivery.drawing.draw(db, about)
    assert drawn[1], about
    return drawn


def _owner_of(db: Transaction, customer: int) -> int:
    now = customers.stewardship(db, customer)
    assert now
    assert now.owner_id
    return now.owner_id


def _day(customer: int, db: Transaction) -> object:
    person = load(db, _owner_of(db, customer))
    assert person
    return day.of(db, person, NOW, ZONE)


def timed(core: Core, works: Sequence[Work]) -> float:
    began = time.perf_counter()
    for work in works:
        core.database.read_now(work)
    return (time.perf_counter() - began) / len(works) * 1000
