"""Who is away from when until when, and who stands in for them."""

from datetime import datetime
from decimal import Decimal

from sqlalchemy import Index, bindparam, select, update
from sqlmodel import col

from storage.columns import data, key, maybe_amount, maybe_moment, moment, points_at
from storage.database import Deed, Json, Query, Transaction
from storage.rows import Row


class Absence(Row, table=True):
    """One absence: from `since` up to, not including, `until`, which an early return moves.

    The deputy decides for who is away on the kinds of `decides`, or on all where it is None, and on
    amounts `up_to` this one of `currency`.
    """

    __table_args__ = (
        Index("absence_person", "person_id", "until"),
        Index("absence_deputy", "deputy_id", "until"),
    )

    id: int | None = key()
    person_id: int = points_at("person", index=False)
    deputy_id: int = points_at("person", index=False)
    since: datetime = moment()
    until: datetime = moment()
    made_at: datetime = moment()
    told_at: datetime | None = maybe_moment()
    decides: Json = data()
    up_to: Decimal | None = maybe_amount()
    currency: str = ""


_BY_ID = Query(Absence, select(Absence).where(col(Absence.id) == bindparam("id")))
_AT = Query(
    Absence,
    select(Absence)
    .where(
        col(Absence.person_id) == bindparam("person_id"),
        col(Absence.since) <= bindparam("at"),
        col(Absence.until) > bindparam("at"),
    )
    .order_by(col(Absence.id).desc()),
)
_WITHIN = Query(
    Absence,
    select(Absence)
    .where(
        col(Absence.person_id) == bindparam("person_id"),
        col(Absence.since) < bindparam("until"),
        col(Absence.until) > bindparam("since"),
    )
    .order_by(col(Absence.since), col(Absence.id)),
)
_AHEAD = Query(
    Absence,
    select(Absence)
    .where(col(Absence.person_id) == bindparam("person_id"), col(Absence.until) > bindparam("at"))
    .order_by(col(Absence.since), col(Absence.id)),
)
_STANDING_IN = Query(
    Absence,
    select(Absence)
    .where(col(Absence.deputy_id) == bindparam("deputy_id"), col(Absence.until) > bindparam("at"))
    .order_by(col(Absence.since), col(Absence.id)),
)
_STOOD_IN = Query(
    Absence,
    select(Absence)
    .where(
        col(Absence.person_id) == bindparam("person_id"),
        col(Absence.deputy_id) == bindparam("deputy_id"),
        col(Absence.until) >= bindparam("since"),
        col(Absence.until) <= bindparam("at"),
    )
    .limit(1),
)
_NOW = Query(
    Absence,
    select(Absence)
    .where(col(Absence.since) <= bindparam("at"), col(Absence.until) > bindparam("at"))
    .order_by(col(Absence.id)),
)
_END = Deed(
    update(Absence).where(col(Absence.id) == bindparam("b_id")).values(until=bindparam("at"))
)
_DEPUTY = Deed(
    update(Absence)
    .where(col(Absence.id) == bindparam("b_id"))
    .values(deputy_id=bindparam("to_deputy"))
)
_TOLD = Deed(
    update(Absence)
    .where(col(Absence.id) == bindparam("b_id"), col(Absence.told_at).is_(None))
    .values(told_at=bindparam("at"))
)


def add(db: Transaction, absence: Absence) -> int:
    """Somebody will be away."""
    return db.add(absence)


def get(db: Transaction, absence_id: int) -> Absence | None:
    """One absence."""
    return _BY_ID.first(db, id=absence_id)


def of(db: Transaction, person_id: int, at: datetime) -> Absence | None:
    """A person's absence at a moment."""
    return _AT.first(db, person_id=person_id, at=at)


def within(db: Transaction, person_id: int, since: datetime, until: datetime) -> list[Absence]:
    """A person's absences that share a moment with this span."""
    return _WITHIN.all(db, person_id=person_id, since=since, until=until)


def ahead(db: Transaction, person_id: int, at: datetime) -> list[Absence]:
    """A person's absences that have not ended by this moment, begun or still to come."""
    return _AHEAD.all(db, person_id=person_id, at=at)


def counting_on(db: Transaction, deputy_id: int, at: datetime) -> list[Absence]:
    """The absences, begun or still to come, in which this person is to stand in."""
    return _STANDING_IN.all(db, deputy_id=deputy_id, at=at)


def stood_in(
    db: Transaction, deputy_id: int, person_id: int, since: datetime, at: datetime
) -> bool:
    """Whether somebody stood in for a person, and that ended between these moments."""
    found = _STOOD_IN.first(db, deputy_id=deputy_id, person_id=person_id, since=since, at=at)
    return found is not None


def now(db: Transaction, at: datetime) -> list[Absence]:
    """Everybody who is away at a moment."""
    return _NOW.all(db, at=at)


def end(db: Transaction, absence_id: int, at: datetime) -> None:
    """An absence ends at this moment; one that has not begun never does."""
    _END.run(db, b_id=absence_id, at=at)


def depute(db: Transaction, absence_id: int, deputy_id: int) -> None:
    """Somebody else stands in."""
    _DEPUTY.run(db, b_id=absence_id, to_deputy=deputy_id)


def told(db: Transaction, absence_id: int, at: datetime) -> bool:
    """The one letter on returning is written; False when it was already."""
    return _TOLD.run(db, b_id=absence_id, at=at) == 1
