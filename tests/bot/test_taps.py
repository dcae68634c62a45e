"""Many tap at once, on three replicas: one decides, and everybody else is told who did (2.2.4)."""

from __future__ import annotations

import asyncio
import random

import pytest

from bot.core import Core
from bot.platform import Pressed, Reply, Toast
from commands.approvals import asking
from commands.approvals.deciders import Decider, Procedure
from commands.approvals.rules import Rule
from commands.kit.card import Card, Ref
from commands.kit.desk import Desk, Source
from commands.kit.people import Actor, load
from commands.kit.words import T
from storage import approvals, people
from storage.approvals import NO, YES
from storage.database import Transaction
from storage.people import Account
from tests.desk import Reception, button, reception, replicas
from tests.house import ZONE

MANAGERS = {"zhao": 1, "wang": 2, "chenjing": 5, "sunmin": 7}
SUBMITTER = 3
TAPS, REPLICAS = 50, 3


async def asked(desk: Reception, number: int) -> Ref:
    """Something that any of four may decide; each has the card in their direct chat."""

    def work(db: Transaction) -> Ref:
        submitter = load(db, SUBMITTER)
        at_desk = Desk(
            db=db,
            actor=Actor(3, "李娜", submitter),
            source=Source("web", "rehearsal", "dm:lina"),
            now=desk.clock.at,
            recorded_at=desk.clock.at,
            machine_now=desk.clock.at,
            zone=ZONE,
            policy=desk.core.house.policy,
            deed="test",
        )
        deciders = [Decider(one) for id_ in MANAGERS.values() if (one := load(db, id_))]
        how = Procedure(f"X-2026-{number:04d}", "2.2.4", deciders, Rule.ANY)
        what = Card(T("of {name}", name=how.name))
        return asking.ask(at_desk, Ref("case", number), what, {"Report": "good"}, how)

    request, _ = await desk.core.database.write(work)
    await desk.work()
    return request


async def everybody_taps(
    desk: Reception, cores: list[Core], number: int, chance: random.Random
) -> list[Reply]:
    """Fifty taps at once, some to approve and some to reject, from four people, anywhere."""
    held = {user: button(desk.mail, f"dm:{user}", "Approve") for user in MANAGERS}
    saying = []
    for _ in range(TAPS):
        user = chance.choice(list(MANAGERS))
        approves = chance.random() < 0.5
        said = Pressed(held[user]) if approves else f"/reject X-2026-{number:04d} reason: no"
        saying.append(chance.choice(cores).door.handle(desk.request(user, said)))
    return list(await asyncio.gather(*saying))


async def one_round(desk: Reception, cores: list[Core], number: int) -> None:
    """Exactly one answer counts; whoever tapped too late reads whose."""
    request = await asked(desk, number)
    replies = await everybody_taps(desk, cores, number, random.Random(number))
    approval = await desk.core.database.read(lambda db: approvals.get(db, request.id))
    seats = await desk.core.database.read(lambda db: approvals.seats(db, request.id))
    answered = [seat for seat in seats if seat.state in {YES, NO}]
    assert approval is not None
    assert len(answered) == 1
    assert approval.state == ("approved" if answered[0].state == YES else "rejected")
    names = {id_: user for user, id_ in MANAGERS.items()}
    assert answered[0].by_id in names
    late = [one.text for one in replies if isinstance(one, Toast) and one.alert]
    assert all("already" in text for text in late), late
    refused = sum(isinstance(one, Toast) and one.alert for one in replies)
    assert refused >= sum(isinstance(one, Toast) for one in replies) - 1


MANY = pytest.param(200, marks=[pytest.mark.torture, pytest.mark.timeout(600)])


@pytest.mark.parametrize("rounds", [3, MANY])
async def test_one_of_fifty_taps_decides(sample_url: str, rounds: int) -> None:
    async with reception(sample_url) as desk:
        with replicas(sample_url, desk.clock, desk.mail, REPLICAS) as cores:
            for number in range(1, rounds + 1):
                await one_round(desk, cores, number)


async def test_a_second_account_of_the_submitter_decides_no_more_than_the_first(
    sample_url: str,
) -> None:
    async with reception(sample_url) as desk:
        request = await asked(desk, 1)
        second = Account(
            platform="web",
            workspace="rehearsal",
            user="lina2",
            name="李娜",
            person_id=SUBMITTER,
            chat="dm:lina2",
            used_at=desk.clock.at,
        )
        await desk.core.database.write(lambda db: people.add_account(db, second))
        await desk.says("lina2", "/approve X-2026-0001")
        await desk.work()
        assert any("submitted this yourself" in title for title in desk.mail.titles("dm:lina2"))
        approval = await desk.core.database.read(lambda db: approvals.get(db, request.id))
        assert approval is not None
        assert approval.state == approvals.OPEN
