"""Spans in which nothing new is done with a customer, and why (clause 5.3.2)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Index, bindparam, select, text, update
from sqlmodel import col

from storage.batches import Among
from storage.columns import key, may_point_at, maybe_moment, moment, points_at, words
from storage.database import Deed, Query, Transaction
from storage.rows import Row


class Suspension(Row, table=True):
    """Who suspended a customer since when, and who ended it; the one that holds has no end."""

    __table_args__ = (
        # At most one holds.
        Index(
            "suspension_holds",
            "customer_id",
            unique=True,
            sqlite_where=text("until IS NULL"),
            postgresql_where=text("until IS NULL"),
        ),
    )

    id: int | None = key()
    customer_id: int = points_at("customer")
    reason: str = words()
    by_id: int | None = may_point_at("person", index=False)
    since: datetime = moment()
    until: datetime | None = maybe_moment()
    ended_by_id: int | None = may_point_at("person", index=False)


_HOLDING = Query(
    Suspension,
    select(Suspension).where(
        Among(col(Suspension.customer_id), "ids"), col(Suspension.until).is_(None)
    ),
)
_END = Deed(
    update(Suspension)
    .where(col(Suspension.id) == bindparam("b_id"), col(Suspension.until).is_(None))
    .values(until=bindparam("at"), ended_by_id=bindparam("by"))
)


def begin(db: Transaction, suspension: Suspension) -> int:
    """A customer is suspended from now on."""
    return db.add(suspension)


def of(db: Transaction, customer_id: int) -> Suspension | None:
    """What holds at a customer, if it is suspended."""
    return next(iter(_HOLDING.all(db, ids=[customer_id])), None)


def among(db: Transaction, ids: Sequence[int]) -> set[int]:
    """Which of these customers are suspended."""
    return {one.customer_id for one in _HOLDING.all(db, ids=ids)} if ids else set()


def end(db: Transaction, suspension_id: int, by_id: int, at: datetime) -> bool:
    """It holds no more; False where it had ended before."""
    return _END.run(db, b_id=suspension_id, by=by_id, at=at) == 1
