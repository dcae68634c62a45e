"""Migrations make the tables that the code declares, on both engines, and never go back."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from sqlalchemy import Engine, create_engine

from storage.connections import connect, engine_of, sqlite_path
from storage.database import Database, Gone, Transaction
from storage.migrate import FOLDER, current, newest, upgrade
from storage.tables import metadata
from tests.postgres import Cluster


@pytest.fixture
def empty(engine: str, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[str]:
    """A database in which there is nothing."""
    if engine == "sqlite":
        yield f"sqlite:///{tmp_path / 'empty.db'}"
        return
    cluster: Cluster = request.getfixturevalue("cluster")
    name = f"empty_{abs(hash(request.node.nodeid)):x}"
    cluster.create(name)
    yield cluster.url(name)
    cluster.drop(name)


@pytest.fixture
def inspected(database_url: str) -> Iterator[Engine]:
    """A migrated database, as SQLAlchemy sees it."""
    driver = {"sqlite": "sqlite", "postgresql": "postgresql+psycopg"}[engine_of(database_url)]
    made = create_engine(f"{driver}://{database_url.partition('://')[2]}")
    yield made
    made.dispose()


def test_the_migrations_make_exactly_the_tables_that_are_declared(inspected: Engine) -> None:
    with inspected.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, metadata()) == []


def test_a_difference_would_be_seen(inspected: Engine) -> None:
    with inspected.connect() as connection:
        connection.exec_driver_sql("ALTER TABLE visit ADD COLUMN surprise INTEGER")
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        found = compare_metadata(context, metadata())
        assert [difference[0] for difference in found] == ["remove_column"]


def test_an_empty_database_is_brought_up_to_date_once(empty: str) -> None:
    assert current(empty) is None
    assert upgrade(empty)
    assert current(empty) == newest()
    assert not upgrade(empty)


def test_a_database_of_a_newer_bot_is_left_alone(database_url: str) -> None:
    newer(database_url, "9999")
    with pytest.raises(RuntimeError, match=f"revision 9999, newer than this code .{newest()}"):
        upgrade(database_url)
    assert current(database_url) == "9999"


def test_a_table_without_a_revision_is_an_empty_database(database_url: str) -> None:
    connection = connect(database_url)
    connection.execute("DELETE FROM alembic_version")
    connection.close()
    assert current(database_url) is None


def newer(url: str, revision: str) -> None:
    connection = connect(url)
    connection.execute(f"UPDATE alembic_version SET version_num = '{revision}'")  # noqa: S608 (ours)
    connection.close()


@pytest.mark.parametrize("url", ["postgresql://nobody:secret@127.0.0.1:1/none"])
def test_a_server_that_is_not_there_is_gone(url: str) -> None:
    with pytest.raises(Gone, match="connection") as gone:
        upgrade(url)
    assert "secret" not in str(gone.value)


def test_a_file_that_is_no_database_is_gone(tmp_path: Path) -> None:
    path = tmp_path / "headwater.db"
    path.write_text("these are no tables\n" * 100)
    with pytest.raises(Gone, match="not a database"):
        upgrade(f"sqlite:///{path}")


def test_looking_does_not_make_a_file(tmp_path: Path) -> None:
    assert current(f"sqlite:///{tmp_path / 'none.db'}") is None
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("url", "path"),
    [
        ("sqlite:///headwater.db", "headwater.db"),
        ("sqlite:////var/lib/headwater.db", "/var/lib/headwater.db"),
        ("sqlite+pysqlite:///a/b.db", "a/b.db"),
    ],
)
def test_three_slashes_are_relative_and_four_are_absolute(url: str, path: str) -> None:
    assert sqlite_path(url) == Path(path)


def test_a_reader_cannot_write(database_url: str) -> None:
    database = Database(database_url)

    def write(db: Transaction) -> None:
        db.run("DELETE FROM house")

    with pytest.raises(Exception, match=r"readonly|read-only"):
        database.read_now(write)
    database.close()


def moved(url: str, step: str) -> None:
    """Go up or down to a revision, as an administrator with alembic at hand would."""
    config = Config()
    config.set_main_option("script_location", str(FOLDER))
    config.attributes["url"] = url
    go = command.upgrade if step != "0001" or current(url) is None else command.downgrade
    go(config, step)


def test_people_and_reminders_of_an_older_database_are_kept_up_and_down(empty: str) -> None:
    moved(empty, "0001")
    connection = connect(empty)
    connection.execute(
        "INSERT INTO person (name, admin, active, language, zone, quiet_from, quiet_to, created_at)"
        " VALUES ('李娜', true, true, '', '', '22:00', '07:30', '2026-01-01T00:00:00.000000+00:00')"
    )
    connection.execute(
        "INSERT INTO timer (kind, subject_id, name, at, extra, state, holder, attempts) VALUES"
        " ('case', 1, 'remind', '2026-01-01T00:00:00.000000+00:00', '{\"person\":1}', 'waiting',"
        " '', 0)"
    )
    connection.close()
    for _ in range(2):
        moved(empty, "0002")
        connection = connect(empty)
        assert connection.execute("SELECT name, email_key FROM person").fetchall() == [("李娜", "")]
        assert connection.execute("SELECT person_id FROM timer").fetchall() == [(1,)]
        subjects = connection.execute("SELECT id FROM subject WHERE kind = 'person'").fetchall()
        assert subjects == [(1,)]
        connection.close()
        moved(empty, "0001")


def test_what_was_left_of_people_who_were_taken_back_is_cleared(empty: str) -> None:
    moved(empty, "0009")
    connection = connect(empty)
    connection.execute(
        "INSERT INTO subject (kind, id, revision, version)"
        " VALUES ('person', 7, 1, 1), ('case', 7, 1, 1)"
    )
    connection.execute(
        "INSERT INTO revision (kind, id, revision, at)"
        " VALUES ('person', 7, 1, '2026-01-01T00:00:00.000000+00:00')"
    )
    connection.close()
    upgrade(empty)
    connection = connect(empty)
    assert connection.execute("SELECT kind, id FROM subject").fetchall() == [("case", 7)]
    assert connection.execute("SELECT kind FROM revision").fetchall() == []
    connection.close()
