"""Photos sent as one are one deed, in whatever order their parts come."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import AsyncIterator, Sequence
from itertools import permutations
from pathlib import Path

import pytest

from bot.core import build
from bot.platform import Address, Attachment, Request, Typed
from storage import cases, drafts, files, heard, talk, visits
from storage.database import Database, Transaction
from tests.desk import Reception, reception
from tests.house import ZONE


@pytest.fixture
async def desk(sample_url: str) -> AsyncIterator[Reception]:
    async with reception(sample_url) as made:
        yield made


def part(desk: Reception, number: int, text: str = "", **more: object) -> Request:
    photo = Attachment(f"photo-{number}", f"{number}.jpg", "image/jpeg", 8)
    return desk.request("lina", Typed(text, (photo,), album="a1"), **more)


def in_room(desk: Reception, number: int, text: str = "") -> Request:
    """The same in a group, where only a caption can mention the bot."""
    room = Address("web", "rehearsal", "room:sales")
    return part(desk, number, text, address=room, direct=False, mentions=bool(text))


async def come(desk: Reception, *parts: Request) -> None:
    for one in parts:
        await desk.core.door.handle(one)


async def filed(desk: Reception, kind: str) -> list[str]:
    found = await desk.core.database.read(lambda db: files.of(db, kind, 1))
    return sorted(file.remote for file in found)


def left(db: Transaction) -> object:
    logged = [v for n in range(1, 9) if (v := visits.get(db, n))]
    photos = sorted(f.remote for f in files.of(db, "visit", 1))
    return [(v.customer_id, v.notes) for v in logged], photos


async def test_an_album_is_one_visit_in_every_order(tmp_path: Path, sqlite_template: Path) -> None:
    seen = []
    for number, order in enumerate(permutations(range(4))):
        path = tmp_path / f"{number}.db"
        shutil.copy(sqlite_template, path)
        async with reception(f"sqlite:///{path}") as desk:
            parts = [part(desk, 0, "/visit 华强 看了产线"), *(part(desk, n) for n in (1, 2, 3))]
            await come(desk, *(parts[n] for n in order))
            await desk.work()
            seen.append(await desk.core.database.read(left))
            choices = [t for t in desk.mail.titles("dm:lina") if "What shall I do" in t]
            assert choices == []
        path.unlink()
    assert seen == [([(2, "看了产线")], [f"photo-{n}" for n in range(4)])] * 24


async def test_parts_delivered_twice_count_once(desk: Reception) -> None:
    parts = [part(desk, 0, "/visit 华强 看了产线"), part(desk, 1)]
    await come(desk, *parts, *parts)
    assert await filed(desk, "visit") == ["photo-0", "photo-1"]


async def test_an_album_goes_on_after_a_restart(desk: Reception, sample_url: str) -> None:
    await come(desk, part(desk, 0))
    later = part(desk, 1, "/visit 华强 看了产线")
    database = Database(sample_url)
    restarted = build(database, language="en", zone=ZONE, clock=desk.clock)
    await restarted.door.handle(later)
    database.close()
    assert await filed(desk, "visit") == ["photo-0", "photo-1"]


async def test_an_album_without_words_is_asked_about_once(desk: Reception) -> None:
    await come(desk, *(part(desk, n) for n in range(10)))
    await desk.work()
    assert desk.mail.titles("dm:lina") == ["What shall I do with this?"]
    assert "10 files" in repr(desk.mail.sent[-1].page)
    await desk.presses("lina", "Log a customer visit")
    await desk.says("lina", "永固")
    await desk.says("lina", "谈了Q3")
    assert len(await filed(desk, "visit")) == 10


async def test_the_rest_of_an_album_follows_what_was_chosen(desk: Reception) -> None:
    await come(desk, part(desk, 0))
    await desk.work()
    await desk.presses("lina", "Log a customer visit")
    await come(desk, part(desk, 1))
    await desk.says("lina", "永固")
    await desk.says("lina", "谈了Q3")
    await come(desk, part(desk, 2))
    assert await filed(desk, "visit") == ["photo-0", "photo-1", "photo-2"]


async def test_an_album_answers_a_card_with_one_remark(desk: Reception) -> None:
    await desk.says("lina", "/complaint 华强 20 bolts rusted")
    await desk.work()
    card = next(str(n) for n, p in enumerate(desk.mail.sent, 1) if p.address.chat == "dm:lina")
    await come(
        desk,
        part(desk, 0, reply_to=card),
        part(desk, 1, "seen today", reply_to=card),
        part(desk, 2, reply_to=card),
    )
    [remark] = await desk.core.database.read(lambda db: talk.on(db, "case", 1))
    assert (remark.text, len(remark.files)) == ("seen today", 3)
    assert len(await filed(desk, "case")) == 3


async def test_an_album_belongs_to_the_open_draft(desk: Reception) -> None:
    await desk.says("lina", "/complaint")
    await come(desk, part(desk, 0), part(desk, 1), part(desk, 2, "bolts rusted"), part(desk, 3))
    case = await desk.core.database.read(lambda db: cases.get(db, 1))
    assert case is not None
    assert case.text == "bolts rusted"
    assert len(await filed(desk, "case")) == 4


async def test_in_a_group_the_caption_alone_may_mention_the_bot(desk: Reception) -> None:
    await come(
        desk,
        in_room(desk, 0),
        in_room(desk, 1, "/visit 华强 看了产线"),
        in_room(desk, 2),
    )
    assert await filed(desk, "visit") == ["photo-0", "photo-1", "photo-2"]


async def test_an_album_of_chatter_is_nothing_to_us_and_is_forgotten(desk: Reception) -> None:
    await come(desk, *(in_room(desk, n) for n in range(3)))
    database = desk.core.database
    assert await database.read(lambda db: drafts.get(db, 1)) is None
    assert await database.read(lambda db: files.get(db, 1)) is None
    parts = await database.read(
        lambda db: heard.album(db, "web", "rehearsal", "room:sales", "a1", 3)
    )
    assert [p.kind for p in parts] == ["", "", ""]


async def test_parts_that_come_at_once_lead_no_two_deeds(desk: Reception) -> None:
    await desk.says("lina", "/help")
    requests: Sequence[Request] = [part(desk, n) for n in range(6)]
    await asyncio.gather(*(desk.core.door.handle(one) for one in requests))
    await desk.work()
    assert desk.mail.titles("dm:lina").count("What shall I do with this?") == 1
    kept = await desk.core.database.read(lambda db: [drafts.get(db, n) for n in range(1, 20)])
    [draft] = [one for one in kept if one is not None]
    assert len(draft.answers["files"]) == 6
