"""What a phone sends besides words: forwards, albums, places and contacts (Telegram)."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from telegram import Update

from storage import cases, customers, dues, files, talk, visits
from tests.house import TestHouse
from tests.players import Player
from tests.players.telegram import TelegramPlayer
from tests.stages import TelegramWire

pytestmark = pytest.mark.parametrize("platform", ["telegram"])

RUST = "第3批螺栓锈蚀约200件，客户已停线"
HERE = (29.8683, 121.544)


def phone(player: Player) -> TelegramPlayer:
    assert isinstance(player, TelegramPlayer)
    return player


async def test_a_customers_message_is_passed_on_and_its_clock_runs_from_it(
    house: TestHouse,
) -> None:
    written = house.clock.at - timedelta(hours=3)
    await phone(house.lina).forwards(RUST, by=phone(house.zhangwei), written=written)
    await house.settle()
    assert house.lina.sees("这条消息怎么处理", RUST, "张伟")
    await house.lina.presses("提交投诉")
    await house.settle()
    assert house.lina.sees("C-2026-0001", "张伟于今天07:00反映，李娜转达")
    case = await house.read(lambda db: cases.get(db, 1))
    assert case is not None
    assert case.received_at == written
    assert case.customer_id == 2
    first = (await house.read(lambda db: dues.of(db, "case", 1)))[0]
    assert first.due_at == written + timedelta(hours=24)
    assert house.zhangwei.sees("C-2026-0001", RUST)
    await house.lina.presses("写答复")
    await house.settle()
    await house.lina.answers(text="已安排换货")
    await house.settle()
    assert house.zhangwei.sees("已安排换货")


async def test_somebody_who_hides_is_known_by_name(house: TestHouse) -> None:
    await phone(house.lina).forwards(RUST, by="老张")
    await house.settle()
    await house.lina.presses("提交投诉")
    await house.settle()
    assert house.lina.sees("老张于", "李娜转达")


async def test_ten_photos_are_one_visit(house: TestHouse) -> None:
    lina = phone(house.lina)
    await lina.sends_album(10, "/visit 华强 看了产线", captioned=6, order=range(9, -1, -1), times=2)
    await house.settle()
    assert house.lina.sees("已记录：拜访华强", "看了产线")
    assert await house.read(lambda db: visits.get(db, 2)) is None
    kept = await house.read(lambda db: files.of(db, "visit", 1))
    assert [file.state for file in kept] == [files.HERE] * 10
    assert not house.lina.sees("这条消息怎么处理")


async def test_an_album_answers_a_card(house: TestHouse) -> None:
    await house.zhangwei.says(f"投诉 {RUST}")
    await house.settle()
    await phone(house.zhangwei).sends_album(3, "今天拍的", captioned=2, reply_to="C-2026-0001")
    await house.settle()
    said = await house.read(lambda db: talk.on(db, "case", 1))
    assert [(one.text, len(one.files)) for one in said] == [("今天拍的", 3)]
    assert house.lina.sees("C-2026-0001", "今天拍的")


async def test_a_place_becomes_a_visit_there(house: TestHouse) -> None:
    await phone(house.lina).shares_place(*HERE, "宁波精工")
    await house.settle()
    await house.lina.presses("记录客户拜访")
    await house.settle()
    await house.lina.answers(customer="宁波精工", notes="看了产线")
    await house.settle()
    assert house.lina.sees("已记录：拜访宁波精工", "📍 宁波精工 · 29.86830")


async def test_a_pin_is_filed_with_the_visit_it_answers(house: TestHouse) -> None:
    await house.lina.says("/visit 永固 谈了Q3")
    await house.settle()
    await phone(house.lina).shares_place(*HERE, reply_to="已记录：拜访永固")
    await house.settle()
    assert house.lina.sees("已记录：拜访永固", "📍 29.86830, 121.54400")


async def test_a_moving_place_is_asked_about_once(house: TestHouse) -> None:
    await phone(house.lina).walks(HERE, (29.9, 121.6), (30.0, 121.7))
    await house.settle()
    assert house.lina.count("这条消息怎么处理") == 1
    assert house.lina.sees("📍 29.86830, 121.54400")


async def test_a_contact_is_added_by_naming_its_customer(house: TestHouse) -> None:
    await phone(house.lina).shares_contact("+8613800000000", "刘工")
    await house.settle()
    assert house.lina.sees("刘工", "+8613800000000", "哪家客户")
    await house.lina.answers(customer="永固")
    await house.settle()
    found = await house.read(lambda db: customers.contacts(db, 5))
    assert [(one.name, one.phone) for one in found] == [("刘工", "+8613800000000")]


async def test_a_strangers_own_number_is_looked_for(house: TestHouse) -> None:
    await phone(house.stranger).shares_contact("+8613900000000")
    await house.settle()
    assert house.stranger.sees("这里还没有人登记过这个号码")


async def test_what_people_send_is_shaped_as_telegrams_library_reads_it(house: TestHouse) -> None:
    lina = phone(house.lina)
    await lina.forwards(RUST, by=phone(house.zhangwei))
    await lina.forwards(RUST, by="老张")
    await lina.sends_album(2, "两张")
    await lina.shares_place(*HERE, "宁波精工")
    await lina.walks(HERE, (29.9, 121.6))
    await lina.shares_contact("+8613800000000", "刘工")
    await lina.says("hello")
    await lina.edits("hello", "hello again")
    await house.settle()
    assert isinstance(house.wire, TelegramWire)
    updates = [Update.de_json(json.loads(update.raw)) for update in house.wire.fake.updates.log]
    told = [m for update in updates if (m := update.effective_message)]
    assert all(not message.api_kwargs for message in told)
    origins = [m.forward_origin for m in told if m.forward_origin]
    assert [type(one).__name__ for one in origins] == [
        "MessageOriginUser",
        "MessageOriginHiddenUser",
    ]
    assert sum(1 for m in told if m.media_group_id) == 2
    assert sum(1 for m in told if m.venue) == 1
    assert sum(1 for m in told if m.contact) == 1
    assert sum(1 for update in updates if update.edited_message) == 2
