"""Listens over Socket Mode: two connections, so that there is always one, and a watch on both."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from time import time

import aiohttp
import structlog
from slack_bolt.adapter.socket_mode.async_internals import send_async_response
from slack_bolt.response import BoltResponse
from slack_sdk.socket_mode.aiohttp import SocketModeClient
from slack_sdk.socket_mode.async_client import AsyncBaseSocketModeClient
from slack_sdk.socket_mode.request import SocketModeRequest

from bot.slack.api import connect

log = structlog.get_logger("slack")

LINES = 2
PING = 5.0
SILENT_PINGS = 6
PARTING = 3.0

Hear = Callable[[SocketModeRequest], Awaitable[BoltResponse]]


class Line:
    """One connection, and when it last showed life, by a clock that nobody sets."""

    def __init__(self, client: SocketModeClient) -> None:
        self.client = client
        self._clock = asyncio.get_running_loop().time
        self._pong: float | None = None
        self._alive_at = self._clock()
        self._connecting = asyncio.create_task(self._connect())

    async def _connect(self) -> None:
        await self.client.connect()  # type: ignore[no-untyped-call]

    def silence(self) -> float:
        """Seconds since the last sign of life."""
        if self.client.last_ping_pong_time != self._pong:
            self._pong, self._alive_at = self.client.last_ping_pong_time, self._clock()
        return self._clock() - self._alive_at

    @property
    def answered(self) -> bool:
        """Whether Slack ever answered on this connection."""
        return self.client.last_ping_pong_time is not None

    async def close(self) -> None:
        """Hang up, and wait for what the library leaves running."""
        tasks = [
            self._connecting,
            self.client.message_processor,
            self.client.current_session_monitor,
            self.client.message_receiver,
        ]
        running = [task for task in tasks if task is not None]
        self.client.closed = True
        self._connecting.cancel()
        with suppress(TimeoutError, aiohttp.ClientError, OSError):
            async with asyncio.timeout(PARTING):
                await self.client.close()  # type: ignore[no-untyped-call]
        for task in running:
            task.cancel()
        await asyncio.wait(running, timeout=PARTING)
        await self.client.aiohttp_client_session.close()


class Sockets:
    """Hears envelopes, and acknowledges those that were kept."""

    def __init__(self, app_token: str, url: str, hear: Hear, *, ping: float = PING) -> None:
        self._token = app_token
        self._url = url
        self._hear = hear
        self._ping = ping
        self._lines: list[Line] = []
        self._busy: set[asyncio.Task[object]] = set()
        self._leaving = False
        self._watching: asyncio.Task[None] | None = None

    @property
    def alive(self) -> bool:
        """Whether any connection showed life lately."""
        longest = self._ping * SILENT_PINGS
        return any(line.answered and line.silence() < longest for line in self._lines)

    @property
    def heard_at(self) -> float | None:
        """When Slack last answered on any connection, in seconds since 1970."""
        pongs = [line.client.last_ping_pong_time for line in self._lines]
        return max((at for at in pongs if at is not None), default=None)

    async def start(self) -> None:
        """Begin to connect; raises nothing when Slack cannot be reached."""
        self._lines = [self._line() for _ in range(LINES)]
        self._watching = asyncio.create_task(self._watch())

    async def stop(self) -> None:
        """Finish what has begun, then hang up; what arrives meanwhile is left to others."""
        self._leaving = True
        if self._watching:
            self._watching.cancel()
            await asyncio.wait([self._watching])
        if self._busy:
            await asyncio.wait(self._busy, timeout=PARTING)
        await asyncio.gather(*(line.close() for line in self._lines))

    def _line(self) -> Line:
        client = SocketModeClient(
            self._token, web_client=connect(None, self._url), ping_interval=self._ping
        )
        client.socket_mode_request_listeners.append(self._heard)
        return Line(client)

    async def _watch(self) -> None:
        """The library renews its connections; this is for when it does not (bolt-python #1529)."""
        while True:
            await asyncio.sleep(self._ping)
            for number, line in enumerate(self._lines):
                if line.silence() > self._ping * SILENT_PINGS:
                    log.warning("connection_renewed", number=number)
                    self._lines[number] = self._line()
                    await line.close()

    async def _heard(self, client: AsyncBaseSocketModeClient, envelope: SocketModeRequest) -> None:
        """Hear one envelope; only one that was kept is acknowledged."""
        if self._leaving:
            return
        task = asyncio.current_task()
        assert task is not None
        self._busy.add(task)
        task.add_done_callback(self._busy.discard)
        begun = time()
        response = await self._hear(envelope)
        await send_async_response(client, envelope, response, begun)
