"""The composition root: the only place where the house and its platforms meet."""

from __future__ import annotations

import contextlib
import hmac
import secrets
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Protocol

import structlog
from starlette.applications import Starlette
from starlette.routing import BaseRoute

from bot import discovery, sample
from bot.core import Core, build
from bot.platform import Platform
from bot.settings import Settings
from bot.start import Refusal
from bot.words import Reader
from commands.kit.command import Command
from commands.kit.words import T
from commands.people import invite
from scheduler.clock import Clock
from storage import people, timers
from storage.database import Database, Gone, Json, Transaction
from storage.migrate import upgrade

log = structlog.get_logger("headwater")


class Listener(Protocol):
    """One platform's ear."""

    async def start(self) -> None:
        """Begin to listen."""

    async def stop(self) -> None:
        """Listen no more."""


class Closer(Protocol):
    """What has connections to let go of."""

    async def stop(self) -> None:
        """Let go of them."""


@dataclass
class Running:
    """A bot put together: its core, its listeners, and the routes its web server leads to them."""

    core: Core
    listeners: list[Listener] = field(default_factory=list)
    routes: list[BaseRoute] = field(default_factory=list)
    closers: list[Closer] = field(default_factory=list)
    link: str = ""
    code: str = ""
    hush: Callable[[], None] = field(default=lambda: None)

    def plug(self, platform: Platform, listener: Listener | None) -> None:
        """Add a platform."""
        self.core.platforms[platform.name] = platform
        if listener is not None:
            self.listeners.append(listener)

    @property
    def app(self) -> Starlette:
        """The web application; it starts and stops the bot with itself."""
        return Starlette(routes=self.routes, lifespan=self._lifespan)

    async def start(self) -> None:
        """Begin to tick and to listen."""
        self.core.start()
        for listener in self.listeners:
            await listener.start()

    async def stop(self) -> None:
        """Listen no more, let what is running end, then let go of the database."""
        for listener in self.listeners:
            await listener.stop()
        await self.core.metronome.stop()
        for closer in self.closers:
            await closer.stop()
        self.core.database.close()

    async def ready(self) -> bool:
        """Whether the database answers."""
        try:
            await self.core.database.read(people.count)
        except Gone:
            return False
        return True

    @contextlib.asynccontextmanager
    async def _lifespan(self, _app: Starlette) -> AsyncIterator[None]:
        await self.start()
        try:
            yield
        finally:
            await self.stop()


def assemble(
    settings: Settings, *, clock: Clock | None = None, more_commands: tuple[type[Command], ...] = ()
) -> Running:
    """Migrate, put the house together, and plug in every platform whose token is set.

    Raises `Refusal` or `Misdeclared` when that cannot be, and `Gone` without a database.
    """
    upgrade(settings.database_url)
    database = Database(settings.database_url)
    try:
        return _assembled(settings, database, clock, more_commands)
    except BaseException:
        database.close()
        raise


def _assembled(
    settings: Settings,
    database: Database,
    clock: Clock | None,
    more_commands: tuple[type[Command], ...],
) -> Running:
    core = build(
        database,
        language=settings.language,
        zone=settings.zone,
        keys=settings.keys,
        policy_file=settings.policy_file,
        clock=clock,
        more_commands=more_commands,
    )
    running = Running(core)
    _settle_in(settings, running)
    from bot.web import front, health

    running.routes.append(front.route(rehearsal=settings.rehearsal))
    running.routes.extend(health.routes(running.ready))
    if settings.rehearsal:
        _plug_rehearsal(settings, running)
    if settings.slack:
        _plug_slack(settings, running)
    if settings.telegram:
        _plug_telegram(settings, running)
    return running


def _settle_in(settings: Settings, running: Running) -> None:
    """A new database becomes a sample in a rehearsal; else its first administrator gets a code."""
    running.code, _ = running.core.database.write_now(lambda db: _first(db, settings, running.core))


def _first(db: Transaction, settings: Settings, core: Core) -> str:
    house, now = core.house, core.clock.now()
    empty = people.count(db) == 0
    if settings.rehearsal:
        if empty:
            sample.seed(db, now, house.zone, house.policy)
        elif not sample.is_sample(db):
            raise Refusal(
                T(
                    "No token is set, and this database holds a real company: the local chat plays "
                    "sample companies only. Set a platform's token, or name another DATABASE_URL."
                )
            )
        return ""
    if sample.is_sample(db):
        raise Refusal(
            T(
                "This database was created as a sample company, and a platform's token is set. "
                "Name another DATABASE_URL for your own company."
            )
        )
    return invite(db, now, admin=True) if empty else ""


# --- platforms: imported only when they are on, because their libraries are slow to import --------


def _plug_rehearsal(settings: Settings, running: Running) -> None:
    from bot.web.live import Live
    from bot.web.rehearsal import Rehearsal
    from bot.web.send import WebPlatform
    from bot.web.setting import Guide, Setting

    core = running.core
    live = Live()
    core.on_rooms = live.ring
    rehearsal = Rehearsal(
        core.door,
        core.database,
        _MovableClock(core),
        live,
        _key_of_sessions(core),
        Setting(
            zone=settings.zone,
            language=settings.language,
            catalogues=core.house.catalogues,
            commands=menus(core),
            guide=Guide(visitor=sample.VISITOR, complainer=sample.COMPLAINER),
        ),
    )
    platform = WebPlatform(core.database, core.clock.now, live, rehearsal.picture)
    running.plug(platform, platform)
    running.routes.extend(rehearsal.routes())
    running.hush = live.stop
    running.link = rehearsal.link()


def _key_of_sessions(core: Core) -> bytes:
    """What signs sessions: made of the house's own key, so that open pages outlive a restart."""
    return hmac.digest(core.house.seal.keys[0], b"sessions", "sha256")


def _plug_slack(settings: Settings, running: Running) -> None:
    from bot.slack.api import Credentials
    from bot.slack.listen import SlackListener
    from bot.slack.send import SlackPlatform

    core = running.core
    credentials = Credentials(
        settings.slack_bot_token.get_secret_value(),
        settings.slack_app_token.get_secret_value(),
        settings.slack_signing_secret.get_secret_value(),
    )
    url = settings.slack_api_url
    listener = SlackListener(core.door, credentials, core.clock.machine, url=url)
    platform = SlackPlatform(credentials.bot_token, core.clock.machine, url=url)
    running.plug(platform, listener)
    running.closers.append(platform)
    running.routes.extend(listener.routes)


def _plug_telegram(settings: Settings, running: Running) -> None:
    from bot.telegram.listen import Hook, TelegramListener
    from bot.telegram.menus import set_menus
    from bot.telegram.poll import Grounds
    from bot.telegram.send import TelegramPlatform, make_bot

    core = running.core
    bot = make_bot(settings.telegram_bot_token.get_secret_value(), settings.telegram_api_url)
    platform = TelegramPlatform(bot)
    grounds = Grounds(core.database, secrets.token_hex(6), core.clock.machine, _noticed)
    hook = Hook(settings.telegram_webhook_url, settings.telegram_webhook_secret.get_secret_value())

    async def greet() -> None:
        await set_menus(bot, menus(core), settings.language)

    listener = TelegramListener(bot, core.door, platform, grounds, hook, greet=greet)
    running.plug(platform, listener)
    running.closers.append(platform)
    running.routes.extend(listener.routes)


async def _noticed(reason: str) -> None:
    log.warning("platform_trouble", reason=reason)


def app_manifest(
    settings: Settings, name: str, more_commands: tuple[type[Command], ...] = ()
) -> dict[str, Json]:
    """The Slack app's manifest, written from the commands."""
    from bot import locale
    from bot.slack.manifest import manifest

    catalogues = locale.load()
    now = datetime.now(settings.zone)
    reader = Reader(settings.language, settings.zone, now, catalogues)
    listed = [
        (c.declared.name, reader.say(c.declared.words))
        for c in (*discovery.commands(), *more_commands)
        if c.declared.listed
    ]
    socket = bool(settings.slack_app_token.get_secret_value()) or not settings.public_url
    return manifest(name, listed, socket=socket, url=f"{settings.public_url}/slack/events")


def menus(core: Core) -> dict[str, list[tuple[str, str]]]:
    """The commands that menus list, with what they do, in every language."""
    house = core.house
    found: dict[str, list[tuple[str, str]]] = {}
    for language in ("en", "zh"):
        reader = Reader(language, house.zone, core.clock.now(), house.catalogues)
        found[language] = [
            (c.declared.name, reader.say(c.declared.words))
            for c in house.catalogue
            if c.declared.listed
        ]
    return found


@dataclass
class _MovableClock:
    """The company's clock as the rehearsal's page moves it."""

    core: Core

    def now(self) -> datetime:
        """What it shows."""
        return self.core.clock.now()

    async def move(self, by: timedelta) -> None:
        """Put it forward, and do what has become due."""
        await self.core.move(by)

    async def next_due(self, language: str) -> tuple[datetime, str] | None:
        """When the next thing is due, and what it is."""
        core = self.core

        def look(db: Transaction) -> tuple[datetime, str] | None:
            timer = timers.next_one(db)
            if timer is None:
                return None
            noun = core.house.nouns.get(timer.kind)
            name = noun.name_of(db, timer.subject_id) if noun else None
            reader = Reader(language, core.house.zone, core.clock.now(), core.house.catalogues)
            return timer.at, reader.say(name or T("something"))

        return await core.database.read(look)
