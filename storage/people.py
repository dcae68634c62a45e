"""People, their departments, superiors and accounts."""

from datetime import datetime
from typing import NamedTuple

from sqlalchemy import Index, UniqueConstraint, bindparam, case, delete, func, or_, select, update
from sqlmodel import Field, col

from storage import subjects
from storage.columns import key, may_point_at, moment
from storage.connections import POSTGRESQL
from storage.database import Deed, Query, Transaction
from storage.reach import email_key, phone_key
from storage.rows import Row

KIND = "person"


class Person(Row, table=True):
    """Somebody of the company. Empty language and zone mean the company's.

    `home` is the platform on which they want to be told things; empty means where they were last.
    The keys are how phone and e-mail are compared.
    """

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
    phone_key: str = Field(default="", index=True)
    email_key: str = Field(default="", index=True)
    home: str = ""
    created_at: datetime = moment()


class Membership(Row, table=True):
    """A person belongs to a department, perhaps as its head."""

    person_id: int = Field(foreign_key="person.id", primary_key=True)
    department: str = Field(primary_key=True, index=True)
    head: bool = False


class Account(Row, table=True):
    """An identity on a platform: of a person, of a customer's contact, or of nobody yet.

    `phone` and `email` are the keys of those that its platform vouches for. `denied` is whom it was
    asked about and said not to be.
    """

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
    phone: str = ""
    email: str = ""
    denied: str = ""
    used_at: datetime = moment()


_BY_ID = Query(Person, select(Person).where(col(Person.id) == bindparam("id")))
_ACTIVE = Query(Person, select(Person).where(col(Person.active)).order_by(col(Person.id)))
_PAGE = Query(
    Person,
    select(Person)
    .where(col(Person.active), col(Person.id) > bindparam("after"))
    .order_by(col(Person.id))
    .limit(bindparam("most")),
)
_ADMINS = Query(
    Person,
    select(Person).where(col(Person.active), col(Person.admin)).order_by(col(Person.id)),
)
_ADMINS_LOCKED = Query(
    Person,
    select(Person)
    .where(col(Person.active), col(Person.admin))
    .order_by(col(Person.id))
    .with_for_update(),
)
_BY_PHONE = Query(
    Person,
    select(Person)
    .where(col(Person.phone_key) == bindparam("key"), col(Person.active))
    .order_by(col(Person.id)),
)
_BY_EMAIL = Query(
    Person,
    select(Person)
    .where(col(Person.email_key) == bindparam("key"), col(Person.active))
    .order_by(col(Person.id)),
)
_MEMBERSHIPS = Query(
    Membership, select(Membership).where(col(Membership.person_id) == bindparam("person_id"))
)
_MEMBERSHIPS_OF_ALL = Query(Membership, select(Membership))
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
_LINKED = Query(
    Account,
    select(Account)
    .where(
        col(Account.platform) == bindparam("platform"),
        col(Account.workspace) == bindparam("workspace"),
        or_(col(Account.person_id).is_not(None), col(Account.contact_id).is_not(None)),
    )
    .order_by(col(Account.id)),
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
_INTRODUCE = Deed(
    update(Account)
    .where(col(Account.id) == bindparam("b_id"))
    .values(
        name=bindparam("to_name"),
        language=case((col(Account.language) == "", bindparam("to")), else_=col(Account.language)),
    )
)
_ADMIN = Deed(
    update(Person).where(col(Person.id) == bindparam("b_id")).values(admin=bindparam("to"))
)
_ACTIVE_OR_NOT = Deed(
    update(Person).where(col(Person.id) == bindparam("b_id")).values(active=bindparam("to"))
)
_REACH = Deed(
    update(Person)
    .where(col(Person.id) == bindparam("b_id"))
    .values(
        phone=bindparam("to_phone"),
        email=bindparam("to_email"),
        phone_key=bindparam("to_phone_key"),
        email_key=bindparam("to_email_key"),
    )
)
_QUIET = Deed(
    update(Person)
    .where(col(Person.id) == bindparam("b_id"))
    .values(quiet_from=bindparam("begins"), quiet_to=bindparam("ends"))
)
_HOME = Deed(update(Person).where(col(Person.id) == bindparam("b_id")).values(home=bindparam("to")))
_REPORTING = Query(
    Person,
    select(Person)
    .where(col(Person.superior_id) == bindparam("id"), col(Person.active))
    .order_by(col(Person.id)),
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
    return db.recalled.of("person", person_id, ("person",), lambda: _BY_ID.first(db, id=person_id))


def active(db: Transaction) -> list[Person]:
    """Everybody who works here now."""
    return _ACTIVE.all(db)


def page(db: Transaction, after: int, most: int) -> list[Person]:
    """The next who work here after an id."""
    return _PAGE.all(db, after=after, most=most)


def named(db: Transaction) -> list[Named]:
    """Ids and names of everybody who works here now."""
    return _NAMED.all(db)


def count(db: Transaction) -> int:
    """How many people were ever entered."""
    return _COUNT.first(db) or 0


def administrators(db: Transaction) -> list[Person]:
    """Who an empty seat falls to (DESIGN section 5, People)."""
    return _ADMINS.all(db)


def lock_administrators(db: Transaction) -> list[Person]:
    """The same, none of whom can change meanwhile: two may not give it up at the same time."""
    return (_ADMINS_LOCKED if db.engine == POSTGRESQL else _ADMINS).all(db)


def by_phone(db: Transaction, phone: str) -> list[Person]:
    """Those who work here now and have this phone number, however it is written."""
    key_ = phone_key(phone)
    return _BY_PHONE.all(db, key=key_) if key_ else []


def by_email(db: Transaction, email: str) -> list[Person]:
    """Those who work here now and have this e-mail address."""
    key_ = email_key(email)
    return _BY_EMAIL.all(db, key=key_) if key_ else []


def reporting_to(db: Transaction, person_id: int) -> list[Person]:
    """Those who report to a person."""
    return _REPORTING.all(db, id=person_id)


def memberships(db: Transaction, person_id: int) -> list[Membership]:
    """The departments of a person."""
    return _MEMBERSHIPS.all(db, person_id=person_id)


def all_memberships(db: Transaction) -> list[Membership]:
    """The departments of everybody."""
    return _MEMBERSHIPS_OF_ALL.all(db)


def members(db: Transaction, department: str) -> list[Person]:
    """Everybody of a department, its head first."""
    return _MEMBERS.all(db, department=department)


def heads(db: Transaction, department: str) -> list[Person]:
    """The heads of a department."""
    return _HEADS.all(db, department=department)


def add(db: Transaction, person: Person) -> int:
    """Enter a person; they have a card from now on."""
    person.phone_key, person.email_key = phone_key(person.phone), email_key(person.email)
    made = db.add(person)
    subjects.begin(db, KIND, made, person.created_at, None)
    return made


def reach(db: Transaction, person_id: int, *, phone: str, email: str) -> None:
    """Set a person's phone number and e-mail address."""
    _REACH.run(
        db,
        b_id=person_id,
        to_phone=phone,
        to_email=email,
        to_phone_key=phone_key(phone),
        to_email_key=email_key(email),
    )


def set_admin(db: Transaction, person_id: int, *, admin: bool) -> None:
    """Say whether a person administers."""
    _ADMIN.run(db, b_id=person_id, to=admin)


def set_active(db: Transaction, person_id: int, *, active: bool) -> None:
    """Say whether a person works here."""
    _ACTIVE_OR_NOT.run(db, b_id=person_id, to=active)


def set_quiet(db: Transaction, person_id: int, begins: str, ends: str) -> None:
    """Set the hours ("22:00") in which a person is not disturbed; equal ones mean none."""
    _QUIET.run(db, b_id=person_id, begins=begins, ends=ends)


def set_home(db: Transaction, person_id: int, platform: str) -> None:
    """Choose the platform on which a person is told things."""
    _HOME.run(db, b_id=person_id, to=platform)


def place(db: Transaction, person_id: int, departments: dict[str, bool]) -> None:
    """Set a person's departments; the value says whether they head it."""
    _LEAVE_ALL.run(db, person_id=person_id)
    for department, head in departments.items():
        db.put(Membership(person_id=person_id, department=department, head=head))
    db.wakes("menus")


def set_superior(db: Transaction, person_id: int, superior_id: int | None) -> None:
    """Say whom a person reports to."""
    _SUPERIOR.run(db, b_id=person_id, superior=superior_id)


def set_language(db: Transaction, person_id: int, language: str) -> None:
    """Choose a person's language."""
    _LANGUAGE.run(db, b_id=person_id, to=language)
    db.wakes("menus")


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


def linked(db: Transaction, platform: str, workspace: str) -> list[Account]:
    """Every account of a platform that belongs to somebody."""
    return _LINKED.all(db, platform=platform, workspace=workspace)


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
    db.wakes("menus")


def set_account_language(db: Transaction, account_id: int, language: str) -> None:
    """Choose the language of an account that belongs to nobody here."""
    _ACCOUNT_LANGUAGE.run(db, b_id=account_id, to=language)
    db.wakes("menus")


def introduce(db: Transaction, account_id: int, name: str, language: str) -> None:
    """What a platform says of an account; a language that was chosen stays."""
    _INTRODUCE.run(db, b_id=account_id, to_name=name, to=language)
