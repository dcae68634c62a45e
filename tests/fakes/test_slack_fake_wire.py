"""The fake Slack's wire: ordered faults, the pace, retries, forgeries, and the ends of sockets."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import aiohttp
import pytest
from slack_bolt.adapter.socket_mode.async_handler import AsyncSocketModeHandler
from slack_sdk.errors import SlackApiError

from tests.fakes.slack import FakeSlack
from tests.fakes.slack_props import Clock, SmallBot, error_of, web_client

HELLO = {"channel": "C1", "text": "hello"}


@pytest.fixture
async def slack() -> AsyncIterator[FakeSlack]:
    async with FakeSlack() as fake:
        fake.add_user("U1", "li")
        fake.add_channel("C1", "quality", "U1", "U0BOT")
        yield fake


@asynccontextmanager
async def connected(
    slack: FakeSlack, bot: SmallBot, ping_interval: float = 10
) -> AsyncIterator[AsyncSocketModeHandler]:
    before = slack.socket.ever_connected
    handler = AsyncSocketModeHandler(
        bot.app, slack.app_token, web_client=web_client(slack), ping_interval=ping_interval
    )
    await handler.connect_async()  # type: ignore[no-untyped-call]  # Bolt leaves it so
    await slack.socket.connected(ever=before + 1)
    try:
        yield handler
    finally:
        await handler.close_async()  # type: ignore[no-untyped-call]  # Bolt leaves it so


@pytest.mark.parametrize(
    ("retry_after", "header"), [(30, "30"), ("abc", "abc"), (0, "0"), (None, None)]
)
async def test_a_429_carries_the_header_ordered(
    slack: FakeSlack, retry_after: object, header: str | None
) -> None:
    slack.fail_next("chat.postMessage", "429", retry_after=retry_after)
    with pytest.raises(SlackApiError) as caught:
        await web_client(slack).chat_postMessage(channel="C1", text="x")
    assert caught.value.response.status_code == 429
    assert caught.value.response.headers.get("Retry-After") == header
    assert slack.messages("C1") == []
    assert slack.refused == []
    assert slack.calls[0].outcome == "429"


@pytest.mark.parametrize(
    ("kind", "processed"),
    [
        ("500", False),
        ("503", False),
        ("reset_before", False),
        ("reset_after", True),
        ("timeout_before", False),
        ("timeout_after", True),
        ("truncated", True),
        ("ok_false:internal_error", False),
    ],
)
async def test_a_fault_comes_before_or_after_the_deed(
    slack: FakeSlack, kind: str, processed: bool
) -> None:
    slack.fail_next("chat.postMessage", kind)
    client = web_client(slack)
    failures = (SlackApiError, aiohttp.ClientError, TimeoutError)
    with pytest.raises(failures):
        async with asyncio.timeout(2 if kind.startswith("timeout") else None):
            await client.chat_postMessage(channel="C1", text="x")
    assert bool(slack.messages("C1")) == processed
    assert [call.outcome for call in slack.calls] == [kind]
    await client.chat_postMessage(channel="C1", text="again")
    assert slack.last("C1").text == "again"


async def test_faults_are_ordered_by_method_and_number(slack: FakeSlack) -> None:
    client = web_client(slack)
    slack.fail_next("auth.test", "ok_false:token_revoked", times=2)
    await client.chat_postMessage(channel="C1", text="x")
    for _ in range(2):
        assert await error_of(client, "auth.test", {}) == "token_revoked"
    await client.auth_test()
    slack.fail_next("*", "503")
    with pytest.raises(SlackApiError):
        await client.chat_postMessage(channel="C1", text="x")
    with pytest.raises(ValueError, match="no such fault: 502"):
        slack.fail_next("auth.test", "502")


async def test_the_pace_is_one_post_a_second_and_channel() -> None:
    clock = Clock()
    async with FakeSlack(clock=clock, machine_clock=clock) as slack:
        slack.enforce_pace = True
        slack.add_channel("C1", "quality", "U0BOT")
        slack.add_channel("C2", "sales", "U0BOT")
        client = web_client(slack)
        await client.chat_postMessage(channel="C1", text="1")
        await client.chat_postMessage(channel="C2", text="1")
        with pytest.raises(SlackApiError) as caught:
            await client.chat_postMessage(channel="C1", text="2")
        assert caught.value.response.headers["Retry-After"] == "1"
        assert [r.error for r in slack.refused] == ["ratelimited"]
        clock.advance(1)
        await client.chat_postMessage(channel="C1", text="2")
        slack.fail_next("chat.postMessage", "429", retry_after=30)
        assert await error_of(client, "chat.postMessage", HELLO) == "ratelimited"
        clock.advance(29)
        assert await error_of(client, "chat.postMessage", HELLO) == "ratelimited"
        assert len(slack.refused) == 2
        clock.advance(1)
        await client.chat_postMessage(channel="C1", text="3")


async def test_events_are_tried_again_until_acknowledged(slack: FakeSlack) -> None:
    bot = SmallBot(slack)
    slack.http(bot.asgi())
    slack.retries = True
    bot.fails = 2
    answer = await slack.user("U1").types("C1", "hello", key="Ev1")
    assert answer.acknowledged
    assert [other.status for other in answer.others] == [500, 500]
    assert (bot.retries, slack.missed) == ([2], [])


async def test_what_all_tries_missed_can_be_sent_later(slack: FakeSlack) -> None:
    bot = SmallBot(slack)
    slack.http(bot.asgi())
    slack.retries = True
    bot.fails = 5
    li = slack.user("U1")
    assert not (await li.types("C1", "hello", key="Ev1")).acknowledged
    assert [delivery.payload["event_id"] for delivery in slack.missed] == ["Ev1"]
    slack.retries = False
    assert [answer.acknowledged for answer in await slack.retry_missed()] == [False]
    assert [answer.acknowledged for answer in await slack.retry_missed()] == [True]
    assert slack.missed == []


async def test_clicks_are_not_tried_again(slack: FakeSlack) -> None:
    bot = SmallBot(slack)
    slack.http(bot.asgi())
    slack.retries = True
    bot.fails = 1
    assert (await slack.user("U1").types("C1", "/help")).status == 500
    assert (bot.heard, slack.missed) == ([], [])


async def test_slack_waits_three_seconds_and_no_longer(slack: FakeSlack) -> None:
    release = asyncio.Event()

    async def slow(scope: object, receive: object, send: object) -> None:
        await release.wait()

    slack.http(slow).ack_within = 0.05
    answer = await slack.user("U1").types("C1", "hello")
    assert (answer.status, answer.reason) == (0, "http_timeout")


async def test_an_address_is_posted_to_like_an_application(slack: FakeSlack) -> None:
    slack.http("http://127.0.0.1:9")
    answer = await slack.user("U1").types("C1", "hello")
    assert (answer.status, answer.reason) == (0, "connection_failed")


async def test_forgeries_are_posted_as_they_are(slack: FakeSlack) -> None:
    bot = SmallBot(slack)
    slack.http(bot.asgi())
    body = json.dumps({"type": "event_callback", "event": {"type": "message"}}).encode()
    assert (await slack.forged(body)).status == 200
    for forgery in (
        await slack.forged(body, secret="wrong"),
        await slack.forged(body, signed=None),
        await slack.forged(body, signed="v0=00"),
        await slack.forged(body, timestamp="1"),
        await slack.forged(body, timestamp=None),
    ):
        assert forgery.status == 401
    garbled = await slack.forged(body, signed=b"v0=\xff")
    assert garbled.status in (401, 500)
    assert len(bot.heard) == 1


async def test_a_socket_answers_pings_and_records_acks(slack: FakeSlack) -> None:
    bot = SmallBot(slack)
    async with connected(slack, bot) as handler:
        await slack.user("U1").types("C1", "/help")
        assert list(slack.socket.acks.values()) == [{"text": "Ask me *anything*"}]
        assert slack.socket.sent[0]["accepts_response_payload"] is True
        assert await handler.client.is_connected()


async def test_payloads_take_turns_over_connections(slack: FakeSlack) -> None:
    one, two = SmallBot(slack), SmallBot(slack)
    async with connected(slack, one), connected(slack, two):
        for number in range(4):
            await slack.user("U1").types("C1", str(number))
    assert (len(one.heard), len(two.heard)) == (2, 2)


async def test_an_unacknowledged_event_is_delivered_again(slack: FakeSlack) -> None:
    bot = SmallBot(slack)
    slack.retries, slack.socket.ack_within, bot.fails = True, 0.05, 1
    async with connected(slack, bot):
        answer = await slack.user("U1").types("C1", "hello")
    assert answer.acknowledged
    assert [envelope["retry_attempt"] for envelope in slack.socket.sent] == [0, 1]
    assert (bot.retries, answer.others[0].reason) == ([1], "timeout")


@pytest.mark.parametrize("reason", ["warning", "refresh_requested", "link_disabled"])
async def test_a_client_told_to_disconnect_comes_back(slack: FakeSlack, reason: str) -> None:
    bot = SmallBot(slack)
    async with connected(slack, bot):
        old = slack.socket.connections[0]
        await slack.socket.disconnect(reason)
        assert old.leaving == (reason != "warning")
        await slack.socket.connected(ever=2)
        await slack.socket.gone(old)
        assert (await slack.user("U1").types("C1", "hello")).acknowledged


async def test_a_hundred_reconnects_lose_no_event(slack: FakeSlack) -> None:
    bot = SmallBot(slack)
    li = slack.user("U1")
    async with connected(slack, bot):
        for number in range(100):
            await slack.socket.disconnect("refresh_requested")
            await li.types("C1", str(number))
            await slack.socket.connected(ever=number + 2)
        await slack.retry_missed()
    texts = sorted(int(body["event"]["text"]) for body in bot.heard)
    assert texts == list(range(100))


async def test_a_cut_line_loses_the_envelope_at_once(slack: FakeSlack) -> None:
    bot = SmallBot(slack)
    async with connected(slack, bot):
        connection = slack.socket.connections[0]
        slack.socket.cut(connection)
        await slack.socket.gone(connection)
        answer = await slack.user("U1").types("C1", "hello")
    assert (answer.acknowledged, answer.reason) == (False, "connection_failed")
    assert len(slack.missed) == 1


async def test_a_half_open_line_is_noticed_by_the_client_alone(slack: FakeSlack) -> None:
    bot = SmallBot(slack)
    async with connected(slack, bot, ping_interval=0.1):
        connection = slack.socket.connections[0]
        connection.half_open = True
        answer = await slack.user("U1").types("C1", "hello")
        assert (answer.acknowledged, answer.reason) == (False, "timeout")
        await slack.socket.connected(ever=2)
        await slack.socket.gone(connection)
        assert [a.acknowledged for a in await slack.retry_missed()] == [True]


async def test_an_address_serves_one_connection_and_there_are_ten(slack: FakeSlack) -> None:
    slack.socket.most_connections = 1
    async with aiohttp.ClientSession() as session:
        address = slack.socket.new_address()
        async with session.ws_connect(address) as first:
            assert (await first.receive_json())["type"] == "hello"
            with pytest.raises(aiohttp.WSServerHandshakeError):
                await session.ws_connect(address)
            async with session.ws_connect(slack.socket.new_address()) as second:
                assert (await second.receive_json())["reason"] == "too_many_websockets"


async def test_an_unknown_ack_is_complained_of(slack: FakeSlack) -> None:
    async with (
        aiohttp.ClientSession() as session,
        session.ws_connect(slack.socket.new_address()) as ws,
    ):
        await ws.receive_json()
        await ws.send_json({"envelope_id": "nobody's"})
        await ws.ping()
        await ws.close()
    assert slack.complaints == ["ack of an unknown envelope: {'envelope_id': \"nobody's\"}"]
