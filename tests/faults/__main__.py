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
from importlib import import_module
from pathlib import Path

from tests.faults.bots import nursery
from tests.faults.framework import Row, Run, Scenario, chosen, keep, played, table
from tests.house import ROOT

# Those that mostly wait come first: others work meanwhile.
DECLARED = (
    *("replicas", "outage", "wire", "posts", "kills", "engines", "commits"),
    *("oddities", "fuzz", "walk", "suite"),
)
AT_ONCE = 4
KEPT = ROOT / "build" / "faults.json"


def asked() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.faults")
    parser.add_argument("names", nargs="*", metavar="NAME")
    parser.add_argument("--seed", type=int, default=secrets.randbelow(10**6))
    parser.add_argument("--short", action="store_true", default=os.environ.get("SHORT") == "1")
    return parser.parse_args()


async def play(ones: list[Scenario], seed: int, folder: Path, *, short: bool) -> list[Row]:
    """A few at a time, for many only wait."""
    me = asyncio.current_task()
    assert me is not None
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, me.cancel)
    places = asyncio.Semaphore(AT_ONCE)
    async with nursery() as bots:

        async def one(wanted: Scenario) -> list[Row]:
            run = Run(wanted.name, seed, short, folder / wanted.name, bots)
            async with places:
                return await played(wanted, run)

        found = await asyncio.gather(*map(one, ones))
    return [row for rows in found for row in rows]


def main() -> int:
    given = asked()
    for name in DECLARED:
        import_module(f"tests.faults.{name}")
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
