"""On which day something happened, as a sentence about it tells; the rest of it stays as it is."""

from __future__ import annotations

import re
from datetime import date, timedelta
from typing import Final, NamedTuple

from commands.kit.date_rules import JustPast, Prefer
from commands.kit.dates import leading_date

# "昨天的货", "前天发的货": the day is the thing's, unless it is said of the talk itself.
_A_THINGS_DAY: Final = re.compile(r"[^\s,，。;；谈聊看说讲见去来访]{0,3}的")
_IN_BRACKETS: Final = re.compile(r"\s*[（(\[【]\s*(?P<day>[^）)\]】]{1,20})[）)\]】]")
_FURTHER_ON: Final = re.compile(
    r"(?:[\s,，。;；](?P<zh>昨天|昨日|前天|今天)|\b(?P<en>yesterday|today)\b)",
    re.IGNORECASE,
)
# What lies longer ago than it lies ahead is rather to come, such as a delivery that was promised.
_LONG_AGO: Final = timedelta(days=7)


class Told(NamedTuple):
    """The day, and what else is said."""

    day: date
    rest: str


def told_day(text: str, today: date, prefer: Prefer) -> Told | None:
    """The day with which a sentence begins, even in brackets, or a near one further on.

    A day further on stays in the sentence. So does one that belongs to a thing (昨天的货), or that
    was long ago and is soon again (15日付款): it is not when it happened. Raises what
    `leading_date` raises.
    """
    return (
        _at_the_beginning(text, today, prefer)
        or _bracketed(text, today, prefer)
        or (_further_on(text, today) if prefer == "past" else None)
    )


def _at_the_beginning(text: str, today: date, prefer: Prefer) -> Told | None:
    try:
        found = leading_date(text, today, prefer)
    except JustPast as past:
        if _A_THINGS_DAY.match(text, past.end):
            return None
        raise
    if found is None:
        return None
    rest = text[found.end :]
    if prefer == "past" and (_A_THINGS_DAY.match(rest) or _is_to_come(text, found.value, today)):
        return None
    return Told(found.value, rest)


def _is_to_come(text: str, past: date, today: date) -> bool:
    try:
        ahead = leading_date(text, today, "future")
    except JustPast:
        return False
    ago = today - past
    return ahead is not None and ahead.value > today and _LONG_AGO < ago > ahead.value - today


def _bracketed(text: str, today: date, prefer: Prefer) -> Told | None:
    inside = _IN_BRACKETS.match(text)
    if inside is None:
        return None
    try:
        found = leading_date(inside["day"], today, prefer)
    except JustPast as past:
        raise JustPast(past.day, inside.end()) from None
    if found is None or inside["day"][found.end :].strip():
        return None
    return Told(found.value, text[inside.end() :])


def _further_on(text: str, today: date) -> Told | None:
    for said in _FURTHER_ON.finditer(text):
        found = leading_date(said["zh"] or said["en"], today)
        if found and not _A_THINGS_DAY.match(text, said.end()):
            return Told(found.value, text)
    return None
