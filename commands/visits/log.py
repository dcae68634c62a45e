"""Visits are logged and listed (clause 3.1.1a)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from datetime import date
from typing import Annotated

from commands import customers as customer_noun
from commands.kit.card import STAFF, Card, Line, Ref
from commands.kit.command import Command
from commands.kit.desk import Desk
from commands.kit.errors import Invalid, Refused, no_such
from commands.kit.form import Ask, CustomerId, Files, VisitId, Where
from commands.kit.limits import shortened
from commands.kit.people import Department, Role
from commands.kit.words import T
from commands.plans import keeping
from commands.visits import duty
from commands.visits.attending import along, met
from commands.visits.correct import corrected, kept, mine
from commands.visits.noun import progress
from commands.visits.rules import KIND, WORDS, VisitPolicy, check_day, month_of
from storage import attendees, customers, people, visits
from storage.attendees import Attendee
from storage.database import Json, Transaction, known
from storage.visits import Visit

QUOTED = 80  # characters of what an earlier visit says


class LogVisit(
    Command,
    name="visit",
    aliases=("拜访",),
    who={Department.SALES, Department.MANAGEMENT},
    clause="3.1.1a",
    makes=True,
    gathers=True,
):
    """Log a customer visit."""

    customer: Annotated[CustomerId, Ask("Which customer?", "Customer")]
    notes: Annotated[str, Ask("What was discussed?", "Notes", long=True)]
    day: Annotated[date | None, Ask("When was the visit?", "Day")] = None
    photos: Annotated[Files, Ask("Photos?", "Photos")] = ()
    place: Annotated[Where | None, Ask("Where was it?", "Place")] = None
    contacts: Annotated[str | None, Ask("Whom did you meet?", "Contacts met", named=True)] = None
    colleagues: Annotated[
        str | None, Ask("Which colleagues came along?", "Colleagues", named=True)
    ] = None
    same: Annotated[bool | None, Ask("Is it the same visit?", "Same visit", doubt=True)] = None

    @classmethod
    def present(cls, db: Transaction, id_: int) -> Mapping[str, Json]:
        """As it was logged."""
        visit = visits.get(db, id_)
        return kept(visit) if visit else {}

    def run(self, desk: Desk) -> Ref:
        """Log it; on a day on which somebody was there already, it may be the same visit."""
        if customers.get(desk.db, self.customer) is None:
            raise no_such(customer_noun.WORDS)
        day = self.day or desk.today
        check_day(day, desk.today, desk.policy.of(VisitPolicy).oldest_days)
        whom = met(desk.db, self.customer, self.contacts, self.notes)
        with_ = along(desk, "colleagues", self.colleagues)
        apart = self.same is False or (desk.again and self.same is None)
        earlier = None if apart else visits.last_on(desk.db, self.customer, day)
        if earlier and self.same is None:
            raise Invalid("same", _earlier(desk, earlier))
        about = self._joined(desk, earlier) if earlier else self._logged(desk, day)
        attendees.add(desk.db, KIND, about.id, [*whom, *with_])
        return about

    def _logged(self, desk: Desk, day: date) -> Ref:
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
        desk.begin(about, kept(visit))
        duty.visited(desk, visit)
        keeping.visited(desk, visit)
        return about

    def _joined(self, desk: Desk, visit: Visit) -> Ref:
        """More was said of a visit; a colleague who says it was there too."""
        before, own = kept(visit), visit.person_id == desk.person.id
        notes = self.notes if own else f"{desk.person.name}: {self.notes}"
        visit.notes = "\n".join(filter(None, (visit.notes, notes)))
        visit.place = visit.place or (asdict(self.place) if self.place else None)
        if not own:
            was_there = Attendee(kind=KIND, subject_id=0, person_id=desk.person.id)
            attendees.add(desk.db, KIND, known(visit.id), [was_there])
        return corrected(desk, visit, before)

    @classmethod
    def mend(cls, desk: Desk, about: Ref, changed: Mapping[str, Json]) -> None:
        """The line now reads so: customer, day and notes follow it while they may be changed."""
        visit = mine(desk, about.id)
        before = kept(visit)
        if not changed.get("notes", visit.notes) or not changed.get("customer", visit.customer_id):
            raise Refused(T("Customer or notes are missing now. Nothing was changed."))
        visit.customer_id = changed.get("customer", visit.customer_id)
        visit.notes = changed.get("notes", visit.notes)
        if "day" in changed:
            visit.day = date.fromisoformat(changed["day"]) if changed["day"] else desk.today
            check_day(visit.day, desk.today, desk.policy.of(VisitPolicy).oldest_days)
        corrected(desk, visit, before)


def _earlier(desk: Desk, visit: Visit) -> T:
    """What was logged for that day already, so that one can say whether it is the same."""
    by = people.get(desk.db, visit.person_id)
    return T(
        "{name} has logged a visit to {customer} on {day:weekday} already: “{notes}”.",
        name=by.name if by else "?",
        customer=customer_noun.name_of(desk.db, visit.customer_id) or "?",
        day=visit.day,
        notes=shortened(visit.notes, QUOTED),
    )


class ShowVisit(
    Command, name="visit_show", aliases=("查看拜访",), who={Role.STAFF}, clause="3.1.1a", on=KIND
):
    """Show a visit."""

    visit: Annotated[VisitId, Ask("Which visit?", "Visit")]

    def run(self, desk: Desk) -> Ref:
        """Its card."""
        if visits.get(desk.db, self.visit) is None:
            raise no_such(WORDS)
        return Ref(KIND, self.visit)


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
