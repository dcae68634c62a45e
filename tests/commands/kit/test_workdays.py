"""The company's calendar: what its country publishes, and what the policy file names over it."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from bot.words import Reader
from commands.kit.calendar import add_working, is_workday, next_working_moment, public_days, within
from commands.kit.errors import Misdeclared
from commands.kit.policy import load
from commands.kit.workdays import CalendarPolicy, explain, unknown_next_year

SHANGHAI = ZoneInfo("Asia/Shanghai")
# The State Council's notices for 2024 to 2026: days off that are no weekends, and days made up.
OFF = {
    2024: "01-01 02-12 02-13 02-14 02-15 02-16 04-04 04-05 05-01 05-02 05-03 06-10 09-16 09-17 "
    "10-01 10-02 10-03 10-04 10-07",
    2025: "01-01 01-28 01-29 01-30 01-31 02-03 02-04 04-04 05-01 05-02 05-05 06-02 10-01 10-02 "
    "10-03 10-06 10-07 10-08",
    2026: "01-01 01-02 02-16 02-17 02-18 02-19 02-20 02-23 04-06 05-01 05-04 05-05 06-19 09-25 "
    "10-01 10-02 10-05 10-06 10-07",
}
MADE_UP = {
    2024: "02-04 02-18 04-07 04-28 05-11 09-14 09-29 10-12",
    2025: "01-26 02-08 04-27 09-28 10-11",
    2026: "01-04 02-14 02-28 05-09 09-20 10-10",
}


def calendar(**changed: object) -> CalendarPolicy:
    """The policy's own calendar, with some of its keys changed."""
    plain = load().of(CalendarPolicy).model_dump()
    return CalendarPolicy.model_validate(plain | changed)


def days(year: int, written: str) -> set[date]:
    return {date.fromisoformat(f"{year}-{day}") for day in written.split()}


def year_of(year: int) -> list[date]:
    return [
        date(year, 1, 1) + timedelta(days=n)
        for n in range((date(year, 12, 31) - date(year, 1, 1)).days + 1)
    ]


def said(calendar: CalendarPolicy, day: date) -> str:
    reader = Reader("en", SHANGHAI, datetime(2026, 11, 1, tzinfo=UTC), {})
    return reader.say(explain(calendar, day))


@pytest.mark.parametrize("year", [2024, 2025, 2026])
def test_the_company_works_when_the_state_council_says(year: int) -> None:
    hours = calendar().hours(SHANGHAI)
    off, made_up = days(year, OFF[year]), days(year, MADE_UP[year])
    expected = [d for d in year_of(year) if d in made_up or (d.weekday() < 5 and d not in off)]
    assert [day for day in year_of(year) if is_workday(hours, day)] == expected


def test_the_policy_file_wins_in_both_directions() -> None:
    changed = calendar(off=["2026-10-10", "2026-10-12"], made_up=["2026-10-01", "2026-10-11"])
    hours = changed.hours(SHANGHAI)
    worked = {day: is_workday(hours, date(2026, 10, day)) for day in (1, 2, 10, 11, 12, 13)}
    assert worked == {1: True, 2: False, 10: False, 11: True, 12: False, 13: True}


@pytest.mark.parametrize("year", [1, 1900, 2500])
def test_where_no_year_is_known_the_plain_weekdays_hold(year: int) -> None:
    hours = calendar().hours(SHANGHAI)
    for day in year_of(year):
        assert is_workday(hours, day) == (day.weekday() < 5)


def test_no_country_keeps_no_holidays_and_another_its_own() -> None:
    assert is_workday(calendar(country="").hours(SHANGHAI), date(2026, 10, 1))
    german = calendar(country="DE").hours(ZoneInfo("Europe/Berlin"))
    assert is_workday(german, date(2026, 10, 1))
    assert not is_workday(german, date(2026, 12, 25))


# --- shifts ------------------------------------------------------------------------------------


def test_split_shifts_make_a_day_of_their_sum() -> None:
    split = calendar(shifts=["09:00-12:00", "13:30-18:00"])
    assert split.day == timedelta(hours=7, minutes=30)
    hours = split.hours(SHANGHAI)
    noon = datetime(2026, 10, 14, 12, tzinfo=SHANGHAI)
    assert not within(hours, noon)
    assert next_working_moment(hours, noon) == noon.replace(hour=13, minute=30)
    assert add_working(hours, noon, split.day) == noon + timedelta(days=1)


def test_a_shift_may_end_with_the_day() -> None:
    late = calendar(shifts=["18:24-24:00"])
    assert late.day == timedelta(hours=5, minutes=36)
    assert late.hours(SHANGHAI).shifts == ((time(18, 24), time(0)),)
    assert calendar(shifts=["00:00-24:00"]).day == timedelta(days=1)


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ("shifts = []", "at least 1 item"),
        ('shifts = ["9-18"]', "is no shift such as"),
        ('shifts = ["09:00-25:00"]', "is no shift such as"),
        ('shifts = ["18:00-09:00"]', "hold no time"),
        ('shifts = ["13:00-18:00", "09:00-12:00"]', "begin before those before end"),
        ('shifts = ["09:00-13:00", "12:00-18:00"]', "begin before those before end"),
        ('shifts = ["09:00-24:00", "12:00-18:00"]', "begin before those before end"),
        ("days = [0]", "greater than or equal to 1"),
        ('off = ["10 October"]', "Invalid isoformat"),
        ('off = ["2026-10-10"]\nmade_up = ["2026-10-10"]', "under off and under made_up"),
        ('country = "China"', "match pattern"),
        ('country = "XX"', "no public holidays of XX"),
    ],
)
def test_a_calendar_without_sense_is_refused(tmp_path: Path, line: str, why: str) -> None:
    own = tmp_path / "own.toml"
    own.write_text(f"[calendar]\n{line}\n", encoding="utf-8")
    with pytest.raises(Misdeclared, match=rf"\[calendar\].*{why}"):
        load(own).of(CalendarPolicy)


# --- why ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("day", "why"),
    [
        (date(2026, 2, 17), "a public holiday: Spring Festival"),
        (date(2026, 2, 20), "a public holiday: a day off for work on 14 Feb"),
        (date(2026, 10, 5), "a public holiday: National Day, observed"),
        (date(2020, 10, 1), "a public holiday: Mid-Autumn Festival, National Day"),
        (
            date(2015, 9, 3),
            "a public holiday: 中国人民抗日战争暨世界反法西斯战争胜利70周年纪念日 / 70th",
        ),
        (date(2026, 10, 10), "a make-up workday"),
        (date(2026, 10, 11), "the weekend"),
        (date(2026, 10, 12), "a workday"),
        (date(1900, 1, 1), "a workday"),
    ],
)
def test_a_day_says_why_it_is_worked_or_not(day: date, why: str) -> None:
    assert said(calendar(), day).startswith(why)


def test_what_the_policy_file_names_says_so() -> None:
    changed = calendar(off=["2026-10-10"], made_up=["2026-10-11"], days=[2, 3, 4, 5, 6])
    assert said(changed, date(2026, 10, 10)) == "a day off named in the policy file"
    assert said(changed, date(2026, 10, 11)) == "a workday named in the policy file"
    assert said(changed, date(2026, 10, 12)) == "Monday is not a day the company works"


@pytest.mark.parametrize(
    ("country", "day", "name"),
    [
        ("US", date(2026, 12, 25), "Christmas Day"),
        ("DE", date(2026, 10, 3), "Tag der Deutschen Einheit / German Unity Day"),
    ],
)
def test_another_countrys_holiday_is_called_as_there_and_in_english(
    country: str, day: date, name: str
) -> None:
    assert said(calendar(country=country), day) == f"a public holiday: {name}"


def test_every_country_can_name_its_holidays_whatever_the_machine_speaks(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for language in ("en_US", "zh_CN", "de"):
        monkeypatch.setenv("LANGUAGE", language)
        assert said(calendar(), date(2026, 10, 1)) == "a public holiday: National Day"


# --- next year ---------------------------------------------------------------------------------

UNPUBLISHED = 2090


def test_the_notices_of_that_year_are_not_there() -> None:
    assert not public_days("CN", UNPUBLISHED)[1]


@pytest.mark.parametrize(
    ("today", "changed", "warned"),
    [
        (date(UNPUBLISHED - 1, 11, 30), {}, False),
        (date(UNPUBLISHED - 1, 12, 1), {}, True),
        (date(UNPUBLISHED - 1, 12, 31), {}, True),
        (date(UNPUBLISHED - 1, 12, 1), {"made_up": [f"{UNPUBLISHED}-02-04"]}, False),
        (date(UNPUBLISHED - 1, 12, 1), {"off": [f"{UNPUBLISHED}-02-06"]}, False),
        (date(UNPUBLISHED - 1, 12, 1), {"off": ["2089-02-07"]}, True),
        (date(UNPUBLISHED - 1, 12, 1), {"country": "DE"}, False),
        (date(2025, 12, 1), {}, False),
        (date(2150, 12, 1), {}, True),
    ],
)
def test_an_administrator_is_warned_in_december_of_a_year_that_is_not_published(
    today: date, changed: dict[str, object], warned: bool
) -> None:
    found = unknown_next_year(today, calendar(**changed))
    assert bool(found) == warned
    if found:
        assert dict(found.values) == {"year": str(today.year + 1)}
