"""The house runs by itself: a letter goes out, a timer fires, a moved clock is remembered."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest

from bot.core import build
from bot.platform import Landed, Parcel
from scheduler.clerk import LEASED
from storage import leases, letters
from storage.connections import SQLITE
from storage.database import Database, Gone, Transaction
from tests.desk import Mailbox, Reception, reception
from tests.house import ZONE

PATIENCE = 10


class Watched(Mailbox):
    """A mailbox at which one can wait."""

    def __init__(self) -> None:
        super().__init__()
        self.changed = asyncio.Condition()

    async def send(self, parcel: Parcel) -> Landed:
        async with self.changed:
            landed = await super().send(parcel)
            self.changed.notify_all()
        return landed

    async def arrives(self, chat: str, beginning: str) -> None:
        """Wait for a title."""

        def there() -> bool:
            return any(title.startswith(beginning) for title in self.titles(chat))

        async with asyncio.timeout(PATIENCE), self.changed:
            await self.changed.wait_for(there)


def watched(desk: Reception) -> Watched:
    mail = Watched()
    desk.core.platforms["web"] = mail
    return mail


async def test_what_is_said_is_answered_without_anybody_ticking(sample_url: str) -> None:
    async with reception(sample_url) as desk:
        mail = watched(desk)
        desk.core.start()
        await desk.says("lina", "/visit 永固 Q3")
        await mail.arrives("dm:lina", "✅ Visit logged")
        await desk.core.stop()


async def test_what_waited_while_the_bot_was_off_goes_out_at_the_start(sample_url: str) -> None:
    async with reception(sample_url) as desk:
        mail = watched(desk)
        await desk.says("lina", "/visit 永固 Q3")
        desk.core.start()
        await mail.arrives("dm:lina", "✅ Visit logged")
        await desk.core.stop()


async def test_who_has_nothing_to_do_writes_nothing(
    sample_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with reception(sample_url) as desk:
        await desk.says("lina", "/visit 永固 Q3")
        await desk.work()

        async def refused(work: object) -> None:
            raise AssertionError(f"{work} is written by somebody idle")

        monkeypatch.setattr(desk.core.database, "write", refused)
        core = desk.core
        await core.timers.tick()
        assert await core.delivery.tick() == 0
        assert await core.fetching.tick() == 0
        assert await core.clerk.tick() == 0
        await core.errands.tick()
        await core.fronts.tick()


async def test_a_stopped_house_answers_nobody(sample_url: str) -> None:
    async with reception(sample_url) as desk:
        desk.core.start()
        await desk.core.stop()
        with pytest.raises(RuntimeError, match="shutdown"):
            await desk.says("lina", "/visit 永固 Q3")


async def test_a_moved_clock_lets_the_future_happen(sample_url: str) -> None:
    async with reception(sample_url) as desk:
        mail = watched(desk)
        desk.core.start()
        await desk.says("lina", "/complaint 永固 rust")
        await desk.core.move(timedelta(hours=21))
        await mail.arrives("dm:lina", "⏰ C-2026-0001")
        await desk.core.stop()


async def test_the_moved_clock_and_the_own_key_survive_a_restart(sample_url: str) -> None:
    async with reception(sample_url) as desk:
        await desk.core.move(timedelta(days=3))
        keys = desk.core.house.seal.keys
    database = Database(sample_url)
    again = build(database, language="en", zone=ZONE)
    assert again.clock.ahead == timedelta(days=3)
    assert again.house.seal.keys == keys
    given = build(database, language="en", zone=ZONE, keys=(b"new", b"old"))
    assert given.house.seal.keys == (b"new", b"old")
    database.close()


async def test_the_rooms_are_told_when_something_was_said_in_them(sample_url: str) -> None:
    async with reception(sample_url) as desk:
        rung: list[str] = []
        desk.core.on_rooms = lambda: rung.append("rooms")
        desk.core.door.wake(frozenset({"letters"}))
        assert rung == []
        desk.core.door.wake(frozenset({"rooms"}))
        assert rung == ["rooms"]


async def test_a_database_that_is_gone_for_a_while_loses_nothing(
    sample_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with reception(sample_url) as desk:
        mail = watched(desk)
        await desk.says("lina", "/visit 永固 Q3")
        failed = asyncio.Event()
        loop = asyncio.get_running_loop()

        def gone(_self: Database, *, writes: bool) -> None:
            loop.call_soon_threadsafe(failed.set)
            raise Gone(f"writes={writes}")

        with monkeypatch.context() as broken:
            broken.setattr(Database, "_connection", gone)
            desk.core.start()
            await asyncio.wait_for(failed.wait(), PATIENCE)
            assert mail.sent == []
        desk.core.metronome.wake(frozenset({"letters"}))
        await mail.arrives("dm:lina", "✅ Visit logged")
        await desk.core.stop()


async def test_the_sweep_runs_by_itself(sample_url: str) -> None:
    async with reception(sample_url) as desk:
        mail = watched(desk)
        await desk.says("lina", "/visit 永固")
        await desk.work()
        desk.clock.at += timedelta(days=2)
        redrawn = asyncio.Event()

        async def redraw(parcel: Parcel, message: str) -> None:
            if "left for a day" in str(parcel.page):
                redrawn.set()

        mail.redraw = redraw  # type: ignore[method-assign]
        desk.core.start()
        await asyncio.wait_for(redrawn.wait(), PATIENCE)
        await desk.core.stop()


async def test_what_a_killed_bot_held_is_free_when_the_next_one_starts(sample_url: str) -> None:
    """On SQLite, which has one bot. An import may be another program's, and is left alone."""
    async with reception(sample_url) as desk:
        alone = desk.core.database.engine == SQLITE
        now, until = desk.clock.at, desk.clock.at + timedelta(minutes=1)
        await desk.says("lina", "/visit 永固 Q3")

        def hold(db: Transaction) -> None:
            assert letters.claim(db, now, now, "dead", until, 1)
            assert leases.take(db, "poll", "dead", now, until)
            assert leases.take(db, LEASED, "dead", now, until)

        def free(db: Transaction) -> list[bool]:
            return [leases.take(db, job, "next", now, until) for job in ("poll", LEASED)]

        await desk.core.database.write(hold)
        desk.core.start()
        await desk.core.metronome.stop()
        taken, _ = await desk.core.database.write(free)
        assert taken == [alone, False]
        for _ in range(3):
            await desk.core.delivery.tick()
            desk.clock.at += timedelta(seconds=5)
        assert bool(desk.mail.titles("dm:lina")) == alone
