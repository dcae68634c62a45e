"""What the tests of the Telegram adapter share: a gate that remembers, a database, a clock."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy import create_engine
from sqlmodel import SQLModel
from telegram import Bot

from bot.platform import (
    Address,
    Event,
    Landed,
    Marked,
    Opened,
    Parcel,
    Pressed,
    Reply,
    Request,
    Silent,
    Started,
    Submitted,
    Typed,
)
from bot.telegram.api import Kind
from bot.telegram.listen import Hook, TelegramListener
from bot.telegram.poll import Grounds
from bot.telegram.send import make_bot
from storage import offsets
from storage.database import Database, Gone, Json
from storage.leases import Lease
from storage.offsets import Offset

STREAM = "telegram:900"
START = datetime(2026, 10, 14, 2, 0, tzinfo=UTC)


@dataclass
class Clock:
    """Stands still until it is moved."""

    now: datetime = START

    def __call__(self) -> datetime:
        return self.now

    def advance(self, **span: float) -> None:
        self.now += timedelta(**span)


def words(request: Request) -> str:
    """What was typed, pressed or brought, in a word."""
    match request.said:
        case Typed(text=text, command=command):
            return f"/{command} {text}" if command else text
        case Pressed(data=data):
            return data
        case Started(code=code):
            return f"start {code}"
        case Submitted():
            return "form"
        case Marked(command=command):
            return f"marked {command}"
        case Opened():
            return "opened"


class StubGate:
    """Remembers what came and answers as told; `gone` finds no database (once), `bugs` a bug."""

    def __init__(self) -> None:
        self.requests: list[Request] = []
        self.events: list[Event] = []
        self.aside: list[tuple[str, bytes, str]] = []
        self.replies: Mapping[str, Reply] = {}
        self.gone: set[str] = set()
        self.bugs: set[str] = set()
        self.held: dict[str, asyncio.Event] = {}
        self.none_aside = False
        self.during: Callable[[], object] = lambda: None
        self.reached = asyncio.Event()

    @property
    def heard(self) -> list[str]:
        return [words(request) for request in self.requests]

    async def handle(self, request: Request) -> Reply:
        said = words(request)
        self.reached.set()
        self.during()
        if said in self.gone:
            self.gone.discard(said)
            raise Gone("disk full")
        if said in self.bugs:
            raise ZeroDivisionError(said)
        if said in self.held:
            await self.held[said].wait()
        self.requests.append(request)
        return self.replies.get(said, Silent())

    async def options(
        self, request: Request, draft: int, field: str, text: str
    ) -> list[tuple[str, str]]:
        return []

    async def shared(self, address: Address, *, external: bool) -> None:
        raise AssertionError("no other company reads here")

    async def happened(self, event: Event) -> None:
        self.events.append(event)

    async def set_aside(self, platform: str, raw: bytes, reason: str) -> None:
        if self.none_aside:
            raise Gone("disk full")
        self.aside.append((platform, raw, reason))


@dataclass
class StubPosts:
    """Where pages go that are no answers."""

    parcels: list[Parcel] = field(default_factory=list)
    refusal: Exception | None = None

    async def send(self, parcel: Parcel) -> Landed:
        if self.refusal:
            raise self.refusal
        self.parcels.append(parcel)
        return Landed(parcel.address.chat, "1")


def database(folder: Path) -> Database:
    """A database that holds the two tables which listening needs."""
    url = f"sqlite:///{folder / 'listening.db'}"
    engine = create_engine(url)
    tables = [SQLModel.metadata.tables[str(t.__tablename__)] for t in (Lease, Offset)]
    SQLModel.metadata.create_all(engine, tables=tables)
    engine.dispose()
    return Database(url)


class Pauses:
    """Passes the time at once, `most` times; then for ever, so that no loop can run away."""

    def __init__(self, most: int = 10_000) -> None:
        self.taken: list[float] = []
        self.most = most
        self.enough = asyncio.Event()

    async def __call__(self, seconds: float) -> None:
        self.taken.append(seconds)
        if len(self.taken) >= self.most:
            self.enough.set()
            await asyncio.Event().wait()
        await asyncio.sleep(0)


class Notices:
    """What administrators were told; `lost` of them find no database."""

    def __init__(self, lost: int = 0) -> None:
        self.said: list[str] = []
        self.ended: list[Kind] = []
        self.lost = lost

    async def __call__(self, kind: Kind, reason: str) -> None:
        assert kind
        if self.lost:
            self.lost -= 1
            raise Gone("disk full")
        self.said.append(reason)

    async def over(self, kind: Kind) -> None:
        self.ended.append(kind)


@dataclass
class House:
    """All that a listener stands on."""

    database: Database
    gate: StubGate = field(default_factory=StubGate)
    posts: StubPosts = field(default_factory=StubPosts)
    clock: Clock = field(default_factory=Clock)
    notices: Notices = field(default_factory=Notices)
    pauses: Pauses = field(default_factory=Pauses)
    holder: str = "one"
    bots: list[Bot] = field(default_factory=list)

    def listener(self, url: str, hook: Hook | None = None) -> TelegramListener:
        self.bots.append(make_bot("900:token", url))
        hook = hook or Hook()
        return TelegramListener(self.bots[-1], self.gate, self.posts, self.grounds, hook, wait=1)

    @property
    def grounds(self) -> Grounds:
        telling = (self.notices, self.notices.over)
        return Grounds(self.database, self.holder, self.clock, *telling, self.pauses)

    @property
    def offset(self) -> int | None:
        kept = self.database.read_now(lambda db: offsets.of(db, STREAM))
        return kept.next if kept else None


def update(number: int, text: str, chat: int = 7) -> Json:
    person = {"id": chat, "is_bot": False, "first_name": "Na"}
    told = {"message_id": number, "date": 1, "from": person, "text": text}
    return {"update_id": number, "message": told | {"chat": {"id": chat, "type": "private"}}}


def press(number: int, data: str, chat: int = 7) -> Json:
    card = update(number, "Card", chat)["message"]
    person = {"id": 7, "is_bot": False, "first_name": "Na"}
    query = {"id": f"q{number}", "from": person, "chat_instance": "1"}
    return {"update_id": number, "callback_query": query | {"message": card, "data": data}}
