"""Gives a subject its own topic in a chat that has topics, and closes it when nothing is to do.

A topic that may have been made can't be looked up. So the attempt is recorded before it is made,
and one whose answer was lost becomes an orphan: shown to staff, and never tried again.
"""

from __future__ import annotations

from datetime import timedelta

import structlog

from commands.kit.card import Ref
from commands.kit.errors import Later, Never, Unclear
from commands.kit.noun import Nouns
from commands.kit.words import T, Words
from scheduler import troubles
from scheduler.alarm import Clocks, raise_alarm
from scheduler.clock import Clock
from scheduler.sending import Sender, Where, wait_after
from storage import footings, places, subjects, topics
from storage.database import Database, Transaction, known
from storage.letters import Letter
from storage.topics import CLOSED, GONE, MAKING, OPEN, ORPHAN, Topic

log = structlog.get_logger("topics")
LEASE = timedelta(seconds=60)


class Topics:
    """One replica's opener and closer of topics."""

    def __init__(self, database: Database, clock: Clock, sender: Sender, nouns: Nouns) -> None:
        self.database = database
        self.clock = clock
        self.sender = sender
        self.nouns = nouns

    # --- opening ----------------------------------------------------------------------------------

    def wanted(self, db: Transaction, letter: Letter, where: Where) -> Ref | None:
        """The subject whose topic a letter belongs into, if the chat has topics that we may open.

        One that is open already is found too, whatever we may do now.
        """
        if not letter.own_thread or letter.subject_id is None or where.thread:
            return None
        about = Ref(letter.subject_kind, letter.subject_id)
        footing = footings.of(db, where.platform, where.workspace, where.chat)
        if self._of(db, where, about) is None and not (footing and footing.topics):
            return None
        return about

    async def thread(self, where: Where, about: Ref) -> str:
        """The subject's thread, made if there is none yet; "" where it can't have one.

        Raises `Later` when it surely was not made, but may be.
        """
        topic, _ = await self.database.write(lambda db: self._declared(db, where, about))
        if topic is None or topic.thread:
            return topic.thread if topic else ""
        try:
            thread = await self.sender.open_topic(where, topic.title)
        except Later:
            await self.database.write(lambda db: topics.withdraw(db, known(topic.id)))
            raise
        except Never as never:
            reason = never.reason
            await self.database.write(lambda db: self._refused(db, topic, reason))
            return ""
        except Unclear:
            await self.database.write(lambda db: self._orphaned(db, topic))
            return ""
        await self.database.write(lambda db: topics.opened(db, known(topic.id), thread))
        return thread

    def _of(self, db: Transaction, where: Where, about: Ref) -> Topic | None:
        here = (where.platform, where.workspace, where.chat)
        return topics.of(db, *here, about.kind, about.id)

    def _declared(self, db: Transaction, where: Where, about: Ref) -> Topic | None:
        """The topic there is, or one that is declared now; None where none can be had."""
        topic = self._of(db, where, about)
        if topic is None:
            return self._fresh(db, where, about)
        if topic.state == MAKING:
            self._orphaned(db, topic)
        return topic if topic.state in {OPEN, CLOSED} else None

    def _fresh(self, db: Transaction, where: Where, about: Ref) -> Topic | None:
        noun = self.nouns.get(about.kind)
        named = noun.topic(db, about.id) if noun else None
        if named is None:
            return None
        made = Topic(
            platform=where.platform,
            workspace=where.workspace,
            chat=where.chat,
            kind=about.kind,
            subject_id=about.id,
            title=named.title,
            begun_at=self.clock.machine(),
        )
        topics.declare(db, made)
        return made

    def _orphaned(self, db: Transaction, topic: Topic) -> None:
        """It may stand in the chat, and its number is lost: staff can see to it, we can't."""
        topics.become(db, known(topic.id), ORPHAN)
        topic.state = ORPHAN
        what = T("⚠ A topic “{title}” may have been opened twice or in vain", title=topic.title)
        why = T("Its card stands in the general topic. Please delete the empty topic, if any.")
        raise_alarm(db, self.clock, f"orphan:{topic.id}", what, why)

    def _refused(self, db: Transaction, topic: Topic, reason: str) -> None:
        log.warning("topic_refused", chat=topic.chat, reason=reason)
        topics.withdraw(db, known(topic.id))
        footings.no_topics(db, topic.platform, topic.workspace, topic.chat)
        without_topics(db, self.clock, topic.platform, topic.workspace, topic.chat)

    def lost(self, db: Transaction, where: Where) -> None:
        """Somebody has deleted a topic: what follows goes to the chat itself."""
        topic = topics.at(db, where.platform, where.workspace, where.chat, where.thread)
        if topic:
            topics.become(db, known(topic.id), GONE)

    # --- closing ----------------------------------------------------------------------------------

    async def tick(self) -> int:
        """Close the topics of what is done, reopen those of what is not; give how many changed."""
        handled = 0
        while behind := await self._behind():
            for topic, version, closed in behind:
                await self._close(topic, version, closed=closed)
            handled += len(behind)
        return handled

    async def _behind(self) -> list[tuple[Topic, int, bool]]:
        found, _ = await self.database.write(self._take_behind)
        return found

    def _take_behind(self, db: Transaction) -> list[tuple[Topic, int, bool]]:
        """What has to be closed or reopened; where nothing has to be done it is seen at once."""
        now = self.clock.machine()
        due = []
        for topic in topics.behind(db, now, now + LEASE):
            closed, version = self._wish(db, topic)
            if closed == (topic.state == CLOSED) or not self.sender.knows(topic.platform):
                topics.seen(db, known(topic.id), version, topic.state)
            else:
                due.append((topic, version, closed))
        return due

    def _wish(self, db: Transaction, topic: Topic) -> tuple[bool, int]:
        noun = self.nouns.get(topic.kind)
        named = noun.topic(db, topic.subject_id) if noun else None
        state = subjects.state(db, topic.kind, topic.subject_id)
        return named is None or named.closed, state.version if state else 0

    async def _close(self, topic: Topic, version: int, *, closed: bool) -> None:
        where = Where(topic.platform, topic.workspace, topic.chat, topic.thread)
        state = CLOSED if closed else OPEN
        try:
            await self.sender.close_topic(where, closed=closed)
        except (Later, Unclear) as later:
            at = self.clock.machine() + wait_after(later, topic.attempts + 1)
            await self.database.write(lambda db: topics.later(db, known(topic.id), at))
        except Never as never:
            log.info("topic_left_as_it_is", topic=topic.id, reason=never.reason)
            await self.database.write(
                lambda db: topics.seen(db, known(topic.id), version, topic.state)
            )
        else:
            await self.database.write(lambda db: topics.seen(db, known(topic.id), version, state))


def without_topics(
    db: Transaction, clock: Clocks, platform: str, workspace: str, chat: str
) -> None:
    """A chat has topics, and we may not open any: staff are told once."""
    what = T("⚠ I may not open topics in {place}", place=titled(db, platform, workspace, chat))
    why = T(
        "So all cases stand in its general topic. For a topic of each case's own, "
        "make the bot an administrator there with the right to manage topics."
    )
    troubles.begin(db, clock, topicless(platform, chat), what, why)


def topicless(platform: str, chat: str) -> str:
    """What that trouble is called."""
    return f"{platform}:topics:{chat}"


def titled(db: Transaction, platform: str, workspace: str, chat: str) -> Words:
    """What people call a place."""
    place = places.at(db, platform, workspace, chat)
    return place.title if place and place.title else chat
