"""Looks a database over: whether it answers, can be written, is whole, and which engine it is."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from typing import NamedTuple

import psycopg

from storage.connections import SQLITE, Connection, connect, engine_of, sqlite_path
from storage.database import Gone

# Two connections that write or checkpoint at the same moment could damage the file
# (https://sqlite.org/wal.html, "The WAL-Reset Bug"): fixed in 3.51.3, 3.50.7 and 3.44.6.
WAL_RESET_FIXED = (3, 51, 3)
WAL_RESET_BACKPORTS = ((3, 50, 7), (3, 44, 6))


class Engine(NamedTuple):
    """What answers."""

    name: str
    version: str
    wal_reset_bug: bool


def exists(url: str) -> bool:
    """Whether there is a file; a server is asked when it is connected to."""
    return engine_of(url) != SQLITE or sqlite_path(url).exists()


def engine(url: str) -> Engine:
    """Which engine answers; raises `Gone` when none does."""
    with _connected(url) as connection:
        if engine_of(url) == SQLITE:
            return Engine("SQLite", sqlite3.sqlite_version, _resets(sqlite3.sqlite_version_info))
        row = connection.execute("SHOW server_version").fetchone()
        assert row is not None
        return Engine("PostgreSQL", str(row[0]).split()[0], wal_reset_bug=False)


def _resets(version: tuple[int, ...]) -> bool:
    back = any(version[:2] == fixed[:2] and version >= fixed for fixed in WAL_RESET_BACKPORTS)
    return version < WAL_RESET_FIXED and not back


def unwritable(url: str) -> str:
    """Why it can't be written, or "" when it can; nothing is changed."""
    single = engine_of(url) == SQLITE
    try:
        with _connected(url) as connection:
            connection.execute("BEGIN IMMEDIATE" if single else "BEGIN")
            connection.execute(_AS_IT_IS)
            connection.execute("ROLLBACK")
    except (Gone, psycopg.Error) as error:
        return str(error).partition("\n")[0]
    return ""


def damage(url: str) -> list[str]:
    """What is wrong with the file, in the engine's words; a server looks after its own files."""
    if engine_of(url) != SQLITE:
        return []
    try:
        with _connected(url) as connection:
            found = [str(row[0]) for row in connection.execute("PRAGMA quick_check(3)").fetchall()]
            return [line for line in found if line != "ok"]
    except Gone as error:
        return [str(error)]


@contextmanager
def _connected(url: str) -> Iterator[Connection]:
    try:
        connection = connect(url)
        try:
            yield connection
        finally:
            connection.close()
    except (sqlite3.Error, psycopg.OperationalError, psycopg.InternalError) as error:
        raise Gone(str(error)) from error


_AS_IT_IS = "UPDATE alembic_version SET version_num = version_num"
