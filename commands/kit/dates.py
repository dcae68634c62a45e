"""Dates as people write them, in Chinese and English."""

import re
import unicodedata
from dataclasses import dataclass
from datetime import date
from typing import Final, Generic, TypeVar

from commands.kit.date_rules import ALONE, LEADING, Asked, JustPast, Prefer, Readings, Rule

V = TypeVar("V")


class AmbiguousDate(ValueError):
    """Words that name one of two dates: 05/12 is in May or in December. They end at `end`."""

    def __init__(self, readings: tuple[date, date], end: int) -> None:
        self.readings = readings
        self.end = end
        super().__init__(f"either {readings[0]} or {readings[1]}")


class NotADate(ValueError):
    """Words that name no date."""


@dataclass(frozen=True, slots=True)
class Found(Generic[V]):
    """A value, and the span of the text that it was read from."""

    value: V
    start: int
    end: int


def leading_date(
    text: str, today: date, prefer: Prefer = "past", *, alone: bool = False
) -> Found[date] | None:
    """The date that `text` begins with, after spaces, commas and colons; None if it does not.

    A weekday or a date without a year is the nearest one in the preferred direction, today
    included; "last", "this" and "next" (上, 本, 下) mean the week, which begins on Monday. Raises
    AmbiguousDate for 05/12 and its like, and NotADate for a day that no calendar has, such as
    30 February: whoever writes one means a date. Where the future is preferred, a month's day that
    was within the last three months raises JustPast: it may be a slip, or the next year's. `alone`
    also reads 10-13, 10.13 and 20261013, which in a sentence would be something else.
    """
    found = _leading(text, Asked(today, prefer), LEADING + ALONE if alone else LEADING)
    written = None if found else _WRITTEN_OUT.match(plain(text[:WINDOW]))
    if written and not _in_a_leap_year(*(int(n) for n in written.groups() if n)):
        raise NotADate(written[0].strip(PUNCTUATION))
    return found


def _in_a_leap_year(month: int, day: int) -> bool:
    try:
        return bool(date(2000, month, day))
    except ValueError:
        return False


def parse_date(text: str, today: date, prefer: Prefer = "past") -> date:
    """The date that the whole of `text` names, read as by `leading_date`, standing alone.

    Raises AmbiguousDate and JustPast, and NotADate for anything else.
    """
    try:
        found = _leading(text, Asked(today, prefer), LEADING + ALONE)
    except JustPast as past:
        if text[past.end :].strip(PUNCTUATION):
            raise NotADate(text[:WINDOW]) from past
        raise
    if found is None or text[found.end :].strip(PUNCTUATION):
        raise NotADate(text[:WINDOW])
    return found.value


def without_until(text: str) -> str:
    """A day to come may be said as the end of something: until Friday, 到周五."""
    until = _UNTIL.match(text)
    return text[until.end() :] if until else text


# --- days -----------------------------------------------------------------------------------------

# No date is longer than this, however it is spaced; the rest of a long text need not be looked at.
WINDOW: Final = 80
_SEPARATORS: Final = re.compile(r"[\s,:，：]*")
# A month and a day, written so that they can be nothing else.
_WRITTEN_OUT: Final = re.compile(
    r"[\s,:]*(?:[0-9]{4}年)?([0-9]{1,2})月([0-9]{1,2})[日号](?![前后以之内起到至楼])"
    r"|[\s,:]*[0-9]{4}-([0-9]{1,2})-([0-9]{1,2})(?![0-9-])"
)
_UNTIL: Final = re.compile(r"\s*(?:(?:until|till|by)\s+|直到\s*|到\s*)", re.IGNORECASE)
PUNCTUATION: Final = " \t\r\n\u3000,:，：.。!！"


def skip_separators(text: str) -> int:
    """Where a text goes on behind the spaces, commas and colons that it begins with."""
    separators = _SEPARATORS.match(text)
    return separators.end() if separators else 0


def _leading(text: str, asked: Asked, rules: tuple[Rule, ...]) -> Found[date] | None:
    start = skip_separators(text)
    words = plain(text[start : start + WINDOW])
    matches = [(match, rule) for rule in rules if (match := rule.pattern.match(words))]
    for match, rule in sorted(matches, key=lambda pair: -pair[0].end()):
        try:
            readings = _readings(match, rule, asked)
        except JustPast as past:
            raise JustPast(past.day, start + match.end()) from None
        if len(readings) > 1:
            raise AmbiguousDate((readings[0], readings[1]), start + match.end())
        if readings:
            return Found(readings[0], start, start + match.end())
    return None


def _readings(match: re.Match[str], rule: Rule, asked: Asked) -> Readings:
    try:
        return rule.read(match, asked)
    except (ValueError, OverflowError):  # a day before the year 1 or after 9999
        return ()


def plain(text: str) -> str:
    """`text` with full-width forms made ordinary, one character for each, so that spans hold."""
    forms = (unicodedata.normalize("NFKC", char) for char in text)
    return "".join(form if len(form) == 1 else char for char, form in zip(text, forms, strict=True))
