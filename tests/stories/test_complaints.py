"""A complaint is received, answered in time or escalated (clauses 3.1.2b, 3.3.1 to 3.3.3)."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from storage import cases, dues, talk, timers
from storage.dues import Due
from tests.house import BEGUN, TestHouse

RUST = "第3批螺栓锈蚀约200件，客户已停线"


async def owed(house: TestHouse) -> dict[str, Due]:
    """The dues of the first case, by name."""
    return {due.name: due for due in await house.read(lambda db: dues.of(db, "case", 1))}


async def test_one_sentence_is_enough(house: TestHouse) -> None:
    await house.lina.says(f"/complaint 华强 {RUST}")
    await house.settle()
    assert house.lina.sees("C-2026-0001", "华强", RUST)
    assert house.lina.sees("首次答复", "明天10:00")


async def test_both_dues_run_from_the_message(house: TestHouse) -> None:
    await house.lina.says(f"/complaint 永固 {RUST}")
    await house.settle()
    found = await owed(house)
    begun = found["first"].begun_at
    assert (found["first"].due_at - begun).total_seconds() == 24 * 3600
    assert (found["solution"].due_at - begun).total_seconds() == 48 * 3600


async def test_a_customer_complains_and_gets_a_number(house: TestHouse) -> None:
    await house.zhangwei.says(f"投诉 {RUST}")
    await house.settle()
    assert house.zhangwei.sees("C-2026-0001", RUST)
    assert not house.zhangwei.sees("李娜负责")
    assert house.lina.sees("C-2026-0001", "华强", RUST)


async def test_the_place_for_cases_gets_the_card(house: TestHouse) -> None:
    await house.zhangwei.says(f"投诉 {RUST}")
    await house.settle()
    assert house.chenjing.sees("C-2026-0001", RUST, where="质量与个案")
    assert house.chenjing.count("C-2026-0001", where="质量与个案") == 1


async def test_an_unknown_customer_is_to_clarify(house: TestHouse) -> None:
    await house.lina.says("/complaint 一个新来的厂说货没到")
    await house.settle()
    assert house.lina.sees("C-2026-0001", "客户待确认")
    await house.lina.presses("其他客户")
    await house.settle()
    await house.lina.answers(customer="南海铝业")
    await house.settle()
    assert house.lina.sees("C-2026-0001", "南海铝业")
    assert not house.lina.sees("C-2026-0001 客户待确认")


async def test_a_stranger_complains(house: TestHouse) -> None:
    await house.stranger.says("投诉 你们的货有问题")
    await house.settle()
    assert house.stranger.sees("C-2026-0001")


async def test_the_owner_is_warned_then_both_are_told(house: TestHouse) -> None:
    house.clock.at = house.clock.at.replace(hour=6)  # 14:00 in Shanghai
    await house.lina.says(f"/complaint 永固 {RUST}")
    await house.settle()
    await house.advance(hours=19)
    assert not house.lina.sees("⏰")
    await house.advance(hours=2)
    assert house.lina.sees("⏰ C-2026-0001", "永固", "首次答复")
    assert house.lina.sees("李娜负责", "王经理")
    assert not house.wang.sees("C-2026-0001")
    await house.advance(hours=4)
    assert house.lina.sees("🚨 C-2026-0001")
    assert house.wang.sees("🚨 C-2026-0001")
    assert (await owed(house))["first"].state == dues.MISSED
    await house.advance(hours=4)
    assert house.zhao.sees("🚨 C-2026-0001")


async def test_a_warning_in_quiet_hours_goes_out_before_them(house: TestHouse) -> None:
    house.clock.at = house.clock.at.replace(hour=20)
    await house.lina.says(f"/complaint 永固 {RUST}")
    await house.settle()
    # Received at 04:00, first reply due at 04:00 the next night; four hours before that is quiet.
    await house.advance(hours=17)
    assert not house.lina.sees("⏰")
    await house.advance(hours=1)
    assert house.lina.sees("⏰ C-2026-0001")


async def test_a_written_reply_reaches_the_customer(house: TestHouse) -> None:
    await house.zhangwei.says(f"投诉 {RUST}")
    await house.settle()
    await house.lina.presses("写答复")
    await house.settle()
    await house.lina.answers(text="已安排换货，明天送到")
    await house.settle()
    assert house.zhangwei.sees("已安排换货，明天送到")
    assert house.lina.sees("C-2026-0001", "已安排换货，明天送到")
    assert (await owed(house))["first"].state == dues.DONE
    await house.advance(hours=25)
    assert not house.wang.sees("首次答复", "🚨")


async def test_a_reply_phoned_in_time_and_recorded_late_was_in_time(house: TestHouse) -> None:
    await house.lina.says(f"/complaint 永固 {RUST}")
    await house.settle()
    await house.advance(hours=25)
    assert (await owed(house))["first"].state == dues.MISSED
    await house.lina.presses("已电话答复")
    await house.settle()
    await house.lina.answers(at="昨天下午3点")
    await house.settle()
    assert (await owed(house))["first"].state == dues.DONE
    assert house.lina.sees("C-2026-0001", "昨天15:00")


async def test_a_call_before_the_complaint_is_refused(house: TestHouse) -> None:
    await house.lina.says(f"/complaint 永固 {RUST}")
    await house.settle()
    await house.advance(hours=1)
    await house.lina.presses("已电话答复")
    await house.settle()
    await house.lina.answers(at="昨天下午3点")
    await house.settle()
    assert (await owed(house))["first"].state == dues.OPEN


async def test_a_late_reply_is_late(house: TestHouse) -> None:
    await house.zhangwei.says(f"投诉 {RUST}")
    await house.settle()
    await house.advance(hours=26)
    await house.lina.presses("写答复", on="🚨")
    await house.settle()
    await house.lina.answers(text="已换货")
    await house.settle()
    assert (await owed(house))["first"].state == dues.LATE


async def test_a_case_is_passed_on_and_the_new_owner_is_told(house: TestHouse) -> None:
    await house.lina.says(f"/complaint 永固 {RUST}")
    await house.settle()
    await house.lina.presses("转交")
    await house.settle()
    await house.lina.answers(to="吴磊")
    await house.settle()
    assert house.wulei.sees("C-2026-0001", RUST)
    assert house.lina.sees("C-2026-0001", "吴磊负责")
    await house.advance(hours=25)
    assert house.wulei.sees("🚨 C-2026-0001")
    assert house.chenjing.sees("🚨 C-2026-0001")
    assert not house.lina.sees("🚨")


async def test_i_have_it(house: TestHouse) -> None:
    await house.zhangwei.says(f"投诉 {RUST}")
    await house.settle()
    await house.wulei.presses("我来处理", where="质量与个案")
    await house.settle()
    assert house.wulei.sees("吴磊负责", where="质量与个案")
    assert (await owed(house))["first"].person_id == 6


async def test_remind_me_in_an_hour(house: TestHouse) -> None:
    await house.lina.says(f"/complaint 永固 {RUST}")
    await house.settle()
    await house.lina.presses("1小时后提醒")
    await house.settle()
    await house.advance(minutes=59)
    assert not house.lina.sees("🔔", RUST)
    await house.advance(minutes=2)
    assert house.lina.sees("🔔", "C-2026-0001", RUST)


async def test_a_solution_needs_department_measures_and_date(house: TestHouse) -> None:
    await house.zhangwei.says(f"投诉 {RUST}")
    await house.settle()
    await house.lina.presses("写答复")
    await house.settle()
    await house.lina.answers(text="已安排换货")
    await house.settle()
    await house.lina.presses("登记方案")
    await house.settle()
    await house.lina.answers(department="质量", measures="换货并加检防锈", by_day="2026-10-20")
    await house.settle()
    assert house.lina.sees("✅ C-2026-0001", "换货并加检防锈", "10月20日")
    found = await house.read(lambda db: cases.get(db, 1))
    assert found is not None
    assert found.state == cases.SOLVED
    assert (await owed(house))["solution"].state == dues.DONE


async def test_talk_in_the_thread_stands_on_every_card(house: TestHouse) -> None:
    await house.zhangwei.says(f"投诉 {RUST}")
    await house.settle()
    await house.wulei.says("第3批是8月入库的，包装破损", reply_to="C-2026-0001", where="质量与个案")
    await house.settle()
    assert house.lina.sees("C-2026-0001", "吴磊", "第3批是8月入库的，包装破损")
    assert not house.zhangwei.sees("第3批是8月入库的")


async def test_what_the_customer_adds_reaches_the_owner(house: TestHouse) -> None:
    await house.zhangwei.says(f"投诉 {RUST}")
    await house.settle()
    await house.zhangwei.says("又发现50件", reply_to="C-2026-0001")
    await house.settle()
    assert house.lina.sees("C-2026-0001", "又发现50件")


async def test_an_alias_in_the_thread_acts_on_its_case(house: TestHouse) -> None:
    await house.zhangwei.says(f"投诉 {RUST}")
    await house.settle()
    await house.wulei.says("答复 已在现场挑选", reply_to="C-2026-0001", where="质量与个案")
    await house.settle()
    assert house.zhangwei.sees("已在现场挑选")


async def test_why_this_deadline(house: TestHouse) -> None:
    await house.lina.says(f"/complaint 永固 {RUST}")
    await house.settle()
    await house.lina.presses("为什么是这个时限")
    await house.settle()
    assert house.lina.sees("24", "3.1.2b")


async def test_what_if_nobody_moves(house: TestHouse) -> None:
    await house.lina.says(f"/complaint 永固 {RUST}")
    await house.settle()
    await house.lina.presses("没人处理会怎样")
    await house.settle()
    assert house.lina.sees("李娜", "王经理", "赵总")


async def test_the_same_in_english(english: TestHouse) -> None:
    english.clock.at = english.clock.at.replace(hour=6)  # 14:00 in Shanghai
    await english.lina.says("/complaint 华强 Batch 3: about 200 rusty bolts; their line is down")
    await english.settle()
    assert english.lina.sees("C-2026-0001", "华强", "Batch 3")
    await english.advance(hours=20)
    assert english.lina.sees("⏰ C-2026-0001", "4 h left", "first reply due today 14:00")
    assert english.lina.sees("李娜 owns it, no reply yet; if missed, 王经理 is told")


async def test_a_photo_in_the_thread_is_filed_with_the_case(house: TestHouse) -> None:
    await house.lina.says(f"/complaint 永固 {RUST}")
    await house.settle()
    await house.lina.sends_photo("锈蚀照片", reply_to="C-2026-0001")
    await house.settle()
    from storage import files

    found = await house.read(lambda db: files.of(db, "case", 1))
    assert [file.state for file in found] == [files.HERE]


async def test_nobody_outside_is_shown_our_customers(house: TestHouse) -> None:
    await house.stranger.says("/complaint")
    await house.settle()
    assert "宁波精工" not in house.stranger.reads()
    await house.stranger.answers(text="宁波精工说你们的货锈了")
    await house.settle()
    assert house.stranger.sees("C-2026-0001", "客户待确认")
    assert house.chenjing.sees("C-2026-0001", where="质量与个案")
    await house.chenjing.presses("宁波精工", where="质量与个案")
    await house.settle()
    assert house.chenjing.sees("C-2026-0001 宁波精工", where="质量与个案")


async def test_a_contact_complains_for_their_own_company_alone(house: TestHouse) -> None:
    await house.zhangwei.says("投诉 宁波精工 客户：宁波精工 的货和我们的一样锈")
    await house.settle()
    found = await house.read(lambda db: cases.get(db, 1))
    assert found is not None
    assert found.customer_id == 2
    assert "宁波精工" in found.text


async def test_a_reply_that_nobody_outside_would_get_is_not_kept(house: TestHouse) -> None:
    await house.lina.says(f"/complaint 永固 {RUST}")
    await house.settle()
    await house.lina.says("答复 已换货", reply_to="C-2026-0001")
    await house.settle()
    assert "我联系不到客户方的任何人" in house.lina.reads()
    assert (await owed(house))["first"].state == dues.OPEN


async def test_a_warning_follows_what_happens(house: TestHouse) -> None:
    await house.zhangwei.says(f"投诉 {RUST}")
    await house.settle()
    await house.advance(hours=21)
    assert house.lina.sees("⏰ C-2026-0001", "李娜负责，尚未答复")
    await house.lina.says("/case_pass C-2026-0001 to: 周强")
    await house.settle()
    assert house.lina.sees("⏰ C-2026-0001", "周强负责，尚未答复")
    await house.zhouqiang.says("答复 已换货", reply_to="C-2026-0001")
    await house.settle()
    assert not house.lina.sees("⏰ C-2026-0001")
    assert house.lina.sees("☑ C-2026-0001", "首次答复已于", "按时完成")
    assert house.lina.buttons(on="按时完成") == []


async def test_a_missed_deadline_stands_on_the_warning_too(house: TestHouse) -> None:
    await house.zhangwei.says(f"投诉 {RUST}")
    await house.settle()
    await house.advance(hours=25)
    assert not house.lina.sees("⏰ C-2026-0001")
    assert house.lina.count("🚨 C-2026-0001") == 2


async def test_who_gets_a_case_is_told_from_whom(house: TestHouse) -> None:
    await house.zhangwei.says(f"投诉 {RUST}")
    await house.settle()
    await house.lina.says("/case_pass C-2026-0001 to: 周强")
    await house.settle()
    assert house.zhouqiang.sees("👉 C-2026-0001", "李娜转来")


async def test_a_card_that_is_asked_for_is_shown_again(house: TestHouse) -> None:
    await house.zhangwei.says(f"投诉 {RUST}")
    await house.settle()
    shown = house.lina.count("📋 C-2026-0001")
    await house.lina.says("/case C-2026-0001")
    await house.settle()
    assert house.lina.count("📋 C-2026-0001") == shown + 1


async def test_a_call_in_the_minute_of_the_complaint_counts(house: TestHouse) -> None:
    house.clock.at = house.clock.at.replace(second=40)
    await house.zhangwei.says(f"投诉 {RUST}")
    await house.settle()
    await house.lina.says(f"/case_phoned C-2026-0001 at: {house.local(house.clock.at)}")
    await house.settle()
    assert (await owed(house))["first"].state == dues.DONE
    assert house.lina.sees("C-2026-0001的电话答复已登记")


async def test_a_confirmation_says_who_hears_of_it(house: TestHouse) -> None:
    await house.zhangwei.says(f"投诉 {RUST}")
    await house.settle()
    await house.lina.says("答复 已换货", reply_to="C-2026-0001")
    await house.settle()
    assert house.lina.sees("C-2026-0001的答复将发给张伟")


@pytest.mark.parametrize(
    ("said", "hours"),
    [
        ("明天9点", 23),
        ("明天", 23),
        ("tomorrow 9:00", 23),
        ("in 3 hours", 3),
        ("3小时后", 3),
        ("at: 13:00", 3),
        ("9点", 23),
        ("", 1),
    ],
)
async def test_remind_me_when_i_say(house: TestHouse, said: str, hours: int) -> None:
    await house.lina.says("/complaint 永固 rust")
    await house.settle()
    await house.lina.says(f"/case_later C-2026-0001 {said}")
    await house.settle()
    assert "🔔" in house.lina.reads()
    assert await house.read(lambda db: talk.on(db, "case", 1)) == []
    await house.advance(minutes=hours * 60 - 5)
    assert not house.lina.sees("您要我提醒")
    await house.advance(minutes=10)
    assert house.lina.sees("您要我提醒")


async def test_a_time_that_answers_a_card(house: TestHouse) -> None:
    await house.lina.says("/complaint 永固 rust")
    await house.settle()
    await house.lina.says("稍后提醒 明天9点", reply_to="C-2026-0001")
    await house.settle()
    [at] = await reminders(house)
    assert at - BEGUN == timedelta(hours=23)
    assert await house.read(lambda db: talk.on(db, "case", 1)) == []


@pytest.mark.parametrize("said", ["yesterday 9:00", "2小时前", "改天再说"])
async def test_a_time_to_be_reminded_at_must_be_one_to_come(house: TestHouse, said: str) -> None:
    await house.lina.says("/complaint 永固 rust")
    await house.settle()
    await house.lina.says(f"/case_later C-2026-0001 {said}")
    await house.settle()
    assert await reminders(house) == []
    assert house.lina.sees("已经过了") or house.lina.sees(f"看不懂时间“{said}”"), house.lina.reads()
    assert await house.read(lambda db: talk.on(db, "case", 1)) == []


async def reminders(house: TestHouse) -> list[datetime]:
    waiting = await house.read(lambda db: timers.waiting_on(db, "case", 1))
    return [one.at for one in waiting if one.name == "remind"]
