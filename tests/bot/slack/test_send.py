"""Pages are posted, redrawn and found again, and every failure says whether to try again."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from bot.pages import Page, Say
from bot.platform import Address, Landed, Parcel
from bot.slack.send import LARGEST_FILE, SlackPlatform
from commands.kit.errors import Later, Never, Unclear, Undeliverable
from tests.bot.slack.scene import CARD
from tests.fakes.slack import FakeSlack
from tests.fakes.slack_props import Clock

PAGE = Page("<!channel> Hengda & sons", (Say("see https://x.y"),), "<!here> Hengda: your decision")


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def slack(clock: Clock) -> AsyncIterator[FakeSlack]:
    async with FakeSlack(clock=clock, machine_clock=clock) as fake:
        fake.add_user("U1", "li")
        fake.add_user("U2", "gone", deleted=True)
        fake.add_channel("C1", "quality", "U1", "U0BOT")
        yield fake


@pytest.fixture
async def voice(slack: FakeSlack, clock: Clock) -> AsyncIterator[SlackPlatform]:
    platform = SlackPlatform(slack.bot_token, clock, url=slack.api_url, seconds=1.5)
    yield platform
    await platform.stop()


def parcel(chat: str = "C1", thread: str = "", key: str = "L1", page: Page = PAGE) -> Parcel:
    return Parcel(Address("slack", "T0HEAD", chat, thread), page, key)


# --- what goes well -------------------------------------------------------------------------------


async def test_a_page_is_posted_with_its_key_and_without_previews(
    slack: FakeSlack, voice: SlackPlatform
) -> None:
    landed = await voice.send(parcel())
    message = slack.last("C1")
    assert landed == Landed("C1", message.ts)
    assert slack.plain(message).startswith(
        "<!here> Hengda: your decision\n<!channel> Hengda & sons"
    )
    assert slack.live_mentions(message) == []
    assert message.metadata == {"event_type": "headwater_letter", "event_payload": {"key": "L1"}}
    (sent,) = slack.sent("chat.postMessage")
    assert (sent["unfurl_links"], sent["unfurl_media"]) == (False, False)
    assert not {"link_names", "parse", "thread_ts"} & set(sent)
    assert (slack.refused, slack.complaints) == ([], [])


async def test_a_page_is_posted_in_its_thread(slack: FakeSlack, voice: SlackPlatform) -> None:
    root = await voice.send(parcel())
    await voice.send(parcel(thread=root.message, key="L2"))
    assert slack.last("C1").thread_ts == root.message


async def test_a_page_is_redrawn_in_place(slack: FakeSlack, voice: SlackPlatform) -> None:
    landed = await voice.send(parcel(page=CARD))
    await voice.redraw(parcel(page=PAGE), landed.message)
    (message,) = slack.messages("C1")
    assert "see https://x.y" in slack.plain(message)
    assert slack.buttons(message) == []
    assert message.metadata is not None
    await voice.redraw(parcel(page=CARD), landed.message)
    assert len(slack.buttons(message)) == 2


async def test_a_direct_chat_is_opened(slack: FakeSlack, voice: SlackPlatform) -> None:
    assert await voice.direct("U1") == slack.dm("U1")
    assert await voice.direct("U1") == slack.dm("U1")


async def test_a_letter_is_found_by_its_key(
    slack: FakeSlack, voice: SlackPlatform, clock: Clock
) -> None:
    first = await voice.send(parcel())
    for number in range(450):
        await slack.user("U1").types("C1", f"chatter {number}")
    assert await voice.find(parcel()) == first
    assert len(slack.sent("conversations.history")) == 3
    assert await voice.find(parcel(key="L2")) is None
    clock.advance(24 * 3600 + 1)
    assert await voice.find(parcel()) is None


async def test_a_letter_in_a_thread_is_found_there(slack: FakeSlack, voice: SlackPlatform) -> None:
    root = await voice.send(parcel())
    reply = await voice.send(parcel(thread=root.message, key="L2"))
    assert await voice.find(parcel(thread=root.message, key="L2")) == reply
    assert await voice.find(parcel(thread=root.message, key="L3")) is None


async def test_a_letter_lost_in_too_much_talk_is_unclear(
    slack: FakeSlack, voice: SlackPlatform, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.slack.send.PAGES", 2)
    monkeypatch.setattr("bot.slack.send.ON_A_PAGE", 2)
    for number in range(5):
        await slack.user("U1").types("C1", f"chatter {number}")
    with pytest.raises(Unclear, match="too much"):
        await voice.find(parcel())


async def test_other_apps_marks_are_not_ours(slack: FakeSlack, voice: SlackPlatform) -> None:
    landed = await voice.send(parcel())
    message = slack.last("C1")
    message.metadata = {"event_type": "other", "event_payload": {"key": "L1"}}
    assert await voice.find(parcel()) is None
    message.metadata = {"event_type": "headwater_letter"}
    assert await voice.find(parcel()) is None
    assert landed.message == message.ts


def test_a_channel_takes_one_message_a_second(clock: Clock) -> None:
    voice = SlackPlatform("xoxb", clock)
    here, there = Address("slack", "T1", "C1", "1.5"), Address("slack", "T1", "C2")
    channel, workspace = voice.rates(here)
    assert (channel.many, channel.per) == (1, 1.0)
    assert voice.rates(replace(here, thread=""))[0] == channel
    assert voice.rates(there)[0].destination != channel.destination
    assert voice.rates(there)[1] == workspace
    assert voice.name == "slack"


# --- what goes wrong ------------------------------------------------------------------------------

SENT_OR_NOT: dict[str, type[Undeliverable]] = {
    "500": Unclear,
    "503": Unclear,
    "reset_before": Unclear,
    "reset_after": Unclear,
    "timeout_before": Unclear,
    "timeout_after": Unclear,
    "truncated": Unclear,
    "ok_false:fatal_error": Unclear,
    "ok_false:internal_error": Unclear,
    "ok_false:service_unavailable": Later,
    "ok_false:ratelimited": Later,
    "429": Later,
    "ok_false:invalid_auth": Later,
    "ok_false:missing_scope": Later,
    "ok_false:channel_not_found": Never,
    "ok_false:not_in_channel": Never,
    "ok_false:is_archived": Never,
    "ok_false:msg_too_long": Never,
    "ok_false:something_new": Never,
}


@pytest.mark.parametrize(("fault", "kind"), SENT_OR_NOT.items())
async def test_a_failed_post_is_told_for_what_it_is(
    slack: FakeSlack, voice: SlackPlatform, fault: str, kind: type[Undeliverable]
) -> None:
    slack.fail_next("chat.postMessage", fault)
    with pytest.raises(kind) as caught:
        await voice.send(parcel())
    assert type(caught.value) is kind
    assert len(slack.sent("chat.postMessage")) == 1
    happened = fault in ("reset_after", "timeout_after", "truncated")
    assert len(slack.messages("C1")) == happened
    if kind is Unclear:
        assert (await voice.find(parcel()) is not None) == happened


@pytest.mark.parametrize(("fault", "kind"), SENT_OR_NOT.items())
async def test_what_can_be_repeated_is_never_unclear(
    slack: FakeSlack, voice: SlackPlatform, fault: str, kind: type[Undeliverable]
) -> None:
    landed = await voice.send(parcel())
    expected = Later if kind is Unclear else kind
    slack.fail_next("chat.update", fault)
    with pytest.raises(expected):
        await voice.redraw(parcel(page=CARD), landed.message)
    slack.fail_next("conversations.open", fault)
    with pytest.raises(expected):
        await voice.direct("U1")


TO_WAIT_FOR = ("ok_false:ratelimited", "429", "ok_false:invalid_auth", "ok_false:missing_scope")


@pytest.mark.parametrize("fault", TO_WAIT_FOR)
async def test_whoever_must_wait_looks_again_later(
    slack: FakeSlack, voice: SlackPlatform, fault: str
) -> None:
    slack.fail_next("conversations.history", fault)
    with pytest.raises(Later) as caught:
        await voice.find(parcel())
    assert caught.value.asked


async def test_a_letter_in_a_direct_chat_is_found_page_by_page(
    slack: FakeSlack, voice: SlackPlatform, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.slack.send.ON_A_PAGE", 3)
    direct = await voice.direct("U1")
    landed = await voice.send(parcel(direct))
    for number in range(8):
        await slack.user("U1").types(direct, f"chatter {number}")
    assert await voice.find(parcel(direct)) == landed
    assert len(slack.sent("conversations.history")) == 3


async def test_a_letter_in_a_long_thread_is_found_page_by_page(
    slack: FakeSlack, voice: SlackPlatform, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.slack.send.ON_A_PAGE", 3)
    root = (await voice.send(parcel())).message
    for number in range(8):
        await slack.user("U1").types("C1", f"chatter {number}", root)
    landed = await voice.send(parcel(thread=root, key="L2"))
    assert await voice.find(parcel(thread=root, key="L2")) == landed
    assert len(slack.sent("conversations.replies")) == 4


@pytest.mark.parametrize("fault", [fault for fault in SENT_OR_NOT if fault not in TO_WAIT_FOR])
async def test_what_cannot_be_looked_for_is_unclear_or_looked_for_later(
    slack: FakeSlack, voice: SlackPlatform, fault: str
) -> None:
    # Twice, since aiohttp reads once more where a connection breaks; it never writes again.
    slack.fail_next("conversations.history", fault, 2)
    expected = Unclear if SENT_OR_NOT[fault] is Never else Later
    with pytest.raises(expected):
        await voice.find(parcel())


async def test_a_letter_is_found_in_the_post_that_it_was_merged_into(
    slack: FakeSlack, voice: SlackPlatform
) -> None:
    landed = await voice.send(parcel(key="7+8+19"))
    for key in ("7+8+19", "7", "8", "19"):
        assert await voice.find(parcel(key=key)) == landed
    assert await voice.find(parcel(key="9")) is None


@pytest.mark.parametrize(
    ("header", "after"),
    [(1, 1.0), (60, 60.0), (None, None), ("abc", None), (0, None), ("-1", None), ("²", None)],
)
async def test_slack_is_waited_for_as_long_as_it_asks(
    slack: FakeSlack, voice: SlackPlatform, header: object, after: float | None
) -> None:
    slack.fail_next("chat.postMessage", "429", retry_after=header)
    with pytest.raises(Later) as caught:
        await voice.send(parcel())
    assert (caught.value.after, caught.value.asked, caught.value.everyone) == (after, True, True)


async def test_where_nobody_listens_nothing_was_sent(clock: Clock) -> None:
    voice = SlackPlatform("xoxb", clock, url="http://127.0.0.1:9/api/")
    with pytest.raises(Later, match="no connection"):
        await voice.send(parcel())
    await voice.stop()


async def test_a_refused_installation_holds_everything_up(slack: FakeSlack, clock: Clock) -> None:
    voice = SlackPlatform("xoxb-other", clock, url=slack.api_url)
    with pytest.raises(Later, match="invalid_auth") as caught:
        await voice.send(parcel())
    later = caught.value
    assert (later.everyone, later.asked, later.after) == (True, True, 60.0)
    await voice.stop()


@pytest.mark.parametrize(
    ("status", "kind", "body", "expected"),
    [
        (200, "application/json", '{"ok": true}', Unclear),
        (200, "application/json", '{"ok": true, "channel": "C1"}', Unclear),
        (200, "application/json", '{"ok": true, "channel": "C1", "ts": 5}', Unclear),
        (200, "application/json", "[]", Unclear),
        (200, "application/json", "[1]", Unclear),
        (200, "application/json", "5", Unclear),
        (200, "application/json", "", Unclear),
        (200, "text/html", "<p>Welcome to the hotel's network", Unclear),
        (200, "text/plain", "ok", Unclear),
        (403, "text/html", "<p>Not through this proxy", Later),
        (502, "text/html", "<p>Bad gateway", Unclear),
    ],
)
async def test_an_answer_that_is_none_says_nothing_of_the_message(
    clock: Clock, status: int, kind: str, body: str, expected: type[Undeliverable]
) -> None:
    async def answered(_request: web.Request) -> web.Response:
        return web.Response(status=status, content_type=kind, text=body)

    application = web.Application()
    application.router.add_route("*", "/api/{method}", answered)
    async with TestServer(application) as server:
        voice = SlackPlatform("xoxb", clock, url=str(server.make_url("/api/")))
        with pytest.raises(expected) as caught:
            await voice.send(parcel())
        assert type(caught.value) is expected
        with pytest.raises(Later):
            await voice.direct("U1")
        with pytest.raises(Later):
            await voice.find(parcel())
        await voice.stop()


async def test_a_person_who_cannot_be_reached_is_told_apart_from_a_lost_channel(
    slack: FakeSlack, voice: SlackPlatform
) -> None:
    for user in ("U2", "U9", "U0BOT"):
        with pytest.raises(Never) as caught:
            await voice.direct(user)
        assert caught.value.account
    for chat, account in (("D9", True), ("C9", False)):
        with pytest.raises(Never, match="channel_not_found") as caught:
            await voice.send(parcel(chat))
        assert caught.value.account is account
    slack.fail_next("chat.postMessage", "ok_false:msg_too_long")
    with pytest.raises(Never) as caught:
        await voice.send(parcel(slack.dm("U1")))
    assert not caught.value.account


async def test_a_lost_card_is_not_redrawn(slack: FakeSlack, voice: SlackPlatform) -> None:
    with pytest.raises(Never, match="message_not_found"):
        await voice.redraw(parcel(), "1.000001")


async def test_stopping_before_anything_was_said_is_quiet(clock: Clock) -> None:
    await SlackPlatform("xoxb", clock).stop()


# --- files ----------------------------------------------------------------------------------------


@pytest.fixture
async def remote(slack: FakeSlack) -> str:
    await slack.user("U1").uploads("C1", "bolt.jpg", b"\xff\xd8rust")
    return str(slack.last("C1").files[0]["url_private_download"])


async def test_a_file_is_fetched_by_address_or_number(
    slack: FakeSlack, voice: SlackPlatform, remote: str
) -> None:
    assert await voice.fetch(remote) == b"\xff\xd8rust"
    (file_id,) = slack.files
    assert await voice.fetch(file_id) == b"\xff\xd8rust"
    with pytest.raises(Never, match="file_not_found"):
        await voice.fetch("F9")


async def test_without_the_right_token_the_sign_in_page_is_not_the_file(
    slack: FakeSlack, clock: Clock, remote: str
) -> None:
    voice = SlackPlatform("xoxb-other", clock, url=slack.api_url)
    with pytest.raises(Never, match="302"):
        await voice.fetch(remote)
    await voice.stop()


@pytest.mark.parametrize(
    "address",
    [
        "https://evil.example/files-pri/F1/a.jpg",
        "http://127.0.0.1:1/files-pri/F1/a.jpg",
        "https://slack.com.evil.example/a",
        "https://files.slack.com/a",
        "file:///etc/passwd",
        "http://[::1/a",
        "http://127.0.0.1:port/a",
    ],
)
async def test_the_token_goes_nowhere_else(
    slack: FakeSlack, voice: SlackPlatform, address: str
) -> None:
    with pytest.raises(Never, match="not kept by Slack"):
        await voice.fetch(address)
    assert slack.sent("download") == []


@pytest.mark.parametrize(("fault", "times"), [("500", 1), ("429", 1), ("reset_before", 2)])
async def test_a_file_that_did_not_come_is_asked_for_again(
    slack: FakeSlack, voice: SlackPlatform, remote: str, fault: str, times: int
) -> None:
    slack.fail_next("download", fault, times)
    with pytest.raises(Later):
        await voice.fetch(remote)
    assert await voice.fetch(remote) == b"\xff\xd8rust"


async def test_a_file_that_is_gone_is_given_up(
    slack: FakeSlack, voice: SlackPlatform, remote: str
) -> None:
    slack.files.clear()
    with pytest.raises(Never, match="404"):
        await voice.fetch(remote)


@pytest.mark.parametrize(("more", "fits"), [(-1, True), (0, True), (1, False)])
async def test_a_file_has_a_largest_size(
    slack: FakeSlack, voice: SlackPlatform, remote: str, *, more: int, fits: bool
) -> None:
    next(iter(slack.files.values())).content = bytes(LARGEST_FILE + more)
    if fits:
        assert len(await voice.fetch(remote)) == LARGEST_FILE + more
    else:
        with pytest.raises(Never, match="too big"):
            await voice.fetch(remote)
