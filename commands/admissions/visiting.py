"""The site visit is planned, and reported with an opinion; management is asked (clause 2.2.3)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from datetime import date
from typing import Annotated

from commands.admissions import deciding, steps
from commands.admissions.filing import under_way
from commands.admissions.rules import (
    KIND,
    Opinion,
    check_condition,
    check_planned,
)
from commands.kit.card import Ref
from commands.kit.command import Command
from commands.kit.desk import Desk
from commands.kit.errors import Invalid
from commands.kit.form import AdmissionId, Ask, Files, PersonId, Where
from commands.kit.people import Department, Relation, ToPerson, load
from commands.kit.words import T
from storage import admissions
from storage.admissions import APPLIED, DECIDING, PLANNED, RETURNED
from storage.database import Json, Transaction

VISITORS = {Department.SALES, Department.MANAGEMENT, Relation.OWNER}


class PlanVisit(
    Command,
    name="admission_plan",
    aliases=("安排考察",),
    who=VISITORS,
    clause="2.2.3",
    on=KIND,
):
    """Plan the site visit."""

    admission: Annotated[AdmissionId, Ask("Which admission?", "Admission")]
    day: Annotated[date, Ask("When is the visit?", "Day", ahead=True)]
    visitor: Annotated[PersonId | None, Ask("Who visits?", "Visitor")] = None

    def run(self, desk: Desk) -> Ref:
        """The visitor is reminded on the evening before, and owes the report."""
        admission = under_way(desk, self.admission, APPLIED, PLANNED, RETURNED)
        check_planned(self.day, desk.today)
        visitor = load(desk.db, self.visitor) if self.visitor else desk.person
        if visitor is None:
            raise Invalid("visitor", T("That person does not work here any more."))
        if admission.state != APPLIED:
            steps.drop(desk, admission)
        admission.visit_day, admission.visitor_id = self.day, visitor.id
        steps.go_on(desk, admission, PLANNED)
        steps.visit_at(desk, admission)
        about = Ref(KIND, self.admission)
        desk.done = T("Site visit planned: {day:weekday}, {name}", day=self.day, name=visitor.name)
        return about


class ReportVisit(
    Command,
    name="admission_report",
    aliases=("考察报告",),
    who=VISITORS,
    clause="2.2.3",
    on=KIND,
):
    """Report the site visit."""

    admission: Annotated[AdmissionId, Ask("Which admission?", "Admission")]
    report: Annotated[
        str,
        Ask("How are operations, quality system and supply capability?", "Report", long=True),
    ]
    opinion: Annotated[Opinion, Ask("Do you recommend them?", "Opinion")]
    condition: Annotated[str | None, Ask("Which conditions?", "Conditions", long=True)] = None
    by_day: Annotated[date | None, Ask("By when must they be met?", "By", ahead=True)] = None
    photos: Annotated[Files, Ask("Photos?", "Photos")] = ()
    place: Annotated[Where | None, Ask("Where was it?", "Place")] = None

    @classmethod
    def present(cls, db: Transaction, id_: int) -> Mapping[str, Json]:
        """What was reported before, where it is to be corrected."""
        found = admissions.get(db, id_)
        if found is None or not found.report:
            return {}
        return {
            "report": found.report,
            "opinion": found.opinion,
            "condition": found.condition or None,
            "by_day": found.condition_by.isoformat() if found.condition_by else None,
        }

    def run(self, desk: Desk) -> Ref:
        """Keep it, and put it to management."""
        admission = under_way(desk, self.admission, PLANNED, RETURNED)
        check_condition(self.opinion, self.condition, self.by_day, desk.today)
        conditional = self.opinion is Opinion.IF
        admission.report, admission.opinion = self.report, self.opinion.value
        admission.condition = (self.condition or "") if conditional else ""
        admission.condition_by = self.by_day if conditional else None
        admission.reported_by, admission.reported_at = desk.person.id, desk.now
        admission.place = asdict(self.place) if self.place else admission.place
        admission.owner_id = admission.owner_id or desk.person.id
        admission.reason = ""
        steps.go_on(desk, admission, DECIDING)
        deciding.put(desk, admission)
        if admission.submitter_id != desk.person.id:
            desk.tell(ToPerson(admission.submitter_id), Ref(KIND, self.admission))
        desk.done = T("{name}: management decides now", name=steps.title_of(admission))
        return Ref(KIND, self.admission)
