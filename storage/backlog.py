"""What became of letters: to whom they went, which wait, are of no use or were never received."""

from datetime import datetime
from typing import NamedTuple

from sqlalchemy import bindparam, func, select
from sqlmodel import col

from storage.columns import one_of
from storage.database import Query, Transaction
from storage.letters import DEAD, SENDING, SENT, UNCLEAR, WAITING, Letter


class State(NamedTuple):
    """How many letters are in a state."""

    state: str
    letters: int


_OVERDUE = Query(
    int,
    select(func.count())
    .select_from(Letter)
    .where(col(Letter.state) == WAITING, col(Letter.not_before) <= bindparam("company_now")),
)
_USELESS = Query(
    int,
    select(func.count())
    .select_from(Letter)
    .where(
        col(Letter.state) == WAITING,
        col(Letter.not_before) <= bindparam("company_now"),
        col(Letter.useful_until) < bindparam("company_now"),
    ),
)
_LOST = Query(
    Letter,
    select(Letter)
    .where(one_of(col(Letter.state), DEAD, UNCLEAR))
    .order_by(col(Letter.id).desc())
    .limit(50),
)
_LOST_ON = Query(
    Letter,
    select(Letter)
    .where(
        col(Letter.subject_kind) == bindparam("kind"),
        col(Letter.subject_id) == bindparam("id"),
        one_of(col(Letter.state), DEAD, UNCLEAR),
    )
    .order_by(col(Letter.id)),
)
_WRITTEN_TO = Query(
    int,
    select(col(Letter.contact_id))
    .where(
        col(Letter.subject_kind) == bindparam("kind"),
        col(Letter.subject_id) == bindparam("id"),
        col(Letter.contact_id).is_not(None),
        one_of(col(Letter.state), WAITING, SENDING, SENT, UNCLEAR),
    )
    .distinct(),
)
_STATES = Query(State, select(col(Letter.state), func.count()).group_by(col(Letter.state)))


def overdue(db: Transaction, company_now: datetime) -> int:
    """How many letters wait that might have gone by now."""
    return _OVERDUE.first(db, company_now=company_now) or 0


def useless(db: Transaction, company_now: datetime) -> int:
    """How many of these are of no use any more."""
    return _USELESS.first(db, company_now=company_now) or 0


def lost(db: Transaction) -> list[Letter]:
    """Letters given up on or unclear, newest first."""
    return _LOST.all(db)


def lost_on(db: Transaction, kind: str, id_: int) -> list[Letter]:
    """The same about one subject, to be shown on its card."""
    return _LOST_ON.all(db, kind=kind, id=id_)


def written_to(db: Transaction, kind: str, id_: int) -> set[int]:
    """The contacts of customers to whom a letter about a subject went, may have gone, or will."""
    return set(_WRITTEN_TO.all(db, kind=kind, id=id_))


def states(db: Transaction) -> list[State]:
    """How many letters are in each state."""
    return _STATES.all(db)
