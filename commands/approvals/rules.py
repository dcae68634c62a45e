"""The rules of approvals: pure functions of who was asked, who answered what, and the time."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Annotated

from pydantic import Field

from commands.kit.people import Department, Labelled, Person
from commands.kit.policy import Clause, Section
from commands.kit.words import T
from storage.approvals import (
    APPROVED,
    GONE,
    NO,
    REJECTED,
    RETURNED,
    WAITING,
    YES,
    Approval,
    Seat,
)
from storage.database import known

KIND = "approval"
CLAUSE = "2.2.4"
WORDS = T("approval")
REMIND, ESCALATE, SETTLE, DECIDED = "remind", "escalate", "settle", "decided"
Count = Field(gt=0, le=100)


class Rule(Labelled):
    """How many must agree, and in which order."""

    ANY = "any", "one of them decides"
    ALL = "all", "all of them must agree"
    ORDER = "order", "one after the other"
    COUNT = "count", "so many of them must agree"


class ApprovalPolicy(Section, section="approvals"):
    """How long a decision may wait, in working hours of the company."""

    take_back_minutes: Annotated[int, Clause("2.2.4"), Field(ge=0, le=60)]
    remind_hours: Annotated[int, Clause("2.2.4"), Count]
    escalate_hours: Annotated[int, Clause("2.2.4"), Count]


def counted(seats: Iterable[Seat]) -> list[Seat]:
    """Those seats that somebody still has or had: not what was handed on or taken away."""
    return [seat for seat in seats if seat.state != GONE]


def need(rule: Rule, wanted: int, seats: int) -> int:
    """How many must agree among so many."""
    match rule:
        case Rule.ANY:
            return 1
        case Rule.COUNT:
            return wanted
        case _:
            return seats


def outcome(approval: Approval, seats: Iterable[Seat]) -> str | None:
    """What was decided; None while it is open.

    One refusal is enough where one or all decide, or of who must agree; where so many must agree,
    it takes refusals enough that the rest are too few.
    """
    having = counted(seats)
    must = [seat for seat in having if seat.must]
    rest = [seat.state for seat in having if not seat.must]
    allowed = len(rest) - approval.need if approval.rule == Rule.COUNT else 0
    if rest.count(NO) > allowed or any(seat.state == NO for seat in must):
        return REJECTED
    agreed = rest.count(YES) >= approval.need and all(seat.state == YES for seat in must)
    return APPROVED if agreed else None


def next_asked(seats: Sequence[Seat]) -> list[Seat]:
    """The seats whose turn has come and who have not been asked yet."""
    answered_ = {seat.id for seat in seats if seat.state in {YES, NO, GONE}}
    waiting = (seat for seat in seats if seat.state == WAITING)
    return [seat for seat in waiting if seat.after_id is None or seat.after_id in answered_]


@dataclass(frozen=True, slots=True)
class Voice:
    """Somebody who may answer now: for which seat, and in whose place if not in their own."""

    seat: Seat
    person_id: int
    instead_of: int | None = None


def voice_of(
    person_id: int, voices: Iterable[Voice], seats: Iterable[Seat], barred: Collection[int]
) -> Voice | None:
    """The voice that a person has now; None if none.

    Nobody decides on what they submitted, and nobody twice, whoever they stand in for.
    """
    if person_id in barred or person_id in answered(seats):
        return None
    own = [voice for voice in voices if voice.person_id == person_id]
    return min(own, key=lambda voice: voice.instead_of is not None, default=None)


def still(person: Person, role: str) -> bool:
    """Whether somebody is what a seat was given for: of a department, its head, or merely named."""
    if not role:
        return True
    what, _, which = role.rpartition(":")
    return Department(which) in (person.heads if what == "head" else person.departments)


def answered(seats: Iterable[Seat]) -> set[int]:
    """Everybody who answered already, in their own place or in another's."""
    return {seat.by_id for seat in seats if seat.state in {YES, NO} and seat.by_id is not None}


def last_answer(approval: Approval, seats: Iterable[Seat]) -> Seat | None:
    """The answer that came last; of a decided one, the last of those that decided it so."""
    said = {APPROVED: {YES}, REJECTED: {NO}, RETURNED: {NO}}.get(approval.state, {YES, NO})
    having = [(seat.at, known(seat.id), seat) for seat in seats if seat.at and seat.state in said]
    return max(having, key=lambda one: one[:2])[2] if having else None
