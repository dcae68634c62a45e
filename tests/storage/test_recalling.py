"""Whoever was read once in a transaction is not read again, until something is written."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator

import pytest

from commands.kit.people import load
from storage import house, people, subjects
from storage.database import Database, Transaction

LINA = 1


@pytest.fixture
def database(sample_url: str) -> Iterator[Database]:
    """The sample company, on each engine."""
    made = Database(sample_url)
    yield made
    made.close()


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What the database is asked for."""
    found: list[str] = []
    run = Transaction.run

    def noted(db: Transaction, sql: str, values: dict[str, object] | None = None) -> object:
        found.append(sql)
        return run(db, sql, values)

    monkeypatch.setattr(Transaction, "run", noted)
    return found


def test_a_person_is_read_once(database: Database, asked: list[str]) -> None:
    database.read_now(lambda db: [load(db, LINA) for _ in range(3)])
    assert len(asked) == 2  # the person and their departments


def test_the_next_transaction_reads_anew(database: Database, asked: list[str]) -> None:
    for _ in range(2):
        database.read_now(lambda db: load(db, LINA))
    assert len(asked) == 4


def renamed(db: Transaction) -> None:
    people.set_language(db, LINA, "zh")


def undone(db: Transaction) -> None:
    with contextlib.suppress(ZeroDivisionError), db.savepoint():
        renamed(db)
        load(db, LINA)
        raise ZeroDivisionError


@pytest.mark.parametrize(("change", "language"), [(renamed, "zh"), (undone, "en")])
def test_what_was_written_or_undone_is_seen(
    database: Database, change: Callable[[Transaction], None], language: str
) -> None:
    def work(db: Transaction) -> list[str]:
        seen = [load(db, LINA)]
        change(db)
        seen.append(load(db, LINA))
        return [one.language for one in seen if one]

    found, _ = database.write_now(work)
    assert found == ["en", language]


@pytest.mark.parametrize("engine", ["postgresql"])  # SQLite lets only one of them write
def test_what_others_wrote_before_a_lock_was_given_is_seen(
    database: Database, sample_url: str
) -> None:
    other = Database(sample_url)

    def work(db: Transaction) -> list[str]:
        seen = [load(db, LINA)]
        other.write_now(renamed)
        assert subjects.lock(db, "customer", 1)
        seen.append(load(db, LINA))
        return [one.language for one in seen if one]

    found, _ = database.write_now(work)
    other.close()
    assert found == ["en", "zh"]


@pytest.mark.parametrize("engine", ["sqlite"])  # on PostgreSQL a write may wait for others
def test_what_changes_nothing_of_it_is_not_minded(database: Database, asked: list[str]) -> None:
    def work(db: Transaction) -> None:
        load(db, LINA)
        with db.savepoint():
            house.put(db, "a fact", 1)
        asked.clear()
        load(db, LINA)

    database.write_now(work)
    assert asked == []


def test_a_departure_from_a_department_is_seen(database: Database) -> None:
    def work(db: Transaction) -> list[frozenset[str]]:
        seen = [load(db, LINA)]
        people.place(db, LINA, {})
        seen.append(load(db, LINA))
        return [frozenset(one.departments) for one in seen if one]

    (before, after), _ = database.write_now(work)
    assert before
    assert not after
