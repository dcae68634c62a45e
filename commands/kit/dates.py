"""Dates and times as people write them, in Chinese and English."""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Final, Generic, TypeVar
from zoneinfo import ZoneInfo

from commands.kit.date_rules import (
    ALONE,
    COUNT,
    ENGLISH_COUNT,
    LEADING,
    NUMBER,
    Asked,
    Prefer,
    Readings,
    Rule,
    number,
)

V = TypeVar("V")


class AmbiguousDate(ValueError):
    """Words that name one of two dates: 05/12 is in May or in December. They end at `end`."""

    def __init__(self, readings: tuple[date, date], end: int) -> None:
        self.readings = readings
        self.end = end
        super().__init__(f"either {readings[0]} or {readings[1]}")


class NotADate(ValueError):
    """Words that name no date."""


class NotAMoment(ValueError):
    """Words that name no moment."""


@dataclass(frozen=True, slots=True)
class Found(Generic[V]):
    """A value, and the span of the text that it was read from."""

    value: V
    start: int
    end: int


def leading_date(text: str, today: date, prefer: Prefer = "past") -> Found[date] | None:
    """The date that `text` begins with, after spaces, commas and colons; None if it does not.

    A weekday or a date without a year is the nearest one in the preferred direction, today
    included; "last", "this" and "next" (上, 本, 下) mean the week, which begins on Monday. Raises
    AmbiguousDate for 05/12 and its like, and NotADate for a day that no calendar has, such as
    30 February: whoever writes one means a date.
    """
    found = _leading(text, Asked(today, prefer), LEADING)
    written = None if found else _WRITTEN_OUT.match(_plain(text[:_WINDOW]))
    if written and not _in_a_leap_year(*(int(n) for n in written.groups() if n)):
        raise NotADate(written[0].strip(_PUNCTUATION))
    return found


def _in_a_leap_year(month: int, day: int) -> bool:
    try:
        return bool(date(2000, month, day))
    except ValueError:
        return False


def parse_date(text: str, today: date, prefer: Prefer = "past") -> date:
    """The date that the whole of `text` names, read as by `leading_date`.

    Also reads 10-13, 10.13 and 20261013, which at the start of a sentence would be something else.
    Raises AmbiguousDate, and NotADate for anything else.
    """
    found = _leading(text, Asked(today, prefer), LEADING + ALONE)
    if found is None or text[found.end :].strip(_PUNCTUATION):
        raise NotADate(text[:_WINDOW])
    return found.value


def without_until(text: str) -> str:
    """A day to come may be said as the end of something: until Friday, 到周五."""
    until = _UNTIL.match(text)
    return text[until.end() :] if until else text


def parse_moment(text: str, now: datetime, zone: ZoneInfo, prefer: Prefer = "past") -> datetime:
    """The moment, in UTC, that the whole of `text` names on the wall clock of `zone`.

    `now` is aware. Hours without 上午, 下午, am or pm are those of a 24-hour clock. A time without
    a day is today's, or yesterday's if that is still to come (tomorrow's if it is over, when the
    future is preferred). A time that the clock skips is as much later as it skips; one that it
    shows twice is the first. Raises NotAMoment for anything else, ambiguous dates included.
    """
    plain = " ".join(_plain(text[:_WINDOW]).strip(_PUNCTUATION).split())
    if len(text) <= _WINDOW:
        try:
            at = _elapsed(plain, now) or _on_the_clock(plain, now.astimezone(zone), zone, prefer)
        except (AmbiguousDate, OverflowError) as reason:
            raise NotAMoment(text) from reason
        if at:
            return at
    raise NotAMoment(text[:_WINDOW])


def parse_clock(text: str) -> time | None:
    """The time of day that the whole of `text` names, read as in a moment; 24:00 is midnight."""
    minutes = _clock(" ".join(_plain(text[:_WINDOW]).strip(_PUNCTUATION).split()))
    return None if minutes is None else time(minutes // _HOUR % 24, minutes % _HOUR)


# --- days -----------------------------------------------------------------------------------------

# No date is longer than this, however it is spaced; the rest of a long text need not be looked at.
_WINDOW: Final = 80
_SEPARATORS: Final = re.compile(r"[\s,:，：]*")
# A month and a day, written so that they can be nothing else.
_WRITTEN_OUT: Final = re.compile(
    r"[\s,:]*(?:[0-9]{4}年)?([0-9]{1,2})月([0-9]{1,2})[日号](?![前后以之内起到至楼])"
    r"|[\s,:]*[0-9]{4}-([0-9]{1,2})-([0-9]{1,2})(?![0-9-])"
)
_UNTIL: Final = re.compile(r"\s*(?:(?:until|till|by)\s+|直到\s*|到\s*)", re.IGNORECASE)
_PUNCTUATION: Final = " \t\r\n\u3000,:，：.。!！"


def _leading(text: str, asked: Asked, rules: tuple[Rule, ...]) -> Found[date] | None:
    separators = _SEPARATORS.match(text)
    start = separators.end() if separators else 0
    words = _plain(text[start : start + _WINDOW])
    matches = [(match, rule) for rule in rules if (match := rule.pattern.match(words))]
    for match, rule in sorted(matches, key=lambda pair: -pair[0].end()):
        readings = _readings(match, rule, asked)
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


def _plain(text: str) -> str:
    """`text` with full-width forms made ordinary, one character for each, so that spans hold."""
    forms = (unicodedata.normalize("NFKC", char) for char in text)
    return "".join(form if len(form) == 1 else char for char, form in zip(text, forms, strict=True))


# --- moments --------------------------------------------------------------------------------------

_NOW: Final = re.compile("刚刚|刚才|刚|现在|此刻|(?:just |right )?now", re.IGNORECASE)
_HOURS_ZH: Final = rf"(?P<hours>半|{COUNT}|[0-9]{{1,3}}\.[0-9])(?P<half>个半|个)?(?:小时|钟头)"
_ELAPSED_ZH: Final = re.compile(
    rf"(?:{_HOURS_ZH})?(?:(?P<minutes>{COUNT})分钟?)?[以之]?(?P<side>前|后)"
)
_COUNT_EN: Final = rf"half(?: an?)?|{ENGLISH_COUNT}|[0-9]{{1,3}}\.[0-9]"
_ELAPSED_EN: Final = re.compile(
    rf"(?P<in>in )?(?P<count>{_COUNT_EN}) ?(?P<unit>h|hrs?|hours?|m|mins?|minutes?)"
    r"(?P<half> and a half)?(?(in)| (?P<side>ago|from now))",
    re.ASCII | re.IGNORECASE,
)
_LAST_NIGHT: Final = re.compile("([前昨今明])([晚早])上?")

_MORNING: Final = {hour: hour for hour in range(3, 12)}
# 晚上12点 is the end of that day; 晚上1点 could be either night's and is not guessed at.
_EVENING: Final = {12: 24, **{hour: hour % 12 + 12 for hour in (*range(5, 12), *range(17, 24))}}
# The hours said with each part of the day, and those they are on a 24-hour clock.
_CHINESE_PARTS: Final = {
    "凌晨": {12: 0, **{hour: hour for hour in range(7)}},
    **dict.fromkeys(("清晨", "早晨", "早上", "早"), _MORNING),
    "上午": {hour: hour for hour in range(5, 13)},
    "中午": {11: 11, 12: 12, 1: 13, 2: 14, 13: 13, 14: 14},
    "下午": {12: 12, **{hour: hour % 12 + 12 for hour in (*range(1, 12), *range(13, 20))}},
    "傍晚": {hour: hour % 12 + 12 for hour in (*range(4, 9), *range(16, 21))},
    **dict.fromkeys(("晚上", "晚"), _EVENING),
}
_PARTS: Final = _CHINESE_PARTS | {
    "": {hour: hour for hour in range(25)},
    "a": {hour: hour % 12 for hour in range(13)},
    "p": {hour: hour % 12 + 12 for hour in range(1, 24)},
}
_MIDDAY: Final = {"noon", "midday", "中午", "正午"}
_PAST: Final = rf"半|整|[一三13]刻|[零〇]?{NUMBER}分?"
_CLOCK: Final = re.compile(
    rf"(?:at |t(?=[0-9]))?(?P<part>{'|'.join(_CHINESE_PARTS)})?"
    rf" ?(?:(?P<hour>[0-9]{{1,2}}):(?P<minute>[0-9]{{2}})(?::[0-9]{{2}})?"
    rf"|(?P<oclock>{NUMBER}) ?(?:点钟?|时| ?o['’]clock)(?: ?(?P<past>{_PAST}))?"
    r"|(?P<bare>[0-9]{1,2})(?= ?[ap]\.?m))(?: ?(?P<half>[ap])\.?m\.?)?",
    re.ASCII | re.IGNORECASE,
)
_HOUR: Final = 60
_END_OF_DAY: Final = 24 * _HOUR


def _elapsed(plain: str, now: datetime) -> datetime | None:
    """So long ago, or so long from now."""
    if _NOW.fullmatch(plain):
        return now.astimezone(UTC)
    if found := _ELAPSED_ZH.fullmatch(plain.replace(" ", "")):
        hours, minutes = _quantity(found["hours"]), _quantity(found["minutes"])
        hours += 0.5 if found["half"] == "个半" else 0
    elif found := _ELAPSED_EN.fullmatch(plain):
        count = _quantity(found["count"]) + (0.5 if found["half"] else 0)
        hours, minutes = (count, 0.0) if found["unit"].lower().startswith("h") else (0.0, count)
    else:
        return None
    ago = (found["side"] or "in").lower() in {"前", "ago"}
    elapsed = timedelta(hours=hours, minutes=minutes)
    return now.astimezone(UTC) + (-elapsed if ago else elapsed) if elapsed else None


def _quantity(words: str | None) -> float:
    if words is None:
        return 0
    if "." in words:
        return float(words)
    return 0.5 if words.lower().startswith(("半", "half")) else number(words)


def _on_the_clock(plain: str, here: datetime, zone: ZoneInfo, prefer: Prefer) -> datetime | None:
    """A time of day, alone or beside a date."""
    plain = _LAST_NIGHT.sub(r"\1天\2上", plain)
    minutes = _clock(plain)
    if minutes is not None:
        return _nearest(here, minutes, zone, prefer)
    for day, rest in _days(plain, Asked(here.date(), prefer)):
        minutes = _clock(rest.strip(_PUNCTUATION))
        if minutes is not None:
            return _moment(day, minutes, zone)
    return None


def _days(plain: str, asked: Asked) -> Iterator[tuple[date, str]]:
    """The day that `plain` begins or ends with, and the rest."""
    if found := _leading(plain, asked, LEADING):
        yield found.value, plain[found.end :]
    words = plain.split(" ")
    for at in range(1, len(words)):
        ending = " ".join(words[at:])
        found = _leading(ending, asked, LEADING)
        if found and found.end == len(ending):
            yield found.value, " ".join(words[:at])


def _clock(words: str) -> int | None:
    """Minutes since midnight, up to 1440 for 24:00."""
    if words.lower() in _MIDDAY:
        return 12 * _HOUR
    found = _CLOCK.fullmatch(words)
    if found is None or (found["part"] and found["half"]):
        return None
    hour = number(found["hour"] or found["oclock"] or found["bare"])
    hour_of_day = _PARTS[(found["part"] or found["half"] or "").lower()].get(hour)
    minute = int(found["minute"]) if found["minute"] else _past(found["past"] or "整")
    if hour_of_day is None or minute >= _HOUR:
        return None
    minutes = hour_of_day * _HOUR + minute
    return minutes if minutes <= _END_OF_DAY else None


def _past(words: str) -> int:
    """Minutes past the hour."""
    if words in "半整":
        return 30 if words == "半" else 0
    return number(words[0]) * 15 if words.endswith("刻") else number(words.removesuffix("分"))


def _nearest(here: datetime, minutes: int, zone: ZoneInfo, prefer: Prefer) -> datetime:
    at = _moment(here.date(), minutes, zone)
    if prefer == "past" and at > here:
        return _moment(here.date() - timedelta(days=1), minutes, zone)
    if prefer == "future" and at < here:
        return _moment(here.date() + timedelta(days=1), minutes, zone)
    return at


def _moment(day: date, minutes: int, zone: ZoneInfo) -> datetime:
    # Without a fold, a skipped time is taken by the offset before the skip: RFC 5545, 3.3.5.
    wall = datetime.combine(day, time.min, tzinfo=zone) + timedelta(minutes=minutes)
    return wall.astimezone(UTC)
