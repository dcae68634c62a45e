"""Each way in, as its platform uses it: what is said, what was acknowledged, what comes again."""

from __future__ import annotations

import asyncio
import json
import re
import uuid
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple, Protocol

import httpx2

from bot.core import SECRET
from bot.settings import Settings
from bot.wiring import app_manifest
from scheduler.sending import KEYS
from storage.connections import Connection
from storage.keyring import Keyring
from tests.fakes.slack import BOT_USER, Answer, FakeSlack
from tests.fakes.telegram import FakeTelegram
from tests.faults.bots import PATIENCE
from tests.house import BOT, CAST, ROOMS, address_of, room_of
from tests.players.web_html import parsed

HOOK = "https://headwater.test/telegram"
HOOK_SECRET = "hook-secret"
LINK = re.compile(rb"http://127\.0\.0\.1:\d+(/chat\?key=\S+)")


class Post(NamedTuple):
    """A message of the bot's as it stands in a chat, with the keys of its letters if it shows them.

    Letters that were merged stand in one message.
    """

    chat: str
    message: str
    text: str
    keys: tuple[str, ...] = ()


class Intake(Protocol):
    """One way in. `platform` is whose sample company it needs."""

    platform: str
    settings: Mapping[str, str]

    async def settled(self) -> None:
        """Wait until a bot that is ready listens here, too."""

    async def says(self, user: str, text: str) -> bool:
        """Somebody says this in their direct chat; whether it was acknowledged."""

    async def again(self) -> None:
        """What was not acknowledged comes again, as the platform delivers it."""

    def waiting(self) -> int:
        """How much was not acknowledged yet."""

    def posted(self, db: Connection, /) -> Sequence[Post]:
        """Every message of the bot's; those of the local chat stand in our own database."""


Opened = AbstractAsyncContextManager[Intake]


# --- Slack ----------------------------------------------------------------------------------------


def peopled_slack(fake: FakeSlack) -> None:
    """The sample company at Slack, with the app installed."""
    for user, name in CAST.items():
        fake.add_user(address_of("slack", user)[1], name, real_name=name)
    for chat, title in ROOMS.items():
        members = [address_of("slack", user)[1] for user in CAST]
        fake.add_channel(room_of("slack", chat)[1], title, *members, BOT_USER)


@dataclass
class SlackIntake:
    """Events, which Slack repeats, and slash commands, which it does not."""

    fake: FakeSlack
    settings: Mapping[str, str]
    socket: bool
    platform: str = "slack"
    said: int = 0

    async def settled(self) -> None:
        if self.socket:
            async with asyncio.timeout(PATIENCE):
                await self.fake.socket.connected(1)

    async def says(self, user: str, text: str) -> bool:
        person = self.fake.user(address_of("slack", user)[1])
        answer: Answer = await person.types(person.dm, text)
        return answer.acknowledged

    async def again(self) -> None:
        await self.fake.retry_missed()

    def waiting(self) -> int:
        return len(self.fake.missed)

    def posted(self, _db: Connection, /) -> list[Post]:
        return slack_posts(self.fake)


def slack_posts(fake: FakeSlack) -> list[Post]:
    """What the bot has posted at Slack."""
    return [
        Post(channel, message.ts, message.text, _keys(message.metadata))
        for channel in fake.workspace.channels
        for message in fake.workspace.in_channel(channel)
        if message.by_bot
    ]


def _keys(metadata: Mapping[str, Any] | None) -> tuple[str, ...]:
    return tuple(str(metadata["event_payload"]["key"]).split(KEYS)) if metadata else ()


def keys_posted(fake: FakeSlack) -> list[str]:
    """The key of every letter that stands at Slack, of those that were merged, too."""
    return [key for post in slack_posts(fake) for key in post.keys]


@asynccontextmanager
async def slack(port: int, *, socket: bool = False) -> AsyncIterator[SlackIntake]:
    """Slack, over signed HTTP or Socket Mode."""
    async with FakeSlack() as fake:
        peopled_slack(fake)
        settings = slack_settings(fake, socket=socket)
        listed = {name.lower(): value for name, value in settings.items()}
        fake.install(app_manifest(Settings.model_validate(listed), "Headwater"))
        if not socket:
            fake.http(f"http://127.0.0.1:{port}")
        yield SlackIntake(fake, settings, socket)


def slack_settings(fake: FakeSlack, *, socket: bool) -> dict[str, str]:
    """What points a bot at the fake."""
    listens = (
        {"SLACK_APP_TOKEN": fake.app_token}
        if socket
        else {"SLACK_SIGNING_SECRET": fake.signing_secret}
    )
    return {"SLACK_BOT_TOKEN": fake.bot_token, "SLACK_API_URL": fake.api_url, **listens}


# --- Telegram -------------------------------------------------------------------------------------


def peopled_telegram(fake: FakeTelegram) -> None:
    """The sample company at Telegram."""
    fake.reads_all = True
    for user, name in CAST.items():
        fake.user(int(address_of("telegram", user)[1]), name, "zh-hans", started=True)
    members = [int(address_of("telegram", user)[1]) for user in CAST]
    for chat, title in ROOMS.items():
        fake.group(int(room_of("telegram", chat)[1]), title, *members)


@dataclass
class TelegramIntake:
    """Updates wait until they are confirmed: by the next poll, or by the webhook's answer."""

    fake: FakeTelegram
    settings: Mapping[str, str]
    hook: bool
    platform: str = "telegram"

    async def settled(self) -> None:
        await self.fake.until(lambda: self._listens, within=PATIENCE)

    @property
    def _listens(self) -> bool:
        return self.fake.updates.hook is not None if self.hook else self.fake.updates.polled

    async def says(self, user: str, text: str) -> bool:
        person = self.fake.user(int(address_of("telegram", user)[1]))
        number = self.fake.updates.next_id
        await person.says(person.id, text)
        if not self.hook:
            await asyncio.sleep(0.03)
        return all(update.id != number for update in self.fake.pending)

    async def again(self) -> None:
        """A poll gets it anyhow."""
        if self.hook:
            await self.fake.retry_pending()

    def waiting(self) -> int:
        return len(self.fake.pending)

    def posted(self, _db: Connection, /) -> list[Post]:
        return [
            Post(str(chat.id), str(message.id), self.fake.plain(message))
            for chat in list(self.fake.world.chats.values())
            for message in self.fake.messages(chat)
            if message.by_bot
        ]


@asynccontextmanager
async def telegram(port: int, *, hook: bool = False) -> AsyncIterator[TelegramIntake]:
    """Telegram, fetched from or pushing."""
    async with FakeTelegram(f"{BOT}:secret") as fake:
        peopled_telegram(fake)
        settings = {"TELEGRAM_BOT_TOKEN": fake.token, "TELEGRAM_API_URL": fake.api_url}
        if hook:
            settings |= {"TELEGRAM_WEBHOOK_URL": HOOK, "TELEGRAM_WEBHOOK_SECRET": HOOK_SECRET}
            fake.webhook(f"http://127.0.0.1:{port}")
        yield TelegramIntake(fake, settings, hook)


# --- the local chat -------------------------------------------------------------------------------


@dataclass
class WebIntake:
    """The page posts once more what got no answer, under the id that it had."""

    port: int
    folder: Path
    client: httpx2.AsyncClient
    settings: Mapping[str, str] = field(default_factory=dict)
    platform: str = "web"
    token: str = ""
    missed: dict[str, dict[str, str]] = field(default_factory=dict)

    async def settled(self) -> None:
        if not self.token:
            path = LINK.findall((self.folder / "log").read_bytes())[-1].decode()
            await self.client.get(path)
            page = await self.client.get("/chat", params={"as": "lina"})
            self.token = parsed(page.text).first("meta", name="token")["content"]

    async def says(self, user: str, text: str) -> bool:
        deed = str(uuid.uuid4())
        self.missed[deed] = {"text": text, "as": user, "in": f"dm:{user}", "id": deed}
        return await self._posts(deed)

    async def _posts(self, deed: str) -> bool:
        headers = {"x-headwater-token": self.token}
        try:
            answer = await self.client.post("/chat/say", data=self.missed[deed], headers=headers)
        except httpx2.TransportError:
            return False
        if answer.status_code == 200:
            del self.missed[deed]
        return answer.status_code == 200

    async def again(self) -> None:
        for deed in list(self.missed):
            await self._posts(deed)

    def waiting(self) -> int:
        return len(self.missed)

    def posted(self, db: Connection, /) -> list[Post]:
        keyring = _keyring(db)
        sql = "SELECT chat, id, text, once FROM room_message WHERE author = ''"
        return [
            Post(chat, str(id_), keyring.open(text), (once,) if once else ())
            for chat, id_, text, once in db.execute(sql).fetchall()
        ]


def _keyring(db: Connection) -> Keyring:
    """Without keys in its settings a house seals with the one that it keeps for itself."""
    found = db.execute("SELECT value FROM house WHERE name = :name", {"name": SECRET}).fetchone()
    assert found is not None
    return Keyring((json.loads(found[0]).encode(),))


@asynccontextmanager
async def web(port: int, folder: Path) -> AsyncIterator[WebIntake]:
    """The local chat of a rehearsal."""
    async with httpx2.AsyncClient(base_url=f"http://127.0.0.1:{port}", timeout=10) as client:
        yield WebIntake(port, folder, client)


def opened(name: str, port: int, folder: Path) -> Opened:
    """A way in by its name."""
    match name:
        case "slack-http":
            return slack(port)
        case "slack-socket":
            return slack(port, socket=True)
        case "telegram-polling":
            return telegram(port)
        case "telegram-webhook":
            return telegram(port, hook=True)
        case _:
            return web(port, folder)


INTAKES = ("slack-http", "slack-socket", "telegram-polling", "telegram-webhook", "web")
