"""Visits at their edges: which day, whose, until when, and what the month looks like."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, date, datetime, timedelta

import pytest

from bot.platform import Pressed, Toast
from commands.kit.card import Button, Card, Ref
from commands.kit.errors import Invalid
from commands.kit.words import T
from commands.visits.rules import check_day, correctable, month_of, next_friday
from storage import timers, visits
from storage.timers import Timer
from storage.visits import Visit
from tests.desk import Reception, reception

TODAY = date(2026, 10, 14)


@pytest.fixture
async def desk(sample_url: str) -> AsyncIterator[Reception]:
    async with reception(sample_url) as made:
        yield made


async def newest(desk: Reception) -> str:
    await desk.work()
    return str(desk.mail.sent[-1].page)


@pytest.mark.parametrize("days", [0, 1, 92])
def test_a_visit_was_today_or_before(days: int) -> None:
    check_day(TODAY - timedelta(days=days), TODAY, 92)


@pytest.mark.parametrize("days", [-1, 93])
def test_a_visit_is_neither_to_come_nor_long_ago(days: int) -> None:
    with pytest.raises(Invalid) as invalid:
        check_day(TODAY - timedelta(days=days), TODAY, 92)
    assert invalid.value.field == "day"


def test_a_visit_can_be_changed_for_so_many_hours_and_not_once_it_is_undone() -> None:
    at = datetime(2026, 10, 14, 2, tzinfo=UTC)
    visit = Visit(customer_id=1, person_id=1, day=TODAY, notes="x", recorded_at=at)
    assert correctable(visit, at + timedelta(hours=24), 24)
    assert not correctable(visit, at + timedelta(hours=24, seconds=1), 24)
    visit.undone_at = at
    assert not correctable(visit, at, 24)


@pytest.mark.parametrize(
    ("day", "first", "following"),
    [
        ("2026-10-14", "2026-10-01", "2026-11-01"),
        ("2026-12-31", "2026-12-01", "2027-01-01"),
        ("2028-02-29", "2028-02-01", "2028-03-01"),
    ],
)
def test_a_month_ends_where_the_next_begins(day: str, first: str, following: str) -> None:
    found = month_of(date.fromisoformat(day))
    assert found == (date.fromisoformat(first), date.fromisoformat(following))


@pytest.mark.parametrize(
    ("today", "friday"),
    [("2026-10-14", "2026-10-16"), ("2026-10-16", "2026-10-23"), ("2026-10-17", "2026-10-23")],
)
def test_on_a_friday_friday_is_the_next_one(today: str, friday: str) -> None:
    assert next_friday(date.fromisoformat(today)) == date.fromisoformat(friday)


async def test_the_month_is_complete_when_everybody_important_was_visited(desk: Reception) -> None:
    for name in ("海岳橡胶", "西溪包装"):
        await desk.says("zhouqiang", f"/visit {name} Q3")
    assert "Important customers: 1 of 1 visited this month." in await newest(desk)


async def test_who_owns_nobody_important_hears_nothing_of_the_month(desk: Reception) -> None:
    await desk.says("wang", "/visit 永固 Q3")
    assert "Important customers" not in await newest(desk)
    await desk.says("wang", "/visits")
    page = await newest(desk)
    assert "1 visit this month" in page
    assert "Important customers" not in page


async def test_an_old_visit_has_no_buttons(desk: Reception) -> None:
    await desk.says("lina", "/visit 永固 Q3")
    drawing = desk.core.delivery.drawing
    fresh, _ = await desk.core.database.read(lambda db: drawing.draw(db, Ref("visit", 1)))
    desk.clock.at += timedelta(hours=25)
    old, _ = await desk.core.database.read(lambda db: drawing.draw(db, Ref("visit", 1)))
    assert "visit_undo" in repr(fresh)
    assert "visit_undo" not in repr(old)


async def test_a_visit_that_never_was(desk: Reception) -> None:
    at = desk.request("lina", "").address
    for verb in ("visit_undo", "visit_photo", "visit_remind"):
        held = desk.core.house.seal.sealed(Button(T("x"), verb, {}, Ref("visit", 9)), at)
        reply = await desk.says("lina", Pressed(held))
        assert isinstance(reply, Toast)
        assert reply.alert
    drawing = desk.core.delivery.drawing
    card, _ = await desk.core.database.read(lambda db: drawing.draw(db, Ref("visit", 9)))
    assert card == Card(T("This is no longer here."))


async def test_a_customer_that_is_gone_cannot_be_visited(desk: Reception) -> None:
    at = desk.request("lina", "").address
    held = Button(T("x"), "visit", {"customer": 99, "notes": "Q3"})
    reply = await desk.says("lina", Pressed(desk.core.house.seal.sealed(held, at)))
    assert isinstance(reply, Toast)
    assert reply.text.startswith("There is no such customer")
    assert await desk.core.database.read(lambda db: visits.get(db, 1)) is None


async def test_a_visit_is_picked_from_no_list(desk: Reception) -> None:
    await desk.says("lina", "/visit 永固 Q3")
    await desk.says("lina", "/visit_undo Visit: 永固")
    assert "There is no visit called “永固”." in await newest(desk)


async def test_a_reminder_of_a_visit_taken_back_is_not_sent(desk: Reception) -> None:
    await desk.says("lina", "/visit 永固 Q3")
    await desk.work()
    await desk.presses("lina", "Remind me Friday")
    await desk.presses("lina", "Undo")
    gone = Timer(kind="visit", subject_id=9, name="remind", at=desk.clock.at)
    await desk.core.database.write(lambda db: timers.add(db, gone))
    desk.clock.at += timedelta(days=3)
    await desk.work()
    assert not any("You asked to be reminded" in title for title in desk.mail.titles("dm:lina"))


async def test_somebody_elses_visit_is_not_changed(desk: Reception) -> None:
    await desk.says("lina", "/visit 永固 Q3")
    at = desk.request("wang", "").address
    held = desk.core.house.seal.sealed(Button(T("x"), "visit_undo", {}, Ref("visit", 1)), at)
    reply = await desk.says("wang", Pressed(held))
    assert isinstance(reply, Toast)
    found = await desk.core.database.read(lambda db: visits.get(db, 1))
    assert found is not None
    assert found.undone_at is None
