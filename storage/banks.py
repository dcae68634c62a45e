"""Customers' bank accounts: entered by one, confirmed by another (clause 7.1, financial part)."""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Collection, Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import bindparam, select, update
from sqlmodel import col

from storage.batches import Among
from storage.columns import key, may_point_at, maybe_moment, moment, points_at, words
from storage.database import Deed, Query, Transaction
from storage.rows import Row

ENTERED, CONFIRMED, REFUSED, ENDED = "entered", "confirmed", "refused", "ended"


class BankAccount(Row, table=True):
    """One account. `sealed` holds its holder, bank and number.

    `call` is whom its confirmer called back, `reason` why it was refused or ended; sealed too.
    """

    __tablename__ = "bank_account"

    id: int | None = key()
    customer_id: int = points_at("customer")
    sealed: str = words()
    state: str = ENTERED
    entered_by: int = points_at("person", index=False)
    entered_at: datetime = moment()
    settled_by: int | None = may_point_at("person", index=False)
    settled_at: datetime | None = maybe_moment()
    call: str = words()
    reason: str = words()


class Details(NamedTuple):
    """What an account is, as people write it."""

    holder: str
    bank: str
    number: str


_BY_ID = Query(BankAccount, select(BankAccount).where(col(BankAccount.id) == bindparam("id")))
_OF = Query(
    BankAccount,
    select(BankAccount)
    .where(Among(col(BankAccount.customer_id), "ids"))
    .order_by(col(BankAccount.customer_id), col(BankAccount.id)),
)
_OPEN = Query(
    BankAccount,
    select(BankAccount)
    .where(col(BankAccount.state) == ENTERED)
    .order_by(col(BankAccount.id))
    .limit(20),
)
_SETTLE = Deed(
    update(BankAccount)
    .where(col(BankAccount.id) == bindparam("b_id"), col(BankAccount.state) == bindparam("was"))
    .values(
        state=bindparam("to_state"),
        settled_by=bindparam("to_by"),
        settled_at=bindparam("to_at"),
        call=bindparam("to_call"),
        reason=bindparam("to_reason"),
    )
)


def get(db: Transaction, account_id: int) -> BankAccount | None:
    """One account."""
    return _BY_ID.first(db, id=account_id)


def of(db: Transaction, customer_id: int) -> list[BankAccount]:
    """The accounts of a customer, whatever became of them."""
    return of_each(db, [customer_id])


def of_each(db: Transaction, ids: Sequence[int]) -> list[BankAccount]:
    """The accounts of these customers."""
    return _OF.all(db, ids=ids) if ids else []


def open_ones(db: Transaction) -> list[BankAccount]:
    """Those that wait to be confirmed, the oldest first."""
    return _OPEN.all(db)


def enter(db: Transaction, account: BankAccount, details: Details) -> int:
    """Enter an account; nobody can read it in the database."""
    account.sealed = db.keyring.seal(json.dumps(details, ensure_ascii=False))
    return db.add(account)


def details(db: Transaction, account: BankAccount) -> Details:
    """What an account is. Raises `storage.keyring.Unreadable`."""
    return Details(*json.loads(db.keyring.open(account.sealed)))


def same(db: Transaction, account: BankAccount, number: str) -> bool:
    """Whether this is the number of an account. Raises `storage.keyring.Unreadable`."""
    return bare(details(db, account).number) == bare(number)


def among(db: Transaction, customer_id: int, number: str, states: Collection[str]) -> bool:
    """Whether a customer has an account of this number in one of these states."""
    return any(one.state in states and same(db, one, number) for one in of(db, customer_id))


def settle(  # what became of it, each by its name
    db: Transaction,
    account: BankAccount,
    state: str,
    by_id: int,
    at: datetime,
    *,
    call: str = "",
    reason: str = "",
) -> bool:
    """Say what became of an account; False when somebody did meanwhile."""
    to = {"to_state": state, "to_by": by_id, "to_at": at, "to_reason": db.keyring.seal(reason)}
    kept = db.keyring.seal(call) or account.call
    return _SETTLE.run(db, b_id=account.id, was=account.state, **to, to_call=kept) == 1


def bare(number: str) -> str:
    """A number without what only makes it easier to read, and as narrow as it can be written."""
    plain = unicodedata.normalize("NFKC", number).upper()
    return "".join(letter for letter in plain if letter not in " -\u2010\u2011\u2013")
