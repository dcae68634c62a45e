"""Letters: everything the bot says, written with the deed it tells of and sent afterwards."""

from datetime import datetime
from typing import NamedTuple

from sqlalchemy import (
    Index,
    and_,
    bindparam,
    delete,
    exists,
    func,
    or_,
    select,
    text,
    update,
)
from sqlalchemy.orm import aliased
from sqlmodel import col

from storage.columns import data, key, may_point_at, maybe_moment, moment, one_of, words
from storage.connections import POSTGRESQL
from storage.database import Deed, Json, Query, Transaction, known
from storage.rows import Row

WAITING, SENDING, SENT, UNCLEAR, DEAD, DROPPED, REPLACED = (
    "waiting",
    "sending",
    "sent",
    "unclear",
    "dead",
    "dropped",
    "replaced",
)


class Letter(Row, table=True):
    """A letter to a person, a contact, an account, or a chat.

    `lane` is whom it is for; letters of one lane keep their order. `body` is an encoded card;
    without one the subject's card, or that `view` of it, is drawn when sending. `for_id` is
    somebody away, for whom the letter was meant: their deputy gets it, or it waits for their
    return. `repeats` says whether an unclear send may be sent again. `not_before` and
    `useful_until` are by the company's clock; a letter held on purpose (quiet hours, merging) lets
    others of its lane go first. `next_at` is by the machine's clock: pacing and retries.
    `own_thread` says that it belongs into its subject's own thread, where the chat has such.
    """

    __table_args__ = (
        Index(
            "letter_waiting",
            "next_at",
            sqlite_where=text("state = 'waiting'"),
            postgresql_where=text("state = 'waiting'"),
        ),
        Index(
            "letter_lane",
            "lane",
            "id",
            sqlite_where=text("state in ('waiting', 'sending')"),
            postgresql_where=text("state in ('waiting', 'sending')"),
        ),
        Index(
            "letter_sending",
            "lease_until",
            sqlite_where=text("state = 'sending'"),
            postgresql_where=text("state = 'sending'"),
        ),
        Index("letter_subject", "subject_kind", "subject_id"),
        Index(
            "letter_replaces",
            "replaces",
            sqlite_where=text("replaces <> ''"),
            postgresql_where=text("replaces <> ''"),
        ),
        Index(
            "letter_for",
            "for_id",
            sqlite_where=text("for_id IS NOT NULL"),
            postgresql_where=text("for_id IS NOT NULL"),
        ),
    )

    id: int | None = key()
    lane: str
    person_id: int | None = may_point_at("person", index=False)
    contact_id: int | None = may_point_at("contact", index=False)
    account_id: int | None = may_point_at("account", index=False)
    for_id: int | None = may_point_at("person", index=False)
    platform: str = ""
    workspace: str = ""
    chat: str = ""
    thread: str = ""
    own_thread: bool = False
    subject_kind: str = ""
    subject_id: int | None = None
    view: str = ""
    body: Json = data()
    urgency: str = "now"
    merges: bool = False
    repeats: bool = True
    replaces: str = ""
    useful_until: datetime | None = maybe_moment()
    created_at: datetime = moment()
    not_before: datetime = moment()
    next_at: datetime = moment()
    state: str = WAITING
    attempts: int = 0
    holder: str = ""
    lease_until: datetime | None = maybe_moment()
    sent_at: datetime | None = maybe_moment()
    message: str = ""
    reason: str = words()


class Next(NamedTuple):
    """The earliest that a letter may go.

    `at` is by the machine's clock, for letters whose turn it is; `company_at` by the company's, for
    letters held on purpose.
    """

    at: datetime | None
    company_at: datetime | None


_ahead = aliased(Letter)
_IN_TURN = (
    col(Letter.state) == WAITING,
    col(Letter.not_before) <= bindparam("company_now"),
    ~exists().where(
        and_(
            col(_ahead.lane) == col(Letter.lane),
            col(_ahead.id) < col(Letter.id),
            # As the index of lanes says it, or SQLite would read every older letter instead.
            col(_ahead.state).in_((WAITING, SENDING)),
            or_(
                col(_ahead.state) == SENDING,
                and_(
                    col(_ahead.state) == WAITING,
                    col(_ahead.not_before) <= bindparam("company_now"),
                ),
            ),
        )
    ),
)
_FREE = select(col(Letter.id)).where(*_IN_TURN, col(Letter.next_at) <= bindparam("now"))

_READY = Query(int, _FREE.limit(1))


def _claim(*, skip_locked: bool) -> Query[Letter]:
    free = _FREE.order_by(col(Letter.next_at), col(Letter.id)).limit(bindparam("most"))
    if skip_locked:
        free = free.with_for_update(skip_locked=True)
    return Query(
        Letter,
        update(Letter)
        .where(col(Letter.id).in_(free), col(Letter.state) == WAITING)
        .values(
            state=SENDING,
            holder=bindparam("to_holder"),
            lease_until=bindparam("until"),
            attempts=col(Letter.attempts) + 1,
        )
        .returning(*Letter.__table__.columns),  # type: ignore[attr-defined]
    )


_CLAIM = {True: _claim(skip_locked=True), False: _claim(skip_locked=False)}
_BY_ID = Query(Letter, select(Letter).where(col(Letter.id) == bindparam("id")))
_SAME_LANE = Query(
    Letter,
    select(Letter)
    .where(
        col(Letter.lane) == bindparam("lane"),
        col(Letter.state) == WAITING,
        col(Letter.merges),
        col(Letter.attempts) == 0,
        col(Letter.not_before) <= bindparam("company_now"),
    )
    .order_by(col(Letter.id))
    .limit(20),
)
_TAKE = Deed(
    update(Letter)
    .where(
        col(Letter.id) == bindparam("b_id"),
        col(Letter.state) == WAITING,
    )
    .values(
        state=SENDING,
        holder=bindparam("to_holder"),
        lease_until=bindparam("until"),
        attempts=col(Letter.attempts) + 1,
    )
)
_SETTLE = Deed(
    update(Letter)
    .where(
        col(Letter.id) == bindparam("b_id"),
        col(Letter.state) == SENDING,
        col(Letter.holder) == bindparam("b_holder"),
    )
    .values(
        state=bindparam("to_state"),
        message=bindparam("to_message"),
        reason=bindparam("to_reason"),
        sent_at=bindparam("at"),
        holder="",
        lease_until=None,
    )
)
_AGAIN = Deed(
    update(Letter)
    .where(
        col(Letter.id) == bindparam("b_id"),
        col(Letter.state) == SENDING,
        col(Letter.holder) == bindparam("b_holder"),
    )
    .values(
        state=WAITING,
        next_at=bindparam("at"),
        reason=bindparam("to_reason"),
        attempts=col(Letter.attempts) - bindparam("forgiven"),
        holder="",
        lease_until=None,
    )
)
_INTO_THE_OPEN = Deed(
    update(Letter).where(col(Letter.id) == bindparam("b_id")).values(thread="", own_thread=False)
)
_EXPIRED = Query(
    Letter,
    select(Letter)
    .where(col(Letter.state) == SENDING, col(Letter.lease_until) < bindparam("now"))
    .order_by(col(Letter.lease_until), col(Letter.id))
    .limit(bindparam("most")),
)
_NEXT_EXPIRY = Query(
    lambda at: at,
    select(col(Letter.lease_until))
    .where(col(Letter.state) == SENDING)
    .order_by(col(Letter.lease_until))
    .limit(1),
)
_TAKE_OVER = Deed(
    update(Letter)
    .where(
        col(Letter.id) == bindparam("b_id"),
        col(Letter.state) == SENDING,
        col(Letter.lease_until) < bindparam("now"),
    )
    .values(holder=bindparam("to_holder"), lease_until=bindparam("until"))
)
_HOLD = Deed(
    update(Letter)
    .where(
        col(Letter.id) == bindparam("b_id"),
        col(Letter.state) == SENDING,
        col(Letter.holder) == bindparam("b_holder"),
    )
    .values(lease_until=bindparam("until"), attempts=col(Letter.attempts) + bindparam("counted"))
)
_ORPHAN = Deed(
    update(Letter).where(col(Letter.state) == SENDING).values(lease_until=bindparam("before"))
)
_REPLACE = Deed(
    update(Letter)
    .where(
        col(Letter.replaces) == bindparam("key"),
        col(Letter.replaces) != "",
        col(Letter.state) == WAITING,
    )
    .values(state=REPLACED)
)
_NEXT_IN_TURN = Query(
    lambda at: at,
    select(col(Letter.next_at)).where(*_IN_TURN).order_by(col(Letter.next_at)).limit(1),
)
_NEXT_HELD = Query(
    lambda at: at,
    select(func.min(col(Letter.not_before))).where(
        col(Letter.state) == WAITING, col(Letter.not_before) > bindparam("company_now")
    ),
)
_FORGET = Deed(
    delete(Letter).where(
        col(Letter.created_at) < bindparam("before"),
        one_of(col(Letter.state), SENT, DROPPED, REPLACED),
    )
)


def add(db: Transaction, letter: Letter) -> int:
    """Write a letter; an unsent older one with the same `replaces` key is replaced by it."""
    if letter.replaces:
        _REPLACE.run(db, key=letter.replaces)
    db.wakes("letters")
    return db.add(letter)


def withdraw(db: Transaction, replaces: str) -> int:
    """Take back what was not sent yet under this key."""
    return _REPLACE.run(db, key=replaces)


def claim(
    db: Transaction,
    company_now: datetime,
    now: datetime,
    holder: str,
    until: datetime,
    most: int = 20,
) -> list[Letter]:
    """Take up to `most` letters that may go now, the first of each lane, under a lease."""
    query = _CLAIM[db.engine == POSTGRESQL]
    found = query.all(
        db, company_now=company_now, now=now, to_holder=holder, until=until, most=most
    )
    return sorted(found, key=lambda letter: known(letter.id))


def ready(db: Transaction, company_now: datetime, now: datetime) -> bool:
    """Whether there is a letter to claim."""
    return _READY.first(db, company_now=company_now, now=now) is not None


def companions(
    db: Transaction, letter: Letter, company_now: datetime, holder: str, until: datetime
) -> list[Letter]:
    """Take the other letters of the same lane that may be merged with this one."""
    others = _SAME_LANE.all(db, lane=letter.lane, company_now=company_now)
    return [
        other for other in others if _TAKE.run(db, b_id=other.id, to_holder=holder, until=until)
    ]


def get(db: Transaction, letter_id: int) -> Letter | None:
    """The letter with this id."""
    return _BY_ID.first(db, id=letter_id)


def settle(
    db: Transaction,
    letter_id: int,
    holder: str,
    state: str,
    at: datetime,
    *,
    message: str = "",
    reason: str = "",
) -> bool:
    """Record how sending ended; False if the lease was lost meanwhile."""
    done = _SETTLE.run(
        db,
        b_id=letter_id,
        b_holder=holder,
        to_state=state,
        at=at,
        to_message=message,
        to_reason=reason,
    )
    return done == 1


def again(
    db: Transaction, letter_id: int, holder: str, at: datetime, reason: str, *, counts: bool
) -> None:
    """Send it again at `at`; `counts` says whether this was an attempt that failed."""
    _AGAIN.run(
        db,
        b_id=letter_id,
        b_holder=holder,
        at=at,
        to_reason=reason,
        forgiven=0 if counts else 1,
    )


def into_the_open(db: Transaction, letter_id: int) -> None:
    """Its thread is not there: it goes to the chat itself."""
    _INTO_THE_OPEN.run(db, b_id=letter_id)


def expired(db: Transaction, now: datetime, most: int) -> list[Letter]:
    """Up to `most` letters whose sender died between claiming and settling."""
    return _EXPIRED.all(db, now=now, most=most)


def next_expiry(db: Transaction) -> datetime | None:
    """When the next lease of a letter that is being sent, or is to be looked for, runs out."""
    return _NEXT_EXPIRY.first(db)


def orphan(db: Transaction, before: datetime) -> int:
    """Whoever was sending is known to be dead: its leases ended before now."""
    return _ORPHAN.run(db, before=before)


def take_over(db: Transaction, letter_id: int, now: datetime, holder: str, until: datetime) -> bool:
    """Take an expired lease; False when another replica was faster."""
    return _TAKE_OVER.run(db, b_id=letter_id, now=now, to_holder=holder, until=until) == 1


def hold(db: Transaction, letter_id: int, holder: str, until: datetime, *, counts: bool) -> bool:
    """Leave an unclear letter alone until then; False if the lease was lost meanwhile.

    `counts` says whether looking for it was an attempt that failed.
    """
    counted = int(counts)
    return _HOLD.run(db, b_id=letter_id, b_holder=holder, until=until, counted=counted) == 1


def next_at(db: Transaction, company_now: datetime) -> Next:
    """When the next waiting letter may go; one behind another of its lane waits with that one."""
    held = _NEXT_HELD.first(db, company_now=company_now)
    return Next(_NEXT_IN_TURN.first(db, company_now=company_now), held)


def forget(db: Transaction, before: datetime) -> int:
    """Drop settled letters older than this."""
    return _FORGET.run(db, before=before)
