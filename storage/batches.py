"""Many rows at once: written in one go, found by a list of values, removed unless pointed at."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any

import psycopg
from sqlalchemy import (
    ARRAY,
    Column,
    ColumnElement,
    Dialect,
    TableValuedAlias,
    Text,
    bindparam,
    column,
    func,
    literal,
    select,
)
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.orm import Mapped
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.types import TypeDecorator, TypeEngine
from sqlmodel import SQLModel

from storage.connections import POSTGRESQL, SQLITE
from storage.database import Deed, Query, Transaction, columns_of, dialect_of

Plain = dict[str, Any]
Binder = Callable[[Any], Any]


class _Several(TypeDecorator[Sequence[object]]):
    """A list as one value: JSON for SQLite, an array for PostgreSQL."""

    impl = Text
    cache_ok = True

    def __init__(self, of: TypeEngine[Any]) -> None:
        super().__init__()
        self.of = of

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """Choose what the engine takes."""
        return dialect.type_descriptor(Text() if dialect.name == SQLITE else ARRAY(self.of))

    def process_bind_param(self, value: Any, dialect: Dialect) -> Any:  # noqa: ANN401
        """Write it as the engine takes it."""
        return json.dumps(list(value)) if dialect.name == SQLITE else list(value)


class Among(ColumnElement[bool]):
    """Whether a column is one of the values bound to `name`, however many they are."""

    inherit_cache = False

    def __init__(self, column: Mapped[Any], name: str) -> None:
        self.column: ColumnElement[Any] = column  # type: ignore[assignment]
        # With a value of None it is not asked for when the statement is compiled.
        self.several = bindparam(name, None, type_=_Several(self.column.type))


@compiles(Among, SQLITE)
def _among_json(among: Among, compiler: SQLCompiler, **kw: Any) -> str:  # noqa: ANN401
    column, several = compiler.process(among.column, **kw), compiler.process(among.several, **kw)
    return f"{column} IN (SELECT value FROM json_each({several}))"  # noqa: S608 -- made of names


@compiles(Among, POSTGRESQL)
def _among_array(among: Among, compiler: SQLCompiler, **kw: Any) -> str:  # noqa: ANN401
    column, several = compiler.process(among.column, **kw), compiler.process(among.several, **kw)
    return f"{column} = ANY({several})"


def each_of(name: str, engine: str) -> TableValuedAlias:
    """The texts bound to `name`, however many, as a table whose one column is `value`."""
    several = bindparam(name, type_=_Several(Text()))
    if engine == SQLITE:
        return func.json_each(several).table_valued(column("value", Text))
    return func.unnest(several).table_valued(column("value", Text)).render_derived()


def add_all(db: Transaction, table: type[SQLModel], rows: Sequence[Plain]) -> list[int]:
    """Insert rows, as plain values, into a table that has an `id`; give their ids.

    Making objects of them would take ten times as long as writing them.
    """
    ids = _reserved(db, table, len(rows)) if rows else []
    put_all(db, table, [{**row, "id": id_} for row, id_ in zip(rows, ids, strict=True)])
    return ids


def put_all(db: Transaction, table: type[SQLModel], rows: Sequence[Plain]) -> None:
    """Insert rows, as plain values; where they have no `id`, nobody asks which they are given.

    It is one statement, however many they are: each one is a way to PostgreSQL and back, and on
    SQLite it lets other threads go first, which takes longer than a row.
    """
    if rows:
        packing = _packing(table, db.engine, given="id" in rows[0])
        db.run(packing.sql, {"packed": packing.packed(rows)})


def run_all(db: Transaction, deed: Deed, values: Sequence[dict[str, object]]) -> None:
    """Execute a deed once for each of these values."""
    if values:
        compiled = deed.on(db.engine)
        db.run_many(compiled.sql, [compiled.values(one) for one in values])


def unless_used(db: Transaction, work: Callable[[], None]) -> bool:
    """Do it; False, and nothing is done, where other rows point at what would be removed."""
    try:
        with db.savepoint():
            work()
    except (sqlite3.IntegrityError, psycopg.errors.ForeignKeyViolation):
        return False
    return True


@dataclass(frozen=True, slots=True)
class _Packing:
    """How rows are handed over as one JSON value: each column's name, default and binder."""

    sql: str
    columns: tuple[tuple[str, Any, Binder | None], ...]

    def packed(self, rows: Sequence[Plain]) -> str:
        """Rows as lists of what the driver takes."""
        bound = []
        for name, default, bind in self.columns:
            values = [row.get(name, default) for row in rows]
            bound.append([bind(value) for value in values] if bind else values)
        return json.dumps(list(zip(*bound, strict=True)), default=_written)


def _written(value: date) -> str:
    """A day or a moment."""
    return value.isoformat()


_VALUE = {SQLITE: "json_extract(value, '$[{at}]')", POSTGRESQL: "(value ->> {at})::{type}"}
_ROWS = {
    SQLITE: "json_each(:packed)",
    POSTGRESQL: "jsonb_array_elements(CAST(%(packed)s AS text)::jsonb)",
}


@cache
def _packing(table: type[SQLModel], engine: str, *, given: bool) -> _Packing:
    dialect, known = dialect_of(engine), columns_of(table).columns
    columns = [c for c in known if given or c.key != "id"]
    listed = ", ".join(f'"{c.key}"' for c in columns)
    values = ", ".join(
        _VALUE[engine].format(at=at, type=c.type.compile(dialect)) for at, c in enumerate(columns)
    )
    return _Packing(
        f'INSERT INTO "{columns_of(table).name}" ({listed}) SELECT {values} FROM {_ROWS[engine]}',  # noqa: S608 -- made of names
        tuple((c.key, _default(table, c.key), _binder(c, dialect)) for c in columns),
    )


def _default(table: type[SQLModel], name: str) -> object:
    field = table.model_fields[name]
    return None if field.is_required() else field.default


def _binder(column: Column[Any], dialect: Dialect) -> Binder | None:
    return column.type.dialect_impl(dialect).bind_processor(dialect)


def _reserved(db: Transaction, table: type[SQLModel], many: int) -> list[int]:
    """Ids that nobody else gets: SQLite has one writer, PostgreSQL a sequence."""
    if db.engine == POSTGRESQL:
        drawn = _drawn(table).all(db, many=many)
        return sorted(drawn)
    last = _last(table).first(db) or 0
    return list(range(last + 1, last + 1 + many))


@cache
def _last(table: type[SQLModel]) -> Query[int]:
    return Query(int, select(func.coalesce(func.max(columns_of(table).c.id), 0)))


@cache
def _drawn(table: type[SQLModel]) -> Query[int]:
    sequence = func.pg_get_serial_sequence(literal(columns_of(table).name, Text), "id")
    return Query(
        int, select(func.nextval(sequence)).select_from(func.generate_series(1, bindparam("many")))
    )
