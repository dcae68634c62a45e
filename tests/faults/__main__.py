"""`python -m tests.faults [NAME ...]`: plays scenarios of faults, and prints what was measured.

A NAME chooses the scenarios that begin so. `--seed` repeats another run's chance, `--short` (or
SHORT=1) does everything a few times only; a year is lived whole only where it is named. The exit
code is 1 when a bound is missed or the run is interrupted, which keeps the rows of what was played
until then; 2 when a NAME means nothing.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import secrets
import signal
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from importlib import import_module
from pathlib import Path

from tests.faults.bots import nursery
from tests.faults.framework import (
    Outcome,
    Run,
    Scenario,
    chosen,
    durations,
    keep,
    known,
    played,
    rows_of,
    table,
)
from tests.house import ROOT

# Those that wait the longest come first: others work meanwhile.
DECLARED = (
    *("wire", "replicas", "outage", "posts", "kills", "engines", "commits"),
    *("year", "oddities", "fuzz", "walk", "suite"),
)
AT_ONCE = 5
KEPT = ROOT / "build" / "faults.json"


def asked(words: Sequence[str] | None = None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.faults")
    parser.add_argument("names", nargs="*", metavar="NAME")
    parser.add_argument("--seed", type=int, default=secrets.randbelow(10**6))
    parser.add_argument("--short", action="store_true", default=os.environ.get("SHORT") == "1")
    parser.add_argument("--into", type=Path, default=KEPT, metavar="FILE", help="keeps the rows")
    given = parser.parse_args(words)
    unknown = [name for name in given.names if not chosen([name])]
    if unknown:
        parser.error(
            f"no scenario begins with {', '.join(unknown)}; there are: {', '.join(known())}"
        )
    return given


async def play(
    ones: list[Scenario],
    seed: int,
    folder: Path,
    ended: list[Outcome],
    short: Callable[[Scenario], bool],
) -> None:
    """A few at a time, for many only wait; `ended` has those that came to their end."""
    me = asyncio.current_task()
    assert me is not None
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, me.cancel)
    places = asyncio.Semaphore(AT_ONCE)
    async with nursery() as bots:

        async def one(wanted: Scenario) -> None:
            run = Run(wanted.name, seed, short(wanted), folder / wanted.name, bots)
            async with places:
                ended.append(await played(wanted, run))

        await asyncio.gather(*map(one, ones))


def main(words: Sequence[str] | None = None) -> int:
    for name in DECLARED:
        import_module(f"tests.faults.{name}")
    given = asked(words)
    print(f"seed {given.seed}{', short' if given.short else ''}", flush=True)

    def short(one: Scenario) -> bool:
        return given.short or (one.long and not given.names)

    begun, ones, ended = time.monotonic(), chosen(given.names), list[Outcome]()
    with tempfile.TemporaryDirectory(
        prefix="headwater-faults-", ignore_cleanup_errors=True
    ) as folder:
        try:
            asyncio.run(play(ones, given.seed, Path(folder), ended, short))
        except asyncio.CancelledError:
            print("\ninterrupted: cut short", flush=True)
    rows = rows_of(ended, ones)
    keep(rows, given.into)
    print(f"\n{table(rows)}\n\n{durations(ended)}\n")
    missed = [row for row in rows if not row.passed]
    took = (time.monotonic() - begun) / 60
    print(f"{len(rows)} rows, {len(missed)} missed, {took:.1f} minutes, seed {given.seed}")
    return 1 if missed or not rows else 0


if __name__ == "__main__":
    sys.exit(main())
