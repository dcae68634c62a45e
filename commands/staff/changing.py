"""What an administrator changes of a person: departments, seats, how they are reached."""

from __future__ import annotations

from typing import Annotated

from commands.kit.card import Ref
from commands.kit.command import Command
from commands.kit.desk import Desk
from commands.kit.errors import Invalid, Refused, no_such
from commands.kit.form import EMAIL, PHONE, Ask, PersonId
from commands.kit.people import Department, Person, Role, load
from commands.kit.words import T
from commands.staff.rules import KIND, WORDS, check_administered, check_superior
from storage import people
from storage.database import Json
from storage.reach import email_key, phone_key


def somebody(desk: Desk, person_id: int) -> Person:
    """Somebody who works here."""
    found = load(desk.db, person_id)
    if found is None:
        raise no_such(WORDS)
    return found


def _changed(desk: Desk, person_id: int, before: Json, after: Json) -> Ref:
    about = Ref(KIND, person_id)
    desk.change(about, before, after)
    return about


class ShowPerson(Command, name="person", aliases=("同事",), who={Role.STAFF}):
    """Show a colleague's card."""

    person: Annotated[PersonId, Ask("Which colleague?", "Person")]

    def run(self, desk: Desk) -> Ref:
        """Show it."""
        return Ref(KIND, self.person)


class SetDepartments(
    Command, name="person_departments", aliases=("调部门",), who={Role.ADMINISTRATOR}, on=KIND
):
    """Change departments."""

    person: Annotated[PersonId, Ask("Who is it?", "Person")]
    departments: Annotated[
        frozenset[Department], Ask("Which departments do they belong to?", "Departments")
    ]

    def run(self, desk: Desk) -> Ref:
        """Set them; whoever headed one of them still does."""
        found = somebody(desk, self.person)
        people.place(desk.db, found.id, {d.value: d in found.heads for d in self.departments})
        return _changed(desk, found.id, sorted(found.departments), sorted(self.departments))


class SetHead(
    Command, name="person_head", aliases=("部门负责人",), who={Role.ADMINISTRATOR}, on=KIND
):
    """Set department heads."""

    person: Annotated[PersonId, Ask("Who is it?", "Person")]
    head: Annotated[bool, Ask("Do they head these departments?", "Head")]

    def run(self, desk: Desk) -> Ref:
        """Set it for all departments they belong to."""
        found = somebody(desk, self.person)
        people.place(desk.db, found.id, {d.value: self.head for d in found.departments})
        return _changed(desk, found.id, {"heads": sorted(found.heads)}, {"head": self.head})


class SetSuperior(
    Command, name="person_superior", aliases=("上级",), who={Role.ADMINISTRATOR}, on=KIND
):
    """Change the superior."""

    person: Annotated[PersonId, Ask("Who is it?", "Person")]
    superior: Annotated[PersonId, Ask("Whom do they report to?", "Superior")]

    def run(self, desk: Desk) -> Ref:
        """Set it, unless it would be a circle."""
        found = somebody(desk, self.person)
        check_superior(desk.db, found.id, somebody(desk, self.superior).id)
        people.set_superior(desk.db, found.id, self.superior)
        before, after = {"superior": found.superior_id}, {"superior": self.superior}
        return _changed(desk, found.id, before, after)


class SetAdministrator(
    Command, name="person_admin", aliases=("管理员",), who={Role.ADMINISTRATOR}, on=KIND
):
    """Say who administers."""

    person: Annotated[PersonId, Ask("Who is it?", "Person")]
    admin: Annotated[bool, Ask("Are they an administrator?", "Administrator")]

    def run(self, desk: Desk) -> Ref:
        """Set it; the last one who can be reached stays."""
        found = somebody(desk, self.person)
        if found.admin and not self.admin:
            check_administered(desk.db, besides=found.id)
        people.set_admin(desk.db, found.id, admin=self.admin)
        return _changed(desk, found.id, {"admin": found.admin}, {"admin": self.admin})


class SetPhone(
    Command, name="person_phone", aliases=("手机号",), who={Role.ADMINISTRATOR}, on=KIND
):
    """Change the phone number."""

    person: Annotated[PersonId, Ask("Who is it?", "Person")]
    phone: Annotated[str, PHONE]

    def run(self, desk: Desk) -> Ref:
        """Set it."""
        found = somebody(desk, self.person)
        row = people.get(desk.db, found.id)
        check_phone(desk, self.phone, besides=found.id)
        people.reach(desk.db, found.id, phone=self.phone, email=row.email if row else "")
        return _changed(desk, found.id, None, {"phone": "changed"})


class SetEmail(Command, name="person_email", aliases=("邮箱",), who={Role.ADMINISTRATOR}, on=KIND):
    """Change e-mail address."""

    person: Annotated[PersonId, Ask("Who is it?", "Person")]
    email: Annotated[str, EMAIL]

    def run(self, desk: Desk) -> Ref:
        """Set it."""
        found = somebody(desk, self.person)
        row = people.get(desk.db, found.id)
        check_email(desk, self.email, besides=found.id)
        people.reach(desk.db, found.id, phone=row.phone if row else "", email=self.email.strip())
        return _changed(desk, found.id, None, {"email": "changed"})


def check_phone(desk: Desk, phone: str, *, besides: int = 0) -> None:
    """It is a phone number, and nobody else's."""
    if not phone_key(phone):
        raise Invalid("phone", T("“{said}” is no phone number.", said=phone))
    _check_free("phone", people.by_phone(desk.db, phone), besides)


def check_email(desk: Desk, email: str, *, besides: int = 0) -> None:
    """It is an e-mail address, and nobody else's."""
    if not email_key(email):
        raise Invalid("email", T("“{said}” is no e-mail address.", said=email))
    _check_free("email", people.by_email(desk.db, email), besides)


def _check_free(field: str, bearers: list[people.Person], besides: int) -> None:
    other = next((one for one in bearers if one.id != besides), None)
    if other:
        raise Invalid(field, T("This is {name}'s already.", name=other.name))


def refuse_leaver(name: str) -> Refused:
    """The refusal for somebody who is about to leave."""
    return Refused(T("{name} is leaving. Choose somebody else.", name=name))
