"""Whoever was told of a customer meeting is told that it is moved, or cancelled (3.1.1b)."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import select
from sqlmodel import col

from storage import meetings
from storage.database import Query
from storage.letters import DROPPED, REPLACED, SENT, Letter
from storage.meetings import COMING, INVITED, NOT_COMING, TO_INVITE, Participant
from tests.house import TestHouse

HUAQIANG, NINGBO = 2, 1
TO_CUSTOMERS = Query(
    Letter,
    select(Letter)
    .where(col(Letter.subject_kind) == "meeting", col(Letter.contact_id).is_not(None))
    .order_by(col(Letter.id)),
)
INVITATION, MOVED, OFF = "诚邀您参加", "的客户会议改到", "的客户会议取消了"


async def invited(house: TestHouse, who: str = "华强、宁波精工") -> None:
    """Planned for 28 October, and everybody who can be is written to."""
    await house.wang.says(f"/meeting 10月28日 14:00 {who} 地点：二楼会议室")
    await house.settle()
    await house.wang.says("/meeting_send M-2026-0001")
    await house.settle()


async def moved(house: TestHouse, to: str = "10月30日 9:30") -> None:
    await house.wang.says(f"/meeting_move M-2026-0001 {to}")
    await house.settle()


async def cancelled(house: TestHouse) -> None:
    await house.wang.says("/meeting_cancel M-2026-0001 reason: 工厂检修")
    await house.settle()


async def guest(house: TestHouse, customer_id: int) -> Participant:
    found = await house.read(lambda db: meetings.participants(db, 1))
    return next(one for one in found if one.customer_id == customer_id)


async def states(house: TestHouse) -> dict[int, str]:
    found = await house.read(lambda db: meetings.participants(db, 1))
    return {one.customer_id: one.state for one in found if one.customer_id}


async def letters_(house: TestHouse) -> list[Letter]:
    return await house.read(TO_CUSTOMERS.all)


# --- moved ----------------------------------------------------------------------------------------


async def test_the_new_time_is_told_with_one_tap_from_when_to_when(house: TestHouse) -> None:
    await invited(house)
    await moved(house)
    assert house.wang.sees("📅 M-2026-0001", "待通知变更（2）：华强、宁波精工"), house.wang.reads()
    assert house.wang.sees("📨 M-2026-0001", "待通知变更（原定10月28日14:00，已邀请）"), (
        house.wang.reads()
    )
    await house.wang.presses("发送邀请", on="📨 M-2026-0001")
    await house.settle()
    told = "张伟，原定10月28日14:00的客户会议改到10月30日09:30"
    assert house.zhangwei.sees(told, "二楼会议室"), house.zhangwei.reads()
    assert house.hefang.sees("何芳，原定10月28日14:00的客户会议改到10月30日09:30")
    assert await states(house) == {HUAQIANG: INVITED, NINGBO: INVITED}
    await house.wang.says("/meeting_send M-2026-0001")
    await house.settle()
    assert house.zhangwei.count(MOVED) == 1, "once for each change"


async def test_the_card_itself_offers_it_and_a_second_move_is_a_second_letter(
    house: TestHouse,
) -> None:
    await invited(house, "华强")
    await moved(house)
    await house.wang.presses("发送邀请", on="📅 M-2026-0001")
    await house.settle()
    await moved(house, "11月2日 10:00")
    await house.wang.presses("发送邀请", on="📅 M-2026-0001")
    await house.settle()
    assert house.zhangwei.sees("原定10月30日09:30的客户会议改到11月2日10:00"), (
        house.zhangwei.reads()
    )
    assert house.zhangwei.count(MOVED) == 2
    assert [one.state for one in await letters_(house)] == [SENT] * 3


async def test_what_was_said_stands_where_it_is_moved_back(house: TestHouse) -> None:
    await invited(house)
    await house.wang.says("/meeting_coming M-2026-0001 华强")
    await house.wang.says("/meeting_absent M-2026-0001 宁波精工")
    await moved(house)
    assert await states(house) == {HUAQIANG: TO_INVITE, NINGBO: TO_INVITE}
    assert house.wang.sees("📨 M-2026-0001", "原定10月28日14:00，参加", "不参加"), (
        house.wang.reads()
    )
    await moved(house, "10月28日 14:00")
    assert await states(house) == {HUAQIANG: COMING, NINGBO: NOT_COMING}
    assert not house.wang.sees("待通知变更"), house.wang.reads()
    assert not house.zhangwei.sees(MOVED), "there was nothing to tell"


async def test_another_place_is_told_and_who_comes_still_comes(house: TestHouse) -> None:
    await invited(house, "华强")
    await house.wang.says("/meeting_coming M-2026-0001 华强")
    await moved(house, "10月28日 14:00 地点：三楼会议室")
    assert house.wang.sees("待通知变更（1）：华强"), house.wang.reads()
    await house.wang.presses("发送邀请", on="📅 M-2026-0001")
    await house.settle()
    assert house.zhangwei.sees("10月28日14:00的客户会议换了地点", "三楼会议室"), (
        house.zhangwei.reads()
    )
    assert (await guest(house, HUAQIANG)).state == COMING


async def test_who_was_called_is_to_be_called_again(house: TestHouse) -> None:
    await house.wang.says("/meeting 10月28日 14:00 永固")
    await house.wang.says("/meeting_invited M-2026-0001 永固")
    await moved(house)
    await house.wang.presses("永固：已电话通知", on="📨 M-2026-0001")
    await house.settle()
    assert set((await states(house)).values()) == {INVITED}
    assert not house.wang.sees("待通知变更"), house.wang.reads()
    await cancelled(house)
    assert house.wang.sees("⏹ M-2026-0001", "请通知已邀请的客户：永固"), house.wang.reads()


# --- cancelled ------------------------------------------------------------------------------------


async def test_who_had_accepted_is_told_though_it_was_moved_before(house: TestHouse) -> None:
    await invited(house)
    await house.wang.says("/meeting_coming M-2026-0001 华强")
    await house.wang.says("/meeting_absent M-2026-0001 宁波精工")
    await moved(house)
    await cancelled(house)
    told = "张伟，10月28日14:00的客户会议取消了"
    assert house.zhangwei.sees(told, "请联系王经理"), house.zhangwei.reads()
    assert not house.zhangwei.sees("工厂检修"), "why is ours"
    assert house.hefang.sees("何芳，10月28日14:00的客户会议取消了"), house.hefang.reads()
    assert house.wang.sees("⏹ M-2026-0001", "已通知取消的客户：华强、宁波精工"), house.wang.reads()
    assert not house.wang.sees("请通知已邀请的客户"), house.wang.reads()
    assert house.wang.sees("确认参加（1）：华强"), "it is not forgotten who had accepted"


async def test_who_was_called_stands_on_the_card_until_they_are_called(house: TestHouse) -> None:
    await invited(house, "华强")
    await house.wang.says("/meeting_invited M-2026-0001 永固")
    await house.wang.says("/meeting_coming M-2026-0001 宁波精工")
    await cancelled(house)
    assert house.zhangwei.count(OFF) == 1, house.zhangwei.reads()
    assert not house.hefang.sees(OFF), "a colleague had spoken to them: one does now"
    assert house.wang.sees("请通知已邀请的客户：永固、宁波精工（何芳 销售总监）"), (
        house.wang.reads()
    )
    await house.wang.presses("宁波精工：已电话通知", on="⏹ M-2026-0001")
    await house.settle()
    assert house.wang.sees("已通知取消的客户：华强、宁波精工", "请通知已邀请的客户：永固"), (
        house.wang.reads()
    )
    await house.wang.says("/meeting_told M-2026-0001 宁波精工")
    await house.settle()
    assert house.wang.sees("没有可以登记的客户"), house.wang.reads()


async def test_who_never_heard_of_it_hears_nothing(house: TestHouse) -> None:
    await house.wang.says("/meeting 10月28日 14:00 华强、宁波精工")
    await house.settle()
    await moved(house)
    assert house.wang.sees("待邀请（2）：华强、宁波精工"), house.wang.reads()
    await house.wang.says("/meeting_send M-2026-0001")
    await house.wang.says("/meeting_cancel M-2026-0001 reason: 工厂检修")
    await house.settle()
    for one in (house.zhangwei, house.hefang):
        assert not one.sees(INVITATION), "it was cancelled before the letter went"
        assert not one.sees(OFF), one.reads()
    assert [one.state for one in await letters_(house)] == [REPLACED, REPLACED]
    assert not house.wang.sees("请通知已邀请的客户"), house.wang.reads()


async def test_nobody_is_told_when_it_is_too_late(house: TestHouse) -> None:
    await invited(house, "华强")
    await house.advance(days=15)
    await cancelled(house)
    assert not house.zhangwei.sees(OFF), house.zhangwei.reads()
    assert not house.wang.sees("请通知已邀请的客户"), house.wang.reads()


async def test_a_letter_that_could_not_go_in_time_is_dropped(house: TestHouse) -> None:
    await invited(house, "华强")
    await house.wang.says("/meeting_cancel M-2026-0001 reason: 工厂检修")
    house.clock.at += timedelta(days=15)
    await house.settle()
    assert not house.zhangwei.sees(OFF), house.zhangwei.reads()
    assert [one.state for one in await letters_(house)] == [SENT, DROPPED]


async def test_in_english(english: TestHouse) -> None:
    await english.wang.says("/meeting 28 Oct 14:00 华强 place: room 2")
    await english.wang.says("/meeting_send M-2026-0001")
    await english.wang.says("/meeting_move M-2026-0001 30 Oct 9:30")
    await english.settle()
    assert english.wang.sees("To be told of the change (1): 华强"), english.wang.reads()
    await english.wang.presses("Send invitations", on="📅 M-2026-0001")
    await english.settle()
    assert english.zhangwei.sees("our customer meeting of 28 Oct 14:00 is moved to 30 Oct 09:30"), (
        english.zhangwei.reads()
    )
    await english.wang.says("/meeting_cancel M-2026-0001 reason: maintenance")
    await english.settle()
    assert english.zhangwei.sees("our customer meeting of 30 Oct 09:30 is cancelled"), (
        english.zhangwei.reads()
    )
    assert english.wang.sees("⏹ M-2026-0001", "Told that it is cancelled: 华强"), (
        english.wang.reads()
    )
