"""Marketing's duty to complete a file is kept once the file says all that it must (7.2.1)."""

from __future__ import annotations

from commands.approvals import asking
from commands.approvals.asking import Facts
from commands.customers.parts import FilePartsPolicy, completeness, said_in
from commands.customers.rules import KIND
from commands.kit.card import Ref
from commands.kit.desk import Desk
from storage import admissions, approvals, customers, dues, profiles, subjects
from storage.timers import Timer

ADMISSION, COMPLETE = "admission", "complete"
# The timer of a customer whose file was changed by itself, as by a table.
REWRITTEN = "rewritten"


def flag(desk: Desk, customer_id: int, facts: Facts) -> None:
    """What was decided on reads otherwise in the file now: the approval that opened it says so."""
    for admission_id in admissions.opened(desk.db, customer_id):
        approval = approvals.last_on(desk.db, ADMISSION, admission_id)
        if approval and approval.effective:
            asking.flag(desk, approval, facts)


def look(desk: Desk, customer_id: int) -> None:
    """Keep the duty on the admission that opened this file, if there is nothing missing now."""
    needed = desk.policy.of(FilePartsPolicy).needed
    if completeness(needed, said_in(desk.db, customer_id)).missing:
        return
    for admission_id in admissions.opened(desk.db, customer_id):
        for due in dues.still_on(desk.db, ADMISSION, admission_id):
            if due.name == COMPLETE:
                evidence = str(Ref(KIND, customer_id))
                desk.keep(due, at=desk.now, evidence=evidence)
                subjects.change(desk.db, ADMISSION, admission_id, desk.recorded_at, None)


def rewritten(desk: Desk, timer: Timer) -> None:
    """A table changed a file: what was decided on may read otherwise, and nothing be missing."""
    found = customers.get(desk.db, timer.subject_id)
    if found is None:
        return
    products = profiles.of(desk.db, timer.subject_id).get("products")
    facts: Facts = {
        "Full name": found.name,
        "Products": products.value if products else "",
        "Registration number": found.registration,
    }
    flag(desk, timer.subject_id, facts)
    look(desk, timer.subject_id)
