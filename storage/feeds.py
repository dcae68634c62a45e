"""Calendar feeds: the secret link under which a person's phone reads what is theirs to do."""

from datetime import datetime

from sqlalchemy import bindparam, select, update
from sqlmodel import Field, col

from storage.columns import key, moment, words
from storage.database import Deed, Query, Transaction
from storage.rows import Row


class Feed(Row, table=True):
    """The one link of a person, or none while there is no `digest`.

    Whoever comes is found by the digest of the link's secret; the secret itself is kept `sealed`,
    only so that it can be shown to its owner again.
    """

    id: int | None = key()
    person_id: int = Field(foreign_key="person.id", unique=True)
    digest: str | None = Field(default=None, unique=True)
    sealed: str = words()
    changed_at: datetime = moment()


_BY_ID = Query(Feed, select(Feed).where(col(Feed.id) == bindparam("id")))
_OF = Query(Feed, select(Feed).where(col(Feed.person_id) == bindparam("person_id")))
_FIND = Query(Feed, select(Feed).where(col(Feed.digest) == bindparam("digest")))
_CHANGE = Deed(
    update(Feed)
    .where(col(Feed.id) == bindparam("b_id"))
    .values(
        digest=bindparam("to_digest"), sealed=bindparam("to_sealed"), changed_at=bindparam("at")
    )
)


def add(db: Transaction, feed: Feed) -> int:
    """A person has a link for the first time."""
    return db.add(feed)


def get(db: Transaction, feed_id: int) -> Feed | None:
    """One of them."""
    return _BY_ID.first(db, id=feed_id)


def of(db: Transaction, person_id: int) -> Feed | None:
    """A person's, whether its link still opens or not."""
    return _OF.first(db, person_id=person_id)


def find(db: Transaction, digest: str) -> Feed | None:
    """The one whose link's secret has this digest."""
    return _FIND.first(db, digest=digest)


def renew(db: Transaction, feed_id: int, digest: str, sealed: str, at: datetime) -> None:
    """Another link opens it from now on, and the one before does not."""
    _CHANGE.run(db, b_id=feed_id, to_digest=digest, to_sealed=sealed, at=at)


def end(db: Transaction, feed_id: int, at: datetime) -> None:
    """No link opens it any more."""
    _CHANGE.run(db, b_id=feed_id, to_digest=None, to_sealed="", at=at)
