"""The journal: who did what, when, under which clause, before and after; only ever added to."""

from datetime import datetime
from typing import NamedTuple

from sqlalchemy import Index, bindparam, func, select
from sqlmodel import col

from storage.columns import data, key, moment, words
from storage.database import Json, Query, Transaction
from storage.rows import Row


class Entry(Row, table=True):
    """One deed. No foreign keys: it must outlive what it speaks of."""

    __tablename__ = "journal"
    __table_args__ = (Index("journal_subject", "kind", "subject_id"),)

    id: int | None = key()
    at: datetime = moment(index=True)
    happened_at: datetime = moment()
    person_id: int | None = None
    account_id: int | None = None
    deed: str
    clause: str = ""
    kind: str = ""
    subject_id: int | None = None
    before: Json = data()
    after: Json = data()
    source: str = words()


_ON = Query(
    Entry,
    select(Entry)
    .where(col(Entry.kind) == bindparam("kind"), col(Entry.subject_id) == bindparam("id"))
    .order_by(col(Entry.id)),
)
_LAST = Query(Entry, select(Entry).order_by(col(Entry.id).desc()).limit(bindparam("most")))
_EQUAL = Query(
    Entry,
    select(Entry)
    .where(
        col(Entry.account_id) == bindparam("account_id"),
        col(Entry.deed) == bindparam("deed"),
        col(Entry.at) >= bindparam("since"),
    )
    .order_by(col(Entry.id).desc())
    .limit(10),
)


class Used(NamedTuple):
    """How often a person did something."""

    person_id: int
    deed: str
    times: int


_USED = Query(
    Used,
    select(col(Entry.person_id), col(Entry.deed), func.count())
    .where(col(Entry.at) >= bindparam("since"), col(Entry.person_id).is_not(None))
    .group_by(col(Entry.person_id), col(Entry.deed)),
)


def add(db: Transaction, entry: Entry) -> int:
    """Write an entry."""
    return db.add(entry)


def on(db: Transaction, kind: str, id_: int) -> list[Entry]:
    """What was done with a subject, in order."""
    return _ON.all(db, kind=kind, id=id_)


def last(db: Transaction, most: int = 50) -> list[Entry]:
    """The newest entries, the newest first."""
    return _LAST.all(db, most=most)


def since(db: Transaction, account_id: int, deed: str, at: datetime) -> list[Entry]:
    """What an account did lately of one kind, the newest first."""
    return _EQUAL.all(db, account_id=account_id, deed=deed, since=at)


def used(db: Transaction, at: datetime) -> list[Used]:
    """What everybody has done since, and how often."""
    return _USED.all(db, since=at)
