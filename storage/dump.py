"""A whole database as text, the same on both engines, so that either can be made from the other.

A dump is a zip: `manifest.json` says which revision the tables are of, how many rows each has and
the digest of its text; `tables/<name>.jsonl` begins with the columns' names, and every further line
is a row, ordered by key. Moments are UTC in ISO form, bytes are base64.
"""

from __future__ import annotations

import base64
import hashlib
import json
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from typing import IO, Any, Protocol, cast
from zipfile import ZIP_DEFLATED, ZipFile

import psycopg
from psycopg import sql

from storage.connections import SQLITE, connect, engine_of
from storage.database import Gone, Json

FORMAT = 1
MANIFEST = "manifest.json"
REVISIONS = "alembic_version"
FILES = "files/"
FETCHED = 500
BYTES = "base64"


@dataclass(frozen=True, slots=True)
class Shape:
    """A table: its columns in alphabetical order, its key, and the columns of either yes or no."""

    name: str
    columns: tuple[str, ...]
    key: tuple[str, ...]
    booleans: frozenset[str] = frozenset()
    texts: frozenset[str] = frozenset()


@dataclass
class Manifest:
    """What a dump holds. Each table and file: how many rows or bytes, and its digest."""

    revision: str
    made_at: str
    tables: dict[str, tuple[int, str]] = field(default_factory=dict)
    files: dict[str, tuple[int, str]] = field(default_factory=dict)

    @property
    def rows(self) -> int:
        """Rows in all."""
        return sum(rows for rows, _ in self.tables.values())


class Digest(Protocol):
    """What takes in text bit by bit."""

    def update(self, data: bytes, /) -> None:
        """Take in some more."""


class Source(Protocol):
    """A database that stands still while it is read."""

    def revision(self) -> str:
        """The revision of its schema."""

    def shapes(self) -> list[Shape]:
        """Its tables, by name."""

    def rows(self, shape: Shape) -> Iterator[Sequence[Any]]:
        """A table's rows, ordered by its key."""


def dump(url: str, target: Path, now: datetime, folder: Path | None = None) -> Manifest:
    """Write everything into one archive, as of one moment, while others go on writing.

    `target` appears only when it is whole. Raises `Gone` when the database does not answer.
    """
    half = target.with_name(target.name + ".half")
    try:
        with source(url) as standing, ZipFile(half, "w", ZIP_DEFLATED, compresslevel=3) as archive:
            manifest = Manifest(standing.revision(), now.astimezone(UTC).isoformat())
            for shape in standing.shapes():
                manifest.tables[shape.name] = _table(archive, standing, shape)
            for path in _found(folder):
                name = path.relative_to(cast("Path", folder)).as_posix()
                manifest.files[name] = _file(archive, path, name)
            archive.writestr(MANIFEST, _written(manifest))
        half.replace(target)
    finally:
        half.unlink(missing_ok=True)
    return manifest


@contextmanager
def source(url: str) -> Iterator[Source]:
    """Open a database to be read as of now."""
    try:
        if engine_of(url) == SQLITE:
            with _sqlite(url) as found:
                yield found
        else:
            with _postgresql(url) as found:
                yield found
    except (sqlite3.DatabaseError, psycopg.OperationalError) as error:
        raise Gone(str(error)) from error


def table_name(name: str) -> str:
    """Where a table stands in the archive."""
    return f"tables/{name}.jsonl"


def _table(archive: ZipFile, standing: Source, shape: Shape) -> tuple[int, str]:
    digest, count = hashlib.sha256(), 0
    with archive.open(table_name(shape.name), "w", force_zip64=True) as out:
        _line(out, digest, shape.columns)
        for row in standing.rows(shape):
            _line(out, digest, plain(shape, row))
            count += 1
    return count, digest.hexdigest()


def _line(out: IO[bytes], digest: Digest, values: Sequence[Json]) -> None:
    line = json.dumps(values, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"
    digest.update(line)
    out.write(line)


def plain(shape: Shape, row: Sequence[Any]) -> list[Json]:
    """A row's values as JSON has them, the same from either engine."""
    return [
        bool(value) if name in shape.booleans and value is not None else _value(value)
        for name, value in zip(shape.columns, row, strict=True)
    ]


def _value(value: object) -> Json:
    match value:
        case datetime():
            return value.astimezone(UTC).isoformat(timespec="microseconds")
        case date():
            return value.isoformat()
        case bytes() | memoryview():
            return {BYTES: base64.b64encode(value).decode()}
        case None | bool() | int() | float() | str():
            return value
        case _:
            raise TypeError(f"a {type(value).__name__} cannot be dumped")


def _found(folder: Path | None) -> list[Path]:
    return sorted(p for p in folder.rglob("*") if p.is_file()) if folder else []


def _file(archive: ZipFile, path: Path, name: str) -> tuple[int, str]:
    with path.open("rb") as content:
        digest = hashlib.file_digest(content, "sha256").hexdigest()
    archive.write(path, FILES + name)
    return path.stat().st_size, digest


def _written(manifest: Manifest) -> str:
    whole = {
        "format": FORMAT,
        "revision": manifest.revision,
        "made_at": manifest.made_at,
        "tables": {n: {"rows": r, "sha256": d} for n, (r, d) in manifest.tables.items()},
        "files": {n: {"bytes": b, "sha256": d} for n, (b, d) in manifest.files.items()},
    }
    return json.dumps(whole, ensure_ascii=False, indent=1)


# --- the two engines ------------------------------------------------------------------------------


@contextmanager
def _sqlite(url: str) -> Iterator[Source]:
    connection = cast("sqlite3.Connection", connect(url, writes=False))
    try:
        # The first reading fixes what is seen; writers are not held up by it.
        connection.execute("BEGIN")
        yield SqliteSource(connection)
        connection.execute("COMMIT")
    finally:
        connection.close()


@contextmanager
def _postgresql(url: str) -> Iterator[Source]:
    connection = cast("psycopg.Connection", connect(url))
    try:
        connection.execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
        yield PostgresqlSource(connection)
        connection.execute("COMMIT")
    finally:
        connection.close()


class SqliteSource:
    """SQLite, read in one transaction."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self.connection = connection

    def revision(self) -> str:
        """The revision of its schema."""
        return str(self.connection.execute(_REVISION).fetchone()[0])

    def shapes(self) -> list[Shape]:
        """Its tables, by name."""
        names = self.connection.execute(
            "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"
        ).fetchall()
        return [self._shape(name) for (name,) in sorted(names) if name != REVISIONS]

    def _shape(self, table: str) -> Shape:
        found = self.connection.execute(f'PRAGMA table_info("{table}")').fetchall()
        key = [name for place, name in sorted((row[5], row[1]) for row in found) if place]
        booleans = frozenset(row[1] for row in found if row[2].upper() == "BOOLEAN")
        return Shape(table, tuple(sorted(row[1] for row in found)), tuple(key), booleans)

    def rows(self, shape: Shape) -> Iterator[Sequence[Any]]:
        """A table's rows, ordered by its key."""
        columns, key = (", ".join(f'"{n}"' for n in names) for names in (shape.columns, shape.key))
        yield from self.connection.execute(
            f'SELECT {columns} FROM "{shape.name}" ORDER BY {key}'  # noqa: S608 (names of our own)
        )


class PostgresqlSource:
    """PostgreSQL, read in one repeatable transaction, some rows at a time."""

    def __init__(self, connection: psycopg.Connection) -> None:
        self.connection = connection

    def revision(self) -> str:
        """The revision of its schema."""
        found = self.connection.execute(_REVISION).fetchone()
        assert found is not None
        return str(found[0])

    def shapes(self) -> list[Shape]:
        """Its tables, by name."""
        columns = sorted(self.connection.execute(_COLUMNS).fetchall())
        keys: dict[str, list[str]] = dict(self.connection.execute(_KEYS).fetchall())
        return [
            _shape(table, [(name, kind) for _, name, kind in found], keys[table])
            for table, found in groupby(columns, itemgetter(0))
            if table != REVISIONS
        ]

    def rows(self, shape: Shape) -> Iterator[Sequence[Any]]:
        """A table's rows, ordered by its key as bytes, whatever the server's language."""
        order = [
            sql.SQL('{} COLLATE "C"' if name in shape.texts else "{}").format(sql.Identifier(name))
            for name in shape.key
        ]
        query = sql.SQL("SELECT {} FROM {} ORDER BY {}").format(
            sql.SQL(", ").join(map(sql.Identifier, shape.columns)),
            sql.Identifier(shape.name),
            sql.SQL(", ").join(order),
        )
        with self.connection.cursor("dump") as cursor:
            cursor.itersize = FETCHED
            yield from cursor.execute(query)


_REVISION = f"SELECT version_num FROM {REVISIONS}"  # noqa: S608 (a name of our own)
# Of all tables at once: each question to a server costs its way there and back.
_COLUMNS = (
    "SELECT c.relname, a.attname, format_type(a.atttypid, NULL) "
    "FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid "
    "WHERE c.relnamespace = current_schema()::regnamespace AND c.relkind = 'r' "
    "AND a.attnum > 0 AND NOT a.attisdropped"
)
_KEYS = (
    "SELECT c.relname, array_agg(a.attname::text ORDER BY k.place) "
    "FROM pg_constraint p JOIN pg_class c ON c.oid = p.conrelid "
    "CROSS JOIN unnest(p.conkey) WITH ORDINALITY k (number, place) "
    "JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = k.number "
    "WHERE p.contype = 'p' AND c.relnamespace = current_schema()::regnamespace "
    "GROUP BY c.relname"
)


def _shape(table: str, columns: list[tuple[str, str]], key: list[str]) -> Shape:
    texts = frozenset(name for name, kind in columns if kind in {"text", "character varying"})
    return Shape(table, tuple(name for name, _ in columns), tuple(key), texts=texts)
