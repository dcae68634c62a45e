"""The bot as `make run` starts it: a process of its own, without a token, in an empty folder."""

from __future__ import annotations

import multiprocessing
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path

ROOT = Path(__file__).parents[2]
LINK = re.compile(r"http://\S+/chat\?key=\S+")
PATIENCE_S = 30.0
OURS = ("PATH", "HOME", "LANG", "TMPDIR")
READ = multiprocessing.get_context("forkserver")
READ.set_forkserver_preload(["bot.__main__", "bot.wiring"])


@dataclass
class Started:
    """A process that has printed its link and answers."""

    link: str
    pid: int
    wait: Callable[[float], object]
    alive: Callable[[], bool]

    def stop(self) -> float:
        """Ask it to stop, as the system does; give how many seconds that took."""
        begun = time.monotonic()
        os.kill(self.pid, signal.SIGTERM)
        self.wait(PATIENCE_S)
        assert not self.alive(), "it did not stop"
        return time.monotonic() - begun


@contextmanager
def running(at: Path, language: str = "zh") -> Iterator[Started]:
    """A process from its very beginning."""
    port = free_port()
    process = subprocess.Popen(
        [sys.executable, "-u", "-m", "bot", "run"],
        cwd=at,
        env=surroundings(at, port, language),
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout
    try:
        link = _link(process.stdout, port)
        yield Started(link, process.pid, process.wait, lambda: process.poll() is None)
    finally:
        process.kill()
        process.wait()
        process.stdout.close()


@contextmanager
def branched(at: Path, language: str = "zh") -> Iterator[Started]:
    """A process that another one, which has read the program, branches into: seconds earlier."""
    port = free_port()
    said, says = READ.Pipe(duplex=False)
    process = READ.Process(target=_run, args=(at, surroundings(at, port, language), says))
    process.start()
    says.close()
    try:
        with os.fdopen(os.dup(said.fileno()), encoding="utf-8") as lines:
            link = _link(lines, port)
            assert process.pid
            yield Started(link, process.pid, process.join, process.is_alive)
    finally:
        process.kill()
        process.join()
        said.close()


def _run(at: Path, settings: dict[str, str], says: Connection) -> None:
    from bot.__main__ import cli

    os.chdir(at)
    os.environ.clear()
    os.environ.update(settings)
    os.dup2(says.fileno(), sys.stdout.fileno())
    cli(["run"])


def surroundings(at: Path, port: int, language: str) -> dict[str, str]:
    """All that the process knows of this machine."""
    settings = {
        "DATABASE_URL": f"sqlite:///{at / 'headwater.db'}",
        "PORT": str(port),
        "LANGUAGE": language,
        "PYTHONPATH": str(ROOT),
    }
    return {name: os.environ[name] for name in OURS if name in os.environ} | settings


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as free:
        return int(free.getsockname()[1])


def _link(lines: Iterable[str], port: int) -> str:
    for line in lines:
        found = LINK.search(line)
        if found:
            until_it_listens(port)
            return found[0]
    raise AssertionError("no link was printed")


def until_it_listens(port: int) -> None:
    until = time.monotonic() + PATIENCE_S
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
        except OSError:
            assert time.monotonic() < until, "nobody listens"
            time.sleep(0.05)
        else:
            return
