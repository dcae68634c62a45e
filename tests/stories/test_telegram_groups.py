"""What happens to the bot in groups: let in, thrown out, unable to read, moved elsewhere."""

from __future__ import annotations

import pytest

from storage import backlog, footings, moving, pacing, places
from tests.fakes.telegram import Chat, Message
from tests.house import TestHouse
from tests.stages import group_of, phone_of, telegram_of

PLACE = "质量与个案"
NEW = -1_000_777


@pytest.fixture
def platform() -> str:
    """Only Telegram has such groups."""
    return "telegram"


def cards(house: TestHouse, chat: Chat, words: str) -> list[Message]:
    found = telegram_of(house).messages(chat)
    return [m for m in found if m.by_bot and not m.service and words in m.text]


# --- another number -------------------------------------------------------------------------------


async def test_a_group_that_became_a_supergroup_is_followed_once(house: TestHouse) -> None:
    old = group_of(house, PLACE)
    old.type = "group"
    await house.zhangwei.says("投诉 螺栓锈蚀")
    await house.settle()
    assert len(cards(house, old, "C-2026-0001")) == 1
    new = await telegram_of(house).migrates(old, NEW)
    await house.settle()
    assert await house.read(lambda db: places.at(db, "telegram", "700", str(old.id))) is None
    bound = await house.read(lambda db: places.at(db, "telegram", "700", str(NEW)))
    assert bound is not None
    assert bound.purpose == "cases"
    await house.hefang.says("投诉 少发了一箱")
    await house.settle()
    assert len(cards(house, new, "C-2026-0002")) == 1
    assert cards(house, new, "C-2026-0001") == []
    await house.lina.presses("我来处理", on="C-2026-0001")
    await house.settle()
    assert len(cards(house, new, "🔧 C-2026-0001")) == 1
    await phone_of(house, "wulei").says(
        new, "答复 已换货", reply_to=cards(house, new, "C-2026-0001")[0]
    )
    await house.settle()
    assert house.zhangwei.sees("已换货")
    assert len(cards(house, new, "📨 C-2026-0001")) == 1
    assert house.refused() == []


async def test_a_letter_refused_by_the_old_number_is_sent_to_the_new_one(
    house: TestHouse,
) -> None:
    """The service message was missed: the refusal tells the new number."""
    fake, old = telegram_of(house), group_of(house, PLACE)
    await house.settle()
    new = fake.group(NEW, PLACE, *old.members)
    old.migrated_to = NEW
    await house.zhangwei.says("投诉 螺栓锈蚀")
    await house.settle()
    assert len(cards(house, new, "C-2026-0001")) == 1
    tries = [call for call in fake.sent("sendMessage") if call["chat_id"] == old.id]
    assert len(tries) == 1
    await house.hefang.says("投诉 少发了一箱")
    await house.settle()
    assert len(cards(house, new, "C-2026-0002")) == 1
    assert len([c for c in fake.sent("sendMessage") if c["chat_id"] == old.id]) == 1
    assert await house.write(lambda db: pacing.next_at(db, f"telegram:{NEW}")) is not None
    assert await house.write(lambda db: pacing.next_at(db, f"telegram:{old.id}")) is None


async def test_a_card_redrawn_at_the_old_number_is_posted_afresh(house: TestHouse) -> None:
    fake, old = telegram_of(house), group_of(house, PLACE)
    await house.zhangwei.says("投诉 螺栓锈蚀")
    await house.settle()
    new = fake.group(NEW, PLACE, *old.members)
    old.migrated_to = NEW
    await house.lina.presses("我来处理", on="C-2026-0001")
    await house.settle()
    assert len(cards(house, new, "🔧 C-2026-0001")) == 1
    await house.lina.says("答复 已换货", reply_to="C-2026-0001")
    await house.settle()
    assert len(cards(house, new, "C-2026-0001")) == 1


async def test_moving_twice_moves_nothing(house: TestHouse) -> None:
    old = str(group_of(house, PLACE).id)
    assert await house.write(lambda db: moving.move(db, "telegram", "700", old, str(NEW)))
    assert not await house.write(lambda db: moving.move(db, "telegram", "700", old, str(NEW)))


# --- in and out -----------------------------------------------------------------------------------


async def test_a_group_that_lets_the_bot_in_is_told_how_to_bind_it(house: TestHouse) -> None:
    zhao = phone_of(house, "zhao")
    group = telegram_of(house).group(-1900, "新群", zhao.id)
    group.bot = "left"
    await zhao.adds_bot(group)
    await house.settle()
    assert len(cards(house, group, "/bind")) == 1
    await telegram_of(house).redeliver(telegram_of(house).updates.log[-1])
    await house.settle()
    assert len(cards(house, group, "/bind")) == 1
    await zhao.promotes_bot(group, "can_manage_chat")
    await house.settle()
    assert len(cards(house, group, "/bind")) == 1
    await zhao.says(group, "/bind purpose: 个案 audience: 质量")
    await house.settle()
    await house.zhangwei.says("投诉 螺栓锈蚀")
    await house.settle()
    assert len(cards(house, group, "C-2026-0001")) == 1


async def test_a_place_that_throws_the_bot_out_is_left_alone_and_staff_hear_it_once(
    house: TestHouse,
) -> None:
    group, zhao = group_of(house, PLACE), phone_of(house, "zhao")
    await house.settle()
    await zhao.removes_bot(group)
    await house.zhangwei.says("投诉 螺栓锈蚀")
    await house.settle()
    await house.advance(hours=25)
    assert house.zhao.count("我被移出了“质量与个案”") == 1
    assert not [c for c in telegram_of(house).sent("sendMessage") if c["chat_id"] == group.id]
    standing = await house.read(lambda db: footings.of(db, "telegram", "700", str(group.id)))
    assert standing is not None
    assert not standing.inside
    await zhao.adds_bot(group)
    await house.settle()
    assert house.zhao.count("我又回到“质量与个案”了") == 1
    await house.hefang.says("投诉 少发了一箱")
    await house.settle()
    assert len(cards(house, group, "C-2026-0002")) == 1


# --- reading along --------------------------------------------------------------------------------


async def test_a_group_that_cannot_be_read_is_told_to_staff_once(house: TestHouse) -> None:
    telegram_of(house).reads_all = False
    await house.settle()
    await house.advance(hours=40)
    assert house.zhao.count("我看不到“质量与个案”里的讨论") == 1
    assert house.zhao.sees("/setprivacy", "群管理员")
    await phone_of(house, "zhao").promotes_bot(group_of(house, PLACE), "can_manage_chat")
    await house.settle()
    assert house.zhao.count("我能看到“质量与个案”里的讨论了") == 1


async def test_a_group_that_can_be_read_is_not_spoken_of(house: TestHouse) -> None:
    await house.settle()
    assert house.zhao.count("讨论") == 0
    lost = await house.read(backlog.lost)
    assert lost == []
