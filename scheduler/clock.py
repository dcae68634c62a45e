"""The two clocks, and APScheduler as a metronome in UTC: it ticks, and remembers nothing."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta

import structlog
from apscheduler.schedulers.asyncio import AsyncIOScheduler

from storage.database import Conflict, Gone

log = structlog.get_logger("clock")
TICK = timedelta(seconds=15)
SWEEP = timedelta(minutes=10)


class Clock:
    """The machine's clock, and the company's, which in a rehearsal runs ahead of it.

    `skew` is what a database shared by replicas shows beyond this machine, so that all of them
    agree on leases and pacing.
    """

    def __init__(self, ahead: timedelta = timedelta()) -> None:
        self.ahead = ahead
        self.skew = timedelta()

    def now(self) -> datetime:
        """The company's clock: deadlines, "today"."""
        return self.machine() + self.ahead

    def machine(self) -> datetime:
        """The machine's clock: leases, pacing, expiry."""
        return datetime.now(UTC) + self.skew


class Metronome:
    """Runs jobs at intervals, and at once when woken; a job never runs twice at the same time."""

    def __init__(self) -> None:
        self._scheduler = AsyncIOScheduler(timezone=UTC)
        self._wakers: dict[str, asyncio.Event] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self.last_tick: datetime | None = None

    def every(
        self, interval: timedelta, name: str, job: Callable[[], Awaitable[timedelta | None]]
    ) -> None:
        """Run a job each interval, on `wake(name)`, and when the job itself has more to do."""
        waker = self._wakers[name] = asyncio.Event()

        async def ring() -> None:
            waker.set()

        self._scheduler.add_job(
            ring, "interval", seconds=interval.total_seconds(), id=name, max_instances=1
        )
        task = asyncio.get_running_loop().create_task(self._run(name, waker, job), name=name)
        self._tasks.add(task)

    def wake(self, names: frozenset[str]) -> None:
        """Run these jobs now; a job that is running runs once more afterwards."""
        for name in names:
            if name in self._wakers:
                self._wakers[name].set()

    def start(self) -> None:
        """Begin to tick."""
        self._scheduler.start()
        self.wake(frozenset(self._wakers))

    async def stop(self) -> None:
        """Stop ticking, and let what is running end."""
        if self._scheduler.running:
            self._scheduler.shutdown(wait=False)
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _run(
        self, name: str, waker: asyncio.Event, job: Callable[[], Awaitable[timedelta | None]]
    ) -> None:
        while True:
            await waker.wait()
            waker.clear()
            self.last_tick = datetime.now(UTC)
            try:
                again_in = await job()
            except Gone as error:
                log.warning("database_gone", job=name, reason=str(error))
                continue
            except Conflict as error:
                # Another replica was the first to write the same: the next tick sees it.
                log.warning("job_came_second", job=name, reason=str(error).partition("\n")[0])
                continue
            except Exception as error:  # a job with a bug must not end: the next tick tries again
                log.exception("job_failed", job=name, exc_info=error)
                continue
            if again_in is not None and again_in < TICK:
                asyncio.get_running_loop().call_later(again_in.total_seconds(), waker.set)
