"""Gives the door's answers: with the acknowledgement, as a form, or to one person alone."""

from __future__ import annotations

from typing import Any, assert_never

import structlog
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.webhook.async_client import AsyncWebhookClient

from bot.pages import Form
from bot.platform import Open, Reply, Request, Show, Silent, Toast, Wrong
from bot.slack import draw, modal
from bot.slack.api import ANSWER_SECONDS, FAILURES, reason, trusted
from bot.slack.modal import Origin

Json = Any
CLOSE = {"response_action": "clear"}
log = structlog.get_logger("slack")


class Answers:
    """Answers at once. An answer may be lost: what must not be lost comes as a letter."""

    def __init__(self, client: AsyncWebClient, title: str = "Headwater") -> None:
        self._client = client
        self._title = title

    async def to_command(self, reply: Reply, request: Request, trigger: str) -> Json:
        """What goes with the acknowledgement of a command; None for nothing."""
        if isinstance(reply, Open):
            await self._open(trigger, reply.form, _origin(request))
        shown = whisper(reply)
        return {"response_type": "ephemeral", **shown} if shown else None

    async def to_press(self, reply: Reply, request: Request, body: Json) -> None:
        """Open what is to be opened; show the rest to whoever pressed."""
        if isinstance(reply, Open):
            await self._open(body["trigger_id"], reply.form, _origin(request))
        if isinstance(reply, Toast) and not body.get("response_url"):
            await self._notice(str(body["trigger_id"]), reply)
        elif shown := whisper(reply):
            thread = request.address.thread
            in_thread = {"thread_ts": thread} if thread else {}
            await self._whisper(str(body.get("response_url") or ""), shown | in_thread)

    async def to_closing(self, reply: Reply, request: Request) -> None:
        """Say what became of it where the form was opened, if the bot can speak there."""
        if shown := whisper(reply):
            at = request.address
            try:
                await self._client.chat_postEphemeral(
                    channel=at.chat, user=request.user, thread_ts=at.thread or None, **shown
                )
            except FAILURES as error:
                log.warning("answer_lost", reason=reason(error))

    async def _open(self, trigger: str, form: Form, origin: Origin) -> None:
        """Too late, or Slack in trouble: the draft is kept, and its card leads on."""
        try:
            await self._client.views_open(trigger_id=trigger, view=modal.view(form, origin))
        except FAILURES as error:
            log.warning("form_not_opened", reason=reason(error))

    async def _notice(self, trigger: str, reply: Toast) -> None:
        """What went well is seen where it was pressed; only the rest needs saying."""
        if not reply.alert:
            return
        try:
            view = modal.notice(reply.text, self._title)
            await self._client.views_open(trigger_id=trigger, view=view)
        except FAILURES as error:
            log.warning("answer_lost", reason=reason(error))

    async def _whisper(self, address: str, shown: dict[str, Json]) -> None:
        """Say something to one person, even where the bot is no member."""
        if not trusted(address, self._client.base_url):
            log.warning("answer_lost", reason="not an address of Slack's")
            return
        hook = AsyncWebhookClient(address, timeout=ANSWER_SECONDS, retry_handlers=[])
        about = {"response_type": "ephemeral", "replace_original": False}
        try:
            answer = await hook.send_dict(shown | about)
        except FAILURES as error:
            log.warning("answer_lost", reason=reason(error))
            return
        if answer.status_code != 200:  # noqa: PLR2004
            log.warning("answer_lost", reason=f"status {answer.status_code}")


def whisper(reply: Reply) -> dict[str, Json] | None:
    """An answer as a message for one person; None where there is nothing to read."""
    match reply:
        case Silent() | Open():
            return None
        case Toast():
            return {"text": draw.notification(reply.text)}
        case Show():
            return draw.message(reply.page)
        case Wrong():
            return {"text": draw.notification("\n".join(reply.errors.values()))}
    assert_never(reply)


def to_submission(reply: Reply, shown: Json) -> Json:
    """What a form does next: it closes, unless it is wrong or gives way to another."""
    match reply:
        case Silent() | Toast() | Show():
            return dict(CLOSE)
        case Open():
            _, origin = modal.opened(shown)
            return {"response_action": "update", "view": modal.view(reply.form, origin)}
        case Wrong():
            errors = modal.errors(shown, reply.errors)
            return {"response_action": "errors", "errors": errors} if errors else dict(CLOSE)
    assert_never(reply)


def _origin(request: Request) -> Origin:
    return Origin(request.address.chat, request.address.thread, request.message)
