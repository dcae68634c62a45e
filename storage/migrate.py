"""Brings a database up to the newest schema; alembic is imported only when there is work."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import TYPE_CHECKING

import psycopg

from storage.connections import SQLITE, connect, engine_of, sqlite_path
from storage.database import Gone

if TYPE_CHECKING:
    from alembic.config import Config


FOLDER = Path(__file__).parent / "migrations"


class Newer(RuntimeError):
    """A database belongs to a newer version; `at` is its revision."""

    def __init__(self, at: str) -> None:
        super().__init__(f"the database is at revision {at}, newer than this code ({newest()})")
        self.at = at


def newest() -> str:
    """The newest revision: its file's name begins with it."""
    return max(path.stem.partition("_")[0] for path in (FOLDER / "versions").glob("[0-9]*.py"))


def current(url: str) -> str | None:
    """The revision a database is at, or None when it is empty; raises `Gone` if there is none."""
    if engine_of(url) == SQLITE and not sqlite_path(url).exists():
        return None
    try:
        connection = connect(url)
    except (sqlite3.DatabaseError, psycopg.OperationalError) as error:
        raise Gone(str(error)) from error
    try:
        row = connection.execute("SELECT version_num FROM alembic_version").fetchone()
    except (sqlite3.OperationalError, psycopg.errors.UndefinedTable):
        return None
    finally:
        connection.close()
    return row[0] if row else None


def upgrade(url: str) -> bool:
    """Migrate if the database is behind; give whether anything was done.

    Raises `Newer` when it is ahead of this code.
    """
    at = current(url)
    if at == newest():
        return False
    if at is not None and at > newest():
        raise Newer(at)
    move(url, "head")
    return True


def move(url: str, to: str) -> None:
    """Bring a database up to a revision."""
    from alembic import command  # slow to import, and rarely needed

    command.upgrade(_config(url), to)


def back(url: str, to: str) -> None:
    """Take a database back to an earlier revision; what only later ones know is lost."""
    from alembic import command

    command.downgrade(_config(url), to)


def _config(url: str) -> Config:
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(FOLDER))
    config.attributes["url"] = url
    return config
