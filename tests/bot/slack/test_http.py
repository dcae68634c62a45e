"""The HTTP route lets through what Slack signed a moment ago, and nothing else reaches a parser."""

from __future__ import annotations

import asyncio
import gzip
import json
import time
from collections.abc import AsyncIterator, MutableMapping
from typing import Any
from urllib.parse import urlencode

import httpx
import pytest
from starlette.applications import Starlette

from bot.platform import Typed
from bot.slack.api import Credentials
from bot.slack.listen import PATH, SlackListener
from tests.bot.slack.scene import Scene, StubGate
from tests.fakes.slack import Answer
from tests.fakes.slack.posting import HttpPosts, signature
from tests.fakes.slack_props import Clock, Json

FORM = "application/x-www-form-urlencoded"
LARGEST = 1_000_000


def event(text: str = "hello") -> bytes:
    message: Json = {"type": "message", "user": "U1", "channel": "D1", "channel_type": "im"}
    body = {"type": "event_callback", "team_id": "T0HEAD", "event_id": "Ev1"}
    return json.dumps(body | {"event": message | {"ts": "1.000100", "text": text}}).encode()


def stamp(scene: Scene, age: int) -> str:
    return str(int(scene.clock().timestamp()) - age)


FORGERIES: dict[str, Json] = {
    "wrong secret": {"secret": "guessed"},
    "no signature": {"signed": None},
    "no timestamp": {"timestamp": None},
    "neither": {"signed": None, "timestamp": None},
    "empty signature": {"signed": b""},
    "not ascii": {"signed": b"v0=\xff\xfe\xe4"},
    "other version": {"signed": "v1=" + "0" * 64},
    "timestamp of words": {"timestamp": "yesterday"},
    "timestamp of other digits": {"timestamp": b"\xb2\xb3\xb9"},
    "timestamp with a sign": {"timestamp": "-1"},
    "timestamp with a fraction": {"timestamp": "1.5"},
    "huge timestamp": {"timestamp": "9" * 400},
    "no text at all": {"timestamp": b""},
}


@pytest.mark.parametrize("how", FORGERIES.values(), ids=FORGERIES)
async def test_forgeries_are_refused(http_scene: Scene, how: Json) -> None:
    answer = await http_scene.slack.forged(event(), **how)
    assert answer.status == 401
    assert (http_scene.gate.heard, http_scene.gate.aside) == ([], [])


@pytest.mark.parametrize("age", [-299, -1, 0, 1, 299])
async def test_a_fresh_signature_passes(http_scene: Scene, age: int) -> None:
    answer = await http_scene.slack.forged(event(), timestamp=stamp(http_scene, age))
    assert answer.status == 200
    assert http_scene.gate.last.said == Typed("hello")


@pytest.mark.parametrize("age", [-301, -300, 300, 301, 86_400])
async def test_an_old_signature_is_refused(http_scene: Scene, age: int) -> None:
    answer = await http_scene.slack.forged(event(), timestamp=stamp(http_scene, age))
    assert answer.status == 401
    assert http_scene.gate.heard == []


async def test_a_signature_is_of_every_byte(http_scene: Scene) -> None:
    good = await http_scene.slack.forged(event())
    assert good.status == 200
    signature = "v0=" + "0" * 64
    assert (await http_scene.slack.forged(event("other"), signed=signature)).status == 401


@pytest.mark.parametrize("secret", ["", "signing-secret"])
async def test_without_a_secret_of_ours_nobody_is_let_in(secret: str) -> None:
    clock = Clock()
    gate = StubGate()
    listener = SlackListener(gate, Credentials("xoxb"), clock, url="http://127.0.0.1:9/api/")
    posts = HttpPosts(Starlette(routes=listener.routes), secret, clock, PATH)
    moment = str(int(clock().timestamp()))
    signed = signature(secret, moment, event())
    headers = {"X-Slack-Request-Timestamp": moment, "X-Slack-Signature": signed}
    assert (await posts.post(event(), headers)).status == 401
    await posts.close()
    assert gate.heard == []


BOMBS: dict[str, bytes] = {
    "deep": b"[" * 100_000,
    "null": b"null",
    "a list": b"[]",
    "a number": b"5",
    "broken": b'{"type": "event_callback", ',
    "not text": b"\xff\xfe\x00\x80",
    "nothing": b"",
    "a null event": b'{"type": "event_callback", "event": null}',
    "an empty form": b"payload=",
    "a form of null": b"payload=null",
    "no actions": urlencode({"payload": '{"type": "block_actions", "actions": []}'}).encode(),
    "zipped": gzip.compress(b"0" * 900_000),
    "many parts": b"--x\r\n\r\n" * 50_000,
}


@pytest.mark.parametrize("body", BOMBS.values(), ids=BOMBS)
async def test_unsigned_bombs_do_not_reach_a_parser(http_scene: Scene, body: bytes) -> None:
    begun = time.perf_counter()
    answer = await http_scene.slack.forged(body, signed="v0=" + "0" * 64)
    assert answer.status == 401
    assert time.perf_counter() - begun < 0.5
    assert http_scene.gate.aside == []


@pytest.mark.parametrize("body", BOMBS.values(), ids=BOMBS)
@pytest.mark.parametrize("kind", ["application/json", FORM])
async def test_signed_nonsense_is_set_aside_and_the_next_goes_through(
    http_scene: Scene, body: bytes, kind: str
) -> None:
    answer = await http_scene.slack.forged(body, content_type=kind)
    assert answer.status == 200
    assert [raw for _, raw, _ in http_scene.gate.aside] == [body]
    assert (await http_scene.slack.forged(event())).status == 200
    assert http_scene.gate.last.said == Typed("hello")


@pytest.mark.parametrize(("size", "status"), [(LARGEST, 200), (LARGEST + 1, 413), (10**7, 413)])
async def test_a_body_has_a_largest_size(http_scene: Scene, size: int, status: int) -> None:
    body = event("x" * (size - len(event(""))))
    assert len(body) == size
    assert (await http_scene.slack.forged(body)).status == status
    assert len(http_scene.gate.heard) == (status == 200)


async def test_a_body_of_unknown_length_has_one_too(http_scene: Scene) -> None:
    sent = 0

    async def endless() -> AsyncIterator[bytes]:
        nonlocal sent
        while True:
            sent += 65_536
            yield b"x" * 65_536

    inside = httpx.ASGITransport(app=Starlette(routes=http_scene.listener.routes))
    async with httpx.AsyncClient(transport=inside, base_url="http://bot.test") as client:
        response = await client.post(PATH, content=endless())
    assert response.status_code == 413
    assert sent < 2 * LARGEST


async def test_who_hangs_up_in_the_middle_is_no_error(http_scene: Scene) -> None:
    sent: list[MutableMapping[str, Any]] = []
    heard = iter([{"type": "http.request", "body": b"x", "more_body": True}])

    async def receive() -> Json:
        return next(heard, {"type": "http.disconnect"})

    async def send(message: MutableMapping[str, Any]) -> None:
        sent.append(message)

    scope: Json = {"type": "http", "method": "POST", "path": PATH, "headers": []}
    await Starlette(routes=http_scene.listener.routes)(
        scope | {"query_string": b"", "root_path": ""}, receive, send
    )
    assert sent[0]["status"] == 400


async def test_slack_can_check_the_address(http_scene: Scene) -> None:
    check = {"type": "url_verification", "challenge": "abc", "token": "t"}
    answer = await http_scene.slack.forged(json.dumps(check).encode())
    assert answer.body == {"challenge": "abc"}
    answer = await http_scene.slack.forged(b"ssl_check=1&token=t", content_type=FORM)
    assert answer.status == 200
    assert (http_scene.gate.heard, http_scene.gate.aside) == ([], [])


async def test_what_nobody_uses_is_acknowledged(http_scene: Scene) -> None:
    answer = await http_scene.slack.event({"type": "team_join", "user": {"id": "U9"}})
    assert answer.acknowledged
    dialog = {"type": "dialog_cancellation", "callback_id": "x", "user": {"id": "U1"}}
    answer = await http_scene.slack.forged(
        urlencode({"payload": json.dumps(dialog)}).encode(), content_type=FORM
    )
    assert answer.status == 200
    assert len(http_scene.gate.aside) == 1
    answer = await http_scene.slack.forged(b'{"type": "something new"}')
    assert answer.status == 200
    assert http_scene.gate.aside[-1][2] == "not readable: BoltUnhandledRequestError"


async def test_halves_of_characters_and_nul_do_not_reach_the_gate(http_scene: Scene) -> None:
    answer = await http_scene.slack.forged(event("a\ud800b\0c\U0001f600"))
    assert answer.status == 200
    assert http_scene.gate.last.said == Typed("a\ufffdbc\U0001f600")


async def test_fifty_deliveries_at_once_are_all_heard(http_scene: Scene) -> None:
    posts = (http_scene.slack.forged(event(str(n))) for n in range(50))
    answers: list[Answer] = await asyncio.gather(*posts)
    assert {answer.status for answer in answers} == {200}
    said = {heard.said for heard in http_scene.gate.heard}
    assert said == {Typed(str(n)) for n in range(50)}
