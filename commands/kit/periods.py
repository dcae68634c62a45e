"""Spans of the calendar as people name them: a month, a quarter, a year."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from commands.kit.calendar import start_of_day

YEARS = range(2000, 2101)
MONTHS, QUARTER = 12, 3
_DIGITS = {"一": 1, "二": 2, "三": 3, "四": 4}
_YEAR = r"(?:(?P<year>\d{4}|今年|去年|this year|last year)\s*年?\s*[-/.]?\s*)"
_SHAPES = (
    re.compile(rf"{_YEAR}?(?:Q|第)?(?P<quarter>[1-4一二三四])季度?", re.IGNORECASE),
    re.compile(rf"{_YEAR}?Q(?P<quarter>[1-4])", re.IGNORECASE),
    re.compile(rf"{_YEAR}?(?P<month>1[0-2]|0?[1-9])月"),
    re.compile(r"(?P<year>\d{4})\s*[-/.]\s*(?P<month>1[0-2]|0?[1-9])"),
    re.compile(r"(?P<year>\d{4})\s*年?|(?P<named>今年|去年|this year|last year)", re.IGNORECASE),
)
# How many months back it begins from the month, or from the quarter, of today.
_NEAR = {
    "本月": (0, 1),
    "这个月": (0, 1),
    "this month": (0, 1),
    "上月": (1, 1),
    "上个月": (1, 1),
    "last month": (1, 1),
    "本季度": (0, 3),
    "这个季度": (0, 3),
    "this quarter": (0, 3),
    "上季度": (3, 3),
    "上个季度": (3, 3),
    "last quarter": (3, 3),
}


@dataclass(frozen=True, slots=True)
class Period:
    """Whole months: the first day, and the first day after."""

    first: date
    following: date

    def __str__(self) -> str:
        months = _months(self.following) - _months(self.first)
        if months == MONTHS and self.first.month == 1:
            return f"{self.first.year}"
        if months == QUARTER and self.first.month % QUARTER == 1:
            return f"{self.first.year}-Q{(self.first.month + 2) // QUARTER}"
        return f"{self.first:%Y-%m}"

    def span(self, zone: ZoneInfo) -> tuple[datetime, datetime]:
        """When it begins, and when the next one does."""
        return start_of_day(self.first, zone), start_of_day(self.following, zone)


def read_period(text: str, today: date) -> Period | None:
    """The month, quarter or year that is named; None if none is.

    Reads 2026-10, 10月, 2026-Q3, Q3, 三季度, 2026, 去年, 本月, last quarter and the like; without a
    year it is this year's.
    """
    said = " ".join(text.split()).casefold()
    if said in _NEAR:
        back, long = _NEAR[said]
        at = _months(today) - ((today.month - 1) % QUARTER if long == QUARTER else 0) - back
        return _period(at, long)
    for shape in _SHAPES:
        if found := shape.fullmatch(said):
            return _found(found.groupdict(), today)
    return None


def quarter_of(day: date) -> Period:
    """The quarter in which a day lies."""
    return _period(_months(day) - (day.month - 1) % QUARTER, QUARTER)


def _found(parts: dict[str, str | None], today: date) -> Period | None:
    year = _year(parts.get("year") or parts.get("named"), today)
    if year not in YEARS:
        return None
    if quarter := parts.get("quarter"):
        number = _DIGITS.get(quarter) or int(quarter)
        return _period(year * MONTHS + (number - 1) * QUARTER, QUARTER)
    if month := parts.get("month"):
        return _period(year * MONTHS + int(month) - 1, 1)
    return _period(year * MONTHS, MONTHS)


def _year(said: str | None, today: date) -> int:
    if said is None or said in {"今年", "this year"}:
        return today.year
    return today.year - 1 if said in {"去年", "last year"} else int(said)


def _months(day: date) -> int:
    return day.year * MONTHS + day.month - 1


def _period(at: int, long: int) -> Period:
    first, following = (date(n // MONTHS, n % MONTHS + 1, 1) for n in (at, at + long))
    return Period(first, following)
