"""Connections to either engine, as both drivers give them."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol, cast

import psycopg

SQLITE = "sqlite"
POSTGRESQL = "postgresql"
# So long a transaction on SQLite waits for another's end.
BUSY_S = 10.0
CACHE_KB = 32_000


class Cursor(Protocol):
    """The part of both drivers' cursors that is used."""

    rowcount: int

    def executemany(self, sql: str, values: Sequence[Mapping[str, object]]) -> object:
        """Run one statement for each of many values."""

    def fetchone(self) -> tuple[Any, ...] | None:
        """One row."""

    def fetchall(self) -> list[tuple[Any, ...]]:
        """All rows."""


class Connection(Protocol):
    """The part of both drivers' connections that is used."""

    def execute(self, sql: str, values: Mapping[str, object] = ...) -> Cursor:
        """Run one statement."""

    def cursor(self) -> Cursor:
        """What runs a statement many times."""

    def close(self) -> None:
        """Let go of the database."""


def engine_of(url: str) -> str:
    """Which engine a DATABASE_URL names; the driver part of the URL is ours to choose."""
    scheme = url.partition("://")[0].partition("+")[0]
    if scheme in {"postgresql", "postgres"}:
        return POSTGRESQL
    if scheme == SQLITE:
        return SQLITE
    raise ValueError(f"DATABASE_URL begins with {scheme!r}; it must be sqlite:/// or postgresql://")


def sqlite_path(url: str) -> Path:
    """The file that a sqlite URL names: three slashes relative, four absolute."""
    return Path(url.partition(":///")[2])


def connect(url: str, *, writes: bool = True) -> Connection:
    """Open a connection on which transactions begin and end only where we say so."""
    if engine_of(url) == SQLITE:
        return _sqlite(sqlite_path(url), writes=writes)
    return _postgresql(url)


def _sqlite(path: Path, *, writes: bool) -> Connection:
    connection = sqlite3.connect(
        path, isolation_level=None, check_same_thread=False, timeout=BUSY_S, cached_statements=512
    )
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=FULL")
    connection.execute("PRAGMA foreign_keys=ON")
    # What a savepoint needs to be undone stays in memory: a deed fills the 64 kB after which SQLite
    # would make a file for it.
    connection.execute("PRAGMA temp_store=MEMORY")
    if not writes:
        connection.execute("PRAGMA query_only=ON")
        # The indices that every card looks into: the usual 2 MB hold too few pages of a large
        # company's. What is written next needs only few.
        connection.execute(f"PRAGMA cache_size=-{CACHE_KB}")
    return cast("Connection", connection)


def _postgresql(url: str) -> Connection:
    address = "postgresql://" + url.partition("://")[2]
    connection = psycopg.connect(address, autocommit=True, options="-c timezone=UTC")
    connection.prepare_threshold = 2
    return cast("Connection", connection)
