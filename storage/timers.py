"""Timers: what happens at a moment if nobody moves before; claimed under leases when due."""

from datetime import datetime
from typing import NamedTuple

from sqlalchemy import Index, bindparam, delete, func, select, text, update
from sqlmodel import col

from storage.columns import data, key, may_point_at, maybe_moment, moment
from storage.connections import POSTGRESQL
from storage.database import Deed, Json, Query, Transaction, known
from storage.rows import Row

WAITING, FIRED, DROPPED, FAILED = "waiting", "fired", "dropped", "failed"
# The kind of what goes round every day, whoever speaks or not.
ROUND = "round"


class Timer(Row, table=True):
    """At `at`, the noun `kind` is handed this timer under its `name`.

    `person_id` is who asked for it, if somebody did.
    """

    __table_args__ = (
        Index(
            "timer_waiting",
            "at",
            sqlite_where=text("state = 'waiting'"),
            postgresql_where=text("state = 'waiting'"),
        ),
        Index("timer_subject", "kind", "subject_id"),
    )

    id: int | None = key()
    kind: str
    subject_id: int
    name: str
    due_id: int | None = may_point_at("due")
    person_id: int | None = may_point_at("person")
    at: datetime = moment()
    extra: Json = data()
    state: str = WAITING
    fired_at: datetime | None = maybe_moment()
    holder: str = ""
    lease_until: datetime | None = maybe_moment()
    attempts: int = 0


class Waiting(NamedTuple):
    """How many timers wait, and when the next is due."""

    timers: int
    next_at: datetime | None


_FREE = (
    select(col(Timer.id))
    .where(
        col(Timer.state) == WAITING,
        col(Timer.at) <= bindparam("company_now"),
        (col(Timer.lease_until).is_(None)) | (col(Timer.lease_until) < bindparam("now")),
    )
    .order_by(col(Timer.at), col(Timer.id))
    .limit(bindparam("most"))
)


def _claim(*, skip_locked: bool) -> Query[Timer]:
    free = _FREE.with_for_update(skip_locked=True) if skip_locked else _FREE
    return Query(
        Timer,
        update(Timer)
        .where(col(Timer.id).in_(free))
        .values(
            holder=bindparam("to_holder"),
            lease_until=bindparam("until"),
            attempts=col(Timer.attempts) + 1,
        )
        .returning(*Timer.__table__.columns),  # type: ignore[attr-defined]
    )


_DUE = Query(int, _FREE)
_CLAIM = {True: _claim(skip_locked=True), False: _claim(skip_locked=False)}
_SETTLE = Deed(
    update(Timer)
    .where(
        col(Timer.id) == bindparam("b_id"),
        col(Timer.state) == WAITING,
        col(Timer.holder) == bindparam("b_holder"),
    )
    .values(state=bindparam("to_state"), fired_at=bindparam("at_"), holder="", lease_until=None)
)
_RELEASE = Deed(
    update(Timer)
    .where(col(Timer.id) == bindparam("b_id"), col(Timer.holder) == bindparam("b_holder"))
    .values(lease_until=bindparam("until"))
)
_ORPHAN = Deed(
    update(Timer)
    .where(col(Timer.state) == WAITING, col(Timer.holder) != "")
    .values(holder="", lease_until=None)
)
_DROP = Deed(
    update(Timer)
    .where(
        col(Timer.kind) == bindparam("b_kind"),
        col(Timer.subject_id) == bindparam("b_subject"),
        col(Timer.name).like(bindparam("b_name")),
        col(Timer.state) == WAITING,
    )
    .values(state=DROPPED)
)
_DROP_FOR = Deed(
    update(Timer)
    .where(col(Timer.due_id) == bindparam("b_due"), col(Timer.state) == WAITING)
    .values(state=DROPPED)
)
_OF = Query(
    Timer,
    select(Timer)
    .where(
        col(Timer.kind) == bindparam("kind"),
        col(Timer.subject_id) == bindparam("id"),
        col(Timer.state) == WAITING,
    )
    .order_by(col(Timer.at), col(Timer.id)),
)
_ASKED_BY = Query(
    Timer,
    select(Timer)
    .where(col(Timer.person_id) == bindparam("person_id"), col(Timer.state) == WAITING)
    .order_by(col(Timer.at), col(Timer.id)),
)
_PASS_ON = Deed(
    update(Timer)
    .where(
        col(Timer.kind) == bindparam("b_kind"),
        col(Timer.subject_id) == bindparam("b_subject"),
        col(Timer.person_id) == bindparam("b_person"),
        col(Timer.state) == WAITING,
    )
    .values(person_id=bindparam("to_person"))
)
_WAITING = Query(
    Waiting, select(func.count(), func.min(col(Timer.at))).where(col(Timer.state) == WAITING)
)
_OVERDUE = Query(
    Timer,
    select(Timer)
    .where(col(Timer.state) == WAITING, col(Timer.at) <= bindparam("now"), col(Timer.kind) != ROUND)
    .order_by(col(Timer.at), col(Timer.id)),
)
_NEXT = Query(lambda at: at, select(func.min(col(Timer.at))).where(col(Timer.state) == WAITING))
_EARLIEST = Query(
    Timer,
    select(Timer)
    .where(col(Timer.state) == WAITING, col(Timer.kind) != ROUND)
    .order_by(col(Timer.at))
    .limit(1),
)
_FORGET = Deed(
    delete(Timer).where(col(Timer.at) < bindparam("before"), col(Timer.state) != WAITING)
)


def add(db: Transaction, timer: Timer) -> int:
    """Set a timer."""
    db.wakes("timers")
    return db.add(timer)


def due(db: Transaction, company_now: datetime, now: datetime) -> bool:
    """Whether there is a timer to claim."""
    return _DUE.first(db, company_now=company_now, now=now, most=1) is not None


def claim(
    db: Transaction,
    company_now: datetime,
    now: datetime,
    holder: str,
    until: datetime,
    most: int = 100,
) -> list[Timer]:
    """Take what is due by the company's clock, leased by the machine's, the earliest first."""
    query = _CLAIM[db.engine == POSTGRESQL]
    found = query.all(
        db, company_now=company_now, now=now, to_holder=holder, until=until, most=most
    )
    return sorted(found, key=lambda timer: (timer.at, known(timer.id)))


def settle(db: Transaction, timer_id: int, holder: str, state: str, at: datetime) -> bool:
    """A timer's handler ran in this transaction; False if it was dropped or lost meanwhile."""
    return _SETTLE.run(db, b_id=timer_id, b_holder=holder, to_state=state, at_=at) == 1


def orphan(db: Transaction) -> int:
    """Whoever had claimed timers is known to be dead."""
    return _ORPHAN.run(db)


def hold_back(db: Transaction, timer_id: int, holder: str, until: datetime) -> None:
    """Leave a timer alone until `until`, after its handler failed."""
    _RELEASE.run(db, b_id=timer_id, b_holder=holder, until=until)


def drop(db: Transaction, kind: str, subject_id: int, name: str = "%") -> int:
    """Drop the waiting timers of a subject whose name is like this."""
    return _DROP.run(db, b_kind=kind, b_subject=subject_id, b_name=name)


def drop_for(db: Transaction, due_id: int) -> int:
    """Drop the waiting timers that hang on a due."""
    return _DROP_FOR.run(db, b_due=due_id)


def waiting_on(db: Transaction, kind: str, id_: int) -> list[Timer]:
    """What will happen to a subject if nobody moves, the earliest first."""
    return _OF.all(db, kind=kind, id=id_)


def asked_by(db: Transaction, person_id: int) -> list[Timer]:
    """What a person asked to be reminded of."""
    return _ASKED_BY.all(db, person_id=person_id)


def pass_on(db: Transaction, kind: str, id_: int, from_id: int, to_id: int) -> None:
    """What one person asked to be reminded of about a subject, another is reminded of."""
    _PASS_ON.run(db, b_kind=kind, b_subject=id_, b_person=from_id, to_person=to_id)


def overdue(db: Transaction, now: datetime) -> list[Timer]:
    """What should have happened by now, the earliest first; besides the daily rounds."""
    return _OVERDUE.all(db, now=now)


def waiting(db: Transaction) -> Waiting:
    """How many timers wait, and when the next is due."""
    found = _WAITING.first(db)
    assert found is not None
    return found


def next_one(db: Transaction) -> Timer | None:
    """The timer that is due next; besides the daily rounds, of which nobody waits for one."""
    return _EARLIEST.first(db)


def next_at(db: Transaction) -> datetime | None:
    """When the next timer is due."""
    return _NEXT.first(db)


def forget(db: Transaction, before: datetime) -> int:
    """Drop timers that fired or were dropped before this."""
    return _FORGET.run(db, before=before)
