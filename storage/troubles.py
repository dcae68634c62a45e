"""What is wrong until somebody does something about it, so that it is told once, and once over."""

from datetime import datetime

from sqlalchemy import bindparam, select, update
from sqlmodel import Field, col

from storage.columns import maybe_moment, moment, words
from storage.database import Deed, Query, Transaction
from storage.rows import Row


class Trouble(Row, table=True):
    """A trouble: its name begins with the platform it is on, such as `web:token`."""

    name: str = Field(primary_key=True)
    since: datetime = moment()
    over_at: datetime | None = maybe_moment()
    reason: str = words()


_OF = Query(Trouble, select(Trouble).where(col(Trouble.name) == bindparam("name")))
_STANDING = Query(
    Trouble,
    select(Trouble).where(col(Trouble.over_at).is_(None)).order_by(col(Trouble.since)),
)
_AGAIN = Deed(
    update(Trouble)
    .where(col(Trouble.name) == bindparam("b_name"), col(Trouble.over_at).is_not(None))
    .values(since=bindparam("at"), over_at=None, reason=bindparam("to_reason"))
)
_OVER = Deed(
    update(Trouble)
    .where(col(Trouble.name) == bindparam("b_name"), col(Trouble.over_at).is_(None))
    .values(over_at=bindparam("at"))
)


def begin(db: Transaction, name: str, at: datetime, reason: str) -> bool:
    """Something is wrong; False when that was known."""
    if _AGAIN.run(db, b_name=name, at=at, to_reason=reason):
        return True
    if _OF.first(db, name=name) is not None:
        return False
    db.put(Trouble(name=name, since=at, reason=reason))
    return True


def end(db: Transaction, name: str, at: datetime) -> bool:
    """It is over; False when nothing was wrong."""
    return _OVER.run(db, b_name=name, at=at) == 1


def standing(db: Transaction) -> list[Trouble]:
    """What is wrong now, the oldest first."""
    return _STANDING.all(db)


def of_platforms(db: Transaction) -> list[Trouble]:
    """What is wrong now with a whole platform, not with one account or place there."""
    return [trouble for trouble in standing(db) if trouble.name.count(":") == 1]


def hindered(db: Transaction) -> frozenset[str]:
    """The platforms whose token is refused, so that nothing can be sent there."""
    names = (trouble.name.partition(":") for trouble in standing(db))
    return frozenset(platform for platform, _, kind in names if kind == TOKEN)


# What is wrong with a whole platform: it refuses the token, somebody else takes the messages, it
# does not let us listen, it can't be reached.
TOKEN = "token"  # noqa: S105 -- what the trouble is called
CONFLICT, SOCKET, DEAF = "conflict", "socket", "deaf"
