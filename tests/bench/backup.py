"""`python -m tests.bench.backup`: how long a backup and its restoring take with a million rows."""

from __future__ import annotations

import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import TypeVar

from storage.connections import engine_of
from storage.database import Database, Transaction
from storage.dump import dump
from storage.letters import Letter
from storage.restore import restore
from storage.visits import Visit
from tests.house import BEGUN, prepared
from tests.postgres import Cluster

V = TypeVar("V")
ROWS = 1_000_000
SOME = 1_000
SLICE = 20_000
NOW = datetime(2026, 10, 14, tzinfo=UTC)
BODY = {"card": ["✅ 已记录：拜访宁波精工", {"notes": "Q3涨价3%；样品周五前寄出", "n": 12}]}


def filled(url: str, rows: int) -> None:
    """A company with so many letters and visits: some are written, and these are doubled."""
    prepared(url, "web", "zh")
    database = Database(url)
    database.write_now(_some)
    for table in (Letter, Visit):
        names = ", ".join(name for name in table.model_fields if name != "id")
        left = rows // 2 - SOME
        while left > 0:
            database.write_now(
                partial(_more, table=str(table.__tablename__), names=names, most=left)
            )
            left -= min(left, SLICE)
    database.close()


def _some(db: Transaction) -> None:
    for number in range(SOME):
        at = BEGUN + timedelta(seconds=number)
        letter = Letter(lane=f"person:{number % 50}", body=BODY, state="sent", created_at=at)
        letter.not_before = letter.next_at = at
        db.add(letter)
        visit = Visit(customer_id=1, person_id=1, day=at.date(), notes=f"谈了{number}")
        visit.recorded_at = at
        db.add(visit)


def _more(db: Transaction, table: str, names: str, most: int) -> None:
    copied = f"SELECT {names} FROM {table} ORDER BY id LIMIT {min(most, SLICE)}"  # noqa: S608
    db.run(f"INSERT INTO {table} ({names}) {copied}")


def timed(what: str, work: Callable[[], V]) -> V:
    begun = time.monotonic()
    result = work()
    print(f"  {what}: {time.monotonic() - begun:.1f} s", flush=True)
    return result


@contextmanager
def places(folder: Path) -> Iterator[list[tuple[str, str]]]:
    """For each engine a database to be filled and one to be restored."""
    with Cluster() as cluster:
        cluster.create("bench_from")
        cluster.create("bench_to")
        files = (f"sqlite:///{folder / name}.db" for name in ("from", "to"))
        servers = (cluster.url(name) for name in ("bench_from", "bench_to"))
        yield [(next(files), next(files)), (next(servers), next(servers))]


def main() -> int:
    rows = int(sys.argv[1]) if len(sys.argv) > 1 else ROWS
    with tempfile.TemporaryDirectory() as name, places(Path(name)) as both:
        for begin, end in both:
            archive = Path(name) / f"{engine_of(begin)}.zip"
            print(f"{engine_of(begin)}, {rows} rows", flush=True)
            timed("filling", partial(filled, begin, rows))
            kept = timed("backup", partial(dump, begin, archive, NOW))
            timed("restore", partial(restore, end, archive))
            again = dump(end, archive, NOW)
            print(f"  {archive.stat().st_size / 1e6:.0f} MB, equal: {again.tables == kept.tables}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
