"""What the tests of the fake Slack share: a clock, a card, a form, and a small real Bolt app."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from slack_bolt.adapter.asgi.async_handler import AsyncSlackRequestHandler
from slack_bolt.async_app import AsyncAck, AsyncApp, AsyncBoltRequest
from slack_bolt.authorization import AuthorizeResult
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from tests.fakes.slack import BOT_USER, FakeSlack
from tests.fakes.slack.posting import AsgiApp

Json = dict[str, Any]

START = datetime(2026, 10, 13, 6, 0, tzinfo=UTC)
APPROVE: Json = {
    "type": "button",
    "text": {"type": "plain_text", "text": "Approve"},
    "action_id": "approve",
    "value": "A-2026-0012",
    "confirm": {
        "title": {"type": "plain_text", "text": "Sure?"},
        "text": {"type": "mrkdwn", "text": "It *stays*."},
        "confirm": {"type": "plain_text", "text": "Yes"},
        "deny": {"type": "plain_text", "text": "No"},
    },
}
CARD: list[Json] = [
    {"type": "section", "text": {"type": "mrkdwn", "text": "*Hengda* &amp; sons"}},
    {"type": "actions", "block_id": "verbs", "elements": [APPROVE]},
]
MODAL: Json = {"type": "modal", "title": {"type": "plain_text", "text": "Visit"}, "blocks": CARD}


def words(text: str) -> Json:
    return {"type": "plain_text", "text": text}


def asked(label: str, block_id: str, element: Json, **rest: object) -> Json:
    named = element | {"action_id": "answer"}
    block: Json = {"type": "input", "label": words(label), "block_id": block_id, "element": named}
    return block | rest


FORM: Json = {
    "type": "modal",
    "callback_id": "visit",
    "title": words("Visit"),
    "submit": words("Log"),
    "close": words("Cancel"),
    "notify_on_close": True,
    "private_metadata": "draft-1",
    "blocks": [
        asked("Which customer?", "customer", {"type": "external_select", "min_query_length": 1}),
        asked("What was discussed?", "notes", {"type": "plain_text_input", "max_length": 20}),
        asked("When?", "day", {"type": "datepicker", "initial_date": "2026-10-13"}, optional=True),
        asked("Photos?", "photos", {"type": "file_input", "filetypes": ["jpg"]}, optional=True),
    ],
}


class Clock:
    def __init__(self) -> None:
        self.now = START

    def __call__(self) -> datetime:
        return self.now

    def advance(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)


def web_client(slack: FakeSlack, timeout: int = 5) -> AsyncWebClient:
    return AsyncWebClient(
        token=slack.bot_token, base_url=slack.api_url, retry_handlers=[], timeout=timeout
    )


async def error_of(client: AsyncWebClient, method: str, arguments: Mapping[str, object]) -> str:
    with pytest.raises(SlackApiError) as caught:
        await client.api_call(method, json=dict(arguments))
    return str(caught.value.response["error"])


class SmallBot:
    """A real Bolt app that keeps what it heard; `fails` so many deliveries end in a bug."""

    def __init__(self, slack: FakeSlack) -> None:
        self.heard: list[Json] = []
        self.retries: list[int] = []
        self.answer: Json = {}
        self.fails = 0
        self.app = AsyncApp(
            signing_secret=slack.signing_secret,
            client=web_client(slack),
            authorize=authorize_with(slack.bot_token),
            process_before_response=True,
            logger=quiet_logger(),
        )
        for kind in ("message", "app_mention", "app_home_opened", "reaction_added"):
            self.app.event(kind)(self._hears)
        self.app.command("/visit")(self._opens_form)
        self.app.command("/help")(self._answers)
        self.app.view("visit")(self._answers_form)
        self.app.view_closed("visit")(self._hears)
        self.app.action("approve")(self._hears)
        self.app.action("due")(self._hears)
        self.app.options("answer")(self._offers)
        self.app.shortcut("file_under_case")(self._hears)

    def asgi(self) -> AsgiApp:
        return AsyncSlackRequestHandler(self.app, path="/slack/events")

    def _keeps(self, body: Json, request: AsyncBoltRequest) -> None:
        if self.fails > 0:
            self.fails -= 1
            raise RuntimeError("a bug")
        self.heard.append(body)
        self.retries.append(int("".join(request.headers.get("x-slack-retry-num", ["0"]))))

    async def _hears(self, body: Json, request: AsyncBoltRequest, ack: AsyncAck) -> None:
        self._keeps(body, request)
        await ack()

    async def _answers(self, body: Json, request: AsyncBoltRequest, ack: AsyncAck) -> None:
        self._keeps(body, request)
        await ack("Ask me *anything*")

    async def _opens_form(
        self, body: Json, request: AsyncBoltRequest, ack: AsyncAck, client: AsyncWebClient
    ) -> None:
        self._keeps(body, request)
        await client.views_open(trigger_id=body["trigger_id"], view=FORM)
        await ack()

    async def _answers_form(self, body: Json, request: AsyncBoltRequest, ack: AsyncAck) -> None:
        self._keeps(body, request)
        await ack(**self.answer)

    async def _offers(self, body: Json, request: AsyncBoltRequest, ack: AsyncAck) -> None:
        self._keeps(body, request)
        names = ("Huaqiang", "Hengda", "Ningbo Jinggong")
        found = [name for name in names if body["value"].lower() in name.lower()]
        await ack(options=[{"text": words(name), "value": name[:3]} for name in found])


def authorize_with(token: str) -> Callable[[], Awaitable[AuthorizeResult]]:
    async def authorize() -> AuthorizeResult:
        return AuthorizeResult(
            enterprise_id=None,
            team_id="T0HEAD",
            bot_token=token,
            bot_id="B0BOT",
            bot_user_id=BOT_USER,
        )

    return authorize


def quiet_logger() -> logging.Logger:
    """Bolt logs the bugs these tests order; they are not news."""
    logger = logging.getLogger("small_bot")
    logger.setLevel(logging.CRITICAL)
    return logger
