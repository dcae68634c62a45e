"""How far a stream of updates that we fetch ourselves has been committed."""

from datetime import datetime

from sqlalchemy import bindparam, select, update
from sqlmodel import Field, col

from storage.columns import moment
from storage.database import Deed, Query, Transaction
from storage.rows import Row


class Offset(Row, table=True):
    """The next update of a stream."""

    stream: str = Field(primary_key=True)
    next: int
    at: datetime = moment()


_OF = Query(Offset, select(Offset).where(col(Offset.stream) == bindparam("stream")))
_SET = Deed(
    update(Offset)
    .where(col(Offset.stream) == bindparam("b_stream"))
    .values(next=bindparam("to_next"), at=bindparam("at_"))
)


def of(db: Transaction, stream: str) -> Offset | None:
    """Where a stream stands, or None when it has not begun."""
    return _OF.first(db, stream=stream)


def set_next(db: Transaction, stream: str, next_: int, at: datetime) -> None:
    """Everything before `next_` has been committed."""
    if not _SET.run(db, b_stream=stream, to_next=next_, at_=at):
        db.put(Offset(stream=stream, next=next_, at=at))
