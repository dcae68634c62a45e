"""A button works where it was drawn and as it was drawn: every other use of it is refused."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from datetime import timedelta

import pytest

from bot.platform import Address, Pressed, Toast
from bot.seal import Seal
from commands.kit.card import Button, Ref
from commands.kit.taps import BadTap
from commands.kit.words import T
from storage.database import Transaction
from tests.desk import Reception, keys, reception

TABLES = ("visit", "cases", "reply", "solution", "talk", "due", "timer", "journal", "letter")


@pytest.fixture
async def desk(sample_url: str) -> AsyncIterator[Reception]:
    """A door, on each engine, with a visit's and a case's whole cards."""
    async with reception(sample_url) as made:
        await made.says("lina", "/visit 永固 Q3")
        await made.says("zhangwei", "complaint rust")
        await made.says("zhangwei", "complaint dents")
        await made.work()
        yield made


def held(desk: Reception) -> list[str]:
    """What every button in Li Na's direct chat holds."""
    return [
        key.data
        for parcel in desk.mail.sent
        if parcel.address.chat == "dm:lina"
        for key in keys(parcel.page)
    ]


def altered(data: str) -> Iterator[str]:
    """Each byte in turn another one, one less, one more; and the same of the other case."""
    for place in range(len(data)):
        other = "0" if data[place] != "0" else "1"
        yield data[:place] + other + data[place + 1 :]
        yield data[:place] + data[place + 1 :]
    yield data + "0"
    for mine, theirs in (("case1", "case2"), ("case2", "case1"), ("visit1", "visit2")):
        if mine in data:
            yield data.replace(mine, theirs)


def everything(db: Transaction) -> list[tuple[object, ...]]:
    """All rows that a press could have changed."""
    return [
        tuple(row)
        for table in TABLES
        for row in db.run(f"SELECT * FROM {table} ORDER BY 1").fetchall()  # noqa: S608 -- our own names
    ]


async def test_a_case_and_a_visit_have_all_their_buttons(desk: Reception) -> None:
    does = {data.partition(":")[0] for data in held(desk)}
    assert {"visit_undo", "case_take", "case_reply", "case_pass", "case_solve"} <= does


async def test_every_altered_button_is_refused(desk: Reception) -> None:
    before = await desk.core.database.read(everything)
    tried = 0
    for data in held(desk):
        for forged in altered(data):
            reply = await desk.says("lina", Pressed(forged), key="")
            assert isinstance(reply, Toast), forged
            assert reply.alert, forged
            tried += 1
    assert tried > 500
    assert await desk.core.database.read(everything) == before


@pytest.mark.parametrize("chat", ["dm:zhouqiang", "room:cases", "dm:lina2", ""])
async def test_every_button_is_refused_elsewhere(desk: Reception, chat: str) -> None:
    before = await desk.core.database.read(everything)
    there = Address("web", "rehearsal", chat)
    for data in held(desk):
        reply = await desk.says("lina", Pressed(data), address=there, direct=False, key="")
        assert isinstance(reply, Toast)
        assert reply.alert
    assert await desk.core.database.read(everything) == before


@pytest.mark.parametrize("user", ["stranger", "zhangwei"])
async def test_every_button_is_refused_to_somebody_outside(desk: Reception, user: str) -> None:
    before = await desk.core.database.read(everything)
    for data in held(desk):
        reply = await desk.says(user, Pressed(data), address=Address("web", "rehearsal", "dm:lina"))
        assert isinstance(reply, Toast)
        assert reply.alert
    assert await desk.core.database.read(everything) == before


async def test_a_visits_buttons_expire(desk: Reception) -> None:
    desk.clock.at += timedelta(hours=25)
    undo = next(data for data in held(desk) if data.startswith("visit_undo"))
    reply = await desk.says("lina", Pressed(undo))
    assert isinstance(reply, Toast)
    assert reply.alert


def test_a_button_sealed_with_another_key_is_refused() -> None:
    at = Address("web", "rehearsal", "dm:lina")
    forged = Seal((b"another key",)).sealed(Button(T("x"), "visit_undo", {}, Ref("visit", 1)), at)
    with pytest.raises(BadTap):
        Seal((b"the key",)).opened(forged, at)
