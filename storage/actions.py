"""Actions: what was agreed at a meeting, who does it, and by which day (clause 3.1.1b)."""

from datetime import date, datetime

from sqlalchemy import Index, bindparam, select, text, update
from sqlmodel import col

from storage.columns import key, may_point_at, maybe_moment, moment, points_at, words
from storage.database import Deed, Query, Transaction
from storage.rows import Row

KIND = "action"
OPEN, DONE, EXCUSED = "open", "done", "excused"


class Action(Row, table=True):
    """One action. `how` says how it was done, or why it need not be."""

    __table_args__ = (
        Index(
            "action_open",
            "owner_id",
            sqlite_where=text("state = 'open'"),
            postgresql_where=text("state = 'open'"),
        ),
    )

    id: int | None = key()
    meeting_id: int = points_at("meeting")
    text: str = words()
    owner_id: int | None = may_point_at("person", index=False)
    by_day: date
    state: str = OPEN
    how: str = words()
    created_by_id: int | None = may_point_at("person", index=False)
    created_at: datetime = moment()
    ended_at: datetime | None = maybe_moment()


_BY_ID = Query(Action, select(Action).where(col(Action.id) == bindparam("id")))
_ON = Query(
    Action,
    select(Action)
    .where(col(Action.meeting_id) == bindparam("meeting_id"))
    .order_by(col(Action.by_day), col(Action.id)),
)
_ELSEWHERE = Query(
    Action,
    select(Action)
    .where(col(Action.state) == OPEN, col(Action.meeting_id) != bindparam("meeting_id"))
    .order_by(col(Action.by_day), col(Action.id))
    .limit(bindparam("most")),
)
_OPEN_OF = Query(
    int,
    select(col(Action.id))
    .where(col(Action.owner_id) == bindparam("owner_id"), col(Action.state) == OPEN)
    .order_by(col(Action.by_day), col(Action.id)),
)
_NEXT = Query(
    Action,
    select(Action)
    .where(col(Action.state) == OPEN)
    .order_by(col(Action.by_day), col(Action.id))
    .limit(bindparam("most")),
)
_SAVE = Deed(
    update(Action)
    .where(col(Action.id) == bindparam("b_id"))
    .values(
        owner_id=bindparam("to_owner"),
        by_day=bindparam("to_day"),
        state=bindparam("to_state"),
        how=bindparam("to_how"),
        ended_at=bindparam("to_ended"),
    )
)


def add(db: Transaction, action: Action) -> int:
    """Something was agreed."""
    return db.add(action)


def get(db: Transaction, action_id: int) -> Action | None:
    """One action."""
    return _BY_ID.first(db, id=action_id)


def on(db: Transaction, meeting_id: int) -> list[Action]:
    """What was agreed at a meeting, the earliest day first."""
    return _ON.all(db, meeting_id=meeting_id)


def open_elsewhere(db: Transaction, meeting_id: int, most: int = 20) -> list[Action]:
    """What other meetings left open, the earliest day first."""
    return _ELSEWHERE.all(db, meeting_id=meeting_id, most=most)


def open_of(db: Transaction, owner_id: int) -> list[int]:
    """The ids of what somebody has yet to do."""
    return _OPEN_OF.all(db, owner_id=owner_id)


def open_ones(db: Transaction, most: int = 20) -> list[Action]:
    """What is still to be done, the earliest day first."""
    return _NEXT.all(db, most=most)


def save(db: Transaction, action: Action) -> None:
    """Keep what may change of an action as it is now."""
    _SAVE.run(
        db,
        b_id=action.id,
        to_owner=action.owner_id,
        to_day=action.by_day,
        to_state=action.state,
        to_how=action.how,
        to_ended=action.ended_at,
    )
