"""How a month's visits are shared among its weeks (clause 3.1.1a)."""

from __future__ import annotations

from datetime import date

import pytest

from commands.visits.duty import round_of
from commands.visits.rules import share


@pytest.mark.parametrize(
    ("left", "today", "wanted"),
    [
        (8, date(2026, 10, 1), 2),  # Thursday: five weeks to go
        (8, date(2026, 10, 14), 3),
        (8, date(2026, 10, 26), 8),  # the last week
        (8, date(2026, 10, 31), 8),
        (1, date(2026, 10, 1), 1),
        (0, date(2026, 10, 14), 0),
    ],
)
def test_so_many_are_to_be_visited_this_week(left: int, today: date, wanted: int) -> None:
    assert share(left, today) == wanted


def test_the_month_before_is_closed_on_the_first() -> None:
    assert [day for _work, day in round_of(date(2026, 11, 1))] == [
        *[date(2026, 10, 31)] * 3,
        *[date(2026, 11, 1)] * 2,
    ]
    assert [day for _work, day in round_of(date(2026, 11, 2))] == [date(2026, 11, 2)] * 2
