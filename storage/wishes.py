"""What customers and their people wish to be greeted for (clause 3.2.1), and who said so when."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Index, bindparam, delete, select
from sqlmodel import col

from storage.columns import key, may_point_at, moment, points_at
from storage.database import Deed, Query, Transaction
from storage.rows import Row


class Wish(Row, table=True):
    """The wish of one contact; of everybody at a customer, without one."""

    __table_args__ = (Index("wish_of", "customer_id", "contact_id"),)

    id: int | None = key()
    customer_id: int = points_at("customer", index=False)
    contact_id: int | None = may_point_at("contact", index=False)
    wish: str
    by_id: int | None = may_point_at("person", index=False)
    at: datetime = moment()


_OF = Query(
    Wish, select(Wish).where(col(Wish.customer_id) == bindparam("id")).order_by(col(Wish.id))
)
_DROP = Deed(delete(Wish).where(col(Wish.id) == bindparam("b_id")))


def of(db: Transaction, customer_id: int) -> list[Wish]:
    """Every wish at a customer."""
    return _OF.all(db, id=customer_id)


def add(db: Transaction, wish: Wish) -> int:
    """Remember one in place of the one before, if there was one."""
    for before in of(db, wish.customer_id):
        if before.contact_id == wish.contact_id:
            _DROP.run(db, b_id=before.id)
    return db.add(wish)
