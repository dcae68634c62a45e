"""A table that can't be worked off ends so, tells those who can help, and holds up no other."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from commands.sheets.people import PeopleSheet
from storage import customers, people, sheets
from storage.database import Conflict, Gone
from storage.sheets import FAILED, IMPORTING
from tests.house import TestHouse

PEOPLE = "姓名,部门\n" + "\n".join(f"新人{n},销售部" for n in range(30))
CUSTOMERS = "客户名称\n台州新星模具有限公司\n"


@pytest.fixture
def platform() -> str:
    """The cards are the same everywhere; what matters here is what becomes of the job."""
    return "web"


async def sends(house: TestHouse, name: str, rows: str, what: str) -> None:
    await house.zhao.sends_file(name, rows.encode())
    await house.settle()
    await house.zhao.presses(what, on=name)
    await house.settle()


async def ticks(house: TestHouse) -> None:
    """As many as it may fail, and one more."""
    for _ in range(4):
        await house.core.clerk.tick()
        await house.settle()


def failing(patch: pytest.MonkeyPatch, error: Exception, *, after: int = 0) -> list[int]:
    """Make the import of people fail, perhaps only once some are in; give the sizes of slices."""
    apply, seen = PeopleSheet.apply, list[int]()

    def failing_apply(self: PeopleSheet, *args: Sequence[object]) -> object:
        seen.append(0)
        if len(seen) > after:
            raise error
        return apply(self, *args)  # type: ignore[arg-type]

    patch.setattr(PeopleSheet, "apply", failing_apply)
    return seen


@pytest.mark.parametrize("error", [Conflict("UNIQUE"), Gone("no such column"), KeyError("a bug")])
async def test_it_ends_as_failed_and_the_others_go_on(
    house: TestHouse, error: Exception, monkeypatch: pytest.MonkeyPatch
) -> None:
    failing(monkeypatch, error)
    await sends(house, "人员.csv", PEOPLE, "按人员导入")
    await house.zhao.presses("导入", on="人员.csv")
    await sends(house, "客户.csv", CUSTOMERS, "按客户导入")
    await house.zhao.presses("导入", on="客户.csv")
    await ticks(house)
    assert house.zhao.sees("客户.csv", "已导入")
    assert await house.read(customers.count) == 12
    assert house.zhao.sees("人员.csv", "无法导入", "多次出错", "已通知管理员")
    assert house.zhao.sees("表格人员.csv未能处理完", "sheet_failed")
    job = await house.read(lambda db: sheets.get(db, 1))
    assert job is not None
    assert (job.state, job.finished_at is not None) == (FAILED, True)


async def test_it_is_said_in_english_as_well(
    english: TestHouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    failing(monkeypatch, Conflict("UNIQUE"))
    await sends(english, "p.csv", PEOPLE, "Import as people")
    await english.zhao.presses("Import", on="p.csv")
    await ticks(english)
    assert english.zhao.sees("p.csv can't be imported", "went wrong on our side, several times")
    assert english.zhao.sees("The table p.csv could not be worked off")


async def test_what_fails_once_is_tried_again(
    house: TestHouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        failing(patch, Conflict("UNIQUE"))
        await sends(house, "人员.csv", PEOPLE, "按人员导入")
        await house.zhao.presses("导入", on="人员.csv")
        await house.core.clerk.tick()
    await house.settle()
    assert house.zhao.sees("人员.csv", "已导入")
    assert not house.zhao.sees("未能处理完")


async def test_an_import_that_fails_midway_can_be_taken_back(
    house: TestHouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = await house.read(people.count)
    with monkeypatch.context() as patch:
        failing(patch, Conflict("UNIQUE"), after=1)
        await sends(house, "人员.csv", PEOPLE, "按人员导入")
        await house.zhao.presses("导入", on="人员.csv")
        await ticks(house)
    job = await house.read(lambda db: sheets.get(db, 1))
    assert job is not None
    assert house.zhao.sees(
        "人员.csv", "只导入了一部分", "新增", str(job.counts[IMPORTING]["added"])
    )
    assert await house.read(people.count) > before
    await house.zhao.presses("撤销")
    await house.settle()
    assert house.zhao.sees("人员.csv", "已撤销")
    assert await house.read(people.count) == before


async def test_an_undo_that_fails_goes_on_where_it_was(
    house: TestHouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    await sends(house, "人员.csv", PEOPLE, "按人员导入")
    await house.zhao.presses("导入", on="人员.csv")
    await house.settle()
    undo, taken = PeopleSheet.undo, list[int]()

    def failing_undo(self: PeopleSheet, *args: object) -> object:
        taken.append(0)
        if len(taken) > 12:
            raise Conflict("UNIQUE")
        return undo(self, *args)  # type: ignore[arg-type]

    with monkeypatch.context() as patch:
        patch.setattr(PeopleSheet, "undo", failing_undo)
        await house.zhao.presses("撤销")
        await ticks(house)
    assert house.zhao.sees("人员.csv", "只撤销了一部分", "已恢复", "8")
    await house.zhao.presses("撤销")
    await house.settle()
    assert house.zhao.sees("人员.csv", "已撤销", "已恢复", "30", "保持现状", "0")
