"""Everyday contact with customers: who spoke to whom, by which means (clause 3.1.2c)."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import NamedTuple

from sqlalchemy import Index, bindparam, func, select, update
from sqlmodel import col

from storage.batches import Among
from storage.columns import data, key, maybe_moment, moment, points_at, words
from storage.database import Deed, Json, Query, Transaction
from storage.rows import Row


class Call(Row, table=True):
    """One contact by phone, e-mail or chat; an undone one is kept, with when it was undone."""

    __table_args__ = (
        Index("call_customer", "customer_id", "day", "undone_at"),
        Index("call_person", "person_id", "day"),
    )

    id: int | None = key()
    customer_id: int = points_at("customer", index=False)
    person_id: int = points_at("person", index=False)
    means: str
    day: date
    notes: str = words()
    recorded_at: datetime = moment()
    undone_at: datetime | None = maybe_moment()
    source: Json = data()


class Last(NamedTuple):
    """When a customer was last spoken to."""

    customer_id: int
    day: date


_BY_ID = Query(Call, select(Call).where(col(Call.id) == bindparam("id")))
_UNDO = Deed(
    update(Call)
    .where(col(Call.id) == bindparam("b_id"), col(Call.undone_at).is_(None))
    .values(undone_at=bindparam("at"))
)
_MEND = Deed(
    update(Call)
    .where(col(Call.id) == bindparam("b_id"))
    .values(
        customer_id=bindparam("to_customer"),
        means=bindparam("to_means"),
        day=bindparam("to_day"),
        notes=bindparam("to_notes"),
    )
)
_TO = Query(
    Call,
    select(Call)
    .where(col(Call.customer_id) == bindparam("customer_id"), col(Call.undone_at).is_(None))
    .order_by(col(Call.day).desc(), col(Call.id).desc())
    .limit(bindparam("most")),
)
_COUNT_WITHIN = Query(
    int,
    select(func.count()).where(
        col(Call.customer_id) == bindparam("customer_id"),
        col(Call.day) >= bindparam("since"),
        col(Call.day) < bindparam("before"),
        col(Call.undone_at).is_(None),
    ),
)
_LAST = Query(
    Last,
    select(col(Call.customer_id), func.max(col(Call.day)))
    .where(Among(col(Call.customer_id), "ids"), col(Call.undone_at).is_(None))
    .group_by(col(Call.customer_id)),
)


def add(db: Transaction, call: Call) -> int:
    """Keep that a customer was spoken to."""
    return db.add(call)


def get(db: Transaction, call_id: int) -> Call | None:
    """One of them, undone or not."""
    return _BY_ID.first(db, id=call_id)


def undo(db: Transaction, call_id: int, at: datetime) -> bool:
    """Take one back; False when it was taken back already."""
    return _UNDO.run(db, b_id=call_id, at=at) == 1


def mend(db: Transaction, call: Call) -> None:
    """Keep one as it reads now."""
    _MEND.run(
        db,
        b_id=call.id,
        to_customer=call.customer_id,
        to_means=call.means,
        to_day=call.day,
        to_notes=call.notes,
    )


def to_customer(db: Transaction, customer_id: int, most: int = 5) -> list[Call]:
    """The newest contacts with a customer."""
    return _TO.all(db, customer_id=customer_id, most=most)


def count_within(db: Transaction, customer_id: int, since: date, before: date) -> int:
    """How often a customer was spoken to in a span of days."""
    return _COUNT_WITHIN.first(db, customer_id=customer_id, since=since, before=before) or 0


def last(db: Transaction, ids: Sequence[int]) -> dict[int, date]:
    """When each of these customers was last spoken to; those never, left out."""
    return {one.customer_id: one.day for one in _LAST.all(db, ids=ids)} if ids else {}
