"""Pages are posted once, redrawn in place, found again and never unclear."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from bot.pages import Page, Say
from bot.platform import Address, Landed, Parcel
from bot.web.send import WebPlatform
from commands.kit.errors import Later, Never
from storage import rooms
from storage.database import Database
from tests.bot.web.stage import Stage, staged

PAGE = Page("Case", (Say("Rusty"),))
PARCEL = Parcel(Address("web", "rehearsal", "room:quality"), PAGE, "letter-7")


@pytest.fixture
async def stage(chat_file: Path) -> AsyncIterator[Stage]:
    async with staged(chat_file) as made:
        yield made


async def shown(stage: Stage, chat: str = "room:quality") -> list[rooms.Message]:
    return await stage.database.read(lambda db: rooms.latest(db, chat, 99))


async def test_a_page_is_posted_as_words_and_as_a_card(stage: Stage) -> None:
    landed = await stage.platform.send(PARCEL)
    (message,) = await shown(stage)
    assert landed == Landed("room:quality", str(message.id))
    assert (message.author, message.text) == ("", "Case\nRusty")
    assert message.html.startswith('<div class="card">')
    assert message.at == stage.clock.at


async def test_a_page_is_posted_into_its_thread(stage: Stage) -> None:
    root = await stage.platform.send(PARCEL)
    address = replace(PARCEL.address, thread=root.message)
    await stage.platform.send(Parcel(address, PAGE, "letter-8"))
    assert [message.thread for message in await shown(stage)] == ["", root.message]


async def test_an_account_has_a_direct_chat(stage: Stage) -> None:
    chat = await stage.platform.direct("lina")
    await stage.platform.send(Parcel(Address("web", "rehearsal", chat), PAGE, ""))
    assert len(await shown(stage, "dm:lina")) == 1


async def test_a_page_sent_again_is_there_once_as_it_is_now(stage: Stage) -> None:
    first = await stage.platform.send(PARCEL)
    assert await stage.platform.send(PARCEL) == first
    assert await stage.platform.send(replace(PARCEL, page=Page("Newer"))) == first
    (message,) = await shown(stage)
    assert message.text == "Newer"


async def test_pages_without_a_key_are_all_posted(stage: Stage) -> None:
    for _ in range(2):
        await stage.platform.send(replace(PARCEL, key=""))
    assert len(await shown(stage)) == 2


async def test_a_page_is_found_by_its_key_in_its_chat(stage: Stage) -> None:
    assert await stage.platform.find(PARCEL) is None
    landed = await stage.platform.send(PARCEL)
    assert await stage.platform.find(PARCEL) == landed
    elsewhere = replace(PARCEL, address=Address("web", "rehearsal", "dm:lina"))
    assert await stage.platform.find(elsewhere) is None
    assert await stage.platform.find(replace(PARCEL, key="")) is None


async def test_a_page_is_redrawn_in_its_place(stage: Stage) -> None:
    landed = await stage.platform.send(PARCEL)
    await stage.platform.redraw(replace(PARCEL, page=Page("After")), landed.message)
    (message,) = await shown(stage)
    assert (message.text, message.edited_at) == ("After", stage.clock.at)
    assert message.version == 2


async def test_what_is_shown_already_is_not_shown_as_changed(stage: Stage) -> None:
    landed = await stage.platform.send(PARCEL)
    await stage.platform.redraw(PARCEL, landed.message)
    (message,) = await shown(stage)
    assert (message.edited_at, message.version) == (None, 1)


async def test_a_message_that_is_gone_is_never_redrawn(stage: Stage) -> None:
    with pytest.raises(Never):
        await stage.platform.redraw(PARCEL, "999")


@pytest.mark.parametrize(("chat", "account"), [("dm:nobody", True), ("room:none", False)])
async def test_a_chat_that_is_not_there_is_never_reached(
    stage: Stage, chat: str, account: bool
) -> None:
    with pytest.raises(Never) as never:
        await stage.post(chat, PAGE)
    assert never.value.account is account


async def test_a_file_that_is_not_there_is_never_fetched(stage: Stage) -> None:
    with pytest.raises(Never):
        await stage.platform.fetch("unknown")


def test_nobody_limits_us(stage: Stage) -> None:
    assert stage.platform.rates(PARCEL.address) == ()


async def test_whatever_a_lost_database_was_asked_is_asked_later(
    stage: Stage, tmp_path: Path
) -> None:
    lost = Database(f"sqlite:///{tmp_path / 'empty.db'}")
    platform = WebPlatform(lost, stage.clock.now, stage.live, stage.house.passes.path)
    await platform.start()
    with pytest.raises(Later):
        await platform.send(PARCEL)
    with pytest.raises(Later):
        await platform.redraw(PARCEL, "1")
    with pytest.raises(Later):
        await platform.find(PARCEL)
    with pytest.raises(Later):
        await platform.fetch("x")
    lost.close()
