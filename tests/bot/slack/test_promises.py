"""Acknowledged means kept: what fails comes again, what cannot be read is set aside."""

from __future__ import annotations

import asyncio
import json

import pytest

from bot.platform import Attachment, Typed
from tests.bot.slack.scene import CARD, Scene, open_form, slack_scene
from tests.fakes.slack_props import Json


async def test_nothing_is_acknowledged_before_the_gate_has_kept_it(scene: Scene) -> None:
    scene.gate.held = asyncio.Event()
    typing = asyncio.create_task(scene.li.types(scene.li.dm, "hello"))
    done, _ = await asyncio.wait({typing}, timeout=0.2)
    assert not done
    scene.gate.held.set()
    assert (await typing).acknowledged


async def test_what_was_not_kept_is_not_acknowledged(scene: Scene) -> None:
    await open_form(scene)
    await scene.posted(CARD)
    if scene.over == "socket":
        scene.slack.socket.ack_within = 0.3
    scene.gate.gone = True
    answers = [
        await scene.li.types(scene.li.dm, "hello"),
        await scene.li.types(scene.li.dm, "/visit"),
        await scene.li.presses(scene.slack.last("C1"), "Ask"),
        await scene.slack.event({"type": "message", "ts": {}}),
    ]
    assert [answer.status for answer in answers] == [500 if scene.over == "http" else 0] * 4
    scene.gate.gone = False
    scene.slack.socket.ack_within = 3.0
    (missed, broken) = await scene.slack.retry_missed()
    assert (missed.acknowledged, broken.acknowledged) == (True, True)
    assert scene.gate.last.said == Typed("hello")
    assert len(scene.gate.aside) == 1


@pytest.mark.parametrize("over", ["http", "socket"])
async def test_slack_failing_its_first_greeting_loses_nothing(over: str) -> None:
    async with slack_scene(over, learn=False) as scene:
        await scene.li.types(scene.li.dm, "hello")
        await scene.li.mentions_bot("C1", "look here")
        await scene.li.types("C1", "/visit 华强")
        assert [heard.said for heard in scene.gate.heard] == [
            Typed("hello"),
            Typed("look here"),
            Typed("look here"),
            Typed("华强", command="visit"),
        ]
        await scene.posted(CARD, scene.li.dm)
        assert (await scene.slack.echoes(scene.slack.last(scene.li.dm))).acknowledged
        assert len(scene.gate.heard) == 4
        scene.slack._server.faults.ordered.clear()  # noqa: SLF001
        await asyncio.wait_for(scene.listener.identity.known.wait(), 5)
        assert scene.listener.identity.user == "U0BOT"


# --- what cannot be read --------------------------------------------------------------------------

BROKEN: list[Json] = [
    {"type": "message"},
    {"type": "message", "user": "U1", "channel": "D1", "ts": "yesterday", "text": "x"},
    {"type": "message", "user": "U1", "channel": "D1", "ts": 5, "text": "x"},
    {"type": "message", "user": "U1", "channel": "D1", "ts": "1.0", "text": ["x"]},
    {"type": "message", "user": ["U1"], "channel": "D1", "ts": "1.0", "text": "x"},
    {"type": "message", "user": "U1", "channel": "D1", "ts": "1.0", "files": [{}]},
    {"type": None},
]


@pytest.mark.parametrize("event", BROKEN)
async def test_a_misshapen_event_is_set_aside_and_the_next_goes_through(
    scene: Scene, event: Json
) -> None:
    answer = await scene.slack.event(event)
    assert answer.acknowledged
    ((platform, raw, reason),) = scene.gate.aside
    assert (platform, json.loads(raw)["event"]) == ("slack", event)
    assert reason.startswith("not readable: ")
    await scene.li.types(scene.li.dm, "good")
    assert scene.gate.last.said == Typed("good")


async def test_a_file_of_another_company_is_known_by_its_number(scene: Scene) -> None:
    event = {"type": "message", "user": "U1", "channel": "D1", "channel_type": "im", "ts": "1.0"}
    files = [{"id": "F9", "file_access": "check_file_info"}]
    await scene.slack.event(event | {"subtype": "file_share", "files": files})
    assert scene.gate.last.said == Typed("", (Attachment("F9"),))
