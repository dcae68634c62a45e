"""Slack's own ways in: the Home tab, a message's menu, an emoji; and channels that are shared."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager
from datetime import timedelta
from pathlib import Path
from typing import cast

import pytest

from bot.slack.manifest import RECORD
from storage import cases, errands, fronts, people, places
from storage.cases import Case
from tests.fakes.slack import BOT_USER, FakeSlack, Message
from tests.house import TestHouse, prepared
from tests.players.slack import SlackPlayer
from tests.stages import SlackWire, slack, slack_socket

TRAY = "inbox_tray"
MENU = f"{RECORD}complaint"
SALES, QUALITY = "销售部", "质量与个案"


@pytest.fixture(params=[slack, slack_socket], ids=["http", "socket"])
async def house(request: pytest.FixtureRequest, database_url: str) -> AsyncIterator[TestHouse]:
    """The house on Slack, over both transports."""
    prepared(database_url, "slack", "zh")
    stage: AbstractAsyncContextManager[TestHouse] = request.param(database_url, "zh", ())
    async with stage as made:
        yield made
        folder = request.config.getoption("--dump-calls")
        if folder:
            made.wire.dump(Path(folder) / f"{abs(hash(request.node.nodeid)):x}.json")
    assert made.refused() == []


def fake(house: TestHouse) -> FakeSlack:
    """The workspace."""
    assert isinstance(house.wire, SlackWire)
    return house.wire.fake


def player(house: TestHouse, name: str) -> SlackPlayer:
    """Somebody of the cast, with what only Slack lets them do."""
    return cast("SlackPlayer", getattr(house, name))


def expected(house: TestHouse, error: str) -> None:
    """Slack refused something, as it had to."""
    slack = fake(house)
    assert {refusal.error for refusal in slack.refused} <= {error}
    slack.refused.clear()
    slack.complaints.clear()


async def every_case(house: TestHouse) -> list[Case]:
    """All open cases."""
    return await house.read(cases.open_ones)


def published(house: TestHouse) -> int:
    """How often a Home tab was published."""
    return len(fake(house).sent("views.publish"))


# --- Home -----------------------------------------------------------------------------------------


async def test_home_shows_my_day(house: TestHouse) -> None:
    li = player(house, "lina")
    await li.says("/complaint 永固 锈蚀")
    await li.opens_home()
    await house.settle()
    assert "C-2026-0001" in li.home()
    assert "本月重点客户" in li.home()
    assert "写答复" in li.home()
    assert "记录客户拜访" in li.home()


async def test_what_home_and_today_show_is_the_same(house: TestHouse) -> None:
    li = player(house, "lina")
    await li.says("/complaint 永固 锈蚀")
    await li.opens_home()
    await li.says("今日")
    await house.settle()
    owed = [line for line in li.home().splitlines() if line.startswith("☐")]
    assert len(owed) == 2
    assert li.sees(*owed)


async def test_a_button_at_home_acts_in_the_direct_chat(house: TestHouse) -> None:
    li = player(house, "lina")
    await player(house, "zhangwei").says("投诉 第3批锈蚀")
    await li.opens_home()
    await house.settle()
    await li.presses_at_home("我来处理")
    await house.settle()
    (case,) = await every_case(house)
    assert case.taken_at is not None
    assert "我来处理" not in li.home()
    await li.presses_at_home("写答复")
    await li.answers(text="已换货")
    await house.settle()
    assert player(house, "zhangwei").sees("已换货")


async def test_a_button_at_home_opens_a_form(house: TestHouse) -> None:
    li = player(house, "lina")
    await li.opens_home()
    await house.settle()
    await li.presses_at_home("记录客户拜访")
    await li.answers(customer="永固", notes="谈了Q3")
    await house.settle()
    assert li.sees("已记录：拜访永固", "谈了Q3")


async def test_a_button_of_somebody_elses_home_is_refused(house: TestHouse) -> None:
    li, wu = player(house, "lina"), player(house, "wulei")
    for one in (li, wu):
        await one.opens_home()
    await li.says("/complaint 永固 锈蚀")
    await house.advance(minutes=2)
    home = fake(house).workspace.homes
    taken = next(b for b in fake(house).buttons(home[li.user]) if b.text == "我来处理")
    home[wu.user].blocks.append({"type": "actions", "block_id": "x", "elements": [taken.element]})
    await wu.presses_at_home("我来处理")
    await house.settle()
    assert wu.sees("这个按钮不属于这里")
    (case,) = await every_case(house)
    assert case.taken_at is None


async def test_home_follows_changes_at_most_once_a_minute(house: TestHouse) -> None:
    li = player(house, "lina")
    await li.opens_home()
    await house.settle()
    assert published(house) == 1
    for number in range(5):
        await li.says(f"/complaint 永固 第{number}批锈蚀")
        await house.core.fronts.tick()
    assert published(house) == 1
    house.clock.at += timedelta(minutes=1)
    await house.settle()
    assert published(house) == 2
    assert "C-2026-0005" in li.home()
    await house.settle()
    assert published(house) == 2


async def test_home_is_published_for_nobody_who_did_not_open_it(house: TestHouse) -> None:
    li = player(house, "lina")
    await li.says("/complaint 永固 锈蚀")
    await house.settle()
    assert published(house) == 0


async def test_opening_home_reaches_nobody_before_the_commit(house: TestHouse) -> None:
    li = player(house, "lina")
    await li.opens_home()
    assert published(house) == 0
    fake(house).fail_next("views.publish", "503")
    await house.settle()
    house.clock.at += timedelta(minutes=1)
    await house.settle()
    assert published(house) == 2
    assert "今天没有待办事项" in li.home()
    account = await house.read(lambda db: people.account(db, "slack", "T0HEAD", li.user))
    assert account is not None
    row = await house.read(lambda db: fronts.of(db, account.id or 0))
    assert row is not None
    assert row.look


async def test_a_stranger_sees_how_to_join(house: TestHouse) -> None:
    stranger = player(house, "stranger")
    await stranger.opens_home()
    await house.settle()
    assert "我有邀请码" in stranger.home()


async def test_a_customer_sees_their_own_cases(house: TestHouse) -> None:
    zhang = player(house, "zhangwei")
    await zhang.says("投诉 第3批锈蚀")
    await zhang.opens_home()
    await house.settle()
    assert "C-2026-0001" in zhang.home()
    assert "本月" not in zhang.home()


# --- a message's menu -----------------------------------------------------------------------------


async def writes(house: TestHouse, name: str, text: str, where: str = SALES) -> Message:
    """Somebody says something in a channel that is not meant for the bot."""
    who = player(house, name)
    await who.says(text, where=where)
    place = who._place(where)  # noqa: SLF001 -- the channel's number is nobody's business but the test's
    return fake(house).last(place)


async def test_a_message_is_recorded_from_its_menu(house: TestHouse) -> None:
    await writes(house, "zhangwei", "第3批螺栓锈蚀")
    sent = house.clock.at
    house.clock.at += timedelta(hours=3)
    li = player(house, "lina")
    await li.uses_shortcut(MENU, on="第3批螺栓锈蚀", where=SALES)
    await li.answers(customer="华强")
    await house.settle()
    (case,) = await every_case(house)
    assert case.text == "第3批螺栓锈蚀"
    assert abs(case.received_at - sent) < timedelta(seconds=1)
    (report,) = await house.read(lambda db: cases.reports(db, case.id or 0))
    assert report.author == "张伟"
    assert report.passed_by is not None


async def test_a_programs_message_is_recorded_with_its_handle(house: TestHouse) -> None:
    li = player(house, "lina")
    channel = li._place(SALES)  # noqa: SLF001 -- as above
    fake(house).posts_as_program(channel, "Mailgate", "华强：第3批锈蚀")
    await li.uses_shortcut(MENU, on="第3批锈蚀", where=SALES)
    await li.answers(customer="华强")
    await house.settle()
    (case,) = await every_case(house)
    (report,) = await house.read(lambda db: cases.reports(db, case.id or 0))
    assert report.author == "Mailgate"


async def test_a_message_without_words_brings_its_files(house: TestHouse) -> None:
    wu, li = player(house, "wulei"), player(house, "lina")
    await wu.sends_photo(where=SALES)
    await li.uses_shortcut(MENU, on="", where=SALES)
    await li.answers(text="锈蚀", customer="华强")
    await house.settle()
    (case,) = await every_case(house)
    from storage import files

    kept = await house.read(lambda db: files.of(db, "case", case.id or 0))
    assert [file.name for file in kept] == ["photo.png"]


async def test_recording_twice_makes_one_case(house: TestHouse) -> None:
    await writes(house, "zhangwei", "第3批螺栓锈蚀")
    li, wu = player(house, "lina"), player(house, "wulei")
    await li.uses_shortcut(MENU, on="第3批螺栓锈蚀", where=SALES)
    await wu.uses_shortcut(MENU, on="第3批螺栓锈蚀", where=SALES)
    assert wu.sees("李娜正在记录这条消息", where=SALES)
    await li.answers(customer="华强")
    await house.settle()
    await wu.uses_shortcut(MENU, on="第3批螺栓锈蚀", where=SALES)
    assert wu.sees("已经记录过", "C-2026-0001", where=SALES)
    assert len(await every_case(house)) == 1


async def test_only_colleagues_record_what_others_wrote(house: TestHouse) -> None:
    await writes(house, "lina", "锈蚀")
    zhang = player(house, "zhangwei")
    await zhang.uses_shortcut(MENU, on="锈蚀", where=SALES)
    assert zhang.sees("只有本公司同事", where=SALES)
    await zhang.reacts(TRAY, on="锈蚀", where=SALES)
    await house.settle()
    assert await every_case(house) == []


# --- an emoji under a message ---------------------------------------------------------------------


async def test_an_emoji_records_a_message(house: TestHouse) -> None:
    await writes(house, "zhangwei", "第3批螺栓锈蚀")
    sent = house.clock.at
    house.clock.at += timedelta(hours=2)
    await player(house, "lina").reacts(TRAY, on="第3批螺栓锈蚀", where=SALES)
    assert await every_case(house) == []
    await house.settle()
    (case,) = await every_case(house)
    assert case.text == "第3批螺栓锈蚀"
    assert abs(case.received_at - sent) < timedelta(seconds=1)
    (report,) = await house.read(lambda db: cases.reports(db, case.id or 0))
    assert report.author == "张伟"
    assert player(house, "lina").sees("C-2026-0001", where=SALES)


async def test_several_emoji_make_one_case(house: TestHouse) -> None:
    await writes(house, "zhangwei", "第3批螺栓锈蚀")
    li, wu = player(house, "lina"), player(house, "wulei")
    for one in (li, wu):
        await one.reacts(TRAY, on="第3批螺栓锈蚀", where=SALES)
    await house.settle()
    assert len(await every_case(house)) == 1
    assert wu.sees("已经记录过", "C-2026-0001")
    assert not li.sees("已经记录过")


async def test_an_answer_in_a_thread_can_be_recorded(house: TestHouse) -> None:
    first = await writes(house, "wulei", "大家好")
    zhang = player(house, "zhangwei")
    channel = zhang._place(SALES)  # noqa: SLF001 -- as above
    await fake(house).user(zhang.user).types(channel, "第3批锈蚀", first.ts)
    await player(house, "lina").reacts(TRAY, on="第3批锈蚀", where=SALES)
    await house.settle()
    (case,) = await every_case(house)
    assert case.text == "第3批锈蚀"


async def test_under_a_case_an_emoji_files_what_was_said(house: TestHouse) -> None:
    li = player(house, "lina")
    await li.says("/complaint 永固 锈蚀")
    await house.settle()
    channel = li._place(QUALITY)  # noqa: SLF001 -- as above
    card = fake(house).last(channel)
    fake(house).posts_as_program(channel, "Mailgate", "客户要照片").thread_ts = card.ts
    await player(house, "wulei").reacts(TRAY, on="客户要照片", where=QUALITY)
    await house.settle()
    assert len(await every_case(house)) == 1
    assert player(house, "wulei").sees("C-2026-0001", "客户要照片", "Mailgate", where=QUALITY)


async def test_a_card_of_ours_is_recorded_already(house: TestHouse) -> None:
    li = player(house, "lina")
    await li.says("/complaint 永固 锈蚀")
    await house.settle()
    wu = player(house, "wulei")
    await wu.reacts(TRAY, on="C-2026-0001", where=QUALITY)
    await house.settle()
    assert wu.sees("已经记录过", "C-2026-0001")
    assert fake(house).sent("conversations.history") == []


async def test_other_emoji_mean_nothing(house: TestHouse) -> None:
    await writes(house, "zhangwei", "锈蚀")
    await player(house, "lina").reacts("eyes", on="锈蚀", where=SALES)
    await house.settle()
    assert await every_case(house) == []


async def test_a_message_that_cannot_be_read_is_said_so(house: TestHouse) -> None:
    message = await writes(house, "zhangwei", "锈蚀")
    li = player(house, "lina")
    await li.reacts(TRAY, on="锈蚀", where=SALES)
    message.deleted = True
    await house.settle()
    assert li.sees("读不到您标记的那条消息")
    expected(house, "thread_not_found")


async def test_a_marked_message_is_asked_for_until_slack_answers(house: TestHouse) -> None:
    await writes(house, "zhangwei", "锈蚀")
    fake(house).fail_next("conversations.history", "429", retry_after=30)
    fake(house).fail_next("conversations.history", "503", 2)
    await player(house, "lina").reacts(TRAY, on="锈蚀", where=SALES)
    await house.advance(minutes=5)
    assert len(await every_case(house)) == 1
    assert await house.read(errands.every) == []


# --- shared with other companies ------------------------------------------------------------------


async def test_cards_in_a_channel_that_is_shared_are_cut_to_the_public(house: TestHouse) -> None:
    li = player(house, "lina")
    await li.says("/complaint 永固 锈蚀")
    await house.settle()
    wu = player(house, "wulei")
    assert wu.sees("李娜负责", where=QUALITY)
    channel = wu._place(QUALITY)  # noqa: SLF001 -- as above
    await fake(house).shares(channel, external=True)
    await house.settle()
    assert wu.sees("C-2026-0001", "锈蚀", where=QUALITY)
    assert not wu.sees("李娜负责", where=QUALITY)
    assert "我来处理" not in wu.buttons(on="C-2026-0001", where=QUALITY)
    await fake(house).shares(channel, external=False)
    await house.settle()
    assert wu.sees("李娜负责", where=QUALITY)


async def test_binding_a_shared_channel_asks_first(house: TestHouse) -> None:
    admin = player(house, await administrator(house))
    shared = fake(house).add_channel("C77", "两家公司", admin.user, BOT_USER)
    shared.is_pending_ext_shared = True
    await admin.says("/bind", where="两家公司")
    await admin.answers(purpose="个案", audience="质量")
    assert admin.sees("其他公司也能看到", where="两家公司")
    assert await house.read(lambda db: places.at(db, "slack", "T0HEAD", "C77")) is None
    await admin.answers(shared="是")
    await house.settle()
    place = await house.read(lambda db: places.at(db, "slack", "T0HEAD", "C77"))
    assert place is not None
    assert place.shared


async def test_a_binding_is_checked_after_the_commit(house: TestHouse) -> None:
    admin = player(house, await administrator(house))
    await admin.says("/bind", where=SALES)
    fake(house).workspace.channel(admin._place(SALES)).is_pending_ext_shared = True  # noqa: SLF001
    await admin.answers(purpose="个案", audience="质量")
    await house.settle()
    channel = admin._place(SALES)  # noqa: SLF001 -- as above
    place = await house.read(lambda db: places.at(db, "slack", "T0HEAD", channel))
    assert place is not None
    assert place.shared
    await house.advance(minutes=2)
    assert admin.sees("其他公司现在也能看到")


async def administrator(house: TestHouse) -> str:
    """Who administers in the sample company."""
    admins = await house.read(people.administrators)
    return next(user for user, one in house.players.items() if one.name == admins[0].name)


async def test_a_look_alike_of_another_workspace_is_nobody_here(house: TestHouse) -> None:
    li = player(house, "lina")
    channel = fake(house).add_channel("C78", "共享", li.user, BOT_USER, is_ext_shared=True)
    workspace = fake(house).workspace
    ours, workspace.users[li.user].team = workspace.users[li.user].team, "T0OTHER"
    await fake(house).user(li.user).mentions_bot(channel.id, "今日")
    message = await fake(house).user(li.user).types(channel.id, "第3批锈蚀")
    assert message.acknowledged
    await fake(house).user(li.user).reacts(fake(house).last(channel.id), TRAY)
    workspace.users[li.user].team = ours
    await house.settle()
    assert await every_case(house) == []
    assert await house.read(
        lambda db: people.account(db, "slack", "T0HEAD", f"{li.user}@T0OTHER") is not None
    )


# --- who writes -----------------------------------------------------------------------------------


async def test_a_new_account_has_a_name_and_a_language(house: TestHouse) -> None:
    newcomer = fake(house).add_user("U90", "kim", real_name="Kim Park", locale="en-US")
    await newcomer.types(newcomer.dm, "hello there")
    assert fake(house).sent("users.info") == []
    await house.settle()
    account = await house.read(lambda db: people.account(db, "slack", "T0HEAD", "U90"))
    assert account is not None
    assert (account.name, account.language) == ("Kim Park", "en")


async def test_an_app_that_is_taken_out_is_told_once(house: TestHouse) -> None:
    answers = await fake(house).uninstalls()
    assert all(answer.acknowledged for answer in answers)
    from storage import backlog

    assert sum(one.letters for one in await house.read(backlog.states)) == 1
    expected(house, "account_inactive")
