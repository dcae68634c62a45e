"""Hears Telegram, by its webhook or by fetching; acknowledges only what was committed."""

from __future__ import annotations

import asyncio
import hmac
import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime
from http import HTTPStatus

from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import Route
from telegram import Bot

from bot.abilities import Witness
from bot.telegram.api import HEARD, Delivery, Kind, Updates
from bot.telegram.intake import AT_ONCE, Intake, Posts, outcome
from bot.telegram.poll import Grounds, Poller, Temper

PATH = "/telegram"
SECRET = "X-Telegram-Bot-Api-Secret-Token"  # noqa: S105 - the header's name
LARGEST = 1_000_000
WAIT = 10


@dataclass(frozen=True, slots=True)
class Hook:
    """Where Telegram finds us, and the word by which we know it. Without an address we fetch."""

    url: str = ""
    secret: str = field(default="", repr=False)


class TelegramListener:
    """One bot's ear. What troubles hearing is waited out and, if it lasts, told."""

    def __init__(
        self,
        bot: Bot,
        gate: Witness,
        posts: Posts,
        grounds: Grounds,
        hook: Hook,
        *,
        wait: int = WAIT,
    ) -> None:
        self._bot = bot
        self._grounds = grounds
        self._hook = hook
        self._intake = Intake(bot, gate, posts, grounds.now)
        self._updates = Updates(bot, wait)
        self._poller: Poller | None = None
        self._temper = Temper(grounds)
        self._task: asyncio.Task[None] | None = None

    @property
    def state(self) -> Kind:
        """What is wrong until somebody does something about it; "" when nothing is."""
        return self._temper.state

    @property
    def heard_at(self) -> datetime | None:
        """When Telegram last answered this replica's fetching."""
        return self._poller.heard_at if self._poller else None

    @property
    def routes(self) -> list[Route]:
        """What a web server must lead here."""
        return [Route(PATH, self._hooked, methods=["POST"])]

    async def start(self) -> None:
        """Begin to listen; raises nothing when Telegram cannot be reached."""
        self._task = asyncio.create_task(self._listen())

    async def stop(self) -> None:
        """Listen no more; what has begun is finished first."""
        if self._task:
            self._task.cancel()
            await asyncio.wait([self._task])
        await self._intake.finish()
        if self._poller:
            await self._poller.rest()
        await self._updates.close()

    # --- fetching --------------------------------------------------------------------------------

    async def _listen(self) -> None:
        while not await self._step(self._introduce):
            pass
        if not self._hook.url:
            self._poller = Poller(self._updates, self._intake, self._grounds)
            while True:
                await self._step(self._poller.round)

    async def _step(self, work: Callable[[], Awaitable[float]]) -> bool:
        """Do one piece of work, then wait as it says or as its failure needs."""
        done = await outcome(work())
        if isinstance(done, BaseException):
            await self._grounds.pause(await self._temper.troubled(done))
            return False
        await self._temper.fine(*self._proven())
        if done:
            await self._grounds.pause(done)
        return True

    def _proven(self) -> tuple[Kind, ...]:
        """What surely does not trouble us, after something went well."""
        if self._hook.url or (self._poller and self._poller.fetched):
            return ("token", "conflict", "deaf")
        return () if self._poller else ("token", "deaf")

    async def _introduce(self) -> float:
        """Learn our name, and tell Telegram how we want to hear; what waits for us is kept."""
        await self._intake.introduce()
        if self._hook.url:
            await self._bot.set_webhook(
                self._hook.url,
                secret_token=self._hook.secret,
                allowed_updates=HEARD,
                max_connections=AT_ONCE,
            )
        else:
            await self._bot.delete_webhook()
        return 0.0

    # --- the webhook -----------------------------------------------------------------------------

    async def _hooked(self, request: Request) -> Response:
        if not self._vouched(request):
            return Response(status_code=HTTPStatus.FORBIDDEN)
        try:
            body = await _body(request)
        except ClientDisconnect:
            return Response(status_code=HTTPStatus.BAD_REQUEST)
        if body is None:
            return Response(status_code=HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
        kept = self._intake.me is not None and await self._intake.take([_delivery(body)])
        return Response(status_code=HTTPStatus.OK if kept else HTTPStatus.SERVICE_UNAVAILABLE)

    def _vouched(self, request: Request) -> bool:
        """Whether the sender knows the secret; having none ourselves admits nobody."""
        said = request.headers.get(SECRET, "").encode("latin-1")
        return bool(self._hook.secret) and hmac.compare_digest(said, self._hook.secret.encode())


async def _body(request: Request) -> bytes | None:
    """The body, or None when it is larger than any update."""
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > LARGEST:
            return None
    return bytes(body)


def _delivery(body: bytes) -> Delivery:
    """An update; what is not even JSON is none, and will be set aside."""
    try:
        return Delivery(json.loads(body), body)
    except (ValueError, RecursionError):
        return Delivery(None, body)
