"""A workspace, a gate that remembers, and the real adapter between them, over either transport."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial

from starlette.applications import Starlette

from bot.pages import (
    Date,
    DateAndTime,
    Field,
    Form,
    Key,
    Keys,
    Line,
    Page,
    Quoted,
    Say,
    Search,
    Select,
    Upload,
)
from bot.platform import Address, Event, Open, Reply, Request, Silent
from bot.slack import draw
from bot.slack.api import Credentials, Identity
from bot.slack.listen import SlackListener
from bot.slack.sockets import Sockets
from storage.database import Gone
from tests.fakes.slack import FakeSlack, Message, Person
from tests.fakes.slack_props import Clock, web_client

PING = 0.05


class StubGate:
    """Remembers what it was asked, and answers what it was told to."""

    def __init__(self) -> None:
        self.heard: list[Request] = []
        self.aside: list[tuple[str, bytes, str]] = []
        self.shares: list[tuple[str, bool]] = []
        self.asked: list[tuple[Request, int, str, str]] = []
        self.found: list[tuple[str, str]] = []
        self.reply: Reply = Silent()
        self.gone = False
        self.before: Callable[[], None] = lambda: None
        self.held: asyncio.Event | None = None

    async def handle(self, request: Request) -> Reply:
        if self.gone:
            raise Gone("the database is away")
        if self.held:
            await self.held.wait()
        self.before()
        self.heard.append(request)
        return self.reply

    async def options(
        self, request: Request, draft: int, field: str, text: str
    ) -> list[tuple[str, str]]:
        self.asked.append((request, draft, field, text))
        return self.found

    async def shared(self, address: Address, *, external: bool) -> None:
        self.shares.append((address.chat, external))

    async def happened(self, event: Event) -> None:
        raise AssertionError("Slack tells nothing of this kind")

    async def set_aside(self, platform: str, raw: bytes, reason: str) -> None:
        if self.gone:
            raise Gone("the database is away")
        self.aside.append((platform, raw, reason))

    @property
    def last(self) -> Request:
        return self.heard[-1]


@dataclass
class Scene:
    slack: FakeSlack
    gate: StubGate
    listener: SlackListener
    clock: Clock
    li: Person
    over: str

    async def posted(self, page: Page, channel: str = "C1", thread: str | None = None) -> Message:
        """A page posted by the bot, as the sender does it."""
        client = web_client(self.slack)
        await client.chat_postMessage(channel=channel, thread_ts=thread, **draw.message(page))
        return self.slack.last(channel)


@asynccontextmanager
async def slack_scene(over: str, *, learn: bool = True) -> AsyncIterator[Scene]:
    """A listener that has begun, and Li Na with a channel; `learn`: the bot knows its name."""
    clock = Clock()
    async with FakeSlack(clock=clock, machine_clock=clock) as slack:
        li = slack.add_user("U1", "li", real_name="Li Na")
        slack.add_channel("C1", "quality", "U1", "U0BOT")
        gate = StubGate()
        listener = make_listener(slack, gate, clock, over)
        if not learn:
            slack.fail_next("auth.test", "ok_false:fatal_error", 1000)
        if over == "http":
            slack.http(Starlette(routes=listener.routes))
        await listener.start()
        try:
            if over == "socket":
                await slack.socket.connected(2)
            if learn:
                await asyncio.wait_for(listener.identity.known.wait(), 5)
            yield Scene(slack, gate, listener, clock, li, over)
        finally:
            await listener.stop()


def make_listener(
    slack: FakeSlack, gate: StubGate, clock: Clock, over: str = "http"
) -> SlackListener:
    app_token = slack.app_token if over == "socket" else ""
    return SlackListener(
        gate,
        Credentials(slack.bot_token, app_token, slack.signing_secret),
        clock,
        url=slack.api_url,
        identity=Identity(slack.bot_token, slack.api_url, again=0.01),
        sockets=partial(Sockets, ping=PING * 20),
    )


CARD = Page(
    "Hengda Precision",
    (
        Say("Sales says yes."),
        Quoted("The rust is <!channel> bad", by="Li Na"),
        Keys(
            (Key("Approve", "approve:A-1~seal", "primary", "Really?"), Key("Ask", "ask:A-1~seal"))
        ),
    ),
    "Hengda: your decision",
)


def visit_form(error: str = "") -> Form:
    return Form(
        12,
        "Log a visit",
        (
            Field("customer", "Which customer?", Search(), required=True, error=error),
            Field("notes", "What was discussed?", Line(long=True, most=200), required=True),
            Field("day", "When?", Date(), required=False, value="2026-10-12"),
            Field("at", "At what time?", DateAndTime(), required=False),
            Field("how", "How?", Select((("v", "In person"), ("p", "By phone"))), required=False),
            Field(
                "who",
                "Who was there?",
                Select((("s", "Sales"), ("q", "Quality")), several=True),
                required=False,
            ),
            Field("photos", "Photos?", Upload(3), required=False),
        ),
        "Send",
        "Cancel",
        "~cancel:draft12~seal",
    )


async def open_form(scene: Scene) -> None:
    """Li Na has the form open."""
    scene.gate.reply = Open(visit_form())
    await scene.li.types(scene.li.dm, "/visit")
    scene.gate.reply = Silent()
