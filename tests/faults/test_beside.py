"""What another process writes beside a running bot is noticed at the bot's next tick."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from scheduler.clerk import LEASE
from storage import customers, sheets
from storage.database import Transaction
from storage.sheets import DONE, IMPORTING
from tests.browser.process import OURS, ROOT
from tests.faults import beside
from tests.house import TestHouse

TICK = timedelta(seconds=0.1)
SAMPLE = 11
MANY = 1200


def program(*words: str, **settings: str) -> subprocess.Popen[bytes]:
    """Another process, with these settings alone."""
    env = {name: os.environ[name] for name in OURS if name in os.environ} | settings
    return subprocess.Popen(
        [sys.executable, "-m", *words],
        cwd=ROOT,
        env=env | {"PYTHONPATH": str(ROOT)},
        stdout=subprocess.DEVNULL,
    )


async def ended(process: subprocess.Popen[bytes]) -> int:
    return await asyncio.to_thread(process.wait, 50)


async def until(so: Callable[[], Awaitable[bool]]) -> None:
    for _ in range(800):
        if await so():
            return
        await asyncio.sleep(0.05)
    raise AssertionError("it did not come about")


def ticking(house: TestHouse, monkeypatch: pytest.MonkeyPatch) -> None:
    """The bot's own metronome runs, only faster: nobody wakes it."""
    monkeypatch.setattr("bot.core.TICK", TICK)
    house.core.start()


async def test_a_letter_of_another_process_goes_out(
    house: TestHouse, chinese_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    ticking(house, monkeypatch)
    at = house.clock.at.isoformat()
    assert await ended(program("tests.faults.beside", chinese_url, at)) == 0

    async def seen() -> bool:
        return house.lina.sees(beside.WORDS)

    await until(seen)
    assert house.refused() == []


def table(folder: Path, rows: int) -> str:
    """A table of new customers, as a file."""
    path = folder / "many.csv"
    lines = ["客户名称", *(f"新客户第{n}号有限公司" for n in range(rows))]
    path.write_text("\n".join(lines), encoding="utf-8")
    return str(path)


@pytest.fixture
def importing(chinese_url: str, tmp_path: Path) -> Callable[[int], subprocess.Popen[bytes]]:
    """The command line's import of so many customers."""

    def begin(rows: int) -> subprocess.Popen[bytes]:
        words = ("bot", "import", "customers", table(tmp_path, rows), "--yes")
        return program(*words, DATABASE_URL=chinese_url)

    return begin


@pytest.mark.slow
@pytest.mark.parametrize("platform", ["telegram"])
async def test_a_customer_that_the_command_line_imported_is_known_at_once(
    house: TestHouse, importing: Callable[[int], subprocess.Popen[bytes]]
) -> None:
    assert await ended(importing(3)) == 0
    await house.lina.says("/customer 新客户第2号有限公司")
    await house.settle()
    assert house.lina.sees("新客户第2号有限公司", "先前已有")


@pytest.mark.slow
@pytest.mark.parametrize("platform", ["web"])
async def test_an_import_whose_command_line_was_killed_is_finished_by_the_bot(
    house: TestHouse,
    importing: Callable[[int], subprocess.Popen[bytes]],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    ticking(house, monkeypatch)
    process = importing(MANY)

    def begun(db: Transaction) -> bool:
        job = sheets.get(db, 1)
        return job is not None and job.state == IMPORTING and job.at > 0

    def done(db: Transaction) -> bool:
        job = sheets.get(db, 1)
        return job is not None and job.state == DONE

    await until(lambda: house.read(begun))
    process.kill()
    await ended(process)
    assert SAMPLE < await house.read(customers.count) < SAMPLE + MANY
    house.clock.at = datetime.now(UTC) + LEASE  # the dead program's lease ends
    await until(lambda: house.read(done))
    assert await house.read(customers.count) == SAMPLE + MANY
