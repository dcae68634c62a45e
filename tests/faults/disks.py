"""A disk that is full when it is told to be: a small one of its own, or SQLite's limit of pages."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

from storage.connections import connect

# The smallest file system that can be asked for grows by this.
PAGE = 4096
WIDE = 64 << 20
FULL = (b"database or disk is full", b"No space left on device")


@dataclass
class Disk:
    """A folder for a database, and how it is made to be full; `real` says whether by the system."""

    folder: Path
    real: bool

    @property
    def kind(self) -> str:
        """What is full, for the table."""
        return "full disk (a file system)" if self.real else "full disk (SQLite's pages)"

    def narrow(self, room: int, url: str) -> int:
        """Leave so many bytes; give the pages it may have, or 0 if the system sees to it."""
        if self.real:
            used = shutil.disk_usage(self.folder).used
            mounted("remount,size=" + str((used + room) // PAGE * PAGE), self.folder)
            return 0
        with closing(connect(url)) as db:
            found = db.execute("PRAGMA page_count").fetchone()
        assert found is not None
        return int(found[0]) + room // PAGE

    def widen(self) -> None:
        """Let whoever looks at it write again."""
        if self.real:
            mounted(f"remount,size={WIDE}", self.folder)


def mounted(options: str, folder: Path) -> bool:
    """Whether the system lets us."""
    order = ["mount", "-t", "tmpfs", "-o", options, "tmpfs", str(folder)]
    try:
        return subprocess.run(order, capture_output=True, check=False).returncode == 0
    except FileNotFoundError:
        return False


@contextmanager
def small_disk(folder: Path) -> Iterator[Disk]:
    """A disk of its own, where this is permitted."""
    place = folder / "disk"
    place.mkdir()
    disk = Disk(place, mounted(f"size={WIDE}", place))
    try:
        yield disk
    finally:
        if disk.real:
            subprocess.run(["umount", "--lazy", str(place)], check=True)


def times_full(log: Path) -> int:
    """How often a bot was told that nothing fits any more."""
    text = log.read_bytes() if log.exists() else b""
    return sum(text.count(words) for words in FULL)
