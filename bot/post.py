"""The post office: chooses who reads a card, cuts and translates it, hands it to its platform."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping

from bot.draw import Pen
from bot.house import House
from bot.platform import Address, Attached, Page, Parcel, Platform
from bot.words import Reader
from commands.kit.errors import Never
from commands.kit.people import load
from scheduler.sending import Envelope, Rate, Shown, Where
from storage import files, people, places
from storage.database import Database, Transaction


class Post:
    """All platforms as one `scheduler.delivery.Sender`."""

    def __init__(self, database: Database, house: House, platforms: Mapping[str, Platform]) -> None:
        self.database = database
        self.house = house
        self.platforms = platforms

    def knows(self, platform: str) -> bool:
        """Whether a platform is on."""
        return platform in self.platforms

    async def direct(self, platform: str, user: str) -> str:
        """The direct chat with an account."""
        return await self._platform(platform).direct(user)

    async def send(self, envelope: Envelope) -> Shown:
        """Post a card."""
        parcel = await self._parcel(envelope)
        landed = await self._platform(envelope.where.platform).send(parcel)
        return Shown(landed.chat, landed.message, _look(parcel))

    async def redraw(self, envelope: Envelope, message: str, look: str) -> str:
        """Show a card in place of an earlier one, unless this reader would see no difference."""
        parcel = await self._parcel(envelope)
        fresh = _look(parcel)
        if fresh != look:
            await self._platform(envelope.where.platform).redraw(parcel, message)
        return fresh

    async def find(self, envelope: Envelope) -> Shown | None:
        """Look for a card that may have been posted."""
        parcel = await self._parcel(envelope)
        landed = await self._platform(envelope.where.platform).find(parcel)
        return Shown(landed.chat, landed.message, _look(parcel)) if landed else None

    def rates(self, where: Where) -> tuple[Rate, ...]:
        """The limits that a message to this chat counts against."""
        if where.platform not in self.platforms:
            return ()
        found = self.platforms[where.platform].rates(_address(where))
        return tuple(Rate(rate.destination, rate.many, rate.per) for rate in found)

    def _platform(self, name: str) -> Platform:
        if name not in self.platforms:
            raise Never(f"{name} is not switched on here")
        return self.platforms[name]

    async def _parcel(self, envelope: Envelope) -> Parcel:
        reader = await self.database.read(lambda db: self._reader(db, envelope))
        address = _address(envelope.where)
        page: Page = Pen(reader, address, self.house.seal).page(envelope.card)
        wanted = [block.file_id for block in page.blocks if isinstance(block, Attached)]
        held = await self.database.read(lambda db: _bytes(db, wanted)) if wanted else {}
        return Parcel(address, page, envelope.key, envelope.quiet, held)

    def _reader(self, db: Transaction, envelope: Envelope) -> Reader:
        """A person in their direct chat; a place by its audience; anybody else from outside."""
        where = envelope.where
        account = people.account_in(db, where.platform, where.workspace, where.chat)
        if account is not None:
            person = load(db, account.person_id) if account.person_id else None
            return self.house.reader_for(person, account.language)
        place = places.at(db, where.platform, where.workspace, where.chat)
        if place is None and envelope.person_id:
            return self.house.reader_for(load(db, envelope.person_id))
        return self.house.reader_at(place)


def _address(where: Where) -> Address:
    return Address(where.platform, where.workspace, where.chat, where.thread)


def _bytes(db: Transaction, wanted: list[int]) -> dict[int, bytes]:
    """What is to be handed over, as far as it is here."""
    found = ((id_, files.get(db, id_)) for id_ in wanted)
    return {id_: file.content for id_, file in found if file and file.content}


def _look(parcel: Parcel) -> str:
    return hashlib.sha256(repr(parcel.page).encode()).hexdigest()[:16]
