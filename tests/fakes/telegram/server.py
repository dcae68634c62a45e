"""The fake Telegram's HTTP face on loopback: the Bot API and the files to download."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC
from email.utils import format_datetime
from typing import assert_never, cast

from aiohttp import web

from tests.fakes.telegram import media, rewriting, settings, speaking
from tests.fakes.telegram.arguments import Arguments, read_arguments
from tests.fakes.telegram.delivery import Updates
from tests.fakes.telegram.faults import Fault, Faults, Pace, Plain
from tests.fakes.telegram.values import Call, Json, Refused, TelegramRefusal
from tests.fakes.telegram.world import World

MOST_BYTES = 64 * 1024 * 1024
DOWNLOAD = "download"
_TOKEN = re.compile(r"\d+:[A-Za-z0-9_-]+")

Method = Callable[[World, Arguments], object]
METHODS: Mapping[str, Method] = {
    "answerCallbackQuery": speaking.answer_callback_query,
    "closeForumTopic": settings.close_forum_topic,
    "createForumTopic": settings.create_forum_topic,
    "deleteMessage": rewriting.delete_message,
    "deleteMyCommands": settings.delete_my_commands,
    "editMessageCaption": rewriting.edit_message_caption,
    "editMessageReplyMarkup": rewriting.edit_message_reply_markup,
    "editMessageText": rewriting.edit_message_text,
    "getChat": settings.get_chat,
    "getChatMember": settings.get_chat_member,
    "getChatMenuButton": settings.get_chat_menu_button,
    "getFile": media.get_file,
    "getMe": settings.get_me,
    "getMyCommands": settings.get_my_commands,
    "getMyDescription": settings.get_my_description,
    "getMyName": settings.get_my_name,
    "getMyShortDescription": settings.get_my_short_description,
    "reopenForumTopic": settings.reopen_forum_topic,
    "sendChatAction": speaking.send_chat_action,
    "sendDocument": speaking.send_document,
    "sendMediaGroup": speaking.send_media_group,
    "sendMessage": speaking.send_message,
    "sendPhoto": speaking.send_photo,
    "setChatMenuButton": settings.set_chat_menu_button,
    "setMyCommands": settings.set_my_commands,
    "setMyDescription": settings.set_my_description,
    "setMyName": settings.set_my_name,
    "setMyShortDescription": settings.set_my_short_description,
}


@dataclass(frozen=True, slots=True)
class Reply:
    """An HTTP answer about to be given, with the word under which the call is recorded."""

    outcome: str
    body: bytes
    status: int = 200
    content_type: str = "application/json"
    headers: Mapping[str, str] = field(default_factory=dict)

    def response(self) -> web.Response:
        return web.Response(
            status=self.status,
            body=self.body,
            content_type=self.content_type,
            headers=dict(self.headers),
        )


def granted(result: str) -> Reply:
    """The answer with this result, which is JSON text already."""
    return Reply("ok", f'{{"ok":true,"result":{result}}}'.encode(errors="surrogatepass"))


def refusal_reply(refusal: TelegramRefusal, status: int = 0) -> Reply:
    body: Json = {"ok": False, "error_code": refusal.code, "description": refusal.description}
    if refusal.parameters:
        body["parameters"] = refusal.parameters
    after = refusal.parameters.get("retry_after")
    headers = {} if after is None else {"Retry-After": str(after)}
    told = json.dumps(body, ensure_ascii=False).encode()
    return Reply(refusal.description, told, status or refusal.code, headers=headers)


def too_many(retry_after: object) -> TelegramRefusal:
    if retry_after is None:
        return TelegramRefusal(429, "Too Many Requests")
    words = f"Too Many Requests: retry after {retry_after}"
    return TelegramRefusal(429, words, {"retry_after": retry_after})


def truncated(reply: Reply | None) -> Reply:
    whole = reply.body if reply is not None else b""
    return Reply("truncated", whole[: len(whole) // 2])


_BROKEN: Mapping[Plain, Reply] = {
    "500": refusal_reply(TelegramRefusal(500, "Internal Server Error")),
    "502": Reply("502", b"<h1>Bad Gateway</h1>", 502, "text/html"),
    "ok_false": refusal_reply(TelegramRefusal(500, "Internal"), 200),
}


class Server:
    def __init__(self, world: World, updates: Updates) -> None:
        self.base_url = ""
        self.faults = Faults()
        self.pace = Pace(world.machine_clock)
        self.revoked = False
        self._world = world
        self._updates = updates
        self._closing = asyncio.Event()
        application = web.Application(client_max_size=MOST_BYTES)
        application.add_routes(
            [
                web.get("/file/bot{token}/{path:.+}", self._download),
                web.route("*", "/bot{token}/{method}", self._api),
                web.route("*", "/{path:.*}", self._nothing),
            ]
        )
        # A poll whose caller has gone must not take updates for it.
        self._runner = web.AppRunner(
            application, access_log=None, shutdown_timeout=0.1, handler_cancellation=True
        )

    async def start(self) -> None:
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        host, port = self._runner.addresses[0][:2]
        self.base_url = f"http://{host}:{port}"

    async def stop(self) -> None:
        self._closing.set()
        await self._runner.cleanup()

    async def _api(self, request: web.Request) -> web.StreamResponse:
        method, token = request.match_info["method"], request.match_info["token"]
        try:
            args = await read_arguments(request)
        except TelegramRefusal as refusal:
            return self._refused(self._begun(method, {}), refusal).response()
        call = self._begun(method, args.payload)
        return await self._meet(request, call, args, lambda: self._act(call, token, args))

    async def _download(self, request: web.Request) -> web.StreamResponse:
        path, token = request.match_info["path"], request.match_info["token"]
        args = Arguments({"file_path": path})
        call = self._begun(DOWNLOAD, args.payload)
        return await self._meet(request, call, args, lambda: self._fetch(call, token, path))

    def _dated(self, response: web.Response) -> web.Response:
        moment = self._world.machine_clock().astimezone(UTC)
        response.headers["Date"] = format_datetime(moment, usegmt=True)
        return response

    async def _nothing(self, _request: web.Request) -> web.StreamResponse:
        return refusal_reply(TelegramRefusal(404, "Not Found")).response()

    def _begun(self, method: str, payload: Json) -> Call:
        call = Call(method, payload, self._world.machine_clock())
        self._world.calls.append(call)
        self._world.changed.ring()
        return call

    async def _meet(
        self,
        request: web.Request,
        call: Call,
        args: Arguments,
        deed: Callable[[], Awaitable[Reply]],
    ) -> web.StreamResponse:
        """Does the deed, unless a fault was ordered that comes before it."""
        fault = self.faults.take(call.method)
        try:
            reply = await deed() if fault is None or fault.processed else None
            if fault is None and reply is not None:
                call.outcome = reply.outcome
                return self._dated(reply.response())
        finally:
            self._world.changed.ring()
        assert fault is not None
        call.outcome = fault.kind
        return await self._fail(request, fault, args, reply)

    async def _fail(
        self, request: web.Request, fault: Fault, args: Arguments, reply: Reply | None
    ) -> web.StreamResponse:
        if fault.refusal is not None:
            return refusal_reply(_ordered_refusal(*fault.refusal)).response()
        kind = cast("Plain", fault.kind)
        match kind:
            case "429":
                self.pace.told_to_wait(_chat_of(args), fault.retry_after)
                return refusal_reply(too_many(fault.retry_after)).response()
            case "500" | "502" | "ok_false":
                return _BROKEN[kind].response()
            case "reset_before" | "reset_after":
                if request.transport is not None:
                    request.transport.abort()
            case "timeout_before" | "timeout_after":
                await self._closing.wait()
            case "truncated":
                return truncated(reply).response()
            case _:
                assert_never(kind)
        return web.Response(status=503)

    async def _act(self, call: Call, token: str, args: Arguments) -> Reply:
        try:
            self._check_token(token)
            if wait := self.pace.wait_for(call.method, _chat_of(args)):
                raise too_many(wait)
            return granted(await self._result(call.method, args))
        except TelegramRefusal as refusal:
            return self._refused(call, refusal)

    async def _result(self, method: str, args: Arguments) -> str:
        match method:
            case "getUpdates":
                return await self._updates.poll(args)
            case "setWebhook":
                return json.dumps(self._updates.set_webhook(args))
            case "deleteWebhook":
                return json.dumps(self._updates.delete_webhook(args))
            case "getWebhookInfo":
                return json.dumps(self._updates.webhook_info())
            case _:
                return self._ordinary(method, args)

    def _ordinary(self, method: str, args: Arguments) -> str:
        if method not in METHODS:
            raise TelegramRefusal(404, "Not Found: method not found")
        return json.dumps(METHODS[method](self._world, args), ensure_ascii=False)

    def _check_token(self, token: str) -> None:
        """What is not even shaped like a token leads nowhere."""
        if not _TOKEN.fullmatch(token):
            raise TelegramRefusal(404, "Not Found")
        if token != self._world.token or self.revoked:
            raise TelegramRefusal(401, "Unauthorized")

    def _refused(self, call: Call, refusal: TelegramRefusal) -> Reply:
        call.outcome = refusal.description
        kept = Refused(call.method, call.payload, refusal.code, refusal.description)
        self._world.refused.append(kept)
        return refusal_reply(refusal)

    async def _fetch(self, call: Call, token: str, path: str) -> Reply:
        try:
            self._check_token(token)
        except TelegramRefusal as refusal:
            return self._refused(call, refusal)
        found = [stored for stored in self._world.files.values() if stored.path == path]
        if not found:
            return self._refused(call, TelegramRefusal(404, "Not Found"))
        return Reply("ok", found[0].content, content_type="application/octet-stream")


def _chat_of(args: Arguments) -> int | None:
    try:
        return args.whole("chat_id")
    except TelegramRefusal:
        return None


def _ordered_refusal(code: int, words: str) -> TelegramRefusal:
    """The refusal a test ordered, with the beginning that all of its kind have."""
    begins = {400: "Bad Request: ", 403: "Forbidden: "}.get(code, "")
    return TelegramRefusal(code, words if words.startswith(begins) else begins + words)
