"""After a silence the bot says once what it missed; a breach that was its own is excused."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import datetime, timedelta

import pytest

from commands.kit.card import Card
from commands.kit.people import ToPerson
from commands.kit.words import T
from scheduler.pulse import HEARTBEAT, Pulse
from storage import dues, house, timers
from storage.database import Transaction
from storage.dues import Due
from tests.desk import Reception, reception
from tests.house import BEGUN

HOUR = timedelta(hours=1)
ADMIN, OWNER = "dm:zhao", "dm:lina"


@pytest.fixture
async def desk(sample_url: str) -> AsyncIterator[Reception]:
    async with reception(sample_url) as made:
        yield made


async def beat(desk: Reception) -> None:
    """A bot that was just started looks around."""
    await Pulse(desk.core.timers, desk.core.wake).tick()


async def at_work(desk: Reception, until: datetime) -> None:
    """Time passes, and the bot is there."""
    while (following := await desk.core.database.read(timers.next_at)) and following <= until:
        desk.clock.at = max(desk.clock.at, following)
        await settle(desk)
    desk.clock.at = until
    await desk.core.database.write(lambda db: house.put(db, HEARTBEAT, until.isoformat()))


async def settle(desk: Reception) -> None:
    """Everything that may go now goes."""
    for _ in range(60):
        await desk.work()
        desk.clock.at += timedelta(seconds=2)


async def owed(desk: Reception) -> list[Due]:
    return await desk.core.database.read(lambda db: dues.of(db, "case", 1))


def told(desk: Reception, chat: str, words: str) -> list[str]:
    """What somebody was sent of this."""
    pages = [repr(p.page) for p in desk.mail.sent if p.address.chat == chat]
    return [page for page in pages if words in page]


async def broken_off(desk: Reception, left: timedelta, gone: timedelta = 3 * HOUR) -> None:
    """A complaint's first reply is due in so long when the bot is killed; then it comes back."""
    await beat(desk)
    await desk.says("wang", "/complaint 永固 rust")
    await at_work(desk, BEGUN + 24 * HOUR - left)
    desk.clock.at += gone
    await beat(desk)


async def test_the_heart_beats_once_a_minute(desk: Reception) -> None:
    pulse = Pulse(desk.core.timers, desk.core.wake)
    seen = []
    for _ in range(5):
        await pulse.tick()
        seen.append(await desk.core.database.read(lambda db: house.get(db, HEARTBEAT)))
        desk.clock.at += timedelta(seconds=30)
    assert len(set(seen)) == 3


async def test_a_deadline_in_the_silence_is_excused_and_owed_anew(desk: Reception) -> None:
    await broken_off(desk, left=HOUR)
    back = desk.clock.at
    first, anew, solution = sorted(await owed(desk), key=lambda due: (due.name, due.id or 0))
    assert (first.state, first.reason) == (dues.EXCUSED, "I was out of order")
    assert (anew.state, anew.name, anew.person_id) == (dues.OPEN, "first", first.person_id)
    assert anew.due_at == back + 4 * HOUR  # as long as a warning comes before
    assert solution.state == dues.OPEN
    await settle(desk)
    assert len(told(desk, OWNER, "left, first reply due")) == 2  # before, and for the new deadline
    assert told(desk, OWNER, "missed, it was") == told(desk, "dm:wang", "missed, it was") == []


async def test_it_says_once_what_it_missed(desk: Reception) -> None:
    await broken_off(desk, left=HOUR)
    await beat(desk)
    await settle(desk)
    await at_work(desk, desk.clock.at + HOUR)
    (report,) = told(desk, ADMIN, "I was out of order from")
    assert "Excused, because it was my fault" in report
    assert "C-2026-0001, due" in report
    assert "owed by 李娜: now due" in report


async def test_the_time_that_was_left_is_given_back(desk: Reception) -> None:
    await broken_off(desk, left=9 * HOUR, gone=12 * HOUR)
    anew = [due for due in await owed(desk) if due.name == "first"][1]
    assert abs(anew.due_at - desk.clock.at - 9 * HOUR) < timedelta(minutes=5)


async def test_a_missed_deadline_of_somebody_elses_is_no_fault_of_the_bots(desk: Reception) -> None:
    """It was missed before the silence began; what follows from it comes late."""
    await broken_off(desk, left=-HOUR, gone=6 * HOUR)
    first = (await owed(desk))[0]
    assert first.state == dues.MISSED
    await settle(desk)
    (report,) = told(desk, ADMIN, "I was out of order from")
    assert "Comes late, and says so" in report
    assert "my fault" not in report
    assert told(desk, ADMIN, "This message is late: it was to come")


async def test_what_is_of_no_use_any_more_is_dropped_and_told(desk: Reception) -> None:
    await beat(desk)

    def write(db: Transaction) -> None:
        at = desk.core.timers.desk(db, desk.clock.at, "test")
        until = desk.clock.at + HOUR
        at.tell(ToPerson(3), Card(T("lunch is ready")), useful_until=until)
        at.tell(ToPerson(2), Card(T("read this")))

    await desk.core.database.write(write)
    desk.clock.at += 3 * HOUR
    await beat(desk)
    await settle(desk)
    (report,) = told(desk, ADMIN, "I was out of order from")
    assert "1 message is sent late" in report
    assert "1 message is of no use any more and is not sent" in report
    assert told(desk, OWNER, "lunch") == []


async def test_a_restart_is_no_silence(desk: Reception) -> None:
    await broken_off(desk, left=timedelta(minutes=2), gone=timedelta(minutes=4))
    await settle(desk)
    assert (await owed(desk))[0].state == dues.MISSED
    assert told(desk, ADMIN, "out of order") == []


async def test_after_a_silence_in_which_nothing_was_due_nothing_is_said(desk: Reception) -> None:
    await beat(desk)
    desk.clock.at += 3 * HOUR
    await beat(desk)
    await settle(desk)
    assert desk.mail.sent == []


async def test_of_three_replicas_one_notices(desk: Reception) -> None:
    await broken_off(desk, left=HOUR)
    for _ in range(2):
        await beat(desk)
    assert len([due for due in await owed(desk) if due.name == "first"]) == 2


async def test_the_deadlines_explain_themselves(desk: Reception) -> None:
    await broken_off(desk, left=HOUR)
    await settle(desk)
    await desk.says("lina", "/case_why C-2026-0001")
    await settle(desk)
    assert told(desk, OWNER, "owed anew because I was out of order")
    assert (await desk.core.database.read(timers.waiting)).timers
