"""Deliveries over HTTP, signed as Slack signs them, to an address or an ASGI application."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import json
from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime
from urllib.parse import urlencode

import httpx

from tests.fakes.slack.values import Answer, Delivery, Json

FORM = "application/x-www-form-urlencoded"
EVENTS_PATH = "/slack/events"
SLACK_AGENT = "Slackbot 1.0 (+https://api.slack.com/robots)"


AsgiApp = Callable[..., Awaitable[None]]


def signature(secret: str, timestamp: str, body: bytes) -> str:
    signed = b"v0:" + timestamp.encode() + b":" + body
    return "v0=" + hmac.new(secret.encode(), signed, hashlib.sha256).hexdigest()


def encoded(delivery: Delivery) -> tuple[bytes, str]:
    """The body and its content type: events are JSON, commands a form, the rest JSON in a form."""
    if delivery.kind == "events_api":
        return json.dumps(delivery.payload, ensure_ascii=False).encode(), "application/json"
    if delivery.kind == "slash_commands":
        return urlencode(delivery.payload).encode(), FORM
    payload = json.dumps(delivery.payload, ensure_ascii=False)
    return urlencode({"payload": payload}).encode(), FORM


def decoded(response: httpx.Response) -> Json:
    if "json" not in response.headers.get("content-type", "") or not response.content:
        return {"text": response.text} if response.is_success and response.text else {}
    body = response.json()
    return body if isinstance(body, dict) else {"value": body}


class HttpPosts:
    """Posts deliveries and forgeries; an ASGI application is driven in process, without sockets."""

    def __init__(
        self, target: str | AsgiApp, secret: str, clock: Callable[[], datetime], path: str
    ) -> None:
        self.ack_within = 3.0
        self.path = path
        self._secret = secret
        self._clock = clock
        self._late: set[asyncio.Task[httpx.Response]] = set()
        if isinstance(target, str):
            self._client = httpx.AsyncClient(base_url=target, timeout=30)
        else:
            inside = httpx.ASGITransport(app=target, raise_app_exceptions=False)
            self._client = httpx.AsyncClient(transport=inside, base_url="http://bot.test")

    async def send(self, delivery: Delivery) -> Answer:
        body, content_type = encoded(delivery)
        headers = self._signed(body) | {"Content-Type": content_type, "User-Agent": SLACK_AGENT}
        if delivery.retry:
            headers["X-Slack-Retry-Num"] = str(delivery.retry)
            headers["X-Slack-Retry-Reason"] = delivery.retry_reason
        return await self.post(body, headers, delivery)

    def _signed(self, body: bytes) -> dict[str, str]:
        timestamp = str(int(self._clock().timestamp()))
        return {
            "X-Slack-Request-Timestamp": timestamp,
            "X-Slack-Signature": signature(self._secret, timestamp, body),
        }

    async def post(
        self, body: bytes, headers: Mapping[str, str | bytes], delivery: Delivery | None = None
    ) -> Answer:
        """Posts exactly this. Slack stops waiting after three seconds; the bot may work on."""
        raw = [
            (key.encode(), value.encode() if isinstance(value, str) else value)
            for key, value in headers.items()
        ]
        posting = asyncio.create_task(self._client.post(self.path, content=body, headers=raw))
        done, _ = await asyncio.wait({posting}, timeout=self.ack_within)
        if not done:
            self._late.add(posting)
            posting.add_done_callback(self._late.discard)
            return Answer(delivery, reason="http_timeout")
        try:
            response = posting.result()
        except httpx.TransportError:
            return Answer(delivery, reason="connection_failed")
        return Answer(
            delivery,
            status=response.status_code,
            body=decoded(response),
            text=response.text,
            headers=response.headers,
            reason="" if response.is_success else "http_error",
        )

    async def close(self) -> None:
        for late in list(self._late):
            late.cancel()
        await asyncio.gather(*self._late, return_exceptions=True)
        await self._client.aclose()
