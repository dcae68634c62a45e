"""Who owes the next step of an admission, by when, and what happens if nobody moves."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from typing import NamedTuple

from commands.admissions.rules import (
    CLAUSE_OF,
    COMPLETE,
    CONDITION,
    DEPARTMENT_OF,
    DUE_WORDS,
    EVALUATE,
    EVE,
    KIND,
    OWED_AT,
    PLAN,
    REPORT,
    AdmissionPolicy,
    material,
    step_of,
)
from commands.kit.card import STAFF, Card, Line, Ref
from commands.kit.desk import Desk
from commands.kit.ladder import ABOVE, BREACH, WARN, those_told
from commands.kit.noun import Look
from commands.kit.people import Person, ToPerson, head_of, load
from commands.kit.words import T, Value, decode, encode
from commands.kit.workdays import working_days
from storage import admissions, approvals, dues, people, subjects, timers
from storage.admissions import Admission
from storage.database import Transaction, known
from storage.dues import Due
from storage.timers import Timer

EVENING = time(17)


class Span(NamedTuple):
    """When a step is warned of, and by when it is owed."""

    warn: datetime
    by: datetime


def title_of(admission: Admission) -> str:
    """What people call it: its number, once it has one, and the prospect's name."""
    return f"{admission.number or ''} {admission.name}".strip()


def owner_of(desk: Desk, admission: Admission, step: str) -> Person | None:
    """Who owes a step: who visits or answers for it, else the head of its department."""
    visitor = load(desk.db, admission.visitor_id or 0)
    if visitor and step in {REPORT, CONDITION}:
        return visitor
    if step in {EVALUATE, COMPLETE}:
        submitter = load(desk.db, admission.submitter_id)
        if submitter and DEPARTMENT_OF[step] in submitter.departments:
            return submitter
    person = load(desk.db, admission.owner_id or 0)
    if person and DEPARTMENT_OF[step] in person.departments:
        return person
    return head_of(desk.db, DEPARTMENT_OF[step])


def _span(desk: Desk, admission: Admission, step: str) -> Span:
    policy = desk.policy.of(AdmissionPolicy)
    days = {
        EVALUATE: policy.evaluate_days,
        PLAN: policy.plan_days,
        REPORT: policy.report_days,
        COMPLETE: policy.complete_days,
    }[step]
    since = desk.now
    if step == REPORT and admission.visit_day:
        visited = datetime.combine(admission.visit_day, time(), desk.zone).astimezone(UTC)
        since = max(since, visited)
    return Span(working_days(desk, since, days - 1), working_days(desk, since, days))


def owe(desk: Desk, admission: Admission, step: str, span: Span | None = None) -> Person | None:
    """From now on somebody owes this step, whom it gives; its ladder hangs on it."""
    owner = owner_of(desk, admission, step)
    what = T("{what}: {name}", what=DUE_WORDS[step], name=title_of(admission))
    owe_by(desk, admission, step, owner, what, span or _span(desk, admission, step))
    return owner


def owe_by(
    desk: Desk, admission: Admission, name: str, owner: Person | None, what: T, span: Span
) -> int:
    """The due of a step, with its ladder: to whoever owes it, then those above."""
    about = Ref(KIND, known(admission.id))
    warn, by = span
    owner_id = owner.id if owner else None
    due = desk.owe(about, name, what, clause=CLAUSE_OF[step_of(name)], by=by, owner=owner_id)
    if warn > desk.recorded_at:
        desk.at(warn, about, WARN, due=due)
    desk.at(by, about, BREACH, due=due)
    desk.at(working_days(desk, by, 1), about, ABOVE, due=due)
    return due


def owe_anew(desk: Desk, excused: Due, left: timedelta) -> datetime:
    """The same is owed again: with the time that was left, but not less than a working day."""
    by = max(desk.now + left, working_days(desk, desk.now, 1))
    admission = admissions.get(desk.db, excused.subject_id)
    assert admission is not None
    owner, what = load(desk.db, excused.person_id or 0), decode(excused.what)
    owner = owner or owner_of(desk, admission, step_of(excused.name))
    assert isinstance(what, T)
    owe_by(desk, admission, excused.name, owner, what, Span(desk.now, by))
    return by


def go_on(desk: Desk, admission: Admission, state: str) -> None:
    """The next step begins: what was owed is done, who owes the next is told."""
    keep(desk, admission, OWED_AT.get(admission.state, ""))
    before = material(admission)
    admission.state, admission.since = state, desk.now
    admissions.save(desk.db, admission)
    about = Ref(KIND, known(admission.id))
    desk.change(about, before, material(admission), shown=material(admission))
    if step := OWED_AT.get(state):
        owner = owe(desk, admission, step)
        if owner and (desk.actor.person is None or owner.id != desk.actor.person.id):
            desk.tell(ToPerson(owner.id), about)


def what_of(db: Transaction, due: Due) -> T:
    """What is owed, in words: a condition by its own."""
    step, _, seat_id = due.name.partition(":")
    if step != CONDITION:
        return DUE_WORDS[step]
    admission = admissions.get(db, due.subject_id)
    seat = approvals.seat_of(db, int(seat_id)) if seat_id else None
    text = seat.condition if seat else admission.condition if admission else ""
    return T("condition “{text}”", text=text) if text else DUE_WORDS[step]


def owed(db: Transaction, admission: Admission) -> list[Due]:
    """What is owed on it still, the earliest first."""
    return dues.still_on(db, KIND, known(admission.id))


def keep(desk: Desk, admission: Admission, step: str) -> None:
    """A step was done."""
    for due in owed(desk.db, admission):
        if due.name == step:
            desk.keep(due, at=desk.now, evidence=f"step:{step}")


def reworded(desk: Desk, admission: Admission) -> None:
    """What is owed on it calls it by its name of now."""
    for due in owed(desk.db, admission):
        what = T("{what}: {name}", what=DUE_WORDS[step_of(due.name)], name=title_of(admission))
        dues.reword(desk.db, known(due.id), encode(what))


def drop(desk: Desk, admission: Admission) -> None:
    """Nothing is owed on it any more: it goes no further, or the step begins anew."""
    for due in owed(desk.db, admission):
        dues.settle(desk.db, due, dues.DROPPED, None, desk.recorded_at)
    timers.drop(desk.db, KIND, known(admission.id))


def visit_at(desk: Desk, admission: Admission) -> None:
    """The visitor is reminded on the evening before."""
    about = Ref(KIND, known(admission.id))
    timers.drop(desk.db, KIND, about.id, EVE)
    if admission.visit_day is None:
        return
    eve = datetime.combine(admission.visit_day - timedelta(days=1), EVENING, desk.zone)
    if eve > desk.recorded_at:
        desk.at(eve.astimezone(UTC), about, EVE)


# --- if nobody moves ------------------------------------------------------------------------------


def fire(desk: Desk, timer: Timer) -> None:
    """A step's moment has come: whoever owes it is told, and then those above them."""
    subjects.lock(desk.db, KIND, timer.subject_id)
    admission = admissions.get(desk.db, timer.subject_id)
    due = dues.get(desk.db, timer.due_id) if timer.due_id else None
    if admission is None or due is None or due.state not in dues.STILL_OWED:
        return
    about = Ref(KIND, timer.subject_id)
    if timer.name == BREACH:
        dues.miss(desk.db, known(due.id))
        desk.note(about, None, {"missed": due.name})
    for acts in those_told(desk.db, due.person_id, timer.name, timer.at):
        instead = acts.instead_of.id if acts.instead_of else None
        view = Ref(KIND, about.id, f"notice:{timer.name}:{due.id}")
        desk.tell(
            ToPerson(acts.person.id, instead), view, replaces=f"{about}:{due.name}:{acts.person.id}"
        )
    desk.touch(about)


def eve(desk: Desk, timer: Timer) -> None:
    """The visit is tomorrow."""
    admission = admissions.get(desk.db, timer.subject_id)
    if admission and admission.state == admissions.PLANNED and admission.visitor_id:
        desk.tell(ToPerson(admission.visitor_id), Ref(KIND, timer.subject_id, "eve"))


def notice(look: Look, id_: int, told: str) -> Card:
    """A warning or what comes after it, as it stands now."""
    step, _, due_id = told.partition(":")
    admission = admissions.get(look.db, id_)
    due = dues.get(look.db, int(due_id))
    if admission is None or due is None:
        return Card(T("This is no longer here."))
    about = Ref(KIND, id_)
    owner = people.get(look.db, due.person_id) if due.person_id else None
    values: dict[str, Value] = {
        "name": title_of(admission),
        "what": what_of(look.db, due),
        "due": due.due_at,
    }
    who = Line(T("{owner} owes it", owner=owner.name if owner else "—"), STAFF)
    if due.state not in dues.STILL_OWED:
        return Card(T("☑ {name}: {what} settled", **values), (who,), about)
    if step == WARN and due.state == dues.OPEN:
        return Card(T("⏰ {name}: {what} due {due:clock}", **values), (who,), about)
    return Card(T("🚨 {name}: {what} missed, it was due {due:clock}", **values), (who,), about)


def tomorrow(look: Look, id_: int, _told: str) -> Card:
    """What the visitor reads on the evening before."""
    admission = admissions.get(look.db, id_)
    if admission is None or admission.visit_day is None:
        return Card(T("This is no longer here."))
    title = T(
        "🔔 Site visit {day:weekday}: {name}", day=admission.visit_day, name=title_of(admission)
    )
    asks = Line(
        T("To see there: operations, quality system, supply capability; then report your opinion."),
        STAFF,
    )
    return Card(title, (asks,), Ref(KIND, id_))
