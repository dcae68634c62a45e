"""What the cards of other subjects say of their owner: away, or only holding it for a while."""

from __future__ import annotations

from collections.abc import Iterable

from commands.kit.card import STAFF, Line, Ref
from commands.kit.money import Money
from commands.kit.noun import Look
from commands.kit.people import acting
from commands.kit.words import T, Words, listed, sentence
from commands.staff.rules import Matter, last_day
from storage import absences, departures, people
from storage.absences import Absence
from storage.database import Transaction, known
from storage.departures import Handover
from storage.people import Person


def about_owner(look: Look, about: Ref, owner: Person | None) -> Iterable[Line]:
    """Whether a subject's owner is away, and whether somebody else is to take it over."""
    if owner:
        yield from away(look, known(owner.id), owner.name)
    for piece in departures.open_on(look.db, about.kind, about.id):
        yield Line(_held(look.db, piece), STAFF)


def away(look: Look, person_id: int, name: str) -> Iterable[Line]:
    """That somebody is away, until when, and who stands in."""
    absence = absences.of(look.db, person_id, look.now)
    acts = acting(look.db, person_id, look.now)
    if absence and acts:
        day = last_day(absence, look.zone)
        said = T(
            "{name} is away until {day:weekday}; {deputy} stands in",
            name=name,
            day=day,
            deputy=acts.person.name,
        )
        yield Line(said, STAFF)


def given(absence: Absence, above: T) -> Iterable[Line]:
    """On what a deputy decides, where that is not everything; the rest is decided by `above`."""
    if absence.decides:
        on = listed([Matter(one).words for one in absence.decides])
        yield Line(
            T("The deputy decides on: {what}. The rest: {above}", what=on, above=above), STAFF
        )
    elif absence.decides is not None:
        yield Line(T("The deputy decides on nothing. Who does: {above}", above=above), STAFF)
    if absence.up_to is not None:
        most = Money(absence.up_to, absence.currency)
        said = T("The deputy decides up to {most}. Above it: {above}", most=most, above=above)
        yield Line(said, STAFF)


def _held(db: Transaction, piece: Handover) -> T:
    departure = departures.get(db, piece.departure_id)
    offer = departures.offer(db, piece.offer_id)
    assert departure is not None
    assert offer is not None
    return T(
        "{holder} has it until {to} takes it over from {leaver}",
        holder=called(db, departure.holder_id),
        to=called(db, offer.to_id),
        leaver=called(db, departure.person_id),
    )


def stands(db: Transaction, piece: Handover) -> T:
    """How a piece of what somebody leaves behind stands."""
    offer = departures.offer(db, piece.offer_id)
    to = called(db, offer.to_id) if offer else "?"
    values: dict[str, Words] = {"what": sentence(piece.what), "to": to}
    match piece.state:
        case departures.OFFERED:
            return T("☐ {what}: {to} is asked", **values)
        case departures.DECLINED:
            return T("✗ {what}: {to} declined", **values)
        case departures.TAKEN:
            return T("☑ {what}: {to} has it", **values)
        case _:
            return T("☑ {what}: settled", **values)


def called(db: Transaction, person_id: int) -> str:
    """Somebody's name, also when they have left."""
    row = people.get(db, person_id)
    return row.name if row else "?"
