"""The fake Slack: a workspace with the app installed, served on loopback, scripted by tests."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import Self

from tests.fakes.slack import payloads
from tests.fakes.slack.chat import permalink
from tests.fakes.slack.delivery import Deliveries, Transport
from tests.fakes.slack.faults import Fault
from tests.fakes.slack.person import Person
from tests.fakes.slack.posting import EVENTS_PATH, AsgiApp, HttpPosts, signature
from tests.fakes.slack.reading import Button, Shown, buttons, live_mentions, plain
from tests.fakes.slack.server import CONNECT, Server
from tests.fakes.slack.socket_mode import SocketHub
from tests.fakes.slack.values import (
    BOT_USER,
    Answer,
    Call,
    Channel,
    Delivery,
    Json,
    Message,
    Refusal,
    StoredFile,
    User,
    utc_now,
)
from tests.fakes.slack.workspace import Manifest, Workspace


class FakeSlack:
    """`clock` dates messages, events, triggers; `machine_clock` signatures, calls and the pace.

    Payloads go over Socket Mode until `http()` names an address or application.
    """

    def __init__(
        self,
        *,
        signing_secret: str = "signing-secret",
        bot_token: str = "xoxb-bot",
        app_token: str = "xapp-app",
        clock: Callable[[], datetime] = utc_now,
        machine_clock: Callable[[], datetime] = utc_now,
    ) -> None:
        self.signing_secret = signing_secret
        self.bot_token = bot_token
        self.app_token = app_token
        self.workspace = Workspace(clock, machine_clock)
        self._server = Server(self.workspace, bot_token, app_token)
        self._deliveries = Deliveries(self._server.socket)
        self._posts: list[HttpPosts] = []

    async def __aenter__(self) -> Self:
        await self._server.start()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        for posts in self._posts:
            await posts.close()
        await self._server.stop()

    @property
    def api_url(self) -> str:
        """For AsyncWebClient(base_url=...) and SLACK_API_URL."""
        return f"{self.workspace.base_url}/api/"

    @property
    def socket(self) -> SocketHub:
        return self._server.socket

    @property
    def calls(self) -> list[Call]:
        return self.workspace.calls

    @property
    def refused(self) -> list[Refusal]:
        """Calls answered ok:false by this fake's own rules, ordered faults apart."""
        return self.workspace.refused

    @property
    def complaints(self) -> list[str]:
        return self.workspace.complaints

    @property
    def files(self) -> dict[str, StoredFile]:
        return self.workspace.files

    @property
    def enforce_pace(self) -> bool:
        return self._server.pace.enforced

    @enforce_pace.setter
    def enforce_pace(self, on: bool) -> None:
        self._server.pace.enforced = on

    @property
    def retries(self) -> bool:
        return self._deliveries.retries

    @retries.setter
    def retries(self, on: bool) -> None:
        self._deliveries.retries = on

    @property
    def missed(self) -> list[Delivery]:
        return self._deliveries.missed

    @property
    def transport(self) -> Transport:
        return self._deliveries.transport

    @transport.setter
    def transport(self, transport: Transport) -> None:
        self._deliveries.transport = transport

    def add_user(
        self,
        user_id: str,
        name: str,
        *,
        real_name: str = "",
        email: str | None = None,
        locale: str = "zh-CN",
        tz: str = "Asia/Shanghai",
        is_guest: bool = False,
        is_bot: bool = False,
        deleted: bool = False,
    ) -> Person:
        user = User(user_id, name, real_name or name, tz, locale, email)
        user.is_guest, user.is_bot, user.deleted = is_guest, is_bot, deleted
        self.workspace.add_user(user)
        return self.user(user_id)

    def add_stranger(self, user_id: str, name: str, team: str = "T0OTHER") -> Person:
        """Somebody of another workspace, met in a channel shared with it."""
        self.workspace.add_user(User(user_id, name, name, team=team))
        return self.user(user_id)

    def add_channel(self, channel_id: str, name: str, *members: str, **flags: bool) -> Channel:
        return self.workspace.add_channel(Channel(channel_id, name, members=set(members), **flags))

    def user(self, user_id: str) -> Person:
        return Person(self.workspace, self._deliveries, self.workspace.user(user_id))

    def dm(self, user_id: str) -> str:
        return self.workspace.im(user_id).id

    def messages(self, channel_id: str) -> list[Message]:
        """Messages still there, oldest first, thread replies among them."""
        return self.workspace.in_channel(channel_id)

    def last(self, channel_id: str) -> Message:
        return self.messages(channel_id)[-1]

    def permalink(self, message: Message) -> str:
        return permalink(message)

    def sent(self, method: str) -> list[Json]:
        """The payloads of the calls of this method, refused and failed ones too."""
        return [call.payload for call in self.calls if call.method == method]

    def dump_calls(self, path: Path) -> None:
        """Writes what the payload checker reads: Web API calls that take arguments."""
        api = [call for call in self.calls if "." in call.method and call.method != CONNECT]
        listed = [{"method": call.method, "payload": call.payload} for call in api]
        path.write_text(json.dumps(listed, ensure_ascii=False, indent=1), encoding="utf-8")

    def install(self, manifest: Json) -> None:
        """From now on only the manifest's commands, shortcuts and events exist."""
        self.workspace.manifest = Manifest.read(manifest)

    def fail_next(self, method: str, kind: str, times: int = 1, *, retry_after: object = 1) -> None:
        """Orders a fault for the next calls of a method ("*": of any).

        "upload", "download" and "response_url" count as methods too. `retry_after` goes into a
        429's header as it is; None leaves the header out.
        """
        header = None if retry_after is None else str(retry_after)
        self._server.faults.order(Fault(method, kind, times, header))

    def http(self, target: str | AsgiApp, path: str = EVENTS_PATH) -> HttpPosts:
        """Posts payloads to this base address or ASGI application from now on."""
        posts = HttpPosts(target, self.signing_secret, self.workspace.machine_clock, path)
        self._posts.append(posts)
        self.transport = posts
        return posts

    async def deliver(self, delivery: Delivery) -> Answer:
        """Delivers a payload, new or one that an earlier answer carries, on its own."""
        return await self._deliveries.deliver(delivery)

    async def retry_missed(self) -> list[Answer]:
        return await self._deliveries.retry_missed()

    async def event(self, event: Json, channel: str = "", key: str | None = None) -> Answer:
        """Any event, wrapped as Slack wraps it, whatever the manifest says."""
        place = self.workspace.channel(channel) if channel else None
        payload = payloads.event_callback(self.workspace, event, place, key)
        return await self.deliver(Delivery("events_api", payload))

    async def shares(self, channel_id: str, *, external: bool) -> Answer:
        """A channel is opened to another company, or closed again; subscribed apps are told."""
        channel = self.workspace.channel(channel_id)
        channel.is_ext_shared, channel.is_pending_ext_shared = external, False
        event = payloads.sharing_event(channel, self.workspace.next_ts())
        manifest = self.workspace.manifest
        if manifest is not None and event["type"] not in manifest.events:
            return Answer(reason=f"not subscribed to {event['type']}")
        return await self.event(event, channel_id)

    async def uninstalls(self) -> list[Answer]:
        """Somebody takes the app out of the workspace: its token is dead, and it is told so."""
        self.workspace.uninstalled = True
        revoked = {"type": "tokens_revoked", "tokens": {"bot": [BOT_USER]}}
        return [await self.event({"type": "app_uninstalled"}), await self.event(revoked)]

    def posts_as_program(self, channel_id: str, name: str, text: str) -> Message:
        """A message of another app's."""
        message = Message(channel_id, self.workspace.next_ts(), "", text, program=name)
        return self.workspace.keep(message)

    async def echoes(self, message: Message, key: str | None = None) -> Answer:
        """The bot's own message coming back to it as an event."""
        channel = self.workspace.channel(message.channel)
        return await self.event(payloads.bot_message_event(message, channel), channel.id, key)

    async def forged(
        self,
        body: bytes,
        *,
        signed: str | bytes | None = "",
        timestamp: str | bytes | None = "",
        secret: str | None = None,
        content_type: str = "application/json",
        headers: Mapping[str, str | bytes] | None = None,
    ) -> Answer:
        """Posts these very bytes.

        An empty signature or timestamp means the right one (under `secret`, if given); None leaves
        the header out.
        """
        if not self._posts:
            raise ValueError("forged() needs http() first")
        moment = self.workspace.machine_clock() if timestamp == "" else None
        stamp = str(int(moment.timestamp())) if moment else timestamp
        hashed = stamp if isinstance(stamp, str) else ""
        good = signature(self.signing_secret if secret is None else secret, hashed, body)
        given: dict[str, str | bytes | None] = {
            "Content-Type": content_type,
            "X-Slack-Request-Timestamp": stamp,
            "X-Slack-Signature": good if signed == "" else signed,
            **(headers or {}),
        }
        present = {name: value for name, value in given.items() if value is not None}
        return await self._posts[-1].post(body, present)

    def live_mentions(self, shown: Shown) -> list[str]:
        return live_mentions(shown)

    def plain(self, shown: Shown) -> str:
        return plain(shown)

    def buttons(self, shown: Shown) -> list[Button]:
        return buttons(shown)
