"""Who deals with whom in a year, and what they do on which day: a pure function of the seed.

Whoever acts looks up here what they do today, and so does whoever works out afterwards what must
have come of it; neither asks the other.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cached_property
from itertools import count

from lunar_python import LunarMonth, LunarYear

DAY = timedelta(days=1)
BOSS, HEAD, QUALITY, SELLERS = 1, 2, 3, 4
# How many contacts a customer has on average.
CONTACTS = 3
MAIL, TEXT, BOTH, CHAT, NOWHERE = "mail", "sms", "mail and sms", "slack", ""
SEND, REWORD, BY_HAND, SKIP, LEAVE = "send", "reword", "by_hand", "skip", "leave"
# What is done about an occasion, of a hundred.
WAYS = {SEND: 42, REWORD: 6, BY_HAND: 17, SKIP: 16, LEAVE: 19}
# So many days after the occasion (before it, if negative) somebody sees to it.
WHEN = {-12: 3, -8: 3, -3: 22, -2: 22, -1: 20, 0: 24, 1: 6}
# Days that many years have not, and leap months of this and other years.
ODD_LUNAR = ((12, 30), (1, 30), (6, 30), (8, 30), (11, 25), (12, 1), (1, 1), (5, 5), (8, 15))
LEAP_YEARS = (1984, 1990, 1995, 2001, 2006, 2009, 2012, 2014, 2017, 2020, 2023)


@dataclass(frozen=True, slots=True)
class Yearly:
    """A day that comes every year, of either calendar; `year` is the first of them, if known."""

    month: int
    day: int
    lunar: bool = False
    leap: bool = False
    year: int | None = None

    def told(self) -> str:
        """As a colleague writes it."""
        year = f"{self.year}年" if self.year else ""
        calendar = "农历" if self.lunar else ""
        return f"{calendar}{year}{'闰' if self.leap else ''}{self.month}月{self.day}日"


@dataclass(frozen=True, slots=True)
class Contact:
    """A person at a customer; nobody else is called so. `left` is the day that it was told."""

    id: int
    customer: int
    way: str
    birthday: Yearly | None
    left: date | None

    @property
    def name(self) -> str:
        """What they are called."""
        return f"{'赵钱孙李周吴郑王'[self.id % 8]}联系人{self.id}"

    @property
    def email(self) -> str:
        """Their e-mail address, or ""."""
        return f"c{self.id}@customer.test" if self.way in {MAIL, BOTH} else ""

    @property
    def phone(self) -> str:
        """Their phone number, or ""."""
        return f"139{self.id:08}" if self.way in {TEXT, BOTH} else ""

    @property
    def user(self) -> str:
        """Their identity in a chat, or ""."""
        return f"UC{self.id}" if self.way == CHAT else ""

    @property
    def address(self) -> str:
        """Where they are greeted: the chat that they use, else by e-mail, else by text message."""
        return self.user or self.email or self.phone


@dataclass(frozen=True, slots=True)
class Change:
    """From this day's morning on somebody else owns a customer, or it is important, or not."""

    on: date
    owner: int
    important: bool


@dataclass(frozen=True, slots=True)
class Complaint:
    """Told in the morning of one day and solved in the afternoon of another, or not in the year."""

    number: int
    customer: int
    opened: date
    solved: date | None

    @property
    def mark(self) -> str:
        """What stands in its text."""
        return f"K{self.number}K"


@dataclass(frozen=True, slots=True)
class Visit:
    """It was on one day, logged in the morning of another, and perhaps taken back that day."""

    number: int
    customer: int
    met: date
    logged: date
    undone: bool = False

    @property
    def mark(self) -> str:
        """What stands in its notes."""
        return f"V{self.number}V"


@dataclass(frozen=True, slots=True)
class Excuse:
    """A superior excuses a month's visit in the afternoon of a day."""

    customer: int
    month: date
    on: date


@dataclass(frozen=True, slots=True)
class Customer:
    """A customer: who owns it at first, whether it is important, and since when we cooperate."""

    id: int
    owner: int | None
    important: bool
    since: Yearly | None
    changes: tuple[Change, ...] = ()

    def owned(self, midnight: date) -> int | None:
        """Who owns it as a day begins."""
        last = [one for one in self.changes if one.on < midnight]
        return last[-1].owner if last else self.owner

    def is_important(self, midnight: date) -> bool:
        """Whether it is important as a day begins."""
        last = [one for one in self.changes if one.on < midnight]
        return last[-1].important if last else self.important


@dataclass(frozen=True, slots=True)
class Plan:
    """What is done about an occasion.

    On a day or as soon after as it is there, by a person; `toggled` is turned before, `twice` means
    that another tap on the same button comes at once.
    """

    way: str
    on: date
    by_superior: bool
    twice: bool
    toggled: int | None


@dataclass(frozen=True)
class Cast:
    """Everybody. `first` is the day on which they begin, `days` how many they go on."""

    seed: int
    many: int
    sellers: int
    first: date
    days: int
    rush: tuple[date, ...] = field(default=())

    @property
    def end(self) -> date:
        """The day at whose beginning it is over."""
        return self.first + self.days * DAY

    @property
    def spare(self) -> int:
        """A seller who has no customer at first."""
        return SELLERS + self.sellers

    @property
    def staff(self) -> range:
        """Everybody's number."""
        return range(BOSS, self.spare + 1)

    def superior(self, person: int) -> int:
        """Whom somebody reports to."""
        return BOSS if person in {BOSS, HEAD, QUALITY} else HEAD

    def chance(self, what: str) -> random.Random:
        """Chance of one thing, whatever else happens."""
        return random.Random(f"{self.seed}:{what}")

    @cached_property
    def customers(self) -> tuple[Customer, ...]:
        """Every customer."""
        return tuple(self._customer(id_) for id_ in range(1, self.many + 1))

    @cached_property
    def contacts(self) -> tuple[Contact, ...]:
        """Every contact: three a customer on average, and none at some."""
        ids = count(1)
        found = []
        for id_ in range(1, self.many + 1):
            pair = self.chance(f"contacts:{(id_ - 1) // 2}").randint(0, 2 * CONTACTS)
            some = pair if id_ % 2 else 2 * CONTACTS - pair
            found += [self._contact(next(ids), id_) for _ in range(some)]
        return tuple(found)

    @cached_property
    def at(self) -> dict[int, tuple[Contact, ...]]:
        """The contacts of each customer."""
        found: dict[int, list[Contact]] = {one.id: [] for one in self.customers}
        for contact in self.contacts:
            found[contact.customer].append(contact)
        return {id_: tuple(some) for id_, some in found.items()}

    def drawn(self) -> None:
        """Draw everything now: whoever is born afterwards need not."""
        _ = self.at, self.complaints, self.visits, self.excuses

    # --- who they are -----------------------------------------------------------------------------

    def _day(self, chance: random.Random, *, since: int = 0) -> date:
        """A day of the year; so many days from its beginning at least."""
        return self.first + chance.randint(since, max(since, self.days - 1)) * DAY

    def _customer(self, id_: int) -> Customer:
        chance = self.chance(f"customer:{id_}")
        owner = None if id_ % 50 == 0 else SELLERS + chance.randrange(self.sellers)
        important = owner is not None and chance.random() < 0.25
        since = self._since(chance) if chance.random() < 0.8 else None
        changes = self._changes(chance, owner, important=important)
        return Customer(id_, owner, important, since, changes)

    def _changes(
        self, chance: random.Random, owner: int | None, *, important: bool
    ) -> tuple[Change, ...]:
        """One in ten changes hands, some as a holiday comes near; one in twenty is important."""
        drawn = chance.random()
        if owner is None or drawn > 0.15:
            return ()
        if drawn < 0.03 and self.rush:
            return (Change(chance.choice(self.rush), self.spare, important),)
        if drawn < 0.10:
            other = SELLERS + chance.randrange(self.sellers)
            return (Change(self._day(chance, since=1), other, important),)
        return (Change(self._day(chance, since=1), owner, not important),)

    def _since(self, chance: random.Random) -> Yearly:
        if chance.random() < 0.05:
            return Yearly(2, 29, year=chance.choice((2008, 2012, 2016, 2020)))
        if chance.random() < 0.03:  # it begins as this does
            return Yearly(self.first.month, self.first.day, year=self.first.year)
        day = date(self.first.year - chance.randint(1, 20), 1, 1) + chance.randrange(365) * DAY
        return Yearly(day.month, day.day, year=day.year)

    def _contact(self, id_: int, customer: int) -> Contact:
        chance = self.chance(f"contact:{id_}")
        way = chance.choices((MAIL, TEXT, BOTH, CHAT, NOWHERE), (35, 30, 10, 12, 13))[0]
        birthday = self._birthday(chance) if chance.random() < 0.75 else None
        left = self._day(chance) if chance.random() < 0.06 else None
        return Contact(id_, customer, way, birthday, left)

    def _birthday(self, chance: random.Random) -> Yearly:
        kinds = (self._solar, self._lunar, self._odd, self._in_a_leap_month, self._leap_day)
        kind: Callable[[random.Random], Yearly] = chance.choices(kinds, (40, 30, 12, 12, 6))[0]
        return kind(chance)

    def _solar(self, chance: random.Random) -> Yearly:
        day = date(1955, 1, 1) + chance.randrange(365 * 45) * DAY
        return Yearly(day.month, day.day, year=day.year if chance.random() < 0.5 else None)

    def _lunar(self, chance: random.Random) -> Yearly:
        year = chance.randint(1955, 1999) if chance.random() < 0.5 else None
        month = chance.randint(1, 12)
        longest = LunarMonth.fromYm(year, month).getDayCount() if year else 30
        return Yearly(month, chance.randint(1, longest), lunar=True, year=year)

    def _odd(self, chance: random.Random) -> Yearly:
        month, day = chance.choice(ODD_LUNAR)
        return Yearly(month, day, lunar=True)

    def _in_a_leap_month(self, chance: random.Random) -> Yearly:
        year = chance.choice(LEAP_YEARS)
        month = LunarYear.fromYear(year).getLeapMonth()
        day = chance.randint(1, LunarMonth.fromYm(year, -month).getDayCount())
        said = year if chance.random() < 0.5 else None
        return Yearly(month, day, lunar=True, leap=True, year=said)

    def _leap_day(self, chance: random.Random) -> Yearly:
        return Yearly(2, 29, year=chance.choice((None, 1960, 1972, 1988, 1996)))

    # --- what they do -----------------------------------------------------------------------------

    @cached_property
    def complaints(self) -> tuple[Complaint, ...]:
        """Some customers complain, one of them again and again while the first is still open."""
        drawn = [(one.id, span) for one in self.customers for span in self._complained(one.id)]
        return tuple(
            Complaint(number, customer, *span) for number, (customer, span) in enumerate(drawn, 1)
        )

    def _complained(self, customer: int) -> Iterator[tuple[date, date | None]]:
        chance = self.chance(f"complaints:{customer}")
        if customer == 1:
            yield self.first + DAY, None
            for n in range(2, 9):
                yield self.first + n * DAY, self.first + (n + 1) * DAY
        elif chance.random() < 0.08:
            opened = self._day(chance)
            solved = opened + chance.randint(0, 12) * DAY
            yield opened, solved if chance.random() < 0.9 else None

    @cached_property
    def months(self) -> tuple[date, ...]:
        """The first of each month of which a day is played."""
        found = [self.first.replace(day=1)]
        while (following := (found[-1] + 32 * DAY).replace(day=1)) < self.end:
            found.append(following)
        return tuple(found)

    @cached_property
    def visits(self) -> tuple[Visit, ...]:
        """What was logged, of the customers that are important at some time."""
        kept = [one for one in self.customers if one.important or one.changes]
        drawn = [spans for one in kept for m in self.months for spans in self._visited(one.id, m)]
        return tuple(Visit(number, *one) for number, one in enumerate(drawn, 1))

    def _visited(self, customer: int, month: date) -> Iterator[tuple[int, date, date, bool]]:
        """A month without, with one or with two visits; some told late, some taken back."""
        chance = self.chance(f"visits:{customer}:{month}")
        last = (month + 32 * DAY).replace(day=1) - DAY
        for _ in range(chance.choices((0, 1, 2), (25, 60, 15))[0]):
            met = month + chance.randrange(last.day) * DAY
            logged = met + chance.choices((0, 1, 3, 20), (60, 20, 14, 6))[0] * DAY
            if self.first < met and logged < self.end:
                yield customer, met, logged, chance.random() < 0.08

    @cached_property
    def excuses(self) -> tuple[Excuse, ...]:
        """Months that a superior excuses, whether or not anything is owed in them."""
        drawn = [(one, month) for one in self.customers if one.important for month in self.months]
        found = [self._excused(one.id, month) for one, month in drawn]
        return tuple(one for one in found if one and self.first < one.on < self.end)

    def _excused(self, customer: int, month: date) -> Excuse | None:
        chance = self.chance(f"excuses:{customer}:{month}")
        if chance.random() > 0.12:
            return None
        return Excuse(customer, month, month + chance.randint(5, 45) * DAY)

    def plan(self, kind: str, day: date, customer: int, contacts: tuple[int, ...]) -> Plan:
        """What is done about an occasion that these contacts are to be greeted for, if anybody."""
        chance = self.chance(f"care:{called(kind, day, customer, contacts)}")
        way = chance.choices(tuple(WAYS), tuple(WAYS.values()))[0]
        on = day + chance.choices(tuple(WHEN), tuple(WHEN.values()))[0] * DAY
        toggled = chance.choice(contacts) if contacts and chance.random() < 0.1 else None
        return Plan(way, on, chance.random() < 0.15, chance.random() < 0.3, toggled)


def called(kind: str, day: date, customer: int, contacts: tuple[int, ...]) -> str:
    """What tells an occasion from all others: a contact is among one owner's for a holiday."""
    return f"{kind}:{day}:{customer}:{min(contacts, default=0)}"
