"""Customers' files as a whole, many at a time: what imports write and exports read.

A dossier is plain data: name, short, names (what else it is called), registration, note, owner
(a person's id or None), important, contacts, each a list of name, position, phone and e-mail, and
what else is told of it that anybody of the company may read, by field.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import NamedTuple

from sqlalchemy import bindparam, delete, func, select, update
from sqlmodel import col

from storage import cases, lookup, profiles, readings, subjects, visits
from storage.batches import Among, Plain, add_all, put_all
from storage.customers import EXISTING, Contact, Customer, CustomerName, Stewardship
from storage.database import Deed, Json, Query, Transaction, known
from storage.keyring import is_sealed
from storage.profiles import ProfileEntry
from storage.reach import email_key, phone_key
from storage.rows import Hand
from storage.subjects import Revision, Subject

Dossier = dict[str, Json]
KIND = "customer"
PLAIN = ("name", "short", "registration", "note")
STEWARDSHIP = ("owner", "important")


class Bearer(NamedTuple):
    """A customer that has a name, with its full name; `key` is how names are compared."""

    key: str
    id: int
    full: str

    @property
    def derived(self) -> bool:
        """Whether nobody gave it this name: it was made of the full one."""
        return self.key != readings.bare(self.full) and self.key == readings.bare(
            readings.core(self.full)
        )


class Registered(NamedTuple):
    """A customer with a registration number."""

    number: str
    id: int


_BEARERS = Query(
    Bearer,
    select(col(CustomerName.key), col(Customer.id), col(Customer.name))
    .join(Customer, col(Customer.id) == col(CustomerName.customer_id))
    .where(Among(col(CustomerName.key), "keys"))
    .order_by(col(Customer.id)),
)
_REGISTERED = Query(
    Registered,
    select(col(Customer.registration), col(Customer.id))
    .where(Among(col(Customer.registration), "numbers"))
    .order_by(col(Customer.id)),
)
_CUSTOMERS = Query(
    Customer, select(Customer).where(Among(col(Customer.id), "ids")).order_by(col(Customer.id))
)
_NAMES = Query(
    CustomerName,
    select(CustomerName)
    .where(Among(col(CustomerName.customer_id), "ids"))
    .order_by(col(CustomerName.id)),
)
_STEWARDS = Query(
    Stewardship,
    select(Stewardship).where(
        Among(col(Stewardship.customer_id), "ids"), col(Stewardship.until).is_(None)
    ),
)
_CONTACTS = Query(
    Contact,
    select(Contact).where(Among(col(Contact.customer_id), "ids")).order_by(col(Contact.id)),
)
_AFTER = Query(
    int,
    select(col(Customer.id))
    .where(col(Customer.id) > bindparam("after"))
    .order_by(col(Customer.id))
    .limit(bindparam("most")),
)
_OWNED_AFTER = Query(
    int,
    select(col(Customer.id))
    .join(Stewardship, col(Stewardship.customer_id) == col(Customer.id))
    .where(
        col(Customer.id) > bindparam("after"),
        col(Stewardship.until).is_(None),
        Among(col(Stewardship.owner_id), "owners"),
    )
    .order_by(col(Customer.id))
    .limit(bindparam("most")),
)
_per_customer = (
    select(func.count(col(Contact.id)).label("n")).group_by(col(Contact.customer_id)).subquery()
)
_MOST_CONTACTS = Query(int, select(func.coalesce(func.max(_per_customer.c.n), 0)))
_REWRITE = Deed(
    update(Customer)
    .where(col(Customer.id) == bindparam("b_id"))
    .values({name: bindparam(f"to_{name}") for name in PLAIN})
)
_OLDER = Query(
    Stewardship,
    select(Stewardship)
    .where(
        col(Stewardship.customer_id) == bindparam("customer_id"),
        col(Stewardship.until) == bindparam("until"),
    )
    .order_by(col(Stewardship.id).desc())
    .limit(1),
)
_UNTIL = Deed(
    update(Stewardship)
    .where(col(Stewardship.id) == bindparam("b_id"))
    .values(until=bindparam("to_until"))
)
_DROP_STEWARDSHIP = Deed(delete(Stewardship).where(col(Stewardship.id) == bindparam("b_id")))
_DROP_STEWARDSHIPS = Deed(
    delete(Stewardship).where(col(Stewardship.customer_id) == bindparam("b_id"))
)
_CONTACT = Deed(
    update(Contact)
    .where(col(Contact.id) == bindparam("b_id"))
    .values(
        {
            name: bindparam(f"to_{name}")
            for name in ("title", "phone", "email", "phone_key", "email_key")
        }
    )
)
_DROP_CONTACT = Deed(delete(Contact).where(col(Contact.id) == bindparam("b_id")))
_DROP = Deed(delete(Customer).where(col(Customer.id) == bindparam("b_id")))


# --- finding --------------------------------------------------------------------------------------


def bearers(db: Transaction, keys: Sequence[str]) -> list[Bearer]:
    """The customers that have one of these names, compared by key."""
    return _BEARERS.all(db, keys=keys) if keys else []


def registered(db: Transaction, numbers: Sequence[str]) -> dict[str, int]:
    """The customers with one of these registration numbers."""
    found = _REGISTERED.all(db, numbers=numbers) if numbers else []
    return {row.number: row.id for row in found}


def held(db: Transaction, ids: Sequence[int]) -> dict[int, Dossier]:
    """The dossiers of these customers."""
    if not ids:
        return {}
    found: dict[int, Dossier] = {}
    for customer in _CUSTOMERS.all(db, ids=ids):
        plain = {name: getattr(customer, name) for name in PLAIN}
        found[known(customer.id)] = {
            **plain,
            "names": [],
            "owner": None,
            "important": False,
            "contacts": [],
            "told": {},
        }
    for named in _NAMES.all(db, ids=ids):
        dossier = found[named.customer_id]
        if named.name not in {dossier["name"], dossier["short"], *dossier["names"]}:
            dossier["names"].append(named.name)
    for steward in _STEWARDS.all(db, ids=ids):
        found[steward.customer_id] |= {"owner": steward.owner_id, "important": steward.important}
    for contact in _CONTACTS.all(db, ids=ids):
        listed = [contact.name, contact.title, contact.phone, contact.email]
        found[contact.customer_id]["contacts"].append(listed)
    for id_, entries in profiles.of_each(db, ids).items():
        plain = {f: one.value for f, one in entries.items() if not is_sealed(one.value)}
        found[id_]["told"] = plain
    return found


class Happened(NamedTuple):
    """What has happened with a customer so far."""

    since: datetime
    visits: int
    last_visit: date | None
    cases: int
    open_cases: int


def happened(db: Transaction, ids: Sequence[int]) -> dict[int, Happened]:
    """What has happened with these customers."""
    if not ids:
        return {}
    met, complained = visits.counts(db, ids), cases.counts(db, ids)
    found = {}
    for customer in _CUSTOMERS.all(db, ids=ids):
        id_ = known(customer.id)
        many, last = met.get(id_, (0, None))
        found[id_] = Happened(customer.created_at, many, last, *complained.get(id_, (0, 0)))
    return found


def page(db: Transaction, after: int, most: int, owners: Sequence[int] | None) -> list[int]:
    """The next customers after an id: all of them, or those that these people own."""
    if owners is None:
        return _AFTER.all(db, after=after, most=most)
    return _OWNED_AFTER.all(db, after=after, most=most, owners=owners)


def most_contacts(db: Transaction) -> int:
    """How many contacts the customer with the most of them has."""
    return _MOST_CONTACTS.first(db) or 0


# --- writing --------------------------------------------------------------------------------------


def open_all(
    db: Transaction,
    dossiers: Sequence[Dossier],
    ready: Mapping[str, frozenset[str]],
    hand: Hand,
) -> list[int]:
    """Open files that existed before; `ready` holds the grams of their names."""
    at = hand.at
    rows = [_customer(d, at) for d in dossiers]
    ids = add_all(db, Customer, rows)
    pairs = list(zip(ids, dossiers, strict=True))
    lookup.add_names(db, [(id_, n) for id_, d in pairs for n in _called(d)], ready)
    put_all(db, Stewardship, [_steward(id_, d, at) for id_, d in pairs])
    met = [_contact(id_, one, at) for id_, d in pairs for one in d["contacts"]]
    put_all(db, Contact, met)
    told = [
        _told(id_, field, value, hand) for id_, d in pairs for field, value in d["told"].items()
    ]
    put_all(db, ProfileEntry, told)
    put_all(db, Subject, [{"kind": KIND, "id": id_} for id_ in ids])
    put_all(db, Revision, [_revision(id_, d, at) for id_, d in pairs])
    return ids


def rewrite(db: Transaction, id_: int, before: Dossier, after: Dossier, hand: Hand) -> None:
    """Make one dossier into another; who owned the customer until now is kept."""
    _plainly(db, id_, after)
    _name(db, id_, after)
    if any(before[field] != after[field] for field in STEWARDSHIP):
        _hand_over(db, id_, after, hand.at)
    if before["contacts"] != after["contacts"]:
        _reconcile_contacts(db, id_, after["contacts"], hand.at)
    _tell(db, id_, before["told"], after["told"], hand)


def restore(db: Transaction, id_: int, after: Dossier, before: Dossier, hand: Hand) -> None:
    """Undo what made one dossier into another: its owner is as if never changed."""
    _plainly(db, id_, before)
    _name(db, id_, before)
    if any(before[field] != after[field] for field in STEWARDSHIP):
        _hand_back(db, id_, before, hand.at)
    if before["contacts"] != after["contacts"]:
        _reconcile_contacts(db, id_, before["contacts"], hand.at)
    _tell(db, id_, after["told"], before["told"], hand)


def remove(db: Transaction, id_: int) -> None:
    """Take a customer's file away; a database error if anything points at it."""
    for named in _NAMES.all(db, ids=[id_]):
        lookup.forget_name(db, named)
    for contact in _CONTACTS.all(db, ids=[id_]):
        _DROP_CONTACT.run(db, b_id=contact.id)
    _DROP_STEWARDSHIPS.run(db, b_id=id_)
    profiles.forget(db, id_)
    subjects.forget(db, KIND, id_)
    _DROP.run(db, b_id=id_)


def _customer(dossier: Dossier, at: datetime) -> Plain:
    return {**{n: dossier[n] for n in PLAIN}, "source": EXISTING, "created_at": at}


def _called(dossier: Dossier) -> list[str]:
    """Every name it is found under, once."""
    return list(dict.fromkeys((dossier["name"], dossier["short"], *dossier["names"])))


def _steward(id_: int, dossier: Dossier, at: datetime) -> Plain:
    owner, important = dossier["owner"], dossier["important"]
    return {"customer_id": id_, "owner_id": owner, "important": important, "since": at}


def _contact(id_: int, listed: Sequence[str], at: datetime) -> Plain:
    name, title, phone, email = listed
    reach = {"phone": phone, "email": email, **_reach(phone, email)}
    return {"customer_id": id_, "name": name, "title": title, **reach, "created_at": at}


def _told(id_: int, field: str, value: str, hand: Hand) -> Plain:
    about = {"customer_id": id_, "field": field, "value": value}
    return about | {"at": hand.at, "by_id": hand.by_id}


def _tell(
    db: Transaction, id_: int, before: Mapping[str, str], after: Mapping[str, str], hand: Hand
) -> None:
    """Have exactly these fields, besides those that are sealed."""
    for field in sorted({*before, *after}):
        if before.get(field) != after.get(field):
            profiles.write(db, ProfileEntry(**_told(id_, field, after.get(field, ""), hand)))


def _reach(phone: str, email: str) -> Plain:
    """What a contact is recognised by."""
    return {"phone_key": phone_key(phone), "email_key": email_key(email)}


def _revision(id_: int, dossier: Dossier, at: datetime) -> Plain:
    shown = {name: dossier[name] for name in ("name", *STEWARDSHIP)}
    return {"kind": KIND, "id": id_, "revision": 1, "at": at, "shown": shown}


def _plainly(db: Transaction, id_: int, to: Dossier) -> None:
    _REWRITE.run(db, b_id=id_, **{f"to_{name}": to[name] for name in PLAIN})


def _name(db: Transaction, id_: int, to: Dossier) -> None:
    """Have exactly the names of a dossier."""
    wanted = _called(to)
    rows = _NAMES.all(db, ids=[id_])
    for row in rows:
        if row.name not in wanted:
            lookup.forget_name(db, row)
    have = {row.name for row in rows}
    lookup.add_names(db, [(id_, name) for name in wanted if name not in have], {})


def _hand_over(db: Transaction, id_: int, to: Dossier, at: datetime) -> None:
    for now in _STEWARDS.all(db, ids=[id_]):
        _UNTIL.run(db, b_id=now.id, to_until=at)
    put_all(db, Stewardship, [_steward(id_, to, at)])


def _hand_back(db: Transaction, id_: int, to: Dossier, at: datetime) -> None:
    for now in _STEWARDS.all(db, ids=[id_]):
        older = _OLDER.first(db, customer_id=id_, until=now.since)
        if older is None or (older.owner_id, older.important) != (to["owner"], to["important"]):
            _hand_over(db, id_, to, at)
            return
        _DROP_STEWARDSHIP.run(db, b_id=now.id)
        _UNTIL.run(db, b_id=older.id, to_until=None)


def _reconcile_contacts(
    db: Transaction, id_: int, wanted: Sequence[Sequence[str]], at: datetime
) -> None:
    """Have exactly these contacts, told apart by name."""
    left = {listed[0]: listed for listed in wanted}
    for row in _CONTACTS.all(db, ids=[id_]):
        listed = left.pop(row.name, None)
        if listed is None:
            _DROP_CONTACT.run(db, b_id=row.id)
        elif listed != [row.name, row.title, row.phone, row.email]:
            _, title, phone, email = listed
            said = {"title": title, "phone": phone, "email": email, **_reach(phone, email)}
            _CONTACT.run(db, b_id=row.id, **{f"to_{name}": said[name] for name in said})
    put_all(db, Contact, [_contact(id_, listed, at) for listed in left.values()])
