"""A meeting is planned, put off, cancelled or passed on (clause 3.1.1b)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Annotated

from commands.kit.calendar import local_day, moment_of
from commands.kit.card import Ref
from commands.kit.command import Command
from commands.kit.desk import Desk
from commands.kit.errors import Invalid, Refused, no_such
from commands.kit.form import Ask, MeetingId, PersonId
from commands.kit.people import Department, Role, ToPerson, load
from commands.kit.words import T
from commands.meetings import duty, inviting, telling
from commands.meetings.cards import GUESTS, names_of
from commands.meetings.rules import (
    CLAUSE,
    DAY,
    KIND,
    MORNING,
    ORGANISERS,
    PLACE,
    WORDS,
    MeetingPolicy,
    check_planned,
)
from storage import counters, meetings, timers
from storage.database import Json, Transaction, known
from storage.meetings import CANCELLED, PLANNED, Meeting

BEGINS, EVE, AFTER = "begins", "eve", "after"


def found(desk: Desk, id_: int, *states: str) -> Meeting:
    """A meeting in one of these states. Raises `Refused`."""
    meeting = meetings.get(desk.db, id_)
    if meeting is None:
        raise no_such(WORDS)
    if meeting.state == CANCELLED and CANCELLED not in states:
        raise Refused(T("{number} was cancelled.", number=meeting.number))
    if states and meeting.state not in states:
        raise Refused(T("{number} was held already.", number=meeting.number))
    return meeting


def kept(meeting: Meeting) -> dict[str, Json]:
    """What of a meeting the journal keeps."""
    return {
        "number": meeting.number,
        "at": meeting.at.isoformat(),
        "place": meeting.place,
        "owner": meeting.owner_id,
        "state": meeting.state,
        "reason": meeting.reason,
        "minutes": meeting.minutes_at.isoformat() if meeting.minutes_at else None,
    }


def set_timers(desk: Desk, meeting: Meeting) -> None:
    """Who takes part is reminded a day ahead, its owner of the minutes on the morning after."""
    about = Ref(KIND, known(meeting.id))
    timers.drop(desk.db, KIND, about.id)
    if meeting.state != PLANNED:
        return
    eve = meeting.at - timedelta(hours=desk.policy.of(MeetingPolicy).remind_hours)
    if eve > desk.recorded_at:
        desk.at(eve, about, EVE)
    desk.at(meeting.at, about, BEGINS)
    following = local_day(meeting.at, desk.zone) + DAY
    desk.at(moment_of(following, MORNING, desk.zone), about, AFTER)


class Plan(
    Command,
    name="meeting",
    aliases=("会议", "安排会议"),
    who={Department.SALES, Department.MANAGEMENT},
    clause=CLAUSE,
    makes=True,
):
    """Plan a customer meeting."""

    at: Annotated[datetime, Ask("When is the meeting?", "Day and time", ahead=True)]
    customers: Annotated[
        str | None, Ask("Which customers? Names, or “all important”", "Customers")
    ] = None
    place: Annotated[str | None, Ask("Where is it, or by which link?", "Place", named=True)] = None

    def run(self, desk: Desk) -> Ref:
        """It gets a number; those invited stand on its card, and their owners are told."""
        check_planned(self.at, desk.recorded_at)
        ids, place = inviting.named(desk, self.customers or "")
        if place and self.place:
            raise Invalid("customers", T("There is no customer called “{said}”.", said=place))
        year = desk.now.astimezone(desk.zone).year
        meeting = Meeting(
            number=f"M-{year}-{counters.take(desk.db, f'M-{year}'):04d}",
            at=self.at,
            place=(self.place or place).strip(),
            owner_id=desk.person.id,
            created_at=desk.recorded_at,
        )
        about = Ref(KIND, meetings.add(desk.db, meeting))
        desk.begin(about, kept(meeting))
        set_timers(desk, meeting)
        inviting.invite(desk, meeting, ids)
        desk.post(PLACE, about)
        duty.looks_different(desk, local_day(meeting.at, desk.zone))
        return about


class Move(
    Command, name="meeting_move", aliases=("改会议时间",), who=ORGANISERS, clause=CLAUSE, on=KIND
):
    """Put a meeting off."""

    meeting: Annotated[MeetingId, Ask("Which meeting?", "Meeting")]
    at: Annotated[datetime, Ask("When is the meeting?", "Day and time", ahead=True)]
    place: Annotated[str | None, Ask("Where is it, or by which link?", "Place", named=True)] = None

    @classmethod
    def present(cls, db: Transaction, id_: int) -> Mapping[str, Json]:
        """When and where it is planned."""
        meeting = meetings.get(db, id_)
        return {"at": meeting.at.isoformat(), "place": meeting.place or None} if meeting else {}

    def run(self, desk: Desk) -> Ref:
        """Colleagues are told; customers who were told of it are to be told, with one tap."""
        meeting = found(desk, self.meeting, PLANNED)
        check_planned(self.at, desk.recorded_at)
        before, day = kept(meeting), local_day(meeting.at, desk.zone)
        meeting.at, meeting.place = self.at, (self.place or meeting.place).strip()
        meetings.save(desk.db, meeting)
        set_timers(desk, meeting)
        waiting = telling.moved(desk, meeting)
        about = Ref(KIND, self.meeting)
        desk.change(about, before, kept(meeting), shown=kept(meeting))
        duty.looks_different(desk, day, local_day(self.at, desk.zone))
        inviting.tell_colleagues(desk, meeting)
        desk.done = T("{number} is now {at:clock}", number=meeting.number, at=meeting.at)
        return Ref(KIND, self.meeting, GUESTS) if waiting else about


class Cancel(
    Command, name="meeting_cancel", aliases=("取消会议",), who=ORGANISERS, clause=CLAUSE, on=KIND
):
    """Cancel a meeting."""

    meeting: Annotated[MeetingId, Ask("Which meeting?", "Meeting")]
    reason: Annotated[str, Ask("Why?", "Reason", long=True)]

    def run(self, desk: Desk) -> Ref:
        """Colleagues are told, and customers who were written to; the others stand on its card.

        The quarter is owed a meeting still.
        """
        meeting = found(desk, self.meeting, PLANNED)
        before = kept(meeting)
        meeting.state, meeting.reason = CANCELLED, self.reason.strip()
        meetings.save(desk.db, meeting)
        set_timers(desk, meeting)
        about = Ref(KIND, self.meeting)
        desk.change(about, before, kept(meeting), shown=kept(meeting))
        duty.looks_different(desk, local_day(meeting.at, desk.zone))
        told = telling.call_off(desk, meeting)
        inviting.tell_colleagues(desk, meeting)
        desk.done = T("{number} is cancelled", number=meeting.number)
        if told:
            names = names_of(desk.db, told)
            desk.done = T("{what}, told: {names}", what=desk.done, names=names)
        return about


class PassOn(
    Command, name="meeting_pass", aliases=("转交会议",), who=ORGANISERS, clause=CLAUSE, on=KIND
):
    """Pass a meeting on."""

    meeting: Annotated[MeetingId, Ask("Which meeting?", "Meeting")]
    to: Annotated[PersonId, Ask("Who takes it?", "Colleague")]

    def run(self, desk: Desk) -> Ref:
        """Somebody else organises it."""
        meeting = found(desk, self.meeting)
        colleague = load(desk.db, self.to)
        if colleague is None:
            raise Invalid("to", T("That person does not work here any more."))
        hand(desk, self.meeting, meeting.owner_id or 0, colleague.id)
        about = Ref(KIND, self.meeting)
        if colleague.id != desk.person.id:
            desk.tell(ToPerson(colleague.id), about)
        desk.done = T("{number} is now with {name}", number=meeting.number, name=colleague.name)
        return about


class Show(
    Command, name="meeting_show", aliases=("查看会议",), who={Role.STAFF}, clause=CLAUSE, on=KIND
):
    """Show a meeting."""

    meeting: Annotated[MeetingId, Ask("Which meeting?", "Meeting")]

    def run(self, desk: Desk) -> Ref:
        """Its card."""
        if meetings.get(desk.db, self.meeting) is None:
            raise no_such(WORDS)
        return Ref(KIND, self.meeting)


def hand(desk: Desk, id_: int, _from_id: int, to_id: int) -> None:
    """Somebody else organises it from now on."""
    meeting = meetings.get(desk.db, id_)
    if meeting:
        before = kept(meeting)
        meeting.owner_id = to_id
        meetings.save(desk.db, meeting)
        desk.change(Ref(KIND, id_), before, kept(meeting))
