"""Deputies decide on what they were given, up to an amount; the rest is the superior's (2.2.4)."""

from __future__ import annotations

from decimal import Decimal

import pytest

from storage import absences, approvals, people
from tests.house import TestHouse
from tests.stories.admitting import brought

ZHAO, WANG = 1, 2


async def alone(house: TestHouse) -> None:
    """王经理 alone decides; 赵总 is above."""
    await house.write(lambda db: people.place(db, WANG, {"management": False}))
    await house.write(lambda db: people.place(db, ZHAO, {"archive": False}))


async def goes(house: TestHouse, narrowed: str = "") -> None:
    """王经理 is away for two weeks, and 周强 stands in."""
    await house.wang.says(f"/away 10月28日 deputy: 周强 {narrowed}")
    await house.settle()


async def state(house: TestHouse) -> str:
    found = await house.read(lambda db: approvals.get(db, 1))
    assert found is not None
    return found.state


async def test_a_deputy_of_everything_decides(house: TestHouse) -> None:
    await alone(house)
    await goes(house)
    await brought(house, house.liuyang, house.lina)
    assert house.zhouqiang.sees("🔷 请您决定", "代王经理"), house.zhouqiang.reads()
    await house.zhouqiang.says("/approve A-2026-0001")
    await house.settle()
    assert await state(house) == approvals.APPROVED


async def test_a_deputy_of_admissions_decides_on_them(house: TestHouse) -> None:
    await alone(house)
    await goes(house, "decides: 准入")
    assert house.wang.sees("您请假到10月28日", "可决定：准入", "您的上级"), house.wang.reads()
    assert house.zhouqiang.sees("请您代理王经理", "可决定：准入", "王经理的上级"), (
        house.zhouqiang.reads()
    )
    await brought(house, house.liuyang, house.lina)
    await house.zhouqiang.says("/approve A-2026-0001")
    await house.settle()
    assert await state(house) == approvals.APPROVED


async def test_what_a_deputy_was_not_given_is_the_superiors(house: TestHouse) -> None:
    await alone(house)
    await goes(house, "decides: 不代为决定")
    assert house.zhouqiang.sees("请您代理王经理", "不代为做决定", "王经理的上级"), (
        house.zhouqiang.reads()
    )
    await brought(house, house.liuyang, house.lina)
    assert not house.zhouqiang.sees("🔷 请您决定"), house.zhouqiang.reads()
    assert house.zhao.sees("🔷 请您决定", "代王经理"), house.zhao.reads()
    await house.zhouqiang.says("/approve A-2026-0001")
    await house.settle()
    assert house.zhouqiang.sees("您代理王经理，但不包括这项决定", "赵总"), house.zhouqiang.reads()
    assert await state(house) == approvals.OPEN
    await house.zhao.says("/approve A-2026-0001")
    await house.settle()
    assert await state(house) == approvals.APPROVED


async def test_a_limit_is_read_and_kept_as_an_amount(house: TestHouse) -> None:
    await alone(house)
    await goes(house, "limit: 5万")
    assert house.wang.sees("可决定的金额", "50,000"), house.wang.reads()
    absence = await house.read(lambda db: absences.get(db, 1))
    assert absence is not None
    assert (absence.up_to, absence.currency) == (Decimal("50000.00"), "CNY")
    assert absence.decides is None


@pytest.mark.parametrize(
    ("narrowed", "said"),
    [
        ("limit: 很多", "请写成金额"),
        ("limit: -50000", "请写成金额"),
        ("decides: 准入、不代为决定", "两者只能选其一"),
    ],
)
async def test_what_cannot_be_meant_is_asked_again(
    house: TestHouse, narrowed: str, said: str
) -> None:
    await alone(house)
    await goes(house, narrowed)
    assert house.wang.sees(said), house.wang.reads()
    assert await house.read(lambda db: absences.get(db, 1)) is None


@pytest.mark.parametrize("said", ["不限", "5万以内", "不超过5万"])
async def test_a_limit_is_read_as_people_say_it(house: TestHouse, said: str) -> None:
    await alone(house)
    await goes(house, f"范围：准入 限额：{said}")
    absence = await house.read(lambda db: absences.get(db, 1))
    assert absence is not None, house.wang.reads()
    assert absence.decides == ["admission"]
    assert absence.up_to == (None if said == "不限" else Decimal(50000))


async def test_who_has_nobody_above_leaves_the_deputy_everything(house: TestHouse) -> None:
    await house.zhao.says("/away 10月28日 deputy: 王经理 decides: 不代为决定")
    await house.settle()
    assert house.zhao.sees("您上面没有其他人"), house.zhao.reads()
    assert await house.read(lambda db: absences.get(db, 1)) is None


async def test_what_falls_to_the_superior_stands_in_their_lists_alone(house: TestHouse) -> None:
    await alone(house)
    await goes(house, "decides: 不代为决定")
    await brought(house, house.liuyang, house.lina)
    for player in (house.zhao, house.zhouqiang):
        await player.says("/approvals")
        await player.says("/today")
    await house.settle()
    assert house.zhao.sees("1项等您审批"), house.zhao.reads()
    assert house.zhao.sees("代王经理", "审批：宁海明达模具有限公司"), house.zhao.reads()
    assert house.zhouqiang.sees("0项等您审批"), house.zhouqiang.reads()
    assert not house.zhouqiang.sees("代王经理", "审批："), house.zhouqiang.reads()


async def test_going_away_and_coming_back_asks_who_decides_then(house: TestHouse) -> None:
    await alone(house)
    await brought(house, house.liuyang, house.lina)
    assert house.wang.sees("🔷 请您决定"), house.wang.reads()
    await goes(house, "decides: 不代为决定")
    assert house.zhao.sees("🔷 请您决定", "代王经理"), house.zhao.reads()
    before = house.wang.count("🔷 请您决定")
    await house.wang.says("/back")
    await house.settle()
    assert house.wang.count("🔷 请您决定") > before, house.wang.reads()
    assert house.zhouqiang.sees("您不再代理王经理的工作"), house.zhouqiang.reads()


async def test_nobody_without_a_voice_is_asked(house: TestHouse) -> None:
    """The superior submitted the report themselves: the deputy is not asked in their place."""
    await alone(house)
    await goes(house, "decides: 不代为决定")
    await brought(house, house.liuyang, house.zhao)
    assert not house.zhouqiang.sees("🔷 请您决定"), house.zhouqiang.reads()
    await house.wang.says("/back")
    await house.settle()
    assert house.wang.sees("🔷 请您决定"), house.wang.reads()


async def test_ones_settings_show_what_the_deputy_decides(house: TestHouse) -> None:
    await alone(house)
    await goes(house, "范围：准入 限额：5万")
    await house.wang.says("/settings")
    await house.settle()
    assert house.wang.sees("免打扰", "可决定：准入", "50,000"), house.wang.reads()
