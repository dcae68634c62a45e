"""A rep logs visits (clause 3.1.1a)."""

from __future__ import annotations

import pytest

from storage import journal, visits
from tests.house import TestHouse


async def test_one_line_from_a_taxi_logs_a_visit(house: TestHouse) -> None:
    await house.lina.says("/visit 宁波精工 昨天 Q3涨价3%；样品周五前寄出")
    await house.settle()
    assert house.lina.sees("已记录：拜访宁波精工", "昨天（10月13日）", "Q3涨价3%；样品周五前寄出")
    assert house.lina.sees("本月重点客户已访 1/8")


async def test_a_visit_needs_neither_slash_nor_spaces(house: TestHouse) -> None:
    await house.lina.says("拜访宁波精工昨天谈了Q3")
    await house.settle()
    assert house.lina.sees("拜访宁波精工", "昨天（10月13日）", "谈了Q3")


async def test_what_is_missing_is_asked_for(house: TestHouse) -> None:
    await house.lina.says("/visit")
    await house.settle()
    await house.lina.answers(customer="永固", notes="谈了交期")
    await house.settle()
    assert house.lina.sees("拜访永固", "今天（10月14日）", "谈了交期")


async def test_pinyin_initials_find_the_customer(house: TestHouse) -> None:
    await house.lina.says("/visit nbjg 谈了Q3")
    await house.settle()
    assert house.lina.sees("拜访宁波精工", "谈了Q3")


async def test_two_candidates_become_buttons(house: TestHouse) -> None:
    for name in ("无锡瑞丰轴承有限公司", "常州瑞丰电机有限公司"):
        await house.lina.says(f"/customer_add {name}")
        await house.settle()
    await house.lina.says("/visit 瑞丰 谈了Q3")
    await house.settle()
    assert not house.lina.sees("已记录")
    await house.lina.picks("瑞丰电机")
    await house.settle()
    assert house.lina.sees("已记录：拜访瑞丰电机", "谈了Q3")


async def test_a_visit_said_twice_is_asked_about(house: TestHouse) -> None:
    await house.lina.says("/visit 永固 谈了Q3")
    await house.settle()
    await house.lina.says("/visit 永固 谈了Q3")
    await house.settle()
    assert house.lina.count("已记录") == 1
    await house.lina.presses("是，再记一次")
    await house.settle()
    assert house.lina.count("已记录") == 2


async def test_a_repeated_delivery_logs_one_visit(house: TestHouse) -> None:
    await house.lina.says("/visit 永固 谈了Q3", times=3)
    await house.settle()
    assert house.lina.count("已记录") == 1


async def test_the_day_can_be_changed_within_a_day(house: TestHouse) -> None:
    await house.lina.says("/visit 永固 谈了Q3")
    await house.settle()
    await house.lina.presses("改日期")
    await house.settle()
    await house.lina.answers(day="2026-10-12")
    await house.settle()
    assert house.lina.sees("拜访永固", "10月12日")
    kept = await house.read(lambda db: journal.last(db, 1))
    assert kept[0].before["day"] == "2026-10-14"
    assert kept[0].after["day"] == "2026-10-12"


async def test_a_visit_cannot_be_changed_after_a_day(house: TestHouse) -> None:
    await house.lina.says("/visit 永固 谈了Q3")
    await house.settle()
    await house.advance(hours=25)
    await house.lina.presses("撤销")
    await house.settle()
    assert not house.lina.sees("已撤销")
    found = await house.read(lambda db: visits.get(db, 1))
    assert found is not None
    assert found.undone_at is None


async def test_a_visit_can_be_undone(house: TestHouse) -> None:
    await house.lina.says("/visit 永固 谈了Q3")
    await house.settle()
    await house.lina.presses("撤销")
    await house.settle()
    assert house.lina.sees("已撤销", "永固")


async def test_a_day_to_come_is_refused_beside_its_question(house: TestHouse) -> None:
    await house.lina.says("/visit")
    await house.settle()
    await house.lina.answers(customer="永固", notes="谈了交期")
    await house.settle()
    await house.lina.presses("改日期")
    await house.settle()
    await house.lina.answers(day="2026-10-20")
    await house.settle()
    found = await house.read(lambda db: visits.get(db, 1))
    assert found is not None
    assert found.day.isoformat() == "2026-10-14"
    assert "还没到" in house.lina.reads()


async def test_quality_may_not_log_visits(house: TestHouse) -> None:
    await house.chenjing.says("/visit 永固 谈了Q3")
    await house.settle()
    assert not house.chenjing.sees("已记录")
    assert await house.read(lambda db: visits.get(db, 1)) is None


async def test_the_same_in_english(english: TestHouse) -> None:
    await english.lina.says("/visit 宁波精工 yesterday Q3 price +3 %; samples out by Friday")
    await english.settle()
    assert english.lina.sees(
        "Visit logged: 宁波精工", "yesterday (13 Oct)", "Q3 price +3 %; samples out by Friday"
    )
    assert english.lina.sees("Important customers: 1 of 8 visited")


async def test_a_reminder_comes_on_friday_morning(house: TestHouse) -> None:
    await house.lina.says("/visit 永固 样品周五前寄出")
    await house.settle()
    await house.lina.presses("周五提醒我")
    await house.settle()
    assert not house.lina.sees("您要我提醒")
    await house.advance(days=2)
    assert house.lina.sees("永固", "样品周五前寄出", "提醒")


async def test_two_customers_in_one_message_are_split_if_so_wished(house: TestHouse) -> None:
    await house.lina.says("/visit 永固和宁波精工 昨天一起看了样品")
    await house.settle()
    assert not house.lina.sees("已记录")
    await house.lina.presses("两家都记")
    await house.settle()
    assert house.lina.sees("已记录：拜访永固", "一起看了样品")
    assert house.lina.sees("已记录：拜访宁波精工", "昨天（10月13日）", "一起看了样品")


@pytest.mark.parametrize(
    "line", ["永固、宁波精工和华强 昨天谈了Q3", "永固 宁波精工 华强 昨天谈了Q3"]
)
async def test_three_customers_in_one_line(house: TestHouse, line: str) -> None:
    await house.lina.says(f"拜访 {line}")
    await house.settle()
    assert house.lina.sees("提到了好几家：永固、宁波精工、华强")
    await house.lina.presses("每家都记")
    await house.settle()
    logged = await house.read(lambda db: [visits.get(db, n) for n in (1, 2, 3)])
    assert [(v.customer_id, v.notes, f"{v.day}") for v in logged if v] == [
        (5, "谈了Q3", "2026-10-13"),
        (1, "谈了Q3", "2026-10-13"),
        (2, "谈了Q3", "2026-10-13"),
    ]


async def test_two_customers_but_only_the_first(house: TestHouse) -> None:
    await house.lina.says("/visit 永固和宁波精工 一起看了样品")
    await house.settle()
    await house.lina.presses("只记永固")
    await house.settle()
    assert house.lina.sees("已记录：拜访永固")
    assert not house.lina.sees("已记录：拜访宁波精工")


async def test_a_day_that_no_calendar_has_is_asked_about(house: TestHouse) -> None:
    await house.lina.says("/visit 永固 2月30日 谈了Q3")
    await house.settle()
    assert "看不懂日期“2月30日”" in house.lina.reads()
    assert await house.read(lambda db: visits.get(db, 1)) is None


async def test_a_second_customer_after_a_space_is_asked_about(house: TestHouse) -> None:
    await house.lina.says("拜访宁波精工 华强 谈了新合同")
    await house.settle()
    await house.lina.presses("两家都记")
    await house.settle()
    assert await house.read(lambda db: visits.count_to(db, 1)) == 1
    assert await house.read(lambda db: visits.count_to(db, 2)) == 1
