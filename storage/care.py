"""Care for customers' people: their yearly days, and who is greeted for what (clause 3.2)."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import NamedTuple

from sqlalchemy import Index, and_, bindparam, delete, or_, select, text, update
from sqlmodel import Field, col

from storage.batches import Among, put_all
from storage.columns import data, key, may_point_at, maybe_moment, moment, points_at, words
from storage.database import Deed, Json, Query, Transaction
from storage.letters import REPLACED, Letter
from storage.people import Account
from storage.rows import Row

# How contacts are reached who use no chat of ours: by e-mail, by text message.
MAIL, TEXT = "mail", "sms"
KIND = "care"
BIRTHDAY, COOPERATION, FESTIVAL = "birthday", "cooperation", "festival"
OPEN, SENT, BY_HAND, SKIPPED, DROPPED, MOVED = (
    "open",
    "sent",
    "by_hand",
    "skipped",
    "dropped",
    "moved",
)


class Occasion(Row, table=True):
    """A day that comes every year: a contact's birthday, or that of a customer's cooperation.

    `day` is the day as it was told, of either calendar, as `commands.kit.lunar` writes it;
    `next_on` is when it comes next, `plan_on` when its owner is to be told of it.
    """

    __table_args__ = (
        Index("occasion_of", "customer_id", "contact_id"),
        Index("occasion_plan", "plan_on", "id"),
    )

    id: int | None = key()
    kind: str
    customer_id: int = points_at("customer", index=False)
    contact_id: int | None = may_point_at("contact", index=False)
    day: str
    next_on: date
    plan_on: date


class Care(Row, table=True):
    """One occasion of one year, and what its owner does about it.

    `name` is what it is remembered by, so that nobody is greeted twice. `what` are the words of the
    occasion, `text` those of the greeting: a packed sentence until somebody writes their own.
    """

    __table_args__ = (
        Index(
            "care_open",
            "owner_id",
            "day",
            sqlite_where=text("state = 'open'"),
            postgresql_where=text("state = 'open'"),
        ),
    )

    id: int | None = key()
    name: str = Field(unique=True)
    kind: str
    clause: str
    owner_id: int | None = may_point_at("person", index=False)
    customer_id: int | None = may_point_at("customer", index=False)
    day: date
    what: Json = data()
    text: Json = data()
    state: str = OPEN
    by_id: int | None = may_point_at("person", index=False)
    at: datetime | None = maybe_moment()
    reason: str = words()


class Greeting(Row, table=True):
    """A recipient of one: to be greeted if `ticked`, and `why` not, if the house unticked them."""

    __table_args__ = (
        Index("greeting_care", "care_id", "contact_id", unique=True),
        Index("greeting_contact", "contact_id", "care_id"),
    )

    id: int | None = key()
    care_id: int = points_at("care", index=False)
    contact_id: int = points_at("contact", index=False)
    ticked: bool = True
    why: Json = data()


class CareStep(Row, table=True):
    """One thing on a checklist that was done, by whom and when."""

    __tablename__ = "care_step"
    __table_args__ = (Index("care_step_of", "care_id", "name", unique=True),)

    id: int | None = key()
    care_id: int = points_at("care", index=False)
    name: str
    by_id: int = points_at("person", index=False)
    at: datetime = moment()


class Outcome(NamedTuple):
    """What became of what was sent to a contact."""

    contact_id: int
    state: str


class At(NamedTuple):
    """A platform on which a contact has an account."""

    contact_id: int
    platform: str


_OUTCOMES = Query(
    Outcome,
    select(col(Letter.contact_id), col(Letter.state)).where(
        col(Letter.subject_kind) == KIND,
        col(Letter.subject_id) == bindparam("care_id"),
        col(Letter.contact_id).is_not(None),
        col(Letter.state) != REPLACED,
    ),
)
_OCCASION = Query(
    Occasion,
    select(Occasion).where(
        col(Occasion.customer_id) == bindparam("customer_id"),
        col(Occasion.kind) == bindparam("kind"),
    ),
)
_NEXT = Query(
    Occasion,
    select(Occasion)
    .where(col(Occasion.plan_on) <= bindparam("today"))
    .order_by(col(Occasion.plan_on), col(Occasion.id))
    .limit(bindparam("most")),
)
_COMING_AT = Query(
    Occasion,
    select(Occasion)
    .where(
        Among(col(Occasion.customer_id), "ids"),
        col(Occasion.next_on) >= bindparam("since"),
        col(Occasion.next_on) < bindparam("before"),
    )
    .order_by(col(Occasion.next_on), col(Occasion.id)),
)
_TURN = Deed(
    update(Occasion)
    .where(col(Occasion.id) == bindparam("b_id"))
    .values(day=bindparam("to_day"), next_on=bindparam("to_next"), plan_on=bindparam("to_plan"))
)
_BY_ID = Query(Care, select(Care).where(col(Care.id) == bindparam("id")))
_NAMED = Query(Care, select(Care).where(col(Care.name) == bindparam("name")))
_OPEN_OF = Query(
    Care,
    select(Care)
    .where(col(Care.owner_id) == bindparam("owner_id"), col(Care.state) == OPEN)
    .order_by(col(Care.day), col(Care.id)),
)
_SAVE = Deed(
    update(Care)
    .where(col(Care.id) == bindparam("b_id"))
    .values(
        owner_id=bindparam("to_owner"),
        text=bindparam("to_text"),
        state=bindparam("to_state"),
        by_id=bindparam("to_by"),
        at=bindparam("to_at"),
        reason=bindparam("to_reason"),
    )
)
_RENAME = Deed(
    update(Care).where(col(Care.id) == bindparam("b_id")).values(name=bindparam("to_name"))
)
_GREETINGS = Query(
    Greeting,
    select(Greeting)
    .where(col(Greeting.care_id) == bindparam("care_id"))
    .order_by(col(Greeting.id)),
)
_PLANNED_FOR = Query(
    Greeting,
    select(Greeting)
    .join(Care, col(Care.id) == col(Greeting.care_id))
    .where(
        col(Greeting.contact_id) == bindparam("contact_id"),
        or_(
            col(Care.state) == OPEN,
            and_(col(Care.state) == SENT, col(Care.day) >= bindparam("since")),
        ),
    )
    .order_by(col(Greeting.id)),
)
_LEAVE_OUT = Deed(
    update(Greeting)
    .where(col(Greeting.id) == bindparam("b_id"))
    .values(ticked=False, why=bindparam("to_why"))
)
_STEPS = Query(
    CareStep,
    select(CareStep)
    .where(col(CareStep.care_id) == bindparam("care_id"))
    .order_by(col(CareStep.id)),
)
_UNDO_STEP = Deed(
    delete(CareStep).where(
        col(CareStep.care_id) == bindparam("b_care"), col(CareStep.name) == bindparam("b_name")
    )
)
_LISTED = Query(
    int,
    select(col(Greeting.contact_id))
    .join(Care, col(Care.id) == col(Greeting.care_id))
    .where(Among(col(Greeting.contact_id), "ids"), col(Care.name).startswith(bindparam("name"))),
)
_ACCOUNTS = Query(
    At,
    select(col(Account.contact_id), col(Account.platform))
    .where(Among(col(Account.contact_id), "ids"))
    .distinct(),
)
_TICK = Deed(
    update(Greeting).where(col(Greeting.id) == bindparam("b_id")).values(ticked=bindparam("to"))
)


def remember(db: Transaction, occasion: Occasion) -> int:
    """A day comes every year from now on."""
    return db.add(occasion)


def occasions(db: Transaction, customer_id: int, kind: str) -> list[Occasion]:
    """The yearly days of one kind at a customer."""
    return _OCCASION.all(db, customer_id=customer_id, kind=kind)


def coming(db: Transaction, today: date, most: int) -> list[Occasion]:
    """The yearly days whose owners are to be told by this day, the earliest first."""
    return _NEXT.all(db, today=today, most=most)


def coming_at(
    db: Transaction, customer_ids: Sequence[int], since: date, before: date
) -> list[Occasion]:
    """The yearly days at these customers that come in a span and are not planned yet."""
    return _COMING_AT.all(db, ids=customer_ids, since=since, before=before) if customer_ids else []


def turn(db: Transaction, occasion: Occasion) -> None:
    """Keep which day it is, and when it comes next."""
    _TURN.run(
        db,
        b_id=occasion.id,
        to_day=occasion.day,
        to_next=occasion.next_on,
        to_plan=occasion.plan_on,
    )


def add(db: Transaction, care: Care) -> int:
    """Somebody is to see to an occasion."""
    return db.add(care)


def get(db: Transaction, care_id: int) -> Care | None:
    """One of them."""
    return _BY_ID.first(db, id=care_id)


def named(db: Transaction, name: str) -> Care | None:
    """That of one occasion of one year."""
    return _NAMED.first(db, name=name)


def open_of(db: Transaction, owner_id: int) -> list[Care]:
    """What somebody has yet to see to."""
    return _OPEN_OF.all(db, owner_id=owner_id)


def save(db: Transaction, care: Care) -> None:
    """Keep what may change of it as it is now."""
    _SAVE.run(
        db,
        b_id=care.id,
        to_owner=care.owner_id,
        to_text=care.text,
        to_state=care.state,
        to_by=care.by_id,
        to_at=care.at,
        to_reason=care.reason,
    )


def rename(db: Transaction, care_id: int, name: str) -> None:
    """It is remembered by another name, so that its own is free again."""
    _RENAME.run(db, b_id=care_id, to_name=name)


def greet(db: Transaction, listed: Iterable[tuple[int, int, Json]]) -> None:
    """On these occasions' lists are these contacts; unticked where there is a reason why not."""
    rows = [
        {"care_id": care_id, "contact_id": contact_id, "ticked": why is None, "why": why}
        for care_id, contact_id, why in listed
    ]
    put_all(db, Greeting, rows)


def listed(db: Transaction, name: str, ids: Sequence[int]) -> set[int]:
    """Which of these contacts are on the list of an occasion whose name begins so."""
    return set(_LISTED.all(db, name=name, ids=ids)) if ids else set()


def greetings(db: Transaction, care_id: int) -> list[Greeting]:
    """Those to be greeted, ticked or not."""
    return _GREETINGS.all(db, care_id=care_id)


def planned_for(db: Transaction, contact_id: int, since: date) -> list[tuple[Greeting, Care]]:
    """What a contact is on the list of: all that is open, and what is for a day from `since` on."""
    all_ = _PLANNED_FOR.all(db, contact_id=contact_id, since=since)
    found = [(one, get(db, one.care_id)) for one in all_]
    return [(one, care) for one, care in found if care]


def leave_out(db: Transaction, greeting_id: int, why: Json) -> None:
    """Somebody is not to be greeted without a thought."""
    _LEAVE_OUT.run(db, b_id=greeting_id, to_why=why)


def platforms(db: Transaction, ids: Sequence[int]) -> dict[int, set[str]]:
    """On which platforms these contacts have an account; those without, left out."""
    found: dict[int, set[str]] = {}
    for one in _ACCOUNTS.all(db, ids=ids) if ids else []:
        found.setdefault(one.contact_id, set()).add(one.platform)
    return found


def outcomes(db: Transaction, care_id: int) -> dict[int, str]:
    """The state of the letter to each contact."""
    return {one.contact_id: one.state for one in _OUTCOMES.all(db, care_id=care_id)}


def tick(db: Transaction, greeting_id: int, *, ticked: bool) -> None:
    """Greet somebody, or not."""
    _TICK.run(db, b_id=greeting_id, to=ticked)


def steps(db: Transaction, care_id: int) -> dict[str, CareStep]:
    """What of a checklist was done, by name."""
    return {one.name: one for one in _STEPS.all(db, care_id=care_id)}


def do_step(db: Transaction, step: CareStep) -> int:
    """One thing on it was done."""
    return db.add(step)


def undo_step(db: Transaction, care_id: int, name: str) -> bool:
    """It was not done after all; False where nobody had said so."""
    return _UNDO_STEP.run(db, b_care=care_id, b_name=name) == 1
