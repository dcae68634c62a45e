"""People join, have several accounts, choose a language; strangers are told what they can do."""

from __future__ import annotations

import pytest

from commands.kit.people import Role
from storage import people, places
from tests.house import TestHouse


async def test_a_stranger_is_told_what_to_do(house: TestHouse) -> None:
    await house.stranger.says("/today")
    await house.settle()
    assert "加入" in house.stranger.reads()
    assert "投诉" in house.stranger.reads()


async def test_joining_by_code(house: TestHouse) -> None:
    code = await house.code(person_id=4)
    await house.stranger.says(f"加入 {code}")
    await house.settle()
    assert house.stranger.sees("周强")
    accounts = await house.read(lambda db: people.accounts_of(db, 4))
    assert len(accounts) == 2


async def test_a_code_works_once(house: TestHouse) -> None:
    code = await house.code(person_id=4)
    await house.stranger.says(f"加入 {code}")
    await house.settle()
    await house.zhangwei.says(f"加入 {code}")
    await house.settle()
    assert not house.zhangwei.sees("周强")


async def test_a_code_expires(house: TestHouse) -> None:
    code = await house.code(person_id=4)
    await house.advance(days=8)
    await house.stranger.says(f"加入 {code}")
    await house.settle()
    assert not house.stranger.sees("周强")


async def test_an_administrator_adds_a_person(house: TestHouse) -> None:
    await house.zhao.says("/person_add 钱进 departments: 销售 superior: 王经理")
    await house.settle()
    assert house.zhao.sees("钱进")
    found = await house.read(people.named)
    assert "钱进" in {one.name for one in found}


async def test_only_an_administrator_adds_people(house: TestHouse) -> None:
    await house.lina.says("/person_add 钱进 departments: 销售")
    await house.settle()
    assert "钱进" not in {one.name for one in await house.read(people.named)}


async def test_choosing_a_language(house: TestHouse) -> None:
    await house.lina.says("/language English")
    await house.settle()
    await house.lina.says("/visit 永固 Q3")
    await house.settle()
    assert house.lina.sees("Visit logged: 永固")


async def test_people_are_listed(house: TestHouse) -> None:
    await house.lina.says("/people")
    await house.settle()
    assert house.lina.sees("李娜", "销售", "王经理")


async def test_help_shows_what_this_person_may_do(house: TestHouse) -> None:
    await house.chenjing.says("/help")
    await house.settle()
    assert house.chenjing.sees("投诉")
    assert not house.chenjing.sees("/person_add")


async def test_an_administrators_help_names_every_command_on_a_person(house: TestHouse) -> None:
    await house.zhao.says("/help")
    await house.settle()
    declared = [command.declared for command in house.core.house.catalogue]
    theirs = {one.name for one in declared if one.who & {Role.ADMINISTRATOR, Role.STAFF}}
    assert {"person_add", "person_leave", "person_out", "account_unlink"} <= theirs
    assert [name for name in sorted(theirs) if not house.zhao.sees(f"/{name}")] == []
    assert house.zhao.sees("人员：", "离职", "解除账号")


async def test_help_tells_others_only_of_what_they_might_do(house: TestHouse) -> None:
    await house.lina.says("/help")
    await house.settle()
    assert house.lina.sees("/visit_undo", "/handover_accept")
    assert not house.lina.sees("/person_departments")
    await house.zhangwei.says("/help")
    await house.settle()
    assert not house.zhangwei.sees("/visit_undo")
    assert not house.zhangwei.sees("/handover_accept")


async def test_binding_a_place(house: TestHouse) -> None:
    await house.zhao.says("/bind purpose: 个案 audience: 销售", where="销售部")
    await house.settle()
    bound = await house.read(lambda db: places.bound_to(db, "cases"))
    assert {tuple(place.audience) for place in bound} == {("quality", "sales"), ("sales",)}


async def test_today_shows_what_is_owed(house: TestHouse) -> None:
    await house.lina.says("/complaint 永固 锈蚀")
    await house.settle()
    await house.lina.says("/today")
    await house.settle()
    assert house.lina.sees("首次答复", "C-2026-0001")


@pytest.mark.parametrize("said", ["until xx", "wedding xx"])
async def test_a_word_that_is_little_like_a_name_shows_nobody(house: TestHouse, said: str) -> None:
    await house.lina.says(f"/person {said}")
    await house.settle()
    assert house.lina.sees(f"没有找到叫“{said}”的"), house.lina.reads()
