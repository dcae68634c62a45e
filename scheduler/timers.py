"""Claims timers whose time has come and hands each to the handler that its noun declares."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import structlog

from commands.kit.desk import Desk, Source
from commands.kit.noun import Nouns
from commands.kit.people import Actor
from commands.kit.policy import Policy
from scheduler.clock import Clock
from scheduler.sending import BUGS
from scheduler.tally import Tally
from storage import timers
from storage.database import Conflict, Database, Transaction, known
from storage.timers import Timer

log = structlog.get_logger("timers")
# With a tick after it: what a dead replica had claimed fires within half a minute of its moment.
LEASE = timedelta(seconds=12)
GIVE_UP_AFTER = 8
TOGETHER = 50
BOT = Actor(account_id=0, name="Headwater")
NOWHERE = Source("", "", "")


class Timers:
    """A timer fires whole or not at all: handler, letters and settling at once.

    A few share a transaction, each in a savepoint of its own, because keeping a transaction costs
    more than what a handler writes; few, so that the writer is not held for long.
    """

    def __init__(  # noqa: PLR0913 -- what it works with, each named once
        self,
        database: Database,
        clock: Clock,
        nouns: Nouns,
        policy: Policy,
        zone: ZoneInfo,
        *,
        holder: str,
        tally: Tally | None = None,
        reaches: Callable[[str], bool] = lambda _platform: True,
    ) -> None:
        self.database = database
        self.clock = clock
        self.nouns = nouns
        self.policy = policy
        self.zone = zone
        self.holder = holder
        self.tally = tally or Tally()
        self.reaches = reaches

    async def tick(self) -> frozenset[str]:
        """Fire everything that is due by now; give what should be looked at next."""
        after: set[str] = set()
        while await self.database.read(self._any_due) and (due := await self._claim()):
            for at in range(0, len(due), TOGETHER):
                after |= await self._fire(due[at : at + TOGETHER])
        return frozenset(after)

    def _any_due(self, db: Transaction) -> bool:
        return timers.due(db, self.clock.now(), self.clock.machine())

    async def _claim(self) -> list[Timer]:
        now, machine = self.clock.now(), self.clock.machine()
        found, _ = await self.database.write(
            lambda db: timers.claim(db, now, machine, self.holder, machine + LEASE)
        )
        return found

    async def _fire(self, due: list[Timer]) -> frozenset[str]:
        try:
            failed, after = await self.database.write(lambda db: self._hand_all_over(db, due))
        except Conflict:
            return await self._one_by_one(due)
        for timer in due:
            state = timers.FAILED if known(timer.id) in failed else timers.FIRED
            self.tally.fired(state, self.clock.now() - timer.at)
        return after

    async def _one_by_one(self, due: list[Timer]) -> frozenset[str]:
        """Another replica has just written what one of them writes: that one waits."""
        if len(due) == 1:
            return frozenset()
        after = [await self._fire([timer]) for timer in due]
        return frozenset().union(*after)

    def _hand_all_over(self, db: Transaction, due: list[Timer]) -> set[int]:
        """Fire them; give those whose handler failed, which are tried again later."""
        failed = set()
        for timer in due:
            try:
                with db.savepoint():
                    self._hand_over(db, timer)
            except _Failed as failure:
                failed.add(known(timer.id))
                self._hold_back(db, timer, failure)
        return failed

    def _hand_over(self, db: Transaction, timer: Timer) -> None:
        fired = timers.settle(db, known(timer.id), self.holder, timers.FIRED, self.clock.now())
        if not fired:
            return
        noun = self.nouns.get(timer.kind)
        handler = noun.timers.get(timer.name.partition(":")[0]) if noun else None
        if handler is None:
            log.error("timer_without_handler", kind=timer.kind, name=timer.name)
            return
        try:
            handler(self.desk(db, timer.at, f"timer:{timer.name}"), timer)
        except BUGS as error:
            raise _Failed(error) from error

    def desk(self, db: Transaction, at: datetime, deed: str) -> Desk:
        """The bot's own desk.

        `at` is the timer's moment; a late tick acts late and is marked so by `recorded_at`.
        """
        return Desk(
            db=db,
            actor=BOT,
            source=NOWHERE,
            now=at,
            recorded_at=self.clock.now(),
            machine_now=self.clock.machine(),
            zone=self.zone,
            policy=self.policy,
            deed=deed,
            reaches=self.reaches,
            nouns=self.nouns,
        )

    def _hold_back(self, db: Transaction, timer: Timer, failed: _Failed) -> None:
        """A handler with a bug: try again later, give up loudly in the end."""
        log.error("timer_failed", timer=timer.id, name=timer.name, exc_info=failed.error)
        if timer.attempts >= GIVE_UP_AFTER:
            timers.settle(db, known(timer.id), self.holder, timers.FAILED, self.clock.now())
            return
        until = self.clock.machine() + timedelta(seconds=15 * 2**timer.attempts)
        timers.hold_back(db, known(timer.id), self.holder, until)


class _Failed(Exception):
    """A handler raised; its transaction is rolled back."""

    def __init__(self, error: Exception) -> None:
        super().__init__(str(error))
        self.error = error
