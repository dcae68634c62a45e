"""Yearly days of the solar and the lunar calendar: read, written, and when they are kept."""

from __future__ import annotations

import re
import unicodedata
from calendar import isleap, monthrange
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Final, Literal, Protocol, TypeAlias

from commands.kit.date_rules import NUMBER, number
from commands.kit.words import T, in_both

ShortMonth: TypeAlias = Literal["last", "next", "skip"]
LeapMonth: TypeAlias = Literal["regular", "leap", "skip"]
LeapDay: TypeAlias = Literal["feb28", "mar1", "skip"]
# Lunar years that the tables hold from their first day to their last.
FIRST_YEAR, LAST_YEAR = 1900, 2100
LONGEST_MONTH = 30
EARLIEST, LATEST = 1800, 2199  # years of birth that can be written
_DAY = timedelta(days=1)
_LEAP_YEAR = 2000
_MONTHS = 12


class Rules(Protocol):
    """What is done in a year that does not have the day.

    `short_month`: the 30th of a lunar month of 29 days is its last day, the first of the next
    month, or not kept. `leap_month`: whoever was born in a leap month keeps the regular month of
    the same number, or the leap month in years that have it and the regular one in others, or only
    years that have it. `feb29`: 29 February in other years is the 28th, 1 March, or not kept.
    """

    @property
    def short_month(self) -> ShortMonth: ...
    @property
    def leap_month(self) -> LeapMonth: ...
    @property
    def feb29(self) -> LeapDay: ...


@dataclass(frozen=True, slots=True)
class Birthday:
    """A month and a day of the solar calendar, or of the lunar one; `year` is that of birth.

    A lunar year is called by the solar year that it begins in. Raises ValueError for a day that no
    year of that calendar has, or that the year of birth had not.
    """

    month: int
    day: int
    lunar: bool = False
    leap: bool = False
    year: int | None = None

    def __post_init__(self) -> None:
        if not self._possible():
            raise ValueError(f"no calendar has month {self.month}, day {self.day}")

    def _possible(self) -> bool:
        if self.year is not None and not EARLIEST <= self.year <= LATEST:
            return False
        if not 1 <= self.month <= _MONTHS or self.day < 1 or (self.leap and not self.lunar):
            return False
        if self.lunar:
            return self.day <= _longest(self)
        return self.day <= monthrange(self.year or _LEAP_YEAR, self.month)[1]


def _longest(birthday: Birthday) -> int:
    """How many days its lunar month has; 0 if that year hasn't it, 30 where no year is known."""
    year = birthday.year
    if year is None or not FIRST_YEAR <= year <= LAST_YEAR:
        return LONGEST_MONTH
    return month_days(year, birthday.month, leap=birthday.leap)


def month_days(year: int, month: int, *, leap: bool = False) -> int:
    """How many days a lunar month has, 29 or 30; 0 if that lunar year has no such month.

    Raises ValueError for years outside 1900 to 2100.
    """
    from borax.calendars.lunardate import LCalendars  # slow to load

    for number_, days, leap_ in LCalendars.iter_year_month(year):
        if (number_, bool(leap_)) == (month, leap):
            return int(days)
    return 0


def solar_day(year: int, month: int, day: int, *, leap: bool = False) -> date:
    """The solar day of a lunar one, in lunar years 1900 to 2100. Raises ValueError for others."""
    from borax.calendars.lunardate import LunarDate  # slow to load

    found: date = LunarDate(year, month, day, int(leap)).to_solar_date()
    return found


def lunar_day(day: date) -> Birthday:
    """The lunar day of a solar one, from 1900-01-31 to 2101-01-28. Raises ValueError for others."""
    from borax.calendars.lunardate import MIN_SOLAR_DATE, LunarDate  # slow to load

    if day < MIN_SOLAR_DATE:
        raise ValueError(f"no lunar day of {day} is known")
    found = LunarDate.from_solar(day)
    return Birthday(found.month, found.day, lunar=True, leap=bool(found.leap), year=found.year)


# --- when it is kept ------------------------------------------------------------------------------


def days_in(birthday: Birthday, year: int, rules: Rules) -> tuple[date, ...]:
    """The days of a solar year on which a birthday is kept, the earliest first.

    Mostly one. None if `rules` skip it, before the day of birth, and outside the lunar tables; for
    a lunar day at the end of its year also none or two, for such a day may fall late in December
    in one year and early in January in another.
    """
    if birthday.lunar:
        kept = (_kept(birthday, lunar_year, rules) for lunar_year in (year - 1, year))
        days = {day for day in kept if day is not None and day.year == year}
    else:
        found = solar_day_in(birthday.month, birthday.day, year, rules)
        days = {found} if found else set()
    began = born(birthday)
    return tuple(sorted(day for day in days if began is None or day >= began))


def solar_day_in(month: int, day: int, year: int, rules: Rules) -> date | None:
    """A yearly solar day in `year`, 29 February by the rule; None where it is not kept."""
    if (month, day) != (2, 29) or isleap(year):
        return date(year, month, day)
    match rules.feb29:
        case "feb28":
            return date(year, 2, 28)
        case "mar1":
            return date(year, 3, 1)
        case "skip":
            return None


def _kept(birthday: Birthday, lunar_year: int, rules: Rules) -> date | None:
    """The solar day on which a lunar birthday is kept in a lunar year."""
    if not FIRST_YEAR <= lunar_year <= LAST_YEAR:
        return None
    month, day, leap = birthday.month, birthday.day, birthday.leap
    if leap and (rules.leap_month == "regular" or not month_days(lunar_year, month, leap=True)):
        if rules.leap_month == "skip":
            return None
        leap = False
    longest = month_days(lunar_year, month, leap=leap)
    if day <= longest:
        return solar_day(lunar_year, month, day, leap=leap)
    match rules.short_month:
        case "last":
            return solar_day(lunar_year, month, longest, leap=leap)
        case "next":  # which may be that month's leap month, or the next year's first
            return solar_day(lunar_year, month, longest, leap=leap) + _DAY
        case "skip":
            return None


def born(birthday: Birthday) -> date | None:
    """The day of birth itself; None where the year is not known, or not in the tables."""
    if birthday.year is None:
        return None
    if not birthday.lunar:
        return date(birthday.year, birthday.month, birthday.day)
    if not FIRST_YEAR <= birthday.year <= LAST_YEAR:
        return None
    return solar_day(birthday.year, birthday.month, birthday.day, leap=birthday.leap)


# --- why it is kept then --------------------------------------------------------------------------


def how_kept(birthday: Birthday, day: date, rules: Rules) -> tuple[T, ...]:
    """By which rules a yearly day is kept on this day, which is one of `days_in`."""
    every_year = replace(birthday, year=None)
    if birthday.lunar:
        return (
            T("{birthday}, is {day} this time.", birthday=shown(every_year), day=day),
            *_of_leap_month(birthday, day, rules),
            *_of_short_month(birthday, day),
        )
    if (birthday.month, birthday.day) == (day.month, day.day):
        return (T("It is on {birthday} every year.", birthday=shown(every_year)),)
    year, kept = str(day.year), {"feb28": T("28 February"), "mar1": T("1 March")}[rules.feb29]
    return (T("{year} has no 29 February; by the policy it is {kept} then.", year=year, kept=kept),)


def _of_leap_month(birthday: Birthday, day: date, rules: Rules) -> Iterator[T]:
    month = birthday.month
    if not birthday.leap:
        return
    if not month_days(_lunar_year(birthday, day), month, leap=True):
        yield T("This lunar year has no leap month {month}: the regular one counts.", month=month)
    elif rules.leap_month == "regular":
        yield T("By the policy a birthday in a leap month is kept in the regular month.")
    else:
        yield T("This lunar year has the leap month, too.")


def _of_short_month(birthday: Birthday, day: date) -> Iterator[T]:
    at = lunar_day(day)
    if at.day == birthday.day:
        return
    if at.day == 1:
        yield T("That lunar month has only 29 days: the first day of the next one counts.")
    else:
        yield T("That lunar month has only 29 days: its last day counts.")


def _lunar_year(birthday: Birthday, day: date) -> int:
    """The lunar year that a day was kept for: a 30th that was moved on may lie in the next."""
    moved_on = birthday.day == LONGEST_MONTH and lunar_day(day).day == 1
    year = lunar_day(day - _DAY if moved_on else day).year
    assert year is not None
    return year


# --- as people write it ---------------------------------------------------------------------------

_LONGEST_TEXT = 60
_LUNAR: Final = ("农历", "阴历", "旧历", "夏历")
_SOLAR: Final = ("公历", "阳历", "新历")
_CALENDAR: Final = "|".join(_LUNAR + _SOLAR)
_DIGITS: Final = "〇一二三四五六七八九"
_MONTHS_BY_NAME: Final = {"正": 1, "冬": 11, "腊": 12}
_MONTHS_CALLED: Final = "正二三四五六七八九十冬腊"
_TENS: Final = {"初": "", "廿": "二十", "卅": "三十"}
_BORN_IN: Final = "(?P<year>(?:18|19|20|21)[0-9]{2})"
_MONTH: Final = "(?P<month>[0-9]{1,2})"
_DAY_NUMBER: Final = "(?P<day>[0-9]{1,2})"
_CHINESE: Final = re.compile(
    rf"(?P<before>{_CALENDAR})?(?:(?P<year>(?:18|19|20|21)[0-9]{{2}}|[零{_DIGITS}]{{4}})年)?"
    rf"(?P<after>{_CALENDAR})?(?P<leap>闰)?(?P<month>{NUMBER}|[正冬腊])月"
    rf"(?P<day>初[一二三四五六七八九十]|廿[一二三四五六七八九]?|卅|{NUMBER})(?P<end>[日号])?"
)
# Without a year, 3/5 would be in March or in May.
_FIGURES: Final = re.compile(rf"{_BORN_IN}(?P<sep>[-/.]){_MONTH}(?P=sep){_DAY_NUMBER}")
_SHORT: Final = re.compile(rf"{_MONTH}-{_DAY_NUMBER}")
_STORED: Final = re.compile(rf"L(?:{_BORN_IN}-)?(?P<leap>\+)?{_MONTH}-{_DAY_NUMBER}", re.IGNORECASE)
_SAID_LUNAR: Final = re.compile(
    rf"lunar (?:calendar )?(?:{_BORN_IN}[- ])?(?P<leap>leap )?{_MONTH}-{_DAY_NUMBER}", re.IGNORECASE
)
_NAMES: Final = (
    *("january", "february", "march", "april", "may", "june"),
    *("july", "august", "september", "october", "november", "december"),
)
_NAME: Final = "(?P<month>" + "|".join(f"{name}|{name[:3]}" for name in _NAMES) + r"|sept)\.?"
_ORDINAL: Final = rf"{_DAY_NUMBER}(?:st|nd|rd|th)?"
_DAY_FIRST: Final = re.compile(rf"{_ORDINAL} ?(?:of )?{_NAME}(?:,? {_BORN_IN})?", re.IGNORECASE)
_MONTH_FIRST: Final = re.compile(rf"{_NAME} ?{_ORDINAL}(?:,? ?(?<!\d){_BORN_IN})?", re.IGNORECASE)
_SHOWN: Final = (
    *(T("January"), T("February"), T("March"), T("April"), T("May"), T("June"), T("July")),
    *(T("August"), T("September"), T("October"), T("November"), T("December")),
)


class NotBirthday(ValueError):
    """Words that name no birthday, or one that is not clearly solar or lunar."""


def read_birthday(text: str) -> Birthday:
    """The birthday that the whole of `text` names, as people write it or as `written` does.

    It is lunar where that is said (农历, lunar, 闰, or a leading L) or where only a lunar day is
    called so (正月, 腊月, 初一, 廿三). 八月十五 alone may be either and is refused, like 3/5, which
    is a day of March or of May. Raises NotBirthday, also for a day that its calendar hasn't.
    """
    if len(text) <= _LONGEST_TEXT:
        plain = " ".join(unicodedata.normalize("NFKC", text).strip(" \t\n,.。").split())
        for pattern, read in _READERS:
            if found := pattern.fullmatch(plain.replace(" ", "") if read is _chinese else plain):
                try:
                    return read(found)
                except ValueError as error:
                    raise NotBirthday(text) from error
    raise NotBirthday(text[:_LONGEST_TEXT])


def written(birthday: Birthday) -> str:
    """The form that is kept, which `read_birthday` reads again.

    1980-03-05, 03-05; lunar L1980-08-15, L08-15; in a leap month L1980-+04-01, L+04-01.
    """
    year = f"{birthday.year:04}-" if birthday.year is not None else ""
    leap = "+" if birthday.leap else ""
    return f"{'L' * birthday.lunar}{year}{leap}{birthday.month:02}-{birthday.day:02}"


def shown(birthday: Birthday) -> T:
    """A birthday for a person to read."""
    month, day = birthday.month, birthday.day
    if birthday.lunar:
        words = _shown_lunar(birthday)
    else:
        words = T("{day} {month}", day=day, month=_SHOWN[month - 1])
    if birthday.year is None:
        return words
    return T("{birthday} (born {year})", birthday=words, year=str(birthday.year))


def _shown_lunar(birthday: Birthday) -> T:
    """In Chinese a lunar day has words of its own, such as 闰四月初八."""
    month, day = birthday.month, birthday.day
    leap = ("闰", "leap ") if birthday.leap else ("", "")
    zh = f"农历{leap[0]}{_MONTHS_CALLED[month - 1]}月{_called_day(day)}"
    return in_both(zh, f"day {day} of {leap[1]}month {month}, lunar calendar")


def _called_day(day: int) -> str:
    tens, ones = divmod(day, 10)
    if ones == 0:
        return ("初十", "二十", "三十")[tens - 1]
    return f"{'初十廿'[tens]}{_DIGITS[ones]}"


# --- how each is read: a ValueError says that it is none after all --------------------------------


def _chinese(found: re.Match[str]) -> Birthday:
    named = {found["before"], found["after"]} - {None}
    month, day = found["month"], found["day"]
    marked = bool(found["leap"]) or month in _MONTHS_BY_NAME or day[0] in _TENS
    lunar = marked or bool(named & set(_LUNAR))
    if lunar and named & set(_SOLAR):
        raise ValueError("both calendars are named")
    if not named and not lunar and not found["end"] and not day.isdecimal():
        raise ValueError("either calendar may be meant")
    return Birthday(
        _MONTHS_BY_NAME.get(month) or number(month),
        number(_TENS[day[0]] + day[1:] if day[0] in _TENS else day),
        lunar=lunar,
        leap=bool(found["leap"]),
        year=_year(found["year"]),
    )


def _year(words: str | None) -> int | None:
    if words is None or words.isdecimal():
        return int(words) if words else None
    return int("".join(str(_DIGITS.index(digit)) for digit in words.replace("零", "〇")))


def _solar(found: re.Match[str]) -> Birthday:
    year = _year(found.groupdict().get("year"))
    return Birthday(int(found["month"]), int(found["day"]), year=year)


def _lunar(found: re.Match[str]) -> Birthday:
    return Birthday(
        int(found["month"]),
        int(found["day"]),
        lunar=True,
        leap=bool(found["leap"]),
        year=_year(found["year"]),
    )


def _english(found: re.Match[str]) -> Birthday:
    starts = [name[:3] for name in _NAMES]
    month = starts.index(found["month"].lower()[:3]) + 1
    return Birthday(month, int(found["day"]), year=_year(found["year"]))


_READERS: Final[tuple[tuple[re.Pattern[str], Callable[[re.Match[str]], Birthday]], ...]] = (
    (_CHINESE, _chinese),
    (_FIGURES, _solar),
    (_SHORT, _solar),
    (_STORED, _lunar),
    (_SAID_LUNAR, _lunar),
    (_DAY_FIRST, _english),
    (_MONTH_FIRST, _english),
)
