"""How a bank account is told of: masked, with what became of it."""

from __future__ import annotations

from commands.kit.words import T, Words
from storage import banks, people
from storage.banks import BankAccount
from storage.database import Transaction

SHOWN = 4


def masked(number: str) -> str:
    """All but the last four."""
    bare = banks.bare(number)
    return f"•••• {bare[-SHOWN:]}" if len(bare) > SHOWN * 2 else "••••"


def row(db: Transaction, account: BankAccount) -> tuple[Words, Words]:
    """An account as a fact. Raises `storage.keyring.Unreadable`."""
    holder, bank, number = banks.details(db, account)
    what = " · ".join(x for x in (bank, holder, masked(number)) if x)
    return T("Bank account"), T("{account}, {state}", account=what, state=state(db, account))


def state(db: Transaction, account: BankAccount) -> T:
    """What became of it, and by whom."""
    by = name_of(db, account.settled_by or account.entered_by)
    said = {
        banks.ENTERED: T("entered by {who}, not confirmed yet", who=by),
        banks.CONFIRMED: T("confirmed by {who}", who=by),
        banks.REFUSED: T("refused by {who}", who=by),
        banks.ENDED: T("ended by {who}", who=by),
    }
    return said[account.state]


def name_of(db: Transaction, person_id: int | None) -> str:
    """Somebody's name."""
    found = people.get(db, person_id) if person_id else None
    return found.name if found else "?"
