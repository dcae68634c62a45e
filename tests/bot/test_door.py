"""The door's promises, broken on purpose (DESIGN sections 2 and 6)."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Annotated

import pytest

from bot.platform import Address, Attachment, Pressed, Silent, Submitted, Toast, Typed, Wrong
from commands.kit.card import Button, Card, Ref
from commands.kit.command import Command
from commands.kit.desk import Desk
from commands.kit.errors import Refused
from commands.kit.form import Ask, CaseId
from commands.kit.people import Role
from commands.kit.words import T
from storage import deliveries, letters, visits
from storage.database import Database, Gone, Transaction
from storage.letters import Letter
from tests.desk import Reception, button, keys, reception


class Stumble(Command, name="stumble", who={Role.STAFF}):
    """Fall over after writing something."""

    how: Annotated[str, Ask("How?", "How")]

    def run(self, desk: Desk) -> Card:
        """Write, then fail as told."""
        desk.tell_once(desk.person, Card(T("Said before it was true")))
        desk.note(None, None, {"stumbled": True})
        if self.how == "refused":
            raise Refused(T("You may mend this."))
        raise ZeroDivisionError(self.how)


@pytest.fixture
async def desk(sample_url: str) -> AsyncIterator[Reception]:
    """A door, on each engine."""
    async with reception(sample_url, more_commands=(Stumble,)) as made:
        yield made


async def every_letter(desk: Reception) -> list[Letter]:
    """What has been written so far."""

    def look(db: Transaction) -> list[Letter]:
        found = (letters.get(db, number) for number in range(1, 50))
        return [letter for letter in found if letter]

    return await desk.core.database.read(look)


async def test_a_repeated_delivery_is_answered_from_the_record(desk: Reception) -> None:
    request = desk.request("lina", "/visit 永固 Q3")
    first = await desk.core.door.handle(request)
    again = await desk.core.door.handle(request)
    assert first == again
    assert len(await every_letter(desk)) == 1


async def test_ten_twins_at_once_have_one_effect(desk: Reception) -> None:
    request = desk.request("lina", "/visit 永固 Q3")
    replies = await asyncio.gather(*(desk.core.door.handle(request) for _ in range(10)))
    assert all(reply == replies[0] for reply in replies)
    assert await desk.core.database.read(lambda db: visits.count_to(db, 5)) == 1


async def test_a_refusal_changes_nothing_and_is_recorded(desk: Reception) -> None:
    request = desk.request("lina", "/stumble refused")
    await desk.core.door.handle(request)
    await desk.core.door.handle(request)
    await desk.work()
    assert desk.mail.titles("dm:lina") == ["You may mend this."]


async def test_a_bug_changes_nothing_keeps_the_bytes_and_apologises(desk: Reception) -> None:
    await desk.says("lina", "/stumble bug", raw=b'{"what": "they sent"}')
    await desk.work()
    titles = desk.mail.titles("dm:lina")
    assert len(titles) == 1
    assert "Nothing was changed" in titles[0]
    aside = await desk.core.database.read(deliveries.newest_aside)
    assert aside[0].raw == '{"what": "they sent"}'
    assert aside[0].reference in titles[0]


async def test_nothing_is_acknowledged_when_the_database_is_gone(
    desk: Reception, monkeypatch: pytest.MonkeyPatch
) -> None:
    def gone(_self: Database, *, writes: bool) -> None:
        raise Gone(f"writes={writes}")

    with monkeypatch.context() as broken:
        broken.setattr(Database, "_connection", gone)
        with pytest.raises(Gone):
            await desk.says("lina", "/visit 永固 Q3")
    await desk.says("lina", "/visit 永固 Q3")
    assert await desk.core.database.read(lambda db: visits.count_to(db, 5)) == 1


async def test_a_database_error_in_the_middle_is_not_acknowledged(
    desk: Reception, monkeypatch: pytest.MonkeyPatch
) -> None:
    original = Transaction.run
    calls = 0

    def failing(self: Transaction, sql: str, values: object = None) -> object:
        nonlocal calls
        calls += 1
        if sql.startswith("INSERT INTO journal"):
            self.connection.execute("SELECT * FROM no_such_table")
        return original(self, sql, values)  # type: ignore[arg-type]

    monkeypatch.setattr(Transaction, "run", failing)
    with pytest.raises(Exception, match="no_such_table"):
        await desk.says("lina", "/visit 永固 Q3")
    monkeypatch.undo()
    assert calls > 0
    assert await desk.core.database.read(lambda db: visits.count_to(db, 5)) == 0
    assert await every_letter(desk) == []


async def test_a_forged_button_is_refused(desk: Reception) -> None:
    for data in ("", "x", "visit_undo:visit1~AAAAAAAA", "~set:draft1:::", "访:~", "a" * 5000):
        reply = await desk.says("lina", Pressed(data))
        assert isinstance(reply, Toast)
        assert reply.alert


async def test_a_button_from_another_chat_is_refused(desk: Reception) -> None:
    await desk.says("lina", "/visit 永固 Q3")
    await desk.work()
    held = button(desk.mail, "dm:lina", "Undo")
    there = Address("web", "rehearsal", "room:sales")
    reply = await desk.says("lina", Pressed(held), address=there, direct=False)
    assert isinstance(reply, Toast)
    assert "does not belong here" in reply.text
    found = await desk.core.database.read(lambda db: visits.get(db, 1))
    assert found is not None
    assert found.undone_at is None
    await desk.says("lina", Pressed(held))
    found = await desk.core.database.read(lambda db: visits.get(db, 1))
    assert found is not None
    assert found.undone_at is not None


async def test_an_altered_button_is_refused(desk: Reception) -> None:
    await desk.says("lina", "/visit 永固 Q3")
    await desk.says("lina", "/visit 宁波精工 Q3")
    await desk.work()
    altered = button(desk.mail, "dm:lina", "Undo").replace("visit2", "visit1")
    reply = await desk.says("lina", Pressed(altered))
    assert isinstance(reply, Toast)
    assert reply.alert


async def test_what_no_database_keeps_is_left_out(desk: Reception) -> None:
    await desk.says("lina", "/visit 永固 a\x00b\ud800c\U0001f600 '; DROP TABLE visit; --")
    found = await desk.core.database.read(lambda db: visits.get(db, 1))
    assert found is not None
    assert found.notes == "ab?c\U0001f600 '; DROP TABLE visit; --"


async def test_a_million_letters_are_refused_in_a_sentence(desk: Reception) -> None:
    await desk.says("lina", "/visit 永固 " + "很" * 1_000_000)
    await desk.work()
    assert await desk.core.database.read(lambda db: visits.count_to(db, 5)) == 0
    said = " ".join(str(b) for p in desk.mail.sent for b in p.page.blocks)
    assert "at most 3000" in said


async def test_somebody_elses_draft_cannot_be_submitted(desk: Reception) -> None:
    await desk.says("lina", "/visit")
    reply = await desk.says("zhouqiang", Submitted(1, {"notes": "mine now"}))
    assert isinstance(reply, Wrong)
    assert await desk.core.database.read(lambda db: visits.get(db, 1)) is None


async def test_an_expired_draft_says_so_and_can_be_continued(desk: Reception) -> None:
    await desk.says("lina", "/visit 永固")
    await desk.work()
    desk.clock.at = desk.clock.at.replace(day=desk.clock.at.day + 2)
    await desk.core.sweep.tick()
    await desk.work()
    _, redrawn = desk.mail.redrawn[-1]
    assert "left for a day" in str(redrawn.page)
    go_on = next(key for key in keys(redrawn.page) if key.label == "Continue")
    await desk.says("lina", Pressed(go_on.data))
    await desk.says("lina", Typed("Q3"))
    found = await desk.core.database.read(lambda db: visits.get(db, 1))
    assert found is not None
    assert (found.customer_id, found.notes) == (5, "Q3")


async def test_a_button_of_a_done_draft_explains_itself(desk: Reception) -> None:
    await desk.says("lina", "/visit 永固")
    await desk.work()
    cancel = button(desk.mail, "dm:lina", "Cancel")
    await desk.says("lina", "Q3")
    reply = await desk.says("lina", Pressed(cancel))
    assert isinstance(reply, Toast)
    assert "done already" in reply.text


async def test_back_and_correcting_an_answer(desk: Reception) -> None:
    await desk.says("lina", "/visit")
    await desk.says("lina", "永固")
    await desk.work()
    await desk.presses("lina", "Back")
    await desk.says("lina", "宁波精工")
    await desk.says("lina", "Q3")
    found = await desk.core.database.read(lambda db: visits.get(db, 1))
    assert found is not None
    assert found.customer_id == 1


async def test_chatter_in_a_channel_is_left_alone(desk: Reception) -> None:
    reply = await desk.says("lina", "lunch?", direct=False, mentions=False)
    assert reply == Silent()
    assert await every_letter(desk) == []


async def test_a_person_who_has_left_may_do_nothing(desk: Reception) -> None:
    def leave(db: Transaction) -> None:
        db.run("UPDATE person SET active = false WHERE id = 3")

    await desk.core.database.write(leave)
    await desk.says("lina", "/visit 永固 Q3")
    assert await desk.core.database.read(lambda db: visits.get(db, 1)) is None


async def test_a_role_taken_away_while_a_button_is_open(desk: Reception) -> None:
    await desk.says("lina", "/visit 永固 Q3")
    await desk.work()

    def moved(db: Transaction) -> None:
        db.run("UPDATE visit SET person_id = 4 WHERE id = 1")

    await desk.core.database.write(moved)
    reply = await desk.presses("lina", "Undo")
    assert isinstance(reply, Toast)
    assert reply.alert


async def test_unparsable_bytes_are_set_aside(desk: Reception) -> None:
    await desk.core.door.set_aside("web", b"\xff\x00{{{", "no JSON")
    aside = await desk.core.database.read(deliveries.newest_aside)
    assert aside[0].raw == "\\xff\\x00{{{"


class Decide(Command, name="decide", who={Role.STAFF}, on="case", decides=True):
    """Decide on a case."""

    case: Annotated[CaseId, Ask("Which case?", "Case")]

    def run(self, desk: Desk) -> Card:
        """Decide."""
        desk.note(Ref("case", self.case), None, {"decided": True})
        return Card(T("Decided"))


async def test_a_decision_on_a_stale_card_is_refused_and_the_fresh_card_shown(
    sample_url: str,
) -> None:
    async with reception(sample_url, more_commands=(Decide,)) as desk:
        await desk.says("lina", "/complaint 永固 rust")
        await desk.work()
        seal = desk.core.house.seal
        at = Address("web", "rehearsal", "dm:lina")
        button_ = Button(T("Decide"), "decide", {}, Ref("case", 1), revision=1)
        held = seal.sealed(button_, at)
        await desk.says("lina", "/case_take C-2026-0001")
        reply = await desk.says("lina", Pressed(held))
        assert isinstance(reply, Toast)
        assert "has changed" in reply.text
        await desk.work()
        assert desk.mail.titles("dm:lina")[-1].startswith("🔧 C-2026-0001")
        fresh = seal.sealed(replace(button_, revision=2), at)
        await desk.says("lina", Pressed(fresh))
        await desk.work()
        assert desk.mail.titles("dm:lina")[-1] == "Decided"


@pytest.mark.parametrize("size", [2**63, -(2**80), 0])
async def test_a_file_of_an_absurd_size_is_kept_all_the_same(desk: Reception, size: int) -> None:
    said = Typed("complaint 永固 rust", (Attachment("F1", "photo.png", "image/png", size),))
    await desk.says("lina", said)
    await desk.work()
    assert await desk.core.database.read(deliveries.newest_aside) == []
    assert desk.mail.titles("dm:lina")


async def test_a_colon_behind_a_command_that_asks_nothing_is_a_word_too_many(
    desk: Reception,
) -> None:
    await desk.says("lina", "今日 at :30")
    assert await desk.core.database.read(deliveries.newest_aside) == []
