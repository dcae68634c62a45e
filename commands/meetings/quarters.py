"""A quarter and its meeting: what is planned and held, what is left open, and who excuses it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated

from commands.kit.calendar import local_day
from commands.kit.card import STAFF, Button, Buttons, Card, Line, Note, Part, Quote, Ref
from commands.kit.command import Command
from commands.kit.desk import Desk
from commands.kit.errors import Denied, Refused
from commands.kit.form import Ask, QuarterId
from commands.kit.ladder import BREACH, WARN
from commands.kit.noun import Found, Involved, Look, Matches, Noun
from commands.kit.people import Actor, Department, Relation, Role, ToPerson, load
from commands.kit.periods import Period, quarter_of, read_period
from commands.kit.words import T, Value, Words
from commands.meetings import duty
from commands.meetings.cards import action_line, line_of
from commands.meetings.duty import NOTICE
from commands.meetings.rules import (
    CLAUSE,
    DAY,
    KIND,
    QUARTER,
    QUARTER_WORDS,
    is_quarter,
    number_of,
    quarter_numbered,
)
from storage import actions, dues, meetings, people
from storage.database import Transaction, known
from storage.dues import Due
from storage.meetings import Meeting

SHOWN = 10


def card(look: Look, id_: int) -> Card:
    """What is owed, planned and held in a quarter, and what earlier meetings left open."""
    quarter = quarter_numbered(id_)
    if quarter is None:
        return Card(T("This is no longer here."))
    due = duty.of_quarter(look.db, quarter)
    found = meetings.between(look.db, *quarter.span(look.zone))
    parts = (*_owed(look, due), *_meetings(found), *_left_open(look), *_verbs(look, due, id_))
    return Card(_title(quarter, due, found), parts, Ref(QUARTER, id_))


def _title(quarter: Period, due: Due | None, found: list[Meeting]) -> T:
    values: dict[str, Value] = {"quarter": str(quarter)}
    if due and due.state in {dues.DONE, dues.LATE}:
        return T("✅ Customer meeting of {quarter}: held", **values)
    if due and due.state == dues.EXCUSED:
        return T("☑ Customer meeting of {quarter}: excused", **values)
    if due and due.state in dues.STILL_OWED | {dues.LAPSED} and not found:
        return T("📅 Customer meeting of {quarter}: none planned", **values)
    return T("📅 Customer meeting of {quarter}", **values)


def _owed(look: Look, due: Due | None) -> Iterable[Part]:
    if due is None:
        return
    owner = people.get(look.db, due.person_id) if due.person_id else None
    who: Words = owner.name if owner else T("Nobody")
    last = local_day(due.due_at, look.zone) - DAY
    match due.state:
        case dues.OPEN:
            yield Line(T("{owner} owes it until {day:weekday}", owner=who, day=last), STAFF)
        case dues.LAPSED:
            yield Line(T("🔴 {owner} owed it until {day:weekday}", owner=who, day=last), STAFF)
        case dues.EXCUSED:
            yield Quote(due.reason, T("reason"), STAFF)
        case _:
            return


def _meetings(found: list[Meeting]) -> Iterable[Part]:
    for meeting in found:
        yield Line(line_of(meeting), STAFF)
    if found:
        shown = (_show(meeting) for meeting in found[:SHOWN])
        yield Buttons(tuple(shown), STAFF)


def _show(meeting: Meeting) -> Button:
    about = Ref(KIND, known(meeting.id))
    return Button(T("{name}", name=meeting.number), "meeting_show", {}, about)


def _left_open(look: Look) -> Iterable[Part]:
    found = actions.open_ones(look.db, SHOWN)
    if found:
        yield Note(T("Actions that are open:"))
    for action in found:
        yield Line(action_line(look, action), STAFF)


def _verbs(look: Look, due: Due | None, id_: int) -> Iterable[Part]:
    plan = Button(T("Plan a meeting"), "meeting", style="primary")
    if due is None or due.state not in {dues.OPEN, dues.LAPSED}:
        return
    excuse = Button(T("Excuse…"), "meeting_excuse", {}, Ref(QUARTER, id_))
    plans = (plan,) if due.due_at > look.now else ()
    yield Buttons((*plans, excuse), STAFF)


def notice(look: Look, id_: int, step: str) -> Card:
    """What the head of sales reads ahead when nothing is planned, and when it was missed."""
    quarter = quarter_numbered(id_)
    due = duty.of_quarter(look.db, quarter) if quarter else None
    if quarter is None or due is None:
        return Card(T("This is no longer here."))
    shown = card(look, id_)
    planned = any(one.at > look.now for one in meetings.between(look.db, *quarter.span(look.zone)))
    values: dict[str, Value] = {"quarter": str(quarter)}
    if due.state == dues.LAPSED and step == BREACH:
        title = T("🚨 No customer meeting was held in {quarter}", **values)
    elif due.state == dues.OPEN and step == WARN and not planned:
        left = due.due_at - look.now
        title = T("⏰ {quarter}: no customer meeting is planned, {left} left", left=left, **values)
    else:
        return shown
    return Card(title, shown.parts, shown.about)


# --- found ----------------------------------------------------------------------------------------


def find(look: Look, text: str, _actor: Actor | None) -> Matches:
    """The quarter that is named; the present one where nothing was typed."""
    today = local_day(look.now, look.zone)
    period = read_period(text, today) if text.strip() else quarter_of(today)
    if period is None or not is_quarter(period):
        return Matches()
    return Matches((Found(number_of(period), str(period)),), clear=True)


def name_of(_db: Transaction, id_: int) -> str | None:
    """As 2026-Q4."""
    quarter = quarter_numbered(id_)
    return str(quarter) if quarter else None


def involved(db: Transaction, id_: int) -> Involved | None:
    """Who owes its meeting."""
    quarter = quarter_numbered(id_)
    due = duty.of_quarter(db, quarter) if quarter else None
    return Involved(owner_id=due.person_id if due else None)


NOUN = Noun(
    kind=QUARTER,
    words=QUARTER_WORDS,
    find=find,
    name_of=name_of,
    card=card,
    views={NOTICE: notice},
    involved=involved,
    timers={WARN: duty.warn},
)


# --- commands -------------------------------------------------------------------------------------


class ShowQuarter(
    Command, name="meetings", aliases=("会议列表", "季度会议"), who={Role.STAFF}, clause=CLAUSE
):
    """Show a quarter's meeting."""

    quarter: Annotated[QuarterId | None, Ask("Which quarter?", "Quarter")] = None

    def run(self, desk: Desk) -> Ref:
        """What is owed, planned and held, and which actions are open."""
        named = quarter_numbered(self.quarter) if self.quarter else None
        return duty.begun(desk, named or quarter_of(desk.today))


class Excuse(
    Command,
    name="meeting_excuse",
    aliases=("免开会议",),
    who={Relation.SUPERIOR, Department.MANAGEMENT},
    clause=CLAUSE,
    on=QUARTER,
):
    """Excuse the meeting."""

    quarter: Annotated[QuarterId, Ask("Which quarter?", "Quarter")]
    reason: Annotated[str, Ask("Why is none needed?", "Reason", long=True)]

    def run(self, desk: Desk) -> Ref:
        """Keep the reason; whoever owes it is told."""
        quarter = quarter_numbered(self.quarter)
        due = duty.of_quarter(desk.db, quarter) if quarter else None
        if due is None or due.state not in {dues.OPEN, dues.LAPSED}:
            raise Refused(T("No meeting is owed in that quarter."))
        if due.person_id == desk.person.id:
            raise Denied(T("It is yours to hold, so somebody else excuses it."))
        reason, about = self.reason.strip(), Ref(QUARTER, self.quarter)
        dues.settle(desk.db, due, dues.EXCUSED, None, desk.recorded_at, reason=reason)
        desk.change(about, {"due": due.name, "state": due.state}, {"excused": reason})
        owner = load(desk.db, due.person_id) if due.person_id else None
        if owner:
            desk.tell(ToPerson(owner.id), about)
        return about
