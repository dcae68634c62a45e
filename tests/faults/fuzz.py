"""Inputs that nobody writes, for whatever reads what people and platforms send (FACTS 5.2, 25).

`python -m tests.faults.fuzz PARSER TIMES SEED FOLDER` reads so many, in a process of its own, and
prints what became of them.
"""

from __future__ import annotations

import asyncio
import json
import logging
import random
import statistics
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import structlog

from tests.faults.framework import Row, Run, most, scenario
from tests.faults.parsers import PARSERS, Parser
from tests.house import ROOT

TIMES = 100_000
FEW = 200
SLOWEST = 20.0
AGAIN = 5
ENOUGH = 30
A_MOMENT = 0.0002


@dataclass
class Found:
    """What became of inputs; `sort` is what an input was, or what came of it."""

    unhandled: list[str] = field(default_factory=list)
    seconds: dict[str, list[tuple[float, str]]] = field(default_factory=dict)

    def took(self, sort: str, seconds: float, shown: str) -> None:
        self.seconds.setdefault(sort, []).append((seconds, shown))


def timed(work: Callable[[], str]) -> tuple[str, float]:
    """What came of it, and its time on the processor: others run here, too."""
    begun = time.thread_time()
    return work(), time.thread_time() - begun


def read(parser: Parser, times: int, chance: random.Random) -> tuple[int, float, list[str]]:
    """How many were unhandled, and the slowest in medians of its sort."""
    found = Found()
    slow: dict[str, Callable[[], str]] = {}
    for _ in range(times):
        one = parser.make(chance)
        try:
            sort, seconds = timed(partial(parser.read, one))
        except Exception as error:  # noqa: BLE001 -- that is what is looked for
            found.unhandled.append(f"{type(error).__name__}: {error}: {one!r}"[:600])
            continue
        shown = repr(one)
        found.took(sort, seconds, shown[:200])
        medians = found.seconds[sort]
        if seconds > A_MOMENT and (len(medians) < ENOUGH or seconds > 4 * _median(medians)):
            slow[f"{sort}:{shown[:200]}"] = partial(parser.read, one)
    ratio, worst = slowest(found, slow)
    return len(found.unhandled), ratio, [*found.unhandled[:5], *worst]


def _median(times: Sequence[tuple[float, str]]) -> float:
    return statistics.median(seconds for seconds, _ in times[-101:])


def slowest(found: Found, slow: dict[str, Callable[[], str]]) -> tuple[float, list[str]]:
    """The slowest input; one that seems slow is read again, for it may have been disturbed."""
    worst, shown = 0.0, ""
    for sort, times in found.seconds.items():
        median = max(statistics.median(seconds for seconds, _ in times), A_MOMENT / 10)
        for seconds, text in times:
            if seconds <= worst * median or len(times) < ENOUGH:
                continue
            again = slow.get(f"{sort}:{text}")
            best = min([seconds, *(timed(again)[1] for _ in range(AGAIN))]) if again else seconds
            if best > worst * median:
                worst, shown = best / median, f"{sort}: {best * 1000:.2f} ms for {text}"
    return worst, [shown]


async def fuzz(run: Run, name: str) -> list[Row]:
    """One parser, in a process of its own."""
    times = run.times(TIMES, FEW)
    given = [name, str(times), str(run.seed), str(run.folder)]
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        *("-m", "tests.faults.fuzz", *given),
        cwd=ROOT,
        stdout=asyncio.subprocess.PIPE,
    )
    said, _ = await process.communicate()
    unhandled, ratio, shown = json.loads(said.splitlines()[-1])
    for one in shown if unhandled or ratio > SLOWEST else ():
        run.say(one)
    return [
        most(f"{name}, {times} inputs: unhandled", unhandled, 0, "inputs"),
        most(f"{name}: the slowest input", ratio, SLOWEST, "x median of its sort"),
    ]


for _name in PARSERS:
    scenario(f"fuzz.{_name}")(partial(fuzz, name=_name))


def main() -> None:
    name, times, seed, folder = sys.argv[1:]
    quiet = structlog.make_filtering_bound_logger(logging.CRITICAL)
    structlog.configure(wrapper_class=quiet)
    with PARSERS[name](Path(folder)) as parser:
        found = read(parser, int(times), random.Random(f"{seed}:{name}"))
    sys.stdout.write(json.dumps(found, ensure_ascii=True) + "\n")


if __name__ == "__main__":
    main()
