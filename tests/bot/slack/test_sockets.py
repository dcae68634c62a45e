"""Socket Mode: two connections that are kept alive, and nothing cut off in the middle."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable

import pytest
from slack_bolt.response import BoltResponse
from slack_sdk.socket_mode.request import SocketModeRequest

from bot.platform import Typed
from bot.slack.api import Credentials
from bot.slack.listen import SlackListener
from bot.slack.sockets import Line, Sockets
from tests.bot.slack.scene import PING, StubGate, slack_scene
from tests.fakes.slack import FakeSlack
from tests.fakes.slack_props import Clock


async def heard_nothing(_envelope: SocketModeRequest) -> BoltResponse:
    raise AssertionError("nothing is sent here")


@pytest.fixture
async def slack() -> AsyncIterator[FakeSlack]:
    async with FakeSlack() as fake:
        yield fake


@pytest.fixture
async def sockets(slack: FakeSlack) -> AsyncIterator[Sockets]:
    """Two connections that breathe fast."""
    found = Sockets(slack.app_token, slack.api_url, heard_nothing, ping=PING)
    await found.start()
    try:
        await slack.socket.connected(2)
        yield found
    finally:
        await found.stop()


def lines(sockets: Sockets) -> list[Line]:
    return sockets._lines  # noqa: SLF001 - which connection died is nobody's business but the test's


async def until(true: Callable[[], bool]) -> None:
    """For what nobody announces, such as a pong that the library keeps to itself."""
    async with asyncio.timeout(5):
        while not true():  # noqa: ASYNC110
            await asyncio.sleep(0.002)


async def test_there_are_two_connections_and_each_hears() -> None:
    async with slack_scene("socket") as scene:
        assert len(scene.slack.socket.connections) == 2
        for number in range(4):
            await scene.li.types(scene.li.dm, f"hello {number}")
        assert len(scene.gate.heard) == 4


async def test_it_is_alive_once_slack_answers_on_a_connection(
    slack: FakeSlack, sockets: Sockets
) -> None:
    await until(lambda: sockets.alive)
    await sockets.stop()
    assert not slack.socket.connections
    assert not Sockets("xapp", slack.api_url, heard_nothing).alive


async def test_a_connection_that_shows_no_life_is_renewed(
    slack: FakeSlack, sockets: Sockets
) -> None:
    first = lines(sockets)[0]
    await until(lambda: first.client.message_receiver is not None)
    # The library's own receiver and monitor die, as they do in bolt-python #1529.
    for task in (first.client.message_receiver, first.client.current_session_monitor):
        assert task is not None
        task.cancel()
    await slack.socket.connected(2, ever=3)
    assert lines(sockets)[0] is not first


async def test_a_half_open_connection_is_renewed(slack: FakeSlack, sockets: Sockets) -> None:
    slack.socket.connections[0].half_open = True
    await slack.socket.connected(2, ever=3)


async def test_a_broken_line_is_renewed(slack: FakeSlack, sockets: Sockets) -> None:
    slack.socket.cut(slack.socket.connections[0])
    await slack.socket.connected(2, ever=3)


async def test_slack_may_send_a_connection_away() -> None:
    async with slack_scene("socket") as scene:
        await scene.slack.socket.disconnect("refresh_requested")
        await scene.slack.socket.connected(2, ever=4)
        await scene.li.types(scene.li.dm, "still there?")
        assert scene.gate.last.said == Typed("still there?")


async def test_what_has_begun_is_finished_before_leaving() -> None:
    async with slack_scene("socket") as scene:
        scene.gate.held = asyncio.Event()
        typing = asyncio.create_task(scene.li.types(scene.li.dm, "hello"))
        assert scene.listener.sockets is not None
        busy = scene.listener.sockets._busy  # noqa: SLF001 - no other sign that it arrived
        await until(lambda: bool(busy))
        leaving = asyncio.create_task(scene.listener.stop())
        await asyncio.sleep(0)
        late = asyncio.create_task(scene.li.types(scene.li.dm, "too late"))
        await asyncio.sleep(PING)
        scene.gate.held.set()
        await leaving
        assert (await typing).acknowledged
        assert not (await late).acknowledged
        assert [heard.said for heard in scene.gate.heard] == [Typed("hello")]


@pytest.mark.parametrize("app_token", ["", "xapp"])
async def test_where_slack_cannot_be_reached_starting_and_stopping_are_quiet(
    app_token: str,
) -> None:
    url = "http://127.0.0.1:9/api/"
    credentials = Credentials("xoxb", app_token, "secret")
    listener = SlackListener(StubGate(), credentials, Clock(), url=url)
    await listener.stop()
    await listener.start()
    await asyncio.sleep(0.05)
    await listener.stop()
    assert not listener.identity.known.is_set()
