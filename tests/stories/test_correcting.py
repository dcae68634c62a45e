"""What was logged is corrected, listed, and told apart; what is over says so."""

from __future__ import annotations

from storage import customers, files, visits
from tests.house import TestHouse

RUST = "螺栓锈蚀"


async def test_the_notes_of_a_visit_are_changed(house: TestHouse) -> None:
    await house.lina.says("/visit 永固 谈了Q3")
    await house.settle()
    await house.lina.presses("改内容")
    await house.settle()
    await house.lina.answers(notes="谈了Q4")
    await house.settle()
    assert house.lina.sees("已记录：拜访永固", "谈了Q4")
    found = await house.read(lambda db: visits.get(db, 1))
    assert found is not None
    assert found.notes == "谈了Q4"


async def test_a_photo_is_added_to_a_visit(house: TestHouse) -> None:
    await house.lina.says("/visit 永固 谈了Q3")
    await house.settle()
    await house.lina.sends_photo("加照片", reply_to="已记录")
    await house.settle()
    kept = await house.read(lambda db: files.of(db, "visit", 1))
    assert [file.state for file in kept] == [files.HERE]


async def test_a_visit_that_was_taken_back_cannot_be_changed(house: TestHouse) -> None:
    await house.lina.says("/visit 永固 谈了Q3")
    await house.settle()
    await house.lina.presses("撤销")
    await house.settle()
    await house.lina.says("改内容 谈了Q4", reply_to="已撤销")
    await house.settle()
    assert house.lina.sees("这条拜访记录已撤销")
    found = await house.read(lambda db: visits.get(db, 1))
    assert found is not None
    assert found.notes == "谈了Q3"


async def test_this_months_visits_are_listed(house: TestHouse) -> None:
    await house.lina.says("/visit 永固 10月2日 谈了Q3")
    await house.settle()
    await house.lina.says("/visit 永固 9月28日 谈了Q2")
    await house.settle()
    await house.zhouqiang.says("/visit 西溪包装 谈了Q4")
    await house.settle()
    await house.lina.says("/visits")
    await house.settle()
    assert house.lina.sees("本月拜访1次", "10月2日", "永固", "谈了Q3", "已访 1/8")
    assert not house.lina.sees("本月拜访1次", "谈了Q2")
    assert not house.lina.sees("本月拜访1次", "谈了Q4")


async def test_a_customer_gets_another_name_and_is_found_by_it(house: TestHouse) -> None:
    await house.lina.says("/customer_name 永固 name: 老朋友")
    await house.settle()
    assert house.lina.sees("无锡永固紧固件有限公司", "老朋友")
    await house.lina.says("/visit 老朋友 谈了Q3")
    await house.settle()
    assert house.lina.sees("已记录：拜访永固")


async def test_a_name_that_another_customer_bears_is_refused(house: TestHouse) -> None:
    await house.lina.says("/customer_name 永固 name: 宁波精工")
    await house.settle()
    assert house.lina.sees("已经有叫“宁波精工”的客户了")
    names = await house.read(lambda db: customers.names(db, 5))
    assert "宁波精工" not in {one.name for one in names}


async def test_a_customer_that_is_not_there(house: TestHouse) -> None:
    await house.lina.says("/customer 火星重工")
    await house.settle()
    assert "没有找到叫“火星重工”的客户" in house.lina.reads()


async def test_a_solved_case_can_be_explained_and_not_be_changed(house: TestHouse) -> None:
    await house.zhangwei.says(f"投诉 {RUST}")
    await house.settle()
    await house.lina.says("答复 已换货", reply_to="C-2026-0001")
    await house.settle()
    await house.lina.says(
        "/case_solve C-2026-0001 department: 质量 measures: 换货 by_day: 2026-10-20"
    )
    await house.settle()
    assert house.lina.sees("✅ C-2026-0001")
    await house.lina.says("/case_why C-2026-0001")
    await house.settle()
    assert house.lina.sees("3.1.2b", "24")
    await house.lina.says("/case_future C-2026-0001")
    await house.settle()
    assert house.lina.sees("没有后续")
    await house.lina.says("/case_take C-2026-0001")
    await house.settle()
    assert house.lina.sees("C-2026-0001 已经解决了")
    await house.advance(days=3)
    assert not house.wang.sees("🚨")


async def test_a_solution_in_the_past_is_refused(house: TestHouse) -> None:
    await house.lina.says(f"/complaint 永固 {RUST}")
    await house.settle()
    await house.lina.presses("登记方案")
    await house.settle()
    await house.lina.answers(department="质量", measures="换货", by_day="2026-10-01")
    await house.settle()
    assert "已经过去了" in house.lina.reads()


async def test_the_direct_chat_is_no_place(house: TestHouse) -> None:
    await house.zhao.says("/bind purpose: 个案 audience: 销售")
    await house.settle()
    assert house.zhao.sees("这里是您和我的私聊")
