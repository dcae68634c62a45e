"""Planned visits by what people call them: the customer that they are to (clause 3.1.1a)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from zoneinfo import ZoneInfo

from commands import customers as customer_noun
from commands.kit.errors import Refused
from commands.kit.noun import Found, Look, Matches
from commands.kit.people import Actor
from commands.kit.words import T
from storage import appointments, people
from storage.appointments import Appointment
from storage.database import Transaction, known

OFFERED = 8
LONG_AGO, FAR = timedelta(days=62), timedelta(days=3660)


def find(look: Look, text: str, actor: Actor | None) -> Matches:
    """Those to the customer that is named, one's own before others'; one's own without a name."""
    person = actor.person if actor else None
    if person is None:
        return Matches()
    mine = {person.id, *person.stands_in_for}
    if not text.strip():
        own = [one for who in sorted(mine) for one in appointments.all_of(look.db, who, OFFERED)]
        return _matches(look, own)
    called = customer_noun.find(look, text, actor)
    to = called.found[:1] if called.clear else called.found
    there = _to(look, [one.id for one in to])
    own = [one for one in there if one.person_id in mine]
    return _matches(look, own or there)


def leads(look: Look, text: str, *, whole: bool = False) -> tuple[Matches, str]:
    """The planned visit to the customer that a text begins with, and the rest of the text.

    Raises `Refused` where a customer is named and none is planned to it.
    """
    called, rest = customer_noun.leads(look, text, whole=whole)
    if not called.clear:
        return Matches(), text
    there = _to(look, [called.found[0].id])
    if not there and not whole:
        raise Refused(T("No visit to {customer} is planned.", customer=called.found[0].name))
    return _matches(look, there), rest


def _to(look: Look, customer_ids: Sequence[int]) -> list[Appointment]:
    since, before = look.now - LONG_AGO, look.now + FAR
    return appointments.of_customers(look.db, customer_ids, since, before)


def _matches(look: Look, found: Sequence[Appointment]) -> Matches:
    some = tuple(Found(known(one.id), called(look.db, one, look.zone), 100) for one in found)
    return Matches(some[:OFFERED], clear=len(some) == 1)


def called(db: Transaction, plan: Appointment, zone: ZoneInfo) -> str:
    """To whom, when, and by whom: what tells it from the others."""
    name = customer_noun.name_of(db, plan.customer_id) or "?"
    by = people.get(db, plan.person_id)
    at = plan.at.astimezone(zone)
    return " · ".join(filter(None, (name, f"{at:%m-%d %H:%M}", by.name if by else "")))
