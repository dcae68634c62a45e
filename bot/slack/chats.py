"""Knows of a chat what payloads do not say: is it the bot's own, are other companies in it?"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import structlog
from slack_sdk.web.async_client import AsyncWebClient

from bot.platform import Request
from bot.slack.api import FAILURES, reason

Json = Any
log = structlog.get_logger("slack")


@dataclass(frozen=True, slots=True)
class Chat:
    """A chat as we know it; nothing known means a strange one, in which nothing is confided."""

    direct: bool = False
    external: bool = True
    title: str = ""


class Chats:
    """Asks Slack once for each chat. Commands work in every chat, even between two other people."""

    def __init__(self, client: AsyncWebClient) -> None:
        self._client = client
        self._known: dict[str, Chat] = {}

    def heard_in(self, request: Request) -> Request:
        """An event says itself what its chat is; that is remembered."""
        chat = request.address.chat
        known = self._known.get(chat, Chat(external=False))
        external = request.external or known.external
        self._known[chat] = replace(known, direct=request.direct, external=external)
        return replace(request, title=known.title, external=external)

    async def placed(self, request: Request) -> Request:
        """A command or a deed in a form, with what its payload does not say of the chat."""
        chat = await self._about(request.address.chat)
        title = request.title or chat.title
        return replace(request, direct=chat.direct, external=chat.external, title=title)

    async def _about(self, chat: str) -> Chat:
        known = self._known.get(chat)
        if known is None and chat:
            known = await self._ask(chat)
        return known or Chat()

    async def _ask(self, chat: str) -> Chat | None:
        """None when Slack does not tell: it is in trouble, or the chat is not ours to see."""
        try:
            about = (await self._client.conversations_info(channel=chat))["channel"]
        except FAILURES as error:
            log.info("chat_unknown", reason=reason(error))
            return None
        title = str(about.get("name") or "")
        self._known[chat] = Chat(bool(about.get("is_im")), is_external(about), title)
        return self._known[chat]

    def learned(self, chat: str, *, external: bool) -> None:
        """Slack has told that a channel is shared, or is not any more."""
        self._known[chat] = replace(self._known.get(chat, Chat()), external=external)


def is_external(about: Json) -> bool:
    """Whether other companies are in a channel; one that is invited comes in at any moment."""
    pending = about.get("is_pending_ext_shared") or about.get("pending_connected_team_ids")
    return bool(about.get("is_ext_shared") or pending)
