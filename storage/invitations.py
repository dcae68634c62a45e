"""Invitations: the codes by which people and customers' contacts join."""

from datetime import datetime

from sqlalchemy import bindparam, select, update
from sqlmodel import Field, col

from storage.columns import key, may_point_at, maybe_moment, moment
from storage.database import Deed, Query, Transaction
from storage.rows import Row


class Invitation(Row, table=True):
    """A code that links an account to a person or a contact, kept as a digest only."""

    id: int | None = key()
    digest: str = Field(unique=True)
    person_id: int | None = may_point_at("person")
    contact_id: int | None = may_point_at("contact")
    admin: bool = False
    expires_at: datetime = moment()
    used_at: datetime | None = maybe_moment()


_INVITATION = Query(
    Invitation, select(Invitation).where(col(Invitation.digest) == bindparam("digest"))
)
_SPENT = Deed(
    update(Invitation)
    .where(col(Invitation.id) == bindparam("b_id"), col(Invitation.used_at).is_(None))
    .values(used_at=bindparam("at"))
)


def add(db: Transaction, invitation: Invitation) -> int:
    """Keep an invitation's digest."""
    return db.add(invitation)


def find(db: Transaction, digest: str) -> Invitation | None:
    """The invitation whose code has this digest."""
    return _INVITATION.first(db, digest=digest)


def spend(db: Transaction, invitation_id: int, at: datetime) -> bool:
    """Use an invitation up; False when somebody was faster."""
    return _SPENT.run(db, b_id=invitation_id, at=at) == 1
