"""Visits to customers (clause 3.1.1a)."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import NamedTuple

from sqlalchemy import Index, bindparam, func, select, update
from sqlmodel import col

from storage.batches import Among
from storage.columns import data, key, maybe_moment, moment, points_at, words
from storage.database import Deed, Json, Query, Transaction
from storage.rows import Row


class Visit(Row, table=True):
    """One visit; an undone one is kept, with the moment it was undone."""

    __table_args__ = (
        # With what was undone, so that counting a month's visits reads nothing else.
        Index("visit_customer", "customer_id", "day", "undone_at"),
        Index("visit_person", "person_id", "day"),
    )

    id: int | None = key()
    customer_id: int = points_at("customer", index=False)
    person_id: int = points_at("person", index=False)
    day: date
    notes: str = words()
    recorded_at: datetime = moment()
    undone_at: datetime | None = maybe_moment()
    source: Json = data()
    place: Json = data()


class Met(NamedTuple):
    """How often a customer was visited, and when last."""

    customer_id: int
    visits: int
    last: date


_BY_ID = Query(Visit, select(Visit).where(col(Visit.id) == bindparam("id")))
_CORRECT = Deed(
    update(Visit)
    .where(col(Visit.id) == bindparam("b_id"))
    .values(
        customer_id=bindparam("to_customer"),
        day=bindparam("to_day"),
        notes=bindparam("to_notes"),
        place=bindparam("to_place"),
    )
)
_UNDO = Deed(
    update(Visit)
    .where(col(Visit.id) == bindparam("b_id"), col(Visit.undone_at).is_(None))
    .values(undone_at=bindparam("at"))
)
_BY_PERSON = Query(
    Visit,
    select(Visit)
    .where(
        col(Visit.person_id) == bindparam("person_id"),
        col(Visit.day) >= bindparam("since"),
        col(Visit.undone_at).is_(None),
    )
    .order_by(col(Visit.day).desc(), col(Visit.id).desc())
    .limit(bindparam("most")),
)
_TO_CUSTOMER = Query(
    Visit,
    select(Visit)
    .where(col(Visit.customer_id) == bindparam("customer_id"), col(Visit.undone_at).is_(None))
    .order_by(col(Visit.day).desc(), col(Visit.id).desc())
    .limit(bindparam("most")),
)
_VISITED = Query(
    int,
    select(col(Visit.customer_id))
    .where(
        Among(col(Visit.customer_id), "ids"),
        col(Visit.day) >= bindparam("since"),
        col(Visit.day) < bindparam("before"),
        col(Visit.undone_at).is_(None),
    )
    .distinct(),
)
_WITHIN = Query(
    Visit,
    select(Visit)
    .where(
        Among(col(Visit.customer_id), "ids"),
        col(Visit.day) >= bindparam("since"),
        col(Visit.day) < bindparam("before"),
        col(Visit.undone_at).is_(None),
    )
    .order_by(col(Visit.day), col(Visit.id)),
)
_ON_DAY = Query(
    Visit,
    select(Visit)
    .where(
        col(Visit.customer_id) == bindparam("customer_id"),
        col(Visit.day) == bindparam("day"),
        col(Visit.undone_at).is_(None),
    )
    .order_by(col(Visit.id).desc())
    .limit(1),
)
_COUNTS = Query(
    Met,
    select(col(Visit.customer_id), func.count(), func.max(col(Visit.day)))
    .where(Among(col(Visit.customer_id), "ids"), col(Visit.undone_at).is_(None))
    .group_by(col(Visit.customer_id)),
)
_COUNT_WITHIN = Query(
    int,
    select(func.count()).where(
        col(Visit.customer_id) == bindparam("customer_id"),
        col(Visit.day) >= bindparam("since"),
        col(Visit.day) < bindparam("before"),
        col(Visit.undone_at).is_(None),
    ),
)
_COUNT = Query(
    int,
    select(func.count()).where(
        col(Visit.customer_id) == bindparam("customer_id"), col(Visit.undone_at).is_(None)
    ),
)


def add(db: Transaction, visit: Visit) -> int:
    """Log a visit."""
    return db.add(visit)


def get(db: Transaction, visit_id: int) -> Visit | None:
    """One visit, undone or not."""
    return _BY_ID.first(db, id=visit_id)


def correct(db: Transaction, visit: Visit) -> None:
    """Keep a visit's customer, day, notes and place as they are now."""
    _CORRECT.run(
        db,
        b_id=visit.id,
        to_customer=visit.customer_id,
        to_day=visit.day,
        to_notes=visit.notes,
        to_place=visit.place,
    )


def undo(db: Transaction, visit_id: int, at: datetime) -> bool:
    """Take a visit back; False when it was taken back already."""
    return _UNDO.run(db, b_id=visit_id, at=at) == 1


def by_person(db: Transaction, person_id: int, since: date, most: int = 20) -> list[Visit]:
    """A person's visits since a day, the newest first."""
    return _BY_PERSON.all(db, person_id=person_id, since=since, most=most)


def to_customer(db: Transaction, customer_id: int, most: int = 5) -> list[Visit]:
    """The newest visits to a customer."""
    return _TO_CUSTOMER.all(db, customer_id=customer_id, most=most)


def visited(db: Transaction, ids: Sequence[int], since: date, before: date) -> set[int]:
    """Which of these customers were visited in a span of days."""
    return set(_VISITED.all(db, ids=ids, since=since, before=before)) if ids else set()


def first_within(
    db: Transaction, ids: Sequence[int], since: date, before: date
) -> dict[int, Visit]:
    """The first visit to each of these customers in a span of days."""
    found: dict[int, Visit] = {}
    for visit in _WITHIN.all(db, ids=ids, since=since, before=before) if ids else []:
        found.setdefault(visit.customer_id, visit)
    return found


def last_on(db: Transaction, customer_id: int, day: date) -> Visit | None:
    """The visit to a customer on a day that was logged last."""
    return _ON_DAY.first(db, customer_id=customer_id, day=day)


def counts(db: Transaction, ids: Sequence[int]) -> dict[int, tuple[int, date]]:
    """How often each of these customers was visited, and when last; those never, left out."""
    return {met.customer_id: (met.visits, met.last) for met in _COUNTS.all(db, ids=ids)}


def count_to(db: Transaction, customer_id: int) -> int:
    """How many visits a customer has had."""
    return _COUNT.first(db, customer_id=customer_id) or 0


def count_within(db: Transaction, customer_id: int, since: date, before: date) -> int:
    """How many visits a customer had in a span of days."""
    return _COUNT_WITHIN.first(db, customer_id=customer_id, since=since, before=before) or 0
