"""What "If nobody moves?" says is exactly what happens: 200 random complaints on SQLite.

On PostgreSQL fewer do: the preview asks the same rules, and only the rows are another engine's.
"""

from __future__ import annotations

import random
import re
from collections.abc import AsyncIterator
from datetime import datetime, timedelta

import pytest

from bot import sample
from commands.cases import future
from storage import cases, people
from storage.database import Transaction
from tests.desk import Reception, reception

COMPLAINTS = {"sqlite": 200, "postgresql": 12}
NUMBER = re.compile(r"C-2026-\d{4}")
Told = tuple[str, datetime, int]


@pytest.fixture
async def desk(sample_url: str) -> AsyncIterator[Reception]:
    """A door, on each engine."""
    async with reception(sample_url) as made:
        yield made


def foretold(db: Transaction) -> set[Told]:
    """What the preview of every case says: which case, when, whom."""
    found = set()
    for number in range(1, COMPLAINTS[db.engine] + 1):
        case = cases.get(db, number)
        assert case is not None
        found |= {(case.number, move.at, move.who.id) for move in future.foretold(db, case)}
    return found


def notices(desk: Reception, since: int) -> set[Told]:
    """What was really sent of late about cases: which case, when, whom."""
    people_ = {f"dm:{user}": number for number, (user, *_) in enumerate(sample.STAFF, 1)}
    found = set()
    for parcel in desk.mail.sent[since:]:
        number = NUMBER.search(parcel.page.title)
        if number and parcel.page.title.startswith(("⏰", "🚨")):
            found.add((number[0], desk.core.clock.now(), people_[parcel.address.chat]))
    return found


@pytest.mark.timeout(300)  # many cases, and everything that is said of them
async def test_the_preview_is_what_happens(desk: Reception, engine: str) -> None:
    rng = random.Random(20261014)
    everybody = await desk.core.database.read(people.active)
    users = ["lina", "zhouqiang", "chenjing", "wulei", "zhangwei", "wang", "stranger"]
    for number in range(COMPLAINTS[engine]):
        await desk.core.move(timedelta(minutes=rng.randrange(1, 7)))
        await desk.says(rng.choice(users), f"complaint no {number}", at=desk.core.clock.now())
        if rng.random() < 0.3:
            who = rng.choice(everybody).name
            await desk.says("chenjing", f"/case_pass C-2026-{number + 1:04d} to: {who}")
    await desk.work()
    said: set[Told] = await desk.core.database.read(foretold)
    assert len(said) >= 2 * COMPLAINTS[engine]
    done: set[Told] = set()
    for at in sorted({at for _, at, _ in said}):
        await desk.core.move(max(at - desk.core.clock.now(), timedelta()))
        sent = len(desk.mail.sent)
        await desk.work()
        done |= notices(desk, sent)
    assert said ^ done == set()
