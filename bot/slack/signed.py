"""Lets through only what Slack has signed, judged on the raw bytes before anything reads them."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping
from datetime import datetime

from starlette.requests import Request

LARGEST = 1_000_000
FRESH = 300
STAMP = "x-slack-request-timestamp"
SIGNATURE = "x-slack-signature"


async def body_of(request: Request) -> bytes | None:
    """The body, or None when it is larger than anything that Slack sends."""
    said = request.headers.get("content-length", "")
    if _number(said) > LARGEST:
        return None
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > LARGEST:
            return None
    return bytes(body)


def vouched(secret: str, headers: Mapping[str, str], body: bytes, now: datetime) -> bool:
    """Whether Slack signed this just now, compared in constant time. No secret admits nobody."""
    stamp = headers.get(STAMP, "")
    said = headers.get(SIGNATURE, "").encode("latin-1", "replace")
    fresh = abs(now.timestamp() - _number(stamp)) < FRESH
    signed = b"v0:" + stamp.encode("latin-1", "replace") + b":" + body
    right = "v0=" + hmac.new(secret.encode(), signed, hashlib.sha256).hexdigest()
    return hmac.compare_digest(said, right.encode()) and fresh and bool(secret)


def _number(text: str) -> int:
    """A number of seconds or bytes; -1 for what is none."""
    plain = text.isascii() and text.isdecimal() and len(text) <= 12  # noqa: PLR2004
    return int(text) if plain else -1
