"""A house without platforms, for tests of the door itself: requests go in, rows come out."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field, replace

from bot.core import Core, build
from bot.pages import Key, Keys, Page
from bot.platform import Address, Landed, Parcel, Pressed, Reply, Request, Said, Typed
from commands.kit.command import Command
from commands.kit.errors import Undeliverable
from scheduler.sending import Rate
from storage.database import Database
from tests.house import CAST, ZONE, TestClock, seeded


@dataclass
class Mailbox:
    """A platform that keeps what it is given, and fails on demand."""

    name: str = "web"
    carries: bool = False
    sent: list[Parcel] = field(default_factory=list)
    redrawn: list[tuple[str, Parcel]] = field(default_factory=list)
    failing: list[Undeliverable] = field(default_factory=list)
    limit: tuple[Rate, ...] = ()

    async def direct(self, user: str) -> str:
        """The direct chat."""
        return f"dm:{user}"

    async def send(self, parcel: Parcel) -> Landed:
        """Keep it, or fail as told."""
        if self.failing:
            raise self.failing.pop(0)
        self.sent.append(parcel)
        return Landed(parcel.address.chat, str(len(self.sent)))

    async def redraw(self, parcel: Parcel, message: str) -> None:
        """Keep it."""
        self.redrawn.append((message, parcel))

    async def find(self, parcel: Parcel) -> Landed | None:
        """By its key."""
        for number, kept in enumerate(self.sent, 1):
            if kept.key == parcel.key:
                return Landed(kept.address.chat, str(number))
        return None

    async def fetch(self, remote: str) -> bytes:
        """Nothing is ever fetched."""
        return remote.encode()

    def rates(self, address: Address) -> tuple[Rate, ...]:
        """As set."""
        return tuple(
            replace(rate, destination=rate.destination or address.chat) for rate in self.limit
        )

    def titles(self, chat: str) -> list[str]:
        """The titles that a chat was sent, in order."""
        return [parcel.page.title for parcel in self.sent if parcel.address.chat == chat]


@dataclass
class Reception:
    """The door and a mailbox behind it."""

    core: Core
    clock: TestClock
    mail: Mailbox
    count: int = 0

    def request(self, user: str, said: Said | str, **more: object) -> Request:
        """Something that one of the cast does in their direct chat."""
        self.count += 1
        made = Request(
            Address("web", "rehearsal", f"dm:{user}"),
            user,
            Typed(said) if isinstance(said, str) else said,
            self.clock.at,
            key=f"k{self.count}",
            user_name=CAST.get(user, user),
            message=f"m{self.count}",
        )
        return replace(made, **more)  # type: ignore[arg-type]

    async def says(self, user: str, said: Said | str, **more: object) -> Reply:
        """Do it."""
        return await self.core.door.handle(self.request(user, said, **more))

    async def presses(self, user: str, label: str, **more: object) -> Reply:
        """Press the newest button with this label in the direct chat."""
        data = button(self.mail, f"dm:{user}", label)
        return await self.says(user, Pressed(data), **more)

    async def work(self) -> None:
        """Fire and send what may go now."""
        await self.core.timers.tick()
        await self.core.delivery.tick()


def keys(page: Page) -> list[Key]:
    """The buttons of a page."""
    return [key for block in page.blocks if isinstance(block, Keys) for key in block.row]


def button(mail: Mailbox, chat: str, label: str) -> str:
    """What the newest button with this label holds."""
    for parcel in reversed(mail.sent):
        if parcel.address.chat == chat:
            for key in keys(parcel.page):
                if key.label.startswith(label):
                    return key.data
    raise AssertionError(f"no button {label!r} in {chat}")


@contextlib.contextmanager
def replicas(url: str, clock: TestClock, mail: Mailbox, many: int) -> Iterator[list[Core]]:
    """As many equal replicas on one database, each with connections of its own."""
    made = [build(Database(url), language="en", zone=ZONE, clock=clock) for _ in range(many)]
    for core in made:
        core.platforms["web"] = mail
    try:
        yield made
    finally:
        for core in made:
            core.database.close()


@contextlib.asynccontextmanager
async def reception(
    url: str, more_commands: tuple[type[Command], ...] = ()
) -> AsyncIterator[Reception]:
    """A door on a migrated database, with the sample company inside."""
    database = Database(url)
    seeded(database, "web", "en")
    clock = TestClock()
    core = build(database, language="en", zone=ZONE, clock=clock, more_commands=more_commands)
    # A door by itself: the house's daily rounds are told elsewhere.
    database.write_now(lambda db: db.run("DELETE FROM timer WHERE kind = 'round'"))
    mail = Mailbox()
    core.platforms["web"] = mail
    yield Reception(core, clock, mail)
    database.close()
