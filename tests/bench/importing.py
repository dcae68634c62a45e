"""Imports a file of names, one a line, while somebody logs a visit every 200 ms.

`python -m tests.bench.importing FILE [--engine postgresql] [--most N]` prints how fast it went, how
long the writer was held at a time, how long the visits took with and without, and whether an export
reads back equal.
"""

from __future__ import annotations

import asyncio
import statistics
import tempfile
import time
from argparse import ArgumentParser
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bot.core import Core, build
from bot.platform import Address, Request, Typed
from scheduler.clock import Clock
from storage import files, sheets
from storage.database import Database, Transaction
from storage.files import File
from storage.sheets import CHECKED, CHECKING, EXPORTING, IMPORTING, WORKING, Job
from tests.desk import Mailbox
from tests.house import ZONE, prepared
from tests.postgres import Cluster

EVERY = 0.2
QUIET = 10.0
LOOKED = 0.5


@dataclass
class Timed:
    """Visits and writes, as long as they took."""

    visits: list[float] = field(default_factory=list)
    writes: list[float] = field(default_factory=list)

    def told(self) -> str:
        """The median and the slowest, in milliseconds."""
        visits = sorted(self.visits)
        return (
            f"{len(visits)} visits: median {statistics.median(visits) * 1000:.1f} ms, "
            f"p99 {visits[int(len(visits) * 0.99)] * 1000:.1f} ms, "
            f"slowest {visits[-1] * 1000:.1f} ms; longest write {max(self.writes) * 1000:.1f} ms, "
            f"p99 {sorted(self.writes)[int(len(self.writes) * 0.99)] * 1000:.1f} ms"
        )


def watch(database: Database) -> Callable[[], Timed]:
    """Time every writing transaction, its commit included."""
    now = [Timed()]
    whole = database.write_now

    def timed(work: Callable[[Transaction], Any]) -> Any:  # noqa: ANN401
        began = time.perf_counter()
        try:
            return whole(work)
        finally:
            now[0].writes.append(time.perf_counter() - began)

    database.write_now = timed  # type: ignore[method-assign]

    def fresh() -> Timed:
        now[0] = Timed()
        return now[0]

    return fresh


async def visits(core: Core, timed: Timed, number: list[int]) -> None:
    """A visit every 200 ms, until cancelled."""
    while True:
        number[0] += 1
        request = Request(
            Address("web", "rehearsal", "dm:lina"),
            "lina",
            Typed(f"/visit 永固 样品{number[0]} same: no"),
            core.clock.now(),
            key=f"v{number[0]}",
            message=f"m{number[0]}",
        )
        began = time.perf_counter()
        await core.door.handle(request)
        took = time.perf_counter() - began
        timed.visits.append(took)
        await asyncio.sleep(max(0.0, EVERY - took))


async def beside(core: Core, timed: Timed, number: list[int], work: Any) -> Any:  # noqa: ANN401
    """Do something while visits are logged."""
    visiting = asyncio.create_task(visits(core, timed, number))
    try:
        return await work
    finally:
        visiting.cancel()
        await asyncio.gather(visiting, return_exceptions=True)


async def ended(core: Core, job_id: int) -> Job:
    """Wait until a job needs no work."""
    while True:
        job = await core.database.read(lambda db: sheets.get(db, job_id))
        assert job is not None
        if job.state not in WORKING:
            return job
        await asyncio.sleep(LOOKED)


async def begun(core: Core, job: Job, content: bytes = b"") -> int:
    """Begin a job as the chat would."""
    at = core.clock.now()
    job.created_at, job.by = at, "bench"
    laid = core.house.vault.lay(content)

    def work(db: Transaction) -> int:
        if content:
            core.house.vault.keep(db, laid, content)
            file = File(platform="", workspace="", remote="", name=job.name, at=at, vault=laid)
            job.file_id = files.add_made(db, file)
        from commands.sheets.noun import begin

        return begin(core.timers.desk(db, at, "bench"), job).id

    made, after = await core.database.write(work)
    core.metronome.wake(after)
    return made


async def went_on(core: Core, job_id: int) -> None:
    def work(db: Transaction) -> None:
        job = sheets.get(db, job_id)
        assert job is not None
        job.state, job.at = IMPORTING, 0
        sheets.save(db, job)

    _, after = await core.database.write(work)
    core.metronome.wake(after)


async def measure(url: str, names: list[str]) -> None:
    """All of it."""
    prepared(url, "web", "en")
    database = Database(url)
    fresh = watch(database)
    core = build(database, language="en", zone=ZONE, clock=Clock())
    core.platforms["web"] = Mailbox()
    core.start()
    number = [0]
    await beside(core, fresh(), number, asyncio.sleep(2))
    timed = fresh()
    await beside(core, timed, number, asyncio.sleep(QUIET))
    print("without:  ", timed.told(), flush=True)
    content = "\n".join(["客户名称", *(f'"{name}"' for name in names)]).encode()
    job = await checked(core, fresh, number, content, "checking: ")
    timed, began = fresh(), time.perf_counter()
    await went_on(core, job)
    done = await beside(core, timed, number, ended(core, job))
    took = time.perf_counter() - began
    print(f"importing: {len(names) / took:.0f} names/s, {took:.0f} s, {done.counts}", flush=True)
    print("during:   ", timed.told(), flush=True)
    out = await begun(core, Job(sheet="customers", form="csv", name="customers", state=EXPORTING))
    timed, began = fresh(), time.perf_counter()
    exported = await beside(core, timed, number, ended(core, out))
    took = time.perf_counter() - began
    print(f"exporting: {exported.at / took:.0f} rows/s, {took:.0f} s", flush=True)
    print("during:   ", timed.told(), flush=True)
    vault = core.house.vault
    table = await core.database.read(lambda db: vault.of_file(db, exported.file_id))
    assert table is not None
    await checked(core, fresh, number, table, "read back:")
    await core.stop()


async def checked(
    core: Core, fresh: Callable[[], Timed], number: list[int], content: bytes, what: str
) -> int:
    """A dry run."""
    timed, began = fresh(), time.perf_counter()
    job = await begun(core, Job(sheet="customers", name="names.csv", state=CHECKING), content)
    done = await beside(core, timed, number, ended(core, job))
    assert done.state == CHECKED, done.reason
    took = time.perf_counter() - began
    print(f"{what} {done.rows / took:.0f} rows/s, {took:.0f} s, {done.counts}", flush=True)
    return job


@contextmanager
def place(engine: str) -> Iterator[str]:
    """An empty database."""
    if engine == "sqlite":
        with tempfile.TemporaryDirectory() as folder:
            yield f"sqlite:///{folder}/bench.db"
        return
    with Cluster() as cluster:
        cluster.create("bench")
        yield cluster.url("bench")


def main() -> None:
    """Read the arguments and measure."""
    parser = ArgumentParser(description=__doc__)
    parser.add_argument("file", type=Path)
    parser.add_argument("--engine", default="sqlite", choices=["sqlite", "postgresql"])
    parser.add_argument("--most", type=int, default=10**9)
    asked = parser.parse_args()
    names = [line.strip() for line in asked.file.read_text("utf-8").splitlines() if line.strip()]
    with place(asked.engine) as url:
        asyncio.run(measure(url, names[: asked.most]))


if __name__ == "__main__":
    main()
