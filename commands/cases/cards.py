"""A case's card: what it is, who owns it, what is due, what was said, what can be done."""

from __future__ import annotations

from collections.abc import Iterable

from commands import customers as customer_noun
from commands.cases.future import customer_of
from commands.cases.rules import DUE_WORDS, KIND
from commands.files import attached
from commands.kit.card import (
    OUTSIDE,
    STAFF,
    Button,
    Buttons,
    Card,
    Facts,
    Line,
    Part,
    Quote,
    Ref,
)
from commands.kit.noun import Look
from commands.kit.people import Department, superior_of
from commands.kit.words import T, Value, Words, kept
from commands.said import lost, said_lately
from commands.staff import notes
from storage import cases, dues, people
from storage.cases import Case
from storage.database import known
from storage.dues import Due
from storage.people import Person

CANDIDATES = 3


def card(look: Look, id_: int) -> Card:
    """The card that is posted and redrawn."""
    case = cases.get(look.db, id_)
    if case is None:
        return Card(T("This is no longer here."))
    about = Ref(KIND, id_)
    owed = dues.of(look.db, KIND, id_)
    parts = (
        Quote(case.text),
        *_before_correction(look, id_),
        *_deadlines(look, case, owed),
        *_passed_on(look, id_),
        *_owner(look, case),
        *_answers(look, id_),
        *attached(look, about),
        *said_lately(look, about),
        *lost(look, about),
        *_clarify(look, case, about),
        *_verbs(case, about),
    )
    return Card(_title(look, case), parts, about)


def _title(look: Look, case: Case) -> T:
    values: dict[str, Value] = {"number": case.number, "customer": customer_of(look.db, case)}
    if case.state != cases.OPEN:
        return T("✅ {number} {customer}: solved", **values)
    if case.replied_at:
        return T("📨 {number} {customer}: answered, solution to come", **values)
    if case.taken_at:
        return T("🔧 {number} {customer}: being looked into", **values)
    by = people.get(look.db, case.passed_by_id) if case.passed_by_id else None
    if by:
        return T("👉 {number} {customer}: passed on by {by}", by=by.name, **values)
    return T("📋 {number} {customer}: complaint received", **values)


def _deadlines(look: Look, case: Case, owed: Iterable[Due]) -> Iterable[Part]:
    for due in owed:
        yield Line(_due_line(due), STAFF)
    if not case.replied_at and case.state == cases.OPEN:
        first = next((due for due in owed if due.state != dues.EXCUSED), None)
        if first:
            yield Line(T("You will hear from us by {due:clock}.", due=first.due_at), OUTSIDE)


def _due_line(due: Due) -> T:
    values: dict[str, Value] = {"what": DUE_WORDS[due.name], "due": due.due_at}
    match due.state:
        case dues.DONE:
            return T("☑ {what}: done {at:clock}, in time", at=due.done_at, **values)
        case dues.LATE:
            return T(
                "☑ {what}: done {at:clock}, late (was due {due:clock})", at=due.done_at, **values
            )
        case dues.MISSED:
            return T("🔴 {what}: overdue, was due {due:clock}", **values)
        case dues.EXCUSED:
            return T("☑ {what}: excused ({reason})", reason=kept(due.reason), **values)
        case _:
            return T("☐ {what}: due {due:clock}", **values)


def _before_correction(look: Look, id_: int) -> Iterable[Part]:
    for report in cases.reports(look.db, id_):
        if report.earlier:
            yield Quote(report.earlier, T("before it was corrected"))


def _passed_on(look: Look, id_: int) -> Iterable[Part]:
    """Whose words they are, where a colleague passed them on."""
    for report in cases.reports(look.db, id_):
        by = people.get(look.db, report.passed_by) if report.passed_by else None
        if by:
            yield Line(
                T(
                    "Reported by {author} {at:clock}, passed on by {name}",
                    author=report.author,
                    at=report.at,
                    name=by.name,
                ),
                STAFF,
            )


def _owner(look: Look, case: Case) -> Iterable[Part]:
    owner = people.get(look.db, case.owner_id) if case.owner_id else None
    if owner is None:
        yield Line(T("Nobody owns it yet"), STAFF)
        return
    yield from _owned(look, case, owner)
    if case.state == cases.OPEN:
        yield from notes.about_owner(look, Ref(KIND, known(case.id)), owner)


def _owned(look: Look, case: Case, owner: Person) -> Iterable[Part]:
    above = superior_of(look.db, case.owner_id)
    if case.state == cases.OPEN and above:
        yield Line(
            T(
                "{owner} owns it; if a deadline is missed, {above} is told",
                owner=owner.name,
                above=above.name,
            ),
            STAFF,
        )
    else:
        yield Line(T("{owner} owns it", owner=owner.name), STAFF)


def _answers(look: Look, id_: int) -> Iterable[Part]:
    for reply in cases.replies(look.db, id_):
        how = (
            T("Our reply by phone, {at:clock}", at=reply.at)
            if reply.how == "phone"
            else T("Our reply, {at:clock}", at=reply.at)
        )
        yield Quote(reply.text or "—", how)
    for solution in cases.solutions(look.db, id_):
        rows: tuple[tuple[Words, Words], ...] = (
            (T("Measures"), solution.measures),
            (T("Responsible"), Department(solution.department).words),
            (T("Completion date"), T("{day:weekday}", day=solution.by_day)),
        )
        yield Facts(rows)


def _clarify(look: Look, case: Case, about: Ref) -> Iterable[Part]:
    if case.customer_id is not None:
        return
    matches, _rest = customer_noun.leads(look, case.customer_said or case.text)
    yield Line(T("Which customer is it?"), STAFF)
    likely = tuple(
        Button(T("{name}", name=found.name), "case_customer", {"customer": found.id}, about)
        for found in matches.found[:CANDIDATES]
    )
    yield Buttons((*likely, Button(T("Another customer"), "case_customer", {}, about)))


def _verbs(case: Case, about: Ref) -> Iterable[Part]:
    why = (
        Button(T("Why this deadline?"), "case_why", {}, about),
        Button(T("If nobody moves?"), "case_future", {}, about),
    )
    if case.state != cases.OPEN:
        return
    taken = () if case.taken_at else (Button(T("I have it"), "case_take", {}, about),)
    yield Buttons(
        (
            *taken,
            Button(T("Write reply"), "case_reply", {}, about, style="primary"),
            Button(T("Replied by phone"), "case_phoned", {}, about),
            Button(T("Pass on"), "case_pass", {}, about),
            Button(T("In 1 hour"), "case_later", {}, about),
            Button(T("Record solution"), "case_solve", {}, about),
        )
    )
    yield Buttons(why)
