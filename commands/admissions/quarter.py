"""A quarter's admissions: what came of them, and how long each step took (2.2.1 to 2.2.4)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Annotated
from zoneinfo import ZoneInfo

from commands.admissions import steps
from commands.admissions.rules import EVALUATE, KIND, PLAN, REPORT
from commands.kit.card import STAFF, Button, Buttons, Card, Facts, Line, Note, Part, Ref
from commands.kit.command import Command
from commands.kit.desk import Desk
from commands.kit.errors import Invalid
from commands.kit.form import Ask
from commands.kit.noun import Look
from commands.kit.paper import Chart, Series
from commands.kit.people import Role
from commands.kit.words import T, Words
from storage import admissions, approvals, dues
from storage.admissions import ADMITTED, CLOSED, REJECTED, Admission
from storage.database import Transaction, known

PAPER = "quarter"
SHOWN, DRAWN = 10, 20
DECIDE = "decide"
STEPS = {
    EVALUATE: T("Evaluation"),
    PLAN: T("Visit planned"),
    REPORT: T("Visit and report"),
    DECIDE: T("Decision"),
}
_QUARTER = re.compile(
    r"\s*(?:(\d{4})\s*[年/-]?\s*)?[Q第]?\s*([1-4一二三四])\s*(?:季度?)?\s*", re.IGNORECASE
)
_LAST = {"上季度", "上个季度", "last", "last quarter"}
YEARS = range(2000, 2101)
_DIGITS = {"一": 1, "二": 2, "三": 3, "四": 4}
DAY = timedelta(days=1)
TOLD = DAY / 20  # less is nothing, when it is told in tenths of a day


@dataclass(frozen=True, slots=True)
class Quarter:
    """Three months of a year."""

    year: int
    number: int

    def __str__(self) -> str:
        return f"{self.year}-Q{self.number}"

    def span(self, zone: ZoneInfo) -> tuple[datetime, datetime]:
        """When it begins, and when the next one does."""
        following = Quarter(self.year + self.number // 4, self.number % 4 + 1)
        return self._begins(zone), following._begins(zone)

    def _begins(self, zone: ZoneInfo) -> datetime:
        return datetime(self.year, 3 * self.number - 2, 1, tzinfo=zone).astimezone(UTC)


def quarter_of(text: str | None, now: datetime, zone: ZoneInfo) -> Quarter:
    """The quarter that is named, `2026-Q4`, `Q4` or `四季度`; the present one if none is.

    Raises `Invalid`.
    """
    today = now.astimezone(zone)
    present = Quarter(today.year, (today.month + 2) // 3)
    if not text or not text.strip():
        return present
    if text.strip().casefold() in _LAST:
        back = present.number == 1
        return Quarter(present.year - back, 4 if back else present.number - 1)
    found = _QUARTER.fullmatch(text)
    year = int((found and found[1]) or today.year)
    if found is None or year not in YEARS:
        raise Invalid("quarter", T("Which quarter? For example 2026-Q4."))
    asked = Quarter(year, _DIGITS.get(found[2]) or int(found[2]))
    if (asked.year, asked.number) > (present.year, present.number):
        raise Invalid("quarter", T("{q} has not begun yet.", q=str(asked)))
    return asked


def spent(db: Transaction, admission: Admission, now: datetime) -> dict[str, timedelta]:
    """How long each step has taken so far; one that was gone through twice counts both times."""
    found = dict.fromkeys(STEPS, timedelta())
    for due in dues.of(db, KIND, known(admission.id)):
        if due.name in found:
            ended = due.done_at or due.recorded_at or admission.ended_at or now
            found[due.name] += ended - due.begun_at
    asked = approvals.last_on(db, KIND, known(admission.id))
    if asked:
        found[DECIDE] += (asked.decided_at or admission.ended_at or now) - asked.asked_at
    return {step: max(took, timedelta()) for step, took in found.items()}


class ShowQuarter(
    Command, name="admissions", aliases=("准入统计",), who={Role.STAFF}, clause="2.2.4"
):
    """Show a quarter."""

    quarter: Annotated[str | None, Ask("Which quarter?", "Quarter")] = None

    def run(self, desk: Desk) -> Card:
        """What came of them, and the time spent on each step."""
        asked = quarter_of(self.quarter, desk.now, desk.zone)
        start, end = asked.span(desk.zone)
        counts = admissions.outcomes(desk.db, start, end)
        many = sum(counts.values())
        title = T("{q}: {n} admission", "{q}: {n} admissions", q=str(asked), n=many)
        if not many:
            return Card(title)
        newest = admissions.between(desk.db, start, end, SHOWN)
        rows = tuple((steps.title_of(one), _told(desk, one, end)) for one in newest)
        parts: list[Part] = [Line(_outcomes(counts), STAFF), Facts(rows, STAFF)]
        if many > len(newest):
            parts.append(Note(T("{n} more", "{n} more", n=many - len(newest))))
        draw = Button(T("As a chart"), "admissions_chart", {"quarter": str(asked)})
        return Card(title, (*parts, Buttons((draw,), STAFF)))


def _outcomes(counts: dict[str, int]) -> T:
    going = counts.get("", 0)
    return T(
        "{admitted} admitted, {rejected} rejected, {closed} closed, {going} under way",
        admitted=counts.get(ADMITTED, 0),
        rejected=counts.get(REJECTED, 0),
        closed=counts.get(CLOSED, 0),
        going=going,
    )


def _told(desk: Desk, admission: Admission, end: datetime) -> Words:
    """What had come of it when the quarter ended, and its steps that took time."""
    ended = admission.ended_at is not None and admission.ended_at < end
    outcome = {
        ADMITTED: T("admitted"),
        REJECTED: T("rejected"),
        CLOSED: T("closed"),
    }.get(admission.state if ended else "", T("under way"))
    told: Words = outcome
    for step, took in spent(desk.db, admission, min(desk.recorded_at, end)).items():
        if took >= TOLD:
            told = T("{told} · {step} {days} d", told=told, step=STEPS[step], days=_days(took))
    return told


def _days(took: timedelta) -> str:
    return f"{took / DAY:.1f}"


class DrawQuarter(
    Command, name="admissions_chart", aliases=("准入图表",), who={Role.STAFF}, clause="2.2.4"
):
    """Draw a quarter."""

    quarter: Annotated[str | None, Ask("Which quarter?", "Quarter")] = None

    def run(self, desk: Desk) -> Card:
        """The picture comes in a moment, to whoever asked."""
        asked = quarter_of(self.quarter, desk.now, desk.zone)
        desk.order(Ref(KIND, 0), PAPER, str(asked))
        return Card(T("📊 The chart is being drawn and will be here in a moment."))


def chart(look: Look, _id: int, told: str) -> Chart:
    """Days spent on each step, an admission a bar, the newest on top."""
    asked = quarter_of(told, look.now, look.zone)
    found = admissions.between(look.db, *asked.span(look.zone), DRAWN)
    took = [spent(look.db, one, look.now) for one in found]
    series = tuple(
        Series(words, tuple(round(one[step] / DAY, 2) for one in took))
        for step, words in STEPS.items()
    )
    labels = tuple(steps.title_of(one) for one in found)
    title = T("{q}: admissions, days spent on each step", q=told)
    return Chart(T("admissions {q}", q=told), title, T("days"), labels, series)
