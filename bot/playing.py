"""A stage on which people act by themselves: every deed through the real door, event after event.

Both clocks are one here, and stand still until the next thing is to happen, so that delivery,
merging and quiet hours are kept to the minute however fast it is played.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from heapq import heappop, heappush
from itertools import count

from bot.core import Core
from bot.platform import Address, Pressed, Request, Said, Typed
from bot.sample import PLATFORM, WORKSPACE
from commands.kit.card import Button
from scheduler.clock import Clock
from storage import letters, rooms, timers
from storage.database import Transaction
from storage.rooms import Message

Deed = Callable[[], Awaitable[None]]
INSTANT = timedelta(seconds=1)


class Played(Clock):
    """Stands still until it is moved."""

    def __init__(self, at: datetime) -> None:
        super().__init__()
        self.at = at

    def machine(self) -> datetime:
        """What it shows."""
        return self.at


@dataclass(frozen=True, slots=True)
class Part:
    """Somebody who acts: their account, which is also where they are written to."""

    user: str
    chat: str


@dataclass
class Stage:
    """Plays what is planned, and whatever the bot does by itself between."""

    core: Core
    clock: Played
    said: int = 0
    _planned: list[tuple[datetime, int, Deed]] = field(default_factory=list)
    _order: count[int] = field(default_factory=count)

    def plan(self, at: datetime, deed: Deed) -> None:
        """Have something done at a moment."""
        heappush(self._planned, (at, next(self._order), deed))

    async def play(self, until: datetime) -> None:
        """Go from event to event."""
        while (at := await self._next()) is not None and at < until:
            ahead = self._planned and self._planned[0][0] <= at
            self.clock.at = max(self.clock.at + (timedelta() if ahead else INSTANT), at)
            await self._act()
            await self._settle()
        self.clock.at = until

    async def says(self, part: Part, text: str, *, answering: str = "") -> None:
        """Somebody writes to the bot directly, perhaps in answer to one of its messages."""
        message = await self._shown(part, text)
        await self._handle(part, Typed(text), message=message, reply_to=answering)

    async def presses(self, part: Part, button: Button) -> None:
        """Somebody presses a button that the bot has shown them."""
        data = self.core.house.seal.sealed(button, _address(part))
        await self._handle(part, Pressed(data))

    async def _handle(
        self, part: Part, said: Said, *, message: str = "", reply_to: str = ""
    ) -> None:
        self.said += 1
        request = Request(
            _address(part),
            part.user,
            said,
            self.clock.now(),
            key=f"played{self.said}",
            message=message,
            reply_to=reply_to,
        )
        await self.core.door.handle(request)

    async def _shown(self, part: Part, text: str) -> str:
        row = Message(chat=part.chat, author=part.user, text=text, at=self.clock.now())
        made, _ = await self.core.database.write(lambda db: rooms.add(db, row))
        return str(made)

    async def _act(self) -> None:
        while self._planned and self._planned[0][0] <= self.clock.at:
            _, _, deed = heappop(self._planned)
            await deed()

    async def _settle(self) -> None:
        handled = 1
        while handled:
            await self.core.timers.tick()
            handled = await self.core.delivery.tick()

    async def _next(self) -> datetime | None:
        moments = await self.core.database.read(self._due)
        if self._planned:
            moments.append(self._planned[0][0])
        return min(moments, default=None)

    def _due(self, db: Transaction) -> list[datetime]:
        letter = letters.next_at(db, self.clock.at)
        found = (timers.next_at(db), letter.at, letter.company_at)
        return [at for at in found if at is not None]


def _address(part: Part) -> Address:
    return Address(PLATFORM, WORKSPACE, part.chat)
