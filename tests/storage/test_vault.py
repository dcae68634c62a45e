"""Bytes are kept in a folder or in the database, under our own names; what is lost is found."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from storage import files
from storage.connections import engine_of
from storage.database import Database, Gone, Transaction
from storage.files import File
from storage.vault import OLD_ENOUGH, Vault, vault_at

AT = datetime(2026, 10, 14, tzinfo=UTC)


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    """A migrated database."""
    made = Database(database_url)
    yield made
    made.close()


@pytest.fixture(params=["folder", "database"])
def vault(request: pytest.FixtureRequest, tmp_path: Path) -> Vault:
    """Each kind of vault."""
    return Vault(tmp_path / "bytes") if request.param == "folder" else Vault()


def add(db: Transaction, vault: Vault, content: bytes) -> File:
    """A file that is here."""
    name = vault.lay(content)
    vault.keep(db, name, content)
    row = File(
        platform="p",
        workspace="w",
        remote="r",
        at=AT,
        state=files.HERE,
        vault=name,
        size=len(content),
    )
    files.add(db, row)
    return row


def test_bytes_are_given_back(database: Database, vault: Vault) -> None:
    content = bytes(range(256))
    file, _ = database.write_now(lambda db: add(db, vault, content))
    assert database.read_now(lambda db: vault.get(db, file.vault)) == content
    assert database.read_now(vault.missing) == []
    assert database.read_now(lambda db: vault.stray(db, 0)) == []
    database.write_now(lambda db: vault.drop(db, file.vault))
    assert database.read_now(lambda db: vault.get(db, file.vault)) is None


@pytest.mark.parametrize(
    "name", ["", "../../etc/passwd", "/etc/passwd", "a\x00b", "x" * 32, "A" * 32]
)
def test_a_name_that_we_did_not_give_leads_nowhere(
    database: Database, vault: Vault, name: str
) -> None:
    assert database.read_now(lambda db: vault.get(db, name)) is None


def test_what_is_gone_and_what_is_nobodys_is_found(database: Database, vault: Vault) -> None:
    lost, _ = database.write_now(lambda db: add(db, vault, b"lost"))
    database.write_now(lambda db: add(db, vault, b"kept"))
    database.write_now(lambda db: vault.drop(db, lost.vault))
    nobodys = vault.lay(b"nobody's")
    database.write_now(lambda db: vault.keep(db, nobodys, b"nobody's"))
    assert [file.id for file in database.read_now(vault.missing)] == [lost.id]
    assert database.read_now(lambda db: vault.stray(db, 0)) == [nobodys]


def test_bytes_that_were_just_laid_are_left_alone(database: Database, tmp_path: Path) -> None:
    vault = Vault(tmp_path)
    name = vault.lay(b"being kept")
    assert database.read_now(vault.stray) == []
    old = time.time() - OLD_ENOUGH - 1
    os.utime(tmp_path / name[:2] / name, (old, old))
    assert database.read_now(vault.stray) == [name]


def test_a_folder_holds_nothing_that_others_may_read(tmp_path: Path) -> None:
    vault = Vault(tmp_path / "bytes")
    name = vault.lay(b"x")
    path = tmp_path / "bytes" / name[:2] / name
    assert path.stat().st_mode & 0o077 == 0
    assert path.parent.stat().st_mode & 0o077 == 0
    assert [p.name for p in path.parent.iterdir()] == [name]


def test_what_was_kept_before_there_was_a_folder_is_still_found(
    database: Database, tmp_path: Path
) -> None:
    file, _ = database.write_now(lambda db: add(db, Vault(), b"old"))
    vault = Vault(tmp_path)
    assert database.read_now(lambda db: vault.get(db, file.vault)) == b"old"
    assert database.read_now(vault.missing) == []


def test_a_folder_that_cannot_be_written_is_gone(tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.write_bytes(b"")
    with pytest.raises(Gone, match="folder of files"):
        Vault(blocked).lay(b"x")


def test_without_a_setting_bytes_are_beside_sqlite_and_within_postgresql(database_url: str) -> None:
    found = vault_at("", database_url).folder
    if engine_of(database_url) == "sqlite":
        assert found == Path(database_url.removeprefix("sqlite:///")).parent / "files"
    else:
        assert found is None


@pytest.mark.parametrize(
    ("setting", "folder"),
    [("file:///var/lib/files", "/var/lib/files"), ("file:///a%20b", "/a b"), ("database", None)],
)
def test_the_setting_names_a_folder_or_the_database(setting: str, folder: str | None) -> None:
    found = vault_at(setting, "sqlite:///x.db").folder
    assert found == (Path(folder) if folder else None)


@pytest.mark.parametrize("setting", ["s3://bucket", "/a/folder", "file://host/a", "file:"])
def test_any_other_setting_is_refused_in_a_sentence(setting: str) -> None:
    with pytest.raises(ValueError, match="FILES_URL"):
        vault_at(setting, "sqlite:///x.db")
