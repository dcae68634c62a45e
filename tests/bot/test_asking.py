"""Questions and forms: each kind is asked, answered in any order, corrected, and kept."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import date, datetime
from typing import Annotated

import pytest

from bot.forms import OFFERED
from bot.pages import Date, DateAndTime, Field, Form, Search, Select, Upload
from bot.pages import Line as TextInput
from bot.platform import Attachment, Open, Pressed, Show, Silent, Submitted, Toast, Typed, Wrong
from commands.kit.card import Button, Card, Facts, Line, Ref
from commands.kit.command import Command
from commands.kit.desk import Desk
from commands.kit.errors import Invalid, Refused
from commands.kit.form import Ask, CaseId, CustomerId, Files
from commands.kit.people import Department, Role
from commands.kit.words import T
from storage import cases, deliveries, drafts, files, visits
from storage.database import Json, Transaction
from storage.drafts import Draft
from tests.desk import Reception, button, keys, reception

PHOTO = Attachment("photo-1", "photo.png", "image/png")


class Survey(Command, name="survey", who={Role.STAFF}):
    """Ask one of every kind."""

    customer: Annotated[CustomerId, Ask("Which customer?", "Customer")]
    day: Annotated[date, Ask("Which day?", "Day")]
    at: Annotated[datetime, Ask("At what time?", "Time")]
    sure: Annotated[bool, Ask("Are you sure?", "Sure")]
    one: Annotated[Department, Ask("Which department?", "Department")]
    several: Annotated[frozenset[Department], Ask("Which departments?", "Departments")]
    pin: Annotated[str, Ask("What is your PIN?", "PIN", secret=True)]
    photos: Annotated[Files, Ask("Photos?", "Photos")] = ()
    words: Annotated[str | None, Ask("Anything else?", "Words", long=True)] = None

    def run(self, desk: Desk) -> Card:
        """Say what was understood, or refuse as told."""
        if self.words == "bug":
            raise ZeroDivisionError
        if self.words == "invalid":
            raise Invalid("day", T("Not that day."))
        if self.words == "elsewhere":
            raise Invalid("nowhere", T("Not so."))
        if self.words == "refused":
            raise Refused(T("You may mend this."))
        told = (
            ("day", self.day.isoformat()),
            ("at", self.at.isoformat()),
            ("sure", str(self.sure)),
            ("one", self.one.value),
            ("several", " ".join(sorted(self.several))),
            ("photos", str(len(self.photos))),
        )
        return Card(T("Understood"), (Facts(told),))


class Comment(Command, name="comment", who={Role.STAFF}, on="case"):
    """Comment on a case."""

    case: Annotated[CaseId, Ask("Which case?", "Case")]
    words: Annotated[str, Ask("What?", "Words")]

    def run(self, desk: Desk) -> Card:
        """Say it."""
        return Card(T("Commented"), (Line(self.words),))


ANSWERS: dict[str, Json] = {
    "customer": "#5",
    "day": "2026-10-12",
    "at": "2026-10-12 15:40",
    "sure": "yes",
    "one": "quality",
    "several": ["quality", "sales"],
    "pin": "1234",
}


@pytest.fixture
async def desk(sample_url: str) -> AsyncIterator[Reception]:
    async with reception(sample_url, more_commands=(Survey, Comment)) as made:
        yield made


async def draft(desk: Reception, number: int = 1) -> Draft:
    found = await desk.core.database.read(lambda db: drafts.get(db, number))
    assert found is not None
    return found


async def labels(desk: Reception) -> list[str]:
    """The buttons of the newest card."""
    await desk.work()
    return [key.label for key in keys(desk.mail.sent[-1].page)]


async def opened(desk: Reception, said: str = "/survey") -> Form:
    reply = await desk.says("lina", said, opens=True)
    assert isinstance(reply, Open)
    return reply.form


def inputs(form: Form) -> dict[str, Field]:
    return {one.name: one for one in form.fields}


# --- question by question -------------------------------------------------------------------------


async def test_every_kind_is_asked_in_turn_with_what_can_be_pressed(desk: Reception) -> None:
    await desk.says("lina", "/survey 永固")
    assert await labels(desk) == ["Today", "Yesterday", "Cancel"]
    await desk.presses("lina", "Yesterday")
    assert await labels(desk) == ["Just now", "Back", "Cancel"]
    await desk.presses("lina", "Just now")
    assert await labels(desk) == ["Yes", "No", "Back", "Cancel"]
    await desk.presses("lina", "No")
    assert (await labels(desk))[:4] == ["Management", "Sales", "Marketing", "Quality"]
    await desk.presses("lina", "Quality")
    assert await labels(desk) == ["Back", "Cancel"]
    await desk.says("lina", "quality、销售")
    assert await labels(desk) == ["Back", "Cancel"]
    await desk.says("lina", "1234")
    await desk.work()
    assert desk.mail.titles("dm:lina")[-1] == "Understood"
    told = str(desk.mail.sent[-1].page)
    for fact in ("'2026-10-13'", "'2026-10-14T02:00:00+00:00'", "'False'", "'quality sales'"):
        assert fact in told


async def test_what_was_answered_is_shown_back_and_a_secret_is_not(desk: Reception) -> None:
    await desk.says("lina", "/survey 永固 yesterday PIN: 1234 Sure: yes Time: 15:40")
    await desk.says("lina", "quality")
    await desk.work()
    shown = str(desk.mail.sent[-1].page)
    assert "1234" not in shown
    for fact in ("永固", "yesterday (13 Oct)", "yesterday 15:40", "'Yes'", "'Quality'", "••••"):
        assert fact in shown


async def test_an_answer_that_is_none_says_why_and_asks_again(desk: Reception) -> None:
    await desk.says("lina", "/survey 永固 yesterday")
    await desk.says("lina", "soon")
    await desk.work()
    assert "can't read “soon” as a time" in str(desk.mail.sent[-1].page)
    await desk.says("lina", "15:40")
    assert (await draft(desk)).asking == "sure"


async def test_a_wrong_word_in_the_first_message_keeps_the_rest(desk: Reception) -> None:
    await desk.says("lina", "/survey Sure: perhaps")
    await desk.work()
    assert "Please answer yes or no." in str(desk.mail.sent[-1].page)
    assert (await draft(desk)).asking == "sure"


async def test_several_of_a_name_while_answering_become_buttons(desk: Reception) -> None:
    for name in ("无锡瑞丰轴承有限公司", "常州瑞丰电机有限公司"):
        await desk.says("lina", f"/customer_add {name}")
    await desk.says("lina", "/survey")
    await desk.says("lina", "瑞丰")
    assert set(await labels(desk)) == {"瑞丰轴承", "瑞丰电机", "Cancel"}
    await desk.presses("lina", "瑞丰电机")
    assert (await draft(desk)).answers == {"customer": 13}


async def test_what_a_command_refuses_is_asked_again_beside_its_question(desk: Reception) -> None:
    await desk.says("lina", "/survey 永固 yesterday Time: 15:40 Sure: yes Words: invalid")
    await desk.says("lina", "quality")
    await desk.says("lina", "quality")
    await desk.says("lina", "1234")
    await desk.work()
    assert "Not that day." in str(desk.mail.sent[-1].page)
    assert (await draft(desk)).asking == "day"


async def test_what_is_refused_at_no_question_is_a_refusal(desk: Reception) -> None:
    await desk.says("lina", "/survey 永固 yesterday Time: 15:40 Sure: yes Words: elsewhere")
    await desk.says("lina", "quality")
    await desk.says("lina", "quality")
    await desk.says("lina", "1234")
    await desk.work()
    assert desk.mail.titles("dm:lina")[-1] == "Not so."


async def test_back_at_the_first_question_asks_it_again(desk: Reception) -> None:
    await desk.says("lina", "/survey 永固")
    about = Ref("draft", 1)
    held = desk.core.house.seal.sealed(
        Button(T("Back"), "~back", {}, about), desk.request("lina", "").address
    )
    await desk.says("lina", Pressed(held))
    assert (await draft(desk)).asking == "day"
    assert (await draft(desk)).answers == {"customer": 5}


async def test_a_question_verb_that_nobody_knows_is_refused(desk: Reception) -> None:
    await desk.says("lina", "/survey 永固")
    about = Ref("draft", 1)
    held = desk.core.house.seal.sealed(
        Button(T("?"), "~later", {}, about), desk.request("lina", "").address
    )
    reply = await desk.says("lina", Pressed(held))
    assert isinstance(reply, Toast)
    assert "older version" in reply.text


async def test_a_draft_can_be_cancelled(desk: Reception) -> None:
    await desk.says("lina", "/visit 永固")
    await desk.work()
    reply = await desk.presses("lina", "Cancel")
    assert isinstance(reply, Toast)
    assert reply.text == "Cancelled. Nothing was kept."
    assert (await draft(desk)).state == drafts.CANCELLED
    await desk.says("lina", "talked about Q3")
    assert await desk.core.database.read(lambda db: visits.get(db, 1)) is None


async def test_a_new_command_puts_the_open_draft_aside_and_it_can_be_continued(
    desk: Reception,
) -> None:
    await desk.says("lina", "/visit 永固")
    await desk.work()
    await desk.says("lina", "/survey 宁波精工")
    await desk.work()
    assert (await draft(desk, 1)).state == drafts.ASIDE
    assert any("Put aside." in str(p.page) for _, p in desk.mail.redrawn)
    redrawn = next(p for _, p in desk.mail.redrawn if "Put aside." in str(p.page))
    go_on = next(key.data for key in keys(redrawn.page) if key.label == "Continue")
    await desk.says("lina", Pressed(go_on))
    assert (await draft(desk, 1)).state == drafts.OPEN
    assert (await draft(desk, 2)).state == drafts.ASIDE
    await desk.says("lina", "talked about Q3")
    found = await desk.core.database.read(lambda db: visits.get(db, 1))
    assert found is not None
    assert (found.customer_id, found.notes) == (5, "talked about Q3")


async def test_cancelling_an_older_question_leaves_the_newer_one_open(desk: Reception) -> None:
    await desk.says("lina", "/visit 永固")
    await desk.work()
    cancel = button(desk.mail, "dm:lina", "Cancel")
    await desk.says("lina", "/survey 宁波精工")
    await desk.work()
    reply = await desk.says("lina", Pressed(cancel))
    assert isinstance(reply, Toast)
    assert (await draft(desk, 1)).state == drafts.CANCELLED
    assert (await draft(desk, 2)).state == drafts.OPEN


async def test_a_draft_of_a_command_that_is_gone_cannot_be_continued(desk: Reception) -> None:
    await desk.says("lina", "/visit 永固")
    await desk.work()
    cancel = button(desk.mail, "dm:lina", "Cancel")
    await desk.core.database.write(lambda db: db.run("UPDATE draft SET command = 'gone'"))
    reply = await desk.says("lina", Pressed(cancel))
    assert isinstance(reply, Toast)
    assert "can't be continued" in reply.text


async def test_two_people_may_answer_in_one_place_at_once(desk: Reception) -> None:
    here = {"direct": False, "address": desk.request("lina", "").address}
    await desk.says("lina", "/visit 永固", **here)
    await desk.says("zhouqiang", "/visit 西溪包装", **here)
    assert [(await draft(desk, n)).state for n in (1, 2)] == [drafts.OPEN, drafts.OPEN]


# --- photos ---------------------------------------------------------------------------------------


async def test_photos_sent_while_a_question_is_open_belong_to_it(desk: Reception) -> None:
    await desk.says("lina", "/visit 永固")
    await desk.says("lina", Typed("", (PHOTO,)))
    assert (await draft(desk)).answers == {"customer": 5, "photos": [1]}
    await desk.says("lina", Typed("talked about Q3", (PHOTO,)))
    kept = await desk.core.database.read(lambda db: files.of(db, "visit", 1))
    assert [file.id for file in kept] == [1, 2]


async def test_photos_for_a_command_without_any_are_kept_and_the_question_stays(
    desk: Reception,
) -> None:
    await desk.says("lina", "/language")
    await desk.says("lina", Typed("", (PHOTO,)))
    assert (await draft(desk)).asking == "language"
    assert await desk.core.database.read(lambda db: files.get(db, 1)) is not None


# --- forms ----------------------------------------------------------------------------------------


async def test_a_form_asks_everything_at_once_each_kind_in_its_way(desk: Reception) -> None:
    form = await opened(desk, "/survey 永固 yesterday Time: 15:40 Sure: no Department: quality")
    asked = inputs(form)
    assert form.title == "Ask one of every kind"
    assert asked["customer"].value == "#5"
    assert isinstance(asked["customer"].input, Search)
    assert asked["customer"].input.chosen == "永固"
    assert len(asked["customer"].input.offered) <= OFFERED
    assert (asked["day"].input, asked["day"].value) == (Date(), "2026-10-13")
    assert (asked["at"].input, asked["at"].value) == (DateAndTime(), "2026-10-13 15:40")
    assert (asked["sure"].input, asked["sure"].value) == (
        Select((("yes", "Yes"), ("no", "No"))),
        "no",
    )
    assert asked["one"].value == "quality"
    match asked["several"].input:
        case Select(options, several=True):
            assert ("quality", "Quality") in options
        case other:
            pytest.fail(f"no choice of several: {other}")
    assert asked["words"].input == TextInput(long=True, most=3000)
    assert isinstance(asked["photos"].input, Upload)
    assert [name for name, one in asked.items() if not one.required] == ["photos", "words"]


async def test_a_submitted_form_is_done(desk: Reception) -> None:
    form = await opened(desk)
    reply = await desk.says("lina", Submitted(form.draft, ANSWERS, (PHOTO,)))
    assert reply == Silent()
    await desk.work()
    told = str(desk.mail.sent[-1].page)
    assert desk.mail.titles("dm:lina") == ["Understood"]
    for fact in ("'2026-10-12'", "T07:40:00+00:00", "'True'", "'quality sales'", "('photos', '1')"):
        assert fact in told
    assert (await draft(desk)).state == drafts.DONE


async def test_everything_wrong_in_a_form_is_said_at_once_beside_its_question(
    desk: Reception,
) -> None:
    for name in ("无锡瑞丰轴承有限公司", "常州瑞丰电机有限公司"):
        await desk.says("lina", f"/customer_add {name}")
    form = await opened(desk)
    given = ANSWERS | {
        "customer": "瑞丰",
        "day": "05/12/2026",
        "at": "soon",
        "one": "",
        "sure": "?",
    }
    reply = await desk.says("lina", Submitted(form.draft, given))
    assert isinstance(reply, Wrong)
    assert set(reply.errors) == {"customer", "day", "at", "one", "sure"}
    assert "瑞丰电机" in reply.errors["customer"]
    assert "12 May" in reply.errors["day"]
    assert "5 Dec" in reply.errors["day"]
    assert "as a time" in reply.errors["at"]
    assert reply.errors["one"] == "Please give an answer."
    assert (await draft(desk)).state == drafts.OPEN
    assert await desk.says("lina", Submitted(form.draft, ANSWERS)) == Silent()


@pytest.mark.parametrize(
    ("words", "field", "said"),
    [
        ("invalid", "day", "Not that day."),
        ("elsewhere", "nowhere", "Not so."),
        ("refused", "customer", "You may mend this."),
    ],
)
async def test_what_refuses_a_form_is_shown_in_it_and_it_stays_open(
    desk: Reception, words: str, field: str, said: str
) -> None:
    form = await opened(desk)
    reply = await desk.says("lina", Submitted(form.draft, ANSWERS | {"words": words}))
    assert reply == Wrong({field: said})
    assert (await draft(desk)).state == drafts.OPEN


async def test_an_answer_that_is_taken_out_of_a_form_is_gone(desk: Reception) -> None:
    form = await opened(desk, "/survey 永固 Words: invalid")
    reply = await desk.says("lina", Submitted(form.draft, ANSWERS | {"words": ""}))
    assert reply == Silent()


async def test_a_verbs_form_does_not_ask_for_its_subject(desk: Reception) -> None:
    await desk.says("lina", "/complaint 永固 rust")
    await desk.work()
    form = await opened(desk, "/comment C-2026-0001")
    assert list(inputs(form)) == ["words"]
    reply = await desk.says("lina", Submitted(form.draft, {"words": "seen"}))
    assert reply == Silent()
    await desk.work()
    assert desk.mail.titles("dm:lina")[-1] == "Commented"


async def test_the_same_said_twice_in_a_form_is_asked_about(desk: Reception) -> None:
    await desk.says("lina", "/visit 永固 Q3")
    form = await opened(desk, "/visit")
    given: dict[str, Json] = {"customer": "#5", "notes": "Q3"}
    assert await desk.says("lina", Submitted(form.draft, given)) == Silent()
    await desk.work()
    assert "a few minutes ago" in str(desk.mail.sent[-1].page)
    await desk.presses("lina", "Yes, once more")
    assert await desk.core.database.read(lambda db: visits.count_to(db, 5)) == 2


async def test_what_cannot_be_chosen_in_a_form_is_asked_in_a_card(desk: Reception) -> None:
    reply = await desk.says("lina", "/visit 永固和宁波精工 Q3", opens=True)
    assert reply == Silent()
    assert {"For both", "Only 永固", "Cancel"} == set(await labels(desk))


# --- searching in a form --------------------------------------------------------------------------


async def options(desk: Reception, user: str, number: int, field: str, text: str) -> list[str]:
    request = desk.request(user, "", key="")
    return [label for _, label in await desk.core.door.options(request, number, field, text)]


async def test_a_search_offers_what_fits_the_letters(desk: Reception) -> None:
    form = await opened(desk)
    assert await options(desk, "lina", form.draft, "customer", "永") == ["永固"]
    assert "永固" in await options(desk, "lina", form.draft, "customer", "")
    assert await options(desk, "lina", form.draft, "customer", "火星") == []


async def test_a_search_offers_nothing_to_others_or_elsewhere(desk: Reception) -> None:
    form = await opened(desk)
    assert await options(desk, "zhouqiang", form.draft, "customer", "永") == []
    assert await options(desk, "zhangwei", form.draft, "customer", "永") == []
    assert await options(desk, "nobody", form.draft, "customer", "永") == []
    assert await options(desk, "lina", form.draft + 9, "customer", "永") == []
    assert await options(desk, "lina", form.draft, "day", "永") == []
    assert await options(desk, "lina", form.draft, "nothing", "永") == []


# --- those outside --------------------------------------------------------------------------------


async def test_a_contact_is_offered_no_case_but_their_own(desk: Reception) -> None:
    await desk.says("hefang", "/complaint short by a box")
    await desk.says("hefang", "/complaint short by two")
    await desk.work()
    for said in ("/case 宁波精工", "/case 火星", "/case C-2026-0001"):
        await desk.says("zhangwei", said)
        await desk.work()
    seen = " ".join(str(p.page) for p in desk.mail.sent if p.address.chat == "dm:zhangwei")
    assert "There is no" in seen
    assert "C-2026" not in seen
    assert "宁波精工" not in seen.replace("called “宁波精工”", "")
    await desk.says("hefang", "/case 宁波精工")
    assert {"C-2026-0001 宁波精工", "C-2026-0002 宁波精工"} <= set(await labels(desk))


async def test_a_contacts_form_cannot_name_another_customer(desk: Reception) -> None:
    reply = await desk.says("zhangwei", "/complaint", opens=True)
    assert isinstance(reply, Open)
    assert "customer" not in inputs(reply.form)
    given: dict[str, Json] = {"text": "rust", "customer": "#5"}
    await desk.says("zhangwei", Submitted(reply.form.draft, given))
    case = await desk.core.database.read(lambda db: cases.get(db, 1))
    assert case is not None
    assert case.customer_id == 2


async def test_a_bug_in_a_form_is_reported_and_the_form_closes(desk: Reception) -> None:
    form = await opened(desk)
    given = ANSWERS | {"words": "bug"}
    assert await desk.says("lina", Submitted(form.draft, given)) == Silent()
    reply = await desk.says("lina", Submitted(form.draft, given), inline=True)
    assert isinstance(reply, Show)
    aside = await desk.core.database.read(deliveries.newest_aside)
    assert [one.reason for one in aside] == ["ZeroDivisionError", "ZeroDivisionError"]
    assert aside[0].reference in reply.page.title


async def test_a_bug_behind_a_button_is_an_alert(desk: Reception) -> None:
    form = await opened(desk)
    given = ANSWERS | {"words": "bug"}
    draft_ = await desk.says("lina", Submitted(form.draft, given | {"day": "?"}))
    assert isinstance(draft_, Wrong)
    await desk.core.database.write(lambda db: drafts.save(db, _complete(db, form.draft)))
    held = Button(T("Go"), "~go", {}, Ref("draft", form.draft))
    at = desk.request("lina", "").address
    reply = await desk.says("lina", Pressed(desk.core.house.seal.sealed(held, at)))
    assert isinstance(reply, Toast)
    assert reply.alert
    assert "Something went wrong" in reply.text


def _complete(db: Transaction, number: int) -> Draft:
    found = drafts.get(db, number)
    assert found is not None
    found.answers = {**found.answers, "day": "2026-10-12"}
    return found
