"""Tables of people: whom a row means, what is refused, and what is left after taking it back."""

from __future__ import annotations

import pytest

from storage import people, sheets
from tests.house import TestHouse
from tests.stories.test_tables import book, downloaded

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


# --- whom a row means -----------------------------------------------------------------------------


async def test_what_belongs_to_somebody_of_another_name_is_refused(house: TestHouse) -> None:
    await imports(house, "姓名,手机,邮箱\n李娜,13700003333,lina@x.cn\n")
    before = await names(house)
    rows = "姓名,手机,邮箱,部门\n吴双,137 0000 3333,,销售部\n吴三,,LINA@x.cn,销售部\n"
    await checks(house, rows, "错.csv")
    assert house.zhao.sees("错.csv", "第2行（吴双）：这个手机号是李娜的")
    assert house.zhao.sees("错.csv", "第3行（吴三）：这个邮箱是李娜的")
    await house.zhao.presses("导入", on="错.csv")
    await house.settle()
    assert house.zhao.sees("错.csv", "已导入", "新增", "0", "变更", "0", "未采用", "2")
    assert await names(house) == before


async def test_a_new_phone_of_a_colleague_is_taken_when_it_is_nobodys(house: TestHouse) -> None:
    await imports(house, "姓名,手机\n李娜,13700003333\n")
    await imports(house, "姓名,手机\n李娜,13700004444\n周强,13700003333\n", "换号.csv")
    assert house.zhao.sees("换号.csv", "变更", "1", "第3行（周强）：这个手机号是李娜的")
    phones = {p.name: p.phone for p in await house.read(people.active)}
    assert (phones["李娜"], phones["周强"]) == ("13700004444", "")


@pytest.mark.parametrize("column", ["手机,13700001111,+86 137-0000-1111", "手机,66123,66 123",
                                    "邮箱,a@x.cn,A@X.cn"])  # fmt: skip
async def test_two_rows_with_one_address_are_told_apart_by_line(
    house: TestHouse, column: str
) -> None:
    heading, first, second = column.split(",")
    await checks(house, f"姓名,部门,{heading}\n郑爽,销售部,{first}\n郑双,销售部,{second}\n")
    assert house.zhao.sees("新增", "1", "未采用", "1", f"第3行（郑双）：第2行已经有“{first}”")


async def test_two_rows_about_one_customer_under_two_names_are_told_apart(
    house: TestHouse,
) -> None:
    await house.zhao.sends_file(
        "客户.csv", "客户名称,备注\n华强,一\n深圳华强电子有限公司,二\n".encode()
    )
    await house.settle()
    await house.zhao.presses("按客户导入")
    await house.settle()
    assert house.zhao.sees("变更", "1", "未采用", "1", "第3行", "与第2行是同一对象")


# --- whom they report to --------------------------------------------------------------------------

RINGS = (
    "姓名,部门,上级\n甲一,销售部,甲二\n甲二,销售部,甲三\n甲三,销售部,甲一\n"
    "乙一,销售部,乙二\n乙二,销售部,\n"
)


async def test_a_ring_of_new_colleagues_is_refused_row_by_row(house: TestHouse) -> None:
    await checks(house, RINGS)
    for line, name in ((2, "甲一"), (3, "甲二"), (4, "甲三")):
        assert house.zhao.sees(f"第{line}行（{name}）：上级关系形成了循环")
    await house.zhao.presses("导入")
    await house.settle()
    assert house.zhao.sees("已导入", "新增", "2", "未采用", "3")
    found = {p.name: p for p in await house.read(people.active)}
    assert found["乙一"].superior_id == found["乙二"].id
    assert not {"甲一", "甲二", "甲三"} & set(found)


async def test_a_ring_with_people_who_are_here_is_refused(house: TestHouse) -> None:
    before = {p.id: p.superior_id for p in await house.read(people.active)}
    rows = "姓名,部门,上级\n王经理,,新人\n新人,销售部,李娜\n"
    await checks(house, rows)
    assert house.zhao.sees("第2行（王经理）：上级关系形成了循环", "第3行（新人）", "未采用", "2")
    await house.zhao.presses("导入")
    await house.settle()
    assert {p.id: p.superior_id for p in await house.read(people.active)} == before


async def test_a_ring_that_the_file_itself_breaks_is_none(house: TestHouse) -> None:
    await imports(house, "姓名,部门,上级\n老一,销售部,老二\n老二,销售部,\n")
    await imports(house, "姓名,部门,上级\n老二,,老一\n老一,,赵总\n", "对调.csv")
    assert house.zhao.sees("对调.csv", "已导入", "变更", "2", "未采用", "0")
    found = {p.name: p for p in await house.read(people.active)}
    assert found["老二"].superior_id == found["老一"].id
    assert found["老一"].superior_id == found["赵总"].id


async def test_who_reports_to_a_refused_row_is_refused_with_it(house: TestHouse) -> None:
    await checks(house, "姓名,部门,上级\n小一,销售部,小二\n小二,火箭部,\n小三,销售部,小一\n")
    assert house.zhao.sees("第2行（小一）：小二所在的行未采用", "第4行（小三）：小一所在的行未采用")
    assert house.zhao.sees("新增", "0", "未采用", "3")


# --- files that are none --------------------------------------------------------------------------


async def test_a_file_that_is_not_what_its_name_says_is_told_so(house: TestHouse) -> None:
    await house.zhao.sends_file("文本.xlsx", NEW.encode())
    await house.zhao.sends_file("表格.csv", book(["姓名"], ["郑爽"]))
    await house.settle()
    assert house.zhao.sees("文本.xlsx", "内容其实是文本")
    assert house.zhao.sees("表格.csv", "内容其实是Excel表格")
    assert "按人员导入" not in house.zhao.buttons("文本.xlsx")


async def test_headings_alone_or_blank_lines_are_never_imported(house: TestHouse) -> None:
    await checks(house, "姓名,手机\n", "表头.csv")
    assert house.zhao.sees("表头.csv", "无法导入", "文件里只有表头，没有数据行")
    await checks(house, " \n\n", "空白.csv")
    assert house.zhao.sees("空白.csv", "无法导入", "这是个空文件")
    assert not house.zhao.sees("已导入")


# --- counts ---------------------------------------------------------------------------------------

MIXED = (
    "姓名,手机,部门,上级\n"
    "下一,13700000001,销售部,上一\n"
    "坏一,,火箭部,\n"
    "坏二,,销售部,没有的人\n"
    "李娜,,,上一\n"
    "坏三,13700000001,销售部,\n"
    "周强,,,\n"
    "上一,,销售部,赵总\n"
)


async def test_the_counts_agree_before_and_after(house: TestHouse) -> None:
    await checks(house, MIXED)
    said = ("新增", "2", "变更", "1", "未变", "1", "未采用", "3")
    assert house.zhao.sees("尚未导入", *said)
    await house.zhao.presses("导入")
    await house.settle()
    job = await house.read(lambda db: sheets.get(db, 1))
    assert job is not None
    counts = {"added": 2, "changed": 1, "same": 1, "wrong": 3}
    assert job.counts == {"checking": counts, "importing": counts}
    for stage in job.counts:
        listed = await house.read(lambda db, at=stage: sheets.wrong(db, 1, at, most=99))  # type: ignore[misc]
        assert [row.line for row in listed] == [3, 4, 6]
    assert house.zhao.sees("已导入", *said)
    assert house.zhao.sees("第6行（坏三）：第2行已经有“")
    await house.zhao.presses("撤销")
    await house.settle()
    assert house.zhao.sees("已撤销", "已恢复", "3", "保持现状", "0")


async def test_the_companys_own_list_reads_back_unchanged(house: TestHouse) -> None:
    await imports(house, MIXED)
    await house.zhao.says("/export what: people form: csv")
    await house.settle()
    content = await downloaded(house, house.zhao, "csv")
    await checks(house, content.decode("utf-8-sig"), "名单.csv")
    everybody = len(await names(house))
    assert house.zhao.sees(
        "名单.csv", "未变", str(everybody), "新增", "0", "变更", "0", "未采用", "0"
    )
