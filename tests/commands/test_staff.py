"""People at their edges: phones that are vouched for, homes, circles, the way back in."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from datetime import date

import pytest

from bot.founding import admin_code
from bot.platform import PhoneCard, Typed
from bot.settings import Settings
from bot.start import Refusal
from commands.kit.errors import Invalid, Never
from commands.kit.people import acting
from commands.people import digest
from commands.staff.rules import quiet_hours, reaches, span
from storage import absences, customers, invitations, people
from storage.absences import Absence
from storage.customers import Contact
from storage.database import Database, Transaction
from storage.people import Account
from storage.reach import email_key, phone_key
from tests.desk import Mailbox, Reception, reception
from tests.house import BEGUN, ZONE, settings_for

ZHAO, WANG, LINA, ZHOUQIANG = 1, 2, 3, 4


@pytest.fixture
async def desk(sample_url: str) -> AsyncIterator[Reception]:
    async with reception(sample_url) as made:
        yield made


async def newest(desk: Reception, user: str) -> str:
    await desk.work()
    return str([p for p in desk.mail.sent if p.address.chat == f"dm:{user}"][-1].page)


# --- vouched for ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "written",
    ["13900000000", "+86 139 0000 0000", "0086-139-0000-0000", "１３９ ００００ ００００"],
)
def test_a_phone_number_is_one_however_it_is_written(written: str) -> None:
    assert phone_key(written) == "13900000000"


@pytest.mark.parametrize("written", ["", "n/a", "110", "转 8"])
def test_what_is_no_phone_number_finds_nobody(written: str) -> None:
    assert phone_key(written) == ""


def test_an_address_is_one_however_it_is_written() -> None:
    assert email_key(" Li.Na@Example.COM ") == "li.na@example.com"
    assert email_key("no address") == ""


async def phone(desk: Reception, person_id: int, number: str) -> None:
    await desk.core.database.write(lambda db: people.reach(db, person_id, phone=number, email=""))


async def test_an_own_phone_number_is_recognised_and_linked_once_confirmed(
    desk: Reception,
) -> None:
    await phone(desk, LINA, "139 0000 0000")
    await desk.says("stranger", Typed(phone=PhoneCard("x", "+8613900000000", own=True)))
    assert "Are you 李娜, Sales?" in await newest(desk, "stranger")
    assert len(await desk.core.database.read(lambda db: people.accounts_of(db, LINA))) == 1
    await desk.presses("stranger", "Yes, that is me")
    assert "Welcome, 李娜" in await newest(desk, "stranger")
    assert len(await desk.core.database.read(lambda db: people.accounts_of(db, LINA))) == 2


async def test_anothers_phone_number_is_not(desk: Reception) -> None:
    await phone(desk, LINA, "13900000000")
    await desk.says("stranger", Typed(phone=PhoneCard("x", "13900000000", own=False)))
    await desk.says("stranger", "join_as person3")
    assert "Are you" not in await newest(desk, "stranger")
    assert len(await desk.core.database.read(lambda db: people.accounts_of(db, LINA))) == 1


async def test_a_contacts_phone_number_is_recognised(desk: Reception) -> None:
    row = Contact(customer_id=2, name="钱多多", phone="13911112222", created_at=BEGUN)
    await desk.core.database.write(lambda db: customers.add_contact(db, row))
    await desk.says("stranger", Typed(phone=PhoneCard("x", "13911112222", own=True)))
    assert "Are you 钱多多 of 华强?" in await newest(desk, "stranger")


async def test_a_number_that_changed_hands_meanwhile_links_nobody(desk: Reception) -> None:
    await phone(desk, LINA, "13900000000")
    await desk.says("stranger", Typed(phone=PhoneCard("x", "13900000000", own=True)))
    await desk.work()
    await phone(desk, LINA, "")
    await phone(desk, ZHOUQIANG, "13900000000")
    await desk.presses("stranger", "Yes, that is me")
    for one in (LINA, ZHOUQIANG):
        linked = await desk.core.database.read(lambda db, id_=one: people.accounts_of(db, id_))  # type: ignore[misc]
        assert len(linked) == 1


async def test_a_phone_number_belongs_to_one(desk: Reception) -> None:
    await phone(desk, LINA, "13900000000")
    await desk.says("zhao", "/person_phone person: 周强 Phone: +8613900000000")
    assert "This is 李娜's already." in await newest(desk, "zhao")
    await desk.says("zhao", "/person_email person: 周强 E-mail: nowhere")
    assert "is no e-mail address" in await newest(desk, "zhao")


# --- home -----------------------------------------------------------------------------------------


async def other(desk: Reception) -> Mailbox:
    """李娜 has a second account, on another platform, which she used last."""
    mail = Mailbox("pigeon")
    desk.core.platforms["pigeon"] = mail
    row = Account(
        platform="pigeon",
        workspace="w",
        user="u",
        person_id=LINA,
        chat="c",
        used_at=desk.clock.at,
    )
    await desk.core.database.write(lambda db: people.add_account(db, row))
    return mail


async def test_letters_go_home_first_then_where_last_used_then_anywhere(desk: Reception) -> None:
    pigeon = await other(desk)
    await desk.says("zhangwei", "/complaint rust")
    await desk.work()
    assert len(pigeon.titles("c")) == 1
    await desk.says("lina", "/home web")
    await desk.says("zhangwei", "/complaint more rust")
    await desk.work()
    assert len(pigeon.titles("c")) == 1
    assert any("C-2026-0002" in title for title in desk.mail.titles("dm:lina"))


async def test_a_home_that_refuses_is_passed_over(desk: Reception) -> None:
    pigeon = await other(desk)
    await desk.core.database.write(lambda db: people.set_home(db, LINA, "pigeon"))
    pigeon.failing.append(Never("blocked", account=True))
    await desk.says("zhangwei", "/complaint rust")
    await desk.work()
    await desk.work()
    assert pigeon.titles("c") == []
    assert any("C-2026-0001" in title for title in desk.mail.titles("dm:lina"))


# --- rules ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("written", "hours"),
    [
        ("22:00-7:30", ("22:00", "07:30")),
        ("22 7", ("22:00", "07:00")),
        ("21点半到8点15分", ("21:30", "08:15")),
        ("22：00～6：00", ("22:00", "06:00")),
        ("无", ("00:00", "00:00")),
        ("none", ("00:00", "00:00")),
    ],
)
def test_quiet_hours_as_people_write_them(written: str, hours: tuple[str, str]) -> None:
    assert quiet_hours(written) == hours


@pytest.mark.parametrize("written", ["", "22:00", "25:00-7:00", "22:61-7:00", "8-8", "1 2 3"])
def test_hours_that_are_none(written: str) -> None:
    with pytest.raises(Invalid):
        quiet_hours(written)


def test_going_from_person_to_person_ends_also_in_a_circle() -> None:
    circle: Mapping[int, list[int]] = {1: [2], 2: [3], 3: [1], 4: [1]}
    assert reaches(1, 3, circle.__getitem__)
    assert not reaches(1, 4, circle.__getitem__)


def test_an_absence_lasts_to_the_end_of_its_last_day() -> None:
    begins, ends = span(date(2026, 10, 14), date(2026, 10, 16), BEGUN, ZONE)
    assert begins == BEGUN
    assert ends.astimezone(ZONE).isoformat() == "2026-10-17T00:00:00+08:00"
    with pytest.raises(Invalid):
        span(date(2026, 10, 17), date(2026, 10, 16), BEGUN, ZONE)


async def test_when_everybody_who_could_stand_in_is_away_too(desk: Reception) -> None:
    def leave(db: Transaction) -> None:
        for one, deputy in ((LINA, ZHOUQIANG), (ZHOUQIANG, WANG), (WANG, LINA)):
            absences.add(
                db,
                Absence(
                    person_id=one,
                    deputy_id=deputy,
                    since=BEGUN,
                    until=BEGUN.replace(day=16),
                    made_at=BEGUN,
                ),
            )

    await desk.core.database.write(leave)
    acts = await desk.core.database.read(lambda db: acting(db, LINA, BEGUN))
    assert acts is not None
    assert (acts.person.id, acts.instead_of and acts.instead_of.id) == (ZHAO, LINA)


# --- the way back in ------------------------------------------------------------------------------


async def test_an_administrator_who_lost_every_account_gets_a_code(desk: Reception) -> None:
    database = desk.core.database
    [mine] = await database.read(lambda db: people.accounts_of(db, ZHAO))
    await database.write(lambda db: people.link_account(db, mine.id or 0, None, None))
    code = admin_code(settings_for(database.url, "en"))
    found = await database.read(lambda db: invitations.find(db, digest(code)))
    assert found is not None
    await desk.says("stranger", f"join {code}")
    assert "Welcome, 赵总" in await newest(desk, "stranger")
    assert len(await database.read(people.active)) == 8
    assert len(await database.read(lambda db: people.accounts_of(db, ZHAO))) == 1


async def test_a_code_can_make_somebody_else_administrator(desk: Reception) -> None:
    database = desk.core.database
    code = admin_code(settings_for(database.url, "en"), "王经理")
    await desk.says("stranger", f"join {code}")
    assert "You are the administrator" in await newest(desk, "stranger")
    with pytest.raises(Refusal, match="Nobody called 谁 works here"):
        admin_code(settings_for(database.url, "en"), "谁")


def test_a_company_of_nobody_is_founded_by_it(database_url: str) -> None:
    settings: Settings = settings_for(database_url, "en")
    code = admin_code(settings)
    database = Database(database_url)
    found = database.read_now(lambda db: invitations.find(db, digest(code)))
    database.close()
    assert found is not None
    assert (found.admin, found.person_id) == (True, None)
