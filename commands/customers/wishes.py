"""What customers and their people wish to be greeted for, as a file says it (clause 3.2.1)."""

from __future__ import annotations

from collections.abc import Iterator

from commands.kit.card import Note
from commands.kit.people import Labelled
from commands.kit.words import T
from storage import customers, wishes
from storage.database import Transaction


class Wished(Labelled):
    """What somebody wishes."""

    ALL = "all", "All greetings"
    BIRTHDAYS = "birthdays", "Only birthday wishes"
    NONE = "none", "No greetings"


def told(db: Transaction, customer_id: int) -> dict[int | None, Wished]:
    """Each wish at a customer by whose it is; everybody's stands under None."""
    return {one.contact_id: Wished(one.wish) for one in wishes.of(db, customer_id)}


def notes(db: Transaction, customer_id: int) -> Iterator[Note]:
    """Every wish, for the customer's card."""
    for contact_id, wish in told(db, customer_id).items():
        contact = customers.contact(db, contact_id) if contact_id else None
        who = contact.name if contact else T("everybody here")
        yield Note(T("Greetings for {who}: {wish}", who=who, wish=wish.words))
