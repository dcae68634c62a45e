"""Something is put to those who decide: who they are, who stands in, and what follows.

A subject's own room calls `ask`, `changed` and `call_off`; what was decided comes to its noun as
the timer `decided`, once it can't be taken back any more.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta

from commands.approvals import deciders
from commands.approvals.deciders import Procedure
from commands.approvals.rules import (
    DECIDED,
    ESCALATE,
    KIND,
    REMIND,
    SETTLE,
    ApprovalPolicy,
    Rule,
    Voice,
    need,
    next_asked,
    outcome,
)
from commands.kit import card as cards
from commands.kit.calendar import add_working
from commands.kit.card import Card, Ref
from commands.kit.desk import Desk, Urgency
from commands.kit.errors import Refused
from commands.kit.people import (
    ToPerson,
)
from commands.kit.words import T, Words, decode, encode
from commands.kit.workdays import company_hours
from storage import absences, approvals, dues, subjects, timers
from storage.approvals import (
    ASKED,
    OPEN,
    WAITING,
    WITHDRAWN,
    YES,
    Approval,
    Inquiry,
    Seat,
)
from storage.database import Json, Transaction, known
from storage.dues import Due

DECIDE = "decide"
# What is decided on, by its name in English: translated when a difference is shown.
Facts = Mapping[str, Words]


# --- asking ---------------------------------------------------------------------------------------


def ask(desk: Desk, about: Ref, what: Card, facts: Facts, how: Procedure) -> Ref:
    """Put a subject to those who decide; `what` is what they read, `facts` what they decide on.

    Raises `Refused` where there are too few who could.
    """
    barred_ = how.barred | {desk.person.id}
    seated = deciders.seated(desk.db, how, barred_)
    if len(seated) < need(how.rule, how.wanted, max(len(seated), 1)):
        raise Refused(T("There are too few people who could decide this. Ask an administrator."))
    approval = Approval(
        kind=about.kind,
        subject_id=about.id,
        name=how.name,
        clause=how.clause,
        asks=cards.encode(what),
        rule=how.rule.value,
        need=need(how.rule, how.wanted, len(seated)),
        submitter_id=desk.person.id,
        barred=sorted(barred_),
        asked_at=desk.now,
        amount=how.amount.amount if how.amount else None,
        currency=how.amount.currency if how.amount else "",
    )
    request = Ref(KIND, approvals.add(desk.db, approval))
    before: int | None = None
    for decider in seated:
        seat = Seat(
            approval_id=request.id,
            person_id=decider.person.id,
            after_id=before,
            role=decider.role,
        )
        given = approvals.seat(desk.db, seat)
        before = given if how.rule is Rule.ORDER else None
    desk.begin(request, {"of": str(about), "rule": how.rule.value}, shown=_shown(facts))
    _call(desk, approval)
    remind_next(desk, approval)
    if how.place:
        desk.post(how.place, request)
    return request


def _shown(facts: Facts) -> Json:
    return {name: encode(value) for name, value in facts.items()}


def owe(desk: Desk, approval: Approval, seat: Seat) -> None:
    """An answer is due from now on; if it does not come, it escalates in working hours."""
    policy = desk.policy.of(ApprovalPolicy)
    request = Ref(KIND, known(approval.id))
    by = add_working(company_hours(desk), desk.now, timedelta(hours=policy.escalate_hours))
    what = T("Decision: {what}", what=subject_of(approval))
    owner = seat.person_id
    due = desk.owe(request, DECIDE, what, clause=approval.clause, by=by, owner=owner)
    desk.at(by, request, ESCALATE, due=due)


def owed(desk: Desk, approval: Approval, seat: Seat | None = None) -> list[Due]:
    """The answers that are due still, or that of one seat."""
    return [
        due
        for due in dues.still_on(desk.db, KIND, known(approval.id))
        if seat is None or due.person_id == seat.person_id
    ]


def remind_next(desk: Desk, approval: Approval) -> None:
    """Set when whoever has not answered is reminded next."""
    policy = desk.policy.of(ApprovalPolicy)
    hours, after = company_hours(desk), timedelta(hours=policy.remind_hours)
    desk.at(add_working(hours, desk.now, after), Ref(KIND, known(approval.id)), REMIND)


def owe_anew(desk: Desk, due: Due, left: timedelta) -> datetime:
    """The same is owed with the time that was left, but not less than a reminder gives."""
    policy = desk.policy.of(ApprovalPolicy)
    least = timedelta(hours=policy.remind_hours)
    by = max(desk.now + left, add_working(company_hours(desk), desk.now, least))
    about = Ref(KIND, due.subject_id)
    what = decode(due.what)
    assert isinstance(what, T)
    made = desk.owe(about, due.name, what, clause=due.clause, by=by, owner=due.person_id)
    desk.at(by, about, ESCALATE, due=made)
    return by


def _call(desk: Desk, approval: Approval) -> None:
    """Ask those whose turn has come."""
    seats = approvals.seats(desk.db, known(approval.id))
    called = next_asked(seats)
    for seat in called:
        seat.state, seat.asked_at = ASKED, desk.now
        approvals.save_seat(desk.db, seat)
        owe(desk, approval, seat)
    ids = {seat.id for seat in called}
    for voice in deciders.spoken_to(desk.db, approval, seats, desk.recorded_at):
        if voice.seat.id in ids:
            summon(desk, voice, Ref(KIND, known(approval.id)))


def summon(desk: Desk, voice: Voice, about: Ref) -> None:
    """Ask somebody to decide; who is away and alone has the voice is asked on their return."""
    away = absences.of(desk.db, voice.person_id, desk.recorded_at)
    urgency = Urgency.WAKING if away else Urgency.NOW
    desk.tell(ToPerson(voice.person_id, voice.instead_of), about, urgency=urgency)


def turned(desk: Desk, id_: int, person_id: int) -> None:
    """Somebody has gone away or is back: whoever has their voice from now on is asked at once."""
    approval = approvals.get(desk.db, id_)
    if approval is None or approval.state != OPEN:
        return
    seats = approvals.seats(desk.db, id_)
    for voice in deciders.spoken_to(desk.db, approval, seats, desk.recorded_at):
        if voice.seat.person_id == person_id:
            summon(desk, voice, Ref(KIND, id_))


def subject_of(approval: Approval) -> Words:
    """What is decided on, in a line."""
    return cards.decode(approval.asks).title


# --- deciding -------------------------------------------------------------------------------------


def move_on(desk: Desk, approval: Approval, turned_to: Iterable[Voice] = ()) -> None:
    """After an answer: it is decided, or the next are asked.

    `turned_to` were spoken to before it. Who answered for one stands in for no other: whoever does
    so instead is asked at once.
    """
    seats = approvals.seats(desk.db, known(approval.id))
    decided = outcome(approval, seats)
    if decided:
        end(desk, approval, decided)
        return
    before = {known(voice.seat.id): voice.person_id for voice in turned_to}
    for voice in deciders.spoken_to(desk.db, approval, seats, desk.recorded_at):
        if before.get(known(voice.seat.id), voice.person_id) != voice.person_id:
            summon(desk, voice, Ref(KIND, known(approval.id)))
    _call(desk, approval)


def end(desk: Desk, approval: Approval, state: str, reason: str = "") -> None:
    """It is decided; that takes effect when it can't be taken back any more."""
    minutes = desk.policy.of(ApprovalPolicy).take_back_minutes
    seats = approvals.seats(desk.db, known(approval.id))
    approval.state, approval.decided_at, approval.reason = state, desk.recorded_at, reason
    approval.condition = "\n".join(s.condition for s in seats if s.state == YES and s.condition)
    approval.effective_at = desk.recorded_at + timedelta(minutes=minutes)
    approvals.save(desk.db, approval)
    approvals.close(desk.db, known(approval.id))
    desk.at(approval.effective_at, Ref(KIND, known(approval.id)), SETTLE)
    desk.touch(Ref(approval.kind, approval.subject_id))


def ask_anew(desk: Desk, approval: Approval, seat: Seat) -> None:
    """What somebody answered holds no more: their answer is due again."""
    seat.state, seat.by_id, seat.at, seat.asked_at = ASKED, None, None, desk.now
    seat.reason = seat.condition = ""
    seat.condition_owner_id = seat.condition_by = None
    approvals.save_seat(desk.db, seat)
    owe(desk, approval, seat)


def wait_again(desk: Desk, approval: Approval, seat: Seat) -> None:
    """Those who were asked because this one had agreed wait for it again."""
    for one in approvals.seats(desk.db, known(approval.id)):
        if one.after_id == seat.id and one.state == ASKED:
            not_yet(desk, approval, one)


def not_yet(desk: Desk, approval: Approval, seat: Seat) -> None:
    """It is not a seat's turn any more: nothing is owed until it is again."""
    for due in owed(desk, approval, seat):
        dues.settle(desk.db, due, dues.DROPPED, None, desk.recorded_at)
    seat.state, seat.asked_at = WAITING, None
    approvals.save_seat(desk.db, seat)


def reopen(desk: Desk, approval: Approval) -> None:
    """What was decided holds no more, before it took effect."""
    approval.state, approval.decided_at, approval.effective_at = OPEN, None, None
    approval.reason = approval.condition = ""
    approvals.save(desk.db, approval)
    approvals.resume(desk.db, known(approval.id))
    request = Ref(KIND, known(approval.id))
    for name in (SETTLE, REMIND):
        timers.drop(desk.db, KIND, request.id, name)
    remind_next(desk, approval)
    for due in owed(desk, approval):
        if due.due_at <= desk.recorded_at and due.state == dues.OPEN:
            desk.at(desk.recorded_at, request, ESCALATE, due=due.id)
    desk.touch(Ref(approval.kind, approval.subject_id))


def settle(desk: Desk, approval: Approval) -> None:
    """It can't be taken back any more: the submitter is told, and the subject goes on."""
    approval.effective = True
    approvals.save(desk.db, approval)
    approvals.close(desk.db, known(approval.id))
    request = Ref(KIND, known(approval.id))
    _owed_no_more(desk, approval)
    timers.drop(desk.db, KIND, request.id)
    desk.touch(request)
    subject = Ref(approval.kind, approval.subject_id)
    desk.at(desk.recorded_at, subject, DECIDED, extra={"approval": request.id})
    if approval.state != WITHDRAWN:
        desk.tell(ToPerson(approval.submitter_id), request)


def _owed_no_more(desk: Desk, approval: Approval) -> None:
    """Who had not answered when it was decided owes nothing any more."""
    for due in owed(desk, approval):
        dues.settle(desk.db, due, dues.DROPPED, None, desk.recorded_at)


# --- asked first ----------------------------------------------------------------------------------


def unanswered(db: Transaction, approval_id: int) -> Inquiry | None:
    """The oldest question that waits for its answer."""
    asked = approvals.inquiries(db, approval_id)
    return next((one for one in asked if not one.answered_at), None)


def answer(desk: Desk, approval: Approval, inquiry: Inquiry, text: str) -> None:
    """It stands on the card; whoever asked is told."""
    approvals.answer(desk.db, known(inquiry.id), text, desk.person.id, desk.recorded_at)
    about = Ref(KIND, known(approval.id))
    desk.change(about, None, {"answered": text})
    if inquiry.by_id != desk.person.id:
        desk.tell(ToPerson(inquiry.by_id), about)


# --- what it is about changes ---------------------------------------------------------------------


def changed(desk: Desk, about: Ref, what: Card, facts: Facts, name: str = "") -> None:
    """Something that they decide on changed: who agreed already is asked again.

    What was approved and has taken effect is flagged instead, with what has changed since. `name`
    is what it is called now.
    """
    approval = approvals.last_on(desk.db, about.kind, about.id)
    if approval is None or approval.state not in {OPEN, approvals.APPROVED}:
        return
    request = Ref(KIND, known(approval.id))
    approval.name = name or approval.name
    if approval.effective:
        flag(desk, approval, facts)
        return
    if approval.state == approvals.APPROVED:
        reopen(desk, approval)
    approval.asks = cards.encode(what)
    approvals.save(desk.db, approval)
    desk.change(request, None, {"changed": str(about)}, shown=_shown(facts))
    _ask_again(desk, approval)


def flag(desk: Desk, approval: Approval, facts: Facts) -> None:
    """Keep which of the facts that were decided on read otherwise now; of others, as it was.

    What nobody knew then and is told now is no change.
    """
    request = Ref(KIND, known(approval.id))
    state = subjects.state(desk.db, KIND, request.id)
    seen = subjects.shown(desk.db, KIND, request.id, state.revision if state else 1) or {}
    now = _shown(facts)
    differ = {one for one in now if one in seen and seen[one] != now[one]}
    differ |= set(approval.flagged.split("\n")) - now.keys()
    approval.flagged = "\n".join(one for one in {**seen, **now} if one in differ)
    approvals.save(desk.db, approval)
    desk.touch(request)
    desk.touch(Ref(approval.kind, approval.subject_id))


def _ask_again(desk: Desk, approval: Approval) -> None:
    """Who had agreed decides anew, each in their turn."""
    again = [s for s in approvals.seats(desk.db, known(approval.id)) if s.state == YES]
    for seat in again:
        ask_anew(desk, approval, seat)
    for seat in again:
        wait_again(desk, approval, seat)
    seats = approvals.seats(desk.db, known(approval.id))
    view = Ref(KIND, known(approval.id), "again")
    ids = {seat.id for seat in again}
    for voice in deciders.spoken_to(desk.db, approval, seats, desk.recorded_at):
        if voice.seat.id in ids:
            summon(desk, voice, view)


def call_off(desk: Desk, about: Ref, reason: str) -> None:
    """The subject is withdrawn: nobody has to decide any more, and what was decided is void.

    Unless that has taken effect.
    """
    approval = approvals.last_on(desk.db, about.kind, about.id)
    if approval is None or approval.effective:
        return
    approval.state, approval.decided_at, approval.reason = WITHDRAWN, desk.recorded_at, reason
    approval.effective = True
    approvals.save(desk.db, approval)
    approvals.close(desk.db, known(approval.id))
    request = Ref(KIND, known(approval.id))
    _owed_no_more(desk, approval)
    timers.drop(desk.db, KIND, request.id)
    desk.touch(request)
