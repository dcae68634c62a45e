"""The pace that the platforms set is kept at the wire, by one replica and by three together."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from typing import NamedTuple

import pytest

from bot import sample
from bot.core import Core
from bot.platform import Landed, Parcel
from commands.kit.card import Card
from commands.kit.desk import Desk, Source
from commands.kit.people import Actor, To, ToChat, ToPerson
from commands.kit.words import T
from scheduler.sending import Rate
from storage.database import Database, Transaction
from tests.desk import Mailbox, replicas
from tests.house import ROOMS, ZONE, TestClock, TestHouse, entered, lived_in, room_of, seeded
from tests.moulds import Cast

LINA = 3
MANY = 25


class Inhabited(NamedTuple):
    """A platform, and the database of a company that lives there."""

    platform: str
    url: str


@pytest.fixture(params=["slack", "telegram"])
def inhabited(request: pytest.FixtureRequest, cast: Cast) -> Inhabited:
    """It is made before any loop runs, for living in it takes one."""
    platform = str(request.param)
    url = cast(f"{platform}_zh", lambda url: lived_in(url, platform, "zh"))
    return Inhabited(platform, url)


@pytest.fixture
async def paced(inhabited: Inhabited) -> AsyncIterator[TestHouse]:
    """A house on a platform that counts what it is sent."""
    async with entered(*inhabited) as made:
        made.wire.fake.enforce_pace = True  # type: ignore[attr-defined]
        yield made


async def write(core: Core, clock: TestClock, to: To, many: int) -> None:
    """Write letters as a command would."""

    def run(db: Transaction) -> None:
        desk = Desk(
            db=db,
            actor=Actor(0, "bot"),
            source=Source("", "", ""),
            now=clock.at,
            recorded_at=clock.at,
            machine_now=clock.at,
            zone=ZONE,
            policy=core.house.policy,
        )
        for number in range(many):
            desk.tell(to, Card(T("letter {n}", n=number)))

    await core.database.write(run)


async def sent_by(house: TestHouse) -> timedelta:
    """Send everything as soon as it may go; give how long that took."""
    begun = house.clock.at
    while (wait := await house.core.delivery.next_in()) is not None:
        house.clock.at += wait
        await house.core.delivery.tick()
    return house.clock.at - begun


async def test_a_person_gets_one_message_a_second(paced: TestHouse) -> None:
    await write(paced.core, paced.clock, ToPerson(LINA), MANY)
    took = await sent_by(paced)
    assert paced.refused() == []
    assert paced.lina.count("letter") == MANY
    assert timedelta(seconds=MANY - 1) <= took <= timedelta(seconds=MANY * 1.1)


async def test_a_group_gets_what_its_platform_allows(paced: TestHouse) -> None:
    workspace, chat = room_of(paced.platform, next(iter(ROOMS)))
    await write(paced.core, paced.clock, ToChat(paced.platform, workspace, chat), MANY)
    took = await sent_by(paced)
    assert paced.refused() == []
    assert paced.lina.count("letter", where=next(iter(ROOMS.values()))) == MANY
    each = 3 if paced.platform == "telegram" else 1
    assert timedelta(seconds=(MANY - 1) * each) <= took <= timedelta(seconds=MANY * each * 1.1)


class Watch(Mailbox):
    """A mailbox that notes when what was sent where."""

    def __init__(self, clock: TestClock, limit: tuple[Rate, ...]) -> None:
        super().__init__(limit=limit)
        self.clock = clock
        self.times: list[tuple[datetime, str]] = []

    async def send(self, parcel: Parcel) -> Landed:
        """Note it, and let the other replicas have their turn."""
        self.times.append((self.clock.at, parcel.address.chat))
        await asyncio.sleep(0)
        return await super().send(parcel)


async def test_three_replicas_keep_the_pace_together(database_url: str) -> None:
    clock = TestClock()
    limits = (Rate("all", 30, 1.0), Rate("", 1, 1.0))
    mail = Watch(clock, limits)
    database = Database(database_url)
    seeded(database, "web", "en")
    database.close()
    with replicas(database_url, clock, mail, 3) as cores:
        people = len(sample.STAFF)
        for person in range(1, people + 1):
            await write(cores[0], clock, ToPerson(person), 10)
        waits = [timedelta()]
        while waits:
            clock.at += max(min(waits), timedelta(milliseconds=1))
            await asyncio.gather(*(core.delivery.tick() for core in cores))
            waits = [w for w in [await core.delivery.next_in() for core in cores] if w is not None]
    assert len(mail.times) == people * 10
    for index, (at, chat) in enumerate(mail.times):
        later = mail.times[index + 1 :]
        assert all(other - at >= timedelta(seconds=1) for other, c in later if c == chat)
    for index, (at, _) in enumerate(mail.times[30:]):
        assert at - mail.times[index][0] >= timedelta(seconds=1) - timedelta(milliseconds=35)
