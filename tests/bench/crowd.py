"""Names by the hundred thousand, built from real ones, and databases in which they are found.

`NAMES=FILE`, a name on each line, takes its names for the real ones; without it they are put
together from the places and the words that companies are called by.
"""

from __future__ import annotations

import os
import random
import sqlite3
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from itertools import islice
from pathlib import Path
from typing import cast

import psycopg

from storage import readings
from storage.database import Database, Transaction
from storage.readings import PLACES

SLICE = 20_000
AT = "2026-01-01T00:00:00.000000+00:00"
FIRST = "华宁恒永正嘉南海长瑞鼎隆天金银东中新安泰宏达益康百福顺和兴盛"
SECOND = "强波达固源陵亿岳城丰盛昌宇鑫辉方兴科顺和成信诚远洋通江山川林"
TRADES = [
    *("精工", "电子", "机械", "轴承", "铸造", "包装", "橡胶", "铝业"),
    *("电气", "紧固件", "金属", "塑胶", "模具", "仪表", "阀门", "线缆"),
]
FORMS = ["有限公司", "制造有限公司", "科技有限公司", "股份有限公司", "实业有限公司", "集团"]


def names(many: int) -> list[str]:
    """So many different names, always the same ones."""
    chance = random.Random(7)
    made: dict[str, None] = dict.fromkeys(islice(_real(), many))
    places, stems = PLACES.split(), list(made) or _stems()
    while len(made) < many:
        name = chance.choice(places) + chance.choice(stems)
        made[name if name not in made else name + chance.choice(TRADES) + chance.choice(FORMS)] = (
            None
        )
    return list(made)[:many]


def _real() -> Iterator[str]:
    listed = os.environ.get("NAMES")
    if listed:
        lines = Path(listed).read_text("utf-8").splitlines()
        yield from (line.strip() for line in lines if line.strip())


def _stems() -> list[str]:
    return [a + b + c + d for a in FIRST for b in SECOND for c in TRADES for d in FORMS]


def grams_of(called: Sequence[str]) -> list[str]:
    """All grams of each name, a line for each: worked out once for every database."""
    with ProcessPoolExecutor(2) as pool:
        return list(pool.map(_grams, called, chunksize=500))


def _grams(name: str) -> str:
    return "\n".join(readings.grams(name))


def fill(url: str, called: Sequence[str], grams: Sequence[str]) -> None:
    """Put them into a migrated database, under all their grams, in the order of its trees."""
    database = Database(url)
    database.write_now(_staged)
    for at in range(0, len(called), SLICE):
        some, entries = called[at : at + SLICE], grams[at : at + SLICE]
        database.write_now(partial(_add, some=some, entries=entries, first=at + 1))
    database.write_now(_settled)
    database.close()


def _staged(db: Transaction) -> None:
    db.run("CREATE TABLE staged (gram TEXT, name_id INTEGER)")


def _add(db: Transaction, some: Sequence[str], entries: Sequence[str], first: int) -> None:
    customers = [
        {"id": first + at, "name": name, "key": readings.bare(name), "at": AT}
        for at, name in enumerate(some)
    ]
    mark = ":{}" if db.engine == "sqlite" else "%({})s"
    columns = {name: mark.format(name) for name in ("id", "name", "key", "at")}
    cursor = db.connection.cursor()
    cursor.executemany(_CUSTOMER.format(**columns), customers)
    cursor.executemany(_NAME.format(**columns), customers)
    rows = [(gram, first + at) for at, grams in enumerate(entries) for gram in grams.split("\n")]
    if db.engine == "sqlite":
        cast("sqlite3.Cursor", cursor).executemany("INSERT INTO staged VALUES (?, ?)", rows)
        return
    with cast("psycopg.Cursor", cursor).copy("COPY staged FROM STDIN") as copy:
        for row in rows:
            copy.write_row(row)


_CUSTOMER = (
    "INSERT INTO customer (id, name, short, created_at, source, registration, note)"
    " VALUES ({id}, {name}, '', {at}, '', '', '')"
)
_NAME = "INSERT INTO customer_name (id, customer_id, name, key) VALUES ({id}, {id}, {name}, {key})"


def _settled(db: Transaction) -> None:
    db.run("INSERT INTO gram (gram, name_id) SELECT gram, name_id FROM staged ORDER BY 1, 2")
    db.run("DROP TABLE staged")
    db.run("ANALYZE")
