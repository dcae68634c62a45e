"""Somebody edits what they wrote: what was made of it is corrected (Slack and Telegram)."""

from __future__ import annotations

from datetime import timedelta

import pytest

from storage import cases, talk, visits
from tests.house import TestHouse
from tests.players import Player
from tests.players.slack import SlackPlayer
from tests.players.telegram import TelegramPlayer

pytestmark = pytest.mark.parametrize("platform", ["slack", "telegram"])


def writer(player: Player) -> SlackPlayer | TelegramPlayer:
    assert isinstance(player, SlackPlayer | TelegramPlayer)
    return player


async def test_an_edited_line_corrects_the_visit(house: TestHouse) -> None:
    await house.lina.says("拜访永固 谈了Q3")
    await house.settle()
    await writer(house.lina).edits("谈了Q3", "拜访华强昨天谈了Q4")
    await house.settle()
    assert house.lina.sees("已记录：拜访华强 · 昨天", "谈了Q4")
    assert house.lina.sees("✎ 已更正：华强")
    assert not house.lina.sees("拜访永固")
    assert await house.read(lambda db: visits.get(db, 2)) is None


async def test_a_slip_that_was_not_understood_is_read_again(house: TestHouse) -> None:
    await house.lina.says("拜放永固 谈了Q3")
    await house.settle()
    await writer(house.lina).edits("拜放", "拜访永固 谈了Q3")
    await house.settle()
    assert house.lina.sees("已记录：拜访永固", "谈了Q3")
    assert await house.read(lambda db: visits.get(db, 2)) is None


@pytest.mark.parametrize("line", ["拜访永固", "有点事要说"])
async def test_words_edited_to_cancel_are_called_off(house: TestHouse, line: str) -> None:
    await house.lina.says(line)
    await house.settle()
    await writer(house.lina).edits(line, "取消")
    await house.settle()
    assert house.lina.sees("已取消")
    assert await house.read(lambda db: visits.get(db, 1)) is None


async def test_after_a_day_the_line_stays(house: TestHouse) -> None:
    await house.lina.says("拜访永固 谈了Q3")
    await house.settle()
    await house.advance(hours=25)
    await writer(house.lina).edits("谈了Q3", "拜访永固 谈了Q4")
    await house.settle()
    found = await house.read(lambda db: visits.get(db, 1))
    assert found is not None
    assert found.notes == "谈了Q3"
    assert house.lina.sees("24小时", "已超过")


async def test_a_customer_corrects_a_complaint(house: TestHouse) -> None:
    begun = house.clock.at
    await house.zhangwei.says("投诉 20件螺栓锈蚀")
    await house.settle()
    await house.advance(hours=1)
    await writer(house.zhangwei).edits("20件", "投诉 200件螺栓锈蚀")
    await house.settle()
    assert house.lina.sees("C-2026-0001", "200件螺栓锈蚀", "更正前")
    case = await house.read(lambda db: cases.get(db, 1))
    assert case is not None
    assert abs(case.received_at - begun) < timedelta(minutes=1)
    assert await house.read(lambda db: cases.get(db, 2)) is None


async def test_edited_talk_shows_both(house: TestHouse) -> None:
    await house.zhangwei.says("投诉 20件螺栓锈蚀")
    await house.settle()
    await house.zhangwei.says("3号线停了", reply_to="C-2026-0001")
    await house.settle()
    await writer(house.zhangwei).edits("3号线", "4号线停了")
    await house.settle()
    assert house.lina.sees("C-2026-0001", "4号线停了", "3号线停了")
    [remark] = await house.read(lambda db: talk.on(db, "case", 1))
    assert (remark.text, remark.earlier) == ("4号线停了", "3号线停了")


async def test_an_edited_answer_counts(house: TestHouse) -> None:
    await house.zhangwei.says("投诉")
    await house.settle()
    await house.zhangwei.says("20件螺栓锈蚀")
    await house.settle()
    await writer(house.zhangwei).edits("20件", "200件螺栓锈蚀")
    await house.settle()
    case = await house.read(lambda db: cases.get(db, 1))
    assert case is not None
    assert case.text == "200件螺栓锈蚀"


async def test_what_is_deleted_stays_on_record(house: TestHouse) -> None:
    await house.lina.says("拜访永固 谈了Q3")
    await house.settle()
    if isinstance(house.lina, SlackPlayer):
        await house.lina.deletes("谈了Q3")
        await house.settle()
    found = await house.read(lambda db: visits.get(db, 1))
    assert found is not None
    assert found.undone_at is None


async def test_a_corrected_answer_is_taken_apart_like_the_first(house: TestHouse) -> None:
    await house.lina.says("拜访永固")
    await house.settle()
    await house.lina.says("昨天谈了价格")
    await house.settle()
    await writer(house.lina).edits("昨天谈了价格", "前天谈了价格和交期")
    await house.settle()
    found = await house.read(lambda db: visits.get(db, 1))
    assert found is not None
    assert (f"{found.day}", found.notes) == ("2026-10-12", "谈了价格和交期")
