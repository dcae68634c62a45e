"""Sets a house up on each platform: its fake at the wire, the bot, and a player for each of the cast."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager

from tests.house import CAST, TestClock, TestHouse, assembled, settings_for
from tests.players.web import Browser, WebPlayer

Stage = Callable[[str, str, tuple[type, ...]], AbstractAsyncContextManager[TestHouse]]


@contextlib.asynccontextmanager
async def web(url: str, language: str, more: tuple[type, ...]) -> AsyncIterator[TestHouse]:
    """The local chat."""
    clock = TestClock()
    running = assembled(settings_for(url, language), clock, more)
    house = TestHouse(running, clock, "web")
    browser = Browser(running.app, lambda: running.link)
    for user, name in CAST.items():
        house.players[user] = WebPlayer(browser, user, name, house.settle)
    for listener in running.listeners:
        await listener.start()
    try:
        yield house
    finally:
        await running.stop()


STAGES: dict[str, Stage] = {"web": web}
