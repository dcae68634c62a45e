"""Picks the letters that go next: takes them, draws them, finds their account and their turn."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog

from commands.kit import card as cards
from commands.kit.card import Card, Ref
from scheduler.addressing import Addressing, works_here
from scheduler.clock import Clock
from scheduler.redrawing import Drawing
from scheduler.sending import BUGS, NOBODY, UNDRAWABLE, Rate, Sender, Where
from scheduler.topics import Topics
from storage import letters, pacing
from storage.database import Transaction, known
from storage.letters import Letter
from storage.people import Account

log = structlog.get_logger("delivery")
LEASE = timedelta(seconds=60)
AT_ONCE = 20
# Looking back is dear to a platform: so many letters are looked for at a time.
LOOKED_AT_ONCE = 10


@dataclass(frozen=True, slots=True)
class Batch:
    """A letter with those merged into it, ready to go: or the reason why not."""

    letters: tuple[Letter, ...]
    card: Card | None = None
    version: int = 0
    account: Account | None = None
    where: Where | None = None
    topic: Ref | None = None
    dropped: str = ""
    lost: str = ""

    @property
    def head(self) -> Letter:
        """The letter that was claimed first."""
        return self.letters[0]


class Limits:
    """How the limits stand in one transaction, which holds their rows."""

    def __init__(self, db: Transaction) -> None:
        self._db = db
        self._free: dict[str, datetime | None] = {}
        self._queues: dict[str, datetime] = {}

    def turn(self, rates: Sequence[Rate], now: datetime) -> datetime | None:
        """Take a place in each limit now; or when a turn may come.

        Those that wait for the same come one after the other, so that they are not all taken up
        again for each that goes.
        """
        free = [self._next_at(rate.destination) for rate in rates]
        wait = max((at for at in free if at and at > now), default=None)
        if wait is None:
            for rate, at in zip(rates, free, strict=True):
                self._free[rate.destination] = after = rate.after(now, at)
                pacing.set_next(self._db, rate.destination, after)
            return None
        # The limit that is free last: a chat that must wait long holds up nobody else.
        last = rates[free.index(wait)]
        turn = max(wait, self._queues.get(last.destination, wait))
        self._queues[last.destination] = turn + last.gap
        return turn

    def _next_at(self, destination: str) -> datetime | None:
        if destination not in self._free:
            self._free[destination] = pacing.next_at(self._db, destination)
        return self._free[destination]


class Picking:
    """What one replica's postman does in the transaction that takes letters."""

    def __init__(
        self,
        clock: Clock,
        sender: Sender,
        addressing: Addressing,
        drawing: Drawing,
        topics: Topics,
        *,
        holder: str,
    ) -> None:
        self.clock = clock
        self.sender = sender
        self.addressing = addressing
        self.drawing = drawing
        self.topics = topics
        self.holder = holder

    def take(self, db: Transaction) -> list[Batch | None]:
        now, company = self.clock.machine(), self.clock.now()
        until = now + LEASE
        taken = letters.claim(db, company, now, self.holder, until, AT_ONCE)
        batches: list[Batch | None] = []
        limits = Limits(db)
        for letter in taken:
            more = (
                letters.companions(db, letter, company, self.holder, until) if letter.merges else []
            )
            batches.append(self._prepare(db, (letter, *more), limits))
        return batches

    def _prepare(self, db: Transaction, taken: tuple[Letter, ...], limits: Limits) -> Batch | None:
        """Draw what is to be sent and choose the account; None when its destination must wait."""
        head = taken[0]
        if head.useful_until and self.clock.now() > head.useful_until:
            return Batch(taken, dropped="no longer useful")
        if head.person_id and not works_here(db, head.person_id):
            return Batch(taken, dropped="has left")
        account, where = self.addressing.whereto(db, head)
        if where is None:
            return Batch(taken, lost=NOBODY.text)
        if not self._in_turn(db, taken, where, limits):
            return None
        try:
            card, version = self._drawn(db, taken)
        except BUGS as bug:
            log.exception("letter_undrawable", letter=head.id, exc_info=bug)
            return Batch(taken, lost=UNDRAWABLE.text)
        return Batch(taken, card, version, account, where, self.topics.wanted(db, head, where))

    def _in_turn(
        self, db: Transaction, taken: tuple[Letter, ...], where: Where, limits: Limits
    ) -> bool:
        """Take this message's place in every limit, or put the letters back until it comes."""
        rates = self.sender.rates(where)
        turn = limits.turn(rates, self.clock.machine())
        if turn is None:
            return True
        for letter in taken:
            letters.again(db, known(letter.id), self.holder, turn, "", counts=False)
        return False

    def _drawn(self, db: Transaction, taken: tuple[Letter, ...]) -> tuple[Card, int]:
        drawn = [self._card(db, letter) for letter in taken]
        if len(drawn) == 1:
            return drawn[0]
        return cards.merged(tuple(card for card, _ in drawn)), 0

    def _card(self, db: Transaction, letter: Letter) -> tuple[Card, int]:
        card, version = self._meant(db, letter)
        away = letter.for_id if letter.for_id != letter.person_id else None
        return self.drawing.behalf(db, card, away), version

    def _meant(self, db: Transaction, letter: Letter) -> tuple[Card, int]:
        if letter.body is not None:
            return cards.decode(letter.body), 0
        about = Ref(letter.subject_kind, letter.subject_id or 0, letter.view)
        return self.drawing.draw(db, about)

    def orphans(self, db: Transaction, in_hand: Collection[int]) -> list[Batch]:
        """Take over a few letters whose sender died; those in our own hands are being sent."""
        now = self.clock.machine()
        left = letters.expired(db, now, LOOKED_AT_ONCE + len(in_hand))
        found = [letter for letter in left if letter.id not in in_hand][:LOOKED_AT_ONCE]
        return [
            self._orphan(db, letter)
            for letter in found
            if letters.take_over(db, known(letter.id), now, self.holder, now + LEASE)
        ]

    def _orphan(self, db: Transaction, letter: Letter) -> Batch:
        """As it may have been sent; one that can't be drawn any more can't be looked up either."""
        account, where = self.addressing.whereto(db, letter)
        try:
            card, version = self._drawn(db, (letter,))
        except BUGS as bug:
            log.exception("letter_undrawable", letter=letter.id, exc_info=bug)
            return Batch((letter,), account=account, where=where)
        return Batch((letter,), card, version, account, where)
