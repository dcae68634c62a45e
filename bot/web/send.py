"""Posts pages into the local chat: page and key are committed together, so nothing is unclear."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import TypeVar

from bot.pages import Page
from bot.platform import Address, Landed, Parcel
from bot.web import company, draw
from bot.web.live import Live
from commands.kit.errors import Later, Never
from scheduler.sending import Rate
from storage import rooms
from storage.database import Conflict, Database, Gone, Transaction
from storage.rooms import Message

V = TypeVar("V")


class WebPlatform:
    """The sending side of the local chat. `picture` gives the address of a kept picture."""

    name = company.PLATFORM
    carries = False

    def __init__(
        self,
        database: Database,
        now: Callable[[], datetime],
        live: Live,
        picture: Callable[[int], str],
    ) -> None:
        self._database = database
        self._now = now
        self._live = live
        self._picture = picture

    async def start(self) -> None:
        """Nothing needs to be opened."""

    async def stop(self) -> None:
        """End the pages' streams, so that the server can stop."""
        self._live.stop()

    async def direct(self, user: str) -> str:
        """The direct chat with an account."""
        return f"{company.DIRECT}{user}"

    async def send(self, parcel: Parcel) -> Landed:
        """Post a page. One that was posted before under the same key is shown as it is now."""
        return await self._write(lambda db: self._post(db, parcel))

    async def redraw(self, parcel: Parcel, message: str) -> None:
        """Show a page in place of an earlier one."""
        if not await self._write(lambda db: self._edit(db, parcel.page, int(message))):
            raise Never("the message is gone")

    async def find(self, parcel: Parcel) -> Landed | None:
        """Look for a page by its key."""
        try:
            return await self._database.read(lambda db: _found(db, parcel))
        except Gone as gone:
            raise Later(str(gone), away=True) from gone

    async def fetch(self, remote: str) -> bytes:
        """The bytes of a file that somebody sent."""
        try:
            file = await self._database.read(lambda db: rooms.file(db, remote))
        except Gone as gone:
            raise Later(str(gone), away=True) from gone
        if file is None:
            raise Never("there is no such file")
        return file.content

    def rates(self, address: Address) -> tuple[Rate, ...]:
        """Nobody limits us here."""
        return ()

    async def _write(self, work: Callable[[Transaction], V]) -> V:
        try:
            done, _ = await self._database.write(work)
        except (Gone, Conflict) as error:
            # Either means that nothing was committed.
            raise Later(str(error), away=True) from error
        self._live.ring()
        return done

    def _post(self, db: Transaction, parcel: Parcel) -> Landed:
        chat = parcel.address.chat
        if not company.exists(db, chat):
            raise Never("there is no such chat", account=chat.startswith(company.DIRECT))
        earlier = _found(db, parcel)
        if earlier:
            self._edit(db, parcel.page, int(earlier.message))
            return earlier
        made = rooms.add(db, self._message(parcel))
        return Landed(chat, str(made))

    def _message(self, parcel: Parcel) -> Message:
        return Message(
            chat=parcel.address.chat,
            thread=parcel.address.thread,
            text=draw.plain(parcel.page),
            html=draw.page(parcel.page, self._picture),
            at=self._now(),
            once=parcel.key or None,
        )

    def _edit(self, db: Transaction, page: Page, message: int) -> bool:
        """Change what is shown, unless it is shown already."""
        html = str(draw.page(page, self._picture))
        known = rooms.get(db, message)
        if known is None or known.html == html:
            return known is not None
        return rooms.edit(db, message, html, draw.plain(page), self._now())


def _found(db: Transaction, parcel: Parcel) -> Landed | None:
    chat = parcel.address.chat
    known = rooms.called(db, chat, parcel.key) if parcel.key else None
    return Landed(chat, str(known.id)) if known else None
