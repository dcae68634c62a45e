"""Clocks that jump, and signs that databases and programs stumble over (FACTS 5.2, 23 and 28)."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from functools import partial

from bot.platform import Typed
from scheduler.pulse import Pulse
from storage import cases, deliveries, timers
from storage.database import Transaction
from storage.timers import Timer
from tests.desk import Reception, reception
from tests.faults.framework import Row, Run, company, most, scenario
from tests.house import BEGUN
from tests.postgres import Cluster

REMINDERS = 120
SPREAD = timedelta(hours=30)
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
OWNER = 3

# --- clocks ---------------------------------------------------------------------------------------


def jumps() -> Iterator[timedelta]:
    """An hour of minutes after each: back and forth an hour, a day, seconds that go back."""
    hour = [MINUTE] * 60
    for jump in (HOUR, -HOUR, -HOUR, 3 * HOUR, DAY):
        yield from hour
        yield jump
    for _ in range(60):
        yield from (timedelta(seconds=1), timedelta(seconds=-1), MINUTE)
    yield from [4 * MINUTE] * 15 * 40


def remind(db: Transaction) -> None:
    """Reminders of a case, spread over a day and more."""
    for number in range(REMINDERS):
        at = BEGUN + SPREAD * (number + 1) / REMINDERS
        timers.add(db, Timer(kind="case", subject_id=1, name="remind", person_id=OWNER, at=at))


@scenario("clocks")
async def clocks(run: Run) -> list[Row]:
    """Everything is reminded of once, and nothing before its time."""
    url = f"sqlite:///{run.folder / 'clocks.db'}"
    await company(url, "web")
    async with reception(url) as desk:
        pulse = Pulse(desk.core.timers, desk.core.wake)
        await desk.says("chenjing", "/complaint 永固 rust")
        await desk.core.database.write(remind)
        for jump in jumps():
            desk.clock.at += jump
            await pulse.tick()
            await desk.work()
        for _ in range(400):
            desk.clock.at += timedelta(seconds=5)
            await desk.work()
        early, unfired = await desk.core.database.read(told)
        sent = sum("reminded" in title for title in desk.mail.titles("dm:lina"))
    return [
        most("a clock that jumps: reminders lost", max(REMINDERS - sent, unfired), 0, "reminders"),
        most("a clock that jumps: reminders doubled", max(sent - REMINDERS, 0), 0, "reminders"),
        most("a clock that jumps: reminders before their time", early, 0, "reminders"),
    ]


def told(db: Transaction) -> tuple[int, int]:
    """How many fired early, and how many never did."""
    rows = db.run("SELECT at, fired_at FROM timer WHERE name = 'remind'").fetchall()
    return sum(bool(f) and f < at for at, f in rows), sum(not f for _, f in rows)


# --- signs ----------------------------------------------------------------------------------------

SIGNS = (
    *("'; DROP TABLE cases; --", '" OR 1=1 --', "\\'\\\\", "%s %(x)s :x $1 ? {0}", "a\x00b\x00"),
    *(
        "\ud800 half",
        "half \udfff",
        "😀👩‍👧‍👦𠮷",
        "\u202eRTL\u202c \u200b\ufeff",
        "\x1b[31mred\x7f",
    ),
    *("&amp; &lt;b&gt; <b>", "=cmd|' /C calc'!A0", "line\r\nline\u2028line\u2029", "字" * 2000),
)
LONGEST = "长" * 1_000_000


@contextmanager
def engines(run: Run) -> Iterator[list[str]]:
    """A database on each engine."""
    with Cluster() as cluster:
        cluster.create("signs")
        yield [f"sqlite:///{run.folder / 'signs.db'}", cluster.url("signs")]


@scenario("signs")
async def signs(run: Run) -> list[Row]:
    """What is said is kept to the letter on both engines, but for what no database keeps."""
    different, bugs = 0, 0
    with engines(run) as urls:
        for url in urls:
            await company(url, "web")
            async with reception(url) as desk:
                for number, text in enumerate(SIGNS, 1):
                    kept = await said(desk, number, text)
                    if kept != expected(text):
                        different += 1
                        run.say(f"{text[:40]!r} became {str(kept)[:60]!r}")
                await desk.says("lina", Typed(f"/complaint 永固 {LONGEST}"))
                bugs += len(await desk.core.database.read(deliveries.newest_aside))
    many = len(SIGNS) * 2
    return [
        most(f"{many} texts of odd signs, both engines: kept otherwise", different, 0, "texts"),
        most(f"{many} texts of odd signs and a megabyte: bugs met", bugs, 0, "bugs"),
    ]


async def said(desk: Reception, number: int, text: str) -> str | None:
    """What a complaint with this text keeps."""
    await desk.says("lina", Typed(f"/complaint 永固 x {text} x"))
    case = await desk.core.database.read(partial(cases.get, case_id=number))
    return case.text if case else None


def expected(text: str) -> str:
    """Without NUL, and with a mark for half of a pair."""
    return f"x {text} x".replace("\x00", "").encode("utf-8", "replace").decode()
