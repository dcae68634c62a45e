"""A meeting was held: its minutes are written, or made of what was said in its thread (3.1.1b)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated

from commands.kit import limits
from commands.kit.calendar import local_day
from commands.kit.card import Ref
from commands.kit.command import Command
from commands.kit.desk import Desk
from commands.kit.errors import Refused
from commands.kit.form import Ask, Files, MeetingId
from commands.kit.words import T
from commands.meetings import duty
from commands.meetings.planning import found, kept, set_timers
from commands.meetings.rules import CLAUSE, KIND, ORGANISERS, collected
from storage import meetings, talk
from storage.database import Json, Transaction, known
from storage.meetings import HELD, PLANNED, Meeting
from storage.talk import Talk


def _was_held(desk: Desk, meeting: Meeting) -> None:
    """It keeps its quarter. Raises `Refused` before it has begun."""
    if meeting.at > desk.recorded_at:
        raise Refused(
            T(
                "{number} begins {at:clock}. If it was earlier, change its time first.",
                number=meeting.number,
                at=meeting.at,
            )
        )
    if meeting.state == PLANNED:
        meeting.state = HELD
        duty.held(desk, meeting)


def _changed(desk: Desk, meeting: Meeting, before: dict[str, Json]) -> Ref:
    meetings.save(desk.db, meeting)
    about = Ref(KIND, known(meeting.id))
    after = kept(meeting)
    material = after if after["state"] != before["state"] else None
    desk.change(about, before, after, shown=material)
    duty.looks_different(desk, local_day(meeting.at, desk.zone))
    return about


class Held(
    Command, name="meeting_held", aliases=("登记会议已开",), who=ORGANISERS, clause=CLAUSE, on=KIND
):
    """It was held."""

    meeting: Annotated[MeetingId, Ask("Which meeting?", "Meeting")]

    def run(self, desk: Desk) -> Ref:
        """The quarter has had its meeting."""
        meeting = found(desk, self.meeting, PLANNED)
        before = kept(meeting)
        _was_held(desk, meeting)
        desk.done = T("{number} was held", number=meeting.number)
        return _changed(desk, meeting, before)


class NotHeld(
    Command,
    name="meeting_reopen",
    aliases=("登记会议未开",),
    who=ORGANISERS,
    clause=CLAUSE,
    on=KIND,
):
    """Not held after all."""

    meeting: Annotated[MeetingId, Ask("Which meeting?", "Meeting")]

    def run(self, desk: Desk) -> Ref:
        """It is planned again; the quarter is owed a meeting still."""
        meeting = found(desk, self.meeting, HELD)
        if meeting.minutes_at:
            raise Refused(
                T("There are minutes of {number}, so it was held.", number=meeting.number)
            )
        before = kept(meeting)
        meeting.state = PLANNED
        about = _changed(desk, meeting, before)
        duty.taken_back(desk, meeting)
        set_timers(desk, meeting)
        return about


class WriteMinutes(
    Command, name="meeting_minutes", aliases=("写纪要",), who=ORGANISERS, clause=CLAUSE, on=KIND
):
    """Write the minutes."""

    meeting: Annotated[MeetingId, Ask("Which meeting?", "Meeting")]
    text: Annotated[str, Ask("What was said and agreed?", "Minutes", long=True)]
    photos: Annotated[Files, Ask("Photos?", "Photos")] = ()

    @classmethod
    def present(cls, db: Transaction, id_: int) -> Mapping[str, Json]:
        """What they say so far."""
        meeting = meetings.get(db, id_)
        return {"text": meeting.minutes} if meeting and meeting.minutes else {}

    def run(self, desk: Desk) -> Ref:
        """Keep them; a meeting that has minutes was held."""
        meeting = found(desk, self.meeting, PLANNED, HELD)
        before = kept(meeting)
        _was_held(desk, meeting)
        _written(desk, meeting, self.text.strip())
        return _changed(desk, meeting, before)


class Collect(
    Command, name="meeting_collect", aliases=("讨论转纪要",), who=ORGANISERS, clause=CLAUSE, on=KIND
):
    """Minutes from the talk."""

    meeting: Annotated[MeetingId, Ask("Which meeting?", "Meeting")]

    def run(self, desk: Desk) -> Ref:
        """What was said at its card since its day began, and is not in the minutes yet."""
        meeting = found(desk, self.meeting, PLANNED, HELD)
        before = kept(meeting)
        _was_held(desk, meeting)
        room = limits.WORDS - len(meeting.minutes)
        said = _said(desk, meeting)
        text, taken = collected(said, room)
        if not taken:
            raise Refused(
                T("The minutes are full. Shorten them first.")
                if said
                else T("Nothing new was said at this meeting's card since its day began.")
            )
        meeting.collected = known(taken[-1].id)
        _written(desk, meeting, f"{meeting.minutes}\n{text}".strip())
        left = len(said) - len(taken)
        if left:
            desk.done = T(
                "{n} remark found no room and stays in the talk",
                "{n} remarks found no room and stay in the talk",
                n=left,
            )
        return _changed(desk, meeting, before)


def _said(desk: Desk, meeting: Meeting) -> list[Talk]:
    """What colleagues said since the day of the meeting began, and was not taken yet."""
    day = local_day(meeting.at, desk.zone)
    found = (
        remark
        for remark in talk.on(desk.db, KIND, known(meeting.id))
        if remark.text and remark.person_id and known(remark.id) > meeting.collected
        if local_day(remark.at, desk.zone) >= day
    )
    return sorted(found, key=lambda remark: known(remark.id))


def _written(desk: Desk, meeting: Meeting, text: str) -> None:
    meeting.minutes = text
    meeting.minutes_by_id, meeting.minutes_at = desk.person.id, desk.recorded_at
