"""One case, one topic, in a group that has topics: opened, talked in, closed; never two."""

from __future__ import annotations

import pytest

from storage import cases, subjects, topics
from storage.database import Gone, Transaction
from tests.fakes.telegram import Chat, Message
from tests.house import TestHouse
from tests.stages import group_of, phone_of, telegram_of

PLACE = "质量与个案"
RUST = "第3批螺栓锈蚀"


@pytest.fixture
def platform() -> str:
    """Only Telegram has topics."""
    return "telegram"


@pytest.fixture
def forum(house: TestHouse) -> Chat:
    """The place for cases, as a forum in which the bot may manage topics."""
    chat = group_of(house, PLACE)
    chat.is_forum, chat.bot, chat.bot_rights = True, "administrator", {"can_manage_topics"}
    return chat


def cards(house: TestHouse, chat: Chat, words: str = "C-2026-0001") -> list[Message]:
    """The bot's messages in a chat that contain these words."""
    found = telegram_of(house).messages(chat)
    return [m for m in found if m.by_bot and not m.service and words in m.text]


async def complained(house: TestHouse) -> None:
    await house.zhangwei.says(f"投诉 {RUST}")
    await house.settle()


async def test_a_case_gets_a_topic_with_its_card(house: TestHouse, forum: Chat) -> None:
    await complained(house)
    assert list(forum.topics.values()) == ["C-2026-0001 华强"]
    assert [card.thread for card in cards(house, forum)] == list(forum.topics)


async def test_talk_and_verbs_in_the_topic_belong_to_the_case(
    house: TestHouse, forum: Chat
) -> None:
    await complained(house)
    (thread,) = forum.topics
    wulei = phone_of(house, "wulei")
    await wulei.says(forum, "包装破损", thread=thread)
    await house.settle()
    assert house.lina.sees("C-2026-0001", "吴磊", "包装破损")
    await wulei.says(forum, "答复 已在现场挑选", thread=thread)
    await house.settle()
    assert house.zhangwei.sees("已在现场挑选")


async def test_two_cases_have_two_topics(house: TestHouse, forum: Chat) -> None:
    await complained(house)
    await house.hefang.says("投诉 少发了一箱")
    await house.settle()
    assert list(forum.topics.values()) == ["C-2026-0001 华强", "C-2026-0002 宁波精工"]


async def test_a_case_reported_in_the_group_itself_gets_its_topic(
    house: TestHouse, forum: Chat
) -> None:
    await house.settle()
    await phone_of(house, "wulei").says(forum, f"/complaint 永固 {RUST}")
    await house.settle()
    assert list(forum.topics.values()) == ["C-2026-0001 永固"]
    (thread,) = forum.topics
    assert [card.thread for card in cards(house, forum)].count(thread) == 1


async def test_a_solved_case_closes_its_topic_and_an_open_one_reopens_it(
    house: TestHouse, forum: Chat
) -> None:
    await complained(house)
    (thread,) = forum.topics
    await house.lina.says("答复 已换货", reply_to="C-2026-0001")
    await house.settle()
    assert not forum.closed
    await house.lina.presses("登记方案")
    await house.settle()
    await house.lina.answers(department="质量", measures="加检防锈", by_day="2026-10-20")
    await house.settle()
    assert forum.closed == {thread}
    assert house.chenjing.sees("✅ C-2026-0001", where=PLACE)

    def reopen(db: Transaction) -> None:
        case = cases.get(db, 1)
        assert case is not None
        case.state = cases.OPEN
        cases.save(db, case)
        subjects.change(db, "case", 1, house.clock.now(), None)

    await house.write(reopen)
    await house.settle()
    assert forum.closed == set()
    assert [call["message_thread_id"] for call in telegram_of(house).sent("closeForumTopic")] == [
        thread
    ]
    assert house.refused() == []


async def test_without_the_right_all_stand_in_the_general_topic_and_staff_hear_it_once(
    house: TestHouse, forum: Chat
) -> None:
    forum.bot_rights = {"can_delete_messages"}
    await complained(house)
    await house.hefang.says("投诉 少发了一箱")
    await house.settle()
    await house.advance(hours=30)
    assert forum.topics == {}
    assert [card.thread for card in cards(house, forum)] == [None]
    assert house.zhao.count("我无权在“质量与个案”里新建话题") == 1
    await phone_of(house, "zhao").promotes_bot(forum, "can_manage_topics")
    await house.settle()
    assert house.zhao.count("我可以在“质量与个案”里新建话题了") == 1
    await house.hefang.says("投诉 又少发了一箱")
    await house.settle()
    assert list(forum.topics.values()) == ["C-2026-0003 宁波精工"]


async def test_a_right_lost_unseen_is_noticed_when_a_topic_is_refused(
    house: TestHouse, forum: Chat
) -> None:
    await house.settle()
    forum.bot_rights = {"can_delete_messages"}
    await complained(house)
    assert [card.thread for card in cards(house, forum)] == [None]
    assert house.zhao.count("我无权在“质量与个案”里新建话题") == 1


@pytest.mark.parametrize("fault", ["reset_after", "502"])
async def test_a_topic_that_may_be_there_is_not_opened_twice(
    house: TestHouse, forum: Chat, fault: str
) -> None:
    await house.settle()
    telegram_of(house).fail_next("createForumTopic", fault)
    await complained(house)
    await house.advance(hours=1)
    assert len(telegram_of(house).sent("createForumTopic")) == 1
    assert [card.thread for card in cards(house, forum)] == [None]
    assert house.zhao.count("话题“C-2026-0001 华强”可能多开了一个") == 1


async def test_a_crash_between_opening_and_remembering_leaves_one_topic_and_an_orphan(
    house: TestHouse, forum: Chat, monkeypatch: pytest.MonkeyPatch
) -> None:
    await house.settle()

    def dies(_db: Transaction, _id: int, _thread: str) -> None:
        raise Gone("killed")

    with monkeypatch.context() as crash:
        crash.setattr(topics, "opened", dies)
        with pytest.raises(Gone):
            await complained(house)
    await house.advance(minutes=5)
    assert len(forum.topics) == 1
    assert len(telegram_of(house).sent("createForumTopic")) == 1
    assert [card.thread for card in cards(house, forum)] == [None]
    assert house.zhao.count("话题“C-2026-0001 华强”可能多开了一个") == 1


async def test_told_to_wait_the_topic_is_opened_later(house: TestHouse, forum: Chat) -> None:
    await house.settle()
    telegram_of(house).fail_next("createForumTopic", "429", retry_after=30)
    await complained(house)
    assert list(forum.topics.values()) == ["C-2026-0001 华强"]
    assert [card.thread for card in cards(house, forum)] == list(forum.topics)


async def test_what_was_meant_for_a_deleted_topic_goes_to_the_group(
    house: TestHouse, forum: Chat
) -> None:
    await complained(house)
    (thread,) = forum.topics
    wulei = phone_of(house, "wulei")
    await wulei.says(forum, "/help", thread=thread)
    wulei.deletes_topic(forum, thread)
    await house.settle()
    assert [card.thread for card in cards(house, forum, "您在这里可以做的事")] == [None]
    kept = await house.read(lambda db: topics.of(db, "telegram", "700", str(forum.id), "case", 1))
    assert kept is not None
    assert kept.state == topics.GONE
    await house.advance(hours=1)
    assert len(telegram_of(house).sent("createForumTopic")) == 1
