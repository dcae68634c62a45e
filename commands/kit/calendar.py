"""Local days, working hours and quiet hours, right in every zone and through every clock change."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from typing import TypeAlias
from zoneinfo import ZoneInfo

Period: TypeAlias = tuple[datetime, datetime]

_DAY = timedelta(days=1)
_INSTANT = timedelta(microseconds=1)


class YearUnknown(ValueError):
    """No public holidays are known for this year."""


@dataclass(frozen=True, slots=True)
class WorkingHours:
    """When a company works: wall-clock times in `zone`, from `start` up to, not including, `end`.

    An `end` of 00:00 is the end of the day. `days` are weekdays, Monday 0 to Sunday 6. `made_up`
    days are worked although their weekday is not; `off` days never are, even when made up too.
    Raises ValueError for hours that would never come.
    """

    zone: ZoneInfo
    start: time
    end: time
    days: frozenset[int]
    off: frozenset[date] = frozenset()
    made_up: frozenset[date] = frozenset()

    def __post_init__(self) -> None:
        if self.start >= self.end != time.min:
            raise ValueError(f"working hours from {self.start} to {self.end} hold no time")
        if not self.days or not self.days <= frozenset(range(7)):
            raise ValueError(f"working days {sorted(self.days)} are not among 0 (Monday) to 6")


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
    return _boundary(day, time.min, zone)


def moment_of(day: date, clock: time, zone: ZoneInfo) -> datetime:
    """When the wall clock in `zone` first shows `clock` on `day`, in UTC; the skip if it never."""
    return _boundary(day, clock, zone)


def china_workdays(year: int) -> tuple[frozenset[date], frozenset[date]]:
    """China's public days off and its made-up workdays in `year`, in this order.

    Source: the State Council's yearly notices as kept by the holidays library. Made-up days are
    published in the November before, so until then (and always before 2001) the second set is
    empty and the first holds the statutory days only. Raises YearUnknown beyond its range.
    """
    from holidays import country_holidays  # slow to load, and wanted once a year

    china = country_holidays("CN", years=year)
    if not china.start_year <= year <= china.end_year:
        raise YearUnknown(f"no public holidays of China are known for {year}")
    # The library lists some New Year make-up days of other years whichever year it is asked for.
    made_up = frozenset(day for day in china.weekend_workdays if day.year == year)
    return frozenset(day for day in china if day.year == year) - made_up, made_up


def is_workday(hours: WorkingHours, day: date) -> bool:
    """Whether the company works on `day`."""
    return day not in hours.off and (day in hours.made_up or day.weekday() in hours.days)


def within(hours: WorkingHours, at: datetime) -> bool:
    """Whether the aware moment `at` falls in working hours; the moment they end does not."""
    day = local_day(at, hours.zone)
    opens, closes = _shift(hours, day)
    return is_workday(hours, day) and opens <= at < closes


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
        opens, closes = _shift(hours, day)
        begins = max(opens, begins)
        if is_workday(hours, day) and begins < closes:
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
        begins = _boundary(day, quiet.start, zone)
        ends = _boundary(day + overnight, quiet.end, zone)
        if begins <= at < ends:
            return begins, ends
    return None


def _shift(hours: WorkingHours, day: date) -> Period:
    last = day if hours.end != time.min else day + _DAY
    return _boundary(day, hours.start, hours.zone), _boundary(last, hours.end, hours.zone)


@lru_cache(maxsize=4_096)
def _boundary(day: date, clock: time, zone: ZoneInfo) -> datetime:
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
