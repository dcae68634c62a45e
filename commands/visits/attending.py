"""Who was met at a visit, and which colleagues came along: read from names as people say them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from commands import people as person_noun
from commands.kit.desk import Desk
from commands.kit.errors import Invalid
from commands.kit.words import T, Words, listed
from storage import attendees, customers, people
from storage.attendees import Attendee
from storage.customers import Contact
from storage.database import Transaction, known

_BETWEEN = re.compile(r"\s*(?:[,，、;；&\n]|和|与|以及|\band\b)\s*", re.IGNORECASE)
# What stands behind a surname where people are polite: 张总, 李工, 王经理.
_POLITE = (
    "总监",
    "总",
    "工",
    "经理",
    "主任",
    "厂长",
    "部长",
    "科长",
    "老师",
    "女士",
    "先生",
    "师傅",
)


def names_in(text: str) -> list[str]:
    """The names that are listed in a text."""
    return [name for part in _BETWEEN.split(text) if (name := part.strip(" .。"))]


def met(db: Transaction, customer_id: int, text: str | None, notes: str = "") -> list[Attendee]:
    """Those whom the text names; without one, the contacts whose full names stand in the notes.

    Who is no contact yet is kept by name.
    """
    if not (text or notes):
        return []
    known_here = [one for one in customers.contacts(db, customer_id) if one.left_on is None]
    if not text:
        return [_contact(one) for one in known_here if len(one.name) > 1 and one.name in notes]
    return [_named(name, known_here) for name in names_in(text)]


def _named(name: str, contacts: Sequence[Contact]) -> Attendee:
    meant = [one for one in contacts if one.name.casefold() == name.casefold()]
    meant = meant or [one for one in contacts if _politely(name, one.name)]
    return _contact(meant[0]) if len(meant) == 1 else Attendee(kind="", subject_id=0, name=name)


def _politely(said: str, name: str) -> bool:
    ending = next((one for one in _POLITE if said.endswith(one)), None)
    return ending is not None and len(said) > len(ending) and name.startswith(said[: -len(ending)])


def _contact(one: Contact) -> Attendee:
    return Attendee(kind="", subject_id=0, contact_id=known(one.id))


def along(desk: Desk, field: str, text: str | None) -> list[Attendee]:
    """The colleagues whom a text names. Raises `Invalid` for anybody who does not work here."""
    found: list[Attendee] = []
    for name in names_in(text or ""):
        matches = person_noun.find(desk, name, None)
        if not matches.clear:
            raise Invalid(field, T("No colleague is called {name}.", name=name))
        if matches.found[0].id != desk.person.id:
            found.append(Attendee(kind="", subject_id=0, person_id=matches.found[0].id))
    return found


def told(db: Transaction, kind: str, id_: int) -> tuple[Words, Words]:
    """Whom they met, and who came along, as a card says it; empty where nobody did."""
    found = attendees.of(db, kind, id_)
    theirs = [one for one in found if one.person_id is None]
    ours = [people.get(db, one.person_id) for one in found if one.person_id is not None]
    return _listed(contact_words(db, theirs)), _listed([one.name for one in ours if one])


def _listed(names: Sequence[Words]) -> Words:
    return listed(names) if names else ""


def contact_words(db: Transaction, some: Iterable[Attendee]) -> list[Words]:
    """A customer's people, with what they are."""
    return [_contact_words(db, one) for one in some]


def _contact_words(db: Transaction, one: Attendee) -> Words:
    contact = customers.contact(db, one.contact_id) if one.contact_id else None
    if contact is None:
        return one.name or "?"
    if not contact.title:
        return contact.name
    return T("{name} ({title})", name=contact.name, title=contact.title)
