"""Dies at each statement of a request in turn, in a child process; says what was left behind.

Run as a program, `python -m tests.faults.crash FOLDER`, it prints what each round found as JSON.
"""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import sys
from collections.abc import Mapping
from pathlib import Path

from bot.core import build
from bot.platform import Address, Request, Typed
from storage import database
from storage.database import Database, Json, Transaction
from storage.migrate import upgrade
from tests.house import BEGUN, ZONE, TestClock, seeded

LIMIT = 400
KILLED = 9


def request() -> Request:
    """One complaint, with one delivery key."""
    said = Typed("complaint 永固 rust")
    at = Address("web", "rehearsal", "dm:lina")
    return Request(at, "lina", said, BEGUN, key="k1", message="m1")


def handle(url: str) -> None:
    """Hand the request to a door of its own."""
    made = Database(url)
    core = build(made, language="en", zone=ZONE, clock=TestClock())
    asyncio.run(core.door.handle(request()))
    made.close()


def dies_at(url: str, statement: int) -> bool:
    """Handle the request in a child that dies at this statement; False when it got to the end."""
    child = os.fork()
    if child == 0:
        _arm(statement)
        handle(url)
        os._exit(0)
    _, status = os.waitpid(child, 0)
    return os.waitstatus_to_exitcode(status) == KILLED


def _arm(statement: int) -> None:
    original = Transaction.run
    count = 0

    def counting(self: Transaction, sql: str, values: Mapping[str, Json] | None = None) -> Json:
        nonlocal count
        count += 1
        if count == statement:
            os._exit(KILLED)
        return original(self, sql, values)

    database.Transaction.run = counting  # type: ignore[method-assign]


def left(url: str) -> dict[str, int]:
    """How many rows of each kind there are."""
    made = Database(url)
    tables = ("cases", "letter", "due", "timer", "journal", "delivery", "report")
    try:
        return made.read_now(lambda db: {table: _count(db, table) for table in tables})
    finally:
        made.close()


def _count(db: Transaction, table: str) -> int:
    # The daily rounds are there whether or not anything was said.
    besides = " WHERE kind <> 'round'" if table == "timer" else ""
    row = db.run(f"SELECT count(*) FROM {table}{besides}").fetchone()  # noqa: S608 (our own names)
    assert row is not None
    return int(row[0])


def main(folder: Path) -> None:
    """Every statement in turn, until the request gets to its end."""
    template = folder / "template.db"
    upgrade(f"sqlite:///{template}")
    made = Database(f"sqlite:///{template}")
    seeded(made, "web", "en")
    build(made, language="en", zone=ZONE, clock=TestClock())
    made.close()
    rounds = []
    for statement in range(1, LIMIT):
        path = folder / f"{statement}.db"
        shutil.copy(template, path)
        url = f"sqlite:///{path}"
        died = dies_at(url, statement)
        crashed = left(url)
        handle(url)  # the platform delivers it again
        rounds.append({"died": died, "crashed": crashed, "again": left(url)})
        path.unlink()
        if not died:
            break
    sys.stdout.write(json.dumps(rounds))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
