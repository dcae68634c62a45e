"""What a scenario of faults is, what it yields, and how its figures are shown and kept."""

from __future__ import annotations

import asyncio
import json
import random
import time
import traceback
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from tests.faults.bots import Nursery
from tests.house import prepared, prepared_everywhere

WIDE = 66


@dataclass(frozen=True, slots=True)
class Row:
    """One figure and the bound that it must not pass."""

    name: str
    figure: float
    bound: float
    unit: str
    passed: bool


def most(name: str, figure: float, bound: float, unit: str) -> Row:
    """A figure that may be as high as its bound."""
    return Row(name, round(figure, 3), bound, unit, figure <= bound)


def least(name: str, figure: float, bound: float, unit: str) -> Row:
    """A figure that may be as low as its bound."""
    return Row(name, round(figure, 3), bound, unit, figure >= bound)


def exactly(name: str, figure: float, bound: float, unit: str) -> Row:
    """A figure that must be its bound."""
    return Row(name, round(figure, 3), bound, unit, figure == bound)


@dataclass(frozen=True)
class Run:
    """One scenario's turn: its chance, its folder, whether it is to be short; who starts bots."""

    name: str
    seed: int
    short: bool
    folder: Path
    bots: Nursery

    def times(self, whole: int, short: int) -> int:
        """How often something is done."""
        return short if self.short else whole

    def chance(self, what: object = "") -> random.Random:
        """Chance that the seed repeats."""
        return random.Random(f"{self.seed}:{self.name}:{what}")

    def say(self, words: str) -> None:
        """Tell how it goes."""
        print(f"    {self.name}: {words}", flush=True)


_ONE_AT_A_TIME = asyncio.Lock()


async def company(url: str, platform: str = "") -> None:
    """The sample company on a platform, or on all of them; two migrations can't run at once."""
    async with _ONE_AT_A_TIME:
        if platform:
            await asyncio.to_thread(prepared, url, platform, "zh")
        else:
            await asyncio.to_thread(prepared_everywhere, url, "zh")


Play = Callable[[Run], Awaitable[Sequence[Row]]]


@dataclass(frozen=True, slots=True)
class Scenario:
    """A name, and what is done under it.

    What goes on for `long` is played whole only where it is asked for by name.
    """

    name: str
    play: Play
    long: bool = False


SCENARIOS: dict[str, Scenario] = {}


def scenario(name: str, *, long: bool = False) -> Callable[[Play], Play]:
    """Declare a scenario; they run in the order in which they were declared."""

    def declared(play: Play) -> Play:
        assert name not in SCENARIOS, name
        SCENARIOS[name] = Scenario(name, play, long)
        return play

    return declared


def chosen(names: Sequence[str]) -> list[Scenario]:
    """Those whose name begins so; all without a name."""
    wanted = tuple(names) or ("",)
    return [one for one in SCENARIOS.values() if one.name.startswith(wanted)]


def known() -> list[str]:
    """The names that there are."""
    return sorted(SCENARIOS)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a scenario that was played to its end."""

    name: str
    rows: Sequence[Row]
    seconds: float


async def played(one: Scenario, run: Run) -> Outcome:
    """Its rows; one that breaks off is a bound missed."""
    begun = time.monotonic()
    run.folder.mkdir(parents=True)
    try:
        rows = list(await one.play(run))
    except Exception:  # noqa: BLE001 -- whatever it is, the others run and this one is shown as missed
        traceback.print_exc()
        rows = [least(f"{one.name}: gets to its end", 0, 1, "times")]
    took = time.monotonic() - begun
    run.say(f"{took:.0f} s")
    print("\n".join(lines(rows)), flush=True)
    return Outcome(one.name, rows, took)


def rows_of(ended: Sequence[Outcome], wanted: Sequence[Scenario]) -> list[Row]:
    """The rows in the order in which scenarios are declared; a run cut short says so itself."""
    by_name = {one.name: one.rows for one in ended}
    rows = [row for one in wanted for row in by_name.get(one.name, ())]
    if len(ended) < len(wanted):
        rows.append(
            least("cut short: scenarios played", len(ended), len(wanted), "of those asked for")
        )
    return rows


def durations(ended: Iterable[Outcome]) -> str:
    """How long each took, the longest first; several go on at a time."""
    longest = sorted(ended, key=lambda one: -one.seconds)
    return "\n".join(f"{one.name:{WIDE}} {one.seconds:>10.0f}  s" for one in longest)


async def emptied(left: Callable[[], Awaitable[int]], stuck_s: float, every_s: float = 1.0) -> bool:
    """Whether nothing is left in the end; not so when nothing has left for so many seconds.

    How long a pace takes for what is left is its own affair.
    """
    least_left, since = await left(), time.monotonic()
    while least_left and time.monotonic() - since < stuck_s:
        await asyncio.sleep(every_s)
        now_left = await left()
        if now_left < least_left:
            least_left, since = now_left, time.monotonic()
    return not least_left


def lines(rows: Iterable[Row]) -> list[str]:
    """The table's lines."""
    return [
        f"{row.name:{WIDE}} {row.figure:>10g} {row.bound:>10g}  {row.unit:18} "
        f"{'ok' if row.passed else 'MISSED'}"
        for row in rows
    ]


def table(rows: Sequence[Row]) -> str:
    """Everything that was measured."""
    head = f"{'':{WIDE}} {'figure':>10} {'bound':>10}"
    return "\n".join([head, *lines(rows)])


def keep(rows: Sequence[Row], path: Path) -> None:
    """Write the rows for programs to read."""
    path.parent.mkdir(parents=True, exist_ok=True)
    kept: list[Mapping[str, object]] = [asdict(row) for row in rows]
    path.write_text(json.dumps(kept, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
