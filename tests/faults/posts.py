"""The bot is killed between a post and the record of it (FACTS 5.2, 2)."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import NamedTuple

from commands.kit import card as cards
from commands.kit.card import Card
from commands.kit.words import T
from scheduler.clock import Clock
from storage import letters
from storage.database import Database, Transaction
from storage.letters import Letter
from tests.faults.bots import Bot, free_port
from tests.faults.framework import Row, Run, company, emptied, least, most, scenario
from tests.faults.intakes import SlackIntake, TelegramIntake, opened
from tests.faults.ledger import MARK

KILLS = 100
FEW = 5
A_ROUND = 3
PEOPLE = 8
STUCK_S, LOOKED_EVERY = 120.0, 0.2
LONGEST_PAUSE_S = 0.05


class Kept(NamedTuple):
    """A letter as it ended."""

    id: int
    repeats: bool
    state: str


def write(db: Transaction, clock: Clock, first: int) -> None:
    """Letters to several people: every other one may be sent once more when that is unclear."""
    now = clock.now()
    for number in range(first, first + A_ROUND):
        person = number % PEOPLE + 1
        body = cards.encode(Card(T("Note {mark}", mark=f"K{number}K")))
        letters.add(
            db,
            Letter(
                lane=f"person:{person}",
                person_id=person,
                body=body,
                repeats=number % 2 == 0,
                created_at=now,
                not_before=now,
                next_at=clock.machine(),
            ),
        )


@dataclass
class Wire:
    """What a platform's fake received."""

    intake: SlackIntake | TelegramIntake

    def hang(self) -> None:
        """Post what comes next, and never answer."""
        match self.intake:
            case SlackIntake(fake=slack):
                slack.fail_next("chat.postMessage", "timeout_after")
            case TelegramIntake(fake=telegram):
                telegram.fail_next("sendMessage", "timeout_after")

    def hung(self) -> bool:
        """Whether a post was left without an answer."""
        return any(call.outcome == "timeout_after" for call in self.intake.fake.calls)

    def forget(self) -> None:
        """Look at later calls only."""
        self.intake.fake.calls.clear()

    def posted(self) -> Counter[int]:
        """How often each letter's number stands there."""
        return Counter(int(mark) for text in self._texts() for mark in MARK.findall(text))

    def _texts(self) -> Iterator[str]:
        match self.intake:
            case SlackIntake(fake=slack):
                for channel in list(slack.workspace.channels):
                    yield from (m.text for m in slack.messages(channel) if m.by_bot)
            case TelegramIntake(fake=telegram):
                for chat in list(telegram.world.chats.values()):
                    yield from (telegram.plain(m) for m in telegram.messages(chat) if m.by_bot)


@dataclass
class Rounds:
    """Kill after kill."""

    run: Run
    wire: Wire
    database: Database
    settings: dict[str, str]
    port: int

    async def bear(self) -> Bot:
        return await self.run.bots.bear(self.settings, self.port, self.run.folder)

    async def one(self, number: int, pause: float) -> bool:
        """Whether it was killed while a post of its own was without an answer."""
        first = number * A_ROUND + 1
        await self.database.write(lambda db: write(db, Clock(), first))
        self.wire.forget()
        self.wire.hang()
        bot = await self.bear()
        hung = await comes(self.wire.hung)
        await asyncio.sleep(pause)
        await bot.kill()
        return hung

    async def end(self) -> None:
        """Let the last one finish everything."""
        bot = await self.bear()
        await bot.ready()
        await emptied(lambda: self.database.read(unfinished), STUCK_S, LOOKED_EVERY)
        await bot.stop()


def given_up(db: Transaction) -> int:
    """How many letters will not go any more, or may not have arrived."""
    found = db.run("SELECT count(*) FROM letter WHERE state IN ('dead', 'unclear')").fetchone()
    return int(found[0]) if found else 0


def unfinished(db: Transaction) -> int:
    """How many letters are still to go."""
    found = db.run("SELECT count(*) FROM letter WHERE state IN ('waiting', 'sending')").fetchone()
    return int(found[0]) if found else 0


async def comes(about: Callable[[], bool]) -> bool:
    """Wait for it, though not for ever."""
    for _ in range(1500):
        if about():
            return True
        await asyncio.sleep(0.01)
    return False


def ended(db: Transaction) -> dict[int, Kept]:
    """Every letter of ours by its number."""
    rows = db.run("SELECT id, repeats, state, body FROM letter").fetchall()
    return {
        int(mark): Kept(id_, bool(repeats), state)
        for id_, repeats, state, body in rows
        for mark in MARK.findall(str(body))
    }


def untold(db: Transaction) -> int:
    """Unclear letters after which no alarm was written to staff."""
    found = db.run(
        "SELECT count(*) FROM letter u WHERE u.state = 'unclear' AND NOT EXISTS (SELECT 1 FROM "
        "letter a WHERE a.replaces = 'alarm:lost' AND a.id > u.id AND a.state = 'sent')"
    ).fetchone()
    return int(found[0]) if found else 0


async def posts(run: Run, name: str) -> list[Row]:
    """So many kills of a bot that has just posted."""
    port, path = free_port(), Path(run.folder) / "posts.db"
    url, times, chance = f"sqlite:///{path}", run.times(KILLS, FEW), run.chance()
    async with opened(name, port, run.folder) as intake:
        await company(url, intake.platform)
        assert isinstance(intake, SlackIntake | TelegramIntake)
        database = Database(url)
        settings = {**intake.settings, "DATABASE_URL": url}
        rounds = Rounds(run, Wire(intake), database, settings, port)
        hung = 0
        for number in range(times):
            hung += await rounds.one(number, chance.uniform(0, LONGEST_PAUSE_S))
        await rounds.end()
        rows = await database.read(partial(judged, run, name, hung, rounds.wire.posted()))
        database.close()
        return [*rows, least(f"{name}: killed between post and record", hung, times, "kills")]


def judged(run: Run, name: str, hung: int, posted: Counter[int], db: Transaction) -> list[Row]:
    """What is promised: Slack's posts are found again, elsewhere a letter does as it declares."""
    kept = ended(db)
    open_ = [mark for mark, one in kept.items() if one.state not in {"sent", "unclear"}]
    lost = [m for m, one in kept.items() if one.state == "sent" and not posted[m]] + open_
    twice = [m for m, times in posted.items() if times > 1]
    undeclared = [m for m in twice if not kept[m].repeats]
    unclear = sum(one.state == "unclear" for one in kept.values())
    run.say(
        f"{len(kept)} letters, {len(twice)} sent again, {unclear} unclear; {dict(states(kept))}"
    )
    doubled = twice if name.startswith("slack") else undeclared
    what = "posted twice" if name.startswith("slack") else "posted twice against their kind"
    return [
        most(f"{name}, {hung} kills: letters lost", len(lost), 0, "letters"),
        most(f"{name}, {hung} kills: letters {what}", len(doubled), 0, "letters"),
        most(f"{name}, {hung} kills: unclear and not shown", untold(db), 0, "letters"),
    ]


def states(kept: dict[int, Kept]) -> Counter[str]:
    """How letters ended."""
    return Counter(one.state for one in kept.values())


for _name in ("slack-http", "telegram-polling"):
    scenario(f"posts.{_name}")(partial(posts, name=_name))
