"""Leaving: work is handed over piece by piece, nothing is ever without an owner, access ends."""

from __future__ import annotations

from storage import cases, customers, departures, people, timers, visits
from tests.house import TestHouse

ZHAO, WANG, LINA, ZHOUQIANG, CHENJING, WULEI = 1, 2, 3, 4, 5, 6
ZHOUQIANGS = ("海岳橡胶", "西溪包装", "华强北科技")


async def leaves(house: TestHouse, who: str, successor: str, *, at_once: bool = False) -> None:
    """The administrator marks somebody as leaving."""
    answer = "是" if at_once else "否"
    await house.zhao.says(f"/person_leave person: {who} successor: {successor} at_once: {answer}")
    await house.settle()


async def owned(house: TestHouse, person_id: int) -> int:
    return len(await house.read(lambda db: customers.all_owned_by(db, person_id)))


async def works_here(house: TestHouse, person_id: int) -> bool:
    row = await house.read(lambda db: people.get(db, person_id))
    assert row is not None
    return row.active


async def test_the_successor_is_asked_and_the_superior_has_it_meanwhile(house: TestHouse) -> None:
    await leaves(house, "周强", "李娜")
    assert house.lina.sees("周强即将离职：有3项请您接手", *ZHOUQIANGS)
    assert house.wang.sees("周强离职交接：还有3项未接手", "未接手的暂由王经理负责")
    assert (await owned(house, ZHOUQIANG), await owned(house, WANG)) == (0, 3)
    await house.wang.says("/customer 海岳橡胶")
    await house.settle()
    assert house.wang.sees("海岳橡胶", "周强移交中：李娜接手之前由王经理负责")
    assert await works_here(house, ZHOUQIANG)


async def test_piece_by_piece_until_nothing_is_left(house: TestHouse) -> None:
    before = await owned(house, LINA)
    await leaves(house, "周强", "李娜")
    await house.lina.presses("我来接手")
    await house.settle()
    assert house.lina.sees("周强即将离职：有2项请您接手")
    assert (await owned(house, LINA), await owned(house, WANG)) == (before + 1, 2)
    await house.lina.presses("全部接手")
    await house.settle()
    assert house.lina.sees("周强移交的工作")
    assert house.wang.sees("周强已离职，工作全部交接完毕")
    assert (await owned(house, LINA), await owned(house, WANG)) == (before + 3, 0)
    assert not await works_here(house, ZHOUQIANG)


async def test_what_is_declined_stays_with_the_superior_who_asks_another_or_keeps_it(
    house: TestHouse,
) -> None:
    await leaves(house, "周强", "李娜", at_once=True)
    await house.lina.presses("我接不了")
    await house.settle()
    assert house.wang.sees("✗ 客户海岳橡胶：李娜未接手")
    await house.wang.presses("自留：客户海岳橡胶")
    await house.settle()
    assert house.wang.sees("☑ 客户海岳橡胶：由王经理负责")
    await house.lina.presses("我接不了")
    await house.settle()
    await house.wang.presses("改派")
    await house.settle()
    await house.wang.answers(to="吴磊")
    await house.settle()
    assert house.wulei.sees("周强已离职：有1项请您接手", "西溪包装")
    await house.wulei.presses("我来接手")
    await house.settle()
    await house.lina.presses("我来接手")
    await house.settle()
    assert house.wang.sees("周强已离职，工作全部交接完毕")
    assert [await owned(house, one) for one in (WANG, WULEI)] == [1, 1]


async def test_access_ends_at_once_for_buttons_and_forms_alike(house: TestHouse) -> None:
    await house.zhouqiang.says("/complaint 西溪包装 少发了一箱")
    await house.settle()
    await house.zhouqiang.says("/visit 西溪包装")
    await house.settle()
    await leaves(house, "周强", "李娜", at_once=True)
    assert not await works_here(house, ZHOUQIANG)
    await house.zhouqiang.answers(notes="谈了Q3")
    await house.settle()
    assert await house.read(lambda db: visits.by_person(db, ZHOUQIANG, house.clock.at.date())) == []
    await house.zhouqiang.presses("我来处理", on="C-2026-0001")
    await house.settle()
    case = await house.read(lambda db: cases.get(db, 1))
    assert case is not None
    assert (case.owner_id, case.taken_at) == (WANG, None)
    await house.zhouqiang.says("/today")
    await house.settle()
    assert "加入" in house.zhouqiang.reads()


async def test_whoever_is_still_here_has_left_when_something_new_is_handed_over_too(
    house: TestHouse,
) -> None:
    await leaves(house, "周强", "李娜")
    await house.zhouqiang.says("/customer_add 新客户一号 owner: 周强")
    await house.settle()
    await house.lina.presses("全部接手")
    await house.settle()
    assert await works_here(house, ZHOUQIANG)
    assert house.lina.sees("有1项请您接手", "新客户一号")
    await house.lina.presses("我来接手")
    await house.settle()
    assert not await works_here(house, ZHOUQIANG)
    assert await owned(house, ZHOUQIANG) == 0


async def test_cases_with_their_deadlines_and_reminders_go_along(house: TestHouse) -> None:
    await house.zhouqiang.says("/complaint 西溪包装 少发了一箱")
    await house.settle()
    await house.zhouqiang.presses("1小时后提醒", on="C-2026-0001")
    await house.settle()
    await leaves(house, "周强", "李娜", at_once=True)
    assert house.wulei.sees("C-2026-0001", "李娜接手之前由王经理负责", where="质量与个案")
    await house.lina.presses("全部接手")
    await house.settle()
    assert not house.wulei.sees("李娜接手之前由王经理负责", where="质量与个案")
    asked = await house.read(lambda db: timers.asked_by(db, LINA))
    assert [timer.name for timer in asked] == ["remind"]
    await house.advance(hours=21)
    assert house.lina.sees("⏰", "C-2026-0001")
    assert not house.zhouqiang.sees("⏰", "C-2026-0001")


async def test_a_draft_is_finished_by_whoever_takes_it_over(house: TestHouse) -> None:
    await house.zhouqiang.says("/visit 西溪包装")
    await house.settle()
    await leaves(house, "周强", "李娜", at_once=True)
    assert house.wang.sees("西溪包装", "移交给您")
    await house.lina.presses("全部接手")
    await house.settle()
    assert await house.read(departures.unfinished) == []
    await house.lina.presses("继续", on="移交给您")
    await house.settle()
    await house.lina.answers(notes="谈了Q3")
    await house.settle()
    assert house.lina.sees("已记录：拜访西溪包装")


async def test_a_successor_who_leaves_as_well(house: TestHouse) -> None:
    await leaves(house, "周强", "李娜")
    await leaves(house, "李娜", "吴磊", at_once=True)
    assert house.wang.sees("周强离职交接：还有3项未接手", "李娜未接手")
    assert await owned(house, LINA) == 0
    assert await owned(house, WANG) == len(ZHOUQIANGS) + 8


async def test_a_superior_who_leaves_while_holding(house: TestHouse) -> None:
    await leaves(house, "周强", "李娜")
    await leaves(house, "王经理", "吴磊", at_once=True)
    assert (await owned(house, WANG), await owned(house, ZHAO)) == (0, 3)
    await house.lina.presses("全部接手")
    await house.settle()
    assert await owned(house, ZHAO) == 0
    assert await house.read(departures.unfinished) == []
    assert not await works_here(house, ZHOUQIANG)
    row = await house.read(lambda db: people.get(db, LINA))
    assert row is not None
    assert row.superior_id == ZHAO


async def test_somebody_away_who_leaves_comes_back_to_nothing(house: TestHouse) -> None:
    await house.zhouqiang.says("/away 10月16日 deputy: 李娜")
    await house.settle()
    await leaves(house, "周强", "李娜", at_once=True)
    seen = house.zhouqiang.count("")
    await house.advance(days=4)
    assert house.zhouqiang.count("") == seen
    assert house.lina.sees("周强已离职：有3项请您接手")


async def test_what_is_left_is_chased_daily(house: TestHouse) -> None:
    await leaves(house, "周强", "李娜", at_once=True)
    before = house.lina.count("请您接手")
    await house.advance(days=1, minutes=5)
    assert house.lina.count("请您接手") == before + 1


async def test_what_was_dealt_with_otherwise_is_settled(house: TestHouse) -> None:
    await leaves(house, "周强", "李娜", at_once=True)
    for name in ZHOUQIANGS:
        await house.wang.says(f"/customer_owner {name} owner: 吴磊 important: 否")
        await house.settle()
    await house.advance(days=1, minutes=5)
    assert await house.read(departures.unfinished) == []


async def test_a_head_may_mark_their_people_and_a_colleague_may_not(house: TestHouse) -> None:
    await house.lina.says("/person_leave person: 周强 successor: 李娜 at_once: 是")
    await house.settle()
    assert house.lina.sees("您没有权限：办理离职")
    await house.wang.says("/person_leave person: 周强 successor: 李娜 at_once: 是")
    await house.settle()
    assert not await works_here(house, ZHOUQIANG)


async def test_who_cannot_succeed(house: TestHouse) -> None:
    await leaves(house, "周强", "周强")
    assert house.zhao.sees("不能由本人接手自己的工作")
    assert await house.read(lambda db: departures.of(db, ZHOUQIANG)) is None


async def test_somebody_with_nothing_in_hands_has_left_at_once(house: TestHouse) -> None:
    await leaves(house, "吴磊", "陈静")
    assert not await works_here(house, WULEI)
    assert house.zhao.sees("吴磊已离职，工作全部交接完毕")


async def test_access_is_ended_later_on_request(house: TestHouse) -> None:
    await leaves(house, "周强", "李娜")
    await house.zhao.presses("立即停用账号")
    await house.settle()
    assert not await works_here(house, ZHOUQIANG)
    assert await owned(house, WANG) == 3


async def test_no_letter_reaches_whoever_has_left(house: TestHouse) -> None:
    await house.zhouqiang.says("/visit 西溪包装 谈了Q3")
    await house.settle()
    await house.zhouqiang.presses("周五提醒我", on="西溪包装")
    await house.settle()
    await leaves(house, "周强", "李娜", at_once=True)
    seen = house.zhouqiang.count("")
    await house.advance(days=3)
    assert house.zhouqiang.count("") == seen
    assert house.wang.sees("您要我提醒", "西溪包装")


async def test_who_left_at_once_is_found_by_name_with_what_is_open(house: TestHouse) -> None:
    await leaves(house, "周强", "李娜", at_once=True)
    assert house.wang.sees("周强已离职：还有3项未接手", "账号已停用")
    assert house.lina.sees("周强已离职：有3项请您接手")
    assert not house.zhao.sees("立即停用")
    assert not house.wang.sees("即将离职")
    await house.zhao.says("/person 周强")
    await house.settle()
    assert house.zhao.sees("周强", "已离职", "未接手的暂由王经理负责")
    assert house.zhao.sees("☐ 客户海岳橡胶：已请李娜接手")
    await house.lina.presses("全部接手")
    await house.settle()
    assert house.zhao.sees("周强已离职，工作全部交接完毕")


async def test_who_has_left_gets_no_work_any_more(house: TestHouse) -> None:
    await leaves(house, "周强", "李娜", at_once=True)
    await house.lina.says("/complaint 永固 锈蚀")
    await house.settle()
    await house.lina.says("/case_pass case: C-2026-0001 to: 周强")
    await house.settle()
    case = await house.read(lambda db: cases.get(db, 1))
    assert case is not None
    assert case.owner_id == LINA
