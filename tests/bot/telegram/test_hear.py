"""Updates as requests."""

from __future__ import annotations

import copy
import json
from datetime import UTC, datetime

import pytest

from bot.platform import (
    Address,
    Attachment,
    Origin,
    PhoneCard,
    Pressed,
    Request,
    Spot,
    Started,
    Typed,
)
from bot.telegram import hear
from bot.telegram.api import Delivery
from bot.telegram.hear import Heard, Me, Unreadable
from storage.database import Json

ME = Me("900", "headwater_bot")
NOW = datetime(2026, 10, 14, 2, 0, tzinfo=UTC)
SENT = datetime(2026, 10, 14, 1, 58, tzinfo=UTC)
LI: Json = {
    "id": 7,
    "is_bot": False,
    "first_name": "Na",
    "last_name": "Li",
    "language_code": "zh-hans",
}
BOT: Json = {"id": 900, "is_bot": True, "first_name": "Headwater", "username": "headwater_bot"}
PRIVATE: Json = {"id": 7, "type": "private", "first_name": "Na"}
GROUP: Json = {"id": -100200, "type": "supergroup", "title": "Quality", "is_forum": True}


def message(**fields: Json) -> Json:
    told = {"message_id": 31, "date": int(SENT.timestamp()), "chat": PRIVATE, "from": LI}
    return told | fields


def heard(update: Json) -> Heard:
    raw = {"update_id": 5001, **update}
    return hear.read(Delivery(raw, json.dumps(raw).encode()), ME, NOW)


def request(**fields: Json) -> Request:
    found = heard({"message": message(**fields)}).request
    assert found
    return found


def nothing(**fields: Json) -> bool:
    return heard({"message": message(**fields)}) == Heard()


def test_a_private_message_is_a_request() -> None:
    found = request(text="拜访宁波精工昨天谈了Q3")
    assert json.loads(found.raw)["update_id"] == 5001
    assert found == Request(
        Address("telegram", "900", "7"),
        "7",
        Typed("拜访宁波精工昨天谈了Q3"),
        SENT,
        "5001",
        user_name="Na Li",
        language="zh",
        message="31",
        raw=found.raw,
    )


def test_a_group_message_names_its_group() -> None:
    found = request(text="hello", chat=GROUP)
    assert found.address == Address("telegram", "900", "-100200")
    assert (found.title, found.direct, found.mentions) == ("Quality", False, False)
    assert (found.inline, found.opens, found.external) == (False, False, False)


# --- topics and replies ---------------------------------------------------------------------------


def test_a_topic_is_a_thread() -> None:
    found = request(text="hello", chat=GROUP, message_thread_id=12, is_topic_message=True)
    assert found.address.thread == "12"


def test_a_chain_of_replies_in_a_plain_group_is_no_thread() -> None:
    assert request(text="hello", chat=GROUP, message_thread_id=12).address.thread == ""


def test_an_answer_names_the_message_answered() -> None:
    found = request(
        text="ok", chat=GROUP, reply_to_message=message(message_id=20, text="?", chat=GROUP)
    )
    assert (found.reply_to, found.mentions) == ("20", False)


def test_answering_the_bot_addresses_it() -> None:
    card = {**message(message_id=20, text="Card", chat=GROUP), "from": BOT}
    assert request(text="ok", chat=GROUP, reply_to_message=card).mentions


@pytest.mark.parametrize(
    "opening",
    [
        {"forum_topic_created": {"name": "C-2026-0007", "icon_color": 1}},
        {"text": "the first message of a private chat's topic"},
    ],
)
def test_every_message_of_a_topic_formally_answers_its_opening(opening: Json) -> None:
    opened = {**message(message_id=12, chat=GROUP, **opening), "from": BOT}
    found = request(
        text="hello",
        chat=GROUP,
        message_thread_id=12,
        is_topic_message=True,
        reply_to_message=opened,
    )
    assert (found.reply_to, found.mentions) == ("", False)


# --- words ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("/visit", Typed("", command="visit")),
        ("/visit 华强 谈了Q3", Typed("华强 谈了Q3", command="visit")),
        ("/visit\n华强\n谈了Q3", Typed("华强\n谈了Q3", command="visit")),
        ("/Visit@Headwater_Bot 华强", Typed("华强", command="visit")),
        ("/visit华强", Typed("华强", command="visit")),
        ("/nonsense 1", Typed("1", command="nonsense")),
        ("/拜访 华强", Typed("/拜访 华强")),
        ("拜访华强", Typed("拜访华强")),
        ("/usr/bin", Typed("/usr/bin")),
        ("/", Typed("/")),
        ("half / half", Typed("half / half")),
        ("@headwater_bot visit 华强", Typed("visit 华强")),
        ("@Headwater_Bot，拜访华强", Typed("拜访华强")),
        ("@headwater_bot /visit 华强", Typed("华强", command="visit")),
        ("@headwater_bot", Typed("")),
        ("@headwater_bots hello", Typed("@headwater_bots hello")),
        ("/start", Started()),
        ("/start  abc-DEF_1 ", Started("abc-DEF_1")),
        ("/start@headwater_bot abc", Started("abc")),
        ("/started", Typed("", command="started")),
        ("a\x00b\ud83dc", Typed("ab\ufffdc")),
    ],
)
def test_words_are_read(text: str, said: Typed | Started) -> None:
    assert request(text=text).said == said


def test_a_command_for_another_bot_is_not_ours() -> None:
    assert nothing(text="/visit@other_bot 华强", chat=GROUP)


@pytest.mark.parametrize(
    ("text", "addressed"),
    [
        ("look, @headwater_bot!", True),
        ("请@HEADWATER_BOT看", True),
        ("/visit", True),
        ("/start", True),
        ("/拜访 华强", True),
        ("@headwater_bot hello", True),
        ("mail x@headwater_bot", False),
        ("@headwater_bot2", False),
        ("hello", False),
    ],
)
def test_a_group_addresses_the_bot(text: str, addressed: bool) -> None:
    assert request(text=text, chat=GROUP).mentions is addressed


@pytest.mark.parametrize(
    ("code", "language"),
    [("zh-hans", "zh"), ("zh-TW", "zh"), ("zh", "zh"), ("en", "en"), ("de", "en"), (None, "")],
)
def test_the_language_is_one_of_ours(code: str | None, language: str) -> None:
    assert request(text="hi", **{"from": {**LI, "language_code": code}}).language == language


# --- files ----------------------------------------------------------------------------------------


def test_of_a_photo_the_largest_size_is_taken() -> None:
    sizes = [
        {"file_id": f"f{n}", "file_unique_id": f"u{n}", "width": n, "height": n, "file_size": n}
        for n in (90, 1280, 320)
    ]
    found = request(photo=sizes, caption="/visit 华强", media_group_id="9")
    photo = Attachment("f1280", "u1280.jpg", "image/jpeg", 1280)
    assert found.said == Typed("华强", (photo,), "visit", album="9")


FILE: Json = {"file_id": "f", "file_unique_id": "u"}


@pytest.mark.parametrize(
    ("fields", "file"),
    [
        (
            {"document": {**FILE, "file_name": "q3.pdf", "mime_type": "application/pdf"}},
            Attachment("f", "q3.pdf", "application/pdf"),
        ),
        ({"document": FILE}, Attachment("f")),
        (
            {"voice": {**FILE, "duration": 3, "file_size": 8}},
            Attachment("f", "voice.ogg", "audio/ogg", 8),
        ),
        (
            {"voice": {**FILE, "duration": 3, "mime_type": "audio/x"}},
            Attachment("f", "voice.ogg", "audio/x"),
        ),
        ({"audio": {**FILE, "duration": 3, "file_name": "a.mp3"}}, Attachment("f", "a.mp3")),
        (
            {"video": {**FILE, "duration": 3, "width": 1, "height": 1, "mime_type": "video/mp4"}},
            Attachment("f", "", "video/mp4"),
        ),
        (
            {"video_note": {**FILE, "duration": 3, "length": 1}},
            Attachment("f", "video.mp4", "video/mp4"),
        ),
        (
            {
                "animation": {**FILE, "duration": 3, "width": 1, "height": 1},
                "document": {**FILE, "file_name": "a.gif"},
            },
            Attachment("f", "a.gif"),
        ),
    ],
)
def test_files_are_named(fields: Json, file: Attachment) -> None:
    assert request(**fields).said == Typed("", (file,))


# --- passed on, places, numbers ------------------------------------------------------------------

WRITTEN = datetime(2026, 10, 13, 22, 0, tzinfo=UTC)
CHANNEL: Json = {"id": -100300, "type": "channel", "title": "Huaqiang news"}
VENUE: Json = {
    "location": {"latitude": 29.8683, "longitude": 121.544},
    "title": "Ningbo Jinggong",
    "address": "1 Port Road",
}


@pytest.mark.parametrize(
    ("told", "author", "user"),
    [
        ({"type": "user", "sender_user": {**LI, "id": 9}}, "Na Li", "9"),
        ({"type": "user", "sender_user": BOT}, "Headwater", ""),
        ({"type": "hidden_user", "sender_user_name": "Zhang"}, "Zhang", ""),
        ({"type": "chat", "sender_chat": GROUP, "author_signature": "QA"}, "QA · Quality", ""),
        ({"type": "chat", "sender_chat": GROUP}, "Quality", ""),
        (
            {"type": "channel", "chat": CHANNEL, "message_id": 3, "author_signature": "Press"},
            "Press · Huaqiang news",
            "",
        ),
    ],
)
def test_a_forwarded_message_keeps_its_writer_and_time(told: Json, author: str, user: str) -> None:
    found = request(text="bolts", forward_origin={**told, "date": int(WRITTEN.timestamp())})
    assert found.said == Typed("bolts", origin=Origin(author, WRITTEN, user))
    assert found.at == SENT


def test_a_slash_in_forwarded_words_commands_nothing() -> None:
    told = {"type": "hidden_user", "sender_user_name": "Zhang", "date": 1}
    assert isinstance((said := request(text="/visit 华强", forward_origin=told).said), Typed)
    assert (said.text, said.command) == ("/visit 华强", "")


def test_a_place_is_heard_once_with_its_name() -> None:
    bare = {"latitude": 29.8683, "longitude": 121.544, "live_period": 900}
    assert request(location=bare).said == Typed(spot=Spot(29.8683, 121.544))
    named = Spot(29.8683, 121.544, "Ningbo Jinggong · 1 Port Road")
    assert request(venue=VENUE, location=VENUE["location"]).said == Typed(spot=named)


@pytest.mark.parametrize(
    ("fields", "own"),
    [
        ({"user_id": 7}, True),
        ({"user_id": 8}, False),
        ({}, False),
    ],
)
def test_a_number_is_ones_own_if_telegram_says_so(fields: Json, own: bool) -> None:
    card = {"phone_number": "+8613800000000", "first_name": "Na", "last_name": "Li", **fields}
    assert request(contact=card).said == Typed(phone=PhoneCard("Na Li", "+8613800000000", own))


def test_a_forwarded_number_is_nobodys_own() -> None:
    card = {"phone_number": "+8613800000000", "first_name": "Na", "user_id": 7}
    told = {"type": "hidden_user", "sender_user_name": "Zhang", "date": 1}
    assert isinstance((said := request(contact=card, forward_origin=told).said), Typed)
    assert said.phone == PhoneCard("Na", "+8613800000000")


# --- edits ----------------------------------------------------------------------------------------


def test_an_edit_says_what_a_message_reads_now() -> None:
    later = int(SENT.timestamp()) + 60
    found = heard({"edited_message": message(text="/visit 华强 Q4", edit_date=later)}).request
    assert found
    assert found.said == Typed("华强 Q4", command="visit", edited=True)
    assert (found.message, found.at.timestamp()) == ("31", later)


def test_a_live_place_that_moves_is_an_edit_without_words() -> None:
    moved = {"latitude": 29.9, "longitude": 121.6, "live_period": 900}
    found = heard({"edited_message": message(location=moved, edit_date=1)}).request
    assert found
    assert found.said == Typed(spot=Spot(29.9, 121.6), edited=True)


# --- presses --------------------------------------------------------------------------------------


def press(**fields: Json) -> Heard:
    card = {**message(message_id=44, chat=GROUP, text="Card"), "from": BOT}
    query = {"id": "77", "from": LI, "chat_instance": "1", "message": card, "data": "go:case7"}
    return heard({"callback_query": query | fields})


def test_a_press_is_a_request_of_now() -> None:
    found = press()
    assert found.press == "77"
    assert found.request == Request(
        Address("telegram", "900", "-100200"),
        "7",
        Pressed("go:case7", "44"),
        NOW,
        "5001",
        user_name="Na Li",
        language="zh",
        message="44",
        direct=False,
        title="Quality",
        raw=found.request.raw if found.request else b"",
    )


def test_a_press_in_a_topic_stays_there() -> None:
    card = message(message_id=44, chat=GROUP, message_thread_id=12, is_topic_message=True)
    found = press(message=card).request
    assert found
    assert found.address.thread == "12"


def test_a_press_on_an_old_message_counts() -> None:
    found = press(message={"chat": PRIVATE, "message_id": 44, "date": 0}).request
    assert found
    assert (found.said, found.direct) == (Pressed("go:case7", "44"), True)


@pytest.mark.parametrize("fields", [{"message": None}, {"data": None}])
def test_a_press_on_no_button_of_ours_is_only_answered(fields: Json) -> None:
    assert press(**fields) == Heard(None, "77")


# --- what nobody said to us -----------------------------------------------------------------------


@pytest.mark.parametrize(
    "fields",
    [
        {"new_chat_title": "Quality 2"},
        {"text": "hi", "from": None},
        {"text": "hi", "from": BOT},
        {"text": "hi", "is_automatic_forward": True},
    ],
)
def test_service_messages_and_other_bots_are_let_pass(fields: Json) -> None:
    assert nothing(**fields)


@pytest.mark.parametrize(
    "update",
    [
        {"edited_message": message(text="/start", edit_date=int(SENT.timestamp()))},
        {"channel_post": message(text="hi")},
        {"message_from_the_future": {"a": 1}},
        {
            "my_chat_member": {
                "chat": PRIVATE,
                "from": LI,
                "date": 1,
                "old_chat_member": {"user": BOT, "status": "member"},
                "new_chat_member": {"user": BOT, "status": "kicked", "until_date": 0},
            }
        },
    ],
)
def test_other_updates_are_let_pass(update: Json) -> None:
    assert heard(update) == Heard()


# --- what cannot be read --------------------------------------------------------------------------

BROKEN: list[Json] = [
    None,
    [],
    "text",
    3,
    {},
    {"update_id": "5"},
    {"update_id": True},
    {"update_id": 5, "message": []},
    {"update_id": 5, "message": {"message_id": 1}},
    {"update_id": 5, "message": message(text=5)},
    {"update_id": 5, "message": message(text={"a": 1})},
    {"update_id": 5, "message": message(text="hi", date="yesterday")},
    {"update_id": 5, "message": message(text="hi", date=None)},
    {"update_id": 5, "message": message(text="hi", date=10**18)},
    {"update_id": 5, "message": message(text="hi", chat={"id": "x", "type": "private"})},
    {"update_id": 5, "message": message(text="hi", chat=None)},
    {"update_id": 5, "message": message(text="hi", message_id=None)},
    {"update_id": 5, "message": message(text="hi", **{"from": {**LI, "id": 1.5}})},
    {
        "update_id": 5,
        "message": message(text="hi", **{"from": {**LI, "first_name": 7, "last_name": None}}),
    },
    {"update_id": 5, "message": message(photo=[{"file_id": 1}])},
    {"update_id": 5, "message": message(document={**FILE, "file_size": "large"})},
    {"update_id": 5, "callback_query": {"id": 7, "from": LI, "chat_instance": "1"}},
    {"update_id": 5, "callback_query": {"from": LI}},
]


@pytest.mark.parametrize("raw", BROKEN)
def test_what_is_no_update_is_said_to_be_unreadable(raw: Json) -> None:
    with pytest.raises(Unreadable, match="not an update"):
        hear.read(Delivery(raw, b""), ME, NOW)


JUNK: list[Json] = [None, True, -1, 10**30, 1.5, "", "x", "\ud800", [], [[]], {}, {"id": {}}]
WHOLE: list[Json] = [
    {"message": message(text="/visit 华强", chat=GROUP, reply_to_message=message(text="?"))},
    {"message": message(photo=[{**FILE, "width": 1, "height": 1}], caption="hi")},
    {"message": message(document={**FILE, "file_name": "a", "mime_type": "b", "file_size": 3})},
    {"callback_query": {"id": "7", "from": LI, "message": message(text="Card"), "data": "go"}},
    {"edited_message": message(text="hi")},
    {"message": message(text="hi", forward_origin={"type": "user", "date": 1, "sender_user": LI})},
    {"message": message(venue=VENUE, location=VENUE["location"])},
    {"message": message(contact={"phone_number": "1", "first_name": "Na", "user_id": 7})},
]


def spots(node: Json) -> list[tuple[Json, Json]]:
    """Every place in an update where something may be wrong: what holds it, and its name there."""
    inside = node.items() if isinstance(node, dict) else enumerate(node)
    here = [(node, name) for name, _ in inside]
    children = node.values() if isinstance(node, dict) else node
    return here + [s for one in children if isinstance(one, dict | list) for s in spots(one)]


def poisons() -> list[Json]:
    """Updates that are broken in one place each."""
    broken = []
    for whole in WHOLE:
        for number in range(len(spots({"update_id": 5, **whole}))):
            for junk in JUNK:
                update = copy.deepcopy({"update_id": 5, **whole})
                holder, name = spots(update)[number]
                holder[name] = junk
                broken.append(update)
    return broken


def test_a_thousand_kinds_of_poison_are_read_or_said_to_be_unreadable() -> None:
    found = poisons()
    unreadable = 0
    for update in found:
        try:
            told = hear.read(Delivery(update, b""), ME, NOW).request
        except Unreadable:
            unreadable += 1
        else:
            assert told is None or told.address.chat.lstrip("-").isdigit()
    assert len(found) > 1000
    assert unreadable > 300


def test_the_number_is_found_in_what_is_broken() -> None:
    assert hear.update_id({"update_id": 5, "message": []}) == 5
    broken: list[Json] = [None, [], {}, {"update_id": True}]
    assert [hear.update_id(raw) for raw in broken] == [None] * 4


def test_updates_of_a_chat_share_a_lane() -> None:
    assert hear.lane({"message": message(text="hi")}) == "7"
    assert hear.lane({"edited_message": message(text="hi")}) == "7"
    assert hear.lane({"callback_query": {"message": message(chat=GROUP)}}) == "-100200"
    assert [hear.lane(None), hear.lane({"message": {"chat": {"id": "7"}}})] == ["", ""]
