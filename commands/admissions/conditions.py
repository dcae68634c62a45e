"""The conditions of an approval: each is owed by somebody, by a day of its own (clause 2.2.4)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from commands.admissions import steps
from commands.admissions.rules import CONDITION, KIND, AdmissionPolicy
from commands.kit.card import Ref
from commands.kit.desk import Desk
from commands.kit.people import Person, ToPerson, load
from commands.kit.words import T
from commands.kit.workdays import working_days
from storage import approvals, customers, dues
from storage.admissions import Admission
from storage.approvals import YES
from storage.database import Transaction, known
from storage.dues import Due

WARNED = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Condition:
    """One condition, and the name of the due that it becomes.

    Without an owner it is owed by whoever looks after the customer; without a day, within the time
    that the policy gives.
    """

    due: str
    text: str
    owner_id: int | None = None
    by: date | None = None


def of(db: Transaction, admission: Admission) -> list[Condition]:
    """Those of the report and of everybody who agreed, in this order."""
    found = []
    if admission.condition:
        found.append(Condition(CONDITION, admission.condition, None, admission.condition_by))
    approval = approvals.last_on(db, KIND, known(admission.id))
    for seat in approvals.seats(db, known(approval.id)) if approval else ():
        if seat.state == YES and seat.condition:
            name = f"{CONDITION}:{seat.id}"
            owner = seat.condition_owner_id
            found.append(Condition(name, seat.condition, owner, seat.condition_by))
    return found


def owe(desk: Desk, admission: Admission) -> None:
    """Each is owed from now on, and its owner told."""
    for one in of(desk.db, admission):
        owner = load(desk.db, one.owner_id) if one.owner_id else None
        owner = owner or _looks_after(desk, admission)
        what = T("{text}: {name}", text=one.text, name=steps.title_of(admission))
        by = _by(desk, one)
        due = steps.owe_by(desk, admission, one.due, owner, what, steps.Span(by - WARNED, by))
        if owner:
            view = f"{CONDITION}:{due}"
            desk.tell(ToPerson(owner.id), Ref(KIND, known(admission.id), view))


def _by(desk: Desk, one: Condition) -> datetime:
    """On the evening of its day, but never sooner than a working day from now."""
    if one.by is None:
        days = desk.policy.of(AdmissionPolicy).condition_days
        return working_days(desk, desk.now, days)
    evening = datetime.combine(one.by, steps.EVENING, desk.zone)
    return max(evening.astimezone(UTC), working_days(desk, desk.now, 1))


def _looks_after(desk: Desk, admission: Admission) -> Person | None:
    """Whoever owns the customer's file, else whoever owes the steps of sales."""
    file = admission.customer_id
    kept = customers.stewardship(desk.db, file) if file else None
    owner = load(desk.db, kept.owner_id) if kept and kept.owner_id else None
    return owner or steps.owner_of(desk, admission, CONDITION)


def owed(db: Transaction, admission: Admission) -> list[tuple[int, Condition, Due]]:
    """What is not met yet: its number among all conditions, counted from 1, itself and its due."""
    still = {due.name: due for due in dues.still_on(db, KIND, known(admission.id))}
    return [
        (number, one, still[one.due])
        for number, one in enumerate(of(db, admission), 1)
        if one.due in still
    ]
