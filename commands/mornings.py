"""Each working morning everybody is shown their day, and superiors once a week what was missed.

By the reader's own clock; nothing comes where there is nothing to show, nor while somebody is away.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from typing import Annotated
from zoneinfo import ZoneInfo

from pydantic import Field

from commands import calls
from commands import day as days
from commands.calls import CallPolicy
from commands.kit.calendar import is_workday, local_day, moment_of, start_of_day
from commands.kit.card import STAFF, Button, Buttons, Line, Note, Part, Ref
from commands.kit.desk import Desk, Urgency
from commands.kit.people import Person, ToPerson, load, standing_in
from commands.kit.policy import Clause, Hours, Section
from commands.kit.words import T, listed, sentence
from commands.kit.workdays import company_hours
from commands.meetings.rules import ACTION, QUARTER
from commands.visits import duty
from storage import absences, dues, people
from storage.database import known
from storage.dues import Due
from storage.timers import ROUND, Timer

KIND, SHOW = ROUND, "morning"
AT_ONCE = 200
NAMED, EXCUSABLE = 3, 3
WEEK, A_MOMENT = timedelta(days=7), timedelta(microseconds=1)
EXCUSED_BY = {QUARTER: "meeting_excuse", ACTION: "action_excuse"}


Clock = Field(pattern=r"^([01]\d|2[0-3]):[0-5]\d$")


class MorningPolicy(Section, section="mornings"):
    """When everybody is shown their day."""

    at: Annotated[str, Clause("3.1.1a"), Clock]
    latest_hours: Annotated[int, Clause("3.1.1a"), Hours]


# --- planned --------------------------------------------------------------------------------------


def plan(desk: Desk, day: date, after: int) -> int | None:
    """The mornings of the next people that fall in the company's day, whatever their own day."""
    begins = start_of_day(day, desk.zone)
    ends = start_of_day(day + timedelta(days=1), desk.zone)
    found = people.page(desk.db, after, AT_ONCE)
    for row in found:
        person = load(desk.db, known(row.id))
        morning = _morning(desk, person, day) if person else None
        if person and morning and begins <= morning < ends:
            desk.at(morning, Ref(KIND, person.id), SHOW)
    return known(found[-1].id) if len(found) == AT_ONCE else None


def _morning(desk: Desk, person: Person, day: date) -> datetime | None:
    """The moment within the company's day at which a working morning of theirs is."""
    zone = person.zone_or(desk.zone)
    clock = time.fromisoformat(desk.policy.of(MorningPolicy).at)
    begins = start_of_day(day, desk.zone)
    hours = company_hours(desk)
    for own in (day - timedelta(days=1), day, day + timedelta(days=1)):
        moment = moment_of(own, clock, zone)
        if begins <= moment < start_of_day(day + timedelta(days=1), desk.zone):
            return moment if is_workday(hours, own) else None
    return None


# --- shown ----------------------------------------------------------------------------------------


def show(desk: Desk, timer: Timer) -> None:
    """Tell somebody their day, unless they are away or the morning is long over."""
    person = load(desk.db, timer.subject_id)
    latest = timedelta(hours=desk.policy.of(MorningPolicy).latest_hours)
    if person is None or desk.recorded_at - timer.at > latest:
        return
    if absences.of(desk.db, person.id, desk.recorded_at):
        return
    person = replace(person, stands_in_for=standing_in(desk.db, person.id, desk.recorded_at))
    zone = person.zone_or(desk.zone)
    own = days.of(desk.db, person, desk.recorded_at, desk.zone)
    weekly = _weekly(desk, person, local_day(timer.at, zone))
    if own.is_empty and not weekly:
        return
    shown = own.card()
    title = shown.title if own.owed else _title(own)
    card = replace(shown, title=title, parts=(*shown.parts, *weekly))
    until = timer.at + latest
    to = ToPerson(person.id)
    replaces = f"{SHOW}:{person.id}"
    desk.tell(to, card, urgency=Urgency.WAKING, replaces=replaces, useful_until=until)


def _title(own: days.Day) -> T:
    """What a morning is about on which nothing else is due."""
    return T("Customers to visit this week") if own.visits else T("Your week")


def _weekly(desk: Desk, person: Person, today: date) -> tuple[Part, ...]:
    """What is told on the first working day of a week."""
    hours = company_hours(desk)
    monday = today - timedelta(days=today.weekday())
    before = [monday + timedelta(days=n) for n in range(today.weekday())]
    if any(is_workday(hours, one) for one in before):
        return ()
    days = desk.policy.of(CallPolicy).silent_days
    quiet = calls.pointed_out(desk.db, person.id, today, days)
    return (*quiet, *_missed(desk, person, start_of_day(monday, desk.zone)))


def _missed(desk: Desk, person: Person, until: datetime) -> Iterable[Part]:
    """What those who report to somebody did not do in the week before."""
    reporting = people.reporting_to(desk.db, person.id)
    found = [(row, dues.not_done(desk.db, known(row.id), until - WEEK, until)) for row in reporting]
    several = [(row, missed) for row, missed in found if missed]
    if several:
        yield Note(T("Not done in time last week:"))
    for row, missed in several:
        yield Line(_told(row.name, missed), STAFF)
    excuses = [one for _row, missed in several for due in missed if (one := _excuse(due))]
    if excuses:
        yield Buttons(tuple(excuses[:EXCUSABLE]), STAFF)
    all_ = [due for _row, missed in several for due in missed]
    if len(excuses) > EXCUSABLE or any(len(missed) > NAMED for _row, missed in several):
        yield Buttons(tuple(_all_missed(all_, desk.zone)), STAFF)


def _all_missed(all_: Iterable[Due], zone: ZoneInfo) -> Iterable[Button]:
    """Where every one of them stands with what it is about: by clause and month."""
    fell = {(due.clause, f"{local_day(due.due_at - A_MOMENT, zone):%Y-%m}") for due in all_}
    for clause, month in sorted(fell):
        words = T("All missed: {clause} {month}", clause=clause, month=month)
        yield Button(words, "policy", {"clause": f"{clause} {month} missed"})


def _told(name: str, missed: list[Due]) -> T:
    what = listed([sentence(due.what) for due in missed[:NAMED]])
    more = len(missed) - NAMED
    if more > 0:
        return T("{name}: {what}, and {n} more", name=name, what=what, n=more)
    return T("{name}: {what}", name=name, what=what)


def _excuse(due: Due) -> Button | None:
    """A superior excuses a visit, a meeting or an action here."""
    words = T("Excuse: {what}", what=sentence(due.what))
    if due.kind in EXCUSED_BY:
        return Button(words, EXCUSED_BY[due.kind], {}, Ref(due.kind, due.subject_id))
    if not duty.is_monthly(due):
        return None
    bound = {"customer": due.subject_id, "month": due.name.partition(":")[2]}
    return Button(words, "visit_excuse", bound)
