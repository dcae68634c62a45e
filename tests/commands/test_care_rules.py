"""The rules of care: which festivals, on which days, and full years of cooperation."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from commands.care.rules import CarePolicy, anniversary, festivals_in
from commands.kit.errors import Misdeclared
from commands.kit.policy import load

# Up to 2026 the State Council's notices name these days.
LUNAR = {
    2024: ("02-10", "06-10", "09-17"),
    2025: ("01-29", "05-31", "10-06"),
    2026: ("02-17", "06-19", "09-25"),
    2027: ("02-06", "06-09", "09-15"),
    2028: ("01-26", "05-28", "10-03"),
    2029: ("02-13", "06-16", "09-22"),
    2030: ("02-03", "06-05", "09-12"),
}
MOON = '{ name = "moon", zh = "月", en = "Moon", lunar = "08-15", countries = [] }'


def policy() -> CarePolicy:
    return load().of(CarePolicy)


def own(folder: Path, text: str) -> CarePolicy:
    path = folder / "own.toml"
    path.write_text(f"[care]\n{text}\n", encoding="utf-8")
    return load(path).of(CarePolicy)


def kept(country: str, year: int) -> list[tuple[str, str]]:
    found = festivals_in(policy(), country, date(year, 1, 1), date(year + 1, 1, 1))
    return [(f"{day:%m-%d}", one.name) for day, one in found]


@pytest.mark.parametrize("year", LUNAR)
def test_china_keeps_its_festivals(year: int) -> None:
    spring, boats, moon = LUNAR[year]
    assert kept("CN", year) == sorted(
        [
            ("01-01", "new_year"),
            (spring, "spring_festival"),
            (boats, "dragon_boat"),
            (moon, "mid_autumn"),
            ("10-01", "national_day"),
        ]
    )


def test_other_countries_keep_theirs() -> None:
    assert kept("DE", 2026) == [("01-01", "new_year"), ("12-25", "christmas")]
    assert [name for _, name in kept("SG", 2026)] == ["new_year", "spring_festival", "mid_autumn"]
    assert kept("", 2026) == kept("XX", 2026) == [("01-01", "new_year")]


def test_festivals_are_those_from_a_day_up_to_another() -> None:
    def names(since: date, before: date) -> list[str]:
        return [one.name for _, one in festivals_in(policy(), "CN", since, before)]

    assert names(date(2026, 12, 31), date(2027, 1, 1)) == []
    assert names(date(2026, 12, 31), date(2027, 1, 2)) == ["new_year"]
    assert names(date(2026, 10, 1), date(2026, 10, 2)) == ["national_day"]
    assert names(date(2026, 10, 1), date(2026, 10, 1)) == []
    assert names(date(2026, 10, 2), date(2026, 9, 1)) == []
    assert names(date(2026, 9, 25), date(2027, 2, 7)) == [
        *("mid_autumn", "national_day", "new_year", "spring_festival"),
    ]


def test_a_company_greets_on_its_own_list(tmp_path: Path) -> None:
    ours = own(tmp_path, f"festivals = [{MOON}]")
    found = festivals_in(ours, "BR", date(2026, 1, 1), date(2028, 1, 1))
    assert [(day, one.zh, one.en) for day, one in found] == [
        (date(2026, 9, 25), "月", "Moon"),
        (date(2027, 9, 15), "月", "Moon"),
    ]
    assert festivals_in(own(tmp_path, "festivals = []"), "CN", date(2026, 1, 1), date.max) == []


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ('short_month = "first"', "'last', 'next' or 'skip'"),
        ('leap_month = "both"', "'regular', 'leap' or 'skip'"),
        ('feb29 = "mar2"', "'feb28', 'mar1' or 'skip'"),
        (f"festivals = [{MOON}, {MOON}]", "there are two of the name moon"),
    ],
)
def test_a_rule_without_sense_is_refused(tmp_path: Path, text: str, why: str) -> None:
    with pytest.raises(Misdeclared, match=rf"\[care\].*{why}"):
        own(tmp_path, text)


@pytest.mark.parametrize(
    ("right", "wrong", "why"),
    [
        ("lunar", "lunars", "lunars"),
        ("lunar", 'solar = "01-01", lunar', "either a lunar day"),
        ('lunar = "08-15", ', "", "either a lunar day"),
        ("08-15", "8-15", "is no month and day such as"),
        ("08-15", "08-31", "no calendar has month 8, day 31"),
        ("[]", '["China"]', "match pattern"),
        ('"moon"', '"Moon Day"', "match pattern"),
        (", countries = []", "", "countries: Field required"),
    ],
)
def test_a_festival_without_sense_is_refused(
    tmp_path: Path, right: str, wrong: str, why: str
) -> None:
    with pytest.raises(Misdeclared, match=rf"\[care\].*{why}"):
        own(tmp_path, f"festivals = [{MOON.replace(right, wrong)}]")


@pytest.mark.parametrize(
    ("since", "year", "feb29", "expected"),
    [
        (date(2020, 5, 1), 2019, "feb28", None),
        (date(2020, 5, 1), 2020, "feb28", None),
        (date(2020, 5, 1), 2021, "feb28", (date(2021, 5, 1), 1)),
        (date(2020, 5, 1), 2030, "skip", (date(2030, 5, 1), 10)),
        (date(2020, 2, 29), 2021, "feb28", (date(2021, 2, 28), 1)),
        (date(2020, 2, 29), 2021, "mar1", (date(2021, 3, 1), 1)),
        (date(2020, 2, 29), 2021, "skip", None),
        (date(2020, 2, 29), 2024, "skip", (date(2024, 2, 29), 4)),
    ],
)
def test_full_years_of_cooperation(
    tmp_path: Path, since: date, year: int, feb29: str, expected: tuple[date, int] | None
) -> None:
    assert anniversary(since, year, own(tmp_path, f'feb29 = "{feb29}"')) == expected
