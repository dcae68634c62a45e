"""Customers: their files, names, contacts and owners (clauses 7.1 and 7.2.1)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated

from commands.kit.card import STAFF, Button, Buttons, Card, Facts, Line, Note, Part, Ref
from commands.kit.command import Command
from commands.kit.desk import Desk
from commands.kit.errors import Refused, no_such
from commands.kit.form import EMAIL, PHONE, Ask, CustomerId, PersonId
from commands.kit.noun import Found, Involved, Look, Matches, Noun
from commands.kit.people import Actor, Department, Role
from commands.kit.words import T, Words, listed
from commands.staff import notes
from storage import cases, customers, lookup, people, readings, visits
from storage.customers import Contact, Customer
from storage.database import Json, Transaction, known

KIND = "customer"
WORDS = T("customer")
FILE_KEEPERS = {
    Department.MANAGEMENT,
    Department.SALES,
    Department.MARKETING,
    Department.PURCHASING,
}
SHOWN = 5


# So many words of pinyin are taken together: ningbo jinggong.
MOST_WORDS = 3


# --- rules ----------------------------------------------------------------------------------------


def called(customer: Customer) -> str:
    """What people call a customer."""
    return customer.short or customer.name


def matches_of(ranked: list[lookup.Ranked]) -> Matches:
    """What a look-up found, as pickers take it."""
    found = tuple(Found(one.id, one.name, one.score) for one in ranked)
    return Matches(found, bool(ranked) and lookup.is_clear(ranked))


# --- the noun -------------------------------------------------------------------------------------


def find(look: Look, text: str, _actor: Actor | None) -> Matches:
    """Customers by what somebody typed; the newest when nothing was."""
    if not text.strip():
        newest = customers.recent(look.db, 8)
        return Matches(tuple(Found(known(c.id), called(c)) for c in newest))
    found = matches_of(lookup.find(look.db, text))
    named = tuple(Found(f.id, name_of(look.db, f.id) or f.name, f.score) for f in found.found)
    return Matches(named, found.clear)


def leads(look: Look, text: str, *, whole: bool = False) -> tuple[Matches, str]:
    """The customer that a text begins with, and the rest of the text."""
    start = len(text) - len(text.lstrip())
    ranked, length, sure = lookup.leading(look.db, text[start:], whole=whole)
    if not ranked:
        return (Matches(), text) if whole else _first_word(look, text[start:])
    one = len(ranked) == 1
    found = tuple(Found(r.id, name_of(look.db, r.id) or r.name, r.score) for r in ranked)
    if not sure:  # the words stay together: they may name somebody else
        return Matches(found), text
    return Matches(found, one or lookup.is_clear(ranked)), text[start + length :]


def _first_word(look: Look, text: str) -> tuple[Matches, str]:
    """Pinyin, initials or a slip: only a first word that stands alone is looked up so."""
    words = text.split(" ")
    if len(words) == 1 and len(text) > lookup.LONGEST_LEAD:
        return Matches(), text
    for many in range(min(MOST_WORDS, len(words)), 0, -1):
        said = " ".join(words[:many])
        if found := _meant(look, said):
            rest = text[len(said) :]
            return found, rest[readings.form_behind(rest) :].lstrip()
    return Matches(), text


def _meant(look: Look, said: str) -> Matches | None:
    """Whom these words clearly mean; several words only if they are how a name is spoken."""
    told = [r for r in lookup.find(look.db, said) if not readings.merely_where(said, r.name)]
    several = " " in said
    if several and not (said.isascii() and told and told[0].score >= readings.SPOKEN_PART):
        return None
    found = matches_of(told)
    named = tuple(Found(f.id, name_of(look.db, f.id) or f.name, f.score) for f in found.found)
    return Matches(named, clear=True) if found.clear else None


def name_of(db: Transaction, id_: int) -> str | None:
    """What people call the customer with this id."""
    found = customers.get(db, id_)
    return called(found) if found else None


def involved(db: Transaction, id_: int) -> Involved | None:
    """The owner of a customer."""
    now = customers.stewardship(db, id_)
    return Involved(owner_id=now.owner_id if now else None)


def card(look: Look, id_: int) -> Card:
    """A customer's file at a glance."""
    found = customers.get(look.db, id_)
    if found is None:
        return Card(T("This is no longer here."))
    about = Ref(KIND, id_)
    title = T("{name}", name=called(found))
    return Card(title, (*_head(look, found), *_lately(look, id_), _next(about)), about)


def _head(look: Look, found: Customer) -> tuple[Part, ...]:
    now = customers.stewardship(look.db, known(found.id))
    owner = people.get(look.db, now.owner_id) if now and now.owner_id else None
    rows: list[tuple[Words, Words]] = [(T("Full name"), found.name)]
    rows.append((T("Owner"), owner.name if owner else T("nobody yet")))
    rows.append((T("Importance"), T("important") if now and now.important else T("ordinary")))
    others = [n.name for n in customers.names(look.db, known(found.id)) if n.name != found.name]
    if others:
        rows.append((T("Also called"), listed(others)))
    if found.registration:
        rows.append((T("Registration number"), found.registration))
    if found.source == customers.EXISTING:
        rows.append((T("Origin"), T("existing before")))
    if found.note:
        rows.append((T("Note"), found.note))
    about_owner = notes.about_owner(look, Ref(KIND, known(found.id)), owner)
    return (Facts(tuple(rows), STAFF), *about_owner)


def _lately(look: Look, id_: int) -> tuple[Part, ...]:
    parts: list[Part] = []
    for contact in customers.contacts(look.db, id_)[:SHOWN]:
        described = " · ".join(x for x in (contact.name, contact.title, contact.phone) if x)
        parts.append(Line(T("Contact: {who}", who=described), STAFF))
    last = visits.to_customer(look.db, id_, 1)
    if last:
        parts.append(Note(T("Last visit: {day:near}", day=last[0].day), STAFF))
    parts.extend(
        Note(T("Open case: {number}", number=case.number), STAFF)
        for case in cases.of_customer(look.db, id_, SHOWN)
        if case.state == cases.OPEN
    )
    return tuple(parts)


def _next(about: Ref) -> Buttons:
    bound = {"customer": about.id}
    return Buttons(
        (
            Button(T("Log a visit"), "visit", bound),
            Button(T("Add a contact"), "contact_add", bound, about),
            Button(T("Change owner"), "customer_owner", bound, about),
            Button(T("Add a short name"), "customer_name", bound, about),
            Button(T("Invite a contact"), "customer_invite", bound, about),
        ),
        STAFF,
    )


def hand(desk: Desk, id_: int, _from_id: int, to_id: int) -> None:
    """Somebody else owns a customer from now on; how important it is stays."""
    earlier = customers.stewardship(desk.db, id_)
    important = earlier.important if earlier else False
    customers.steward(desk.db, id_, to_id, important=important, at=desk.now)
    before = {"owner": earlier.owner_id if earlier else None, "important": important}
    after = {"owner": to_id, "important": important}
    desk.change(Ref(KIND, id_), before, after, shown=after)


NOUN = Noun(
    kind=KIND,
    words=WORDS,
    find=find,
    name_of=name_of,
    card=card,
    involved=involved,
    leads=leads,
    verbs=("visit", "complaint", "customer"),
    held=customers.all_owned_by,
    hand=hand,
)


# --- commands -------------------------------------------------------------------------------------


class ShowCustomer(Command, name="customer", aliases=("客户",), who={Role.STAFF}, clause="7.2.1"):
    """Show a customer's file."""

    customer: Annotated[CustomerId, Ask("Which customer?", "Customer")]

    def run(self, desk: Desk) -> Ref:
        """Show it."""
        return Ref(KIND, self.customer)


class AddCustomer(
    Command,
    name="customer_add",
    aliases=("新增客户", "新客户"),
    who=FILE_KEEPERS,
    clause="7.1",
    makes=True,
):
    """Open a customer's file."""

    name: Annotated[str, Ask("What is the customer's full name?", "Full name")]
    short: Annotated[str | None, Ask("What do people call it?", "Short name")] = None
    owner: Annotated[PersonId | None, Ask("Who owns this customer?", "Owner")] = None
    important: Annotated[bool, Ask("Is it an important customer?", "Important")] = False

    def run(self, desk: Desk) -> Ref:
        """Open the file, unless there is one with this name."""
        if customers.known_as(desk.db, readings.bare(self.name)):
            raise Refused(T("There is a customer called {name} already.", name=self.name))
        return open_file(
            desk,
            self.name,
            short=self.short or "",
            owner_id=self.owner or desk.person.id,
            important=self.important,
        )


def open_file(desk: Desk, name: str, *, short: str, owner_id: int | None, important: bool) -> Ref:
    """Open a customer's file with its names and owner, for a command, the sample or an import."""
    row = Customer(name=name, short=short or readings.core(name), created_at=desk.now)
    id_ = customers.add(desk.db, row)
    for called_so in dict.fromkeys((name, row.short)):
        lookup.add_name(desk.db, id_, called_so)
    customers.steward(desk.db, id_, owner_id, important=important, at=desk.now)
    about = Ref(KIND, id_)
    desk.begin(about, {"name": name, "owner": owner_id, "important": important})
    return about


class NameCustomer(
    Command,
    name="customer_name",
    aliases=("简称",),
    who={Role.STAFF},
    clause="7.2.1",
    on=KIND,
):
    """Add a short name."""

    customer: Annotated[CustomerId, Ask("Which customer?", "Customer")]
    name: Annotated[str, Ask("What else is it called?", "Short name")]

    def run(self, desk: Desk) -> Ref:
        """Add the name."""
        about = Ref(KIND, self.customer)
        bearers = customers.known_as(desk.db, readings.bare(self.name))
        if any(one.id != self.customer for one in bearers):
            raise Refused(T("There is a customer called {name} already.", name=self.name))
        if not bearers:
            lookup.add_name(desk.db, self.customer, self.name)
        desk.change(about, None, {"name": self.name})
        return about


class OwnCustomer(
    Command,
    name="customer_owner",
    aliases=("客户负责人",),
    who={Department.MANAGEMENT, Department.SALES},
    clause="3.1.1a",
    on=KIND,
):
    """Change owner."""

    customer: Annotated[CustomerId, Ask("Which customer?", "Customer")]
    owner: Annotated[PersonId, Ask("Who owns this customer?", "Owner")]
    important: Annotated[bool, Ask("Is it an important customer?", "Important")]

    @classmethod
    def present(cls, db: Transaction, id_: int) -> Mapping[str, Json]:
        """Owner and importance as they are."""
        now = customers.stewardship(db, id_)
        return {"owner": now.owner_id, "important": now.important} if now else {}

    def run(self, desk: Desk) -> Ref:
        """End the present ownership and begin the new one; the past stays as it was."""
        about = Ref(KIND, self.customer)
        earlier = customers.stewardship(desk.db, self.customer)
        customers.steward(desk.db, self.customer, self.owner, important=self.important, at=desk.now)
        before = {"owner": earlier.owner_id, "important": earlier.important} if earlier else None
        after = {"owner": self.owner, "important": self.important}
        desk.change(about, before, after, shown=after)
        return about


class AddContact(
    Command,
    name="contact_add",
    aliases=("新增联系人", "联系人"),
    who={Role.STAFF},
    clause="7.1",
    on=KIND,
):
    """Add a contact."""

    customer: Annotated[CustomerId, Ask("Which customer?", "Customer")]
    name: Annotated[str, Ask("What is the contact's name?", "Name")]
    title: Annotated[str | None, Ask("What is their position?", "Position")] = None
    phone: Annotated[str | None, PHONE] = None
    email: Annotated[str | None, EMAIL] = None

    def run(self, desk: Desk) -> Ref:
        """Add the contact."""
        if customers.get(desk.db, self.customer) is None:
            raise no_such(WORDS)
        about = Ref(KIND, self.customer)
        customers.add_contact(
            desk.db,
            Contact(
                customer_id=self.customer,
                name=self.name,
                title=self.title or "",
                phone=self.phone or "",
                email=self.email or "",
                created_at=desk.now,
            ),
        )
        desk.change(about, None, {"contact": self.name})
        return about
