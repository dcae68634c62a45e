"""What can be seen of requests: one's own, what waits for long, one, and what it is about."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated

from commands.approvals import asking, deciders
from commands.approvals.rules import CLAUSE, KIND, WORDS, voice_of
from commands.kit.card import STAFF, Button, Buttons, Card, Line, Note, Ref
from commands.kit.command import Command
from commands.kit.desk import Desk
from commands.kit.errors import Invalid, no_such
from commands.kit.form import ApprovalId, Ask
from commands.kit.people import Role
from commands.kit.words import T, Words
from storage import approvals
from storage.approvals import Approval
from storage.database import known

SHOWN = 20


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
            mine = _mine(desk)
            many = max(approvals.count_asked_of(desk.db, desk.person.id), len(mine))
            title: Words = T("{n} decision waits for you", "{n} decisions wait for you", n=many)
            return _list(title, mine, many)
        if not self.days.strip().isdecimal():
            raise Invalid("days", T("Please answer with a number of days."))
        days = int(self.days)
        before = desk.recorded_at - timedelta(days=min(days, 3660))
        waiting = approvals.open_since(desk.db, before, SHOWN)
        title = T("Undecided for more than {n} day", "Undecided for more than {n} days", n=days)
        return _list(title, waiting, len(waiting))


def _mine(desk: Desk) -> list[Approval]:
    """What this person may decide now: their own, and that of those for whom they stand in."""
    found: dict[int, Approval] = {}
    for who in (desk.person.id, *sorted(desk.person.stands_in_for)):
        for one in approvals.asked_of(desk.db, who, SHOWN):
            seats = approvals.seats(desk.db, known(one.id))
            voices = deciders.voices(desk.db, one, seats, desk.recorded_at)
            if voice_of(desk.person.id, voices, seats, one.barred):
                found[known(one.id)] = one
    return list(found.values())


def _list(title: Words, listed_: list[Approval], many: int) -> Card:
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
    return Card(title, (*rows, *left, *((Buttons(buttons),) if buttons else ())))


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
