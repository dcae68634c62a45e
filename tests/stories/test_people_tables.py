"""Tables of people: whom a row means, what is refused, and what is left after taking it back."""

from __future__ import annotations

import pytest

from storage import people
from tests.house import TestHouse

NEW = "姓名,手机,部门\n郑爽,13700001111,销售部\n钱进,13700002222,销售部\n"


@pytest.fixture
def platform() -> str:
    """The buttons are the same everywhere; what matters here is what is kept."""
    return "web"


async def checks(house: TestHouse, rows: str, name: str = "人员.csv") -> None:
    """赵总 sends a table of people and has it checked."""
    await house.zhao.sends_file(name, rows.encode())
    await house.settle()
    await house.zhao.presses("按人员导入", on=name)
    await house.settle()


async def imports(house: TestHouse, rows: str, name: str = "人员.csv") -> None:
    """The same, and then really."""
    await checks(house, rows, name)
    await house.zhao.presses("导入", on=name)
    await house.settle()


async def names(house: TestHouse) -> set[str]:
    return {person.name for person in await house.read(people.active)}


# --- taking back ----------------------------------------------------------------------------------


async def test_people_who_were_taken_back_can_be_imported_again(house: TestHouse) -> None:
    await imports(house, NEW)
    await house.zhao.presses("撤销")
    await house.settle()
    assert not {"郑爽", "钱进"} & await names(house)
    await imports(house, NEW, "再来.csv")
    assert house.zhao.sees("再来.csv", "已导入")
    assert {"郑爽", "钱进"} <= await names(house)


async def test_a_colleague_can_be_added_after_people_were_taken_back(house: TestHouse) -> None:
    await imports(house, NEW)
    await house.zhao.presses("撤销")
    await house.settle()
    await house.zhao.says("/person_add 孙悦 departments: 销售")
    await house.settle()
    assert house.zhao.sees("孙悦", "已添加")
    assert "孙悦" in await names(house)
