"""The few facts about this installation itself: its key, its rehearsal's clock, its sample."""

from sqlalchemy import bindparam, select, update
from sqlmodel import Field, col

from storage.columns import data
from storage.database import Deed, Json, Query, Transaction
from storage.rows import Row


class House(Row, table=True):
    """A named fact."""

    name: str = Field(primary_key=True)
    value: Json = data()


_GET = Query(House, select(House).where(col(House.name) == bindparam("name")))
_SET = Deed(
    update(House).where(col(House.name) == bindparam("b_name")).values(value=bindparam("to"))
)


_SWAP = Deed(
    update(House)
    .where(col(House.name) == bindparam("b_name"), col(House.value) == bindparam("before"))
    .values(value=bindparam("to"))
)


def get(db: Transaction, name: str) -> Json:
    """A fact, or None."""
    found = _GET.first(db, name=name)
    return None if found is None else found.value


def swap(db: Transaction, name: str, before: Json, to: Json) -> bool:
    """Remember a fact in place of an earlier one; False when somebody else did so before."""
    return _SWAP.run(db, b_name=name, before=before, to=to) == 1


def put(db: Transaction, name: str, value: Json) -> None:
    """Remember a fact."""
    if not _SET.run(db, b_name=name, to=value):
        db.put(House(name=name, value=value))
