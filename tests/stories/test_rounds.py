"""Each month every important customer is visited; mornings show who is left (clause 3.1.1a)."""

from __future__ import annotations

import re
from datetime import timedelta

from storage import customers, dues
from storage.dues import Due
from tests.house import TestHouse

CLAUSE = "3.1.1a"
WANG, LINA, ZHOUQIANG = 2, 3, 4


async def owed(house: TestHouse, customer: int = 1, month: str = "2026-10") -> Due | None:
    name = f"visit:{month}"
    found = await house.read(lambda db: dues.named(db, "customer", [customer], name))
    return found.get(customer)


async def state(house: TestHouse, customer: int = 1, month: str = "2026-10") -> str:
    due = await owed(house, customer, month)
    return due.state if due else ""


def plainly(text: str) -> str:
    """Without what platforms put between a name and its value."""
    return re.sub(r"[\s:：*]", "", text)


async def test_every_important_customer_is_owed_a_visit_this_month(house: TestHouse) -> None:
    await house.settle()
    important = await house.read(lambda db: customers.important(db, 0, 100))
    assert important
    for one in important:
        due = await owed(house, one.customer_id)
        assert due is not None
        assert (due.state, due.person_id) == (dues.OPEN, one.owner_id)


async def test_a_visit_keeps_the_month_until_it_is_taken_back(house: TestHouse) -> None:
    await house.settle()
    await house.lina.says("/visit 宁波精工 谈了Q3")
    await house.settle()
    assert await state(house) == dues.DONE
    await house.lina.says("/visit 宁波精工 昨天 又谈了一次")
    await house.settle()
    await house.lina.presses("撤销", on="谈了Q3")
    await house.settle()
    assert await state(house) == dues.DONE, "the other visit keeps it"
    await house.lina.presses("撤销", on="又谈了一次")
    await house.settle()
    assert await state(house) == dues.OPEN


async def test_a_new_owner_owes_what_is_open(house: TestHouse) -> None:
    await house.settle()
    await house.wang.says("/customer_owner 宁波精工 owner: 周强")
    await house.settle()
    await house.advance(days=1)
    due = await owed(house)
    assert due is not None
    assert due.person_id == ZHOUQIANG


async def test_mornings_show_who_is_to_be_visited_this_week(house: TestHouse) -> None:
    await house.settle()
    assert not house.lina.sees("本周待拜访"), house.lina.reads()
    await house.advance(days=1)
    assert house.lina.sees("重点客户", "本周待拜访"), house.lina.reads()
    assert not house.chenjing.sees("没有到期"), "nothing comes where there is nothing"
    shown = house.lina.count("本周待拜访")
    await house.advance(days=3)  # Friday is one more; Saturday and Sunday are not worked
    assert house.lina.count("本周待拜访") == shown + 1


async def test_nobody_who_is_away_is_shown_a_day(house: TestHouse) -> None:
    await house.lina.says("/away 10月20日 deputy: 周强")
    await house.advance(days=1)
    assert not house.lina.sees("本周待拜访"), house.lina.reads()


async def test_after_an_outage_only_a_morning_of_use_is_shown(house: TestHouse) -> None:
    await house.settle()
    house.clock.at += timedelta(days=5, hours=4)  # down over five mornings and the last one's end
    await house.settle()
    assert house.lina.count("本周待拜访") == 0, house.lina.reads()
    await house.advance(days=1)
    assert house.lina.count("本周待拜访") == 1


async def test_a_superior_sees_what_was_missed_and_excuses_it(house: TestHouse) -> None:
    await house.settle()
    await house.advance(days=17)
    assert await state(house) == dues.OPEN
    await house.advance(days=2)  # Monday, 2 November
    assert await state(house) == dues.LAPSED
    assert await state(house, month="2026-11") == dues.OPEN
    assert house.wang.sees("上周未按时完成", "李娜", "宁波精工"), house.wang.reads()
    assert not house.zhao.sees("上周未按时完成"), house.zhao.reads()
    await house.wang.presses("豁免：拜访宁波精工")
    await house.settle()
    await house.wang.answers(reason="工厂搬迁停产")
    await house.settle()
    assert house.wang.sees("已豁免", "宁波精工"), house.wang.reads()
    assert house.lina.sees("已豁免", "工厂搬迁停产"), house.lina.reads()
    assert await state(house) == dues.EXCUSED


async def test_what_was_missed_is_a_tap_away_however_much_it_is(house: TestHouse) -> None:
    await house.settle()
    await house.advance(days=19)  # Monday, 2 November
    await house.wang.presses("全部未完成：3.1.1a 2026-10", on="上周未按时完成")
    await house.settle()
    assert house.wang.sees("未完成：第1至"), house.wang.reads()


async def test_why_a_month_cannot_be_excused_is_said(house: TestHouse) -> None:
    await house.settle()
    await house.lina.says("/visit 宁波精工 谈了Q3")
    await house.wang.says("/visit_excuse 华强 reason: 展会见过 month: 2026-10")
    for said in ("宁波精工 reason: 停产 month: 2026-10", "华强 reason: 停产 month: 2026-10"):
        await house.wang.says(f"/visit_excuse {said}")
    await house.wang.says("/visit_excuse 华强 reason: 停产 month: 2026-12")
    await house.settle()
    assert house.wang.sees("宁波精工2026-10已经拜访过，不用豁免"), house.wang.reads()
    assert house.wang.sees("华强2026-10已经豁免：展会见过"), house.wang.reads()
    assert house.wang.sees("2026-12还没到，还没有要完成的拜访"), house.wang.reads()


async def test_a_visit_logged_late_was_in_time(house: TestHouse) -> None:
    await house.settle()
    await house.advance(days=20)  # 3 November
    await house.lina.says("/visit 宁波精工 10月30日 谈了Q4")
    await house.settle()
    due = await owed(house)
    assert due is not None
    assert (due.state, due.done_at is not None) == (dues.DONE, True)
    assert await state(house, month="2026-11") == dues.OPEN


async def test_nobody_excuses_their_own(house: TestHouse) -> None:
    await house.settle()
    await house.lina.says("/visit_excuse 宁波精工 reason: 太远")
    await house.settle()
    assert await state(house) == dues.OPEN


async def test_a_clause_is_answered_with_what_fell_due(house: TestHouse) -> None:
    await house.settle()
    await house.lina.says("/visit 宁波精工 谈了Q3")
    await house.wang.says("/visit_excuse 华强 reason: 展会见过 month: 2026-10")
    await house.settle()
    await house.advance(days=20)
    await house.wang.says("/policy 3.1.1a 2026-10")
    await house.settle()
    many = len(await house.read(lambda db: customers.important(db, 0, 100)))
    for said in (f"到期{many}", "按时完成1", "已豁免1", f"未完成{many - 2}"):
        assert said in plainly(house.wang.reads()), house.wang.reads()
    assert house.wang.sees("3.1.1a", "2026-10", "展会见过"), house.wang.reads()
    assert house.wang.sees("恒达精密：李娜，期限为10月31日"), house.wang.reads()
    await house.wang.says("制度 3.1.1a 四季度")
    await house.settle()
    assert house.wang.sees("2026-Q4"), house.wang.reads()


async def test_each_of_a_clauses_duties_is_linked_page_by_page(house: TestHouse) -> None:
    await house.settle()
    await house.lina.says("/visit 宁波精工 谈了Q3")
    await house.settle()
    await house.advance(days=20)
    for said in range(12):
        await house.lina.says(f"/customer_add 测试客户{said}号有限公司 owner: 李娜 important: 是")
    await house.settle()
    await house.advance(days=31)
    await house.wang.says("/policy 3.1.1A 2026-11")
    await house.settle()
    many = len(await house.read(lambda db: customers.important(db, 0, 100)))
    await house.wang.presses(f"未完成：还有{many - 8}项")
    await house.settle()
    assert house.wang.sees(f"未完成：第9至16项，共{many}项"), house.wang.reads()
    await house.wang.says("/policy 3.1.1a 2026-10")
    await house.settle()
    await house.wang.presses("拜访宁波精工", on="按时完成")
    await house.settle()
    assert house.wang.sees("✅ 已记录：拜访宁波精工", "谈了Q3"), house.wang.reads()


async def test_a_clause_that_is_none(house: TestHouse) -> None:
    await house.wang.says("/policy 9.9.9 2026-10")
    await house.settle()
    assert house.wang.sees("制度里没有条款9.9.9"), house.wang.reads()
