"""Letters that wait while somebody is away: told as one when they are back."""

from datetime import datetime

from sqlalchemy import and_, bindparam, or_, select, update
from sqlmodel import col

from storage.database import Deed, Query, Transaction
from storage.letters import REPLACED, WAITING, Letter

_MEANT_FOR = Query(
    Letter,
    select(Letter)
    .where(
        col(Letter.for_id) == bindparam("person_id"),
        or_(
            col(Letter.created_at) >= bindparam("since"),
            and_(col(Letter.person_id) == col(Letter.for_id), col(Letter.state) == WAITING),
        ),
        col(Letter.state) != REPLACED,
    )
    .order_by(col(Letter.id)),
)
_WITHDRAW_ONE = Deed(
    update(Letter)
    .where(col(Letter.id) == bindparam("b_id"), col(Letter.state) == WAITING)
    .values(state=REPLACED)
)
_WITHHOLD = Deed(
    update(Letter)
    .where(
        col(Letter.person_id) == bindparam("b_person"),
        col(Letter.state) == WAITING,
        col(Letter.chat) == "",
        col(Letter.urgency) != "now",
        col(Letter.not_before) >= bindparam("since"),
        col(Letter.not_before) < bindparam("until"),
    )
    .values(not_before=bindparam("until"), for_id=bindparam("b_person"))
)


def meant_for(db: Transaction, person_id: int, since: datetime) -> list[Letter]:
    """What was meant for somebody away: sent to their deputy, or kept for their return."""
    return _MEANT_FOR.all(db, person_id=person_id, since=since)


def withdraw_one(db: Transaction, letter_id: int) -> bool:
    """Take one letter back that was not sent yet: another says what it says."""
    return _WITHDRAW_ONE.run(db, b_id=letter_id) == 1


def withhold(db: Transaction, person_id: int, since: datetime, until: datetime) -> None:
    """Keep what can wait and would come to somebody in this span until the span ends."""
    _WITHHOLD.run(db, b_person=person_id, since=since, until=until)
