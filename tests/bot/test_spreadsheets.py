"""`python -m bot import` and `export`, beside a running bot that goes on answering."""

from __future__ import annotations

import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path

import pytest
from openpyxl import Workbook
from typer.testing import CliRunner, Result

from bot import __main__ as program
from bot.settings import Settings
from scheduler.clerk import LEASED
from storage import customers, dossiers, journal, leases, people, sheets
from storage.database import Database
from storage.sheets import DONE, Job
from tests.browser.process import ROOT, Started, running
from tests.house import BEGUN, settings_for

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
    assert beside.alive()
    stands_in_the_journal(tmp_path)


def stands_in_the_journal(at: Path) -> None:
    """What was done at the server is noted with what it was done to."""
    database = Database(f"sqlite:///{at / 'headwater.db'}")
    try:
        noted = database.read_now(lambda db: journal.last(db, 99))
        named = database.read_now(lambda db: dossiers.held(db, [SAMPLE + 1]))
    finally:
        database.close()
    subjects = [e.after["subjects"] for e in noted if e.deed == "import" and "subjects" in e.after]
    assert sum(len(one) for one in subjects) == ROWS
    assert named[SAMPLE + 1]["name"] == f"{chr(0x5000)}山0号"
    assert all(entry.source for entry in noted if entry.deed == "import")


def workbook() -> bytes:
    out = BytesIO()
    Workbook().save(out)
    return out.getvalue()


HEADINGS = "姓名,手机\n".encode()
UNFIT = [
    ("a.csv", b"\x00\x01", ("neither a CSV nor an XLSX", "既不是 CSV")),
    ("a.csv", b"", ("This file is empty", "空文件")),
    ("a.csv", b"\n \n", ("This file is empty", "空文件")),
    ("a.csv", HEADINGS, ("headings in this file, but no rows", "只有表头")),
    ("a.csv", "城市,街道\n宁波,中山路\n".encode(), ("There is no column “Name”", "“姓名”")),
    ("a.xlsx", HEADINGS, ("This is text", "其实是文本")),
    ("a.xlsx", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", ("old Excel file", "旧版Excel")),
    ("a.csv", workbook(), ("This is an Excel file", "其实是Excel")),
]


@pytest.mark.parametrize("at", [0, 1], ids=["en", "zh"])
@pytest.mark.parametrize(("name", "content", "said"), UNFIT)
def test_what_is_no_table_is_refused_in_a_sentence(
    empty_house: Settings, name: str, content: bytes, said: tuple[str, str], at: int, tmp_path: Path
) -> None:
    (tmp_path / name).write_bytes(content)
    language = ("en", "zh")[at]
    refused = typed(empty_house, language, "import", "people", str(tmp_path / name), "--yes")
    assert refused.exit_code == 1
    assert said[at] in refused.output
    assert "is imported" not in refused.output


PEOPLE = "姓名,手机,部门\n郑爽,13700001111,销售\n坏的,,火箭部\n"


def test_rows_that_fail_are_named_and_an_import_is_taken_back(
    empty_house: Settings, tmp_path: Path
) -> None:
    (tmp_path / "p.csv").write_text(PEOPLE, encoding="utf-8")
    words = ("import", "people", str(tmp_path / "p.csv"))
    checked = typed(empty_house, "zh", *words)
    assert checked.exit_code == 0
    assert "第3行（坏的）：没有叫“火箭部”的部门" in checked.output
    assert (
        f"要导入，请运行：python -m bot import people {tmp_path / 'p.csv'} --yes" in checked.output
    )
    assert "已停止" not in checked.output
    done = typed(empty_house, "en", *words, "--yes")
    assert done.exit_code == 1
    assert "Line 3 (坏的): there is no department called “火箭部”" in done.output
    assert "python -m bot undo 2" in done.output
    assert enrolled(empty_house) == ["郑爽"]
    back = typed(empty_house, "en", "undo", "2")
    assert back.exit_code == 0
    assert "p.csv is undone" in back.output
    assert enrolled(empty_house) == []


def test_a_folder_that_is_not_there_is_named_before_any_work(
    empty_house: Settings, tmp_path: Path
) -> None:
    refused = typed(empty_house, "zh", "export", "people", str(tmp_path / "no" / "x.csv"))
    assert refused.exit_code == 1
    assert "这个文件夹，请先建好" in refused.output
    assert "✅" not in refused.output


def test_the_next_one_need_not_wait_for_the_last(empty_house: Settings, tmp_path: Path) -> None:
    (tmp_path / "p.csv").write_text(PEOPLE, encoding="utf-8")
    assert typed(empty_house, "en", "import", "people", str(tmp_path / "p.csv")).exit_code == 0
    database = Database(empty_house.database_url)
    try:
        lease = database.read_now(lambda db: leases.of(db, LEASED))
    finally:
        database.close()
    assert lease is not None
    assert lease.until < datetime.now(UTC)


def test_what_can_not_be_undone_says_why(empty_house: Settings) -> None:
    assert "没有编号为7的表格" in typed(empty_house, "zh", "undo", "7").output
    database = Database(empty_house.database_url)
    row = Job(name="p.csv", state=DONE, created_at=BEGUN, finished_at=BEGUN)
    database.write_now(lambda db: sheets.add(db, row))
    database.close()
    refused = typed(empty_house, "en", "undo", "1")
    assert refused.exit_code == 1
    assert "There is nothing to undo" in refused.output


@pytest.fixture
def empty_house(database_url: str) -> Settings:
    """The settings of a company that nobody has entered anything for."""
    return settings_for(database_url, "zh")


def typed(settings: Settings, language: str, *words: str) -> Result:
    """Type a command in this process."""
    place = {"DATABASE_URL": settings.database_url, "LANGUAGE": language}
    return CliRunner().invoke(program.cli, list(words), env=place)


def enrolled(settings: Settings) -> list[str]:
    database = Database(settings.database_url)
    try:
        return [one.name for one in database.read_now(people.active)]
    finally:
        database.close()
