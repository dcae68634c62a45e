"""Topics: a subject's own thread in a chat that has such, at most one; declared before it is made.

A platform that makes a topic can't be asked for it afterwards. A row that is still `making` when
somebody looks at it again means that the answer was lost: it becomes an orphan, for staff to see.
"""

from datetime import datetime

from sqlalchemy import Index, UniqueConstraint, and_, bindparam, delete, exists, or_, select, update
from sqlmodel import col

from storage.columns import key, maybe_moment, moment, one_of
from storage.database import Deed, Query, Transaction
from storage.rows import Row
from storage.subjects import Subject

MAKING, OPEN, CLOSED, ORPHAN, GONE = "making", "open", "closed", "orphan", "gone"


class Topic(Row, table=True):
    """`seen` is the subject's version at which it was last looked at."""

    __table_args__ = (
        UniqueConstraint("platform", "workspace", "chat", "kind", "subject_id"),
        Index("topic_subject", "kind", "subject_id"),
    )

    id: int | None = key()
    platform: str
    workspace: str
    chat: str
    kind: str
    subject_id: int
    title: str
    thread: str = ""
    state: str = MAKING
    seen: int = 0
    begun_at: datetime = moment()
    next_at: datetime | None = maybe_moment()
    attempts: int = 0


_OF = Query(
    Topic,
    select(Topic).where(
        col(Topic.platform) == bindparam("platform"),
        col(Topic.workspace) == bindparam("workspace"),
        col(Topic.chat) == bindparam("chat"),
        col(Topic.kind) == bindparam("kind"),
        col(Topic.subject_id) == bindparam("id"),
    ),
)
_AT = Query(
    Topic,
    select(Topic)
    .where(
        col(Topic.platform) == bindparam("platform"),
        col(Topic.workspace) == bindparam("workspace"),
        col(Topic.chat) == bindparam("chat"),
        col(Topic.thread) == bindparam("thread"),
    )
    .limit(1),
)
_OPENED = Deed(
    update(Topic)
    .where(col(Topic.id) == bindparam("b_id"))
    .values(thread=bindparam("to_thread"), state=OPEN)
)
_LOOKED_AT_NEXT = Deed(
    update(Subject)
    .where(
        exists().where(
            col(Topic.id) == bindparam("b_id"),
            col(Topic.kind) == col(Subject.kind),
            col(Topic.subject_id) == col(Subject.id),
        )
    )
    .values(changed=True)
)
_BECOME = Deed(
    update(Topic).where(col(Topic.id) == bindparam("b_id")).values(state=bindparam("to_state"))
)
_WITHDRAW = Deed(delete(Topic).where(col(Topic.id) == bindparam("b_id")))
_BEHIND = Query(
    Topic,
    select(Topic)
    .join(
        Subject,
        and_(col(Subject.kind) == col(Topic.kind), col(Subject.id) == col(Topic.subject_id)),
    )
    .where(
        col(Subject.changed),
        one_of(col(Topic.state), OPEN, CLOSED),
        col(Topic.seen) < col(Subject.version),
        or_(col(Topic.next_at).is_(None), col(Topic.next_at) <= bindparam("now")),
    )
    .order_by(col(Topic.id))
    .limit(bindparam("most")),
)
_HOLD = Deed(
    update(Topic)
    .where(
        col(Topic.id) == bindparam("b_id"),
        or_(col(Topic.next_at).is_(None), col(Topic.next_at) <= bindparam("now")),
    )
    .values(next_at=bindparam("until"))
)
_SEEN = Deed(
    update(Topic)
    .where(col(Topic.id) == bindparam("b_id"))
    .values(seen=bindparam("version"), state=bindparam("to_state"), next_at=None, attempts=0)
)
_LATER = Deed(
    update(Topic)
    .where(col(Topic.id) == bindparam("b_id"))
    .values(next_at=bindparam("at"), attempts=col(Topic.attempts) + 1)
)


def of(
    db: Transaction, platform: str, workspace: str, chat: str, kind: str, id_: int
) -> Topic | None:
    """A subject's topic in a chat."""
    return _OF.first(db, platform=platform, workspace=workspace, chat=chat, kind=kind, id=id_)


def at(db: Transaction, platform: str, workspace: str, chat: str, thread: str) -> Topic | None:
    """Whose topic this thread is."""
    return _AT.first(db, platform=platform, workspace=workspace, chat=chat, thread=thread)


def declare(db: Transaction, topic: Topic) -> int:
    """One is about to be made."""
    return db.add(topic)


def opened(db: Transaction, topic_id: int, thread: str) -> None:
    """It was made, and this is its thread."""
    _OPENED.run(db, b_id=topic_id, to_thread=thread)
    _LOOKED_AT_NEXT.run(db, b_id=topic_id)


def withdraw(db: Transaction, topic_id: int) -> None:
    """It surely was not made."""
    _WITHDRAW.run(db, b_id=topic_id)


def become(db: Transaction, topic_id: int, state: str) -> None:
    """It is an orphan, or gone."""
    _BECOME.run(db, b_id=topic_id, to_state=state)


def behind(db: Transaction, now: datetime, until: datetime, most: int = 50) -> list[Topic]:
    """Take topics whose subjects have changed since they were looked at; held until `until`."""
    found = _BEHIND.all(db, now=now, most=most)
    return [t for t in found if _HOLD.run(db, b_id=t.id, now=now, until=until)]


def any_behind(db: Transaction, now: datetime) -> bool:
    """Whether a topic's subject has changed since it was looked at."""
    return _BEHIND.first(db, now=now, most=1) is not None


def seen(db: Transaction, topic_id: int, version: int, state: str) -> None:
    """At this version it is open, or closed."""
    _SEEN.run(db, b_id=topic_id, version=version, to_state=state)


def later(db: Transaction, topic_id: int, at: datetime) -> None:
    """Look at it again not before `at`."""
    _LATER.run(db, b_id=topic_id, at=at)
