"""The webhook: who may speak to it, and when it says "received"."""

from __future__ import annotations

import asyncio
import gzip
import json
import random
from collections.abc import AsyncIterator
from dataclasses import dataclass

import httpx
import pytest
from starlette.applications import Starlette
from starlette.types import Message, Receive, Scope, Send

from bot.pages import Form, Page, Say
from bot.platform import Open, Show, Silent, Toast, Wrong
from bot.telegram.listen import LARGEST, PATH, SECRET, Hook, TelegramListener
from commands.kit.errors import Never
from storage.database import Json
from tests.bot.telegram.props import House, press, update
from tests.bot.telegram.wire import ME, Answer, Wire, ok, refused

WORD = "a-Secret_1"
HOOK = Hook("https://headwater.example/telegram", WORD)


@dataclass
class Post:
    """Posts to the webhook, as Telegram does or as anybody might."""

    house: House
    wire: Wire
    listener: TelegramListener
    client: httpx.AsyncClient

    async def __call__(self, body: bytes, headers: Json = None) -> int:
        sent = {SECRET: WORD} if headers is None else headers
        response = await self.client.post(PATH, content=body, headers=sent)
        return response.status_code

    async def update(self, raw: Json) -> int:
        return await self(json.dumps(raw).encode())

    @property
    def answers(self) -> list[Json]:
        return [c.arguments for c in self.wire.calls if c.method == "answerCallbackQuery"]


async def opened(house: House, wire: Wire, hook: Hook) -> Post:
    listener = house.listener(wire.url, hook)
    transport = httpx.ASGITransport(Starlette(routes=listener.routes))
    return Post(
        house, wire, listener, httpx.AsyncClient(transport=transport, base_url="http://app")
    )


@pytest.fixture
async def post(house: House) -> AsyncIterator[Post]:
    async with Wire(ME, ok(True)) as wire:
        made = await opened(house, wire, HOOK)
        await made.listener.start()
        await wire.until(calls=2)
        async with made.client:
            yield made
        await made.listener.stop()


async def test_telegram_is_told_where_we_are(post: Post) -> None:
    assert post.wire.calls[1].method == "setWebhook"
    told = post.wire.calls[1].arguments
    assert (told["url"], told["secret_token"]) == (HOOK.url, WORD)
    assert "drop_pending_updates" not in told
    assert json.loads(told["allowed_updates"]) == [
        "message",
        "edited_message",
        "callback_query",
        "my_chat_member",
    ]
    assert told["max_connections"] == "8"
    assert post.listener.state == ""
    assert post.listener.heard_at is None


async def test_an_update_is_received_after_its_commit(post: Post) -> None:
    post.house.gate.held["hi"] = going_on = asyncio.Event()
    sending = asyncio.create_task(post.update(update(11, "hi")))
    await post.house.gate.reached.wait()
    assert not sending.done()
    going_on.set()
    assert await sending == 200
    assert [request.key for request in post.house.gate.requests] == ["11"]


async def test_without_a_commit_nothing_is_received(post: Post) -> None:
    post.house.gate.gone = {"hi"}
    assert await post.update(update(11, "hi")) == 503
    assert await post.update(update(11, "hi")) == 200
    assert post.house.gate.heard == ["hi"]


async def test_a_repeated_delivery_has_the_same_key(post: Post) -> None:
    for _ in range(3):
        assert await post.update(update(11, "hi")) == 200
    assert [request.key for request in post.house.gate.requests] == ["11"] * 3


async def test_a_listener_that_does_not_know_its_name_receives_nothing(house: House) -> None:
    async with Wire(ok(True)) as wire:
        made = await opened(house, wire, HOOK)
        assert await made.update(update(11, "hi")) == 503
        await made.client.aclose()
        await made.listener.stop()
    assert house.gate.heard == []


# --- who may speak --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {SECRET: ""},
        {SECRET: "wrong"},
        {SECRET: WORD[:-1]},
        {SECRET: WORD + "x"},
        {SECRET: WORD.upper()},
        {SECRET: WORD.encode() + b"\xff\xfe"},
        {SECRET: "密".encode()},
        {"Authorization": WORD},
        [(SECRET, "wrong"), (SECRET, WORD)],
    ],
)
async def test_who_does_not_know_the_secret_is_turned_away(post: Post, headers: Json) -> None:
    assert await post(json.dumps(update(11, "hi")).encode(), headers) == 403
    assert await post(b"x" * (LARGEST + 1), headers) == 403
    assert (post.house.gate.heard, post.house.gate.aside) == ([], [])


@pytest.mark.parametrize("said", [{}, {SECRET: ""}, {SECRET: "anything"}])
@pytest.mark.parametrize("hook", [Hook(), Hook(HOOK.url, "")])
async def test_without_a_secret_of_ours_nobody_may_speak(
    house: House, hook: Hook, said: Json
) -> None:
    async with Wire(ME, ok(True)) as wire:
        made = await opened(house, wire, hook)
        assert await made(b"{}", said) == 403
        await made.client.aclose()
        await made.listener.stop()


async def test_forged_requests_are_turned_away(post: Post) -> None:
    chance = random.Random(5)
    body = json.dumps(update(11, "hi")).encode()
    for _ in range(500):
        forged = bytes(chance.choice(b"aA-_1Sxz\xc3") for _ in range(chance.randrange(1, 14)))
        assert await post(body, {SECRET: forged}) == 403
    assert (post.house.gate.heard, post.house.gate.aside) == ([], [])


async def test_only_posting_is_understood(post: Post) -> None:
    assert (await post.client.get(PATH, headers={SECRET: WORD})).status_code == 405


# --- what cannot be read --------------------------------------------------------------------------


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"null",
        b"[]",
        b"[" * 100_000,
        b'{"a":' * 50_000,
        b"\xff\xfe\x00",
        b'{"update_id": ' + b"9" * 5000 + b"}",
        b'{"update_id": NaN}',
        b"--x\r\nContent-Disposition: form-data\r\n\r\n1\r\n--x--",
        gzip.compress(b"{}", mtime=0),
        json.dumps({"update_id": 5, "message": {"text": 5}}).encode(),
    ],
)
async def test_what_telegram_says_and_nobody_can_read_is_set_aside(post: Post, body: bytes) -> None:
    assert await post(body) == 200
    assert [(who, raw) for who, raw, _ in post.house.gate.aside] == [("telegram", body)]
    assert await post.update(update(12, "next")) == 200
    assert post.house.gate.heard == ["next"]


async def test_what_cannot_be_set_aside_is_not_received(post: Post) -> None:
    post.house.gate.none_aside = True
    assert await post(b"{") == 503


async def test_a_bug_is_set_aside_and_not_repeated(post: Post) -> None:
    post.house.gate.bugs = {"hi"}
    assert await post.update(update(11, "hi")) == 200
    assert [reason for *_, reason in post.house.gate.aside] == ["failed: ZeroDivisionError"]


@pytest.mark.parametrize(("beyond", "status"), [(-1, 200), (0, 200), (1, 413)])
async def test_a_body_has_a_size(post: Post, beyond: int, status: int) -> None:
    bare = len(json.dumps(update(11, "")).encode())
    body = json.dumps(update(11, "x" * (LARGEST + beyond - bare))).encode()
    assert len(body) == LARGEST + beyond
    assert await post(body) == status
    assert len(post.house.gate.heard) == (status == 200)


async def test_a_body_without_end_is_not_waited_for(post: Post) -> None:
    async def endless() -> AsyncIterator[bytes]:
        while True:
            yield b"x" * 100_000

    response = await post.client.post(PATH, content=endless(), headers={SECRET: WORD})
    assert response.status_code == 413


async def test_who_hangs_up_in_the_middle_leaves_nothing(post: Post) -> None:
    answered: list[Message] = []
    parts: list[Message] = [
        {"type": "http.request", "body": b'{"upd', "more_body": True},
        {"type": "http.disconnect"},
    ]

    async def receive() -> Message:
        return parts.pop(0)

    async def send(message: Message) -> None:
        answered.append(message)

    scope: Scope = {
        "type": "http",
        "method": "POST",
        "path": PATH,
        "headers": [(SECRET.lower().encode(), WORD.encode())],
        "query_string": b"",
        "root_path": "",
    }
    await hung_up(post.listener, scope, receive, send)
    assert answered[0]["status"] == 400
    assert post.house.gate.aside == []


async def hung_up(listener: TelegramListener, scope: Scope, receive: Receive, send: Send) -> None:
    await Starlette(routes=listener.routes)(scope, receive, send)


# --- answers --------------------------------------------------------------------------------------


async def test_a_press_is_answered_after_its_commit(post: Post) -> None:
    post.house.gate.held["go"] = going_on = asyncio.Event()
    sending = asyncio.create_task(post.update(press(11, "go")))
    await post.house.gate.reached.wait()
    assert post.answers == []
    going_on.set()
    assert await sending == 200
    assert post.answers == [{"callback_query_id": "q11"}]
    assert post.house.posts.parcels == []


async def test_a_toast_passes_over_the_chat(post: Post) -> None:
    post.house.gate.replies = {"go": Toast("Done."), "no": Toast("x" * 300, alert=True)}
    await post.update(press(11, "go"))
    await post.update(press(12, "no"))
    assert post.answers == [
        {"callback_query_id": "q11", "text": "Done.", "show_alert": "false"},
        {"callback_query_id": "q12", "text": "x" * 199 + "…", "show_alert": "true"},
    ]
    assert post.house.posts.parcels == []


async def test_a_press_is_not_answered_before_it_is_kept(post: Post) -> None:
    post.house.gate.gone = {"go"}
    assert await post.update(press(11, "go")) == 503
    assert post.answers == []


@pytest.mark.parametrize(
    "failure",
    [
        refused("400 Bad Request", "Bad Request: query is too old and response timeout expired"),
        refused("429 Too Many Requests", "Too Many Requests", retry_after=5),
        Answer(b"oops", "500 Internal Server Error"),
        Answer(resets=True),
        Answer(b'{"ok": false}'),
    ],
)
async def test_a_press_that_cannot_be_answered_is_received_all_the_same(
    post: Post, failure: Answer
) -> None:
    post.wire.answers = [failure]
    assert await post.update(press(11, "go")) == 200
    assert post.house.gate.heard == ["go"]
    assert post.house.gate.aside == []


async def test_a_press_on_nothing_of_ours_is_answered(post: Post) -> None:
    lost = press(11, "go")
    del lost["callback_query"]["data"]
    assert await post.update(lost) == 200
    assert post.answers == [{"callback_query_id": "q11"}]
    assert post.house.gate.heard == []


CARD = Page("Card", (Say("words"),))


@pytest.mark.parametrize("reply", [Show(CARD), Toast("Done.")])
async def test_what_is_no_answer_here_goes_to_the_direct_chat(
    post: Post, reply: Show | Toast
) -> None:
    post.house.gate.replies = {"hi": reply}
    said = update(11, "hi", chat=-100200)
    said["message"]["chat"]["type"] = "supergroup"
    said["message"]["from"]["id"] = 7
    assert await post.update(said) == 200
    (parcel,) = post.house.posts.parcels
    assert (parcel.address.chat, parcel.address.thread, parcel.key) == ("7", "", "11")
    assert parcel.page == (CARD if isinstance(reply, Show) else Page("", (Say("Done."),)))


async def test_a_page_shown_for_a_press_comes_beside_its_answer(post: Post) -> None:
    post.house.gate.replies = {"go": Show(CARD)}
    assert await post.update(press(11, "go")) == 200
    assert post.answers == [{"callback_query_id": "q11"}]
    assert [parcel.page for parcel in post.house.posts.parcels] == [CARD]


async def test_an_answer_that_cannot_be_posted_is_lost(post: Post) -> None:
    post.house.gate.replies = {"hi": Show(CARD)}
    post.house.posts.refusal = Never("bot was blocked by the user", account=True)
    assert await post.update(update(11, "hi")) == 200
    assert post.house.gate.aside == []


@pytest.mark.parametrize("reply", [Open(Form(1, "Visit", (), "Log", "Cancel")), Wrong({"a": "b"})])
async def test_a_form_has_no_place_here(post: Post, reply: Open | Wrong) -> None:
    post.house.gate.replies = {"go": reply, "hi": Silent()}
    assert await post.update(press(11, "go")) == 200
    assert post.answers == [{"callback_query_id": "q11"}]
    assert post.house.posts.parcels == []
