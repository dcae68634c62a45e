"""`python -m bot import` and `export`, beside a running bot that goes on answering."""

from __future__ import annotations

import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from storage import customers, dossiers, journal
from storage.database import Database
from tests.browser.process import ROOT, Started, running

ROWS = 120
SAMPLE = 11


@pytest.fixture
def beside(tmp_path: Path) -> Iterator[Started]:
    """A bot with the sample company, in a process of its own."""
    with running(tmp_path, "en") as started:
        yield started


def bot(at: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    settings = {
        "DATABASE_URL": f"sqlite:///{at / 'headwater.db'}",
        "LANGUAGE": "en",
        "PYTHONPATH": str(ROOT),
    }
    command = [sys.executable, "-m", "bot", *arguments]
    return subprocess.run(
        command, cwd=at, env=settings, capture_output=True, check=False, text=True
    )


def table(at: Path, *more: str) -> Path:
    made = at / "customers.csv"
    rows = (f"{chr(0x5000 + n)}山{n}号" for n in range(ROWS))
    made.write_text("\n".join(["客户名称", *rows, *more]), encoding="gb18030")
    return made


def how_many(at: Path) -> int:
    database = Database(f"sqlite:///{at / 'headwater.db'}")
    try:
        return database.read_now(customers.count)
    finally:
        database.close()


@pytest.mark.timeout(240)
def test_a_table_goes_in_and_out_beside_a_running_bot(beside: Started, tmp_path: Path) -> None:
    checked = bot(tmp_path, "import", "customers", str(table(tmp_path, "×,")))
    assert checked.returncode == 0, checked.stderr
    assert f"New: {ROWS}" in checked.stdout
    assert f"Line {ROWS + 2}" in checked.stdout
    assert how_many(tmp_path) == SAMPLE
    done = bot(tmp_path, "import", "customers", str(table(tmp_path)), "--yes")
    assert done.returncode == 0, done.stderr
    assert "is imported" in done.stdout
    assert how_many(tmp_path) == SAMPLE + ROWS
    out = bot(tmp_path, "export", "customers", str(tmp_path / "out.xlsx"))
    assert out.returncode == 0, out.stderr
    again = bot(tmp_path, "import", "customers", str(tmp_path / "out.xlsx"))
    assert f"Unchanged: {SAMPLE + ROWS}" in again.stdout
    health = f"{beside.link.partition('/chat')[0]}/healthz"
    with urllib.request.urlopen(health, timeout=10) as page:  # noqa: S310 -- our own
        assert page.status == 200
    assert beside.process.poll() is None


def test_what_was_done_at_the_server_stands_in_the_journal(beside: Started, tmp_path: Path) -> None:
    bot(tmp_path, "import", "customers", str(table(tmp_path)), "--yes")
    database = Database(f"sqlite:///{tmp_path / 'headwater.db'}")
    try:
        noted = database.read_now(lambda db: journal.last(db, 99))
        named = database.read_now(lambda db: dossiers.held(db, [SAMPLE + 1]))
    finally:
        database.close()
    subjects = [e.after["subjects"] for e in noted if e.deed == "import" and "subjects" in e.after]
    assert sum(len(one) for one in subjects) == ROWS
    assert named[SAMPLE + 1]["name"] == f"{chr(0x5000)}山0号"
    assert all(entry.source for entry in noted if entry.deed == "import")


def test_what_is_no_table_is_refused_in_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_bytes(b"\x00\x01")
    refused = bot(tmp_path, "import", "customers", str(tmp_path / "a.csv"))
    assert refused.returncode != 0
    assert "Traceback" not in refused.stderr
    assert "a.csv is no CSV or XLSX file" in refused.stdout + refused.stderr
