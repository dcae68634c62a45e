"""Bytes that stood in their rows are moved out of them, and back, and none is lost."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from alembic import command
from alembic.config import Config

from storage import files
from storage.connections import connect
from storage.database import Database
from storage.migrate import FOLDER, upgrade
from storage.vault import Vault
from tests.postgres import Cluster

OLD = (
    "INSERT INTO file (platform, workspace, remote, name, media, size, kind, at, state, content,"
    " attempts, reason) VALUES ('p', 'w', 'r', 'n', 'image/png', 5, '',"
    " '2026-10-14T02:00:00.000000+00:00', '{}', {}, 1, '')"
)


@pytest.fixture
def old(engine: str, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[str]:
    """A database of before, with one file that is here and one that is not."""
    name = f"old_{abs(hash(request.node.nodeid)):x}"
    if engine == "sqlite":
        url = f"sqlite:///{tmp_path / 'old.db'}"
    else:
        cluster: Cluster = request.getfixturevalue("cluster")
        cluster.create(name)
        url = cluster.url(name)
    command.upgrade(config(url), "0001")
    bytes_ = "X'0068690a00'" if engine == "sqlite" else r"'\x0068690a00'::bytea"
    connection = connect(url)
    connection.execute(OLD.format("here", bytes_))
    connection.execute(OLD.format("wanted", "NULL"))
    connection.close()
    yield url
    if engine != "sqlite":
        request.getfixturevalue("cluster").drop(name)


def config(url: str) -> Config:
    made = Config()
    made.set_main_option("script_location", str(FOLDER))
    made.attributes["url"] = url
    return made


def test_bytes_are_moved_and_moved_back(old: str) -> None:
    upgrade(old)
    database = Database(old)
    here, wanted = (database.read_now(lambda db, n=n: files.get(db, n)) for n in (1, 2))  # type: ignore[misc]
    assert here is not None
    assert wanted is not None
    assert database.read_now(lambda db: Vault().get(db, here.vault)) == b"\x00hi\n\x00"
    assert wanted.vault == ""
    assert database.read_now(Vault().missing) == []
    database.close()
    command.downgrade(config(old), "0001")
    connection = connect(old)
    rows = connection.execute("SELECT content FROM file ORDER BY id").fetchall()
    connection.close()
    assert [row[0] if row[0] is None else bytes(row[0]) for row in rows] == [b"\x00hi\n\x00", None]
