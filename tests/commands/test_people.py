"""People and customers at their edges: names taken, codes for nobody, files that are gone."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from bot.platform import Pressed, Toast
from commands.kit.card import Button, Card, Ref
from commands.kit.words import T
from commands.people import CODE_ALPHABET, CODE_LENGTH, digest, new_code
from storage import customers, people
from tests.desk import Reception, reception


@pytest.fixture
async def desk(sample_url: str) -> AsyncIterator[Reception]:
    async with reception(sample_url) as made:
        yield made


async def newest(desk: Reception, user: str) -> str:
    await desk.work()
    return str([p for p in desk.mail.sent if p.address.chat == f"dm:{user}"][-1].page)


async def presses(desk: Reception, user: str, held: Button) -> Toast:
    at = desk.request(user, "").address
    reply = await desk.says(user, Pressed(desk.core.house.seal.sealed(held, at)))
    assert isinstance(reply, Toast)
    return reply


def test_codes_are_easy_to_read_out_and_never_the_same() -> None:
    codes = {new_code() for _ in range(200)}
    assert len(codes) == 200
    assert all(len(code) == CODE_LENGTH and set(code) <= set(CODE_ALPHABET) for code in codes)
    assert not set("01IO") & set(CODE_ALPHABET)


def test_a_code_is_kept_unreadably_and_typed_carelessly() -> None:
    assert digest(" abcd2345 ") == digest("ABCD2345")
    assert "ABCD2345" not in digest("ABCD2345")


async def test_a_name_is_added_once(desk: Reception) -> None:
    await desk.says("zhao", "/person_add 李娜 Departments: sales")
    assert "There is somebody called 李娜 already." in await newest(desk, "zhao")
    named = await desk.core.database.read(people.named)
    assert [one.name for one in named].count("李娜") == 1


async def test_somebody_who_has_left_gets_no_code(desk: Reception) -> None:
    await desk.core.database.write(lambda db: db.run("UPDATE person SET active = false WHERE id=4"))
    held = Button(T("x"), "person_invite", {"person": 4})
    reply = await presses(desk, "zhao", held)
    assert reply.text.startswith("There is no such person")
    await desk.says("zhao", "/person_invite 周强")
    assert "There is no person called “周强”." in await newest(desk, "zhao")


async def test_a_new_administrator_is_told_what_to_do_first(desk: Reception) -> None:
    await desk.says("zhao", "/person_add 钱进 Departments: sales Administrator: yes Head: no")
    code = (await newest(desk, "zhao")).partition("7 days): ")[2][:CODE_LENGTH]
    await desk.says("stranger", f"join {code}")
    page = await newest(desk, "stranger")
    assert "Welcome, 钱进" in page
    assert "/person_add NAME" in page


async def test_people_are_listed_with_whom_they_report_to_and_whether_they_joined(
    desk: Reception,
) -> None:
    await desk.says("zhao", "/person_add 钱进 Departments: sales, quality Superior: 王经理")
    await desk.says("lina", "/people")
    page = await newest(desk, "lina")
    assert "9 people" in page
    assert "钱进 · Quality, Sales · reports to 王经理 · not joined yet" in page
    assert "赵总 · Management · joined" in page


async def test_somebody_outside_chooses_a_language_of_their_own(desk: Reception) -> None:
    await desk.says("zhangwei", "/language 中文")
    await desk.says("zhangwei", "/complaint rust")
    assert "C-2026-0001 华强" in await newest(desk, "zhangwei")
    assert "complaint received" not in await newest(desk, "zhangwei")


async def test_a_customer_that_is_gone(desk: Reception) -> None:
    reply = await presses(
        desk, "lina", Button(T("x"), "contact_add", {"name": "x"}, Ref("customer", 99))
    )
    assert reply.text.startswith("There is no such customer")
    drawing = desk.core.delivery.drawing
    card, _ = await desk.core.database.read(lambda db: drawing.draw(db, Ref("customer", 99)))
    assert card == Card(T("This is no longer here."))


async def test_a_name_that_a_customer_has_already_is_kept_once(desk: Reception) -> None:
    before = await desk.core.database.read(lambda db: customers.names(db, 5))
    await desk.says("lina", "/customer_name 永固 Short name: 永固")
    after = await desk.core.database.read(lambda db: customers.names(db, 5))
    assert [one.name for one in after] == [one.name for one in before]


async def test_a_customers_file_says_what_was_last_and_what_is_open(desk: Reception) -> None:
    await desk.says("lina", "/visit 永固 yesterday Q3")
    await desk.says("lina", "/complaint 永固 rust")
    await desk.says("lina", "/contact_add 永固 Name: 钱多多 Phone: 13900000000 Position: buyer")
    await desk.says("lina", "/customer 永固")
    page = await newest(desk, "lina")
    for fact in ("Last visit: yesterday", "Open case: C-2026-0001", "钱多多 · buyer · 13900000000"):
        assert fact in page
    await desk.core.database.write(lambda db: db.run("DELETE FROM stewardship"))
    await desk.says("lina", "/customer 西溪包装")
    assert "nobody yet" in await newest(desk, "lina")
