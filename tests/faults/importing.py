"""Imports a table in processes that are killed again and again; says what was there in the end.

Run as a program, `python -m tests.faults.importing URL`, it prints what it found as JSON.
"""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
from collections import Counter
from collections.abc import Mapping
from datetime import timedelta
from itertools import count

from bot.core import Core, build
from commands.sheets.noun import begin
from storage import database, files, journal, readings, sheets
from storage.database import Database, Json, Transaction
from storage.files import File
from storage.sheets import CHECKED, CHECKING, DONE, IMPORTING, WORKING, Job
from tests.house import BEGUN, ZONE, TestClock

ROWS = 400
# After how many statements each life ends: more than what a slice takes, and never the same.
LIVES = (61, 83, 47, 97, 71, 103, 53)
MOST_LIVES = 200


def names() -> list[str]:
    """Names whose first characters tell them apart."""
    return [f"{chr(0x5000 + n)}{chr(0x6000 + n)}机械有限公司" for n in range(ROWS)]


def house(url: str, life: int) -> Core:
    """A house whose clock is past the lease of whoever died before."""
    clock = TestClock()
    clock.at = BEGUN + timedelta(minutes=life)
    return build(Database(url), language="en", zone=ZONE, clock=clock)


def put_in(url: str) -> None:
    """A table is here, and wants to be checked."""
    core = house(url, 0)
    content = "\n".join(["客户名称", *names()]).encode()
    laid = core.house.vault.lay(content)

    def work(db: Transaction) -> None:
        core.house.vault.keep(db, laid, content)
        file = File(platform="", workspace="", remote="", name="n.csv", at=BEGUN, vault=laid)
        job = Job(sheet="customers", name="n.csv", state=CHECKING, created_at=BEGUN)
        job.file_id = files.add_made(db, file)
        begin(core.timers.desk(db, BEGUN, "test"), job)

    core.database.write_now(work)
    core.database.close()


def lives(url: str, life: int) -> bool:
    """Work in a child until it is killed; whether it was."""
    child = os.fork()
    if child == 0:
        _arm(LIVES[life % len(LIVES)])
        core = house(url, life)
        asyncio.run(core.clerk.tick())
        os._exit(0)
    _, status = os.waitpid(child, 0)
    code = os.waitstatus_to_exitcode(status)
    assert code in {0, -signal.SIGKILL}, code
    return code != 0


def _arm(statement: int) -> None:
    original = Transaction.run
    numbers = count(1)

    def counting(self: Transaction, sql: str, values: Mapping[str, Json] | None = None) -> Json:
        if next(numbers) == statement:
            os.kill(os.getpid(), signal.SIGKILL)
        return original(self, sql, values)

    database.Transaction.run = counting  # type: ignore[method-assign]


def go_on(url: str) -> str:
    """Import what is checked; give what the job is at."""
    made = Database(url)

    def work(db: Transaction) -> str:
        job = sheets.get(db, 1)
        assert job is not None
        if job.state == CHECKED:
            job.state, job.at = IMPORTING, 0
            sheets.save(db, job)
        return job.state

    state, _ = made.write_now(work)
    made.close()
    return state


def left(url: str) -> dict[str, Json]:
    """What is there of each name: nothing may be missing, and nothing twice."""
    made = Database(url)
    try:
        return made.read_now(_left)
    finally:
        made.close()


def _left(db: Transaction) -> dict[str, Json]:
    job = sheets.get(db, 1)
    assert job is not None
    wanted = set(names())
    rows = {
        table: Counter(n for (n,) in db.run(sql).fetchall() if n in wanted)
        for table, sql in ROWS_OF.items()
    }
    grams = Counter(name for (name,) in db.run(GRAMS).fetchall() if name in wanted)
    noted = [e.after.get("subjects", {}) for e in journal.last(db, 9999) if e.deed == "import"]
    told = Counter(name for one in noted for name in one.values())
    return {
        "state": job.state,
        "counts": job.counts,
        "rows": {table: sorted(found.values()) for table, found in rows.items()},
        "grams": all(grams[name] == len(readings.grams(name)) for name in wanted),
        "told": sorted(told.values()),
    }


ROWS_OF = {
    "customer": "SELECT name FROM customer",
    "customer_name": "SELECT name FROM customer_name",
    "stewardship": "SELECT c.name FROM stewardship s JOIN customer c ON c.id = s.customer_id",
    "subject": "SELECT c.name FROM customer c JOIN subject s ON s.kind='customer' AND s.id=c.id",
    "revision": "SELECT c.name FROM customer c JOIN revision r ON r.kind='customer' AND r.id=c.id",
    "sheet_change": "SELECT c.name FROM sheet_change s JOIN customer c ON c.id = s.subject_id",
}
GRAMS = "SELECT n.name FROM gram g JOIN customer_name n ON n.id = g.name_id"


def main(url: str) -> None:
    """One life after another, until nothing is left to do."""
    put_in(url)
    killed = 0
    for life in range(1, MOST_LIVES):
        killed += lives(url, life)
        state = go_on(url)
        if state == DONE or state not in {*WORKING, CHECKED}:
            break
    print(json.dumps({"killed": killed, **left(url)}))


if __name__ == "__main__":
    main(sys.argv[1])
