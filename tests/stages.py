"""Sets a house up on each platform: its fake at the wire, the bot, and a player for each."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace

from bot import wiring
from bot.settings import Settings
from bot.wiring import Running, app_manifest
from commands.kit.command import Command
from tests.fakes.slack import BOT_USER, FakeSlack, live_mentions
from tests.fakes.slack.reading import Shown
from tests.fakes.slack.values import Message
from tests.fakes.telegram import Chat, FakeTelegram, Person
from tests.house import (
    BOT,
    CAST,
    ROOMS,
    TestClock,
    TestHouse,
    Wire,
    address_of,
    assembled,
    room_of,
    settings_for,
)
from tests.players import Player
from tests.players.slack import SlackPlayer
from tests.players.telegram import TelegramPlayer
from tests.players.web import Browser, WebPlayer

More = tuple[type[Command], ...]
Stage = Callable[..., AbstractAsyncContextManager[TestHouse]]


@contextlib.asynccontextmanager
async def web(url: str, language: str, more: More, **set_: str) -> AsyncIterator[TestHouse]:
    """The local chat."""
    clock = TestClock()
    running = assembled(settings_for(url, language, **set_), clock, more)
    house = TestHouse(running, clock, "web")
    house.wire = WebWire(house)
    house.players |= web_people(Browser(running.app, lambda: running.link), house)
    await started(running)
    try:
        yield house
    finally:
        await running.stop()


def web_people(browser: Browser, house: TestHouse) -> dict[str, Player]:
    """Everybody at the local chat."""
    return {user: WebPlayer(browser, user, name, house.settle) for user, name in CAST.items()}


@dataclass
class WebWire(Wire):
    """What the pages of the local chat show."""

    house: TestHouse

    def live(self) -> list[str]:
        """Markup and addresses in messages and forms that are not the page's own."""
        return [
            f"{node.tag} {node.attributes}"
            for player in self.house.players.values()
            if isinstance(player, WebPlayer)
            for node in player.nodes()
            if node.tag in FOREIGN or any("evil" in node[name] for name in ("href", "src"))
        ]


FOREIGN = {"script", "b", "i", "em", "strong", "a", "iframe", "code"}


@dataclass
class SlackWire(Wire):
    """What the fake Slack saw."""

    fake: FakeSlack

    def live(self) -> list[str]:
        """Mentions and links in the bot's messages, whispers and forms."""
        messages = [
            message
            for channel in self.fake.workspace.channels.values()
            for message in self.fake.messages(channel.id)
            if message.user == BOT_USER
        ]
        views = [view for stack in self.fake.workspace.stacks.values() for view in stack]
        whispers = [w for user in CAST for w in self._whispers(user)]
        shown: list[Shown] = [*messages, *views, *whispers]
        return [str(found) for one in shown for found in live_mentions(one)]

    def _whispers(self, user: str) -> list[Message]:
        return self.fake.user(address_of("slack", user)[1]).whispered

    def refused(self) -> list[str]:
        """Refused calls, and complaints about accepted ones."""
        return [str(call) for call in self.fake.refused] + [str(c) for c in self.fake.complaints]

    def dump(self, path: Path) -> None:
        """Write the calls."""
        self.fake.dump_calls(path)


def slack_people(fake: FakeSlack, house: TestHouse) -> dict[str, Player]:
    """Everybody and every room at Slack."""
    made: dict[str, Player] = {}
    for user, name in CAST.items():
        number = address_of("slack", user)[1]
        fake.add_user(number, name, real_name=name)
        made[user] = SlackPlayer(fake, number, name, house.settle)
    for chat, title in ROOMS.items():
        members = [address_of("slack", user)[1] for user in CAST]
        fake.add_channel(room_of("slack", chat)[1], title, *members, BOT_USER)
    return made


def slack(
    url: str, language: str, more: More, **set_: str
) -> AbstractAsyncContextManager[TestHouse]:
    """Slack, over signed HTTP."""
    return _slack(url, language, more, socket=False, **set_)


def slack_socket(url: str, language: str, more: More) -> AbstractAsyncContextManager[TestHouse]:
    """Slack, over Socket Mode."""
    return _slack(url, language, more, socket=True)


@contextlib.asynccontextmanager
async def _slack(
    url: str, language: str, more: More, *, socket: bool, **set_: str
) -> AsyncIterator[TestHouse]:
    clock = TestClock()
    async with FakeSlack(clock=clock.machine, machine_clock=clock.machine) as fake:
        settings = settings_for(
            url,
            language,
            slack_bot_token=fake.bot_token,
            slack_app_token=fake.app_token if socket else "",
            slack_signing_secret="" if socket else fake.signing_secret,
            slack_api_url=fake.api_url,
            **set_,
        )
        running = assembled(settings, clock, more)
        house = TestHouse(running, clock, "slack", wire=SlackWire(fake))
        fake.install(app_manifest(settings, "Headwater", more))
        if not socket:
            fake.http(running.app)
        house.players |= slack_people(fake, house)
        await started(running)
        if socket:
            await fake.socket.connected(1)
        try:
            yield house
        finally:
            await running.stop()


@dataclass
class TelegramWire(Wire):
    """What the fake Telegram saw."""

    fake: FakeTelegram

    def live(self) -> list[str]:
        """Links and mentions in the bot's messages."""
        return [
            str(found)
            for chat in self.fake.world.chats.values()
            for message in chat.messages.values()
            if message.by_bot
            for found in self.fake.live_links(message)
        ]

    def refused(self) -> list[str]:
        """Refused calls."""
        return [str(call) for call in self.fake.refused]

    def dump(self, path: Path) -> None:
        """Write the calls."""
        self.fake.dump_calls(path)


def telegram_people(fake: FakeTelegram, house: TestHouse, language: str) -> dict[str, Player]:
    """Everybody and every room at Telegram."""
    made: dict[str, Player] = {}
    for user, name in CAST.items():
        number = int(address_of("telegram", user)[1])
        fake.user(number, name, "zh-hans" if language == "zh" else "en", started=True)
        made[user] = TelegramPlayer(fake, number, name, house.settle)
    members = [int(address_of("telegram", user)[1]) for user in CAST]
    for chat, title in ROOMS.items():
        fake.group(int(room_of("telegram", chat)[1]), title, *members)
    return made


def telegram(
    url: str, language: str, more: More, **set_: str
) -> AbstractAsyncContextManager[TestHouse]:
    """Telegram, pushing to the webhook."""
    return _telegram(url, language, more, hook="https://headwater.test/telegram", **set_)


def telegram_polling(url: str, language: str, more: More) -> AbstractAsyncContextManager[TestHouse]:
    """Telegram, fetched from."""
    return _telegram(url, language, more, hook="")


@contextlib.asynccontextmanager
async def _telegram(
    url: str, language: str, more: More, *, hook: str, **set_: str
) -> AsyncIterator[TestHouse]:
    clock = TestClock()
    now = clock.machine
    async with FakeTelegram(f"{BOT}:secret", clock=now, machine_clock=now) as fake:
        fake.reads_all = True
        settings = settings_for(
            url,
            language,
            telegram_bot_token=fake.token,
            telegram_api_url=fake.api_url,
            telegram_webhook_url=hook,
            telegram_webhook_secret="hook-secret" if hook else "",
            **set_,
        )
        running = assembled(settings, clock, more)
        house = TestHouse(running, clock, "telegram", wire=TelegramWire(fake))
        house.players |= telegram_people(fake, house, language)
        if hook:
            fake.webhook(running.app)
        await started(running)
        if hook:
            await fake.until(lambda: fake.updates.hook is not None)
        try:
            yield house
        finally:
            fake.release_polls()
            await running.stop()


@dataclass
class Everywhere(TestHouse):
    """A house on all three platforms at once; everybody has an account on each.

    `house.on("slack").lina` is 李娜 at Slack.
    """

    crowds: dict[str, dict[str, Player]] = field(default_factory=dict)
    slack_fake: FakeSlack | None = None
    telegram_fake: FakeTelegram | None = None

    def on(self, platform: str) -> SimpleNamespace:
        """Everybody, on one platform."""
        return SimpleNamespace(**self.crowds[platform])


@contextlib.asynccontextmanager
async def everywhere(
    url: str, language: str, more: More = (), **set_: str
) -> AsyncIterator[Everywhere]:
    """Slack, Telegram and the local chat together, which only a test may have."""
    clock = TestClock()
    now = clock.machine
    async with (
        FakeSlack(clock=now, machine_clock=now) as at_slack,
        FakeTelegram(f"{BOT}:secret", clock=now, machine_clock=now) as at_telegram,
    ):
        at_telegram.reads_all = True
        settings = settings_for(
            url,
            language,
            slack_bot_token=at_slack.bot_token,
            slack_signing_secret=at_slack.signing_secret,
            slack_api_url=at_slack.api_url,
            telegram_bot_token=at_telegram.token,
            telegram_api_url=at_telegram.api_url,
            telegram_webhook_url="https://headwater.test/telegram",
            telegram_webhook_secret="hook-secret",
            **set_,
        )
        running = assembled(settings, clock, more)
        also_played(running, settings)
        house = Everywhere(running, clock, "slack")
        house.slack_fake, house.telegram_fake = at_slack, at_telegram
        at_slack.install(app_manifest(settings, "Headwater", more))
        at_slack.http(running.app)
        house.crowds = {
            "slack": slack_people(at_slack, house),
            "telegram": telegram_people(at_telegram, house, language),
            "web": web_people(Browser(running.app, lambda: running.link), house),
        }
        at_telegram.webhook(running.app)
        await started(running)
        await at_telegram.until(lambda: at_telegram.updates.hook is not None)
        try:
            yield house
        finally:
            at_telegram.release_polls()
            await running.stop()


def also_played(running: Running, settings: Settings) -> None:
    """Plug the local chat in beside the platforms; its own page of files comes first."""
    routes, running.routes = running.routes, []
    wiring._plug_rehearsal(settings, running)  # noqa: SLF001 -- refused outside of tests
    running.routes.extend(routes)


async def started(running: Running) -> None:
    """Listen, but tick only when the test says so."""
    for listener in running.listeners:
        await listener.start()


STAGES: dict[str, Stage] = {"slack": slack, "telegram": telegram, "web": web}


def telegram_of(house: TestHouse) -> FakeTelegram:
    """The fake Telegram that a house speaks with."""
    assert isinstance(house.wire, TelegramWire)
    return house.wire.fake


def phone_of(house: TestHouse, user: str) -> Person:
    """One of the cast at the fake Telegram."""
    return telegram_of(house).user(int(address_of("telegram", user)[1]))


def group_of(house: TestHouse, title: str) -> Chat:
    """A group by its title, the newest of that name."""
    chats = telegram_of(house).world.chats.values()
    return [chat for chat in chats if chat.title == title][-1]
