"""What cases tell the rest of the house."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date

from commands import customers as customer_noun
from commands.cases import cards, future
from commands.cases.rules import KIND, WORDS
from commands.kit import agenda
from commands.kit.agenda import Entry
from commands.kit.card import STAFF, Card, Quote, Ref
from commands.kit.desk import Desk
from commands.kit.ladder import ABOVE, BREACH, WARN
from commands.kit.noun import Found, Involved, Look, Matches, Noun, Topic
from commands.kit.people import Actor, Person, Role, ToPerson
from commands.kit.words import T, Words
from storage import cases, lookup
from storage.cases import Case
from storage.database import Transaction, known
from storage.talk import Talk

NUMBER = re.compile(r"\s*c-?(\d{4})-?(\d{1,6})(?!\d)", re.IGNORECASE)
SHOWN = 20


def numbered(text: str) -> str | None:
    """The case number that a text begins with, written out in full."""
    found = NUMBER.match(text)
    return f"C-{found[1]}-{int(found[2]):04d}" if found else None


def find(look: Look, text: str, actor: Actor | None) -> Matches:
    """Open cases by number or customer; the oldest open ones when nothing was typed.

    Somebody outside the company is offered what they reported themselves, and nothing else.
    """
    number = numbered(text)
    exact = cases.by_number(look.db, number) if number else None
    if exact:
        return Matches((_found(look, exact),), clear=True)
    if actor is not None and actor.person is None:
        own = cases.reported_by(look.db, actor.account_id)
        return Matches(tuple(_found(look, case) for case in own), clear=len(own) == 1)
    if not text.strip():
        return Matches(tuple(_found(look, case) for case in cases.open_ones(look.db, SHOWN)))
    found = tuple(
        _found(look, case)
        for customer in lookup.find(look.db, text, 3)
        for case in cases.of_customer(look.db, customer.id)
    )
    return Matches(found, clear=len(found) == 1)


def leads(look: Look, text: str, *, whole: bool = False) -> tuple[Matches, str]:
    """The case whose number a text begins with, and the rest of the text."""
    number = numbered(text)
    exact = cases.by_number(look.db, number) if number else None
    match = NUMBER.match(text)
    if exact is None or match is None:
        return Matches(), text
    return Matches((_found(look, exact),), clear=True), text[match.end() :]


def _found(look: Look, case: Case) -> Found:
    customer = customer_noun.name_of(look.db, case.customer_id) if case.customer_id else None
    return Found(known(case.id), f"{case.number} {customer or ''}".strip())


def name_of(db: Transaction, id_: int) -> str | None:
    """A case's number."""
    found = cases.get(db, id_)
    return found.number if found else None


def topic(db: Transaction, id_: int) -> Topic | None:
    """A case is talked about by its number and customer, until it is solved."""
    case = cases.get(db, id_)
    if case is None:
        return None
    customer = customer_noun.name_of(db, case.customer_id) if case.customer_id else None
    return Topic(f"{case.number} {customer or ''}".strip(), case.state != cases.OPEN)


def involved(db: Transaction, id_: int) -> Involved | None:
    """The owner, and whoever reported it."""
    case = cases.get(db, id_)
    if case is None:
        return None
    reports = cases.reports(db, id_)
    return Involved(
        owner_id=case.owner_id,
        submitter_ids=frozenset(r.person_id for r in reports if r.person_id),
        # A colleague is known as a person: an account that they lose is not let in by this.
        account_ids=frozenset(r.account_id for r in reports if r.account_id and not r.person_id),
    )


def heard(desk: Desk, id_: int, remark: Talk) -> None:
    """What a customer says is told to the owner at once; what colleagues say is on the card."""
    case = cases.get(desk.db, id_)
    if case is None or desk.actor.role is Role.STAFF or case.owner_id is None:
        return
    title = T(
        "💬 {number} {customer}: the customer says",
        number=case.number,
        customer=future.customer_of(desk.db, case),
    )
    parts = (Quote(remark.text or "📷", remark.name, STAFF),)
    desk.tell(ToPerson(case.owner_id), Card(title, parts, Ref(KIND, id_)))


def entries(look: Look, person: Person, _until: date) -> Iterator[Entry]:
    """Replies and solutions that are due; the notes say whose case it is."""
    db = look.db
    return agenda.owed(db, person, KIND, look.zone, lambda id_: tuple(_customer_of(db, id_)))


def _customer_of(db: Transaction, id_: int) -> Iterator[Words]:
    case = cases.get(db, id_)
    name = customer_noun.name_of(db, case.customer_id) if case and case.customer_id else None
    if name:
        yield name


NOUN = Noun(
    kind=KIND,
    words=WORDS,
    find=find,
    name_of=name_of,
    card=cards.card,
    views={"notice": future.notice, "reminder": future.reminder},
    involved=involved,
    leads=leads,
    numbered=lambda text: numbered(text) is not None,
    verbs=("case",),
    heard=heard,
    takes_all=True,
    topic=topic,
    held=cases.all_owned_by,
    entries=entries,
    hand=future.hand,
    owe_anew=future.owe_anew,
    timers={
        WARN: future.fire,
        BREACH: future.fire,
        ABOVE: future.fire,
        "remind": future.remind,
    },
)
