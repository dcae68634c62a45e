"""Words that somebody passes on keep their writer and their time, also across questions."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from bot.platform import Origin, Typed
from storage import cases, drafts, dues, talk
from storage.cases import Case, Report
from tests.desk import Reception, reception

RUST = "200 bolts have rusted, the line is down"
HOUR = timedelta(hours=1)


@pytest.fixture
async def desk(sample_url: str) -> AsyncIterator[Reception]:
    async with reception(sample_url) as made:
        yield made


def passed_on(
    desk: Reception, hours: float, author: str = "张伟", user: str = "zhangwei"
) -> Origin:
    return Origin(author, desk.clock.at - hours * HOUR, user)


def complaint(origin: Origin | None = None, text: str = RUST) -> Typed:
    return Typed(text, command="complaint", origin=origin)


async def first_case(desk: Reception) -> tuple[Case, Report]:
    database = desk.core.database
    case = await database.read(lambda db: cases.get(db, 1))
    assert case is not None
    return case, (await database.read(lambda db: cases.reports(db, 1)))[0]


async def test_a_passed_on_complaint_was_received_when_it_was_written(desk: Reception) -> None:
    await desk.says("lina", complaint(passed_on(desk, 3)))
    case, report = await first_case(desk)
    assert case.received_at == report.at == desk.clock.at - 3 * HOUR
    first = (await desk.core.database.read(lambda db: dues.of(db, "case", 1)))[0]
    assert first.due_at == desk.clock.at + 21 * HOUR


async def test_a_known_writer_is_the_reporter_and_gets_receipt_and_answers(desk: Reception) -> None:
    await desk.says("lina", complaint(passed_on(desk, 3)))
    await desk.work()
    case, report = await first_case(desk)
    assert (report.author, report.person_id, report.contact_id) == ("张伟", None, 1)
    assert report.passed_by is not None
    assert case.customer_id == 2
    assert any("C-2026-0001" in title for title in desk.mail.titles("dm:zhangwei"))
    await desk.says("lina", "/case_reply C-2026-0001 We replace them today")
    await desk.work()
    assert any("Our reply to C-2026-0001" in t for t in desk.mail.titles("dm:zhangwei"))


async def test_the_card_says_who_wrote_it_and_who_passed_it_on(desk: Reception) -> None:
    await desk.says("lina", complaint(passed_on(desk, 3, "A driver", "")))
    await desk.work()
    said = [repr(p.page) for p in desk.mail.sent if p.address.chat == "dm:lina"]
    assert any("Reported by A driver today 07:00, passed on by 李娜" in page for page in said)
    _, report = await first_case(desk)
    assert report.person_id == report.passed_by


async def test_a_choice_later_keeps_writer_and_time(desk: Reception) -> None:
    origin = passed_on(desk, 3)
    await desk.says("lina", Typed(RUST, origin=origin))
    await desk.work()
    desk.clock.at += 2 * HOUR
    await desk.presses("lina", "Report a complaint")
    case, report = await first_case(desk)
    assert (case.received_at, report.author) == (origin.at, "张伟")


async def test_words_passed_on_command_nothing(desk: Reception) -> None:
    await desk.says("lina", Typed("complaint " + RUST, origin=passed_on(desk, 1)))
    assert await desk.core.database.read(lambda db: cases.get(db, 1)) is None


async def test_an_answer_passed_on_brings_its_writer_and_time(desk: Reception) -> None:
    await desk.says("lina", "/complaint")
    origin = passed_on(desk, 3)
    await desk.says("lina", Typed(RUST, origin=origin))
    case, report = await first_case(desk)
    assert (case.received_at, report.author) == (origin.at, "张伟")


async def test_the_clock_runs_from_the_first_message_of_a_long_draft(desk: Reception) -> None:
    begun = desk.clock.at
    await desk.says("zhangwei", "/complaint")
    desk.clock.at += HOUR
    await desk.says("zhangwei", RUST)
    case, report = await first_case(desk)
    assert case.received_at == report.at == begun
    assert case.recorded_at == begun + HOUR


async def test_what_was_written_in_the_future_is_received_now(desk: Reception) -> None:
    await desk.says("lina", complaint(passed_on(desk, -5)))
    case, _ = await first_case(desk)
    assert case.received_at == desk.clock.at


async def test_what_is_older_than_the_policy_allows_is_asked_about(desk: Reception) -> None:
    await desk.says("lina", complaint(passed_on(desk, 24 * 31)))
    assert await desk.core.database.read(lambda db: cases.get(db, 1)) is None
    await desk.says("lina", "9:00")
    case, report = await first_case(desk)
    assert case.received_at == desk.clock.at - HOUR
    assert report.author == "张伟"


async def test_outside_the_company_only_the_receipt_counts(desk: Reception) -> None:
    await desk.says("zhangwei", complaint(passed_on(desk, 20, "何芳", "hefang")))
    await desk.work()
    case, report = await first_case(desk)
    assert case.received_at == desk.clock.at
    assert (report.contact_id, report.passed_by) == (1, None)
    assert not desk.mail.titles("dm:hefang")


async def test_words_passed_on_to_a_case_are_talk_of_their_writer(desk: Reception) -> None:
    await desk.says("lina", "/complaint 华强 20 bolts rusted")
    await desk.work()
    card = next(str(n) for n, p in enumerate(desk.mail.sent, 1) if p.address.chat == "dm:lina")
    origin = passed_on(desk, 3)
    await desk.says("lina", Typed("line 3 stands", origin=origin), reply_to=card)
    [remark] = await desk.core.database.read(lambda db: talk.on(db, "case", 1))
    assert (remark.name, remark.at, remark.passed_by) == ("张伟", origin.at, "李娜")
    assert remark.recorded_at == desk.clock.at
    await desk.core.delivery.tick()
    shown = repr([parcel.page for _, parcel in desk.mail.redrawn])
    assert "by='张伟, today 07:00, passed on by 李娜'" in shown


async def test_another_draft_has_no_writer(desk: Reception) -> None:
    await desk.says("lina", Typed(RUST, origin=passed_on(desk, 3)))
    await desk.says("lina", "/visit 永固")
    kept = await desk.core.database.read(lambda db: drafts.get(db, 2))
    assert kept is not None
    assert (kept.origin, kept.message) == (None, "m2")
