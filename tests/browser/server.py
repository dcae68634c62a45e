"""Serves a stage on a free port of this machine, in a thread with a loop of its own."""

from __future__ import annotations

import asyncio
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import uvicorn

from tests.bot.web.stage import Stage, staged
from tests.browser import demo


@dataclass
class Served:
    """A chat that a browser can open."""

    address: str
    stage: Stage
    server: uvicorn.Server

    def link(self) -> str:
        return f"{self.address}{self.stage.rehearsal.link()}"


@contextmanager
def served(path: Path, language: str = "zh") -> Iterator[Served]:
    """A demonstration in a migrated database, until the block ends.

    It must then stop by itself, open streams or not.
    """
    ready: threading.Event = threading.Event()
    found: list[Served] = []
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=_run, args=(loop, path, language, found, ready))
    thread.start()
    try:
        assert ready.wait(20), "the server did not start"
        yield found[0]
    finally:
        if found:
            loop.call_soon_threadsafe(_end, found[0])
        thread.join(20)
    assert not thread.is_alive(), "the server did not stop"


def _end(served_: Served) -> None:
    served_.stage.live.stop()
    served_.server.should_exit = True


def _run(
    loop: asyncio.AbstractEventLoop,
    path: Path,
    language: str,
    found: list[Served],
    ready: threading.Event,
) -> None:
    try:
        loop.run_until_complete(_serve(path, language, found, ready))
    finally:
        loop.close()
        ready.set()


async def _serve(path: Path, language: str, found: list[Served], ready: threading.Event) -> None:
    async with staged(path, seed=demo.company, language=language) as stage:
        demo.Demo(stage)
        with socket.create_server(("127.0.0.1", 0)) as listening:
            config = uvicorn.Config(
                stage.app, log_level="warning", lifespan="off", access_log=False
            )
            server = uvicorn.Server(config)
            found.append(Served(f"http://127.0.0.1:{listening.getsockname()[1]}", stage, server))
            ready.set()
            await server.serve(sockets=[listening])
