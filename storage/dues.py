"""Dues: who owes what, by when, under which clause, on which subject, and how it ended."""

from datetime import datetime

from sqlalchemy import Index, bindparam, select, text, update
from sqlmodel import Field, col

from storage.columns import data, key, may_point_at, maybe_moment, moment, one_of, words
from storage.database import Deed, Json, Query, Transaction
from storage.rows import Row

OPEN, DONE, LATE, MISSED, EXCUSED, DROPPED = "open", "done", "late", "missed", "excused", "dropped"

# Not done yet, in time or no more.
STILL_OWED = frozenset({OPEN, MISSED})


class Due(Row, table=True):
    """One duty.

    `late` was done after `due_at`; `missed` is past it and still owed; `excused` has a reason.
    """

    __table_args__ = (
        Index("due_subject", "kind", "subject_id"),
        Index("due_clause", "clause", "due_at"),
        Index(
            "due_owed",
            "person_id",
            "due_at",
            sqlite_where=text("state IN ('open', 'missed')"),
            postgresql_where=text("state IN ('open', 'missed')"),
        ),
    )

    id: int | None = key()
    clause: str
    kind: str
    subject_id: int
    name: str
    what: Json = data()
    person_id: int | None = may_point_at("person")
    department: str = ""
    begun_at: datetime = moment()
    due_at: datetime = moment()
    state: str = Field(default=OPEN, index=True)
    done_at: datetime | None = maybe_moment()
    recorded_at: datetime | None = maybe_moment()
    evidence: str = words()
    reason: str = words()


_OF = Query(
    Due,
    select(Due)
    .where(col(Due.kind) == bindparam("kind"), col(Due.subject_id) == bindparam("id"))
    .order_by(col(Due.due_at), col(Due.id)),
)
_OPEN_OF_PERSON = Query(
    Due,
    select(Due)
    .where(col(Due.person_id) == bindparam("person_id"), one_of(col(Due.state), OPEN, MISSED))
    .order_by(col(Due.due_at), col(Due.id))
    .limit(100),
)
_BY_ID = Query(Due, select(Due).where(col(Due.id) == bindparam("id")))
_BETWEEN = Query(
    Due,
    select(Due)
    .where(
        col(Due.clause) == bindparam("clause"),
        col(Due.due_at) >= bindparam("since"),
        col(Due.due_at) < bindparam("before"),
    )
    .order_by(col(Due.due_at), col(Due.id)),
)
_SETTLE = Deed(
    update(Due)
    .where(col(Due.id) == bindparam("b_id"), one_of(col(Due.state), OPEN, MISSED))
    .values(
        state=bindparam("to_state"),
        done_at=bindparam("at"),
        recorded_at=bindparam("recorded"),
        evidence=bindparam("to_evidence"),
        reason=bindparam("to_reason"),
    )
)
_MISS = Deed(
    update(Due).where(col(Due.id) == bindparam("b_id"), col(Due.state) == OPEN).values(state=MISSED)
)
_REWORD = Deed(
    update(Due).where(col(Due.id) == bindparam("b_id")).values(what=bindparam("to_what"))
)
_OWNER = Deed(
    update(Due)
    .where(
        col(Due.kind) == bindparam("b_kind"),
        col(Due.subject_id) == bindparam("b_id"),
        one_of(col(Due.state), OPEN, MISSED),
    )
    .values(person_id=bindparam("to_person"))
)
_OWNER_FROM = Deed(
    update(Due)
    .where(
        col(Due.kind) == bindparam("b_kind"),
        col(Due.subject_id) == bindparam("b_id"),
        col(Due.person_id) == bindparam("b_from"),
        one_of(col(Due.state), OPEN, MISSED),
    )
    .values(person_id=bindparam("to_person"))
)


def add(db: Transaction, due: Due) -> int:
    """Somebody owes something from now on."""
    return db.add(due)


def get(db: Transaction, due_id: int) -> Due | None:
    """One due."""
    return _BY_ID.first(db, id=due_id)


def of(db: Transaction, kind: str, id_: int) -> list[Due]:
    """Every due on a subject, the earliest first."""
    return _OF.all(db, kind=kind, id=id_)


def still_on(db: Transaction, kind: str, id_: int) -> list[Due]:
    """What is owed on a subject still, the earliest first."""
    return [due for due in of(db, kind, id_) if due.state in STILL_OWED]


def owed_by(db: Transaction, person_id: int) -> list[Due]:
    """What a person still owes, the earliest first."""
    return _OPEN_OF_PERSON.all(db, person_id=person_id)


def pass_from(db: Transaction, kind: str, id_: int, from_id: int, to_id: int) -> None:
    """What one person still owes on a subject, another owes now."""
    _OWNER_FROM.run(db, b_kind=kind, b_id=id_, b_from=from_id, to_person=to_id)


def between(db: Transaction, clause: str, since: datetime, before: datetime) -> list[Due]:
    """Everything that fell due under a clause in a span."""
    return _BETWEEN.all(db, clause=clause, since=since, before=before)


def settle(
    db: Transaction,
    due: Due,
    state: str,
    at: datetime | None,
    recorded: datetime,
    *,
    evidence: str = "",
    reason: str = "",
) -> bool:
    """End a due; False when it had ended already.

    `at` is when it happened, `recorded` when we learnt of it.
    """
    done = _SETTLE.run(
        db,
        b_id=due.id,
        to_state=state,
        at=at,
        recorded=recorded,
        to_evidence=evidence,
        to_reason=reason,
    )
    return done == 1


def miss(db: Transaction, due_id: int) -> bool:
    """Its time has passed undone."""
    return _MISS.run(db, b_id=due_id) == 1


def reword(db: Transaction, due_id: int, what: Json) -> None:
    """What is owed is called otherwise."""
    _REWORD.run(db, b_id=due_id, to_what=what)


def pass_on(db: Transaction, kind: str, id_: int, person_id: int | None) -> None:
    """What is still owed on a subject is owed by this person now."""
    _OWNER.run(db, b_kind=kind, b_id=id_, to_person=person_id)
