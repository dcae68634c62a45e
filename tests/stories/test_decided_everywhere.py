"""Deciders of one request sit at three platforms; each reads what the others did (2.2.4)."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path

import pytest

from storage import admissions, people
from tests.house import prepared_everywhere
from tests.players import Player
from tests.stages import Everywhere, everywhere
from tests.stories.admitting import NAME, brought

ZHAO, WANG, CHENJING = 1, 2, 5
# Where each of those who decide sits: 赵总 at Slack, 王经理 at Telegram, 陈静 at the local chat.
SEATED = {"zhao": "slack", "wang": "telegram", "chenjing": "web"}
ASKED = "请您决定"
Before = Callable[[Everywhere], Awaitable[None]]
Told = AbstractAsyncContextManager[Everywhere]


@pytest.fixture
def told(database_url: str, tmp_path: Path) -> Callable[..., Told]:
    """Opens the company under a rule: three decide, each at a platform of their own."""

    @asynccontextmanager
    async def open_(rule: str, before: Before = nothing) -> AsyncIterator[Everywhere]:
        prepared_everywhere(database_url, "zh")
        own = tmp_path / "policy.toml"
        own.write_text(f'[admissions]\nrule = "{rule}"\n', encoding="utf-8")
        async with everywhere(database_url, "zh", policy_file=str(own)) as house:
            await three(house)
            await before(house)
            await brought(house, house.on("telegram").liuyang, house.on("web").lina)
            yield house

    return open_


def of(house: Everywhere, user: str) -> Player:
    """Somebody who decides, where they sit."""
    found: Player = getattr(house.on(SEATED[user]), user)
    return found


async def three(house: Everywhere) -> None:
    """Three decide; each has last been heard where they sit."""
    await house.write(lambda db: people.place(db, WANG, {"management": False, "sales": True}))
    await house.write(lambda db: people.place(db, CHENJING, {"management": False}))
    for user in SEATED:
        await of(house, user).says("/today")


async def nothing(_house: Everywhere) -> None:
    """Nothing happens before."""


async def agrees(house: Everywhere, user: str) -> str:
    """Somebody approves on the card in front of them; the time at which they did."""
    at = house.local(house.clock.at)
    await of(house, user).presses("批准", on=ASKED)
    await house.settle()
    return at


def everybody_sees(house: Everywhere, *texts: str, of_: Iterable[str] = SEATED) -> None:
    """One card of each holds all of these."""
    for user in of_:
        assert of(house, user).sees(*texts), (user, of(house, user).reads())


def assert_quiet(house: Everywhere) -> None:
    """Neither platform refused anything that the bot sent."""
    assert house.slack_fake is not None
    assert house.telegram_fake is not None
    assert house.slack_fake.refused == []
    assert house.telegram_fake.refused == []


async def state(house: Everywhere) -> str:
    found = await house.read(lambda db: admissions.get(db, 1))
    assert found is not None
    return found.state


async def test_all_must_agree_and_each_reads_who_has_and_when(told: Callable[..., Told]) -> None:
    async with told("all") as house:
        everybody_sees(house, ASKED, NAME, "等赵总、王经理、陈静决定", "须全部同意")
        first = await agrees(house, "wang")
        everybody_sees(house, ASKED, "☑ 王经理", first, "等赵总、陈静决定")
        await house.advance(minutes=30)
        second = await agrees(house, "chenjing")
        assert first != second
        everybody_sees(house, ASKED, "☑ 王经理", first, "☑ 陈静", second, "等赵总决定")
        await house.advance(minutes=30)
        last = await agrees(house, "zhao")
        everybody_sees(house, "✅ 赵总已批准", "☑ 王经理", first, "☑ 陈静", second, "☑ 赵总", last)
        await house.advance(minutes=3)
        assert await state(house) == admissions.ADMITTED
        assert_quiet(house)


async def test_one_decides_and_the_cards_of_the_others_say_who(told: Callable[..., Told]) -> None:
    async with told("any") as house:
        everybody_sees(house, ASKED, NAME, "任一人审批即可")
        at = await agrees(house, "wang")
        everybody_sees(house, "✅ 王经理已批准", "☑ 王经理", at)
        for user in SEATED:
            assert not of(house, user).sees(ASKED), of(house, user).reads()
        await of(house, "chenjing").says("/reject A-2026-0001 reason: 太贵")
        await house.settle()
        assert of(house, "chenjing").sees("王经理已经批准"), of(house, "chenjing").reads()
        await house.advance(minutes=3)
        assert await state(house) == admissions.ADMITTED
        assert_quiet(house)


async def test_one_after_the_other_from_platform_to_platform(told: Callable[..., Told]) -> None:
    async with told("order") as house:
        everybody_sees(house, ASKED, "等赵总决定", "其后依次：王经理、陈静", of_=["zhao"])
        for user in ("wang", "chenjing"):
            assert not of(house, user).sees(ASKED), of(house, user).reads()
        await of(house, "wang").says("/approve A-2026-0001")
        await house.settle()
        assert of(house, "wang").sees("还没轮到您", "赵总"), of(house, "wang").reads()
        first = await agrees(house, "zhao")
        everybody_sees(house, ASKED, "☑ 赵总", first, "等王经理决定", of_=["zhao", "wang"])
        await house.advance(minutes=30)
        second = await agrees(house, "wang")
        everybody_sees(house, ASKED, "☑ 赵总", first, "☑ 王经理", second, "等陈静决定")
        await house.advance(minutes=30)
        last = await agrees(house, "chenjing")
        everybody_sees(house, "✅ 陈静已批准", "☑ 赵总", first, "☑ 王经理", second, "☑ 陈静", last)
        assert_quiet(house)


async def test_one_refusal_stands_on_every_card_with_its_reason(
    told: Callable[..., Told],
) -> None:
    async with told("all") as house:
        first = await agrees(house, "zhao")
        await of(house, "chenjing").says("/reject A-2026-0001 reason: 质检记录不全")
        await house.settle()
        everybody_sees(house, "❌ 陈静已驳回", "☑ 赵总", first, "✗ 陈静", "质检记录不全")
        await house.advance(minutes=3)
        assert await state(house) == admissions.REJECTED
        assert_quiet(house)


async def two_away(house: Everywhere) -> None:
    """王经理 and 陈静 decide, and 孙敏 stands in for both."""
    await house.write(lambda db: people.place(db, ZHAO, {"purchasing": False}))
    for user in ("wang", "chenjing"):
        await of(house, user).says("/away 10月20日 deputy: 孙敏")
    await house.settle()


async def test_who_stands_in_after_an_answer_is_asked_at_once(told: Callable[..., Told]) -> None:
    async with told("all", two_away) as house:
        sunmin = house.on("slack").sunmin
        assert sunmin.sees("代王经理", ASKED) or house.on("web").sunmin.sees("代王经理", ASKED)
        assert not of(house, "zhao").sees(ASKED), of(house, "zhao").reads()
        await sunmin.says("/approve A-2026-0001")
        await house.settle()
        assert of(house, "zhao").sees("代陈静", ASKED, "孙敏（代王经理）"), of(
            house, "zhao"
        ).reads()
        await agrees(house, "zhao")
        await house.advance(minutes=3)
        assert await state(house) == admissions.ADMITTED
