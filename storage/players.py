"""Who can be played in the local chat: each account with who it belongs to, in two queries."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from sqlalchemy import bindparam, select
from sqlmodel import col

from storage.customers import Contact, Customer
from storage.database import Query, Transaction
from storage.people import Account, Membership, Person


class Seat(NamedTuple):
    """An account, and the colleague or the customer's contact whose it is."""

    id: int
    user: str
    name: str
    language: str
    person_id: int | None
    colleague: str | None
    speaks: str | None
    admin: bool | None
    contact: str | None
    firm_short: str | None
    firm: str | None


class Belongs(NamedTuple):
    """A colleague's department."""

    person_id: int
    department: str
    head: bool


_SEATS = (
    select(
        col(Account.id),
        col(Account.user),
        col(Account.name),
        col(Account.language),
        col(Account.person_id),
        col(Person.name),
        col(Person.language),
        col(Person.admin),
        col(Contact.name),
        col(Customer.short),
        col(Customer.name),
    )
    .outerjoin(Person, col(Person.id) == col(Account.person_id))
    .outerjoin(Contact, col(Contact.id) == col(Account.contact_id))
    .outerjoin(Customer, col(Customer.id) == col(Contact.customer_id))
    .where(
        col(Account.platform) == bindparam("platform"),
        col(Account.workspace) == bindparam("workspace"),
    )
)
_EVERY = Query(Seat, _SEATS.order_by(col(Account.id)))
_ONE = Query(Seat, _SEATS.where(col(Account.user) == bindparam("user")))
_BELONG = Query(
    Belongs,
    select(col(Membership.person_id), col(Membership.department), col(Membership.head))
    .join(Account, col(Account.person_id) == col(Membership.person_id))
    .where(
        col(Account.platform) == bindparam("platform"),
        col(Account.workspace) == bindparam("workspace"),
    ),
)


def every(db: Transaction, platform: str, workspace: str) -> list[Seat]:
    """Every account of a workspace, the oldest first."""
    return _EVERY.all(db, platform=platform, workspace=workspace)


def one(db: Transaction, platform: str, workspace: str, user: str) -> Seat | None:
    """One of them."""
    return _ONE.first(db, platform=platform, workspace=workspace, user=user)


def departments(db: Transaction, platform: str, workspace: str) -> Mapping[int, Sequence[Belongs]]:
    """Which departments they belong to, by person."""
    found: dict[int, list[Belongs]] = {}
    for row in _BELONG.all(db, platform=platform, workspace=workspace):
        found.setdefault(row.person_id, []).append(row)
    return found
