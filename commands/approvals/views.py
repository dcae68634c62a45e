"""What can be seen of requests: one's own, what waits for long, one, and what it is about."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from typing import Annotated

from commands.approvals import asking, deciders
from commands.approvals.rules import CLAUSE, KIND, WORDS, voice_of
from commands.kit.card import STAFF, Button, Buttons, Card, Line, Note, Ref
from commands.kit.command import Command
from commands.kit.desk import Desk
from commands.kit.errors import Invalid, no_such
from commands.kit.form import ApprovalId, Ask
from commands.kit.noun import Look
from commands.kit.paper import Chart, Series
from commands.kit.people import Person, Role, load
from commands.kit.words import T, Words
from storage import approvals
from storage.approvals import Approval
from storage.database import Transaction, known

SHOWN, MOST_DAYS = 20, 3660
_DAYS = re.compile(r"\s*(?:超过)?\s*([0-9]{1,6})\s*(?:天|日|days?|d)?\s*", re.IGNORECASE)
PAPER, MINE = "waiting", "mine:"


class SeeFile(
    Command, name="approval_file", aliases=("看材料",), who={Role.STAFF}, clause=CLAUSE, on=KIND
):
    """Show what is decided on."""

    approval: Annotated[ApprovalId, Ask("Which request?", "Request")]

    def run(self, desk: Desk) -> Ref:
        """Its own card."""
        approval = approvals.get(desk.db, self.approval)
        if approval is None:
            raise no_such(WORDS)
        return Ref(approval.kind, approval.subject_id)


class ListApprovals(
    Command, name="approvals", aliases=("待批", "审批"), who={Role.STAFF}, clause=CLAUSE
):
    """List what waits for you."""

    days: Annotated[str | None, Ask("Waiting for how many days?", "Days")] = None

    def run(self, desk: Desk) -> Card:
        """One's own; with a number of days, everybody's that has waited for longer."""
        if self.days is None:
            mine = _mine(desk.db, desk.person, desk.recorded_at)
            many = max(approvals.count_asked_of(desk.db, desk.person.id), len(mine))
            return _list(_of_mine(many), mine, many, f"{MINE}{desk.person.id}")
        days = days_in(self.days)
        waiting = _waiting(desk.db, days, desk.recorded_at)
        many = approvals.count_open_since(desk.db, desk.recorded_at - timedelta(days=days))
        return _list(_of_all(days), waiting, many, str(days))


def days_in(text: str) -> int:
    """A number of days; raises `Invalid`."""
    said = _DAYS.fullmatch(text)
    if said is None:
        raise Invalid("days", T("Please answer with a number of days."))
    return min(int(said[1]), MOST_DAYS)


def _of_mine(many: int) -> T:
    return T("{n} decision waits for you", "{n} decisions wait for you", n=many)


def _of_all(days: int) -> T:
    return T("Undecided for more than {n} day", "Undecided for more than {n} days", n=days)


def _waiting(db: Transaction, days: int, now: datetime) -> list[Approval]:
    return approvals.open_since(db, now - timedelta(days=days), SHOWN)


def _mine(db: Transaction, person: Person, now: datetime) -> list[Approval]:
    """What this person may decide now: their own, and what falls to them while others are away."""
    found: dict[int, Approval] = {}
    for one in approvals.asked_of(db, person.id, SHOWN):
        seats = approvals.seats(db, known(one.id))
        voices = deciders.voices(db, one, seats, now)
        if voice_of(person.id, voices, seats, one.barred):
            found[known(one.id)] = one
    for one, _absent in deciders.stood_in_for(db, person.id, now):
        found.setdefault(known(one.id), one)
    return list(found.values())


def _list(title: Words, listed_: list[Approval], many: int, told: str) -> Card:
    rows = tuple(
        Line(T("{what}, asked {at:clock}", what=asking.subject_of(one), at=one.asked_at), STAFF)
        for one in listed_
    )
    buttons = tuple(
        Button(T("{name}", name=one.name), "approval_show", {}, Ref(KIND, known(one.id)))
        for one in listed_[:5]
    )
    more = many - len(listed_)
    left = (Note(T("{n} more", "{n} more", n=more)),) if more > 0 else ()
    days = {} if told.startswith(MINE) else {"days": told}
    draw = Button(T("As a chart"), "approvals_chart", days)
    return Card(title, (*rows, *left, *((Buttons((*buttons, draw)),) if buttons else ())))


class DrawApprovals(
    Command, name="approvals_chart", aliases=("待批图表",), who={Role.STAFF}, clause=CLAUSE
):
    """Draw what waits."""

    days: Annotated[str | None, Ask("Waiting for how many days?", "Days")] = None

    def run(self, desk: Desk) -> Card:
        """The same list as a picture, which comes in a moment."""
        told = f"{MINE}{desk.person.id}" if self.days is None else str(days_in(self.days))
        desk.order(Ref(KIND, 0), PAPER, told)
        return Card(T("📊 The chart is being drawn and will be here in a moment."))


def chart(look: Look, _id: int, told: str) -> Chart:
    """How long each has waited, the longest first."""
    if told.startswith(MINE):
        person = load(look.db, int(told.removeprefix(MINE)))
        found = _mine(look.db, person, look.now) if person else []
        title = _of_mine(len(found))
    else:
        found, title = _waiting(look.db, int(told), look.now), _of_all(int(told))
    found.sort(key=lambda one: one.asked_at)
    waited = tuple(round((look.now - one.asked_at) / timedelta(days=1), 2) for one in found)
    labels = tuple(asking.subject_of(one) for one in found)
    return Chart(T("waiting"), title, T("days"), labels, (Series(T("waiting"), waited),))


class ShowApproval(
    Command, name="approval_show", aliases=("看审批",), who={Role.STAFF}, clause=CLAUSE, on=KIND
):
    """Show a request."""

    approval: Annotated[ApprovalId, Ask("Which request?", "Request")]

    def run(self, desk: Desk) -> Ref:
        """Its card."""
        if approvals.get(desk.db, self.approval) is None:
            raise no_such(WORDS)
        return Ref(KIND, self.approval)
