"""Makes a database of either engine from a dump: beside the old one, and put in its place whole."""

from __future__ import annotations

import base64
import hashlib
import json
import os
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from itertools import islice
from pathlib import Path, PurePosixPath
from typing import cast
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit
from zipfile import BadZipFile, ZipFile

import psycopg
from psycopg import sql

from storage import migrate
from storage.connections import SQLITE, connect, engine_of, sqlite_path
from storage.database import Gone, Json
from storage.dump import BYTES, FILES, FORMAT, MANIFEST, REVISIONS, Manifest, source, table_name
from storage.tables import metadata

BESIDE = "restoring"
AT_ONCE = 1000
PIECE = 1 << 20
Row = Sequence[Json]


# Why a dump can't be put back.
NOT_EMPTY, IN_USE, NO_FILE = "the database is not empty", "the database is in use", "no such file"
NO_BACKUP, OTHER_FORMAT, NEWER = "not a backup", "another format", "newer than this code"
DAMAGED, OUTSIDE = "damaged", "a file outside its folder"


class Unrestorable(RuntimeError):
    """A dump that cannot be used, or a place it may not go; nothing was changed.

    `why` is one of eight reasons, `what` the file, table, revision or format it is about.
    """

    def __init__(self, why: str, what: str = "") -> None:
        super().__init__(f"{why}: {what}" if what else why)
        self.why = why
        self.what = what


def restore(url: str, archive: Path, *, replace: bool = False, folder: Path | None = None) -> int:
    """Put a dump in a database's place and bring it up to date; give its number of rows.

    Raises `Unrestorable` when the dump is damaged or newer than this code, when the database holds
    rows and `replace` was not said, or while somebody else uses it; `Gone` without a database.
    """
    with _opened(archive) as held:
        manifest = read_manifest(held)
        _check_revision(manifest)
        if not replace and holds_rows(url):
            raise Unrestorable(NOT_EMPTY)
        _check_files(held, manifest)
        if engine_of(url) == SQLITE:
            _into_sqlite(url, held, manifest)
        else:
            _into_postgresql(url, held, manifest)
        if folder:
            _unpack(held, manifest, folder)
    return manifest.rows


def read_manifest(held: ZipFile) -> Manifest:
    """What an archive says of itself."""
    try:
        told = json.loads(held.read(MANIFEST))
        tables = {n: (int(t["rows"]), str(t["sha256"])) for n, t in told["tables"].items()}
        files = {n: (int(f["bytes"]), str(f["sha256"])) for n, f in told["files"].items()}
        manifest = Manifest(str(told["revision"]), str(told["made_at"]), tables, files)
        form = told["format"]
    except (KeyError, ValueError, TypeError, AttributeError, BadZipFile) as error:
        raise Unrestorable(NO_BACKUP) from error
    if form != FORMAT:
        raise Unrestorable(OTHER_FORMAT, str(form))
    return manifest


def holds_rows(url: str) -> bool:
    """Whether a database has a row that a restored one would replace."""
    if migrate.current(url) is None:
        return False
    with source(url) as standing:
        return any(True for shape in standing.shapes() for _ in islice(standing.rows(shape), 1))


@contextmanager
def _opened(archive: Path) -> Iterator[ZipFile]:
    try:
        with ZipFile(archive) as held:
            yield held
    except FileNotFoundError as error:
        raise Unrestorable(NO_FILE, str(archive)) from error
    except BadZipFile as error:
        raise Unrestorable(NO_BACKUP) from error


def _check_revision(manifest: Manifest) -> None:
    if manifest.revision > migrate.newest():
        raise Unrestorable(NEWER, manifest.revision)


# --- reading the archive --------------------------------------------------------------------------


def _rows(held: ZipFile, name: str, manifest: Manifest) -> Iterator[Row]:
    """The columns' names, then every row; raises in the end when it is not what was dumped."""
    wanted, digest, count = manifest.tables[name], hashlib.sha256(), -1
    try:
        member = held.open(table_name(name))
    except KeyError as error:
        raise Unrestorable(DAMAGED, name) from error
    with member as lines:
        for line in lines:
            digest.update(line)
            count += 1
            yield [_value(value) for value in json.loads(line)]
    if (count, digest.hexdigest()) != wanted:
        raise Unrestorable(DAMAGED, name)


def _value(value: Json) -> Json:
    return base64.b64decode(value[BYTES]) if isinstance(value, dict) else value


def _check_files(held: ZipFile, manifest: Manifest) -> None:
    for name, (_, wanted) in manifest.files.items():
        path = PurePosixPath(name)
        if path.is_absolute() or ".." in path.parts:
            raise Unrestorable(OUTSIDE, name)
        with held.open(FILES + name) as content:
            found = hashlib.sha256()
            while piece := content.read(PIECE):
                found.update(piece)
        if found.hexdigest() != wanted:
            raise Unrestorable(DAMAGED, name)


def _unpack(held: ZipFile, manifest: Manifest, folder: Path) -> None:
    for name in manifest.files:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(held.read(FILES + name))


# --- SQLite ---------------------------------------------------------------------------------------


def _into_sqlite(url: str, held: ZipFile, manifest: Manifest) -> None:
    path = sqlite_path(url)
    path.parent.mkdir(parents=True, exist_ok=True)
    made = path.with_name(f"{path.name}.{BESIDE}")
    try:
        _remove(made)
        beside = f"sqlite:///{made}"
        migrate.move(beside, manifest.revision)
        _fill_sqlite(made, held, manifest)
        migrate.move(beside, "head")
        _rest(made)
        _swap(made, path)
    finally:
        _remove(made)


def _fill_sqlite(path: Path, held: ZipFile, manifest: Manifest) -> None:
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("PRAGMA foreign_keys=OFF")
        connection.execute("PRAGMA synchronous=OFF")
        connection.execute("BEGIN IMMEDIATE")
        for table in manifest.tables:
            rows = _rows(held, table, manifest)
            columns = next(rows)
            names = ", ".join(f'"{name}"' for name in columns)
            places = ", ".join("?" for _ in columns)
            insert = f'INSERT INTO "{table}" ({names}) VALUES ({places})'  # noqa: S608 (ours)
            while some := list(islice(rows, AT_ONCE)):
                connection.executemany(insert, some)
        connection.execute("COMMIT")
        broken = connection.execute("PRAGMA foreign_key_check").fetchall()
        if broken:
            raise Unrestorable(DAMAGED, str(broken[0][0]))


def _rest(path: Path) -> None:
    """Let the file stand alone, and be on the disk before it takes a name."""
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("PRAGMA journal_mode=DELETE")
    with path.open("rb") as file:
        os.fsync(file.fileno())


def _swap(made: Path, path: Path) -> None:
    """Take the old one's place while nobody can be using it."""
    with closing(sqlite3.connect(path, isolation_level=None, timeout=1)) as old:
        try:
            old.execute("PRAGMA locking_mode=EXCLUSIVE")
            old.execute("BEGIN EXCLUSIVE")
            old.execute("COMMIT")
            old.execute("PRAGMA journal_mode=DELETE")
        except sqlite3.OperationalError as error:
            raise Unrestorable(IN_USE) from error
        made.replace(path)
    folder = os.open(path.parent, os.O_RDONLY)
    os.fsync(folder)
    os.close(folder)


def _remove(path: Path) -> None:
    for ending in ("", "-wal", "-shm", "-journal"):
        path.with_name(path.name + ending).unlink(missing_ok=True)


# --- PostgreSQL -----------------------------------------------------------------------------------


def _into_postgresql(url: str, held: ZipFile, manifest: Manifest) -> None:
    try:
        with closing(cast("psycopg.Connection", connect(url))) as connection:
            if connection.execute(_OTHERS).fetchone() != (0,):
                raise Unrestorable(IN_USE)
            connection.execute(f"DROP SCHEMA IF EXISTS {BESIDE} CASCADE")
            connection.execute(f"CREATE SCHEMA {BESIDE}")
            try:
                migrate.move(_beside(url), manifest.revision)
                _fill_postgresql(connection, held, manifest)
                migrate.move(_beside(url), "head")
                _change_places(connection)
            finally:
                connection.execute(f"DROP SCHEMA IF EXISTS {BESIDE} CASCADE")
    except psycopg.OperationalError as error:
        raise Gone(str(error)) from error


def _beside(url: str) -> str:
    """The same database, where tables are made in the schema beside."""
    parts = urlsplit(url)
    query = dict(parse_qsl(parts.query))
    query["options"] = f"{query.get('options', '')} -csearch_path={BESIDE}".strip()
    return urlunsplit(parts._replace(query=urlencode(query)))


def _fill_postgresql(connection: psycopg.Connection, held: ZipFile, manifest: Manifest) -> None:
    """Copy every table; references are checked once all are there."""
    with connection.transaction():
        connection.execute(f"SET LOCAL search_path = {BESIDE}")
        references = connection.execute(_REFERENCES).fetchall()
        for table, name, _ in references:
            drop = "ALTER TABLE {} DROP CONSTRAINT {}"
            connection.execute(sql.SQL(drop).format(sql.Identifier(table), sql.Identifier(name)))
        for table in manifest.tables:
            _copy(connection, table, _rows(held, table, manifest))
        for table, name, definition in references:
            add = sql.SQL("ALTER TABLE {} ADD CONSTRAINT {} ").format(
                sql.Identifier(table), sql.Identifier(name)
            )
            connection.execute(add + sql.SQL(definition))
        for table, sequence in connection.execute(_SEQUENCES).fetchall():
            if sequence is None:  # its ids are given, not made
                continue
            highest = "SELECT setval({}, (SELECT max(id) FROM {}))"
            connection.execute(sql.SQL(highest).format(sequence, sql.Identifier(table)))


def _copy(connection: psycopg.Connection, table: str, rows: Iterator[Row]) -> None:
    columns = next(rows)
    into = sql.SQL("COPY {} ({}) FROM STDIN").format(
        sql.Identifier(table), sql.SQL(", ").join(sql.Identifier(name) for name in columns)
    )
    with connection.cursor() as cursor, cursor.copy(into) as copy:
        for row in rows:
            copy.write_row(row)


def _change_places(connection: psycopg.Connection) -> None:
    """Put the new tables where the old ones were: all at once or not at all."""
    with connection.transaction():
        ours = {*metadata().tables, REVISIONS}
        standing = {name for (name,) in connection.execute(_TABLES_HERE).fetchall()}
        for name in sorted(ours & standing):
            connection.execute(sql.SQL("DROP TABLE {} CASCADE").format(sql.Identifier(name)))
        made = connection.execute(_TABLES_OF, {"schema": BESIDE}).fetchall()
        (here,) = cast("tuple[str]", connection.execute("SELECT current_schema()").fetchone())
        for (name,) in made:
            move = sql.SQL("ALTER TABLE {}.{} SET SCHEMA {}")
            names = (sql.Identifier(n) for n in (BESIDE, name, here))
            connection.execute(move.format(*names))


_OTHERS = (
    "SELECT count(*)::int FROM pg_stat_activity WHERE datname = current_database() "
    "AND pid <> pg_backend_pid() AND backend_type = 'client backend'"
)
_TABLES_OF = "SELECT tablename FROM pg_tables WHERE schemaname = %(schema)s"
_TABLES_HERE = "SELECT tablename FROM pg_tables WHERE schemaname = current_schema()"
_REFERENCES = (
    "SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid) FROM pg_constraint "
    "WHERE contype = 'f' AND connamespace = current_schema()::regnamespace"
)
_SEQUENCES = (
    "SELECT table_name, pg_get_serial_sequence(format('%I', table_name), 'id') "
    "FROM information_schema.columns WHERE table_schema = current_schema() "
    "AND column_name = 'id'"
)
