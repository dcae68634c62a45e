"""How Slack is called: a client that tries once, who we are there, which addresses are Slack's."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

import aiohttp
import structlog
from slack_bolt.authorization import AuthorizeResult
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.slack.watching import Unwatched, Watch
from storage.database import Gone
from storage.troubles import TOKEN

Json = Any
log = structlog.get_logger("slack")

PLATFORM = "slack"
OFFICIAL = "https://slack.com/api/"
OWN_DOMAIN = "slack.com"
ANSWER_SECONDS = 2
LEAST_OFTEN = 20
# What a call may end in: a refusal, a broken connection, no answer in time, or one that is none.
FAILURES = (SlackApiError, aiohttp.ClientError, TimeoutError, OSError, ValueError)

# Nobody can be told anything until an administrator mends the installation, however long it takes.
UNINSTALLED = {
    "access_denied",
    "account_inactive",
    "invalid_auth",
    "missing_scope",
    "not_allowed_token_type",
    "not_authed",
    "org_login_required",
    "team_access_not_granted",
    "token_expired",
    "token_revoked",
}


@dataclass(frozen=True, slots=True)
class Credentials:
    """What Slack gives an app. With an app token we also listen over Socket Mode."""

    bot_token: str = field(repr=False)
    app_token: str = field(default="", repr=False)
    signing_secret: str = field(default="", repr=False)


def connect(
    token: str | None, url: str, *, seconds: int = 10, session: aiohttp.ClientSession | None = None
) -> AsyncWebClient:
    """A client of the Web API that tries once: one that tries again may post twice."""
    return AsyncWebClient(token, url, seconds, session=session, retry_handlers=[])


def trusted(address: str, api_url: str) -> bool:
    """Whether an address is of the server that we speak to; all of Slack's own hosts are one."""
    try:
        asked, ours = urlsplit(address), urlsplit(api_url)
        same = (asked.scheme, asked.hostname, asked.port) == (ours.scheme, ours.hostname, ours.port)
    except ValueError:
        return False
    slacks = asked.scheme == "https" and asked.port is None and _own(asked.hostname)
    return same or (slacks and _own(ours.hostname))


def _own(host: str | None) -> bool:
    return host is not None and (host == OWN_DOMAIN or host.endswith(f".{OWN_DOMAIN}"))


class Identity:
    """Who the bot is, by the last good `auth.test`. Nothing waits for it: payloads say enough."""

    def __init__(
        self, token: str, url: str, *, again: float = 15.0, watch: Watch | None = None
    ) -> None:
        self.user = ""
        self.bot = ""
        self.team = ""
        self.known = asyncio.Event()
        self._token = token
        self._client = connect(token, url)
        self._again = again
        self._watch = watch or Unwatched()

    async def learn(self) -> None:
        """Ask until Slack answers, less and less often."""
        wait = self._again
        while not self.known.is_set():
            try:
                answer = await self._client.auth_test()
            except FAILURES as error:
                await self._failed(reason(error))
                await asyncio.sleep(wait)
                wait = min(wait * 2, self._again * LEAST_OFTEN)
                continue
            await self._settled()
            self.user, self.bot = str(answer["user_id"]), str(answer.get("bot_id") or "")
            self.team = str(answer.get("team_id") or "")
            self.known.set()

    async def _failed(self, why: str) -> None:
        log.warning("auth_test_failed", reason=why)
        if why in UNINSTALLED:
            with suppress(Gone):  # asked again, it is told again
                await self._watch.notice(TOKEN, why)

    async def _settled(self) -> None:
        with suppress(Gone):
            await self._watch.over(TOKEN)

    def authorization(self) -> AuthorizeResult:
        """What Bolt wants to know before an event passes. It calls nobody, so it cannot fail."""
        return AuthorizeResult(
            enterprise_id=None,
            team_id=self.team or None,
            bot_token=self._token,
            bot_id=self.bot or None,
            bot_user_id=self.user or None,
        )


def reason(error: Exception) -> str:
    """An error in few words, without addresses or tokens."""
    if isinstance(error, SlackApiError) and isinstance(error.response, aiohttp.ClientResponse):
        return "an answer that cannot be read"
    if isinstance(error, SlackApiError):
        return str(error.response.get("error") or f"status {error.response.status_code}")
    return type(error).__name__
