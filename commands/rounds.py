"""What is gone through every day, whoever speaks or not: the month's visits, everybody's morning.

A round begins as the company's day does and goes on in slices, each a timer of its own, so that
nobody waits for it and a crash costs one slice. After an outage each day that was missed has its
round, one after the other: a late one acts late and never skips.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from commands import mornings
from commands.care import planning
from commands.kit.calendar import local_day, start_of_day
from commands.kit.card import Ref
from commands.kit.desk import Desk
from commands.kit.noun import Noun, nothing_found
from commands.kit.words import T
from commands.meetings import duty as meeting_duty
from commands.visits import duty
from storage import house, timers
from storage.database import Transaction
from storage.timers import Timer

KIND = mornings.KIND
ALL = Ref(KIND, 0)
DAY, GO, BEGUN = "day", "go", "rounds_begun"
# Does the next few after an id, about a day; gives the last id, or None when there are no more.
Slice = Callable[[Desk, date, int], int | None]
Round = Callable[[date], Sequence[tuple[Slice, date]]]
ROUNDS: Mapping[str, Round] = {
    "visits": duty.round_of,
    "care": lambda day: [(planning.plan_days, day), (planning.plan_festivals, day)],
    "meetings": meeting_duty.round_of,
    "mornings": lambda day: [(mornings.plan, day)],
}


def begin(db: Transaction, now: datetime, zone: ZoneInfo) -> None:
    """See to it that there are rounds, from today on; of replicas that start at once, one does.

    Whoever starts the bot during the day is not shown a morning that is over.
    """
    if timers.waiting_on(db, KIND, ALL.id):
        return
    day = local_day(now, zone)
    house.put(db, BEGUN, day.isoformat())  # whoever is second waits here, and then sees the first's
    if timers.waiting_on(db, KIND, ALL.id):
        return
    tomorrow = start_of_day(day + timedelta(days=1), zone)
    timers.add(db, Timer(kind=KIND, subject_id=ALL.id, name=DAY, at=tomorrow))
    first = {"day": day.isoformat(), "step": 0, "after": 0}
    timers.add(db, Timer(kind=KIND, subject_id=ALL.id, name=f"{GO}:visits", at=now, extra=first))


def day_begins(desk: Desk, timer: Timer) -> None:
    """Every round of the day, and when the next day's begin."""
    day = local_day(timer.at, desk.zone)
    for name in ROUNDS:
        _go(desk, timer, name, {"day": day.isoformat(), "step": 0, "after": 0})
    desk.at(start_of_day(day + timedelta(days=1), desk.zone), ALL, DAY)


def goes_on(desk: Desk, timer: Timer) -> None:
    """The next slice of a round."""
    name = timer.name.partition(":")[2]
    step, after = timer.extra["step"], timer.extra["after"]
    steps = ROUNDS[name](date.fromisoformat(timer.extra["day"]))
    work, about = steps[step]
    last = work(desk, about, after)
    following = {"step": step + 1, "after": 0} if last is None else {"step": step, "after": last}
    if following["step"] < len(steps):
        _go(desk, timer, name, timer.extra | following)


def _go(desk: Desk, timer: Timer, name: str, extra: dict[str, object]) -> None:
    desk.at(timer.at, ALL, f"{GO}:{name}", extra=extra)


NOUN = Noun(
    kind=KIND,
    words=T("daily round"),
    find=nothing_found,
    name_of=lambda _db, _id: None,
    timers={DAY: day_begins, GO: goes_on, mornings.SHOW: mornings.show},
)
