"""Before a request is decided: ask, hand on, add somebody; its submitter withdraws or reminds."""

from __future__ import annotations

from typing import Annotated

from commands.approvals import asking, deciders
from commands.approvals.cards import named
from commands.approvals.noun import nudge
from commands.approvals.rules import (
    CLAUSE,
    KIND,
    answered,
)
from commands.approvals.speaking import noted, open_one, voice_here
from commands.kit.card import STAFF, Button, Buttons, Card, Quote, Ref
from commands.kit.command import Command
from commands.kit.desk import Desk
from commands.kit.errors import Invalid, Refused
from commands.kit.form import ApprovalId, Ask, PersonId
from commands.kit.people import Labelled, Relation, Role, ToPerson, load
from commands.kit.words import T, listed
from storage import approvals
from storage.approvals import (
    GONE,
    Approval,
    Inquiry,
    Seat,
)
from storage.database import known


class AskFirst(
    Command, name="approval_ask", aliases=("提问",), who={Role.STAFF}, clause=CLAUSE, on=KIND
):
    """Ask a question first."""

    approval: Annotated[ApprovalId, Ask("Which request?", "Request")]
    text: Annotated[str, Ask("What do you want to know?", "Question", long=True)]

    def run(self, desk: Desk) -> Ref:
        """Whoever submitted it is asked; the answer lands on the card."""
        approval = open_one(desk, self.approval)
        voice = voice_here(desk, approval)
        approvals.inquire(
            desk.db,
            Inquiry(approval_id=self.approval, by_id=desk.person.id, text=self.text, at=desk.now),
        )
        desk.tell(ToPerson(approval.submitter_id), _question(desk, approval, self.text))
        name = named(desk.db, approval.submitter_id)
        desk.done = T("{name} is asked. The answer will stand on the card.", name=name)
        return noted(desk, approval, "asked", voice, self.text)


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
        approval = open_one(desk, self.approval)
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
        approval = open_one(desk, self.approval)
        voice = voice_here(desk, approval)
        _check_new(desk, approval, self.to)
        seat = voice.seat
        asking.not_yet(desk, approval, seat)
        seat.person_id, seat.from_id, seat.role = self.to, desk.person.id, ""
        asking.ask_anew(desk, approval, seat)
        about = noted(desk, approval, "handed on", voice, str(self.to))
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
        approval = open_one(desk, self.approval)
        voice = voice_here(desk, approval)
        _check_new(desk, approval, self.to)
        mine = voice.seat
        added = Seat(
            approval_id=self.approval, person_id=self.to, must=True, from_id=desk.person.id
        )
        if self.when is When.AFTER:
            added.after_id = mine.id
            approvals.seat(desk.db, added)
        else:
            added.after_id = mine.after_id
            mine.after_id = approvals.seat(desk.db, added)
            asking.not_yet(desk, approval, mine)
        asking.move_on(desk, approval)
        desk.done = T("{name} must agree too.", name=named(desk.db, self.to))
        return noted(desk, approval, f"added {self.when.value}", voice, str(self.to))


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
        approval = open_one(desk, self.approval)
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
        approval = open_one(desk, self.approval)
        seats = approvals.seats(desk.db, self.approval)
        voices = deciders.spoken_to(desk.db, approval, seats, desk.recorded_at)
        nudge(desk, approval)
        desk.note(Ref(KIND, self.approval), None, {"reminded": [v.person_id for v in voices]})
        names = listed([named(desk.db, v.person_id) for v in voices]) if voices else "—"
        return Card(T("🔔 Reminded: {names}", names=names))
