"""The company's calendar: its shifts, its weekdays, its country's holidays, and its own changes."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from typing import Annotated, Self
from zoneinfo import ZoneInfo

from pydantic import Field, field_validator, model_validator

from commands.kit.calendar import (
    Shifts,
    WorkingHours,
    YearUnknown,
    add_working,
    check_shifts,
    public_days,
)
from commands.kit.desk import Desk
from commands.kit.policy import Clause, Section
from commands.kit.words import T, Words, in_both, listed

CHINA = "CN"
_CLAUSE = "2.2.4"
_SHIFT = re.compile(r"((?:[01]\d|2[0-3]):[0-5]\d)-((?:[01]\d|2[0-3]):[0-5]\d|24:00)")
_NONE: tuple[frozenset[date], frozenset[date]] = (frozenset(), frozenset())
_SATURDAY = 5
_DECEMBER = 12
_OBSERVED = "（补假）"
_IN_LIEU = re.compile(r"休息日（由 (\d{4}-\d{2}-\d{2}) 调休）")
# What the library calls China's holidays.
_NAMES = {
    "元旦": T("New Year's Day"),
    "农历除夕": T("Chinese New Year's Eve"),
    "春节": T("Spring Festival"),
    "春节延长假期": T("Spring Festival, extended"),
    "清明节": T("Tomb-Sweeping Day"),
    "劳动节": T("Labour Day"),
    "端午节": T("Dragon Boat Festival"),
    "中秋节": T("Mid-Autumn Festival"),
    "国庆节": T("National Day"),
}
Weekday = Annotated[int, Field(ge=1, le=7)]


class CalendarPolicy(Section, section="calendar"):
    """When the company works. `off` and `made_up` are ISO dates and win over public holidays.

    `country` is an ISO 3166 code, or "" where no public holidays are kept; `days` are 1 for Monday
    to 7; a shift is "09:00-18:00", and one until 24:00 ends with the day.
    """

    country: Annotated[str, Clause(_CLAUSE), Field(pattern=r"^([A-Z]{2})?$")]
    shifts: Annotated[list[str], Clause(_CLAUSE), Field(min_length=1, max_length=12)]
    days: Annotated[list[Weekday], Clause(_CLAUSE), Field(min_length=1, max_length=7)]
    off: Annotated[list[str], Clause("3.1.1a"), Field(max_length=4_000)]
    made_up: Annotated[list[str], Clause("3.1.1a"), Field(max_length=4_000)]

    @field_validator("country")
    @classmethod
    def _known(cls, country: str) -> str:
        """The holidays must be known somewhere, or none would ever be kept."""
        if country not in {"", CHINA} and not _has_holidays(country):
            raise ValueError(f'no public holidays of {country} are known; "" keeps none')
        return country

    @field_validator("shifts")
    @classmethod
    def _in_order(cls, shifts: list[str]) -> list[str]:
        """Shifts are times of day, one after the other."""
        check_shifts(_clocks(shifts))
        return shifts

    @field_validator("off", "made_up")
    @classmethod
    def _dates(cls, days: list[str]) -> list[str]:
        """Days are written as 2026-10-10."""
        for day in days:
            date.fromisoformat(day)
        return days

    @model_validator(mode="after")
    def _one_or_the_other(self) -> Self:
        """A day is worked or it is not."""
        both = self.named_off & self.named_made_up
        if both:
            raise ValueError(f"{min(both)} stands under off and under made_up")
        return self

    @property
    def named_off(self) -> frozenset[date]:
        """The days off that the policy file names."""
        return frozenset(map(date.fromisoformat, self.off))

    @property
    def named_made_up(self) -> frozenset[date]:
        """The workdays that the policy file names."""
        return frozenset(map(date.fromisoformat, self.made_up))

    @property
    def day(self) -> timedelta:
        """How long a working day is: its shifts together."""
        spans = (_minutes(end, last=True) - _minutes(start) for start, end in _clocks(self.shifts))
        return timedelta(minutes=sum(spans))

    def hours(self, zone: ZoneInfo) -> WorkingHours:
        """The company's working hours, with public holidays looked up when a year is reached."""
        off, made_up = self.named_off, self.named_made_up
        return WorkingHours(
            zone,
            _clocks(self.shifts),
            frozenset(day - 1 for day in self.days),
            _Days(self.country, 0, off, made_up),
            _Days(self.country, 1, made_up, off),
        )


@dataclass(frozen=True, slots=True)
class _Days:
    """The days that are named, and of the published ones those that are not named otherwise."""

    country: str
    which: int  # of public_days: 0 are days off, 1 made-up days
    named: frozenset[date]
    otherwise: frozenset[date]

    def __contains__(self, day: object) -> bool:
        if not isinstance(day, date) or day in self.otherwise:
            return False
        return day in self.named or day in _published(self.country, day.year)[self.which]


def company_hours(desk: Desk) -> WorkingHours:
    """The company's working hours in its own zone."""
    return desk.policy.of(CalendarPolicy).hours(desk.zone)


def working_days(desk: Desk, since: datetime, days: int) -> datetime:
    """So many working days after an aware moment, in UTC."""
    return add_working(company_hours(desk), since, days * desk.policy.of(CalendarPolicy).day)


def explain(calendar: CalendarPolicy, day: date) -> T:
    """Why the company works on a day, or why it doesn't."""
    if day in calendar.named_off:
        return T("a day off named in the policy file")
    if day in calendar.named_made_up:
        return T("a workday named in the policy file")
    off, made_up = _published(calendar.country, day.year)
    if day in off:
        return T("a public holiday: {name}", name=_name(calendar.country, day))
    if day in made_up:
        return T("a make-up workday")
    if day.isoweekday() in calendar.days:
        return T("a workday")
    if day.weekday() >= _SATURDAY:
        return T("the weekend")
    return T("{day:name} is not a day the company works", day=day)


def unknown_next_year(today: date, calendar: CalendarPolicy) -> T | None:
    """A warning for administrators, from 1 December, while China's next year is not published.

    None as well where the policy file names a day of that year: somebody has seen to it.
    """
    year = today.year + 1
    named = {day.year for day in calendar.named_off | calendar.named_made_up}
    if calendar.country != CHINA or today.month < _DECEMBER or year in named:
        return None
    if _published(CHINA, year)[1]:
        return None
    return T(
        "the make-up workdays of {year} are not known yet: deadlines of that year count plain "
        "weekdays and statutory holidays",
        year=str(year),
    )


@lru_cache(maxsize=256)
def _published(country: str, year: int) -> tuple[frozenset[date], frozenset[date]]:
    """`public_days`; none in a year that nobody knows, so that the plain weekdays hold."""
    try:
        return public_days(country, year) if country else _NONE
    except YearUnknown:
        return _NONE


def _name(country: str, day: date) -> Words:
    """What a public holiday is called; two may fall on one day."""
    from holidays import country_holidays  # slow to load, and seldom asked

    # Without a language, the library takes that of the machine.
    own_language = country_holidays(country).default_language
    own = country_holidays(country, years=day.year, language=own_language).get_list(day)
    if len(own) > 1:  # each language sorts them by its own letters
        return listed([_called(name, name) for name in own])
    english = country_holidays(country, years=day.year, language="en_US").get_list(day)
    return _called(own[0], english[0])


def _called(own: str, english: str) -> Words:
    in_lieu = _IN_LIEU.fullmatch(own)
    if in_lieu:
        return T("a day off for work on {day}", day=date.fromisoformat(in_lieu[1]))
    name = _NAMES.get(own.removesuffix(_OBSERVED))
    if name and own.endswith(_OBSERVED):
        return T("{name}, observed", name=name)
    return name or in_both(own, english)


def _has_holidays(country: str) -> bool:
    from holidays import country_holidays

    try:
        country_holidays(country)
    except NotImplementedError:
        return False
    return True


def _clocks(shifts: list[str]) -> Shifts:
    """Times of day; an end of 24:00 is 00:00. Raises ValueError for anything else."""
    return tuple(_clock(shift) for shift in shifts)


def _clock(shift: str) -> tuple[time, time]:
    written = _SHIFT.fullmatch(shift)
    if not written:
        raise ValueError(f'"{shift}" is no shift such as "09:00-18:00"')
    end = "00:00" if written[2] == "24:00" else written[2]
    return time.fromisoformat(written[1]), time.fromisoformat(end)


def _minutes(clock: time, *, last: bool = False) -> int:
    return clock.hour * 60 + clock.minute or (24 * 60 if last else 0)
