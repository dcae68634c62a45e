"""Places and phone numbers: they answer a question, are filed with a card, or ask what they are."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from bot.platform import Open, PhoneCard, Spot, Submitted, Typed
from commands.kit.answers import Context, answer
from commands.kit.errors import Invalid
from commands.kit.form import Ask, Place, Question
from storage import cases, customers, drafts, talk, visits
from storage.visits import Visit
from tests.desk import Reception, button, reception

HERE = Spot(29.8683, 121.544, "宁波精工")
KEPT = {"latitude": 29.8683, "longitude": 121.544, "title": "宁波精工"}
SHOWN = "📍 宁波精工 · 29.86830, 121.54400"


@pytest.fixture
async def desk(sample_url: str) -> AsyncIterator[Reception]:
    async with reception(sample_url) as made:
        yield made


async def visit(desk: Reception) -> Visit:
    found = await desk.core.database.read(lambda db: visits.get(db, 1))
    assert found is not None
    return found


def newest(desk: Reception, user: str = "lina") -> str:
    return repr([p.page for p in desk.mail.sent if p.address.chat == f"dm:{user}"][-1])


async def test_a_place_alone_offers_a_visit_there(desk: Reception) -> None:
    await desk.says("lina", Typed(spot=HERE))
    await desk.work()
    assert SHOWN in newest(desk)
    assert "Log a customer visit" in newest(desk)
    assert "Report a complaint" not in newest(desk)
    await desk.presses("lina", "Log a customer visit")
    await desk.says("lina", "永固")
    await desk.says("lina", "谈了Q3")
    await desk.work()
    assert (await visit(desk)).place == KEPT
    assert SHOWN in newest(desk)


async def test_a_place_answers_an_open_draft(desk: Reception) -> None:
    await desk.says("lina", "/visit 永固")
    await desk.says("lina", Typed(spot=HERE))
    await desk.says("lina", "谈了Q3")
    assert (await visit(desk)).place == KEPT


async def test_a_draft_that_asks_for_no_place_stays_open(desk: Reception) -> None:
    await desk.says("lina", "/complaint")
    await desk.says("lina", Typed(spot=HERE))
    await desk.work()
    assert SHOWN in newest(desk)
    await desk.says("lina", "20 bolts rusted")
    assert await desk.core.database.read(lambda db: cases.get(db, 1)) is not None


def card(desk: Reception, user: str, text: str) -> str:
    found = [
        str(n)
        for n, p in enumerate(desk.mail.sent, 1)
        if p.address.chat == f"dm:{user}" and text in p.page.title
    ]
    return found[-1]


async def test_a_place_answering_a_visit_is_filed_there(desk: Reception) -> None:
    await desk.says("lina", "/visit 永固 谈了Q3")
    await desk.work()
    await desk.says("lina", Typed(spot=HERE), reply_to=card(desk, "lina", "Visit logged"))
    assert (await visit(desk)).place == KEPT
    await desk.says("zhouqiang", Typed(spot=Spot(1, 2)), reply_to="1")
    assert (await visit(desk)).place == KEPT


async def test_a_place_answering_a_case_is_talk(desk: Reception) -> None:
    await desk.says("zhangwei", "/complaint 20 bolts rusted")
    await desk.work()
    await desk.says("zhangwei", Typed(spot=HERE), reply_to=card(desk, "zhangwei", "C-2026"))
    [remark] = await desk.core.database.read(lambda db: talk.on(db, "case", 1))
    assert remark.text == SHOWN


async def test_a_moving_place_is_kept_once(desk: Reception) -> None:
    first = desk.request("lina", Typed(spot=HERE))
    await desk.core.door.handle(first)
    await desk.says("lina", Typed(spot=Spot(30, 122), edited=True), message=first.message)
    await desk.work()
    kept = await desk.core.database.read(lambda db: drafts.get(db, 1))
    assert kept is not None
    assert kept.answers["place"] == KEPT
    assert await desk.core.database.read(lambda db: drafts.get(db, 2)) is None


async def test_a_form_asks_for_a_place_only_where_nothing_goes_without(desk: Reception) -> None:
    opened = await desk.says("lina", Typed("", command="visit"), opens=True)
    assert isinstance(opened, Open)
    assert "place" not in {field.name for field in opened.form.fields}
    await desk.says("lina", Typed(spot=HERE))
    said = Submitted(opened.form.draft, {"customer": "永固", "notes": "谈了Q3"})
    await desk.says("lina", said)
    assert (await visit(desk)).place == KEPT


@pytest.mark.parametrize("said", ["29.8683, 121.544", "29.8683，121.544"])
def test_degrees_can_be_written(said: str, ctx: Context) -> None:
    asked = Question("place", Ask("Where?"), Place(), required=True)
    assert answer(asked, said, ctx) == {"latitude": 29.8683, "longitude": 121.544, "title": ""}


@pytest.mark.parametrize("said", ["at the port", "91, 0", "0, 181", "1e3, 5", "29.8683"])
def test_what_is_no_place_is_said_so(said: str, ctx: Context) -> None:
    asked = Question("place", Ask("Where?"), Place(), required=True)
    with pytest.raises(Invalid, match="place"):
        answer(asked, said, ctx)


@pytest.fixture
def ctx() -> Context:
    return Context(None, None, lambda _words: ())  # type: ignore[arg-type]


# --- phone numbers --------------------------------------------------------------------------------

LIU = PhoneCard("刘工", "+8613800000000")


async def test_anothers_number_becomes_a_contact_of_a_customer(desk: Reception) -> None:
    await desk.says("lina", Typed(phone=LIU))
    await desk.work()
    assert "Which customer?" in newest(desk)
    assert "刘工" in newest(desk)
    await desk.says("lina", "永固")
    found = await desk.core.database.read(lambda db: customers.contacts(db, 5))
    assert [(c.name, c.phone) for c in found] == [("刘工", "+8613800000000")]


async def test_a_number_answering_a_customers_card_needs_no_question(desk: Reception) -> None:
    await desk.says("lina", "/customer 永固")
    await desk.work()
    await desk.says("lina", Typed(phone=LIU), reply_to=card(desk, "lina", "永固"))
    found = await desk.core.database.read(lambda db: customers.contacts(db, 5))
    assert [c.name for c in found] == ["刘工"]


async def test_a_stranger_learns_what_a_number_does_here(desk: Reception) -> None:
    await desk.says("stranger", Typed(phone=PhoneCard("陌生人", "+8613900000000", own=True)))
    await desk.work()
    assert "Nobody here is known by this number yet" in newest(desk, "stranger")
    await desk.says("stranger", Typed(phone=LIU))
    await desk.work()
    assert "we have not met yet" in newest(desk, "stranger")
    with pytest.raises(AssertionError):
        button(desk.mail, "dm:stranger", "Add a contact")
