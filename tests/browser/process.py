"""The bot as `make run` starts it: a process of its own, without a token, in an empty folder."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
LINK = re.compile(r"http://\S+/chat\?key=\S+")
PATIENCE_S = 30.0
OURS = ("PATH", "HOME", "LANG", "TMPDIR")


@dataclass
class Started:
    """A process that has printed its link and answers."""

    process: subprocess.Popen[str]
    link: str

    def stop(self) -> float:
        """Ask it to stop, as the system does; give how many seconds that took."""
        begun = time.monotonic()
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(PATIENCE_S)
        return time.monotonic() - begun


@contextmanager
def running(at: Path, language: str = "zh") -> Iterator[Started]:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    settings = {
        "DATABASE_URL": f"sqlite:///{at / 'headwater.db'}",
        "PORT": str(port),
        "LANGUAGE": language,
        "PYTHONPATH": str(ROOT),
    }
    process = subprocess.Popen(
        [sys.executable, "-u", "-m", "bot", "run"],
        cwd=at,
        env={name: os.environ[name] for name in OURS if name in os.environ} | settings,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        yield Started(process, _link(process, port))
    finally:
        process.kill()
        process.wait()
        assert process.stdout
        process.stdout.close()


def _link(process: subprocess.Popen[str], port: int) -> str:
    assert process.stdout
    for line in process.stdout:
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
