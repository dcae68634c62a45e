"""That the policy is kept, clause by clause: what fell due in a time, and what came of it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated

from commands.day import SHOWS
from commands.kit.calendar import local_day, told_by
from commands.kit.card import STAFF, Button, Buttons, Card, Facts, Line, Part
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

_CLAUSE = re.compile(r"\s*([2-7](?:\.\d){1,2}[a-c]?)\s*(.*)", re.DOTALL | re.IGNORECASE)
_STATE = re.compile(
    r"(.*?)\s*(done|late|missed|excused|open)\s*([0-9]{0,6})", re.DOTALL | re.IGNORECASE
)
SHOWN = 8
_EVIDENCE = re.compile(r"visit([0-9]+)")
# What is told, in this order: what was not done first. What was dropped was not owed after all.
GROUPS: Mapping[str, tuple[str, ...]] = {
    "missed": (dues.LAPSED, dues.MISSED),
    "late": (dues.LATE,),
    "excused": (dues.EXCUSED,),
    "open": (dues.OPEN,),
    "done": (dues.DONE,),
}
WORDS: Mapping[str, T] = {
    "missed": T("Missed"),
    "late": T("Done late"),
    "excused": T("Excused"),
    "open": T("Still open"),
    "done": T("Done in time"),
}


class ShowPolicy(Command, name="policy", aliases=("制度",), who={Role.STAFF}):
    """See how a clause is kept."""

    clause: Annotated[str, Ask("Which clause, and when? Such as 3.1.1a 2026-Q3", "Clause")]
    period: Annotated[str | None, Ask("Which month, quarter or year?", "Period")] = None

    def run(self, desk: Desk) -> Card:
        """What fell due, was done in time or late, missed or excused, with what it was about."""
        clause, rest = clause_of(self.clause)
        said = _STATE.fullmatch(self.period or rest)
        asked = said[1] if said else self.period or rest
        period = read_period(asked or "this quarter", desk.today)
        if period is None:
            raise Invalid("period", T("Which time? Such as 2026-10, 2026-Q3 or 2026."))
        answer = Answer(desk, clause, period)
        if said:
            return answer.page(said[2].lower(), int(said[3] or 0))
        return answer.card()


def clause_of(text: str) -> tuple[str, str]:
    """The clause that a text begins with, and the rest of it. Raises `Invalid`."""
    found = _CLAUSE.fullmatch(text)
    number = found[1].lower() if found else text.strip()
    if found is None or number not in CLAUSES:
        raise Invalid("clause", T("The policy has no clause {number}.", number=number[:20]))
    return number, found[2].strip()


@dataclass(frozen=True, slots=True)
class Answer:
    """How a clause was kept in a time."""

    desk: Desk
    clause: str
    period: Period

    def card(self) -> Card:
        """How many of each, and the first of them, each with what shows it."""
        counts = self._counts()
        fell = sum(counts.values())
        if not fell:
            return Card(self._title(), (Line(T("Nothing fell due in this time."), STAFF),))
        rows: list[tuple[Words, Words]] = [(T("Fell due"), str(fell))]
        told = [group for group in GROUPS if counts[group] or group == "missed"]
        rows += [(WORDS[group], str(counts[group])) for group in told]
        parts = [part for group in told for part in self._first(group, counts[group])]
        return Card(self._title(), (Facts(tuple(rows), STAFF), *parts))

    def page(self, group: str, skip: int) -> Card:
        """Some of one state, each with what shows it, and the way on."""
        many = self._counts()[group]
        found = self._found(group, skip)
        if not found:
            return self.card()
        first, last = skip + 1, skip + len(found)
        values: dict[str, Value] = {"state": WORDS[group], "first": first, "last": last, "of": many}
        where = Line(T("{state}: {first} to {last} of {of}", **values), STAFF)
        links = (*self._links(found), *self._more(group, last, many))
        return Card(self._title(), (where, *self._lines(found), Buttons(links, STAFF)))

    def _title(self) -> T:
        when = str(self.period)
        return T(
            "{clause} {what} · {when}", clause=self.clause, what=titled(self.clause), when=when
        )

    def _counts(self) -> dict[str, int]:
        since, until = self.period.span(self.desk.zone)
        counts = dues.counts(self.desk.db, self.clause, since, until)
        return {group: sum(counts.get(one, 0) for one in some) for group, some in GROUPS.items()}

    def _found(self, group: str, skip: int) -> list[Due]:
        span, states = self.period.span(self.desk.zone), GROUPS[group]
        return dues.in_states(self.desk.db, self.clause, span, states, most=SHOWN, skip=skip)

    def _first(self, group: str, many: int) -> Iterable[Part]:
        found = self._found(group, 0)
        yield from self._lines(found)
        if found:
            links = (*self._links(found), *self._more(group, len(found), many))
            yield Buttons(links, STAFF)

    def _lines(self, found: Sequence[Due]) -> Iterable[Line]:
        return (Line(_line(self.desk, due), STAFF) for due in found)

    def _links(self, found: Sequence[Due]) -> Iterable[Button]:
        return (button for due in found if (button := _show(due)))

    def _more(self, group: str, last: int, many: int) -> Iterable[Button]:
        if many > last:
            words = T("{state}: {n} more", state=WORDS[group], n=many - last)
            yield Button(words, "policy", {"clause": f"{self.clause} {self.period} {group} {last}"})


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
        case dues.OPEN:
            return T("☐ {what}: {who}, due {due:near}", **values)
        case _:
            return T("🔴 {what}: {who}, was due {due:near}", **values)


def _show(due: Due) -> Button | None:
    """Shows what keeps a due, else what it is about."""
    words = T("{name}", name=sentence(due.what))
    kept_by = _EVIDENCE.fullmatch(due.evidence)
    if kept_by:
        return Button(words, "visit_show", {"visit": int(kept_by[1])})
    if due.kind not in SHOWS:
        return None
    does, field = SHOWS[due.kind]
    return Button(words, does, {field: due.subject_id})
