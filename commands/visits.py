"""Visits to customers: logged in one message, corrected or undone within a day (clause 3.1.1a)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from datetime import date, datetime, time, timedelta
from typing import Annotated

from commands import customers as customer_noun
from commands.files import attached
from commands.kit.calendar import local_day
from commands.kit.card import STAFF, Button, Buttons, Card, Line, Note, Part, Quote, Ref
from commands.kit.command import Command
from commands.kit.desk import Desk, Urgency
from commands.kit.drafting import place_words
from commands.kit.errors import Invalid, Refused, no_such
from commands.kit.form import Ask, CustomerId, Files, VisitId, Where
from commands.kit.noun import Involved, Look, Matches, Noun
from commands.kit.people import Actor, Department, Relation, Role, ToPerson
from commands.kit.policy import Clause, Days, Hours, Section
from commands.kit.words import T
from storage import customers, people, visits
from storage.customers import Customer
from storage.database import Json, Transaction, known
from storage.timers import Timer
from storage.visits import Visit

KIND = "visit"
WORDS = T("visit")
PHOTO = T("Photo of the visit")
FRIDAY = 4


class VisitPolicy(Section, section="visits"):
    """The numbers of clause 3.1.1a."""

    correct_hours: Annotated[int, Clause("3.1.1a"), Hours]
    oldest_days: Annotated[int, Clause("3.1.1a"), Days]


# --- rules ----------------------------------------------------------------------------------------


def check_day(day: date, today: date, oldest_days: int) -> None:
    """A visit happened today or before, and not so long ago that it must be a slip."""
    if day > today:
        raise Invalid("day", T("{day:weekday} is still to come. When was the visit?", day=day))
    if (today - day).days > oldest_days:
        raise Invalid(
            "day",
            T(
                "{day} is more than {n} day ago. When was the visit?",
                "{day} is more than {n} days ago. When was the visit?",
                day=day,
                n=oldest_days,
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


# --- the noun -------------------------------------------------------------------------------------


def unvisited(db: Transaction, person_id: int, today: date) -> list[Customer]:
    """A person's important customers who were not visited yet this month."""
    first, following = month_of(today)
    return [
        customer
        for customer in customers.important_of(db, person_id)
        if not visits.was_visited(db, known(customer.id), first, following)
    ]


def progress(db: Transaction, person_id: int, today: date) -> Line | None:
    """How many of a person's important customers were visited this month, and who is next."""
    of = len(customers.important_of(db, person_id))
    if not of:
        return None
    left = unvisited(db, person_id, today)
    done = of - len(left)
    if not left:
        return Line(
            T("Important customers: {of} of {of} visited this month.", of=of),
            STAFF,
        )
    return Line(
        T(
            "Important customers: {done} of {of} visited this month. Next: {following}",
            done=done,
            of=of,
            following=customer_noun.called(left[0]),
        ),
        STAFF,
    )


def card(look: Look, id_: int) -> Card:
    """A logged visit, what it did for the month, and what can be done next."""
    visit = visits.get(look.db, id_)
    if visit is None:
        return Card(T("This is no longer here."))
    about = Ref(KIND, id_)
    name = customer_noun.name_of(look.db, visit.customer_id) or "?"
    notes = Quote(visit.notes, to=STAFF)
    if visit.undone_at:
        return Card(
            T("↩️ Visit taken back: {customer} · {day:near}", customer=name, day=visit.day),
            (notes,),
            about,
        )
    title = T("✅ Visit logged: {customer} · {day:near}", customer=name, day=visit.day)
    month = progress(look.db, visit.person_id, local_day(look.now, look.zone))
    files = attached(look, about, PHOTO)
    parts = (notes, *_place(visit), *((month,) if month else ()), *files)
    return Card(title, (*parts, *_by(look, visit), *_next(look, visit, about)), about)


def _place(visit: Visit) -> tuple[Part, ...]:
    if not visit.place:
        return ()
    return (Line(T("📍 {place}", place=place_words(visit.place)), STAFF),)


def _by(look: Look, visit: Visit) -> tuple[Part, ...]:
    person = people.get(look.db, visit.person_id)
    return (Note(T("Logged by {name}", name=person.name)),) if person else ()


def _next(look: Look, visit: Visit, about: Ref) -> tuple[Part, ...]:
    if not correctable(visit, look.now, look.policy.of(VisitPolicy).correct_hours):
        return ()
    friday = next_friday(local_day(look.now, look.zone))
    return (
        Buttons(
            (
                Button(T("Remind me {day:name}", day=friday), "visit_remind", {}, about),
                Button(T("Add photo"), "visit_photo", {}, about),
                Button(T("Change day"), "visit_day", {}, about),
                Button(T("Change notes"), "visit_notes", {}, about),
                Button(T("Undo"), "visit_undo", {}, about, style="danger"),
            )
        ),
    )


def involved(db: Transaction, id_: int) -> Involved | None:
    """Who logged a visit."""
    visit = visits.get(db, id_)
    return Involved(owner_id=visit.person_id) if visit else None


def _remind(desk: Desk, timer: Timer) -> None:
    visit = visits.get(desk.db, timer.subject_id)
    if visit is None or visit.undone_at:
        return
    name = customer_noun.name_of(desk.db, visit.customer_id) or "?"
    reminder = Card(
        T(
            "🔔 You asked to be reminded: {customer}, visited {day:near}",
            customer=name,
            day=visit.day,
        ),
        (Quote(visit.notes, to=STAFF),),
        Ref(KIND, timer.subject_id),
    )
    who = timer.person_id or visit.person_id
    desk.tell(ToPerson(who), reminder, urgency=Urgency.WAKING, merges=True)


def _find(_look: Look, _text: str, _actor: Actor | None) -> Matches:
    return Matches()


def _name_of(db: Transaction, id_: int) -> str | None:
    visit = visits.get(db, id_)
    return customer_noun.name_of(db, visit.customer_id) if visit else None


NOUN = Noun(
    kind=KIND,
    words=WORDS,
    find=_find,
    name_of=_name_of,
    card=card,
    involved=involved,
    timers={"remind": _remind},
)


# --- commands -------------------------------------------------------------------------------------


class LogVisit(
    Command,
    name="visit",
    aliases=("拜访",),
    who={Department.SALES, Department.MANAGEMENT},
    clause="3.1.1a",
    makes=True,
):
    """Log a customer visit."""

    customer: Annotated[CustomerId, Ask("Which customer?", "Customer")]
    notes: Annotated[str, Ask("What was discussed?", "Notes", long=True)]
    day: Annotated[date | None, Ask("When was the visit?", "Day")] = None
    photos: Annotated[Files, Ask("Photos?", "Photos")] = ()
    place: Annotated[Where | None, Ask("Where was it?", "Place")] = None

    def run(self, desk: Desk) -> Ref:
        """Log it."""
        if customers.get(desk.db, self.customer) is None:
            raise no_such(customer_noun.WORDS)
        day = self.day or desk.today
        check_day(day, desk.today, desk.policy.of(VisitPolicy).oldest_days)
        visit = Visit(
            customer_id=self.customer,
            person_id=desk.person.id,
            day=day,
            notes=self.notes,
            recorded_at=desk.recorded_at,
            source=desk.source.kept(),
            place=asdict(self.place) if self.place else None,
        )
        about = Ref(KIND, visits.add(desk.db, visit))
        desk.begin(about, _kept(visit))
        return about

    @classmethod
    def mend(cls, desk: Desk, about: Ref, changed: Mapping[str, Json]) -> None:
        """The line now reads so: customer, day and notes follow it while they may be changed."""
        visit = _mine(desk, about.id)
        before = _kept(visit)
        if not changed.get("notes", visit.notes) or not changed.get("customer", visit.customer_id):
            raise Refused(T("Customer or notes are missing now. Nothing was changed."))
        visit.customer_id = changed.get("customer", visit.customer_id)
        visit.notes = changed.get("notes", visit.notes)
        if "day" in changed:
            visit.day = date.fromisoformat(changed["day"]) if changed["day"] else desk.today
            check_day(visit.day, desk.today, desk.policy.of(VisitPolicy).oldest_days)
        _corrected(desk, visit, before)


def _kept(visit: Visit) -> dict[str, object]:
    return {
        "customer": visit.customer_id,
        "day": visit.day.isoformat(),
        "notes": visit.notes,
    }


def _mine(desk: Desk, visit_id: int) -> Visit:
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


def _corrected(desk: Desk, visit: Visit, before: dict[str, object]) -> Ref:
    """Keep the change, with what stood there before."""
    visits.correct(desk.db, visit)
    about = Ref(KIND, known(visit.id))
    desk.change(about, before, _kept(visit), shown=_kept(visit))
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
        visit = _mine(desk, self.visit)
        check_day(self.day, desk.today, desk.policy.of(VisitPolicy).oldest_days)
        before = _kept(visit)
        visit.day = self.day
        return _corrected(desk, visit, before)


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
        visit = _mine(desk, self.visit)
        before = _kept(visit)
        visit.notes = self.notes
        return _corrected(desk, visit, before)


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
        visit = _mine(desk, self.visit)
        before = {"place": visit.place}
        visit.place = asdict(self.place)
        visits.correct(desk.db, visit)
        about = Ref(KIND, self.visit)
        desk.change(about, before, {"place": visit.place}, shown=_kept(visit))
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
        visit = _mine(desk, self.visit)
        visits.undo(desk.db, self.visit, desk.recorded_at)
        about = Ref(KIND, self.visit)
        after = {**_kept(visit), "undone": True}
        desk.change(about, _kept(visit), after, shown=after)
        return about


class ListVisits(Command, name="visits", aliases=("拜访记录",), who={Role.STAFF}, clause="3.1.1a"):
    """List this month's visits."""

    def run(self, desk: Desk) -> Card:
        """The newest first, with the month's progress."""
        first, _ = month_of(desk.today)
        mine = visits.by_person(desk.db, desk.person.id, first)
        rows = tuple(
            Line(
                T(
                    "{day:weekday} {customer}: {notes}",
                    day=v.day,
                    customer=customer_noun.name_of(desk.db, v.customer_id) or "?",
                    notes=v.notes,
                ),
                STAFF,
            )
            for v in mine
        )
        month = progress(desk.db, desk.person.id, desk.today)
        title = T("{n} visit this month", "{n} visits this month", n=len(mine))
        return Card(title, (*rows, *((month,) if month else ())))
