"""People: who works here, how they join, which language they read (DESIGN section 5)."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from typing import Annotated

from commands.kit import qr
from commands.kit.card import STAFF, Button, Buttons, Card, Line, Link, Note, Part, Picture, Ref
from commands.kit.command import Command
from commands.kit.desk import Desk
from commands.kit.errors import Invalid, Refused, no_such
from commands.kit.form import EMAIL, PHONE, Ask, CustomerId, PersonId
from commands.kit.noun import Found, Look, Matches, Noun
from commands.kit.people import EVERYONE, Actor, Department, Labelled, Role, load
from commands.kit.words import T, Words, listed
from commands.staff import away
from commands.staff.cards import card, involved, standing
from commands.staff.changing import check_email, check_phone
from commands.staff.joining import recognised, welcome
from commands.staff.rules import KIND, WORDS
from storage import customers, departures, files, invitations, people, readings, vault
from storage.database import Transaction, known
from storage.files import File
from storage.invitations import Invitation
from storage.people import Person

CODE_ALPHABET = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
CODE_LENGTH = 8
CODE_LASTS = timedelta(days=7)
INVITATION = "invitation"  # the kind of file that shows a code; it goes when the code does
SHOWN = 100
OFFERED = 6
__all__ = ["NOUN", "recognised"]


class Language(Labelled):
    """The languages that the bot speaks."""

    CHINESE = "zh", "中文"
    ENGLISH = "en", "English"


# --- rules ----------------------------------------------------------------------------------------


def digest(code: str) -> str:
    """How a code is kept: nobody can read it out of the database."""
    return hashlib.sha256(code.strip().upper().encode()).hexdigest()


def new_code() -> str:
    """A code that is easy to read out and hard to guess (40 bits, and it expires)."""
    return "".join(secrets.choice(CODE_ALPHABET) for _ in range(CODE_LENGTH))


def invite(
    db: Transaction,
    now: datetime,
    *,
    person_id: int | None = None,
    contact_id: int | None = None,
    admin: bool = False,
) -> str:
    """Make an invitation; give its code, which is kept nowhere."""
    code = new_code()
    invitations.add(
        db,
        Invitation(
            digest=digest(code),
            person_id=person_id,
            contact_id=contact_id,
            admin=admin,
            expires_at=now + CODE_LASTS,
        ),
    )
    return code


# --- the noun -------------------------------------------------------------------------------------


def find(look: Look, text: str, _actor: Actor | None) -> Matches:
    """People by part of their name, pinyin or initials.

    Where nobody who works here is called so, those who have left and whose work nobody has taken
    over yet.
    """
    everybody = [(one.id, one.name) for one in people.named(look.db)]
    if not text.strip():
        return Matches(tuple(Found(i, n) for i, n in everybody[:20]))
    found = _ranked(text, everybody)
    return found if found.found else _ranked(text, list(_leavers(look.db)))


def _leavers(db: Transaction) -> Iterator[tuple[int, str]]:
    for departure in departures.unfinished(db):
        row = people.get(db, departure.person_id)
        if row and not row.active:
            yield departure.person_id, row.name


def _ranked(text: str, everybody: list[tuple[int, str]]) -> Matches:
    ranked = readings.rank(text, everybody, 20)
    names = dict(everybody)
    found = tuple(Found(i, names[i], score) for i, score in ranked)
    return Matches(found, readings.is_clear(ranked))


def leads(look: Look, text: str, *, whole: bool = False) -> tuple[Matches, str]:
    """The colleague that a text begins with, and the rest of the text."""
    body = text.lstrip()
    named = [one for one in people.named(look.db) if _begins(body, one.name)]
    longest = max((len(one.name) for one in named), default=0)
    found = tuple(Found(one.id, one.name) for one in named if len(one.name) == longest)
    if found:
        return Matches(found, len(found) == 1), body[longest:]
    word, _, rest = body.partition(" ")
    guessed = find(look, word, None) if rest and not whole else Matches()
    sure = guessed.clear and _names(word, guessed.found[0])
    return (guessed, rest) if sure else (Matches(), text)


def _names(word: str, found: Found) -> bool:
    """Whether a word is somebody's in characters, or a whole word, sound or all initials of theirs.

    A part of their pinyin or a slip may be any word: "until" is like 孙敏, and "in" a part of it.
    """
    written = readings.HAS_CHINESE.search(word) or word.casefold() in found.name.casefold().split()
    return found.score in readings.WHOLE or (bool(written) and found.score > readings.SPOKEN)


def _begins(text: str, name: str) -> bool:
    """Whether a text begins with a name: in letters, with the whole of it."""
    after = text[len(name) : len(name) + 1]
    goes_on = name[-1:].isascii() and after.isascii() and after.isalnum()
    return text.casefold().startswith(name.casefold()) and not goes_on


def name_of(db: Transaction, id_: int) -> str | None:
    """The name of a person."""
    found = people.get(db, id_)
    return found.name if found and found.active else None


NOUN = Noun(
    kind=KIND,
    words=WORDS,
    find=find,
    name_of=name_of,
    card=card,
    involved=involved,
    leads=leads,
    timers={away.BEGINS: away.begins, away.ENDS: away.ends},
)


# --- commands -------------------------------------------------------------------------------------

_NO_CODE = T("This code is not valid, or was used already. Ask your administrator for a new one.")


class Join(Command, name="join", aliases=("加入",), who=EVERYONE):
    """Join with your code."""

    code: Annotated[str, Ask("What is your code?", "Code", secret=True)]

    def run(self, desk: Desk) -> Card:
        """Link this account to whom the code was made for."""
        found = invitations.find(desk.db, digest(self.code))
        if found is None or found.used_at or found.expires_at < desk.recorded_at:
            raise Refused(_NO_CODE)
        if desk.actor.person is not None:
            raise Refused(T("You are {name} here already.", name=desk.actor.person.name))
        invitations.spend(desk.db, known(found.id), desk.recorded_at)
        person_id = found.person_id or (_founder(desk) if found.admin else None)
        people.link_account(desk.db, desk.actor.account_id, person_id, found.contact_id)
        if found.admin and found.person_id:
            people.set_admin(desk.db, found.person_id, admin=True)
        desk.note(None, None, {"person": person_id, "contact": found.contact_id})
        if person_id:
            desk.touch(Ref(KIND, person_id))
        return welcome(desk.db, person_id, found.contact_id)


def _founder(desk: Desk) -> int:
    """The first administrator, named as their account is."""
    name = desk.actor.name or "Administrator"
    made = people.add(desk.db, Person(name=name, admin=True, created_at=desk.now))
    people.place(desk.db, made, {Department.MANAGEMENT.value: True})
    return made


class AddPerson(
    Command,
    name="person_add",
    aliases=("新增人员",),
    who={Role.ADMINISTRATOR},
):
    """Add a colleague."""

    name: Annotated[str, Ask("What is their name?", "Name")]
    departments: Annotated[
        frozenset[Department], Ask("Which departments do they belong to?", "Departments")
    ]
    superior: Annotated[PersonId | None, Ask("Whom do they report to?", "Superior")] = None
    head: Annotated[bool, Ask("Do they head these departments?", "Head")] = False
    admin: Annotated[bool, Ask("Are they an administrator?", "Administrator")] = False
    phone: Annotated[str | None, PHONE] = None
    email: Annotated[str | None, EMAIL] = None

    def run(self, desk: Desk) -> Card:
        """Enter them, and show the code once."""
        self._check(desk)
        row = Person(
            name=self.name,
            superior_id=self.superior,
            admin=self.admin,
            phone=self.phone or "",
            email=self.email or "",
            created_at=desk.now,
        )
        made = people.add(desk.db, row)
        people.place(desk.db, made, {d.value: self.head for d in self.departments})
        code = invite(desk.db, desk.recorded_at, person_id=made)
        desk.note(Ref(KIND, made), None, {"person": made, "name": self.name})
        return _code_card(desk, T("{name} has been added", name=self.name), code)

    def _check(self, desk: Desk) -> None:
        if any(one.name == self.name for one in people.named(desk.db)):
            raise Invalid("name", T("There is somebody called {name} already.", name=self.name))
        if self.phone:
            check_phone(desk, self.phone)
        if self.email:
            check_email(desk, self.email)


def _code_card(desk: Desk, title: T, code: str) -> Card:
    links = [part for link in desk.links(code) for part in _linked(desk, link)]
    return Card(
        title,
        (
            Line(T("Their code (valid once, for 7 days): {code}", code=code), STAFF),
            Note(T("They send the bot: join {code}", code=code)),
            *links,
        ),
    )


def _linked(desk: Desk, link: str) -> Iterable[Part]:
    """A link that joins at once, and the same to be scanned from a screen or from paper."""
    yield Note(T("Or they open this link, or scan the picture:"))
    yield Link(link)
    picture = qr.drawn(link)
    kept = files.add(
        desk.db,
        File(
            platform=desk.source.platform,
            workspace=desk.source.workspace,
            remote="",
            name="invitation.png",
            media=qr.MEDIA,
            size=len(picture),
            account_id=desk.actor.account_id or None,
            kind=INVITATION,
            at=desk.now,
            state=files.HERE,
            vault=vault.made(desk.db, picture),
        ),
    )
    yield Picture(kept, T("The invitation as a QR code"))


class InvitePerson(
    Command,
    name="person_invite",
    aliases=("邀请",),
    who={Role.ADMINISTRATOR},
):
    """New code for a colleague."""

    person: Annotated[PersonId, Ask("Who is it for?", "Person")]

    def run(self, desk: Desk) -> Card:
        """Show the code once."""
        found = load(desk.db, self.person)
        if found is None:
            raise no_such(WORDS)
        code = invite(desk.db, desk.recorded_at, person_id=found.id)
        desk.note(None, None, {"person": found.id})
        return _code_card(desk, T("A new code for {name}", name=found.name), code)


class InviteContact(
    Command,
    name="customer_invite",
    aliases=("邀请客户",),
    who={Department.SALES, Department.MARKETING, Department.QUALITY},
    clause="3.1.2a",
    on="customer",
):
    """Invite a contact."""

    customer: Annotated[CustomerId, Ask("Which customer?", "Customer")]
    contact: Annotated[str, Ask("Which contact?", "Contact")]

    def run(self, desk: Desk) -> Card:
        """Show the code once."""
        called = [(known(c.id), c.name) for c in customers.contacts(desk.db, self.customer)]
        ranked = readings.rank(self.contact, called, 2)
        if not ranked:
            raise Invalid(
                "contact",
                T("There is no contact called {name} yet. Add them first.", name=self.contact),
            )
        code = invite(desk.db, desk.recorded_at, contact_id=ranked[0][0])
        desk.note(Ref("customer", self.customer), None, {"contact": ranked[0][0]})
        return _code_card(desk, T("A code for {name}", name=dict(called)[ranked[0][0]]), code)


class ListPeople(Command, name="people", aliases=("人员",), who={Role.STAFF}):
    """List the people of the company and whom they report to."""

    def run(self, desk: Desk) -> Card:
        """Everybody; first of all who has not linked an account yet."""
        everybody = people.active(desk.db)
        names = {p.id: p.name for p in everybody}
        unlinked = [p for p in everybody if not people.accounts_of(desk.db, known(p.id))]
        lines = tuple(
            line
            for p in everybody[:SHOWN]
            for line in (
                Line(_described(desk, p, names.get(p.superior_id, "")), STAFF),
                *standing(desk, p),
            )
        )
        title = T("{n} person", "{n} people", n=len(everybody))
        return Card(title, (*_unlinked(desk, unlinked), *lines))


def _unlinked(desk: Desk, rows: list[Person]) -> Iterable[Part]:
    if not rows:
        return
    names: Words = listed([row.name for row in rows[:SHOWN]])
    yield Line(T("Not linked yet ({n}): {names}", n=len(rows), names=names), STAFF)
    if desk.person.admin:
        yield Buttons(
            tuple(
                Button(T("Code for {name}", name=row.name), "person_invite", {"person": row.id})
                for row in rows[:OFFERED]
            )
        )


def _described(desk: Desk, row: Person, superior: str) -> T:
    person = load(desk.db, known(row.id))
    departments = listed([d.words for d in sorted(person.departments)] if person else [])
    joined = bool(people.accounts_of(desk.db, known(row.id)))
    state = T("joined") if joined else T("not joined yet")
    if superior:
        return T(
            "{name} · {departments} · reports to {superior} · {state}",
            name=row.name,
            departments=departments,
            superior=superior,
            state=state,
        )
    return T(
        "{name} · {departments} · {state}", name=row.name, departments=departments, state=state
    )


class ChooseLanguage(Command, name="language", aliases=("语言",), who=EVERYONE):
    """Choose your language."""

    language: Annotated[Language, Ask("Which language?", "Language")]

    def run(self, desk: Desk) -> Card:
        """Remember it."""
        if desk.actor.person:
            people.set_language(desk.db, desk.actor.person.id, self.language.value)
        people.set_account_language(desk.db, desk.actor.account_id, self.language.value)
        desk.note(None, None, {"language": self.language.value})
        return Card(T("From now on: {language}", language=self.language.words))
