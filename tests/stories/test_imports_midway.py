"""An import that is stopped midway keeps what is in, says so, and can be taken back."""

from __future__ import annotations

import asyncio

import pytest

from scheduler.courtesy import Courtesy
from storage import customers, dossiers, sheets
from storage.sheets import CANCELLED, IMPORTING, Job
from tests.house import TestHouse
from tests.stories.test_tables import brings

ROWS = 900
# Pauses after each slice in which somebody can press a button, many times as long as the slice.
REST = 40.0


@pytest.fixture
def platform() -> str:
    """The buttons are the same everywhere; what matters here is what is kept."""
    return "web"


async def job_of(house: TestHouse) -> Job:
    found = await house.read(lambda db: sheets.get(db, 1))
    assert found is not None
    return found


async def stopped_midway(house: TestHouse) -> Job:
    """Press Stop once some rows are in and others are not."""
    clerk = house.core.clerk
    clerk.courtesy = Courtesy(REST)
    working = asyncio.create_task(clerk.tick())
    while not (job := await job_of(house)).at:
        assert job.state == IMPORTING
        await asyncio.sleep(0.01)
    await house.core.delivery.tick()
    await house.zhao.presses("停止")
    await working
    clerk.courtesy = Courtesy()
    await house.settle()
    return await job_of(house)


async def test_stop_midway_keeps_what_is_in_and_can_be_undone(house: TestHouse) -> None:
    before = await house.read(lambda db: dossiers.held(db, dossiers.page(db, 0, 99, None)))
    rows = "客户名称,备注\n" + "\n".join(f"{chr(0x5000 + n)}山{n}号,第{n}家" for n in range(ROWS))
    await brings(house, (rows + "\n永固,改过\n").encode())
    await house.zhao.presses("导入")
    job = await stopped_midway(house)
    assert job.state == CANCELLED
    assert 0 < job.at < ROWS
    assert await house.read(customers.count) == len(before) + job.at
    assert job.counts[IMPORTING] == {"added": job.at}
    assert house.zhao.sees("客户.csv", "已停止", "新增", str(job.at))
    await house.lina.says(f"/customer {chr(0x5000)}山0号")
    await house.settle()
    assert house.lina.sees("先前已有")
    await house.zhao.presses("撤销")
    await house.settle()
    assert house.zhao.sees("客户.csv", "已撤销", "已恢复", str(job.at))
    after = await house.read(lambda db: dossiers.held(db, dossiers.page(db, 0, 9999, None)))
    assert after == before
