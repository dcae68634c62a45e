"""The financial part is shown to those whom it concerns; every look is recorded (7.3.1, 7.3.2).

A look is a subject of its own: the row is the record, and its card is drawn when it is sent, for
its asker alone. It never changes, so nothing new ever appears on it unasked.
"""

from __future__ import annotations

from typing import Annotated

from commands.customers import bank_words
from commands.customers.filling import TRUSTED
from commands.customers.finding import name_of
from commands.customers.parts import FINANCE, ITEM
from commands.customers.rules import KIND
from commands.kit.card import Audience, Card, Facts, Line, Note, Part, Ref, only
from commands.kit.command import Command
from commands.kit.desk import Desk
from commands.kit.form import Ask, CustomerId
from commands.kit.noun import Involved, Look, Matches, Noun
from commands.kit.people import Actor, Department
from commands.kit.words import T, Words
from storage import banks, looks, people, profiles
from storage.database import Transaction
from storage.keyring import Unreadable
from storage.looks import ConfidentialLook

LOOK = "look"
TO: Audience = only(Department.FINANCE, Department.MANAGEMENT)
LATELY = 3


class ShowFinance(Command, name="finance", aliases=("财务档案",), who=TRUSTED, clause="7.3.1"):
    """See financial facts."""

    customer: Annotated[CustomerId, Ask("Which customer?", "Customer")]

    def run(self, desk: Desk) -> Ref:
        """Record the look; what it shows is drawn for its asker, in their direct chat."""
        row = ConfidentialLook(customer_id=self.customer, person_id=desk.person.id, at=desk.now)
        about = Ref(LOOK, looks.add(desk.db, row))
        desk.begin(about, None)
        desk.note(Ref(KIND, self.customer), None, {"looked": "finance"})
        return about


def card(look: Look, id_: int) -> Card:
    """What the financial part says, and who has looked at it lately."""
    row = looks.get(look.db, id_)
    if row is None:
        return Card(T("This is no longer here."))
    name = name_of(look.db, row.customer_id) or "?"
    title = T("🔒 {name}: financial information", name=name)
    recorded = Note(T("Confidential. This look is recorded."), TO)
    told = _number(look.db, row.bank_id) if row.bank_id else _facts(look.db, row.customer_id)
    return Card(title, (*told, *_earlier(look, row), recorded), Ref(LOOK, id_))


def _number(db: Transaction, bank_id: int) -> tuple[Part, ...]:
    account = banks.get(db, bank_id)
    if account is None:
        return ()
    try:
        holder, bank, number = banks.details(db, account)
    except Unreadable:
        return (Line(UNREADABLE, TO),)
    rows: list[tuple[Words, Words]] = [(T("Bank"), bank), (T("Account number"), number)]
    if holder:
        rows.append((T("Account holder"), holder))
    return (Line(bank_words.state(db, account), TO), Facts(tuple(rows), TO))


def _facts(db: Transaction, customer_id: int) -> tuple[Part, ...]:
    entries = profiles.of(db, customer_id)
    rows: list[tuple[Words, Words]] = []
    try:
        rows += [
            (ITEM[name].words, db.keyring.open(entries[name].value))
            for name in FINANCE
            if name in entries
        ]
        for account in banks.of(db, customer_id):
            if account.state in {banks.CONFIRMED, banks.ENTERED}:
                rows.append(bank_words.row(db, account))
    except Unreadable:
        return (Line(UNREADABLE, TO),)
    return (Facts(tuple(rows), TO),) if rows else (Line(T("Nothing is known yet."), TO),)


UNREADABLE = T(
    "This can't be read now: it was sealed with a key that the bot does not have. "
    "Please tell your administrator."
)


def _earlier(look: Look, row: ConfidentialLook) -> tuple[Part, ...]:
    """Whoever may look knows who else has."""
    found = [one for one in looks.lately(look.db, row.customer_id, LATELY + 1) if one.id != row.id]
    return tuple(
        Note(T("Looked at by {who}, {at:clock}", who=_who(look.db, one.person_id), at=one.at), TO)
        for one in found[:LATELY]
    )


def _who(db: Transaction, person_id: int) -> str:
    found = people.get(db, person_id)
    return found.name if found else "?"


def find(_look: Look, _text: str, _actor: Actor | None) -> Matches:
    """Nobody names a look."""
    return Matches(())


def involved(db: Transaction, id_: int) -> Involved | None:
    """Whoever looked."""
    row = looks.get(db, id_)
    return Involved(owner_id=row.person_id, personal=True) if row else None


LOOKS = Noun(
    kind=LOOK,
    words=T("look"),
    find=find,
    name_of=lambda _db, _id: None,
    card=card,
    involved=involved,
    private=True,
)
