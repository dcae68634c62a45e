"""What can be done with cases (clauses 3.1.2b, 3.3.1 to 3.3.4)."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Annotated

from commands import customers as customer_noun
from commands.cases import future
from commands.cases.rules import CLAUSE, DUE_WORDS, FIRST, KIND, SOLUTION, WORDS, CasePolicy, check_phoned
from commands.kit.card import PUBLIC, STAFF, Card, Line, Note, Quote, Ref
from commands.kit.command import Command
from commands.kit.desk import Desk
from commands.kit.errors import Invalid, Refused, no_such
from commands.kit.form import Ask, CaseId, CustomerId, Files, PersonId
from commands.kit.people import (
    Department,
    Relation,
    Role,
    To,
    ToAccount,
    ToContact,
    ToPerson,
    head_of,
    load,
)
from commands.kit.words import T
from storage import cases, counters, customers, dues
from storage.cases import Case, Reply, Report, Solution

HANDLERS = {Department.QUALITY, Department.SALES, Department.MANAGEMENT, Relation.OWNER}
PLACE = "cases"
REMIND_IN = timedelta(hours=1)


# --- receiving --------------------------------------------------------------------------------------------------------


class Complaint(
    Command,
    name="complaint",
    aliases=("投诉",),
    who={Role.STAFF, Role.CONTACT, Role.STRANGER},
    clause="3.3.1",
    makes=True,
):
    """Report a complaint."""

    text: Annotated[str, Ask("What happened?", "What happened", long=True)]
    customer: Annotated[CustomerId | None, Ask("Which customer?", "Customer")] = None
    photos: Annotated[Files, Ask("Photos?", "Photos")] = ()

    def run(self, desk: Desk) -> Ref:
        """Open a case with a number at once; its clock runs from the message itself."""
        case = self._opened(desk)
        about = Ref(KIND, case.id or 0)
        cases.add_report(desk.db, self._report(desk, case))
        desk.begin(about, {"number": case.number, "customer": case.customer_id, "text": case.text})
        future.promise(desk, case)
        desk.post(PLACE, about)
        if case.owner_id and case.owner_id != _me(desk):
            desk.tell(ToPerson(case.owner_id), about)
        return about

    def _opened(self, desk: Desk) -> Case:
        customer = self.customer or desk.actor.customer_id
        if self.customer and customers.get(desk.db, self.customer) is None:
            raise no_such(customer_noun.WORDS)
        year = desk.now.astimezone(desk.zone).year
        case = Case(
            number=f"C-{year}-{counters.take(desk.db, f'C-{year}'):04d}",
            customer_id=customer,
            text=self.text,
            owner_id=_owner(desk, customer),
            reporter_person_id=_me(desk),
            received_at=desk.now,
            recorded_at=desk.recorded_at,
            policy=desk.policy.version,
        )
        cases.add(desk.db, case)
        return case

    def _report(self, desk: Desk, case: Case) -> Report:
        return Report(
            case_id=case.id or 0,
            person_id=_me(desk),
            contact_id=desk.actor.contact_id,
            account_id=desk.actor.account_id,
            channel=desk.source.platform,
            text=self.text,
            at=desk.now,
            source=desk.source.kept(),
        )


def _me(desk: Desk) -> int | None:
    return desk.actor.person.id if desk.actor.person else None


def _owner(desk: Desk, customer_id: int | None) -> int | None:
    """The customer's owner; else the colleague who reports it; else the head of quality."""
    now = customers.stewardship(desk.db, customer_id) if customer_id else None
    if now and now.owner_id and load(desk.db, now.owner_id):
        return now.owner_id
    head = head_of(desk.db, Department.QUALITY)
    return _me(desk) or (head.id if head else None)


# --- handling ---------------------------------------------------------------------------------------------------------


def _open(desk: Desk, case_id: int) -> Case:
    case = cases.get(desk.db, case_id)
    if case is None:
        raise no_such(WORDS)
    if case.state != cases.OPEN:
        raise Refused(T("{number} is solved already.", number=case.number))
    return case


def _kept(case: Case) -> dict[str, object]:
    return {
        "customer": case.customer_id,
        "owner": case.owner_id,
        "state": case.state,
        "text": case.text,
    }


def _reporters(desk: Desk, case: Case) -> list[To]:
    """Those outside the company who reported a case, on the channel they came by."""
    found: list[To] = []
    for report in cases.reports(desk.db, case.id or 0):
        if report.person_id is not None:
            continue
        to: To | None = (
            ToContact(report.contact_id)
            if report.contact_id
            else ToAccount(report.account_id)
            if report.account_id
            else None
        )
        if to and to not in found:
            found.append(to)
    return found


def _answered(desk: Desk, case: Case, reply: Reply) -> None:
    """A reply was given: the first one does the duty, at the time it was really given."""
    cases.add_reply(desk.db, reply)
    before = _kept(case)
    case.replied_at = min(case.replied_at or reply.at, reply.at)
    case.taken_at = case.taken_at or reply.at
    cases.save(desk.db, case)
    for due in dues.of(desk.db, KIND, case.id or 0):
        if due.name == FIRST:
            desk.keep(due, at=reply.at, evidence=f"reply:{reply.how}")
    _finish(desk, case)
    desk.change(Ref(KIND, case.id or 0), before, {**_kept(case), "reply": reply.how}, shown=_kept(case))


def _finish(desk: Desk, case: Case) -> None:
    """With a reply and a solution a case is solved."""
    solved = case.replied_at and cases.solutions(desk.db, case.id or 0)
    if solved and case.state == cases.OPEN:
        case.state = cases.SOLVED
        case.solved_at = desk.now
        cases.save(desk.db, case)


class TakeCase(
    Command, name="case_take", aliases=("我来处理",), who=HANDLERS, clause="3.3.2", on=KIND
):
    """Say that you are looking into a case."""

    case: Annotated[CaseId, Ask("Which case?", "Case")]

    def run(self, desk: Desk) -> Ref:
        """It is yours, and the clock goes on: an acknowledgement is no reply."""
        case = _open(desk, self.case)
        before = _kept(case)
        case.taken_at = desk.now
        moved = case.owner_id != desk.person.id
        case.owner_id = desk.person.id
        cases.save(desk.db, case)
        if moved:
            future.rehang(desk, case)
        about = Ref(KIND, self.case)
        desk.change(about, before, _kept(case), shown=_kept(case))
        return about


class WriteReply(
    Command, name="case_reply", aliases=("答复", "reply"), who=HANDLERS, clause=CLAUSE, on=KIND
):
    """Write a reply to the customer."""

    case: Annotated[CaseId, Ask("Which case?", "Case")]
    text: Annotated[str, Ask("What do we answer?", "Reply", long=True)]

    def run(self, desk: Desk) -> Ref:
        """Send it to whoever reported the case, and keep it."""
        case = _open(desk, self.case)
        reply = Reply(
            case_id=self.case,
            person_id=desk.person.id,
            how="written",
            text=self.text,
            at=desk.now,
            recorded_at=desk.recorded_at,
        )
        _answered(desk, case, reply)
        title = T("📨 Our reply to {number}", number=case.number)
        for to in _reporters(desk, case):
            desk.tell(to, Card(title, (Quote(self.text, to=PUBLIC),), Ref(KIND, self.case)))
        return Ref(KIND, self.case)


class Phoned(
    Command, name="case_phoned", aliases=("已电话答复", "phoned"), who=HANDLERS, clause=CLAUSE, on=KIND
):
    """Record that you replied by phone, and when."""

    case: Annotated[CaseId, Ask("Which case?", "Case")]
    at: Annotated[datetime, Ask("When was the call?", "Time of the call")]
    text: Annotated[str | None, Ask("What was said?", "Said", long=True)] = None

    def run(self, desk: Desk) -> Ref:
        """A reply given in time counts as in time, even if it is recorded later."""
        case = _open(desk, self.case)
        check_phoned(self.at, case.received_at, desk.recorded_at)
        reply = Reply(
            case_id=self.case,
            person_id=desk.person.id,
            how="phone",
            text=self.text or "",
            at=self.at,
            recorded_at=desk.recorded_at,
        )
        _answered(desk, case, reply)
        return Ref(KIND, self.case)


class PassOn(
    Command, name="case_pass", aliases=("转交",), who=HANDLERS | {Relation.SUPERIOR}, clause="3.3.2", on=KIND
):
    """Pass a case on to a colleague."""

    case: Annotated[CaseId, Ask("Which case?", "Case")]
    to: Annotated[PersonId, Ask("Who takes it?", "Colleague")]

    def run(self, desk: Desk) -> Ref:
        """It is theirs; its deadlines stay."""
        case = _open(desk, self.case)
        colleague = load(desk.db, self.to)
        if colleague is None:
            raise Invalid("to", T("That person does not work here any more."))
        before = _kept(case)
        case.owner_id = colleague.id
        case.taken_at = None
        cases.save(desk.db, case)
        future.rehang(desk, case)
        about = Ref(KIND, self.case)
        desk.change(about, before, _kept(case), shown=_kept(case))
        if colleague.id != desk.person.id:
            desk.tell(ToPerson(colleague.id), about)
        return about


class RemindLater(
    Command, name="case_later", aliases=("稍后提醒",), who={Role.STAFF}, clause=CLAUSE, on=KIND
):
    """Be reminded of a case in an hour."""

    case: Annotated[CaseId, Ask("Which case?", "Case")]

    def run(self, desk: Desk) -> Card:
        """Remind this person alone; deadlines stay."""
        case = _open(desk, self.case)
        at = desk.recorded_at + REMIND_IN
        about = Ref(KIND, self.case)
        desk.at(at, about, "remind", extra={"person": desk.person.id})
        desk.note(about, None, {"remind": at.isoformat()})
        return Card(T("🔔 I will remind you of {number} {at:clock}.", number=case.number, at=at))


class Solve(
    Command, name="case_solve", aliases=("方案", "solution"), who=HANDLERS, clause="3.3.3", on=KIND
):
    """Record a solution: measures, responsible department, completion date."""

    case: Annotated[CaseId, Ask("Which case?", "Case")]
    department: Annotated[Department, Ask("Which department carries it out?", "Department")]
    measures: Annotated[str, Ask("Which measures?", "Measures", long=True)]
    by_day: Annotated[date, Ask("When will it be done?", "Completion date")]

    def run(self, desk: Desk) -> Ref:
        """Keep it; the solution's due is done."""
        case = _open(desk, self.case)
        if self.by_day < desk.today:
            raise Invalid("by_day", T("{day:weekday} is past. When will it be done?", day=self.by_day))
        cases.add_solution(desk.db, self._solution(desk))
        before = _kept(case)
        for due in dues.of(desk.db, KIND, self.case):
            if due.name == SOLUTION:
                desk.keep(due, at=desk.now, evidence="solution")
        _finish(desk, case)
        about = Ref(KIND, self.case)
        desk.change(about, before, _kept(case), shown=_kept(case))
        title = T("🛠 What we will do about {number}", number=case.number)
        for to in _reporters(desk, case):
            desk.tell(to, Card(title, (Quote(self.measures, to=PUBLIC),), about))
        return about

    def _solution(self, desk: Desk) -> Solution:
        return Solution(
            case_id=self.case,
            person_id=desk.person.id,
            department=self.department.value,
            measures=self.measures,
            by_day=self.by_day,
            at=desk.now,
        )


class NameCustomer(
    Command, name="case_customer", aliases=("客户是",), who=HANDLERS, clause="3.3.1", on=KIND
):
    """Say which customer a case is about."""

    case: Annotated[CaseId, Ask("Which case?", "Case")]
    customer: Annotated[CustomerId, Ask("Which customer?", "Customer")]

    def run(self, desk: Desk) -> Ref:
        """Clarify it; the clock has run all the while."""
        case = _open(desk, self.case)
        if customers.get(desk.db, self.customer) is None:
            raise no_such(customer_noun.WORDS)
        before = _kept(case)
        case.customer_id = self.customer
        cases.save(desk.db, case)
        about = Ref(KIND, self.case)
        desk.change(about, before, _kept(case), shown=_kept(case))
        return about


# --- asking -----------------------------------------------------------------------------------------------------------


class WhyDeadline(
    Command, name="case_why", aliases=("为什么",), who={Role.STAFF}, clause=CLAUSE, on=KIND
):
    """Explain a case's deadlines."""

    case: Annotated[CaseId, Ask("Which case?", "Case")]

    def run(self, desk: Desk) -> Card:
        """From the receipt, by the clause, hour by hour."""
        case = cases.get(desk.db, self.case)
        if case is None:
            raise no_such(WORDS)
        policy = desk.policy.of(CasePolicy)
        hours = {FIRST: policy.first_reply_hours, SOLUTION: policy.solution_hours}
        lines = tuple(
            Line(
                T(
                    "{what}: {hours} clock hours after receipt, so {due:clock}",
                    what=DUE_WORDS[due.name],
                    hours=hours[due.name],
                    due=due.due_at,
                ),
                STAFF,
            )
            for due in dues.of(desk.db, KIND, self.case)
        )
        received = Line(T("Received {at:clock}.", at=case.received_at), STAFF)
        clock = Note(
            T("Clause {clause} counts clock hours: nights, weekends and holidays count.", clause=CLAUSE)
        )
        return Card(T("Why these deadlines: {number}", number=case.number), (received, *lines, clock))


class IfNobodyMoves(
    Command, name="case_future", aliases=("没人处理会怎样",), who={Role.STAFF}, clause=CLAUSE, on=KIND
):
    """Show what happens to a case if nobody moves."""

    case: Annotated[CaseId, Ask("Which case?", "Case")]

    def run(self, desk: Desk) -> Card:
        """Everything that would be said, to whom, and when."""
        case = cases.get(desk.db, self.case)
        if case is None:
            raise no_such(WORDS)
        lines = tuple(Line(_foretold(move), STAFF) for move in future.foretold(desk.db, case))
        if not lines:
            lines = (Line(T("Nothing more: everything is done."), STAFF),)
        return Card(T("If nobody moves: {number}", number=case.number), lines)


def _foretold(move: future.Move) -> T:
    what = {
        "warn": T("is warned"),
        "breach": T("is told that it was missed"),
        "above": T("is told that it is still open"),
    }[move.step]
    return T(
        "{at:clock}: {name} {what} ({due})",
        at=move.at,
        name=move.who.name,
        what=what,
        due=DUE_WORDS[move.due.name],
    )


class ShowCase(Command, name="case", aliases=("个案",), who={Role.STAFF, Role.CONTACT}, clause="3.3.4"):
    """Show a case, or list the open ones."""

    case: Annotated[CaseId | None, Ask("Which case?", "Case")] = None

    def run(self, desk: Desk) -> Card | Ref:
        """One case, or what is open; a customer sees their own alone."""
        own = desk.actor.role is Role.CONTACT
        mine = cases.reported_by(desk.db, desk.actor.account_id)
        if self.case is not None:
            if own and self.case not in {c.id for c in mine}:
                raise no_such(WORDS)
            return Ref(KIND, self.case)
        listed = mine if own else cases.open_ones(desk.db)
        lines = tuple(
            Line(
                T(
                    "{number} {customer}: received {at:clock}",
                    number=c.number,
                    customer=future.customer_of(desk.db, c),
                    at=c.received_at,
                )
            )
            for c in listed
        )
        return Card(T("{n} case", "{n} cases", n=len(lines)), lines)
