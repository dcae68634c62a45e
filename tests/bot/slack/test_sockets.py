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
from bot.slack.sockets import PING as PING_IN_EARNEST
from bot.slack.sockets import Line, Sockets
from tests.bot.slack.scene import PING, StubGate, slack_scene
from tests.fakes.slack import FakeSlack
from tests.fakes.slack_props import Clock

PATIENT = PING * 4  # three pings unanswered must be silence, not a busy machine


async def heard_nothing(_envelope: SocketModeRequest) -> BoltResponse:
    raise AssertionError("nothing is sent here")


@pytest.fixture
async def slack() -> AsyncIterator[FakeSlack]:
    async with FakeSlack() as fake:
        yield fake


@pytest.fixture
async def sockets(slack: FakeSlack) -> AsyncIterator[Sockets]:
    """Two connections that breathe fast."""
    found = Sockets(slack.app_token, slack.api_url, heard_nothing, ping=PATIENT)
    await found.start()
    try:
        await slack.socket.connected(2)
        await until(lambda: found.status().open == 2)
        yield found
    finally:
        await found.stop()


def lines(sockets: Sockets) -> list[Line]:
    held = sockets._lines  # noqa: SLF001 - which connection died is nobody's business but the test's
    return [held[number] for number in sorted(held)]


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
    await until(lambda: lines(sockets)[0] is not first)


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
        sockets = scene.listener.sockets
        await until(lambda: any(line.busy for line in lines(sockets)))
        leaving = asyncio.create_task(scene.listener.stop())
        await asyncio.sleep(0)
        late = asyncio.create_task(scene.li.types(scene.li.dm, "too late"))
        await asyncio.sleep(PING)
        scene.gate.held.set()
        await leaving
        assert (await typing).acknowledged
        assert not (await late).acknowledged
        assert [heard.said for heard in scene.gate.heard] == [Typed("hello")]


class Told:
    """Remembers what staff was told."""

    def __init__(self) -> None:
        self.begun: list[tuple[str, str]] = []
        self.ended: list[str] = []

    async def notice(self, kind: str, reason: str) -> None:
        self.begun.append((kind, reason))

    async def over(self, kind: str) -> None:
        self.ended.append(kind)


async def test_the_next_connection_is_there_before_the_last_one_goes(
    slack: FakeSlack, sockets: Sockets
) -> None:
    fewest = 2

    async def count() -> None:
        nonlocal fewest
        while True:
            fewest = min(fewest, len(slack.socket.connections))
            await asyncio.sleep(0)

    counting = asyncio.create_task(count())
    first = lines(sockets)[0]
    await slack.socket.disconnect("warning")
    await slack.socket.connected(2, ever=4)
    await until(lambda: lines(sockets)[0] is not first)
    counting.cancel()
    assert fewest == 2


async def test_where_there_are_too_many_one_goes_before_another_comes(
    slack: FakeSlack, sockets: Sockets
) -> None:
    slack.socket.most_connections = 2
    await slack.socket.disconnect("too_many_websockets", slack.socket.connections[0])
    await slack.socket.connected(2, ever=3)
    await until(lambda: sockets.status().open == 2)
    assert sockets.status().renewed == 1


@pytest.mark.parametrize("how", ["warning", "refresh_requested", "cut", "half_open", "died"])
async def test_it_is_connected_again_within_fifteen_seconds(
    slack: FakeSlack, sockets: Sockets, how: str
) -> None:
    """Counted in pings, of which one is three seconds: five are fifteen."""
    assert PING_IN_EARNEST == 3.0
    loop = asyncio.get_running_loop()
    connection, line = slack.socket.connections[0], lines(sockets)[0]
    begun = loop.time()
    match how:
        case "cut":
            slack.socket.cut(connection)
        case "half_open":
            connection.half_open = True
        case "died":
            assert line.client.message_receiver is not None
            line.client.message_receiver.cancel()
        case _:
            await slack.socket.disconnect(how, connection)
    await slack.socket.connected(2, ever=3)
    await until(lambda: sockets.status().renewed == 1)
    assert (loop.time() - begun) / PATIENT < 5


@pytest.mark.torture
async def test_a_hundred_reconnections_lose_nothing() -> None:
    async with slack_scene("socket") as scene:
        hub, sent = scene.slack.socket, 0
        for number in range(100):
            connection = hub.connections[number % len(hub.connections)]
            how = ("warning", "refresh_requested", "cut")[number % 3]
            if how == "cut":
                hub.cut(connection)
            else:
                await hub.disconnect(how, connection)
            await scene.li.types(scene.li.dm, f"hello {number}")
            sent += 1
            await hub.connected(2, ever=number + 3)
            await until(lambda: len(hub.connections) == 2)
            await scene.slack.retry_missed()
        while scene.slack.missed:
            await scene.slack.retry_missed()
        assert len({heard.key for heard in scene.gate.heard}) == sent


async def test_socket_mode_that_is_switched_off_is_told_once(slack: FakeSlack) -> None:
    told = Told()
    sockets = Sockets(slack.app_token, slack.api_url, heard_nothing, watch=told, ping=PING)
    slack.fail_next("apps.connections.open", "ok_false:link_disabled", 6)
    await sockets.start()
    await until(lambda: bool(told.begun))
    assert sockets.status().trouble == "link_disabled"
    await slack.socket.connected(2)
    await until(lambda: "socket" in told.ended)
    await sockets.stop()
    assert told.begun == [("socket", "link_disabled")]


async def test_long_deafness_is_told_once_and_its_end(slack: FakeSlack) -> None:
    told = Told()
    sockets = Sockets(slack.app_token, slack.api_url, heard_nothing, watch=told, ping=0.01)
    slack.fail_next("apps.connections.open", "503", 1000)
    await sockets.start()
    await until(lambda: bool(told.begun))
    await asyncio.sleep(0.1)
    assert [kind for kind, _ in told.begun] == ["deaf"]
    assert sockets.status().deaf_for > 0
    slack._server.faults.ordered.clear()  # noqa: SLF001 -- Slack is well again
    await until(lambda: "deaf" in told.ended)
    await sockets.stop()


async def test_a_hopeless_token_is_not_tried_in_a_loop(slack: FakeSlack) -> None:
    sockets = Sockets("xapp-wrong", slack.api_url, heard_nothing, ping=0.02)
    await sockets.start()
    await asyncio.sleep(1)
    await sockets.stop()
    assert len(slack.sent("apps.connections.open")) <= 14


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
