"""The message budget of fifty people in a fortnight, played through the real door.

On SQLite only: what is counted is whom the rules tell and when, which does not depend on the
engine; that letters are sent alike on both is what every story shows.
"""

from __future__ import annotations

import statistics
from datetime import date, datetime, time, timedelta
from pathlib import Path

import pytest

from bot import locale
from bot.playing import Played, Stage
from bot.script import Script
from bot.wiring import assemble
from bot.words import Reader
from commands import budget
from commands.budget import ANSWERS, MISSED, Budget, BudgetPolicy, Push, kind_of, loaded
from commands.kit.calendar import Quiet
from commands.kit.people import Person
from storage.database import Database
from storage.pushes import Sent
from tests.firm import CUSTOMERS, founded
from tests.house import ZONE, settings_for

BEGUN = datetime(2026, 10, 12, tzinfo=ZONE)  # a Monday
FORTNIGHT = 14
MONTHLY = 0.5


@pytest.fixture(scope="module")
def firm(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The company before anything has happened, to be copied."""
    path = tmp_path_factory.mktemp("firm") / "firm.db"
    path.write_bytes(sqlite_template.read_bytes())
    database = Database(f"sqlite:///{path}")
    database.write_now(lambda db: founded(db, BEGUN))
    database.close()
    return path


async def played(firm: Path, path: Path, days: int, seed: int) -> Budget:
    """What everybody gets in so many days."""
    path.write_bytes(firm.read_bytes())
    settings = settings_for(f"sqlite:///{path}", "zh", files_url="database")
    running = assemble(settings, clock=Played(BEGUN))
    core = running.core
    assert isinstance(core.clock, Played)
    stage = Stage(core, core.clock)
    try:
        await Script(stage, seed, MONTHLY).plan(BEGUN.date(), days)
        until = BEGUN + timedelta(days=days)
        await stage.play(until)
        return await core.database.read(
            lambda db: budget.counted(db, core.house.policy, ZONE, BEGUN, until)
        )
    finally:
        await running.stop()


@pytest.mark.slow
@pytest.mark.timeout(300)  # every deed of fifty people, through the door
async def test_nobody_of_fifty_is_disturbed_too_often_in_a_fortnight(
    tmp_path: Path, firm: Path
) -> None:
    found = await played(firm, tmp_path / "firm.db", FORTNIGHT, seed=1)
    assert (len(found.loads), CUSTOMERS, found.days) == (50, 400, FORTNIGHT)
    assert max(load.median for load in found.loads) <= 4
    assert max(load.most for load in found.loads) <= 12
    assert sum(load.disturbed for load in found.loads) == 0
    assert found.kept
    # It is a fortnight in which something happens, answers to what people did aside.
    kinds = {kind.text for load in found.loads for kind, _ in load.kinds}
    assert {"new and passed-on cases", "warnings", "missed deadlines"} <= kinds
    assert sum(load.pushes for load in found.loads) > 100
    assert sum(load.answers for load in found.loads) > 300
    assert statistics.median(load.pushes for load in found.loads) <= 40


@pytest.mark.torture
@pytest.mark.timeout(300)  # every deed of fifty people, through the door
async def test_the_same_seed_plays_the_same_and_another_does_not(
    tmp_path: Path, firm: Path
) -> None:
    one = await played(firm, tmp_path / "one.db", 2, seed=3)
    assert await played(firm, tmp_path / "two.db", 2, seed=3) == one
    assert await played(firm, tmp_path / "three.db", 2, seed=4) != one


# --- counting -------------------------------------------------------------------------------------


def at(day: int, hour: int, minute: int = 0) -> datetime:
    return datetime.combine(date(2026, 10, day), time(hour, minute), ZONE)


def pushed(*moments: datetime, urgent: bool = True, letters: int = 1) -> list[Push]:
    return [Push(moment, MISSED, letters, urgent) for moment in moments]


WANG = Person(1, "王经理", quiet=Quiet(time(22), time(7, 30)))
WEEK = [date(2026, 10, 12) + timedelta(days=n) for n in range(7)]


def test_days_are_counted_by_the_median_of_those_worked_and_by_the_fullest() -> None:
    got = pushed(*(at(day, 9) for day in (12, 12, 13, 14, 14, 14, 17, 17, 17, 17)))
    load = loaded(WANG, got, WEEK, ZONE)
    assert (load.pushes, load.median, load.most) == (10, 1, 4)


def test_nobody_is_told_of_zero_messages_or_fewer() -> None:
    calm = loaded(WANG, pushed(at(12, 9)), WEEK, ZONE)
    limits = BudgetPolicy(median_daily=4, most_daily=12)
    found = Budget(WEEK[0], len(WEEK), (calm,), limits, unbound=False)
    reader = Reader("zh", ZONE, at(20, 9), locale.load())
    said = reader.say(budget.summary(found))
    assert "至少一半的人在至少一半的工作日里收不到消息，任何人任何一天都不超过1条" in said
    assert "王经理：至少一半的工作日收不到消息，最多的一天1条" in reader.say(
        budget.made_up_of(calm)
    )


def test_merged_letters_are_one_push_and_silent_ones_are_counted_apart() -> None:
    got = [*pushed(at(12, 9), letters=3), *pushed(at(12, 10), urgent=False)]
    got.append(Push(at(12, 11), ANSWERS, 1, urgent=True))
    load = loaded(WANG, got, WEEK, ZONE)
    assert (load.pushes, load.silent, load.answers, load.merged) == (1, 2, 1, 2)


def test_what_is_not_urgent_in_quiet_hours_is_a_fault_and_what_is_urgent_is_told() -> None:
    load = loaded(WANG, pushed(at(12, 22), at(13, 7, 29), at(13, 7, 30)), WEEK, ZONE)
    assert (load.quiet, load.disturbed) == (((MISSED, 2),), 0)
    disturbed = loaded(WANG, pushed(at(12, 23), urgent=False), WEEK, ZONE)
    limits = BudgetPolicy(median_daily=4, most_daily=12)
    assert disturbed.disturbed == 1
    assert budget.exceeds(disturbed, limits)
    assert not budget.exceeds(load, limits)


@pytest.mark.parametrize(("pushes", "over"), [(12, False), (13, True)])
def test_a_day_may_hold_twelve(pushes: int, *, over: bool) -> None:
    load = loaded(WANG, pushed(*[at(12, 9)] * pushes), WEEK, ZONE)
    assert budget.exceeds(load, BudgetPolicy(median_daily=4, most_daily=12)) is over


@pytest.mark.parametrize(
    ("kind", "view", "titled", "words"),
    [
        ("case", "notice:warn,3,", False, "warnings"),
        ("case", "notice:above,3,", False, "second escalations"),
        ("case", "reminder", False, "reminders they asked for"),
        ("case", "", False, "new and passed-on cases"),
        ("case", "", True, "what customers add"),
        ("", "", True, "other news"),
    ],
)
def test_a_push_says_what_it_was_about(kind: str, view: str, titled: bool, words: str) -> None:
    letter = Sent(1, 1, at(12, 9), "now", kind, view, titled, answers=False)
    assert kind_of(letter).text == words
