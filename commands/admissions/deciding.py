"""Management decides: an admission is put to them, and what they decide is done (clause 2.2.4)."""

from __future__ import annotations

from collections.abc import Sequence

from commands.admissions import conditions, steps
from commands.admissions.rules import (
    COMPLETE,
    KIND,
    REPORT,
    AdmissionPolicy,
    Criterion,
    Opinion,
    Verdict,
    material,
    met,
)
from commands.approvals import asking
from commands.approvals.asking import Facts
from commands.approvals.deciders import Decider, Procedure, whom
from commands.approvals.rules import Rule
from commands.care.remembering import remember
from commands.customers import KIND as CUSTOMER
from commands.customers import open_file
from commands.customers.filling import fill
from commands.kit.card import STAFF, Card, Line, Quote, Ref
from commands.kit.desk import Desk
from commands.kit.lunar import Birthday
from commands.kit.people import ToPerson, load
from commands.kit.words import T, Value, Words, listed
from storage import admissions, approvals, care, customers, readings, subjects
from storage.admissions import ADMITTED, DECIDING, REJECTED, RETURNED, Admission
from storage.approvals import APPROVED, Approval
from storage.care import COOPERATION
from storage.customers import Contact
from storage.database import Transaction, known
from storage.timers import Timer

CLAUSE = "2.2.4"
PLACE = "management"


def put(desk: Desk, admission: Admission) -> Ref:
    """Put it to those who decide, with the report, the five criteria and the opinion of sales."""
    policy = desk.policy.of(AdmissionPolicy)
    deciders = whom(desk.db, policy.deciders)
    how = Procedure(
        name=steps.title_of(admission),
        clause=CLAUSE,
        deciders=deciders,
        rule=Rule(policy.rule),
        wanted=policy.wanted,
        barred=_filer(desk, admission, deciders),
        place=PLACE,
    )
    about = Ref(KIND, known(admission.id))
    return asking.ask(desk, about, asks(desk.db, admission), facts(desk.db, admission), how)


def _filer(desk: Desk, admission: Admission, deciders: Sequence[Decider]) -> frozenset[int]:
    """Who filed the prospect does not decide on it either, where anybody else is left to."""
    own = {admission.submitter_id, desk.person.id}
    others = any(decider.person.id not in own for decider in deciders)
    return frozenset({admission.submitter_id}) if others else frozenset()


def asks(db: Transaction, admission: Admission) -> Card:
    """What those who decide read first: the opinion, then the criteria."""
    values: dict[str, Value] = {"name": admission.name, "number": admission.number or "—"}
    parts = (
        Line(opinion_of(admission), STAFF),
        Line(criteria_of(db, known(admission.id)), STAFF),
        Quote(admission.report, T("report of the site visit"), STAFF),
    )
    return Card(T("admission of {name} ({number})", **values), parts)


def opinion_of(admission: Admission) -> T:
    """What sales recommends, with its conditions."""
    if admission.opinion != Opinion.IF:
        return T("Sales: {opinion}", opinion=Opinion(admission.opinion).words)
    return T(
        "Sales: recommend if, by {day:near}: {condition}",
        day=admission.condition_by,
        condition=admission.condition,
    )


def criteria_of(db: Transaction, id_: int) -> T:
    """How many of the five criteria are met, and which are to be improved."""
    verdicts = admissions.verdicts(db, id_)
    many, improve = met(verdicts)
    if not improve:
        return T("Criteria: all {of} met", of=len(verdicts))
    names = listed([criterion.words for criterion in improve])
    return T(
        "Criteria: {n} of {of} met, to be improved: {names}",
        n=many,
        of=len(verdicts),
        names=names,
    )


def facts(db: Transaction, admission: Admission) -> Facts:
    """What is decided on, so that a change of it is seen."""
    found: dict[str, Words] = {
        "Full name": admission.name,
        "Products": admission.products,
        "Report": admission.report,
        "Opinion": opinion_of(admission),
    }
    for one in admissions.verdicts(db, known(admission.id)):
        found[Criterion(one.criterion).text] = Verdict(one.verdict).words
    if admission.registration:  # told later it is no change
        found["Registration number"] = admission.registration
    return found


def changed(desk: Desk, admission: Admission) -> None:
    """Something that is decided on reads differently now."""
    about = Ref(KIND, known(admission.id))
    name = steps.title_of(admission)
    asking.changed(desk, about, asks(desk.db, admission), facts(desk.db, admission), name)


# --- what follows ---------------------------------------------------------------------------------


def decided(desk: Desk, timer: Timer) -> None:
    """The decision has taken effect."""
    subjects.lock(desk.db, KIND, timer.subject_id)
    admission = admissions.get(desk.db, timer.subject_id)
    approval = approvals.get(desk.db, timer.extra["approval"])
    if admission is None or approval is None or admission.state != DECIDING:
        return
    match approval.state:
        case approvals.APPROVED:
            _admit(desk, admission, approval)
        case approvals.REJECTED:
            _reject(desk, admission, approval)
        case _:
            _give_back(desk, admission, approval)


def _moved(desk: Desk, admission: Admission, state: str, reason: str = "") -> Ref:
    before = material(admission)
    admission.state, admission.since, admission.reason = state, desk.now, reason
    if state in {ADMITTED, REJECTED}:
        admission.ended_at = desk.now
    admissions.save(desk.db, admission)
    about = Ref(KIND, known(admission.id))
    desk.change(about, before, material(admission), shown=material(admission))
    return about


def _admit(desk: Desk, admission: Admission, approval: Approval) -> None:
    """Open the file with everything known; ask marketing for the rest; conditions are owed."""
    assert approval.state == APPROVED
    file = _file(desk, admission)
    tell_file(desk, admission, file.id)
    add_contact(desk, admission, file.id)
    _begun(desk, file.id)
    admission.customer_id = file.id
    about = _moved(desk, admission, ADMITTED)
    marketing = steps.owe(desk, admission, COMPLETE)
    if marketing:
        desk.tell(ToPerson(marketing.id), Ref(KIND, about.id, "complete"))
    conditions.owe(desk, admission)


def _begun(desk: Desk, file_id: int) -> None:
    """Cooperation counts from this day, unless somebody has told another (clause 3.2.3)."""
    if not care.occasions(desk.db, file_id, COOPERATION):
        today = desk.today
        since = Birthday(today.month, today.day, year=today.year)
        remember(desk, COOPERATION, file_id, None, since)


def _file(desk: Desk, admission: Admission) -> Ref:
    """The customer's file: that which somebody opened meanwhile under this name, or a new one."""
    bearers = customers.known_as(desk.db, readings.bare(admission.name))
    if bearers:
        return Ref(CUSTOMER, bearers[0].id)
    owner = load(desk.db, admission.visitor_id or 0) or load(desk.db, admission.owner_id or 0)
    owner_id = owner.id if owner else None
    return open_file(desk, admission.name, short="", owner_id=owner_id, important=False)


def tell_file(desk: Desk, admission: Admission, file_id: int) -> None:
    """What was collected on the way stands in the file; what stood there alone stays."""
    found = customers.get(desk.db, file_id)
    number = admission.registration or (found.registration if found else "")
    note = admission.overview or (found.note if found else "")
    customers.describe(desk.db, file_id, number, note)
    if admission.products:
        fill(desk, file_id, {"products": admission.products}, sealed=False)


def add_contact(desk: Desk, admission: Admission, file_id: int) -> None:
    """Who speaks for them is a contact of the file; without a name, one to be named."""
    if any((admission.contact, admission.position, admission.phone, admission.email)):
        contact = Contact(
            customer_id=file_id,
            name=admission.contact or "—",
            title=admission.position,
            phone=admission.phone,
            email=admission.email,
            created_at=desk.now,
        )
        customers.add_contact(desk.db, contact)


def _reject(desk: Desk, admission: Admission, approval: Approval) -> None:
    reasons = [s.reason for s in approvals.seats(desk.db, known(approval.id)) if s.reason]
    about = _moved(desk, admission, REJECTED, "\n".join(reasons))
    if approval.submitter_id != admission.submitter_id:
        desk.tell(ToPerson(admission.submitter_id), about)


def _give_back(desk: Desk, admission: Admission, approval: Approval) -> None:
    """To be corrected, and submitted again: whoever submitted it reads that on the request."""
    about = _moved(desk, admission, RETURNED, approval.reason)
    owner = steps.owe(desk, admission, REPORT)
    if owner and owner.id != approval.submitter_id:
        desk.tell(ToPerson(owner.id), about)


def criteria_lines(db: Transaction, id_: int) -> list[Line]:
    """The five criteria, each with its verdict and note."""
    found = {one.criterion: one for one in admissions.verdicts(db, id_)}
    return [_judged(criterion, found[criterion]) for criterion in Criterion if criterion in found]


def _judged(criterion: Criterion, one: admissions.Verdict) -> Line:
    mark = {Verdict.MET: "☑", Verdict.IMPROVE: "◐", Verdict.UNMET: "✗"}[Verdict(one.verdict)]
    values: dict[str, Value] = {
        "mark": mark,
        "criterion": criterion.words,
        "verdict": Verdict(one.verdict).words,
    }
    if not one.note:
        return Line(T("{mark} {criterion}: {verdict}", **values), STAFF)
    return Line(T("{mark} {criterion}: {verdict} ({note})", note=one.note, **values), STAFF)
