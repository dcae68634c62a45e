"""Tables come in with a dry run, are imported, undone, and go out without formulas."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from io import BytesIO

from openpyxl import Workbook, load_workbook

from bot.passes import FILES
from storage import customers, dossiers, files, journal, people, sheets
from tests.house import TestHouse
from tests.players import Player
from tests.stories.test_files import opened

LATER = datetime(2999, 1, 1, tzinfo=UTC)
FILE = """客户名称,简称,负责人,重要程度,统一社会信用代码,联系人,职务,电话,邮箱,备注
常州瑞丰轴承有限公司,瑞丰,李娜,重点,91320400MA1,王芳,采购经理,13800001111,wf@ruifeng.cn,老客户
宁波精工机械有限公司,,周强,,,,,,,
华强,,,,,刘备,,,,
绍兴蓝海纺织有限公司,,不存在的人,,,,,,,
,空名,,,,,,,,
台州新星模具有限公司,,,也许,,,,,,
常州瑞丰轴承有限公司,,,,,,,,,
温州远航鞋业有限公司,,,一般,,赵云,,,不是邮箱,
"""

PEOPLE = """姓名,手机,邮箱,部门,上级
郑爽,13700001111,zs@x.cn,销售部,钱进
钱进,13700002222,,销售,王经理
李娜,13700003333,,,
"""


def book(*rows: list[object]) -> bytes:
    made = Workbook()
    for row in rows:
        made.active.append(row)
    out = BytesIO()
    made.save(out)
    return out.getvalue()


async def downloaded(house: TestHouse, player: Player, ending: str) -> bytes:
    """The newest file in sight, whose name ends so: it came along, or a link opens it."""
    if handed := player.handed():
        name, content = handed[-1]
        assert name.endswith(f".{ending}")
        return content
    link = next(url for url in reversed(player.links()) if FILES in url)
    answer = await opened(house, link.removeprefix(house.core.house.passes.url))
    assert answer.status_code == 200, answer.text
    assert f".{ending}" in answer.headers["content-disposition"]
    return answer.content


async def brings(house: TestHouse, content: bytes, name: str = "客户.csv") -> None:
    await house.zhao.sends_file(name, content)
    await house.settle()
    await house.zhao.presses("按客户导入")
    await house.settle()


async def imports(house: TestHouse, content: bytes, name: str = "客户.csv") -> None:
    await brings(house, content, name)
    await house.zhao.presses("导入")
    await house.settle()


async def test_a_dry_run_lists_every_bad_row_and_changes_nothing(house: TestHouse) -> None:
    await brings(house, FILE.encode("gb18030"))
    before = await house.read(customers.count)
    assert before == 11
    assert house.zhao.sees("客户.csv", "新增", "1", "变更", "2", "未采用", "5")
    assert house.zhao.sees("第5行（绍兴蓝海纺织有限公司）：没有叫不存在的人的同事")
    assert house.zhao.sees("第6行", "缺少名称")
    assert house.zhao.sees("第7行", "“也许”")
    assert house.zhao.sees("第8行", "第2行已经有“")
    assert house.zhao.sees("第9行", "“不是邮箱”不是有效的邮箱")
    assert house.refused() == []


async def test_one_button_imports_and_marks_what_existed_before(house: TestHouse) -> None:
    await imports(house, FILE.encode())
    assert house.zhao.sees("客户.csv", "已导入")
    await house.lina.says("/customer 瑞丰")
    await house.settle()
    assert house.lina.sees("常州瑞丰轴承有限公司", "先前已有", "91320400MA1", "王芳", "老客户")
    now = await house.read(lambda db: customers.stewardship(db, 1))
    assert now is not None
    assert (now.owner_id, now.important) == (4, True)
    assert [c.name for c in await house.read(lambda db: customers.contacts(db, 2))] == [
        "张伟",
        "刘备",
    ]
    assert house.refused() == []


async def test_the_same_file_twice_changes_nothing(house: TestHouse) -> None:
    await imports(house, FILE.encode())
    before = await house.read(lambda db: dossiers.held(db, dossiers.page(db, 0, 99, None)))
    await brings(house, FILE.encode(), "again.csv")
    assert house.zhao.sees("again.csv", "未变", "3", "新增", "0", "变更", "0")
    await house.zhao.presses("导入", on="again.csv")
    await house.settle()
    assert await house.read(lambda db: dossiers.held(db, dossiers.page(db, 0, 99, None))) == before


async def test_undo_restores_and_says_what_it_left(house: TestHouse) -> None:
    before = await house.read(lambda db: dossiers.held(db, [1, 2]))
    rows = FILE + "\n".join(f"测试{n}有限公司,,,,,,,,," for n in ("甲乙", "丙丁"))
    await imports(house, rows.encode())
    assert await house.read(customers.count) == 14
    await house.lina.says("/visit 瑞丰 看了产线")
    await house.lina.says("/customer_name 测试甲乙 name: 甲乙丙")
    await house.settle()
    await house.zhao.presses("撤销")
    await house.settle()
    assert house.zhao.sees("客户.csv", "已撤销", "已恢复", "3", "保持现状", "2")
    assert house.zhao.sees("常州瑞丰轴承有限公司", "之后已被使用")
    assert house.zhao.sees("测试甲乙有限公司", "之后已被修改")
    assert await house.read(lambda db: dossiers.held(db, [1, 2])) == before
    assert await house.read(customers.count) == 13


async def test_after_a_day_it_is_too_late_to_undo(house: TestHouse) -> None:
    await imports(house, FILE.encode())
    await house.advance(hours=25)
    await house.zhao.presses("撤销")
    await house.settle()
    assert house.zhao.sees("24")
    assert await house.read(customers.count) == 12


async def test_a_spreadsheet_with_a_title_and_english_headers(house: TestHouse) -> None:
    content = book(
        ["Our customers"],
        ["Company", "Owner", "Contact 1", "Phone 1", "Contact 2", "Phone 2"],
        ["Taizhou Star Moulds", "李娜", "Ann", 13900001111, "Bob", "0576-123456"],
    )
    await imports(house, content, "list.xlsx")
    found = await house.read(lambda db: dossiers.held(db, [12]))
    assert found[12]["contacts"] == [
        ["Ann", "", "13900001111", ""],
        ["Bob", "", "0576-123456", ""],
    ]


async def test_more_bad_rows_than_a_card_holds_come_as_a_file(house: TestHouse) -> None:
    rows = "客户名称,负责人\n" + "\n".join(f"=坏{n},谁" for n in range(30))
    await brings(house, rows.encode())
    listed = (await downloaded(house, house.zhao, "csv")).decode("utf-8-sig").splitlines()
    assert len(listed) == 31
    assert not house.zhao.sees("机密")
    assert listed[30].startswith('"31","\'=坏29"')
    assert house.refused() == []


async def test_people_are_imported_with_those_they_report_to(house: TestHouse) -> None:
    await house.zhao.sends_file("人员.csv", PEOPLE.encode())
    await house.settle()
    await house.zhao.presses("按人员导入")
    await house.settle()
    assert house.zhao.sees("新增", "2", "变更", "1")
    await house.zhao.presses("导入")
    await house.settle()
    names = {p.name: p for p in await house.read(people.active)}
    assert names["郑爽"].superior_id == names["钱进"].id
    assert names["李娜"].phone == "13700003333"
    await house.zhao.presses("撤销")
    await house.settle()
    after = {p.name: p for p in await house.read(people.active)}
    assert "郑爽" not in after
    assert "钱进" not in after
    assert after["李娜"].phone == ""


async def test_one_number_written_in_two_ways_is_one_colleague(house: TestHouse) -> None:
    rows = "姓名,手机,部门\n郑爽,+86 137-0000-1111,销售部\n郑双,13700001111,销售部\n"
    await house.zhao.sends_file("人员.csv", rows.encode())
    await house.settle()
    await house.zhao.presses("按人员导入")
    await house.settle()
    assert house.zhao.sees("新增", "1", "未采用", "1", "第3行", "第2行已经有“13700001111”")


async def test_only_those_who_may_are_asked(house: TestHouse) -> None:
    await house.chenjing.sends_file("客户.csv", FILE.encode())
    await house.settle()
    assert not house.chenjing.sees("按客户导入")
    await house.lina.sends_file("客户.csv", FILE.encode())
    await house.settle()
    assert house.lina.sees("客户.csv")
    assert "按客户导入" in house.lina.buttons()
    assert "按人员导入" not in house.lina.buttons()


async def test_an_export_reads_back_equal_and_holds_no_formula(house: TestHouse) -> None:
    evil = ["=1+1", "+86", "-1", "@SUM(A1)", "＝2", '"=3', "'=4", "=HYPERLINK(1)"]
    rows = "客户名称,备注\n" + "\n".join(
        f'客户{n}公司,"{e.replace(chr(34), chr(34) * 2)}"' for n, e in enumerate(evil)
    )
    await imports(house, rows.encode())
    for form in ("xlsx", "csv"):
        await house.zhao.says(f"/export form: {form}")
        await house.settle()
        content = await downloaded(house, house.zhao, form)
        assert house.zhao.sees("机密")
        if form == "xlsx":
            sheet = load_workbook(BytesIO(content)).active
            assert {c.data_type for line in sheet.iter_rows() for c in line} <= {"s", "n"}
            assert all(
                c.value is None for line in sheet.iter_rows() for c in line if c.data_type == "n"
            )
            assert "赵总" in str(sheet["A1"].value)
        await brings(house, content, f"back.{form}")
        assert house.zhao.sees(f"back.{form}", "未变", "19", "新增", "0", "变更", "0", "未采用")
    entries = await house.read(lambda db: [e.deed for e in journal.last(db, 99)])
    assert "export" in entries
    assert house.refused() == []


async def test_sales_take_out_their_own_customers_only(house: TestHouse) -> None:
    await house.zhouqiang.says("/export form: csv")
    await house.settle()
    content = (await downloaded(house, house.zhouqiang, "csv")).decode("utf-8-sig")
    assert "青岛海岳橡胶有限公司" in content
    assert "宁波精工" not in content
    await house.wang.says("/export form: csv")
    await house.settle()
    assert "宁波精工" in (await downloaded(house, house.wang, "csv")).decode("utf-8-sig")


async def test_tables_are_kept_for_a_time_and_the_journal_for_good(house: TestHouse) -> None:
    await imports(house, FILE.encode())
    await house.zhao.says("/export form: csv")
    await house.settle()
    kept = [one.vault for one in await house.read(lambda db: files.aged(db, "sheet", LATER, 9))]
    assert len(kept) == 2
    await house.advance(days=29)
    await house.core.sweep.tick()
    assert await house.read(lambda db: files.aged(db, "sheet", LATER, 9))
    assert not house.zhao.sees("文件已清除")
    await house.advance(days=2)
    await house.core.sweep.tick()
    await house.settle()
    vault = house.core.house.vault
    assert await house.read(lambda db: [vault.get(db, one) for one in kept]) == [None, None]
    assert house.zhao.sees("客户.csv", "已导入", "文件已清除", "30")
    assert house.zhao.sees("客户表已生成", "文件已清除")
    assert "打开" not in house.zhao.buttons("客户表已生成")
    await house.zhao.presses("打开", on="客户 ")
    assert house.zhao.sees("没有这个文件")
    deeds = await house.read(lambda db: {entry.deed for entry in journal.last(db, 99)})
    assert {"import", "export"} <= deeds
    assert await house.read(customers.count) == 12


async def test_a_checked_table_whose_time_is_over_is_not_offered_any_more(
    house: TestHouse,
) -> None:
    await brings(house, FILE.encode())
    await house.advance(days=31)
    await house.core.sweep.tick()
    await house.settle()
    assert house.zhao.sees("客户.csv", "文件已清除")
    assert "导入" not in house.zhao.buttons("客户.csv")


async def test_a_stopped_import_goes_no_further(house: TestHouse) -> None:
    await brings(house, FILE.encode())
    await house.zhao.presses("取消")
    await house.settle()
    assert house.zhao.sees("客户.csv", "已停止")
    assert await house.read(customers.count) == 11
    job = await house.read(lambda db: sheets.get(db, 1))
    assert job is not None
    assert job.finished_at is not None
    assert house.clock.at - job.finished_at < timedelta(minutes=5)
