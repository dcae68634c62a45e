"""Moments as people write them, in Chinese and English: a day, a time of day, or both."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from commands.kit.date_rules import COUNT, ENGLISH_COUNT, JustPast, Prefer, number
from commands.kit.dates import (
    PUNCTUATION,
    WINDOW,
    AmbiguousDate,
    Found,
    NotADate,
    leading_date,
    plain,
    skip_separators,
)
from commands.kit.times import MIDDAY, begins, minutes_of, noon_at, part_at, part_said, times_at


class NotAMoment(ValueError):
    """Words that name no moment."""


def leading_moment(
    text: str, now: datetime, zone: ZoneInfo, prefer: Prefer = "past", *, alone: bool = False
) -> Found[datetime] | None:
    """The moment, in UTC, that `text` begins with, read off the wall clock of `zone`.

    `now` is aware. An hour without 上午 or pm is that of a 24-hour clock, but no meeting to come is
    at 3 in the night. Of two times, as in 14:00-15:00, it is the first. A time without a day is
    today's, or yesterday's if that is still to come (tomorrow's if it is over, when the future is
    preferred). A day to come without a time, or with a part of it alone, such as 下周三上午, begins
    at the hour that is usual for that.
    A time that the clock skips is as much later as it skips; one that it shows twice is the first.
    `alone` reads dates such as 10-13 too. None if no moment stands there, or one of two dates;
    raises JustPast as `leading_date` does.
    """
    start = skip_separators(text)
    words = plain(text[start : start + WINDOW])
    try:
        found = _longest(words, _Asked(now, zone, prefer, alone))
    except JustPast as past:
        raise JustPast(past.day, start + _with_its_time(words, past.end)) from None
    except (AmbiguousDate, NotADate, OverflowError):
        return None
    return Found(found.value, start, start + found.end) if found else None


def parse_moment(text: str, now: datetime, zone: ZoneInfo, prefer: Prefer = "past") -> datetime:
    """The moment, in UTC, that the whole of `text` names, read as by `leading_moment`.

    Raises NotAMoment for anything else, ambiguous dates included, and JustPast.
    """
    if len(text) <= WINDOW:
        if _NOW.fullmatch(plain(text).strip(PUNCTUATION)):
            return now.astimezone(UTC)
        found = leading_moment(text, now, zone, prefer, alone=True)
        if found and not text[found.end :].strip(PUNCTUATION):
            return found.value
    raise NotAMoment(text[:WINDOW])


# --- so long ago, or from now ---------------------------------------------------------------------

_GAP: Final = r"\s{0,3}"
_SPACE: Final = r"\s{1,3}"
_NOW: Final = re.compile("刚刚|刚才|刚|现在|此刻|(?:just |right )?now", re.IGNORECASE)
_HOURS_ZH: Final = (
    rf"(?P<hours>半|{COUNT}|[0-9]{{1,3}}\.[0-9]){_GAP}(?P<half>个半|个)?{_GAP}(?:小时|钟头)"
)
_ELAPSED_ZH: Final = re.compile(
    rf"(?:{_HOURS_ZH}{_GAP})?(?:(?P<minutes>{COUNT}){_GAP}分钟?{_GAP})?"
    r"[以之]?(?P<side>前(?!往)|后(?![天日来续勤]))"
)
_COUNT_EN: Final = rf"half(?:{_SPACE}an?)?|{ENGLISH_COUNT}|[0-9]{{1,3}}\.[0-9]"
_ELAPSED_EN: Final = re.compile(
    rf"(?P<in>in{_SPACE})?(?P<count>{_COUNT_EN}){_GAP}(?P<unit>h|hrs?|hours?|m|mins?|minutes?)"
    rf"(?![a-z])(?P<half>{_SPACE}and{_SPACE}a{_SPACE}half)?"
    rf"(?(in)|{_SPACE}(?P<side>ago|from{_SPACE}now))",
    re.ASCII | re.IGNORECASE,
)


def _elapsed(words: str, now: datetime) -> Found[datetime] | None:
    """So long ago, or so long from now."""
    if found := _ELAPSED_ZH.match(words):
        hours, minutes = _quantity(found["hours"]), _quantity(found["minutes"])
        hours += 0.5 if found["half"] == "个半" else 0
    elif found := _ELAPSED_EN.match(words):
        count = _quantity(found["count"]) + (0.5 if found["half"] else 0)
        hours, minutes = (count, 0.0) if found["unit"].lower().startswith("h") else (0.0, count)
    else:
        return None
    ago = (found["side"] or "in").lower() in {"前", "ago"}
    elapsed = timedelta(hours=hours, minutes=minutes)
    if not elapsed:
        return None
    return Found(now.astimezone(UTC) + (-elapsed if ago else elapsed), 0, found.end())


def _quantity(words: str | None) -> float:
    if words is None:
        return 0
    if "." in words:
        return float(words)
    return 0.5 if words.lower().startswith(("半", "half")) else number(words)


# --- moments --------------------------------------------------------------------------------------

# "下午3点 周五的样品": that day is the sample's.
_A_THINGS: Final = re.compile(r"[^\s,，。;；]?的")


@dataclass(frozen=True, slots=True)
class _Asked:
    """From when a moment is read, and how."""

    now: datetime
    zone: ZoneInfo
    prefer: Prefer
    alone: bool

    @property
    def ahead(self) -> bool:
        """Whether what lies ahead is meant."""
        return self.prefer == "future"

    @property
    def today(self) -> date:
        """The day where they are."""
        return self.now.astimezone(self.zone).date()


# 昨晚上8点; but 明晚上海见.
_ABOVE: Final = re.compile(rf"上(?={_GAP}(?:[0-9一二两三四五六七八九十,，。]|$)|\s)")


@dataclass(frozen=True, slots=True)
class _Day:
    """A day, the part of it that is told beside it, and where both end."""

    day: date
    part: str
    end: int


def _longest(words: str, asked: _Asked) -> Found[datetime] | None:
    """What stands at the beginning; where it can be read shorter or longer, the longest."""
    elapsed = _elapsed(words, asked.now)
    timed = [elapsed] if elapsed else list(_time_first(words, asked))
    try:
        read = [*timed, *_day_first(words, asked)]
    except (AmbiguousDate, NotADate, JustPast):
        if not timed:
            raise
        read = timed
    ended = [one for one in read if not _within_a_word(words, one.end)]
    return max(ended, key=lambda one: one.end, default=None)


def _within_a_word(words: str, end: int) -> bool:
    around = words[max(end - 1, 0) : end + 1]
    return len(around) > 1 and all(one.isascii() and one.isalnum() for one in around)


def _day_first(words: str, asked: _Asked) -> Iterator[Found[datetime]]:
    """A day, its time behind it."""
    day = _day_at(words, 0, asked)
    if day is None:
        return
    at = _behind(words, day.end)
    times = times_at(words, at)
    minutes = minutes_of(times, day.part, ahead=asked.ahead) if times else None
    if times and minutes is not None:
        yield Found(_moment(day.day, minutes, asked.zone), 0, times.end)
    elif times is None or not times.begin.marked:
        yield from _whole(day, asked)


def _behind(words: str, end: int) -> int:
    """Where a time may begin behind a day."""
    return end + skip_separators(words[end:])


def _whole(day: _Day, asked: _Asked) -> Iterator[Found[datetime]]:
    """A day, or a part of it, without a time."""
    minutes = begins(day.part) if asked.ahead or day.part == MIDDAY else None
    if minutes is not None:
        yield Found(_moment(day.day, minutes, asked.zone), 0, day.end)


def _time_first(words: str, asked: _Asked) -> Iterator[Found[datetime]]:
    """A time, the day perhaps behind it."""
    times = times_at(words, 0) or noon_at(words, 0)
    if times is None:
        yield from _part_first(words, asked)
        return
    day = _day_behind(words, times.end, asked)
    minutes = minutes_of(times, day.part if day else "", ahead=asked.ahead)
    if minutes is not None and day:
        yield Found(_moment(day.day, minutes, asked.zone), 0, day.end)
    elif minutes is not None:
        yield Found(_nearest(minutes, asked), 0, times.end)


def _part_first(words: str, asked: _Asked) -> Iterator[Found[datetime]]:
    """A part of a day, which is today's if no day stands behind it."""
    part, end = part_at(words, 0)
    day = _day_behind(words, end, asked) if part else None
    if day:
        yield from _whole(_Day(day.day, part, day.end), asked)
    elif len(part) > 1:
        yield from _whole(_Day(asked.today, part, end), asked)


def _day_at(words: str, at: int, asked: _Asked) -> _Day | None:
    """The day that stands at a place, with the part of it that it tells or that follows."""
    try:
        found = leading_date(words[at:], asked.today, asked.prefer, alone=asked.alone)
    except JustPast as past:
        raise JustPast(past.day, at + past.end) from None
    if found is None:
        return None
    end, part = at + found.end, part_said(words[at : at + found.end])
    if part:
        above = _ABOVE.match(words, end)
        return _Day(found.value, part, above.end() if above else end)
    part, behind = part_at(words, _behind(words, end))
    return _Day(found.value, part, behind if part else end)


def _day_behind(words: str, at: int, asked: _Asked) -> _Day | None:
    """The day behind a time, unless it is a thing's."""
    try:
        day = _day_at(words, at, asked)
    except JustPast as past:
        if _A_THINGS.match(words, past.end):
            return None
        raise
    return None if day is None or _A_THINGS.match(words, day.end) else day


def _with_its_time(words: str, end: int) -> int:
    """Where the words for a day and its time end, if the day ends at `end`."""
    part, behind = part_at(words, _behind(words, end))
    end = behind if part else end
    times = times_at(words, _behind(words, end))
    return times.end if times and times.begin.marked else end


def _nearest(minutes: int, asked: _Asked) -> datetime:
    at = _moment(asked.today, minutes, asked.zone)
    if not asked.ahead and at > asked.now:
        return _moment(asked.today - timedelta(days=1), minutes, asked.zone)
    if asked.ahead and at < asked.now:
        return _moment(asked.today + timedelta(days=1), minutes, asked.zone)
    return at


def _moment(day: date, minutes: int, zone: ZoneInfo) -> datetime:
    # Without a fold, a skipped time is taken by the offset before the skip: RFC 5545, 3.3.5.
    wall = datetime.combine(day, time.min, tzinfo=zone) + timedelta(minutes=minutes)
    return wall.astimezone(UTC)
