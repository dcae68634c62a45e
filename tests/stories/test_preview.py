"""What "If nobody moves?" says is exactly what happens: 200 random complaints."""

from __future__ import annotations

import random
from collections.abc import AsyncIterator
from datetime import datetime, timedelta

import pytest

from commands.cases import future
from storage import cases, letters, people
from storage.database import Transaction
from tests.desk import Reception, reception

COMPLAINTS = 200
Told = tuple[str, datetime, int]


@pytest.fixture
async def desk(database_url: str) -> AsyncIterator[Reception]:
    """A door, on each engine."""
    async with reception(database_url) as made:
        yield made


def foretold(db: Transaction) -> set[Told]:
    """What the preview of every case says: which case, when, whom."""
    found = set()
    for number in range(1, COMPLAINTS + 1):
        case = cases.get(db, number)
        assert case is not None
        found |= {(case.number, move.at, move.who.id) for move in future.foretold(db, case)}
    return found


def written(db: Transaction) -> set[Told]:
    """What was really said by timers: letters about a case that carry a card of their own."""
    found = set()
    for number in range(1, COMPLAINTS + 1):
        case = cases.get(db, number)
        assert case is not None
        for letter in letters.about(db, "case", number):
            if letter.body is not None and letter.person_id:
                found.add((case.number, letter.created_at, letter.person_id))
    return found


async def test_the_preview_is_what_happens(desk: Reception) -> None:
    rng = random.Random(20261014)
    everybody = await desk.core.database.read(people.active)
    users = ["lina", "zhouqiang", "chenjing", "wulei", "zhangwei", "wang", "stranger"]
    for number in range(COMPLAINTS):
        desk.clock.at += timedelta(minutes=rng.randrange(1, 7))
        await desk.says(rng.choice(users), f"complaint no {number}")
        if rng.random() < 0.3:
            who = rng.choice(everybody).name
            await desk.says("chenjing", f"/case_pass C-2026-{number + 1:04d} to: {who}")
    said: set[Told] = await desk.core.database.read(foretold)
    assert len(said) >= 2 * COMPLAINTS
    for at in sorted({at for _, at, _ in said}):
        desk.clock.at = max(desk.clock.at, at)
        await desk.core.timers.tick()
    done = await desk.core.database.read(written)
    assert said ^ done == set()
