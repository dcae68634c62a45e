"""`python -m tests.faults [NAME ...]`: plays scenarios of faults, and prints what was measured.

A NAME chooses the scenarios that begin so. `--seed` repeats another run's chance, `--short` (or
SHORT=1) does everything a few times only. The exit code is 1 when a bound is missed.
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
from pathlib import Path

from tests.faults import commits, engines, fuzz, kills, outage, posts, replicas, suite, walk, wire
from tests.faults.bots import nursery
from tests.faults.framework import Row, Run, Scenario, chosen, keep, played, table
from tests.house import ROOT

DECLARED = (kills, commits, posts, replicas, outage, wire, engines, fuzz, walk, suite)
AT_ONCE = 4
KEPT = ROOT / "build" / "faults.json"


def asked() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.faults")
    parser.add_argument("names", nargs="*", metavar="NAME")
    parser.add_argument("--seed", type=int, default=secrets.randbelow(10**6))
    parser.add_argument("--short", action="store_true", default=os.environ.get("SHORT") == "1")
    return parser.parse_args()


async def play(ones: list[Scenario], seed: int, folder: Path, *, short: bool) -> list[Row]:
    """Those that may run together a few at a time, for many only wait; then the others."""
    me = asyncio.current_task()
    assert me is not None
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, me.cancel)
    places = asyncio.Semaphore(AT_ONCE)
    rows: dict[str, list[Row]] = {}
    async with nursery() as bots:

        async def one(wanted: Scenario) -> None:
            run = Run(wanted.name, seed, short, folder / wanted.name, bots)
            async with places:
                rows[wanted.name] = await played(wanted, run)

        await asyncio.gather(*(one(wanted) for wanted in ones if wanted.together))
        for wanted in ones:
            if not wanted.together:
                await one(wanted)
    return [row for wanted in ones for row in rows[wanted.name]]


def main() -> int:
    given = asked()
    print(f"seed {given.seed}{', short' if given.short else ''}", flush=True)
    begun = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="headwater-faults-") as folder:
        made = play(chosen(given.names), given.seed, Path(folder), short=given.short)
        rows = asyncio.run(made)
    keep(rows, KEPT)
    print(f"\n{table(rows)}\n")
    missed = [row for row in rows if not row.passed]
    took = (time.monotonic() - begun) / 60
    print(f"{len(rows)} rows, {len(missed)} missed, {took:.1f} minutes, seed {given.seed}")
    return 1 if missed or not rows else 0


if __name__ == "__main__":
    sys.exit(main())
