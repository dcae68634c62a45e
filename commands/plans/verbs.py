"""Visits are planned, put off, handed over and cancelled (clause 3.1.1a)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Annotated

from commands import customers as customer_noun
from commands.kit.card import STAFF, Button, Buttons, Card, Line, Note, Part, Ref
from commands.kit.command import Command
from commands.kit.desk import Desk
from commands.kit.errors import Denied, Invalid, Refused, no_such
from commands.kit.form import Ask, CustomerId, PersonId, PlanId
from commands.kit.noun import Involved, relations
from commands.kit.people import Department, Person, Relation, ToPerson, load
from commands.kit.words import T
from commands.plans import keeping
from commands.plans.rules import ALONG, BRIEF, CLAUSE, KIND, WORDS, PlanPolicy, check_at
from commands.staff import notes
from commands.visits.attending import along, met
from storage import appointments, attendees, customers, people, timers
from storage.appointments import Appointment
from storage.database import Json, Transaction, known
from storage.people import Person as Row

VISITORS = {Department.SALES, Department.MANAGEMENT}
OWNERS = {Relation.OWNER, Relation.SUPERIOR}
READERS = OWNERS | {Relation.SUBMITTER, Department.MANAGEMENT}  # whoever comes along as well
SHOWN = 10
PLAN = Buttons((Button(T("Plan a visit"), "plan"),))


def _planned(desk: Desk, id_: int) -> Appointment:
    plan = appointments.get(desk.db, id_)
    if plan is None:
        raise no_such(WORDS)
    if plan.state != appointments.PLANNED:
        raise Refused(T("This visit is not planned any more."))
    return plan


class PlanVisit(
    Command, name="plan", aliases=("计划拜访", "约访"), who=VISITORS, clause=CLAUSE, makes=True
):
    """Plan a visit."""

    customer: Annotated[CustomerId, Ask("Which customer?", "Customer")]
    at: Annotated[datetime, Ask("When will the visit be?", "Visit time", ahead=True)]
    purpose: Annotated[str | None, Ask("What is it about?", "Purpose", long=True)] = None
    contacts: Annotated[str | None, Ask("Whom will you meet?", "Contacts to meet", named=True)] = (
        None
    )
    colleagues: Annotated[
        str | None, Ask("Which colleagues come along?", "Colleagues", named=True)
    ] = None

    def run(self, desk: Desk) -> Ref:
        """Plan it; half an hour ahead its maker is told what to know."""
        if customers.get(desk.db, self.customer) is None:
            raise no_such(customer_noun.WORDS)
        check_at(self.at, desk.now, desk.policy.of(PlanPolicy))
        purpose = self.purpose or ""
        whom = met(desk.db, self.customer, self.contacts, purpose)
        with_ = along(desk, "colleagues", self.colleagues)
        plan = Appointment(
            customer_id=self.customer, person_id=desk.person.id, at=self.at, purpose=purpose
        )
        about = Ref(KIND, appointments.add(desk.db, plan))
        attendees.add(desk.db, KIND, about.id, [*whom, *with_])
        desk.begin(about, keeping.kept(plan))
        keeping.set_timers(desk, plan)
        _tell_others(desk, plan)
        return about


class ListPlans(Command, name="plans", aliases=("拜访计划",), who=VISITORS, clause=CLAUSE):
    """List planned visits."""

    whose: Annotated[PersonId | None, Ask("Whose visits?", "Colleague")] = None

    def run(self, desk: Desk) -> Card:
        """The next first: one's own with those of one's team, or somebody's whom one is above."""
        me = desk.person.id
        if self.whose and self.whose != me:
            return _of_another(desk, self.whose)
        far = desk.now + timedelta(days=desk.policy.of(PlanPolicy).furthest_days)
        along = appointments.joined_by(desk.db, me, far, SHOWN)
        own = keeping.in_order([*appointments.all_of(desk.db, me, SHOWN), *along])[:SHOWN]
        team = [one for row in people.reporting_to(desk.db, me) for one in _next_of(desk, row)]
        if not (own or team):
            return Card(T("No visit is planned"), (PLAN,))
        title = T("{n} planned visit", "{n} planned visits", n=len(own))
        if not own:
            title = T("Your team has {n} planned, you have none", n=len(team))
        theirs = sorted(team, key=lambda one: (one.at, known(one.id)))[:SHOWN]
        return Card(title, (*_rows(desk.db, own, me), *_by_others(desk.db, theirs)))


def _next_of(desk: Desk, row: Row) -> list[Appointment]:
    return appointments.all_of(desk.db, known(row.id), SHOWN)


def _of_another(desk: Desk, whose: int) -> Card:
    """For those above them, and for management."""
    related = relations(desk.db, Involved(owner_id=whose), desk.person)
    over = {Relation.SUPERIOR, Relation.DEPUTY} & related
    if not (over or Department.MANAGEMENT in desk.person.departments):
        raise Denied(T("Only they, those above them and management see these visits."))
    name = notes.called(desk.db, whose)
    found = appointments.all_of(desk.db, whose, SHOWN)
    if not found:
        return Card(T("{name} has no visit planned", name=name))
    title = T("{name}: {n} planned visit", "{name}: {n} planned visits", n=len(found), name=name)
    return Card(title, _rows(desk.db, found, whose))


def _rows(db: Transaction, found: Sequence[Appointment], whose: int) -> tuple[Part, ...]:
    rows = tuple(Line(line(db, one, whose), STAFF) for one in found)
    return (*rows, Buttons(tuple(show(db, one) for one in found))) if rows else ()


def _by_others(db: Transaction, found: Sequence[Appointment]) -> Iterable[Part]:
    """What those who report to somebody have planned, and who has."""
    if found:
        yield Note(T("Your team:"), STAFF)
    for one in found:
        by = notes.called(db, one.person_id)
        yield Line(T("{name}: {visit}", name=by, visit=line(db, one, one.person_id)), STAFF)
    if found:
        yield Buttons(tuple(show(db, one) for one in found))


def line(db: Transaction, plan: Appointment, reader_id: int) -> T:
    """A planned visit in a line; whose it is, where the reader does not make it alone."""
    name = customer_noun.name_of(db, plan.customer_id) or "?"
    if plan.purpose:
        said = T("🗓 {at:clock} {customer}: {what}", at=plan.at, customer=name, what=plan.purpose)
    else:
        said = T("🗓 {at:clock} {customer}", at=plan.at, customer=name)
    if plan.person_id == reader_id:
        return said
    by = notes.called(db, plan.person_id)
    along = (one.person_id for one in attendees.of(db, KIND, known(plan.id)))
    if reader_id in along:
        return T("{visit} (with {name})", visit=said, name=by)
    return T("{visit} (for {name})", visit=said, name=by)


def show(db: Transaction, plan: Appointment) -> Button:
    """The button that shows it."""
    name = customer_noun.name_of(db, plan.customer_id) or "?"
    words = T("{customer} {at:clock}", customer=name, at=plan.at)
    return Button(words, "plan_show", {"plan": known(plan.id)})


class Show(Command, name="plan_show", aliases=("看拜访计划",), who=READERS, clause=CLAUSE, on=KIND):
    """Show a planned visit."""

    plan: Annotated[PlanId, Ask("Which planned visit?", "Planned visit")]

    def run(self, desk: Desk) -> Ref:
        """Its card; whoever comes along decides nothing of it."""
        plan = appointments.get(desk.db, self.plan)
        if plan is None:
            raise no_such(WORDS)
        return _for(desk.db, plan, desk.person)


class Brief(Command, name="plan_brief", aliases=("行前提要",), who=READERS, clause=CLAUSE, on=KIND):
    """What to know before it."""

    plan: Annotated[PlanId, Ask("Which planned visit?", "Planned visit")]

    def run(self, desk: Desk) -> Ref:
        """The five lines that come by themselves half an hour ahead."""
        if appointments.get(desk.db, self.plan) is None:
            raise no_such(WORDS)
        return Ref(KIND, self.plan, BRIEF)


class Move(Command, name="plan_move", aliases=("改期",), who=OWNERS, clause=CLAUSE, on=KIND):
    """Put a visit off."""

    plan: Annotated[PlanId, Ask("Which planned visit?", "Planned visit")]
    at: Annotated[datetime, Ask("When will the visit be?", "Visit time", ahead=True)]

    @classmethod
    def present(cls, db: Transaction, id_: int) -> Mapping[str, Json]:
        """When it is planned for."""
        plan = appointments.get(db, id_)
        return {"at": plan.at.isoformat()} if plan else {}

    def run(self, desk: Desk) -> Ref:
        """Who comes along is told."""
        plan = _planned(desk, self.plan)
        check_at(self.at, desk.now, desk.policy.of(PlanPolicy))
        before = keeping.kept(plan)
        plan.at, plan.moved = self.at, plan.moved + 1
        about = keeping.changed(desk, plan, before)
        keeping.set_timers(desk, plan)
        _tell_others(desk, plan)
        return about


class HandOver(
    Command, name="plan_hand", aliases=("转交拜访",), who=OWNERS, clause=CLAUSE, on=KIND
):
    """Hand a visit over."""

    plan: Annotated[PlanId, Ask("Which planned visit?", "Planned visit")]
    to: Annotated[PersonId, Ask("Who makes the visit instead?", "Colleague")]

    def run(self, desk: Desk) -> Ref:
        """Somebody of sales or management makes it, and is told."""
        plan = _planned(desk, self.plan)
        person = load(desk.db, self.to)
        if person is None or not person.departments & VISITORS:
            raise Invalid("to", T("Only sales and management visit customers."))
        if person.id == plan.person_id:
            raise Invalid("to", T("{name} makes this visit already.", name=person.name))
        before, was = keeping.kept(plan), plan.person_id
        plan.person_id = person.id
        about = keeping.changed(desk, plan, before)
        _tell_others(desk, plan, was)
        return about


class Cancel(
    Command, name="plan_cancel", aliases=("取消拜访",), who=OWNERS, clause=CLAUSE, on=KIND
):
    """Cancel a planned visit."""

    plan: Annotated[PlanId, Ask("Which planned visit?", "Planned visit")]
    reason: Annotated[str | None, Ask("Why?", "Reason", long=True)] = None

    def run(self, desk: Desk) -> Ref:
        """It stays on record; who would have come along is told."""
        plan = _planned(desk, self.plan)
        before = keeping.kept(plan)
        plan.state, plan.reason = appointments.CANCELLED, (self.reason or "").strip()
        timers.drop(desk.db, KIND, self.plan)
        about = keeping.changed(desk, plan, before)
        _tell_others(desk, plan)
        return about


def _for(db: Transaction, plan: Appointment, reader: Person) -> Ref:
    """What somebody reads of it: without what can be done, where that is not theirs to do."""
    related = relations(db, Involved(owner_id=plan.person_id), reader)
    does = {Relation.OWNER, Relation.SUPERIOR, Relation.DEPUTY} & related
    return Ref(KIND, known(plan.id), "" if does else ALONG)


def _tell_others(desk: Desk, plan: Appointment, was: int | None = None) -> None:
    """Whoever makes it, made it or comes along, but not who just said so."""
    others = [one.person_id for one in attendees.of(desk.db, KIND, known(plan.id))]
    for who in dict.fromkeys([plan.person_id, *others, was]):
        reader = load(desk.db, who) if who and who != desk.person.id else None
        if reader:
            desk.tell(ToPerson(reader.id), _for(desk.db, plan, reader))
