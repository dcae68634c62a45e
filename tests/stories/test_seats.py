"""People's cards, seats, accounts and settings; an administrator always stays."""

from __future__ import annotations

import pytest

from storage import people, visits
from storage.people import Account
from tests.house import BEGUN, TestHouse

ZHAO, WANG, LINA, ZHOUQIANG = 1, 2, 3, 4


async def person(house: TestHouse, person_id: int) -> people.Person:
    row = await house.read(lambda db: people.get(db, person_id))
    assert row is not None
    return row


async def test_who_has_not_linked_yet_is_shown_and_invited(house: TestHouse) -> None:
    await house.zhao.says("/person_add 钱进 departments: 销售 superior: 王经理")
    await house.settle()
    await house.zhao.says("/people")
    await house.settle()
    assert house.zhao.sees("还有1人未绑定账号：钱进")
    await house.zhao.presses("给钱进邀请码")
    await house.settle()
    assert house.zhao.sees("钱进的新邀请码")


async def test_a_card_shows_somebody_and_an_administrator_changes_them(house: TestHouse) -> None:
    await house.zhao.says("/person 周强")
    await house.settle()
    assert house.zhao.sees("周强", "销售", "王经理")
    await house.zhao.presses("电话", on="周强")
    await house.settle()
    await house.zhao.answers(phone="139 0000 0000")
    await house.settle()
    assert house.zhao.sees("周强", "139 0000 0000")
    await house.zhao.presses("管理员", on="139 0000 0000")
    await house.settle()
    await house.zhao.answers(admin="是")
    await house.settle()
    assert (await person(house, ZHOUQIANG)).admin


async def test_a_colleague_sees_the_card_without_the_buttons(house: TestHouse) -> None:
    await house.lina.says("/person 周强")
    await house.settle()
    assert house.lina.sees("周强", "王经理")
    assert house.lina.buttons("周强") == []


async def test_superiors_never_run_in_a_circle(house: TestHouse) -> None:
    await house.zhao.says("/person_superior person: 王经理 superior: 李娜")
    await house.settle()
    assert "不能互为上级" in house.zhao.reads()
    assert (await person(house, WANG)).superior_id == ZHAO
    await house.zhao.says("/person_superior person: 李娜 superior: 陈静")
    await house.settle()
    assert (await person(house, LINA)).superior_id == 5


async def test_a_right_taken_away_while_a_form_is_open_is_gone(house: TestHouse) -> None:
    await house.lina.says("/visit 永固")
    await house.settle()
    await house.zhao.says("/person_departments person: 李娜 departments: 档案室")
    await house.settle()
    await house.lina.answers(notes="谈了Q3")
    await house.settle()
    logged = await house.read(lambda db: visits.by_person(db, LINA, BEGUN.date()))
    assert logged == []
    assert "您没有权限" in house.lina.reads()


async def test_a_right_taken_away_while_a_button_hangs_is_gone(house: TestHouse) -> None:
    await house.zhao.says("/person_admin person: 王经理 admin: 是")
    await house.settle()
    await house.wang.says("/person 周强")
    await house.settle()
    await house.zhao.says("/person_admin person: 王经理 admin: 否")
    await house.settle()
    await house.wang.presses("管理员", on="周强")
    await house.settle()
    assert house.wang.sees("您没有权限")
    assert not (await person(house, ZHOUQIANG)).admin


async def test_the_last_administrator_is_not_locked_out(house: TestHouse) -> None:
    for said in (
        "/person_admin person: 赵总 admin: 否",
        "/person_leave person: 赵总 successor: 王经理 at_once: 是",
    ):
        await house.zhao.says(said)
        await house.settle()
        assert "最后一位能登录的管理员" in house.zhao.reads()
    await house.zhao.says("/settings")
    await house.settle()
    await house.zhao.presses("解除", on="您的设置")
    await house.settle()
    assert house.zhao.sees("最后一位能登录的管理员")
    row = await person(house, ZHAO)
    assert (row.admin, row.active) == (True, True)
    assert len(await house.read(lambda db: people.accounts_of(db, ZHAO))) == 1


async def test_with_another_who_can_be_reached_an_administrator_may_stop(house: TestHouse) -> None:
    await house.zhao.says("/person_admin person: 王经理 admin: 是")
    await house.settle()
    await house.zhao.says("/person_admin person: 赵总 admin: 否")
    await house.settle()
    assert not (await person(house, ZHAO)).admin


async def test_ones_own_accounts_are_shown_and_unlinked(house: TestHouse) -> None:
    code = await house.code(person_id=LINA)
    await house.stranger.says(f"加入 {code}")
    await house.settle()
    await house.stranger.says("我的账号")
    await house.settle()
    assert house.stranger.sees("您的设置", "李娜", "陌生人")
    await house.stranger.presses("解除", on="您的设置")
    await house.settle()
    assert len(await house.read(lambda db: people.accounts_of(db, LINA))) == 1


async def test_nobody_unlinks_anothers_account(house: TestHouse) -> None:
    [mine] = await house.read(lambda db: people.accounts_of(db, LINA))
    await house.zhouqiang.says(f"/account_unlink person: 李娜 account: #{mine.id}")
    await house.settle()
    assert house.zhouqiang.sees("您没有权限")
    assert len(await house.read(lambda db: people.accounts_of(db, LINA))) == 1


async def test_quiet_hours_are_ones_own(house: TestHouse) -> None:
    await house.lina.says("/quiet 晚上没空")
    await house.settle()
    assert "22:00-7:30" in house.lina.reads()
    await house.lina.says("/quiet 21点半到8:15")
    await house.settle()
    assert house.lina.sees("21:30–08:15")
    row = await person(house, LINA)
    assert (row.quiet_from, row.quiet_to) == ("21:30", "08:15")
    await house.lina.presses("不设免打扰")
    await house.settle()
    row = await person(house, LINA)
    assert row.quiet_from == row.quiet_to


@pytest.mark.parametrize(
    "said",
    [
        "10pm-7am",
        "10 pm to 7 am",
        "晚上10点到早上7点",
        "从晚上10点到次日早上7点",
        "晚上十点至七点",
        "22.00 - 7.00",
        "22-7",
    ],
)
async def test_quiet_hours_as_people_say_them(house: TestHouse, said: str) -> None:
    await house.lina.says(f"/quiet {said}")
    await house.settle()
    row = await person(house, LINA)
    assert (row.quiet_from, row.quiet_to) == ("22:00", "07:00"), house.lina.reads()


@pytest.mark.parametrize(
    "said", ["10-7am", "晚上", "晚上10点", "25:00-7:00", "10pm-10pm", "8-9-10"]
)
async def test_quiet_hours_that_are_not_understood(house: TestHouse, said: str) -> None:
    await house.lina.says(f"/quiet {said}")
    await house.settle()
    assert "22:00-7:30" in house.lina.reads()
    row = await person(house, LINA)
    assert (row.quiet_from, row.quiet_to) == ("22:00", "07:30")


@pytest.mark.parametrize("said", ["off", "关", "关闭", "不要", "关掉。"])
async def test_no_quiet_hours(house: TestHouse, said: str) -> None:
    await house.lina.says(f"/quiet {said}")
    await house.settle()
    row = await person(house, LINA)
    assert row.quiet_from == row.quiet_to, house.lina.reads()


async def test_a_home_is_where_one_has_an_account(house: TestHouse) -> None:
    await house.lina.says("/home pigeon")
    await house.settle()
    assert house.lina.sees("您在那里没有账号", "最近使用的")
    assert "last" not in house.lina.reads()
    await house.lina.says(f"/home {house.platform}")
    await house.settle()
    assert (await person(house, LINA)).home == house.platform
    await house.lina.says("/home 最近使用的")
    await house.settle()
    assert (await person(house, LINA)).home == ""


async def test_letters_go_home_first_though_another_account_was_used_last(
    house: TestHouse,
) -> None:
    """李娜 has an account on a platform that is off, used a moment ago, and one here."""
    other = Account(
        platform="pigeon",
        workspace="w",
        user="u",
        person_id=LINA,
        chat="c",
        used_at=house.clock.at,
    )
    await house.write(lambda db: people.add_account(db, other))
    await house.write(lambda db: people.set_home(db, LINA, "pigeon"))
    await house.zhangwei.says("投诉 螺栓锈蚀")
    await house.settle()
    assert house.lina.sees("C-2026-0001")
