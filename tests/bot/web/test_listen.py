"""What the page posts becomes a request for the door; what the door answers, the page can show."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from bot.pages import Field, Form, Key, Keys, Line, Page, Say
from bot.platform import (
    Attachment,
    Open,
    Pressed,
    Reply,
    Request,
    Show,
    Silent,
    Started,
    Submitted,
    Toast,
    Typed,
    Wrong,
)
from storage import rooms
from storage.database import Transaction
from tests.bot.web.conftest import Visitor
from tests.bot.web.stage import START, Stage
from tests.players.web import PICTURE
from tests.players.web_html import parsed

Json = Any
PNG = ("rust.png", PICTURE, "image/png")


async def messages(stage: Stage, chat: str = "dm:lina") -> list[rooms.Message]:
    return await stage.database.read(lambda db: rooms.latest(db, chat, 99))


def said_to(stage: Stage) -> Typed:
    said = stage.gate.last.said
    assert isinstance(said, Typed)
    return said


# --- words ----------------------------------------------------------------------------------------


async def test_words_are_shown_and_heard(stage: Stage, visitor: Visitor) -> None:
    assert await visitor.answer("say", text=" 拜访宁波精工 ", id="deed-one") == {"kind": "silent"}
    (shown,) = await messages(stage)
    assert (shown.author, shown.text, shown.at) == ("lina", "拜访宁波精工", START)
    assert stage.gate.heard == [
        Request(
            address=stage.gate.last.address,
            user="lina",
            said=Typed("拜访宁波精工"),
            at=START,
            key="lina:deed-one",
            user_name="李娜",
            language="zh",
            message=str(shown.id),
            direct=True,
            inline=True,
            opens=True,
            raw=stage.gate.last.raw,
        )
    ]
    assert stage.gate.last.address.chat == "dm:lina"
    assert "拜访宁波精工".encode() in stage.gate.last.raw


async def test_a_slash_is_left_to_the_door(stage: Stage, visitor: Visitor) -> None:
    await visitor.answer("say", text="/visit 宁波精工")
    assert said_to(stage) == Typed("/visit 宁波精工")


async def test_a_message_posted_again_is_shown_once_and_has_the_same_key(
    stage: Stage, visitor: Visitor
) -> None:
    for _ in range(3):
        await visitor.answer("say", text="hello", id="the-same-one", files=[("files", PNG)])
    first, *others = stage.gate.heard
    assert len(await messages(stage)) == 1
    assert all((o.key, o.message, o.said) == (first.key, first.message, first.said) for o in others)


async def test_a_message_posted_twice_at_once_is_shown_once(stage: Stage, visitor: Visitor) -> None:
    posts = (visitor.answer("say", text="hello", id="the-same-one") for _ in range(5))
    await asyncio.gather(*posts)
    assert len(await messages(stage)) == 1
    assert {request.message for request in stage.gate.heard} == {"1"}


async def test_a_twin_that_was_faster_is_found(
    stage: Stage, visitor: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    await visitor.answer("say", text="hello", id="the-same-one")
    looked = iter([True])
    called = rooms.called

    def too_early(db: Transaction, chat: str, once: str) -> rooms.Message | None:
        """Both look before either has written."""
        return None if next(looked, False) else called(db, chat, once)

    monkeypatch.setattr(rooms, "called", too_early)
    await visitor.answer("say", text="hello", id="the-same-one")
    assert len(await messages(stage)) == 1


async def test_two_people_may_use_the_same_name_for_a_deed(stage: Stage, visitor: Visitor) -> None:
    for user in ("lina", "wang"):
        await visitor.answer("say", user, "room:quality", text="hello", id="the-same-one")
    assert len(await messages(stage, "room:quality")) == 2


async def test_what_could_not_be_kept_is_not_acknowledged(stage: Stage, visitor: Visitor) -> None:
    stage.gate.gone = 1
    answer = await visitor.post("say", text="hello", id="the-same-one")
    assert (answer.status_code, answer.json()) == (503, {"kind": "failed"})
    await visitor.answer("say", text="hello", id="the-same-one")
    assert len(await messages(stage)) == 1
    assert stage.gate.last.key == "lina:the-same-one"


@pytest.mark.parametrize(
    "fields",
    [
        {"text": "  "},
        {"text": "x" * 40_001},
        {"text": "x", "id": "short"},
        {"text": "x", "id": "not/an/id"},
        {"text": "x", "reply": "-1"},
        {"text": "x", "reply": "²"},
        {"text": "x", "reply": "9" * 40},
    ],
)
async def test_what_the_page_never_posts_is_refused(
    stage: Stage, visitor: Visitor, fields: dict[str, str]
) -> None:
    assert (await visitor.post("say", **fields)).status_code == 400
    assert not stage.gate.heard
    assert not await messages(stage)


@pytest.mark.parametrize(
    ("user", "chat"),
    [
        ("nobody", "dm:nobody"),
        ("lina", "dm:wang"),
        ("lina", "room:none"),
        ("zhou", "room:quality"),
        ("who", "room:quality"),
        ("elsewhere", "dm:elsewhere"),
    ],
)
async def test_nobody_speaks_where_they_are_not(
    stage: Stage, visitor: Visitor, user: str, chat: str
) -> None:
    assert (await visitor.post("say", user, chat, text="x")).status_code == 404
    assert not stage.gate.heard


@pytest.mark.parametrize(
    ("user", "chat"), [("chen", "room:quality"), ("admin", "room:quality"), ("who", "room:public")]
)
async def test_a_room_holds_its_departments_administrators_and_if_public_everybody(
    visitor: Visitor, user: str, chat: str
) -> None:
    assert (await visitor.post("say", user, chat, text="x")).status_code == 200


# --- rooms and threads ----------------------------------------------------------------------------


async def test_words_in_a_room_are_not_meant_for_the_bot(stage: Stage, visitor: Visitor) -> None:
    await visitor.answer("say", "lina", "room:quality", text="good morning")
    request = stage.gate.last
    assert not request.direct
    assert not request.mentions
    assert (request.title, request.external) == ("质量", False)


@pytest.mark.parametrize(
    ("text", "heard"),
    [
        ("@源头请看一下", "请看一下"),
        ("@Headwater today", "today"),
        ("today @headwater", "today "),
        ("/today", "/today"),
    ],
)
async def test_the_bot_can_be_called_in_a_room(
    stage: Stage, visitor: Visitor, text: str, heard: str
) -> None:
    await visitor.answer("say", "lina", "room:quality", text=text)
    assert stage.gate.last.mentions
    assert said_to(stage).text == heard
    assert (await messages(stage, "room:quality"))[0].text == text


async def test_an_answer_stands_in_the_thread_of_its_message(
    stage: Stage, visitor: Visitor
) -> None:
    landed = await stage.post("room:quality", Page("C-2026-0007"))
    await visitor.answer("say", "chen", "room:quality", text="we look", reply=landed.message)
    request = stage.gate.last
    assert (request.address.thread, request.reply_to) == (landed.message, landed.message)
    assert (await messages(stage, "room:quality"))[-1].thread == landed.message


async def test_an_answer_to_an_answer_stays_in_the_thread(stage: Stage, visitor: Visitor) -> None:
    root = await stage.post("dm:lina", Page("Case"))
    inner = await stage.post("dm:lina", Page("Question"), thread=root.message)
    await visitor.answer("say", text="yes", reply=inner.message)
    request = stage.gate.last
    assert (request.address.thread, request.reply_to) == (root.message, inner.message)


async def test_nobody_answers_what_stands_elsewhere(stage: Stage, visitor: Visitor) -> None:
    landed = await stage.post("dm:wang", Page("Secret"))
    for reply in (landed.message, "999"):
        assert (await visitor.post("say", text="x", reply=reply)).status_code == 404
    assert not stage.gate.heard


# --- photos ---------------------------------------------------------------------------------------


async def test_photos_are_kept_and_named_to_the_door(stage: Stage, visitor: Visitor) -> None:
    await visitor.answer("say", files=[("files", PNG), ("files", ("b.txt", b"<b>", "image/png"))])
    picture, other = said_to(stage).files
    assert picture == Attachment(picture.remote, "rust.png", "image/png", len(PICTURE))
    assert (other.name, other.media) == ("b.txt", "application/octet-stream")
    assert await stage.platform.fetch(picture.remote) == PICTURE
    (shown,) = await messages(stage)
    assert [file["name"] for file in shown.files] == ["rust.png", "b.txt"]


async def test_a_photo_is_shown_and_anything_else_is_only_saved(
    stage: Stage, visitor: Visitor
) -> None:
    page = b"<script>alert(1)</script>"
    await visitor.answer("say", files=[("files", PNG), ("files", ("a.png", page, "text/html"))])
    picture, other = said_to(stage).files
    shown = await visitor.client.get(f"/chat/file/{picture.remote}")
    saved = await visitor.client.get(f"/chat/file/{other.remote}")
    assert (shown.content, shown.headers["content-type"]) == (PICTURE, "image/png")
    assert shown.headers["content-disposition"] == "inline"
    assert saved.headers["content-type"] == "application/octet-stream"
    assert saved.headers["content-disposition"] == "attachment"


async def test_a_file_that_is_not_there_is_not_found(visitor: Visitor) -> None:
    assert (await visitor.client.get("/chat/file/unknown")).status_code == 404


async def test_too_many_photos_are_refused(stage: Stage, visitor: Visitor) -> None:
    answer = await visitor.post("say", files=[("files", PNG)] * 11)
    assert answer.status_code == 400
    assert not stage.gate.heard


# --- buttons, forms, links ------------------------------------------------------------------------


async def test_a_button_tells_what_it_holds_and_where_it_hung(
    stage: Stage, visitor: Visitor
) -> None:
    root = await stage.post("dm:lina", Page("Case"))
    card = await stage.post("dm:lina", Page("Question"), thread=root.message)
    await visitor.answer("press", data="yes:1~abc", message=card.message, id="deed-one")
    request = stage.gate.last
    assert request.said == Pressed("yes:1~abc", card.message)
    assert (request.message, request.address.thread) == (card.message, root.message)
    assert request.key == "lina:deed-one"


async def test_a_button_may_hang_on_what_only_one_person_sees(
    stage: Stage, visitor: Visitor
) -> None:
    await visitor.answer("press", data="yes:1~abc")
    assert stage.gate.last.said == Pressed("yes:1~abc", "")


async def test_nobody_presses_what_stands_elsewhere(stage: Stage, visitor: Visitor) -> None:
    landed = await stage.post("dm:wang", Page("Secret"))
    assert (await visitor.post("press", data="x", message=landed.message)).status_code == 404
    assert not stage.gate.heard


async def test_a_form_brings_its_answers_and_files(stage: Stage, visitor: Visitor) -> None:
    root = await stage.post("dm:lina", Page("Case"))
    fields: dict[str, Json] = {
        "draft": "7",
        "thread": root.message,
        "f.customer": "#3",
        "f.notes": "two\nlines",
        "m.with": ["a", "b"],
    }
    await visitor.answer("submit", files=[("u.photos", PNG), ("u.photos", ("", b"", ""))], **fields)
    request = stage.gate.last
    assert isinstance(request.said, Submitted)
    assert request.said.draft == 7
    assert request.said.answers == {"customer": "#3", "notes": "two\nlines", "with": ["a", "b"]}
    (file,) = request.said.files
    assert await stage.platform.fetch(file.remote) == PICTURE
    assert request.address.thread == root.message
    assert PICTURE not in request.raw


@pytest.mark.parametrize("draft", ["", "x", "-1", "9" * 30])
async def test_a_form_has_the_number_of_a_draft(stage: Stage, visitor: Visitor, draft: str) -> None:
    assert (await visitor.post("submit", draft=draft)).status_code == 400
    assert not stage.gate.heard


async def test_a_search_field_offers_what_the_door_finds(stage: Stage, visitor: Visitor) -> None:
    stage.gate.offers = [("#1", "宁波精工"), ("#2", "<b>华强")]
    answer = await visitor.answer("options", draft="7", field="customer", text="华强")
    assert stage.gate.asked == [(7, "customer", "华强")]
    (line,) = parsed(answer["options"]).all("li")
    assert (line["data-value"], line.text) == ("#2", "<b>华强")


async def test_the_bot_is_opened_perhaps_with_a_code(stage: Stage, visitor: Visitor) -> None:
    await visitor.answer("begin", "who", "dm:who", code=" ABC ")
    assert stage.gate.last.said == Started("ABC")


async def test_a_language_is_chosen_by_the_command(stage: Stage, visitor: Visitor) -> None:
    await visitor.answer("language", to="en")
    assert stage.gate.last.said == Typed("en", command="language")


async def test_the_door_is_told_the_language_a_player_reads(stage: Stage, visitor: Visitor) -> None:
    await visitor.answer("say", text="x")
    assert stage.gate.last.language == "zh"


# --- answers --------------------------------------------------------------------------------------

FORM = Form(7, "Visit", (Field("a", "A?", Line(long=False, most=9), True),), "Send", "Cancel")
ANSWERS: list[tuple[Reply, Json]] = [
    (Silent(), {"kind": "silent"}),
    (Toast("Done"), {"kind": "toast", "text": "Done", "alert": False}),
    (Toast("Stop", alert=True), {"kind": "toast", "text": "Stop", "alert": True}),
    (Wrong({"a": "Not so"}), {"kind": "wrong", "errors": {"a": "Not so"}}),
]


@pytest.mark.parametrize(("reply", "shown"), ANSWERS)
async def test_what_the_door_answers_is_passed_on(
    stage: Stage, visitor: Visitor, reply: Reply, shown: Json
) -> None:
    stage.gate.answer = lambda _request: reply
    assert await visitor.answer("press", data="x") == shown


async def test_an_answer_for_one_person_is_a_card_that_is_not_kept(
    stage: Stage, visitor: Visitor
) -> None:
    page = Page("Only <you>", (Say("Hush"), Keys((Key("Go", "go"),))))
    stage.gate.answer = lambda _request: Show(page)
    answer = await visitor.answer("press", data="x")
    shown = parsed(answer["html"])
    assert shown.first("h3").text == "Only <you>"
    assert "只有您能看到" in shown.text
    assert shown.first("button", has="data-press")["data-press"] == "go"
    assert not await messages(stage)


async def test_a_form_is_opened_in_the_thread_it_was_asked_for(
    stage: Stage, visitor: Visitor
) -> None:
    root = await stage.post("dm:lina", Page("Case"))
    stage.gate.answer = lambda _request: Open(FORM)
    answer = await visitor.answer("say", text="reply", reply=root.message)
    assert answer["thread"] == root.message
    assert parsed(answer["html"]).first("form")["data-draft"] == "7"


# --- reading --------------------------------------------------------------------------------------


async def test_what_was_read_is_remembered(stage: Stage, visitor: Visitor) -> None:
    landed = await stage.post("dm:lina", Page("One"))
    assert (await visitor.news())["unread"] == 1
    await visitor.answer("see", message=landed.message)
    assert (await visitor.news())["unread"] == 0
    await visitor.answer("see", message="0")
    assert (await visitor.news())["unread"] == 0


# --- the clock ------------------------------------------------------------------------------------


@pytest.mark.parametrize(("by", "hours"), [("hour", 1), ("day", 24)])
async def test_the_clock_is_put_forward(
    stage: Stage, visitor: Visitor, by: str, hours: int
) -> None:
    await visitor.answer("clock", by=by)
    assert (stage.clock.at - START).total_seconds() == hours * 3600


@pytest.mark.parametrize("minutes", [90, -90])
async def test_the_clock_goes_to_what_is_due_but_never_back(
    stage: Stage, visitor: Visitor, minutes: int
) -> None:
    stage.clock.put(minutes, "first reply")
    await visitor.answer("clock", by="next")
    assert (stage.clock.at - START).total_seconds() == max(0, minutes * 60)


@pytest.mark.parametrize("by", ["next", "year", ""])
async def test_the_clock_goes_nowhere_else(stage: Stage, visitor: Visitor, by: str) -> None:
    assert (await visitor.post("clock", by=by)).status_code == 400
    assert stage.clock.at == START
