"""Hears Slack, over Socket Mode or HTTP: a payload is acknowledged only after the door's commit."""

from __future__ import annotations

import asyncio
import json
import logging
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Any

import structlog
from slack_bolt.adapter.socket_mode.internals import build_headers
from slack_bolt.adapter.starlette.async_handler import to_async_bolt_request, to_starlette_response
from slack_bolt.async_app import AsyncAck, AsyncApp
from slack_bolt.authorization import AuthorizeResult
from slack_bolt.request.async_request import AsyncBoltRequest
from slack_bolt.response import BoltResponse
from slack_sdk.socket_mode.request import SocketModeRequest
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import Route

from bot.platform import Gate
from bot.slack import answer, happenings, hear, modal, signed
from bot.slack.answer import Answers
from bot.slack.api import ANSWER_SECONDS, OFFICIAL, PLATFORM, Credentials, Identity, connect
from bot.slack.chats import Chats
from bot.slack.hear import UNREADABLE, Payload
from bot.slack.manifest import RECORD
from bot.slack.sockets import Sockets
from bot.slack.watching import Unwatched, Watch
from storage.troubles import TOKEN

Json = Any
log = structlog.get_logger(PLATFORM)

PATH = "/slack/events"
_ANY = re.compile("")
# Bolt finds our token in the environment by itself, and warns that it does not need it.
_BOLT = logging.getLogger("slack_bolt")
_BOLT.setLevel(logging.ERROR)
_SPOKEN = re.compile(r"\A(message|app_mention)\Z")
_SHARED = re.compile(r"\Achannel_(un)?shared\Z")
REVOKED = "tokens_revoked"
_UNINSTALLED = re.compile(rf"\A(app_uninstalled|{REVOKED})\Z")
_RECORD = re.compile(rf"\A{RECORD}")


@dataclass(frozen=True, slots=True)
class Duties:
    """What to do beyond hearing: which command each emoji marks a message for, whom to tell."""

    marks: Mapping[str, str] = field(default_factory=dict)
    watch: Watch = field(default_factory=Unwatched)


class SlackListener:
    """One app's ear, on whichever transport its credentials allow."""

    def __init__(
        self,
        gate: Gate,
        credentials: Credentials,
        now: Callable[[], datetime],
        *,
        url: str = OFFICIAL,
        duties: Duties | None = None,
        identity: Identity | None = None,
        sockets: Callable[..., Sockets] = Sockets,
    ) -> None:
        self._gate = gate
        self._secret = credentials.signing_secret
        self._now = now
        self._duties = duties or Duties()
        watch = self._duties.watch
        self.identity = identity or Identity(credentials.bot_token, url, watch=watch)
        client = connect(credentials.bot_token, url, seconds=ANSWER_SECONDS)
        self._answers = Answers(client)
        self._chats = Chats(client)
        self._app = self._bolt(url)
        self.sockets: Sockets | None = None
        if credentials.app_token:
            self.sockets = sockets(credentials.app_token, url, self._enveloped, watch=watch)
        self._learning: asyncio.Task[None] | None = None
        self._posted_at: float | None = None

    @property
    def routes(self) -> list[Route]:
        """What a web server must lead here."""
        return [Route(PATH, self._posted, methods=["POST"])]

    @property
    def heard_at(self) -> datetime | None:
        """When Slack last showed life: on a socket, or over HTTP with a signed payload."""
        at = self.sockets.heard_at if self.sockets else self._posted_at
        return datetime.fromtimestamp(at, UTC) if at else None

    async def start(self) -> None:
        """Begin to listen; raises nothing when Slack cannot be reached."""
        self._learning = asyncio.create_task(self.identity.learn())
        if self.sockets:
            await self.sockets.start()

    async def stop(self) -> None:
        """Listen no more; what has begun is finished first."""
        if self._learning:
            self._learning.cancel()
            await asyncio.wait([self._learning])
        if self.sockets:
            await self.sockets.stop()

    # --- the two transports -----------------------------------------------------------------------

    async def _posted(self, request: Request) -> Response:
        try:
            body = await signed.body_of(request)
        except ClientDisconnect:
            return Response(status_code=HTTPStatus.BAD_REQUEST)
        if body is None:
            return Response(status_code=HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
        if not signed.vouched(self._secret, request.headers, body, self._now()):
            return Response(status_code=HTTPStatus.UNAUTHORIZED)
        self._posted_at = self._now().timestamp()
        heard = await self._dispatched(body, lambda: to_async_bolt_request(request, body))
        return to_starlette_response(heard)

    async def _enveloped(self, envelope: SocketModeRequest) -> BoltResponse:
        raw = json.dumps(envelope.payload, ensure_ascii=False).encode("utf-8", "backslashreplace")
        return await self._dispatched(raw, lambda: _unpacked(envelope))

    async def _dispatched(
        self, raw: bytes, request: Callable[[], AsyncBoltRequest]
    ) -> BoltResponse:
        """Lead a payload through Bolt. What even Bolt can't read is set aside, and done with."""
        try:
            return await self._app.async_dispatch(request())
        except UNREADABLE as error:
            return await self._set_aside(raw, error)

    async def _set_aside(self, raw: bytes, error: Exception) -> BoltResponse:
        log.warning("unreadable", exc_info=error)
        await self._gate.set_aside(PLATFORM, raw, f"not readable: {type(error).__name__}")
        return BoltResponse(status=HTTPStatus.OK)

    # --- what is heard ----------------------------------------------------------------------------

    def _bolt(self, url: str) -> AsyncApp:
        # A function of its own: Bolt fills arguments by name, and would fill a method's `self`.
        async def authorize() -> AuthorizeResult:
            return self.identity.authorization()

        app = AsyncApp(
            logger=_BOLT,
            name=PLATFORM,
            client=connect(None, url),
            authorize=authorize,
            process_before_response=True,
            request_verification_enabled=False,  # done on the raw bytes, before Bolt reads them
            raise_error_for_unhandled_request=True,
        )
        # Each one asked before the right one costs: what comes most often comes first.
        app.command(_ANY)(self._command)
        app.event(_SPOKEN)(self._said)
        app.event("app_home_opened")(self._opened)
        app.event("reaction_added")(self._marked)
        app.event(_SHARED)(self._shared)
        app.event(_UNINSTALLED)(self._uninstalled)
        app.event(_ANY)(self._ignored)
        app.action(_ANY)(self._pressed)
        app.view_submission(_ANY)(self._submitted)
        app.view_closed(_ANY)(self._closed)
        app.options(_ANY)(self._asked)
        app.shortcut(_RECORD)(self._chosen)
        app.shortcut(_ANY)(self._ignored)
        app.error(self._failed)
        return app

    async def _said(self, request: AsyncBoltRequest, ack: AsyncAck) -> None:
        heard = hear.message(self._payload(request), self.identity.user)
        if heard:
            await self._gate.handle(self._chats.heard_in(heard))
        await ack()

    async def _command(self, request: AsyncBoltRequest, ack: AsyncAck) -> None:
        heard = await self._chats.placed(hear.command(self._payload(request)))
        reply = await self._gate.handle(heard)
        shown = await self._answers.to_command(reply, heard, request.body["trigger_id"])
        await (ack(shown) if shown else ack())

    async def _pressed(self, request: AsyncBoltRequest, ack: AsyncAck) -> None:
        pressed = hear.press(self._payload(request))
        if pressed:
            at_home = not request.body.get("channel")
            heard = pressed if at_home else await self._chats.placed(pressed)
            reply = await self._gate.handle(heard)
            if at_home:
                await self._gate.handle(happenings.looks_again(heard))
            await self._answers.to_press(reply, heard, request.body)
        await ack()

    async def _chosen(self, request: AsyncBoltRequest, ack: AsyncAck) -> None:
        command = request.body["callback_id"].removeprefix(RECORD)
        heard = await self._chats.placed(happenings.chosen(self._payload(request), command))
        reply = await self._gate.handle(heard)
        await self._answers.to_press(reply, heard, request.body)
        await ack()

    async def _marked(self, request: AsyncBoltRequest, ack: AsyncAck) -> None:
        heard = happenings.marked(self._payload(request), self._duties.marks)
        if heard:
            await self._gate.handle(heard)
        await ack()

    async def _opened(self, request: AsyncBoltRequest, ack: AsyncAck) -> None:
        heard = happenings.opened(self._payload(request))
        if heard:
            await self._gate.handle(heard)
        await ack()

    async def _shared(self, request: AsyncBoltRequest, ack: AsyncAck) -> None:
        address, external = happenings.shared(self._payload(request))
        self._chats.learned(address.chat, external=external)
        await self._gate.shared(address, external=external)
        await ack()

    async def _uninstalled(self, request: AsyncBoltRequest, ack: AsyncAck) -> None:
        """Nothing can be sent any more; an administrator hears of it some other way."""
        if request.body["event"]["type"] != REVOKED or request.body["event"]["tokens"].get("bot"):
            await self._duties.watch.notice(TOKEN, request.body["event"]["type"])
        await ack()

    async def _submitted(self, request: AsyncBoltRequest, ack: AsyncAck) -> None:
        heard = await self._chats.placed(hear.submission(self._payload(request)))
        reply = await self._gate.handle(heard)
        await ack(answer.to_submission(reply, request.body["view"]))

    async def _closed(self, request: AsyncBoltRequest, ack: AsyncAck) -> None:
        heard = hear.closing(self._payload(request))
        reply = await self._gate.handle(heard)
        await self._answers.to_closing(reply, heard)
        await ack()

    async def _asked(self, request: AsyncBoltRequest, ack: AsyncAck) -> None:
        query = hear.query(self._payload(request))
        found = await self._gate.options(query.request, query.draft, query.field, query.text)
        await ack(options=modal.offered(found))

    async def _ignored(self, ack: AsyncAck) -> None:
        """Slack repeats and finally switches off what nobody acknowledges."""
        await ack()

    async def _failed(self, error: Exception, request: AsyncBoltRequest) -> BoltResponse | None:
        """What can't be read is kept aside and acknowledged; anything else must come again."""
        if isinstance(error, UNREADABLE):
            return await self._set_aside(_raw(request), error)
        log.error("not_kept", exc_info=error)
        return None

    def _payload(self, request: AsyncBoltRequest) -> Payload:
        return Payload(request.body, _raw(request), self._now(), self.identity.team)


def _unpacked(envelope: SocketModeRequest) -> AsyncBoltRequest:
    return AsyncBoltRequest(
        mode="socket_mode", body=envelope.payload, headers=build_headers(envelope)
    )


def _raw(request: AsyncBoltRequest) -> bytes:
    """What Slack sent; over a socket Bolt keeps only what was read of it."""
    over_http = request.mode == "http"
    sent = request.raw_body if over_http else json.dumps(request.body, ensure_ascii=False)
    return sent.encode("utf-8", "backslashreplace")
