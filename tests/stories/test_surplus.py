"""Words that nothing asks for are said to be left out; numbers and addresses find their place."""

from __future__ import annotations

import pytest

from storage import customers
from tests.house import TestHouse

SURPLUS = [
    ("/visits 上月", "上月"),
    ("/visits 李娜", "李娜"),
    ("/today 明天", "明天"),
    ("/people 陈", "陈"),
    ("/person 周强 明天", "明天"),
]


@pytest.mark.parametrize(("line", "left"), SURPLUS)
async def test_what_was_not_used_is_named(house: TestHouse, line: str, left: str) -> None:
    await house.lina.says(line)
    await house.settle()
    assert house.lina.sees(f"这里用不上：“{left}”")


@pytest.mark.parametrize(
    ("line", "answer"),
    [("/visits", "本月"), ("今天要做什么呢？", "本月"), ("/today please", "本月")],
)
async def test_where_all_was_used_nothing_is_said(house: TestHouse, line: str, answer: str) -> None:
    await house.lina.says(line)
    await house.settle()
    assert house.lina.sees(answer)
    assert not house.lina.sees("这里用不上")


async def test_what_was_not_used_is_no_mention(house: TestHouse) -> None:
    await house.lina.says("/today <!channel> *x* <b>y</b>")
    await house.settle()
    assert house.lina.sees("这里用不上")
    assert house.live() == []


@pytest.mark.parametrize(
    "line",
    [
        "/contact_add 永固 钱多多 13800000000 qian@yonggu.example",
        "/contact_add 永固 13800000000 钱多多 邮箱 qian@yonggu.example",
        "/contact_add 永固 钱多多，电话13800000000，邮箱：qian@yonggu.example",
    ],
)
async def test_a_number_is_no_part_of_a_name(house: TestHouse, line: str) -> None:
    await house.lina.says(line)
    await house.settle()
    (found,) = [
        one
        for one in await house.read(lambda db: customers.contacts(db, 5))
        if one.name.startswith("钱多多")
    ]
    assert (found.name, found.phone, found.email) == (
        "钱多多",
        "13800000000",
        "qian@yonggu.example",
    )
