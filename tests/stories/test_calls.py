"""Everyday contact is kept in one message, and silence is pointed out (clause 3.1.2c)."""

from __future__ import annotations

import pytest

from storage import calls
from tests.house import TestHouse


async def test_a_contact_is_kept_in_one_message(house: TestHouse) -> None:
    await house.lina.says("/contact 华强 昨天 电话谈了交期，下周发货")
    await house.settle()
    assert house.lina.sees("✅ 联络已记录：华强", "昨天", "电话谈了交期"), house.lina.reads()
    call = await house.read(lambda db: calls.get(db, 1))
    assert call is not None
    assert (call.day.isoformat(), call.means) == ("2026-10-13", "phone")
    await house.lina.says("/customer 华强")
    await house.settle()
    assert house.lina.sees("上次联络：昨天"), house.lina.reads()


async def test_a_contact_without_a_slash_and_by_mail(house: TestHouse) -> None:
    await house.lina.says("联络 华强 发了报价单 方式: 邮件")
    await house.settle()
    call = await house.read(lambda db: calls.get(db, 1))
    assert call is not None
    assert call.means == "email", house.lina.reads()
    assert house.lina.sees("✅ 联络已记录：华强", "邮件"), house.lina.reads()


async def test_a_contact_is_taken_back(house: TestHouse) -> None:
    await house.lina.says("/contact 华强 谈了交期")
    await house.settle()
    await house.lina.presses("撤销", on="联络已记录")
    await house.settle()
    assert house.lina.sees("联络已撤销：华强"), house.lina.reads()
    assert not await house.read(lambda db: calls.last(db, [2]))


async def test_silent_customers_are_pointed_out_once_a_week(house: TestHouse) -> None:
    await house.lina.says("/contact 华强 谈了交期")
    await house.settle()
    await house.advance(days=47)  # Monday, 30 November
    seen = house.lina.count("超过45天未联络")
    assert seen, house.lina.reads()
    await house.advance(days=6)  # Sunday
    assert house.lina.count("超过45天未联络") == seen
    await house.advance(days=1)
    assert house.lina.count("超过45天未联络") == seen + 1
    await house.lina.says("/silent")
    await house.settle()
    assert house.lina.sees("久未联络", "宁波精工：从未联络"), house.lina.reads()
    await house.lina.presses("联络了宁波精工")
    await house.settle()
    await house.lina.answers(notes="问候近况")
    await house.settle()
    assert house.lina.sees("✅ 联络已记录：宁波精工"), house.lina.reads()


@pytest.mark.parametrize(
    ("said", "means"),
    [
        ("/contact 永固 微信聊了样品", "chat"),
        ("/contact 永固 钉钉发了图纸", "chat"),
        ("/contact 永固 发邮件催了交期", "email"),
        ("联络 永固 昨天 邮件：报价已发", "email"),
        ("/contact 永固 sent an e-mail about the price", "email"),
        ("/contact 永固 拜访时见面聊了", "met"),
        ("/contact 永固 视频会议谈了图纸", "video"),
        ("/contact 永固 发短信确认了", "sms"),
        ("/contact 永固 电话约了下周见面", "phone"),
        ("/contact 永固 约了下周见面", "phone"),
        ("/contact 永固 微信没回，打电话谈了交期", "phone"),
        ("/contact 永固 谈了交期", "phone"),
    ],
)
async def test_the_way_is_read_from_the_words(house: TestHouse, said: str, means: str) -> None:
    await house.lina.says(said)
    await house.settle()
    call = await house.read(lambda db: calls.get(db, 1))
    assert call is not None
    assert call.means == means, house.lina.reads()


async def test_a_contact_to_come_is_asked_for_as_a_contact(house: TestHouse) -> None:
    await house.lina.says("/contact 永固 明天 谈了交期")
    await house.settle()
    assert house.lina.sees("什么时候联络的？"), house.lina.reads()
    assert not house.lina.sees("什么时候拜访的？"), house.lina.reads()


async def test_on_the_first_day_nobody_is_silent_and_nothing_else_is_claimed(
    house: TestHouse,
) -> None:
    await house.lina.says("/silent")
    await house.settle()
    assert house.lina.sees("没有客户超过45天未联络", "从接手那天算起"), house.lina.reads()
    assert not house.lina.sees("您自己没有负责的客户"), house.lina.reads()
    await house.wang.says("/silent")
    await house.settle()
    assert house.wang.sees("没有客户超过45天未联络", "您自己没有负责的客户"), house.wang.reads()


async def test_a_superior_sees_the_teams_silent_customers_page_by_page(house: TestHouse) -> None:
    await house.advance(days=17)
    for one in (house.wang, house.zhao):
        await one.says("/silent")
        await house.settle()
        assert one.sees("您自己没有负责的客户", "宁波精工：从未联络（李娜）", "还有6"), one.reads()
    await house.wang.presses("下一页", on="宁波精工：从未联络")
    await house.settle()
    assert house.wang.sees("南海铝业：从未联络（李娜）", "海岳橡胶：从未联络（周强）"), (
        house.wang.reads()
    )
    await house.lina.says("/silent 2")
    await house.settle()
    assert house.lina.sees("嘉陵铸造：从未联络", "南海铝业：从未联络"), house.lina.reads()
