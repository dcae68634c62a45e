"""Knows of a person what payloads do not say: the e-mail address that their workspace confirmed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import structlog
from slack_sdk.web.async_client import AsyncWebClient

from bot.platform import Request
from bot.slack.api import FAILURES, reason

Json = Any
log = structlog.get_logger("slack")

AGAIN_IN = timedelta(minutes=10)


class Profiles:
    """Asks Slack once for each person; while it does not answer, only now and then."""

    def __init__(self, client: AsyncWebClient, now: Callable[[], datetime]) -> None:
        self._client = client
        self._now = now
        self._known: dict[tuple[str, str], str] = {}
        self._not_before: dict[tuple[str, str], datetime] = {}

    async def vouched(self, request: Request) -> Request:
        """A request with the address of whoever makes it."""
        who = (request.address.workspace, request.user)
        if who not in self._known and self._not_before.get(who, self._now()) <= self._now():
            await self._ask(who)
        return replace(request, user_email=self._known.get(who, ""))

    async def _ask(self, who: tuple[str, str]) -> None:
        try:
            about = (await self._client.users_info(user=who[1]))["user"]
        except FAILURES as error:
            log.info("profile_unknown", reason=reason(error))
            self._not_before[who] = self._now() + AGAIN_IN
            return
        self._known[who] = _confirmed(about, who[0])


def _confirmed(about: Json, workspace: str) -> str:
    """An address that our own workspace vouches for: another company's says nothing about ours."""
    foreign = about.get("is_stranger") or about.get("team_id") not in {None, workspace}
    if foreign or about.get("is_bot") or about.get("is_email_confirmed") is not True:
        return ""
    return str((about.get("profile") or {}).get("email") or "")
