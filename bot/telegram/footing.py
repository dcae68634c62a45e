"""Asks Telegram how the bot stands in the groups that are bound, and tells staff what is amiss."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

import structlog
from telegram import Bot, ChatMember, ChatMemberAdministrator

from bot.telegram.hear import PLATFORM
from bot.telegram.send import answered, number
from commands.kit.errors import Later, Never, Unclear
from commands.kit.words import T, Words
from scheduler import troubles
from scheduler.alarm import Clocks
from scheduler.moving import Limits, moved
from scheduler.sending import Where
from scheduler.topics import titled, topicless, without_topics
from storage import footings, places
from storage.database import Database, Transaction
from storage.footings import Footing
from storage.places import Place

log = structlog.get_logger(PLATFORM)

# The right may be given or taken without our being told, if the bot is not an administrator.
ASKED_AGAIN_AFTER = timedelta(hours=12)


@dataclass(frozen=True, slots=True)
class Look:
    """How the bot stands in a group: whether it can speak, is told all, may open topics."""

    inside: bool
    hears: bool = False
    forum: bool = False
    topics: bool = False


async def look(bot: Bot, chat: str) -> Look:
    """How the bot stands in a group. Raises `Later`, `Unclear`, or `Never` if the group has moved.

    `bot` must have been introduced: whether its privacy mode is off is said by `get_me`.
    """
    try:
        found = await answered(bot.get_chat(number(chat)))
        member = await answered(bot.get_chat_member(number(chat), bot.id))
    except Never as never:
        if never.moved_to:
            raise
        return Look(inside=False)
    if member.status in {ChatMember.LEFT, ChatMember.BANNED}:
        return Look(inside=False)
    admin = member if isinstance(member, ChatMemberAdministrator) else None
    may_open = bool(found.is_forum and admin and admin.can_manage_topics)
    hears = admin is not None or bool(bot.can_read_all_group_messages)
    return Look(True, hears, bool(found.is_forum), may_open)


async def webhook_trouble(bot: Bot, url: str) -> str:
    """What is amiss with how updates come: "" when nothing is. Raises what `answered` does."""
    info = await answered(bot.get_webhook_info())
    if info.url != url:
        return "updates go to another address" if info.url else "no webhook is set"
    return info.last_error_message or ""


class Footings:
    """One replica's asker."""

    def __init__(
        self, database: Database, clock: Clocks, bot: Bot, workspace: str, limits: Limits
    ) -> None:
        self.database = database
        self.clock = clock
        self.bot = bot
        self.workspace = workspace
        self.limits = limits

    async def tick(self) -> timedelta | None:
        """Ask about every bound group that was not asked about lately."""
        due = await self.database.read(self._due)
        try:
            if due:
                await answered(self.bot.get_me())
            for chat in due:
                await self._ask(chat)
        except (Later, Unclear) as later:
            log.info("footing_not_known", reason=later.reason)
        return None

    def _due(self, db: Transaction) -> list[str]:
        bound = (p for p in places.every(db) if self._ours(p))
        return [place.chat for place in bound if self._unknown(db, place)]

    def _ours(self, place: Place) -> bool:
        return (place.platform, place.workspace) == (PLATFORM, self.workspace)

    def _unknown(self, db: Transaction, place: Place) -> bool:
        known = footings.of(db, PLATFORM, self.workspace, place.chat)
        at = known.asked_at if known else None
        return at is None or self.clock.machine() - at > ASKED_AGAIN_AFTER

    async def _ask(self, chat: str) -> None:
        try:
            found = await look(self.bot, chat)
        except Never as never:
            to = never.moved_to
            await self.database.write(
                lambda db: moved(db, self.limits, Where(PLATFORM, self.workspace, chat), to)
            )
        else:
            await self.database.write(lambda db: self._keep(db, chat, found))

    def _keep(self, db: Transaction, chat: str, found: Look) -> None:
        footing = Footing(
            platform=PLATFORM,
            workspace=self.workspace,
            chat=chat,
            inside=found.inside,
            hears=found.hears,
            forum=found.forum,
            topics=found.topics,
            asked_at=self.clock.machine(),
        )
        footings.keep(db, footing)
        if not found.inside:
            troubles.removed(db, self.clock, PLATFORM, chat, self._title(db, chat))
            return
        troubles.back(db, self.clock, PLATFORM, chat, self._title(db, chat))
        self._told_of_hearing(db, chat, found)
        self._told_of_topics(db, chat, found)

    def _told_of_hearing(self, db: Transaction, chat: str, found: Look) -> None:
        name, place = f"{PLATFORM}:deaf:{chat}", self._title(db, chat)
        if found.hears:
            why = T("Every message there reaches me.")
            troubles.end(
                db, self.clock, name, T("✅ I can read along in {place}", place=place), why
            )
            return
        what = T("⚠ I can't read along in {place}", place=place)
        why = T(
            "There I only hear commands and answers to my messages: talk under a card is lost. "
            "Make the bot an administrator of the group; or turn its privacy mode off with "
            "BotFather (/setprivacy), then take it out of the group and let it in again."
        )
        troubles.begin(db, self.clock, name, what, why)

    def _told_of_topics(self, db: Transaction, chat: str, found: Look) -> None:
        if found.forum and not found.topics:
            without_topics(db, self.clock, PLATFORM, self.workspace, chat)
            return
        what = T("✅ I may open topics in {place}", place=self._title(db, chat))
        why = T("Each new case gets its own.")
        troubles.end(db, self.clock, topicless(PLATFORM, chat), what, why)

    def _title(self, db: Transaction, chat: str) -> Words:
        return titled(db, PLATFORM, self.workspace, chat)
