"""The sweep clears away what is past its keeping, and nothing else; alarms reach somebody."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from commands.kit.words import T
from scheduler.alarm import raise_alarm
from scheduler.sweep import LETTERS_KEPT
from storage import backlog, deliveries, drafts, letters, postings, profiles
from storage.database import Transaction
from storage.keyring import Keyring
from storage.letters import Letter
from storage.profiles import ProfileEntry
from tests.desk import Reception, reception


@pytest.fixture
async def desk(sample_url: str) -> AsyncIterator[Reception]:
    async with reception(sample_url) as made:
        yield made


async def counted(desk: Reception, table: str) -> int:
    def look(db: Transaction) -> int:
        row = db.run(f"SELECT count(*) FROM {table}").fetchone()  # noqa: S608 (a test's own)
        assert row is not None
        return int(row[0])

    return await desk.core.database.read(look)


async def test_a_draft_left_alone_expires_after_a_day_and_its_card_is_redrawn(
    desk: Reception,
) -> None:
    await desk.says("lina", "/visit 永固")
    desk.clock.at += timedelta(hours=23)
    await desk.core.sweep.tick()
    draft = await desk.core.database.read(lambda db: drafts.get(db, 1))
    assert draft is not None
    assert draft.state == drafts.OPEN
    desk.clock.at += timedelta(hours=2)
    assert "letters" in await desk.core.sweep.tick()
    draft = await desk.core.database.read(lambda db: drafts.get(db, 1))
    assert draft is not None
    assert draft.state == drafts.EXPIRED


async def test_deliveries_are_kept_for_a_fortnight(desk: Reception) -> None:
    await desk.says("lina", "/today")
    await desk.core.door.set_aside("web", b"?", "no JSON")
    desk.clock.at += timedelta(days=13)
    await desk.core.sweep.tick()
    assert await counted(desk, "delivery") == 1
    desk.clock.at += timedelta(days=2)
    await desk.core.sweep.tick()
    assert await counted(desk, "delivery") == 0
    assert await desk.core.database.read(deliveries.newest_aside) == []


async def test_letters_that_were_sent_are_forgotten_and_lost_ones_are_kept(
    desk: Reception,
) -> None:
    await desk.says("lina", "/complaint 永固 rust")
    await desk.work()
    await desk.core.database.write(lambda db: db.run("UPDATE timer SET state = 'dropped'"))
    sent = await counted(desk, "letter")

    def lose(db: Transaction) -> int:
        return letters.add(
            db,
            Letter(
                lane="person:3",
                state=letters.DEAD,
                created_at=desk.clock.at,
                not_before=desk.clock.at,
                next_at=desk.clock.at,
            ),
        )

    lost, _ = await desk.core.database.write(lose)
    await desk.core.sweep.tick()
    assert await counted(desk, "letter") == sent + 1
    assert await counted(desk, "timer") > 0
    desk.clock.at += LETTERS_KEPT + timedelta(days=20)
    await desk.core.sweep.tick()
    assert await counted(desk, "letter") == 1
    assert await desk.core.database.read(lambda db: letters.get(db, lost)) is not None
    assert await desk.core.database.read(lambda db: postings.of(db, "case", 1)) == []
    assert await counted(desk, "timer") == 0


async def test_letters_are_counted_by_their_state_and_can_be_withdrawn(desk: Reception) -> None:
    def write(db: Transaction) -> int:
        raise_alarm(db, desk.clock, "test", T("Look"), "why")
        return letters.withdraw(db, "alarm:test")

    withdrawn, _ = await desk.core.database.write(write)
    assert withdrawn == 1
    assert await desk.core.database.read(backlog.states) == [(letters.REPLACED, 1)]


async def test_alarms_of_a_kind_are_one_letter(desk: Reception) -> None:
    for number in range(3):
        await desk.core.database.write(
            lambda db, n=number: raise_alarm(db, desk.clock, "test", T("Look"), f"reason {n}")  # type: ignore[misc]
        )
    desk.clock.at += timedelta(minutes=2)
    await desk.core.delivery.tick()
    assert desk.mail.titles("dm:zhao") == ["Look"]
    assert "reason 2" in str(desk.mail.sent[-1].page)


async def test_without_an_administrator_nobody_is_alarmed(desk: Reception) -> None:
    await desk.core.database.write(lambda db: db.run("UPDATE person SET admin = false"))
    await desk.core.database.write(lambda db: raise_alarm(db, desk.clock, "test", T("Look"), "?"))
    assert await counted(desk, "letter") == 0


async def test_what_an_old_key_sealed_is_sealed_anew_within_a_day(desk: Reception) -> None:
    database = desk.core.database
    old, new = Keyring((b"yesterday's",)), Keyring((b"today's", b"yesterday's"))
    entry = ProfileEntry(customer_id=1, field="rating", value=old.seal("AA"), at=desk.clock.at)
    await database.write(lambda db: profiles.write(db, entry))
    database.keyring = new
    await desk.core.sweep.tick()
    kept = (await database.read(lambda db: profiles.of(db, 1)))["rating"].value
    assert kept.startswith(new.newest)
    assert Keyring((b"today's",)).open(kept) == "AA"
