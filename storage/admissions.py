"""Admissions: prospects on their way to a customer's file, how they were judged and visited."""

from datetime import date, datetime
from typing import NamedTuple

from sqlalchemy import Index, bindparam, case, func, or_, select, text, update
from sqlmodel import Field, col

from storage.columns import data, key, may_point_at, maybe_moment, moment, one_of, points_at, words
from storage.database import Deed, Json, Query, Transaction
from storage.reach import email_key, phone_key
from storage.rows import Row

PROSPECT, APPLIED, PLANNED, DECIDING, RETURNED, ADMITTED, REJECTED, CLOSED = (
    "prospect",
    "applied",
    "planned",
    "deciding",
    "returned",
    "admitted",
    "rejected",
    "closed",
)
UNDER_WAY = (PROSPECT, APPLIED, PLANNED, DECIDING, RETURNED)


class Admission(Row, table=True):
    """One prospect; `number` is given with the application, `key` is how names are compared.

    `report` and what follows it were said after the site visit. `closed_from` is the step at which
    it was closed. `customer_id` is the file that was opened in the end.
    """

    __table_args__ = (
        Index(
            "admission_open",
            "created_at",
            sqlite_where=text("ended_at IS NULL"),
            postgresql_where=text("ended_at IS NULL"),
        ),
    )

    id: int | None = key()
    number: str | None = Field(default=None, unique=True, nullable=True)
    name: str
    key: str = Field(index=True)
    registration: str = Field(default="", index=True)
    overview: str = words()
    products: str = words()
    contact: str = ""
    position: str = ""
    phone: str = ""
    email: str = ""
    phone_key: str = Field(default="", index=True)
    email_key: str = ""
    submitter_id: int = points_at("person")
    owner_id: int | None = may_point_at("person")
    created_at: datetime = moment()
    state: str = PROSPECT
    since: datetime = moment()
    visit_day: date | None = None
    visitor_id: int | None = may_point_at("person", index=False)
    report: str = words()
    opinion: str = ""
    condition: str = words()
    condition_by: date | None = None
    reported_by: int | None = may_point_at("person", index=False)
    reported_at: datetime | None = maybe_moment()
    place: Json = data()
    closed_from: str = ""
    reason: str = words()
    ended_at: datetime | None = maybe_moment()
    customer_id: int | None = may_point_at("customer")
    policy: str = ""


class Verdict(Row, table=True):
    """How one of the five criteria of clause 2.1 was judged."""

    admission_id: int = Field(foreign_key="admission.id", primary_key=True)
    criterion: str = Field(primary_key=True)
    verdict: str
    note: str = words()
    by_id: int = points_at("person", index=False)
    at: datetime = moment()


class InState(NamedTuple):
    """How many admissions are in a state."""

    state: str
    admissions: int


_BY_ID = Query(Admission, select(Admission).where(col(Admission.id) == bindparam("id")))
_WITHIN = (
    col(Admission.created_at) < bindparam("end"),
    or_(col(Admission.ended_at).is_(None), col(Admission.ended_at) >= bindparam("start")),
)
_BETWEEN = Query(
    Admission,
    select(Admission).where(*_WITHIN).order_by(col(Admission.id).desc()).limit(bindparam("most")),
)
# As it stood when the span ended: what ended later was under way still.
_STOOD = case((col(Admission.ended_at) < bindparam("end"), col(Admission.state)), else_="")
_OUTCOMES = Query(
    InState,
    select(_STOOD, func.count()).where(*_WITHIN).group_by(_STOOD),
)
_OPENED = Query(
    int, select(col(Admission.id)).where(col(Admission.customer_id) == bindparam("customer_id"))
)
_BY_NUMBER = Query(Admission, select(Admission).where(col(Admission.number) == bindparam("number")))
_CHANGING = (
    "number",
    "name",
    "key",
    "registration",
    "overview",
    "products",
    "contact",
    "position",
    "phone",
    "email",
    "phone_key",
    "email_key",
    "owner_id",
    "state",
    "since",
    "visit_day",
    "visitor_id",
    "report",
    "opinion",
    "condition",
    "condition_by",
    "reported_by",
    "reported_at",
    "place",
    "closed_from",
    "reason",
    "ended_at",
    "customer_id",
)
_SAVE = Deed(
    update(Admission)
    .where(col(Admission.id) == bindparam("b_id"))
    .values({name: bindparam(f"to_{name}") for name in _CHANGING})
)
_NAMED = Query(
    Admission,
    select(Admission)
    .where(col(Admission.key) >= bindparam("key"), col(Admission.key) < bindparam("beyond"))
    .order_by(col(Admission.key), col(Admission.id))
    .limit(bindparam("most")),
)
_ALIKE = Query(
    Admission,
    select(Admission)
    .where(
        or_(
            col(Admission.key) == bindparam("key"),
            (col(Admission.registration) == bindparam("registration"))
            & (col(Admission.registration) != ""),
            (col(Admission.phone_key) == bindparam("phone")) & (col(Admission.phone_key) != ""),
        )
    )
    .order_by(col(Admission.id).desc())
    .limit(5),
)
_OPEN = Query(
    Admission,
    select(Admission)
    .where(col(Admission.ended_at).is_(None))
    .order_by(col(Admission.created_at), col(Admission.id))
    .limit(bindparam("most")),
)
_COUNT_OPEN = Query(
    int,
    select(func.count()).select_from(
        select(col(Admission.id))
        .where(col(Admission.ended_at).is_(None))
        .limit(bindparam("most"))
        .subquery()
    ),
)
_OWNED = Query(
    int,
    select(col(Admission.id))
    .where(
        col(Admission.owner_id) == bindparam("person_id"),
        one_of(col(Admission.state), *UNDER_WAY),
    )
    .order_by(col(Admission.id)),
)
_VERDICTS = Query(
    Verdict,
    select(Verdict)
    .where(col(Verdict.admission_id) == bindparam("admission_id"))
    .order_by(col(Verdict.criterion)),
)
_JUDGE = Deed(
    update(Verdict)
    .where(
        col(Verdict.admission_id) == bindparam("b_admission"),
        col(Verdict.criterion) == bindparam("b_criterion"),
    )
    .values(
        verdict=bindparam("to_verdict"),
        note=bindparam("to_note"),
        by_id=bindparam("by"),
        at=bindparam("to_at"),
    )
)


def add(db: Transaction, admission: Admission) -> int:
    """A prospect is known from now on."""
    _compared(admission)
    return db.add(admission)


def _compared(admission: Admission) -> None:
    admission.phone_key = phone_key(admission.phone)
    admission.email_key = email_key(admission.email)


def get(db: Transaction, admission_id: int) -> Admission | None:
    """One admission."""
    return _BY_ID.first(db, id=admission_id)


def by_number(db: Transaction, number: str) -> Admission | None:
    """The admission with this number, such as A-2026-0001."""
    return _BY_NUMBER.first(db, number=number)


def save(db: Transaction, admission: Admission) -> None:
    """Keep what may change of an admission as it is now."""
    _compared(admission)
    changed = {f"to_{name}": getattr(admission, name) for name in _CHANGING}
    _SAVE.run(db, b_id=admission.id, **changed)


def named(db: Transaction, key_: str, most: int = 10) -> list[Admission]:
    """Those whose name begins so, compared by key."""
    return _NAMED.all(db, key=key_, beyond=key_ + "\uffff", most=most)


def alike(db: Transaction, key_: str, registration: str, phone: str) -> list[Admission]:
    """Those with the same name, registration number or phone number, the newest first."""
    return _ALIKE.all(db, key=key_, registration=registration, phone=phone_key(phone))


def under_way(db: Transaction, most: int = 20) -> list[Admission]:
    """Those that have not ended, the oldest first."""
    return _OPEN.all(db, most=most)


def count_under_way(db: Transaction, most: int = 1_000) -> int:
    """How many have not ended, counted as far as this."""
    return _COUNT_OPEN.first(db, most=most) or 0


def owned_by(db: Transaction, person_id: int) -> list[int]:
    """The ids of those under way that a person answers for."""
    return _OWNED.all(db, person_id=person_id)


def opened(db: Transaction, customer_id: int) -> list[int]:
    """The admissions that led to a customer's file."""
    return _OPENED.all(db, customer_id=customer_id)


def between(db: Transaction, start: datetime, end: datetime, most: int) -> list[Admission]:
    """The admissions that were under way, or began or ended, in a span of time; newest first."""
    return _BETWEEN.all(db, start=start, end=end, most=most)


def outcomes(db: Transaction, start: datetime, end: datetime) -> dict[str, int]:
    """How many of them stood in which state at the end; under "" those that were under way."""
    return {row.state: row.admissions for row in _OUTCOMES.all(db, start=start, end=end)}


def judge(db: Transaction, verdict: Verdict) -> None:
    """A criterion is judged so, whatever was thought before."""
    changed = _JUDGE.run(
        db,
        b_admission=verdict.admission_id,
        b_criterion=verdict.criterion,
        to_verdict=verdict.verdict,
        to_note=verdict.note,
        by=verdict.by_id,
        to_at=verdict.at,
    )
    if not changed:
        db.put(verdict)


def verdicts(db: Transaction, admission_id: int) -> list[Verdict]:
    """How the criteria were judged."""
    return _VERDICTS.all(db, admission_id=admission_id)
