"""Open pages hear that something changed, that the server is still there, and when it goes."""

from __future__ import annotations

import asyncio
from contextlib import aclosing

from bot.pages import Page
from bot.web.live import RETRY, Live
from tests.bot.web.conftest import Visitor
from tests.bot.web.stage import Stage


async def test_a_page_asks_at_once_and_whenever_the_bell_rings() -> None:
    live = Live()
    async with aclosing(live.stream()) as heard:
        assert [await anext(heard), await anext(heard)] == [RETRY, "data: 0\n\n"]
        live.ring()
        assert await anext(heard) == "data: 1\n\n"


async def test_ringing_often_is_heard_once() -> None:
    live = Live()
    async with aclosing(live.stream()) as heard:
        await anext(heard)
        await anext(heard)
        for _ in range(5):
            live.ring()
        assert await anext(heard) == "data: 5\n\n"
        live.ring()
        assert await anext(heard) == "data: 6\n\n"


async def test_every_page_hears_the_bell() -> None:
    live = Live()
    async with aclosing(live.stream()) as one, aclosing(live.stream()) as other:
        for heard in (one, other):
            await anext(heard)
            await anext(heard)
        waiting = [asyncio.ensure_future(anext(heard)) for heard in (one, other)]
        await asyncio.sleep(0)
        live.ring()
        assert await asyncio.gather(*waiting) == ["data: 1\n\n"] * 2


async def test_a_quiet_stream_says_that_it_is_there() -> None:
    live = Live(beat=0.001)
    async with aclosing(live.stream()) as heard:
        await anext(heard)
        await anext(heard)
        assert await anext(heard) == ": still here\n\n"


async def test_streams_end_when_the_server_stops() -> None:
    live = Live()

    async def listen() -> list[str]:
        return [line async for line in live.stream()]

    listening = asyncio.ensure_future(listen())
    await asyncio.sleep(0)
    live.stop()
    assert (await listening)[0] == RETRY
    assert [line async for line in live.stream()] == [RETRY]


async def test_a_stream_is_served_until_the_platform_stops(stage: Stage, visitor: Visitor) -> None:
    asking = asyncio.ensure_future(visitor.client.get("/chat/events"))
    await stage.post("dm:lina", Page("News"))
    await stage.platform.stop()
    answer = await asking
    assert answer.headers["content-type"].startswith("text/event-stream")
    assert answer.text.startswith(RETRY)
