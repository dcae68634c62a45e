"""(e) Finding a customer among a million names against ten thousand, and against a scan."""

from __future__ import annotations

import random
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Any

from storage import lookup, readings
from storage.database import Database, Transaction
from storage.migrate import upgrade
from tests.bench import crowd
from tests.bench.before import against_before, with_before
from tests.bench.load import folder
from tests.bench.racing import Contender, Race, race_tables
from tests.bench.rows import Row, Scale
from tests.postgres import Cluster

Measure = Callable[[], Awaitable[Any]]
HERE = "tests.bench.finding:found"
TWO, PINYIN, INITIALS, SLIP, SCAN = "two characters", "pinyin", "initials", "a slip", "a scan"
KINDS = (TWO, PINYIN, INITIALS, SLIP)
ASKED = 12
SLIP_FROM = 4
MOST, FASTER = 4, 20


def rows(scale: Scale) -> Iterator[Row]:
    """On both engines at length; a scan is as slow as its table is long, so that counts there."""
    many, few = scale.of(1_000_000, 20_000), 10_000
    called = crowd.names(many)
    grams = crowd.grams_of(called)
    with folder() as place, Cluster() as cluster:
        for engine in ("sqlite",) if scale.short else ("sqlite", "postgresql"):
            urls = {}
            for size in (many, few):
                cluster.create(f"crowd_{size}")
                lite = f"sqlite:///{place / f'{size}.db'}"
                urls[size] = lite if engine == "sqlite" else cluster.url(f"crowd_{size}")
                upgrade(urls[size])
                crowd.fill(urls[size], called[:size], grams[:size])
                if engine == "sqlite":
                    cluster.drop(f"crowd_{size}")
            sizes = {str(size): Contender(HERE, (url,)) for size, url in urls.items()}
            found = race_tables(with_before(sizes, str(many)), scale)
            yield from _compared(engine, found, many, few, scale)


def _compared(
    engine: str, found: Mapping[str, Race], many: int, few: int, scale: Scale
) -> Iterator[Row]:
    for kind in KINDS:
        here, name = found[kind], f"look-up on {engine}, {kind}"
        yield Row(f"{name}: among {many:,} names", here.median(str(many)), "ms")
        ratio = here.ratio(str(many), str(few))
        yield Row(f"{name}: {many:,} / {few:,}", ratio, "ratio", most=MOST)
        scan = found[SCAN].median(str(many))
        own = here.median(str(many))
        faster = scan / own if scan and own else None
        least = None if scale.short else FASTER
        yield Row(f"{name}: times as fast as a scan", faster, "ratio", least=least)
        yield from against_before(here, str(many), name)


@asynccontextmanager
async def found(url: str) -> AsyncIterator[Measure]:
    """Milliseconds that each kind of question takes, over names that are there."""
    database = Database(url)
    asked = database.read_now(_questions)

    async def measure() -> dict[str, float]:
        took = {kind: _timed(database, lookup.find, asked[kind]) for kind in KINDS}
        return took | {SCAN: _timed(database, _scanned, asked[TWO])}

    yield measure
    database.close()


def _questions(db: Transaction) -> dict[str, Sequence[str]]:
    """What people would type for names among the first ten thousand, which all sizes have."""
    chance, kinds = random.Random(3), {kind: list[str]() for kind in KINDS}
    for row in db.run("SELECT name FROM customer_name WHERE id <= 3000 ORDER BY id").fetchall():
        core = readings.bare(readings.core(row[0]))
        if len(core) < SLIP_FROM or not core.isalpha() or core.isascii():
            continue
        kinds[TWO].append(core[:2])
        kinds[PINYIN].append(min(readings.readings(core)))
        kinds[INITIALS].append(min(readings.initials(core)))
        wrong = chance.randrange(1, len(core) - 1)
        kinds[SLIP].append(core[:wrong] + "某" + core[wrong + 1 :])
    return {kind: chance.sample(some, ASKED) for kind, some in kinds.items()}


def _scanned(db: Transaction, text: str) -> object:
    mark = ":like" if db.engine == "sqlite" else "%(like)s"
    sql = f"SELECT id, name FROM customer_name WHERE key LIKE {mark}"  # noqa: S608
    return db.run(sql, {"like": f"%{text}%"}).fetchall()


def _timed(
    database: Database, find: Callable[[Transaction, str], object], texts: Sequence[str]
) -> float:
    began = time.perf_counter()
    for text in texts:
        database.read_now(lambda db: find(db, text))  # noqa: B023 -- run at once
    return (time.perf_counter() - began) / len(texts) * 1000
