"""Customers are added, found as people write them, owned from a day on."""

from __future__ import annotations

from storage import customers
from tests.house import TestHouse


async def test_adding_a_customer(house: TestHouse) -> None:
    await house.lina.says("/customer_add 常州瑞丰轴承有限公司")
    await house.settle()
    assert house.lina.sees("瑞丰轴承", "常州瑞丰轴承有限公司")
    await house.lina.says("/visit 瑞丰轴承 看了产线")
    await house.settle()
    assert house.lina.sees("已记录", "瑞丰轴承")


async def test_the_same_name_twice_is_refused(house: TestHouse) -> None:
    await house.lina.says("/customer_add 宁波精工机械有限公司")
    await house.settle()
    assert len(await house.read(lambda db: customers.recent(db, 50))) == 11


async def test_showing_a_customer(house: TestHouse) -> None:
    await house.lina.says("/customer 华强")
    await house.settle()
    assert house.lina.sees("深圳华强电子有限公司", "李娜")


async def test_a_typo_still_finds_it(house: TestHouse) -> None:
    await house.lina.says("/customer 长成金属")
    await house.settle()
    assert house.lina.sees("苏州长城金属制品有限公司")


async def test_a_contact_is_added(house: TestHouse) -> None:
    await house.lina.says("/customer 永固")
    await house.settle()
    await house.lina.presses("添加联系人")
    await house.settle()
    await house.lina.answers(name="钱多多")
    await house.settle()
    assert house.lina.sees("钱多多")


async def test_ownership_has_a_beginning(house: TestHouse) -> None:
    before = house.clock.at
    await house.advance(days=1)
    await house.wang.says("/customer_owner 永固 owner: 周强 important: 否")
    await house.settle()
    then = await house.read(lambda db: customers.stewardship(db, 5, before))
    now = await house.read(lambda db: customers.stewardship(db, 5))
    assert then is not None
    assert now is not None
    assert (then.owner_id, then.important) == (3, True)
    assert (now.owner_id, now.important) == (4, False)


async def test_a_text_that_names_a_customer_gets_its_verbs(house: TestHouse) -> None:
    await house.lina.says("永固 说样品不错")
    await house.settle()
    await house.lina.presses("记录")
    await house.settle()
    assert house.lina.sees("已记录：拜访永固", "说样品不错")
