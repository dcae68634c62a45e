"""Who can be played in a rehearsal, and which conversations each of them sees."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from storage import customers, people, places, rooms
from storage.database import Transaction
from storage.people import Account
from storage.places import Place

PLATFORM = "web"
WORKSPACE = "rehearsal"
DIRECT = "dm:"
COMPANY, CUSTOMERS, OTHERS = "company", "customers", "others"
HUES = 8


@dataclass(frozen=True, slots=True)
class Player:
    """Somebody to be played.

    `group` is the company, its customers, or others; `hue` is a colour that stays theirs.
    """

    user: str
    name: str
    group: str
    language: str
    departments: tuple[str, ...] = ()
    heads: frozenset[str] = frozenset()
    admin: bool = False
    firm: str = ""
    hue: int = 0

    @property
    def direct(self) -> str:
        """Their direct chat with the bot."""
        return f"{DIRECT}{self.user}"

    @property
    def initials(self) -> str:
        """What stands in for a picture: a Chinese given name, or first letters."""
        if not self.name.isascii():
            return self.name[-2:]
        return "".join(part[0] for part in self.name.split()[:2]).upper() or "?"


@dataclass(frozen=True, slots=True)
class Room:
    """A conversation in a player's list. The page itself names the direct chat."""

    chat: str
    title: str
    direct: bool
    audience: tuple[str, ...] = ()


def players(db: Transaction) -> list[Player]:
    """Everybody who can be played."""
    return [_player(db, account) for account in rooms.players(db, PLATFORM, WORKSPACE)]


def player(db: Transaction, user: str) -> Player | None:
    """One of them."""
    account = people.account(db, PLATFORM, WORKSPACE, user)
    return _player(db, account) if account else None


def _player(db: Transaction, account: Account) -> Player:
    if account.person_id:
        return _colleague(db, account, account.person_id)
    if account.contact_id:
        return _customer(db, account, account.contact_id)
    name = account.name or account.user
    return Player(account.user, name, OTHERS, account.language, hue=_hue(account))


def _hue(account: Account) -> int:
    return (account.id or 0) % HUES


def _colleague(db: Transaction, account: Account, person_id: int) -> Player:
    person = people.get(db, person_id)
    assert person is not None
    memberships = people.memberships(db, person_id)
    return Player(
        account.user,
        person.name,
        COMPANY,
        person.language or account.language,
        departments=tuple(m.department for m in memberships),
        heads=frozenset(m.department for m in memberships if m.head),
        admin=person.admin,
        hue=_hue(account),
    )


def _customer(db: Transaction, account: Account, contact_id: int) -> Player:
    contact = customers.contact(db, contact_id)
    assert contact is not None
    firm = customers.get(db, contact.customer_id)
    name = (firm.short or firm.name) if firm else ""
    return Player(
        account.user, contact.name, CUSTOMERS, account.language, firm=name, hue=_hue(account)
    )


def conversations(player_: Player, bound: Iterable[Place]) -> list[Room]:
    """The direct chat, and those of the bound places that the player is in."""
    found = (_room(place) for place in bound if _is_in(player_, place))
    return [Room(player_.direct, "", direct=True), *found]


def room(db: Transaction, player_: Player, chat: str) -> Room | None:
    """A conversation, if the player is in it."""
    mine = conversations(player_, places.every(db))
    return next((room for room in mine if room.chat == chat), None)


def exists(db: Transaction, chat: str) -> bool:
    """Whether there is such a conversation at all."""
    if chat.startswith(DIRECT):
        return people.account(db, PLATFORM, WORKSPACE, chat.removeprefix(DIRECT)) is not None
    return places.at(db, PLATFORM, WORKSPACE, chat) is not None


def _room(place: Place) -> Room:
    return Room(place.chat, place.title or place.chat, False, tuple(place.audience or ()))


def _is_in(player_: Player, place: Place) -> bool:
    """A room holds the departments it is for, and administrators; a public one everybody."""
    if (place.platform, place.workspace) != (PLATFORM, WORKSPACE):
        return False
    audience = place.audience or ()
    return not audience or player_.admin or bool(set(audience) & set(player_.departments))
