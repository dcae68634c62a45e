"""The world's clock: it stands in a file that everybody reads, and goes on whoever dies."""

from __future__ import annotations

import mmap
import struct
from datetime import UTC, datetime, time, timedelta
from pathlib import Path

from scheduler.clock import Clock

BEGUN = datetime(1970, 1, 1, tzinfo=UTC)
INSTANT = timedelta(microseconds=1)
# When a day of the play begins, and when its last one ends.
BEGINS = time(6)
_SHAPE = struct.Struct("<q")


class World(Clock):
    """Stands still until somebody moves it; both clocks are one, as in production."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        with path.open("r+b") as file:
            self._kept = mmap.mmap(file.fileno(), _SHAPE.size)

    def machine(self) -> datetime:
        """What it shows."""
        passed: int = _SHAPE.unpack_from(self._kept)[0]
        return BEGUN + passed * INSTANT

    def move(self, to: datetime) -> None:
        """It is later now."""
        assert to > self.machine()
        _SHAPE.pack_into(self._kept, 0, (to - BEGUN) // INSTANT)


def begun(path: Path, at: datetime) -> World:
    """A new one, which shows this."""
    path.write_bytes(_SHAPE.pack(0))
    made = World(path)
    made.move(at)
    return made
