"""Tells the administrator what nobody else would notice; many alarms of a kind are one letter."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Protocol

from commands.kit import card as cards
from commands.kit.card import Card, Line
from commands.kit.people import administrator
from commands.kit.words import T, Words
from storage import letters, people
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
    db: Transaction, clock: Clocks, kind: str, what: T, why: Words, besides: str = ""
) -> None:
    """Write to an administrator; an alarm replaces one of the same kind that is not sent yet.

    `besides` is a platform that can't bring it: an account on another one is chosen, if any is.
    """
    admin = administrator(db)
    if admin is None:
        return
    now, account = clock.now(), _other_account(db, besides) if besides else None
    letters.add(
        db,
        Letter(
            lane=f"account:{account}" if account else f"person:{admin.id}",
            person_id=None if account else admin.id,
            account_id=account,
            body=cards.encode(Card(what, (Line(why),))),
            replaces=f"{ALARM}{kind}",
            created_at=now,
            not_before=now + GATHERED,
            next_at=clock.machine(),
        ),
    )


def _other_account(db: Transaction, besides: str) -> int | None:
    """An account of an administrator's on another platform than this."""
    for admin in people.administrators(db):
        for account in people.accounts_of(db, known(admin.id)):
            if account.platform != besides and account.reachable:
                return account.id
    return None
