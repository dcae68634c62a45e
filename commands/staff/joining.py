"""Joining without a code: by a phone number or e-mail address for which the platform vouches.

What is vouched for is kept with the account. It is compared anew when somebody says who they are,
so that a button proves nothing; and where two are meant, nobody is.
"""

from __future__ import annotations

from typing import Annotated

from commands.kit import taps
from commands.kit.card import PUBLIC, STAFF, Button, Buttons, Card, Line, Ref
from commands.kit.command import Command
from commands.kit.desk import Desk
from commands.kit.errors import Refused
from commands.kit.form import Ask
from commands.kit.people import EVERYONE, ToAccount, load
from commands.kit.taps import BadTap
from commands.kit.welcome import stranger
from commands.kit.words import T, Words, listed
from commands.staff.cards import account_name, unlinking
from commands.staff.rules import KIND
from storage import customers, people, vouched
from storage.database import Transaction, known
from storage.people import Account

CONTACT = "contact"


def meant(db: Transaction, account: Account) -> Ref | None:
    """The one person or contact whose phone or e-mail is vouched for; none if there are two."""
    found = {
        *(Ref(KIND, known(p.id)) for p in people.by_phone(db, account.phone)),
        *(Ref(KIND, known(p.id)) for p in people.by_email(db, account.email)),
        *(Ref(CONTACT, known(c.id)) for c in customers.contacts_by_phone(db, account.phone)),
        *(Ref(CONTACT, known(c.id)) for c in customers.contacts_by_email(db, account.email)),
    }
    return found.pop() if len(found) == 1 else None


def recognised(db: Transaction, account_id: int, *, phone: str = "") -> Card | None:
    """“Are you Li Na, Sales?”, when exactly one is meant who was not denied before.

    `phone` is a number for which the platform vouches as the sender's own; it is kept, and asked
    about again even after a “No”.
    """
    account = people.account_by_id(db, account_id)
    if account is None or account.person_id or account.contact_id:
        return None
    if phone:
        vouched.vouch(db, account, phone=phone)
    about = meant(db, account)
    if about is None or (account.denied == str(about) and not phone):
        return None
    return _question(db, about)


def _question(db: Transaction, about: Ref) -> Card:
    bound = {"who": str(about)}
    return Card(
        _are_you(db, about),
        (
            Line(T("I know this phone number or e-mail address, and your account vouches for it.")),
            Buttons(
                (
                    Button(T("Yes, that is me"), "join_as", bound, style="primary"),
                    Button(T("No"), "join_not", bound),
                ),
                PUBLIC,
            ),
        ),
    )


def _are_you(db: Transaction, about: Ref) -> T:
    person = load(db, about.id) if about.kind == KIND else None
    if person:
        seats: Words = listed([d.words for d in sorted(person.departments)])
        return T("Are you {name}, {departments}?", name=person.name, departments=seats)
    contact = customers.contact(db, about.id)
    assert contact is not None
    customer = customers.get(db, contact.customer_id)
    return T(
        "Are you {name} of {customer}?",
        name=contact.name,
        customer=(customer.short or customer.name) if customer else "?",
    )


def _vouched(desk: Desk, who: str) -> tuple[Account, Ref]:
    """The account that speaks, and who it is vouched to be: what the button says, and still so."""
    account = people.account_by_id(desk.db, desk.actor.account_id)
    try:
        asked = taps.ref(who)
    except BadTap:
        asked = None
    about = meant(desk.db, account) if account else None
    if account is None or about is None or about != asked:
        raise Refused(T("I can't tell who you are any more. Ask your administrator for a code."))
    return account, about


class JoinAs(Command, name="join_as", aliases=("是我",), who=EVERYONE):
    """Confirm who you are."""

    who: Annotated[str, Ask("Who are you?", "Who")]

    def run(self, desk: Desk) -> Card:
        """Link this account to whom its platform vouches for; nobody is entered twice."""
        if desk.actor.person is not None:
            raise Refused(T("You are {name} here already.", name=desk.actor.person.name))
        account, about = _vouched(desk, self.who)
        person_id = about.id if about.kind == KIND else None
        contact_id = about.id if about.kind == CONTACT else None
        others = people.accounts_of(desk.db, person_id) if person_id else []
        people.link_account(desk.db, known(account.id), person_id, contact_id)
        if person_id:
            desk.change(about, None, {"account": account.id})
            _tell(desk, about, account, others)
        else:
            desk.note(None, None, {"contact": contact_id, "account": account.id})
        return welcome(desk.db, person_id, contact_id)


def _tell(desk: Desk, about: Ref, account: Account, others: list[Account]) -> None:
    """Whoever was linked before learns of the new account where they were."""
    if others:
        title = T("{account} is linked to you from now on", account=account_name(account))
        parts = (
            Line(T("If that was not you, unlink it."), STAFF),
            Buttons((unlinking(about, account),)),
        )
        desk.tell(ToAccount(known(others[0].id), about.id), Card(title, parts))


def welcome(db: Transaction, person_id: int | None, contact_id: int | None) -> Card:
    """What somebody who has just joined is told."""
    person = load(db, person_id) if person_id else None
    if person is None:
        contact = customers.contact(db, contact_id or 0)
        return Card(
            T("Welcome, {name}", name=contact.name if contact else "?"),
            (Line(T("Write “complaint” and what happened: you get a number at once.")),),
        )
    lines = [Line(T("Type /help to see what you can do here."), STAFF)]
    if person.admin:
        lines.append(
            Line(T("You are the administrator. Add people with: /person_add NAME"), PUBLIC)
        )
    return Card(T("Welcome, {name}", name=person.name), tuple(lines))


class JoinNot(Command, name="join_not", aliases=("不是我",), who=EVERYONE):
    """Say who you are not."""

    who: Annotated[str, Ask("Who are you not?", "Who")]

    def run(self, desk: Desk) -> Card:
        """Ask no more, and say how else to join."""
        _account, about = _vouched(desk, self.who)
        vouched.deny(desk.db, desk.actor.account_id, str(about))
        return stranger(desk.actor.name)
