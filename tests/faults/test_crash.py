"""A crash at any statement loses nothing that was acknowledged and doubles nothing."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from storage.database import Database, Gone
from storage.migrate import upgrade
from tests.desk import reception
from tests.house import ROOT
from tests.postgres import Cluster


@pytest.mark.timeout(240)
def test_killed_at_each_statement(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "tests.faults.crash", str(tmp_path)],
        cwd=ROOT,
        capture_output=True,
        check=True,
        text=True,
    )
    rounds = json.loads(done.stdout)
    assert len(rounds) > 20
    assert [one["died"] for one in rounds] == [True] * (len(rounds) - 1) + [False]
    whole = rounds[-1]["again"]
    assert whole["cases"] == 1
    for one in rounds:
        nothing = one["crashed"] | {"journal": 0} == dict.fromkeys(whole, 0)
        assert nothing or one["crashed"] == whole
        assert one["again"] == whole


async def test_a_full_disk_acknowledges_nothing(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'full.db'}"
    upgrade(url)
    async with reception(url) as desk:

        def fill(db: object) -> None:
            connection = db.connection  # type: ignore[attr-defined]
            pages = connection.execute("PRAGMA page_count").fetchone()[0]
            connection.execute(f"PRAGMA max_page_count = {pages}")

        await desk.core.database.write(fill)
        refused = 0
        for number in range(200):
            request = desk.request("lina", f"/complaint 永固 {number} " + "锈" * 2500)
            try:
                await desk.core.door.handle(request)
            except Gone:
                refused += 1
        kept = await desk.core.database.read(counted)
        assert refused > 0
        assert kept == (200 - refused, 200 - refused)


def counted(db: object) -> tuple[int, int]:
    """Cases, and deliveries answered."""
    connection = db.connection  # type: ignore[attr-defined]
    cases = connection.execute("SELECT count(*) FROM cases").fetchone()[0]
    deliveries = connection.execute("SELECT count(*) FROM delivery").fetchone()[0]
    return cases, deliveries


async def test_postgresql_restarts(cluster: Cluster) -> None:
    cluster.create("restarting")
    upgrade(cluster.url("restarting"))
    try:
        async with reception(cluster.url("restarting")) as desk:
            await desk.says("lina", "/complaint 永固 before")
            cluster.kill()
            request = desk.request("lina", "/complaint 永固 during")
            with pytest.raises(Gone):
                await desk.core.door.handle(request)
            cluster.restart()
            await desk.core.door.handle(request)
            await desk.core.door.handle(request)
            assert await desk.core.database.read(counted) == (2, 2)
    finally:
        cluster.restart()
        cluster.drop("restarting")


def test_a_database_that_cannot_be_opened_is_gone(tmp_path: Path) -> None:
    (tmp_path / "dir.db").mkdir()
    database = Database(f"sqlite:///{tmp_path / 'dir.db'}")
    with pytest.raises(Gone):
        database.read_now(lambda db: db.run("SELECT 1"))
    database.close()
