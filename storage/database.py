"""Engines, statements compiled once, and the one `transaction` that commits.

SQLModel classes describe the tables; statements are written with SQLAlchemy, compiled once for each
engine and executed through the driver, because that is what makes a command as cheap as
hand-written SQL (measured: four to six times cheaper than through a session).
"""

from __future__ import annotations

import asyncio
import contextvars
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any, Generic, TypeVar, cast

import psycopg
from sqlalchemy import BindParameter, Dialect, Executable, Table, bindparam, insert
from sqlalchemy.dialects.postgresql.psycopg import PGDialect_psycopg
from sqlalchemy.dialects.sqlite.pysqlite import SQLiteDialect_pysqlite
from sqlalchemy.orm.attributes import manager_of_class
from sqlalchemy.sql.elements import CompilerElement
from sqlalchemy.sql.visitors import ExternallyTraversible, replacement_traverse
from sqlmodel import SQLModel

from storage.connections import POSTGRESQL, SQLITE, Connection, Cursor, connect, engine_of
from storage.keyring import Keyring
from storage.recollection import Recollection

Json = Any  # what json.loads gives
R = TypeVar("R")
V = TypeVar("V")

_DIALECTS: Mapping[str, Dialect] = {
    SQLITE: SQLiteDialect_pysqlite(paramstyle="named"),
    POSTGRESQL: PGDialect_psycopg(paramstyle="pyformat"),  # type: ignore[no-untyped-call]
}


class Gone(Exception):
    """The database cannot be reached or cannot keep what it was given; nothing was committed."""


class Conflict(Exception):
    """A row like this was committed by somebody else meanwhile; nothing of this transaction was."""


def known(id_: int | None) -> int:
    """The id of a row that is in the database; one that was never added has none."""
    if id_ is None:
        raise TypeError("this row was never added")
    return id_


def dialect_of(engine: str) -> Dialect:
    """How an engine is spoken to."""
    return _DIALECTS[engine]


class Transaction:
    """One open transaction: whatever below `bot/` remembers or asks takes one, named `db`."""

    __slots__ = ("after", "connection", "engine", "keyring", "recalled", "saved")

    def __init__(self, connection: Connection, engine: str, keyring: Keyring) -> None:
        self.connection = connection
        self.engine = engine
        self.keyring = keyring
        self.saved = 0
        self.after: set[str] = set()
        self.recalled = Recollection(engine)

    def run(self, sql: str, values: Mapping[str, object] | None = None) -> Cursor:
        """Execute compiled SQL with driver-ready values."""
        self.recalled.follow(sql)
        return self.connection.execute(sql, values or {})

    def run_many(self, sql: str, values: Sequence[Mapping[str, object]]) -> None:
        """Execute compiled SQL that changes rows, once for each of these values."""
        self.recalled.follow(sql)
        self.connection.cursor().executemany(sql, values)

    def add(self, row: SQLModel) -> int:
        """Insert a row of any table that has an `id`; give the id (also set on the row)."""
        statement = _insertion(type(row))
        given = row.__dict__
        made = statement.first(self, **{name: given.get(name) for name in statement.names})
        assert made is not None
        row.__dict__["id"] = made
        return made

    def put(self, row: SQLModel) -> None:
        """Insert a row of a table whose key is given, not made."""
        statement = _plain_insertion(type(row))
        statement.run(self, **{name: row.__dict__[name] for name in statement.names})

    def wakes(self, what: str) -> None:
        """Say what should be looked at once this is committed (`letters`, `timers`, `rooms`)."""
        self.after.add(what)

    @contextmanager
    def savepoint(self) -> Iterator[None]:
        """Undo what is done inside if it raises; the transaction itself goes on."""
        self.saved += 1
        name = f"s{self.saved}"
        self.connection.execute(f"SAVEPOINT {name}")
        try:
            yield
        except BaseException:
            self.recalled.forget()
            self.connection.execute(f"ROLLBACK TO SAVEPOINT {name}")
            self.connection.execute(f"RELEASE SAVEPOINT {name}")
            raise
        self.connection.execute(f"RELEASE SAVEPOINT {name}")


class _Compiled:
    """SQL for one engine, and what turns values into what its driver takes."""

    __slots__ = ("binders", "defaults", "keys", "readers", "reads", "sql")

    def __init__(self, statement: Executable, dialect: Dialect) -> None:
        compiled = _written_out(statement).compile(
            dialect=dialect, compile_kwargs={"render_postcompile": True}
        )
        self.sql = str(compiled)
        binds = {
            name: bind
            for bind, name in compiled.bind_names.items()  # type: ignore[attr-defined]
            if not bind.literal_execute
        }
        self.defaults = {name: compiled.params[name] for name in binds}
        self.binders = {
            name: process
            for name, bind in binds.items()
            if (process := bind.type.dialect_impl(dialect).bind_processor(dialect))
        }
        columns = getattr(statement, "exported_columns", ())
        self.keys = tuple(c.key for c in columns)
        self.readers = [
            c.type.dialect_impl(dialect).result_processor(dialect, None) for c in columns
        ]
        self.reads = any(self.readers)

    def values(self, given: Mapping[str, object]) -> dict[str, object]:
        """Merge the statement's own constants with what is given, as the driver wants them."""
        merged = {**self.defaults, **given}
        for name, process in self.binders.items():
            merged[name] = process(merged[name])
        return merged

    def read(self, row: Sequence[object]) -> Sequence[object]:
        """Turn a driver's row into Python values."""
        if not self.reads:
            return row
        return [
            reader(value) if reader else value
            for reader, value in zip(self.readers, row, strict=True)
        ]


def _written_out(statement: Executable) -> CompilerElement:
    """The statement with its constants as SQL.

    A planner that is to use an index over some rows must see which rows are meant. Told by a
    parameter, PostgreSQL's prepared plans never know, and SQLite prepares the statement anew each
    time that it runs.
    """
    whole = cast("ExternallyTraversible", statement)
    return cast("CompilerElement", replacement_traverse(whole, {}, _constant_or_asked_for))


def _constant_or_asked_for(
    element: ExternallyTraversible, **_: object
) -> ExternallyTraversible | None:
    if not isinstance(element, BindParameter):
        return None
    if element.value is None:  # its value comes with each run, so compiling must not ask for it
        return bindparam(element.key, None, type_=element.type)
    return element.render_literal_execute()


class Statement:
    """A statement written once; compiled for an engine when it first runs there."""

    __slots__ = ("_compiled", "names", "statement")

    def __init__(self, statement: Executable) -> None:
        self.statement = statement
        self._compiled: dict[str, _Compiled] = {}
        self.names: tuple[str, ...] = ()

    def on(self, engine: str) -> _Compiled:
        """The statement as this engine takes it."""
        found = self._compiled.get(engine)
        if found is None:
            found = self._compiled[engine] = _Compiled(self.statement, _DIALECTS[engine])
        return found


class Deed(Statement):
    """A statement that changes rows."""

    __slots__ = ()

    def run(self, db: Transaction, **values: object) -> int:
        """Execute it; give the number of rows changed."""
        compiled = self.on(db.engine)
        return db.run(compiled.sql, compiled.values(values)).rowcount


class Query(Statement, Generic[R]):
    """A statement that gives rows: of a table class, or made by calling `make` with the columns."""

    __slots__ = ("make", "table")

    def __init__(self, make: Callable[..., R], statement: Executable) -> None:
        super().__init__(statement)
        self.make = make
        self.table = make if isinstance(make, type) and issubclass(make, SQLModel) else None

    def all(self, db: Transaction, **values: object) -> list[R]:
        """Every row."""
        compiled = self.on(db.engine)
        rows = db.run(compiled.sql, compiled.values(values)).fetchall()
        return [self._made(compiled, compiled.read(row)) for row in rows]

    def first(self, db: Transaction, **values: object) -> R | None:
        """The first row, or None."""
        compiled = self.on(db.engine)
        row = db.run(compiled.sql, compiled.values(values)).fetchone()
        return None if row is None else self._made(compiled, compiled.read(row))

    def _made(self, compiled: _Compiled, values: Sequence[object]) -> R:
        if self.table is None:
            return self.make(*values)
        return cast("R", _row(self.table, compiled.keys, values))


def _row(table: type[SQLModel], keys: Sequence[str], values: Sequence[object]) -> SQLModel:
    """Make a detached row without validating what the database itself gave (ten times cheaper)."""
    row = manager_of_class(table).new_instance()
    row.__dict__.update(zip(keys, values, strict=True))
    return row


def columns_of(table: type[SQLModel]) -> Table:
    """The table behind a class."""
    return cast("Table", table.__table__)  # type: ignore[attr-defined]


@cache
def _insertion(table: type[SQLModel]) -> Query[int]:
    columns = columns_of(table)
    names = tuple(c.key for c in columns.columns if c.key != "id")
    made = Query(
        int, insert(columns).values({n: bindparam(n) for n in names}).returning(columns.c.id)
    )
    made.names = names
    return made


@cache
def _plain_insertion(table: type[SQLModel]) -> Deed:
    columns = columns_of(table)
    names = tuple(c.key for c in columns.columns)
    made = Deed(insert(columns).values({n: bindparam(n) for n in names}))
    made.names = names
    return made


# --- engines --------------------------------------------------------------------------------------


class Database:
    """A place where things are remembered, reached from async code through its own threads.

    SQLite: one thread writes on one connection, a few read. PostgreSQL: a pool of threads with a
    connection each.
    """

    def __init__(self, url: str, *, threads: int = 4) -> None:
        self.url = url
        self.engine = engine_of(url)
        single = self.engine == SQLITE
        self.waited: Callable[[float], None] = _unheard
        self.keyring = Keyring()
        self._local = threading.local()
        self._open: list[Connection] = []
        self._guard = threading.Lock()
        self._writers = ThreadPoolExecutor(1 if single else threads, "writer")
        self._readers = ThreadPoolExecutor(threads, "reader") if single else self._writers

    async def write(self, work: Callable[[Transaction], V]) -> tuple[V, frozenset[str]]:
        """Run `work` in one transaction and commit it; give its result and what to look at now.

        Raises `Gone` if the database failed: then nothing was committed.
        """
        asked = time.monotonic()

        def begun(work: Callable[[Transaction], V]) -> tuple[V, frozenset[str]]:
            self.waited(time.monotonic() - asked)
            return self.write_now(work)

        return await self._on(self._writers, begun, work)

    async def read(self, work: Callable[[Transaction], V]) -> V:
        """Run `work` in a transaction that cannot write."""
        return await self._on(self._readers, self.read_now, work)

    async def skew(self) -> timedelta:
        """How far the database's clock is ahead of this machine's: SQLite has none of its own."""
        if self.engine == SQLITE:
            return timedelta()
        return await self.read(_skew)

    def skew_now(self) -> timedelta:
        """Do what `skew` does, on the calling thread."""
        return timedelta() if self.engine == SQLITE else self.read_now(_skew)

    def write_now(self, work: Callable[[Transaction], V]) -> tuple[V, frozenset[str]]:
        """Do what `write` does, on the calling thread."""
        with self._transaction(writes=True) as db:
            result = work(db)
        return result, frozenset(db.after)

    def read_now(self, work: Callable[[Transaction], V]) -> V:
        """Do what `read` does, on the calling thread."""
        with self._transaction(writes=False) as db:
            return work(db)

    def close(self) -> None:
        """End the threads and let go of every connection."""
        self._writers.shutdown()
        self._readers.shutdown()
        for connection in self._open:
            connection.close()
        self._open.clear()

    async def _on(
        self,
        pool: ThreadPoolExecutor,
        call: Callable[[Callable[[Transaction], V]], R],
        work: Callable[[Transaction], V],
    ) -> R:
        # What is bound to the request, such as its number in the logs, is known on the thread too.
        context = contextvars.copy_context()
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(pool, lambda: context.run(call, work))

    @contextmanager
    def _transaction(self, *, writes: bool) -> Iterator[Transaction]:
        """Begin, and commit what is done inside, or roll it back: the only COMMIT there is."""
        with self._failing_loudly():
            connection = self._begun(writes=writes)
            db = Transaction(connection, self.engine, self.keyring)
            try:
                yield db
                # As SQL: after a full disk SQLite dropped the transaction, and only this raises.
                connection.execute("COMMIT")
            except BaseException:
                self._roll_back(connection)
                raise

    def _begun(self, *, writes: bool) -> Connection:
        """A connection with an open transaction; one that has died meanwhile is replaced once."""
        connection = self._connection(writes=writes)
        try:
            connection.execute(_BEGIN[self.engine, writes])
        except (sqlite3.OperationalError, psycopg.OperationalError, psycopg.InterfaceError):
            self._forget(connection)
            connection = self._connection(writes=writes)
            connection.execute(_BEGIN[self.engine, writes])
        return connection

    @contextmanager
    def _failing_loudly(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.DatabaseError as error:
            if isinstance(error, sqlite3.IntegrityError):
                raise Conflict(str(error)) from error
            if isinstance(error, sqlite3.ProgrammingError):
                raise
            raise Gone(str(error)) from error
        except (psycopg.IntegrityError, *_CROSSED) as error:
            raise Conflict(str(error)) from error
        except (
            psycopg.OperationalError,
            psycopg.InternalError,
            psycopg.InterfaceError,
        ) as error:
            raise Gone(str(error)) from error

    def _roll_back(self, connection: Connection) -> None:
        try:
            connection.execute("ROLLBACK")
        except (sqlite3.Error, psycopg.Error):
            self._forget(connection)

    def _forget(self, connection: Connection) -> None:
        """Drop a connection that cannot even roll back; the next transaction opens a fresh one."""
        with self._guard:
            self._open.remove(connection)
        for name in ("reading", "writing"):
            if getattr(self._local, name, None) is connection:
                setattr(self._local, name, None)
        connection.close()

    def _connection(self, *, writes: bool) -> Connection:
        name = "writing" if writes else "reading"
        found: Connection | None = getattr(self._local, name, None)
        if found is None:
            found = connect(self.url, writes=writes)
            setattr(self._local, name, found)
            with self._guard:
                self._open.append(found)
        return found


# Two transactions waited for each other, and this one was chosen to begin anew.
_CROSSED = (psycopg.errors.DeadlockDetected, psycopg.errors.SerializationFailure)


def _unheard(_seconds: float) -> None:
    """Nobody measures how long a write waits for its turn."""


def _skew(db: Transaction) -> timedelta:
    row = db.run("SELECT clock_timestamp()").fetchone()
    assert row is not None
    there: datetime = row[0]
    return there - datetime.now(UTC)


_BEGIN = {
    (SQLITE, True): "BEGIN IMMEDIATE",
    (SQLITE, False): "BEGIN",
    (POSTGRESQL, True): "BEGIN",
    (POSTGRESQL, False): "BEGIN READ ONLY",
}
