"""The bot is down for three hours across deadlines; what it says and does when it is back."""

from __future__ import annotations

import asyncio
import json
from contextlib import closing
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from sqlmodel import SQLModel

from commands.kit import card as cards
from commands.kit.card import Card
from commands.kit.words import T
from scheduler.clock import Clock
from scheduler.pulse import HEARTBEAT
from storage import letters
from storage.connections import Connection, connect
from storage.database import Database, Transaction
from storage.kinds import Instant
from storage.letters import Letter
from tests.faults.bots import Bot, free_port
from tests.faults.framework import Row, Run, company, exactly, scenario
from tests.faults.intakes import SlackIntake, slack
from tests.faults.posts import unfinished
from tests.house import address_of

GONE = timedelta(hours=3)
PROMISED = timedelta(hours=24)
# How many minutes each complaint's first reply has left when the bot goes: the first is late
# already, the next six fall due in the silence.
LEFT = (-90, 30, 60, 90, 120, 150, 170, 200, 240, 600)
OWN = 6
STARTS = 3
ADMIN = "zhao"
REPORT = "⚠ 我在"
EARLIER = "SELECT 1 FROM due WHERE"
OF_A_CASE = (
    ("cases", "id", ("received_at", "recorded_at")),
    ("due", "subject_id", ("begun_at", "due_at")),
    ("timer", "subject_id", ("at",)),
)


class World(NamedTuple):
    """A bot that can be started, and where it remembers."""

    run: Run
    intake: SlackIntake
    url: str
    port: int

    async def starts(self) -> Bot:
        settings = {**self.intake.settings, "DATABASE_URL": self.url}
        bot = await self.run.bots.bear(settings, self.port, self.run.folder)
        await bot.ready()
        return bot

    async def lives(self) -> None:
        """A bot does everything that there is to do, and is killed."""
        bot, database = await self.starts(), Database(self.url)
        for _ in range(600):
            await asyncio.sleep(0.1)
            if not await database.read(busy):
                break
        database.close()
        await bot.kill()

    async def complaints(self) -> None:
        """One after the other, as if each had been made when it leaves so much time now."""
        bot = await self.starts()
        for number in range(len(LEFT)):
            assert await self.intake.says("chenjing", f"投诉 永固 螺栓锈蚀K{number}K")
        await bot.kill()
        with closing(connect(self.url)) as db:
            for number, left in enumerate(LEFT, 1):
                for table, key, columns in OF_A_CASE:
                    for column in columns:
                        by = PROMISED - timedelta(minutes=left)
                        shift(db, table, column, by, f"{key} = {number}")

    def reports(self) -> int:
        """How often the administrator was told of it."""
        dm = self.intake.fake.dm(address_of("slack", ADMIN)[1])
        return sum(REPORT in message.text for message in self.intake.fake.messages(dm))


def busy(db: Transaction) -> bool:
    """Whether something is due, or waits to be sent."""
    now = datetime.now(UTC).isoformat(timespec="microseconds")
    sql = "SELECT 1 FROM timer WHERE state = 'waiting' AND at <= :now LIMIT 1"
    return db.run(sql, {"now": now}).fetchone() is not None or bool(unfinished(db))


def shift(db: Connection, table: str, column: str, by: timedelta, where: str) -> None:
    """A moment lies so much further back: for a bot, so much time has passed since."""
    back = f"strftime('%Y-%m-%dT%H:%M:%f', {column}, '-{by.total_seconds():.0f} seconds')"
    db.execute(f"UPDATE {table} SET {column} = {back} || '000+00:00' WHERE {where}")  # noqa: S608


def pass_by(url: str, time: timedelta) -> None:
    """So much time passes without a bot."""
    with closing(connect(url)) as db:
        for table in SQLModel.metadata.sorted_tables:
            for column in table.columns:
                if isinstance(column.type, Instant):
                    shift(db, table.name, column.name, time, f"{column.name} IS NOT NULL")
        values = {"name": HEARTBEAT, "to": json.dumps((datetime.now(UTC) - time).isoformat())}
        db.execute("UPDATE house SET value = :to WHERE name = :name", values)


def write(db: Transaction) -> None:
    """One letter that is of no use in an hour, and one that is."""
    now, machine = Clock().now(), Clock().machine()
    for person, until in ((3, now + timedelta(hours=1)), (4, None)):
        letter = Letter(lane=f"person:{person}", person_id=person, useful_until=until)
        letter.body = cards.encode(Card(T("Note {mark}", mark=f"K{person}K")))
        letter.created_at, letter.not_before, letter.next_at = now, now, machine
        letters.add(db, letter)


@scenario("outage")
async def outage(run: Run) -> list[Row]:
    """Three hours, which pass at once."""
    port, url = free_port(), f"sqlite:///{run.folder / 'outage.db'}"
    async with slack(port) as intake:
        await company(url, "slack")
        world = World(run, intake, url, port)
        await world.complaints()
        await world.lives()
        Database(url).write_now(write)
        pass_by(url, GONE)
        for _ in range(STARTS):
            await world.lives()
        with closing(connect(url)) as db:
            return judged(world, db)


def count(db: Connection, of: str) -> int:
    found = db.execute(f"SELECT count(*) FROM {of}").fetchone()  # noqa: S608
    return int(found[0]) if found else 0


def judged(world: World, db: Connection) -> list[Row]:
    """What three hours have cost whom."""
    again = "kind = new.kind AND subject_id = new.subject_id AND name = new.name AND id < new.id"
    anew = f"due new WHERE name = 'first' AND state = 'open' AND EXISTS ({EARLIER} {again})"
    return [
        exactly(f"three hours down, {STARTS} starts: told", world.reports(), 1, "times"),
        exactly(
            "three hours down: the bot's own breaches, excused",
            count(db, "due WHERE state = 'excused' AND reason <> ''"),
            OWN,
            "duties",
        ),
        exactly("three hours down: these are owed anew", count(db, anew), OWN, "duties"),
        exactly(
            "three hours down: breaches of others, not excused",
            count(db, "due WHERE state = 'missed'"),
            1,
            "duties",
        ),
        exactly(
            "three hours down: of no use any more, dropped",
            count(db, "letter WHERE state = 'dropped'"),
            1,
            "letters",
        ),
        exactly(
            "three hours down: letters that wait or were lost",
            count(db, "letter WHERE state NOT IN ('sent', 'dropped', 'replaced')"),
            0,
            "letters",
        ),
        exactly(
            "three hours down: timers left over",
            count(db, f"timer WHERE state = 'waiting' AND at <= '{datetime.now(UTC).isoformat()}'"),
            0,
            "timers",
        ),
    ]
