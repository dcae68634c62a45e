"""The fake Slack's HTTP face: the Web API, uploads, downloads and reply addresses, on loopback."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC
from email.utils import format_datetime
from typing import assert_never, cast

from aiohttp import web

from tests.fakes.slack import chat, conversations, files, views
from tests.fakes.slack.arguments import read_arguments, read_token
from tests.fakes.slack.faults import Fault, Faults, Pace, Plain
from tests.fakes.slack.socket_mode import SocketHub
from tests.fakes.slack.values import Call, Json, Refusal, SlackRefusal
from tests.fakes.slack.workspace import Workspace

MOST_BYTES = 64 * 1024 * 1024
JSON_TYPE = "application/json"

Method = Callable[[Workspace, Json], Json]
METHODS: Mapping[str, Method] = {
    "auth.test": conversations.auth_test,
    "chat.delete": chat.delete,
    "chat.getPermalink": chat.get_permalink,
    "chat.postEphemeral": chat.post_ephemeral,
    "chat.postMessage": chat.post_message,
    "chat.update": chat.update,
    "conversations.history": conversations.conversation_history,
    "conversations.info": conversations.conversation_info,
    "conversations.list": conversations.conversation_list,
    "conversations.members": conversations.conversation_members,
    "conversations.open": conversations.open_conversation,
    "conversations.replies": conversations.conversation_replies,
    "files.completeUploadExternal": files.complete_upload,
    "files.getUploadURLExternal": files.get_upload_url,
    "files.info": files.file_info,
    "reactions.add": chat.add_reaction,
    "users.info": conversations.user_info,
    "users.lookupByEmail": conversations.user_by_email,
    "views.open": views.open_view,
    "views.publish": views.publish_view,
    "views.push": views.push_view,
    "views.update": views.update_view,
}
CONNECT = "apps.connections.open"
HISTORY = ("channels:history", "groups:history", "im:history", "mpim:history")
# Any of these scopes is enough for a method; the rest need none, or are always asked for.
SCOPES: Mapping[str, tuple[str, ...]] = {
    "chat.postMessage": ("chat:write",),
    "chat.update": ("chat:write",),
    "conversations.history": HISTORY,
    "conversations.info": ("channels:read", "groups:read", "im:read", "mpim:read"),
    "conversations.open": ("im:write", "mpim:write"),
    "conversations.replies": HISTORY,
    "files.info": ("files:read",),
    "reactions.add": ("reactions:write",),
    "users.info": ("users:read",),
    "users.lookupByEmail": ("users:read.email",),
}


@dataclass(frozen=True, slots=True)
class Reply:
    """An HTTP answer about to be given, with the word under which the call is recorded."""

    outcome: str
    body: bytes
    status: int = 200
    content_type: str = JSON_TYPE
    headers: Mapping[str, str] = field(default_factory=dict)

    def response(self) -> web.Response:
        return web.Response(
            status=self.status,
            body=self.body,
            content_type=self.content_type,
            headers=dict(self.headers),
        )


def in_json(outcome: str, body: Json, status: int = 200) -> Reply:
    return Reply(outcome, json.dumps(body, ensure_ascii=False).encode(), status)


def unknown_method(_workspace: Workspace, _arguments: Json) -> Json:
    raise SlackRefusal("unknown_method")


def refusal_reply(refusal: SlackRefusal) -> Reply:
    body: Json = {"ok": False, "error": refusal.error}
    if refusal.details:
        body["errors"] = list(refusal.details)
        messages = [f"[ERROR] {detail}" for detail in refusal.details]
        body["response_metadata"] = {"messages": messages}
    return in_json(refusal.error, body)


def rate_limited(retry_after: str | None) -> Reply:
    headers = {} if retry_after is None else {"Retry-After": retry_after}
    body = b'{"ok": false, "error": "ratelimited"}'
    return Reply("ratelimited", body, status=429, headers=headers)


class Server:
    def __init__(self, workspace: Workspace, bot_token: str, app_token: str) -> None:
        self.workspace = workspace
        self.faults = Faults()
        self.pace = Pace(workspace.machine_clock)
        self.socket = SocketHub(workspace)
        self._tokens = {bot_token: "bot", app_token: "app"}
        self._closing = asyncio.Event()
        self._runner = web.AppRunner(self._application(), access_log=None, shutdown_timeout=0.1)

    def _application(self) -> web.Application:
        application = web.Application(client_max_size=MOST_BYTES)
        application.add_routes(
            [
                web.route("*", "/api/{method}", self._api),
                web.post("/upload/v1/{file}", self._upload),
                web.get("/files-pri/{file}/{name}", self._download),
                web.post("/respond/{reply}", self._respond),
                web.get("/link", self.socket.connect),
                web.get("/", self._sign_in_page),
            ]
        )
        return application

    async def start(self) -> None:
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0)
        await site.start()
        host, port = self._runner.addresses[0][:2]
        self.workspace.base_url = f"http://{host}:{port}"

    async def stop(self) -> None:
        self._closing.set()
        await self.socket.close()
        await self._runner.cleanup()

    async def _api(self, request: web.Request) -> web.StreamResponse:
        method = request.match_info["method"]
        try:
            arguments = await read_arguments(request, method)
        except SlackRefusal as refusal:
            return self._refused(method, {}, refusal).response()
        token = read_token(request, arguments)
        return await self._meet(
            request, method, arguments, lambda: self._act(method, arguments, token)
        )

    async def _meet(
        self, request: web.Request, method: str, payload: Json, deed: Callable[[], Reply]
    ) -> web.StreamResponse:
        """Does the deed, unless a fault was ordered that comes before it, and records the call."""
        fault = self.faults.take(method)
        reply = deed() if fault is None or fault.processed else None
        if fault is None and reply is not None:
            self._record(method, payload, reply.outcome)
            return self._headed(reply.response())
        assert fault is not None
        self._record(method, payload, fault.kind)
        return await self._fail(request, fault, method, reply)

    def _headed(self, response: web.Response) -> web.Response:
        """With the clock of the wire, and the scopes that were granted."""
        moment = self.workspace.machine_clock()
        response.headers["Date"] = format_datetime(moment.astimezone(UTC), usegmt=True)
        if self.workspace.manifest:
            response.headers["X-OAuth-Scopes"] = ",".join(sorted(self.workspace.manifest.scopes))
        return response

    def _record(self, method: str, payload: Json, outcome: str) -> None:
        now = self.workspace.machine_clock()
        self.workspace.calls.append(Call(method, payload, now, outcome))

    async def _fail(
        self, request: web.Request, fault: Fault, method: str, reply: Reply | None
    ) -> web.StreamResponse:
        if fault.kind.startswith("ok_false:"):
            return refusal_reply(SlackRefusal(fault.kind.partition(":")[2])).response()
        kind = cast("Plain", fault.kind)
        match kind:
            case "429":
                self.pace.told_to_wait(method, fault.retry_after)
                return rate_limited(fault.retry_after).response()
            case "500" | "503":
                return web.Response(
                    status=int(kind), text="upstream error", content_type="text/html"
                )
            case "reset_before" | "reset_after":
                if request.transport is not None:
                    request.transport.abort()
            case "timeout_before" | "timeout_after":
                await self._closing.wait()
            case "truncated":
                whole = reply.body if reply is not None else b""
                return Reply("truncated", whole[: len(whole) // 2]).response()
            case _:
                assert_never(kind)
        return web.Response(status=503)

    def _act(self, method: str, arguments: Json, token: str) -> Reply:
        try:
            self._check_token(method, token)
            if wait := self.pace.wait_for(method, arguments):
                self._note(method, arguments, SlackRefusal("ratelimited"))
                return rate_limited(str(wait))
            if method == CONNECT:
                return in_json("ok", {"ok": True, "url": self.socket.new_address()})
            deed = METHODS.get(method, unknown_method)
            return in_json("ok", {"ok": True} | deed(self.workspace, arguments))
        except SlackRefusal as refusal:
            return self._refused(method, arguments, refusal)

    def _check_token(self, method: str, token: str) -> None:
        if not token:
            raise SlackRefusal("not_authed")
        if (kind := self._tokens.get(token)) is None:
            raise SlackRefusal("invalid_auth")
        if self.workspace.uninstalled and kind == "bot":
            raise SlackRefusal("account_inactive")
        if kind == "bot" and (lacking := self._lacking(method)):
            raise SlackRefusal("missing_scope", f"needed: {lacking}")
        if (kind == "app") != (method == CONNECT):
            raise SlackRefusal("not_allowed_token_type")

    def _lacking(self, method: str) -> str:
        """The scope that an installed app's manifest does not ask for, though the method does."""
        manifest, needed = self.workspace.manifest, SCOPES.get(method, ())
        if manifest is None or not needed or manifest.scopes & set(needed):
            return ""
        return " or ".join(needed)

    def _refused(self, method: str, arguments: Json, refusal: SlackRefusal) -> Reply:
        self._note(method, arguments, refusal)
        return refusal_reply(refusal)

    def _note(self, method: str, arguments: Json, refusal: SlackRefusal) -> None:
        kept = Refusal(method, arguments, refusal.error, refusal.details)
        self.workspace.refused.append(kept)
        words = "; ".join(refusal.details) or "refused"
        self.workspace.complaints.append(f"{method} {refusal.error}: {words}")

    async def _upload(self, request: web.Request) -> web.StreamResponse:
        content = await uploaded_bytes(request)
        file_id = request.match_info["file"]
        return await self._meet(
            request, "upload", {"file": file_id}, lambda: self._store(file_id, content)
        )

    def _store(self, file_id: str, content: bytes) -> Reply:
        try:
            stored = self.workspace.file(file_id)
        except SlackRefusal as refusal:
            return self._refused("upload", {"file": file_id}, refusal)
        if len(content) != stored.size:
            self._note("upload", {"file": file_id}, SlackRefusal("wrong_length"))
            return Reply("wrong_length", b"wrong length", status=400, content_type="text/plain")
        stored.content = content
        return Reply("ok", f"OK - {len(content)}".encode(), content_type="text/plain")

    async def _download(self, request: web.Request) -> web.StreamResponse:
        file_id = request.match_info["file"]
        token = read_token(request, {})
        return await self._meet(
            request, "download", {"file": file_id}, lambda: self._fetch(file_id, token)
        )

    def _fetch(self, file_id: str, token: str) -> Reply:
        """Without the bot's token Slack sends to its sign-in page, which is a 200 of HTML."""
        if self._tokens.get(token) != "bot":
            page = {"Location": f"{self.workspace.base_url}/"}
            return Reply("not_authed", b"", status=302, content_type="text/html", headers=page)
        stored = self.workspace.files.get(file_id)
        if stored is None or stored.content is None:
            return Reply("file_not_found", b"", status=404, content_type="text/html")
        return Reply("ok", stored.content, content_type=stored.mimetype)

    async def _sign_in_page(self, _request: web.Request) -> web.Response:
        return web.Response(text="<!DOCTYPE html><title>Sign in</title>", content_type="text/html")

    async def _respond(self, request: web.Request) -> web.StreamResponse:
        try:
            body = await read_arguments(request, "response_url")
        except SlackRefusal as refusal:
            return self._refused("response_url", {}, refusal).response()
        reply_id = request.match_info["reply"]
        return await self._meet(
            request, "response_url", body, lambda: self._answer_reply(reply_id, body)
        )

    def _answer_reply(self, reply_id: str, body: Json) -> Reply:
        try:
            chat.respond(self.workspace, self.workspace.spend_response_url(reply_id), body)
        except SlackRefusal as refusal:
            self._note("response_url", body, refusal)
            gone = refusal.error in ("expired_url", "used_url")
            answer = {"ok": False, "error": refusal.error}
            return in_json(refusal.error, answer, status=404 if gone else 400)
        return Reply("ok", b"ok", content_type="text/plain")


async def uploaded_bytes(request: web.Request) -> bytes:
    if not request.content_type.startswith("multipart/"):
        return await request.read()
    for value in (await request.post()).values():
        if isinstance(value, web.FileField):
            return value.file.read()
    return b""
