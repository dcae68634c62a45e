"""(c) The same command in opsdroid and errbot, which live in an environment of their own."""

from __future__ import annotations

import os
import subprocess
import sys
import venv
from collections.abc import Iterator

from tests.bench.racing import Contender, race
from tests.bench.rows import BUILD, ROOT, Row, Scale, aloud

LOCK = ROOT / "tests" / "bench" / "peers.lock"
HOME = BUILD / "peers"
# The stamp comes last, so an environment without it is half made and is made anew.
STAMP = HOME / "made-of.lock"
PYTHON = HOME / "bin" / "python"
DOOR, WHOLE = "ours, at the door", "ours, the whole Slack path"
OPSDROID, SHELF, FLUSHED = (
    "opsdroid with its SQLite memory",
    "errbot with its shelf",
    "errbot, its shelf flushed on every command",
)
AHEAD = 1.0
PATIENCE_S = 600


def rows(scale: Scale) -> Iterator[Row]:
    """Ahead of opsdroid: neither has a signature to check, nor HTTP between."""
    size = str(scale.of(600, 80))
    contenders = {
        DOOR: Contender("tests.bench.door_visit:sqlite", (size, "8")),
        WHOLE: Contender("tests.bench.slack_visit:ours", (size, "8")),
    }
    theirs = {
        OPSDROID: Contender("tests.bench.peer_opsdroid:timed", (size, "8"), PYTHON),
        SHELF: Contender("tests.bench.peer_errbot:timed", (size, "kept"), PYTHON),
        FLUSHED: Contender("tests.bench.peer_errbot:timed", (size, "flushed"), PYTHON),
    }
    found = race(contenders | (theirs if installed() else {}), scale)
    for name in (*contenders, *theirs):
        if name in found.out:
            aloud(f"{name}: {found.out[name]}")
        yield Row(f"the same command: {name}", found.median(name), "/s")
    yield Row(f"ours / {OPSDROID}", found.ratio(DOOR, OPSDROID), "ratio", least=AHEAD)
    yield Row(f"ours, the whole path / {OPSDROID}", found.ratio(WHOLE, OPSDROID), "ratio")
    yield Row(f"ours / {FLUSHED}", found.ratio(DOOR, FLUSHED), "ratio")
    yield Row(f"ours / {SHELF}", found.ratio(DOOR, SHELF), "ratio")


def installed() -> bool:
    """Whether the peers are there, as the lock names them; installs them if they can be had."""
    if STAMP.exists() and STAMP.read_text() == LOCK.read_text():
        return True
    aloud("installing the peers under build/")
    HOME.parent.mkdir(exist_ok=True)
    venv.create(HOME, clear=True)
    if why := _failure():
        aloud(f"the peers can't be installed, so they are not measured:\n{why}")
        return False
    STAMP.write_text(LOCK.read_text())
    return True


def _failure() -> str:
    """Install them with the uv that installed ourselves; why it could not be done."""
    command = [sys.executable, "-m", "uv", "pip", "sync", "--quiet", "--require-hashes"]
    try:
        done = subprocess.run(
            [*command, "--python", str(PYTHON), str(LOCK)],
            env=os.environ | {"UV_SYSTEM_CERTS": "1"},
            capture_output=True,
            text=True,
            timeout=PATIENCE_S,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return f"it took longer than {PATIENCE_S} s"
    return "" if done.returncode == 0 else done.stderr[-600:] or "uv failed"
