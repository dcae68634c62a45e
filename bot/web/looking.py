"""Gathers, in one reading transaction, what one player sees of one conversation."""

from __future__ import annotations

from dataclasses import dataclass

from bot.web import company
from bot.web.company import Player, Room
from bot.web.setting import Guide
from storage import places, rooms
from storage.database import Transaction
from storage.rooms import Message

SHOWN = 200


@dataclass(frozen=True, slots=True)
class View:
    """What is seen, by whom, where; `unread` counts by chat, `waiting` by player."""

    me: Player
    room: Room
    rooms: tuple[Room, ...]
    everybody: tuple[Player, ...]
    messages: tuple[Message, ...]
    version: int
    unread: dict[str, int]
    waiting: dict[str, int]
    steps: tuple[bool, bool]

    def named(self, user: str) -> Player | None:
        """Whoever has this account."""
        return next((player for player in self.everybody if player.user == user), None)


@dataclass(frozen=True, slots=True)
class Look:
    """A wish to see: as whom, in which conversation, what is newer than which version.

    Without a name the guide's visitor looks, without a conversation into the direct chat.
    """

    user: str = ""
    chat: str = ""
    after: int = -1

    def at(self, db: Transaction, guide: Guide) -> View | None:
        """What there is to see; None for nobody and nowhere."""
        everybody = tuple(company.players(db))
        me = self._me(everybody, guide)
        if me is None:
            return None
        bound = places.every(db)
        lists = {p.user: company.conversations(p, bound) for p in everybody}
        wanted = self.chat or me.direct
        room = next((room for room in lists[me.user] if room.chat == wanted), None)
        if room is None:
            return None
        unread = rooms.unread(db, company.PLATFORM, company.WORKSPACE)
        return View(
            me,
            room,
            tuple(lists[me.user]),
            everybody,
            self._messages(db, room.chat),
            rooms.top(db),
            unread.get(me.user, {}),
            {user: _waiting(unread.get(user, {}), lists[user]) for user in lists},
            (_begun(db, guide.visitor), _begun(db, guide.complainer)),
        )

    def _me(self, everybody: tuple[Player, ...], guide: Guide) -> Player | None:
        wanted = self.user or guide.visitor
        found = next((p for p in everybody if p.user == wanted), None)
        return found or (None if self.user else next(iter(everybody), None))

    def _messages(self, db: Transaction, chat: str) -> tuple[Message, ...]:
        if self.after < 0:
            return tuple(rooms.latest(db, chat, SHOWN))
        return tuple(rooms.changed(db, chat, self.after))


def _waiting(unread: dict[str, int], listed: list[Room]) -> int:
    return sum(unread.get(room.chat, 0) for room in listed)


def _begun(db: Transaction, user: str) -> bool:
    return bool(rooms.latest(db, f"{company.DIRECT}{user}", 1))
