"""A blocked bot, a refused token, a second poller: the right state, one notice each, no loop."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from datetime import timedelta

import httpx
import pytest

from storage import people, troubles
from storage.database import Transaction
from storage.people import Account
from tests.desk import Mailbox
from tests.house import TestHouse, prepared
from tests.stages import phone_of, telegram_of, telegram_polling

LINA, ZHAO = 3, 1
OWNED = "/complaint 永固 螺栓锈蚀"


@pytest.fixture
def platform() -> str:
    """What only Telegram can do to a bot."""
    return "telegram"


async def standing(house: TestHouse) -> list[str]:
    return [one.name for one in await house.read(troubles.standing)]


async def elsewhere(house: TestHouse, person_id: int, user: str) -> Mailbox:
    """A person has an account on another platform too, used long ago."""
    mail = Mailbox(name="mail")
    house.core.platforms["mail"] = mail
    row = Account(
        platform="mail",
        workspace="post",
        user=user,
        person_id=person_id,
        chat=f"dm:{user}",
        used_at=house.clock.at - timedelta(days=90),
    )
    await house.write(lambda db: people.add_account(db, row))
    return mail


# --- blocked --------------------------------------------------------------------------------------


async def test_who_blocks_the_bot_is_reported_once_and_once_when_they_are_back(
    house: TestHouse,
) -> None:
    await house.settle()
    lina = phone_of(house, "lina")
    await lina.blocks_bot()
    for _ in range(3):
        await house.zhangwei.says("投诉 螺栓锈蚀")
        await house.settle()
        await house.advance(minutes=15)
    assert house.zhao.count("联系不到李娜") == 1
    assert await standing(house) == ["telegram:account:3"]
    await lina.unblocks_bot()
    await house.settle()
    assert house.zhao.count("又能联系到李娜") == 1
    assert await standing(house) == []


async def test_a_block_that_was_not_told_is_learnt_by_sending(house: TestHouse) -> None:
    await house.settle()
    phone_of(house, "lina").user.blocked = True
    for customer in ("zhangwei", "zhangwei"):
        await house.players[customer].says("投诉 螺栓锈蚀")
        await house.settle()
        await house.advance(minutes=15)
    assert house.zhao.count("联系不到李娜") == 1
    refused = [r for r in telegram_of(house).refused if r.code == 403]
    assert len(refused) <= 2
    await house.lina.says("/today")
    await house.settle()
    assert house.zhao.count("又能联系到李娜") == 1


async def test_letters_of_who_blocks_the_bot_go_to_their_other_account(house: TestHouse) -> None:
    await house.settle()
    mail = await elsewhere(house, LINA, "lina")
    await phone_of(house, "lina").blocks_bot()
    await house.zhangwei.says("投诉 螺栓锈蚀")
    await house.settle()
    assert any("C-2026-0001" in title for title in mail.titles("dm:lina"))


# --- the token ------------------------------------------------------------------------------------


async def test_a_revoked_token_is_told_once_elsewhere_and_nothing_is_lost(
    house: TestHouse,
) -> None:
    fake = telegram_of(house)
    await house.settle()
    mail = await elsewhere(house, ZHAO, "zhao")
    fake.revoke_token()
    await house.zhangwei.says("投诉 螺栓锈蚀")
    await house.advance(minutes=2)
    before = len(fake.calls)
    await house.advance(minutes=30)
    assert len(fake.calls) - before <= 2 * 31
    assert [t for t in mail.titles("dm:zhao") if "不认机器人的令牌" in t] == [
        "⚠ Telegram 不认机器人的令牌：那里既不能发也不能收"
    ]
    assert await standing(house) == ["telegram:token"]
    fake.restore_token()
    await house.advance(minutes=10)
    assert house.zhangwei.sees("C-2026-0001")
    assert house.lina.count("C-2026-0001") == 1
    again = [*mail.titles("dm:zhao"), house.zhao.reads()]
    assert sum("又认机器人的令牌了" in one for one in again) == 1
    assert await standing(house) == []


# --- a second poller ------------------------------------------------------------------------------


@pytest.fixture
async def polling(database_url: str) -> AsyncIterator[TestHouse]:
    """The house that fetches."""
    prepared(database_url, "telegram", "zh")
    async with telegram_polling(database_url, "zh", ()) as made:
        yield made


async def test_a_second_poller_is_told_once_and_no_loop_begins(
    polling: TestHouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.telegram.poll.CALM", timedelta())
    fake = telegram_of(polling)
    await fake.until(lambda: fake.updates.polled)
    rivals, begun = 0, time.monotonic()
    async with httpx.AsyncClient() as client:
        while "telegram:conflict" not in await standing(polling):
            rivals += 1
            await client.post(
                f"{fake.api_url}/bot{fake.token}/getUpdates", json={"timeout": 2}, timeout=10
            )
            await asyncio.sleep(0.05)
        spent = time.monotonic() - begun
        ours = len(fake.sent("getUpdates")) - rivals
    assert ours <= 2 * spent + 2
    await polling.advance(minutes=5)
    assert polling.zhao.count("别的程序在抢收") == 1

    def over(db: Transaction) -> bool:
        return all(one.name != "telegram:conflict" for one in troubles.standing(db))

    async with asyncio.timeout(40):
        while not await polling.read(over):
            fake.release_polls()
            await asyncio.sleep(0.2)
    await polling.advance(minutes=5)
    assert polling.zhao.count("又只由我来收了") == 1
