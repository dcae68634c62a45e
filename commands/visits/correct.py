"""What was logged is corrected or taken back within a day, and followed up."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from datetime import date, datetime, time, timedelta
from typing import Annotated

from commands.kit.card import Card, Ref
from commands.kit.command import Command
from commands.kit.desk import Desk
from commands.kit.errors import Refused, no_such
from commands.kit.form import Ask, Files, VisitId, Where
from commands.kit.people import Relation
from commands.kit.words import T
from commands.plans import keeping
from commands.visits import duty
from commands.visits.rules import KIND, WORDS, VisitPolicy, check_day, correctable, next_friday
from storage import visits
from storage.database import Json, Transaction, known
from storage.visits import Visit


def kept(visit: Visit) -> dict[str, Json]:
    """What the journal keeps of a visit."""
    return {
        "customer": visit.customer_id,
        "day": visit.day.isoformat(),
        "notes": visit.notes,
    }


def mine(desk: Desk, visit_id: int) -> Visit:
    """The visit, while the person who logged it may still change it."""
    visit = visits.get(desk.db, visit_id)
    if visit is None:
        raise no_such(WORDS)
    hours = desk.policy.of(VisitPolicy).correct_hours
    if visit.undone_at is not None:
        raise Refused(T("This visit was taken back."))
    if not correctable(visit, desk.recorded_at, hours):
        raise Refused(
            T("A visit can be changed for {span}; this one is older.", span=timedelta(hours=hours))
        )
    return visit


def corrected(desk: Desk, visit: Visit, before: Mapping[str, Json]) -> Ref:
    """Keep the change, with what stood there before; the month it kept may be another's."""
    visits.correct(desk.db, visit)
    was = date.fromisoformat(before["day"])
    if (before["customer"], was) != (visit.customer_id, visit.day):
        duty.taken_back(desk, before["customer"], was, known(visit.id))
        duty.visited(desk, visit)
        keeping.taken_back(desk, known(visit.id))
        keeping.visited(desk, visit)
    about = Ref(KIND, known(visit.id))
    desk.change(about, before, kept(visit), shown=kept(visit))
    return about


class ChangeDay(
    Command,
    name="visit_day",
    aliases=("改日期",),
    who={Relation.OWNER},
    clause="3.1.1a",
    on=KIND,
):
    """Change a visit's day."""

    visit: Annotated[VisitId, Ask("Which visit?", "Visit")]
    day: Annotated[date, Ask("When was the visit?", "Day")]

    @classmethod
    def present(cls, db: Transaction, id_: int) -> Mapping[str, Json]:
        """The day as logged."""
        visit = visits.get(db, id_)
        return {"day": visit.day.isoformat()} if visit else {}

    def run(self, desk: Desk) -> Ref:
        """Change it."""
        visit = mine(desk, self.visit)
        check_day(self.day, desk.today, desk.policy.of(VisitPolicy).oldest_days)
        before = kept(visit)
        visit.day = self.day
        return corrected(desk, visit, before)


class ChangeNotes(
    Command,
    name="visit_notes",
    aliases=("改内容",),
    who={Relation.OWNER},
    clause="3.1.1a",
    on=KIND,
):
    """Change a visit's notes."""

    visit: Annotated[VisitId, Ask("Which visit?", "Visit")]
    notes: Annotated[str, Ask("What was discussed?", "Notes", long=True)]

    @classmethod
    def present(cls, db: Transaction, id_: int) -> Mapping[str, Json]:
        """The notes as logged."""
        visit = visits.get(db, id_)
        return {"notes": visit.notes} if visit else {}

    def run(self, desk: Desk) -> Ref:
        """Change them."""
        visit = mine(desk, self.visit)
        before = kept(visit)
        visit.notes = self.notes
        return corrected(desk, visit, before)


class AddPhoto(
    Command,
    name="visit_photo",
    aliases=("加照片",),
    who={Relation.OWNER},
    clause="3.1.1a",
    on=KIND,
):
    """Add photos to a visit."""

    visit: Annotated[VisitId, Ask("Which visit?", "Visit")]
    photos: Annotated[Files, Ask("Please send the photos.", "Photos")]

    def run(self, desk: Desk) -> Ref:
        """Add them; they are filed under the visit."""
        mine(desk, self.visit)
        about = Ref(KIND, self.visit)
        desk.change(about, None, {"photos": len(self.photos)})
        return about


class AddPlace(
    Command,
    name="visit_place",
    aliases=("定位",),
    who={Relation.OWNER},
    clause="3.1.1a",
    on=KIND,
):
    """Say where a visit was."""

    visit: Annotated[VisitId, Ask("Which visit?", "Visit")]
    place: Annotated[Where, Ask("Where was it? Please send the place.", "Place")]

    def run(self, desk: Desk) -> Ref:
        """Keep the place."""
        visit = mine(desk, self.visit)
        before = {"place": visit.place}
        visit.place = asdict(self.place)
        visits.correct(desk.db, visit)
        about = Ref(KIND, self.visit)
        desk.change(about, before, {"place": visit.place}, shown=kept(visit))
        return about


class RemindMe(
    Command,
    name="visit_remind",
    aliases=("提醒我",),
    who={Relation.OWNER},
    clause="3.1.1a",
    on=KIND,
):
    """Be reminded on Friday."""

    visit: Annotated[VisitId, Ask("Which visit?", "Visit")]

    def run(self, desk: Desk) -> Card:
        """Set the reminder."""
        friday = next_friday(desk.today)
        nine = datetime.combine(friday, time(9), desk.zone)
        about = Ref(KIND, self.visit)
        desk.at(nine, about, "remind", person=desk.person.id)
        desk.note(about, None, {"remind": nine.isoformat()})
        return Card(T("🔔 Reminder set: {at:clock}", at=nine))


class Undo(
    Command,
    name="visit_undo",
    aliases=("撤销",),
    who={Relation.OWNER},
    clause="3.1.1a",
    on=KIND,
):
    """Take a logged visit back."""

    visit: Annotated[VisitId, Ask("Which visit?", "Visit")]

    def run(self, desk: Desk) -> Ref:
        """Take it back; it stays on record as taken back."""
        visit = mine(desk, self.visit)
        visits.undo(desk.db, self.visit, desk.recorded_at)
        duty.taken_back(desk, visit.customer_id, visit.day, self.visit)
        keeping.taken_back(desk, self.visit)
        about = Ref(KIND, self.visit)
        after = {**kept(visit), "undone": True}
        desk.change(about, kept(visit), after, shown=after)
        return about
