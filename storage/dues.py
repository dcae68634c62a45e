"""Dues: who owes what, by when, under which clause, on which subject, and how it ended."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import Index, bindparam, func, select, text, update
from sqlmodel import Field, col

from storage.batches import Among
from storage.columns import data, key, may_point_at, maybe_moment, moment, one_of, words
from storage.database import Deed, Json, Query, Transaction
from storage.rows import Row

OPEN, DONE, LATE, MISSED, LAPSED, EXCUSED, DROPPED = (
    "open",
    "done",
    "late",
    "missed",
    "lapsed",
    "excused",
    "dropped",
)

# Not done yet, in time or no more.
STILL_OWED = frozenset({OPEN, MISSED})


class Due(Row, table=True):
    """One duty.

    `late` was done after `due_at`; `missed` is past it and still owed; `lapsed` is past it and
    nobody can do it any more, as a visit in a month that is over; `excused` has a reason.
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
        Index(
            "due_lapsed",
            "person_id",
            "due_at",
            sqlite_where=text("state = 'lapsed'"),
            postgresql_where=text("state = 'lapsed'"),
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


class Tally(NamedTuple):
    """How many dues are in a state."""

    state: str
    many: int


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
_OWED_ON = Query(
    Due,
    select(Due)
    .where(
        col(Due.person_id) == bindparam("person_id"),
        one_of(col(Due.state), OPEN, MISSED),
        col(Due.kind) == bindparam("kind"),
    )
    .order_by(col(Due.due_at), col(Due.id))
    .limit(bindparam("most")),
)
_OF_PERSON_UNDER = Query(
    Due,
    select(Due)
    .where(
        col(Due.clause) == bindparam("clause"),
        col(Due.due_at) == bindparam("at"),
        col(Due.person_id) == bindparam("person_id"),
    )
    .order_by(col(Due.id)),
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
_NAMED = Query(
    Due,
    select(Due).where(
        Among(col(Due.subject_id), "ids"),
        col(Due.kind) == bindparam("kind"),
        col(Due.name) == bindparam("name"),
    ),
)
_NAMED_OPEN = Query(
    Due,
    select(Due)
    .where(
        col(Due.clause) == bindparam("clause"),
        col(Due.due_at) == bindparam("at"),
        col(Due.name) == bindparam("name"),
        col(Due.state) == OPEN,
        col(Due.id) > bindparam("after"),
    )
    .order_by(col(Due.id))
    .limit(bindparam("most")),
)
_NOT_DONE = Query(
    Due,
    select(Due)
    .where(
        col(Due.person_id) == bindparam("person_id"),
        col(Due.due_at) > bindparam("since"),
        col(Due.due_at) <= bindparam("until"),
        one_of(col(Due.state), OPEN, MISSED),
        col(Due.state) == MISSED,
    )
    .order_by(col(Due.due_at), col(Due.id))
    .limit(bindparam("most")),
)
_LAPSED = Query(
    Due,
    select(Due)
    .where(
        col(Due.person_id) == bindparam("person_id"),
        col(Due.due_at) > bindparam("since"),
        col(Due.due_at) <= bindparam("until"),
        col(Due.state) == LAPSED,
    )
    .order_by(col(Due.due_at), col(Due.id))
    .limit(bindparam("most")),
)
_COUNTS = Query(
    Tally,
    select(col(Due.state), func.count())
    .where(
        col(Due.clause) == bindparam("clause"),
        col(Due.due_at) > bindparam("since"),
        col(Due.due_at) <= bindparam("until"),
    )
    .group_by(col(Due.state)),
)
_IN_STATE = Query(
    Due,
    select(Due)
    .where(
        col(Due.clause) == bindparam("clause"),
        col(Due.due_at) > bindparam("since"),
        col(Due.due_at) <= bindparam("until"),
        Among(col(Due.state), "states"),
    )
    .order_by(col(Due.due_at), col(Due.id))
    .limit(bindparam("most"))
    .offset(bindparam("skip")),
)
_SETTLE = Deed(
    update(Due)
    .where(col(Due.id) == bindparam("b_id"), one_of(col(Due.state), OPEN, MISSED, LAPSED))
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
_LAPSE = Deed(
    update(Due).where(col(Due.id) == bindparam("b_id"), col(Due.state) == OPEN).values(state=LAPSED)
)
_REOPEN = Deed(
    update(Due)
    .where(col(Due.id) == bindparam("b_id"))
    .values(state=bindparam("to_state"), done_at=None, recorded_at=None, evidence="", reason="")
)
_ANOTHERS = Deed(
    update(Due).where(col(Due.id) == bindparam("b_id")).values(person_id=bindparam("to_person"))
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


def owed_on(db: Transaction, person_id: int, kind: str, most: int = 500) -> list[Due]:
    """What a person still owes on subjects of a kind, the earliest first."""
    return _OWED_ON.all(db, person_id=person_id, kind=kind, most=most)


def of_person(db: Transaction, person_id: int, clause: str, at: datetime) -> list[Due]:
    """What a person owes or owed under a clause by a moment, however it stands."""
    return _OF_PERSON_UNDER.all(db, person_id=person_id, clause=clause, at=at)


def pass_from(db: Transaction, kind: str, id_: int, from_id: int, to_id: int) -> None:
    """What one person still owes on a subject, another owes now."""
    _OWNER_FROM.run(db, b_kind=kind, b_id=id_, b_from=from_id, to_person=to_id)


def between(db: Transaction, clause: str, since: datetime, before: datetime) -> list[Due]:
    """Everything that fell due under a clause in a span."""
    return _BETWEEN.all(db, clause=clause, since=since, before=before)


def named(db: Transaction, kind: str, ids: Sequence[int], name: str) -> dict[int, Due]:
    """The dues of this name on these subjects, by subject; the last where there are several."""
    found = _NAMED.all(db, kind=kind, ids=ids, name=name) if ids else []
    return {due.subject_id: due for due in found}


def named_open(  # the clause and the moment are what finds them among all
    db: Transaction, clause: str, at: datetime, name: str, *, after: int, most: int
) -> list[Due]:
    """The next open dues of a name that fall due at a moment, after an id."""
    return _NAMED_OPEN.all(db, clause=clause, at=at, name=name, after=after, most=most)


def not_done(
    db: Transaction, person_id: int, since: datetime, until: datetime, most: int = 50
) -> list[Due]:
    """What a person did not do in time, and has not done since, that fell due in a span."""
    span = {"person_id": person_id, "since": since, "until": until, "most": most}
    both = [*_NOT_DONE.all(db, **span), *_LAPSED.all(db, **span)]
    return sorted(both, key=lambda due: (due.due_at, due.id))


def counts(db: Transaction, clause: str, since: datetime, until: datetime) -> dict[str, int]:
    """How many dues of a clause that fell due after `since`, up to `until`, are in each state."""
    found = _COUNTS.all(db, clause=clause, since=since, until=until)
    return {one.state: one.many for one in found}


def in_states(
    db: Transaction,
    clause: str,
    span: tuple[datetime, datetime],
    states: Sequence[str],
    *,
    most: int,
    skip: int = 0,
) -> list[Due]:
    """So many of those in one of these states, the earliest first, after `skip` others.

    The span is the same as that of `counts`.
    """
    since, until = span
    asked = {"clause": clause, "since": since, "until": until, "states": states}
    return _IN_STATE.all(db, **asked, most=most, skip=skip)


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


def lapse(db: Transaction, due_id: int) -> bool:
    """Its time has passed undone, and it can't be done any more."""
    return _LAPSE.run(db, b_id=due_id) == 1


def reopen(db: Transaction, due: Due, at: datetime) -> None:
    """What was done is taken back: it is owed again, or has lapsed if its time is over."""
    _REOPEN.run(db, b_id=due.id, to_state=LAPSED if due.due_at <= at else OPEN)


def pass_one(db: Transaction, due_id: int, person_id: int | None) -> None:
    """One due is this person's now."""
    _ANOTHERS.run(db, b_id=due_id, to_person=person_id)


def reword(db: Transaction, due_id: int, what: Json) -> None:
    """What is owed is called otherwise."""
    _REWORD.run(db, b_id=due_id, to_what=what)


def pass_on(db: Transaction, kind: str, id_: int, person_id: int | None) -> None:
    """What is still owed on a subject is owed by this person now."""
    _OWNER.run(db, b_kind=kind, b_id=id_, to_person=person_id)
