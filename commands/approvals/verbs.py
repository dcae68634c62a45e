"""What can be done with a request: decide, ask first, hand on, add somebody, take back."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated

from commands.approvals import asking
from commands.approvals.cards import named
from commands.approvals.noun import nudge
from commands.approvals.rules import (
    CLAUSE,
    KIND,
    WORDS,
    ApprovalPolicy,
    Voice,
    answered,
    last_answer,
    still,
    voice_of,
)
from commands.kit.card import STAFF, Button, Buttons, Card, Quote, Ref
from commands.kit.command import Command
from commands.kit.desk import Desk
from commands.kit.errors import Denied, Invalid, Refused, no_such
from commands.kit.form import ApprovalId, Ask, PersonId
from commands.kit.people import Labelled, Relation, Role, ToPerson, load
from commands.kit.words import T, listed
from storage import approvals
from storage.approvals import (
    GONE,
    NO,
    OPEN,
    RETURNED,
    WAITING,
    YES,
    Approval,
    Inquiry,
    Seat,
)
from storage.database import known

# --- who may --------------------------------------------------------------------------------------


def _open(desk: Desk, approval_id: int) -> Approval:
    approval = approvals.get(desk.db, approval_id)
    if approval is None:
        raise no_such(WORDS)
    if approval.state != OPEN:
        raise Refused(_decided(desk, approval))
    return approval


def _decided(desk: Desk, approval: Approval) -> T:
    """Who decided what, for whoever comes too late."""
    what = asking.subject_of(approval)
    last = last_answer(approval, approvals.seats(desk.db, known(approval.id)))
    who = named(desk.db, last.by_id) if last else "?"
    match approval.state:
        case approvals.APPROVED:
            return T("{who} has approved this already: {what}", who=who, what=what)
        case approvals.REJECTED:
            return T("{who} has rejected this already: {what}", who=who, what=what)
        case approvals.RETURNED:
            return T("{who} has sent this back already: {what}", who=who, what=what)
        case _:
            return T("This was withdrawn: {what}", what=what)


def _voice(desk: Desk, approval: Approval) -> Voice:
    """The voice of whoever speaks; raises `Denied` with the reason why they have none."""
    seats = approvals.seats(desk.db, known(approval.id))
    voices = asking.voices(desk.db, approval, seats, desk.recorded_at)
    voice = voice_of(desk.person.id, voices, seats, approval.barred)
    if voice is None:
        raise Denied(_why_not(desk, approval, seats, voices))
    return voice


def _why_not(desk: Desk, approval: Approval, seats: list[Seat], voices: list[Voice]) -> T:
    me = desk.person
    if me.id in approval.barred:
        return T("You submitted this yourself, so somebody else decides.")
    if me.id in answered(seats):
        return T("You have answered this already.")
    own = [seat for seat in seats if seat.person_id == me.id]
    names = listed([named(desk.db, v.person_id) for v in voices]) if voices else "—"
    if any(seat.state == WAITING for seat in own):
        return T("It is not your turn yet. First: {names}", names=names)
    if any(not still(me, seat.role) for seat in own):
        return T("You are not in that position any more, so this is no longer yours to decide.")
    handed = next((seat for seat in seats if seat.from_id == me.id and not seat.must), None)
    if handed:
        return T("You handed this on to {name}.", name=named(desk.db, handed.person_id))
    return T("This is not yours to decide. Waiting for: {names}", names=names)


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


def _noted(desk: Desk, approval: Approval, answer: str, voice: Voice, said: str = "") -> Ref:
    """The journal keeps who answered what, and in whose place; the cards are redrawn."""
    about = Ref(KIND, known(approval.id))
    after = {"answer": answer, "of": voice.seat.person_id, "said": said}
    desk.change(about, None, after)
    return about


# --- deciding -------------------------------------------------------------------------------------


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
        return _agree(desk, self.approval, "")


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

    def run(self, desk: Desk) -> Ref:
        """The condition is owed by the owner once it takes effect."""
        return _agree(desk, self.approval, self.condition)


def _agree(desk: Desk, approval_id: int, condition: str) -> Ref:
    approval = _open(desk, approval_id)
    voice = _voice(desk, approval)
    _answer(desk, approval, voice, YES, condition=condition)
    asking.move_on(desk, approval)
    desk.done = T("You approved: {what}", what=asking.subject_of(approval))
    return _noted(desk, approval, "approved", voice, condition)


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
        approval = _open(desk, self.approval)
        voice = _voice(desk, approval)
        _answer(desk, approval, voice, NO, reason=self.reason)
        asking.move_on(desk, approval)
        desk.done = T("You rejected: {what}", what=asking.subject_of(approval))
        return _noted(desk, approval, "rejected", voice, self.reason)


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
        approval = _open(desk, self.approval)
        voice = _voice(desk, approval)
        _answer(desk, approval, voice, NO, reason=self.reason)
        asking.end(desk, approval, RETURNED, self.reason)
        desk.done = T("You sent it back: {what}", what=asking.subject_of(approval))
        return _noted(desk, approval, "returned", voice, self.reason)


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
            raise Refused(_decided(desk, approval))
        if approval.state != OPEN:
            asking.reopen(desk, approval)
        asking.ask_anew(desk, approval, last)
        asking.wait_again(desk, approval, last)
        desk.done = T("Taken back. It is open again: {what}", what=asking.subject_of(approval))
        return _noted(desk, approval, "taken back", Voice(last, desk.person.id))


def _who(desk: Desk, seat: Seat | None) -> str:
    return named(desk.db, seat.by_id) if seat else "?"


# --- before deciding ------------------------------------------------------------------------------


class AskFirst(
    Command, name="approval_ask", aliases=("提问",), who={Role.STAFF}, clause=CLAUSE, on=KIND
):
    """Ask a question first."""

    approval: Annotated[ApprovalId, Ask("Which request?", "Request")]
    text: Annotated[str, Ask("What do you want to know?", "Question", long=True)]

    def run(self, desk: Desk) -> Ref:
        """Whoever submitted it is asked; the answer lands on the card."""
        approval = _open(desk, self.approval)
        voice = _voice(desk, approval)
        approvals.inquire(
            desk.db,
            Inquiry(approval_id=self.approval, by_id=desk.person.id, text=self.text, at=desk.now),
        )
        desk.tell(ToPerson(approval.submitter_id), _question(desk, approval, self.text))
        name = named(desk.db, approval.submitter_id)
        desk.done = T("{name} is asked. The answer will stand on the card.", name=name)
        return _noted(desk, approval, "asked", voice, self.text)


def _question(desk: Desk, approval: Approval, text: str) -> Card:
    about = Ref(KIND, known(approval.id))
    title = T(
        "❓ {name} asks about {what}", name=desk.person.name, what=asking.subject_of(approval)
    )
    answer = Button(T("Answer"), "approval_answer", {}, about, style="primary")
    return Card(title, (Quote(text, to=STAFF), Buttons((answer,))), about)


class AnswerQuestion(
    Command,
    name="approval_answer",
    aliases=("回答",),
    who={Relation.SUBMITTER, Relation.OWNER},
    clause=CLAUSE,
    on=KIND,
):
    """Answer a question."""

    approval: Annotated[ApprovalId, Ask("Which request?", "Request")]
    text: Annotated[str, Ask("What do you answer?", "Answer", long=True)]

    def run(self, desk: Desk) -> Ref:
        """It stands on the card; whoever asked is told."""
        approval = _open(desk, self.approval)
        waiting = asking.unanswered(desk.db, self.approval)
        if waiting is None:
            raise Refused(T("No question waits for an answer."))
        asking.answer(desk, approval, waiting, self.text)
        desk.done = T("{name} reads your answer.", name=named(desk.db, waiting.by_id))
        return Ref(KIND, self.approval)


class HandOn(
    Command, name="approval_transfer", aliases=("转审",), who={Role.STAFF}, clause=CLAUSE, on=KIND
):
    """Let somebody else decide."""

    approval: Annotated[ApprovalId, Ask("Which request?", "Request")]
    to: Annotated[PersonId, Ask("Who decides instead?", "Colleague")]

    def run(self, desk: Desk) -> Ref:
        """Their seat is another's from now on."""
        approval = _open(desk, self.approval)
        voice = _voice(desk, approval)
        _check_new(desk, approval, self.to)
        seat = voice.seat
        asking.not_yet(desk, approval, seat)
        seat.person_id, seat.from_id, seat.role = self.to, desk.person.id, ""
        asking.ask_anew(desk, approval, seat)
        about = _noted(desk, approval, "handed on", voice, str(self.to))
        desk.tell(ToPerson(self.to), about)
        desk.done = T("{name} decides instead of you.", name=named(desk.db, self.to))
        return about


def _check_new(desk: Desk, approval: Approval, person_id: int) -> None:
    """Nobody who left, who submitted it, or who has a voice already. Raises `Invalid`."""
    colleague = load(desk.db, person_id)
    if colleague is None:
        raise Invalid("to", T("That person does not work here any more."))
    if person_id in approval.barred:
        raise Invalid("to", T("{name} submitted this.", name=colleague.name))
    seats = approvals.seats(desk.db, known(approval.id))
    having = {seat.person_id for seat in seats if seat.state != GONE} | answered(seats)
    if person_id in having:
        raise Invalid("to", T("{name} decides on this already.", name=colleague.name))


class When(Labelled):
    """Whether somebody who is added decides before or after."""

    BEFORE = "before", "before me"
    AFTER = "after", "after me"


class AddDecider(
    Command, name="approval_add", aliases=("加签",), who={Role.STAFF}, clause=CLAUSE, on=KIND
):
    """Add who must agree too."""

    approval: Annotated[ApprovalId, Ask("Which request?", "Request")]
    to: Annotated[PersonId, Ask("Who must agree too?", "Colleague")]
    when: Annotated[When, Ask("Before or after you?", "When")]

    def run(self, desk: Desk) -> Ref:
        """Before: your own turn comes once they agreed. After: theirs does."""
        approval = _open(desk, self.approval)
        voice = _voice(desk, approval)
        _check_new(desk, approval, self.to)
        mine = voice.seat
        added = Seat(
            approval_id=self.approval, person_id=self.to, must=True, from_id=desk.person.id
        )
        if self.when is When.AFTER:
            added.after_id = mine.id
            approvals.seat(desk.db, added)
        else:
            mine.after_id = approvals.seat(desk.db, added)
            asking.not_yet(desk, approval, mine)
        asking.move_on(desk, approval)
        desk.done = T("{name} must agree too.", name=named(desk.db, self.to))
        return _noted(desk, approval, f"added {self.when.value}", voice, str(self.to))


# --- the submitter --------------------------------------------------------------------------------


class Withdraw(
    Command,
    name="approval_withdraw",
    aliases=("撤回申请",),
    who={Relation.SUBMITTER},
    clause=CLAUSE,
    on=KIND,
):
    """Withdraw a request."""

    approval: Annotated[ApprovalId, Ask("Which request?", "Request")]

    def run(self, desk: Desk) -> Ref:
        """Nobody has to decide any more; it can be corrected and submitted anew."""
        approval = _open(desk, self.approval)
        about = Ref(KIND, self.approval)
        asking.end(desk, approval, approvals.WITHDRAWN)
        desk.change(about, None, {"answer": "withdrawn"})
        desk.done = T("Withdrawn: {what}", what=asking.subject_of(approval))
        return about


class Remind(
    Command,
    name="approval_remind",
    aliases=("催办",),
    who={Relation.SUBMITTER},
    clause=CLAUSE,
    on=KIND,
):
    """Remind who must answer."""

    approval: Annotated[ApprovalId, Ask("Which request?", "Request")]

    def run(self, desk: Desk) -> Card:
        """They get the card once more."""
        approval = _open(desk, self.approval)
        seats = approvals.seats(desk.db, self.approval)
        voices = asking.spoken_to(desk.db, approval, seats, desk.recorded_at)
        nudge(desk, approval)
        desk.note(Ref(KIND, self.approval), None, {"reminded": [v.person_id for v in voices]})
        names = listed([named(desk.db, v.person_id) for v in voices]) if voices else "—"
        return Card(T("🔔 Reminded: {names}", names=names))
