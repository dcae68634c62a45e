"""Joining by a code: by a link, by words, once; a customer's contact complains as themselves."""

from __future__ import annotations

import re

from storage import cases, people
from tests.house import TestHouse
from tests.players import Player

CODE = re.compile(r"(?<![A-Z0-9-])[2-9A-HJ-NP-Z]{8}(?![A-Z0-9])")
ZHOUQIANG, LINA, YONGGU = 4, 3, 5


def code_seen_by(player: Player) -> str:
    """The newest code in sight."""
    found = CODE.findall(player.reads())
    assert found, player.reads()
    return str(found[-1])


async def joined(house: TestHouse, person_id: int) -> int:
    return len(await house.read(lambda db: people.accounts_of(db, person_id)))


async def test_a_link_with_a_code_joins_at_once(house: TestHouse) -> None:
    code = await house.code(person_id=ZHOUQIANG)
    await house.stranger.starts(code)
    await house.settle()
    assert house.stranger.sees("欢迎", "周强")
    assert await joined(house, ZHOUQIANG) == 2
    await house.stranger.says("/visit 西溪包装 谈了Q3")
    await house.settle()
    assert house.stranger.sees("已记录：拜访西溪包装")


async def test_a_link_with_a_wrong_code_joins_nobody(house: TestHouse) -> None:
    await house.stranger.starts("WRONGONE")
    await house.settle()
    assert house.stranger.sees("邀请码无效")
    await house.stranger.says("/today")
    await house.settle()
    assert "加入" in house.stranger.reads()


async def test_opening_the_bot_tells_a_stranger_what_can_be_done(house: TestHouse) -> None:
    await house.stranger.starts()
    await house.settle()
    assert "投诉" in house.stranger.reads()
    assert "加入" in house.stranger.reads()
    assert "/person_add" not in house.stranger.reads()


async def test_opening_the_bot_shows_a_colleague_what_they_can_do(house: TestHouse) -> None:
    await house.lina.starts()
    await house.settle()
    assert house.lina.sees("/visit", "/today")


async def test_somebody_who_has_joined_keeps_their_account(house: TestHouse) -> None:
    code = await house.code(person_id=ZHOUQIANG)
    await house.lina.says(f"加入 {code}")
    await house.settle()
    assert house.lina.sees("您已经以李娜的身份加入了")
    assert await joined(house, LINA) == 1
    await house.stranger.says(f"加入 {code}")
    await house.settle()
    assert house.stranger.sees("欢迎", "周强")


async def test_a_colleague_who_tries_a_customers_code_stays_a_colleague(house: TestHouse) -> None:
    code = await house.code(contact_id=1)
    await house.lina.says(f"加入 {code}")
    await house.settle()
    assert house.lina.sees("您已经以李娜的身份加入了")
    assert await joined(house, LINA) == 1


async def test_an_administrator_makes_a_new_code_for_a_colleague(house: TestHouse) -> None:
    await house.zhao.says("/person_invite 周强")
    await house.settle()
    assert house.zhao.sees("周强的新邀请码")
    await house.stranger.says(f"join {code_seen_by(house.zhao)}")
    await house.settle()
    assert house.stranger.sees("欢迎", "周强")


async def test_a_contact_is_invited_joins_and_complains_as_themselves(house: TestHouse) -> None:
    await house.lina.says("/contact_add 永固 name: 钱多多")
    await house.settle()
    await house.lina.says("/customer_invite 永固 contact: 钱多多")
    await house.settle()
    assert house.lina.sees("钱多多的邀请码")
    await house.stranger.says(f"加入 {code_seen_by(house.lina)}")
    await house.settle()
    assert house.stranger.sees("欢迎", "钱多多")
    await house.stranger.says("投诉 螺栓锈蚀")
    await house.settle()
    case = await house.read(lambda db: cases.get(db, 1))
    assert case is not None
    assert (case.customer_id, case.owner_id) == (YONGGU, LINA)
    assert house.lina.sees("C-2026-0001", "永固", "螺栓锈蚀")


async def test_a_contact_who_was_never_added_cannot_be_invited(house: TestHouse) -> None:
    await house.lina.says("/customer_invite 永固 contact: 钱多多")
    await house.settle()
    assert "还没有叫“钱多多”的联系人" in house.lina.reads()


async def test_a_contact_sees_their_own_cases_alone(house: TestHouse) -> None:
    await house.zhangwei.says("投诉 螺栓锈蚀")
    await house.settle()
    await house.hefang.says("投诉 少发了一箱")
    await house.settle()
    await house.zhangwei.says("/case")
    await house.settle()
    assert house.zhangwei.sees("1个个案", "C-2026-0001")
    assert not house.zhangwei.sees("C-2026-0002")
    await house.zhangwei.says("/case C-2026-0002")
    await house.settle()
    assert house.zhangwei.sees("没有找到")
    assert not house.zhangwei.sees("少发了一箱")


async def test_a_colleague_sees_every_open_case_and_each_by_its_number(house: TestHouse) -> None:
    await house.zhangwei.says("投诉 螺栓锈蚀")
    await house.settle()
    await house.hefang.says("投诉 少发了一箱")
    await house.settle()
    await house.wulei.says("/case")
    await house.settle()
    assert house.wulei.sees("C-2026-0001", "华强", "C-2026-0002", "宁波精工")
    await house.wulei.says("/case c2026-2")
    await house.settle()
    assert house.wulei.sees("C-2026-0002", "少发了一箱")
    assert not house.wulei.sees("C-2026-0001", "螺栓锈蚀")
