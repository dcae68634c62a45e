"""Papers that somebody asked for: made after the commit, because drawing one takes long."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import bindparam, delete, func, select, update
from sqlmodel import col

from storage.columns import key, moment, points_at
from storage.database import Deed, Query, Transaction
from storage.rows import Row


class PaperOrder(Row, table=True):
    """One paper, named `paper` by the noun of its subject; `told` is what more it needs to know."""

    __tablename__ = "paper_order"

    id: int | None = key()
    paper: str
    told: str = ""
    kind: str
    subject_id: int
    person_id: int = points_at("person", index=False)
    account_id: int = points_at("account", index=False)
    at: datetime = moment()
    next_at: datetime = moment(index=True)
    attempts: int = 0


_DUE = Query(
    PaperOrder,
    select(PaperOrder)
    .where(col(PaperOrder.next_at) <= bindparam("now"))
    .order_by(col(PaperOrder.next_at), col(PaperOrder.id))
    .limit(1),
)
_HOLD = Deed(
    update(PaperOrder)
    .where(col(PaperOrder.id) == bindparam("b_id"), col(PaperOrder.next_at) <= bindparam("now"))
    .values(next_at=bindparam("until"), attempts=col(PaperOrder.attempts) + 1)
)
_DONE = Deed(delete(PaperOrder).where(col(PaperOrder.id) == bindparam("b_id")))
_NEXT = Query(lambda at: at, select(func.min(col(PaperOrder.next_at))))


def add(db: Transaction, order: PaperOrder) -> int:
    """Have a paper made after the commit."""
    db.wakes("papers")
    return db.add(order)


def any_due(db: Transaction, now: datetime) -> bool:
    """Whether there is an order to claim."""
    return bool(_DUE.all(db, now=now))


def claim(db: Transaction, now: datetime, until: datetime) -> PaperOrder | None:
    """Take the next one; others leave it alone until `until`."""
    for order in _DUE.all(db, now=now):
        if _HOLD.run(db, b_id=order.id, now=now, until=until):
            return order
    return None


def done(db: Transaction, order_id: int) -> bool:
    """It was made, or never will be; False when somebody else has said so before."""
    return _DONE.run(db, b_id=order_id) == 1


def next_at(db: Transaction) -> datetime | None:
    """When the next one may be made; None when there is none."""
    return _NEXT.first(db)
