"""Who can be played in a rehearsal, and which conversations each of them sees."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from storage import people, places
from storage import players as seats
from storage.database import Transaction
from storage.people import Membership
from storage.places import Place
from storage.players import Belongs, Seat

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
    belong = seats.departments(db, PLATFORM, WORKSPACE)
    found = seats.every(db, PLATFORM, WORKSPACE)
    return [_player(seat, belong.get(seat.person_id or 0, ())) for seat in found]


def player(db: Transaction, user: str) -> Player | None:
    """One of them."""
    seat = seats.one(db, PLATFORM, WORKSPACE, user)
    if seat is None:
        return None
    return _player(seat, people.memberships(db, seat.person_id) if seat.person_id else ())


def _player(seat: Seat, belongs: Iterable[Belongs | Membership]) -> Player:
    hue = seat.id % HUES
    if seat.colleague:
        departments = {one.department: one.head for one in belongs}
        return Player(
            seat.user,
            seat.colleague,
            COMPANY,
            seat.speaks or seat.language,
            departments=tuple(departments),
            heads=frozenset(one for one, head in departments.items() if head),
            admin=bool(seat.admin),
            hue=hue,
        )
    if seat.contact:
        firm = seat.firm_short or seat.firm or ""
        return Player(seat.user, seat.contact, CUSTOMERS, seat.language, firm=firm, hue=hue)
    return Player(seat.user, seat.name or seat.user, OTHERS, seat.language, hue=hue)


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
