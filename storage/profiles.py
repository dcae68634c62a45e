"""What a customer's file says besides names, contacts and owner (clause 7.1), field by field.

What is confidential is sealed by whoever writes it (`storage.keyring`) and opened by whoever may
read it; here a value is whatever is kept.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import bindparam, delete, select, update
from sqlmodel import Field, col

from storage.batches import Among
from storage.columns import may_point_at, moment, words
from storage.database import Deed, Query, Transaction
from storage.rows import Row


class ProfileEntry(Row, table=True):
    """One field of a file as it reads now, who said so and when."""

    __tablename__ = "profile_entry"

    customer_id: int = Field(foreign_key="customer.id", primary_key=True)
    field: str = Field(primary_key=True)
    value: str = words()
    by_id: int | None = may_point_at("person", index=False)
    at: datetime = moment()


_OF = Query(
    ProfileEntry,
    select(ProfileEntry)
    .where(Among(col(ProfileEntry.customer_id), "ids"))
    .order_by(col(ProfileEntry.customer_id), col(ProfileEntry.field)),
)
_WRITE = Deed(
    update(ProfileEntry)
    .where(
        col(ProfileEntry.customer_id) == bindparam("b_customer"),
        col(ProfileEntry.field) == bindparam("b_field"),
    )
    .values(value=bindparam("to_value"), by_id=bindparam("to_by"), at=bindparam("to_at"))
)
_DROP = Deed(
    delete(ProfileEntry).where(
        col(ProfileEntry.customer_id) == bindparam("b_customer"),
        col(ProfileEntry.field) == bindparam("b_field"),
    )
)
_FORGET = Deed(delete(ProfileEntry).where(col(ProfileEntry.customer_id) == bindparam("b_customer")))

Profile = Mapping[str, ProfileEntry]


def of(db: Transaction, customer_id: int) -> dict[str, ProfileEntry]:
    """What is known of a customer, by field."""
    return of_each(db, [customer_id]).get(customer_id, {})


def of_each(db: Transaction, ids: Sequence[int]) -> dict[int, dict[str, ProfileEntry]]:
    """The same of many; a customer of whom nothing is known is left out."""
    found: dict[int, dict[str, ProfileEntry]] = {}
    for entry in _OF.all(db, ids=ids) if ids else []:
        found.setdefault(entry.customer_id, {})[entry.field] = entry
    return found


def write(db: Transaction, entry: ProfileEntry) -> None:
    """Keep a field as it reads now; one that says nothing is gone."""
    if not entry.value:
        _DROP.run(db, b_customer=entry.customer_id, b_field=entry.field)
        return
    changed = _WRITE.run(
        db,
        b_customer=entry.customer_id,
        b_field=entry.field,
        to_value=entry.value,
        to_by=entry.by_id,
        to_at=entry.at,
    )
    if not changed:
        db.put(entry)


def forget(db: Transaction, customer_id: int) -> None:
    """Nothing is known of a customer any more."""
    _FORGET.run(db, b_customer=customer_id)
