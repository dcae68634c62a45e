"""Customers, the names people use for them, their contacts, and who looks after them since when."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import NamedTuple

from sqlalchemy import Index, bindparam, func, or_, select, text, update
from sqlmodel import Field, col

from storage.batches import Among
from storage.columns import key, may_point_at, maybe_moment, moment, points_at, words
from storage.database import Deed, Query, Transaction
from storage.reach import email_key, phone_key
from storage.rows import Row

EXISTING = "existing"


class Customer(Row, table=True):
    """An upstream customer: a supplier that we buy from and care for. People call it `short`.

    `source` says where its file came from: EXISTING ones were customers before this began.
    """

    id: int | None = key()
    name: str
    short: str = ""
    created_at: datetime = moment()
    source: str = ""
    registration: str = Field(default="", index=True)
    note: str = words()


class CustomerName(Row, table=True):
    """A name that finds a customer; `key` is how names are compared."""

    __tablename__ = "customer_name"

    id: int | None = key()
    customer_id: int = points_at("customer")
    name: str
    key: str = Field(index=True)


class Stewardship(Row, table=True):
    """Who owned a customer and how important it was, in a span of time; the open one has no end."""

    __table_args__ = (
        Index("stewardship_owner", "owner_id", "until"),
        # The important ones of today, in order: few among many.
        Index(
            "stewardship_important",
            "customer_id",
            sqlite_where=text("important AND until IS NULL"),
            postgresql_where=text("important AND until IS NULL"),
        ),
    )

    id: int | None = key()
    customer_id: int = points_at("customer")
    owner_id: int | None = may_point_at("person", index=False)
    important: bool = False
    since: datetime = moment()
    until: datetime | None = maybe_moment()


class Contact(Row, table=True):
    """A person at a customer. The keys are how phone and e-mail are compared."""

    id: int | None = key()
    customer_id: int = points_at("customer")
    name: str
    title: str = ""
    phone: str = ""
    email: str = ""
    phone_key: str = Field(default="", index=True)
    email_key: str = Field(default="", index=True)
    note: str = words()
    created_at: datetime = moment()
    left_on: date | None = None


class Named(NamedTuple):
    """A customer found by one of its names."""

    id: int
    name: str


_BY_ID = Query(Customer, select(Customer).where(col(Customer.id) == bindparam("id")))
_REGISTERED = Query(
    Customer, select(Customer).where(col(Customer.registration) == bindparam("number"))
)
_RENAME = Deed(
    update(Customer).where(col(Customer.id) == bindparam("b_id")).values(short=bindparam("to"))
)
_DESCRIBE = Deed(
    update(Customer)
    .where(col(Customer.id) == bindparam("b_id"))
    .values(registration=bindparam("to_registration"), note=bindparam("to_note"))
)
_BY_KEY = Query(
    Named,
    select(col(CustomerName.customer_id), col(CustomerName.name))
    .where(col(CustomerName.key) == bindparam("key"))
    .order_by(col(CustomerName.customer_id))
    .limit(20),
)
_NAMES = Query(
    CustomerName,
    select(CustomerName)
    .where(col(CustomerName.customer_id) == bindparam("id"))
    .order_by(col(CustomerName.id)),
)
_NOW = Query(
    Stewardship,
    select(Stewardship).where(
        col(Stewardship.customer_id) == bindparam("customer_id"),
        col(Stewardship.until).is_(None),
    ),
)
_AT = Query(
    Stewardship,
    select(Stewardship).where(
        col(Stewardship.customer_id) == bindparam("customer_id"),
        col(Stewardship.since) <= bindparam("at"),
        or_(col(Stewardship.until).is_(None), col(Stewardship.until) > bindparam("at")),
    ),
)
_END = Deed(
    update(Stewardship)
    .where(
        col(Stewardship.customer_id) == bindparam("b_customer"),
        col(Stewardship.until).is_(None),
    )
    .values(until=bindparam("at"))
)
_IMPORTANT_OF = Query(
    Customer,
    select(Customer)
    .join(Stewardship, col(Stewardship.customer_id) == col(Customer.id))
    .where(
        col(Stewardship.owner_id) == bindparam("owner_id"),
        col(Stewardship.important),
        col(Stewardship.until).is_(None),
    )
    .order_by(col(Customer.id)),
)
_IMPORTANT = Query(
    Stewardship,
    select(Stewardship)
    .where(
        col(Stewardship.important),
        col(Stewardship.until).is_(None),
        col(Stewardship.customer_id) > bindparam("after"),
    )
    .order_by(col(Stewardship.customer_id))
    .limit(bindparam("most")),
)
_HELD = Query(
    Stewardship,
    select(Stewardship).where(
        Among(col(Stewardship.customer_id), "ids"), col(Stewardship.until).is_(None)
    ),
)
_HELD_AFTER = Query(
    Stewardship,
    select(Stewardship)
    .where(col(Stewardship.customer_id) > bindparam("after"), col(Stewardship.until).is_(None))
    .order_by(col(Stewardship.customer_id))
    .limit(bindparam("most")),
)
_OWNED_BY = Query(
    Customer,
    select(Customer)
    .join(Stewardship, col(Stewardship.customer_id) == col(Customer.id))
    .where(
        col(Stewardship.owner_id) == bindparam("owner_id"),
        col(Stewardship.until).is_(None),
    )
    .order_by(col(Customer.id))
    .limit(bindparam("most")),
)
_RECENT = Query(
    Customer, select(Customer).order_by(col(Customer.id).desc()).limit(bindparam("most"))
)
_CONTACTS = Query(
    Contact,
    select(Contact)
    .where(col(Contact.customer_id) == bindparam("customer_id"))
    .order_by(col(Contact.id)),
)
_CONTACTS_AT = Query(
    Contact,
    select(Contact).where(Among(col(Contact.customer_id), "ids")).order_by(col(Contact.id)),
)
_CONTACT = Query(Contact, select(Contact).where(col(Contact.id) == bindparam("id")))
_CONTACTS_BY_PHONE = Query(
    Contact,
    select(Contact).where(col(Contact.phone_key) == bindparam("key")).order_by(col(Contact.id)),
)
_CONTACTS_BY_EMAIL = Query(
    Contact,
    select(Contact).where(col(Contact.email_key) == bindparam("key")).order_by(col(Contact.id)),
)
_ALL_OWNED_BY = Query(
    int,
    select(col(Stewardship.customer_id))
    .where(col(Stewardship.owner_id) == bindparam("owner_id"), col(Stewardship.until).is_(None))
    .order_by(col(Stewardship.customer_id)),
)
_LEAVE = Deed(
    update(Contact).where(col(Contact.id) == bindparam("b_id")).values(left_on=bindparam("day"))
)
_COUNT = Query(int, select(func.count()).select_from(Customer))


def add(db: Transaction, customer: Customer) -> int:
    """Open a customer's file; names are added beside it by `lookup`."""
    return db.add(customer)


def get(db: Transaction, customer_id: int) -> Customer | None:
    """One customer."""
    return db.recalled.of(
        "customer", customer_id, ("customer",), lambda: _BY_ID.first(db, id=customer_id)
    )


def call(db: Transaction, customer_id: int, short: str) -> None:
    """Set what people call a customer."""
    _RENAME.run(db, b_id=customer_id, to=short)


def registered(db: Transaction, number: str) -> list[Customer]:
    """The customers with this registration number."""
    return _REGISTERED.all(db, number=number)


def describe(db: Transaction, customer_id: int, registration: str, note: str) -> None:
    """Set a customer's registration number and what is noted of it."""
    _DESCRIBE.run(db, b_id=customer_id, to_registration=registration, to_note=note)


def count(db: Transaction) -> int:
    """How many customers there are."""
    return _COUNT.first(db) or 0


def recent(db: Transaction, most: int = 10) -> list[Customer]:
    """The newest customers."""
    return _RECENT.all(db, most=most)


def names(db: Transaction, customer_id: int) -> list[CustomerName]:
    """Every name of a customer."""
    return _NAMES.all(db, id=customer_id)


def known_as(db: Transaction, key_: str) -> list[Named]:
    """The customers with exactly this name, compared by key."""
    return _BY_KEY.all(db, key=key_)


def steward(
    db: Transaction, customer_id: int, owner_id: int | None, *, important: bool, at: datetime
) -> None:
    """From `at` on, this person owns the customer, and it is or is not important."""
    _END.run(db, b_customer=customer_id, at=at)
    db.add(Stewardship(customer_id=customer_id, owner_id=owner_id, important=important, since=at))


def stewardship(
    db: Transaction, customer_id: int, at: datetime | None = None
) -> Stewardship | None:
    """Who owns a customer and how important it is, now or at a past moment."""
    if at is None:
        return _NOW.first(db, customer_id=customer_id)
    return _AT.first(db, customer_id=customer_id, at=at)


def important_of(db: Transaction, owner_id: int) -> list[Customer]:
    """The important customers that a person owns now (clause 3.1.1a)."""
    return _IMPORTANT_OF.all(db, owner_id=owner_id)


def important(db: Transaction, after: int, most: int) -> list[Stewardship]:
    """The next important customers after an id, with who owns them now (clause 3.1.1a)."""
    return _IMPORTANT.all(db, after=after, most=most)


def stewardships(db: Transaction, ids: Sequence[int]) -> dict[int, Stewardship]:
    """Who owns these customers now, and how important they are."""
    return {one.customer_id: one for one in _HELD.all(db, ids=ids)} if ids else {}


def held_after(db: Transaction, after: int, most: int) -> list[Stewardship]:
    """The next customers after an id, with who owns them now, if anybody does."""
    return _HELD_AFTER.all(db, after=after, most=most)


def owned_by(db: Transaction, owner_id: int, most: int = 20) -> list[Customer]:
    """The customers that a person owns now."""
    return _OWNED_BY.all(db, owner_id=owner_id, most=most)


def all_owned_by(db: Transaction, owner_id: int) -> list[int]:
    """The ids of all customers that a person owns now."""
    return _ALL_OWNED_BY.all(db, owner_id=owner_id)


def add_contact(db: Transaction, contact: Contact) -> int:
    """Add a person at a customer."""
    contact.phone_key, contact.email_key = phone_key(contact.phone), email_key(contact.email)
    return db.add(contact)


def contacts_by_phone(db: Transaction, phone: str) -> list[Contact]:
    """The people at customers who have this phone number, however it is written."""
    key_ = phone_key(phone)
    return _CONTACTS_BY_PHONE.all(db, key=key_) if key_ else []


def contacts_by_email(db: Transaction, email: str) -> list[Contact]:
    """The people at customers who have this e-mail address."""
    key_ = email_key(email)
    return _CONTACTS_BY_EMAIL.all(db, key=key_) if key_ else []


def contacts(db: Transaction, customer_id: int) -> list[Contact]:
    """The people at a customer."""
    return _CONTACTS.all(db, customer_id=customer_id)


def contacts_at(db: Transaction, ids: Sequence[int]) -> list[Contact]:
    """The people at all these customers."""
    return _CONTACTS_AT.all(db, ids=ids) if ids else []


def leave(db: Transaction, contact_id: int, day: date | None) -> None:
    """A person is at this customer no more; None: is there after all."""
    _LEAVE.run(db, b_id=contact_id, day=day)


def contact(db: Transaction, contact_id: int) -> Contact | None:
    """One person at a customer."""
    return _CONTACT.first(db, id=contact_id)
