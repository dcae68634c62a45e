"""Local days, working hours and quiet hours, right in every zone and through every clock change."""

from collections.abc import Container, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from itertools import pairwise
from typing import TypeAlias
from zoneinfo import ZoneInfo

Period: TypeAlias = tuple[datetime, datetime]
Shifts: TypeAlias = tuple[tuple[time, time], ...]

_DAY = timedelta(days=1)
_INSTANT = timedelta(microseconds=1)


class YearUnknown(ValueError):
    """No public holidays are known for this year."""


@dataclass(frozen=True, slots=True)
class WorkingHours:
    """When a company works: on each day in `shifts`, by the wall clock of `zone`.

    A shift goes from its first time up to, not including, its second; an end of 00:00 is the end
    of the day. Shifts follow each other and don't overlap. `days` are weekdays, Monday 0 to
    Sunday 6. `made_up` days are worked although their weekday is not; `off` days never are, even
    when made up too. Raises ValueError for hours that would never come.
    """

    zone: ZoneInfo
    shifts: Shifts
    days: frozenset[int]
    off: Container[date] = frozenset()
    made_up: Container[date] = frozenset()

    def __post_init__(self) -> None:
        check_shifts(self.shifts)
        if not self.days or not self.days <= frozenset(range(7)):
            raise ValueError(f"working days {sorted(self.days)} are not among 0 (Monday) to 6")


def check_shifts(shifts: Shifts) -> None:
    """Raise ValueError for shifts without any time, or that overlap or stand in another order."""
    if not shifts:
        raise ValueError("working hours without a shift hold no time")
    for start, end in shifts:
        if start >= end != time.min:
            raise ValueError(f"working hours from {start:%H:%M} to {end:%H:%M} hold no time")
    for (_, ended), (start, _) in pairwise(shifts):
        if start < ended or ended == time.min:
            raise ValueError(f"working hours from {start:%H:%M} begin before those before end")


@dataclass(frozen=True, slots=True)
class Quiet:
    """Hours in which a person is not disturbed, by the wall clock of wherever they are.

    From `start` up to, not including, `end`; past midnight when `end` is the earlier of the two;
    never when they are equal.
    """

    start: time
    end: time


def local_day(at: datetime, zone: ZoneInfo) -> date:
    """The date on the wall in `zone` at the aware moment `at`."""
    return at.astimezone(zone).date()


def start_of_day(day: date, zone: ZoneInfo) -> datetime:
    """The first moment of `day` in `zone`, in UTC; 01:00 where the clock skips midnight."""
    return moment_of(day, time.min, zone)


def told_by(at: datetime, zone: ZoneInfo) -> datetime | date:
    """A deadline as people say it: what is due as a day ends is due on that day."""
    day = local_day(at, zone)
    return day - _DAY if at == start_of_day(day, zone) else at


@lru_cache(maxsize=4_096)
def moment_of(day: date, clock: time, zone: ZoneInfo) -> datetime:
    """When the wall clock first shows `clock` or later on `day`, in UTC.

    A time shown twice is the first; a skipped one is the moment of the skip. So boundaries keep
    their order through every clock change, which shifting by the skipped hour would not.
    """
    wall = datetime.combine(day, clock)
    after = wall.replace(tzinfo=zone).astimezone(UTC)
    if after.astimezone(zone).replace(tzinfo=None) == wall:
        return after
    before = wall.replace(tzinfo=zone, fold=1).astimezone(UTC)
    while after - before > _INSTANT:
        middle = before + (after - before) / 2
        if middle.astimezone(zone).replace(tzinfo=None) < wall:
            before = middle
        else:
            after = middle
    return after


def public_days(country: str, year: int) -> tuple[frozenset[date], frozenset[date]]:
    """A country's public days off and its made-up workdays in `year`, in this order.

    `country` is an ISO 3166 code. Source: the holidays library; for China, the State Council's
    yearly notices. Its made-up days are published in the November before, so until then (and
    always before 2001) the second set is empty and the first holds the statutory days only.
    Raises YearUnknown beyond the library's range.
    """
    from holidays import country_holidays  # slow to load, and wanted once a year

    found = country_holidays(country, years=year)
    if not found.start_year <= year <= found.end_year:
        raise YearUnknown(f"no public holidays of {country} are known for {year}")
    # The library lists some New Year make-up days of other years whichever year it is asked for.
    made_up = frozenset(day for day in found.weekend_workdays if day.year == year)
    return frozenset(day for day in found if day.year == year) - made_up, made_up


def is_workday(hours: WorkingHours, day: date) -> bool:
    """Whether the company works on `day`."""
    return day not in hours.off and (day in hours.made_up or day.weekday() in hours.days)


def within(hours: WorkingHours, at: datetime) -> bool:
    """Whether the aware moment `at` falls in working hours; the moment they end does not."""
    day = local_day(at, hours.zone)
    return any(opens <= at < closes for opens, closes in _worked(hours, day))


def next_working_moment(hours: WorkingHours, at: datetime) -> datetime:
    """`at` itself if it is in working hours, else the moment they next begin, in UTC."""
    return add_working(hours, at, timedelta())


def add_working(hours: WorkingHours, at: datetime, amount: timedelta) -> datetime:
    """The moment, in UTC, by which `amount` of working time has passed since `at`.

    An amount that is used up as work ends gives that end, not the next morning. An hour that the
    clock skips or repeats counts as it passes. Raises ValueError for a negative amount.
    """
    if amount < timedelta():
        raise ValueError(f"cannot go back by {-amount} of working time")
    begins, day = at.astimezone(UTC), local_day(at, hours.zone)
    while True:
        for opens, closes in _worked(hours, day):
            begins = max(opens, begins)
            if begins < closes:
                if amount <= closes - begins:
                    return begins + amount
                amount -= closes - begins
        day += _DAY


def is_quiet(quiet: Quiet, at: datetime, zone: ZoneInfo) -> bool:
    """Whether the aware moment `at` falls in quiet hours in `zone`; their end does not."""
    return _quiet_period(quiet, at, zone) is not None


def quiet_ends(quiet: Quiet, at: datetime, zone: ZoneInfo) -> datetime:
    """The end, in UTC, of the quiet hours that contain `at`; `at` itself if none do."""
    ends = at.astimezone(UTC)
    # Where a clock change swallows the gap between two periods, they are one.
    while period := _quiet_period(quiet, ends, zone):
        ends = period[1]
    return ends


def quiet_began(quiet: Quiet, at: datetime, zone: ZoneInfo) -> datetime:
    """The start, in UTC, of the quiet hours that contain `at`; `at` itself if none do.

    What may not wait for the end of quiet hours goes out before this moment.
    """
    began = at.astimezone(UTC)
    period = _quiet_period(quiet, began, zone)
    while period:
        began = period[0]
        period = _quiet_period(quiet, began - _INSTANT, zone)
    return began


def _quiet_period(quiet: Quiet, at: datetime, zone: ZoneInfo) -> Period | None:
    if quiet.start == quiet.end:
        return None
    overnight = _DAY if quiet.end < quiet.start else timedelta()
    today = local_day(at, zone)
    for day in (today - _DAY, today):
        begins = moment_of(day, quiet.start, zone)
        ends = moment_of(day + overnight, quiet.end, zone)
        if begins <= at < ends:
            return begins, ends
    return None


def _worked(hours: WorkingHours, day: date) -> Iterator[Period]:
    """The shifts of a day, in UTC; none where it is not worked."""
    for start, end in hours.shifts if is_workday(hours, day) else ():
        last = day if end != time.min else day + _DAY
        yield moment_of(day, start, hours.zone), moment_of(last, end, hours.zone)
