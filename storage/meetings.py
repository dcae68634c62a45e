"""Customer meetings: when and where, who takes part, and the minutes (clause 3.1.1b)."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Index, bindparam, or_, select, text, update
from sqlmodel import Field, col

from storage.columns import key, may_point_at, maybe_moment, moment, one_of, points_at, words
from storage.database import Deed, Query, Transaction
from storage.rows import Row

PLANNED, HELD, CANCELLED = "planned", "held", "cancelled"
TO_INVITE, INVITED, COMING, NOT_COMING, CAME = (
    "to_invite",
    "invited",
    "coming",
    "not_coming",
    "came",
)
# How we know: from a letter of ours, from a colleague who says so, from what they answered.
SENT, BY_HAND, ANSWERED = "sent", "by_hand", "answered"


class Meeting(Row, table=True):
    """One meeting. `topics` are what people want to talk about, a line each; minutes are sealed.

    `collected` is the last remark that the minutes were made of.
    """

    __table_args__ = (
        Index("meeting_at", "at"),
        Index(
            "meeting_open",
            "owner_id",
            sqlite_where=text("state = 'planned' OR (state = 'held' AND minutes_at IS NULL)"),
            postgresql_where=text("state = 'planned' OR (state = 'held' AND minutes_at IS NULL)"),
        ),
    )

    id: int | None = key()
    number: str = Field(unique=True)
    at: datetime = moment()
    place: str = ""
    owner_id: int | None = may_point_at("person", index=False)
    state: str = PLANNED
    reason: str = words()
    topics: str = words()
    minutes: str = words()
    minutes_by_id: int | None = may_point_at("person", index=False)
    minutes_at: datetime | None = maybe_moment()
    collected: int = 0
    created_at: datetime = moment()


class Participant(Row, table=True):
    """A customer that is invited, or a colleague who takes part; `state` is where that stands.

    `how`, `at` and `by_id` say how it came to stand there, `contact_id` who of theirs answered.
    What they were last told, by letter or by a colleague (`told_how`), is `told_for`, the time of
    the meeting, and `told_place`, at `told_at`. Where the meeting has been moved since, `was` is
    how it stood until then. At `off_at` they were told that it is cancelled.
    """

    __table_args__ = (
        Index("participant_customer", "meeting_id", "customer_id", unique=True),
        Index("participant_person", "meeting_id", "person_id", unique=True),
    )

    id: int | None = key()
    meeting_id: int = points_at("meeting", index=False)
    customer_id: int | None = may_point_at("customer", index=False)
    person_id: int | None = may_point_at("person", index=False)
    state: str = TO_INVITE
    how: str = ""
    at: datetime | None = maybe_moment()
    by_id: int | None = may_point_at("person", index=False)
    contact_id: int | None = may_point_at("contact", index=False)
    told_how: str = ""
    told_for: datetime | None = maybe_moment()
    told_place: str = ""
    told_at: datetime | None = maybe_moment()
    was: str = ""
    off_at: datetime | None = maybe_moment()


_BY_ID = Query(Meeting, select(Meeting).where(col(Meeting.id) == bindparam("id")))
_BY_NUMBER = Query(Meeting, select(Meeting).where(col(Meeting.number) == bindparam("number")))
_BETWEEN = Query(
    Meeting,
    select(Meeting)
    .where(
        col(Meeting.at) >= bindparam("since"),
        col(Meeting.at) < bindparam("before"),
        col(Meeting.state) != CANCELLED,
    )
    .order_by(col(Meeting.at), col(Meeting.id)),
)
_LATEST = Query(
    Meeting,
    select(Meeting)
    .where(col(Meeting.state) != CANCELLED)
    .order_by(col(Meeting.at).desc(), col(Meeting.id).desc())
    .limit(bindparam("most")),
)
_OWNED = Query(
    int,
    select(col(Meeting.id))
    .where(
        col(Meeting.owner_id) == bindparam("owner_id"),
        or_(
            col(Meeting.state) == PLANNED,
            (col(Meeting.state) == HELD) & col(Meeting.minutes_at).is_(None),
        ),
    )
    .order_by(col(Meeting.id)),
)
_CHANGING = (
    "at",
    "place",
    "owner_id",
    "state",
    "reason",
    "topics",
    "minutes",
    "minutes_by_id",
    "minutes_at",
    "collected",
)
_SAVE = Deed(
    update(Meeting)
    .where(col(Meeting.id) == bindparam("b_id"))
    .values({name: bindparam(f"to_{name}") for name in _CHANGING})
)
_PARTICIPANTS = Query(
    Participant,
    select(Participant)
    .where(col(Participant.meeting_id) == bindparam("meeting_id"))
    .order_by(col(Participant.id)),
)
_STANDING = (
    "state",
    "how",
    "at",
    "by_id",
    "contact_id",
    "told_how",
    "told_for",
    "told_place",
    "told_at",
    "was",
    "off_at",
)
_MARK = Deed(
    update(Participant)
    .where(col(Participant.id) == bindparam("b_id"))
    .values({name: bindparam(f"to_{name}") for name in _STANDING})
)
_OF_CUSTOMER = Query(
    Meeting,
    select(Meeting)
    .join(Participant, col(Participant.meeting_id) == col(Meeting.id))
    .where(
        col(Participant.customer_id) == bindparam("customer_id"),
        one_of(col(Meeting.state), PLANNED, HELD),
    )
    .order_by(col(Meeting.at).desc(), col(Meeting.id).desc())
    .limit(bindparam("most")),
)


def add(db: Transaction, meeting: Meeting) -> int:
    """A meeting is planned."""
    return db.add(meeting)


def get(db: Transaction, meeting_id: int) -> Meeting | None:
    """One meeting."""
    return _opened(db, _BY_ID.first(db, id=meeting_id))


def by_number(db: Transaction, number: str) -> Meeting | None:
    """The meeting with this number."""
    return _opened(db, _BY_NUMBER.first(db, number=number))


def between(db: Transaction, since: datetime, before: datetime) -> list[Meeting]:
    """Those that are planned or were held in a span, the earliest first; without their minutes."""
    return _shut(_BETWEEN.all(db, since=since, before=before))


def latest(db: Transaction, most: int = 10) -> list[Meeting]:
    """Those planned or held, the latest first; without their minutes."""
    return _shut(_LATEST.all(db, most=most))


def of_customer(db: Transaction, customer_id: int, most: int = 5) -> list[Meeting]:
    """Those that a customer is invited to, the latest first; without their minutes."""
    return _shut(_OF_CUSTOMER.all(db, customer_id=customer_id, most=most))


def owned_by(db: Transaction, owner_id: int) -> list[int]:
    """The ids of those that somebody has yet to hold, or to write the minutes of."""
    return _OWNED.all(db, owner_id=owner_id)


def save(db: Transaction, meeting: Meeting) -> None:
    """Keep what may change of a meeting as it is now."""
    values = {f"to_{name}": getattr(meeting, name) for name in _CHANGING}
    _SAVE.run(db, b_id=meeting.id, **values | {"to_minutes": db.keyring.seal(meeting.minutes)})


def _opened(db: Transaction, meeting: Meeting | None) -> Meeting | None:
    if meeting:
        meeting.minutes = db.keyring.shown(meeting.minutes)
    return meeting


def _shut(found: Sequence[Meeting]) -> list[Meeting]:
    for meeting in found:
        meeting.minutes = ""
    return list(found)


def join(db: Transaction, participant: Participant) -> int:
    """Somebody takes part."""
    return db.add(participant)


def participants(db: Transaction, meeting_id: int) -> list[Participant]:
    """Customers and colleagues, in the order in which they were named."""
    return _PARTICIPANTS.all(db, meeting_id=meeting_id)


def mark(db: Transaction, participant: Participant) -> None:
    """Keep where it stands with somebody who takes part, and what they were told."""
    values = {f"to_{name}": getattr(participant, name) for name in _STANDING}
    _MARK.run(db, b_id=participant.id, **values)
