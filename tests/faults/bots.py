"""Real bots in processes of their own: started, waited for, stopped and killed."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import socket
import sys
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import httpx2

from tests.browser.process import OURS, ROOT

PATIENCE = 60.0
# Below those that the system gives to whoever asks for any.
_PORTS = iter(range(21_000, 32_000))


class Died(Exception):
    """It ended before it was ready."""


@dataclass
class Bot:
    """A process that runs the bot."""

    pid: int
    handle: int
    port: int

    @property
    def alive(self) -> bool:
        """Whether it has not ended."""
        if self.handle < 0:
            return False
        with suppress(ProcessLookupError):
            signal.pidfd_send_signal(self.handle, 0)
            return True
        return False

    def send(self, number: signal.Signals) -> None:
        """Send a signal, unless it has ended."""
        if self.handle < 0:
            return
        with suppress(ProcessLookupError):
            signal.pidfd_send_signal(self.handle, number)

    async def kill(self) -> None:
        """End it in the middle of whatever it does."""
        self.send(signal.SIGKILL)
        await self.gone()

    async def stop(self) -> None:
        """Ask it to stop, as the system does."""
        self.send(signal.SIGTERM)
        await self.gone()

    async def gone(self) -> None:
        """Wait until it has ended, and give its handle back."""
        if self.handle < 0:
            return
        loop = asyncio.get_running_loop()
        ended = asyncio.Event()
        loop.add_reader(self.handle, ended.set)
        try:
            async with asyncio.timeout(PATIENCE):
                await ended.wait()
        finally:
            loop.remove_reader(self.handle)
        os.close(self.handle)
        self.handle = -1

    async def ready(self) -> None:
        """Wait until it can work. Raises `Died`."""
        until = time.monotonic() + PATIENCE
        async with httpx2.AsyncClient(base_url=f"http://127.0.0.1:{self.port}") as client:
            while time.monotonic() < until:
                with suppress(httpx2.TransportError):
                    if (await client.get("/readyz")).status_code == 200:
                        return
                if not self.alive:
                    raise Died(f"the bot on port {self.port} ended")
                await asyncio.sleep(0.02)
        raise AssertionError("it did not become ready")


class Nursery:
    """Where bots are started; their mother is called when she is first needed."""

    def __init__(self) -> None:
        self._mother: asyncio.subprocess.Process | None = None
        self._turn = asyncio.Lock()
        self._born: list[Bot] = []

    async def bear(
        self, settings: Mapping[str, str], port: int, folder: Path, pages: int = 0
    ) -> Bot:
        """Start one by forking; its SQLite file may have so many pages, or as many as it likes."""
        order = {
            "settings": environment(settings, port),
            "folder": str(folder),
            "pages": pages,
        }
        async with self._turn:
            self._mother = mother = self._mother or await called()
            assert mother.stdin is not None
            assert mother.stdout is not None
            mother.stdin.write(json.dumps(order).encode() + b"\n")
            return self._kept(int(await mother.stdout.readline()), port)

    async def start(self, settings: Mapping[str, str], port: int, folder: Path) -> Bot:
        """Start one as people do: `python -m bot run`."""
        with (folder / "log").open("ab") as log:
            process = await asyncio.create_subprocess_exec(
                sys.executable,
                *("-m", "bot", "run"),
                cwd=folder,
                env=environment(settings, port),
                stdout=log,
                stderr=log,
            )
        return self._kept(process.pid, port)

    def _kept(self, pid: int, port: int) -> Bot:
        self._born = [bot for bot in self._born if bot.handle >= 0]
        self._born.append(Bot(pid, os.pidfd_open(pid), port))
        return self._born[-1]

    async def close(self) -> None:
        """End everything that was started."""
        for bot in self._born:
            await bot.kill()
        if self._mother and self._mother.stdin:
            self._mother.stdin.close()
            await self._mother.wait()


async def called() -> asyncio.subprocess.Process:
    """The mother of bots."""
    return await asyncio.create_subprocess_exec(
        sys.executable,
        *("-m", "tests.faults.mother"),
        cwd=ROOT,
        start_new_session=True,  # a Ctrl-C is not for it: it ends when we say so, and all with it
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )


@asynccontextmanager
async def nursery() -> AsyncIterator[Nursery]:
    """A place for bots, all of which have ended afterwards."""
    made = Nursery()
    try:
        yield made
    finally:
        await made.close()


def environment(settings: Mapping[str, str], port: int) -> dict[str, str]:
    """Nothing of this machine's but what a program needs, and these settings."""
    ours = {name: os.environ[name] for name in OURS if name in os.environ}
    return ours | {"PYTHONPATH": str(ROOT), "PORT": str(port), "LANGUAGE": "zh", **settings}


def free_port() -> int:
    """A port that nobody listens on, and that neither we nor the system give to anybody else."""
    for port in _PORTS:
        with suppress(OSError), socket.create_server(("127.0.0.1", port)):
            return port
    raise AssertionError("every port is taken")
