"""The rules of meetings: pure functions of days and the policy's numbers (clause 3.1.1b)."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from typing import Annotated, Literal
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict, Field, field_validator

from commands.kit.calendar import moment_of
from commands.kit.errors import Invalid
from commands.kit.people import Department, Labelled, Relation
from commands.kit.periods import Period, quarter_of, read_period
from commands.kit.policy import Clause, Days, Hours, Section
from commands.kit.words import T, Words, in_both
from storage import meetings
from storage.meetings import CANCELLED, PLANNED, Meeting, Participant
from storage.talk import Talk

KIND, QUARTER, ACTION = "meeting", "quarter", "action"
CLAUSE = "3.1.1b"
WORDS, QUARTER_WORDS, ACTION_WORDS = T("meeting"), T("quarter"), T("action")
PLACE = "sales"
ORGANISERS = {Department.SALES, Department.MANAGEMENT, Relation.OWNER, Relation.SUPERIOR}
NUMBER = re.compile(r"\s*m-?(\d{4})-?(\d{1,6})(?!\d)", re.IGNORECASE)
MORNING, EVENING = time(9), time(18)
DAY = timedelta(days=1)
FIRST_YEAR, QUARTERS = 2000, 4


class Point(BaseModel):
    """Something that every meeting speaks of: told by us, or learnt from the customers."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)
    does: Literal["tell", "learn"]
    zh: Annotated[str, Field(min_length=1, max_length=60)]
    en: Annotated[str, Field(min_length=1, max_length=60)]

    @property
    def words(self) -> Words:
        """What it is called."""
        return in_both(self.zh, self.en)


class MeetingPolicy(Section, section="meetings"):
    """The numbers of clause 3.1.1b, and what every meeting speaks of."""

    warn_days: Annotated[list[Annotated[int, Days]], Clause(CLAUSE), Field(min_length=1)]
    owed_days: Annotated[int, Clause(CLAUSE), Field(ge=1, le=90)]
    remind_hours: Annotated[int, Clause(CLAUSE), Hours]
    answer_hours: Annotated[int, Clause(CLAUSE), Hours]
    action_warn_hours: Annotated[int, Clause(CLAUSE), Hours]
    agenda: Annotated[list[Point], Clause(CLAUSE), Field(max_length=30)]

    @field_validator("warn_days")
    @classmethod
    def _within(cls, days: list[int]) -> list[int]:
        """Each lies within the quarter, and each later one nearer to its end."""
        if days != sorted(set(days), reverse=True) or days[0] > 90:  # noqa: PLR2004 -- a quarter
            raise ValueError("warn_days are at most 90, the most first and none twice")
        return days

    def points(self, does: str) -> list[Words]:
        """What is told, or what is learnt."""
        return [point.words for point in self.agenda if point.does == does]


class Guest(Labelled):
    """Where it stands with a customer that is invited."""

    TO_INVITE = meetings.TO_INVITE, "to be invited"
    INVITED = meetings.INVITED, "invited"
    COMING = meetings.COMING, "coming"
    NOT_COMING = meetings.NOT_COMING, "not coming"
    CAME = meetings.CAME, "came"


# --- quarters -------------------------------------------------------------------------------------


def number_of(quarter: Period) -> int:
    """A quarter as the number of a subject: 20264 for 2026-Q4."""
    return quarter.first.year * 10 + (quarter.first.month + 2) // 3


def quarter_numbered(number: int) -> Period | None:
    """The quarter with this number."""
    year, nth = divmod(number, 10)
    if year < FIRST_YEAR or not 1 <= nth <= QUARTERS:
        return None
    return read_period(f"{year}-Q{nth}", date(year, 1, 1))


def called(quarter: Period) -> str:
    """The name of a quarter's due."""
    return f"meeting:{quarter}"


def is_quarter(period: Period) -> bool:
    """Whether a span that somebody named is a quarter."""
    return quarter_of(period.first) == period


def warnings(quarter: Period, now: datetime, days: Iterable[int], zone: ZoneInfo) -> list[datetime]:
    """When it is told that no meeting is planned: on these mornings before the quarter ends.

    Of those that are past already one is told on the next morning.
    """
    moments = [moment_of(quarter.following - timedelta(days=n), MORNING, zone) for n in days]
    to_come = [at for at in moments if at > now]
    if len(to_come) == len(moments):
        return to_come
    today = now.astimezone(zone).date()
    soon = (moment_of(day, MORNING, zone) for day in (today, today + DAY))
    following = next(at for at in soon if at > now)
    return [following, *(at for at in to_come if at > following)]


# --- one meeting ----------------------------------------------------------------------------------


def numbered(text: str) -> str | None:
    """The number that a text begins with, written out in full."""
    found = NUMBER.match(text)
    return f"M-{found[1]}-{int(found[2]):04d}" if found else None


def check_planned(at: datetime, now: datetime) -> None:
    """A meeting is planned for a time to come."""
    if at <= now:
        raise Invalid("at", T("{at:clock} is past. When will the meeting be?", at=at))


def knows(meeting: Meeting, one: Participant) -> bool:
    """Whether somebody was told of the meeting as it stands now: its time, and its place."""
    told = (one.told_for, one.told_place)
    return bool(one.told_how) and told == (meeting.at, meeting.place)


def to_be_told(meeting: Meeting, one: Participant, now: datetime) -> bool:
    """Whether somebody knows of the meeting, but not that it was moved or cancelled.

    Once it would have begun, also by what they know, nobody need be told any more.
    """
    if not one.told_how or still_of_use(meeting, one) <= now:
        return False
    if meeting.state == CANCELLED:
        return one.off_at is None
    return meeting.state == PLANNED and not knows(meeting, one)


def just_asked(one: Participant, now: datetime, hours: int) -> bool:
    """Whether somebody was told so lately that “good” answers it."""
    return one.told_at is not None and now - one.told_at <= timedelta(hours=hours)


def still_of_use(meeting: Meeting, one: Participant) -> datetime:
    """Until when it helps to be told something of a meeting: the time of it that is later."""
    return max(meeting.at, one.told_for or meeting.at)


def evening_of(day: date, zone: ZoneInfo) -> datetime:
    """When what is to be done by a day falls due."""
    return moment_of(day, EVENING, zone)


def collected(remarks: Iterable[Talk], room: int) -> tuple[str, list[Talk]]:
    """Remarks as minutes, a line each with who said it, as many as fit; and those that fit."""
    lines: list[str] = []
    taken: list[Talk] = []
    for remark in remarks:
        line = f"{remark.name}: {remark.text}"
        room -= len(line) + 1
        if room < 0:
            break
        lines.append(line)
        taken.append(remark)
    return "\n".join(lines), taken
