"""The composition root: the only place where the house and its platforms meet."""

from __future__ import annotations

import contextlib
import hmac
import secrets
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Protocol

import structlog
from starlette.applications import Starlette
from starlette.routing import BaseRoute

from bot import discovery, doctor, sample
from bot.core import Core, build
from bot.finding import Finding
from bot.founding import first_code
from bot.menus import Menus
from bot.platform import Platform
from bot.settings import Settings
from bot.shelf import Shelf
from bot.start import Refusal
from bot.watch import Watch
from bot.words import Reader
from commands.cases.rules import CasePolicy
from commands.kit.command import Command
from commands.kit.words import T
from scheduler import troubles
from scheduler.clock import Clock
from storage import timers
from storage import troubles as standing
from storage.database import Database, Gone, Json, Transaction
from storage.migrate import upgrade
from storage.vault import vault_at

if TYPE_CHECKING:
    from bot.slack.api import Credentials
    from bot.telegram.listen import Hook

log = structlog.get_logger("headwater")
PLATFORMS = ("slack", "telegram", "web", "mail", "sms")

# What a message is recorded as when somebody marks it, and how its menu offers that.
RECORDS = "complaint"
RECORDED = (T("Log as complaint"), T("Record this message as a complaint, from whoever wrote it"))


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
    pulses: dict[str, Callable[[], datetime | None]] = field(default_factory=dict)
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

    async def look(self) -> list[str] | None:
        """What troubles the platforms that are on; None when the database does not answer."""
        try:
            found = await self.core.database.read(standing.of_platforms)
        except Gone:
            return None
        on = self.core.platforms
        return [troubles.told(one) for one in found if one.name.partition(":")[0] in on]

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

    Raises `Refusal` or `Misdeclared` when that cannot be, `Gone` without a database, and `Unkept`
    without a place for files.
    """
    if lacking := settings.lacking():
        raise Refusal(lacking)
    upgrade(settings.database_url)
    vault_at(settings.files_url, settings.database_url).probe()
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
    from bot.metrics import Metrics, Reading

    pulses: dict[str, Callable[[], datetime | None]] = {}
    metrics = Metrics(PLATFORMS, pulses)
    core = build(
        database,
        language=settings.language,
        zone=settings.zone,
        keys=settings.keys,
        policy_file=settings.policy_file,
        files_url=settings.files_url,
        public_url=settings.address,
        public=bool(settings.public_url),
        clock=clock,
        more_commands=more_commands,
        tally=metrics,
    )
    running = Running(core, pulses=pulses)
    _settle_in(settings, running)
    from bot.web import front, health
    from bot.web.calendars import CalendarPage

    running.routes.append(front.route(rehearsal=settings.rehearsal))
    running.routes.append(CalendarPage(core.database, core.house).route())
    reading = Reading(metrics, database, core.clock)
    reader = settings.metrics_token.get_secret_value()
    running.routes.extend(health.routes(running.look, reader))
    running.routes.append(health.metrics(reading.page, reader))
    running.routes.extend(_places(running.core))
    if settings.rehearsal:
        _plug_rehearsal(settings, running)
    else:
        running.routes.append(_files(running.core))
    if settings.slack:
        _plug_slack(settings, running)
    if settings.telegram:
        _plug_telegram(settings, running)
    _plug_outward(settings, running)
    return running


def _settle_in(settings: Settings, running: Running) -> None:
    """A new database becomes a sample in a rehearsal; else its first administrator gets a code."""
    running.code, _ = running.core.database.write_now(
        lambda db: first_code(db, settings, running.core)
    )


# --- platforms: imported only when they are on, because their libraries are slow to import --------


def _plug_rehearsal(settings: Settings, running: Running) -> None:
    from bot.web.files import FilePage
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
        files=FilePage(core.database, core.house, played=True),
    )
    platform = WebPlatform(core.database, core.clock.now, live, core.house.passes.path)
    running.plug(platform, platform)
    running.routes.extend(rehearsal.routes())
    running.hush = live.stop
    running.link = rehearsal.link()


def _key_of_sessions(core: Core) -> bytes:
    """What signs sessions: made of the house's own key, so that open pages outlive a restart."""
    return hmac.digest(core.house.seal.keys[0], b"sessions", "sha256")


def _files(core: Core) -> BaseRoute:
    from bot.web.files import FilePage

    return FilePage(core.database, core.house).route()


def _places(core: Core) -> list[BaseRoute]:
    from bot.web.place import PlacePage

    return PlacePage(core.door, core.database, core.house).routes()


def _plug_slack(settings: Settings, running: Running) -> None:
    from bot.slack.listen import Duties, SlackListener
    from bot.slack.send import SlackPlatform

    core = running.core
    credentials, url = _credentials(settings), settings.slack_api_url
    emoji = core.house.policy.of(CasePolicy).record_emoji
    watch = Watch(core.database, core.clock, core.wake, "slack")
    duties = Duties({emoji: RECORDS} if emoji else {}, watch)
    listener = SlackListener(core.door, credentials, core.clock.machine, url=url, duties=duties)
    shelf = Shelf(core.database, core.clock.machine)
    platform = SlackPlatform(credentials.bot_token, core.clock.machine, url=url, shelf=shelf)
    running.plug(platform, listener)
    running.closers.append(platform)
    running.routes.extend(listener.routes)
    running.pulses[platform.name] = lambda: listener.heard_at


def _plug_telegram(settings: Settings, running: Running) -> None:
    from bot.telegram.footing import Footings
    from bot.telegram.listen import TelegramListener
    from bot.telegram.menus import TelegramMenus
    from bot.telegram.poll import Grounds
    from bot.telegram.send import TelegramPlatform, make_bot

    core = running.core
    token = settings.telegram_bot_token.get_secret_value()
    bot, workspace = make_bot(token, settings.telegram_api_url), token.partition(":")[0]
    platform = TelegramPlatform(bot, Shelf(core.database, core.clock.machine))
    watch = Watch(core.database, core.clock, core.wake, platform.name)
    grounds = Grounds(
        core.database, secrets.token_hex(6), core.clock.machine, watch.notice, watch.over
    )
    listener = TelegramListener(bot, core.door, platform, grounds, _hook(settings))
    menus = Menus(core.database, core.house, TelegramMenus(bot), platform.name, workspace)
    core.chores["menus"] = menus.tick
    core.chores["footings"] = Footings(core.database, core.clock, bot, workspace, core.post).tick
    running.plug(platform, listener)
    running.closers.append(platform)
    running.routes.extend(listener.routes)
    running.pulses[platform.name] = lambda: listener.heard_at


def _plug_outward(settings: Settings, running: Running) -> None:
    """What only goes out, to customers."""
    core = running.core
    if settings.mail:
        from bot.mail.send import MailPlatform

        def say(words: T, language: str) -> str:
            return core.house.reader_for(None, language).say(words)

        server, sender = settings.mail_server, settings.mail_sender
        running.plug(MailPlatform(server, sender, core.clock.machine, say), None)
    if settings.sms:
        from bot.sms.send import SmsPlatform

        platform = SmsPlatform(settings.sms_gateway)
        running.plug(platform, None)
        running.closers.append(platform)


async def examined(settings: Settings) -> list[Finding]:
    """What an examination of this installation finds."""
    now = doctor.now()
    found = list(doctor.examine(settings, now))
    if settings.slack:
        from bot.slack.doctor import examine as examine_slack

        credentials, url = _credentials(settings), settings.slack_api_url
        found += await examine_slack(credentials, url, settings.public_url, now)
    if settings.telegram:
        from bot.telegram.doctor import examine as examine_telegram

        token = settings.telegram_bot_token.get_secret_value()
        found += await examine_telegram(token, settings.telegram_api_url, _hook(settings), now)
    if settings.mail:
        from bot.mail.doctor import examine as examine_mail

        found += await examine_mail(settings.mail_server, settings.mail_sender)
    if settings.sms:
        from bot.sms.doctor import examine as examine_sms

        found += examine_sms(settings.sms_gateway)
    return found


def _credentials(settings: Settings) -> Credentials:
    from bot.slack.api import Credentials

    return Credentials(
        settings.slack_bot_token.get_secret_value(),
        settings.slack_app_token.get_secret_value(),
        settings.slack_signing_secret.get_secret_value(),
    )


def _hook(settings: Settings) -> Hook:
    from bot.telegram.listen import Hook

    return Hook(settings.telegram_webhook_url, settings.telegram_webhook_secret.get_secret_value())


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
    label, what = RECORDED
    record = (RECORDS, reader.say(label), reader.say(what))
    socket = bool(settings.slack_app_token.get_secret_value()) or not settings.public_url
    url = f"{settings.public_url}/slack/events"
    return manifest(name, listed, [record], socket=socket, url=url)


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
