"""The rules of care: pure functions of days, countries and the policy's lists."""

from __future__ import annotations

import re
from collections import Counter
from datetime import date, datetime, time, timedelta
from typing import Annotated, Self
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from commands.kit.calendar import moment_of
from commands.kit.lunar import (
    Birthday,
    LeapDay,
    LeapMonth,
    Rules,
    ShortMonth,
    days_in,
    solar_day_in,
)
from commands.kit.policy import Clause, Section

GREETINGS, BIRTHDAYS, ANNIVERSARIES = "3.2.1", "3.2.2", "3.2.3"
_MONTH_AND_DAY = re.compile(r"([0-9]{2})-([0-9]{2})")
_DAY = timedelta(days=1)
_NINE = time(9)


class Festival(BaseModel):
    """An important holiday: its name in two languages, its day, and where people are greeted.

    `lunar` or `solar` is a month and a day, such as "08-15"; `countries` are ISO 3166 codes, none
    for everywhere.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    name: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,39}$")]
    zh: Annotated[str, Field(min_length=1, max_length=40)]
    en: Annotated[str, Field(min_length=1, max_length=40)]
    lunar: str | None = None
    solar: str | None = None
    countries: Annotated[
        tuple[Annotated[str, Field(pattern=r"^[A-Z]{2}$")], ...], Field(strict=False)
    ]

    @model_validator(mode="after")
    def _has_a_day(self) -> Self:
        """One day, by one calendar."""
        if (self.lunar is None) == (self.solar is None):
            raise ValueError(f"{self.name} needs either a lunar day or a solar one")
        _ = self.day
        return self

    @property
    def day(self) -> Birthday:
        """The day it is kept on, as a yearly day. Raises ValueError if no year has it."""
        written = self.lunar or self.solar or ""
        found = _MONTH_AND_DAY.fullmatch(written)
        if not found:
            raise ValueError(f'{self.name}: "{written}" is no month and day such as "08-15"')
        return Birthday(int(found[1]), int(found[2]), lunar=self.lunar is not None)

    def is_kept_in(self, country: str) -> bool:
        """Whether people of a country are greeted."""
        return not self.countries or country in self.countries


class Step(BaseModel):
    """Something to do for a full year of cooperation, in two languages."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    name: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,39}$")]
    zh: Annotated[str, Field(min_length=1, max_length=20)]
    en: Annotated[str, Field(min_length=1, max_length=20)]


class CarePolicy(Section, section="care"):
    """Which holidays are greeted, and on which day a birthday is kept in a year that hasn't it."""

    short_month: Annotated[ShortMonth, Clause(BIRTHDAYS)]
    leap_month: Annotated[LeapMonth, Clause(BIRTHDAYS)]
    feb29: Annotated[LeapDay, Clause(BIRTHDAYS)]
    ahead_days: Annotated[int, Clause(BIRTHDAYS), Field(ge=0, le=60)]
    years_ahead_days: Annotated[int, Clause(ANNIVERSARIES), Field(ge=0, le=120)]
    country: Annotated[str, Clause(GREETINGS), Field(pattern=r"^[A-Z]{2}$")]
    checklist: Annotated[list[Step], Clause(ANNIVERSARIES), Field(max_length=6)]
    festivals: Annotated[list[Festival], Clause(GREETINGS), Field(max_length=100)]

    @field_validator("festivals", "checklist")
    @classmethod
    def _named_once(cls, listed: list[Festival] | list[Step]) -> list[Festival] | list[Step]:
        """A name is what a greeting, or something done, is remembered by."""
        twice = [name for name, n in Counter(one.name for one in listed).items() if n > 1]
        if twice:
            raise ValueError(f"there are two of the name {twice[0]}")
        return listed


def festivals_in(
    policy: CarePolicy, country: str | None, since: date, before: date
) -> list[tuple[date, Festival]]:
    """The festivals of a country from `since` up to, not including, `before`, in their order.

    Without a country, those of all.
    """
    if since >= before:
        return []
    years = range(since.year, (before - _DAY).year + 1)
    found = [
        (day, one)
        for one in policy.festivals
        if country is None or one.is_kept_in(country)
        for year in years
        for day in days_in(one.day, year, policy)
        if since <= day < before
    ]
    return sorted(found, key=lambda pair: (pair[0], pair[1].name))


def following(birthday: Birthday, after: date, rules: Rules) -> date | None:
    """The first day after this one on which a yearly day is kept; None if no near year has it."""
    for year in range(after.year, after.year + 11):
        for day in days_in(birthday, year, rules):
            if day > after:
                return day
    return None


def anniversary(since: date, year: int, rules: Rules) -> tuple[date, int] | None:
    """The day of `year` on which full years of cooperation are complete, and how many.

    None before the first full year, and where `rules` skip 29 February.
    """
    if year <= since.year:
        return None
    day = solar_day_in(since.month, since.day, year, rules)
    return (day, year - since.year) if day else None


def goes_at(day: date, zone: ZoneInfo) -> datetime:
    """When the greetings of a day go out; before that they can be called off."""
    return moment_of(day, _NINE, zone)
