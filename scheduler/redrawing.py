"""Redraws the posted cards of subjects that have changed; many changes become one redraw."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import structlog

from commands.kit.card import Card, Ref, on_behalf
from commands.kit.errors import Later, Never, Unclear
from commands.kit.noun import Nouns
from commands.kit.policy import Policy
from commands.kit.words import T
from scheduler.clock import Clock
from scheduler.moving import moved
from scheduler.sending import BUGS, Envelope, Sender, Where, wait_after
from storage import letters, people, postings, subjects
from storage.database import Database, Transaction, known
from storage.letters import Letter
from storage.postings import LEFT_BEHIND, Posting

log = structlog.get_logger("redrawing")
LEASE = timedelta(seconds=60)


@dataclass(frozen=True, slots=True)
class Look:
    """What drawing a card may look at."""

    db: Transaction
    now: datetime
    zone: ZoneInfo
    policy: Policy


@dataclass(frozen=True, slots=True)
class Drawing:
    """Draws subjects as they are now."""

    clock: Clock
    nouns: Nouns
    policy: Policy
    zone: ZoneInfo

    def draw(self, db: Transaction, about: Ref) -> tuple[Card, int]:
        """A subject's card as it is now, and its version."""
        noun = self.nouns.get(about.kind)
        state = subjects.state(db, about.kind, about.id)
        look = Look(db, self.clock.now(), self.zone, self.policy)
        card = noun.drawn(look, about) if noun and state else None
        if card is None or state is None:
            return Card(T("This is no longer here.")), 0
        return card, state.version

    def behalf(self, db: Transaction, card: Card, for_id: int | None) -> Card:
        """The card as somebody's deputy gets it; anybody else gets it as it is."""
        meant = people.get(db, for_id) if for_id else None
        return on_behalf(card, meant.name) if meant else card


class Redrawing:
    """One replica's redrawer."""

    def __init__(self, database: Database, clock: Clock, sender: Sender, drawing: Drawing) -> None:
        self.database = database
        self.clock = clock
        self.sender = sender
        self.drawing = drawing

    async def tick(self) -> int:
        """Redraw what is behind; give how many messages were handled."""
        handled = 0
        while behind := await self._behind():
            await asyncio.gather(*(self._redraw_one(p, e, v) for p, e, v in behind))
            handled += len(behind)
        return handled

    async def _behind(self) -> list[tuple[Posting, Envelope, int]]:
        found, _ = await self.database.write(self._take_behind)
        return found

    def _take_behind(self, db: Transaction) -> list[tuple[Posting, Envelope, int]]:
        now = self.clock.machine()
        taken = []
        for posting in postings.behind(db, now, now + LEASE):
            if not self.sender.knows(posting.platform):
                postings.stop(db, known(posting.id))
                continue
            if posting.message.startswith(LEFT_BEHIND):
                self._afresh(db, posting)
                continue
            try:
                drawn, version = self.drawing.draw(db, _shown(posting))
                card = self.drawing.behalf(db, drawn, posting.for_id)
            except BUGS as bug:
                log.exception("card_undrawable", posting=posting.id, exc_info=bug)
                postings.stop(db, known(posting.id))
                continue
            where = Where(posting.platform, posting.workspace, posting.chat, posting.thread)
            envelope = Envelope(where, card, f"p{posting.id}", person_id=posting.person_id)
            taken.append((posting, envelope, version))
        return taken

    def _afresh(self, db: Transaction, posting: Posting) -> None:
        """The message stayed in the chat's old self: a new one takes its place where it is now."""
        postings.stop(db, known(posting.id))
        letters.add(
            db,
            Letter(
                lane=f"chat:{posting.platform}:{posting.workspace}:{posting.chat}",
                person_id=posting.person_id,
                platform=posting.platform,
                workspace=posting.workspace,
                chat=posting.chat,
                own_thread=True,
                subject_kind=posting.kind,
                subject_id=posting.subject_id,
                view=posting.view,
                created_at=self.clock.now(),
                not_before=self.clock.now(),
                next_at=self.clock.machine(),
            ),
        )

    def _give_up(self, db: Transaction, posting: Posting, envelope: Envelope, never: Never) -> None:
        log.info("redraw_given_up", posting=posting.id, reason=never.reason)
        if never.moved_to:
            moved(db, self.sender, envelope.where, never.moved_to)
            postings.later(db, known(posting.id), self.clock.machine())
        else:
            postings.stop(db, known(posting.id))

    async def _redraw_one(self, posting: Posting, envelope: Envelope, version: int) -> None:
        try:
            look = await self.sender.redraw(envelope, posting.message, posting.look)
        except (Later, Unclear) as later:
            at = self.clock.machine() + wait_after(later, posting.attempts + 1)
            await self.database.write(lambda db: postings.later(db, known(posting.id), at))
        except Never as never:
            given_up = never
            await self.database.write(lambda db: self._give_up(db, posting, envelope, given_up))
        except BUGS as bug:
            log.info("redraw_given_up", posting=posting.id, reason=str(bug))
            await self.database.write(lambda db: postings.stop(db, known(posting.id)))
        else:
            await self.database.write(
                lambda db: postings.drawn(db, known(posting.id), version, look)
            )


def _shown(posting: Posting) -> Ref:
    return Ref(posting.kind, posting.subject_id, posting.view)
