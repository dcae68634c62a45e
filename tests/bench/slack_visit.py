"""(a) One line `/visit` over signed HTTP, against bare Bolt that commits one row."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from itertools import count
from typing import Any
from urllib.parse import urlencode

from slack_bolt.adapter.starlette.async_handler import AsyncSlackRequestHandler
from slack_bolt.async_app import AsyncAck, AsyncApp
from slack_bolt.authorization import AuthorizeResult
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bot.wiring import Running, assemble
from tests.bench.before import against_before, with_before
from tests.bench.by_hand import ByHand
from tests.bench.load import App, Headers, OneRow, flooded, folder, posted
from tests.bench.racing import Contender, race
from tests.bench.rows import Row, Scale
from tests.fakes.slack import FakeSlack
from tests.fakes.slack.posting import EVENTS_PATH, FORM, signature
from tests.house import address_of, prepared, settings_for

Measure = Callable[[], Awaitable[Any]]
AT_ONCE = 32
SECRET = "signing-secret"
VISITORS = ("lina", "zhouqiang", "wang", "zhao")
CUSTOMERS = ("永固", "华强", "宁波精工", "恒达精密")
HERE = "tests.bench.slack_visit"
OURS, BARE, HAND, TICKING = "ours", "bare Bolt", "all rows by hand", "ours, letters sent as well"
LEAST = 0.3


def rows(scale: Scale) -> Iterator[Row]:
    """Throughput with 32 in flight, as a share of the floor's."""
    size = str(scale.of(1000, 120))
    arguments = (size, str(AT_ONCE))
    contenders = {
        BARE: Contender(f"{HERE}:bare", arguments),
        HAND: Contender(f"{HERE}:by_hand", arguments),
        OURS: Contender(f"{HERE}:ours", arguments),
        TICKING: Contender(f"{HERE}:ticking", arguments),
    }
    found = race(with_before(contenders, OURS), scale)
    for name in contenders:
        yield Row(f"/visit over Slack HTTP, 32 in flight: {name}", found.median(name), "/s")
    yield Row("/visit over Slack HTTP / bare Bolt", found.ratio(OURS, BARE), "ratio", least=LEAST)
    yield Row("all rows by hand / bare Bolt", found.ratio(HAND, BARE), "ratio")
    yield Row("/visit and its letters sent / bare Bolt", found.ratio(TICKING, BARE), "ratio")
    yield from against_before(found, OURS, "/visit over Slack HTTP")


class Visits:
    """One-line visits as Slack posts them, each said once."""

    def __init__(self, channels: dict[str, str]) -> None:
        self._channels = channels
        self._numbers = count(1)

    def signed(self, many: int) -> list[tuple[Headers, bytes]]:
        """So many of them; signing is Slack's work and not measured."""
        return [self._one(next(self._numbers)) for _ in range(many)]

    def _one(self, number: int) -> tuple[Headers, bytes]:
        user = VISITORS[number % len(VISITORS)]
        customer = CUSTOMERS[number // len(VISITORS) % len(CUSTOMERS)]
        workspace, account, _ = address_of("slack", user)
        fields = {
            "token": "verification-token",
            "team_id": workspace,
            "team_domain": "headwater",
            "channel_id": self._channels[user],
            "channel_name": "directmessage",
            "user_id": account,
            "user_name": user,
            "command": "/visit",
            "text": f"{customer} 谈了Q3涨价3%，样品{number}周五前寄出 same: no",
            "api_app_id": "A0HEAD",
            "is_enterprise_install": "false",
            "response_url": f"https://hooks.invalid/commands/{number}",
            "trigger_id": f"{number}.{time.time_ns()}",
        }
        body = urlencode(fields).encode()
        stamp = str(int(time.time()))
        headers = [
            (b"content-type", FORM.encode()),
            (b"x-slack-request-timestamp", stamp.encode()),
            (b"x-slack-signature", signature(SECRET, stamp, body).encode()),
        ]
        return headers, body


def measured(app: App, visits: Visits, size: int, at_once: int) -> Measure:
    """A round: a flood of visits, each of which must be acknowledged."""

    async def post(call: tuple[Headers, bytes]) -> None:
        assert await posted(app, EVENTS_PATH, *call) == 200

    async def measure() -> float:
        calls = visits.signed(size)
        return await flooded(calls, at_once, post)

    return measure


# --- the floors -----------------------------------------------------------------------------------

Keep = Callable[[str, str, str], Awaitable[None]]


def bolt(keep: Keep) -> Starlette:
    """Bolt as its documentation shows it, but for acknowledging what is committed."""

    async def authorize() -> AuthorizeResult:
        return AuthorizeResult(
            enterprise_id=None, team_id="T0HEAD", bot_token="xoxb", bot_id="B0", bot_user_id="U0"
        )

    async def visit(ack: AsyncAck, command: dict[str, Any]) -> None:
        await keep(command["trigger_id"], command["user_id"], command["text"])
        await ack()

    app = AsyncApp(signing_secret=SECRET, authorize=authorize, process_before_response=True)
    app.command("/visit")(visit)
    handler = AsyncSlackRequestHandler(app)

    async def endpoint(request: Request) -> Response:
        return await handler.handle(request)

    return Starlette(routes=[Route(EVENTS_PATH, endpoint, methods=["POST"])])


def nowhere() -> Visits:
    """Visits from chats that nobody looks up."""
    return Visits({user: f"D{number}" for number, user in enumerate(VISITORS)})


@asynccontextmanager
async def bare(size: str, at_once: str) -> AsyncIterator[Measure]:
    """Bolt with its signature check, and one row."""
    with folder() as place:
        row = OneRow(place / "bare.db")
        yield measured(bolt(row.keep), nowhere(), int(size), int(at_once))
        row.close()


@asynccontextmanager
async def by_hand(size: str, at_once: str) -> AsyncIterator[Measure]:
    """Bolt, and every row that we read and write for a visit, by hand."""
    with folder() as place:
        prepared(f"sqlite:///{place / 'hand.db'}", "slack", "zh")
        hand, thread = ByHand(place / "hand.db"), ThreadPoolExecutor(1)

        async def keep(delivery: str, who: str, said: str) -> None:
            loop = asyncio.get_running_loop()
            await loop.run_in_executor(thread, hand.visit, delivery, who, said)

        yield measured(bolt(keep), nowhere(), int(size), int(at_once))
        thread.shutdown()
        hand.close()


# --- ours -----------------------------------------------------------------------------------------


@asynccontextmanager
async def ours(size: str, at_once: str) -> AsyncIterator[Measure]:
    """The whole bot, listening; the letters that visits write are left for later."""
    async with standing(size, at_once, ticks=False) as measure:
        yield measure


@asynccontextmanager
async def ticking(size: str, at_once: str) -> AsyncIterator[Measure]:
    """The whole bot at work: it also sends, at the platform's pace."""
    async with standing(size, at_once, ticks=True) as measure:
        yield measure


@asynccontextmanager
async def standing(
    size: str,
    at_once: str,
    *,
    ticks: bool,
    first: Callable[[Running], object] = lambda _running: None,
) -> AsyncIterator[Measure]:
    """The bot on a database of its own; `first` is done to it before it listens."""
    with folder() as place:
        url = f"sqlite:///{place / 'ours.db'}"
        prepared(url, "slack", "zh")
        async with FakeSlack(signing_secret=SECRET) as fake:
            channels = {user: _known(fake, user) for user in VISITORS}
            running = assemble(
                settings_for(
                    url,
                    "zh",
                    slack_bot_token=fake.bot_token,
                    slack_signing_secret=SECRET,
                    slack_api_url=fake.api_url,
                )
            )
            first(running)
            for one in [running] if ticks else running.listeners:
                await one.start()
            yield measured(running.app, Visits(channels), int(size), int(at_once))
            await running.stop()


def _known(fake: FakeSlack, user: str) -> str:
    """The direct chat of one of the cast."""
    account = address_of("slack", user)[1]
    fake.add_user(account, user)
    return fake.dm(account)
