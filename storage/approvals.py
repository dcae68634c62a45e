"""Approvals: what was asked of whom, who answered what, and how it ended."""

from datetime import date, datetime
from decimal import Decimal

from sqlalchemy import Index, bindparam, case, func, select, text, update
from sqlmodel import Field, col

from storage.columns import (
    data,
    key,
    may_point_at,
    maybe_amount,
    maybe_moment,
    moment,
    one_of,
    points_at,
    words,
)
from storage.database import Deed, Json, Query, Transaction
from storage.rows import Row

OPEN, APPROVED, REJECTED, RETURNED, WITHDRAWN = (
    "open",
    "approved",
    "rejected",
    "returned",
    "withdrawn",
)
# A seat waits for its turn, is asked, and has answered; or need not any more.
WAITING, ASKED, YES, NO, GONE = "waiting", "asked", "yes", "no", "gone"


class Approval(Row, table=True):
    """One request: a subject (`kind`, `subject_id`) is to be decided by a rule.

    `asks` is the encoded card of what is decided on, as it stood at its last material change.
    `need` is how many must agree; the `barred` may not, for it is theirs. A decision takes effect
    at `effective_at`, and did so once `effective` is set; until then it can be taken back. The
    `amount` is what it comes to, if it is about money: deputies may have a limit.
    """

    __table_args__ = (
        Index("approval_subject", "kind", "subject_id"),
        Index(
            "approval_open",
            "asked_at",
            sqlite_where=text("state = 'open'"),
            postgresql_where=text("state = 'open'"),
        ),
    )

    id: int | None = key()
    kind: str
    subject_id: int
    name: str = Field(default="", index=True)
    clause: str = ""
    asks: Json = data()
    rule: str
    need: int = 1
    submitter_id: int = points_at("person")
    barred: Json = data()
    asked_at: datetime = moment()
    state: str = OPEN
    decided_at: datetime | None = maybe_moment()
    effective_at: datetime | None = maybe_moment()
    effective: bool = False
    reason: str = words()
    condition: str = words()
    flagged: str = words()
    amount: Decimal | None = maybe_amount()
    currency: str = ""


class Seat(Row, table=True):
    """One voice in a request: `person_id` has it, `by_id` answered, perhaps in their place.

    It is asked once the seat `after_id` has agreed. One that somebody added `must` agree, whatever
    the rule. `role` is what it was given for, such as `management`: who is that no more has no
    voice. `from_id` is who handed it on or added it. A `condition` may name who owes it, and a day.
    """

    __table_args__ = (
        Index(
            "seat_asked",
            "person_id",
            "asked_at",
            sqlite_where=text("state = 'asked'"),
            postgresql_where=text("state = 'asked'"),
        ),
    )

    id: int | None = key()
    approval_id: int = points_at("approval")
    person_id: int = points_at("person", index=False)
    after_id: int | None = None
    must: bool = False
    role: str = ""
    state: str = WAITING
    asked_at: datetime | None = maybe_moment()
    by_id: int | None = may_point_at("person", index=False)
    at: datetime | None = maybe_moment()
    reason: str = words()
    condition: str = words()
    condition_owner_id: int | None = may_point_at("person", index=False)
    condition_by: date | None = None
    from_id: int | None = may_point_at("person", index=False)


class Inquiry(Row, table=True):
    """A question that somebody who decides asked, and its answer."""

    id: int | None = key()
    approval_id: int = points_at("approval")
    by_id: int = points_at("person", index=False)
    text: str = words()
    at: datetime = moment()
    answer: str = words()
    answered_by: int | None = may_point_at("person", index=False)
    answered_at: datetime | None = maybe_moment()


_BY_ID = Query(Approval, select(Approval).where(col(Approval.id) == bindparam("id")))
_LAST_ON = Query(
    Approval,
    select(Approval)
    .where(col(Approval.kind) == bindparam("kind"), col(Approval.subject_id) == bindparam("id"))
    .order_by(col(Approval.id).desc())
    .limit(1),
)
_NAMED = Query(
    Approval,
    select(Approval)
    .where(col(Approval.name) >= bindparam("name"), col(Approval.name) < bindparam("beyond"))
    .order_by(col(Approval.name), col(Approval.id).desc())
    .limit(bindparam("most")),
)
_CHANGING = (
    "name",
    "asks",
    "need",
    "state",
    "decided_at",
    "effective_at",
    "effective",
    "reason",
    "condition",
    "flagged",
)
_SAVE = Deed(
    update(Approval)
    .where(col(Approval.id) == bindparam("b_id"))
    .values({name: bindparam(f"to_{name}") for name in _CHANGING})
)
_SEATS = Query(
    Seat,
    select(Seat).where(col(Seat.approval_id) == bindparam("approval_id")).order_by(col(Seat.id)),
)
_SEAT = Query(Seat, select(Seat).where(col(Seat.id) == bindparam("id")))
_SEAT_CHANGING = (
    "person_id",
    "after_id",
    "must",
    "role",
    "state",
    "asked_at",
    "by_id",
    "at",
    "reason",
    "condition",
    "condition_owner_id",
    "condition_by",
    "from_id",
)
_SAVE_SEAT = Deed(
    update(Seat)
    .where(col(Seat.id) == bindparam("b_id"))
    .values({name: bindparam(f"to_{name}") for name in _SEAT_CHANGING})
)
_ASKED_OF = Query(
    Approval,
    select(Approval)
    .join(Seat, col(Seat.approval_id) == col(Approval.id))
    .where(
        col(Approval.state) == OPEN,
        col(Seat.state) == ASKED,
        col(Seat.person_id) == bindparam("person_id"),
    )
    .order_by(col(Seat.asked_at), col(Seat.id))
    .limit(bindparam("most")),
)
_COUNT_ASKED_OF = Query(
    int,
    select(func.count())
    .select_from(Seat)
    .where(
        col(Seat.state) == ASKED,
        col(Seat.person_id) == bindparam("person_id"),
    ),
)
_OPEN_SINCE = Query(
    Approval,
    select(Approval)
    .where(col(Approval.state) == OPEN, col(Approval.asked_at) <= bindparam("before"))
    .order_by(col(Approval.asked_at), col(Approval.id))
    .limit(bindparam("most")),
)
_COUNT_OPEN_SINCE = Query(
    int,
    select(func.count()).where(
        col(Approval.state) == OPEN, col(Approval.asked_at) <= bindparam("before")
    ),
)
_HELD = Query(
    int,
    select(col(Approval.id))
    .join(Seat, col(Seat.approval_id) == col(Approval.id))
    .where(
        col(Approval.state) == OPEN,
        one_of(col(Seat.state), ASKED, WAITING),
        col(Seat.person_id) == bindparam("person_id"),
    )
    .order_by(col(Approval.id)),
)
_CLOSE = Deed(
    update(Seat)
    .where(col(Seat.approval_id) == bindparam("b_id"), one_of(col(Seat.state), ASKED, WAITING))
    .values(state=GONE)
)
_RESUME = Deed(
    update(Seat)
    .where(col(Seat.approval_id) == bindparam("b_id"), col(Seat.state) == GONE)
    .values(state=case((col(Seat.asked_at).is_(None), WAITING), else_=ASKED))
)
_INQUIRIES = Query(
    Inquiry,
    select(Inquiry)
    .where(col(Inquiry.approval_id) == bindparam("approval_id"))
    .order_by(col(Inquiry.id)),
)
_ANSWER = Deed(
    update(Inquiry)
    .where(col(Inquiry.id) == bindparam("b_id"), col(Inquiry.answered_at).is_(None))
    .values(
        answer=bindparam("to_answer"),
        answered_by=bindparam("by"),
        answered_at=bindparam("at"),
    )
)


def add(db: Transaction, approval: Approval) -> int:
    """Something is to be decided from now on."""
    return db.add(approval)


def get(db: Transaction, approval_id: int) -> Approval | None:
    """One request."""
    return _BY_ID.first(db, id=approval_id)


def last_on(db: Transaction, kind: str, id_: int) -> Approval | None:
    """The newest request about a subject."""
    return _LAST_ON.first(db, kind=kind, id=id_)


def named(db: Transaction, name: str, most: int = 5) -> list[Approval]:
    """Those whose name begins so, the newest about a subject first."""
    return _NAMED.all(db, name=name, beyond=name + "\uffff", most=most)


def save(db: Transaction, approval: Approval) -> None:
    """Keep what may change of a request as it is now."""
    changed = {f"to_{name}": getattr(approval, name) for name in _CHANGING}
    _SAVE.run(db, b_id=approval.id, **changed)


def seat(db: Transaction, seat_: Seat) -> int:
    """Somebody has a voice in a request."""
    return db.add(seat_)


def seats(db: Transaction, approval_id: int) -> list[Seat]:
    """Everybody's, in the order in which they were given."""
    return _SEATS.all(db, approval_id=approval_id)


def seat_of(db: Transaction, seat_id: int) -> Seat | None:
    """One seat."""
    return _SEAT.first(db, id=seat_id)


def save_seat(db: Transaction, seat_: Seat) -> None:
    """Keep a seat as it is now."""
    changed = {f"to_{name}": getattr(seat_, name) for name in _SEAT_CHANGING}
    _SAVE_SEAT.run(db, b_id=seat_.id, **changed)


def close(db: Transaction, approval_id: int) -> None:
    """It is decided: whoever has not answered need not."""
    _CLOSE.run(db, b_id=approval_id)


def resume(db: Transaction, approval_id: int) -> None:
    """It is open again: so are those seats, asked or waiting as they were."""
    _RESUME.run(db, b_id=approval_id)


def asked_of(db: Transaction, person_id: int, most: int = 20) -> list[Approval]:
    """What waits for a person's answer, the oldest first."""
    return _ASKED_OF.all(db, person_id=person_id, most=most)


def count_asked_of(db: Transaction, person_id: int) -> int:
    """How much waits for a person's answer."""
    return _COUNT_ASKED_OF.first(db, person_id=person_id) or 0


def open_since(db: Transaction, before: datetime, most: int = 20) -> list[Approval]:
    """What was asked by `before` and is still open, the oldest first."""
    return _OPEN_SINCE.all(db, before=before, most=most)


def count_open_since(db: Transaction, before: datetime) -> int:
    """How many were asked before a moment and are undecided."""
    return _COUNT_OPEN_SINCE.first(db, before=before) or 0


def held_by(db: Transaction, person_id: int) -> list[int]:
    """The open requests in which a person has yet to answer."""
    return _HELD.all(db, person_id=person_id)


def inquire(db: Transaction, inquiry: Inquiry) -> int:
    """Somebody who decides asks something first."""
    return db.add(inquiry)


def inquiries(db: Transaction, approval_id: int) -> list[Inquiry]:
    """What was asked about a request, in order."""
    return _INQUIRIES.all(db, approval_id=approval_id)


def answer(db: Transaction, inquiry_id: int, text_: str, by: int, at: datetime) -> bool:
    """It is answered; False when somebody else did so before."""
    return _ANSWER.run(db, b_id=inquiry_id, to_answer=text_, by=by, at=at) == 1
