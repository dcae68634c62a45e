"""A customer is suspended and taken up again; nobody greets its people meanwhile (5.3.2, 3.2)."""

from __future__ import annotations

from storage import care, dues, suspensions
from tests.house import TestHouse

HUAQIANG = 2


async def born(house: TestHouse) -> None:
    await house.lina.says("/contact_birthday 华强 contact: 张伟 birthday: 10月17日")
    await house.settle()
    await house.advance(days=1)


async def test_a_manager_suspends_a_customer_and_its_owner_is_told(house: TestHouse) -> None:
    await house.wang.says("暂停合作 华强 两次年度评价不合格")
    await house.settle()
    assert house.wang.sees("华强", "⛔ 已暂停合作（王经理", "两次年度评价不合格"), (
        house.wang.reads()
    )
    assert house.lina.sees("⛔ 华强已暂停合作", "两次年度评价不合格"), house.lina.reads()
    await house.wang.says("/customer_suspend 华强 reason: 又一次")
    await house.settle()
    assert house.wang.sees("华强已经暂停合作了"), house.wang.reads()
    await house.wang.says("恢复合作 华强")
    await house.settle()
    assert house.lina.sees("✅ 华强已恢复合作"), house.lina.reads()
    assert await house.read(lambda db: suspensions.of(db, HUAQIANG)) is None
    await house.lina.says("/customer 华强")
    await house.settle()
    assert house.lina.count("已暂停合作（") == 0, house.lina.reads()


async def test_who_sells_does_not_suspend(house: TestHouse) -> None:
    await house.zhouqiang.says("/customer_suspend 华强 reason: 价格太高")
    await house.settle()
    assert await house.read(lambda db: suspensions.of(db, HUAQIANG)) is None


async def test_at_a_suspended_customer_nobody_is_greeted_and_nothing_is_owed(
    house: TestHouse,
) -> None:
    await house.wang.says("/customer_suspend 华强 reason: 质量问题")
    await house.settle()
    await born(house)
    assert house.lina.sees("☐ 张伟（华强）：该客户已暂停合作"), house.lina.reads()
    assert await house.read(lambda db: dues.of(db, care.KIND, 1)) == []
    await house.advance(days=6)
    assert not house.lina.sees("已过期"), house.lina.reads()
    made = await house.read(lambda db: care.get(db, 1))
    assert made is not None
    assert made.state == care.SKIPPED


async def test_a_suspension_holds_for_what_is_planned_already(house: TestHouse) -> None:
    await born(house)
    assert [due.state for due in await house.read(lambda db: dues.of(db, care.KIND, 1))] == ["open"]
    await house.wang.says("/customer_suspend 华强 reason: 质量问题")
    await house.settle()
    assert house.lina.sees("🎁", "☐ 张伟（华强）：该客户已暂停合作"), house.lina.reads()
    (due,) = await house.read(lambda db: dues.of(db, care.KIND, 1))
    assert due.state == dues.EXCUSED
    await house.advance(days=6)
    await house.wang.says("/policy 3.2.2 2026-Q4")
    await house.settle()
    assert house.wang.sees("华强张伟生日", "已豁免：没有要祝福的人"), house.wang.reads()


async def test_who_decides_to_greet_them_nevertheless_does(house: TestHouse) -> None:
    await house.wang.says("/customer_suspend 华强 reason: 质量问题")
    await house.settle()
    await born(house)
    await house.lina.says("/care_tick care: #1 who: 张伟")
    await house.lina.says("/contact_left 华强 contact: 李雷")
    await house.settle()
    await house.lina.presses("发送祝福", on="华强张伟生日")
    await house.advance(days=3)
    assert house.zhangwei.count("生日快乐") == 1, house.zhangwei.reads()
