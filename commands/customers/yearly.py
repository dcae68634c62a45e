"""The days of a customer and its people that come every year, as its card tells them (3.2)."""

from __future__ import annotations

from collections.abc import Iterator

from commands.kit.card import STAFF, Note
from commands.kit.lunar import born, read_birthday, shown
from commands.kit.words import T
from storage import care, customers
from storage.care import BIRTHDAY, COOPERATION
from storage.database import Transaction

SHOWN = 5


def notes(db: Transaction, customer_id: int) -> Iterator[Note]:
    """Since when we cooperate, and whose birthday is when."""
    for occasion in care.occasions(db, customer_id, COOPERATION):
        day = read_birthday(occasion.day)
        yield Note(T("Cooperating since {day}", day=born(day) or shown(day)), STAFF)
    for occasion in care.occasions(db, customer_id, BIRTHDAY)[:SHOWN]:
        contact = customers.contact(db, occasion.contact_id) if occasion.contact_id else None
        if contact and not contact.left_on:
            day = read_birthday(occasion.day)
            yield Note(T("{name}'s birthday: {day}", name=contact.name, day=shown(day)), STAFF)
