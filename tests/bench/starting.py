"""(f) From nothing to ready and its weight then, against bare imports of the same libraries."""

from __future__ import annotations

import json
import os
import re
import socket
import statistics
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from urllib.error import URLError

from tests.bench.load import folder
from tests.bench.racing import Unmeasured
from tests.bench.rows import ROOT, Row, Scale
from tests.house import prepared

PATIENCE_S = 120
SETTLED_S = 1.0
NOWHERE = "http://127.0.0.1:9"
# What a running bot has imported that is not its own, in the order in which it came.
LISTED = """
import json, sys, sysconfig
own = {"bot", "commands", "scheduler", "storage", "tests", "__main__"}
standard = set(sys.stdlib_module_names)
before = set(sys.modules)
from bot import __main__
from bot.settings import Settings
from bot.wiring import assemble
running = assemble(Settings())
running.app
names = [n for n in sys.modules if n not in before and n.partition(".")[0] not in own | standard]
print(json.dumps([n for n in names if getattr(sys.modules[n], "__spec__", None)]))
"""
BARE = """
import importlib, json, sys
for name in json.load(open(sys.argv[1])):
    try:
        importlib.import_module(name)
    except Exception:
        pass
print("ready", flush=True)
sys.stdin.read()
"""


def rows(scale: Scale) -> Iterator[Row]:
    """Both platforms on, the database migrated: seconds to ready, and memory when idle."""
    with folder() as place:
        url = f"sqlite:///{place / 'start.db'}"
        prepared(url, "slack", "zh")
        settings = _environment(url)
        listed = place / "modules.json"
        listed.write_text(_modules(settings))
        ours: list[tuple[float, float]] = []
        bare: list[tuple[float, float]] = []
        for number in range(scale.rounds + 1):
            for figures, begun in ((bare, _bare(listed, settings)), (ours, _ours(settings))):
                with begun as (process, took):
                    time.sleep(SETTLED_S)
                    if number:
                        figures.append((took, _memory(process.pid)))
    for at, (name, unit) in enumerate((("cold start to ready", "s"), ("idle memory", "MB"))):
        mine, other = [one[at] for one in ours], [one[at] for one in bare]
        yield Row(f"{name}: ours", statistics.median(mine), unit)
        yield Row(f"{name}: bare imports of the same libraries", statistics.median(other), unit)
        ratios = [a / b for a, b in zip(mine, other, strict=True)]
        most = (1.6, 1.4)[at]
        yield Row(f"{name} / bare imports", statistics.median(ratios), "ratio", most=most)


def _environment(url: str) -> dict[str, str]:
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    return kept | {
        "DATABASE_URL": url,
        "SLACK_BOT_TOKEN": "xoxb-bot",
        "SLACK_SIGNING_SECRET": "signing-secret",
        "SLACK_API_URL": f"{NOWHERE}/api/",
        "TELEGRAM_BOT_TOKEN": "700:secret",
        "TELEGRAM_API_URL": NOWHERE,
        "PORT": str(_free_port()),
    }


def _free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


def _modules(settings: dict[str, str]) -> str:
    done = subprocess.run(
        [sys.executable, "-c", LISTED],
        cwd=ROOT,
        env=settings,
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
        check=False,
    )
    if done.returncode:
        raise Unmeasured(f"the bot could not be assembled: {done.stderr[-300:]}")
    return json.dumps(json.loads(done.stdout.splitlines()[-1]))


@contextmanager
def _begun(command: Sequence[str], settings: dict[str, str]) -> Iterator[subprocess.Popen[bytes]]:
    process = subprocess.Popen(
        [sys.executable, *command],
        cwd=ROOT,
        env=settings,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    )
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


@contextmanager
def _ours(settings: dict[str, str]) -> Iterator[tuple[subprocess.Popen[bytes], float]]:
    began = time.monotonic()
    with _begun(["-m", "bot", "run"], settings) as process:
        address = f"http://127.0.0.1:{settings['PORT']}/readyz"
        while not _ready(address):
            if process.poll() is not None or time.monotonic() - began > PATIENCE_S:
                raise Unmeasured("the bot did not become ready")
            time.sleep(0.01)
        yield process, time.monotonic() - began


def _ready(address: str) -> bool:
    try:
        with urllib.request.urlopen(address, timeout=1) as answer:  # noqa: S310 -- our own address
            return bool(answer.status == 200)
    except (URLError, OSError):
        return False


@contextmanager
def _bare(
    listed: Path, settings: dict[str, str]
) -> Iterator[tuple[subprocess.Popen[bytes], float]]:
    began = time.monotonic()
    with _begun(["-c", BARE, str(listed)], settings) as process:
        assert process.stdout
        process.stdout.readline()
        yield process, time.monotonic() - began


def _memory(pid: int) -> float:
    """What a process holds in memory, in MB."""
    status = Path(f"/proc/{pid}/status").read_text()
    found = re.search(r"^VmRSS:\s+(\d+) kB", status, re.MULTILINE)
    if found is None:
        raise Unmeasured("this system does not tell how much memory a process holds")
    return int(found[1]) / 1024
