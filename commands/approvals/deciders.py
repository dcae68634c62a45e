"""Who decides: who has a seat, who may answer in it at a moment, and whom to turn to."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from commands.approvals.rules import Rule, Voice, answered, still, voice_of
from commands.kit.money import Money
from commands.kit.people import (
    Department,
    Person,
    acting,
    administrator,
    head_of,
    load,
    members_of,
    superior_of,
)
from storage import absences, approvals
from storage.absences import Absence
from storage.approvals import ASKED, GONE, Approval, Seat
from storage.database import Transaction, known


@dataclass(frozen=True, slots=True)
class Decider:
    """Somebody who is to decide, and as what: `management`, `head:quality`, or merely named."""

    person: Person
    role: str = ""


@dataclass(frozen=True, slots=True)
class Procedure:
    """How something is decided: by whom, by which rule, and who may not because it is theirs.

    `name` is what people call what is decided on; `wanted` how many must agree where it counts;
    `place` the purpose of the places where the card is posted too; `amount` what it comes to.
    """

    name: str
    clause: str
    deciders: Sequence[Decider]
    rule: Rule = Rule.ANY
    wanted: int = 1
    barred: frozenset[int] = frozenset()
    place: str = ""
    amount: Money | None = None


def whom(db: Transaction, named: str) -> list[Decider]:
    """Those that the policy names: `management` is everybody there, `head:quality` its head."""
    what, _, which = named.rpartition(":")
    if what != "head":
        return [Decider(person, named) for person in members_of(db, Department(which))]
    head = head_of(db, Department(which))
    if head is None:
        return []
    return [Decider(head, named if Department(which) in head.heads else "")]


def seated(db: Transaction, how: Procedure, barred_: Collection[int]) -> list[Decider]:
    """Whoever decides, each once; the voice of who submitted it is their superior's."""
    found: dict[int, Decider] = {}
    own: list[Person] = []
    for decider in how.deciders:
        if decider.person.id in barred_:
            own.append(decider.person)
        else:
            found.setdefault(decider.person.id, decider)
    if found and how.rule is Rule.ANY:
        return list(found.values())
    for person in own or ([] if found else _nobody(db)):
        above = _above(db, person, {*barred_, *found})
        if above:
            found[above.id] = Decider(above)
    return list(found.values())


def _nobody(db: Transaction) -> list[Person]:
    """Nobody is named: it falls to an administrator."""
    found = administrator(db)
    return [found] if found else []


def _above(
    db: Transaction, person: Person, not_: Collection[int], now: datetime | None = None
) -> Person | None:
    """The person, or the next above them, who is none of these; nobody if there is none.

    With a moment, whoever is away then is passed over too.
    """
    passed: set[int] = set()
    at: Person | None = person
    while at and at.id not in passed:
        away = now is not None and absences.of(db, at.id, now) is not None
        if at.id not in not_ and not away:
            return at
        passed.add(at.id)
        at = superior_of(db, at.id)
    return None


def voices(db: Transaction, approval: Approval, seats: Sequence[Seat], at: datetime) -> list[Voice]:
    """Everybody who may answer at this moment, for each seat that is asked.

    Who is away may still answer; so may who stands in for them. Where that is the submitter or
    somebody with a voice of their own, it is the next above.
    """
    asked = (seat for seat in seats if seat.state == ASKED)
    return [voice for seat in asked for voice in _of_seat(db, approval, seat, seats, at)]


def _of_seat(
    db: Transaction, approval: Approval, seat: Seat, seats: Sequence[Seat], at: datetime
) -> Iterator[Voice]:
    meant = load(db, seat.person_id)
    entitled = meant is not None and still(meant, seat.role)
    if entitled:
        yield Voice(seat, seat.person_id)
    covering = partial(covers, approval)
    acts = acting(db, seat.person_id, at, covering) if entitled else None
    if acts and acts.instead_of is None:
        return
    others = {one.person_id for one in seats if one.state != GONE}
    first = acts.person if acts else superior_of(db, seat.person_id)
    not_ = {*approval.barred, *others, *answered(seats)}
    stands_in = _above(db, first, not_, at) if first else None
    if stands_in:
        yield Voice(seat, stands_in.id, seat.person_id)


def covers(approval: Approval, absence: Absence) -> bool:
    """Whether who stands in decides on this too: it is of a kind they were given, in their limit.

    An amount in another currency than the limit's is above it: nobody knows what it is worth.
    """
    if absence.decides is not None and approval.kind not in absence.decides:
        return False
    if absence.up_to is None or approval.amount is None:
        return True
    return approval.currency == absence.currency and approval.amount <= absence.up_to


def stood_in_for(db: Transaction, person_id: int, at: datetime) -> list[tuple[Approval, int]]:
    """What falls to a person now because somebody is away, and whose it is."""
    found = []
    for absent in dict.fromkeys(absence.person_id for absence in absences.now(db, at)):
        for one in approvals.asked_of(db, absent):
            seats = approvals.seats(db, known(one.id))
            voice = voice_of(person_id, voices(db, one, seats, at), seats, one.barred)
            if voice and voice.instead_of == absent:
                found.append((one, absent))
    return found


def spoken_to(
    db: Transaction, approval: Approval, seats: Sequence[Seat], at: datetime
) -> list[Voice]:
    """Whom to turn to, one for each seat: whoever stands in where somebody is away."""
    last = {known(voice.seat.id): voice for voice in voices(db, approval, seats, at)}
    return list(last.values())
