"""Claims timers whose time has come and hands each to the handler that its noun declares."""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import partial
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
BOT = Actor(account_id=0, name="Headwater")
NOWHERE = Source("", "", "")


class Timers:
    """Each timer fires in a transaction of its own: handler, letters and settling at once."""

    def __init__(
        self,
        database: Database,
        clock: Clock,
        nouns: Nouns,
        policy: Policy,
        zone: ZoneInfo,
        *,
        holder: str,
        tally: Tally | None = None,
    ) -> None:
        self.database = database
        self.clock = clock
        self.nouns = nouns
        self.policy = policy
        self.zone = zone
        self.holder = holder
        self.tally = tally or Tally()

    async def tick(self) -> frozenset[str]:
        """Fire everything that is due by now; give what should be looked at next."""
        after: set[str] = set()
        while due := await self._claim():
            for timer in due:
                after |= await self._fire(timer)
        return frozenset(after)

    async def _claim(self) -> list[Timer]:
        now, machine = self.clock.now(), self.clock.machine()
        found, _ = await self.database.write(
            lambda db: timers.claim(db, now, machine, self.holder, machine + LEASE)
        )
        return found

    async def _fire(self, timer: Timer) -> frozenset[str]:
        try:
            _, after = await self.database.write(lambda db: self._hand_over(db, timer))
        except Conflict:
            return frozenset()
        except _Failed as failed:
            await self.database.write(partial(self._hold_back, timer=timer, failed=failed))
            self.tally.fired(timers.FAILED, self.clock.now() - timer.at)
            return frozenset()
        self.tally.fired(timers.FIRED, self.clock.now() - timer.at)
        return after

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
