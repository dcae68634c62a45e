"""A letter that can't be drawn is given up on loudly, and holds no other letter up."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import timedelta

import pytest

from bot.pages import Page
from bot.platform import Address, Landed, Parcel
from commands.kit.card import Card
from commands.kit.desk import Desk, Source, Urgency
from commands.kit.errors import Later, Never, Undeliverable
from commands.kit.people import Actor, ToContact, ToPerson, load
from commands.kit.words import T
from scheduler.delivery import GIVE_UP_AFTER
from scheduler.picking import LEASE
from storage import letters, people
from storage.database import Conflict, Transaction
from storage.letters import Letter
from tests.desk import Reception, reception
from tests.house import ZONE

LINA, WANG = 3, 2
Tells = Callable[[Desk], None]


@pytest.fixture
async def desk(sample_url: str) -> AsyncIterator[Reception]:
    async with reception(sample_url) as made:
        yield made


async def writes(desk: Reception, work: Tells) -> None:
    """Write letters as a command would."""
    at = desk.clock.at
    policy = desk.core.house.policy
    nowhere, bot = Source("", "", ""), Actor(0, "bot")

    def run(db: Transaction) -> None:
        work(Desk(db, bot, nowhere, at, at, at, ZONE, policy))

    await desk.core.database.write(run)


async def letter(desk: Reception, number: int) -> Letter:
    found = await desk.core.database.read(lambda db: letters.get(db, number))
    assert found is not None
    return found


async def two_letters(desk: Reception, *, poisoned: bool = True) -> None:
    """One to 李娜, which may be poisoned, and one to 王经理."""
    await writes(desk, lambda at: at.tell(ToPerson(LINA), Card(T("to lina"))))
    await writes(desk, lambda at: at.tell(ToPerson(WANG), Card(T("to wang"))))
    if poisoned:
        body = '{"is": "Nothing of ours"}'
        await desk.core.database.write(
            lambda db: db.run(f"UPDATE letter SET body = '{body}' WHERE id = 1")  # noqa: S608 (ours)
        )


async def test_a_letter_that_cannot_be_drawn_is_lost_and_the_next_goes_out(
    desk: Reception,
) -> None:
    await two_letters(desk)
    await desk.core.delivery.tick()
    assert desk.mail.titles("dm:wang") == ["to wang"]
    assert (await letter(desk, 1)).state == letters.DEAD
    desk.clock.at += timedelta(minutes=2)
    await desk.core.delivery.tick()
    assert desk.mail.titles("dm:zhao") == ["⚠ Messages could not be delivered"]


async def test_a_platform_that_cannot_draw_it_loses_that_letter_alone(
    desk: Reception, monkeypatch: pytest.MonkeyPatch
) -> None:
    original = desk.mail.send

    async def send(parcel: Parcel) -> Landed:
        if parcel.page.title == "to lina":
            raise KeyError("no such block")
        return await original(parcel)

    monkeypatch.setattr(desk.mail, "send", send)
    await two_letters(desk, poisoned=False)
    await desk.core.delivery.tick()
    assert desk.mail.titles("dm:wang") == ["to wang"]
    assert (await letter(desk, 1)).state == letters.DEAD


async def test_one_that_a_dead_sender_left_behind_holds_nobody_up(desk: Reception) -> None:
    await two_letters(desk)
    now = desk.clock.at

    def die(db: Transaction) -> None:
        letters.claim(db, now, now, "dead", now + LEASE, most=1)

    await desk.core.database.write(die)
    for _ in range(5):
        desk.clock.at += LEASE
        await desk.core.delivery.tick()
    assert desk.mail.titles("dm:wang") == ["to wang"]
    assert (await letter(desk, 1)).state == letters.DEAD


@pytest.mark.parametrize(
    ("error", "looks"), [(Later("busy"), GIVE_UP_AFTER), (Never("no such chat"), 1)]
)
async def test_what_cannot_be_looked_up_does_as_it_declares_in_the_end(
    desk: Reception, monkeypatch: pytest.MonkeyPatch, error: Undeliverable, looks: int
) -> None:
    looked = []

    async def find(parcel: Parcel) -> None:
        looked.append(parcel)
        raise error

    monkeypatch.setattr(desk.mail, "find", find)
    greeting = Card(T("happy birthday"))
    await writes(desk, lambda at: at.tell(ToPerson(LINA), greeting, repeats=False))
    await desk.core.database.write(
        lambda db: letters.claim(db, desk.clock.at, desk.clock.at, "dead", desk.clock.at)
    )
    while (await letter(desk, 1)).state == letters.SENDING:
        desk.clock.at += timedelta(minutes=16)
        await desk.core.delivery.tick()
    assert (await letter(desk, 1)).state == letters.UNCLEAR
    assert len(looked) == looks
    assert desk.mail.titles("dm:lina") == []


async def test_a_direct_chat_that_nobody_knew_yet_is_opened_before_a_letter_is_looked_up(
    desk: Reception, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its sender died right after the first letter to somebody."""
    anywhere = desk.mail.find

    async def find(parcel: Parcel) -> Landed | None:
        assert parcel.address.chat == "dm:lina"
        return await anywhere(parcel)

    monkeypatch.setattr(desk.mail, "find", find)
    await writes(desk, lambda at: at.tell(ToPerson(LINA), Card(T("hello"))))

    def die(db: Transaction) -> None:
        db.run("UPDATE account SET chat = ''")
        letters.claim(db, desk.clock.at, desk.clock.at, "dead", desk.clock.at)

    await desk.core.database.write(die)
    page = Page("hello", ())
    await desk.mail.send(Parcel(Address("web", "rehearsal", "dm:lina"), page, key="1"))
    desk.clock.at += LEASE
    await desk.core.delivery.tick()
    assert (await letter(desk, 1)).state == letters.SENT
    assert desk.mail.titles("dm:lina") == ["hello"]


async def test_a_digest_waits_for_the_next_morning(desk: Reception) -> None:
    digest = Urgency.DIGEST
    await writes(desk, lambda at: at.tell(ToPerson(LINA), Card(T("one")), urgency=digest))
    await writes(desk, lambda at: at.tell(ToPerson(LINA), Card(T("two")), urgency=digest))
    kept = await letter(desk, 1)
    assert f"{kept.not_before.astimezone(ZONE):%d %H:%M}" == "15 07:30"
    desk.clock.at = kept.not_before
    await desk.core.delivery.tick()
    assert desk.mail.titles("dm:lina") == ["2 things for you"]


async def test_one_deed_tells_nobody_of_a_subject_twice(desk: Reception) -> None:
    def tell(at: Desk) -> None:
        lina = load(at.db, LINA)
        at.tell_once(lina, Card(T("as the owner")))
        at.tell_once(lina, Card(T("as a colleague")))
        at.tell_once(None, Card(T("to nobody")))

    await writes(desk, tell)
    await desk.core.delivery.tick()
    assert [parcel.page.title for parcel in desk.mail.sent] == ["as the owner"]


async def test_a_contact_is_reached_on_their_account(desk: Reception) -> None:
    await writes(desk, lambda at: at.tell(ToContact(1), Card(T("hello"))))
    await desk.core.delivery.tick()
    assert desk.mail.titles("dm:zhangwei") == ["hello"]


async def test_a_command_for_staff_run_for_nobody_is_a_bug(desk: Reception) -> None:
    def tell(at: Desk) -> None:
        with pytest.raises(TypeError, match="somebody outside the company"):
            at.person  # noqa: B018 (asking is the point)
        assert at.as_of(at.now + timedelta(days=1)).today > at.today

    await writes(desk, tell)


async def test_an_account_on_a_platform_that_is_off_is_passed_over(desk: Reception) -> None:
    def elsewhere(db: Transaction) -> None:
        row = people.Account(
            platform="carrier pigeon",
            workspace="w",
            user="lina",
            person_id=LINA,
            chat="roof",
            used_at=desk.clock.at + timedelta(days=1),
        )
        people.add_account(db, row)

    await desk.core.database.write(elsewhere)
    await writes(desk, lambda at: at.tell(ToPerson(LINA), Card(T("hello"))))
    await desk.core.delivery.tick()
    assert desk.mail.titles("dm:lina") == ["hello"]


@pytest.mark.parametrize(("times", "logged"), [(1, 1), (2, 0)])
async def test_a_conflict_is_tried_once_more_and_then_set_aside(
    desk: Reception, monkeypatch: pytest.MonkeyPatch, times: int, logged: int
) -> None:
    left = times
    write = desk.core.database.write

    def conflicting(work: Callable[[Transaction], object]) -> Awaitable[object]:
        nonlocal left

        def run(db: Transaction) -> object:
            nonlocal left
            done = work(db)
            left -= 1
            if left >= 0:
                raise Conflict("twin")
            return done

        return write(run)

    monkeypatch.setattr(desk.core.database, "write", conflicting)
    request = desk.request("lina", "/visit 永固 Q3")
    first = await desk.core.door.handle(request)
    monkeypatch.undo()
    assert await desk.core.door.handle(request) == first
    await desk.work()
    said = " ".join(desk.mail.titles("dm:lina"))
    assert said.count("Visit logged") == logged
    assert ("Something went wrong" in said) == (not logged)
