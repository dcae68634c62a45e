"""How much of a long piece of work is done in one transaction."""

from __future__ import annotations

from storage.connections import POSTGRESQL, SQLITE

# Fewer rows in a slice would hardly shorten it: what is asked once for all of them takes longer.
FIRST, LEAST, MOST = 8, 16, 400
# How long a slice shall take, in seconds; it must never be more than 0.05. SQLite has one writer
# for everybody; on PostgreSQL nobody waits for a slice, and most of it is the way there and back.
AIM = {SQLITE: 0.015, POSTGRESQL: 0.03}


def fitting(engine: str, size: int, took: float) -> int:
    """How many rows the next slice should have, by how long the last one took."""
    wanted = int(size * AIM[engine] / max(took, 0.0005))
    return max(LEAST, min(MOST, wanted, size * 2 + 1))
