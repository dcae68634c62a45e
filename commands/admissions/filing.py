"""Prospects are filed, judged, closed and reopened (clauses 2.1, 2.2.1 and 2.2.2)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated

from commands.admissions import deciding, duplicates, steps
from commands.admissions.rules import (
    EVALUATE,
    KIND,
    OWED_AT,
    WORDS,
    Criterion,
    Verdict,
    failed,
    material,
    undecided,
)
from commands.approvals import asking
from commands.kit.card import STAFF, Card, Line, Note, Ref
from commands.kit.command import Command
from commands.kit.desk import Desk
from commands.kit.errors import Denied, Refused, no_such
from commands.kit.form import EMAIL, PHONE, AdmissionId, Ask
from commands.kit.people import Department, Relation, Role, ToPerson, head_of
from commands.kit.words import T
from storage import admissions, counters, readings
from storage.admissions import APPLIED, CLOSED, DECIDING, PROSPECT, Admission
from storage.database import Json, Transaction, known

FILERS = {Department.MARKETING, Department.SALES, Department.PURCHASING, Department.MANAGEMENT}
JUDGES = {Department.MARKETING}
CLOSERS = {Department.MARKETING, Department.SALES, Department.MANAGEMENT}
PLACE = "sales"
SHOWN, COUNTED = 20, 1_000


def under_way(desk: Desk, admission_id: int, *states: str) -> Admission:
    """An admission that stands at one of these steps; any that has not ended if none is named."""
    admission = admissions.get(desk.db, admission_id)
    if admission is None:
        raise no_such(WORDS)
    if admission.state in states or (not states and undecided(admission.state)):
        return admission
    raise Refused(T("{name} is at another step now.", name=steps.title_of(admission)))


class Prospect(Command, name="prospect", aliases=("准入",), who=FILERS, clause="2.2.1", makes=True):
    """File a prospect."""

    name: Annotated[str, Ask("What is the company's full name?", "Full name")]
    products: Annotated[str | None, Ask("What do they make?", "Products", long=True)] = None
    overview: Annotated[str | None, Ask("What is known of them?", "Overview", long=True)] = None
    registration: Annotated[
        str | None, Ask("What is their registration number?", "Registration number")
    ] = None
    contact: Annotated[str | None, Ask("Who speaks for them?", "Contact")] = None
    position: Annotated[str | None, Ask("What is their position?", "Position")] = None
    phone: Annotated[str | None, PHONE] = None
    email: Annotated[str | None, EMAIL] = None
    other: Annotated[bool | None, Ask("Is this somebody else?", "Somebody else")] = None

    def run(self, desk: Desk) -> Ref:
        """File it, unless it is known already; marketing owes the evaluation."""
        self._check_new(desk)
        admission = Admission(
            name=self.name,
            key=readings.bare(self.name),
            registration=self.registration or "",
            overview=self.overview or "",
            products=self.products or "",
            contact=self.contact or "",
            position=self.position or "",
            phone=self.phone or "",
            email=self.email or "",
            submitter_id=desk.person.id,
            created_at=desk.now,
            since=desk.now,
            policy=desk.policy.version,
        )
        about = Ref(KIND, admissions.add(desk.db, admission))
        desk.begin(about, material(admission))
        owner = steps.owe(desk, admission, EVALUATE)
        if owner and owner.id != desk.person.id:
            desk.tell(ToPerson(owner.id), about)
        return about

    def _check_new(self, desk: Desk) -> None:
        found = duplicates.alike(desk.db, self.name, self.registration or "", self.phone or "")
        duplicates.check(found, self.other)


class CorrectName(
    Command,
    name="admission_name",
    aliases=("更正名称",),
    who=FILERS,
    clause="2.2.1",
    on=KIND,
):
    """Correct the name."""

    admission: Annotated[AdmissionId, Ask("Which admission?", "Admission")]
    name: Annotated[str, Ask("What is the company's full name?", "Full name")]
    other: Annotated[bool | None, Ask("Is this somebody else?", "Somebody else")] = None

    def run(self, desk: Desk) -> Ref:
        """Its number stays; those who decide are asked again."""
        admission = under_way(desk, self.admission)
        found = duplicates.alike(desk.db, self.name, "", "", besides=self.admission)
        duplicates.check(found, self.other)
        before = material(admission)
        admission.name, admission.key = self.name, readings.bare(self.name)
        admissions.save(desk.db, admission)
        about, now = Ref(KIND, self.admission), material(admission)
        desk.change(about, before, now, shown=now)
        steps.reworded(desk, admission)
        if admission.state == DECIDING:
            deciding.changed(desk, admission)
        desk.done = T("The name is {name} now", name=self.name)
        return about


class AddInformation(
    Command,
    name="admission_info",
    aliases=("补充资料",),
    who=FILERS,
    clause="2.2.1",
    on=KIND,
    fills=True,
):
    """Add information."""

    admission: Annotated[AdmissionId, Ask("Which admission?", "Admission")]
    products: Annotated[str | None, Ask("What do they make?", "Products", long=True)] = None
    overview: Annotated[str | None, Ask("What is known of them?", "Overview", long=True)] = None
    registration: Annotated[
        str | None, Ask("What is their registration number?", "Registration number")
    ] = None
    contact: Annotated[str | None, Ask("Who speaks for them?", "Contact")] = None
    position: Annotated[str | None, Ask("What is their position?", "Position")] = None
    phone: Annotated[str | None, PHONE] = None
    email: Annotated[str | None, EMAIL] = None
    other: Annotated[bool | None, Ask("Is this somebody else?", "Somebody else")] = None

    @classmethod
    def present(cls, db: Transaction, id_: int) -> Mapping[str, Json]:
        """What is known."""
        found = admissions.get(db, id_)
        return {name: getattr(found, name) for name in _INFORMATION} if found else {}

    def run(self, desk: Desk) -> Ref:
        """Keep it; those who decide are asked again if it is what they decide on."""
        admission = under_way(desk, self.admission, *OWED_AT, DECIDING, admissions.ADMITTED)
        self._check_new(desk, admission)
        before, was = material(admission), _information(admission)
        for name in _INFORMATION:
            told = getattr(self, name)
            if told is not None:
                setattr(admission, name, told)
        admissions.save(desk.db, admission)
        about = Ref(KIND, self.admission)
        now = material(admission)
        desk.change(about, was, _information(admission), shown=now if now != before else None)
        another = was["registration"] not in {"", admission.registration}  # so another company
        if (now != before or another) and admission.state in {DECIDING, admissions.ADMITTED}:
            deciding.changed(desk, admission)
        if admission.customer_id:
            self._to_file(desk, admission, admission.customer_id)
        return about

    def _check_new(self, desk: Desk, admission: Admission) -> None:
        """Whoever has the number that is new here. Raises `Invalid`, then `Refused`."""
        number = self.registration if self.registration != admission.registration else ""
        phone = self.phone if self.phone != admission.phone else ""
        besides, file = known(admission.id), admission.customer_id
        found = duplicates.alike(desk.db, "", number or "", phone or "", besides=besides, file=file)
        duplicates.check(found, self.other)

    def _to_file(self, desk: Desk, admission: Admission, file_id: int) -> None:
        deciding.tell_file(desk, admission, file_id)
        if self.contact:
            deciding.add_contact(desk, admission, file_id)


_INFORMATION = (
    "products",
    "overview",
    "registration",
    "contact",
    "position",
    "phone",
    "email",
)


def _information(admission: Admission) -> dict[str, object]:
    return {name: getattr(admission, name) for name in _INFORMATION}


class Evaluate(
    Command,
    name="admission_evaluate",
    aliases=("准入评估",),
    who=JUDGES | {Relation.OWNER},
    clause="2.2.2",
    on=KIND,
):
    """Evaluate a prospect."""

    admission: Annotated[AdmissionId, Ask("Which admission?", "Admission")]
    credentials: Annotated[Verdict, Ask("Credentials and reputation?", "Credentials")]
    capacity: Annotated[Verdict, Ask("Production capacity?", "Capacity")]
    quality: Annotated[Verdict, Ask("Product quality?", "Quality")]
    price: Annotated[Verdict, Ask("Price competitiveness?", "Price")]
    service: Annotated[Verdict, Ask("Service level?", "Service")]
    credentials_note: Annotated[str | None, Ask("A note?", "Note on credentials")] = None
    capacity_note: Annotated[str | None, Ask("A note?", "Note on capacity")] = None
    quality_note: Annotated[str | None, Ask("A note?", "Note on quality")] = None
    price_note: Annotated[str | None, Ask("A note?", "Note on price")] = None
    service_note: Annotated[str | None, Ask("A note?", "Note on service")] = None

    def run(self, desk: Desk) -> Ref:
        """With all basic conditions met the application goes to sales; else it is closed."""
        admission = under_way(desk, self.admission, PROSPECT)
        verdicts = {criterion: self._verdict(criterion) for criterion in Criterion}
        for criterion in Criterion:
            admissions.judge(desk.db, self._judged(desk, criterion))
        about = Ref(KIND, self.admission)
        if failed(verdicts):
            steps.keep(desk, admission, EVALUATE)
            _close(desk, admission, "")
            desk.done = T("{name}: closed, not all criteria are met", name=admission.name)
            if admission.submitter_id != desk.person.id:
                desk.tell(ToPerson(admission.submitter_id), about)
            return about
        self._apply(desk, admission)
        return about

    def _verdict(self, criterion: Criterion) -> Verdict:
        return Verdict(getattr(self, criterion.value))

    def _judged(self, desk: Desk, criterion: Criterion) -> admissions.Verdict:
        return admissions.Verdict(
            admission_id=self.admission,
            criterion=criterion.value,
            verdict=self._verdict(criterion).value,
            note=getattr(self, f"{criterion.value}_note") or "",
            by_id=desk.person.id,
            at=desk.now,
        )

    def _apply(self, desk: Desk, admission: Admission) -> None:
        year = desk.now.astimezone(desk.zone).year
        admission.number = f"A-{year}-{counters.take(desk.db, f'A-{year}'):04d}"
        head = head_of(desk.db, Department.SALES)
        admission.owner_id = admission.owner_id or (head.id if head else None)
        steps.go_on(desk, admission, APPLIED)
        desk.post(PLACE, Ref(KIND, self.admission))
        desk.done = T("{name}: the application is with sales", name=steps.title_of(admission))


def _close(desk: Desk, admission: Admission, reason: str) -> None:
    before = material(admission)
    steps.drop(desk, admission)
    admission.closed_from, admission.state = admission.state, CLOSED
    admission.reason, admission.since = reason, desk.now
    admission.ended_at = desk.now
    admissions.save(desk.db, admission)
    about = Ref(KIND, known(admission.id))
    desk.change(about, before, material(admission), shown=material(admission))


class Close(
    Command,
    name="admission_close",
    aliases=("准入终止",),
    who=CLOSERS | {Relation.OWNER},
    clause="2.2.2",
    on=KIND,
):
    """Close an admission."""

    admission: Annotated[AdmissionId, Ask("Which admission?", "Admission")]
    reason: Annotated[str, Ask("Why does it go no further?", "Reason", long=True)]

    def run(self, desk: Desk) -> Ref:
        """Close it with the reason; whoever is to decide need not any more."""
        admission = under_way(desk, self.admission)
        _check_may_close(desk, admission)
        asking.call_off(desk, Ref(KIND, self.admission), self.reason)
        _close(desk, admission, self.reason)
        if admission.submitter_id != desk.person.id:
            desk.tell(ToPerson(admission.submitter_id), Ref(KIND, self.admission))
        return Ref(KIND, self.admission)


def _check_may_close(desk: Desk, admission: Admission) -> None:
    """While management decides, only they close it, and those whose it is. Raises `Denied`."""
    own = {admission.submitter_id, admission.owner_id, admission.visitor_id}
    mine = desk.person.id in own or Department.MANAGEMENT in desk.person.departments
    if admission.state == DECIDING and not mine:
        raise Denied(T("Management decides on this now. Ask them, or who submitted it."))


class Reopen(
    Command,
    name="admission_reopen",
    aliases=("重启准入",),
    who=CLOSERS | {Relation.OWNER},
    clause="2.2.2",
    on=KIND,
):
    """Reopen an admission."""

    admission: Annotated[AdmissionId, Ask("Which admission?", "Admission")]

    def run(self, desk: Desk) -> Ref:
        """It goes on where it was closed; one that was decided on is reported anew."""
        admission = under_way(desk, self.admission, CLOSED, admissions.REJECTED)
        at = admission.closed_from or admissions.RETURNED
        at = admissions.RETURNED if at == DECIDING else at
        admission.reason, admission.ended_at, admission.closed_from = "", None, ""
        assert at in OWED_AT
        steps.go_on(desk, admission, at)
        steps.visit_at(desk, admission)
        return Ref(KIND, self.admission)


class ShowAdmission(
    Command, name="admission", aliases=("准入单",), who={Role.STAFF}, clause="2.2.4"
):
    """Show admissions."""

    admission: Annotated[AdmissionId | None, Ask("Which admission?", "Admission")] = None

    def run(self, desk: Desk) -> Card | Ref:
        """One, or what is under way."""
        if self.admission is not None:
            return Ref(KIND, self.admission)
        listed_ = admissions.under_way(desk.db, SHOWN)
        many = admissions.count_under_way(desk.db, COUNTED)
        lines = tuple(Line(_line(desk.db, one), STAFF) for one in listed_)
        more = many - len(listed_)
        left = (Note(T("{n} more", "{n} more", n=more)),) if more > 0 else ()
        title = T("{n} admission under way", "{n} admissions under way", n=many)
        if many == COUNTED:
            title, left = T("{n} admissions or more under way", n=many), ()
        return Card(title, (*lines, *left))


def _line(db: Transaction, admission: Admission) -> T:
    owed = next(iter(steps.owed(db, admission)), None)
    name = steps.title_of(admission)
    if owed is None:
        return T("{name}: management decides, since {at:near}", name=name, at=admission.since)
    return T(
        "{name}: {what} due {due:near}", name=name, what=steps.what_of(db, owed), due=owed.due_at
    )
