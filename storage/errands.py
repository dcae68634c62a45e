"""Errands: what a platform is to be asked after the commit, because nobody may ask it before."""

from datetime import UTC, datetime

from sqlalchemy import bindparam, delete, func, select, update
from sqlmodel import col

from storage.columns import data, key, may_point_at, moment
from storage.database import Deed, Json, Query, Transaction
from storage.rows import Row

PROFILE, WRITER, MESSAGE, PLACE = "profile", "writer", "message", "place"
AT_ONCE = datetime(2000, 1, 1, tzinfo=UTC)


class Errand(Row, table=True):
    """One thing to ask: about an account, a message, or a chat. `about` is what is done with it."""

    id: int | None = key()
    platform: str
    workspace: str
    kind: str
    account_id: int | None = may_point_at("account", index=False)
    chat: str = ""
    thread: str = ""
    message: str = ""
    about: Json = data()
    at: datetime = moment()
    next_at: datetime = moment(index=True)
    attempts: int = 0


_DUE = Query(
    Errand,
    select(Errand)
    .where(col(Errand.next_at) <= bindparam("now"))
    .order_by(col(Errand.next_at), col(Errand.id))
    .limit(1),
)
_HOLD = Deed(
    update(Errand)
    .where(col(Errand.id) == bindparam("b_id"), col(Errand.next_at) <= bindparam("now"))
    .values(next_at=bindparam("until"), attempts=col(Errand.attempts) + 1)
)
_LATER = Deed(
    update(Errand).where(col(Errand.id) == bindparam("b_id")).values(next_at=bindparam("at"))
)
_DONE = Deed(delete(Errand).where(col(Errand.id) == bindparam("b_id")))
_NEXT = Query(lambda at: at, select(func.min(col(Errand.next_at))))
_ALL = Query(Errand, select(Errand).order_by(col(Errand.id)))


def add(db: Transaction, errand: Errand) -> int:
    """Ask it after the commit."""
    db.wakes("errands")
    return db.add(errand)


def any_due(db: Transaction, now: datetime) -> bool:
    """Whether there is an errand to claim."""
    return bool(_DUE.all(db, now=now))


def claim(db: Transaction, now: datetime, until: datetime) -> Errand | None:
    """Take the next one; it is left alone by others until `until`."""
    for errand in _DUE.all(db, now=now):
        if _HOLD.run(db, b_id=errand.id, now=now, until=until):
            return errand
    return None


def later(db: Transaction, errand_id: int, at: datetime) -> None:
    """Ask again not before `at`."""
    _LATER.run(db, b_id=errand_id, at=at)


def done(db: Transaction, errand_id: int) -> None:
    """It was asked, or never will be."""
    _DONE.run(db, b_id=errand_id)


def every(db: Transaction) -> list[Errand]:
    """What is still to be asked."""
    return _ALL.all(db)


def next_at(db: Transaction) -> datetime | None:
    """When the next one may be asked; None when there is none."""
    return _NEXT.first(db)
