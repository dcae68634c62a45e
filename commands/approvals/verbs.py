"""What those who decide can do with a request: approve, reject, send back, take back."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Annotated

from commands.approvals import asking, deciders
from commands.approvals.cards import named
from commands.approvals.rules import (
    CLAUSE,
    KIND,
    WORDS,
    ApprovalPolicy,
    Voice,
    last_answer,
)
from commands.approvals.speaking import decided_words, noted, open_one, voice_here
from commands.kit.card import Ref
from commands.kit.command import Command
from commands.kit.desk import Desk
from commands.kit.errors import Denied, Invalid, Refused, no_such
from commands.kit.form import ApprovalId, Ask, PersonId
from commands.kit.people import Role, load
from commands.kit.words import T
from storage import approvals
from storage.approvals import (
    NO,
    OPEN,
    RETURNED,
    YES,
    Approval,
    Seat,
)
from storage.database import known


def _answer(
    desk: Desk,
    approval: Approval,
    voice: Voice,
    state: str,
    *,
    reason: str = "",
    condition: str = "",
) -> None:
    seat = voice.seat
    seat.state, seat.by_id, seat.at = state, desk.person.id, desk.recorded_at
    seat.reason, seat.condition = reason, condition
    approvals.save_seat(desk.db, seat)
    for due in asking.owed(desk, approval, seat):
        desk.keep(due, at=desk.now, evidence=f"answer:{state}")


def _turned_to(desk: Desk, approval: Approval) -> list[Voice]:
    seats = approvals.seats(desk.db, known(approval.id))
    return deciders.spoken_to(desk.db, approval, seats, desk.recorded_at)


class Approve(
    Command,
    name="approve",
    aliases=("批准", "同意"),
    who={Role.STAFF},
    clause=CLAUSE,
    on=KIND,
    decides=True,
):
    """Approve."""

    approval: Annotated[ApprovalId, Ask("Which request?", "Request")]

    def run(self, desk: Desk) -> Ref:
        """One tap; it can be taken back for a while."""
        return _agree(desk, self.approval)


class ApproveIf(
    Command,
    name="approve_if",
    aliases=("有条件批准",),
    who={Role.STAFF},
    clause=CLAUSE,
    on=KIND,
    decides=True,
):
    """Approve with a condition."""

    approval: Annotated[ApprovalId, Ask("Which request?", "Request")]
    condition: Annotated[str, Ask("On which condition?", "Condition", long=True)]
    by_day: Annotated[date, Ask("By when must it be met?", "By", ahead=True)]
    owner: Annotated[PersonId | None, Ask("Who sees to it?", "Who sees to it")] = None

    def run(self, desk: Desk) -> Ref:
        """It is owed once it takes effect: by who is named, or who looks after the customer."""
        if self.by_day < desk.today:
            past = T("{day:weekday} is past. By when must it be met?", day=self.by_day)
            raise Invalid("by_day", past)
        if self.owner and load(desk.db, self.owner) is None:
            raise Invalid("owner", T("That person does not work here any more."))
        return _agree(desk, self.approval, self)


def _agree(desk: Desk, approval_id: int, if_: ApproveIf | None = None) -> Ref:
    approval = open_one(desk, approval_id)
    voice = voice_here(desk, approval)
    turned_to = _turned_to(desk, approval)
    if if_:
        seat = voice.seat
        seat.condition_owner_id, seat.condition_by = if_.owner, if_.by_day
    condition = if_.condition if if_ else ""
    _answer(desk, approval, voice, YES, condition=condition)
    asking.move_on(desk, approval, turned_to)
    desk.done = T("You approved: {what}", what=asking.subject_of(approval))
    return noted(desk, approval, "approved", voice, condition)


class Reject(
    Command,
    name="reject",
    aliases=("驳回", "不同意"),
    who={Role.STAFF},
    clause=CLAUSE,
    on=KIND,
    decides=True,
):
    """Reject, with the reason."""

    approval: Annotated[ApprovalId, Ask("Which request?", "Request")]
    reason: Annotated[str, Ask("Why?", "Reason", long=True)]

    def run(self, desk: Desk) -> Ref:
        """Whoever submitted it reads the reason."""
        approval = open_one(desk, self.approval)
        voice = voice_here(desk, approval)
        turned_to = _turned_to(desk, approval)
        _answer(desk, approval, voice, NO, reason=self.reason)
        asking.move_on(desk, approval, turned_to)
        desk.done = T("You rejected: {what}", what=asking.subject_of(approval))
        return noted(desk, approval, "rejected", voice, self.reason)


class SendBack(
    Command,
    name="approval_return",
    aliases=("退回",),
    who={Role.STAFF},
    clause=CLAUSE,
    on=KIND,
    decides=True,
):
    """Send it back."""

    approval: Annotated[ApprovalId, Ask("Which request?", "Request")]
    reason: Annotated[str, Ask("What is to be corrected?", "Correction", long=True)]

    def run(self, desk: Desk) -> Ref:
        """Whoever submitted it corrects it and submits it again."""
        approval = open_one(desk, self.approval)
        voice = voice_here(desk, approval)
        _answer(desk, approval, voice, NO, reason=self.reason)
        asking.end(desk, approval, RETURNED, self.reason)
        desk.done = T("You sent it back: {what}", what=asking.subject_of(approval))
        return noted(desk, approval, "returned", voice, self.reason)


class TakeBack(
    Command,
    name="approval_undo",
    aliases=("撤回决定",),
    who={Role.STAFF},
    clause=CLAUSE,
    on=KIND,
):
    """Take a decision back."""

    approval: Annotated[ApprovalId, Ask("Which request?", "Request")]

    def run(self, desk: Desk) -> Ref:
        """For a short while, before which nothing has left the house."""
        approval = approvals.get(desk.db, self.approval)
        if approval is None:
            raise no_such(WORDS)
        last = last_answer(approval, approvals.seats(desk.db, self.approval))
        if last is None or last.at is None or last.by_id != desk.person.id:
            raise Denied(T("Only who decided last can take it back: {who}.", who=_who(desk, last)))
        minutes = desk.policy.of(ApprovalPolicy).take_back_minutes
        if approval.effective or desk.recorded_at > last.at + timedelta(minutes=minutes):
            raise Refused(T("This can't be taken back any more: it has taken effect."))
        if approval.state == approvals.WITHDRAWN:
            raise Refused(decided_words(desk, approval))
        if approval.state != OPEN:
            asking.reopen(desk, approval)
        asking.ask_anew(desk, approval, last)
        asking.wait_again(desk, approval, last)
        desk.done = T("Taken back. It is open again: {what}", what=asking.subject_of(approval))
        return noted(desk, approval, "taken back", Voice(last, desk.person.id))


def _who(desk: Desk, seat: Seat | None) -> str:
    return named(desk.db, seat.by_id) if seat else "?"
