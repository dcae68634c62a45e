"""Chooses where a letter goes: the chat it names, or the account that reaches its reader best."""

from __future__ import annotations

from dataclasses import dataclass

from scheduler.sending import Sender, Where
from storage import people, troubles
from storage.database import Transaction
from storage.letters import Letter
from storage.people import Account


@dataclass(frozen=True, slots=True)
class Addressing:
    """Knows which platforms are on."""

    sender: Sender

    def whereto(self, db: Transaction, letter: Letter) -> tuple[Account | None, Where | None]:
        """The chat that a letter names, or the direct chat of the account that is chosen."""
        if letter.chat:
            where = Where(letter.platform, letter.workspace, letter.chat, letter.thread)
            return None, where
        account = self.account(db, letter)
        if account is None:
            return None, None
        return account, Where(account.platform, account.workspace, account.chat)

    def account(self, db: Transaction, letter: Letter) -> Account | None:
        """On the platform chosen as home, else where last used; one that refused us comes last.

        So does one of a platform that does not know the bot any more.
        """
        if letter.account_id:
            return people.account_by_id(db, letter.account_id)
        if letter.person_id:
            found = _homeward(db, letter.person_id, people.accounts_of(db, letter.person_id))
        else:
            found = people.accounts_of_contact(db, letter.contact_id or 0)
        usable = [a for a in found if self.sender.knows(a.platform)]
        if len(usable) > 1:
            hindered = troubles.hindered(db)
            usable.sort(key=lambda a: (not a.reachable, a.platform in hindered))
        return usable[0] if usable else None


def works_here(db: Transaction, person_id: int) -> bool:
    """Whether somebody is still of the company."""
    found = people.get(db, person_id)
    return found is not None and found.active


def _homeward(db: Transaction, person_id: int, found: list[Account]) -> list[Account]:
    """Accounts in the order in which they are tried; they come the last used first."""
    person = people.get(db, person_id)
    home = person.home if person else ""
    return sorted(found, key=lambda account: (not account.reachable, account.platform != home))
