"""Edited messages correct what was made of them, in whatever order they arrive."""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from datetime import date, timedelta
from itertools import permutations
from pathlib import Path

import pytest

from bot.platform import Pressed, Request, Typed
from storage import cases, heard, journal, talk, visits
from storage.database import Transaction
from storage.visits import Visit
from tests.desk import Reception, button, reception

EDITS = timedelta(minutes=1)


@pytest.fixture
async def desk(sample_url: str) -> AsyncIterator[Reception]:
    async with reception(sample_url) as made:
        yield made


def edited(desk: Reception, original: Request, text: str, after: int = 1) -> Request:
    """The same message, edited so many minutes after it was sent."""
    desk.count += 1
    assert isinstance(original.said, Typed)
    said = replace(original.said, text=text, edited=True)
    return replace(original, said=said, at=original.at + after * EDITS, key=f"k{desk.count}")


async def heard_(desk: Reception, *requests: Request) -> None:
    for request in requests:
        await desk.core.door.handle(request)
    await desk.work()


async def visit(desk: Reception, id_: int = 1) -> Visit:
    found = await desk.core.database.read(lambda db: visits.get(db, id_))
    assert found is not None
    return found


def titles(desk: Reception, user: str = "lina") -> str:
    return "\n".join(desk.mail.titles(f"dm:{user}"))


# --- visits ---------------------------------------------------------------------------------------


async def test_an_edited_line_corrects_customer_day_and_notes(desk: Reception) -> None:
    first = desk.request("lina", "/visit 永固 谈了Q3")
    await heard_(desk, first)
    await heard_(desk, edited(desk, first, "/visit 华强 昨天 谈了Q4"))
    found = await visit(desk)
    assert (found.customer_id, found.day.isoformat(), found.notes) == (2, "2026-10-13", "谈了Q4")
    assert await desk.core.database.read(lambda db: visits.get(db, 2)) is None
    assert "✎ Corrected: 华强" in titles(desk)


async def test_the_journal_keeps_before_and_after(desk: Reception) -> None:
    first = desk.request("lina", "/visit 永固 谈了Q3")
    await heard_(desk, first, edited(desk, first, "/visit 永固 谈了Q4"))
    entries = await desk.core.database.read(lambda db: journal.on(db, "visit", 1))
    last = [e for e in entries if e.before][-1]
    assert (last.deed, last.before["notes"], last.after["notes"]) == ("visit", "谈了Q3", "谈了Q4")


async def test_only_what_reads_differently_is_corrected(desk: Reception) -> None:
    first = desk.request("lina", "/visit 永固 昨天 谈了Q3")
    await heard_(desk, first)
    await desk.says("lina", "/visit_day 12 Oct", reply_to="1")
    await heard_(desk, edited(desk, first, "/visit 永固 昨天 谈了Q4"))
    found = await visit(desk)
    assert (found.day.isoformat(), found.notes) == ("2026-10-12", "谈了Q4")


async def test_markup_alone_changes_nothing(desk: Reception) -> None:
    first = desk.request("lina", "/visit 永固 谈了Q3")
    await heard_(desk, first, edited(desk, first, "/visit 永固 谈了Q3"))
    assert "Corrected" not in titles(desk)


async def test_after_the_window_a_sentence_says_so(desk: Reception) -> None:
    first = desk.request("lina", "/visit 永固 谈了Q3")
    await heard_(desk, first)
    desk.clock.at += timedelta(hours=25)
    await heard_(desk, edited(desk, first, "/visit 永固 谈了Q4", after=25 * 60))
    assert (await visit(desk)).notes == "谈了Q3"
    assert "A visit can be changed for 24 h" in titles(desk)


async def test_a_line_that_can_no_longer_be_read_changes_nothing(desk: Reception) -> None:
    first = desk.request("lina", "/visit 永固 谈了Q3")
    await heard_(desk, first)
    await heard_(desk, edited(desk, first, "/visit 永固"))
    assert (await visit(desk)).notes == "谈了Q3"
    assert "Nothing was changed" in titles(desk)
    await heard_(desk, edited(desk, first, "/complaint 永固 谈了Q3", 2))
    assert await desk.core.database.read(lambda db: cases.get(db, 1)) is None
    assert "stays as it was" in titles(desk)
    await heard_(desk, edited(desk, first, "/visit 永固 谈了Q5", 3))
    assert (await visit(desk)).notes == "谈了Q5"


async def test_nobody_edits_for_another(desk: Reception) -> None:
    first = desk.request("lina", "/visit 永固 谈了Q3")
    await heard_(desk, first)
    theirs = edited(desk, first, "/visit 永固 stolen")
    await heard_(desk, replace(theirs, user="zhouqiang"))
    assert (await visit(desk)).notes == "谈了Q3"


async def test_an_answer_that_made_a_visit_corrects_it(desk: Reception) -> None:
    await desk.says("lina", "/visit 永固")
    answer = desk.request("lina", "谈了Q3")
    await heard_(desk, answer, edited(desk, answer, "谈了Q4"))
    assert (await visit(desk)).notes == "谈了Q4"


# --- drafts ---------------------------------------------------------------------------------------


async def test_an_edited_answer_answers_again(desk: Reception) -> None:
    first = desk.request("lina", "/visit")
    answer = desk.request("lina", "永固")
    await heard_(desk, first, answer, edited(desk, answer, "华强"))
    await desk.says("lina", "谈了Q3")
    assert (await visit(desk)).customer_id == 2


async def test_the_edited_line_of_an_open_draft_is_read_again(desk: Reception) -> None:
    first = desk.request("lina", "/visit 永固")
    await heard_(desk, first, edited(desk, first, "/visit 华强 谈了Q3"))
    found = await visit(desk)
    assert (found.customer_id, found.notes) == (2, "谈了Q3")


async def test_words_kept_aside_are_used_as_they_read_now(desk: Reception) -> None:
    first = desk.request("zhangwei", "the bolts hvae rusted")
    await heard_(desk, first, edited(desk, first, "the bolts have rusted"))
    await desk.presses("zhangwei", "Report a complaint")
    case = await desk.core.database.read(lambda db: cases.get(db, 1))
    assert case is not None
    assert case.text == "the bolts have rusted"


async def test_words_kept_aside_are_used_once(desk: Reception) -> None:
    await desk.says("zhangwei", "the bolts have rusted")
    await desk.work()
    data = button(desk.mail, "dm:zhangwei", "Report a complaint")
    await desk.says("zhangwei", Pressed(data))
    await desk.says("zhangwei", Pressed(data))
    assert await desk.core.database.read(lambda db: cases.get(db, 2)) is None


# --- complaints and talk --------------------------------------------------------------------------


async def test_a_complaint_shows_the_correction_and_its_clock_goes_on(desk: Reception) -> None:
    begun = desk.clock.at
    first = desk.request("zhangwei", "/complaint 20 bolts rusted")
    await heard_(desk, first)
    desk.clock.at += timedelta(hours=2)
    await heard_(desk, edited(desk, first, "/complaint 200 bolts rusted", 120))
    case = await desk.core.database.read(lambda db: cases.get(db, 1))
    assert case is not None
    assert (case.text, case.received_at) == ("200 bolts rusted", begun)
    await desk.core.delivery.tick()
    shown = repr(desk.mail.redrawn[-1][1].page)
    assert "200 bolts rusted" in shown
    assert "Quoted(text='20 bolts rusted', by='before it was corrected')" in shown


async def test_a_reply_that_was_sent_stays(desk: Reception) -> None:
    await desk.says("zhangwei", "/complaint 20 bolts rusted")
    first = desk.request("lina", "/case_reply C-2026-0001 we replace them")
    await heard_(desk, first, edited(desk, first, "/case_reply C-2026-0001 we do not"))
    found = await desk.core.database.read(lambda db: cases.replies(db, 1))
    assert [reply.text for reply in found] == ["we replace them"]
    assert "stays as it was" in titles(desk)


async def remarks(desk: Reception) -> list[talk.Talk]:
    return await desk.core.database.read(lambda db: talk.on(db, "case", 1))


async def test_talk_shows_the_new_words_and_keeps_the_old(desk: Reception) -> None:
    await desk.says("zhangwei", "/complaint 20 bolts rusted")
    await desk.work()
    card = next(str(n) for n, p in enumerate(desk.mail.sent, 1) if p.address.chat == "dm:zhangwei")
    first = desk.request("zhangwei", "line 3 stands", reply_to=card)
    await heard_(desk, first, edited(desk, first, "line 4 stands"))
    [remark] = await remarks(desk)
    assert (remark.text, remark.earlier) == ("line 4 stands", "line 3 stands")
    told = repr([p.page for p in desk.mail.sent if p.address.chat == "dm:lina"])
    assert "line 3 stands" in told
    assert "line 4 stands" in told


# --- out of order ---------------------------------------------------------------------------------


async def test_edits_of_unknown_messages_are_quiet(desk: Reception) -> None:
    lost = desk.request("lina", "/visit 永固 谈了Q3")
    await heard_(desk, edited(desk, lost, "/visit 永固 谈了Q4"))
    assert desk.mail.sent == []
    assert await desk.core.database.read(lambda db: visits.get(db, 1)) is None
    desk.clock.at += timedelta(days=15)
    await desk.core.sweep.tick()
    kept = await desk.core.database.read(
        lambda db: heard.at(db, "web", "rehearsal", "dm:lina", lost.message)
    )
    assert kept is None


def state(db: Transaction) -> list[object]:
    """All that the five events leave, without the numbers of rows."""
    logged = visits.by_person(db, 3, date(2026, 10, 1))
    found: list[object] = [*sorted((v.customer_id, v.day.isoformat(), v.notes) for v in logged)]
    case = cases.get(db, 1)
    if case:
        reports = cases.reports(db, 1)
        found += [(case.text, case.customer_id, [(r.text, r.earlier) for r in reports])]
    return found


def events(desk: Reception) -> Sequence[Request]:
    """A visit edited twice within one second, and a complaint edited once."""
    line = desk.request("lina", "/visit 永固 谈了Q3")
    words = desk.request("lina", "/complaint 华强 20件螺栓锈蚀")
    return (
        line,
        edited(desk, line, "/visit 宁波精工 昨天 谈了Q4"),
        edited(desk, line, "/visit 宁波精工 谈了Q5"),
        words,
        edited(desk, words, "/complaint 华强 200件螺栓锈蚀"),
    )


@pytest.mark.parametrize("first", range(5))
async def test_five_events_leave_the_same_in_every_order(
    tmp_path: Path, sqlite_template: Path, first: int
) -> None:
    seen = []
    for number, order in enumerate(permutations(range(5))):
        if order[0] != first:
            continue
        path = tmp_path / f"{number}.db"
        shutil.copy(sqlite_template, path)
        async with reception(f"sqlite:///{path}") as desk:
            told = events(desk)
            for index in order:
                await desk.core.door.handle(told[index])
            seen.append(await desk.core.database.read(state))
        path.unlink()
    assert len(seen) == 24
    expected = [
        (1, "2026-10-14", "谈了Q5"),
        ("200件螺栓锈蚀", 2, [("200件螺栓锈蚀", "20件螺栓锈蚀")]),
    ]
    assert all(one == expected for one in seen), seen
