"""Sends pages through a provider of text messages, and says what each of its answers means."""

from __future__ import annotations

import hashlib
import logging
import math
import re
from datetime import UTC, datetime

import httpx

from bot.finding import dated
from bot.gateways import SmsGateway
from bot.platform import Address, Landed, Parcel
from bot.sms import draw
from commands.kit.errors import Later, Never, Unclear, Undeliverable
from commands.kit.limits import shortened
from scheduler.sending import Rate
from storage.database import Json

PLATFORM = "sms"
SECONDS, SECONDS_TO_CONNECT = 20.0, 5.0
# A kept connection may be closed just as it is used again: nobody knows then what went through.
LIMITS = httpx.Limits(max_connections=8, max_keepalive_connections=0)
# Failures before a byte of ours was written.
UNSENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.UnsupportedProtocol)
KEY_PAUSE = 60.0
LONGEST_PAUSE = 86400.0
KEY_REFUSED, TOO_MANY, REFUSED, BROKEN, AWAY = 401, 429, 400, 500, 503
REASON = 120
# Under which names providers say why not.
SAID = ("message", "Message", "msg", "error", "errmsg", "error_message", "description", "reason")
_NUMBER = re.compile(r"\+?\d(?:[ \-]?\d){5,}")
_DIGITS = re.compile(r"\d{7,15}")


class SmsPlatform:
    """The company's voice by text message."""

    name = PLATFORM
    carries = False

    def __init__(self, gateway: SmsGateway) -> None:
        # It logs the address of every call, which may hold a key and holds a number.
        logging.getLogger("httpx").setLevel(logging.WARNING)
        self._gateway = gateway
        timeout = httpx.Timeout(SECONDS, connect=SECONDS_TO_CONNECT, pool=SECONDS_TO_CONNECT)
        self._client = httpx.AsyncClient(timeout=timeout, limits=LIMITS)

    async def stop(self) -> None:
        """Let go of the connections."""
        await self._client.aclose()

    async def direct(self, user: str) -> str:
        """An account's chat is its number."""
        return user

    async def send(self, parcel: Parcel) -> Landed:
        """Ask the provider to send a page. Raises `Later`, `Never`, `Unclear`."""
        number = parcel.address.chat
        if not _DIGITS.fullmatch(number):
            raise Never("this is no number that can be written to", account=True)
        answer = await self._asked(number, draw.text(parcel.page))
        if not _taken(self._gateway, answer):
            raise _refusal(answer, self._why(answer))
        return Landed(number, _id_in(answer, self._gateway.id_path) or f"{PLATFORM}-{parcel.key}")

    async def redraw(self, parcel: Parcel, message: str) -> None:
        """What lies on somebody's phone is theirs."""
        raise Never("what was sent stays as it is")

    async def find(self, parcel: Parcel) -> Landed | None:
        """Providers differ in whether and how they tell."""
        raise Unclear("what was sent cannot be read back here")

    async def fetch(self, remote: str) -> bytes:
        """Nothing comes in this way."""
        raise Never("nothing comes in here")

    def rates(self, address: Address) -> tuple[Rate, ...]:
        """Ten a second over all, one a second to each; whose number it is stands in no row."""
        whose = hashlib.sha256(address.chat.encode()).hexdigest()[:16]
        return (Rate(f"{PLATFORM}:all", 10, 1.0), Rate(f"{PLATFORM}:{whose}", 1, 1.0))

    async def _asked(self, number: str, text: str) -> httpx.Response:
        gateway = self._gateway
        content = gateway.content(number, text).encode()
        headers = dict(gateway.headers)
        if content and not any(name.lower() == "content-type" for name in headers):
            headers["Content-Type"] = gateway.media
        try:
            return await self._client.request(
                gateway.method,
                gateway.address(number, text),
                headers=headers,
                content=content or None,
            )
        except UNSENT as error:
            raise Later(f"no connection: {type(error).__name__}", away=True) from None
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            # The library's own words may hold the address, which may hold a key.
            raise Unclear(f"no answer: {type(error).__name__}") from None

    def _why(self, answer: httpx.Response) -> str:
        """The provider's reason, short, without anybody's number and our own keys."""
        said = _said(_json(answer)) or answer.text
        for secret in sorted(self._gateway.secrets(), key=len, reverse=True):
            said = said.replace(secret, "…")
        said = _NUMBER.sub("…", " ".join(said.split()))
        return shortened(f"{answer.status_code} {said}".strip(), REASON)


def _taken(gateway: SmsGateway, answer: httpx.Response) -> bool:
    if isinstance(gateway.accepted, range):
        return answer.status_code in gateway.accepted
    return answer.is_success and gateway.accepted.search(answer.text) is not None


def _refusal(answer: httpx.Response, why: str) -> Undeliverable:
    """What an answer means that is none of those wanted."""
    status, after = answer.status_code, _after(answer)
    if status == TOO_MANY:
        return Later("too many requests", after, asked=True)
    if status == KEY_REFUSED:
        return Later("the key was refused", KEY_PAUSE, everyone=True, asked=True, token=True)
    if status >= BROKEN and after is not None:
        return Later(why, after, asked=True)
    if status == AWAY:
        return Later(why, away=True)
    if status >= BROKEN or (status < REFUSED and not answer.is_success):
        return Unclear(why)
    return Never(why)


def _after(answer: httpx.Response) -> float | None:
    """The seconds, or the moment, that a server asks us to wait for."""
    said = answer.headers.get("retry-after", "")
    try:
        seconds = float(said)
    except ValueError:
        until, now = _moment(said), _moment(answer.headers.get("date", ""))
        seconds = (until - now).total_seconds() if until and now else 0.0
    good = math.isfinite(seconds) and seconds > 0
    return min(seconds, LONGEST_PAUSE) if good else None


def _moment(header: str) -> datetime | None:
    """A header's moment; one of no zone is meant in UTC, as all of them are."""
    found = dated(header)
    return found.replace(tzinfo=UTC) if found and found.tzinfo is None else found


def _json(answer: httpx.Response) -> Json:
    try:
        found: Json = answer.json()
    except (ValueError, RecursionError):
        return None
    return found


def _said(found: Json) -> str:
    """Why not, wherever in an answer that stands."""
    if not isinstance(found, dict):
        return ""
    for name in SAID:
        value = found.get(name)
        if isinstance(value, str) and value:
            return value
        if isinstance(value, dict) and (inside := _said(value)):
            return inside
    return ""


def _id_in(answer: httpx.Response, path: str) -> str:
    """The provider's number of the message; "" where there is none."""
    found = _json(answer)
    for step in path.split(".") if path else ():
        if isinstance(found, dict):
            found = found.get(step)
        elif isinstance(found, list) and step.isdecimal() and int(step) < len(found):
            found = found[int(step)]
        else:
            return ""
    return str(found) if path and isinstance(found, str | int) else ""
