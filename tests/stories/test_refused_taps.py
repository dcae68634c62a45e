"""Something ended between card and tap: it is refused, with the reason, in both languages."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import NamedTuple

import pytest

from storage import approvals, people
from tests.house import TestHouse, entered, lived_in
from tests.moulds import Cast
from tests.players import Player
from tests.stories.admitting import NAME, SAID, brought

ZHAO, LINA = 1, 3


class Told(NamedTuple):
    """A house in which management is asked, and the language it speaks."""

    house: TestHouse
    language: str

    async def taps(self, player: Player, *, typed: bool = False) -> None:
        """Approve on the card in front of them, or in words."""
        if typed:
            await player.says("/approve A-2026-0001")
        else:
            label = {"zh": "批准", "en": "Approve"}[self.language]
            await player.presses(label, on=SAID[self.language]["asked"])
        await self.house.settle()

    def reads(self, player: Player, zh: str, en: str) -> None:
        """The reason stands there."""
        assert player.sees({"zh": zh, "en": en}[self.language]), player.reads()

    async def is_open(self) -> bool:
        found = await self.house.read(lambda db: approvals.get(db, 1))
        return found is not None and found.state == approvals.OPEN


@pytest.fixture(params=["zh", "en"])
def language(request: pytest.FixtureRequest) -> str:
    """Each language."""
    return str(request.param)


@pytest.fixture
def url(platform: str, language: str, cast: Cast) -> str:
    """A company that reads this language, on each platform."""
    return cast(f"{platform}_{language}", lambda url: lived_in(url, platform, language))


@pytest.fixture
async def told(platform: str, language: str, url: str) -> AsyncIterator[Told]:
    """Its house."""
    async with entered(platform, url, language=language) as house:
        yield Told(house, language)


async def test_a_role_was_revoked(told: Told) -> None:
    house = told.house
    await brought(house, house.liuyang, house.lina, told.language)
    await house.write(lambda db: people.place(db, ZHAO, {"purchasing": False}))
    await told.taps(house.zhao)
    told.reads(house.zhao, "您已不在这个岗位", "You are not in that position any more")
    assert await told.is_open()


async def test_a_deputy_is_none_any_more(told: Told) -> None:
    house = told.house
    await house.zhao.says("/away 2026-10-20 deputy: 孙敏")
    await house.settle()
    await brought(house, house.liuyang, house.lina, told.language)
    await house.zhao.says("/back")
    await house.settle()
    await told.taps(house.sunmin)
    told.reads(
        house.sunmin,
        "您已不再代理赵总，这项审批正在等赵总处理",
        "You no longer stand in for 赵总. Waiting for: 赵总",
    )
    assert await told.is_open()
    assert house.zhao.sees({"zh": "欢迎回来", "en": "Welcome back"}[told.language], NAME)
    await told.taps(house.zhao, typed=True)
    assert not await told.is_open()


async def test_who_has_left_is_nobody_here(told: Told) -> None:
    house = told.house
    await brought(house, house.liuyang, house.lina, told.language)
    await house.zhao.says("/approval_transfer A-2026-0001 to: 陈静")
    await house.settle()
    yes = {"zh": "是", "en": "yes"}[told.language]
    await house.zhao.says(f"/person_leave person: 陈静 successor: 吴磊 at_once: {yes}")
    await house.settle()
    await told.taps(house.chenjing)
    told.reads(house.chenjing, "您已离职", "You have left")
    assert await told.is_open()
    await house.wulei.presses({"zh": "我来接手", "en": "I take it over"}[told.language])
    await house.settle()
    await told.taps(house.wulei)
    assert not await told.is_open()


async def test_whoever_submitted_it_does_not_decide_under_a_second_account(told: Told) -> None:
    house = told.house
    await brought(house, house.liuyang, house.lina, told.language)
    await second(house, LINA)
    await told.taps(house.stranger, typed=True)
    told.reads(house.stranger, "这是您本人提交的，须由他人审批", "You submitted this yourself")
    assert await told.is_open()


async def test_whoever_agreed_does_not_agree_again_under_a_second_account(told: Told) -> None:
    house = told.house
    await brought(house, house.liuyang, house.lina, told.language)
    when = {"zh": "在我之后", "en": "after me"}[told.language]
    await house.zhao.says(f"/approval_add A-2026-0001 to: 陈静 when: {when}")
    await house.settle()
    await told.taps(house.zhao)
    await second(house, ZHAO)
    await told.taps(house.stranger, typed=True)
    told.reads(house.stranger, "您已处理过这项审批", "You have answered this already")
    assert await told.is_open()


async def second(house: TestHouse, person_id: int) -> None:
    """The stranger turns out to be somebody who has an account already."""
    code = await house.code(person_id=person_id)
    await house.stranger.says(f"/join {code}")
    await house.settle()
