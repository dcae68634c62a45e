"""That the policy is kept, clause by clause: what fell due in a time, and what came of it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Annotated

from commands.day import SHOWS
from commands.kit.calendar import local_day, told_by
from commands.kit.card import STAFF, Button, Buttons, Card, Facts, Line, Note, Part
from commands.kit.clauses import CLAUSES, titled
from commands.kit.command import Command
from commands.kit.desk import Desk
from commands.kit.errors import Invalid
from commands.kit.form import Ask
from commands.kit.people import Role
from commands.kit.periods import Period, read_period
from commands.kit.words import T, Value, Words, kept, sentence
from storage import dues, people
from storage.dues import Due

_CLAUSE = re.compile(r"\s*([2-7](?:\.\d){1,2}[a-c]?)\s*(.*)", re.DOTALL)
SHOWN, LINKED = 8, 3
# What is told, in this order; what was dropped was not owed after all.
STATES: Mapping[str, T] = {
    dues.DONE: T("Done in time"),
    dues.LATE: T("Done late"),
    dues.EXCUSED: T("Excused"),
    dues.OPEN: T("Still open"),
}
MISSED = (dues.LAPSED, dues.MISSED)


class ShowPolicy(Command, name="policy", aliases=("制度",), who={Role.STAFF}):
    """See how a clause is kept."""

    clause: Annotated[str, Ask("Which clause, and when? Such as 3.1.1a 2026-Q3", "Clause")]
    period: Annotated[str | None, Ask("Which month, quarter or year?", "Period")] = None

    def run(self, desk: Desk) -> Card:
        """What fell due, was done in time or late, missed or excused, with what it was about."""
        clause, rest = clause_of(self.clause)
        asked = self.period or rest or "this quarter"
        period = read_period(asked, desk.today)
        if period is None:
            raise Invalid("period", T("Which time? Such as 2026-10, 2026-Q3 or 2026."))
        return _card(desk, clause, period)


def clause_of(text: str) -> tuple[str, str]:
    """The clause that a text begins with, and the rest of it. Raises `Invalid`."""
    found = _CLAUSE.fullmatch(text)
    number = found[1].lower() if found else text.strip()
    if found is None or number not in CLAUSES:
        raise Invalid("clause", T("The policy has no clause {number}.", number=number[:20]))
    return number, found[2].strip()


def _card(desk: Desk, clause: str, period: Period) -> Card:
    since, until = period.span(desk.zone)
    counts = dues.counts(desk.db, clause, since, until)
    fell = sum(n for state, n in counts.items() if state != dues.DROPPED)
    values: dict[str, Value] = {"clause": clause, "what": titled(clause), "when": str(period)}
    title = T("{clause} {what} · {when}", **values)
    if not fell:
        return Card(title, (Line(T("Nothing fell due in this time."), STAFF),))
    missed = sum(counts.get(state, 0) for state in MISSED)
    rows: list[tuple[Words, Words]] = [(T("Fell due"), str(fell))]
    rows += [(words, str(counts[state])) for state, words in STATES.items() if counts.get(state)]
    rows.append((T("Missed"), str(missed)))
    named = list(_named(desk, clause, since, until))
    return Card(title, (Facts(tuple(rows), STAFF), *named))


def _named(desk: Desk, clause: str, since: datetime, until: datetime) -> Iterable[Part]:
    """What was not done in time, one by one; then some that were, with what shows it."""
    for state in (*MISSED, dues.LATE, dues.EXCUSED, dues.DONE):
        found = dues.in_state(desk.db, clause, since, until, state, SHOWN + 1)
        for due in found[:SHOWN]:
            yield Line(_line(desk, due), STAFF)
        if len(found) > SHOWN:
            yield Note(T("… and more"))
        shown = [due for due in found[:SHOWN] if due.kind in SHOWS]
        if shown:
            yield Buttons(tuple(_show(due) for due in shown[:LINKED]), STAFF)


def _line(desk: Desk, due: Due) -> T:
    who = people.get(desk.db, due.person_id) if due.person_id else None
    values: dict[str, Value] = {
        "what": sentence(due.what),
        "who": who.name if who else T("nobody"),
        "due": told_by(due.due_at, desk.zone),
        "at": local_day(due.done_at, desk.zone) if due.done_at else None,
        "reason": kept(due.reason),
    }
    match due.state:
        case dues.DONE:
            return T("☑ {what}: {who}, {at:near}", **values)
        case dues.LATE:
            return T("☑ {what}: {who}, late, {at:near}, was due {due:near}", **values)
        case dues.EXCUSED:
            return T("○ {what}: {who}, excused: {reason}", **values)
        case _:
            return T("🔴 {what}: {who}, was due {due:near}", **values)


def _show(due: Due) -> Button:
    """Shows what a due is about."""
    does, field = SHOWS[due.kind]
    return Button(T("{name}", name=sentence(due.what)), does, {field: due.subject_id})
