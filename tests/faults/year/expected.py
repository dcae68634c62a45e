"""What must have come of a year, worked out from the cast alone.

Nothing of the rules is asked how it is done: lunar days come from another library, and a day is
looked at after the other as a person with a calendar would.
"""

from __future__ import annotations

import tomllib
from calendar import isleap
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Any

from lunar_python import Lunar, LunarMonth

from tests.faults.year.cast import (
    DAY,
    HEAD,
    NOWHERE,
    REWORD,
    Cast,
    Contact,
    Customer,
    Excuse,
    Visit,
    Yearly,
    called,
)
from tests.faults.year.course import COMPLAINT, LEFT, Course
from tests.faults.year.records import (
    BIRTHDAY,
    COOPERATION,
    FESTIVAL,
    Done,
    Greeted,
    Greeting,
    Letter,
    Owed,
    token,
)

DEFAULTS = Path(__file__).parents[3] / "commands" / "policy.toml"
COUNTRY = "CN"


@dataclass(frozen=True)
class Rules:
    """What the policy file says about care and visits."""

    care: Mapping[str, Any]
    visits: Mapping[str, Any]

    @property
    def festivals(self) -> Iterator[tuple[str, Yearly]]:
        """The holidays that are greeted here: their Chinese name and day."""
        for one in self.care["festivals"]:
            if not one["countries"] or COUNTRY in one["countries"]:
                month, day = map(int, (one.get("lunar") or one["solar"]).split("-"))
                yield one["zh"], Yearly(month, day, lunar="lunar" in one)


def rules_of(own: Path) -> Rules:
    """The policy's numbers, with those of a company's own file over them."""
    tables = tomllib.loads(DEFAULTS.read_text(encoding="utf-8"))
    changed = tomllib.loads(own.read_text(encoding="utf-8"))
    return Rules(
        tables["care"] | changed.get("care", {}), tables["visits"] | changed.get("visits", {})
    )


# --- days -----------------------------------------------------------------------------------------


@lru_cache(maxsize=4_096)
def month_days(year: int, month: int) -> int:
    """How many days a lunar month has; a leap month is negative; 0 where there is none."""
    found = LunarMonth.fromYm(year, month)
    return int(found.getDayCount()) if found else 0


@lru_cache(maxsize=65_536)
def solar(year: int, month: int, day: int) -> date:
    """The solar day of a lunar one."""
    found = Lunar.fromYmd(year, month, day).getSolar()
    return date(found.getYear(), found.getMonth(), found.getDay())


def lunar_kept(born: Yearly, year: int, rules: Rules) -> date | None:
    """The day on which it is kept in a lunar year."""
    month = born.month
    if born.leap:
        there = month_days(year, -month) > 0
        if rules.care["leap_month"] == "skip" and not there:
            return None
        if rules.care["leap_month"] != "regular" and there:
            month = -month
    longest = month_days(year, month)
    if born.day <= longest:
        return solar(year, month, born.day)
    last = solar(year, month, longest)
    return {"last": last, "next": last + DAY, "skip": None}[rules.care["short_month"]]


def solar_kept(born: Yearly, year: int, rules: Rules) -> date | None:
    """The day on which it is kept in a solar year."""
    if (born.month, born.day) != (2, 29) or isleap(year):
        return date(year, born.month, born.day)
    instead = {"feb28": date(year, 2, 28), "mar1": date(year, 3, 1), "skip": None}
    return instead[rules.care["feb29"]]


def kept(born: Yearly | None, cast: Cast, ahead: int, rules: Rules) -> list[date]:
    """Every day on which it is kept and that is near within the year; none before the first."""
    if born is None:
        return []
    keep, last = lunar_kept if born.lunar else solar_kept, cast.end + ahead * DAY
    found = [keep(born, year, rules) for year in range(cast.first.year - 1, last.year + 1)]
    since = max(cast.first, _begun(born))
    return sorted({day for day in found if day and since <= day <= last})


def _begun(born: Yearly) -> date:
    if born.year is None:
        return date.min
    if born.lunar:
        return solar(born.year, -born.month if born.leap else born.month, born.day)
    return date(born.year, born.month, born.day)


# --- occasions ------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Occasion:
    """What comes up: planned as a day begins, for an owner, and who is to be greeted."""

    kind: str
    day: date
    planned: date
    owner: int
    contacts: tuple[Contact, ...]
    words: str
    customer: int = 0

    @property
    def ids(self) -> tuple[int, ...]:
        """Its contacts' numbers."""
        return tuple(one.id for one in self.contacts)


def occasions(cast: Cast, rules: Rules) -> Iterator[Occasion]:
    """Everything that comes up in the year."""
    for customer in cast.customers:
        yield from _cooperation(cast, rules, customer)
        for contact in cast.at[customer.id]:
            yield from _birthdays(cast, rules, customer, contact)
    for name, born in rules.festivals:
        for day in kept(born, cast, rules.care["ahead_days"], rules):
            yield from _festival(cast, rules, name, day)


def _planned(cast: Cast, day: date, ahead: int) -> date:
    """The night in which it is planned: the first one is that after everything was told."""
    return max(day - ahead * DAY, cast.first + DAY)


def _birthdays(
    cast: Cast, rules: Rules, customer: Customer, contact: Contact
) -> Iterator[Occasion]:
    ahead = rules.care["ahead_days"]
    for day in kept(contact.birthday, cast, ahead, rules):
        at = _planned(cast, day, ahead)
        owner = customer.owned(at) or HEAD
        yield Occasion(BIRTHDAY, day, at, owner, (contact,), "生日", customer.id)


def _cooperation(cast: Cast, rules: Rules, customer: Customer) -> Iterator[Occasion]:
    ahead = rules.care["years_ahead_days"]
    began = customer.since.year if customer.since else None
    for day in kept(customer.since, cast, ahead, rules):
        at, years = _planned(cast, day, ahead), day.year - (began or day.year)
        if years:
            owner, contacts = customer.owned(at) or HEAD, cast.at[customer.id]
            yield Occasion(COOPERATION, day, at, owner, contacts, f"{years}年", customer.id)


def _festival(cast: Cast, rules: Rules, name: str, day: date) -> Iterator[Occasion]:
    """Each night on which it is near, owners get it who have somebody left to greet."""
    met: set[int] = set()
    have: set[int] = set()
    night = _planned(cast, day, rules.care["ahead_days"])
    while night <= min(day, cast.end):
        owned: dict[int, list[Contact]] = {}
        for customer in cast.customers:
            left = [one for one in cast.at[customer.id] if one.id not in met]
            owned.setdefault(customer.owned(night) or HEAD, []).extend(left)
        for owner, contacts in owned.items():
            if contacts and owner not in have:
                have.add(owner)
                met |= {one.id for one in contacts}
                yield Occasion(FESTIVAL, day, night, owner, tuple(contacts), name)
        night += DAY


# --- what is done about them ----------------------------------------------------------------------


@dataclass(frozen=True)
class Year:
    """What a year comes to."""

    done: tuple[Done, ...]
    letters: tuple[Letter, ...]
    greetings: tuple[Greeting, ...]
    owed: tuple[Owed, ...]


def year(cast: Cast, rules: Rules) -> Year:
    """The whole of it."""
    done, letters = list[Done](), list[Letter]()
    greetings = list[Greeting]()
    for one in occasions(cast, rules):
        if one.planned > cast.end:
            continue
        course = _course(cast, one)
        listed = tuple(sorted(course.listed.values()))
        done.append(
            Done(one.kind, one.day, one.customer, one.owner, listed, course.state, course.due)
        )
        letters += (went := list(_letters(cast, one, course)))
        greetings += _reached(cast, one, went)
    return Year(tuple(done), tuple(letters), tuple(greetings), tuple(owed(cast, rules)))


def _at_first(cast: Cast, contact: Contact, night: date) -> Greeted:
    """Whether a contact is to be greeted, as it stands when the occasion is planned."""
    open_ = any(
        one.customer == contact.customer
        and one.opened < night
        and (one.solved is None or one.solved >= night)
        for one in cast.complaints
    )
    if contact.left and contact.left < night:
        why = LEFT
    elif open_:
        why = COMPLAINT
    else:
        why = "no way to reach them" if contact.way == NOWHERE else ""
    return Greeted(contact.id, not why, why)


def _course(cast: Cast, one: Occasion) -> Course:
    plan = cast.plan(one.kind, one.day, one.customer, one.ids)
    listed = {contact.id: _at_first(cast, contact, one.planned) for contact in one.contacts}
    course = Course(cast, one.day, one.contacts, plan, listed)
    course.run(one.planned)
    return course


def _letters(cast: Cast, one: Occasion, course: Course) -> Iterator[Letter]:
    """Each that was written and not taken back."""
    for contact, went in course.letters.items():
        reached = "sent" if course.addresses[contact] else "dead"
        state = "waiting" if went >= cast.end else reached
        yield Letter(contact, one.kind, one.day, state, went if state == "sent" else None)


def _reached(cast: Cast, one: Occasion, letters: Sequence[Letter]) -> Iterator[Greeting]:
    addresses = {contact.id: contact.address for contact in one.contacts}
    plan = cast.plan(one.kind, one.day, one.customer, one.ids)
    own = token(called(one.kind, one.day, one.customer, one.ids))
    for letter in letters:
        if letter.state == "sent":
            yield Greeting(addresses[letter.contact], own if plan.way == REWORD else one.words)


# --- visits ---------------------------------------------------------------------------------------

# So long after a month began nothing is told of it any more.
TOLD_WITHIN = 70


@dataclass(frozen=True, slots=True)
class Month:
    """What is owed for a month, and the visit that did it."""

    person: int
    state: str
    by: Visit | None = None


def owed(cast: Cast, rules: Rules) -> Iterator[Owed]:
    """Each month's visit to each customer that was important early enough in it."""
    logged: dict[tuple[int, date], list[Visit]] = {}
    for visit in cast.visits:
        logged.setdefault((visit.customer, visit.met.replace(day=1)), []).append(visit)
    excused = {(one.customer, one.month): one for one in cast.excuses}
    for customer in cast.customers:
        for month in dict.fromkeys((*cast.months, cast.end.replace(day=1))):
            about = (customer.id, month)
            told = Told(tuple(logged.get(about, ())), excused.get(about))
            found = _month(cast, rules, customer, month, told)
            if found:
                yield Owed(customer.id, f"{month:%Y-%m}", found.person, found.state)


@dataclass(frozen=True, slots=True)
class Told:
    """What is told of a customer's month: visits, and perhaps that it is excused."""

    visits: tuple[Visit, ...]
    excuse: Excuse | None

    def first(self, *, before: date, undone_on: date) -> Visit | None:
        """The earliest that was logged by then and stands."""
        stand = [
            one
            for one in self.visits
            if one.logged < before and not (one.undone and one.logged <= undone_on)
        ]
        return min(stand, key=lambda one: (one.met, one.logged, one.number), default=None)


def _month(cast: Cast, rules: Rules, customer: Customer, month: date, told: Told) -> Month | None:
    """Night by night it is owed, passed on, let go or lapses; day by day it is done."""
    following = (month + 32 * DAY).replace(day=1)
    due, night = None, max(month, cast.first)
    while night <= min(cast.end, month + TOLD_WITHIN * DAY):
        if night <= following:
            due = _in_the_night(rules, customer, (month, following, night), due, told)
        if due and night < cast.end:
            due = _by_day(night, due, told, over=night >= following)
        night += DAY
    return due


def _in_the_night(
    rules: Rules,
    customer: Customer,
    when: tuple[date, date, date],
    due: Month | None,
    told: Told,
) -> Month | None:
    month, following, night = when
    owner = customer.owned(night)
    if due is None and owner and _counts(rules, customer, month, night):
        by = told.first(before=night, undone_on=night)
        due = Month(owner, "done" if by else "open", by)
    if due is None or due.state != "open":
        return due
    if not customer.is_important(night):
        return replace(due, person=owner or due.person, state="dropped")
    return Month(owner or due.person, "lapsed" if night == following else "open")


def _counts(rules: Rules, customer: Customer, month: date, night: date) -> bool:
    """Whether it is important, and became so, or its owner's, early enough in the month."""
    changed = max((one.on for one in customer.changes if one.on < night), default=date.min)
    latest = month + (rules.visits["counts_until_day"] - 1) * DAY
    return customer.is_important(night) and changed <= latest


def _by_day(day: date, due: Month, told: Told, *, over: bool) -> Month:
    """In the morning visits are logged; in the afternoon some are taken back, and it is excused."""
    state, by = due.state, due.by
    for visit in (one for one in told.visits if one.logged == day):
        if state in {"open", "lapsed"}:
            state, by = "done", visit
    if state == "done" and by and by.undone and by.logged == day:
        by = told.first(before=day + DAY, undone_on=day)
        state = "done" if by else "lapsed" if over else "open"
    if told.excuse and told.excuse.on == day and state in {"open", "lapsed"}:
        state = "excused"
    return Month(due.person, state, by)
