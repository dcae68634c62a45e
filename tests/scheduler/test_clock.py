"""The metronome, on a real event loop: woken at once, one run at a time, and no error ends it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta

import pytest

from scheduler.clock import Clock, Metronome
from storage.database import Gone

NEVER = timedelta(hours=1)
PATIENCE = 5


@asynccontextmanager
async def ticking(
    job: Callable[[], Awaitable[timedelta | None]], interval: timedelta = NEVER
) -> AsyncIterator[Metronome]:
    metronome = Metronome()
    metronome.every(interval, "job", job)
    metronome.start()
    try:
        yield metronome
    finally:
        await metronome.stop()


class Counted:
    """A job that says when it has run so often."""

    def __init__(self, *errors: Exception, again: timedelta | None = None) -> None:
        self.errors = list(errors)
        self.again = again
        self.runs = 0
        self.changed = asyncio.Condition()

    async def __call__(self) -> timedelta | None:
        async with self.changed:
            self.runs += 1
            self.changed.notify_all()
        if self.errors:
            raise self.errors.pop(0)
        return self.again

    async def ran(self, times: int) -> None:
        async with asyncio.timeout(PATIENCE), self.changed:
            await self.changed.wait_for(lambda: self.runs >= times)


async def test_a_job_runs_at_the_start_and_whenever_it_is_woken() -> None:
    job = Counted()
    async with ticking(job) as metronome:
        await job.ran(1)
        metronome.wake(frozenset({"job", "nobody"}))
        await job.ran(2)
        assert metronome.last_tick is not None
        assert datetime.now(UTC) - metronome.last_tick < timedelta(seconds=PATIENCE)


async def test_a_job_runs_at_its_interval() -> None:
    job = Counted()
    async with ticking(job, timedelta(seconds=0.02)):
        await job.ran(4)


async def test_a_job_that_has_more_to_do_soon_runs_again_then() -> None:
    job = Counted(again=timedelta(milliseconds=5))
    async with ticking(job):
        await job.ran(4)


async def test_a_job_that_has_more_to_do_much_later_waits_for_the_tick() -> None:
    job = Counted(again=timedelta(minutes=5))
    async with ticking(job):
        await job.ran(1)
        for _ in range(20):
            await asyncio.sleep(0)
        assert job.runs == 1


async def test_a_job_never_runs_twice_at_once_and_runs_once_more_for_many_wakes() -> None:
    inside, most, runs = 0, 0, 0
    begun, go_on, second = asyncio.Event(), asyncio.Event(), asyncio.Event()

    async def job() -> timedelta | None:
        nonlocal inside, most, runs
        inside, runs = inside + 1, runs + 1
        most = max(most, inside)
        begun.set()
        await go_on.wait()
        inside -= 1
        if runs == 2:
            second.set()
        return None

    async with ticking(job) as metronome:
        await asyncio.wait_for(begun.wait(), PATIENCE)
        for _ in range(10):
            metronome.wake(frozenset({"job"}))
            await asyncio.sleep(0)
        assert runs == 1
        go_on.set()
        await asyncio.wait_for(second.wait(), PATIENCE)
        for _ in range(10):
            await asyncio.sleep(0)
    assert (most, runs) == (1, 2)


@pytest.mark.parametrize("error", [Gone("disk full"), ZeroDivisionError("a bug")])
async def test_a_job_that_failed_runs_again(error: Exception) -> None:
    job = Counted(error)
    async with ticking(job) as metronome:
        await job.ran(1)
        metronome.wake(frozenset({"job"}))
        await job.ran(2)


async def test_one_job_that_hangs_holds_no_other_up() -> None:
    async def hangs() -> timedelta | None:
        await asyncio.Event().wait()
        return None

    other = Counted()
    metronome = Metronome()
    metronome.every(NEVER, "hangs", hangs)
    metronome.every(NEVER, "other", other)
    metronome.start()
    await other.ran(1)
    metronome.wake(frozenset({"other"}))
    await other.ran(2)
    await asyncio.wait_for(metronome.stop(), PATIENCE)


async def test_a_stopped_metronome_ticks_no_more() -> None:
    job = Counted()
    async with ticking(job) as metronome:
        await job.ran(1)
    metronome.wake(frozenset({"job"}))
    for _ in range(10):
        await asyncio.sleep(0)
    assert job.runs == 1


async def test_one_that_was_never_started_can_be_stopped() -> None:
    await Metronome().stop()


def test_the_companys_clock_is_ahead_of_the_machines_and_both_share_the_databases() -> None:
    clock = Clock(timedelta(hours=3))
    clock.skew = timedelta(days=1)
    assert abs(clock.now() - clock.machine() - timedelta(hours=3)) < timedelta(seconds=PATIENCE)
    assert clock.machine() - datetime.now(UTC) > timedelta(hours=23)
    assert clock.now().tzinfo is UTC
