"""Bears bots: a process that has done everything once, so that a thousand starts take no hour.

`python -m tests.faults.mother` reads an order a line and forks a child for it, which does what
`python -m bot run` does; it answers with the child's number. All of them die with it. What is
imported and compiled when it is first needed, a child has already.
"""

from __future__ import annotations

import asyncio
import json
import os
import select
import signal
import sqlite3
import sys
import tempfile
import threading
from collections.abc import Mapping
from contextlib import redirect_stdout, suppress
from typing import Any, NoReturn

Json = Any


def main() -> None:
    """Bear as many as are ordered."""
    warm()
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    alive: list[int] = []
    while line := sys.stdin.readline():
        order = json.loads(line)
        child = os.fork()
        if child == 0:
            become(order)
        handle = os.pidfd_open(child)
        alive = [*still(alive), handle]
        sys.stdout.write(f"{child}\n")
        sys.stdout.flush()
    for handle in still(alive):
        with suppress(ProcessLookupError):
            signal.pidfd_send_signal(handle, signal.SIGKILL)


def warm() -> None:
    """Import what a bot imports, and let one hear and speak on every platform."""
    import bot.__main__
    import bot.metrics  # noqa: F401 -- they are imported to be there
    from tests.house import prepared

    # What is told is the children's numbers alone, so that nothing of a log is taken for one.
    with tempfile.TemporaryDirectory() as folder, redirect_stdout(sys.stderr):
        for platform in ("slack", "telegram", "web"):
            url = f"sqlite:///{folder}/{platform}.db"
            prepared(url, platform, "zh")
            asyncio.run(spoken_with(platform, url))
    assert threading.active_count() == 1, "a child would lack the other threads"


async def spoken_with(platform: str, url: str) -> None:
    """A visit and a complaint."""
    from tests.house import opened

    async with opened(platform, url) as house:
        await house.lina.says("拜访永固 谈了报价")
        await house.chenjing.says("投诉 永固 螺栓锈蚀")
        await house.settle()


def still(handles: list[int]) -> list[int]:
    """Those that live; of the others the handle is given back."""
    living = [handle for handle in handles if not select.select([handle], [], [], 0)[0]]
    for handle in set(handles) - set(living):
        os.close(handle)
    return living


def become(order: Mapping[str, Json]) -> NoReturn:
    """Be a bot with these settings."""
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    os.setsid()
    if order["pages"]:
        limit_pages(order["pages"])
    os.chdir(order["folder"])
    os.environ.clear()
    os.environ.update(order["settings"])
    log = os.open("log", os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    nothing = os.open(os.devnull, os.O_RDONLY)
    for number, stream in enumerate((nothing, log, log)):
        os.dup2(stream, number)
    from bot.__main__ import run

    code = 1
    try:
        run()
        code = 0
    except SystemExit as ended:
        code = ended.code if isinstance(ended.code, int) else 1
        print(ended, file=sys.stderr)
    finally:
        with suppress(OSError):  # its disk may be full, and nobody but the child may end here
            sys.stdout.flush()
        os._exit(code)


def limit_pages(most: int) -> None:
    """Let SQLite itself say that the disk is full, where none can be made that is.

    The limit is a connection's, so that each has to be told when the driver opens it.
    """
    opened = sqlite3.connect

    def limited(*args: Json, **more: Json) -> sqlite3.Connection:
        connection = opened(*args, **more)
        connection.execute(f"PRAGMA max_page_count = {most:d}")
        return connection

    sqlite3.connect = limited  # type: ignore[assignment]


if __name__ == "__main__":
    main()
