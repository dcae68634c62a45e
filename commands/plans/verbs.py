"""Visits are planned, put off, handed over and cancelled (clause 3.1.1a)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated

from commands import customers as customer_noun
from commands.kit.card import STAFF, Button, Buttons, Card, Line, Ref
from commands.kit.command import Command
from commands.kit.desk import Desk
from commands.kit.errors import Invalid, Refused, no_such
from commands.kit.form import Ask, CustomerId, PersonId, PlanId
from commands.kit.people import Department, Relation, ToPerson, load
from commands.kit.words import T
from commands.plans import keeping
from commands.plans.rules import BRIEF, CLAUSE, KIND, WORDS, PlanPolicy, check_at
from commands.visits.attending import along, met
from storage import appointments, attendees, customers, timers
from storage.appointments import Appointment
from storage.database import Json, Transaction, known

VISITORS = {Department.SALES, Department.MANAGEMENT}
OWNERS = {Relation.OWNER, Relation.SUPERIOR}
SHOWN = 10


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
        for one in with_:
            desk.tell(ToPerson(known(one.person_id)), about)
        return about


class ListPlans(Command, name="plans", aliases=("拜访计划",), who=VISITORS, clause=CLAUSE):
    """List planned visits."""

    def run(self, desk: Desk) -> Card:
        """One's own, the next first."""
        found = appointments.all_of(desk.db, desk.person.id, SHOWN)
        if not found:
            plan = Buttons((Button(T("Plan a visit"), "plan"),))
            return Card(T("No visit is planned"), (plan,))
        title = T("{n} planned visit", "{n} planned visits", n=len(found))
        rows = tuple(Line(line(desk.db, one), STAFF) for one in found)
        return Card(title, (*rows, Buttons(tuple(show(desk.db, one) for one in found))))


def line(db: Transaction, plan: Appointment) -> T:
    """A planned visit in a line."""
    name = customer_noun.name_of(db, plan.customer_id) or "?"
    if plan.purpose:
        return T("🗓 {at:clock} {customer}: {what}", at=plan.at, customer=name, what=plan.purpose)
    return T("🗓 {at:clock} {customer}", at=plan.at, customer=name)


def show(db: Transaction, plan: Appointment) -> Button:
    """The button that shows it."""
    name = customer_noun.name_of(db, plan.customer_id) or "?"
    return Button(T("{name}", name=name), "plan_show", {"plan": known(plan.id)})


class Show(Command, name="plan_show", aliases=("看拜访计划",), who=OWNERS, clause=CLAUSE, on=KIND):
    """Show a planned visit."""

    plan: Annotated[PlanId, Ask("Which planned visit?", "Planned visit")]

    def run(self, desk: Desk) -> Ref:
        """Its card."""
        if appointments.get(desk.db, self.plan) is None:
            raise no_such(WORDS)
        return Ref(KIND, self.plan)


class Brief(Command, name="plan_brief", aliases=("行前提要",), who=OWNERS, clause=CLAUSE, on=KIND):
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
    to: Annotated[PersonId, Ask("Who makes the visit instead?", "Visitor")]

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


def _tell_others(desk: Desk, plan: Appointment, *more: int) -> None:
    """Whoever makes it or comes along, but not who just said so."""
    about = Ref(KIND, known(plan.id))
    others = [one.person_id for one in attendees.of(desk.db, KIND, about.id)]
    for who in dict.fromkeys([plan.person_id, *others, *more]):
        if who not in {None, desk.person.id}:
            desk.tell(ToPerson(known(who)), about)
