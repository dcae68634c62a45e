"""Timers: each fires once, in its own transaction; a bug in one stops no other."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from datetime import timedelta

import pytest

from commands.kit.card import Card
from commands.kit.desk import Desk
from commands.kit.noun import Matches, Noun, Nouns
from commands.kit.people import ToPerson
from commands.kit.words import T
from scheduler.clock import TICK
from scheduler.timers import GIVE_UP_AFTER, LEASE, Timers
from storage import backlog, timers
from storage.database import Transaction
from storage.timers import Timer
from tests.desk import Reception, reception
from tests.house import ZONE

Handler = Callable[[Desk, Timer], None]


@pytest.fixture
async def desk(sample_url: str) -> AsyncIterator[Reception]:
    async with reception(sample_url) as made:
        yield made


def ticking(desk: Reception, holder: str = "us", **handlers: Handler) -> Timers:
    """Timers of a noun with these handlers."""
    noun = Noun(
        "tea",
        T("tea"),
        lambda _look, _text, _actor: Matches(),
        lambda _db, _id: None,
        timers=handlers,
    )
    policy = desk.core.house.policy
    return Timers(desk.core.database, desk.clock, Nouns((noun,)), policy, ZONE, holder=holder)


async def sets(desk: Reception, name: str, kind: str = "tea", **later: float) -> int:
    """A timer."""
    timer = Timer(kind=kind, subject_id=1, name=name, at=desk.clock.at + timedelta(**later))
    made, _ = await desk.core.database.write(lambda db: timers.add(db, timer))
    return made


async def states(desk: Reception) -> list[str]:
    def look(db: Transaction) -> list[str]:
        found = db.run("SELECT state FROM timer ORDER BY id").fetchall()
        return [row[0] for row in found]

    return await desk.core.database.read(look)


async def written(desk: Reception) -> int:
    return sum(one.letters for one in await desk.core.database.read(backlog.states))


async def test_what_is_due_fires_once_the_earliest_first(desk: Reception) -> None:
    fired: list[str] = []
    clock = ticking(desk, pour=lambda at, timer: fired.append(timer.name))
    await sets(desk, "pour:later", minutes=2)
    await sets(desk, "pour:sooner", minutes=1)
    await sets(desk, "pour:not yet", minutes=9)
    await clock.tick()
    assert fired == []
    desk.clock.at += timedelta(minutes=5)
    await clock.tick()
    await clock.tick()
    assert fired == ["pour:sooner", "pour:later"]
    assert await states(desk) == [timers.FIRED, timers.FIRED, timers.WAITING]


async def test_a_late_tick_acts_at_the_timers_moment_and_knows_that_it_is_late(
    desk: Reception,
) -> None:
    seen: list[tuple[timedelta, str]] = []

    def pour(at: Desk, timer: Timer) -> None:
        seen.append((at.recorded_at - at.now, at.deed))

    await sets(desk, "pour", minutes=1)
    desk.clock.at += timedelta(hours=3, minutes=1)
    await ticking(desk, pour=pour).tick()
    assert seen == [(timedelta(hours=3), "timer:pour")]


async def test_a_handlers_letters_wake_delivery(desk: Reception) -> None:
    def pour(at: Desk, timer: Timer) -> None:
        at.tell(ToPerson(3), Card("tea"))

    await sets(desk, "pour")
    assert "letters" in await ticking(desk, pour=pour).tick()
    assert await written(desk) == 1


async def test_a_bug_undoes_what_it_wrote_and_is_tried_again_later(desk: Reception) -> None:
    working = False

    def pour(at: Desk, timer: Timer) -> None:
        at.tell(ToPerson(3), Card("tea"))
        if not working:
            raise ZeroDivisionError

    clock = ticking(desk, pour=pour)
    await sets(desk, "pour")
    await clock.tick()
    assert await written(desk) == 0
    assert await states(desk) == [timers.WAITING]
    working = True
    await clock.tick()
    assert await states(desk) == [timers.WAITING]
    desk.clock.at += timedelta(minutes=1)
    await clock.tick()
    assert await states(desk) == [timers.FIRED]
    assert await written(desk) == 1


async def test_a_bug_stops_no_other_timer(desk: Reception) -> None:
    fired: list[str] = []

    def spill(at: Desk, timer: Timer) -> None:
        raise KeyError(timer.name)

    await sets(desk, "spill")
    await sets(desk, "pour")
    await ticking(desk, spill=spill, pour=lambda at, timer: fired.append(timer.name)).tick()
    assert fired == ["pour"]


async def test_a_bug_that_stays_is_given_up_on(desk: Reception) -> None:
    tried = 0

    def spill(at: Desk, timer: Timer) -> None:
        nonlocal tried
        tried += 1
        raise ValueError

    clock = ticking(desk, spill=spill)
    await sets(desk, "spill")
    for _ in range(GIVE_UP_AFTER + 3):
        await clock.tick()
        desk.clock.at += timedelta(hours=2)
    assert tried == GIVE_UP_AFTER
    assert await states(desk) == [timers.FAILED]
    assert await desk.core.database.read(timers.next_at) is None


async def test_a_timer_without_a_handler_is_not_asked_again(desk: Reception) -> None:
    clock = ticking(desk)
    await sets(desk, "unknown")
    await sets(desk, "pour", kind="coffee")
    await clock.tick()
    assert await states(desk) == [timers.FIRED, timers.FIRED]


async def test_a_dropped_timer_does_not_fire(desk: Reception) -> None:
    fired: list[str] = []
    await sets(desk, "pour:a")
    await sets(desk, "pour:b")
    dropped, _ = await desk.core.database.write(lambda db: timers.drop(db, "tea", 1, "pour:a"))
    assert dropped == 1
    await ticking(desk, pour=lambda at, timer: fired.append(timer.name)).tick()
    assert fired == ["pour:b"]
    assert await states(desk) == [timers.DROPPED, timers.FIRED]


async def test_a_timer_dropped_by_one_that_fired_just_before_does_not_fire(
    desk: Reception,
) -> None:
    fired: list[str] = []

    def pour(at: Desk, timer: Timer) -> None:
        fired.append(timer.name)
        timers.drop(at.db, "tea", 1)

    await sets(desk, "pour:a", seconds=1)
    await sets(desk, "pour:b", seconds=2)
    desk.clock.at += timedelta(seconds=3)
    await ticking(desk, pour=pour).tick()
    assert fired == ["pour:a"]
    assert await states(desk) == [timers.FIRED, timers.DROPPED]


async def test_a_dead_replicas_timers_are_taken_over_when_its_lease_ends(desk: Reception) -> None:
    fired: list[str] = []
    clock = ticking(desk, pour=lambda at, timer: fired.append(timer.name))
    await sets(desk, "pour")

    def die(db: Transaction) -> None:
        now = desk.clock.at
        assert timers.claim(db, now, now, "dead", now + LEASE)

    await desk.core.database.write(die)
    await clock.tick()
    assert fired == []
    desk.clock.at += LEASE + timedelta(seconds=1)
    await clock.tick()
    assert fired == ["pour"]


async def test_a_replica_that_lost_its_lease_settles_nothing(desk: Reception) -> None:
    number = await sets(desk, "pour")
    now = desk.clock.at

    def late(db: Transaction) -> tuple[bool, bool]:
        timers.claim(db, now, now, "slow", now)
        timers.claim(db, now, now + timedelta(seconds=1), "fast", now + LEASE)
        slow = timers.settle(db, number, "slow", timers.FIRED, now)
        return slow, timers.settle(db, number, "fast", timers.FIRED, now)

    found, _ = await desk.core.database.write(late)
    assert found == (False, True)


async def test_what_waits_is_counted_and_what_is_over_is_forgotten(desk: Reception) -> None:
    await sets(desk, "pour")
    await sets(desk, "unknown", days=1)
    await ticking(desk, pour=lambda at, timer: None).tick()
    waiting = await desk.core.database.read(timers.waiting)
    assert waiting == (1, desk.clock.at + timedelta(days=1))
    future = desk.clock.at + timedelta(days=500)
    forgotten, _ = await desk.core.database.write(lambda db: timers.forget(db, future))
    assert forgotten == 1
    assert await states(desk) == [timers.WAITING]


def test_what_a_dead_replica_had_claimed_fires_within_half_a_minute() -> None:
    assert (LEASE + TICK).total_seconds() < 30
