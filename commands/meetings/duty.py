"""Each quarter is owed a full customer meeting: by whom, what keeps it, and who is told (3.1.1b).

Each day a round sees to it that the quarter has its due, owed by the head of sales. Mornings before
the quarter ends it is told that no meeting is planned. One that was held keeps the quarter in which
it was, also if that is recorded when the quarter is over; a quarter that ends without one lapses.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, datetime

from commands.kit.calendar import local_day, moment_of
from commands.kit.card import Ref
from commands.kit.desk import Desk, Urgency
from commands.kit.ladder import BREACH, WARN, those_told
from commands.kit.people import Department, ToPerson, head_of
from commands.kit.periods import Period, quarter_of
from commands.kit.words import T
from commands.meetings.rules import (
    CLAUSE,
    DAY,
    KIND,
    MORNING,
    QUARTER,
    MeetingPolicy,
    called,
    number_of,
    quarter_numbered,
    warnings,
)
from storage import dues, meetings, subjects, timers
from storage.database import Transaction, known
from storage.dues import Due
from storage.meetings import HELD, PLANNED, Meeting
from storage.timers import Timer

NOTICE = "notice"
Slice = Callable[[Desk, date, int], int | None]


def ref_of(quarter: Period) -> Ref:
    """A quarter as a subject."""
    return Ref(QUARTER, number_of(quarter))


def of_quarter(db: Transaction, quarter: Period) -> Due | None:
    """What is owed in a quarter, however it stands."""
    id_ = number_of(quarter)
    return dues.named(db, QUARTER, [id_], called(quarter)).get(id_)


def begun(desk: Desk, quarter: Period) -> Ref:
    """A quarter as a subject, which it is from now on if it was none."""
    about = ref_of(quarter)
    if subjects.state(desk.db, QUARTER, about.id) is None:
        desk.begin(about, {"quarter": str(quarter)})
    return about


# --- every day ------------------------------------------------------------------------------------


def round_of(day: date) -> Sequence[tuple[Slice, date]]:
    """What is gone through as a day begins; as a quarter does, first the quarter before."""
    if quarter_of(day).first != day:
        return [(take_up, day)]
    return [(lapse, day - DAY), (take_up, day)]


def take_up(desk: Desk, day: date, _after: int) -> int | None:
    """The quarter has its due, owed by the head of sales."""
    quarter = quarter_of(day)
    due, head = of_quarter(desk.db, quarter), head_of(desk.db, Department.SALES)
    owner_id = head.id if head else None
    if due is None:
        if (quarter.following - day).days >= desk.policy.of(MeetingPolicy).owed_days:
            _owe(desk, quarter, owner_id)
    elif due.state == dues.OPEN and due.person_id != owner_id:
        dues.pass_one(desk.db, known(due.id), owner_id)
    return None


def _owe(desk: Desk, quarter: Period, owner_id: int | None) -> None:
    about = begun(desk, quarter)
    what = T("Customer meeting of {quarter}", quarter=str(quarter))
    _since, until = quarter.span(desk.zone)
    made = desk.owe(about, called(quarter), what, clause=CLAUSE, by=until, owner=owner_id)
    _hang(desk, quarter)
    due, instead = dues.get(desk.db, made), _held_in(desk, quarter)
    if due and instead:
        _keep(desk, due, instead)


def _hang(desk: Desk, quarter: Period) -> None:
    """Warnings hang on the quarter, not on its due: after an outage nothing is owed anew by them.

    A quarter that is over is over, however long nobody could be warned.
    """
    days = desk.policy.of(MeetingPolicy).warn_days
    _since, until = quarter.span(desk.zone)
    for at in warnings(quarter, desk.recorded_at, days, desk.zone):
        if at < until:
            desk.at(at, ref_of(quarter), WARN)


def lapse(desk: Desk, day: date, _after: int) -> int | None:
    """The quarter is over: if no meeting was held in it, that is told in the morning."""
    quarter = quarter_of(day)
    due = of_quarter(desk.db, quarter)
    if due is None or not dues.lapse(desk.db, known(due.id)):
        return None
    about = ref_of(quarter)
    desk.change(about, {"due": due.name}, {"missed": due.name, "by": due.person_id})
    timers.drop(desk.db, QUARTER, about.id)
    _tell(desk, due, BREACH)
    return None


# --- warned ---------------------------------------------------------------------------------------


def warn(desk: Desk, timer: Timer) -> None:
    """Nothing is planned, and the quarter nears its end."""
    quarter = quarter_numbered(timer.subject_id)
    due = of_quarter(desk.db, quarter) if quarter else None
    if due and due.state == dues.OPEN and not planned(desk, timer.subject_id):
        _tell(desk, due, WARN)
    desk.touch(Ref(QUARTER, timer.subject_id))


def _tell(desk: Desk, due: Due, step: str) -> None:
    about = Ref(QUARTER, due.subject_id, f"{NOTICE}:{step}")
    morning = moment_of(desk.today, MORNING, desk.zone)
    for acts in those_told(desk.db, due.person_id, step, desk.recorded_at):
        instead = acts.instead_of.id if acts.instead_of else None
        desk.tell(
            ToPerson(acts.person.id, instead),
            about,
            urgency=Urgency.WAKING,
            replaces=f"{about.kind}{about.id}:{acts.person.id}",
            not_before=morning,
        )


def planned(desk: Desk, number: int) -> list[Meeting]:
    """The meetings of a quarter that are still to come."""
    quarter = quarter_numbered(number)
    assert quarter is not None
    found = meetings.between(desk.db, *quarter.span(desk.zone))
    return [one for one in found if one.state == PLANNED and one.at > desk.recorded_at]


def is_far(db: Transaction, due: Due, now: datetime) -> bool:
    """Whether a quarter's meeting is no matter of every day: another warning comes yet.

    Nor is it where one is planned.
    """
    if due.kind != QUARTER:
        return False
    if timers.waiting_on(db, QUARTER, due.subject_id):
        return True
    return any(one.state == PLANNED for one in meetings.between(db, now, due.due_at))


# --- as meetings are held -------------------------------------------------------------------------


def held(desk: Desk, meeting: Meeting) -> None:
    """A meeting keeps its quarter, also one that is over: it was when it was."""
    due = of_quarter(desk.db, quarter_of(local_day(meeting.at, desk.zone)))
    if due and due.state in {dues.OPEN, dues.LAPSED}:
        _keep(desk, due, meeting)


def taken_back(desk: Desk, meeting: Meeting) -> None:
    """A meeting was not held after all: another may keep the quarter instead."""
    quarter = quarter_of(local_day(meeting.at, desk.zone))
    due = of_quarter(desk.db, quarter)
    if due is None or due.evidence != str(Ref(KIND, known(meeting.id))):
        return
    dues.reopen(desk.db, due, desk.recorded_at)
    instead, fresh = _held_in(desk, quarter), dues.get(desk.db, known(due.id))
    if fresh and instead:
        _keep(desk, fresh, instead)
    elif fresh and fresh.state == dues.OPEN:
        _hang(desk, quarter)
    desk.touch(ref_of(quarter))


def _held_in(desk: Desk, quarter: Period) -> Meeting | None:
    found = meetings.between(desk.db, *quarter.span(desk.zone))
    return next((one for one in found if one.state == HELD), None)


def _keep(desk: Desk, due: Due, meeting: Meeting) -> None:
    desk.keep(due, at=meeting.at, evidence=str(Ref(KIND, known(meeting.id))))
    timers.drop(desk.db, QUARTER, due.subject_id)
    desk.touch(Ref(QUARTER, due.subject_id))


def looks_different(desk: Desk, *days: date) -> None:
    """The cards of the quarters in which these days lie show it."""
    for number in {number_of(quarter_of(day)) for day in days}:
        desk.touch(Ref(QUARTER, number))
