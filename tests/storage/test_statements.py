"""Statements hold their constants themselves, so that indexes over some rows are known to match."""

from __future__ import annotations

from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules

import pytest
from sqlalchemy import bindparam, literal, select
from sqlmodel import col

import storage
from storage import drafts
from storage.connections import POSTGRESQL, SQLITE, connect
from storage.database import Database, Query, Statement, Transaction
from storage.drafts import OPEN
from storage.people import Person

ZHAO = 1


@pytest.fixture
def database(sample_url: str) -> Iterator[Database]:
    """The sample company, on each engine."""
    made = Database(sample_url)
    yield made
    made.close()


def every_statement() -> Iterator[tuple[str, Statement]]:
    """Every statement that stands in a file of `storage/`."""
    for found in iter_modules(storage.__path__, "storage."):
        for name, one in vars(import_module(found.name)).items():
            for each in one.values() if isinstance(one, dict) else [one]:
                if isinstance(each, Statement):
                    yield f"{found.name}.{name}", each


@pytest.mark.parametrize("engine", [SQLITE, POSTGRESQL])
def test_no_constant_is_left_to_be_told(engine: str) -> None:
    # SQLite's dialect adds an offset of nothing where rows are limited: no plan depends on it.
    told = {
        name: left
        for name, statement in every_statement()
        if (left := {k: v for k, v in statement.on(engine).defaults.items() if v})
    }
    assert len(list(every_statement())) > 200
    assert told == {}


def test_a_constant_is_taken_as_it_is_written(database: Database) -> None:
    odd = "it's 100 % :so"
    alone = Query(str, select(literal(odd)))
    beside = Query(str, select(literal(odd)).where(col(Person.id) == bindparam("id")))
    assert database.read_now(alone.first) == odd
    assert database.read_now(lambda db: beside.first(db, id=ZHAO)) == odd


def test_an_open_draft_is_looked_for_among_the_open_ones(database: Database) -> None:
    """A plan for any values, as a statement that is often run gets it, uses the index."""
    sql = drafts._OPEN.on(database.engine).sql  # noqa: SLF001 -- what is run

    def plan(db: Transaction) -> str:
        if db.engine == SQLITE:
            rows = db.run(f"EXPLAIN QUERY PLAN {sql}", {"account_id": None, "conversation": None})
            return "\n".join(str(row[3]) for row in rows.fetchall())
        db.run("SET LOCAL enable_seqscan = off")
        db.run("SET LOCAL plan_cache_mode = force_generic_plan")
        db.run(
            "PREPARE one (integer, varchar) AS "
            + sql.replace("%(account_id)s", "$1").replace("%(conversation)s", "$2")
        )
        rows = db.run("EXPLAIN EXECUTE one (1, 'x')")
        return "\n".join(str(row[0]) for row in rows.fetchall())

    found, _ = database.write_now(plan)
    assert "draft_open" in found
    assert f"'{OPEN}'" in sql


def test_a_savepoint_needs_no_file(tmp_path: Path) -> None:
    in_memory = 2
    connection = connect(f"sqlite:///{tmp_path / 'one.db'}")
    assert connection.execute("PRAGMA temp_store").fetchone() == (in_memory,)
    connection.close()
