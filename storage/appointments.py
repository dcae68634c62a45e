"""Planned visits to customers: when, by whom, what for, and what came of it (clause 3.1.1a)."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Index, and_, bindparam, select, text, update
from sqlmodel import col

from storage.attendees import Attendee
from storage.batches import Among
from storage.columns import key, may_point_at, moment, points_at, words
from storage.database import Deed, Query, Transaction
from storage.rows import Row

KIND = "plan"
PLANNED, VISITED, CANCELLED = "planned", "visited", "cancelled"


class Appointment(Row, table=True):
    """One planned visit; `visit_id` is the visit that came of it, `reason` why none did.

    `moved` counts how often it was put off or brought forward.
    """

    __table_args__ = (
        Index(
            "appointment_planned",
            "person_id",
            "at",
            sqlite_where=text("state = 'planned'"),
            postgresql_where=text("state = 'planned'"),
        ),
        Index("appointment_customer", "customer_id", "at"),
    )

    id: int | None = key()
    customer_id: int = points_at("customer", index=False)
    person_id: int = points_at("person", index=False)
    at: datetime = moment()
    purpose: str = words()
    state: str = PLANNED
    moved: int = 0
    visit_id: int | None = may_point_at("visit")
    reason: str = words()


_BY_ID = Query(Appointment, select(Appointment).where(col(Appointment.id) == bindparam("id")))
_SAVE = Deed(
    update(Appointment)
    .where(col(Appointment.id) == bindparam("b_id"))
    .values(
        person_id=bindparam("to_person"),
        at=bindparam("to_at"),
        purpose=bindparam("to_purpose"),
        state=bindparam("to_state"),
        moved=bindparam("to_moved"),
        visit_id=bindparam("to_visit"),
        reason=bindparam("to_reason"),
    )
)
_OF_PERSON = Query(
    Appointment,
    select(Appointment)
    .where(
        col(Appointment.person_id) == bindparam("person_id"),
        col(Appointment.state) == PLANNED,
        col(Appointment.at) < bindparam("before"),
    )
    .order_by(col(Appointment.at), col(Appointment.id))
    .limit(bindparam("most")),
)
_IDS = Query(
    int,
    select(col(Appointment.id))
    .where(col(Appointment.person_id) == bindparam("person_id"), col(Appointment.state) == PLANNED)
    .order_by(col(Appointment.at), col(Appointment.id)),
)
_ALL_OF = Query(
    Appointment,
    select(Appointment)
    .where(col(Appointment.person_id) == bindparam("person_id"), col(Appointment.state) == PLANNED)
    .order_by(col(Appointment.at), col(Appointment.id))
    .limit(bindparam("most")),
)
_JOINED = Query(
    Appointment,
    select(Appointment)
    .join(
        Attendee,
        and_(
            col(Attendee.kind) == KIND,
            col(Attendee.subject_id) == col(Appointment.id),
            col(Attendee.person_id) == bindparam("person_id"),
        ),
    )
    .where(
        col(Appointment.state) == PLANNED,
        col(Appointment.person_id) != bindparam("person_id"),
        col(Appointment.at) < bindparam("before"),
    )
    .order_by(col(Appointment.at), col(Appointment.id))
    .limit(bindparam("most")),
)
_OF_CUSTOMER = Query(
    Appointment,
    select(Appointment)
    .where(
        Among(col(Appointment.customer_id), "ids"),
        col(Appointment.state) == PLANNED,
        col(Appointment.at) >= bindparam("since"),
        col(Appointment.at) < bindparam("before"),
    )
    .order_by(col(Appointment.at), col(Appointment.id)),
)
_OF_VISIT = Query(
    Appointment, select(Appointment).where(col(Appointment.visit_id) == bindparam("visit_id"))
)


def add(db: Transaction, appointment: Appointment) -> int:
    """Plan a visit."""
    return db.add(appointment)


def get(db: Transaction, id_: int) -> Appointment | None:
    """One planned visit, whatever came of it."""
    return _BY_ID.first(db, id=id_)


def save(db: Transaction, appointment: Appointment) -> None:
    """Keep a planned visit as it is now."""
    _SAVE.run(
        db,
        b_id=appointment.id,
        to_person=appointment.person_id,
        to_at=appointment.at,
        to_purpose=appointment.purpose,
        to_state=appointment.state,
        to_moved=appointment.moved,
        to_visit=appointment.visit_id,
        to_reason=appointment.reason,
    )


def of_person(
    db: Transaction, person_id: int, before: datetime, most: int = 50
) -> list[Appointment]:
    """What a person has planned up to a moment and not seen to yet, the earliest first."""
    return _OF_PERSON.all(db, person_id=person_id, before=before, most=most)


def all_of(db: Transaction, person_id: int, most: int) -> list[Appointment]:
    """What a person has planned and not seen to yet, the earliest first."""
    return _ALL_OF.all(db, person_id=person_id, most=most)


def joined_by(
    db: Transaction, person_id: int, before: datetime, most: int = 50
) -> list[Appointment]:
    """What a person comes along to up to a moment, the earliest first."""
    return _JOINED.all(db, person_id=person_id, before=before, most=most)


def planned_by(db: Transaction, person_id: int) -> list[int]:
    """The ids of all that a person has planned and not seen to yet."""
    return _IDS.all(db, person_id=person_id)


def of_customers(
    db: Transaction, ids: Sequence[int], since: datetime, before: datetime
) -> list[Appointment]:
    """The visits planned to these customers in a span, by anybody, the earliest first."""
    return _OF_CUSTOMER.all(db, ids=ids, since=since, before=before) if ids else []


def of_visit(db: Transaction, visit_id: int) -> Appointment | None:
    """The plan that a visit came of."""
    return _OF_VISIT.first(db, visit_id=visit_id)
