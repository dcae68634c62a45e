"""Visits are planned, prepared, put off, handed over and kept (clause 3.1.1a)."""

from __future__ import annotations

import pytest

from storage import appointments, attendees, visits
from storage.appointments import Appointment
from tests.house import TestHouse


async def plan(house: TestHouse, id_: int = 1) -> Appointment:
    found = await house.read(lambda db: appointments.get(db, id_))
    assert found is not None
    return found


async def test_a_visit_is_planned_in_one_message(house: TestHouse) -> None:
    await house.lina.says("/plan 华强 明天下午2点 谈年度合同")
    await house.settle()
    assert house.lina.sees("🗓 拜访已约定：华强", "明天14:00", "谈年度合同"), house.lina.reads()
    found = await plan(house)
    assert found.at.isoformat() == "2026-10-15T06:00:00+00:00"
    await house.lina.says("约访宁波精工周五上午10点看新产线")
    await house.settle()
    second = await plan(house, 2)
    assert (second.at.isoformat(), second.purpose) == ("2026-10-16T02:00:00+00:00", "看新产线")
    await house.lina.says("/plans")
    await house.settle()
    assert house.lina.sees("2次拜访计划"), house.lina.reads()


async def test_half_an_hour_ahead_one_is_told_what_to_know(house: TestHouse) -> None:
    await house.lina.says("/complaint 华强 第3批螺栓锈蚀")
    await house.settle()
    await house.lina.says("/contact 华强 昨天 电话谈了交期")
    await house.settle()
    await house.lina.says("/plan 华强 今天16:00 谈年度合同 同行同事: 吴磊")
    await house.settle()
    await house.advance(hours=5)
    assert not house.lina.sees("进门前看一眼")
    await house.advance(minutes=31)
    for person in (house.lina, house.wulei):
        assert person.sees("🧭 进门前看一眼：华强", "今天16:00"), person.reads()
    said = house.lina.reads()
    for part in (
        "我方承诺：C-2026-0001 首次答复",
        "C-2026-0001 第3批螺栓锈蚀",
        "上次沟通：昨天",
        "会见：张伟（质量经理）",
        "建议询问：生产状况、供应计划、意见和建议",
    ):
        assert part in said, said


async def test_the_visit_keeps_the_plan_and_its_taking_back_reopens_it(house: TestHouse) -> None:
    await house.lina.says("/plan 华强 今天16:00")
    await house.settle()
    await house.lina.says("/visit 华强 谈好了年度合同")
    await house.settle()
    found = await plan(house)
    assert (found.state, found.visit_id) == (appointments.VISITED, 1)
    assert house.lina.sees("✅ 已按计划拜访：华强"), house.lina.reads()
    await house.lina.presses("撤销", on="谈好了年度合同")
    await house.settle()
    assert (await plan(house)).state == appointments.PLANNED
    await house.advance(hours=10)
    assert house.lina.sees("拜访华强的情况如何"), house.lina.reads()


async def test_one_is_asked_what_came_of_it_only_if_nothing_was_said(house: TestHouse) -> None:
    await house.lina.says("/plan 华强 今天14:00 谈价格")
    await house.lina.says("/plan 宁波精工 今天15:00 谈价格")
    await house.settle()
    await house.lina.says("/visit 宁波精工 谈了价格")
    await house.settle()
    await house.advance(hours=9)
    assert house.lina.count("拜访华强的情况如何") == 1, house.lina.reads()
    assert not house.lina.sees("拜访宁波精工的情况如何")
    await house.lina.presses("记录拜访", on="拜访华强的情况如何")
    await house.settle()
    await house.lina.answers(notes="价格没谈拢")
    await house.settle()
    assert (await plan(house)).state == appointments.VISITED


async def test_a_visit_is_put_off_and_cancelled(house: TestHouse) -> None:
    await house.lina.says("/plan 华强 今天16:00 谈价格 同行同事: 吴磊")
    await house.settle()
    await house.lina.presses("改期", on="拜访已约定：华强")
    await house.settle()
    await house.lina.answers(at="后天 9:30")
    await house.settle()
    found = await plan(house)
    assert (found.at.isoformat(), found.moved) == ("2026-10-16T01:30:00+00:00", 1)
    assert house.wulei.sees("后天09:30"), house.wulei.reads()
    await house.advance(hours=9)
    assert not house.lina.sees("进门前看一眼"), "the old moment is nothing any more"
    await house.lina.says("/plans")
    await house.settle()
    await house.lina.presses("华强", on="1次拜访计划")
    await house.settle()
    await house.lina.presses("取消拜访", on="拜访已约定：华强")
    await house.settle()
    assert (await plan(house)).state == appointments.CANCELLED
    assert house.wulei.sees("已取消拜访：华强"), house.wulei.reads()


async def test_a_visit_is_handed_over(house: TestHouse) -> None:
    await house.lina.says("/plan 华强 今天16:00 谈价格")
    await house.settle()
    await house.lina.presses("转交", on="拜访已约定：华强")
    await house.settle()
    await house.lina.answers(to="周强")
    await house.settle()
    assert (await plan(house)).person_id == 4
    assert house.zhouqiang.sees("拜访已约定：华强", "由周强拜访"), house.zhouqiang.reads()
    await house.advance(minutes=331)
    assert house.zhouqiang.sees("进门前看一眼：华强"), house.zhouqiang.reads()
    assert not house.lina.sees("进门前看一眼：华强")


async def test_plans_stand_in_the_day_and_spare_the_month(house: TestHouse) -> None:
    await house.lina.says("/plan 宁波精工 明天10:00 谈价格")
    await house.settle()
    await house.advance(days=1)
    assert house.lina.sees("🗓 今天10:00 宁波精工：谈价格"), house.lina.reads()
    await house.lina.says("/today")
    await house.settle()
    await house.lina.presses("宁波精工", on="🗓 今天10:00 宁波精工")
    await house.settle()
    assert house.lina.sees("🗓 拜访已约定：宁波精工", "今天10:00"), house.lina.reads()


async def test_what_cannot_be_planned_is_said_clearly(house: TestHouse) -> None:
    await house.lina.says("/plan 华强 昨天10:00")
    await house.settle()
    assert house.lina.sees("已经过了"), house.lina.reads()
    await house.lina.answers(at="明天10:00")
    await house.settle()
    assert (await plan(house)).state == appointments.PLANNED
    await house.lina.says("/plan 华强 明天16:00 同行同事: 诸葛亮")
    await house.settle()
    assert house.lina.sees("没有叫诸葛亮的同事"), house.lina.reads()


@pytest.mark.parametrize(
    ("said", "at", "purpose"),
    [
        ("/plan 华强 中午12点 2个人", "2026-10-14T04:00", "2个人"),
        ("/plan 华强 14:00-15:00 明天 谈年度合同", "2026-10-15T06:00", "谈年度合同"),
        ("/plan 华强 下午3点到5点 明天", "2026-10-15T07:00", ""),
        ("/plan 华强 下周三上午 谈年度合同", "2026-10-21T01:00", "谈年度合同"),
        ("约访华强周五下午谈年度合同", "2026-10-16T06:00", "谈年度合同"),
        ("/plan 华强 明天3点 谈年度合同", "2026-10-15T07:00", "谈年度合同"),
    ],
)
async def test_when_a_visit_is_stays_out_of_what_it_is_about(
    house: TestHouse, said: str, at: str, purpose: str
) -> None:
    await house.lina.says(said)
    await house.settle()
    found = await plan(house)
    assert found.at.isoformat() == f"{at}:00+00:00"
    assert found.purpose == purpose


@pytest.mark.parametrize(
    ("said", "at", "purpose"),
    [
        ("Friday morning annual contract", "2026-10-16T01:00", "annual contract"),
        ("3pm-5pm tomorrow annual contract", "2026-10-15T07:00", "annual contract"),
        ("tomorrow afternoon at 3, annual contract", "2026-10-15T07:00", "annual contract"),
    ],
)
async def test_the_same_in_english(english: TestHouse, said: str, at: str, purpose: str) -> None:
    await english.lina.says(f"/plan 华强 {said}")
    await english.settle()
    found = await plan(english)
    assert (found.at.isoformat(), found.purpose) == (f"{at}:00+00:00", purpose)


async def test_a_day_just_past_is_asked_about_and_not_silently_a_year_off(
    house: TestHouse,
) -> None:
    await house.lina.says("/plan 华强 10月1日 14:00 谈年度合同")
    await house.settle()
    assert house.lina.sees("10月1日（周四）已经过了。请问是哪一天？"), house.lina.reads()
    assert await house.read(lambda db: appointments.get(db, 1)) is None
    await house.lina.answers(at="10月20日 14:00")
    await house.settle()
    found = await plan(house)
    assert (found.at.isoformat(), found.purpose) == ("2026-10-20T06:00:00+00:00", "谈年度合同")
    await house.lina.says("/plan 宁波精工 3月1日 10:00")
    await house.settle()
    assert house.lina.sees("宁波精工", "2027年3月1日10:00"), house.lina.reads()


@pytest.mark.parametrize("platform", ["telegram"])  # elsewhere a form opens
async def test_an_hour_from_now_is_a_time_and_no_reminder(house: TestHouse) -> None:
    await house.lina.says("约访 华强")
    await house.settle()
    assert house.lina.sees("约在什么时候？"), house.lina.reads()
    assert "1小时后" in house.lina.buttons(), house.lina.buttons()
    assert "1小时后提醒" not in house.lina.buttons()
    await house.lina.presses("1小时后")
    await house.settle()
    assert (await plan(house)).at.isoformat() == "2026-10-14T03:00:00+00:00"


async def test_who_was_met_and_who_came_along_is_kept(house: TestHouse) -> None:
    await house.lina.says("/visit 华强 谈了Q3 会见人: 张总、李工 同行同事: 吴磊")
    await house.settle()
    assert house.lina.sees("会见：张伟（质量经理）、李工", "同行：吴磊"), house.lina.reads()
    found = await house.read(lambda db: attendees.of(db, "visit", 1))
    assert [(one.contact_id is not None, one.person_id, one.name) for one in found][1:] == [
        (False, None, "李工"),
        (False, 6, ""),
    ]
    await house.lina.says("/visit 宁波精工 谈了Q3")
    await house.settle()
    assert not await house.read(lambda db: attendees.of(db, "visit", 2))


async def test_a_contact_named_in_the_notes_was_met(house: TestHouse) -> None:
    await house.lina.says("/visit 华强 和张伟谈了Q3")
    await house.settle()
    assert house.lina.sees("会见：张伟"), house.lina.reads()


async def test_the_same_day_asks_whether_it_is_the_same_visit(house: TestHouse) -> None:
    await house.lina.says("/visit 华强 谈了Q3")
    await house.settle()
    await house.lina.says("/visit 华强 样品周五前寄出")
    await house.settle()
    assert house.lina.sees("李娜已经记录过", "对华强的拜访：“谈了Q3”", "是同一次拜访吗"), (
        house.lina.reads()
    )
    await house.lina.presses("是", on="是同一次拜访吗")
    await house.settle()
    visit = await house.read(lambda db: visits.get(db, 1))
    assert visit is not None
    assert visit.notes == "谈了Q3\n样品周五前寄出"
    assert await house.read(lambda db: visits.count_to(db, 2)) == 1
    await house.lina.says("/visit 华强 下午又去了一次")
    await house.settle()
    await house.lina.presses("否", on="是同一次拜访吗")
    await house.settle()
    assert await house.read(lambda db: visits.count_to(db, 2)) == 2


async def test_a_colleague_who_was_there_too_joins_the_visit(house: TestHouse) -> None:
    await house.lina.says("/visit 华强 谈了Q3")
    await house.settle()
    await house.zhouqiang.says("/visit 华强 看了产线")
    await house.settle()
    await house.zhouqiang.presses("是", on="是同一次拜访吗")
    await house.settle()
    visit = await house.read(lambda db: visits.get(db, 1))
    assert visit is not None
    assert visit.notes == "谈了Q3\n周强: 看了产线"
    assert house.lina.sees("同行：周强"), house.lina.reads()


async def test_a_visit_logged_the_next_day_ends_the_plan_on_its_day(house: TestHouse) -> None:
    await house.lina.says("/plan 华强 今天18:30 谈价格")
    await house.settle()
    await house.advance(days=1)
    await house.lina.presses("记录拜访", on="拜访华强的情况如何")
    await house.settle()
    await house.lina.answers(notes="价格没谈拢")
    await house.settle()
    visit = await house.read(lambda db: visits.get(db, 1))
    assert visit is not None
    assert visit.day.isoformat() == "2026-10-14"
    assert (await plan(house)).state == appointments.VISITED


async def test_a_change_of_day_finds_the_plan_of_that_day(house: TestHouse) -> None:
    await house.lina.says("/plan 华强 今天16:00")
    await house.settle()
    await house.advance(days=1)
    await house.lina.says("/visit 华强 谈好了")
    await house.settle()
    assert (await plan(house)).state == appointments.PLANNED
    await house.lina.presses("改日期", on="谈好了")
    await house.settle()
    await house.lina.answers(day="昨天")
    await house.settle()
    assert (await plan(house)).state == appointments.VISITED


async def test_a_colleague_who_drops_in_ends_nobody_elses_plan(house: TestHouse) -> None:
    await house.lina.says("/plan 华强 今天16:00 谈价格")
    await house.settle()
    await house.zhouqiang.says("/visit 华强 顺路看了一下")
    await house.settle()
    assert (await plan(house)).state == appointments.PLANNED


async def test_of_two_plans_the_nearer_one_is_kept(house: TestHouse) -> None:
    await house.lina.says("/plan 华强 今天14:00 谈合同")
    await house.settle()
    await house.lina.says("/plan 华强 今天17:00 验货")
    await house.settle()
    await house.advance(hours=7, minutes=30)
    await house.lina.says("/visit 华强 验货完成")
    await house.settle()
    assert (await plan(house, 2)).state == appointments.VISITED
    assert (await plan(house)).state == appointments.PLANNED


async def test_whose_visit_is_handed_over_is_told(house: TestHouse) -> None:
    await house.lina.says("/plan 华强 今天16:00 谈价格 同行同事: 王经理")
    await house.settle()
    await house.wang.presses("转交", on="拜访已约定：华强")
    await house.settle()
    await house.wang.answers(to="周强")
    await house.settle()
    assert house.lina.sees("由周强拜访"), house.lina.reads()
    assert house.zhouqiang.sees("由周强拜访"), house.zhouqiang.reads()


async def test_a_plan_is_found_by_its_customers_name(house: TestHouse) -> None:
    await house.lina.says("/plan 华强 明天14:00 谈价格")
    await house.settle()
    await house.lina.says("改期 华强 后天9:30")
    await house.settle()
    assert (await plan(house)).at.isoformat() == "2026-10-16T01:30:00+00:00", house.lina.reads()
    await house.lina.says("/plan_cancel 华强 客户出差")
    await house.settle()
    found = await plan(house)
    assert (found.state, found.reason) == (appointments.CANCELLED, "客户出差")
    await house.lina.says("/plan_show 华强")
    await house.settle()
    assert house.lina.sees("华强没有拜访计划"), house.lina.reads()


async def test_of_several_to_a_customer_it_is_asked_which(house: TestHouse) -> None:
    await house.lina.says("/plan 华强 明天14:00 谈价格")
    await house.lina.says("/plan 华强 后天14:00 谈交期")
    await house.settle()
    await house.lina.says("/plan_cancel 华强")
    await house.settle()
    await house.lina.presses("华强 · 10-16 14:00")
    await house.settle()
    assert (await plan(house, 2)).state == appointments.CANCELLED, house.lina.reads()
    assert (await plan(house, 1)).state == appointments.PLANNED


async def test_a_superior_sees_what_their_team_has_planned(house: TestHouse) -> None:
    await house.lina.says("/plan 华强 明天14:00 谈价格")
    await house.settle()
    await house.wang.says("/plans")
    await house.settle()
    assert house.wang.sees("您自己没有拜访计划，团队有1次"), house.wang.reads()
    assert house.wang.sees("您团队的计划", "李娜：🗓 明天14:00 华强：谈价格"), house.wang.reads()
    await house.wang.says("/plans 李娜")
    await house.settle()
    assert house.wang.sees("李娜：1次拜访计划"), house.wang.reads()
    await house.zhouqiang.says("/plans 李娜")
    await house.settle()
    assert house.zhouqiang.sees("只有本人、其上级和管理层"), house.zhouqiang.reads()


async def test_who_comes_along_has_it_in_their_day_and_nothing_to_decide(house: TestHouse) -> None:
    await house.lina.says("/plan 华强 今天16:00 谈价格 同行同事: 周强")
    await house.settle()
    assert house.zhouqiang.sees("拜访已约定：华强"), house.zhouqiang.reads()
    assert "改期" not in house.zhouqiang.reads()
    await house.zhouqiang.says("/plans")
    await house.zhouqiang.says("/today")
    await house.settle()
    assert house.zhouqiang.count("谈价格（与李娜同行）") >= 2, house.zhouqiang.reads()
    await house.zhouqiang.presses("华强 今天16:00")
    await house.settle()
    assert "您没有权限" not in house.zhouqiang.reads()


async def test_a_deputy_has_it_in_their_day(house: TestHouse) -> None:
    await house.lina.says("/plan 华强 明天16:00 谈价格")
    await house.lina.says("/away 10月20日 deputy: 周强")
    await house.settle()
    await house.advance(days=1)
    await house.zhouqiang.says("/today")
    await house.settle()
    assert house.zhouqiang.sees("谈价格（代李娜）"), house.zhouqiang.reads()
