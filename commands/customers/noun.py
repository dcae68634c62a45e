"""What customers tell the rest of the house: their card, and who has to do with them."""

from __future__ import annotations

from commands.customers import completing, summary, wishes, yearly
from commands.customers.finding import find, leads, name_of, within
from commands.customers.rules import KIND, WORDS, called, called_contact
from commands.kit.card import STAFF, Button, Buttons, Card, Facts, Line, Note, Part, Quote, Ref
from commands.kit.desk import Desk
from commands.kit.noun import Involved, Look, Noun
from commands.kit.words import T, Words, listed
from commands.staff import notes
from storage import calls, cases, customers, people, suspensions, visits
from storage.customers import Customer
from storage.database import Transaction, known

SHOWN = 5


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
    held_up = _suspended(look.db, known(found.id))
    return (*held_up, Facts(tuple(rows), STAFF), *about_owner)


def _suspended(db: Transaction, id_: int) -> tuple[Part, ...]:
    """That it is suspended, since when, by whom and why: before everything else."""
    holds = suspensions.of(db, id_)
    if holds is None:
        return ()
    by = people.get(db, holds.by_id) if holds.by_id else None
    since = T("⛔ Suspended by {name}, {at:clock}", name=by.name if by else "?", at=holds.since)
    return (Line(since, STAFF), Quote(holds.reason, to=STAFF))


def _lately(look: Look, id_: int) -> tuple[Part, ...]:
    parts: list[Part] = []
    for contact in customers.contacts(look.db, id_)[:SHOWN]:
        described = " · ".join(x for x in (contact.name, contact.title, contact.phone) if x)
        who = called_contact(described, contact)
        parts.append(Line(T("Contact: {who}", who=who), STAFF))
    parts.extend(yearly.notes(look.db, id_))
    parts.extend(wishes.notes(look.db, id_))
    last = visits.to_customer(look.db, id_, 1)
    if last:
        parts.append(Note(T("Last visit: {day:near}", day=last[0].day), STAFF))
    called = calls.to_customer(look.db, id_, 1)
    if called:
        parts.append(Note(T("Last contact: {day:near}", day=called[0].day), STAFF))
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
            Button(T("The whole file"), "customer_file", bound, about),
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
    within=within,
    verbs=("visit", "complaint", "customer"),
    views={summary.FILE: summary.card},
    papers={summary.FILE: summary.leaflet},
    timers={completing.REWRITTEN: completing.rewritten},
    held=customers.all_owned_by,
    hand=hand,
)
