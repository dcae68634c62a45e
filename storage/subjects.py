"""What every subject (case, visit) has: a revision, and a version that its cards follow."""

from datetime import datetime
from typing import NamedTuple

from sqlalchemy import Index, bindparam, delete, select, text, update
from sqlmodel import Field, col

from storage.columns import data, moment
from storage.connections import POSTGRESQL
from storage.database import Deed, Json, Query, Transaction
from storage.rows import Row


class Subject(Row, table=True):
    """`revision` counts material changes; `version` whatever makes a card look different.

    `changed` says that something may still show it as it was.
    """

    __table_args__ = (
        Index(
            "subject_changed",
            "changed",
            sqlite_where=text("changed = 1"),
            postgresql_where=text("changed"),
        ),
    )

    kind: str = Field(primary_key=True)
    id: int = Field(primary_key=True)
    revision: int = 1
    version: int = 1
    changed: bool = False


class Revision(Row, table=True):
    """What a revision showed, so that a stale tap can be told the difference."""

    kind: str = Field(primary_key=True)
    id: int = Field(primary_key=True)
    revision: int = Field(primary_key=True)
    at: datetime = moment()
    shown: Json = data()


class State(NamedTuple):
    """Where a subject stands."""

    revision: int
    version: int


class Revised(NamedTuple):
    """A subject's revision, and when it became that."""

    revision: int
    at: datetime


_REVISED = Query(
    Revised,
    select(col(Revision.revision), col(Revision.at))
    .where(col(Revision.kind) == bindparam("kind"), col(Revision.id) == bindparam("id"))
    .order_by(col(Revision.revision).desc())
    .limit(1),
)
_STATE_OF = select(col(Subject.revision), col(Subject.version)).where(
    col(Subject.kind) == bindparam("kind"), col(Subject.id) == bindparam("id")
)
_STATE = Query(State, _STATE_OF)
_LOCKED = Query(State, _STATE_OF.with_for_update())
_CHANGED = Deed(
    update(Subject)
    .where(col(Subject.kind) == bindparam("b_kind"), col(Subject.id) == bindparam("b_id"))
    .values(
        revision=col(Subject.revision) + bindparam("material"),
        version=col(Subject.version) + 1,
        changed=True,
    )
)
_OUTRUN = Deed(
    update(Subject)
    .where(
        col(Subject.kind) == bindparam("b_kind"),
        col(Subject.id) == bindparam("b_id"),
        col(Subject.version) > bindparam("drawn"),
    )
    .values(changed=True)
)
_FORGET = Deed(
    delete(Subject).where(
        col(Subject.kind) == bindparam("b_kind"), col(Subject.id) == bindparam("b_id")
    )
)
_FORGET_SHOWN = Deed(
    delete(Revision).where(
        col(Revision.kind) == bindparam("b_kind"), col(Revision.id) == bindparam("b_id")
    )
)
_SHOWN = Query(
    Revision,
    select(Revision).where(
        col(Revision.kind) == bindparam("kind"),
        col(Revision.id) == bindparam("id"),
        col(Revision.revision) == bindparam("revision"),
    ),
)


def begin(db: Transaction, kind: str, id_: int, at: datetime, shown: Json) -> None:
    """A subject exists from now on, at revision 1."""
    db.put(Subject(kind=kind, id=id_, revision=1, version=1))
    db.put(Revision(kind=kind, id=id_, revision=1, at=at, shown=shown))


def forget(db: Transaction, kind: str, id_: int) -> None:
    """A subject never existed: SQLite may give its number to the next one."""
    _FORGET.run(db, b_kind=kind, b_id=id_)
    _FORGET_SHOWN.run(db, b_kind=kind, b_id=id_)


def state(db: Transaction, kind: str, id_: int) -> State | None:
    """A subject's revision and version."""
    return _STATE.first(db, kind=kind, id=id_)


def revised(db: Transaction, kind: str, id_: int) -> Revised | None:
    """A subject's revision, and when it became that."""
    return _REVISED.first(db, kind=kind, id=id_)


def lock(db: Transaction, kind: str, id_: int) -> State | None:
    """The same, kept from changing until this transaction ends (one writer does that on SQLite)."""
    query = _LOCKED if db.engine == POSTGRESQL else _STATE
    return query.first(db, kind=kind, id=id_)


def change(db: Transaction, kind: str, id_: int, at: datetime, shown: Json | None) -> None:
    """A subject changed; `shown` is given when the change is material and makes a new revision."""
    _CHANGED.run(db, b_kind=kind, b_id=id_, material=0 if shown is None else 1)
    if shown is not None:
        now = state(db, kind, id_)
        assert now is not None
        db.put(Revision(kind=kind, id=id_, revision=now.revision, at=at, shown=shown))
    db.wakes("letters")


def drawn_at(db: Transaction, kind: str, id_: int, version: int) -> None:
    """Something shows a subject at this version; it is behind if that has changed meanwhile."""
    _OUTRUN.run(db, b_kind=kind, b_id=id_, drawn=version)


def shown(db: Transaction, kind: str, id_: int, revision: int) -> Json:
    """What a revision showed, or None if there was none."""
    found = _SHOWN.first(db, kind=kind, id=id_, revision=revision)
    return None if found is None else found.shown
