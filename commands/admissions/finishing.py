"""What is left after an admission: its conditions are met, its file is complete (clause 2.2.4)."""

from __future__ import annotations

from typing import Annotated

from commands.admissions import conditions, steps
from commands.admissions.filing import under_way
from commands.admissions.rules import COMPLETE, KIND
from commands.kit.card import Ref
from commands.kit.command import Command
from commands.kit.desk import Desk
from commands.kit.errors import Denied, Invalid, Refused
from commands.kit.form import AdmissionId, Ask
from commands.kit.people import Department, Relation, Role
from commands.kit.words import T, listed
from storage import admissions
from storage.dues import Due

KEEPERS = {Department.SALES, Department.MANAGEMENT}


class ConditionMet(
    Command,
    name="admission_met",
    aliases=("条件已满足",),
    who={Role.STAFF},
    clause="2.2.4",
    on=KIND,
):
    """Record a condition met."""

    admission: Annotated[AdmissionId, Ask("Which admission?", "Admission")]
    which: Annotated[str | None, Ask("Which of the conditions, by its number?", "Number")] = None

    def run(self, desk: Desk) -> Ref:
        """Whoever owes it says so, or sales or management do."""
        due = self._meant(desk)
        mine = due.person_id in {desk.person.id, *desk.person.stands_in_for}
        if not mine and not KEEPERS & desk.person.departments:
            raise Denied(T("Whoever owes the condition says when it is met, or sales."))
        desk.keep(due, at=desk.now, evidence=f"step:{due.name}")
        about = Ref(KIND, self.admission)
        desk.change(about, None, {"done": due.name})
        return about

    def _meant(self, desk: Desk) -> Due:
        """The one that is owed, or that of several which is named. Raises `Invalid`."""
        admission = under_way(desk, self.admission, admissions.ADMITTED)
        owed = conditions.owed(desk.db, admission)
        if not owed:
            raise Refused(T("That is done already."))
        meant = {str(number): due for number, _, due in owed}
        if self.which is None and len(meant) == 1:
            return next(iter(meant.values()))
        if self.which is not None and self.which.strip() in meant:
            return meant[self.which.strip()]
        if self.which is not None and self.which.strip().isdecimal():
            raise Refused(T("That is done already."))
        names = listed([T("{n}: {text}", n=number, text=one.text) for number, one, _ in owed])
        raise Invalid("which", T("Which one is met? {names}", names=names))


class FileComplete(
    Command,
    name="admission_complete",
    aliases=("档案已齐",),
    who={Department.MARKETING, Department.MANAGEMENT, Relation.OWNER},
    clause="2.2.4",
    on=KIND,
):
    """Record a complete file."""

    admission: Annotated[AdmissionId, Ask("Which admission?", "Admission")]

    def run(self, desk: Desk) -> Ref:
        """What was owed is done."""
        admission = under_way(desk, self.admission, admissions.ADMITTED)
        about = Ref(KIND, self.admission)
        if COMPLETE not in {due.name for due in steps.owed(desk.db, admission)}:
            raise Refused(T("That is done already."))
        steps.keep(desk, admission, COMPLETE)
        desk.change(about, None, {"done": COMPLETE})
        return about
