"""Whatever recurs at a time of day comes once on each day that is meant, through clock changes."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from itertools import pairwise
from zoneinfo import ZoneInfo, available_timezones

import pytest

from commands.kit.calendar import local_day, moment_of

FIRST, BEFORE = date(2024, 1, 1), date(2031, 1, 1)
DAY = timedelta(days=1)
CLOCKS = [time(0, 30), time(2, 30), time(9)]
SECOND = timedelta(seconds=1)
DAILY = [FIRST + n * DAY for n in range((BEFORE - FIRST).days)]
WEEKS = [datetime.combine(day, time(), tzinfo=UTC) for day in DAILY[::7]]
RULES = {
    "daily": DAILY,
    "weekly": [day for day in DAILY if day.weekday() == 6],  # clocks change on Sundays
    "monthly": [day for day in DAILY if day.day == 29],
}


def offset(zone: ZoneInfo, at: datetime) -> timedelta | None:
    return at.astimezone(zone).utcoffset()


def changes(zone: ZoneInfo) -> tuple[tuple[datetime, timedelta | None], ...]:
    """When the clock changes, to the second, and to which offset; no two in a week."""
    found = [(datetime.min.replace(tzinfo=UTC), offset(zone, WEEKS[0]))]
    for before, after in pairwise(WEEKS):
        low, high = before, after
        if offset(zone, low) != offset(zone, high):
            while high - low > SECOND:
                middle = low + (high - low) // 2
                middle = middle.replace(microsecond=0)
                same = offset(zone, middle) == offset(zone, before)
                low, high = (middle, high) if same else (low, middle)
            found.append((high, offset(zone, high)))
    return tuple(found)


@cache
def changing() -> tuple[tuple[ZoneInfo, tuple[datetime, ...]], ...]:
    """One zone for each different series of clock changes from 2024 to 2030, and the changes."""
    found: dict[tuple[tuple[datetime, timedelta | None], ...], ZoneInfo] = {}
    for name in sorted(available_timezones()):
        zone = ZoneInfo(name)
        found.setdefault(changes(zone), zone)
    return tuple(
        (zone, tuple(at for at, _ in series[1:])) for series, zone in found.items() if series[1:]
    )


def firing(days: list[date], clock: time, zone: ZoneInfo) -> None:
    """Each day has one moment, on that day and not before its time, and later than the last."""
    moments = [moment_of(day, clock, zone) for day in days]
    assert moments == sorted(set(moments)), zone
    for day, at in zip(days, moments, strict=True):
        here = at.astimezone(zone)
        assert local_day(at, zone) == day, (zone, day)
        assert here.time() >= clock, (zone, day)
        # A moment earlier, the clock had not got there on that day.
        earlier = (at - timedelta(microseconds=1)).astimezone(zone)
        assert (earlier.date(), earlier.time()) < (day, clock), (zone, day)
        assert here.time() == clock or earlier.utcoffset() != here.utcoffset(), (zone, day)


def test_there_are_zones_whose_clocks_change() -> None:
    names = {zone.key for zone, _ in changing()}
    assert len(names) > 20
    # By half an hour, and at midnight where another zone with the same hours changes at two.
    assert names >= {"Australia/LHI", "America/Havana", "Asia/Beirut"}


@pytest.mark.parametrize("clock", CLOCKS, ids=str)
def test_around_each_change_of_each_zone_a_day_comes_once(clock: time) -> None:
    for zone, moments in changing():
        near = {local_day(at, zone) + n * DAY for at in moments for n in (-2, -1, 0, 1, 2)}
        firing(sorted(near), clock, zone)


@pytest.mark.parametrize("rule", ["weekly", "monthly"])
@pytest.mark.parametrize("clock", CLOCKS, ids=str)
def test_what_recurs_by_the_week_or_month_comes_once(rule: str, clock: time) -> None:
    for zone, _ in changing():
        firing(RULES[rule], clock, zone)


@pytest.mark.torture
@pytest.mark.timeout(600)
@pytest.mark.parametrize("clock", CLOCKS, ids=str)
def test_what_recurs_daily_comes_once_on_every_day_of_every_zone(clock: time) -> None:
    for zone, _ in changing():
        firing(RULES["daily"], clock, zone)
