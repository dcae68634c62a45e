"""Tells the administrator what nobody else would notice; many alarms of a kind are one letter."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Protocol

from commands.kit import card as cards
from commands.kit.card import Card, Line, Part
from commands.kit.people import Person, administrator, load
from commands.kit.words import T, Words
from storage import letters, people, troubles
from storage.database import Transaction, known
from storage.letters import Letter

GATHERED = timedelta(minutes=1)
ALARM = "alarm:"


class Clocks(Protocol):
    """The two clocks."""

    def now(self) -> datetime:
        """The company's."""

    def machine(self) -> datetime:
        """The machine's."""


def raise_alarm(
    db: Transaction, clock: Clocks, kind: str, what: T, why: Words, more: tuple[Part, ...] = ()
) -> None:
    """Write to an administrator; an alarm replaces one of the same kind that is not sent yet."""
    admin = _reachable(db) or administrator(db)
    if admin is None:
        return
    now = clock.now()
    letters.add(
        db,
        Letter(
            lane=f"person:{admin.id}",
            person_id=admin.id,
            body=cards.encode(Card(what, (Line(why), *more))),
            replaces=f"{ALARM}{kind}",
            created_at=now,
            not_before=now + GATHERED,
            next_at=clock.machine(),
        ),
    )


def _reachable(db: Transaction) -> Person | None:
    """The first administrator with an account that takes letters, on a platform that does."""
    hindered = troubles.hindered(db)
    for row in people.administrators(db):
        accounts = people.accounts_of(db, known(row.id))
        if any(one.reachable and one.platform not in hindered for one in accounts):
            return load(db, known(row.id))
    return None
