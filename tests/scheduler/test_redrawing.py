"""Posted cards follow their subjects: tried again, given up, or left where no platform is on."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from bot.platform import Parcel
from commands.kit.card import Card, Ref
from commands.kit.errors import Later, Never, Unclear, Undeliverable
from commands.kit.words import T
from storage import cases, postings, subjects
from storage.database import Transaction
from storage.postings import Posting
from tests.desk import Reception, reception


@pytest.fixture
async def desk(sample_url: str) -> AsyncIterator[Reception]:
    """A case whose card stands at 李娜's and in the place for cases."""
    async with reception(sample_url) as made:
        await made.says("lina", "/complaint 永固 rust")
        await made.work()
        made.mail.redrawn.clear()
        yield made


async def changes(desk: Reception) -> None:
    """The case's card looks different."""

    def change(db: Transaction) -> None:
        db.run("UPDATE cases SET text = text || '!'")
        subjects.change(db, "case", 1, desk.clock.at, None)

    await desk.core.database.write(change)


async def posted(desk: Reception) -> list[Posting]:
    return await desk.core.database.read(lambda db: postings.of(db, "case", 1))


def failing(desk: Reception, monkeypatch: pytest.MonkeyPatch, *errors: Exception) -> None:
    """Redraws fail in turn, and then go through."""
    left = list(errors)

    async def redraw(parcel: Parcel, message: str) -> None:
        if left:
            raise left.pop(0)
        desk.mail.redrawn.append((message, parcel))

    monkeypatch.setattr(desk.mail, "redraw", redraw)


async def test_a_change_is_shown_wherever_the_card_stands(desk: Reception) -> None:
    await changes(desk)
    await desk.core.delivery.tick()
    shown = {p.address.chat for _, p in desk.mail.redrawn}
    assert shown == {"dm:lina", "room:cases"}
    assert all("rust!" in str(p.page) for _, p in desk.mail.redrawn)


async def test_nothing_is_sent_where_the_reader_would_see_no_difference(desk: Reception) -> None:
    await desk.core.database.write(
        lambda db: subjects.change(db, "case", 1, desk.clock.at, None),
    )
    await desk.core.delivery.tick()
    assert desk.mail.redrawn == []
    assert {one.drawn for one in await posted(desk)} == {2}


@pytest.mark.parametrize("error", [Later("busy"), Unclear("reset")])
async def test_a_redraw_that_failed_is_tried_again_later(
    desk: Reception, monkeypatch: pytest.MonkeyPatch, error: Undeliverable
) -> None:
    failing(desk, monkeypatch, error, error)
    await changes(desk)
    await desk.core.delivery.tick()
    await desk.core.delivery.tick()
    assert desk.mail.redrawn == []
    desk.clock.at += timedelta(seconds=10)
    await desk.core.delivery.tick()
    assert len(desk.mail.redrawn) == 2


async def test_a_platform_says_how_long_to_wait(
    desk: Reception, monkeypatch: pytest.MonkeyPatch
) -> None:
    failing(desk, monkeypatch, Later("429", 60), Later("429", 60))
    await changes(desk)
    await desk.core.delivery.tick()
    desk.clock.at += timedelta(seconds=59)
    await desk.core.delivery.tick()
    assert desk.mail.redrawn == []
    desk.clock.at += timedelta(seconds=1)
    await desk.core.delivery.tick()
    assert len(desk.mail.redrawn) == 2


@pytest.mark.parametrize("error", [Never("message_not_found"), KeyError("a bug in drawing")])
async def test_a_card_that_is_gone_is_left_alone_from_then_on(
    desk: Reception, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    failing(desk, monkeypatch, error, error)
    await changes(desk)
    await desk.core.delivery.tick()
    await changes(desk)
    desk.clock.at += timedelta(hours=1)
    await desk.core.delivery.tick()
    assert desk.mail.redrawn == []
    assert not any(one.follows for one in await posted(desk))


async def test_a_card_that_cannot_be_drawn_stops_no_other(
    desk: Reception, monkeypatch: pytest.MonkeyPatch
) -> None:
    await desk.says("lina", "/visit 永固 Q3")
    await desk.work()
    original = cases.get

    def poisoned(db: Transaction, id_: int) -> object:
        original(db, id_)
        raise ValueError("poisoned row")

    monkeypatch.setattr(cases, "get", poisoned)
    await changes(desk)
    await desk.says("lina", "/visit_notes", reply_to=_message(desk, "Visit logged"))
    await desk.says("lina", "Q4")
    await desk.core.delivery.tick()
    assert [p.page.title for _, p in desk.mail.redrawn if "Q4" in str(p.page)]
    assert not any(one.follows for one in await posted(desk))


def _message(desk: Reception, title: str) -> str:
    return next(
        str(n)
        for n, p in enumerate(desk.mail.sent, 1)
        if p.page.title.removeprefix("✅ ").startswith(title)
    )


async def test_cards_of_a_platform_that_is_off_are_left_alone(desk: Reception) -> None:
    await changes(desk)
    del desk.core.platforms["web"]
    assert await desk.core.delivery.tick() == 0
    assert not any(one.follows for one in await posted(desk))


async def test_what_is_no_longer_there_says_so(desk: Reception) -> None:
    drawing = desk.core.delivery.drawing
    gone = Card(T("This is no longer here."))
    for about in (Ref("case", 99), Ref("nothing", 1), Ref("person", 99)):

        def draw(db: Transaction, it: Ref = about) -> tuple[Card, int]:
            return drawing.draw(db, it)

        assert await desk.core.database.read(draw) == (gone, 0)


async def test_old_postings_are_forgotten(desk: Reception) -> None:
    forgotten, _ = await desk.core.database.write(lambda db: postings.forget(db, desk.clock.at))
    assert forgotten == 0
    after = desk.clock.at + timedelta(seconds=1)
    forgotten, _ = await desk.core.database.write(lambda db: postings.forget(db, after))
    assert forgotten == 2
    assert await posted(desk) == []
