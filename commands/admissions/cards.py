"""An admission's card: what it is, where it stands, who owes the next step, what can be done."""

from __future__ import annotations

from collections.abc import Iterable

from commands.admissions import conditions, deciding, steps
from commands.admissions.rules import CLAUSE_OF, COMPLETE, KIND, step_of
from commands.approvals.cards import flagged, named
from commands.customers.parts import FilePartsPolicy, completeness, said_in
from commands.files import attached
from commands.kit.card import STAFF, Button, Buttons, Card, Facts, Line, Part, Quote, Ref
from commands.kit.drafting import place_words
from commands.kit.noun import Look
from commands.kit.words import T, Value, Words
from commands.said import said_lately
from storage import admissions, approvals, dues
from storage.admissions import (
    ADMITTED,
    APPLIED,
    CLOSED,
    DECIDING,
    PLANNED,
    PROSPECT,
    REJECTED,
    RETURNED,
    Admission,
)
from storage.database import known


def card(look: Look, id_: int) -> Card:
    """The card that is posted and redrawn."""
    admission = admissions.get(look.db, id_)
    if admission is None:
        return Card(T("This is no longer here."))
    about = Ref(KIND, id_)
    parts = (
        *_owed(look, admission),
        *_reason(admission),
        *flagged(approvals.last_on(look.db, KIND, id_)),
        *_about(admission),
        *deciding.criteria_lines(look.db, id_),
        *_visit(look, admission),
        *attached(look, about),
        *said_lately(look, about),
        *_verbs(look, admission, about),
    )
    return Card(_title(admission), parts, about)


def _title(admission: Admission) -> T:
    name = steps.title_of(admission)
    return {
        PROSPECT: T("🌱 {name}: prospect, to be evaluated", name=name),
        APPLIED: T("📄 {name}: applied, site visit to be planned", name=name),
        PLANNED: T("🚗 {name}: site visit planned", name=name),
        DECIDING: T("🔷 {name}: management decides", name=name),
        RETURNED: T("↩️ {name}: report to be corrected and submitted again", name=name),
        ADMITTED: T("✅ {name}: admitted", name=name),
        REJECTED: T("❌ {name}: rejected", name=name),
        CLOSED: T("⏹ {name}: closed", name=name),
    }[admission.state]


def _owed(look: Look, admission: Admission) -> Iterable[Part]:
    """Who is waited for, and since when."""
    for due in steps.owed(look.db, admission):
        values: dict[str, Value] = {
            "who": named(look.db, due.person_id),
            "what": steps.what_of(look.db, due),
            "at": due.begun_at,
            "due": due.due_at,
            "clause": CLAUSE_OF[step_of(due.name)],
        }
        if due.state == dues.MISSED:
            yield Line(
                T("🔴 {what}: waiting for {who} since {at:near}, was due {due:near}", **values),
                STAFF,
            )
        else:
            yield Line(
                T("☐ {what}: waiting for {who} since {at:near}, due {due:near}", **values), STAFF
            )


def _reason(admission: Admission) -> Iterable[Part]:
    if admission.reason:
        yield Quote(admission.reason, T("reason"), STAFF)


def _about(admission: Admission) -> Iterable[Part]:
    contact = " · ".join(
        filter(None, (admission.contact, admission.position, admission.phone, admission.email))
    )
    rows: list[tuple[Words, Words]] = [
        (T("Products"), admission.products),
        (T("Contact"), contact),
        (T("Registration number"), admission.registration),
    ]
    told = tuple(row for row in rows if row[1])
    if told:
        yield Facts(told, STAFF)
    if admission.overview:
        yield Quote(admission.overview, to=STAFF)


def _visit(look: Look, admission: Admission) -> Iterable[Part]:
    if admission.visit_day and (admission.state == PLANNED or not admission.report):
        who = named(look.db, admission.visitor_id)
        yield Line(T("Site visit {day:weekday}, by {who}", day=admission.visit_day, who=who), STAFF)
    if not admission.report:
        return
    yield Line(deciding.opinion_of(admission), STAFF)
    by = T(
        "{name}, {at:clock}", name=named(look.db, admission.reported_by), at=admission.reported_at
    )
    yield Quote(admission.report, by, STAFF)
    if admission.place:
        yield Line(T("📍 {place}", place=place_words(admission.place)), STAFF)


def _verbs(look: Look, admission: Admission, about: Ref) -> Iterable[Part]:
    close = Button(T("Close…"), "admission_close", {}, about)
    info = Button(T("Add information"), "admission_info", {}, about)
    match admission.state:
        case admissions.PROSPECT:
            first = Button(T("Evaluate"), "admission_evaluate", {}, about, style="primary")
            yield Buttons((first, info, close))
        case admissions.APPLIED:
            first = Button(T("Plan the visit"), "admission_plan", {}, about, style="primary")
            yield Buttons((first, info, close))
        case admissions.PLANNED | admissions.RETURNED:
            first = Button(T("Report"), "admission_report", {}, about, style="primary")
            plan = Button(T("Another day"), "admission_plan", {}, about)
            yield Buttons((first, plan, info, close))
        case admissions.DECIDING:
            yield from _deciding(look, about, info)
        case admissions.ADMITTED:
            yield from _admitted(look, admission, about)
        case _:
            yield Buttons((Button(T("Reopen"), "admission_reopen", {}, about),))


def _deciding(look: Look, about: Ref, info: Button) -> Iterable[Part]:
    approval = approvals.last_on(look.db, KIND, about.id)
    if approval is None:
        return
    request = Ref("approval", known(approval.id))
    remind = Button(T("Remind"), "approval_remind", {}, request)
    withdraw = Button(T("Withdraw"), "approval_withdraw", {}, request)
    yield Buttons((Button(T("The decision"), "approval_show", {}, request), remind, withdraw, info))


def _admitted(look: Look, admission: Admission, about: Ref) -> Iterable[Part]:
    if not admission.customer_id:
        return
    file = Button(T("Customer file"), "customer_file", {"customer": admission.customer_id})
    owed = {due.name for due in steps.owed(look.db, admission)}
    done = tuple(
        _met(look, admission, number, about) for number, *_ in conditions.owed(look.db, admission)
    )
    whole = (
        (Button(T("File complete"), "admission_complete", {}, about),) if COMPLETE in owed else ()
    )
    info = Button(T("Add information"), "admission_info", {}, about)
    yield Buttons((file, *done, info, *whole))


def _met(look: Look, admission: Admission, number: int, about: Ref, style: str = "") -> Button:
    """Says that a condition is met; by its number where there are several."""
    words = T("Condition met")
    if len(conditions.of(look.db, admission)) > 1:
        words = T("Condition {n} met", n=number)
    return Button(words, "admission_met", {"which": str(number)}, about, style=style)


def condition(look: Look, id_: int, told: str) -> Card:
    """What whoever owes a condition reads."""
    admission = admissions.get(look.db, id_)
    due = dues.get(look.db, int(told)) if told else None
    if admission is None or due is None:
        return Card(T("This is no longer here."))
    about = Ref(KIND, id_)
    values: dict[str, Value] = {"name": steps.title_of(admission), "due": due.due_at}
    for number, one in enumerate(conditions.of(look.db, admission), 1):
        if one.due == due.name:
            quote, met = Quote(one.text, to=STAFF), _met(look, admission, number, about, "primary")
            if due.state in dues.STILL_OWED:
                title = T("📌 {name}: admitted on a condition, due {due:near}", **values)
                return Card(title, (quote, Buttons((met,))), about)
            return Card(T("☑ {name}: the condition is met", **values), (quote,), about)
    return Card(T("This is no longer here."))


def complete(look: Look, id_: int, _told: str) -> Card:
    """What marketing reads once a file was opened: what is missing in it."""
    admission = admissions.get(look.db, id_)
    if admission is None:
        return Card(T("This is no longer here."))
    about = Ref(KIND, id_)
    needed = look.policy.of(FilePartsPolicy).needed
    found = completeness(needed, said_in(look.db, admission.customer_id or 0))
    lines = tuple(Line(T("☐ {what}", what=what), STAFF) for what in found.lines())
    title = T("🗂 {name}: its file is open, please complete it", name=steps.title_of(admission))
    return Card(title, (*lines, *_admitted(look, admission, about)), about)
