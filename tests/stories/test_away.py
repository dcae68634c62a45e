"""Being away: the deputy gets what is urgent, the rest waits, one letter tells on return."""

from __future__ import annotations

from datetime import timedelta

import pytest

from storage import absences, cases
from tests.house import TestHouse

WANG, LINA, ZHOUQIANG = 2, 3, 4


async def away(house: TestHouse) -> None:
    """李娜 is away from now (Wednesday) until Friday."""
    await house.lina.says("/away 10月16日 deputy: 周强")
    await house.settle()
    assert house.lina.sees("您请假到10月16日（周五），由周强代理"), house.lina.reads()


async def test_a_deputy_is_asked_and_told(house: TestHouse) -> None:
    await away(house)
    assert house.zhouqiang.sees("请您代理李娜的工作", "10月16日（周五）")


async def test_what_is_missing_is_asked_for(house: TestHouse) -> None:
    await house.lina.says("/away")
    await house.settle()
    await house.lina.answers(until="2026-10-16", deputy="周强")
    await house.settle()
    assert house.lina.sees("您请假到10月16日（周五），由周强代理"), house.lina.reads()


async def test_a_last_day_just_past_is_asked_about(house: TestHouse) -> None:
    await house.lina.says("/away 10月9日 deputy: 周强")
    await house.settle()
    assert house.lina.sees("10月9日（周五）已经过了。请问是哪一天？"), house.lina.reads()
    await house.lina.answers(until="2026-10-16")
    await house.settle()
    assert house.lina.sees("您请假到10月16日（周五），由周强代理"), house.lina.reads()


async def test_a_complaint_goes_to_the_deputy_who_may_do_what_the_owner_may(
    house: TestHouse,
) -> None:
    await away(house)
    before = house.lina.count("C-2026-0001")
    await house.zhangwei.says("投诉 螺栓锈蚀")
    await house.settle()
    assert house.zhouqiang.sees("代李娜", "C-2026-0001", "螺栓锈蚀")
    assert house.zhouqiang.sees("李娜请假到10月16日（周五），由周强代理")
    assert house.lina.count("C-2026-0001") == before == 0
    await house.zhouqiang.presses("写答复", on="代李娜")
    await house.settle()
    await house.zhouqiang.answers(text="已安排换货")
    await house.settle()
    assert house.zhangwei.sees("已安排换货")
    case = await house.read(lambda db: cases.get(db, 1))
    assert case is not None
    assert (case.owner_id, case.replied_at is not None) == (LINA, True)


async def test_warnings_and_the_missed_deadline_go_to_the_deputy_marked(house: TestHouse) -> None:
    await away(house)
    await house.zhangwei.says("投诉 螺栓锈蚀")
    await house.settle()
    await house.advance(hours=21)
    assert house.zhouqiang.sees("⏰", "代李娜", "C-2026-0001")
    assert house.lina.count("C-2026-0001") == 0
    await house.advance(hours=4)
    assert house.zhouqiang.sees("🚨", "代李娜", "C-2026-0001")
    assert house.wang.sees("🚨", "C-2026-0001")
    assert not house.wang.sees("🚨", "代李娜")


async def test_the_preview_names_the_deputy(house: TestHouse) -> None:
    await house.zhangwei.says("投诉 螺栓锈蚀")
    await house.settle()
    await away(house)
    await house.wang.says("/case_future C-2026-0001")
    await house.settle()
    assert house.wang.sees("周强（代李娜）")


async def test_what_a_deputy_owes_for_another_stands_among_their_own(house: TestHouse) -> None:
    await house.zhangwei.says("投诉 螺栓锈蚀")
    await house.settle()
    await away(house)
    await house.zhouqiang.says("/today")
    await house.settle()
    assert house.zhouqiang.sees("代李娜", "C-2026-0001", "首次答复")


async def test_a_card_says_that_its_owner_is_away_and_no_more_after(house: TestHouse) -> None:
    await house.zhangwei.says("投诉 螺栓锈蚀")
    await house.settle()
    assert not house.wulei.sees("请假", where="质量与个案")
    await away(house)
    assert house.wulei.sees("C-2026-0001", "由周强代理", where="质量与个案")
    await house.wang.says("/person 李娜")
    await house.settle()
    assert house.wang.sees("李娜请假到10月16日（周五），由周强代理")
    await house.lina.says("/back")
    await house.settle()
    assert not house.wulei.sees("由周强代理", where="质量与个案")


async def test_one_letter_on_return_tells_what_happened(house: TestHouse) -> None:
    await house.lina.says("/visit 永固 谈了Q3")
    await house.settle()
    await house.lina.presses("周五提醒我", on="拜访永固")
    await house.settle()
    await away(house)
    await house.zhangwei.says("投诉 螺栓锈蚀")
    await house.settle()
    seen = house.lina.count("")
    await house.advance(days=2, hours=13)  # Friday 23:00: the reminder was due at nine
    assert house.lina.count("") == seen, house.lina.reads()
    await house.advance(hours=9)  # Saturday 8:00
    assert house.lina.count("") == seen + 1, house.lina.reads()
    assert house.lina.sees("李娜，欢迎回来", "期间由周强代理", "C-2026-0001", "您要我提醒")
    await house.advance(days=2)
    assert house.lina.count("欢迎回来") == 1


async def test_coming_back_early_ends_it(house: TestHouse) -> None:
    await away(house)
    await house.zhangwei.says("投诉 螺栓锈蚀")
    await house.settle()
    await house.lina.presses("我回来了")
    await house.settle()
    assert house.lina.sees("李娜，欢迎回来", "C-2026-0001")
    await house.zhangwei.says("投诉 又锈了")
    await house.settle()
    assert house.lina.sees("C-2026-0002", "又锈了")
    assert not house.zhouqiang.sees("C-2026-0002")
    await house.zhouqiang.presses("写答复", on="C-2026-0001")
    await house.settle()
    await house.advance(days=4)
    assert house.lina.count("欢迎回来") == 1


async def test_a_deputy_may_what_the_owner_may_and_no_longer_than_that(house: TestHouse) -> None:
    """孙敏 of purchasing has no part in cases of her own."""
    await house.zhangwei.says("投诉 螺栓锈蚀")
    await house.settle()
    await house.sunmin.says("/case_take C-2026-0001")
    await house.settle()
    assert house.sunmin.sees("您没有权限"), house.sunmin.reads()
    await house.lina.says("/away 10月16日 deputy: 孙敏")
    await house.settle()
    await house.sunmin.says("/case_phoned C-2026-0001 at: 刚刚")
    await house.settle()
    assert (await replied(house)) == 1
    await house.lina.says("/back")
    await house.settle()
    await house.sunmin.says("/case_phoned C-2026-0001 at: 刚刚")
    await house.settle()
    assert (await replied(house)) == 1
    assert house.sunmin.sees("您没有权限")


async def replied(house: TestHouse) -> int:
    return len(await house.read(lambda db: cases.replies(db, 1)))


async def test_coming_back_when_not_away(house: TestHouse) -> None:
    await house.lina.says("/back")
    await house.settle()
    assert house.lina.sees("您现在没有请假")


async def test_deputies_never_stand_in_for_each_other(house: TestHouse) -> None:
    await away(house)
    await house.zhouqiang.says("/away 10月15日 deputy: 李娜")
    await house.settle()
    assert "不能互相代理" in house.zhouqiang.reads()
    await house.zhouqiang.says("/away 10月15日 deputy: 周强")
    await house.settle()
    assert "代理人不能是本人" in house.zhouqiang.reads()
    now = house.clock.now()
    assert await house.read(lambda db: absences.of(db, ZHOUQIANG, now)) is None


async def test_a_deputys_deputy_stands_in(house: TestHouse) -> None:
    await away(house)
    await house.zhouqiang.says("/away 10月15日 deputy: 吴磊")
    await house.settle()
    await house.zhangwei.says("投诉 螺栓锈蚀")
    await house.settle()
    assert house.wulei.sees("代李娜", "C-2026-0001")
    assert not house.zhouqiang.sees("C-2026-0001")


async def test_an_absence_to_come_begins_by_itself(house: TestHouse) -> None:
    await house.lina.says("/away 10月23日 deputy: 周强 since: 10月19日")
    await house.settle()
    await house.zhangwei.says("投诉 螺栓锈蚀")
    await house.settle()
    assert house.lina.sees("C-2026-0001")
    assert not house.zhouqiang.sees("C-2026-0001")
    await house.advance(days=5)  # Monday 19 October
    assert house.wulei.sees("由周强代理", where="质量与个案")
    await house.zhangwei.says("投诉 又锈了")
    await house.settle()
    assert house.zhouqiang.sees("代李娜", "C-2026-0002")


async def test_calling_off_an_absence_to_come(house: TestHouse) -> None:
    await house.lina.says("/away 10月23日 deputy: 周强 since: 10月19日")
    await house.settle()
    await house.lina.says("/back")
    await house.settle()
    assert house.lina.sees("请假已取消")
    later = house.clock.now() + timedelta(days=6)
    assert await house.read(lambda db: absences.of(db, LINA, later)) is None


async def test_days_that_cannot_be(house: TestHouse) -> None:
    await house.lina.says("/away 2026-10-01 deputy: 周强")
    await house.settle()
    assert "已经过了" in house.lina.reads()


async def test_when_the_deputy_leaves_their_successor_stands_in(house: TestHouse) -> None:
    await away(house)
    await house.zhao.says("/person_leave person: 周强 successor: 吴磊 at_once: 是")
    await house.settle()
    assert house.wulei.sees("请您代理李娜的工作")
    await house.zhangwei.says("投诉 螺栓锈蚀")
    await house.settle()
    assert house.wulei.sees("代李娜", "C-2026-0001")


async def test_when_the_deputy_leaves_and_the_absent_one_succeeds_the_superior_does(
    house: TestHouse,
) -> None:
    await away(house)
    await house.zhao.says("/person_leave person: 周强 successor: 李娜 at_once: 是")
    await house.settle()
    assert house.wang.sees("请您代理李娜的工作")
    await house.zhangwei.says("投诉 螺栓锈蚀")
    await house.settle()
    assert house.wang.sees("代李娜", "C-2026-0001")


async def test_a_deputy_is_not_woken_to_be_asked(house: TestHouse) -> None:
    await house.advance(hours=13)  # 23:00
    before = house.zhouqiang.count("请您代理李娜的工作")
    await house.lina.says("/away 10月16日 deputy: 周强")
    await house.settle()
    assert house.zhouqiang.count("请您代理李娜的工作") == before == 0
    await house.advance(hours=9)
    assert house.zhouqiang.sees("请您代理李娜的工作", "10月16日（周五）")


async def test_the_settings_say_since_when_until_when_and_who_stands_in(house: TestHouse) -> None:
    await house.lina.says("/settings")
    await house.settle()
    assert house.lina.sees("您的设置", "请假", "没有")
    await away(house)
    await house.lina.says("/settings")
    await house.settle()
    assert house.lina.sees("10月14日", "到10月16日（周五），由周强代理")
    await house.lina.presses("我回来了", on="您的设置")
    await house.settle()
    await house.lina.says("/settings")
    await house.settle()
    assert house.lina.count("到10月16日（周五），由周强代理") <= 2


async def test_the_settings_show_an_absence_that_is_still_to_come(house: TestHouse) -> None:
    await house.lina.says("/away 10月23日 deputy: 周强 since: 10月20日")
    await house.settle()
    await house.lina.says("/settings")
    await house.settle()
    assert house.lina.sees("从10月20日", "到10月23日（周五），由周强代理")
    with pytest.raises(AssertionError):
        await house.lina.presses("我回来了", on="您的设置")


@pytest.mark.parametrize(
    "said",
    [
        "/away until Friday 周强",
        "/away until Friday, deputy 周强",
        "/away deputy: 周强 until: until Friday",
        "/away 到周五 周强",
        "/away 直到10月16日，代理人 周强",
        "/away 周强 till Friday",
    ],
)
async def test_until_is_no_colleague(house: TestHouse, said: str) -> None:
    await house.lina.says(said)
    await house.settle()
    assert house.lina.sees("您请假到10月16日（周五），由周强代理"), house.lina.reads()
    assert not house.sunmin.sees("请您代理")


@pytest.mark.parametrize("said", ["until Friday", "in two days", "line Friday"])
async def test_a_deputy_is_never_guessed(house: TestHouse, said: str) -> None:
    await house.zhouqiang.says(f"/away {said}")
    await house.settle()
    assert not await house.read(lambda db: absences.ahead(db, ZHOUQIANG, house.clock.at))
    assert not house.sunmin.sees("请您代理")
    assert not house.lina.sees("请您代理")


async def test_a_deputy_with_a_slip_is_asked_about(house: TestHouse) -> None:
    await house.lina.says("/away Friday deputy: until")
    await house.settle()
    assert house.lina.sees("是指哪一个"), house.lina.reads()
    assert not house.sunmin.sees("请您代理")
