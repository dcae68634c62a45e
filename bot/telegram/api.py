"""Calls Telegram for updates as they are, and reads the troubles it answers with."""

from __future__ import annotations

import json
import math
import ssl
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Literal

import httpx
from telegram import Bot
from telegram.error import Conflict, InvalidToken, NetworkError, TelegramError

from storage.database import Json

Kind = Literal["", "conflict", "token"]

HEARD = ["message", "edited_message", "callback_query", "my_chat_member"]
BATCH = 100
POLLING_CONNECTIONS = 4
TOO_MANY = 429
# Telegram answers 404 to a token that it cannot even read.
TOKEN_REFUSED = {401, 404}
# What the library raises on an answer that is not shaped like one.
MISSHAPEN = (AttributeError, KeyError, TypeError, ValueError)


class TooMany(TelegramError):
    """Telegram asks for patience. `after` is in seconds, None where it named no usable number."""

    def __init__(self, after: float | None) -> None:
        super().__init__("too many requests")
        self.after = after


class Trouble(Exception):
    """Telegram does not let us hear. With a `kind` it lasts until somebody acts."""

    def __init__(self, reason: str, kind: Kind = "", after: float | None = None) -> None:
        super().__init__(reason)
        self.kind: Kind = kind
        self.after = after


@dataclass(frozen=True, slots=True)
class Delivery:
    """An update as Telegram sent it, and its bytes for the case that nobody can read it."""

    raw: Json
    body: bytes


def seconds(response: httpx.Response) -> float | None:
    """How long we are asked to wait: the answer's own word, else the header's, else unknown."""
    body = _object(response)
    parameters = body.get("parameters")
    asked = parameters.get("retry_after") if isinstance(parameters, dict) else None
    return _positive(asked) or _positive(response.headers.get("retry-after"))


def _positive(value: object) -> float | None:
    try:
        number = float(value) if isinstance(value, int | float | str) else 0.0
    except ValueError:
        return None
    return number if number > 0 and math.isfinite(number) else None


def _object(response: httpx.Response) -> dict[str, Json]:
    try:
        body = json.loads(response.content)
    except (ValueError, RecursionError):
        return {}
    return body if isinstance(body, dict) else {}


@cache
def trusted() -> ssl.SSLContext:
    """Whom we trust; reading that takes long, so all connections share it."""
    return httpx.create_ssl_context()


class Updates:
    """Fetches updates as they are, so that one nobody can read does not stop the others."""

    def __init__(self, bot: Bot, wait: int) -> None:
        self._url = f"{bot.base_url}/getUpdates"
        self._wait = wait
        # A poll broken off may hold its connection for a while; with only one the next would hang.
        limits = httpx.Limits(max_connections=POLLING_CONNECTIONS)
        timeout = httpx.Timeout(connect=5, read=wait + 5, write=5, pool=5)
        self._client = httpx.AsyncClient(limits=limits, timeout=timeout, verify=trusted())

    async def after(self, offset: int | None) -> Sequence[Delivery]:
        """What has come since `offset`; waits a while when there is nothing. Raises `Trouble`."""
        asked: dict[str, Json] = {"timeout": self._wait, "limit": BATCH, "allowed_updates": HEARD}
        if offset is not None:
            asked["offset"] = offset
        try:
            response = await self._client.post(self._url, json=asked)
        except httpx.HTTPError as error:
            raise Trouble(type(error).__name__) from error
        return self._read(response)

    async def close(self) -> None:
        """Let go of the connections."""
        await self._client.aclose()

    def _read(self, response: httpx.Response) -> Sequence[Delivery]:
        code = response.status_code
        result = _object(response).get("result")
        if code == httpx.codes.OK and isinstance(result, list):
            return [Delivery(raw, json.dumps(raw).encode()) for raw in result]
        if code == httpx.codes.CONFLICT:
            raise Trouble("somebody else fetches this bot's updates", "conflict")
        if code in TOKEN_REFUSED:
            raise Trouble("the token was refused", "token")
        raise Trouble(f"answer {code}", after=seconds(response) if code == TOO_MANY else None)


def trouble(error: TelegramError) -> Trouble:
    """What an error of the library's means for hearing."""
    match error:
        case TooMany(after=after):
            return Trouble("too many requests", after=after)
        case InvalidToken():
            return Trouble("the token was refused", "token")
        case Conflict():
            return Trouble("somebody else fetches this bot's updates", "conflict")
        case NetworkError():
            return Trouble(type(error).__name__)
        case _:
            return Trouble(str(error))
