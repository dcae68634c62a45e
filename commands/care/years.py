"""Full years of cooperation: what the year held, and what is done for it (clause 3.2.3)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Annotated

from commands.care.planning import KIND
from commands.care.rules import CarePolicy, Step
from commands.cases.rules import FIRST
from commands.cases.rules import KIND as CASE
from commands.kit.calendar import local_day, start_of_day
from commands.kit.card import STAFF, Button, Buttons, Facts, Line, Part, Ref
from commands.kit.command import Command
from commands.kit.desk import Desk
from commands.kit.errors import Invalid, Refused, no_such
from commands.kit.form import Ask, CareId
from commands.kit.noun import Look
from commands.kit.people import Relation
from commands.kit.words import T, Words, in_both
from storage import admissions, calls, care, cases, dues, people, visits
from storage.care import COOPERATION, Care, CareStep
from storage.database import Transaction, known

CLOSED = {care.SKIPPED, care.DROPPED}


def parts(look: Look, made: Care) -> tuple[Part, ...]:
    """The year's facts and the checklist; nothing for other occasions."""
    if made.kind != COOPERATION or made.customer_id is None:
        return ()
    return (Facts(_facts(look, made.customer_id, made.day), STAFF), *_checklist(look, made))


def _facts(look: Look, customer_id: int, day: date) -> tuple[tuple[Words, Words], ...]:
    """Of the twelve months before the day, as far as they have passed."""
    db, tomorrow = look.db, local_day(look.now, look.zone) + timedelta(days=1)
    span = (_year_before(day), min(day, tomorrow))
    since, before = (start_of_day(one, look.zone) for one in span)
    ids = cases.received_within(db, customer_id, since, before)
    rows: list[tuple[Words, Words]] = [
        (T("Visits in the year"), str(visits.count_within(db, customer_id, *span))),
        (T("Contacts in the year"), str(calls.count_within(db, customer_id, *span))),
        (T("Cases in the year"), _answered(db, ids)),
    ]
    opened = [admissions.get(db, id_) for id_ in admissions.opened(db, customer_id)]
    rows += [(T("Admission"), one.number) for one in opened if one and one.number]
    return tuple(rows)


def _year_before(day: date) -> date:
    leap = (day.month, day.day) == (2, 29)
    return day.replace(year=day.year - 1, day=28 if leap else day.day)


def _answered(db: Transaction, ids: list[int]) -> Words:
    if not ids:
        return T("none")
    first = dues.named(db, CASE, ids, FIRST)
    in_time = sum(due.state == dues.DONE for due in first.values())
    told = T("{n} case", "{n} cases", n=len(ids))
    return T("{cases}, {in_time} answered in time", cases=told, in_time=in_time)


# --- the checklist --------------------------------------------------------------------------------


def _checklist(look: Look, made: Care) -> Iterator[Part]:
    about = Ref(KIND, known(made.id))
    done, steps = care.steps(look.db, about.id), look.policy.of(CarePolicy).checklist
    for step in steps:
        if step.name in done:
            yield Line(_told(look.db, step, done[step.name]), STAFF)
        else:
            yield Line(T("☐ {what}", what=called(step)), STAFF)
    if made.state not in CLOSED:
        yield Buttons(tuple(_tick(step, about, done=step.name in done) for step in steps), STAFF)


def _told(db: Transaction, step: Step, row: CareStep) -> T:
    who = people.get(db, row.by_id)
    what, name = called(step), who.name if who else "?"
    return T("☑ {what}: {name}, {at:clock}", what=what, name=name, at=row.at)


def _tick(step: Step, about: Ref, *, done: bool) -> Button:
    what = called(step)
    words = T("Not done: {what}", what=what) if done else T("Done: {what}", what=what)
    return Button(words, "care_step", {"step": step.name}, about)


def called(step: Step) -> T:
    """Its name, as the policy file has it."""
    return in_both(step.zh, step.en)


class TickStep(
    Command,
    name="care_step",
    aliases=("周年事项",),
    who={Relation.OWNER, Relation.SUPERIOR},
    clause="3.2.3",
    on=KIND,
):
    """Tick off a step."""

    care: Annotated[CareId, Ask("Which greeting?", "Greeting")]
    step: Annotated[str, Ask("Which step was done?", "Step")]

    def run(self, desk: Desk) -> Ref:
        """Who did it and when is kept; a second time takes it back."""
        made = care.get(desk.db, self.care)
        if made is None:
            raise no_such(T("greeting"))
        if made.kind != COOPERATION or made.state in CLOSED:
            raise Refused(T("Nothing is ticked off here."))
        step = self._meant(desk.policy.of(CarePolicy).checklist)
        done = not care.undo_step(desk.db, self.care, step.name)
        if done:
            by = desk.person.id
            row = CareStep(care_id=self.care, name=step.name, by_id=by, at=desk.now)
            care.do_step(desk.db, row)
        about = Ref(KIND, self.care)
        desk.change(about, {step.name: not done}, {step.name: done})
        return about

    def _meant(self, steps: list[Step]) -> Step:
        said = self.step.strip().casefold()
        for step in steps:
            if said in {step.name, step.zh.casefold(), step.en.casefold()}:
                return step
        raise Invalid("step", T("The checklist has no such step."))
