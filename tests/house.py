"""The whole house on one platform and one engine, its clock moved by the test."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import NamedTuple, TypeVar
from zoneinfo import ZoneInfo

from sqlalchemy import bindparam, update
from sqlmodel import col

from bot import sample
from bot.core import Core
from bot.settings import Settings
from bot.wiring import Running, assemble
from commands.kit.command import Command
from commands.people import invite
from scheduler.clock import Clock
from storage import errands, files, fronts, letters, orders, people, places, sheets, timers
from storage import house as facts
from storage.database import Database, Deed, Transaction
from storage.migrate import upgrade
from storage.people import Account
from storage.places import Place
from tests.players import Player

V = TypeVar("V")
ROOT = Path(__file__).parent.parent
ZONE = ZoneInfo("Asia/Shanghai")
# A Wednesday in Shanghai, 10:00.
BEGUN = datetime(2026, 10, 14, 2, 0, tzinfo=UTC)
BOT = 700
TEAM = "T0HEAD"
PATIENCE = timedelta(minutes=3)
CAST = {user: name for user, name, *_ in (*sample.STAFF, *sample.CONTACTS)} | {"stranger": "陌生人"}
ROOMS = {chat: title for chat, title, *_ in sample.ROOMS}

_MOVE_ACCOUNT = Deed(
    update(Account)
    .where(col(Account.user) == bindparam("b_user"), col(Account.platform) == "web")
    .values(
        platform=bindparam("to_platform"),
        workspace=bindparam("to_workspace"),
        user=bindparam("to_user"),
        chat=bindparam("to_chat"),
    )
)
_MOVE_PLACE = Deed(
    update(Place)
    .where(col(Place.chat) == bindparam("b_chat"))
    .values(
        platform=bindparam("to_platform"),
        workspace=bindparam("to_workspace"),
        chat=bindparam("to_chat"),
    )
)
_ENGLISH = Deed(update(people.Person).values(language="en"))


def _expired(db: Transaction, now: datetime) -> bool:
    """Whether a letter's sender has died, so that somebody has to look whether it went."""
    at = letters.next_expiry(db)
    return at is not None and at < now


class TestClock(Clock):
    """Stands still until the test moves it; both clocks are one, as in production."""

    __test__ = False

    def __init__(self, at: datetime = BEGUN) -> None:
        super().__init__()
        self.at = at

    def machine(self) -> datetime:
        """What it shows."""
        return self.at


class Wire:
    """What the fake at the wire has to say about what the bot sent; the local chat has none."""

    def live(self) -> list[str]:
        """Mentions and links that became live."""
        return []

    def refused(self) -> list[str]:
        """Calls that were refused."""
        return []

    def dump(self, path: Path) -> None:
        """Write what was sent, for the platforms' own type checkers."""


class Look(NamedTuple):
    """Whether anything waits to be done now, or a table does; else when the next letter may go."""

    busy: bool
    tables: bool
    letter_at: datetime | None


@dataclass
class TestHouse:
    """A running bot and its people."""

    __test__ = False

    running: Running
    clock: TestClock
    platform: str
    players: dict[str, Player] = field(default_factory=dict)
    wire: Wire = field(default_factory=Wire)

    @property
    def core(self) -> Core:
        """What the platforms are plugged into."""
        return self.running.core

    def __getattr__(self, name: str) -> Player:
        """`house.lina` is 李娜."""
        try:
            return self.players[name]
        except KeyError:
            raise AttributeError(name) from None

    async def settle(self) -> None:
        """Let the bot finish speaking: fire what is due, send what is written, redraw.

        Letters that wait for their turn, or to be merged, are waited for by moving the clock.
        """
        until = self.clock.at + PATIENCE
        for chore in self.core.chores.values():
            await chore()
        while True:
            look = await self.read(self._look)
            if look.busy:
                await self._work()
                continue
            if look.tables and await self.core.clerk.tick():
                continue
            if look.letter_at is None or look.letter_at > until:
                return
            self.clock.at = look.letter_at

    async def _work(self) -> None:
        """One round of everything that the metronome does."""
        core = self.core
        await core.timers.tick()
        for chore in core.chores.values():
            await chore()
        await core.fetching.tick()
        await core.delivery.tick()
        await core.errands.tick()
        await core.printer.tick()
        core.fronts.changed()
        await core.fronts.tick()

    def _look(self, db: Transaction) -> Look:
        """Whether anything waits to be done at this moment, and when the next letter may go."""
        now, company = self.core.clock.machine(), self.core.clock.now()
        busy = (
            timers.due(db, company, now)
            or any(self.core.delivery.waiting(db))
            or files.any_wanted(db, now)
            or errands.any_due(db, now)
            or orders.any_due(db, now)
            or _expired(db, now)
            or fronts.any_due(db, now, now)
        )
        tables = sheets.next_one(db) is not None
        return Look(busy, tables, None if busy else self._next_letter(db))

    def _next_letter(self, db: Transaction) -> datetime | None:
        wait = self.core.delivery.wait(db)
        errand = errands.next_at(db)
        waits = [wait] if wait is not None else []
        waits += [errand - self.core.clock.machine()] if errand else []
        lease = letters.next_expiry(db)
        waits += [lease - self.core.clock.machine() + timedelta(milliseconds=1)] if lease else []
        if not waits:
            return None
        return self.clock.at + max(min(waits), timedelta(milliseconds=1))

    async def advance(self, **by: float) -> None:
        """Let time pass, step by step: everything happens at its moment."""
        until = self.clock.at + timedelta(**by)
        await self.settle()
        while True:
            following = await self._next_event()
            if following is None or following > until:
                break
            self.clock.at = max(self.clock.at, following)
            await self.settle()
        self.clock.at = max(self.clock.at, until)
        await self.settle()
        await self.core.sweep.tick()
        await self.settle()

    async def _next_event(self) -> datetime | None:
        timer, letter = await self.read(lambda db: (timers.next_at(db), self._next_letter(db)))
        known = [at for at in (timer, letter) if at is not None]
        return min(known) if known else None

    async def read(self, work: Callable[[Transaction], V]) -> V:
        """Look into the database."""
        return await self.core.database.read(work)

    async def write(self, work: Callable[[Transaction], V]) -> V:
        """Change the database behind the bot's back."""
        result, _ = await self.core.database.write(work)
        return result

    async def code(self, *, person_id: int | None = None, contact_id: int | None = None) -> str:
        """An invitation."""
        return await self.write(
            lambda db: invite(db, self.clock.now(), person_id=person_id, contact_id=contact_id)
        )

    def live(self) -> list[str]:
        """Mentions and links that became live in what the bot sent."""
        return self.wire.live()

    def refused(self) -> list[str]:
        """Calls of the bot that the platform's own rules refused."""
        return self.wire.refused()

    def local(self, at: datetime) -> str:
        """A moment as the company's clock shows it."""
        return f"{at.astimezone(ZONE):%H:%M}"


def seeded(database: Database, platform: str, language: str) -> None:
    """The sample company, its accounts and rooms on one platform, unless it is there already."""

    def fill(db: Transaction) -> None:
        from commands.kit.policy import load

        if people.count(db):
            return
        sample.seed(db, BEGUN - timedelta(days=30), ZONE, load())
        if language == "en":
            _ENGLISH.run(db)
        if platform == "web":
            return
        facts.put(db, sample.SAMPLE, value=False)
        for user in CAST:
            to = address_of(platform, user)
            _MOVE_ACCOUNT.run(
                db,
                b_user=user,
                to_platform=platform,
                to_workspace=to[0],
                to_user=to[1],
                to_chat=to[2],
            )
        for chat in ROOMS:
            room = room_of(platform, chat)
            _MOVE_PLACE.run(
                db, b_chat=chat, to_platform=platform, to_workspace=room[0], to_chat=room[1]
            )

    database.write_now(fill)


def settled_everywhere(database: Database, language: str) -> None:
    """The sample company, where everybody and every room is on all three platforms."""
    seeded(database, "web", language)

    def copy(db: Transaction) -> None:
        facts.put(db, sample.SAMPLE, value=False)
        for platform in ("slack", "telegram"):
            for user in CAST:
                _also(db, platform, user)
            for chat in ROOMS:
                _room_also(db, platform, chat)

    database.write_now(copy)


def _also(db: Transaction, platform: str, user: str) -> None:
    known_as = people.account(db, "web", "rehearsal", user)
    assert known_as is not None
    workspace, number, chat = address_of(platform, user)
    twin = Account(
        platform=platform,
        workspace=workspace,
        user=number,
        name=known_as.name,
        person_id=known_as.person_id,
        contact_id=known_as.contact_id,
        chat=chat,
        used_at=known_as.used_at,
    )
    people.add_account(db, twin)


def _room_also(db: Transaction, platform: str, chat: str) -> None:
    place = places.at(db, "web", "rehearsal", chat)
    assert place is not None
    workspace, there = room_of(platform, chat)
    twin = Place(
        platform=platform,
        workspace=workspace,
        chat=there,
        title=place.title,
        purpose=place.purpose,
        audience=place.audience,
        bound_by=place.bound_by,
        bound_at=place.bound_at,
    )
    places.bind(db, twin)


def address_of(platform: str, user: str) -> tuple[str, str, str]:
    """Workspace, user id and direct chat of one of the cast."""
    number = list(CAST).index(user) + 1
    if platform == "slack":
        return TEAM, f"U{number}", ""
    if platform == "telegram":
        return str(BOT), str(100 + number), str(100 + number)
    return "rehearsal", user, f"dm:{user}"


def room_of(platform: str, chat: str) -> tuple[str, str]:
    """Workspace and chat id of a room."""
    number = list(ROOMS).index(chat) + 1
    if platform == "slack":
        return TEAM, f"C{number}"
    if platform == "telegram":
        return str(BOT), str(-1000 - number)
    return "rehearsal", chat


@contextlib.asynccontextmanager
async def opened(
    platform: str,
    url: str,
    *,
    language: str = "zh",
    more_commands: tuple[type[Command], ...] = (),
) -> AsyncIterator[TestHouse]:
    """A house with its people, on a fresh database."""
    prepared(url, platform, language)
    from tests.stages import STAGES

    async with STAGES[platform](url, language, more_commands) as house:
        yield house


@contextlib.asynccontextmanager
async def entered(
    platform: str, url: str, *, language: str = "zh", **set_: str
) -> AsyncIterator[TestHouse]:
    """A house whose people are in the database already, with more settings than the usual."""
    from tests.stages import STAGES

    async with STAGES[platform](url, language, (), **set_) as house:
        yield house


def prepared(url: str, platform: str, language: str) -> None:
    """Migrate a database and put the sample company in."""
    upgrade(url)
    database = Database(url)
    seeded(database, platform, language)
    database.close()


def lived_in(url: str, platform: str, language: str) -> None:
    """A company whose menus Telegram knows from before: telling them takes many calls."""
    prepared(url, platform, language)

    async def menus_told() -> None:
        async with opened(platform, url, language=language) as house:
            while pause := await house.core.chores["menus"]():
                house.clock.at += pause

    if platform == "telegram":
        asyncio.run(menus_told())


def prepared_everywhere(url: str, language: str) -> None:
    """The same, with everybody on all three platforms."""
    upgrade(url)
    database = Database(url)
    settled_everywhere(database, language)
    database.close()


def settings_for(url: str, language: str, **more: str) -> Settings:
    """Settings that read nothing of this machine's environment."""
    return Settings.model_validate(
        {"database_url": url, "language": language, "timezone": "Asia/Shanghai", **more}
    )


def assembled(
    settings: Settings, clock: TestClock, more_commands: tuple[type[Command], ...]
) -> Running:
    """The bot, with the test's clock."""
    return assemble(settings, clock=clock, more_commands=more_commands)
