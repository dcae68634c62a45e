"""A program is killed in the middle of its commits to SQLite (FACTS 5.2, 3)."""

from __future__ import annotations

import asyncio
import os
import sys
from contextlib import closing
from functools import partial

from storage import house
from storage.connections import connect
from storage.database import Database, Transaction
from tests.faults.framework import Row, Run, company, most, scenario
from tests.house import ROOT

KILLS = 500
FEW = 40
LONGEST_S = 0.08
PADDING = "锈" * 4000


def commit_for_ever(url: str) -> None:
    """Commit one number after the other; each is told once it is kept."""
    database = Database(url)
    number = database.read_now(lambda db: house.get(db, "number") or 0)
    while True:
        number += 1
        database.write_now(partial(keep, number=number))
        os.write(1, b"%d\n" % number)


def keep(db: Transaction, number: int) -> None:
    """Much, so that the kill comes in the middle of it."""
    for part in range(10):
        house.put(db, f"padding{part}", f"{number}{PADDING}")
    house.put(db, "number", number)


def look(url: str) -> tuple[int, bool]:
    """The last number that was kept, and whether everything is whole."""
    with closing(connect(url)) as db:
        found = db.execute("SELECT value FROM house WHERE name = 'number'").fetchone()
        parts = db.execute("SELECT value FROM house WHERE name LIKE 'padding%'").fetchall()
        whole = db.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        number = int(found[0]) if found else 0
        same = all(str(part[0]).startswith(f'"{number}锈') for part in parts)
        return number, whole and same


@scenario("commits")
async def commits(run: Run) -> list[Row]:
    """So many kills."""
    url = f"sqlite:///{run.folder / 'commits.db'}"
    await company(url, "web")
    chance, times, lost, torn = run.chance(), run.times(KILLS, FEW), 0, 0
    forker = await asyncio.create_subprocess_exec(
        sys.executable,
        *("-m", "tests.faults.commits", url),
        cwd=ROOT,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )
    assert forker.stdin is not None
    assert forker.stdout is not None
    for _ in range(times):
        forker.stdin.write(f"{chance.uniform(0.01, LONGEST_S)}\n".encode())
        told = 0
        while (line := (await forker.stdout.readline()).strip()) != b"killed":
            told = int(line or told)
        kept, whole = await asyncio.to_thread(look, url)
        lost += kept < told
        torn += not whole
    forker.stdin.close()
    await forker.wait()
    return [
        most(f"{times} kills inside of commits: commits lost", lost, 0, "commits"),
        most(f"{times} kills inside of commits: database not whole", torn, 0, "times"),
    ]


def main(url: str) -> None:
    """For each line fork a child that commits, and kill it after so many seconds."""
    import signal
    import time

    while line := sys.stdin.readline():
        child = os.fork()
        if child == 0:
            commit_for_ever(url)
        time.sleep(float(line))
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        os.write(1, b"\nkilled\n")


if __name__ == "__main__":
    main(sys.argv[1])
