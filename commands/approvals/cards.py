"""A request's card: what is to be decided and by whom, what was asked, and what came of it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from commands.approvals.asking import subject_of
from commands.approvals.deciders import spoken_to
from commands.approvals.rules import KIND, Rule, last_answer
from commands.kit import card as cards
from commands.kit.card import STAFF, Button, Buttons, Card, Line, Note, Part, Quote, Ref
from commands.kit.noun import Look
from commands.kit.words import T, Value, Words, kept, listed, sentence
from commands.said import said_lately
from storage import approvals, people, subjects
from storage.approvals import (
    APPROVED,
    ASKED,
    NO,
    OPEN,
    REJECTED,
    RETURNED,
    WAITING,
    YES,
    Approval,
    Seat,
)
from storage.database import Json, Transaction


def card(look: Look, id_: int) -> Card:
    """The card that is posted and redrawn."""
    approval = approvals.get(look.db, id_)
    if approval is None:
        return Card(T("This is no longer here."))
    about = Ref(KIND, id_)
    seats = approvals.seats(look.db, id_)
    parts = (
        *cards.decode(approval.asks).parts,
        *_conditions(look.db, seats),
        *_waiting(look, approval, seats),
        *_answers(look.db, approval, seats),
        *_asked(look.db, id_),
        *said_lately(look, about),
        *flagged(approval),
        *_verbs(look, approval, about),
    )
    return Card(_title(look.db, approval, seats), parts, about)


def again(look: Look, id_: int, _told: str) -> Card:
    """What somebody reads who had agreed before it changed."""
    shown, approval = card(look, id_), approvals.get(look.db, id_)
    if approval is None or approval.state != OPEN:
        return shown
    what = subject_of(approval)
    title = T("🔁 {what} has changed since you agreed: please decide anew", what=what)
    return replace(shown, title=title)


def difference(seen: Json, now: Json) -> tuple[tuple[Words, Words], ...]:
    """What is decided on and reads otherwise now: its name, and how it read and reads."""
    return tuple(
        (kept(name), _then_and_now((seen or {}).get(name), (now or {}).get(name)))
        for name in {**(seen or {}), **(now or {})}
        if (seen or {}).get(name) != (now or {}).get(name)
    )


def _then_and_now(then: Json, now: Json) -> T:
    read, reads = (sentence(one) if one else "—" for one in (then, now))
    return T("{before} → {after}", before=read, after=reads)


def _title(db: Transaction, approval: Approval, seats: Sequence[Seat]) -> T:
    what = subject_of(approval)
    last = last_answer(approval, seats)
    values: dict[str, Value] = {"what": what, "who": named(db, last.by_id) if last else "—"}
    match approval.state:
        case approvals.OPEN:
            return T("🔷 Please decide: {what}", what=what)
        case approvals.APPROVED:
            if approval.condition:
                return T("✅ {who} approved with a condition: {what}", **values)
            return T("✅ {who} approved: {what}", **values)
        case approvals.REJECTED:
            return T("❌ {who} rejected: {what}", **values)
        case approvals.RETURNED:
            return T("↩️ {who} sent it back for a correction: {what}", **values)
        case _:
            return T("⏹ Withdrawn: {what}", what=what)


def named(db: Transaction, person_id: int | None) -> str:
    """Somebody's name, whether or not they still work here."""
    found = people.get(db, person_id) if person_id else None
    return found.name if found else "?"


def _waiting(look: Look, approval: Approval, seats: Sequence[Seat]) -> Iterable[Part]:
    """Who is waited for, and since when."""
    if approval.state != OPEN:
        return
    asked = spoken_to(look.db, approval, seats, look.now)
    names = listed([_voice(look.db, v.person_id, v.instead_of) for v in asked])
    since = min((s.asked_at for s in seats if s.state == ASKED and s.asked_at), default=None)
    values: dict[str, Value] = {"names": names, "at": since or approval.asked_at}
    yield Line(_rule(approval, seats, len(asked), values), STAFF)
    later = [named(look.db, s.person_id) for s in seats if s.state == WAITING]
    if later:
        yield Note(T("After that: {names}", names=listed(later)))


def _rule(approval: Approval, seats: Sequence[Seat], asked: int, values: dict[str, Value]) -> T:
    must = any(seat.must and seat.state == ASKED for seat in seats)
    left = approval.need - sum(seat.state == YES and not seat.must for seat in seats)
    if asked == 1 or must:
        return T("Waiting for {names} since {at:clock}", **values)
    if approval.rule == Rule.ANY:
        return T("Waiting for {names} since {at:clock}; one of them suffices", **values)
    if approval.rule == Rule.COUNT:
        return T("Waiting for {names} since {at:clock}; {n} must agree", n=left, **values)
    return T("Waiting for {names} since {at:clock}; all must agree", **values)


def _voice(db: Transaction, person_id: int, instead_of: int | None) -> Words:
    name = named(db, person_id)
    if instead_of is None:
        return name
    return T("{name} (for {away})", name=name, away=named(db, instead_of))


def _answers(db: Transaction, approval: Approval, seats: Sequence[Seat]) -> Iterable[Part]:
    """Who answered what, when, and in whose place."""
    for seat in seats:
        if seat.state not in {YES, NO} or seat.by_id is None:
            continue
        instead = seat.person_id if seat.by_id != seat.person_id else None
        values: dict[str, Value] = {"who": _voice(db, seat.by_id, instead), "at": seat.at}
        if seat.state == YES:
            yield Line(T("☑ {who} agreed {at:clock}", **values), STAFF)
        elif approval.state != RETURNED:
            yield Line(T("✗ {who} refused {at:clock}", **values), STAFF)
        if seat.reason:
            yield Quote(seat.reason, to=STAFF)


def _conditions(db: Transaction, seats: Sequence[Seat]) -> Iterable[Part]:
    for seat in seats:
        if seat.state == YES and seat.condition:
            yield Quote(seat.condition, _set(db, seat), STAFF)


def _set(db: Transaction, seat: Seat) -> T:
    """Who set a condition, who sees to it, and by when."""
    values: dict[str, Value] = {"name": named(db, seat.by_id), "day": seat.condition_by}
    if seat.condition_owner_id:
        owner = named(db, seat.condition_owner_id)
        return T("condition set by {name}: {owner} sees to it by {day:near}", owner=owner, **values)
    if seat.condition_by:
        return T("condition set by {name}, to be met by {day:near}", **values)
    return T("condition set by {name}", **values)


def _asked(db: Transaction, id_: int) -> Iterable[Part]:
    for inquiry in approvals.inquiries(db, id_):
        asks = T("{name} asks, {at:clock}", name=named(db, inquiry.by_id), at=inquiry.at)
        yield Quote(inquiry.text, asks, STAFF)
        if inquiry.answered_at:
            who = named(db, inquiry.answered_by)
            told = T("{name}, {at:clock}", name=who, at=inquiry.answered_at)
            yield Quote(inquiry.answer, told, STAFF)


def flagged(approval: Approval | None) -> Iterable[Part]:
    """What reads otherwise than when it was approved."""
    if approval and approval.flagged:
        names = listed([kept(name) for name in approval.flagged.split("\n")])
        yield Line(T("⚠ Changed after approval: {names}", names=names), STAFF)


def _verbs(look: Look, approval: Approval, about: Ref) -> Iterable[Part]:
    if approval.state != OPEN:
        yield from _take_back(look, approval, about)
        return
    state = subjects.state(look.db, KIND, about.id)
    revision = state.revision if state else 0
    unanswered = any(not one.answered_at for one in approvals.inquiries(look.db, about.id))
    answer = (Button(T("Answer"), "approval_answer", {}, about),) if unanswered else ()
    yield Buttons(
        (
            Button(T("Approve"), "approve", {}, about, revision, style="primary"),
            Button(T("Reject…"), "reject", {}, about, revision, style="danger"),
            Button(T("Ask"), "approval_ask", {}, about),
            *answer,
            Button(T("See file"), "approval_file", {}, about),
        )
    )
    yield Buttons(
        (
            Button(T("With a condition…"), "approve_if", {}, about, revision),
            Button(T("Send back…"), "approval_return", {}, about, revision),
            Button(T("Hand on"), "approval_transfer", {}, about),
            Button(T("Add somebody"), "approval_add", {}, about),
        )
    )


def _take_back(look: Look, approval: Approval, about: Ref) -> Iterable[Part]:
    if approval.effective or approval.effective_at is None:
        return
    if approval.state not in {APPROVED, REJECTED, RETURNED}:
        return
    until = approval.effective_at
    yield Note(T("This can be taken back until {at:clock}.", at=until))
    yield Buttons((Button(T("Take back"), "approval_undo", {}, about),))
