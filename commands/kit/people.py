"""People as commands know them: departments, superiors, roles, and whom something is for."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from datetime import datetime, time
from enum import StrEnum
from typing import Self
from zoneinfo import ZoneInfo

from commands.kit.calendar import Quiet
from commands.kit.words import T
from storage import absences, people
from storage.absences import Absence
from storage.database import Transaction, known
from storage.people import Membership


class Labelled(StrEnum):
    """A choice whose members carry their English words."""

    text: str

    def __new__(cls, value: str, text: str = "") -> Self:
        """Make a member from its stored value and its words; it is found by its value alone."""
        made = str.__new__(cls, value)
        made._value_ = value
        made.text = text
        return made

    @property
    def words(self) -> T:
        """What people read."""
        return T(self.text)


class Department(Labelled):
    """The departments that the policy names."""

    MANAGEMENT = "management", "Management"
    SALES = "sales", "Sales"
    MARKETING = "marketing", "Marketing"
    QUALITY = "quality", "Quality"
    PURCHASING = "purchasing", "Purchasing"
    PRODUCTION = "production", "Production"
    FINANCE = "finance", "Finance"
    LEGAL = "legal", "Legal"
    ARCHIVE = "archive", "Archive"


class Relation(Labelled):
    """What a person can be to a subject."""

    OWNER = "owner", "its owner"
    SUBMITTER = "submitter", "who submitted it"
    SUPERIOR = "superior", "the owner's superior"
    DEPUTY = "deputy", "the owner's deputy"


class Role(Labelled):
    """What somebody is, whatever the subject."""

    STAFF = "staff", "everybody of the company"
    ADMINISTRATOR = "administrator", "the administrator"
    CONTACT = "contact", "a customer's contact"
    STRANGER = "stranger", "anybody"


Who = frozenset[Department | Relation | Role]
EVERYONE: Who = frozenset({Role.STAFF, Role.CONTACT, Role.STRANGER})


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody of the company.

    `home` is the platform on which they want to be told things. `stands_in_for` are those away
    whose deputy they are at this moment; known of whoever speaks.
    """

    id: int
    name: str
    departments: frozenset[Department] = frozenset()
    heads: frozenset[Department] = frozenset()
    superior_id: int | None = None
    admin: bool = False
    language: str = ""
    zone: str = ""
    quiet: Quiet = field(default_factory=lambda: Quiet(time(22), time(7, 30)))
    home: str = ""
    stands_in_for: frozenset[int] = frozenset()

    def zone_or(self, company: ZoneInfo) -> ZoneInfo:
        """The zone this person reads times in."""
        return ZoneInfo(self.zone) if self.zone else company


@dataclass(frozen=True, slots=True)
class Actor:
    """Who speaks: an account, and the person or customer's contact it belongs to, if anybody.

    `left` says that it belonged to somebody who works here no more.
    """

    account_id: int
    name: str
    person: Person | None = None
    contact_id: int | None = None
    customer_id: int | None = None
    language: str = ""
    left: bool = False

    @property
    def role(self) -> Role:
        """Staff, a contact, or a stranger."""
        if self.person:
            return Role.STAFF
        return Role.CONTACT if self.contact_id else Role.STRANGER


@dataclass(frozen=True, slots=True)
class ToPerson:
    """To somebody of the company, on whichever account reaches them; perhaps in another's place."""

    id: int
    instead_of: int | None = None


@dataclass(frozen=True, slots=True)
class ToContact:
    """To a customer's contact, on whichever account reaches them."""

    id: int


@dataclass(frozen=True, slots=True)
class ToAccount:
    """To one account: of somebody who is nobody's yet, or this one of a person's."""

    id: int
    person_id: int | None = None


@dataclass(frozen=True, slots=True)
class ToChat:
    """To a conversation: the place where something was said, or a bound channel.

    With `own_thread` it goes into the thread of what it is about, where the place has such.
    """

    platform: str
    workspace: str
    chat: str
    thread: str = ""
    person_id: int | None = None
    own_thread: bool = False


To = ToPerson | ToContact | ToAccount | ToChat


def load(db: Transaction, person_id: int) -> Person | None:
    """The person with this id, if active."""
    tables = ("person", "membership")
    return db.recalled.of("colleague", person_id, tables, lambda: _load(db, person_id))


def _load(db: Transaction, person_id: int) -> Person | None:
    row = people.get(db, person_id)
    return _person(db, row) if row and row.active else None


def everybody(db: Transaction) -> dict[int, Person]:
    """All who work here, by their ids: two queries, however many they are."""
    theirs: defaultdict[int, list[Membership]] = defaultdict(list)
    for membership in people.all_memberships(db):
        theirs[membership.person_id].append(membership)
    return {known(row.id): _made(row, theirs[known(row.id)]) for row in people.active(db)}


def _person(db: Transaction, row: people.Person) -> Person:
    return _made(row, people.memberships(db, known(row.id)))


def _made(row: people.Person, memberships: Collection[Membership]) -> Person:
    return Person(
        id=known(row.id),
        name=row.name,
        departments=frozenset(Department(m.department) for m in memberships),
        heads=frozenset(Department(m.department) for m in memberships if m.head),
        superior_id=row.superior_id,
        admin=row.admin,
        language=row.language,
        zone=row.zone,
        quiet=Quiet(time.fromisoformat(row.quiet_from), time.fromisoformat(row.quiet_to)),
        home=row.home,
    )


def superior_of(db: Transaction, person_id: int | None) -> Person | None:
    """Who a person reports to; an empty seat falls to another person who administers, or nobody."""
    row = people.get(db, person_id) if person_id else None
    above = load(db, row.superior_id) if row and row.superior_id else None
    return above or administrator(db, besides=person_id)


def administrator(db: Transaction, *, besides: int | None = None) -> Person | None:
    """An administrator, other than this person."""
    for row in people.administrators(db):
        if row.id != besides:
            return _person(db, row)
    return None


def head_of(db: Transaction, department: Department) -> Person | None:
    """The head of a department; an empty seat falls to an administrator."""
    for row in people.heads(db, department):
        return _person(db, row)
    return administrator(db)


def members_of(db: Transaction, department: Department) -> list[Person]:
    """Everybody of a department, its head first."""
    return [_person(db, row) for row in people.members(db, department)]


# --- standing in ----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Acting:
    """Who acts at a moment, and in whose place if not in their own."""

    person: Person
    instead_of: Person | None = None


def acting(
    db: Transaction,
    person_id: int | None,
    at: datetime,
    covers: Callable[[Absence], bool] = lambda _: True,
) -> Acting | None:
    """A person themselves, or who stands in while they are away: their deputy, or that one's.

    Where all of them are away or have left, or an absence `covers` not what is to be done, it is
    the superior, or an administrator. None for somebody who does not work here.
    """
    meant = load(db, person_id) if person_id else None
    if meant is None:
        return None
    passed: set[int] = set()
    following: Person | None = meant
    while following and following.id not in passed:
        absence = absences.of(db, following.id, at)
        if absence is None:
            return Acting(following, None if following.id == meant.id else meant)
        passed.add(following.id)
        following = load(db, absence.deputy_id) if covers(absence) else None
    above = _present_above(db, meant, at)
    return Acting(above, meant) if above else Acting(meant)


def _present_above(db: Transaction, person: Person, at: datetime) -> Person | None:
    """The next superior who is not away, or an administrator who is not."""
    passed = {person.id}
    above = superior_of(db, person.id)
    while above and above.id not in passed:
        if absences.of(db, above.id, at) is None:
            return above
        passed.add(above.id)
        above = superior_of(db, above.id)
    present = (_person(db, row) for row in people.administrators(db) if row.id not in passed)
    return next((one for one in present if absences.of(db, one.id, at) is None), None)


def standing_in(db: Transaction, person_id: int, at: datetime) -> frozenset[int]:
    """Those away for whom a person acts at a moment."""
    away = {absence.person_id for absence in absences.now(db, at)} - {person_id}
    found = ((id_, acting(db, id_, at)) for id_ in away)
    return frozenset(id_ for id_, acts in found if acts and acts.person.id == person_id)
