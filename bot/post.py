"""The post office: chooses who reads a card, cuts and translates it, hands it to its platform."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial

from bot.abilities import Forum
from bot.draw import Pen
from bot.house import House
from bot.pages import Image, Page
from bot.platform import Address, Handed, Parcel, Platform
from bot.words import Reader
from commands.kit.errors import Never
from commands.kit.people import load
from scheduler.sending import Envelope, Rate, Shown, Where
from storage import files, people, places, uploads
from storage.database import Database, Transaction, known


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
        platform = self._platform(envelope.where.platform)
        parcel = await self._illustrated(platform, await self._parcel(envelope))
        landed = await platform.send(await self._with_papers(parcel))
        look = _look(parcel) if landed.whole else ""
        return Shown(landed.chat, landed.message, look, landed.whole)

    async def redraw(self, envelope: Envelope, message: str, look: str) -> str:
        """Show a card in place of an earlier one, unless this reader would see no difference."""
        parcel = await self._parcel(envelope)
        fresh = _look(parcel)
        if fresh != look:
            platform = self._platform(envelope.where.platform)
            await platform.redraw(await self._illustrated(platform, parcel), message)
        return fresh

    async def find(self, envelope: Envelope) -> Shown | None:
        """Look for a card that may have been posted."""
        parcel = await self._parcel(envelope)
        landed = await self._platform(envelope.where.platform).find(parcel)
        return Shown(landed.chat, landed.message, _look(parcel)) if landed else None

    async def open_topic(self, where: Where, title: str) -> str:
        """Make a thread with a title."""
        return await self._forum(where.platform).open_topic(_address(where), title)

    async def close_topic(self, where: Where, *, closed: bool) -> None:
        """Close or reopen a thread."""
        await self._forum(where.platform).close_topic(_address(where), closed=closed)

    def rates(self, where: Where) -> tuple[Rate, ...]:
        """The limits that a message to this chat counts against."""
        if where.platform not in self.platforms:
            return ()
        return self.platforms[where.platform].rates(_address(where))

    def _platform(self, name: str) -> Platform:
        if name not in self.platforms:
            raise Never(f"{name} is not switched on here")
        return self.platforms[name]

    def _forum(self, name: str) -> Forum:
        platform = self._platform(name)
        if not isinstance(platform, Forum):
            raise Never(f"{name} has no topics")
        return platform

    async def _parcel(self, envelope: Envelope) -> Parcel:
        reader = await self.database.read(lambda db: self._reader(db, envelope))
        address = _address(envelope.where)
        page: Page = Pen(reader, address, self.house.seal).page(envelope.card)
        key, quiet = envelope.key, envelope.quiet
        return Parcel(address, page, key, quiet, language=reader.language)

    async def _illustrated(self, platform: Platform, parcel: Parcel) -> Parcel:
        """With the bytes of those pictures that this workspace does not have yet."""
        wanted = [block.file_id for block in parcel.page.blocks if isinstance(block, Image)]
        if not wanted or not platform.carries:
            return parcel
        pictures = await self.database.read(lambda db: self._pictures(db, parcel.address, wanted))
        return replace(parcel, pictures=pictures)

    async def _with_papers(self, parcel: Parcel) -> Parcel:
        """With the files that go along."""
        wanted = parcel.page.papers
        if not wanted:
            return parcel
        return replace(parcel, papers=await self.database.read(lambda db: self._papers(db, wanted)))

    def _papers(self, db: Transaction, wanted: Sequence[int]) -> dict[int, Handed]:
        found = {}
        for file_id in wanted:
            file, content = files.get(db, file_id), self.house.vault.of_file(db, file_id)
            if file and content is not None:
                found[file_id] = Handed(file.name or str(file_id), content)
        return found

    def _pictures(self, db: Transaction, at: Address, wanted: list[int]) -> dict[int, bytes]:
        found = {}
        for file_id in wanted:
            file = files.get(db, file_id)
            if file and uploads.of(db, at.platform, at.workspace, file_id) is None:
                content = self.house.vault.get(db, file.vault)
                if content is not None:
                    found[file_id] = content
        return found

    def _reader(self, db: Transaction, envelope: Envelope) -> Reader:
        """A person in their direct chat; a place by its audience; anybody else from outside."""
        where = envelope.where
        account = people.account_in(db, where.platform, where.workspace, where.chat)
        if account is not None:
            person = load(db, account.person_id) if account.person_id else None
            reader = self.house.reader_for(person, account.language)
            if self._platform(where.platform).carries and not self.house.passes.public:
                return replace(reader, handed=True)
            return replace(reader, link=partial(self._link, known(account.id)))
        place = places.at(db, where.platform, where.workspace, where.chat)
        if place is None and envelope.person_id:
            return self.house.reader_for(load(db, envelope.person_id))
        return self.house.reader_at(place)

    def _link(self, account_id: int, file_id: int) -> str:
        return self.house.passes.link(file_id, account_id, self.house.clock.machine())


def _address(where: Where) -> Address:
    return Address(where.platform, where.workspace, where.chat, where.thread)


def _look(parcel: Parcel) -> str:
    return hashlib.sha256(repr(parcel.page).encode()).hexdigest()[:16]
