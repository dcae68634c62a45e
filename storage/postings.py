"""Where a subject's cards have been posted, and which version each of them shows."""

from datetime import datetime

from sqlalchemy import (
    Index,
    UniqueConstraint,
    and_,
    bindparam,
    delete,
    exists,
    func,
    or_,
    select,
    update,
)
from sqlmodel import col

from storage import subjects
from storage.columns import key, may_point_at, maybe_moment, moment
from storage.database import Deed, Query, Transaction
from storage.rows import Row
from storage.subjects import Subject

# The number of a message that stayed behind when its chat moved.
LEFT_BEHIND = "left behind:"


class Posting(Row, table=True):
    """A posted message about a subject; if it `follows`, it is redrawn when the subject changes.

    `for_id` is whose deputy got it.
    """

    __table_args__ = (
        UniqueConstraint("platform", "workspace", "chat", "message"),
        Index("posting_subject", "kind", "subject_id"),
    )

    id: int | None = key()
    platform: str
    workspace: str
    chat: str
    thread: str = ""
    message: str
    kind: str
    subject_id: int
    view: str = ""
    person_id: int | None = may_point_at("person", index=False)
    contact_id: int | None = may_point_at("contact", index=False)
    for_id: int | None = may_point_at("person", index=False)
    follows: bool = True
    drawn: int = 1
    look: str = ""
    posted_at: datetime = moment()
    next_at: datetime | None = maybe_moment()
    attempts: int = 0


_AT = Query(
    Posting,
    select(Posting).where(
        col(Posting.platform) == bindparam("platform"),
        col(Posting.workspace) == bindparam("workspace"),
        col(Posting.chat) == bindparam("chat"),
        col(Posting.message) == bindparam("message"),
    ),
)
_IN_THREAD = Query(
    Posting,
    select(Posting)
    .where(
        col(Posting.platform) == bindparam("platform"),
        col(Posting.workspace) == bindparam("workspace"),
        col(Posting.chat) == bindparam("chat"),
        col(Posting.thread) == bindparam("thread"),
        col(Posting.thread) != "",
    )
    .order_by(col(Posting.id))
    .limit(1),
)
_LAST_IN = Query(
    Posting,
    select(Posting)
    .where(
        col(Posting.platform) == bindparam("platform"),
        col(Posting.workspace) == bindparam("workspace"),
        col(Posting.chat) == bindparam("chat"),
    )
    .order_by(col(Posting.id).desc())
    .limit(1),
)
_OF = Query(
    Posting,
    select(Posting)
    .where(col(Posting.kind) == bindparam("kind"), col(Posting.subject_id) == bindparam("id"))
    .order_by(col(Posting.id)),
)
_BEHIND = Query(
    Posting,
    select(Posting)
    .join(
        Subject,
        and_(
            col(Subject.kind) == col(Posting.kind),
            col(Subject.id) == col(Posting.subject_id),
        ),
    )
    .where(
        col(Subject.changed),
        col(Posting.follows),
        col(Posting.drawn) < col(Subject.version),
        or_(col(Posting.next_at).is_(None), col(Posting.next_at) <= bindparam("now")),
    )
    .order_by(col(Posting.id))
    .limit(bindparam("most")),
)
_NEXT = Query(
    lambda at: at,
    select(func.min(col(Posting.next_at)))
    .join(
        Subject,
        and_(
            col(Subject.kind) == col(Posting.kind),
            col(Subject.id) == col(Posting.subject_id),
        ),
    )
    .where(
        col(Subject.changed),
        col(Posting.follows),
        col(Posting.drawn) < col(Subject.version),
    ),
)
_HOLD = Deed(
    update(Posting)
    .where(
        col(Posting.id) == bindparam("b_id"),
        or_(col(Posting.next_at).is_(None), col(Posting.next_at) <= bindparam("now")),
    )
    .values(next_at=bindparam("until"))
)
_DRAWN = Deed(
    update(Posting)
    .where(col(Posting.id) == bindparam("b_id"), col(Posting.drawn) < bindparam("version"))
    .values(drawn=bindparam("version"), look=bindparam("to_look"), next_at=None, attempts=0)
)
_LATER = Deed(
    update(Posting)
    .where(col(Posting.id) == bindparam("b_id"))
    .values(next_at=bindparam("at"), attempts=col(Posting.attempts) + 1)
)
_STOP = Deed(update(Posting).where(col(Posting.id) == bindparam("b_id")).values(follows=False))
_CUT = Deed(
    update(Posting)
    .where(
        col(Posting.platform) == bindparam("b_platform"),
        col(Posting.workspace) == bindparam("b_workspace"),
        col(Posting.chat) == bindparam("b_chat"),
        col(Posting.follows),
    )
    .values(drawn=0, next_at=None)
)
_THERE = Deed(
    update(Subject)
    .where(
        exists().where(
            col(Posting.kind) == col(Subject.kind),
            col(Posting.subject_id) == col(Subject.id),
            col(Posting.platform) == bindparam("b_platform"),
            col(Posting.workspace) == bindparam("b_workspace"),
            col(Posting.chat) == bindparam("b_chat"),
            col(Posting.follows),
        )
    )
    .values(changed=True)
)
_STOP_FOR = Deed(
    update(Posting)
    .where(col(Posting.person_id) == bindparam("b_person"), col(Posting.follows))
    .values(follows=False)
)
_FORGET = Deed(delete(Posting).where(col(Posting.posted_at) < bindparam("before")))


def add(db: Transaction, posting: Posting) -> int:
    """A card was posted."""
    if posting.follows:
        subjects.drawn_at(db, posting.kind, posting.subject_id, posting.drawn)
    return db.add(posting)


def at(db: Transaction, platform: str, workspace: str, chat: str, message: str) -> Posting | None:
    """The posting that is this message."""
    return _AT.first(db, platform=platform, workspace=workspace, chat=chat, message=message)


def in_thread(
    db: Transaction, platform: str, workspace: str, chat: str, thread: str
) -> Posting | None:
    """The first posting made within this thread."""
    return _IN_THREAD.first(db, platform=platform, workspace=workspace, chat=chat, thread=thread)


def last_in(db: Transaction, platform: str, workspace: str, chat: str) -> Posting | None:
    """The newest posting in a chat."""
    return _LAST_IN.first(db, platform=platform, workspace=workspace, chat=chat)


def of(db: Transaction, kind: str, id_: int) -> list[Posting]:
    """Every posting of a subject."""
    return _OF.all(db, kind=kind, id=id_)


def behind(db: Transaction, now: datetime, until: datetime, most: int = 50) -> list[Posting]:
    """Take postings that show an older version than their subject has; held until `until`."""
    found = _BEHIND.all(db, now=now, most=most)
    return [p for p in found if _HOLD.run(db, b_id=p.id, now=now, until=until)]


def any_behind(db: Transaction, now: datetime) -> bool:
    """Whether a posting shows an older version than its subject has."""
    return _BEHIND.first(db, now=now, most=1) is not None


def next_at(db: Transaction) -> datetime | None:
    """When the next redraw that was put off may be tried; None when none was."""
    found: datetime | None = _NEXT.first(db)
    return found


def drawn(db: Transaction, posting_id: int, version: int, look: str) -> None:
    """A posting shows this version now, and looks so."""
    _DRAWN.run(db, b_id=posting_id, version=version, to_look=look)


def later(db: Transaction, posting_id: int, at: datetime) -> None:
    """Redraw it again not before `at`."""
    _LATER.run(db, b_id=posting_id, at=at)


def redraw_in(db: Transaction, platform: str, workspace: str, chat: str) -> int:
    """Whoever reads a chat has changed: every card in it is drawn anew."""
    db.wakes("letters")
    _THERE.run(db, b_platform=platform, b_workspace=workspace, b_chat=chat)
    return _CUT.run(db, b_platform=platform, b_workspace=workspace, b_chat=chat)


def stop(db: Transaction, posting_id: int) -> None:
    """The message is gone or can't be edited: do not redraw it any more."""
    _STOP.run(db, b_id=posting_id)


def stop_for(db: Transaction, person_id: int) -> None:
    """What hangs in a person's direct chats is not redrawn any more: they have left."""
    _STOP_FOR.run(db, b_person=person_id)


def forget(db: Transaction, before: datetime) -> int:
    """Drop postings older than this."""
    return _FORGET.run(db, before=before)
