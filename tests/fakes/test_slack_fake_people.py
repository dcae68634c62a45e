"""People at the fake Slack's client and a real Bolt app, over signed HTTP and over Socket Mode."""

from __future__ import annotations

import asyncio
import copy
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import date

import pytest
from slack_bolt.adapter.socket_mode.async_handler import AsyncSocketModeHandler

from tests.fakes.slack import CannotDo, FakeSlack, Message, Person
from tests.fakes.slack_props import CARD, FORM, Json, SmallBot, asked, web_client, words


@dataclass
class Scene:
    slack: FakeSlack
    bot: SmallBot
    li: Person
    over: str

    async def card(self, blocks: list[Json] | None = None) -> Message:
        await self.bot.app.client.chat_postMessage(
            channel="C1", text="Hengda", blocks=CARD if blocks is None else blocks
        )
        return self.slack.last("C1")


@pytest.fixture(params=["http", "socket"])
async def scene(request: pytest.FixtureRequest) -> AsyncIterator[Scene]:
    async with AsyncExitStack() as stack:
        slack = await stack.enter_async_context(FakeSlack())
        li = slack.add_user("U1", "li", real_name="Li Na")
        slack.add_user("U2", "wang")
        slack.add_channel("C1", "quality", "U1", "U0BOT")
        bot = SmallBot(slack)
        if request.param == "http":
            slack.http(bot.asgi())
        else:
            handler = AsyncSocketModeHandler(bot.app, slack.app_token, web_client=web_client(slack))
            await handler.connect_async()  # type: ignore[no-untyped-call]  # Bolt leaves it so
            stack.push_async_callback(handler.close_async)
            await slack.socket.connected()
        yield Scene(slack, bot, li, str(request.param))


async def test_a_message_arrives_as_slack_words_it(scene: Scene) -> None:
    answer = await scene.li.types("C1", "@wang <!channel> a&b #quality https://x.y li@example.com")
    assert answer.acknowledged
    event = scene.bot.heard[0]["event"]
    assert event["text"] == (
        "<@U2> &lt;!channel&gt; a&amp;b <#C1|quality> <https://x.y> "
        "<mailto:li@example.com|li@example.com>"
    )
    assert (event["user"], event["channel"], event["channel_type"]) == ("U1", "C1", "channel")
    assert event["ts"] == scene.slack.last("C1").ts
    kinds = [part["type"] for part in event["blocks"][0]["elements"][0]["elements"]]
    assert kinds == ["user", "text", "channel", "text", "link", "text", "link"]


async def test_the_same_delivery_can_be_sent_again(scene: Scene) -> None:
    answer = await scene.li.types("C1", "hello", redeliver=2, key="Ev1")
    assert len(answer.others) == 2
    assert answer.delivery is not None
    await asyncio.gather(*(scene.slack.deliver(answer.delivery) for _ in range(3)))
    assert [body["event_id"] for body in scene.bot.heard] == ["Ev1"] * 6
    assert scene.bot.retries == [0, 1, 2, 0, 0, 0]
    assert len(scene.slack.messages("C1")) == 1


async def test_a_mention_comes_twice_but_in_private_once(scene: Scene) -> None:
    await scene.li.mentions_bot("C1", "photo of the batch", key="Ev1")
    assert [(b["event"]["type"], b["event_id"]) for b in scene.bot.heard] == [
        ("app_mention", "Ev1"),
        ("message", "Ev1-message"),
    ]
    scene.bot.heard.clear()
    await scene.li.mentions_bot(scene.li.dm, "hello")
    assert [b["event"]["channel_type"] for b in scene.bot.heard] == ["im"]


async def test_the_bot_hears_nothing_where_it_is_not(scene: Scene) -> None:
    scene.slack.add_channel("C2", "elsewhere", "U1")
    assert not (await scene.li.types("C2", "secret")).acknowledged
    assert scene.bot.heard == []
    with pytest.raises(CannotDo, match="wang is not in quality"):
        await scene.slack.user("U2").types("C1", "hello")


async def test_the_bots_own_message_does_not_reach_its_listeners(scene: Scene) -> None:
    answer = await scene.slack.echoes(await scene.card())
    assert answer.acknowledged
    assert scene.bot.heard == []


async def test_edits_deletions_reactions_and_home_arrive(scene: Scene) -> None:
    await scene.li.types("C1", "frist")
    message = scene.slack.last("C1")
    await scene.li.edits(message, "first")
    await scene.li.reacts(message, "eyes")
    await scene.li.opens_home()
    await scene.li.deletes(message)
    events = [body["event"] for body in scene.bot.heard]
    assert [event.get("subtype", event["type"]) for event in events] == [
        "message",
        "message_changed",
        "reaction_added",
        "app_home_opened",
        "message_deleted",
    ]
    assert events[1]["previous_message"]["text"] == "frist"
    assert events[1]["message"]["edited"]["user"] == "U1"
    assert scene.slack.messages("C1") == []


async def test_an_upload_arrives_as_a_file_share(scene: Scene) -> None:
    await scene.li.uploads("C1", "rust.jpg", b"\xff\xd8", "see here")
    event = scene.bot.heard[0]["event"]
    assert (event["subtype"], event["text"]) == ("file_share", "see here")
    assert event["files"][0]["mimetype"] == "image/jpeg"


async def test_an_event_from_a_shared_channel_says_so(scene: Scene) -> None:
    guest = scene.slack.add_stranger("U9", "eve")
    scene.slack.add_channel("C9", "shared", "U9", "U0BOT", is_ext_shared=True)
    await guest.types("C9", "hi")
    body = scene.bot.heard[0]
    assert body["is_ext_shared_channel"] is True
    assert body["event"]["user_team"] == "T0OTHER"


async def test_a_command_is_a_form_with_names_escaped(scene: Scene) -> None:
    await scene.li.types("C1", "/visit Huaqiang with @wang <b> in #quality", key="T1")
    body = scene.bot.heard[0]
    assert (body["command"], body["trigger_id"]) == ("/visit", "T1")
    assert body["text"] == "Huaqiang with <@U2|wang> &lt;b&gt; in <#C1|quality>"
    assert (body["channel_name"], body["user_name"]) == ("quality", "li")
    with pytest.raises(CannotDo, match="/visit does not work in threads"):
        await scene.li.types("C1", "/visit", thread_ts="1.000001")


async def test_what_a_command_answers_is_shown_to_the_person_alone(scene: Scene) -> None:
    await scene.li.types("C1", "/help")
    assert [scene.slack.plain(m) for m in scene.li.whispered] == ["Ask me anything"]
    assert scene.slack.messages("C1") == []


async def test_a_form_is_filled_by_its_words_and_submitted(scene: Scene) -> None:
    await scene.li.types("C1", "/visit")
    offered = await scene.li.suggests("Which customer?", "h")
    assert [option["text"]["text"] for option in offered] == ["Huaqiang", "Hengda"]
    answer = await scene.li.submits(
        {
            "Which customer?": "Hengda",
            "notes": "Q3 +3 %",
            "When?": date(2026, 10, 12),
            "Photos?": [("rust.jpg", b"\xff\xd8")],
        }
    )
    assert answer.acknowledged
    assert scene.li.views == []
    view = scene.bot.heard[-1]["view"]
    values = {block: state["answer"] for block, state in view["state"]["values"].items()}
    assert values["customer"]["selected_option"]["value"] == "Hen"
    assert values["notes"] == {"type": "plain_text_input", "value": "Q3 +3 %"}
    assert values["day"] == {"type": "datepicker", "selected_date": "2026-10-12"}
    assert values["photos"]["files"][0]["name"] == "rust.jpg"
    assert (view["callback_id"], view["private_metadata"]) == ("visit", "draft-1")
    assert scene.slack.refused == []
    assert scene.slack.complaints == []


async def test_the_client_sends_no_form_that_is_not_filled_in(scene: Scene) -> None:
    await scene.li.types("C1", "/visit")
    with pytest.raises(CannotDo, match="Which customer"):
        await scene.li.submits({"notes": "x"})
    with pytest.raises(CannotDo, match="'Acme' is not on offer"):
        await scene.li.submits({"customer": "Acme", "notes": "x"})
    with pytest.raises(CannotDo, match="21 characters"):
        await scene.li.submits({"notes": "x" * 21})
    with pytest.raises(CannotDo, match="not one of jpg"):
        await scene.li.submits({"photos": ("virus.exe", b"MZ")})
    with pytest.raises(CannotDo, match="0 fields are called 'Price'"):
        await scene.li.submits({"Price": "3"})


async def test_field_errors_keep_the_form_open(scene: Scene) -> None:
    await scene.li.types("C1", "/visit")
    errors = {"notes": "Say a little more."}
    scene.bot.answer = {"response_action": "errors", "errors": errors}
    answer = await scene.li.submits({"customer": "Hengda", "notes": "x"})
    assert answer.errors == errors
    scene.bot.answer = {}
    await scene.li.submits({"notes": "xyz"})
    assert scene.li.views == []
    scene.bot.answer = {"response_action": "errors", "errors": {"nothing": "?"}}
    await scene.li.types("C1", "/visit")
    await scene.li.submits({"customer": "Hengda", "notes": "x"})
    assert scene.slack.complaints == [
        "the form's answer: invalid_errors ['nothing'] are not inputs of the form"
    ]


@pytest.mark.parametrize(("action", "left"), [("update", 1), ("push", 2), ("clear", 0)])
async def test_a_form_can_be_answered_by_another(scene: Scene, action: str, left: int) -> None:
    await scene.li.types("C1", "/visit")
    second = FORM | {"title": words("Really?")}
    scene.bot.answer = {"response_action": action}
    if action != "clear":
        scene.bot.answer["view"] = second
    await scene.li.submits({"customer": "Hengda", "notes": "x"})
    assert len(scene.li.views) == left
    assert [view.body["title"]["text"] for view in scene.li.views[-1:]] == ["Really?"] * (left > 0)


async def test_an_invalid_form_in_answer_is_complained_of(scene: Scene) -> None:
    await scene.li.types("C1", "/visit")
    scene.bot.answer = {"response_action": "update", "view": FORM | {"title": words("x" * 25)}}
    await scene.li.submits({"customer": "Hengda", "notes": "x"})
    assert "less than 25 characters [json-pointer:/view/title/text]" in scene.slack.complaints[0]


async def test_a_closed_form_tells_the_bot(scene: Scene) -> None:
    await scene.li.types("C1", "/visit")
    await scene.li.closes_view()
    assert scene.bot.heard[-1]["type"] == "view_closed"
    assert scene.bot.heard[-1]["is_cleared"] is False
    with pytest.raises(CannotDo, match="no form open"):
        await scene.li.submits()


async def test_a_button_is_pressed_by_its_words(scene: Scene) -> None:
    card = await scene.card()
    answer = await scene.li.presses(card, "Approve", key="T1", redeliver=1)
    assert answer.acknowledged
    first, second = scene.bot.heard
    assert first == second
    assert first["actions"][0]["value"] == "A-2026-0012"
    assert first["container"]["message_ts"] == card.ts
    assert (first["trigger_id"], first["user"]["id"]) == ("T1", "U1")
    with pytest.raises(CannotDo, match="0 buttons read 'Reject'; there are: \\[Approve\\]"):
        await scene.li.presses(card, "Reject")


async def test_a_confirmation_can_be_declined(scene: Scene) -> None:
    assert not (await scene.li.presses(await scene.card(), "Approve", declines=True)).acknowledged
    assert scene.bot.heard == []


async def test_a_button_on_an_earlier_drawing_can_still_be_pressed(scene: Scene) -> None:
    card = await scene.card()
    earlier = copy.deepcopy(card)
    await scene.bot.app.client.chat_update(channel="C1", ts=card.ts, text="decided")
    with pytest.raises(CannotDo):
        await scene.li.presses(card, "Approve")
    assert (await scene.li.presses(earlier, "Approve")).acknowledged


async def test_a_menu_in_a_message_tells_the_bot_at_once(scene: Scene) -> None:
    picker = {"type": "datepicker", "action_id": "due", "placeholder": words("Due")}
    card = await scene.card([{"type": "actions", "elements": [picker]}])
    await scene.li.selects(card, "Due", date(2026, 10, 20))
    assert scene.bot.heard[0]["actions"][0]["selected_date"] == "2026-10-20"


async def test_a_field_that_dispatches_nothing_stays_in_the_form(scene: Scene) -> None:
    await scene.li.types("C1", "/visit")
    heard = len(scene.bot.heard)
    await scene.li.selects(scene.li.view, "When?", "2026-10-01")
    assert len(scene.bot.heard) == heard
    await scene.li.submits({"customer": "Hengda", "notes": "x"})
    values = scene.bot.heard[-1]["view"]["state"]["values"]
    assert values["day"]["answer"]["selected_date"] == "2026-10-01"


async def test_a_shortcut_carries_its_message(scene: Scene) -> None:
    await scene.li.types("C1", "rusty bolts")
    await scene.li.uses_shortcut("file_under_case", scene.slack.last("C1"))
    assert scene.bot.heard[-1]["type"] == "message_action"
    assert scene.bot.heard[-1]["message"]["text"] == "rusty bolts"
    await scene.li.uses_shortcut("file_under_case")
    assert scene.bot.heard[-1]["type"] == "shortcut"


async def test_an_installed_manifest_bounds_what_there_is(scene: Scene) -> None:
    command = {"command": "/visit", "should_escape": False}
    scene.slack.install(
        {
            "features": {"slash_commands": [command]},
            "settings": {"event_subscriptions": {"bot_events": ["app_mention"]}},
        }
    )
    await scene.li.types("C1", "/visit @wang <b>")
    assert scene.bot.heard.pop()["text"] == "@wang <b>"
    with pytest.raises(CannotDo, match="/help is not a valid command"):
        await scene.li.types("C1", "/help")
    with pytest.raises(CannotDo, match="no shortcut"):
        await scene.li.uses_shortcut("file_under_case")
    await scene.li.mentions_bot("C1", "hello")
    assert [body["event"]["type"] for body in scene.bot.heard] == ["app_mention"]


async def test_number_user_and_tick_fields_take_their_own_kinds(scene: Scene) -> None:
    options = [{"text": words(name), "value": name} for name in ("A", "B", "C")]
    number = {"type": "number_input", "is_decimal_allowed": False, "min_value": "1"}
    number["max_value"] = "9"
    form = FORM | {
        "blocks": [
            asked("How many?", "count", number),
            asked("Who?", "who", {"type": "multi_users_select"}),
            asked("Which?", "which", {"type": "checkboxes", "options": options}),
        ]
    }
    trigger = scene.slack.workspace.issue_trigger("U1")
    await scene.bot.app.client.views_open(trigger_id=trigger, view=form)
    with pytest.raises(CannotDo, match="not a whole number"):
        await scene.li.submits({"How many?": "1.5"})
    with pytest.raises(CannotDo, match="'10' is not from 1 to 9"):
        await scene.li.submits({"How many?": 10, "Who?": []})
    await scene.li.submits({"How many?": 3, "Who?": ["wang", "Li Na"], "Which?": ["A", "C"]})
    values = scene.bot.heard[-1]["view"]["state"]["values"]
    assert values["count"]["answer"]["value"] == "3"
    assert values["who"]["answer"]["selected_users"] == ["U2", "U1"]
    assert [o["value"] for o in values["which"]["answer"]["selected_options"]] == ["A", "C"]
