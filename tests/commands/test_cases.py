"""Cases at their edges: whose they are, what their cards say, and what is refused."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from bot.house import Glance
from bot.platform import Pressed, Toast
from commands.cases import cards, future
from commands.kit.card import Button, Card, Ref, buttons
from commands.kit.words import T
from storage import backlog, cases, dues, people, timers
from storage.cases import Case
from storage.database import Transaction
from storage.timers import Timer
from tests.desk import Reception, button, keys, reception

LINA, WULEI, CHENJING, ZHAO = 3, 6, 5, 1


@pytest.fixture
async def desk(sample_url: str) -> AsyncIterator[Reception]:
    async with reception(sample_url) as made:
        yield made


async def case(desk: Reception, number: int = 1) -> Case:
    found = await desk.core.database.read(lambda db: cases.get(db, number))
    assert found is not None
    return found


async def newest(desk: Reception, user: str = "lina") -> str:
    await desk.work()
    return str([p for p in desk.mail.sent if p.address.chat == f"dm:{user}"][-1].page)


async def drawn(desk: Reception, number: int = 1) -> Card:
    drawing = desk.core.delivery.drawing
    card, _ = await desk.core.database.read(lambda db: drawing.draw(db, Ref("case", number)))
    return card


async def change(desk: Reception, sql: str) -> None:
    await desk.core.database.write(lambda db: db.run(sql))


async def test_a_customers_case_belongs_to_the_customers_owner(desk: Reception) -> None:
    await desk.says("wulei", "/complaint 永固 rust")
    assert (await case(desk)).owner_id == LINA


async def test_without_a_customer_it_belongs_to_the_colleague_who_reports_it(
    desk: Reception,
) -> None:
    await desk.says("wulei", "/complaint something rusts")
    assert (await case(desk)).owner_id == WULEI


async def test_a_strangers_case_belongs_to_the_head_of_quality(desk: Reception) -> None:
    await desk.says("stranger", "/complaint something rusts")
    assert (await case(desk)).owner_id == CHENJING
    await change(desk, "UPDATE person SET active = false WHERE id = 5")
    await desk.says("stranger", "/complaint something else rusts")
    assert (await case(desk, 2)).owner_id == ZHAO


async def test_an_owner_who_has_left_owns_no_new_case(desk: Reception) -> None:
    await change(desk, "UPDATE person SET active = false WHERE id = 3")
    await desk.says("wulei", "/complaint 永固 rust")
    assert (await case(desk)).owner_id == WULEI


async def test_a_case_that_nobody_can_own_says_so_and_keeps_its_deadlines(desk: Reception) -> None:
    await change(desk, "UPDATE person SET active = false, admin = false")
    await desk.says("stranger", "/complaint something rusts")
    assert (await case(desk)).owner_id is None
    assert "Nobody owns it yet" in str(await drawn(desk))
    owed = await desk.core.database.read(lambda db: dues.of(db, "case", 1))
    assert [due.state for due in owed] == [dues.OPEN, dues.OPEN]


async def test_a_case_is_found_by_its_customer_or_chosen(desk: Reception) -> None:
    await desk.says("lina", "/complaint 永固 rust")
    await desk.says("lina", "/case 永固")
    assert "C-2026-0001 永固" in await newest(desk)
    await desk.says("lina", "/complaint 永固 more rust")
    await desk.says("lina", "/case_why 永固")
    page = await newest(desk)
    assert "Which one is meant?" in page
    assert "C-2026-0001 永固" in page
    assert "C-2026-0002 永固" in page


async def test_which_case_is_asked_with_the_open_ones(desk: Reception) -> None:
    await desk.says("lina", "/complaint 永固 rust")
    await desk.says("lina", "/complaint 宁波精工 dust")
    await desk.work()
    await desk.says("lina", "/case_why")
    await desk.work()
    offered = [key.label for key in keys(desk.mail.sent[-1].page)]
    assert offered == ["C-2026-0001 永固", "C-2026-0002 宁波精工", "Cancel"]
    await desk.presses("lina", "C-2026-0002")
    assert "Why these deadlines: C-2026-0002" in await newest(desk)


async def test_a_case_that_never_was(desk: Reception) -> None:
    await desk.says("lina", "/case C-2026-0099")
    assert "There is no case called" in await newest(desk)
    house = desk.core.house

    def look(db: Transaction) -> Card:
        return cards.card(Glance(db, desk.clock.at, house.zone, house.policy), 99)

    assert await desk.core.database.read(look) == Card(T("This is no longer here."))


async def test_an_excused_due_says_why_on_the_card(desk: Reception) -> None:
    await desk.says("lina", "/complaint 永固 rust")
    await change(desk, "UPDATE due SET state = 'excused', reason = 'flood' WHERE id = 1")
    assert "excused" in str(await drawn(desk))
    assert "flood" in repr(await drawn(desk))


async def test_a_letter_that_may_have_been_lost_stands_on_the_card(desk: Reception) -> None:
    await desk.says("lina", "/complaint 永固 rust")
    await desk.work()
    await change(desk, "UPDATE letter SET state = 'unclear', reason = 'reset' WHERE id = 1")
    assert "It is unclear whether a message about this arrived" in repr(await drawn(desk))


async def test_an_unknown_customer_is_clarified_by_a_likely_one(desk: Reception) -> None:
    await desk.says("stranger", "/complaint 永固的货有问题")
    assert (await case(desk)).customer_id is None
    likely = [b.label for b in buttons(await drawn(desk)) if b.does == "case_customer"]
    assert likely == [T("{name}", name="永固"), T("Another customer")]


async def test_solved_cases_can_be_shown_and_not_be_handled(desk: Reception) -> None:
    await desk.says("zhangwei", "complaint rust")
    await desk.says("lina", "/case_reply C-2026-0001 exchanged")
    await desk.says(
        "lina", "/case_solve C-2026-0001 Department: quality Measures: x Completion date: 20 Oct"
    )
    assert (await case(desk)).state == cases.SOLVED
    card = await drawn(desk)
    assert buttons(card) == []
    assert "owns it" in str(card)
    assert "is told" not in str(card)
    await desk.says("lina", "/case")
    assert "0 cases" in await newest(desk)
    for verb in ("case_take", "case_reply hello", "case_later", "case_customer"):
        name, _, rest = verb.partition(" ")
        await desk.says("lina", f"/{name} C-2026-0001 {rest or 'Customer: 永固'}")
    replies = await desk.core.database.read(lambda db: cases.replies(db, 1))
    assert len(replies) == 1
    assert await desk.core.database.read(cases.count_open) == 0


async def test_a_case_is_not_passed_to_somebody_who_has_left(desk: Reception) -> None:
    await desk.says("lina", "/complaint 永固 rust")
    await change(desk, "UPDATE person SET active = false WHERE id = 4")
    given = {"case": 1, "to": 4}
    held = Button(T("x"), "case_pass", given, Ref("case", 1))
    at = desk.request("lina", "").address
    await desk.says("lina", Pressed(desk.core.house.seal.sealed(held, at)))
    assert (await case(desk)).owner_id == LINA
    assert "does not work here any more" in await newest(desk)


async def test_taking_a_case_that_is_ones_own_warns_nobody_anew(desk: Reception) -> None:
    await desk.says("lina", "/complaint 永固 rust")
    before = await desk.core.database.read(lambda db: timers.waiting_on(db, "case", 1))
    await desk.says("lina", "/case_take C-2026-0001")
    after = await desk.core.database.read(lambda db: timers.waiting_on(db, "case", 1))
    assert [one.id for one in after] == [one.id for one in before]
    assert (await case(desk)).taken_at == desk.clock.at


async def test_passing_on_hangs_only_what_is_still_open(desk: Reception) -> None:
    await desk.says("zhangwei", "complaint rust")
    await desk.says("lina", "/case_reply C-2026-0001 we look into it")
    await desk.says("lina", "/case_pass C-2026-0001 Colleague: 吴磊")
    waiting = await desk.core.database.read(lambda db: timers.waiting_on(db, "case", 1))
    assert {one.name.partition(":")[2] for one in waiting} == {"solution"}
    owed = await desk.core.database.read(lambda db: dues.of(db, "case", 1))
    assert {due.name: due.person_id for due in owed}["solution"] == WULEI


async def test_a_reminder_of_a_case_solved_meanwhile_is_not_sent(desk: Reception) -> None:
    await desk.says("lina", "/complaint 永固 rust")
    await desk.says("lina", "/case_later C-2026-0001")
    await desk.work()
    await change(desk, "UPDATE cases SET state = 'solved'")
    desk.clock.at += timedelta(hours=2)
    await desk.work()
    assert not any("You asked to be reminded" in t for t in desk.mail.titles("dm:lina"))


async def test_a_timer_of_a_case_that_is_gone_tells_nobody(desk: Reception) -> None:
    timer = Timer(kind="case", subject_id=99, name="warn:first", at=desk.clock.at)
    await desk.core.database.write(lambda db: timers.add(db, timer))
    await desk.core.timers.tick()
    assert await desk.core.database.read(backlog.states) == []


async def test_nothing_more_is_foretold_of_a_due_that_was_kept(desk: Reception) -> None:
    await desk.says("lina", "/complaint 永固 rust")
    before = await desk.core.database.read(lambda db: future.foretold(db, _case(db)))
    await change(desk, "UPDATE due SET state = 'done' WHERE name = 'first'")
    after = await desk.core.database.read(lambda db: future.foretold(db, _case(db)))
    assert {move.due.name for move in before} == {"first", "solution"}
    assert {move.due.name for move in after} == {"solution"}


def _case(db: Transaction) -> Case:
    found = cases.get(db, 1)
    assert found is not None
    return found


async def test_a_late_warning_says_that_it_is_late(desk: Reception) -> None:
    await desk.says("lina", "/complaint 永固 rust")
    await desk.work()
    desk.clock.at += timedelta(hours=30)
    await desk.work()
    late = [p.page for p in desk.mail.sent if p.page.title.startswith("🚨")]
    assert late
    assert all("This message is late" in str(page) for page in late)


async def test_a_colleagues_talk_is_on_the_card_and_told_to_nobody(desk: Reception) -> None:
    await desk.says("lina", "/complaint 永固 rust")
    await desk.work()
    card = next(str(n) for n, p in enumerate(desk.mail.sent, 1) if p.address.chat == "room:cases")
    room = {"address": desk.mail.sent[int(card) - 1].address, "direct": False, "mentions": False}
    before = len(desk.mail.sent)
    await desk.says("wulei", "August stock", reply_to=card, **room)
    await desk.work()
    assert len(desk.mail.sent) == before
    assert any("August stock" in str(p.page) for _, p in desk.mail.redrawn)


async def test_a_call_to_come_is_refused(desk: Reception) -> None:
    await desk.says("lina", "/complaint 永固 rust")
    await desk.says("lina", "/case_phoned C-2026-0001 Time of the call: 2026-10-14 18:00")
    assert "is still to come" in await newest(desk)
    assert (await case(desk)).replied_at is None


async def test_a_contact_presses_no_verb_of_staff(desk: Reception) -> None:
    await desk.says("zhangwei", "/complaint rust")
    await desk.work()
    mine = desk.request("zhangwei", "").address
    held = desk.core.house.seal.sealed(Button(T("x"), "case_take", {}, Ref("case", 1)), mine)
    reply = await desk.says("zhangwei", Pressed(held))
    assert isinstance(reply, Toast)
    assert (await case(desk)).taken_at is None
    assert button(desk.mail, "dm:lina", "I have it")
    joined = await desk.core.database.read(lambda db: people.accounts_of(db, LINA))
    assert len(joined) == 1
