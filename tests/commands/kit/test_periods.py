"""Months, quarters and years as people name them."""

from __future__ import annotations

from datetime import date

import pytest

from commands.kit.periods import read_period

TODAY = date(2026, 11, 28)


@pytest.mark.parametrize(
    ("said", "first", "following", "called"),
    [
        ("2026-10", date(2026, 10, 1), date(2026, 11, 1), "2026-10"),
        ("2026年10月", date(2026, 10, 1), date(2026, 11, 1), "2026-10"),
        ("10月", date(2026, 10, 1), date(2026, 11, 1), "2026-10"),
        ("2026-Q3", date(2026, 7, 1), date(2026, 10, 1), "2026-Q3"),
        ("q4", date(2026, 10, 1), date(2027, 1, 1), "2026-Q4"),
        ("三季度", date(2026, 7, 1), date(2026, 10, 1), "2026-Q3"),
        ("2025年第四季度", date(2025, 10, 1), date(2026, 1, 1), "2025-Q4"),
        ("2025", date(2025, 1, 1), date(2026, 1, 1), "2025"),
        ("去年", date(2025, 1, 1), date(2026, 1, 1), "2025"),
        ("this year", date(2026, 1, 1), date(2027, 1, 1), "2026"),
        ("本月", date(2026, 11, 1), date(2026, 12, 1), "2026-11"),
        ("last month", date(2026, 10, 1), date(2026, 11, 1), "2026-10"),
        ("本季度", date(2026, 10, 1), date(2027, 1, 1), "2026-Q4"),
        ("Last Quarter", date(2026, 7, 1), date(2026, 10, 1), "2026-Q3"),
        ("2026-12", date(2026, 12, 1), date(2027, 1, 1), "2026-12"),
    ],
)
def test_what_people_name(said: str, first: date, following: date, called: str) -> None:
    found = read_period(said, TODAY)
    assert found is not None
    assert (found.first, found.following, str(found)) == (first, following, called)


@pytest.mark.parametrize(
    "said", ["", "2026-13", "Q5", "13月", "1999", "2101", "yesterday", "五季度"]
)
def test_what_is_no_period(said: str) -> None:
    assert read_period(said, TODAY) is None


def test_in_january_the_last_month_is_december() -> None:
    found = read_period("上月", date(2026, 1, 5))
    assert found is not None
    assert str(found) == "2025-12"
