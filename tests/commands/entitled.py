"""Who may decide and what it comes to, as the policy has it, not as the code finds it (2.2.4)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from commands.approvals.rules import Rule
from commands.kit.people import Department, acting, load, superior_of
from storage import absences, approvals
from storage.approvals import ASKED, NO, OPEN, YES, Approval, Seat
from storage.database import Transaction, known

ZHAO, WANG, LINA, ZHOU, CHEN, WU, SUN, LIU = range(1, 9)
EVERYBODY = range(1, 9)
SUBMITTER, ALSO_BARRED = LINA, LIU
BARRED = {SUBMITTER, ALSO_BARRED}


def is_still(db: Transaction, seat: Seat) -> bool:
    """Whether whoever has a seat works here, in the position for which they have it."""
    person = load(db, seat.person_id)
    if person is None:
        return False
    if seat.role.startswith("head:"):
        return Department(seat.role[5:]) in person.heads
    return not seat.role or Department(seat.role) in person.departments


def may_answer(
    db: Transaction, request: Approval, seats: list[Seat], at: datetime
) -> dict[int, set[int]]:
    """Who may answer in which seat, as the policy has it and not as the code finds it."""
    answered = {seat.by_id for seat in seats if seat.state in {YES, NO}}
    not_ = {*BARRED, *answered}
    found: dict[int, set[int]] = {}
    for seat in seats:
        if seat.state == ASKED:
            who = {seat.person_id} if is_still(db, seat) else set()
            having = {one.person_id for one in seats}
            who |= _instead(db, request, seat, not_ | having, at)
            found[known(seat.id)] = who - not_
    return found


def _instead(
    db: Transaction, request: Approval, seat: Seat, not_: set[int | None], at: datetime
) -> set[int]:
    """Who stands in: the deputy of who is away, the superior of who is that no more; or above."""
    if is_still(db, seat):
        if absences.of(db, seat.person_id, at) is None:
            return set()
        acts = acting(db, seat.person_id, at)
        following = acts.person if acts and acts.instead_of else None
        if not _given(db, request, seat.person_id, at):
            following = superior_of(db, seat.person_id)
    else:
        following = superior_of(db, seat.person_id)
    for _ in EVERYBODY:
        if following is None:
            break
        if following.id not in not_ and absences.of(db, following.id, at) is None:
            return {following.id}
        following = superior_of(db, following.id)
    return set()


def _given(db: Transaction, request: Approval, person_id: int, at: datetime) -> bool:
    """Whether everybody along the line of deputies was given this to decide, up to its amount."""
    passed: set[int] = set()
    absence = absences.of(db, person_id, at)
    while absence and absence.person_id not in passed:
        if absence.decides is not None and request.kind not in absence.decides:
            return False
        if absence.up_to is not None and request.amount is not None:
            same = absence.currency == request.currency
            if not same or request.amount > absence.up_to:
                return False
        passed.add(absence.person_id)
        absence = absences.of(db, absence.deputy_id, at)
    return True


def verdict(kind: Rule, wanted: int, seats: list[Seat]) -> str:
    """What the answers come to."""
    own, must = [s for s in seats if not s.must], [s for s in seats if s.must]
    yes = sum(seat.state == YES for seat in own)
    no = sum(seat.state == NO for seat in own)
    if kind is Rule.COUNT and len(own) - no >= wanted:
        no = 0
    if no or any(seat.state == NO for seat in must):
        return approvals.REJECTED
    enough = {Rule.ANY: yes >= 1, Rule.COUNT: yes >= wanted}.get(kind, yes == len(own))
    return approvals.APPROVED if enough and all(seat.state == YES for seat in must) else OPEN


@dataclass(frozen=True)
class Now:
    """The request as it stands, who works here, and who may answer in which seat."""

    request: Approval
    seats: list[Seat]
    here: set[int]
    may: dict[int, set[int]]

    @property
    def entitled(self) -> set[int]:
        return {who for some in self.may.values() for who in some} & self.here

    @property
    def new(self) -> set[int]:
        """Who works here, whose it is not, and who has no voice and had none."""
        having = {id_ for seat in self.seats for id_ in (seat.person_id, seat.by_id)}
        return self.here - BARRED - having


def _may(
    db: Transaction, request: Approval, seats: list[Seat], at: datetime
) -> dict[int, set[int]]:
    return may_answer(db, request, seats, at) if request.state == OPEN else {}


def now_of(db: Transaction, request_id: int, at: datetime) -> Now:
    """Look at a request at a moment."""
    request, seats = approvals.get(db, request_id), approvals.seats(db, request_id)
    assert request is not None
    here = {who for who in EVERYBODY if load(db, who)}
    return Now(request, seats, here, _may(db, request, seats, at))
