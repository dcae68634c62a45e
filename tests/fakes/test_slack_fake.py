"""The fake Slack's Web API, as the real SDK client finds it."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.webhook.async_client import AsyncWebhookClient

from tests.fakes.slack import FakeSlack
from tests.fakes.slack_props import CARD, MODAL, START, Clock, Json, error_of, web_client


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def slack(clock: Clock) -> AsyncIterator[FakeSlack]:
    async with FakeSlack(clock=clock, machine_clock=clock) as fake:
        fake.add_user("U1", "li", email="li@example.com", locale="zh-CN")
        fake.add_channel("C1", "quality", "U1", "U0BOT")
        yield fake


@pytest.fixture
def client(slack: FakeSlack) -> AsyncWebClient:
    return web_client(slack)


async def test_a_posted_card_is_kept_with_ids_filled_in(
    slack: FakeSlack, client: AsyncWebClient
) -> None:
    answer = await client.chat_postMessage(channel="C1", text="Hengda", blocks=CARD)
    message = slack.last("C1")
    assert answer["ts"] == message.ts
    assert message.by_bot
    assert message.blocks[0]["block_id"]
    assert slack.plain(message) == "Hengda\nHengda & sons\n[Approve]"
    assert [(b.text, b.action_id, b.value) for b in slack.buttons(message)] == [
        ("Approve", "approve", "A-2026-0012")
    ]
    assert slack.refused == []


async def test_ts_are_unique_and_rise_while_the_clock_stands(
    slack: FakeSlack, client: AsyncWebClient
) -> None:
    for _ in range(3):
        await client.chat_postMessage(channel="C1", text="x")
    stamps = [message.ts for message in slack.messages("C1")]
    assert stamps == sorted(set(stamps))
    assert stamps[0].partition(".")[0] == str(int(START.timestamp()))


async def test_an_update_with_text_alone_removes_the_blocks(
    slack: FakeSlack, client: AsyncWebClient
) -> None:
    ts = (await client.chat_postMessage(channel="C1", text="Hengda", blocks=CARD))["ts"]
    await client.chat_update(channel="C1", ts=ts, text="done")
    message = slack.last("C1")
    assert message.blocks == []
    assert message.edited is not None
    assert message.past[0]["blocks"]


async def test_only_own_messages_that_exist_can_be_updated_or_deleted(
    slack: FakeSlack, client: AsyncWebClient
) -> None:
    await slack.user("U1").types("C1", "hello")
    theirs: Json = {"channel": "C1", "ts": slack.last("C1").ts, "text": "x"}
    assert await error_of(client, "chat.update", theirs) == "cant_update_message"
    assert await error_of(client, "chat.delete", theirs) == "cant_delete_message"
    nowhere = {"channel": "C1", "ts": "1.000001", "text": "x"}
    assert await error_of(client, "chat.update", nowhere) == "message_not_found"
    whisper = await client.chat_postEphemeral(channel="C1", user="U1", text="psst")
    hidden = {"channel": "C1", "ts": whisper["message_ts"], "text": "x"}
    assert await error_of(client, "chat.update", hidden) == "message_not_found"
    assert [m.text for m in slack.user("U1").whispered] == ["psst"]


async def test_a_deleted_message_is_gone(slack: FakeSlack, client: AsyncWebClient) -> None:
    ts = (await client.chat_postMessage(channel="C1", text="x"))["ts"]
    await client.chat_delete(channel="C1", ts=ts)
    assert slack.messages("C1") == []


async def test_tokens_methods_and_arguments_are_checked(
    slack: FakeSlack, client: AsyncWebClient
) -> None:
    wrong = AsyncWebClient(token="xoxb-wrong", base_url=slack.api_url, retry_handlers=[])
    assert await error_of(wrong, "auth.test", {}) == "invalid_auth"
    none = AsyncWebClient(base_url=slack.api_url, retry_handlers=[])
    assert await error_of(none, "auth.test", {}) == "not_authed"
    assert await error_of(client, "apps.connections.open", {}) == "not_allowed_token_type"
    assert await error_of(client, "chat.shout", {}) == "unknown_method"
    assert await error_of(client, "chat.postMessage", {"text": "x"}) == "channel_not_found"
    assert await error_of(client, "chat.postMessage", {"channel": "C1"}) == "no_text"
    assert await error_of(client, "users.info", {"user": "U1"}) == "user_not_found"
    assert len(slack.refused) == 7


async def test_auth_test_names_the_bot(client: AsyncWebClient) -> None:
    answer = await client.auth_test()
    assert (answer["user_id"], answer["bot_id"], answer["team_id"]) == ("U0BOT", "B0BOT", "T0HEAD")


async def test_posting_to_a_person_opens_the_direct_conversation(
    slack: FakeSlack, client: AsyncWebClient
) -> None:
    answer = await client.chat_postMessage(channel="U1", text="hello")
    opened = await client.conversations_open(users="U1")
    assert answer["channel"] == opened["channel"]["id"] == slack.dm("U1")
    assert [m.text for m in slack.user("U1").told] == ["hello"]


async def test_the_bot_posts_only_where_it_is(slack: FakeSlack, client: AsyncWebClient) -> None:
    slack.add_channel("C2", "elsewhere", "U1")
    slack.add_channel("C3", "old", "U1", "U0BOT", is_archived=True)
    for channel, error in (("C2", "not_in_channel"), ("C3", "is_archived")):
        posted = {"channel": channel, "text": "x"}
        assert await error_of(client, "chat.postMessage", posted) == error


async def test_threads_hang_on_parents(slack: FakeSlack, client: AsyncWebClient) -> None:
    parent = (await client.chat_postMessage(channel="C1", text="case"))["ts"]
    reply = await client.chat_postMessage(channel="C1", text="talk", thread_ts=parent)
    read = await client.conversations_replies(channel="C1", ts=parent)
    assert [m["text"] for m in read["messages"]] == ["case", "talk"]
    assert [m["text"] for m in (await client.conversations_history(channel="C1"))["messages"]] == [
        "case"
    ]
    wrong = {"channel": "C1", "text": "x", "thread_ts": reply["ts"]}
    assert await error_of(client, "chat.postMessage", wrong) == "cannot_reply_to_message"
    gone = wrong | {"thread_ts": "1.000001"}
    assert await error_of(client, "chat.postMessage", gone) == "thread_not_found"


async def test_metadata_is_read_back_only_when_asked_for(
    slack: FakeSlack, client: AsyncWebClient
) -> None:
    key = {"event_type": "headwater_letter", "event_payload": {"key": "L1"}}
    await client.chat_postMessage(channel="C1", text="x", metadata=key)
    asked = await client.conversations_history(channel="C1", include_all_metadata=True)
    assert asked["messages"][0]["metadata"] == key
    assert "metadata" not in (await client.conversations_history(channel="C1"))["messages"][0]
    await client.chat_postMessage(
        channel="C1", text="y", metadata={"event_type": "a.b", "event_payload": {}}
    )
    assert slack.last("C1").metadata is None
    assert slack.complaints == ["metadata dropped: event_type a.b"]


async def test_history_pages_with_bounds(slack: FakeSlack, client: AsyncWebClient) -> None:
    stamps = [
        (await client.chat_postMessage(channel="C1", text=str(number)))["ts"] for number in range(5)
    ]
    first = await client.conversations_history(channel="C1", limit=2)
    assert [m["text"] for m in first["messages"]] == ["4", "3"]
    cursor = first["response_metadata"]["next_cursor"]
    second = await client.conversations_history(channel="C1", limit=2, cursor=cursor)
    assert [m["text"] for m in second["messages"]] == ["2", "1"]
    bounded = await client.conversations_history(
        channel="C1", oldest=stamps[1], latest=stamps[3], inclusive=True
    )
    assert [m["text"] for m in bounded["messages"]] == ["3", "2", "1"]


async def test_people_and_channels_are_looked_up(slack: FakeSlack, client: AsyncWebClient) -> None:
    asked = await client.users_info(user="U1", include_locale=True)
    assert (asked["user"]["locale"], asked["user"]["tz"]) == ("zh-CN", "Asia/Shanghai")
    assert "locale" not in (await client.users_info(user="U1"))["user"]
    found = await client.users_lookupByEmail(email="LI@example.com")
    assert found["user"]["id"] == "U1"
    assert (await client.conversations_info(channel="C1"))["channel"]["name"] == "quality"
    assert (await client.conversations_members(channel="C1"))["members"] == ["U0BOT", "U1"]
    slack.dm("U1")
    listed = await client.conversations_list(types="public_channel,im")
    assert [c["id"] for c in listed["channels"]] == ["C1", "D1"]
    with pytest.raises(SlackApiError, match="users_not_found"):
        await client.users_lookupByEmail(email="nobody@example.com")


async def test_permalinks_and_reactions(slack: FakeSlack, client: AsyncWebClient) -> None:
    ts = (await client.chat_postMessage(channel="C1", text="x"))["ts"]
    link = await client.chat_getPermalink(channel="C1", message_ts=ts)
    assert link["permalink"].endswith(f"/archives/C1/p{ts.replace('.', '')}")
    await client.reactions_add(channel="C1", name="eyes", timestamp=ts)
    assert slack.last("C1").reactions == {"eyes": ["U0BOT"]}
    again = {"channel": "C1", "name": "eyes", "timestamp": ts}
    assert await error_of(client, "reactions.add", again) == "already_reacted"


async def test_an_upload_takes_three_steps_and_a_channel_id(
    slack: FakeSlack, client: AsyncWebClient
) -> None:
    await client.files_upload_v2(
        filename="report.pdf", content=b"%PDF", channel="C1", initial_comment="March"
    )
    message = slack.last("C1")
    assert (message.text, message.files[0]["name"]) == ("March", "report.pdf")
    assert next(iter(slack.files.values())).content == b"%PDF"
    with pytest.raises(SlackApiError, match="channel_not_found"):
        await client.files_upload_v2(filename="a.txt", content="a", channel="quality")


async def test_a_file_needs_the_bots_token(slack: FakeSlack) -> None:
    await slack.user("U1").uploads("C1", "bolt.jpg", b"\xff\xd8rust")
    url = slack.last("C1").files[0]["url_private_download"]
    async with httpx.AsyncClient(follow_redirects=True) as http:
        bearer = {"Authorization": f"Bearer {slack.bot_token}"}
        good = await http.get(url, headers=bearer)
        assert (good.content, good.headers["content-type"]) == (b"\xff\xd8rust", "image/jpeg")
        stranger = await http.get(url)
    assert stranger.status_code == 200
    assert stranger.headers["content-type"].startswith("text/html")


async def test_a_trigger_opens_one_modal_within_three_seconds(
    slack: FakeSlack, client: AsyncWebClient, clock: Clock
) -> None:
    workspace = slack.workspace
    trigger = workspace.issue_trigger("U1")
    await client.views_open(trigger_id=trigger, view=MODAL)
    assert slack.user("U1").view.body["title"]["text"] == "Visit"
    spent = {"trigger_id": trigger, "view": MODAL}
    assert await error_of(client, "views.open", spent) == "exchanged_trigger_id"
    late = workspace.issue_trigger("U1")
    clock.advance(3.1)
    expired = {"trigger_id": late, "view": MODAL}
    assert await error_of(client, "views.open", expired) == "expired_trigger_id"
    unknown = {"trigger_id": "1.2.3", "view": MODAL}
    assert await error_of(client, "views.open", unknown) == "invalid_trigger_id"


async def test_modals_stack_three_deep(slack: FakeSlack, client: AsyncWebClient) -> None:
    li, workspace = slack.user("U1"), slack.workspace
    await client.views_open(trigger_id=workspace.issue_trigger("U1"), view=MODAL)
    for _ in range(2):
        trigger = workspace.issue_trigger("U1", view=li.view)
        await client.views_push(trigger_id=trigger, view=MODAL)
    assert li.view.previous_id == li.views[1].id
    trigger = workspace.issue_trigger("U1", view=li.view)
    pushed = {"trigger_id": trigger, "view": MODAL}
    assert await error_of(client, "views.push", pushed) == "push_limit_reached"


async def test_a_view_is_updated_by_id_and_hash(slack: FakeSlack, client: AsyncWebClient) -> None:
    trigger = slack.workspace.issue_trigger("U1")
    opened = (await client.views_open(trigger_id=trigger, view=MODAL))["view"]
    changed: Json = MODAL | {"title": {"type": "plain_text", "text": "Changed"}}
    await client.views_update(view_id=opened["id"], hash=opened["hash"], view=changed)
    assert slack.user("U1").view.body["title"]["text"] == "Changed"
    stale = {"view_id": opened["id"], "hash": opened["hash"], "view": changed}
    assert await error_of(client, "views.update", stale) == "hash_conflict"
    unknown = {"view_id": "V0", "view": changed}
    assert await error_of(client, "views.update", unknown) == "not_found"


async def test_the_home_tab_is_published_per_person(
    slack: FakeSlack, client: AsyncWebClient
) -> None:
    await client.views_publish(user_id="U1", view={"type": "home", "blocks": CARD})
    assert slack.plain(slack.user("U1").home) == "Hengda & sons\n[Approve]"
    modal = {"user_id": "U1", "view": MODAL}
    assert await error_of(client, "views.publish", modal) == "invalid_arguments"


async def test_a_reply_address_serves_five_times_in_half_an_hour(
    slack: FakeSlack, clock: Clock
) -> None:
    reply = AsyncWebhookClient(slack.workspace.issue_response_url("U1", "C1"))
    for number in range(5):
        assert (await reply.send(text=f"only you {number}")).status_code == 200
    assert (await reply.send(text="once more")).status_code == 404
    late = AsyncWebhookClient(slack.workspace.issue_response_url("U1", "C1"))
    clock.advance(31 * 60)
    assert (await late.send(text="late")).status_code == 404
    assert [m.text for m in slack.user("U1").whispered][-1] == "only you 4"
    assert [r.error for r in slack.refused] == ["used_url", "expired_url"]


async def test_a_reply_address_changes_its_original(
    slack: FakeSlack, client: AsyncWebClient
) -> None:
    await client.chat_postMessage(channel="C1", text="Hengda", blocks=CARD)
    card = slack.last("C1")
    reply = AsyncWebhookClient(slack.workspace.issue_response_url("U1", "C1", card))
    await reply.send(text="decided", replace_original=True)
    assert (card.text, card.blocks) == ("decided", [])
    await reply.send(text="for all", response_type="in_channel")
    assert slack.last("C1").text == "for all"
    await reply.send(delete_original=True)
    assert card.deleted


async def test_calls_are_recorded_decoded_and_dumped(
    slack: FakeSlack, client: AsyncWebClient, tmp_path: Path
) -> None:
    await client.chat_postMessage(channel="C1", text="Hengda", blocks=CARD)
    await client.api_call(
        "chat.postMessage", data={"channel": "C1", "text": "form", "blocks": json.dumps(CARD)}
    )
    await client.conversations_history(channel="C1", limit=2, include_all_metadata=True)
    posted = slack.sent("chat.postMessage")
    assert posted[0]["blocks"] == posted[1]["blocks"] == CARD
    assert slack.sent("conversations.history") == [
        {"channel": "C1", "limit": 2, "include_all_metadata": True}
    ]
    assert [call.at for call in slack.calls] == [START] * 3
    slack.dump_calls(tmp_path / "calls.json")
    dumped = json.loads((tmp_path / "calls.json").read_text("utf-8"))
    assert [call["method"] for call in dumped] == [call.method for call in slack.calls]
    assert dumped[0]["payload"]["blocks"] == CARD
