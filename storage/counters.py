"""Running numbers, taken in the transaction of what they number: none is skipped or given twice."""

from sqlalchemy import bindparam, update
from sqlmodel import Field, col

from storage.database import Query, Transaction
from storage.rows import Row


class Counter(Row, table=True):
    """The last number given under a name such as `C-2026`."""

    name: str = Field(primary_key=True)
    last: int = 0


_NEXT = Query(
    int,
    update(Counter)
    .where(col(Counter.name) == bindparam("b_name"))
    .values(last=col(Counter.last) + 1)
    .returning(col(Counter.last)),
)


def take(db: Transaction, name: str) -> int:
    """The next number under this name, from 1."""
    found = _NEXT.first(db, b_name=name)
    if found is None:
        db.put(Counter(name=name, last=1))
        return 1
    return found
