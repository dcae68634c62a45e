"""People, their departments, superiors and accounts, and the codes by which they join."""

from datetime import datetime
from typing import NamedTuple

from sqlalchemy import Index, UniqueConstraint, bindparam, delete, func, select, update
from sqlmodel import Field, SQLModel, col

from storage.columns import key, may_point_at, maybe_moment, moment
from storage.database import Deed, Query, Transaction


class Person(SQLModel, table=True):
    """Somebody of the company. Empty language and zone mean the company's."""

    id: int | None = key()
    name: str
    superior_id: int | None = may_point_at("person")
    admin: bool = False
    active: bool = True
    language: str = ""
    zone: str = ""
    quiet_from: str = "22:00"
    quiet_to: str = "07:30"
    phone: str = ""
    email: str = ""
    created_at: datetime = moment()


class Membership(SQLModel, table=True):
    """A person belongs to a department, perhaps as its head."""

    person_id: int = Field(foreign_key="person.id", primary_key=True)
    department: str = Field(primary_key=True, index=True)
    head: bool = False


class Account(SQLModel, table=True):
    """An identity on a platform: of a person, of a customer's contact, or of nobody yet."""

    __table_args__ = (
        UniqueConstraint("platform", "workspace", "user"),
        Index("account_chat", "platform", "workspace", "chat"),
    )

    id: int | None = key()
    platform: str
    workspace: str
    user: str
    name: str = ""
    person_id: int | None = may_point_at("person")
    contact_id: int | None = may_point_at("contact")
    chat: str = ""
    language: str = ""
    reachable: bool = True
    used_at: datetime = moment()


class Invitation(SQLModel, table=True):
    """A code that links an account to a person or a contact, kept as a digest only."""

    id: int | None = key()
    digest: str = Field(unique=True)
    person_id: int | None = may_point_at("person")
    contact_id: int | None = may_point_at("contact")
    admin: bool = False
    expires_at: datetime = moment()
    used_at: datetime | None = maybe_moment()


_BY_ID = Query(Person, select(Person).where(col(Person.id) == bindparam("id")))
_ACTIVE = Query(Person, select(Person).where(col(Person.active)).order_by(col(Person.id)))
_ADMINS = Query(
    Person,
    select(Person).where(col(Person.active), col(Person.admin)).order_by(col(Person.id)),
)
_MEMBERSHIPS = Query(
    Membership, select(Membership).where(col(Membership.person_id) == bindparam("person_id"))
)
_MEMBERS = Query(
    Person,
    select(Person)
    .join(Membership, col(Membership.person_id) == col(Person.id))
    .where(col(Membership.department) == bindparam("department"), col(Person.active))
    .order_by(col(Membership.head).desc(), col(Person.id)),
)
_HEADS = Query(
    Person,
    select(Person)
    .join(Membership, col(Membership.person_id) == col(Person.id))
    .where(
        col(Membership.department) == bindparam("department"),
        col(Membership.head),
        col(Person.active),
    )
    .order_by(col(Person.id)),
)
_ACCOUNT = Query(
    Account,
    select(Account).where(
        col(Account.platform) == bindparam("platform"),
        col(Account.workspace) == bindparam("workspace"),
        col(Account.user) == bindparam("user"),
    ),
)
_ACCOUNT_IN = Query(
    Account,
    select(Account)
    .where(
        col(Account.platform) == bindparam("platform"),
        col(Account.workspace) == bindparam("workspace"),
        col(Account.chat) == bindparam("chat"),
    )
    .limit(1),
)
_ACCOUNT_BY_ID = Query(Account, select(Account).where(col(Account.id) == bindparam("id")))
_OF_PERSON = Query(
    Account,
    select(Account)
    .where(col(Account.person_id) == bindparam("id"))
    .order_by(col(Account.reachable).desc(), col(Account.used_at).desc(), col(Account.id)),
)
_OF_CONTACT = Query(
    Account,
    select(Account)
    .where(col(Account.contact_id) == bindparam("id"))
    .order_by(col(Account.reachable).desc(), col(Account.used_at).desc(), col(Account.id)),
)
_USED = Deed(
    update(Account)
    .where(col(Account.id) == bindparam("b_id"))
    .values(used_at=bindparam("at"), chat=bindparam("to_chat"), reachable=True)
)
_UNREACHABLE = Deed(
    update(Account).where(col(Account.id) == bindparam("b_id")).values(reachable=False)
)
_LINK = Deed(
    update(Account)
    .where(col(Account.id) == bindparam("b_id"))
    .values(person_id=bindparam("to_person"), contact_id=bindparam("to_contact"))
)
_INVITATION = Query(
    Invitation, select(Invitation).where(col(Invitation.digest) == bindparam("digest"))
)
_SPENT = Deed(
    update(Invitation)
    .where(col(Invitation.id) == bindparam("b_id"), col(Invitation.used_at).is_(None))
    .values(used_at=bindparam("at"))
)
_LEAVE_ALL = Deed(delete(Membership).where(col(Membership.person_id) == bindparam("person_id")))
_SUPERIOR = Deed(
    update(Person)
    .where(col(Person.id) == bindparam("b_id"))
    .values(superior_id=bindparam("superior"))
)
_LANGUAGE = Deed(
    update(Person).where(col(Person.id) == bindparam("b_id")).values(language=bindparam("to"))
)
_ACCOUNT_LANGUAGE = Deed(
    update(Account).where(col(Account.id) == bindparam("b_id")).values(language=bindparam("to"))
)
_COUNT = Query(int, select(func.count()).select_from(Person))


class Named(NamedTuple):
    """Who matched, by id and name."""

    id: int
    name: str


_NAMED = Query(
    Named,
    select(col(Person.id), col(Person.name)).where(col(Person.active)).order_by(col(Person.id)),
)


def get(db: Transaction, person_id: int) -> Person | None:
    """One person, whether active or not."""
    return _BY_ID.first(db, id=person_id)


def active(db: Transaction) -> list[Person]:
    """Everybody who works here now."""
    return _ACTIVE.all(db)


def named(db: Transaction) -> list[Named]:
    """Ids and names of everybody who works here now."""
    return _NAMED.all(db)


def count(db: Transaction) -> int:
    """How many people were ever entered."""
    return _COUNT.first(db) or 0


def administrators(db: Transaction) -> list[Person]:
    """Who an empty seat falls to (DESIGN section 5, People)."""
    return _ADMINS.all(db)


def memberships(db: Transaction, person_id: int) -> list[Membership]:
    """The departments of a person."""
    return _MEMBERSHIPS.all(db, person_id=person_id)


def members(db: Transaction, department: str) -> list[Person]:
    """Everybody of a department, its head first."""
    return _MEMBERS.all(db, department=department)


def heads(db: Transaction, department: str) -> list[Person]:
    """The heads of a department."""
    return _HEADS.all(db, department=department)


def add(db: Transaction, person: Person) -> int:
    """Enter a person."""
    return db.add(person)


def place(db: Transaction, person_id: int, departments: dict[str, bool]) -> None:
    """Set a person's departments; the value says whether they head it."""
    _LEAVE_ALL.run(db, person_id=person_id)
    for department, head in departments.items():
        db.put(Membership(person_id=person_id, department=department, head=head))


def set_superior(db: Transaction, person_id: int, superior_id: int | None) -> None:
    """Say whom a person reports to."""
    _SUPERIOR.run(db, b_id=person_id, superior=superior_id)


def set_language(db: Transaction, person_id: int, language: str) -> None:
    """Choose a person's language."""
    _LANGUAGE.run(db, b_id=person_id, to=language)


# --- accounts -------------------------------------------------------------------------------------


def account(db: Transaction, platform: str, workspace: str, user: str) -> Account | None:
    """The account with this identity."""
    return _ACCOUNT.first(db, platform=platform, workspace=workspace, user=user)


def account_in(db: Transaction, platform: str, workspace: str, chat: str) -> Account | None:
    """The account whose direct chat this is."""
    return _ACCOUNT_IN.first(db, platform=platform, workspace=workspace, chat=chat)


def account_by_id(db: Transaction, account_id: int) -> Account | None:
    """The account with this id."""
    return _ACCOUNT_BY_ID.first(db, id=account_id)


def accounts_of(db: Transaction, person_id: int) -> list[Account]:
    """A person's accounts: the reachable ones first, the last used first."""
    return _OF_PERSON.all(db, id=person_id)


def accounts_of_contact(db: Transaction, contact_id: int) -> list[Account]:
    """A contact's accounts in the same order."""
    return _OF_CONTACT.all(db, id=contact_id)


def add_account(db: Transaction, row: Account) -> int:
    """Remember an identity seen for the first time."""
    return db.add(row)


def use_account(db: Transaction, account_id: int, at: datetime, chat: str) -> None:
    """An account was just used, and can be reached in this direct chat."""
    _USED.run(db, b_id=account_id, at=at, to_chat=chat)


def lose_account(db: Transaction, account_id: int) -> None:
    """An account refused a message for good."""
    _UNREACHABLE.run(db, b_id=account_id)


def link_account(
    db: Transaction, account_id: int, person_id: int | None, contact_id: int | None
) -> None:
    """Say whose an account is."""
    _LINK.run(db, b_id=account_id, to_person=person_id, to_contact=contact_id)


def set_account_language(db: Transaction, account_id: int, language: str) -> None:
    """Choose the language of an account that belongs to nobody here."""
    _ACCOUNT_LANGUAGE.run(db, b_id=account_id, to=language)


# --- invitations ----------------------------------------------------------------------------------


def invite(db: Transaction, invitation: Invitation) -> int:
    """Keep an invitation's digest."""
    return db.add(invitation)


def invitation(db: Transaction, digest: str) -> Invitation | None:
    """The invitation whose code has this digest."""
    return _INVITATION.first(db, digest=digest)


def spend(db: Transaction, invitation_id: int, at: datetime) -> bool:
    """Use an invitation up; False when somebody was faster."""
    return _SPENT.run(db, b_id=invitation_id, at=at) == 1
