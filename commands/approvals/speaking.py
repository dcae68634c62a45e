"""Whoever speaks about a request: whether they have a voice, and if not, why."""

from __future__ import annotations

from commands.approvals import asking, deciders
from commands.approvals.cards import named
from commands.approvals.rules import (
    KIND,
    WORDS,
    Voice,
    answered,
    last_answer,
    still,
    voice_of,
)
from commands.kit.card import Ref
from commands.kit.desk import Desk
from commands.kit.errors import Denied, Refused, no_such
from commands.kit.people import acting
from commands.kit.words import T, Words, listed
from storage import absences, approvals
from storage.approvals import (
    ASKED,
    OPEN,
    WAITING,
    Approval,
    Seat,
)
from storage.database import known


def open_one(desk: Desk, approval_id: int) -> Approval:
    approval = approvals.get(desk.db, approval_id)
    if approval is None:
        raise no_such(WORDS)
    if approval.state != OPEN:
        raise Refused(decided_words(desk, approval))
    return approval


def decided_words(desk: Desk, approval: Approval) -> T:
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


def voice_here(desk: Desk, approval: Approval) -> Voice:
    """The voice of whoever speaks; raises `Denied` with the reason why they have none."""
    seats = approvals.seats(desk.db, known(approval.id))
    voices = deciders.voices(desk.db, approval, seats, desk.recorded_at)
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
    why = (_not_instead(desk, approval, seat, names) for seat in seats)
    return next(filter(None, why), None) or T(
        "This is not yours to decide. Waiting for: {names}", names=names
    )


def _not_instead(desk: Desk, approval: Approval, seat: Seat, names: Words) -> T | None:
    """Why somebody who stands in, or stood in, for who is asked has no voice."""
    name = named(desk.db, seat.person_id)
    if _stands_in(desk, seat):
        return T(
            "You stand in for {name}, but not for this decision. Waiting for: {names}",
            name=name,
            names=names,
        )
    if _stood_in(desk, approval, seat):
        return T("You no longer stand in for {name}. Waiting for: {names}", name=name, names=names)
    return None


def _stands_in(desk: Desk, seat: Seat) -> bool:
    """Whether they stand in for whoever is asked, though for this not."""
    acts = acting(desk.db, seat.person_id, desk.recorded_at) if seat.state == ASKED else None
    return acts is not None and acts.instead_of is not None and acts.person.id == desk.person.id


def _stood_in(desk: Desk, approval: Approval, seat: Seat) -> bool:
    """Whether they stood in for whoever is asked, when it was asked or since."""
    asked, now = seat.asked_at or approval.asked_at, desk.recorded_at
    return seat.state == ASKED and absences.stood_in(
        desk.db, desk.person.id, seat.person_id, asked, now
    )


def noted(desk: Desk, approval: Approval, answer: str, voice: Voice, said: str = "") -> Ref:
    """The journal keeps who answered what, and in whose place; the cards are redrawn."""
    about = Ref(KIND, known(approval.id))
    after = {"answer": answer, "of": voice.seat.person_id, "said": said}
    desk.change(about, None, after)
    return about
