"""The rules of visits: pure functions of facts and the day (clause 3.1.1a)."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Annotated

from pydantic import Field

from commands.kit.errors import Invalid
from commands.kit.policy import Clause, Days, Hours, Section
from commands.kit.words import T
from storage.visits import Visit

KIND = "visit"
WORDS = T("visit")
PHOTO = T("Photo of the visit")
WHEN = T("When was the visit?")
FRIDAY = 4


class VisitPolicy(Section, section="visits"):
    """The numbers of clause 3.1.1a."""

    correct_hours: Annotated[int, Clause("3.1.1a"), Hours]
    oldest_days: Annotated[int, Clause("3.1.1a"), Days]
    counts_until_day: Annotated[int, Clause("3.1.1a"), Field(ge=1, le=31)]


def check_day(day: date, today: date, oldest_days: int, when: T = WHEN) -> None:
    """It happened today or before, and not so long ago that it must be a slip; else `when`."""
    if day > today:
        raise Invalid("day", T("{day:weekday} is still to come. {when}", day=day, when=when))
    if (today - day).days > oldest_days:
        raise Invalid(
            "day",
            T(
                "{day} is more than {n} day ago. {when}",
                "{day} is more than {n} days ago. {when}",
                day=day,
                n=oldest_days,
                when=when,
            ),
        )


def correctable(visit: Visit, now: datetime, hours: int) -> bool:
    """Whether a visit can still be changed by the person who logged it."""
    return visit.undone_at is None and now - visit.recorded_at <= timedelta(hours=hours)


def month_of(day: date) -> tuple[date, date]:
    """The first day of a month, and of the next."""
    first = day.replace(day=1)
    return first, (first + timedelta(days=32)).replace(day=1)


def next_friday(today: date) -> date:
    """The Friday to come; on a Friday the next one."""
    return today + timedelta(days=(FRIDAY - today.weekday() - 1) % 7 + 1)


def share(left: int, today: date) -> int:
    """How many of so many are to be visited by the end of this week, to be through in time."""
    _, following = month_of(today)
    monday = today - timedelta(days=today.weekday())
    weeks = max(1, -(-(following - monday).days // 7))
    return -(-left // weeks)
