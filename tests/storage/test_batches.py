"""Many rows at once: as many ways to the database as for one row, and the same rows come back."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import pytest

from storage import customers, dossiers, readings
from storage.database import Database, Json, Transaction
from storage.dossiers import Dossier
from storage.rows import Hand
from tests.house import BEGUN


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    made = Database(database_url)
    yield made
    made.close()


def dossier(number: int) -> Dossier:
    return {
        "name": f"第{number}精密\"机械'有限公司",
        "short": f"\\{number}号",
        "names": [f"别名{number}, {{}}"],
        "registration": f"9132{number}",
        "note": "一行\n两行\t☃ 😀 $[0] %s :packed",
        "owner": None,
        "important": number % 2 == 0,
        "contacts": [["王芳", "采购", "13800001111", "wf@example.com"]],
        "told": {"legal": "王建国", "terms": "月结\n30天"},
    }


def opened(database: Database, many: int, monkeypatch: pytest.MonkeyPatch) -> int:
    """Open so many files; give how many statements that took."""
    asked: list[str] = []
    run = Transaction.run

    def counting(self: Transaction, sql: str, values: Mapping[str, Json] | None = None) -> Json:
        asked.append(sql)
        return run(self, sql, values)

    found = [dossier(number) for number in range(many)]
    ready = {
        name: readings.grams(name) for d in found for name in (d["name"], d["short"], *d["names"])
    }
    with monkeypatch.context() as patched:
        patched.setattr(Transaction, "run", counting)
        database.write_now(lambda db: dossiers.open_all(db, found, ready, Hand(BEGUN)))
    return len(asked)


def test_forty_files_take_no_more_statements_than_one(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    def no_row_by_row(*_args: object) -> None:
        pytest.fail("rows were sent one by one")

    monkeypatch.setattr("storage.batches.run_all", no_row_by_row)
    one = opened(database, 1, monkeypatch)
    assert opened(database, 40, monkeypatch) == one


def test_what_is_written_at_once_reads_back_equal(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened(database, 3, monkeypatch)
    held = database.read_now(lambda db: dossiers.held(db, dossiers.page(db, 0, 9, None)))
    assert list(held.values()) == [dossier(number) for number in range(3)]
    made = database.read_now(lambda db: customers.get(db, next(iter(held))))
    assert made is not None
    assert (made.created_at, made.source) == (BEGUN, customers.EXISTING)
