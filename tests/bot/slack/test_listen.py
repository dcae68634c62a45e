"""What Slack delivers reaches the gate over both transports, and is acknowledged once kept."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest

from bot.platform import (
    Address,
    Open,
    Opened,
    Pressed,
    Show,
    Silent,
    Submitted,
    Toast,
    Typed,
    Wrong,
)
from tests.bot.slack.scene import CARD, Scene, open_form, visit_form
from tests.fakes.slack import CannotDo
from tests.fakes.slack_props import START, Json, web_client

# --- messages -------------------------------------------------------------------------------------


async def test_a_direct_message_becomes_a_request(scene: Scene) -> None:
    answer = await scene.li.types(scene.li.dm, "拜访 华强 & <sons>")
    ts = scene.slack.last(scene.li.dm).ts
    assert answer.acknowledged
    heard = scene.gate.last
    assert heard.address == Address("slack", "T0HEAD", scene.li.dm)
    assert heard.said == Typed("拜访 华强 & <sons>")
    assert (heard.user, heard.message, heard.key) == ("U1", ts, f"{scene.li.dm}:{ts}")
    assert timedelta() <= heard.at - START < timedelta(seconds=1)
    assert (heard.direct, heard.mentions, heard.inline, heard.opens) == (True, True, False, False)
    assert json.loads(heard.raw)["event"]["ts"] == ts


async def test_a_mention_is_one_deed_although_it_comes_twice(scene: Scene) -> None:
    answer = await scene.li.mentions_bot("C1", "Photo of the batch", redeliver=1)
    assert answer.acknowledged
    assert all(other.acknowledged for other in answer.others)
    assert len(scene.gate.heard) == 4
    assert len({heard.key for heard in scene.gate.heard}) == 1
    first, *others = scene.gate.heard
    for other in others:
        assert (other.said, other.mentions, other.at) == (first.said, True, first.at)
    assert first.said == Typed("Photo of the batch")
    assert (first.direct, first.address.thread, first.reply_to) == (False, "", "")


async def test_a_reply_in_a_thread_is_heard_and_chatter_in_a_channel_is_not(scene: Scene) -> None:
    card = (await scene.posted(CARD)).ts
    assert (await scene.li.types("C1", "lunch?")).acknowledged
    assert scene.gate.heard == []
    await scene.li.types("C1", "replied by phone", card)
    heard = scene.gate.last
    assert (heard.address.chat, heard.address.thread, heard.reply_to) == ("C1", card, card)
    assert (heard.mentions, heard.direct) == (False, False)
    await scene.li.mentions_bot("C1", "approve", card)
    assert scene.gate.last.mentions
    assert scene.gate.last.reply_to == card


async def test_a_photo_is_heard_with_its_file(scene: Scene) -> None:
    await scene.li.uploads(scene.li.dm, "bolt.jpg", b"\xff\xd8rust", "rusty")
    said = scene.gate.last.said
    assert isinstance(said, Typed)
    assert said.text == "rusty"
    (file,) = said.files
    assert (file.name, file.media, file.size) == ("bolt.jpg", "image/jpeg", 6)
    assert file.remote.startswith("http")


async def test_deletions_other_reactions_and_own_messages_are_passed_over(scene: Scene) -> None:
    await scene.li.types(scene.li.dm, "frist")
    message = scene.slack.last(scene.li.dm)
    scene.gate.heard.clear()
    answers = [
        await scene.li.edits(message, "first"),
        await scene.li.reacts(message, "eyes"),
        await scene.li.opens_home(),
        await scene.li.deletes(message),
    ]
    await scene.posted(CARD, scene.li.dm)
    answers.append(await scene.slack.echoes(scene.slack.last(scene.li.dm)))
    assert all(answer.acknowledged for answer in answers)
    assert [type(heard.said) for heard in scene.gate.heard] == [Typed, Opened]
    assert scene.gate.aside == []


async def test_a_channel_shared_with_others_is_external(scene: Scene) -> None:
    scene.slack.add_channel("C9", "shared", "U1", "U0BOT", is_ext_shared=True)
    await scene.li.mentions_bot("C9", "hello")
    assert scene.gate.last.external
    await scene.li.types("C9", "/visit Huaqiang")
    assert scene.gate.last.external
    await scene.li.types("C1", "/visit Huaqiang")
    assert not scene.gate.last.external


# --- commands -------------------------------------------------------------------------------------


async def test_a_command_is_heard_with_its_words(scene: Scene) -> None:
    answer = await scene.li.types("C1", "/Visit 华强 with @li in #quality https://x.y")
    assert answer.acknowledged
    heard = scene.gate.last
    assert heard.said == Typed("华强 with @li in #quality https://x.y", command="visit")
    assert (heard.user, heard.user_name, heard.title) == ("U1", "li", "quality")
    assert (heard.inline, heard.opens, heard.direct) == (True, True, False)
    assert heard.key.endswith("trigger")
    assert heard.at == START
    assert scene.li.whispered == []


async def test_everything_is_also_a_word_after_headwater(scene: Scene) -> None:
    await scene.li.types(scene.li.dm, "/headwater visit 华强")
    assert scene.gate.last.said == Typed("visit 华强", command="headwater")
    assert scene.gate.last.direct


async def test_a_command_between_two_other_people_is_not_a_direct_chat_of_ours(
    scene: Scene,
) -> None:
    scene.slack.fail_next("conversations.info", "ok_false:channel_not_found")
    await scene.li.types(scene.li.dm, "/visit 华强")
    assert (scene.gate.last.direct, scene.gate.last.external) == (False, True)


async def test_a_chat_is_asked_about_once(scene: Scene) -> None:
    for _ in range(3):
        await scene.li.types("C1", "/visit 华强")
    await scene.li.types(scene.li.dm, "hello")
    await scene.li.types(scene.li.dm, "/visit 华强")
    assert len(scene.slack.sent("conversations.info")) == 1
    assert scene.gate.last.direct


async def test_a_page_answers_a_command_for_this_person_alone(scene: Scene) -> None:
    scene.gate.reply = Show(CARD)
    await scene.li.types("C1", "/case A-1")
    (shown,) = scene.li.whispered
    assert "Hengda Precision" in scene.slack.plain(shown)
    assert [button.text for button in scene.slack.buttons(shown)] == ["Approve", "Ask"]
    assert scene.slack.messages("C1") == []
    scene.gate.reply = Toast("Done & dusted")
    await scene.li.types("C1", "/case A-1")
    assert scene.slack.plain(scene.li.whispered[-1]) == "Done & dusted"
    assert scene.slack.complaints == []


# --- buttons --------------------------------------------------------------------------------------


async def test_a_pressed_button_tells_what_it_held(scene: Scene) -> None:
    card = await scene.posted(CARD)
    answer = await scene.li.presses(card, "Approve")
    assert answer.acknowledged
    heard = scene.gate.last
    assert heard.said == Pressed("approve:A-1~seal", card.ts)
    assert heard.address == Address("slack", "T0HEAD", "C1")
    assert (heard.message, heard.user_name, heard.title) == (card.ts, "li", "quality")
    assert (heard.inline, heard.opens, heard.direct) == (True, True, False)
    assert heard.key.endswith("trigger")
    assert timedelta() <= heard.at - START < timedelta(seconds=1)


async def test_a_word_after_pressing_is_for_one_person_and_leaves_the_card(scene: Scene) -> None:
    card = await scene.posted(CARD)
    scene.gate.reply = Toast("Decided already by <@U2>")
    await scene.li.presses(card, "Approve")
    (shown,) = scene.li.whispered
    assert scene.slack.plain(shown) == "Decided already by <@U2>"
    assert scene.slack.live_mentions(shown) == []
    assert card.past == []
    scene.gate.reply = Wrong({"notes": "too short"})
    await scene.li.presses(card, "Ask")
    assert scene.slack.plain(scene.li.whispered[-1]) == "too short"


async def test_an_answer_to_a_press_in_a_thread_stands_in_the_thread(scene: Scene) -> None:
    await scene.li.types("C1", "a case")
    root = scene.slack.last("C1").ts
    card = await scene.posted(CARD, thread=root)
    scene.gate.reply = Show(CARD)
    await scene.li.presses(card, "Ask")
    assert scene.gate.last.address.thread == root
    assert scene.li.whispered[-1].thread_ts == root


async def test_a_press_on_what_only_this_person_sees_is_heard(scene: Scene) -> None:
    scene.gate.reply = Show(CARD)
    await scene.li.types("C1", "/case A-1")
    scene.gate.reply = Silent()
    await scene.li.presses(scene.li.whispered[-1], "Ask")
    assert scene.gate.last.said == Pressed("ask:A-1~seal", scene.li.whispered[-1].ts)


@pytest.mark.parametrize("fault", ["500", "reset_before", "ok_false:used_url"])
async def test_a_lost_word_after_pressing_loses_nothing_else(scene: Scene, fault: str) -> None:
    await scene.posted(CARD)
    scene.gate.reply = Toast("Done.")
    scene.slack.fail_next("response_url", fault)
    answer = await scene.li.presses(scene.slack.last("C1"), "Ask")
    assert answer.acknowledged
    assert len(scene.gate.heard) == 1


async def test_a_word_is_sent_only_to_slack(scene: Scene) -> None:
    card = await scene.posted(CARD)
    scene.gate.reply = Toast("Done.")
    base, scene.slack.workspace.base_url = scene.slack.workspace.base_url, "http://evil.example"
    answer = await scene.li.presses(card, "Ask")
    scene.slack.workspace.base_url = base
    assert answer.acknowledged
    assert scene.li.whispered == []


async def test_what_is_no_button_of_ours_is_passed_over(scene: Scene) -> None:
    label = {"type": "plain_text", "text": "One"}
    options = [{"text": label, "value": "1"}]
    menu: Json = {"type": "static_select", "action_id": "other", "options": options}
    link = {"type": "button", "action_id": "link", "text": label, "url": "https://x.y"}
    await web_client(scene.slack).chat_postMessage(
        channel="C1", text="x", blocks=[{"type": "actions", "elements": [menu, link]}]
    )
    card = scene.slack.last("C1")
    assert (await scene.li.selects(card, "other", "One")).acknowledged
    assert (await scene.li.presses(card, "One")).acknowledged
    assert (scene.gate.heard, scene.gate.aside) == ([], [])


# --- forms ----------------------------------------------------------------------------------------


async def test_a_form_is_open_before_the_command_is_acknowledged(scene: Scene) -> None:
    before: list[str] = []
    scene.gate.before = lambda: before.extend(call.method for call in scene.slack.calls)
    scene.gate.reply = Open(visit_form())
    answer = await scene.li.types(scene.li.dm, "/visit")
    assert answer.acknowledged
    assert "views.open" not in before
    assert scene.slack.calls[-1].method == "views.open"
    assert scene.li.view.body["title"]["text"] == "Log a visit"
    assert scene.li.whispered == []


async def test_a_button_opens_a_form(scene: Scene) -> None:
    await scene.posted(CARD)
    scene.gate.reply = Open(visit_form("Several are meant"))
    await scene.li.presses(scene.slack.last("C1"), "Ask")
    assert "Several are meant" in scene.slack.plain(scene.li.view)


@pytest.mark.parametrize("fault", ["ok_false:expired_trigger_id", "500", "reset_before"])
async def test_a_form_that_cannot_be_opened_does_not_undo_the_draft(
    scene: Scene, fault: str
) -> None:
    scene.slack.fail_next("views.open", fault)
    scene.gate.reply = Open(visit_form())
    answer = await scene.li.types(scene.li.dm, "/visit")
    assert answer.acknowledged
    with pytest.raises(CannotDo):
        _ = scene.li.view


async def test_a_submitted_form_tells_every_answer_by_field(scene: Scene) -> None:
    await open_form(scene)
    scene.gate.found = [("#5", "Huaqiang"), ("#6", "Hengda")]
    answer = await scene.li.submits(
        {
            "customer": "Huaqiang",
            "notes": "Q3 +3 %\nsamples & more",
            "how": "By phone",
            "who": ["Sales", "Quality"],
            "at": "yesterday 3pm",
            "photos": ("bolt.jpg", b"\xff\xd8"),
        }
    )
    assert answer.acknowledged
    heard = scene.gate.last
    assert isinstance(heard.said, Submitted)
    assert heard.said.draft == 12
    assert heard.said.answers == {
        "customer": "#5",
        "notes": "Q3 +3 %\nsamples & more",
        "day": "2026-10-12",
        "at": "yesterday 3pm",
        "how": "p",
        "who": ["s", "q"],
    }
    assert [file.name for file in heard.said.files] == ["bolt.jpg"]
    assert heard.address == Address("slack", "T0HEAD", scene.li.dm)
    assert (heard.direct, heard.inline, heard.opens) == (True, False, True)
    assert heard.key.endswith("trigger")
    assert scene.li.views == []


async def test_what_is_left_open_is_told_as_nothing(scene: Scene) -> None:
    await open_form(scene)
    scene.gate.found = [("#5", "Huaqiang")]
    await scene.li.submits({"customer": "Huaqiang", "notes": "x", "day": None})
    said = scene.gate.last.said
    assert isinstance(said, Submitted)
    assert said.answers == {
        "customer": "#5",
        "notes": "x",
        "day": "",
        "at": "",
        "how": "",
        "who": [],
    }
    assert said.files == ()


async def test_a_form_opened_from_a_card_belongs_to_the_card(scene: Scene) -> None:
    card = await scene.posted(CARD)
    scene.gate.reply = Open(visit_form())
    await scene.li.presses(card, "Ask")
    scene.gate.reply, scene.gate.found = Silent(), [("#5", "Huaqiang")]
    await scene.li.submits({"customer": "Huaqiang", "notes": "x"})
    assert (scene.gate.last.address.chat, scene.gate.last.message) == ("C1", card.ts)
    assert not scene.gate.last.direct


async def test_wrong_answers_keep_the_form_open_and_a_correction_is_a_new_delivery(
    scene: Scene,
) -> None:
    await open_form(scene)
    scene.gate.found = [("#5", "Huaqiang")]
    scene.gate.reply = Wrong({"notes": "Say more", "elsewhere": "And this", "": "or that"})
    answer = await scene.li.submits({"customer": "Huaqiang", "notes": "x"})
    assert answer.errors == {"notes": "Say more", "customer": "And this\nor that"}
    assert scene.li.views
    scene.gate.reply = Silent()
    await scene.li.submits({"notes": "much more"})
    assert scene.li.views == []
    first, second = (heard.key for heard in scene.gate.heard[-2:])
    assert first != second
    assert scene.slack.complaints == []


async def test_another_form_can_take_its_place(scene: Scene) -> None:
    await open_form(scene)
    scene.gate.found = [("#5", "Huaqiang")]
    scene.gate.reply = Open(visit_form("Pick one"))
    await scene.li.submits({"customer": "Huaqiang", "notes": "x"})
    assert "Pick one" in scene.slack.plain(scene.li.view)
    scene.gate.reply = Toast("Done.")
    await scene.li.submits({"customer": "Huaqiang", "notes": "x"})
    assert scene.li.views == []


async def test_a_search_field_offers_what_the_gate_finds(scene: Scene) -> None:
    await open_form(scene)
    heard = len(scene.gate.heard)
    scene.gate.found = [(f"#{n}", f"Customer {n}" + "x" * 90) for n in range(120)]
    scene.gate.found.append(("y" * 76, "cannot be an option"))
    offered = await scene.li.suggests("customer", "华")
    assert len(offered) == 100
    assert (offered[0]["value"], len(offered[0]["text"]["text"])) == ("#0", 75)
    request, draft, field, text = scene.gate.asked[-1]
    assert (draft, field, text, request.user, request.key) == (12, "customer", "华", "U1", "")
    scene.gate.found = []
    assert await scene.li.suggests("customer", "") == []
    assert len(scene.gate.heard) == heard
    assert scene.slack.complaints == []


async def test_a_closed_form_presses_its_cancel(scene: Scene) -> None:
    await open_form(scene)
    scene.gate.reply = Toast("Cancelled")
    view = scene.li.view
    assert (await scene.li.closes_view()).acknowledged
    request = scene.gate.heard[-1]
    assert request.said == Pressed("~cancel:draft12~seal")
    assert (request.user, request.address.chat) == ("U1", scene.li.dm)
    assert request.key == f"closed:{view.id}:{view.hash}"
    assert not request.opens
    assert scene.li.whispered[-1].text == "Cancelled"


async def test_a_closed_form_is_acknowledged_though_nothing_can_be_said(scene: Scene) -> None:
    await open_form(scene)
    scene.gate.reply = Toast("Cancelled")
    scene.slack.fail_next("chat.postEphemeral", "ok_false:channel_not_found")
    assert (await scene.li.closes_view()).acknowledged
    assert scene.li.whispered == []
