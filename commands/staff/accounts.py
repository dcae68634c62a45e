"""Accounts: one's own are shown, and taken away by oneself or an administrator."""

from __future__ import annotations

from typing import Annotated

from commands.kit.card import STAFF, Card, Line, Ref
from commands.kit.command import Command
from commands.kit.desk import Desk
from commands.kit.errors import no_such
from commands.kit.form import AccountId, Ask, PersonId
from commands.kit.noun import Found, Look, Matches, Noun
from commands.kit.people import Actor, Relation, Role, ToAccount
from commands.kit.words import T
from commands.staff.cards import account_name
from commands.staff.changing import somebody
from commands.staff.rules import KIND, check_administered
from storage import people
from storage.database import Transaction, known
from storage.people import Account

ACCOUNT = T("account")


def _find(look: Look, text: str, actor: Actor | None) -> Matches:
    """One's own accounts, by their platform or name."""
    if actor is None or actor.person is None:
        return Matches()
    mine = people.accounts_of(look.db, actor.person.id)
    named = [Found(known(a.id), account_name(a)) for a in mine]
    found = tuple(one for one in named if text.strip().casefold() in one.name.casefold())
    return Matches(found, clear=len(found) == 1)


def _name_of(db: Transaction, id_: int) -> str | None:
    row = people.account_by_id(db, id_)
    return account_name(row) if row and row.person_id else None


NOUN = Noun(kind="account", words=ACCOUNT, find=_find, name_of=_name_of)


class Unlink(
    Command,
    name="account_unlink",
    aliases=("解除账号",),
    who={Relation.OWNER, Role.ADMINISTRATOR},
    on=KIND,
):
    """Unlink an account."""

    person: Annotated[PersonId, Ask("Whose is it?", "Person")]
    account: Annotated[AccountId, Ask("Which account?", "Account")]

    def run(self, desk: Desk) -> Card:
        """It is nobody's from now on; the last administrator keeps a way in."""
        found = somebody(desk, self.person)
        row = people.account_by_id(desk.db, self.account)
        if row is None or row.person_id != found.id:
            raise no_such(ACCOUNT)
        left = [a for a in people.accounts_of(desk.db, found.id) if a.id != row.id]
        if found.admin and not left:
            check_administered(desk.db, besides=found.id)
        people.link_account(desk.db, self.account, None, None)
        desk.change(Ref(KIND, found.id), {"account": self.account}, {"account": None})
        _tell(desk, row, left)
        return Card(T("{account} is unlinked from {name}", **_named(row, found.name)))


def _named(row: Account, name: str) -> dict[str, str]:
    return {"account": account_name(row), "name": name}


def _tell(desk: Desk, row: Account, left: list[Account]) -> None:
    """Whoever lost it learns so on another account, unless they did it there themselves."""
    if left and left[0].id != desk.actor.account_id:
        title = T("{account} is not yours here any more", account=account_name(row))
        hint = T("If that surprises you, ask your administrator.")
        desk.tell(
            ToAccount(known(left[0].id), left[0].person_id), Card(title, (Line(hint, STAFF),))
        )
