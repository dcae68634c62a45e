"""What the tests of the Telegram adapter stand on."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.bot.telegram.props import Clock, House, database
from tests.bot.telegram.staging import QUALITY, Stage, staged
from tests.fakes.telegram import FakeTelegram


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    kept = House(database(tmp_path))
    yield kept
    for bot in kept.bots:
        await bot.request.shutdown()
    kept.database.close()


@pytest.fixture(params=["fetching", "webhook"])
async def stage(request: pytest.FixtureRequest, house: House) -> AsyncIterator[Stage]:
    clock = Clock()
    async with FakeTelegram("900:token", clock=clock) as telegram:
        telegram.group(QUALITY, "Quality", 7, forum=True)
        made = await staged(telegram, house, webhook=request.param == "webhook")
        await made.listener.start()
        greeted = "setWebhook" if made.webhook else "getUpdates"
        await telegram.until(lambda: telegram.sent(greeted))
        yield made
        await made.listener.stop()
