"""A customer's file on one page: as a card in chat, and as a leaflet for a meeting (7.1, 7.2.1)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Annotated

from commands.customers.finance import TO
from commands.customers.finding import name_of
from commands.customers.parts import (
    ITEMS,
    REGISTRATION,
    Completeness,
    FilePartsPolicy,
    Part,
    completeness,
    readable,
    said_in,
)
from commands.customers.rules import KIND, WORDS, called_contact
from commands.kit.card import STAFF, Button, Buttons, Card, Facts, Line, Note, Ref
from commands.kit.card import Part as Piece
from commands.kit.command import Command
from commands.kit.desk import Desk
from commands.kit.errors import no_such
from commands.kit.form import Ask, CustomerId
from commands.kit.noun import Look
from commands.kit.paper import Chapter, Leaflet
from commands.kit.people import Role
from commands.kit.words import T, Words
from storage import cases, customers, dossiers, people, profiles, visits
from storage.customers import Contact, Customer
from storage.database import Transaction, known
from storage.dossiers import Happened

FILE = "file"
MOST_CONTACTS, LATEST = 5, 5
Rows = tuple[tuple[Words, Words], ...]


def cooperation(found: Happened) -> Rows:
    """What the system knows by itself: this part of the file fills itself."""
    since = (T("Customer since"), T("{at:near}", at=found.since))
    return (since, (T("Visits"), _met(found)), (T("Cases"), _complained(found)))


def _met(found: Happened) -> T:
    if found.last_visit is None:
        return T("none yet")
    done = T("{n} visit", "{n} visits", n=found.visits)
    return T("{done}, the last {day:near}", done=done, day=found.last_visit)


def _complained(found: Happened) -> T:
    if not found.cases:
        return T("none yet")
    told = T("{n} case", "{n} cases", n=found.cases)
    return T("{done}, {n} of them open", done=told, n=found.open_cases)


# --- as a card ------------------------------------------------------------------------------------


def card(look: Look, id_: int, _told: str) -> Card:
    """The file on one card: how complete it is comes first."""
    customer = customers.get(look.db, id_)
    if customer is None:
        return Card(T("This is no longer here."))
    about = Ref(KIND, id_, FILE)
    done = _completeness(look, id_)
    title = T(
        "📁 {name}: file {percent} % complete",
        name=name_of(look.db, id_) or "?",
        percent=done.percent,
    )
    parts = (
        *(Line(T("☐ {what}", what=line), STAFF) for line in done.lines()),
        *_parts(look.db, customer),
        *_buttons(id_),
    )
    return Card(title, parts, about)


def _completeness(look: Look, id_: int) -> Completeness:
    needed = look.policy.of(FilePartsPolicy).needed
    return completeness(needed, said_in(look.db, id_))


def _parts(db: Transaction, customer: Customer) -> Iterable[Piece]:
    for part, rows in _written(db, customer):
        if rows:
            yield Line(T("▍{part}", part=part.words), STAFF)
            yield Facts(rows, STAFF)
    said = said_in(db, known(customer.id))
    sealed = [item.words for item in ITEMS if item.part is Part.FINANCE and item.field in said]
    if sealed:
        told = T("{n} fact", "{n} facts", n=len(sealed))
        yield Note(T("🔒 Financial information: {told}, for finance and management", told=told))


def _written(db: Transaction, customer: Customer) -> list[tuple[Part, Rows]]:
    """What anybody of the company may read, part by part."""
    entries = readable(profiles.of(db, known(customer.id)))
    if customer.registration:
        entries[REGISTRATION] = customer.registration
    rows = {
        part: tuple(
            (item.words, entries[item.field])
            for item in ITEMS
            if item.part is part and item.field in entries
        )
        for part in (Part.BASIC, Part.BUSINESS)
    }
    contacts = tuple((T("Contact"), _reached(one)) for one in _contacts(db, customer))
    note: Rows = ((T("Note"), customer.note),) if customer.note else ()
    return [
        (Part.BASIC, ((T("Full name"), customer.name), *rows[Part.BASIC], *contacts, *note)),
        (Part.BUSINESS, rows[Part.BUSINESS]),
        (Part.COOPERATION, (*_owned(db, customer), *cooperation(_happened(db, customer)))),
    ]


def _happened(db: Transaction, customer: Customer) -> Happened:
    id_ = known(customer.id)
    return dossiers.happened(db, [id_])[id_]


def _contacts(db: Transaction, customer: Customer) -> Sequence[Contact]:
    return customers.contacts(db, known(customer.id))[:MOST_CONTACTS]


def _reached(contact: Contact) -> Words:
    said = (contact.name, contact.title, contact.phone, contact.email)
    return called_contact(" · ".join(x for x in said if x), contact)


def _owned(db: Transaction, customer: Customer) -> Rows:
    now = customers.stewardship(db, known(customer.id))
    owner = people.get(db, now.owner_id) if now and now.owner_id else None
    important = T("important") if now and now.important else T("ordinary")
    return (
        (T("Owner"), owner.name if owner else T("nobody yet")),
        (T("Importance"), important),
    )


def _buttons(id_: int) -> tuple[Buttons, Buttons]:
    """What anybody may do next, and what only those may whom the financial part concerns."""
    bound, about = {"customer": id_}, Ref(KIND, id_)
    everybody = (
        Button(T("Basic"), "customer_basic", bound, about),
        Button(T("Business"), "customer_business", bound, about),
        Button(T("As PDF"), "customer_pdf", bound, about),
    )
    trusted = (
        Button(T("See finances"), "finance", bound, about),
        Button(T("Tell finances"), "customer_finance", bound, about),
        Button(T("Enter an account"), "bank_add", bound, about),
    )
    return Buttons(everybody, STAFF), Buttons(trusted, TO)


# --- as a leaflet ---------------------------------------------------------------------------------


def leaflet(look: Look, id_: int, _told: str) -> Leaflet:
    """The file on one page to be printed; without what is confidential."""
    customer = customers.get(look.db, id_)
    if customer is None:
        gone = T("This is no longer here.")
        return Leaflet(gone, gone, "", ())
    name = customer.name
    done = _completeness(look, id_)
    chapters = [Chapter(part.words, rows) for part, rows in _written(look.db, customer) if rows]
    if done.missing:
        chapters.append(Chapter(T("Missing in the file"), lines=done.lines()))
    chapters.extend(_lately(look.db, id_))
    complete = T("File {percent} % complete", percent=done.percent)
    subtitle = T("{done} · as of {at:clock}", done=complete, at=look.now)
    mark = T("For internal use. Financial information is not printed.")
    return Leaflet(name, name, subtitle, tuple(chapters), mark)


def _lately(db: Transaction, id_: int) -> Iterable[Chapter]:
    met = visits.to_customer(db, id_, LATEST)
    if met:
        lines = tuple(T("{day:weekday}: {notes}", day=one.day, notes=one.notes) for one in met)
        yield Chapter(T("Latest visits"), lines=lines)
    pending = [one for one in cases.of_customer(db, id_, LATEST) if one.state == cases.OPEN]
    if pending:
        told = tuple(T("{number}: {text}", number=one.number, text=one.text) for one in pending)
        yield Chapter(T("Open cases"), lines=told)


# --- commands -------------------------------------------------------------------------------------


class ShowFile(
    Command, name="customer_file", aliases=("客户档案",), who={Role.STAFF}, clause="7.2.1", on=KIND
):
    """Show a file on one page."""

    customer: Annotated[CustomerId, Ask("Which customer?", "Customer")]

    def run(self, desk: Desk) -> Ref:
        """Show it."""
        return Ref(KIND, self.customer, FILE)


class PrintFile(
    Command, name="customer_pdf", aliases=("档案PDF",), who={Role.STAFF}, clause="7.2.1", on=KIND
):
    """Print a file as PDF."""

    customer: Annotated[CustomerId, Ask("Which customer?", "Customer")]

    def run(self, desk: Desk) -> Card:
        """Have it drawn; it comes in a moment, to whoever asked."""
        if customers.get(desk.db, self.customer) is None:
            raise no_such(WORDS)
        desk.order(Ref(KIND, self.customer), FILE)
        return Card(T("📄 The page is being drawn and will be here in a moment."))
