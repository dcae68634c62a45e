"""Listens over Socket Mode: two connections, each renewed before the old one goes, and watched."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass
from time import time

import aiohttp
import structlog
from aiohttp import WSMessage
from slack_bolt.adapter.socket_mode.async_internals import send_async_response
from slack_bolt.response import BoltResponse
from slack_sdk.socket_mode.aiohttp import SocketModeClient
from slack_sdk.socket_mode.async_client import AsyncBaseSocketModeClient
from slack_sdk.socket_mode.request import SocketModeRequest

from bot.slack.api import FAILURES, UNINSTALLED, connect, reason
from bot.slack.watching import Unwatched, Watch
from storage.database import Gone
from storage.troubles import DEAF, SOCKET

log = structlog.get_logger("slack")

LINES = 2
PING = 3.0
SILENT_PINGS = 3  # with two more to notice and to connect, less than fifteen seconds in all
OPENING_PINGS = 4
DEAF_PINGS = 40
LONGEST_WAIT_PINGS = 20
PARTING = 3.0
# Why Slack sends a connection away: of these it must be gone before another may come.
LEAVE_FIRST = {"link_disabled", "too_many_websockets"}
# What no waiting cures.
UNUSABLE = UNINSTALLED | {"link_disabled"}

Hear = Callable[[SocketModeRequest], Awaitable[BoltResponse]]


@dataclass(frozen=True, slots=True)
class Status:
    """How hearing goes: open connections, how many were renewed, seconds without any, and why."""

    open: int
    renewed: int
    deaf_for: float
    trouble: str


class _Client(SocketModeClient):
    """The library's client, which says when it wants another connection instead of making one."""

    def __init__(self, token: str, url: str, ping: float, ended: Callable[[str], None]) -> None:
        super().__init__(token, web_client=connect(None, url), ping_interval=ping)
        self._ended = ended

    async def connect_to_new_endpoint(self, force: bool = False) -> None:  # noqa: FBT001, FBT002
        """The old one broke, or was sent away, which was said before."""
        self._ended("broken")


class Line:
    """One connection, and when it last showed life, by a clock that nobody sets."""

    def __init__(
        self, token: str, url: str, ping: float, hear: Hear, clock: Callable[[], float]
    ) -> None:
        self.client = _Client(token, url, ping, self.end)
        self.client.on_message_listeners.append(self._told)
        self.client.socket_mode_request_listeners.append(self._heard)
        self._ping = ping
        self._hear = hear
        self._clock = clock
        self._pong: float | None = None
        self._alive_at = clock()
        self._hello = asyncio.Event()
        self._over = asyncio.Event()
        self._leaving = False
        self.busy: set[asyncio.Task[object]] = set()
        self.why = ""

    async def open(self) -> None:
        """Connect, and wait until Slack greets. Raises what calls raise."""
        async with asyncio.timeout(self._ping * OPENING_PINGS):
            self.client.wss_uri = await self.client.issue_new_wss_url()
            await self.client.connect()  # type: ignore[no-untyped-call]
            await self._hello.wait()

    def silence(self) -> float:
        """Seconds since the last sign of life."""
        if self.client.last_ping_pong_time != self._pong:
            self._pong, self._alive_at = self.client.last_ping_pong_time, self._clock()
        return self._clock() - self._alive_at

    @property
    def alive(self) -> bool:
        """Whether Slack greeted on this connection, and has answered on it lately."""
        lively = self.silence() < self._ping * SILENT_PINGS
        return self._hello.is_set() and lively and not self._leaving

    def end(self, why: str) -> None:
        """It is no good any more; the first reason is the true one."""
        self.why = self.why or why
        self._over.set()

    async def ended(self) -> str:
        """Wait until it is no good any more, and say why."""
        while not self._over.is_set():
            with suppress(TimeoutError):
                async with asyncio.timeout(self._ping):
                    await self._over.wait()
            if not self.alive:
                self.end("silent")
            elif self._died():
                self.end("its receiver died")
        return self.why

    def _died(self) -> bool:
        """Connected but deaf: what reads from the connection has stopped (bolt-python #1529)."""
        parts = (self.client.message_receiver, self.client.message_processor)
        return any(part is None or part.done() for part in parts)

    async def _told(self, message: WSMessage) -> None:
        """What Slack says of the connection itself."""
        self._alive_at = self._clock()
        match json.loads(message.data):
            case {"type": "hello"}:
                self._hello.set()
            case {"type": "disconnect", **rest}:
                self.end(str(rest.get("reason") or "disconnect"))
            case _:
                pass

    async def _heard(self, client: AsyncBaseSocketModeClient, envelope: SocketModeRequest) -> None:
        """Hear one envelope; only one that was kept is acknowledged."""
        if self._leaving:
            return
        task = asyncio.current_task()
        assert task is not None
        self.busy.add(task)
        task.add_done_callback(self.busy.discard)
        begun = time()
        response = await self._hear(envelope)
        await send_async_response(client, envelope, response, begun)

    def leave(self) -> None:
        """Hear nothing new."""
        self._leaving = True

    async def close(self) -> None:
        """Finish what has begun, hang up, and wait for what the library leaves running."""
        self.leave()
        if self.busy:
            await asyncio.wait(self.busy, timeout=PARTING)
        tasks = [
            self.client.message_processor,
            self.client.current_session_monitor,
            self.client.message_receiver,
        ]
        running = [task for task in tasks if task is not None]
        self.client.closed = True
        with suppress(TimeoutError, aiohttp.ClientError, OSError):
            async with asyncio.timeout(PARTING):
                await self.client.close()  # type: ignore[no-untyped-call]
        for task in running:
            task.cancel()
        await asyncio.wait(running, timeout=PARTING)
        await self.client.aiohttp_client_session.close()


class Sockets:
    """Hears envelopes, and acknowledges those that were kept."""

    def __init__(
        self,
        app_token: str,
        url: str,
        hear: Hear,
        *,
        watch: Watch | None = None,
        ping: float = PING,
        clock: Callable[[], float] | None = None,
    ) -> None:
        self._token = app_token
        self._url = url
        self._hear = hear
        self._watch = watch or Unwatched()
        self._ping = ping
        self._clock = clock or (lambda: asyncio.get_running_loop().time())
        self._lines: dict[int, Line] = {}
        self._made: set[Line] = set()
        self._tasks: list[asyncio.Task[None]] = []
        self._renewed = 0
        self._deaf_since: float | None = None
        self._trouble = ""
        self._told: set[str] = set()
        self._to_end = {DEAF, SOCKET}

    @property
    def alive(self) -> bool:
        """Whether any connection showed life lately."""
        return any(line.alive for line in self._lines.values())

    def status(self) -> Status:
        """How hearing goes."""
        deaf = 0.0 if self._deaf_since is None else self._clock() - self._deaf_since
        open_now = sum(line.alive for line in self._lines.values())
        return Status(open_now, self._renewed, deaf, self._trouble)

    @property
    def heard_at(self) -> float | None:
        """When Slack last answered on any connection, in seconds since 1970."""
        pongs = [line.client.last_ping_pong_time for line in self._lines.values()]
        return max((at for at in pongs if at is not None), default=None)

    async def start(self) -> None:
        """Begin to connect; raises nothing when Slack cannot be reached."""
        self._deaf_since = self._clock()
        keeping = [asyncio.create_task(self._keep(number)) for number in range(LINES)]
        self._tasks = [*keeping, asyncio.create_task(self._mind())]

    async def stop(self) -> None:
        """Finish what has begun, then hang up; what arrives meanwhile is left to others."""
        for line in self._made:
            line.leave()
        for task in self._tasks:
            task.cancel()
        if self._tasks:
            await asyncio.wait(self._tasks)
        await asyncio.gather(*(self._closed(line) for line in list(self._made)))

    # --- one connection, for ever -----------------------------------------------------------------

    async def _keep(self, number: int) -> None:
        """Keep one connection open: the next one is there before the last one goes."""
        failures = 0
        while True:
            line = Line(self._token, self._url, self._ping, self._hear, self._clock)
            self._made.add(line)
            try:
                await line.open()
            except FAILURES as error:
                failures += 1
                await self._failed(line, line.why or reason(error), failures)
                continue
            failures = 0
            await self._succeeds(number, line)
            why = await line.ended()
            log.info("connection_ends", number=number, reason=why)
            if why in LEAVE_FIRST:
                await self._failed(line, why, 1)

    async def _failed(self, line: Line, why: str, failures: int) -> None:
        """No connection: hang up, say so if nobody else can mend it, and wait a little longer."""
        log.warning("no_connection", reason=why)
        self._trouble = why
        await self._closed(line)
        if why in UNUSABLE:
            await self._tell(SOCKET, why)
        wait = min(2.0 ** (failures - 1), LONGEST_WAIT_PINGS)
        await asyncio.sleep(wait * self._ping)

    async def _succeeds(self, number: int, line: Line) -> None:
        before = self._lines.get(number)
        self._lines[number] = line
        self._trouble = ""
        if before is not None:
            self._renewed += 1
            await self._closed(before)

    async def _closed(self, line: Line) -> None:
        """Closed and forgotten; one whose closing was cut short is closed again on leaving."""
        if line in self._made:
            await line.close()
            self._made.discard(line)

    # --- all of them ------------------------------------------------------------------------------

    async def _mind(self) -> None:
        """Tell staff when nothing was heard for long, once, and once when it is over."""
        while True:
            await asyncio.sleep(self._ping)
            if self.alive:
                self._deaf_since = None
                for kind in list(self._to_end):
                    await self._over(kind)
                continue
            self._deaf_since = self._clock() if self._deaf_since is None else self._deaf_since
            if self.status().deaf_for > self._ping * DEAF_PINGS and not self._told:
                await self._tell(DEAF, self._trouble or "no connection")

    async def _tell(self, kind: str, why: str) -> None:
        if kind in self._told:
            return
        with suppress(Gone):  # without a database nobody can be told; the next round tries again
            await self._watch.notice(kind, why)
            self._told.add(kind)
            self._to_end.add(kind)

    async def _over(self, kind: str) -> None:
        with suppress(Gone):
            await self._watch.over(kind)
            self._told.discard(kind)
            self._to_end.discard(kind)
