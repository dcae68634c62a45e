"""The customer's file in four parts, and what of it is confidential (clauses 7.1, 7.2.1, 7.3)."""

from __future__ import annotations

import csv
from io import StringIO

import pytest

from commands.customers.parts import ITEMS
from storage import banks, journal, looks, people, profiles, sheets
from storage.connections import POSTGRESQL, sqlite_path
from storage.database import Transaction
from storage.dump import source
from storage.keyring import Keyring
from tests.house import TestHouse

HUAQIANG = 2
WULEI = 6
CONDITION, RATING = "现金流紧张七三一九", "信用等级双甲五零八"
NUMBER, BANK, HOLDER = "6222 0212 3456 7890 128", "海曙第八支行", "华强代收户名某"
CALLED = "何财务零五七四八八二三"
SECRETS = (CONDITION, RATING, NUMBER, NUMBER.replace(" ", ""), BANK, HOLDER, CALLED)


async def of_finance(house: TestHouse) -> None:
    """吴磊 is of finance in these stories."""

    def move(db: Transaction) -> None:
        people.place(db, WULEI, {"finance": True})

    await house.core.database.write(move)


async def entered(house: TestHouse) -> None:
    """赵总 enters an account of 华强."""
    await of_finance(house)
    await house.zhao.says(f"/bank_add 华强 账号：{NUMBER} 户名：{HOLDER}")
    await house.settle()
    await house.zhao.answers(bank=BANK)
    await house.settle()


async def test_a_file_says_how_complete_it_is_and_who_supplies_the_rest(house: TestHouse) -> None:
    await house.lina.says("/customer_file 华强")
    await house.settle()
    assert house.lina.sees("📁 华强：档案完整度9%", "待市场补充：", "注册资本"), house.lina.reads()
    await house.liuyang.says(
        "/customer_basic 华强 法定代表人：王建国 地址：深圳市福田区 经营范围：电子元件 "
        "注册资本：500万元 统一社会信用代码：91440300MA5G0AAA1X"
    )
    await house.settle()
    await house.sunmin.says(
        "/customer_business 华强 产品：连接器 价格：随行就市 销售政策：月结30天 市场份额：12% "
        "主要客户：比亚迪"
    )
    await house.settle()
    assert house.lina.sees("📁 华强：档案完整度100%", "王建国", "月结30天"), house.lina.reads()
    assert not house.lina.sees("补充：")


async def test_what_is_missing_is_named_by_department(house: TestHouse) -> None:
    await house.liuyang.says("/customer_basic 华强 法定代表人：王建国")
    await house.settle()
    assert house.liuyang.sees("待采购补充：价格、销售政策"), house.liuyang.reads()


async def test_the_financial_part_is_shown_to_those_alone_whom_it_concerns(
    house: TestHouse,
) -> None:
    await of_finance(house)
    await house.wulei.says(f"/customer_finance 华强 财务状况：{CONDITION} 信用等级：{RATING}")
    await house.settle()
    assert house.wulei.sees("🔒 财务信息：2项，仅财务和管理层可见"), house.wulei.reads()
    await house.lina.says("/finance 华强")
    await house.settle()
    assert house.lina.sees("您没有权限：查看财务信息"), house.lina.reads()
    await house.zhao.says("/finance 华强")
    await house.settle()
    assert house.zhao.sees("🔒 华强：财务信息", CONDITION, RATING, "本次查看已记录")
    looked = await house.read(lambda db: looks.lately(db, HUAQIANG, 9))
    assert [one.person_id for one in looked] == [1]
    await house.wulei.says("/finance 华强")
    await house.settle()
    assert house.wulei.sees("赵总于", "查看过"), house.wulei.reads()
    assert not house.lina.sees(CONDITION)


async def test_asked_for_in_a_group_it_comes_directly(house: TestHouse) -> None:
    await of_finance(house)
    await house.wulei.says(f"/customer_finance 华强 财务状况：{CONDITION}")
    await house.settle()
    await house.zhao.says("/finance 华强", where="质量与个案")
    await house.settle()
    assert house.zhao.sees(CONDITION), house.zhao.reads()
    assert not house.chenjing.sees(CONDITION)


async def test_an_account_is_entered_by_one_and_confirmed_by_another(house: TestHouse) -> None:
    await entered(house)
    assert house.wulei.sees("🏦 华强：请确认银行账户", "•••• 0128"), house.wulei.reads()
    assert not house.wulei.sees(NUMBER)
    await house.zhao.says(f"/bank_confirm 华强 回访：{CALLED} 账号：{NUMBER}")
    await house.settle()
    assert house.zhao.sees("这个账户是您录入的"), house.zhao.reads()
    await house.wulei.says(f"/bank_confirm 华强 回访：{CALLED} 账号：6222 0212 3456 7890 111")
    await house.settle()
    assert house.wulei.sees("与录入的账号不一致"), house.wulei.reads()
    await house.wulei.answers(number=NUMBER)
    await house.settle()
    assert house.wulei.sees("🏦 华强：银行账户已确认", "吴磊已确认"), house.wulei.reads()
    assert house.zhao.sees("⚠ 华强：吴磊确认了一个银行账户"), house.zhao.reads()
    (account,) = await house.read(lambda db: banks.of(db, HUAQIANG))
    assert (account.state, account.entered_by, account.settled_by) == ("confirmed", 1, WULEI)


async def test_an_account_that_nobody_confirms_is_pointed_out(house: TestHouse) -> None:
    await entered(house)
    await house.wulei.says("/today")
    await house.settle()
    assert house.wulei.sees("待确认的银行账户：华强 1"), house.wulei.reads()
    before = house.zhao.reads().count("请确认银行账户")
    await house.advance(days=6)
    assert house.zhao.reads().count("请确认银行账户") > before


async def test_the_number_is_seen_by_a_look_that_is_recorded(house: TestHouse) -> None:
    await entered(house)
    await house.wulei.presses("查看账号", on="请确认银行账户")
    await house.settle()
    assert house.wulei.sees("账号", NUMBER, BANK, HOLDER), house.wulei.reads()
    looked = await house.read(lambda db: looks.lately(db, HUAQIANG, 9))
    assert [(one.person_id, one.bank_id) for one in looked] == [(WULEI, 1)]


async def test_confidential_values_are_nowhere_in_plain_text(
    house: TestHouse, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Entered in one message, in a form and half; looked at, confirmed, met by a bug, edited."""
    await entered(house)
    await house.wulei.says(f"/customer_finance 华强 财务状况：{CONDITION}")
    await house.settle()
    await house.wulei.says(f"/customer_finance 华强 信用等级：{RATING}")
    await house.settle()
    await house.zhao.says(f"/bank_add 永固 {NUMBER}")  # never finished
    await house.settle()
    await house.zhao.says("/finance 华强")
    await house.settle()
    await house.wulei.presses("查看账号", on="请确认银行账户")
    await house.settle()
    await house.wulei.says(f"/bank_confirm 华强 回访：{CALLED} 账号：{NUMBER}")
    await house.settle()

    def broken(self: object, desk: object) -> None:
        raise RuntimeError("a bug")

    monkeypatch.setattr("commands.customers.filling.TellFinance.run", broken)
    await house.wulei.says(f"/customer_finance 永固 财务状况：{CONDITION}")
    await house.settle()
    await house.core.door.set_aside(house.platform, CONDITION.encode(), "not readable")
    for player in (house.lina, house.chenjing, house.liuyang):
        assert not any(player.sees(secret) for secret in SECRETS)
    said = capfd.readouterr()
    kept = everything(house)
    found = [s for s in SECRETS if s.encode() in kept or s in said.out + said.err]
    assert found == []
    assert "华强".encode() in kept  # what is not secret is found so


def everything(house: TestHouse) -> bytes:
    """All bytes of the database, with what was written ahead; on PostgreSQL every row of it."""
    database = house.core.database
    if database.engine == POSTGRESQL:
        with source(database.url) as held:
            rows = [repr(row) for shape in held.shapes() for row in held.rows(shape)]
        return "\n".join(rows).encode()
    path = sqlite_path(database.url)
    return b"".join(one.read_bytes() for one in path.parent.glob(f"{path.name}*"))


async def test_old_keys_read_and_wrong_keys_refuse(house: TestHouse) -> None:
    await of_finance(house)
    await house.wulei.says(f"/customer_finance 华强 财务状况：{CONDITION}")
    await house.settle()
    database, own = house.core.database, house.core.database.keyring
    database.keyring = Keyring((b"another key altogether",))
    await house.zhao.says("/finance 华强")
    await house.settle()
    assert house.zhao.sees("现在读不出来", "机器人没有的密钥"), house.zhao.reads()
    assert not house.zhao.sees(CONDITION)
    database.keyring = own


async def test_a_file_comes_as_a_page_to_print(house: TestHouse) -> None:
    await house.liuyang.says("/customer_basic 华强 法定代表人：王建国")
    await house.settle()
    await house.lina.says("/customer_pdf 华强")
    await house.settle()
    assert house.lina.sees("正在生成"), house.lina.reads()
    assert house.lina.sees("下载 深圳华强电子有限公司.pdf"), house.lina.reads()


async def test_what_is_told_is_journalled_with_before_and_after(house: TestHouse) -> None:
    for name in ("王建国", "李建国"):
        await house.liuyang.says(f"/customer_basic 华强 法定代表人：{name}")
        await house.settle()
    entries = await house.read(lambda db: journal.on(db, "customer", HUAQIANG))
    told = [(e.before, e.after) for e in entries if e.deed == "customer_basic"]
    first, second = {"legal": "王建国"}, {"legal": "李建国"}
    assert told == [({"legal": ""}, first), (first, second)]
    kept = await house.read(lambda db: profiles.of(db, HUAQIANG))
    assert kept["legal"].by_id == 8


def test_every_part_of_the_clause_is_in_the_file() -> None:
    """Clause 7.1 by its words; cooperation is filled by what happens."""
    assert {item.field for item in ITEMS} == {
        *("registration", "legal", "address", "scope", "capital", "contact"),
        "country",  # holidays are greeted by it
        *("products", "prices", "terms", "share", "buyers"),
        *("condition", "rating", "bank"),
    }


async def test_a_table_brings_and_takes_out_what_the_file_says(house: TestHouse) -> None:
    table = "全称,法定代表人,产品,市场份额\n深圳华强电子有限公司,王建国,连接器,12%\n"
    await house.liuyang.sends_file("customers.csv", table.encode())
    await house.settle()
    await house.liuyang.presses("按客户导入")
    await house.settle()
    await house.liuyang.presses("导入")
    await house.settle()
    await house.lina.says("/customer_file 华强")
    await house.settle()
    assert house.lina.sees("王建国", "连接器", "12%"), house.lina.reads()
    row = await out_of(house, "customers")
    assert (row["法定代表人"], row["产品"], row["拜访"]) == ("王建国", "连接器", "0")


async def test_finances_come_and_go_as_a_table_and_stay_sealed(house: TestHouse) -> None:
    await entered(house)
    await house.wulei.says(f"/bank_confirm 华强 回访：{CALLED} 账号：{NUMBER}")
    await house.settle()
    table = f"全称,财务状况,信用等级\n深圳华强电子有限公司,{CONDITION},{RATING}\n"
    await house.zhao.sends_file("finances.csv", table.encode())
    await house.settle()
    await house.zhao.presses("按财务信息导入")
    await house.settle()
    await house.zhao.presses("导入")
    await house.settle()
    row = await out_of(house, "finance")
    assert (row["财务状况"], row["信用等级"], row["账号"]) == (CONDITION, RATING, NUMBER)
    found = [s for s in SECRETS if s.encode() in everything(house)]
    assert found == []


async def test_finances_are_taken_out_by_those_alone_whom_they_concern(house: TestHouse) -> None:
    await house.lina.says("/export 财务信息 csv")
    await house.settle()
    assert house.lina.sees("只有财务和管理层可以导出财务信息"), house.lina.reads()


async def out_of(house: TestHouse, what: str) -> dict[str, str]:
    """华强's row of a table that is taken out."""
    words = {"customers": "客户", "finance": "财务信息"}[what]
    await house.zhao.says(f"/export {words} csv")
    await house.settle()
    content = await house.read(lambda db: _last_table(house, db))
    lines = list(csv.reader(StringIO(content.decode("utf-8-sig"))))
    at = next(n for n, line in enumerate(lines) if "全称" in line)
    rows = [dict(zip(lines[at], line, strict=False)) for line in lines[at + 1 :]]
    return next(row for row in rows if row["全称"] == "深圳华强电子有限公司")


def _last_table(house: TestHouse, db: Transaction) -> bytes:
    job = next(job for id_ in range(9, 0, -1) if (job := sheets.get(db, id_)))
    content = house.core.house.vault.of_file(db, job.file_id)
    assert content is not None
    return content


async def test_a_button_with_nothing_told_asks(house: TestHouse) -> None:
    await house.liuyang.says("/customer_file 华强")
    await house.settle()
    await house.liuyang.presses("基本信息", on="档案完整度")
    await house.settle()
    await house.liuyang.answers(legal="王建国")
    await house.settle()
    assert house.liuyang.sees("法定代表人", "王建国"), house.liuyang.reads()


async def test_a_number_that_no_key_opens_is_not_called_wrong(house: TestHouse) -> None:
    await entered(house)
    house.core.database.keyring = Keyring((b"another key altogether",))
    await house.wulei.says(f"/bank_confirm 华强 回访：{CALLED} 账号：{NUMBER}")
    await house.settle()
    assert house.wulei.sees("现在读不出来"), house.wulei.reads()
    assert not house.wulei.sees("不一致")


@pytest.mark.parametrize("number", ["工行6222021234567", "12345", "6222 0212！3456", "x" * 40])
async def test_what_cannot_be_an_account_number_is_asked_for_again(
    house: TestHouse, number: str
) -> None:
    await of_finance(house)
    await house.zhao.says(f"/bank_add 华强 账号：{number} 开户行：{BANK}")
    await house.settle()
    assert house.zhao.sees("这不像账号"), house.zhao.reads()
    assert await house.read(lambda db: banks.of(db, HUAQIANG)) == []


async def test_what_is_typed_without_a_question_or_about_an_account_is_sealed_too(
    house: TestHouse,
) -> None:
    await entered(house)
    await house.wulei.says(f"那个账号是 {NUMBER}")
    await house.settle()
    await house.wulei.says(f"户名写的是{HOLDER}", reply_to="请确认银行账户")
    await house.settle()
    await house.wulei.says(f"/bank_refuse 华强 原因：账号应为{NUMBER}")
    await house.settle()
    found = [s for s in SECRETS if s.encode() in everything(house)]
    assert found == []


async def test_a_change_that_somebody_made_meanwhile_is_not_taken_back(house: TestHouse) -> None:
    await house.liuyang.says("/customer_basic 华强 法定代表人：王建国")
    await house.settle()
    await house.liuyang.presses("基本信息", on="档案完整度")
    await house.settle()
    await house.advance(minutes=1)
    await house.lina.says("/customer_basic 华强 法定代表人：李建国")
    await house.settle()
    await house.liuyang.answers(legal="王小国")
    await house.settle()
    entries = await house.read(lambda db: profiles.of(db, HUAQIANG))
    assert entries["legal"].value == "李建国"


@pytest.mark.parametrize("platform", ["telegram"])  # elsewhere a form asks, which no other reads
async def test_nobody_is_asked_for_secrets_where_others_read(house: TestHouse) -> None:
    await of_finance(house)
    await house.wulei.says("/bank_add 华强", where="质量与个案")
    await house.settle()
    assert not house.wulei.sees("账号是多少", where="质量与个案")
    assert house.wulei.sees("请在私聊里发给我", where="质量与个案"), house.wulei.reads()
