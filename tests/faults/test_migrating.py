"""A migration killed at any statement is finished by the next start, and no row is lost."""

from __future__ import annotations

import os
import shutil
from datetime import UTC, datetime
from pathlib import Path

import pytest

from storage import migrate
from storage.dump import dump
from tests.house import prepared

NOW = datetime(2026, 10, 14, tzinfo=UTC)
KILLED = 9
STEP = '''"""Make the customer's table anew with a column more, as a real step does."""

import sqlalchemy as sa
from alembic import op

revision, down_revision = "9001", "{before}"
branch_labels = depends_on = None


def upgrade() -> None:
    """Apply this step."""
    with op.batch_alter_table("customer", recreate="{recreate}") as table:
        table.add_column(sa.Column("mood", sa.String(), server_default="good", nullable=False))
    op.create_index("customer_mood", "customer", ["mood"])
    op.execute("UPDATE customer SET mood = 'better' WHERE id % 2 = 0")


def downgrade() -> None:
    """Take this step back."""
    op.drop_index("customer_mood", "customer")
    with op.batch_alter_table("customer", recreate="{recreate}") as table:
        table.drop_column("mood")
'''


@pytest.fixture
def one_more(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, engine: str) -> None:
    """A step after the newest, which alters a table that others point at."""
    before = migrate.newest()
    folder = tmp_path / "migrations"
    shutil.copytree(migrate.FOLDER, folder, ignore=shutil.ignore_patterns("__pycache__"))
    recreate = "always" if engine == "sqlite" else "never"
    step = STEP.format(before=before, recreate=recreate)
    (folder / "versions" / "9001_mood.py").write_text(step)
    monkeypatch.setattr(migrate, "FOLDER", folder)


def rows(url: str, archive: Path) -> dict[str, tuple[int, str]]:
    return dump(url, archive, NOW).tables


def dies_at(url: str, statement: int, to: str) -> bool:
    """Migrate in a child that dies at this statement; False when it got to the end."""
    child = os.fork()
    if child == 0:
        _arm(statement)
        (migrate.back if to != "head" else migrate.move)(url, to)
        os._exit(0)
    _, status = os.waitpid(child, 0)
    return os.waitstatus_to_exitcode(status) == KILLED


def _arm(statement: int) -> None:
    from sqlalchemy import event
    from sqlalchemy.engine import Engine

    count = 0

    def counting(*_: object) -> None:
        nonlocal count
        count += 1
        if count == statement:
            os._exit(KILLED)

    event.listen(Engine, "before_cursor_execute", counting)


@pytest.mark.slow
def test_a_killed_step_is_finished_and_loses_nothing(
    database_url: str, one_more: None, tmp_path: Path
) -> None:
    archive = tmp_path / "rows.zip"
    prepared(database_url, "web", "zh")
    after = rows(database_url, archive)
    before_step = sorted(migrate.FOLDER.glob("versions/[0-9]*.py"))[-2].stem.partition("_")[0]
    migrate.back(database_url, before_step)
    before = rows(database_url, archive)
    assert sum(n for n, _ in before.values()) == sum(n for n, _ in after.values()) > 100
    deaths = 0
    while dies_at(database_url, deaths + 1, "head"):
        deaths += 1
        if migrate.current(database_url) == "9001":  # killed when all was committed
            break
        assert rows(database_url, archive) == before
    assert deaths > 5
    assert rows(database_url, archive)["customer"][0] == before["customer"][0]
    others = {name: told for name, told in before.items() if name != "customer"}
    assert others.items() <= rows(database_url, archive).items()
    up, deaths = deaths, 0
    while dies_at(database_url, deaths + 1, before_step):
        deaths += 1
        if migrate.current(database_url) == before_step:
            break
    assert deaths > 3
    assert rows(database_url, archive) == before
    total = sum(n for n, _ in before.values())
    print(f"{total} rows, killed {up} times on the way up and {deaths} down: 0 rows lost")


def test_every_step_goes_down_and_up_again(database_url: str, tmp_path: Path) -> None:
    """What the first revision knows is there again, to the letter."""
    prepared(database_url, "web", "zh")
    first = min(path.stem.partition("_")[0] for path in migrate.FOLDER.glob("versions/[0-9]*.py"))
    migrate.back(database_url, first)
    before = rows(database_url, tmp_path / "rows.zip")
    migrate.move(database_url, "head")
    migrate.back(database_url, first)
    assert rows(database_url, tmp_path / "rows.zip") == before
