"""A person's card: departments, superior, accounts, state, and what an administrator can do."""

from __future__ import annotations

from collections.abc import Iterable

from commands.kit.card import ADMINS, STAFF, Button, Buttons, Card, Facts, Line, Part, Ref
from commands.kit.noun import Involved, Look
from commands.kit.words import T, Words, listed
from commands.staff import notes
from commands.staff.rules import KIND, last_day
from storage import absences, departures, people
from storage.database import Transaction, known
from storage.departures import DECLINED, OFFERED, Departure
from storage.people import Account, Membership, Person

SHOWN = 20


def card(look: Look, id_: int) -> Card:
    """The card that colleagues see."""
    row = people.get(look.db, id_)
    if row is None:
        return Card(T("This is no longer here."))
    about = Ref(KIND, id_)
    parts = (Facts(tuple(_facts(look.db, row)), STAFF), *standing(look, row), *_verbs(look, row))
    return Card(T("{name}", name=row.name), parts, about)


def _facts(db: Transaction, row: Person) -> Iterable[tuple[Words, Words]]:
    yield T("Departments"), listed([_seat(m) for m in people.memberships(db, known(row.id))])
    if row.superior_id:
        yield T("Superior"), notes.called(db, row.superior_id)
    if row.admin:
        yield T("Administrator"), T("Yes")
    if row.phone:
        yield T("Phone"), row.phone
    if row.email:
        yield T("E-mail"), row.email
    accounts = people.accounts_of(db, known(row.id))
    yield T("Accounts"), listed([account_name(a) for a in accounts] or [T("not linked yet")])


def _seat(membership: Membership) -> T:
    words = department(membership.department)
    return T("{department} (head)", department=words) if membership.head else words


def department(value: str) -> T:
    """A department's words."""
    from commands.kit.people import Department

    return Department(value).words


def account_name(account: Account) -> str:
    """An account as people tell it from others: the platform, and what it is called there."""
    platform = account.platform.capitalize()
    return f"{platform} · {account.name}" if account.name else platform


def standing(look: Look, row: Person) -> Iterable[Line]:
    """Whether somebody is away or will be, is leaving, or has left."""
    id_ = known(row.id)
    yield from notes.away(look, id_, row.name)
    for absence in absences.ahead(look.db, id_, look.now):
        if absence.since > look.now:
            yield Line(
                T(
                    "Away from {at} until {day:weekday}; {deputy} stands in",
                    at=absence.since,
                    day=last_day(absence, look.zone),
                    deputy=notes.called(look.db, absence.deputy_id),
                ),
                STAFF,
            )
    departure = departures.of(look.db, id_)
    if not row.active:
        yield Line(T("Does not work here any more"), STAFF)
        if departure and departure.done_at is None:
            yield from _left_open(look.db, departure)
    elif departure and departure.done_at is None:
        to = notes.called(look.db, departure.successor_id)
        yield Line(T("Is leaving; {to} takes over", to=to), STAFF)


def _left_open(db: Transaction, departure: Departure) -> Iterable[Line]:
    """What nobody has taken over yet, of what somebody left behind."""
    pieces = departures.pieces(db, known(departure.id))
    left = [piece for piece in pieces if piece.state in {OFFERED, DECLINED}]
    holder = notes.called(db, departure.holder_id)
    yield Line(T("{holder} has what is not taken over yet", holder=holder), STAFF)
    for piece in left[:SHOWN]:
        yield Line(notes.stands(db, piece), STAFF)
    if len(left) > SHOWN:
        yield Line(T("and {n} more", n=len(left) - SHOWN), STAFF)


def _verbs(look: Look, row: Person) -> Iterable[Part]:
    if not row.active:
        return
    about, id_ = Ref(KIND, known(row.id)), known(row.id)
    yield Buttons(
        (
            Button(T("New code"), "person_invite", {"person": id_}),
            Button(T("Departments"), "person_departments", {}, about),
            Button(T("Head or not"), "person_head", {}, about),
            Button(T("Superior"), "person_superior", {}, about),
            Button(T("Administrator"), "person_admin", {}, about),
            Button(T("Phone"), "person_phone", {}, about),
            Button(T("E-mail"), "person_email", {}, about),
            Button(T("Leaves"), "person_leave", {}, about, style="danger"),
        ),
        ADMINS,
    )
    accounts = people.accounts_of(look.db, id_)
    if accounts:
        yield Buttons(tuple(unlinking(about, account) for account in accounts), ADMINS)


def unlinking(about: Ref, account: Account) -> Button:
    """The button that takes an account from a person."""
    return Button(
        T("Unlink {name}", name=account_name(account)),
        "account_unlink",
        {"account": known(account.id)},
        about,
        confirm=T("Nothing more will reach them there. Unlink it?"),
    )


def involved(db: Transaction, id_: int) -> Involved:
    """Themselves; above them their superior, and whoever heads their departments."""
    heads = frozenset(
        known(head.id)
        for membership in people.memberships(db, id_)
        for head in people.heads(db, membership.department)
        if head.id != id_
    )
    return Involved(owner_id=id_, superior_ids=heads, personal=True)
