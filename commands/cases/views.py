"""What can be seen of cases: one or all, why their deadlines, and what happens if nobody moves."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated

from commands.cases import future
from commands.cases.future import renewed
from commands.cases.rules import (
    CLAUSE,
    DUE_WORDS,
    FIRST,
    KIND,
    SOLUTION,
    WORDS,
    CasePolicy,
)
from commands.kit.card import STAFF, Card, Line, Note, Ref
from commands.kit.command import Command
from commands.kit.desk import Desk
from commands.kit.errors import no_such
from commands.kit.form import Ask, CaseId
from commands.kit.people import (
    Role,
)
from commands.kit.words import T
from storage import cases, dues
from storage.dues import Due


class WhyDeadline(
    Command, name="case_why", aliases=("为什么",), who={Role.STAFF}, clause=CLAUSE, on=KIND
):
    """Explain the deadlines."""

    case: Annotated[CaseId, Ask("Which case?", "Case")]

    def run(self, desk: Desk) -> Card:
        """From the receipt, by the clause, hour by hour."""
        case = cases.get(desk.db, self.case)
        if case is None:
            raise no_such(WORDS)
        policy = desk.policy.of(CasePolicy)
        hours = {FIRST: policy.first_reply_hours, SOLUTION: policy.solution_hours}
        owed = dues.of(desk.db, KIND, self.case)
        lines = tuple(
            Line(_anew(due) if renewed(owed, due) else _counted(due, hours[due.name]), STAFF)
            for due in owed
        )
        received = Line(T("Received {at:clock}.", at=case.received_at), STAFF)
        clock = Note(
            T(
                "Clause {clause} counts clock hours, nights, weekends and holidays included.",
                clause=CLAUSE,
            )
        )
        return Card(
            T("Why these deadlines: {number}", number=case.number), (received, *lines, clock)
        )


class IfNobodyMoves(
    Command,
    name="case_future",
    aliases=("没人处理会怎样",),
    who={Role.STAFF},
    clause=CLAUSE,
    on=KIND,
):
    """Show what would happen."""

    case: Annotated[CaseId, Ask("Which case?", "Case")]

    def run(self, desk: Desk) -> Card:
        """Everything that would be said, to whom, and when."""
        case = cases.get(desk.db, self.case)
        if case is None:
            raise no_such(WORDS)
        lines = tuple(Line(_foretold(move), STAFF) for move in future.foretold(desk.db, case))
        if not lines:
            lines = (Line(T("Nothing more: everything is done."), STAFF),)
        return Card(T("If nobody moves: {number}", number=case.number), lines)


def _foretold(move: future.Move) -> T:
    what = {
        "warn": T("is warned"),
        "breach": T("is told that it was missed"),
        "above": T("is told that it is still open"),
    }[move.step]
    away = move.instead_of
    name = T("{name} (for {away})", name=move.who.name, away=away.name) if away else move.who.name
    return T(
        "{at:clock}: {name} {what} ({due})",
        at=move.at,
        name=name,
        what=what,
        due=DUE_WORDS[move.due.name],
    )


class ShowCase(
    Command, name="case", aliases=("个案",), who={Role.STAFF, Role.CONTACT}, clause="3.3.4"
):
    """Show a case or list them."""

    case: Annotated[CaseId | None, Ask("Which case?", "Case")] = None

    def run(self, desk: Desk) -> Card | Ref:
        """One case, or what is open; a customer sees their own alone."""
        own = desk.actor.role is Role.CONTACT
        mine = cases.reported_by(desk.db, desk.actor.account_id)
        if self.case is not None:
            if own and self.case not in {c.id for c in mine}:
                raise no_such(WORDS)
            return Ref(KIND, self.case)
        listed = mine if own else cases.open_ones(desk.db)
        lines = tuple(
            Line(
                T(
                    "{number} {customer}: received {at:clock}",
                    number=c.number,
                    customer=future.customer_of(desk.db, c),
                    at=c.received_at,
                )
            )
            for c in listed
        )
        return Card(T("{n} case", "{n} cases", n=len(lines)), lines)


def _counted(due: Due, hours: int) -> T:
    return T(
        "{what}: {span} after receipt, so {due:clock}",
        what=DUE_WORDS[due.name],
        span=timedelta(hours=hours),
        due=due.due_at,
    )


def _anew(due: Due) -> T:
    return T(
        "{what}: owed anew because I was out of order, so {due:clock}",
        what=DUE_WORDS[due.name],
        due=due.due_at,
    )
