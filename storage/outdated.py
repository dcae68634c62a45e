"""Subjects that have changed, and what shows them still as they were.

A change marks its subject; the mark stays until every card that follows the subject, and every
topic of it, has caught up. So what is behind is found among the few that are marked.
"""

from sqlalchemy import and_, exists, select, tuple_, update
from sqlmodel import col

from storage.columns import one_of
from storage.connections import POSTGRESQL
from storage.database import Deed, Query, Transaction
from storage.postings import Posting
from storage.subjects import Subject
from storage.topics import CLOSED, OPEN, Topic

_SHOWN_AS_IT_WAS = exists().where(
    col(Posting.kind) == col(Subject.kind),
    col(Posting.subject_id) == col(Subject.id),
    col(Posting.follows),
    col(Posting.drawn) < col(Subject.version),
)
_TOPIC_AS_IT_WAS = exists().where(
    col(Topic.kind) == col(Subject.kind),
    col(Topic.subject_id) == col(Subject.id),
    one_of(col(Topic.state), OPEN, CLOSED),
    col(Topic.seen) < col(Subject.version),
)
_CAUGHT_UP = (
    select(col(Subject.kind), col(Subject.id))
    .where(and_(col(Subject.changed), ~_SHOWN_AS_IT_WAS, ~_TOPIC_AS_IT_WAS))
    .order_by(col(Subject.kind), col(Subject.id))
    .limit(100)
)
_ANY = Query(lambda kind, _id: kind, _CAUGHT_UP.limit(1))


def _settle(*, skip_locked: bool) -> Deed:
    # One that is being changed at this moment is marked anew anyway.
    found = _CAUGHT_UP.with_for_update(skip_locked=True) if skip_locked else _CAUGHT_UP
    these = tuple_(col(Subject.kind), col(Subject.id)).in_(found)
    return Deed(update(Subject).where(these).values(changed=False))


_SETTLE = {True: _settle(skip_locked=True), False: _settle(skip_locked=False)}


def any_settled(db: Transaction) -> bool:
    """Whether a marked subject is shown everywhere as it is."""
    return _ANY.first(db) is not None


def settle(db: Transaction) -> int:
    """Take the mark off subjects that are shown everywhere as they are; give how many."""
    return _SETTLE[db.engine == POSTGRESQL].run(db)
