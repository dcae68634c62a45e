"""What was approved on conditions: each is owed by somebody, by a day of its own (2.2.4)."""

from __future__ import annotations

from storage import admissions, dues
from storage.dues import Due
from tests.house import TestHouse
from tests.stories.admitting import NAME, brought

LINA, CHENJING = 3, 5
REPORTED = "opinion: 有条件准入 condition: 取得IATF 16949证书 by_day: 2026-12-31"


async def owed(house: TestHouse) -> list[Due]:
    """The dues of the conditions, each met or not."""
    found = await house.read(lambda db: dues.of(db, "admission", 1))
    return [due for due in found if due.name.startswith("condition")]


async def admitted(house: TestHouse, *said: str) -> None:
    """Of the conditions of 赵总 and of those that he has added, each says their own."""
    await brought(house, house.liuyang, house.lina, opinion=REPORTED)
    for one in said:
        await house.zhao.says(one)
        await house.settle()
    await house.advance(minutes=3)
    found = await house.read(lambda db: admissions.get(db, 1))
    assert found is not None
    assert found.state == admissions.ADMITTED, house.zhao.reads()


async def test_each_condition_is_owed_by_itself(house: TestHouse) -> None:
    await brought(house, house.liuyang, house.lina, opinion=REPORTED)
    await house.zhao.says("/approval_add A-2026-0001 to: 孙敏 when: 在我之后")
    await house.settle()
    await house.zhao.says(
        "/approve_if A-2026-0001 condition: 样品复检合格 owner: 陈静 by_day: 10月23日"
    )
    await house.settle()
    assert house.sunmin.sees("样品复检合格", "赵总提出的条件，由陈静负责，10月23日"), (
        house.sunmin.reads()
    )
    await house.sunmin.says(
        "/approve_if A-2026-0001 condition: 价格不高于现供应商 by_day: 10月30日"
    )
    await house.settle()
    await house.advance(minutes=3)
    now = await owed(house)
    days = [f"{due.due_at.astimezone(house.core.house.zone):%m-%d}" for due in now]
    assert days == ["10-23", "10-30", "12-31"]
    assert [due.person_id for due in now] == [CHENJING, LINA, LINA]
    assert house.chenjing.sees("📌 A-2026-0001", "样品复检合格", "10月23日"), house.chenjing.reads()
    assert house.lina.sees("📌 A-2026-0001", "价格不高于现供应商", "10月30日"), house.lina.reads()
    assert house.lina.sees("📌 A-2026-0001", "取得IATF 16949证书", "12月31日"), house.lina.reads()


async def test_each_is_met_by_itself_and_the_others_are_owed_still(house: TestHouse) -> None:
    await admitted(
        house, "/approve_if A-2026-0001 condition: 样品复检合格 owner: 陈静 by_day: 10月23日"
    )
    await house.chenjing.presses("条件2已满足", on="样品复检合格")
    await house.settle()
    assert house.chenjing.sees("☑ A-2026-0001", "准入条件已满足", "样品复检合格")
    assert [due.state for due in await owed(house)] == [dues.DONE, dues.OPEN]
    await house.lina.says("/admission A-2026-0001")
    await house.settle()
    assert house.lina.sees(NAME, "条件“取得IATF 16949证书”"), house.lina.reads()
    await house.wulei.says("/admission_met A-2026-0001")
    await house.settle()
    assert house.wulei.sees("条件由其负责人或销售部确认满足"), house.wulei.reads()
    await house.lina.says("/admission_met A-2026-0001")
    await house.settle()
    assert [due.state for due in await owed(house)] == [dues.DONE, dues.DONE]


async def test_whoever_does_not_say_which_is_asked(house: TestHouse) -> None:
    await admitted(house, "/approve_if A-2026-0001 condition: 样品复检合格 by_day: 10月23日")
    await house.lina.says("/admission_met A-2026-0001")
    await house.settle()
    assert "满足的是哪一项？" in house.lina.reads(), house.lina.reads()
    await house.lina.answers(which="1")
    await house.settle()
    assert [due.state for due in await owed(house)] == [dues.OPEN, dues.DONE]


async def test_the_day_is_asked_for_where_it_is_not_said(house: TestHouse) -> None:
    await brought(house, house.liuyang, house.lina)
    await house.zhao.says("/approve_if A-2026-0001 condition: 样品复检合格")
    await house.settle()
    assert "须在哪天前满足？" in house.zhao.reads(), house.zhao.reads()
    await house.zhao.answers(by_day="2026-10-23")
    await house.settle()
    await house.advance(minutes=3)
    (one,) = await owed(house)
    assert one.person_id == LINA
