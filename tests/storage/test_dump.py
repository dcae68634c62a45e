"""A backup made on either engine makes the same database on either."""

from __future__ import annotations

import json
import sqlite3
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from zipfile import ZipFile

import pytest

from storage import files, house, people, vault
from storage.connections import connect, sqlite_path
from storage.database import Database, Transaction
from storage.dump import Manifest, dump
from storage.files import File
from storage.migrate import current, newest
from storage.restore import Unrestorable, holds_rows, restore
from tests.house import BEGUN, prepared
from tests.postgres import Cluster

NOW = datetime(2026, 10, 14, tzinfo=UTC)


@pytest.fixture(params=["sqlite", "postgresql"])
def elsewhere(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """A place of each engine where there is no database yet."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'elsewhere' / 'new.db'}"
        return
    cluster: Cluster = request.getfixturevalue("cluster")
    name = f"new_{abs(hash(request.node.nodeid)):x}"
    cluster.create(name)
    yield cluster.url(name)
    cluster.drop(name)


@pytest.fixture
def filled(database_url: str) -> str:
    """A company, a picture, and words that are hard to keep."""
    prepared(database_url, "web", "zh")

    def more(db: Transaction) -> None:
        house.put(db, "hard", {"文": ["\u2028", "\t", "é😀", "\\N", "\\.", '"']})
        name = vault.made(db, bytes(range(256)) * 20)
        picture = File(platform="web", workspace="w", remote="r", at=BEGUN, vault=name)
        picture.state = files.HERE
        files.add(db, picture)

    changed(database_url, more)
    return database_url


def changed(url: str, work: Callable[[Transaction], None]) -> None:
    database = Database(url)
    database.write_now(work)
    database.close()


def rows(manifest: Manifest) -> dict[str, tuple[int, str]]:
    return {name: told for name, told in manifest.tables.items() if told[0]}


def test_a_restored_database_is_equal_to_the_letter(
    filled: str, elsewhere: str, tmp_path: Path
) -> None:
    before = dump(filled, tmp_path / "one.zip", NOW)
    assert restore(elsewhere, tmp_path / "one.zip") == before.rows > 100
    after = dump(elsewhere, tmp_path / "two.zip", NOW)
    assert after.tables == before.tables
    with ZipFile(tmp_path / "one.zip") as one, ZipFile(tmp_path / "two.zip") as two:
        for name in before.tables:
            assert one.read(f"tables/{name}.jsonl") == two.read(f"tables/{name}.jsonl")


def test_a_restored_database_goes_on_numbering(filled: str, elsewhere: str, tmp_path: Path) -> None:
    dump(filled, tmp_path / "one.zip", NOW)
    restore(elsewhere, tmp_path / "one.zip")
    assert current(elsewhere) == newest()

    def join(db: Transaction) -> None:
        highest = db.run("SELECT max(id) FROM person").fetchone()
        assert highest is not None
        assert people.add(db, people.Person(name="新人", created_at=NOW)) == highest[0] + 1

    changed(elsewhere, join)


def test_a_database_with_rows_is_replaced_only_when_told(filled: str, tmp_path: Path) -> None:
    before = dump(filled, tmp_path / "one.zip", NOW)
    changed(filled, lambda db: house.put(db, "later", value=1))
    with pytest.raises(Unrestorable, match="not empty"):
        restore(filled, tmp_path / "one.zip")
    assert rows(dump(filled, tmp_path / "two.zip", NOW))["house"] != rows(before)["house"]
    restore(filled, tmp_path / "one.zip", replace=True)
    assert dump(filled, tmp_path / "three.zip", NOW).tables == before.tables


def test_a_migrated_database_without_rows_counts_as_empty(database_url: str) -> None:
    assert not holds_rows(database_url)


def test_a_database_in_use_is_left_alone(filled: str, tmp_path: Path) -> None:
    before = dump(filled, tmp_path / "one.zip", NOW)
    running = connect(filled)
    running.execute("SELECT count(*) FROM person").fetchall()
    with pytest.raises(Unrestorable, match="in use"):
        restore(filled, tmp_path / "one.zip", replace=True)
    running.close()
    assert dump(filled, tmp_path / "two.zip", NOW).tables == before.tables


def test_a_backup_is_of_one_moment_and_holds_nobody_up(filled: str, tmp_path: Path) -> None:
    """A writer goes on committing pairs; no backup has half of one."""
    stop = threading.Event()
    done: list[int] = []

    def write() -> None:
        database = Database(filled)
        while not stop.is_set():
            number = len(done)

            def pair(db: Transaction, number: int = number) -> None:
                house.put(db, f"left {number}", value=number)
                house.put(db, f"right {number}", value=number)

            database.write_now(pair)
            done.append(number)
        database.close()

    writer = threading.Thread(target=write)
    writer.start()
    try:
        for number in range(10):
            archive = tmp_path / f"{number}.zip"
            begun = len(done)
            dump(filled, archive, NOW)
            assert halves(archive) == []
            while len(done) == begun:  # the writer goes on in the meantime
                pass
    finally:
        stop.set()
        writer.join()


def halves(archive: Path) -> list[str]:
    with ZipFile(archive) as held:
        lines = held.read("tables/house.jsonl").decode().rstrip("\n").split("\n")
    names = {json.loads(line)[0] for line in lines[1:]}
    left = {n.removeprefix("left ") for n in names if n.startswith("left ")}
    right = {n.removeprefix("right ") for n in names if n.startswith("right ")}
    return sorted(left ^ right)


def test_files_go_into_the_archive_and_come_back(
    filled: str, elsewhere: str, tmp_path: Path
) -> None:
    folder, back = tmp_path / "files", tmp_path / "back"
    (folder / "ab").mkdir(parents=True)
    (folder / "ab" / "照片.jpg").write_bytes(b"\xff\xd8" * 1000)
    manifest = dump(filled, tmp_path / "one.zip", NOW, folder)
    assert list(manifest.files) == ["ab/照片.jpg"]
    restore(elsewhere, tmp_path / "one.zip", folder=back)
    assert (back / "ab" / "照片.jpg").read_bytes() == b"\xff\xd8" * 1000


def altered(archive: Path, name: str, change: Callable[[bytes], bytes | None]) -> Path:
    """The archive with one member changed, or left out."""
    made = archive.with_name("altered.zip")
    with ZipFile(archive) as old, ZipFile(made, "w") as new:
        for member in old.namelist():
            content = old.read(member)
            kept = change(content) if member == name else content
            if kept is not None:
                new.writestr(member, kept)
    return made


@pytest.mark.parametrize(
    ("name", "change", "says"),
    [
        (
            "tables/person.jsonl",
            lambda b: b.replace("李娜".encode(), "李那".encode()),
            "damaged: person",
        ),
        (
            "tables/person.jsonl",
            lambda b: b.rpartition(b"\n")[0].rpartition(b"\n")[0],
            "damaged: person",
        ),
        ("tables/person.jsonl", lambda b: None, "damaged: person"),
        ("manifest.json", lambda b: None, "not a backup"),
        ("manifest.json", lambda b: b"[]", "not a backup"),
        ("manifest.json", lambda b: b.replace(b'"format": 1', b'"format": 2'), "another format: 2"),
        (
            "manifest.json",
            lambda b: b.replace(f'"revision": "{newest()}"'.encode(), b'"revision": "9999"'),
            "newer than this code",
        ),
        ("manifest.json", lambda b: b.replace(b'"a.txt"', b'"../a.txt"'), "outside its folder"),
        ("files/a.txt", lambda b: b + b"!", "damaged: a.txt"),
    ],
)
def test_a_damaged_backup_changes_nothing(
    filled: str, tmp_path: Path, name: str, change: Callable[[bytes], bytes | None], says: str
) -> None:
    folder = tmp_path / "files"
    folder.mkdir()
    (folder / "a.txt").write_text("a")
    before = dump(filled, tmp_path / "one.zip", NOW, folder)
    broken = altered(tmp_path / "one.zip", name, change)
    with pytest.raises(Unrestorable, match=says):
        restore(filled, broken, replace=True, folder=folder)
    assert dump(filled, tmp_path / "two.zip", NOW, folder).tables == before.tables
    assert sorted(p.name for p in tmp_path.iterdir() if "restoring" in p.name) == []


@pytest.mark.parametrize("content", [None, b"these are no tables"])
def test_what_is_no_backup_is_refused(
    database_url: str, tmp_path: Path, content: bytes | None
) -> None:
    if content is not None:
        (tmp_path / "one.zip").write_bytes(content)
    with pytest.raises(Unrestorable, match=r"no such file|not a backup"):
        restore(database_url, tmp_path / "one.zip")


def test_a_backup_that_fails_leaves_nothing_behind(filled: str, tmp_path: Path) -> None:
    folder = tmp_path / "archives"
    folder.mkdir()

    def unnumbered(db: Transaction) -> None:
        db.run("DELETE FROM alembic_version")

    changed(filled, unnumbered)
    with pytest.raises((TypeError, AssertionError)):
        dump(filled, folder / "one.zip", NOW)
    assert list(folder.iterdir()) == []


def test_a_restored_sqlite_file_stands_alone(filled: str, tmp_path: Path) -> None:
    dump(filled, tmp_path / "one.zip", NOW)
    url = f"sqlite:///{tmp_path / 'alone.db'}"
    restore(url, tmp_path / "one.zip")
    assert sorted(p.name for p in tmp_path.glob("alone*")) == ["alone.db"]
    with sqlite3.connect(sqlite_path(url)) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    connection.close()
