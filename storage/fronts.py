"""Front pages: who has opened theirs, how it looked when it was last shown, when it may change."""

from datetime import datetime

from sqlalchemy import and_, bindparam, delete, or_, select, update
from sqlmodel import Field, col

from storage.columns import maybe_moment, moment
from storage.database import Deed, Query, Transaction
from storage.rows import Row


class Front(Row, table=True):
    """An account's front page, beside its direct chat; `wanted` since it was opened."""

    account_id: int = Field(foreign_key="account.id", primary_key=True)
    platform: str
    workspace: str
    user: str
    chat: str
    look: str = ""
    wanted: bool = True
    drawn_at: datetime = moment()
    next_at: datetime | None = maybe_moment()


_OPENED = Deed(
    update(Front)
    .where(col(Front.account_id) == bindparam("b_id"))
    .values(chat=bindparam("to_chat"), wanted=True, next_at=None)
)
_DUE = Query(
    Front,
    select(Front)
    .where(
        or_(col(Front.wanted), col(Front.drawn_at) <= bindparam("changed")),
        or_(col(Front.next_at).is_(None), col(Front.next_at) <= bindparam("now")),
    )
    .order_by(col(Front.wanted).desc(), col(Front.drawn_at))
    .limit(20),
)
_HOLD = Deed(
    update(Front)
    .where(
        and_(
            col(Front.account_id) == bindparam("b_id"),
            or_(col(Front.next_at).is_(None), col(Front.next_at) <= bindparam("now")),
        )
    )
    .values(next_at=bindparam("until"))
)
_DRAWN = Deed(
    update(Front)
    .where(col(Front.account_id) == bindparam("b_id"))
    .values(look=bindparam("to_look"), drawn_at=bindparam("at"), wanted=False)
)
_LATER = Deed(
    update(Front).where(col(Front.account_id) == bindparam("b_id")).values(next_at=bindparam("at"))
)
_FORGET = Deed(delete(Front).where(col(Front.account_id) == bindparam("b_id")))
_OF = Query(Front, select(Front).where(col(Front.account_id) == bindparam("id")))


def opened(db: Transaction, front: Front) -> None:
    """Somebody looks at their front page: it is drawn at once."""
    db.wakes("fronts")
    if not _OPENED.run(db, b_id=front.account_id, to_chat=front.chat):
        db.put(front)


def of(db: Transaction, account_id: int) -> Front | None:
    """An account's front page, if it was ever opened."""
    return _OF.first(db, id=account_id)


def any_due(db: Transaction, now: datetime, changed: datetime) -> bool:
    """Whether there is a page to claim."""
    return _DUE.first(db, now=now, changed=changed) is not None


def claim(db: Transaction, now: datetime, changed: datetime, until: datetime) -> list[Front]:
    """Take pages that were opened, or drawn before `changed`; each is left alone until `until`."""
    found = _DUE.all(db, now=now, changed=changed)
    return [one for one in found if _HOLD.run(db, b_id=one.account_id, now=now, until=until)]


def drawn(db: Transaction, account_id: int, at: datetime, look: str) -> None:
    """A page looks so now."""
    _DRAWN.run(db, b_id=account_id, at=at, to_look=look)


def later(db: Transaction, account_id: int, at: datetime) -> None:
    """Draw it not before `at`."""
    _LATER.run(db, b_id=account_id, at=at)


def forget(db: Transaction, account_id: int) -> None:
    """It can't be shown any more."""
    _FORGET.run(db, b_id=account_id)
