"""The rules of admission: pure functions of what was judged and reported."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Annotated, Literal

from pydantic import Field

from commands.kit.errors import Invalid
from commands.kit.people import Department, Labelled
from commands.kit.policy import Clause, Section
from commands.kit.words import T
from storage.admissions import (
    APPLIED,
    DECIDING,
    PLANNED,
    PROSPECT,
    RETURNED,
    Admission,
)
from storage.admissions import Verdict as Judged

KIND = "admission"
WORDS = T("admission")
NUMBER = re.compile(r"\s*a-?(\d{4})-?(\d{1,6})(?!\d)", re.IGNORECASE)
EVALUATE, PLAN, REPORT, CONDITION, COMPLETE = "evaluate", "plan", "report", "condition", "complete"
EVE = "eve"
WorkingDays = Field(gt=0, le=250)
DEPARTMENTS = "|".join(department.value for department in Department)


class AdmissionPolicy(Section, section="admissions"):
    """How many working days each step may take, and who decides by which rule."""

    evaluate_days: Annotated[int, Clause("2.2.2"), WorkingDays]
    plan_days: Annotated[int, Clause("2.2.3"), WorkingDays]
    report_days: Annotated[int, Clause("2.2.3"), WorkingDays]
    complete_days: Annotated[int, Clause("2.2.4"), WorkingDays]
    condition_days: Annotated[int, Clause("2.2.4"), WorkingDays]
    deciders: Annotated[str, Clause("2.2.4"), Field(pattern=rf"^(head:)?({DEPARTMENTS})$")]
    rule: Annotated[Literal["any", "all", "order", "count"], Clause("2.2.4")]
    wanted: Annotated[int, Clause("2.2.4"), Field(gt=0, le=20)]


class Criterion(Labelled):
    """The five criteria of clause 2.1."""

    CREDENTIALS = "credentials", "Credentials and reputation"
    CAPACITY = "capacity", "Production capacity"
    QUALITY = "quality", "Product quality"
    PRICE = "price", "Price competitiveness"
    SERVICE = "service", "Service level"


class Verdict(Labelled):
    """How a criterion was judged."""

    MET = "met", "met"
    IMPROVE = "improve", "to be improved"
    UNMET = "unmet", "not met"


class Opinion(Labelled):
    """The opinion that the report of a site visit must hold (clause 2.2.3)."""

    YES = "yes", "recommend"
    IF = "if", "recommend with conditions"
    NO = "no", "do not recommend"


# What is owed at each step, by which department, under which clause.
OWED_AT = {PROSPECT: EVALUATE, APPLIED: PLAN, PLANNED: REPORT, RETURNED: REPORT}
CLAUSE_OF = {
    EVALUATE: "2.2.2",
    PLAN: "2.2.3",
    REPORT: "2.2.3",
    CONDITION: "2.2.4",
    COMPLETE: "2.2.4",
}
DEPARTMENT_OF = {
    EVALUATE: Department.MARKETING,
    PLAN: Department.SALES,
    REPORT: Department.SALES,
    CONDITION: Department.SALES,
    COMPLETE: Department.MARKETING,
}
DUE_WORDS = {
    EVALUATE: T("evaluation"),
    PLAN: T("site visit to be planned"),
    REPORT: T("report of the site visit"),
    CONDITION: T("condition of the approval"),
    COMPLETE: T("rest of the file"),
}


def numbered(text: str) -> str | None:
    """The number that a text begins with, written out in full."""
    found = NUMBER.match(text)
    return f"A-{found[1]}-{int(found[2]):04d}" if found else None


def failed(verdicts: Mapping[Criterion, Verdict]) -> list[Criterion]:
    """The criteria that are not met: with one of them a prospect goes no further."""
    return [criterion for criterion, verdict in verdicts.items() if verdict is Verdict.UNMET]


def met(verdicts: Iterable[Judged]) -> tuple[int, list[Criterion]]:
    """How many criteria are met, and which are to be improved."""
    judged = list(verdicts)
    improve = [Criterion(v.criterion) for v in judged if v.verdict != Verdict.MET]
    return len(judged) - len(improve), improve


def material(admission: Admission) -> dict[str, object]:
    """What of an admission makes a new revision when it changes."""
    day = admission.condition_by
    return {
        "name": admission.name,
        "products": admission.products,
        "report": admission.report,
        "opinion": admission.opinion,
        "condition": admission.condition,
        "condition_by": day.isoformat() if day else None,
        "state": admission.state,
    }


def check_planned(day: date, today: date) -> None:
    """A site visit is planned for today or later."""
    if day < today:
        raise Invalid("day", T("{day:weekday} is past. When will the visit be?", day=day))


def check_condition(
    opinion: Opinion, condition: str | None, by_day: date | None, today: date
) -> None:
    """A recommendation with conditions names them, and by when."""
    if opinion is not Opinion.IF:
        return
    if not condition:
        raise Invalid("condition", T("Which conditions?"))
    if by_day is None:
        raise Invalid("by_day", T("By when must they be met?"))
    if by_day < today:
        raise Invalid("by_day", T("{day:weekday} is past. By when must they be met?", day=by_day))


def step_of(due_name: str) -> str:
    """The step that a due is for; of several conditions each has a due with a name of its own."""
    return due_name.partition(":")[0]


def undecided(state: str) -> bool:
    """Whether it is on its way still."""
    return state in {*OWED_AT, DECIDING}
