"""What a platform vouches for of an account: a phone number, an e-mail address."""

from sqlalchemy import bindparam, update
from sqlmodel import col

from storage.database import Deed, Transaction
from storage.people import Account
from storage.reach import email_key, phone_key

_VOUCHED = Deed(
    update(Account)
    .where(col(Account.id) == bindparam("b_id"))
    .values(phone=bindparam("to_phone"), email=bindparam("to_email"))
)
_DENIED = Deed(
    update(Account).where(col(Account.id) == bindparam("b_id")).values(denied=bindparam("whom"))
)


def vouch(db: Transaction, row: Account, *, phone: str = "", email: str = "") -> None:
    """A platform vouches for an account's phone number or e-mail address, from now on."""
    row.phone = phone_key(phone) or row.phone
    row.email = email_key(email) or row.email
    _VOUCHED.run(db, b_id=row.id, to_phone=row.phone, to_email=row.email)


def deny(db: Transaction, account_id: int, whom: str) -> None:
    """An account said that it is not this person's."""
    _DENIED.run(db, b_id=account_id, whom=whom)
