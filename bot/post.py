"""The post office: chooses who reads a card, cuts and translates it, hands it to its platform."""

from __future__ import annotations

from collections.abc import Mapping

from bot.draw import Pen
from bot.house import House
from bot.platform import Address, Page, Parcel, Platform
from bot.words import Reader
from commands.kit.errors import Never
from commands.kit.people import load
from scheduler.sending import Envelope, Rate, Where
from storage import people, places
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

    async def send(self, envelope: Envelope) -> tuple[str, str]:
        """Post a card."""
        landed = await self._platform(envelope.where.platform).send(await self._parcel(envelope))
        return landed.chat, landed.message

    async def redraw(self, envelope: Envelope, message: str) -> None:
        """Show a card in place of an earlier one."""
        platform = self._platform(envelope.where.platform)
        await platform.redraw(await self._parcel(envelope), message)

    async def find(self, envelope: Envelope) -> tuple[str, str] | None:
        """Look for a card that may have been posted."""
        platform = self._platform(envelope.where.platform)
        landed = await platform.find(await self._parcel(envelope))
        return (landed.chat, landed.message) if landed else None

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
        return Parcel(address, page, envelope.key, envelope.quiet)

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
