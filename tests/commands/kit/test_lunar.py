"""Lunar days against another calendar, birthdays as they are written, and when they are kept."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from lunar_python import Solar

from bot.words import Reader
from commands.kit.lunar import (
    Birthday,
    LeapDay,
    LeapMonth,
    NotBirthday,
    ShortMonth,
    days_in,
    how_kept,
    lunar_day,
    month_days,
    read_birthday,
    shown,
    solar_day,
    written,
)

FIRST, LAST = date(1901, 3, 1), date(2099, 12, 31)
DAY = timedelta(days=1)
# A new moon within minutes of midnight in Beijing decides which day begins the month: the tables
# and the other library's formula put these two on either side of it, and so differ for a month.
NEAR_MIDNIGHT = [
    (date(2089, 9, 4), date(2089, 10, 3)),
    (date(2097, 8, 7), date(2097, 9, 5)),
]


@dataclass(frozen=True, slots=True)
class Ruled:
    """Rules as a company may set them."""

    short_month: ShortMonth = "last"
    leap_month: LeapMonth = "regular"
    feb29: LeapDay = "feb28"


PLAIN = Ruled()


def lunar(month: int, day: int, year: int | None = None, *, leap: bool = False) -> Birthday:
    return Birthday(month, day, lunar=True, leap=leap, year=year)


def every(step: int) -> Iterator[date]:
    day = FIRST
    while day <= LAST:
        yield day
        day += step * DAY


def differing(days: Iterator[date]) -> set[date]:
    """The days on which the two calendars differ; on each, ours must also lead back."""
    found = set()
    for day in days:
        ours = lunar_day(day)
        assert ours.year
        assert solar_day(ours.year, ours.month, ours.day, leap=ours.leap) == day
        other = Solar.fromYmd(day.year, day.month, day.day).getLunar()
        month = -ours.month if ours.leap else ours.month  # theirs is negative in a leap month
        if (other.getYear(), other.getMonth(), other.getDay()) != (ours.year, month, ours.day):
            found.add(day)
    return found


def explained(days: Iterator[date]) -> set[date]:
    return {day for day in days if any(since <= day <= until for since, until in NEAR_MIDNIGHT)}


# --- the calendar ------------------------------------------------------------------------------


def test_lunar_days_are_those_of_another_calendar() -> None:
    assert differing(every(97)) == explained(every(97))


@pytest.mark.torture
@pytest.mark.timeout(600)
def test_every_lunar_day_is_that_of_another_calendar() -> None:
    assert differing(every(1)) == explained(every(1))


def test_a_month_has_29_or_30_days_and_none_that_is_not_there() -> None:
    assert (month_days(2023, 2), month_days(2023, 2, leap=True)) == (30, 29)
    assert month_days(2023, 3, leap=True) == 0


@pytest.mark.parametrize("day", [date(1900, 1, 30), date(2101, 1, 29)])
def test_beyond_the_tables_no_day_is_known(day: date) -> None:
    with pytest.raises(ValueError, match=r"no lunar day|[Oo]ut of range"):
        lunar_day(day)


# --- as people write it ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("3月5日", "03-05"),
        ("3月5号", "03-05"),
        ("3月5", "03-05"),
        ("三月五日", "03-05"),
        ("十二月三十一日", "12-31"),
        ("公历三月五", "03-05"),
        ("阳历8月15", "08-15"),
        ("03-05", "03-05"),
        ("3-5", "03-05"),
        ("1980-03-05", "1980-03-05"),
        ("1980/3/5", "1980-03-05"),
        ("1980.3.5", "1980-03-05"),
        ("1980年3月5日", "1980-03-05"),
        ("1980 年 3 月 5 日", "1980-03-05"),
        ("一九八〇年三月五日", "1980-03-05"),
        ("５ Ｍａｒｃｈ", "03-05"),
        ("5 March", "03-05"),
        ("5th of March", "03-05"),
        ("5 Mar 1980", "1980-03-05"),
        ("Mar 5", "03-05"),
        ("mar. 5th", "03-05"),
        ("March 5, 1980", "1980-03-05"),
        ("Sept 1", "09-01"),
        ("May 1", "05-01"),
        ("2月29日", "02-29"),
        ("1980-02-29", "1980-02-29"),
        ("农历八月十五", "L08-15"),
        ("农历8月15", "L08-15"),
        ("农历8月15日", "L08-15"),
        ("阴历八月初一", "L08-01"),
        ("旧历冬月廿三", "L11-23"),
        ("八月廿", "L08-20"),
        ("腊月三十", "L12-30"),
        ("腊月卅", "L12-30"),
        ("正月初一", "L01-01"),
        ("正月初十", "L01-10"),
        ("闰四月初一", "L+04-01"),
        ("农历1980年八月十五", "L1980-08-15"),
        ("1980年农历八月十五", "L1980-08-15"),
        ("农历2020年闰四月初一", "L2020-+04-01"),
        ("lunar 8-15", "L08-15"),
        ("Lunar leap 4-1", "L+04-01"),
        ("lunar 2020 leap 4-1", "L2020-+04-01"),
        ("lunar 1980-8-15", "L1980-08-15"),
        ("L2020-+04-01", "L2020-+04-01"),
        ("l+04-01", "L+04-01"),
    ],
)
def test_a_birthday_is_read_as_people_write_it(text: str, kept: str) -> None:
    found = read_birthday(text)
    assert written(found) == kept
    assert read_birthday(kept) == found


@pytest.mark.parametrize(
    "text",
    [
        "",
        "soon",
        "八月十五",  # by which calendar?
        "3/5",  # of March or of May?
        "2月30日",
        "1981-02-29",
        "4月31日",
        "13-01",
        "00-05",
        "3月0日",
        "公历正月初一",
        "公历闰四月初一",
        "农历八月三十一",
        "农历1980年闰四月初一",  # 1980 had no leap month
        "农历2023年闰二月三十",  # it had 29 days
        "L13-01",
        "March 1980",
        "Mar 51980",
        "1780-03-05",
        "1980-03-05 and more",
        "3" * 1_000,
    ],
)
def test_what_names_no_birthday_is_refused(text: str) -> None:
    with pytest.raises(NotBirthday):
        read_birthday(text)


def test_every_day_is_read_again_as_it_was_kept() -> None:
    day = date(1980, 1, 1)
    while day < date(1985, 1, 1):
        for birthday in (Birthday(day.month, day.day, year=day.year), lunar_day(day)):
            assert read_birthday(written(birthday)) == birthday
        day += DAY


@pytest.mark.parametrize(
    ("birthday", "words"),
    [
        (Birthday(3, 5), "5 March"),
        (Birthday(3, 5, year=1980), "5 March (born 1980)"),
        (lunar(8, 15), "day 15 of month 8, lunar calendar"),
        (lunar(4, 1, 2020, leap=True), "day 1 of leap month 4, lunar calendar (born 2020)"),
    ],
)
def test_a_birthday_is_shown_to_a_person(birthday: Birthday, words: str) -> None:
    reader = Reader("en", ZoneInfo("Asia/Shanghai"), datetime(2026, 11, 1, tzinfo=UTC), {})
    assert reader.say(shown(birthday)) == words


# --- when it is kept ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("birthday", "year", "rules", "expected"),
    [
        (Birthday(3, 5), 2026, PLAIN, ["03-05"]),
        # 29 February
        (Birthday(2, 29), 2024, Ruled(feb29="skip"), ["02-29"]),
        (Birthday(2, 29), 2026, PLAIN, ["02-28"]),
        (Birthday(2, 29), 2026, Ruled(feb29="mar1"), ["03-01"]),
        (Birthday(2, 29), 2026, Ruled(feb29="skip"), []),
        (Birthday(2, 29), 2100, PLAIN, ["02-28"]),
        # not before the day of birth
        (Birthday(3, 5, year=1980), 1979, PLAIN, []),
        (Birthday(3, 5, year=1980), 1980, PLAIN, ["03-05"]),
        # a plain lunar day
        (lunar(8, 15), 2026, PLAIN, ["09-25"]),
        (lunar(8, 15, 1980), 1980, PLAIN, ["09-23"]),
        (lunar(8, 15, 1980), 1979, PLAIN, []),
        # the 30th of a month of 29 days: 2026's eighth has 29, 2025's twelfth too
        (lunar(8, 30), 2026, PLAIN, ["10-09"]),
        (lunar(8, 30), 2026, Ruled(short_month="next"), ["10-10"]),
        (lunar(8, 30), 2026, Ruled(short_month="skip"), []),
        (lunar(12, 30), 2026, PLAIN, ["02-16"]),
        (lunar(12, 30), 2026, Ruled(short_month="next"), ["02-17"]),
        (lunar(12, 30), 2026, Ruled(short_month="skip"), []),
        (lunar(12, 30), 2024, Ruled(short_month="skip"), ["02-09"]),
        # a leap second month in 2023, none in 2024
        (lunar(2, 15, leap=True), 2023, PLAIN, ["03-06"]),
        (lunar(2, 15, leap=True), 2023, Ruled(leap_month="leap"), ["04-05"]),
        (lunar(2, 15, leap=True), 2023, Ruled(leap_month="skip"), ["04-05"]),
        (lunar(2, 15, leap=True), 2024, PLAIN, ["03-24"]),
        (lunar(2, 15, leap=True), 2024, Ruled(leap_month="leap"), ["03-24"]),
        (lunar(2, 15, leap=True), 2024, Ruled(leap_month="skip"), []),
        # born in the regular month, a leap one changes nothing
        (lunar(2, 15), 2023, Ruled(leap_month="leap"), ["03-06"]),
        # the 30th of a leap month: the leap one of 2023 has 29 days, the regular one 30
        (lunar(2, 30, leap=True), 2023, PLAIN, ["03-21"]),
        (lunar(2, 30, leap=True), 2023, Ruled(leap_month="leap"), ["04-19"]),
        (lunar(2, 30, leap=True), 2023, Ruled("next", "leap"), ["04-20"]),
        (lunar(2, 30, leap=True), 2023, Ruled("skip", "leap"), []),
        (lunar(2, 30, leap=True), 2023, Ruled("skip", "skip"), []),
        (lunar(4, 30, leap=True), 2020, PLAIN, ["05-22"]),
        # the sixth of 2017 has 29 days, its leap month 30: the next day is the leap month's first
        (lunar(6, 30), 2017, PLAIN, ["07-22"]),
        (lunar(6, 30), 2017, Ruled(short_month="next"), ["07-23"]),
        (lunar(6, 30, leap=True), 2017, PLAIN, ["07-22"]),
        (lunar(6, 30, leap=True), 2017, Ruled(leap_month="leap"), ["08-21"]),
        # the leap eleventh of 2033 goes into January, and the plain one of 2034 is in December
        (lunar(11, 5, leap=True), 2033, Ruled(leap_month="leap"), ["12-26"]),
        (lunar(11, 20, leap=True), 2034, Ruled(leap_month="leap"), ["01-10", "12-30"]),
        (lunar(11, 20, leap=True), 2034, Ruled(leap_month="skip"), ["01-10"]),
        # late in the lunar year: once, twice and never
        (lunar(12, 1), 2026, PLAIN, ["01-19"]),
        (lunar(11, 25), 2027, PLAIN, ["01-02", "12-22"]),
        (lunar(11, 25), 2028, PLAIN, []),
        # where the tables end
        (lunar(1, 1), 1900, PLAIN, ["01-31"]),
        (lunar(1, 1), 1899, PLAIN, []),
        (lunar(12, 1), 2100, PLAIN, ["01-10", "12-31"]),
        (lunar(12, 29, 1890), 2026, PLAIN, ["02-16"]),
        (lunar(8, 15), 2102, PLAIN, []),
    ],
)
def test_a_birthday_is_kept_on(
    birthday: Birthday, year: int, rules: Ruled, expected: list[str]
) -> None:
    assert days_in(birthday, year, rules) == tuple(
        date.fromisoformat(f"{year}-{day}") for day in expected
    )


RULES = [
    Ruled(short, leap, "feb28")
    for short in ("last", "next", "skip")
    for leap in ("regular", "leap", "skip")
]


@pytest.mark.parametrize("rules", RULES)
def test_a_lunar_birthday_comes_once_in_every_lunar_year_that_has_it(rules: Ruled) -> None:
    for birthday in (lunar(1, 30), lunar(6, 15), lunar(6, 30, leap=True), lunar(12, 30)):
        found = [day for year in range(2000, 2051) for day in days_in(birthday, year, rules)]
        assert found == sorted(set(found))
        apart = [b - a for a, b in pairwise(found)]
        # A year in which it is kept in the leap month instead makes one of them longer or shorter.
        assert all(apart_ >= 324 * DAY for apart_ in apart)
        if rules.short_month != "skip" and rules.leap_month != "skip":
            assert all(apart_ <= 414 * DAY for apart_ in apart)


@pytest.mark.parametrize("month", range(1, 11))
def test_early_in_the_lunar_year_a_birthday_comes_once_in_every_year(month: int) -> None:
    for year in range(1901, 2101):
        assert len(days_in(lunar(month, 15), year, PLAIN)) == 1


@pytest.mark.parametrize(
    ("birthday", "year", "rules", "said"),
    [
        (Birthday(3, 5), 2026, PLAIN, ["It is on {birthday} every year."]),
        (
            Birthday(2, 29, year=1980),
            2026,
            PLAIN,
            ["{year} has no 29 February; by the policy it is {kept} then."],
        ),
        (Birthday(2, 29, year=1980), 2028, PLAIN, ["It is on {birthday} every year."]),
        (lunar(8, 15), 2026, PLAIN, ["{birthday}, is {day} this time."]),
        (
            lunar(6, 8, leap=True),
            2026,
            PLAIN,
            [
                "{birthday}, is {day} this time.",
                "This lunar year has no leap month {month}: the regular one counts.",
            ],
        ),
        (
            lunar(6, 8, leap=True),
            2025,
            PLAIN,
            [
                "{birthday}, is {day} this time.",
                "By the policy a birthday in a leap month is kept in the regular month.",
            ],
        ),
        (
            lunar(6, 8, leap=True),
            2025,
            Ruled(leap_month="leap"),
            ["{birthday}, is {day} this time.", "This lunar year has the leap month, too."],
        ),
    ],
)
def test_a_day_is_explained_by_the_rules_that_set_it(
    birthday: Birthday, year: int, rules: Ruled, said: list[str]
) -> None:
    (day,) = days_in(birthday, year, rules)
    assert [words.text for words in how_kept(birthday, day, rules)] == said


@pytest.mark.parametrize(
    ("rules", "why"),
    [
        (PLAIN, "That lunar month has only 29 days: its last day counts."),
        (
            Ruled(short_month="next"),
            "That lunar month has only 29 days: the first day of the next one counts.",
        ),
    ],
)
def test_a_short_month_is_explained_in_every_year_that_has_one(rules: Ruled, why: str) -> None:
    birthday = lunar(12, 30)
    told = {
        day.year: [words.text for words in how_kept(birthday, day, rules)][1:]
        for year in range(2000, 2060)
        for day in days_in(birthday, year, rules)
    }
    short = {year + 1 for year in range(1999, 2059) if month_days(year, 12) == 29}
    assert short
    assert {year for year, reasons in told.items() if reasons} == short & told.keys()
    assert {reason for reasons in told.values() for reason in reasons} == {why}
