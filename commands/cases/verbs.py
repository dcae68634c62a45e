"""What can be done with cases (clauses 3.1.2b, 3.3.1 to 3.3.4)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Annotated

from commands import customers as customer_noun
from commands.care import heeding
from commands.cases import future, reporting
from commands.cases.reporting import Reporter
from commands.cases.rules import (
    CLAUSE,
    FIRST,
    KIND,
    SOLUTION,
    WORDS,
    CasePolicy,
    check_phoned,
    check_received,
    material,
)
from commands.kit.card import PUBLIC, Card, Quote, Ref
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
from commands.kit.words import T, listed
from storage import cases, counters, customers, dues, people
from storage.cases import Case, Reply, Report, Solution
from storage.database import Json, known

HANDLERS = {Department.QUALITY, Department.SALES, Department.MANAGEMENT, Relation.OWNER}
PLACE = "cases"
REMIND_IN = timedelta(hours=1)


# --- receiving ------------------------------------------------------------------------------------


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
    received: Annotated[datetime | None, Ask("When did it reach us?", "Received")] = None

    def run(self, desk: Desk) -> Ref:
        """Open a case with a number at once; its clock runs from the first message."""
        by = reporting.reporter(desk)
        case = self._opened(desk, by)
        about = Ref(KIND, known(case.id))
        cases.add_report(desk.db, self._report(desk, case, by))
        desk.begin(about, {"number": case.number, "customer": case.customer_id, "text": case.text})
        future.promise(desk, case)
        desk.post(PLACE, about)
        if case.owner_id and case.owner_id != _me(desk):
            desk.tell(ToPerson(case.owner_id), about)
        reporting.receipt(desk, by, about)
        if case.customer_id:
            heeding.heed(desk, case.customer_id)
        return about

    @classmethod
    def mend(cls, desk: Desk, about: Ref, changed: Mapping[str, Json]) -> None:
        """The correction stands beside what was said at first; the clock goes on."""
        case = _open(desk, about.id)
        before = material(case)
        if "text" in changed:
            reporting.corrected(desk, case, changed["text"])
        if changed.get("customer") and desk.actor.person:
            case.customer_id = changed["customer"]
        cases.save(desk.db, case)
        desk.change(about, before, material(case), shown=material(case))

    def _opened(self, desk: Desk, by: Reporter) -> Case:
        received = (desk.actor.person and self.received) or desk.received
        check_received(received, desk.recorded_at, desk.policy.of(CasePolicy).received_days)
        customer = desk.actor.customer_id or self.customer or by.customer_id
        if self.customer and customers.get(desk.db, self.customer) is None:
            raise no_such(customer_noun.WORDS)
        year = desk.now.astimezone(desk.zone).year
        case = Case(
            number=f"C-{year}-{counters.take(desk.db, f'C-{year}'):04d}",
            customer_id=customer,
            text=self.text,
            owner_id=_owner(desk, customer),
            reporter_person_id=by.person_id,
            received_at=received,
            recorded_at=desk.recorded_at,
            policy=desk.policy.version,
        )
        cases.add(desk.db, case)
        return case

    def _report(self, desk: Desk, case: Case, by: Reporter) -> Report:
        return Report(
            case_id=known(case.id),
            person_id=by.person_id,
            contact_id=by.contact_id,
            account_id=by.account_id,
            channel=desk.source.platform,
            text=self.text,
            at=case.received_at,
            source=desk.source.kept(),
            author=by.author,
            passed_by=by.passed_by,
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


# --- handling -------------------------------------------------------------------------------------


def _open(desk: Desk, case_id: int) -> Case:
    case = cases.get(desk.db, case_id)
    if case is None:
        raise no_such(WORDS)
    if case.state != cases.OPEN:
        raise Refused(T("{number} is solved already.", number=case.number))
    return case


def _reporters(desk: Desk, case: Case) -> list[To]:
    """Those outside the company who reported a case, on the channel they came by."""
    found: list[To] = []
    for report in cases.reports(desk.db, known(case.id)):
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


def _called(desk: Desk, to: To) -> str:
    """What an outside reporter is called."""
    if isinstance(to, ToContact):
        contact = customers.contact(desk.db, to.id)
        return contact.name if contact else "?"
    account = people.account_by_id(desk.db, to.id) if isinstance(to, ToAccount) else None
    return account.name if account else "?"


def _answered(desk: Desk, case: Case, reply: Reply) -> None:
    """A reply was given: the first one does the duty, at the time it was really given."""
    cases.add_reply(desk.db, reply)
    before = material(case)
    case.replied_at = min(case.replied_at or reply.at, reply.at)
    case.taken_at = case.taken_at or reply.at
    cases.save(desk.db, case)
    for due in dues.of(desk.db, KIND, known(case.id)):
        if due.name == FIRST:
            desk.keep(due, at=reply.at, evidence=f"reply:{reply.how}")
    _finish(desk, case)
    desk.change(
        Ref(KIND, known(case.id)),
        before,
        {**material(case), "reply": reply.how},
        shown=material(case),
    )


def _finish(desk: Desk, case: Case) -> None:
    """With a reply and a solution a case is solved."""
    solved = case.replied_at and cases.solutions(desk.db, known(case.id))
    if solved and case.state == cases.OPEN:
        case.state = cases.SOLVED
        case.solved_at = desk.now
        cases.save(desk.db, case)


class TakeCase(
    Command, name="case_take", aliases=("我来处理",), who=HANDLERS, clause="3.3.2", on=KIND
):
    """Look into a case."""

    case: Annotated[CaseId, Ask("Which case?", "Case")]

    def run(self, desk: Desk) -> Ref:
        """It is yours, and the clock goes on: an acknowledgement is no reply."""
        case = _open(desk, self.case)
        before = material(case)
        case.taken_at = desk.now
        moved = case.owner_id != desk.person.id
        case.owner_id = desk.person.id
        cases.save(desk.db, case)
        if moved:
            future.rehang(desk, case)
        about = Ref(KIND, self.case)
        desk.change(about, before, material(case), shown=material(case))
        desk.done = T("{number} is yours", number=case.number)
        return about


_NOBODY_TO_WRITE_TO = T(
    "This case came through a colleague, so I can write to nobody outside the company. Call or "
    "write to the customer yourself, then record it with “Replied by phone”. Nothing was kept."
)


class WriteReply(
    Command, name="case_reply", aliases=("答复", "reply"), who=HANDLERS, clause=CLAUSE, on=KIND
):
    """Reply to the customer."""

    case: Annotated[CaseId, Ask("Which case?", "Case")]
    text: Annotated[str, Ask("What do we answer?", "Reply", long=True)]

    def run(self, desk: Desk) -> Ref:
        """Send it to whoever reported the case, and keep it."""
        case = _open(desk, self.case)
        reporters = _reporters(desk, case)
        if not reporters:
            raise Refused(_NOBODY_TO_WRITE_TO)
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
        for to in reporters:
            desk.tell(to, Card(title, (Quote(self.text, to=PUBLIC),), Ref(KIND, self.case)))
        who = listed([_called(desk, to) for to in reporters])
        desk.done = T("Our reply to {number} goes to {who}", number=case.number, who=who)
        return Ref(KIND, self.case)


class Phoned(
    Command,
    name="case_phoned",
    aliases=("已电话答复", "phoned"),
    who=HANDLERS,
    clause=CLAUSE,
    on=KIND,
):
    """Record a reply by phone."""

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
            at=max(self.at, case.received_at),
            recorded_at=desk.recorded_at,
        )
        _answered(desk, case, reply)
        desk.done = T("Call on {number} recorded: {at:clock}", number=case.number, at=reply.at)
        return Ref(KIND, self.case)


class PassOn(
    Command,
    name="case_pass",
    aliases=("转交", "转给", "转交给"),
    who=HANDLERS | {Relation.SUPERIOR},
    clause="3.3.2",
    on=KIND,
):
    """Pass a case on."""

    case: Annotated[CaseId, Ask("Which case?", "Case")]
    to: Annotated[PersonId, Ask("Who takes it?", "Colleague")]

    def run(self, desk: Desk) -> Ref:
        """It is theirs; its deadlines stay."""
        case = _open(desk, self.case)
        colleague = load(desk.db, self.to)
        if colleague is None:
            raise Invalid("to", T("That person does not work here any more."))
        case.passed_by_id = desk.person.id
        cases.save(desk.db, case)
        about = Ref(KIND, self.case)
        future.hand(desk, self.case, case.owner_id, colleague.id)
        if colleague.id != desk.person.id:
            desk.tell(ToPerson(colleague.id), about)
        desk.done = T("{number} is now with {name}", number=case.number, name=colleague.name)
        return about


class RemindLater(
    Command, name="case_later", aliases=("稍后提醒",), who={Role.STAFF}, clause=CLAUSE, on=KIND
):
    """Be reminded later."""

    case: Annotated[CaseId, Ask("Which case?", "Case")]
    at: Annotated[
        datetime | None, Ask("When shall I remind you?", "Time of the reminder", ahead=True)
    ] = None

    def run(self, desk: Desk) -> Card:
        """Remind this person alone, in an hour if they name no time; deadlines stay."""
        case = _open(desk, self.case)
        at = self.at or desk.recorded_at + REMIND_IN
        if at <= desk.recorded_at:
            raise Invalid("at", T("{at:clock} is past. When shall I remind you?", at=at))
        about = Ref(KIND, self.case)
        desk.at(at, about, "remind", person=desk.person.id)
        desk.note(about, None, {"remind": at.isoformat()})
        return Card(T("🔔 I will remind you of {number} {at:clock}.", number=case.number, at=at))


class Solve(
    Command, name="case_solve", aliases=("方案", "solution"), who=HANDLERS, clause="3.3.3", on=KIND
):
    """Record a solution."""

    case: Annotated[CaseId, Ask("Which case?", "Case")]
    department: Annotated[Department, Ask("Which department carries it out?", "Department")]
    measures: Annotated[str, Ask("Which measures?", "Measures", long=True)]
    by_day: Annotated[date, Ask("When will it be done?", "Completion date", ahead=True)]

    def run(self, desk: Desk) -> Ref:
        """Keep it; the solution's due is done."""
        case = _open(desk, self.case)
        if self.by_day < desk.today:
            raise Invalid(
                "by_day", T("{day:weekday} is past. When will it be done?", day=self.by_day)
            )
        cases.add_solution(desk.db, self._solution(desk))
        before = material(case)
        for due in dues.of(desk.db, KIND, self.case):
            if due.name == SOLUTION:
                desk.keep(due, at=desk.now, evidence="solution")
        _finish(desk, case)
        about = Ref(KIND, self.case)
        desk.change(about, before, material(case), shown=material(case))
        desk.done = T("Solution of {number} recorded", number=case.number)
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
    """Name a case's customer."""

    case: Annotated[CaseId, Ask("Which case?", "Case")]
    customer: Annotated[CustomerId, Ask("Which customer?", "Customer")]

    def run(self, desk: Desk) -> Ref:
        """Clarify it; the clock has run all the while."""
        case = _open(desk, self.case)
        if customers.get(desk.db, self.customer) is None:
            raise no_such(customer_noun.WORDS)
        before = material(case)
        case.customer_id = self.customer
        cases.save(desk.db, case)
        about = Ref(KIND, self.case)
        desk.change(about, before, material(case), shown=material(case))
        heeding.heed(desk, self.customer)
        customer = future.customer_of(desk.db, case)
        desk.done = T("{number} is a case of {customer}", number=case.number, customer=customer)
        return about
