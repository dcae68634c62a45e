"""When each destination may next be written to: rows, so that all replicas keep limits together."""

from datetime import datetime

from sqlalchemy import bindparam, delete, select, update
from sqlmodel import Field, col

from storage.columns import moment
from storage.connections import POSTGRESQL
from storage.database import Deed, Query, Transaction
from storage.rows import Row


class Pace(Row, table=True):
    """A destination, or a whole bot, and the next moment it may be used."""

    destination: str = Field(primary_key=True)
    next_at: datetime = moment()


_NEXT_OF = select(col(Pace.next_at)).where(col(Pace.destination) == bindparam("destination"))
_NEXT = Query(lambda at: at, _NEXT_OF)
_LOCKED = Query(lambda at: at, _NEXT_OF.with_for_update())
_SET = Deed(
    update(Pace)
    .where(col(Pace.destination) == bindparam("b_destination"))
    .values(next_at=bindparam("at"))
)
_FORGET = Deed(delete(Pace).where(col(Pace.destination) == bindparam("b_destination")))


def next_at(db: Transaction, destination: str) -> datetime | None:
    """When a destination may be used again; the row stays locked until the transaction ends."""
    query = _LOCKED if db.engine == POSTGRESQL else _NEXT
    return query.first(db, destination=destination)


def set_next(db: Transaction, destination: str, at: datetime) -> None:
    """A destination may not be used before `at`."""
    if not _SET.run(db, b_destination=destination, at=at):
        db.put(Pace(destination=destination, next_at=at))


def move(db: Transaction, old: str, new: str) -> None:
    """A destination has another name: it is not written to sooner for that."""
    at = next_at(db, old)
    if at is not None and old != new:
        set_next(db, new, max(at, next_at(db, new) or at))
        _FORGET.run(db, b_destination=old)
