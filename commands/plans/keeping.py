"""What becomes of a planned visit: its timers, the visit that keeps it, whoever else makes it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from commands.kit.calendar import local_day, start_of_day
from commands.kit.card import Ref
from commands.kit.desk import Desk
from commands.kit.people import Person
from commands.plans.rules import AFTER, BRIEF, KIND, PlanPolicy, moments_of
from storage import appointments, attendees, subjects, timers
from storage.appointments import Appointment
from storage.database import Json, Transaction, known
from storage.visits import Visit

DAY = timedelta(days=1)


def kept(plan: Appointment) -> dict[str, Json]:
    """What the journal keeps of a plan."""
    return {
        "customer": plan.customer_id,
        "person": plan.person_id,
        "at": plan.at.isoformat(),
        "purpose": plan.purpose,
        "state": plan.state,
        "reason": plan.reason,
    }


def set_timers(desk: Desk, plan: Appointment) -> None:
    """Half an hour ahead they are told what to know; afterwards they are asked what came of it."""
    about = Ref(KIND, known(plan.id))
    timers.drop(desk.db, KIND, about.id)
    moments = moments_of(plan.at, desk.policy.of(PlanPolicy))
    if plan.at > desk.recorded_at:
        desk.at(max(moments.brief, desk.recorded_at), about, BRIEF)
    desk.at(max(moments.after, desk.recorded_at), about, AFTER)


def changed(desk: Desk, plan: Appointment, before: dict[str, Json]) -> Ref:
    """Keep a plan as it is now, with what stood there before."""
    appointments.save(desk.db, plan)
    about = Ref(KIND, known(plan.id))
    desk.change(about, before, kept(plan), shown=kept(plan))
    return about


def visited(desk: Desk, visit: Visit) -> None:
    """The visit that was planned for this day has been made by who planned it, or comes along."""
    begins = start_of_day(visit.day, desk.zone)
    planned = appointments.of_customers(desk.db, [visit.customer_id], begins, begins + DAY)
    own = [one for one in planned if _goes(desk.db, one, visit.person_id)]
    nearest = min(own, key=lambda one: abs(one.at - desk.now), default=None)
    plan = _held(desk.db, known(nearest.id)) if nearest else None
    if plan is None:
        return
    before = kept(plan)
    plan.state, plan.visit_id = appointments.VISITED, known(visit.id)
    timers.drop(desk.db, KIND, known(plan.id))
    changed(desk, plan, before)


def _held(db: Transaction, id_: int) -> Appointment | None:
    """It is still planned, and stays so until this transaction ends."""
    subjects.lock(db, KIND, id_)
    plan = appointments.get(db, id_)
    return plan if plan and plan.state == appointments.PLANNED else None


def _goes(db: Transaction, plan: Appointment, person_id: int) -> bool:
    all_ = attendees.of(db, KIND, known(plan.id)) if plan.person_id != person_id else []
    return plan.person_id == person_id or any(one.person_id == person_id for one in all_)


def taken_back(desk: Desk, visit_id: int) -> None:
    """The visit that a plan came to is no more: it is planned again, or asked about anew."""
    plan = appointments.of_visit(desk.db, visit_id)
    if plan is None:
        return
    before = kept(plan)
    plan.state, plan.visit_id = appointments.PLANNED, None
    changed(desk, plan, before)
    set_timers(desk, plan)


def planned_today(
    db: Transaction, person: Person, now: datetime, zone: ZoneInfo
) -> list[Appointment]:
    """What is planned up to the end of the day, with what was left of days before.

    One's own, that of those whose deputy one is, and what one comes along to.
    """
    before = start_of_day(local_day(now, zone) + DAY, zone)
    found = [
        plan
        for who in (person.id, *sorted(person.stands_in_for))
        for plan in appointments.of_person(db, who, before)
    ]
    return in_order([*found, *appointments.joined_by(db, person.id, before)])


def in_order(found: Iterable[Appointment]) -> list[Appointment]:
    """Each once, the earliest first."""
    once = {known(one.id): one for one in found}
    return sorted(once.values(), key=lambda one: (one.at, known(one.id)))
