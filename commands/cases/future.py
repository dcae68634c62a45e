"""What happens to a case if nobody moves: said once, for the timers that do it and its preview."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from commands import customers as customer_noun
from commands.cases.rules import (
    CLAUSE,
    DUE_WORDS,
    FIRST,
    KIND,
    SOLUTION,
    STILL_DUE,
    CasePolicy,
    deadlines,
    ladder,
    material,
)
from commands.kit.card import STAFF, Button, Buttons, Card, Line, Note, Part, Quote, Ref
from commands.kit.desk import Desk
from commands.kit.ladder import ABOVE, BREACH, WARN, those_told
from commands.kit.noun import Look
from commands.kit.people import Person, ToPerson, acting, load, superior_of
from commands.kit.words import T, Value, Words
from storage import cases, dues, timers
from storage.cases import Case
from storage.database import Transaction, known
from storage.dues import Due
from storage.timers import Timer

LATE = timedelta(minutes=2)


@dataclass(frozen=True, slots=True)
class Move:
    """At a moment, somebody is told something, perhaps in the place of somebody away."""

    at: datetime
    who: Person
    step: str
    due: Due
    instead_of: Person | None = None


def customer_of(db: Transaction, case: Case) -> Words:
    """What people call a case's customer, or that it is to be clarified."""
    name = customer_noun.name_of(db, case.customer_id) if case.customer_id else None
    return name or T("customer to clarify")


# --- promised -------------------------------------------------------------------------------------


def promise(desk: Desk, case: Case) -> None:
    """Both dues of clause 3.1.2b begin with the receipt."""
    policy = desk.policy.of(CasePolicy)
    for name, at in deadlines(case.received_at, policy).items():
        _owe(desk, case, name, at)


def _owe(desk: Desk, case: Case, name: str, at: datetime) -> int:
    what = T("{what} on {number}", what=DUE_WORDS[name], number=case.number)
    about = Ref(KIND, known(case.id))
    due = desk.owe(about, name, what, clause=CLAUSE, by=at, owner=case.owner_id)
    _hang(desk, case, due, name, at)
    return due


def _hang(desk: Desk, case: Case, due_id: int, name: str, due_at: datetime) -> None:
    for step in ladder(due_at, desk.policy.of(CasePolicy)):
        at = step.at
        if step.name == WARN:
            acts = acting(desk.db, case.owner_id, at)
            warned = acts.person if acts else None
            at = desk.before_quiet(at, warned, not_before=case.received_at)
        if at > desk.recorded_at or step.name == BREACH:
            desk.at(at, Ref(KIND, known(case.id)), f"{step.name}:{name}", due=due_id)


def owe_anew(desk: Desk, excused: Due, left: timedelta) -> datetime:
    """The same is owed again: with the time that was left, but not less than a warning gives.

    Whoever owes it is warned again, at once if need be.
    """
    case = cases.get(desk.db, excused.subject_id)
    assert case is not None
    warning = timedelta(hours=desk.policy.of(CasePolicy).warning_hours)
    by = desk.now + max(left, warning)
    due = _owe(desk, case, excused.name, by)
    if by - warning <= desk.recorded_at:
        desk.at(desk.recorded_at, Ref(KIND, excused.subject_id), f"{WARN}:{excused.name}", due=due)
    return by


def renewed(owed: Sequence[Due], due: Due) -> bool:
    """Whether it was owed before, and excused."""
    return any(one.name == due.name and known(one.id) < known(due.id) for one in owed)


def rehang(desk: Desk, case: Case) -> None:
    """The owner has changed: what is owed is theirs; they are warned outside their quiet hours."""
    dues.pass_on(desk.db, KIND, known(case.id), case.owner_id)
    for due in dues.of(desk.db, KIND, known(case.id)):
        if due.state == dues.OPEN:
            timers.drop_for(desk.db, known(due.id))
            _hang(desk, case, known(due.id), due.name, due.due_at)


def hand(desk: Desk, id_: int, _from_id: int | None, to_id: int) -> None:
    """A case is somebody else's from now on, who has yet to look into it; its deadlines stay."""
    case = cases.get(desk.db, id_)
    if case is None:
        return
    before = material(case)
    case.owner_id, case.taken_at = to_id, None
    cases.save(desk.db, case)
    rehang(desk, case)
    desk.change(Ref(KIND, id_), before, material(case), shown=material(case))


# --- foretold -------------------------------------------------------------------------------------


def moves(db: Transaction, case: Case, timer: Timer) -> Iterable[Move]:
    """Whom a timer tells, once each."""
    due = dues.get(db, timer.due_id) if timer.due_id else None
    if due is None or due.state not in dues.STILL_OWED:
        return
    step = timer.name.partition(":")[0]
    for acts in those_told(db, case.owner_id, step, timer.at):
        yield Move(timer.at, acts.person, step, due, acts.instead_of)


def foretold(db: Transaction, case: Case) -> list[Move]:
    """Everything that will be said if nobody moves, the earliest first."""
    waiting = timers.waiting_on(db, KIND, known(case.id))
    return [move for timer in waiting for move in moves(db, case, timer)]


# --- done -----------------------------------------------------------------------------------------


def fire(desk: Desk, timer: Timer) -> None:
    """A timer's moment has come: the due is missed if it is the deadline, and people are told."""
    case = cases.get(desk.db, timer.subject_id)
    if case is None:
        return
    told = list(moves(desk.db, case, timer))
    if timer.name.startswith(BREACH) and timer.due_id:
        dues.miss(desk.db, timer.due_id)
        desk.note(Ref(KIND, timer.subject_id), None, {"missed": timer.name})
    for move in told:
        desk.tell(
            ToPerson(move.who.id, move.instead_of.id if move.instead_of else None),
            Ref(KIND, timer.subject_id, _view(desk, move)),
            replaces=f"case{case.id}:{move.due.name}:{move.who.id}",
        )
    desk.touch(Ref(KIND, timer.subject_id))


def _view(desk: Desk, move: Move) -> str:
    """The notice of a move; one that comes noticeably after its moment says when it was to come."""
    late = move.at.isoformat() if desk.recorded_at - move.at > LATE else ""
    return f"notice:{move.step},{known(move.due.id)},{late}"


def notice(look: Look, id_: int, told: str) -> Card:
    """A warning, or the news of a missed deadline, in three lines and with what can be done.

    It follows what happens: once the duty is done it says so, and asks for nothing more.
    """
    step, due_id, late = told.split(",")
    case, due = cases.get(look.db, id_), dues.get(look.db, int(due_id))
    if case is None or due is None:
        return Card(T("This is no longer here."))
    about = Ref(KIND, id_)
    quote = Quote(case.text, to=STAFF)
    if due.state not in dues.STILL_OWED:
        return Card(_settled(look, case, due), (quote,), about)
    missed = due.state == dues.MISSED
    step = BREACH if missed and step == WARN else step
    parts: tuple[Part, ...] = (
        quote,
        _who_is_told(look.db, case, step, due),
        *_late(late),
        Buttons(_verbs(about, due.name)),
    )
    return Card(_headline(look, case, step, due), parts, about)


def _late(to_come: str) -> tuple[Note, ...]:
    if not to_come:
        return ()
    at = datetime.fromisoformat(to_come)
    return (Note(T("This message is late: it was to come {at:clock}.", at=at)),)


def _settled(look: Look, case: Case, due: Due) -> T:
    values: dict[str, Value] = {
        "number": case.number,
        "customer": customer_of(look.db, case),
        "what": DUE_WORDS[due.name],
    }
    if due.state == dues.EXCUSED:
        return T("☑ {number} {customer}: {what} excused", **values)
    values["at"] = due.done_at
    if due.state == dues.LATE:
        return T("☑ {number} {customer}: {what} done {at:clock}, late", **values)
    return T("☑ {number} {customer}: {what} done {at:clock}, in time", **values)


def _headline(look: Look, case: Case, step: str, due: Due) -> T:
    customer, what = customer_of(look.db, case), DUE_WORDS[due.name]
    values: dict[str, Value] = {
        "number": case.number,
        "customer": customer,
        "what": what,
        "due": due.due_at,
    }
    if step == WARN:
        values["what"] = STILL_DUE[due.name]
        left = due.due_at - look.now
        return T("⏰ {number} {customer}: {left} left, {what} {due:clock}", left=left, **values)
    late = look.now - due.due_at
    if step == ABOVE:
        return T("🚨 {number} {customer}: {what} {late} overdue, still open", late=late, **values)
    return T("🚨 {number} {customer}: {what} missed, it was due {due:clock}", **values)


def _who_is_told(db: Transaction, case: Case, step: str, due: Due) -> Line:
    owner = load(db, case.owner_id) if case.owner_id else None
    name: Words = owner.name if owner else T("Nobody")
    missing = {
        FIRST: T("no reply yet"),
        SOLUTION: T("no solution yet"),
    }[due.name]
    above = superior_of(db, case.owner_id)
    if step == WARN and above:
        return Line(
            T(
                "{owner} owns it, {missing}; if missed, {above} is told",
                owner=name,
                missing=missing,
                above=above.name,
            ),
            STAFF,
        )
    return Line(T("{owner} owns it, {missing}", owner=name, missing=missing), STAFF)


def _verbs(about: Ref, due: str) -> tuple[Button, ...]:
    reply = (
        Button(T("Write reply"), "case_reply", {}, about, style="primary"),
        Button(T("Replied by phone"), "case_phoned", {}, about),
    )
    solve = (Button(T("Record solution"), "case_solve", {}, about, style="primary"),)
    return (
        *(reply if due == FIRST else solve),
        Button(T("Pass on"), "case_pass", {}, about),
        Button(T("In 1 hour"), "case_later", {}, about),
    )


def remind(desk: Desk, timer: Timer) -> None:
    """Somebody asked to be reminded of a case that is still open."""
    case = cases.get(desk.db, timer.subject_id)
    if case is None or case.state != cases.OPEN or not timer.person_id:
        return
    desk.tell(ToPerson(timer.person_id), Ref(KIND, timer.subject_id, "reminder"))


def reminder(look: Look, id_: int, _told: str) -> Card:
    """What somebody asked to be reminded of, with what can still be done."""
    case = cases.get(look.db, id_)
    if case is None:
        return Card(T("This is no longer here."))
    values: dict[str, Value] = {"number": case.number, "customer": customer_of(look.db, case)}
    about, quote = Ref(KIND, id_), Quote(case.text, to=STAFF)
    if case.state != cases.OPEN:
        return Card(T("✅ {number} {customer}: solved", **values), (quote,), about)
    following = next((d for d in dues.of(look.db, KIND, id_) if d.state == dues.OPEN), None)
    due = following.name if following else FIRST
    title = T("🔔 You asked to be reminded: {number} {customer}", **values)
    return Card(title, (quote, Buttons(_verbs(about, due))), about)
