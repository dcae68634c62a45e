"""`python -m tests.bench [NAME ...]`: every bench, or those named; a table, and build/bench.json.

`SHORT=1` makes them small. Speeds are kept or missed only as ratios within one run.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence

from tests.bench import (
    before,
    caring,
    cpu,
    door_visit,
    finding,
    pacing,
    peers,
    pipeline,
    size,
    slack_visit,
    starting,
    telegram_visit,
    ticking,
)
from tests.bench.racing import Unmeasured
from tests.bench.rows import BUILD, Row, Scale, aloud, kept

Bench = Callable[[Scale], Iterator[Row]]
BENCHES: Mapping[str, Bench] = {
    "slack": slack_visit.rows,
    "telegram": telegram_visit.rows,
    "cpu": cpu.rows,
    "timers": ticking.rows,
    "names": finding.rows,
    "size": size.rows,
    "admissions": pipeline.rows,
    "care": caring.rows,
    "peak": caring.peak,
    "start": starting.rows,
    "pace": pacing.rows,
    "peers": peers.rows,
    "processes": door_visit.rows,
}
RESULT = BUILD / "bench.json"


def measured(name: str, scale: Scale) -> Iterator[Row]:
    """The rows of one bench; one that can't be measured says so and is a row all the same."""
    began = time.monotonic()
    aloud(f"measuring: {name}")
    try:
        yield from BENCHES[name](scale)
    except Unmeasured as why:
        aloud(f"{name}: {why}")
        yield Row(f"{name}: not measured whole", None, "")
    aloud(f"measured: {name}, {time.monotonic() - began:.0f} s")


def main(names: Sequence[str]) -> int:
    """Measure, print as it comes, and write it down."""
    unknown = [name for name in names if name not in BENCHES]
    if unknown:
        aloud(f"there is no bench called {', '.join(unknown)}; there are: {', '.join(BENCHES)}")
        return 2
    scale, rows = Scale.of_environment(), []
    try:
        for name in names or BENCHES:
            for row in measured(name, scale):
                rows.append(row)
                print(row.line(), flush=True)
    finally:
        before.removed()
    return 0 if kept(rows, RESULT) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
