"""What is cleared away now and then: expired drafts, records past their keeping; the heartbeat."""

from __future__ import annotations

from datetime import timedelta

from commands.people import CODE_LASTS, INVITATION
from scheduler.clock import Clock
from storage import deliveries, drafts, files, heard, house, letters, postings, subjects, timers
from storage.database import Database, Transaction, known

DELIVERIES_KEPT = timedelta(days=14)
LETTERS_KEPT = timedelta(days=400)
POSTINGS_KEPT = timedelta(days=400)
TIMERS_KEPT = timedelta(days=400)
HEARTBEAT = "heartbeat"


class Sweep:
    """Clears away in slices, so that the writer is never held for long."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self.database = database
        self.clock = clock

    async def tick(self) -> frozenset[str]:
        """One round."""
        after: set[str] = set()
        for piece in (self._beat, self._drafts, self._deliveries, self._letters, self._codes):
            _, woken = await self.database.write(piece)
            after |= woken
        return frozenset(after)

    def _beat(self, db: Transaction) -> None:
        house.put(db, HEARTBEAT, self.clock.machine().isoformat())

    def _drafts(self, db: Transaction) -> None:
        """A draft left alone expires; its card says so and offers the way on."""
        now = self.clock.now()
        for draft in drafts.expired(db, now):
            drafts.end(db, known(draft.id), drafts.EXPIRED)
            subjects.change(db, "draft", known(draft.id), now, None)

    def _deliveries(self, db: Transaction) -> None:
        deliveries.forget(db, self.clock.machine() - DELIVERIES_KEPT)
        heard.forget(db, self.clock.machine() - DELIVERIES_KEPT)

    def _letters(self, db: Transaction) -> None:
        now = self.clock.machine()
        letters.forget(db, now - LETTERS_KEPT)
        postings.forget(db, now - POSTINGS_KEPT)
        timers.forget(db, now - TIMERS_KEPT)

    def _codes(self, db: Transaction) -> None:
        """A picture of a code goes with the code."""
        files.forget(db, INVITATION, self.clock.now() - CODE_LASTS)
