"""Back, Cancel and a wrong answer put right, on every platform as people do it there."""

from __future__ import annotations

from contextlib import suppress

import pytest

from storage import drafts, visits
from storage.database import Database, Gone
from tests.house import TestHouse
from tests.players.telegram import TelegramPlayer
from tests.stages import SlackWire, TelegramWire


async def test_a_wrong_answer_is_put_right(house: TestHouse) -> None:
    await house.lina.says("/visit")
    await house.settle()
    await house.lina.answers(customer="永固", notes="谈了Q3")
    await house.settle()
    await house.lina.presses("改日期")
    await house.settle()
    await house.lina.answers(day="2026-10-20")
    await house.settle()
    assert "还没到" in house.lina.reads()
    await house.lina.answers(day="2026-10-12")
    await house.settle()
    assert house.lina.sees("拜访永固", "10月12日")
    found = await house.read(lambda db: visits.get(db, 1))
    assert found is not None
    assert f"{found.day}" == "2026-10-12"


@pytest.mark.parametrize("platform", ["telegram"])  # elsewhere one form asks everything at once
async def test_back_asks_again_and_cancel_keeps_nothing(house: TestHouse) -> None:
    await house.lina.says("/visit")
    await house.settle()
    await house.lina.picks("永固")
    await house.settle()
    await house.lina.presses("上一步")
    await house.settle()
    await house.lina.picks("长城金属")
    await house.settle()
    await house.lina.presses("取消")
    await house.settle()
    await house.lina.says("谈了Q3")
    await house.settle()
    assert await house.read(lambda db: visits.get(db, 1)) is None
    assert not house.lina.sees("已记录")


async def test_closing_what_asks_asks_no_more(house: TestHouse) -> None:
    await house.lina.says("/visit 永固")
    await house.settle()
    await house.lina.closes()
    await house.settle()
    assert house.lina.sees("已取消")
    await house.lina.says("午饭吃什么")
    await house.settle()
    assert await house.read(lambda db: visits.get(db, 1)) is None
    assert not house.lina.sees("已记录")
    given_up = await house.read(lambda db: drafts.get(db, 1))
    assert given_up is not None
    assert given_up.state == drafts.CANCELLED


async def asked_for_notes(house: TestHouse) -> None:
    """Lina begins a visit and is asked, in the chat, what was discussed."""
    await house.lina.says("拜访")
    await house.settle()
    await house.lina.says("永固")
    await house.settle()
    assert house.lina.count("谈了什么？") == 1


@pytest.mark.parametrize("platform", ["telegram"])  # elsewhere one form asks everything at once
@pytest.mark.parametrize("word", ["取消", "算了。", "不用了", "Cancel", "Never mind!", "/cancel"])
async def test_typing_cancel_cancels_as_the_button_does(house: TestHouse, word: str) -> None:
    await house.lina.says("拜访")
    await house.settle()
    await house.lina.says(word)
    await house.settle()
    assert house.lina.sees("已取消")
    assert not house.lina.sees("没有找到")
    assert not house.lina.sees("这个命令")
    await asked_for_notes(house)
    await house.lina.says(word)
    await house.settle()
    assert not house.lina.sees("已记录")
    assert await house.read(lambda db: drafts.get(db, 2))
    assert await house.read(lambda db: visits.get(db, 1)) is None


@pytest.mark.parametrize("platform", ["telegram"])
@pytest.mark.parametrize("word", ["上一步", "返回", "Back"])
async def test_typing_back_goes_back_as_the_button_does(house: TestHouse, word: str) -> None:
    await asked_for_notes(house)
    await house.lina.says(word)
    await house.settle()
    assert house.lina.count("哪家客户？") == 2
    await house.lina.says("长城金属")
    await house.settle()
    await house.lina.says("谈了Q3")
    await house.settle()
    assert house.lina.sees("拜访长城", "谈了Q3")


@pytest.mark.parametrize("platform", ["telegram"])
async def test_only_what_may_be_left_out_is_skipped(house: TestHouse) -> None:
    await asked_for_notes(house)
    await house.lina.says("跳过")
    await house.settle()
    assert house.lina.sees("不能跳过", "谈了什么？")
    await house.lina.says("/cancel")
    await house.settle()
    await house.lina.says("拜访永固 2099年1月1日 谈了Q3")
    await house.settle()
    assert house.lina.sees("什么时候拜访的？")
    await house.lina.says("跳过")
    await house.settle()
    assert house.lina.sees("拜访永固", "今天", "谈了Q3")


async def test_typing_cancel_beside_a_form_keeps_nothing(house: TestHouse) -> None:
    await house.lina.says("/visit 永固")
    await house.settle()
    await house.lina.says("取消")
    await house.settle()
    assert house.lina.sees("已取消")
    assert await house.read(lambda db: visits.get(db, 1)) is None


@pytest.mark.parametrize("platform", ["telegram"])
async def test_a_word_that_is_a_command_is_a_button_only_while_one_is_in_sight(
    house: TestHouse,
) -> None:
    await house.lina.says("拜访永固")
    await house.settle()
    await house.lina.says("back")
    await house.settle()
    assert house.lina.count("谈了什么？") == 1
    assert not house.lina.sees("已记录")


async def test_cancel_is_understood_while_nothing_is_asked(house: TestHouse) -> None:
    await house.lina.says("取消")
    await house.settle()
    assert house.lina.sees("没有可以取消的")
    assert not house.lina.sees("已取消")


@pytest.mark.parametrize("platform", ["telegram"])
@pytest.mark.parametrize("said", ["永固 昨天谈了交期", "永固，昨天，谈了交期", "永固昨天谈了交期"])
async def test_one_answer_may_hold_them_all(house: TestHouse, said: str) -> None:
    await house.lina.says("拜访")
    await house.settle()
    await house.lina.says(said)
    await house.settle()
    assert house.lina.sees("拜访永固", "昨天", "谈了交期")
    found = await house.read(lambda db: visits.get(db, 1))
    assert found is not None
    assert (f"{found.day}", found.notes) == ("2026-10-13", "谈了交期")


@pytest.mark.parametrize("platform", ["telegram"])
async def test_an_answer_that_names_nobody_is_taken_apart_by_nobody(house: TestHouse) -> None:
    await house.lina.says("拜访")
    await house.settle()
    await house.lina.says("火星商贸 昨天谈了交期")
    await house.settle()
    assert house.lina.sees("没有找到叫“火星商贸 昨天谈了交期”的客户")
    assert await house.read(lambda db: visits.get(db, 1)) is None


@pytest.mark.parametrize("platform", ["telegram"])
async def test_a_day_before_the_notes_is_the_day(house: TestHouse) -> None:
    await asked_for_notes(house)
    await house.lina.says("昨天")
    await house.settle()
    assert house.lina.sees("昨天", "谈了什么？")
    await house.lina.says("今天只谈了价格")
    await house.settle()
    found = await house.read(lambda db: visits.get(db, 1))
    assert found is not None
    assert (f"{found.day}", found.notes) == ("2026-10-13", "今天只谈了价格")
    await house.lina.says("拜访永固")
    await house.settle()
    await house.lina.says("前天谈了价格")
    await house.settle()
    found = await house.read(lambda db: visits.get(db, 2))
    assert found is not None
    assert (f"{found.day}", found.notes) == ("2026-10-12", "谈了价格")


@pytest.mark.parametrize("platform", ["telegram"])
async def test_a_day_further_on_in_the_notes_is_the_day_and_stays_there(house: TestHouse) -> None:
    await asked_for_notes(house)
    await house.lina.says("张总，昨天谈了交期")
    await house.settle()
    assert house.lina.sees("已记录", "昨天（10月13日）", "张总，昨天谈了交期")


def waits(house: TestHouse) -> bool:
    """Whether the platform still holds what was said, to deliver it again."""
    match house.wire:
        case SlackWire():
            return len(house.wire.fake.missed) == 1
        case TelegramWire():
            return len(house.wire.fake.pending) == 1
        case _:
            return True  # it stays in the box where it was typed


async def delivers_again(house: TestHouse) -> None:
    """Slack and Telegram repeat what was not acknowledged; on the web the person does."""
    match house.wire:
        case SlackWire():
            await house.wire.fake.retry_missed()
        case TelegramWire():
            await house.wire.fake.retry_pending()
            await house.wire.fake.settled()
        case _:
            await house.lina.says("拜访永固谈了Q3")


async def test_nothing_is_acknowledged_while_the_database_is_gone(
    house: TestHouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    def gone(_self: Database, *, writes: bool) -> None:
        raise Gone(f"writes={writes}")

    with monkeypatch.context() as broken:
        broken.setattr(Database, "_connection", gone)
        with suppress(AssertionError):  # some players say aloud that nothing was acknowledged
            await house.lina.says("拜访永固谈了Q3")
    assert waits(house)
    await delivers_again(house)
    await house.settle()
    assert house.lina.count("已记录") == 1
    assert await house.read(lambda db: visits.count_to(db, 5)) == 1


@pytest.mark.parametrize("platform", ["telegram"])
@pytest.mark.parametrize(
    "said", ["客户很满意", "客户张总来了", "投诉已经处理好了", "报表他们月底给"]
)
async def test_an_answer_may_begin_as_a_command_does(house: TestHouse, said: str) -> None:
    await asked_for_notes(house)
    await house.lina.says(said)
    await house.settle()
    assert house.lina.sees("已记录：拜访永固", said), house.lina.reads()
    found = await house.read(lambda db: visits.get(db, 1))
    assert found is not None
    assert found.notes == said


@pytest.mark.parametrize("platform", ["telegram"])
@pytest.mark.parametrize("said", ["客户 华强", "客户：华强", "/客户华强", "今日"])
async def test_a_command_by_itself_is_no_answer(house: TestHouse, said: str) -> None:
    await asked_for_notes(house)
    await house.lina.says(said)
    await house.settle()
    assert await house.read(lambda db: visits.get(db, 1)) is None, house.lina.reads()
    await house.lina.says("谈了Q3")
    await house.settle()
    found = await house.read(lambda db: visits.get(db, 1))
    assert found is not None
    assert found.notes == "谈了Q3"


@pytest.mark.parametrize("platform", ["telegram"])
async def test_an_answer_that_is_put_right_may_begin_so_too(house: TestHouse) -> None:
    await asked_for_notes(house)
    await house.lina.says("很满意")
    await house.settle()
    assert isinstance(house.lina, TelegramPlayer)
    await house.lina.edits("很满意", "客户很满意")
    await house.settle()
    found = await house.read(lambda db: visits.get(db, 1))
    assert found is not None
    assert found.notes == "客户很满意", house.lina.reads()


@pytest.mark.parametrize("platform", ["telegram"])
async def test_what_names_its_own_customer_is_no_answer(house: TestHouse) -> None:
    await asked_for_notes(house)
    await house.lina.says("投诉华强第3批螺栓锈蚀")
    await house.settle()
    assert house.lina.sees("C-2026-0001", "第3批螺栓锈蚀"), house.lina.reads()
    assert await house.read(lambda db: visits.get(db, 1)) is None
