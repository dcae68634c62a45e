"""People who leave, what they leave behind, and who takes each piece of it over."""

from datetime import datetime

from sqlalchemy import Index, UniqueConstraint, bindparam, select, update
from sqlmodel import Field, col

from storage.columns import data, key, maybe_moment, moment, points_at
from storage.database import Deed, Json, Query, Transaction
from storage.rows import Row

OFFERED, DECLINED, TAKEN, SETTLED = "offered", "declined", "taken", "settled"


class Departure(Row, table=True):
    """Somebody leaves. Until a piece is taken over, `holder_id` has it."""

    id: int | None = key()
    person_id: int = points_at("person")
    successor_id: int = points_at("person", index=False)
    holder_id: int = points_at("person", index=False)
    begun_by: int = points_at("person", index=False)
    begun_at: datetime = moment()
    done_at: datetime | None = maybe_moment()


class Offer(Row, table=True):
    """What one person is asked to take over of a departure: one card lists it all."""

    __table_args__ = (UniqueConstraint("departure_id", "to_id"),)

    id: int | None = key()
    departure_id: int = points_at("departure", index=False)
    to_id: int = points_at("person")


class Handover(Row, table=True):
    """One piece of work: a subject, and whom it is offered to now. `what` names it."""

    __table_args__ = (
        UniqueConstraint("departure_id", "kind", "subject_id"),
        Index("handover_subject", "kind", "subject_id"),
    )

    id: int | None = key()
    departure_id: int = points_at("departure", index=False)
    offer_id: int = points_at("offer")
    kind: str
    subject_id: int
    what: Json = data()
    state: str = Field(default=OFFERED)
    at: datetime = moment()


_BY_ID = Query(Departure, select(Departure).where(col(Departure.id) == bindparam("id")))
_OF = Query(
    Departure,
    select(Departure)
    .where(col(Departure.person_id) == bindparam("person_id"))
    .order_by(col(Departure.id).desc()),
)
_OPEN = Query(
    Departure, select(Departure).where(col(Departure.done_at).is_(None)).order_by(col(Departure.id))
)
_DONE = Deed(
    update(Departure)
    .where(col(Departure.id) == bindparam("b_id"), col(Departure.done_at).is_(None))
    .values(done_at=bindparam("at"))
)
_HELD_BY = Deed(
    update(Departure)
    .where(col(Departure.id) == bindparam("b_id"))
    .values(holder_id=bindparam("to_holder"))
)
_OFFER = Query(Offer, select(Offer).where(col(Offer.id) == bindparam("id")))
_OFFER_TO = Query(
    Offer,
    select(Offer).where(
        col(Offer.departure_id) == bindparam("departure_id"), col(Offer.to_id) == bindparam("to_id")
    ),
)
_HANDOVER = Query(Handover, select(Handover).where(col(Handover.id) == bindparam("id")))
_PIECES = Query(
    Handover,
    select(Handover)
    .where(col(Handover.departure_id) == bindparam("id"))
    .order_by(col(Handover.id)),
)
_OFFERED = Query(
    Handover,
    select(Handover).where(col(Handover.offer_id) == bindparam("id")).order_by(col(Handover.id)),
)
_WAITING_FOR = Query(
    Handover,
    select(Handover)
    .join(Offer, col(Offer.id) == col(Handover.offer_id))
    .where(col(Offer.to_id) == bindparam("person_id"), col(Handover.state) == OFFERED)
    .order_by(col(Handover.id)),
)
_OPEN_ON = Query(
    Handover,
    select(Handover)
    .where(
        col(Handover.kind) == bindparam("kind"),
        col(Handover.subject_id) == bindparam("id"),
        (col(Handover.state) == OFFERED) | (col(Handover.state) == DECLINED),
    )
    .order_by(col(Handover.id)),
)
_SETTLE = Deed(
    update(Handover)
    .where(col(Handover.id) == bindparam("b_id"))
    .values(state=bindparam("to_state"), offer_id=bindparam("to_offer"), at=bindparam("at_"))
)


def begin(db: Transaction, departure: Departure) -> int:
    """Somebody is about to leave."""
    return db.add(departure)


def get(db: Transaction, departure_id: int) -> Departure | None:
    """One departure."""
    return _BY_ID.first(db, id=departure_id)


def of(db: Transaction, person_id: int) -> Departure | None:
    """The newest departure of a person."""
    return _OF.first(db, person_id=person_id)


def unfinished(db: Transaction) -> list[Departure]:
    """The departures of which something is not taken over yet."""
    return _OPEN.all(db)


def finish(db: Transaction, departure_id: int, at: datetime) -> bool:
    """Nothing is left open; False when that was so already."""
    return _DONE.run(db, b_id=departure_id, at=at) == 1


def hold(db: Transaction, departure_id: int, holder_id: int) -> None:
    """Somebody else has what is not taken over yet."""
    _HELD_BY.run(db, b_id=departure_id, to_holder=holder_id)


def offer(db: Transaction, offer_id: int) -> Offer | None:
    """One offer."""
    return _OFFER.first(db, id=offer_id)


def offer_to(db: Transaction, departure_id: int, to_id: int) -> Offer | None:
    """What a person is asked to take over of a departure."""
    return _OFFER_TO.first(db, departure_id=departure_id, to_id=to_id)


def add_offer(db: Transaction, made: Offer) -> int:
    """Somebody is asked for the first time."""
    return db.add(made)


def add(db: Transaction, piece: Handover) -> int:
    """A piece is to be taken over."""
    return db.add(piece)


def piece(db: Transaction, handover_id: int) -> Handover | None:
    """One piece."""
    return _HANDOVER.first(db, id=handover_id)


def pieces(db: Transaction, departure_id: int) -> list[Handover]:
    """Everything that a departure leaves behind."""
    return _PIECES.all(db, id=departure_id)


def offered(db: Transaction, offer_id: int) -> list[Handover]:
    """Everything that is or was offered to one person, unless it is offered to another by now."""
    return _OFFERED.all(db, id=offer_id)


def waiting_for(db: Transaction, person_id: int) -> list[Handover]:
    """What a person has neither taken over nor declined."""
    return _WAITING_FOR.all(db, person_id=person_id)


def open_on(db: Transaction, kind: str, id_: int) -> list[Handover]:
    """The pieces about a subject that nobody has taken over yet."""
    return _OPEN_ON.all(db, kind=kind, id=id_)


def settle(db: Transaction, handover: Handover, state: str, offer_id: int, at: datetime) -> None:
    """Say how a piece stands, and whom it was offered to."""
    _SETTLE.run(db, b_id=handover.id, to_state=state, to_offer=offer_id, at_=at)
