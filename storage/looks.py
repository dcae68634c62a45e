"""Looks at what is confidential: who, when, at what (clause 7.3.1); only ever added to."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import bindparam, select
from sqlmodel import col

from storage.columns import key, moment, points_at
from storage.database import Query, Transaction
from storage.rows import Row


class ConfidentialLook(Row, table=True):
    """One look of a person at a customer's financial part, or at the number of one account."""

    __tablename__ = "confidential_look"

    id: int | None = key()
    customer_id: int = points_at("customer")
    person_id: int = points_at("person", index=False)
    at: datetime = moment()
    bank_id: int | None = None


_BY_ID = Query(
    ConfidentialLook, select(ConfidentialLook).where(col(ConfidentialLook.id) == bindparam("id"))
)
_OF = Query(
    ConfidentialLook,
    select(ConfidentialLook)
    .where(col(ConfidentialLook.customer_id) == bindparam("customer_id"))
    .order_by(col(ConfidentialLook.id).desc())
    .limit(bindparam("most")),
)


def add(db: Transaction, look: ConfidentialLook) -> int:
    """Record a look."""
    return db.add(look)


def get(db: Transaction, look_id: int) -> ConfidentialLook | None:
    """One look."""
    return _BY_ID.first(db, id=look_id)


def lately(db: Transaction, customer_id: int, most: int) -> list[ConfidentialLook]:
    """The newest looks at a customer's financial part."""
    return _OF.all(db, customer_id=customer_id, most=most)
