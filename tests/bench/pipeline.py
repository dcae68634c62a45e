"""(i) Lists and cards of ten times as many open admissions; what they do not show costs nothing."""

from __future__ import annotations

import random
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from functools import partial

from bot.core import Core, build
from commands import day
from commands.admissions import noun as admission_noun
from commands.admissions.filing import ShowAdmission
from commands.admissions.rules import KIND as ADMISSION
from commands.approvals.rules import KIND as APPROVAL
from commands.approvals.views import ListApprovals
from commands.kit import card as cards
from commands.kit.card import Card, Ref
from commands.kit.desk import Desk, Source
from commands.kit.people import Actor, Person, load
from commands.kit.words import T, encode
from scheduler.clock import Clock
from storage.admissions import DECIDING, PROSPECT, Admission
from storage.approvals import ASKED, Approval, Seat
from storage.batches import Plain, put_all
from storage.database import Database, Transaction
from storage.dues import Due
from storage.subjects import Subject
from tests.bench.load import folder
from tests.bench.racing import Contender, race_tables
from tests.bench.rows import Row, Scale
from tests.bench.size import Measure, Work, drawn, look, timed
from tests.house import ZONE, prepared

HERE = "tests.bench.pipeline:shown"
MOST = 1.5
AT_ONCE = 2_000
LOOKED = 40
# Of so many one waits for the decision of 赵总; what 李娜 owes does not grow with the company.
DECIDED, MANAGER, REP, OTHER, REPS = 5, 1, 3, 8, 20
NOW = datetime.now(UTC)
_TABLES = (Admission, Approval, Seat, Due, Subject)


def rows(scale: Scale) -> Iterator[Row]:
    """What each shows costs the same, however many are under way."""
    many = scale.of(10_000, 2_000)
    few = many // 10
    with folder() as place:
        urls = {str(size): f"sqlite:///{place / f'{size}.db'}" for size in (many, few)}
        for size, url in urls.items():
            fill(url, int(size))
        found = race_tables({s: Contender(HERE, (u, s)) for s, u in urls.items()}, scale)
    for name, race in found.items():
        yield Row(f"{name}, {many:,} open admissions", race.median(str(many)), "ms")
        ratio = race.ratio(str(many), str(few))
        yield Row(f"{name}: {many:,} / {few:,} open admissions", ratio, "ratio", most=MOST)


# --- what there is --------------------------------------------------------------------------------


def fill(url: str, many: int) -> None:
    """So many prospects; a fifth of them is put to management."""
    prepared(url, "web", "zh")
    database = Database(url)
    for at in range(0, many, AT_ONCE):
        some = range(1_000 + at, 1_000 + min(at + AT_ONCE, many))
        database.write_now(partial(_some, some=some))
    database.write_now(lambda db: db.run("ANALYZE"))
    database.close()


def _some(db: Transaction, some: range) -> None:
    plain: dict[type, list[Plain]] = {table: [] for table in _TABLES}
    for number in some:
        _admission(plain, number)
    for table, made in plain.items():
        put_all(db, table, made)


def _admission(plain: dict[type, list[Plain]], id_: int) -> None:
    name, at = f"意向客户{id_}", NOW - timedelta(minutes=id_)
    state = DECIDING if id_ % DECIDED == 0 else PROSPECT
    made = {"id": id_, "number": f"A-2026-{id_}", "name": name, "key": name, "state": state}
    made |= {"submitter_id": OTHER, "owner_id": OTHER, "created_at": at, "since": at}
    plain[Admission].append(made)
    plain[Subject].append({"kind": ADMISSION, "id": id_})
    if state == DECIDING:
        _approval(plain, id_, name, at)
        return
    owner = REP if id_ < 1_000 + REPS else OTHER
    plain[Due].append(_due(Ref(ADMISSION, id_), "evaluate", "2.2.2", owner, at))


def _approval(plain: dict[type, list[Plain]], id_: int, name: str, at: datetime) -> None:
    asks = cards.encode(Card(T("admission of {name} ({number})", name=name, number=str(id_))))
    made = {"id": id_, "kind": ADMISSION, "subject_id": id_, "name": f"A-2026-{id_} {name}"}
    made |= {"clause": "2.2.4", "asks": asks, "rule": "any", "submitter_id": OTHER}
    plain[Approval].append(made | {"barred": [OTHER], "asked_at": at})
    seat = {"id": id_, "approval_id": id_, "person_id": MANAGER, "role": "management"}
    plain[Seat].append(seat | {"state": ASKED, "asked_at": at})
    plain[Subject].append({"kind": APPROVAL, "id": id_})
    plain[Due].append(_due(Ref(APPROVAL, id_), "decide", "2.2.4", MANAGER, at))


def _due(about: Ref, name: str, clause: str, person: int, at: datetime) -> Plain:
    what = encode(T("{what}: {name}", what=T("evaluation"), name=str(about.id)))
    due: Plain = {"id": about.id, "clause": clause, "kind": about.kind, "subject_id": about.id}
    return due | {"name": name, "what": what, "person_id": person, "begun_at": at, "due_at": at}


# --- what is shown --------------------------------------------------------------------------------


@asynccontextmanager
async def shown(url: str, many: str) -> AsyncIterator[Measure]:
    """Milliseconds that each list and card takes."""
    core = build(Database(url), language="zh", zone=ZONE, clock=Clock())
    chance = random.Random(5)

    async def measure() -> dict[str, float]:
        some = [1_000 + chance.randrange(int(many)) for _ in range(LOOKED)]
        return {name: timed(core, work) for name, work in _views(core, some).items()}

    yield measure
    core.database.close()


def _views(core: Core, some: list[int]) -> dict[str, list[Work]]:
    decided = [id_ - id_ % DECIDED for id_ in some]
    lists: dict[str, Work] = {
        "what waits for oneself": lambda db: ListApprovals().run(_desk(core, db)),
        "what waits for long": lambda db: ListApprovals(days="0").run(_desk(core, db)),
        "admissions under way": lambda db: ShowAdmission().run(_desk(core, db)),
        "admissions to pick from": lambda db: admission_noun.find(look(core, db), "", None),
        "a manager's day": partial(_day, MANAGER),
        "a rep's day": partial(_day, REP),
    }
    return {
        "a prospect's card": [partial(drawn, core, Ref(ADMISSION, n)) for n in some],
        "a decision's card": [partial(drawn, core, Ref(APPROVAL, n)) for n in decided],
        **{name: [work] * LOOKED for name, work in lists.items()},
    }


def _who(db: Transaction, id_: int) -> Person:
    person = load(db, id_)
    assert person
    return person


def _day(id_: int, db: Transaction) -> object:
    return day.of(db, _who(db, id_), NOW, ZONE)


def _desk(core: Core, db: Transaction) -> Desk:
    return Desk(
        db=db,
        actor=Actor(MANAGER, "赵总", _who(db, MANAGER)),
        source=Source("web", "rehearsal", "dm"),
        now=NOW,
        recorded_at=NOW,
        machine_now=NOW,
        zone=ZONE,
        policy=core.house.policy,
        deed="bench",
    )
