"""What all contenders share: a floor's database, a caller without sockets, a flood of calls."""

from __future__ import annotations

import asyncio
import sqlite3
import tempfile
import time
from collections.abc import Awaitable, Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

V = TypeVar("V")
App = Callable[..., Awaitable[None]]
Headers = Sequence[tuple[bytes, bytes]]
ONE_ROW = "CREATE TABLE heard (id INTEGER PRIMARY KEY, delivery TEXT UNIQUE, who TEXT, said TEXT)"
ADD_ONE = "INSERT INTO heard (delivery, who, said) VALUES (?, ?, ?)"


@contextmanager
def folder() -> Iterator[Path]:
    """A place on the disk, gone afterwards."""
    with tempfile.TemporaryDirectory(prefix="headwater-bench-") as name:
        yield Path(name)


def opened(path: Path) -> sqlite3.Connection:
    """A connection as durable as ours (storage/connections.py)."""
    made = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
    made.execute("PRAGMA journal_mode=WAL")
    made.execute("PRAGMA synchronous=FULL")
    return made


class OneRow:
    """The least that a durable bot must do: one row, committed by sqlite3 on a thread."""

    def __init__(self, path: Path) -> None:
        self._thread = ThreadPoolExecutor(1)
        self._database = opened(path)
        self._database.execute(ONE_ROW)

    async def keep(self, delivery: str, who: str, said: str) -> None:
        """Commit it."""
        values = (delivery, who, said)
        loop = asyncio.get_running_loop()
        await loop.run_in_executor(self._thread, self._add, values)

    def _add(self, values: tuple[str, str, str]) -> None:
        self._database.execute("BEGIN IMMEDIATE")
        self._database.execute(ADD_ONE, values)
        self._database.execute("COMMIT")

    def close(self) -> None:
        """Let go of it."""
        self._thread.shutdown()
        self._database.close()


async def posted(app: App, path: str, headers: Headers, body: bytes) -> int:
    """The status that an application answers a POST with: no socket and no client between."""
    status = 0

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": body, "more_body": False}

    async def send(message: dict[str, Any]) -> None:
        nonlocal status
        status = message.get("status", status)

    scope = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": "POST",
        "scheme": "http",
        "path": path,
        "raw_path": path.encode(),
        "query_string": b"",
        "root_path": "",
        "headers": [(b"content-length", str(len(body)).encode()), *headers],
        "client": ("127.0.0.1", 1),
        "server": ("127.0.0.1", 80),
    }
    await app(scope, receive, send)
    return status


async def flooded(
    calls: Sequence[V], at_once: int, call: Callable[[V], Awaitable[object]]
) -> float:
    """How many calls a second, with so many in flight."""
    waiting = iter(calls)

    async def work() -> None:
        for one in waiting:
            await call(one)

    began = time.perf_counter()
    await asyncio.gather(*(work() for _ in range(at_once)))
    return len(calls) / (time.perf_counter() - began)
