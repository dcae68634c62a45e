"""Each quarter a full customer meeting: planned, held, minuted, its actions followed (3.1.1b)."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest

from bot.house import Glance
from commands.kit.card import Part, Ref
from storage import actions, dues, meetings
from storage.database import Transaction
from storage.dues import Due
from storage.meetings import Meeting
from tests.house import TestHouse

CLAUSE = "3.1.1b"
WANG, LINA, CHENJING = 2, 3, 5
SALES = "销售部"


async def planned(house: TestHouse, more: str = "华强、宁波精工 地点：二楼会议室") -> None:
    await house.wang.says(f"/meeting 10月28日 14:00 {more}")
    await house.settle()


async def meeting(house: TestHouse, id_: int = 1) -> Meeting:
    found = await house.read(lambda db: meetings.get(db, id_))
    assert found is not None
    return found


async def guests(house: TestHouse, id_: int = 1) -> dict[int, str]:
    found = await house.read(lambda db: meetings.participants(db, id_))
    return {one.customer_id: one.state for one in found if one.customer_id}


async def quarter(house: TestHouse, number: int = 20264) -> Due:
    found = await house.read(lambda db: dues.of(db, "quarter", number))
    assert found
    return found[-1]


async def action_due(house: TestHouse, id_: int = 1) -> Due:
    found = await house.read(lambda db: dues.of(db, "action", id_))
    return found[-1]


async def held(house: TestHouse) -> None:
    """Planned for 28 October, and over."""
    await planned(house)
    await house.advance(days=14, hours=6)
    await house.wang.presses("会议已开", on="M-2026-0001")
    await house.settle()


def plainly(text: str) -> str:
    """Without what platforms put between a name and its value."""
    return re.sub(r"[\s:：*]", "", text)


# --- planned --------------------------------------------------------------------------------------


async def test_a_meeting_is_planned_in_one_message(house: TestHouse) -> None:
    await planned(house)
    made = await meeting(house)
    assert house.local(made.at) == "14:00"
    assert made.place == "二楼会议室"
    assert await guests(house) == {2: meetings.TO_INVITE, 1: meetings.TO_INVITE}
    assert house.wang.sees("📅 M-2026-0001：10月28日14:00客户会议", "二楼会议室", "王经理"), (
        house.wang.reads()
    )
    assert house.wang.sees("待邀请（2）：华强、宁波精工"), house.wang.reads()
    assert house.lina.sees("📅 M-2026-0001"), "she looks after both customers"
    assert house.wang.sees("📅 M-2026-0001", where=SALES), house.wang.reads(SALES)


async def test_without_a_slash_and_with_the_place_behind_the_names(house: TestHouse) -> None:
    await house.wang.says("会议 10月28日下午2点 华强和宁波精工 地点 二楼会议室")
    await house.settle()
    made = await meeting(house)
    assert (house.local(made.at), made.place) == ("14:00", "二楼会议室")
    assert sorted(await guests(house)) == [1, 2]


@pytest.mark.parametrize(
    ("when", "day", "at"),
    [
        ("下周三下午3点到5点", "2026-10-21", "15:00"),
        ("14:00-15:00 明天", "2026-10-15", "14:00"),
        ("10月28日 3点-5点", "2026-10-28", "15:00"),
        ("next Wednesday from 3 to 5pm", "2026-10-21", "15:00"),
    ],
)
async def test_until_when_it_lasts_is_no_customer(
    house: TestHouse, when: str, day: str, at: str
) -> None:
    await house.wang.says(f"/meeting {when} 华强、宁波精工 地点：二楼会议室")
    await house.settle()
    made = await meeting(house)
    assert (made.at.date().isoformat(), house.local(made.at)) == (day, at)
    assert made.place == "二楼会议室"
    assert sorted(await guests(house)) == [1, 2]


async def test_neither_meeting_nor_action_is_silently_a_year_off(house: TestHouse) -> None:
    await house.wang.says("/meeting 10月1日 14:00 华强")
    await house.settle()
    assert house.wang.sees("10月1日（周四）已经过了"), house.wang.reads()
    assert await house.read(lambda db: meetings.get(db, 1)) is None
    await planned(house)
    await house.wang.says("/meeting_action M-2026-0001 李娜 9月30日 寄新样品")
    await house.settle()
    assert house.wang.sees("9月30日（周三）已经过了"), house.wang.reads()
    assert await house.read(lambda db: actions.get(db, 1)) is None


async def test_a_name_that_is_none_is_asked_about(house: TestHouse) -> None:
    await house.wang.says("/meeting 10月28日 14:00 天马行空公司")
    await house.settle()
    assert house.wang.sees("没有叫“天马行空公司”的客户"), house.wang.reads()
    assert await house.read(lambda db: meetings.get(db, 1)) is None


async def test_all_important_customers_are_invited_with_one_word_or_tap(house: TestHouse) -> None:
    await planned(house, "全部重点客户")
    assert len(await guests(house)) == 9
    await house.wang.says("/meeting 11月5日 10:00")
    await house.settle()
    await house.wang.presses("邀请全部重点客户", on="M-2026-0002")
    await house.settle()
    assert len(await guests(house, 2)) == 9
    assert house.wang.sees("M-2026-0002", "待邀请（9）", "另有1家"), house.wang.reads()


async def test_another_time_and_called_off(house: TestHouse) -> None:
    await planned(house)
    await house.wang.says("/meeting_colleague M-2026-0001 陈静")
    await house.wang.says("/meeting_coming M-2026-0001 华强")
    await house.settle()
    await house.wang.says("/meeting_move M-2026-0001 10月30日 9:30")
    await house.settle()
    assert house.chenjing.sees("📅 M-2026-0001：10月30日09:30"), house.chenjing.reads()
    assert (await guests(house))[2] == meetings.TO_INVITE, "it is another time"
    await house.wang.says("/meeting_invited M-2026-0001 华强")
    await house.settle()
    assert await guests(house) == {2: meetings.INVITED, 1: meetings.TO_INVITE}
    await house.wang.presses("取消会议", on="📅 M-2026-0001")
    await house.settle()
    await house.wang.answers(reason="工厂检修")
    await house.settle()
    assert house.chenjing.sees("⏹ M-2026-0001", "工厂检修", "请通知已邀请的客户：华强"), (
        house.chenjing.reads()
    )
    await house.wang.says("/meeting_held M-2026-0001")
    await house.settle()
    assert house.wang.sees("M-2026-0001已取消。"), house.wang.reads()


# --- invited --------------------------------------------------------------------------------------


async def test_invitations_are_marked_with_one_tap(house: TestHouse) -> None:
    await planned(house)
    await house.wang.presses("邀请情况", on="📅 M-2026-0001")
    await house.settle()
    assert house.wang.sees("📨 M-2026-0001", "☐ 华强（张伟 质量经理）：待邀请"), house.wang.reads()
    await house.wang.presses("华强：已电话邀请", on="📨 M-2026-0001")
    await house.settle()
    assert house.wang.sees("☑ 华强（张伟 质量经理）：已邀请，王经理登记"), house.wang.reads()
    await house.wang.presses("华强：参加", on="📨 M-2026-0001")
    await house.settle()
    assert (await guests(house))[2] == meetings.COMING
    assert house.wang.sees("📅 M-2026-0001", "确认参加（1）：华强"), house.wang.reads()
    assert house.wang.count("📨 M-2026-0001") == 1, "it is redrawn, not said again"


async def test_a_letter_invites_once_and_the_answer_reaches_the_organiser(
    house: TestHouse,
) -> None:
    await planned(house)
    await house.wang.says("/meeting_topic M-2026-0001 谈涨价策略")
    await house.settle()
    await house.wang.says("/meeting_send M-2026-0001")
    await house.settle()
    assert house.zhangwei.sees("张伟，诚邀您参加我们的客户会议", "10月28日14:00", "二楼会议室"), (
        house.zhangwei.reads()
    )
    assert house.zhangwei.sees("想听您谈谈：供应计划"), house.zhangwei.reads()
    assert not house.zhangwei.sees("涨价"), "what we add is ours"
    assert set((await guests(house)).values()) == {meetings.INVITED}
    await house.wang.says("/meeting_send M-2026-0001")
    await house.settle()
    assert house.zhangwei.count("诚邀您参加") == 1
    await house.zhangwei.says("我们来两个人", reply_to="诚邀您参加")
    await house.settle()
    assert house.wang.sees("💬 M-2026-0001 华强", "我们来两个人"), house.wang.reads()


async def test_colleagues_are_told_and_reminded_a_day_ahead(house: TestHouse) -> None:
    await planned(house)
    await house.wang.presses("添加同事", on="📅 M-2026-0001")
    await house.settle()
    await house.wang.answers(colleague="陈静")
    await house.settle()
    assert house.chenjing.sees("📅 M-2026-0001", "参会同事：陈静"), house.chenjing.reads()
    await house.advance(days=13, hours=3)
    assert not house.chenjing.sees("🔔 M-2026-0001"), house.chenjing.reads()
    await house.advance(hours=2)
    assert house.chenjing.sees("🔔 M-2026-0001：明天14:00客户会议"), house.chenjing.reads()
    assert house.wang.sees("🔔 M-2026-0001"), house.wang.reads()


async def test_nobody_outside_reads_who_is_invited(house: TestHouse) -> None:
    await planned(house)
    await house.wang.says("/meeting_colleague M-2026-0001 陈静")
    await house.settle()
    core = house.core

    def parts(db: Transaction) -> list[tuple[Part, ...]]:
        look = Glance(db, core.clock.now(), core.house.zone, core.house.policy)
        noun = core.house.nouns["meeting"]
        views = ("", "guests", "agenda", "eve")
        return [card.parts for v in views if (card := noun.drawn(look, Ref("meeting", 1, v)))]

    found = await house.read(parts)
    assert len(found) == 4
    assert all(found)
    assert [part for some in found for part in some if part.to.outside] == []


# --- spoken of ------------------------------------------------------------------------------------


async def test_the_agenda_is_made_of_the_policy_and_of_what_is_open(house: TestHouse) -> None:
    await house.zhangwei.says("投诉 第3批螺栓锈蚀")
    await planned(house)
    await house.chenjing.says("/meeting_topic M-2026-0001 检验标准更新")
    await house.settle()
    await house.wang.presses("会议议程", on="📅 M-2026-0001")
    await house.settle()
    assert house.wang.sees(
        "📋 M-2026-0001",
        "1、我方通报：业务发展情况",
        "2、我方通报：产品需求",
        "3、听取客户：生产状况",
        "4、听取客户：供应计划",
        "5、听取客户：意见和建议",
        "6、检验标准更新",
        "华强的未了事项",
        "个案C-2026-0001：第3批螺栓锈蚀",
    ), house.wang.reads()


async def test_what_was_left_open_is_on_the_next_agenda(house: TestHouse) -> None:
    await held(house)
    await house.wang.says("/meeting_action M-2026-0001 李娜 11月20日 寄新样品")
    await house.wang.says("/meeting 2027年1月20日 10:00 华强")
    await house.settle()
    await house.wang.says("/meeting_agenda M-2026-0002")
    await house.settle()
    assert house.wang.sees("📋 M-2026-0002", "以往会议未完成的行动项", "寄新样品：李娜"), (
        house.wang.reads()
    )


# --- held -----------------------------------------------------------------------------------------


async def test_a_meeting_from_beginning_to_end(house: TestHouse) -> None:
    await planned(house)
    await house.wang.says("/meeting_held M-2026-0001")
    await house.settle()
    told = "M-2026-0001要到10月28日14:00才开始"
    assert house.wang.sees(told), "nobody holds it before its time"
    await house.advance(days=14, hours=6)  # 16 o'clock on the day
    assert (await quarter(house)).state == dues.OPEN
    await house.wang.presses("会议已开", on="📅 M-2026-0001")
    await house.settle()
    assert house.wang.sees("✅ M-2026-0001", "会议纪要待写"), house.wang.reads()
    due = await quarter(house)
    assert (due.state, due.evidence) == (dues.DONE, "meeting1")
    await house.wang.presses("写会议纪要", on="✅ M-2026-0001")
    await house.settle()
    await house.wang.answers(text="华强扩产两条线，四季度供应有保障")
    await house.settle()
    assert house.wang.sees("✅ M-2026-0001", "扩产两条线", "会议纪要，王经理"), house.wang.reads()
    await house.wang.presses("登记行动项", on="✅ M-2026-0001")
    await house.settle()
    await house.wang.answers(owner="陈静", by_day="2026-11-06", text="更新检验标准")
    await house.settle()
    assert house.chenjing.sees("📌 行动项：更新检验标准", "11月6日"), house.chenjing.reads()
    await house.chenjing.presses("已完成", on="更新检验标准")
    await house.settle()
    assert (await action_due(house)).state == dues.DONE
    assert house.wang.sees("✅ M-2026-0001", "☑ 更新检验标准：陈静"), house.wang.reads()
    assert house.wang.sees("☑ 行动项已完成：更新检验标准"), "whoever noted it down is told"


async def test_who_came_is_kept(house: TestHouse) -> None:
    await planned(house)
    await house.wang.says("/meeting_coming M-2026-0001 华强")
    await house.wang.says("/meeting_came M-2026-0001 华强")
    await house.settle()
    assert (await guests(house))[2] == meetings.COMING, "not before it was held"
    await house.advance(days=14, hours=6)
    await house.wang.presses("会议已开", on="📅 M-2026-0001")
    await house.settle()
    await house.wang.says("/meeting_guests M-2026-0001")
    await house.settle()
    await house.wang.presses("应到全到", on="📨 M-2026-0001")
    await house.settle()
    assert await guests(house) == {2: meetings.CAME, 1: meetings.TO_INVITE}


async def test_the_talk_becomes_the_minutes(house: TestHouse) -> None:
    await planned(house)
    await house.wang.says("订了会议室", reply_to="📅 M-2026-0001")
    await house.settle()
    await house.advance(days=14, hours=4, minutes=30)
    await house.lina.says("华强：四季度扩产", where=SALES, reply_to="📅 M-2026-0001")
    await house.settle()
    await house.wang.says("同意延长账期", reply_to="📅 M-2026-0001")
    await house.settle()
    await house.wang.presses("讨论转纪要", on="📅 M-2026-0001")
    await house.settle()
    made = await meeting(house)
    assert made.minutes == "李娜: 华强：四季度扩产\n王经理: 同意延长账期"
    assert made.state == meetings.HELD, "a meeting with minutes was held"
    assert (await quarter(house)).state == dues.DONE
    await house.wang.says("散会", reply_to="✅ M-2026-0001")
    await house.settle()
    await house.wang.presses("讨论转纪要", on="✅ M-2026-0001")
    await house.settle()
    made = await meeting(house)
    assert made.minutes.splitlines()[-1] == "王经理: 散会"
    assert made.minutes.count("扩产") == 1, "nothing twice"
    await house.wang.says("/meeting_collect M-2026-0001")
    await house.settle()
    assert house.wang.sees("没有新的讨论"), house.wang.reads()
    await house.wang.says("/meeting_minutes M-2026-0001 双方同意延长账期")
    await house.settle()
    assert (await meeting(house)).minutes == "双方同意延长账期"


async def test_a_photo_stands_with_the_meeting(house: TestHouse) -> None:
    await held(house)
    await house.wang.sends_photo("白板照片", reply_to="✅ M-2026-0001")
    await house.settle()
    assert house.wang.sees("✅ M-2026-0001", "白板照片"), house.wang.reads()


async def test_the_day_after_the_organiser_is_asked(house: TestHouse) -> None:
    await planned(house)
    await house.advance(days=14, hours=23, minutes=30)  # 29 October, half past nine
    assert house.wang.sees("📝 M-2026-0001：昨天（10月28日）", "的会议开了吗") or house.wang.sees(
        "📝 M-2026-0001：昨天14:00的会议开了吗？"
    ), house.wang.reads()
    await house.wang.presses("会议已开", on="📝 M-2026-0001")
    await house.settle()
    assert house.wang.sees("📝 M-2026-0001：会议纪要待写"), house.wang.reads()
    assert not house.lina.sees("📝"), house.lina.reads()


async def test_a_meeting_that_was_not_held_after_all(house: TestHouse) -> None:
    await held(house)
    await house.wang.presses("其实没开", on="✅ M-2026-0001")
    await house.settle()
    assert (await quarter(house)).state == dues.OPEN
    assert (await meeting(house)).state == meetings.PLANNED


# --- actions --------------------------------------------------------------------------------------


async def test_an_action_is_in_ones_day_and_done_with_one_tap(house: TestHouse) -> None:
    await held(house)
    await house.wang.says("/meeting_action M-2026-0001 陈静 11月6日 更新检验标准")
    await house.settle()
    await house.chenjing.says("/today")
    await house.settle()
    assert house.chenjing.sees("☐ 更新检验标准：11月6日18:00") or house.chenjing.sees(
        "更新检验标准", "11月6日"
    ), house.chenjing.reads()
    await house.chenjing.presses("完成：更新检验标准")
    await house.settle()
    action = await house.read(lambda db: actions.get(db, 1))
    assert action is not None
    assert action.state == actions.DONE
    assert (await action_due(house)).state == dues.DONE


async def test_an_action_is_warned_of_missed_and_excused(house: TestHouse) -> None:
    await held(house)
    await house.wang.says("/meeting_action M-2026-0001 李娜 10月30日 寄新样品")
    await house.settle()
    await house.advance(days=1, hours=3)
    assert house.lina.sees("⏰ 寄新样品"), house.lina.reads()
    await house.advance(days=1)
    assert house.lina.sees("🚨 寄新样品：已逾期"), house.lina.reads()
    assert house.wang.sees("🚨 寄新样品：已逾期"), "her superior is told"
    assert (await action_due(house)).state == dues.MISSED
    await house.wang.presses("豁免", on="🚨 寄新样品")
    await house.settle()
    await house.wang.answers(reason="对方已自取样品")
    await house.settle()
    assert house.lina.sees("○ 行动项已豁免：寄新样品", "对方已自取样品"), house.lina.reads()
    due = await action_due(house)
    assert (due.state, due.reason) == (dues.EXCUSED, "对方已自取样品")


async def test_nobody_excuses_what_is_theirs(house: TestHouse) -> None:
    await held(house)
    await house.zhao.says("/meeting_action M-2026-0001 赵总 10月30日 拜会客户")
    await house.settle()
    await house.zhao.says("/action_excuse 拜会客户 reason: 没空")
    await house.settle()
    assert (await action_due(house)).state == dues.OPEN


async def test_an_action_goes_to_somebody_else_with_another_day(house: TestHouse) -> None:
    await held(house)
    await house.wang.says("/meeting_action M-2026-0001 李娜 10月30日 寄新样品")
    await house.settle()
    await house.wang.says("/action_change 寄新样品 owner: 周强 by_day: 11月2日")
    await house.settle()
    assert house.zhouqiang.sees("📌 行动项：寄新样品", "周强", "11月2日"), house.zhouqiang.reads()
    owed = await house.read(lambda db: dues.of(db, "action", 1))
    assert [one.state for one in owed] == [dues.DROPPED, dues.OPEN]


# --- the quarter ----------------------------------------------------------------------------------


async def test_the_head_of_sales_owes_each_quarter_a_meeting(house: TestHouse) -> None:
    await house.advance(days=1)
    due = await quarter(house)
    assert (due.clause, due.name, due.person_id) == (CLAUSE, "meeting:2026-Q4", WANG)
    await house.wang.says("/today")
    await house.settle()
    assert not house.wang.sees("2026-Q4客户会议"), "it is early yet"
    await house.advance(days=34)  # 18 November
    assert house.wang.sees("⏰ 2026-Q4还没有安排客户会议"), house.wang.reads()
    assert not house.wang.sees("☐ 2026-Q4客户会议"), "it is told again, but not every day"
    await house.advance(days=38)  # 26 December
    assert house.wang.count("⏰ 2026-Q4还没有安排客户会议") >= 1
    await house.wang.says("/today")
    await house.settle()
    assert house.wang.sees("☐ 2026-Q4客户会议", "12月31日"), house.wang.reads()
    await house.wang.presses("安排会议", on="⏰ 2026-Q4")
    await house.settle()
    await house.wang.answers(at="12月30日 10:00")
    await house.settle()
    assert house.wang.sees("📅 M-2026-0001"), house.wang.reads()
    assert not house.wang.sees("⏰ 2026-Q4"), "the warnings follow"


async def test_nobody_is_warned_while_a_meeting_is_planned(house: TestHouse) -> None:
    await house.advance(days=1)
    await house.wang.says("/meeting 12月28日 14:00 华强")
    await house.settle()
    await house.advance(days=72)  # 26 December
    assert not house.wang.sees("⏰ 2026-Q4"), house.wang.reads()
    await house.wang.says("/meeting_cancel M-2026-0001 reason: 停产")
    await house.settle()
    await house.wang.says("/today")
    await house.settle()
    assert house.wang.sees("☐ 2026-Q4客户会议", "12月31日"), house.wang.reads()


async def test_a_quarter_without_a_meeting_lapses_and_is_excused(house: TestHouse) -> None:
    await house.advance(days=78, hours=23)  # 1 January, 9 o'clock
    assert (await quarter(house)).state == dues.LAPSED
    assert (await quarter(house, 20271)).state == dues.OPEN
    assert house.wang.sees("🚨 2026-Q4没有召开客户会议"), house.wang.reads()
    assert house.zhao.sees("🚨 2026-Q4没有召开客户会议"), house.zhao.reads()
    assert house.wang.count("🚨 2026-Q4") == 1, "the warnings do not say it again"
    await house.zhao.says("/policy 3.1.1b 2026-Q4")
    await house.settle()
    for said in ("到期1", "未完成1", "🔴2026-Q4客户会议王经理"):
        assert said in plainly(house.zhao.reads()), house.zhao.reads()
    await house.zhao.says("/meeting_excuse 2026-Q4 reason: 展会期间已集中会谈")
    await house.settle()
    due = await quarter(house)
    assert (due.state, due.reason) == (dues.EXCUSED, "展会期间已集中会谈")
    assert house.wang.sees("☑ 2026-Q4客户会议：已豁免"), house.wang.reads()


async def test_a_meeting_that_is_recorded_when_the_quarter_is_over_was_in_it(
    house: TestHouse,
) -> None:
    await house.advance(days=1)
    await house.wang.says("/meeting 12月30日 14:00 华强")
    await house.settle()
    await house.advance(days=79)  # 2 January
    assert (await quarter(house)).state == dues.LAPSED
    await house.wang.says("/meeting_held M-2026-0001")
    await house.settle()
    assert (await quarter(house)).state == dues.DONE
    await house.wang.says("/meetings 2026-Q4")
    await house.settle()
    assert house.wang.sees("✅ 2026-Q4客户会议：已开", "☑ M-2026-0001"), house.wang.reads()
    await house.wang.says("/policy 3.1.1b 2026-Q4")
    await house.settle()
    assert "按时完成1" in plainly(house.wang.reads()), house.wang.reads()


async def test_an_outage_over_the_end_of_a_quarter(house: TestHouse) -> None:
    await house.advance(days=1)
    await house.wang.says("/meeting 12月29日 14:00 华强")
    await house.wang.says("/meeting_action M-2026-0001 李娜 12月30日 寄新样品")
    await house.settle()
    await house.core.pulse.tick()
    house.clock.at += timedelta(days=79)  # 2 January
    await house.core.pulse.tick()
    await house.settle()
    assert (await quarter(house)).state == dues.LAPSED, "what is over is over"
    owed = await house.read(lambda db: dues.of(db, "action", 1))
    assert [one.state for one in owed] == [dues.EXCUSED, dues.OPEN], "nobody could be warned"
    await house.wang.says("/meeting_held M-2026-0001")
    await house.settle()
    assert (await quarter(house)).state == dues.DONE


async def test_who_leaves_hands_meetings_and_actions_on(house: TestHouse) -> None:
    await planned(house)
    await house.wang.says("/meeting_pass M-2026-0001 李娜")
    await house.wang.says("/meeting_action M-2026-0001 李娜 11月20日 寄新样品")
    await house.settle()
    assert (await meeting(house)).owner_id == LINA
    await house.wang.says("/person_leave person: 李娜 successor: 周强 at_once: 否")
    await house.settle()
    assert (await meeting(house)).owner_id == WANG, "until the successor accepts"
    assert (await action_due(house)).person_id == WANG


# --- in English -----------------------------------------------------------------------------------


async def test_in_english(english: TestHouse) -> None:
    await english.wang.says("/meeting 28 Oct 14:00 华强 and 宁波精工 place: room 2")
    await english.settle()
    assert english.wang.sees("📅 M-2026-0001: customer meeting 28 Oct 14:00", "room 2"), (
        english.wang.reads()
    )
    assert english.wang.sees("To be invited (2): 华强, 宁波精工"), english.wang.reads()
    await english.wang.presses("Agenda", on="📅 M-2026-0001")
    await english.settle()
    assert english.wang.sees("1. We tell: Business development"), english.wang.reads()
    await english.advance(days=14, hours=6)
    await english.wang.presses("It was held", on="📅 M-2026-0001")
    await english.settle()
    await english.wang.says("/meeting_action M-2026-0001 陈静 6 Nov update the inspection standard")
    await english.settle()
    assert english.chenjing.sees("📌 Action: update the inspection standard", "Fri 6 Nov"), (
        english.chenjing.reads()
    )
    await english.chenjing.presses("It is done", on="update the inspection")
    await english.settle()
    assert english.wang.sees("✅ M-2026-0001", "☑ update the inspection standard: 陈静"), (
        english.wang.reads()
    )
