"""Working hours against a clock watched minute by minute, and quiet hours through clock changes."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from commands.kit.calendar import (
    Quiet,
    Shifts,
    WorkingHours,
    YearUnknown,
    add_working,
    is_quiet,
    is_workday,
    local_day,
    next_working_moment,
    public_days,
    quiet_began,
    quiet_ends,
    start_of_day,
    within,
)

SHANGHAI = ZoneInfo("Asia/Shanghai")
BERLIN = ZoneInfo("Europe/Berlin")
NEW_YORK = ZoneInfo("America/New_York")
BEIRUT = ZoneInfo("Asia/Beirut")  # springs forward at midnight
LORD_HOWE = ZoneInfo("Australia/Lord_Howe")  # by half an hour
SAMOA = ZoneInfo("Pacific/Apia")  # had no 30 December 2011
ZONES = [SHANGHAI, BERLIN, NEW_YORK, BEIRUT, LORD_HOWE, SAMOA, ZoneInfo("Asia/Kathmandu")]

OFF, MADE_UP = public_days("CN", 2026)
WEEKDAYS = frozenset(range(5))
DAY = ((time(9), time(18)),)
SPLIT = ((time(9), time(12)), (time(13, 30), time(18)))
OFFICE = WorkingHours(SHANGHAI, DAY, WEEKDAYS, OFF, MADE_UP)
NIGHT = Quiet(time(22), time(7))
MINUTE = timedelta(minutes=1)


def shanghai(day: int, hour: int, minute: int = 0, *, month: int = 10) -> datetime:
    return datetime(2026, month, day, hour, minute, tzinfo=SHANGHAI)


# --- days ------------------------------------------------------------------------------------


def test_the_day_is_that_on_the_wall_and_not_that_of_utc() -> None:
    assert local_day(datetime(2026, 10, 13, 16, 0, tzinfo=UTC), SHANGHAI) == date(2026, 10, 14)
    assert local_day(datetime(2026, 10, 13, 15, 59, tzinfo=UTC), SHANGHAI) == date(2026, 10, 13)


def test_a_day_begins_when_its_midnight_was_skipped() -> None:
    began = start_of_day(date(2026, 3, 29), BEIRUT)
    assert began.astimezone(BEIRUT).time() == time(1)
    assert local_day(began - timedelta(microseconds=1), BEIRUT) == date(2026, 3, 28)


@given(st.dates(date(1970, 1, 2), date(2090, 1, 1)), st.sampled_from(ZONES))
def test_a_day_begins_at_its_first_moment(day: date, zone: ZoneInfo) -> None:
    began = start_of_day(day, zone)
    assert began.tzinfo is UTC
    assert local_day(began - timedelta(microseconds=1), zone) < day
    assert local_day(began, zone) == day or (zone is SAMOA and day == date(2011, 12, 30))


# --- China's calendar --------------------------------------------------------------------------


def test_national_day_is_off_and_made_up_for() -> None:
    assert {date(2026, 10, day) for day in range(1, 8)} - OFF == {date(2026, 10, 4)}  # a Sunday
    assert date(2026, 10, 10) in MADE_UP
    assert is_workday(OFFICE, date(2026, 10, 10))
    assert not is_workday(OFFICE, date(2026, 10, 7))
    assert not is_workday(OFFICE, date(2026, 10, 11))


def test_only_days_of_the_year_asked_for_are_given() -> None:
    for year in range(1998, 2028):
        off, made_up = public_days("CN", year)
        assert {day.year for day in off | made_up} == {year}
        assert not off & made_up
        assert all(day.weekday() > 4 for day in made_up)


def test_a_year_beyond_the_notices_has_its_statutory_days_and_nothing_made_up() -> None:
    off, made_up = public_days("CN", 2090)
    assert date(2090, 10, 1) in off
    assert not made_up


@pytest.mark.parametrize("year", [1, 1900, 2500])
def test_a_year_beyond_the_library_is_unknown(year: int) -> None:
    with pytest.raises(YearUnknown, match=str(year)):
        public_days("CN", year)


def test_a_day_off_is_off_even_if_it_was_to_be_made_up() -> None:
    day = date(2026, 10, 10)
    assert not is_workday(
        WorkingHours(SHANGHAI, DAY, WEEKDAYS, frozenset({day}), frozenset({day})), day
    )


# --- working hours -----------------------------------------------------------------------------


def test_working_hours_begin_with_their_first_moment_and_end_before_their_last() -> None:
    assert within(OFFICE, shanghai(14, 9))
    assert within(OFFICE, shanghai(14, 17, 59))
    assert not within(OFFICE, shanghai(14, 18))
    assert not within(OFFICE, shanghai(14, 8, 59))
    assert not within(OFFICE, shanghai(5, 10))


@pytest.mark.parametrize(
    ("at", "expected"),
    [
        (shanghai(14, 10), shanghai(14, 10)),
        (shanghai(14, 7), shanghai(14, 9)),
        (shanghai(14, 18), shanghai(15, 9)),
        (shanghai(16, 20), shanghai(19, 9)),
        (shanghai(9, 20), shanghai(10, 9)),  # a made-up Saturday
        (shanghai(30, 18, month=9), shanghai(8, 9)),  # the whole of National Day
    ],
)
def test_work_next_begins_on_a_working_day(at: datetime, expected: datetime) -> None:
    found = next_working_moment(OFFICE, at)
    assert found == expected
    assert found.tzinfo is UTC


@pytest.mark.parametrize(
    ("at", "hours", "expected"),
    [
        (shanghai(14, 10), 2, shanghai(14, 12)),
        (shanghai(14, 10), 8, shanghai(14, 18)),
        (shanghai(14, 10), 9, shanghai(15, 10)),
        (shanghai(14, 3), 1, shanghai(14, 10)),
        (shanghai(14, 20), 9, shanghai(15, 18)),
        (shanghai(9, 17), 2, shanghai(10, 10)),
        (shanghai(30, 17, month=9), 2, shanghai(8, 10)),
    ],
)
def test_working_time_passes_only_in_working_hours(
    at: datetime, hours: int, expected: datetime
) -> None:
    assert add_working(OFFICE, at, timedelta(hours=hours)) == expected


def test_working_time_does_not_run_backwards() -> None:
    with pytest.raises(ValueError, match="go back"):
        add_working(OFFICE, shanghai(14, 10), -MINUTE)


@pytest.mark.parametrize(
    ("shifts", "days"),
    [
        (((time(9), time(9)),), WEEKDAYS),
        (((time(18), time(9)),), WEEKDAYS),
        ((), WEEKDAYS),
        (((time(13), time(18)), (time(9), time(12))), WEEKDAYS),
        (((time(9), time(13)), (time(12), time(18))), WEEKDAYS),
        (((time(9), time(0)), (time(12), time(18))), WEEKDAYS),
        (DAY, frozenset()),
        (DAY, frozenset({7})),
    ],
)
def test_hours_that_never_come_are_refused(shifts: Shifts, days: frozenset[int]) -> None:
    with pytest.raises(ValueError, match="working"):
        WorkingHours(SHANGHAI, shifts, days)


@pytest.mark.parametrize(
    ("at", "hours", "expected"),
    [
        (shanghai(14, 11), 1, shanghai(14, 12)),  # the end of a shift, not the start of the next
        (shanghai(14, 12), 0, shanghai(14, 13, 30)),
        (shanghai(14, 11), 2, shanghai(14, 14, 30)),
        (shanghai(14, 12, 30), 5, shanghai(15, 9, 30)),
        (shanghai(16, 17), 4, shanghai(19, 12)),
        (shanghai(9, 17), 2, shanghai(10, 10)),
    ],
)
def test_nothing_passes_between_two_shifts(at: datetime, hours: int, expected: datetime) -> None:
    split = WorkingHours(SHANGHAI, SPLIT, WEEKDAYS, OFF, MADE_UP)
    assert add_working(split, at, timedelta(hours=hours)) == expected
    assert not within(split, shanghai(14, 12))
    assert within(split, shanghai(14, 13, 30))


def test_work_may_last_until_midnight() -> None:
    hours = WorkingHours(SHANGHAI, ((time(0), time(0)),), frozenset(range(7)))
    assert within(hours, shanghai(14, 23, 59))
    assert add_working(hours, shanghai(14, 10), timedelta(days=3)) == shanghai(17, 10)


def test_a_skipped_hour_is_not_worked_and_a_repeated_one_is_worked_twice() -> None:
    hours = WorkingHours(BERLIN, ((time(1), time(5)),), frozenset(range(7)))
    spring, autumn = date(2026, 3, 29), date(2026, 10, 25)
    for day, worked in ((spring, 3), (autumn, 5)):
        ends = add_working(hours, start_of_day(day, BERLIN), timedelta(hours=worked))
        assert ends.astimezone(BERLIN).replace(tzinfo=None) == datetime.combine(day, time(5))


clocks = st.builds(time, st.integers(0, 23), st.sampled_from([0, 15, 30, 45]))


@st.composite
def working_hours(draw: st.DrawFn) -> WorkingHours:
    bounds = sorted(draw(st.lists(clocks, min_size=4, max_size=4, unique=True)))
    shifts = draw(st.sampled_from([(0, 1), (0, 3), (0, 1, 2, 3)]))
    near = st.dates(date(2026, 3, 20), date(2026, 4, 12)) | st.dates(
        date(2026, 10, 2), date(2026, 11, 8)
    )
    return WorkingHours(
        draw(st.sampled_from(ZONES)),
        tuple((bounds[a], bounds[b]) for a, b in zip(shifts[::2], shifts[1::2], strict=True)),
        draw(st.frozensets(st.integers(0, 6), min_size=3)),
        draw(st.frozensets(near, max_size=5)),
        draw(st.frozensets(near, max_size=5)),
    )


def minutes_of(first: date, days: int) -> st.SearchStrategy[datetime]:
    begins = datetime.combine(first, time(), tzinfo=UTC)
    return st.integers(0, days * 24 * 60).map(lambda minutes: begins + minutes * MINUTE)


# Around every clock change of 2026 in ZONES.
near_a_change = minutes_of(date(2026, 3, 7), 30) | minutes_of(date(2026, 10, 2), 31)


def watched(hours: WorkingHours, at: datetime, minutes: int) -> datetime:
    """`add_working` as it is done by watching a wall clock whose hands are never turned back."""
    now, left = at - timedelta(hours=3), minutes
    latest = now.astimezone(hours.zone).replace(tzinfo=None)
    while True:
        latest = max(latest, now.astimezone(hours.zone).replace(tzinfo=None))
        day, clock = latest.date(), latest.time()
        worked = day not in hours.off and (day in hours.made_up or day.weekday() in hours.days)
        if now >= at and worked and any(start <= clock < end for start, end in hours.shifts):
            if left <= 1:
                return now + left * MINUTE
            left -= 1
        now += MINUTE


@given(working_hours(), near_a_change, st.integers(0, 300))
@example(
    WorkingHours(LORD_HOWE, ((time(1, 45), time(2, 30)),), frozenset({6})),
    datetime(2026, 4, 4, 14, 0, tzinfo=UTC),
    70,
)
@settings(deadline=None, max_examples=50)
def test_working_time_is_what_a_watched_clock_shows(
    hours: WorkingHours, at: datetime, minutes: int
) -> None:
    assert add_working(hours, at, minutes * MINUTE) == watched(hours, at, minutes)


# --- quiet hours -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("at", "began", "ends"),
    [
        (shanghai(14, 22), shanghai(14, 22), shanghai(15, 7)),
        (shanghai(15, 0), shanghai(14, 22), shanghai(15, 7)),
        (shanghai(15, 6, 59), shanghai(14, 22), shanghai(15, 7)),
    ],
)
def test_quiet_hours_go_past_midnight(at: datetime, began: datetime, ends: datetime) -> None:
    assert is_quiet(NIGHT, at, SHANGHAI)
    assert quiet_began(NIGHT, at, SHANGHAI) == began
    assert quiet_ends(NIGHT, at, SHANGHAI) == ends


@pytest.mark.parametrize("at", [shanghai(15, 7), shanghai(14, 12), shanghai(14, 21, 59)])
def test_outside_quiet_hours_nothing_moves(at: datetime) -> None:
    assert not is_quiet(NIGHT, at, SHANGHAI)
    assert quiet_began(NIGHT, at, SHANGHAI) == quiet_ends(NIGHT, at, SHANGHAI) == at


def test_quiet_hours_may_lie_within_a_day() -> None:
    siesta = Quiet(time(12), time(14))
    assert is_quiet(siesta, shanghai(14, 13), SHANGHAI)
    assert not is_quiet(siesta, shanghai(14, 11), SHANGHAI)
    assert quiet_ends(siesta, shanghai(14, 13), SHANGHAI) == shanghai(14, 14)


@given(near_a_change, st.sampled_from(ZONES), clocks)
def test_hours_that_end_as_they_begin_are_never_quiet(
    at: datetime, zone: ZoneInfo, clock: time
) -> None:
    assert not is_quiet(Quiet(clock, clock), at, zone)


@pytest.mark.parametrize(("day", "hours"), [(date(2026, 3, 28), 8), (date(2026, 10, 24), 10)])
def test_a_night_is_as_long_as_the_clock_change_makes_it(day: date, hours: int) -> None:
    at = datetime.combine(day, time(23), tzinfo=BERLIN)
    night = quiet_ends(NIGHT, at, BERLIN) - quiet_began(NIGHT, at, BERLIN)
    assert night == timedelta(hours=hours)


def test_quiet_hours_that_end_in_a_skipped_hour_end_with_the_skip() -> None:
    quiet = Quiet(time(22), time(2, 30))
    at = datetime(2026, 3, 29, 0, 0, tzinfo=BERLIN)
    assert quiet_ends(quiet, at, BERLIN) == datetime(2026, 3, 29, 1, 0, tzinfo=UTC)


def test_two_nights_joined_by_a_skipped_day_are_one() -> None:
    # 29 December 22:00 to the end of the 29th, then at once the night of the 31st.
    at = datetime(2011, 12, 29, 23, 0, tzinfo=SAMOA)
    ends = quiet_ends(NIGHT, at, SAMOA)
    assert ends == datetime(2011, 12, 31, 7, 0, tzinfo=SAMOA)
    assert quiet_began(NIGHT, ends - MINUTE, SAMOA) == at - timedelta(hours=1)


@given(
    minutes_of(date(2026, 1, 1), 365) | near_a_change,
    st.sampled_from(ZONES),
    clocks,
    clocks,
)
@example(datetime(2026, 3, 29, 0, 50, tzinfo=UTC), BERLIN, time(2, 50), time(2, 10))
def test_quiet_hours_lie_between_their_beginning_and_their_end(
    at: datetime, zone: ZoneInfo, start: time, end: time
) -> None:
    quiet = Quiet(start, end)
    began, ends = quiet_began(quiet, at, zone), quiet_ends(quiet, at, zone)
    assert not is_quiet(quiet, ends, zone)
    if not is_quiet(quiet, at, zone):
        assert began == at == ends
        return
    assert began <= at < ends
    assert is_quiet(quiet, began, zone)
    assert is_quiet(quiet, ends - MINUTE / 60, zone)
    assert not is_quiet(quiet, began - timedelta(microseconds=1), zone)
