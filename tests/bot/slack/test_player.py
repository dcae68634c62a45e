"""The player of the stories does only what a person at Slack could do."""

from __future__ import annotations

from datetime import date

import pytest

from bot.platform import Open, Pressed, Silent, Submitted, Toast, Typed, Wrong
from bot.slack.manifest import manifest
from tests.bot.slack.scene import CARD, Scene, visit_form
from tests.fakes.slack import CannotDo
from tests.players import Player
from tests.players.slack import SlackPlayer


async def settled() -> None:
    """This gate says nothing later."""


def player(scene: Scene) -> SlackPlayer:
    known: Player = SlackPlayer(scene.slack, "U1", "Li Na", settled)
    assert isinstance(known, SlackPlayer)
    return known


async def test_one_speaks_where_one_is(http_scene: Scene) -> None:
    li = player(http_scene)
    await li.says("hello", times=2)
    await http_scene.posted(CARD)
    await li.says("/replied by phone", where="quality", reply_to="Hengda")
    await li.says("@headwater look", where="quality")
    await li.sends_photo("rust", where="quality", reply_to="Hengda", name="bolt.png")
    said = [heard.said for heard in http_scene.gate.heard]
    assert said[:5] == [
        Typed("hello"),
        Typed("hello"),
        Typed("replied by phone"),
        Typed("look"),
        Typed("look"),
    ]
    assert isinstance(said[5], Typed)
    assert said[5].files[0].name == "bolt.png"
    with pytest.raises(CannotDo):
        await li.says("hello", where="elsewhere")


async def test_commands_that_slack_has_not_go_by_the_apps_name(http_scene: Scene) -> None:
    li = player(http_scene)
    await li.says("/away until Monday")
    assert http_scene.gate.last.said == Typed("away until Monday", command="headwater")
    await li.says("/visit")
    assert http_scene.gate.last.said == Typed("", command="visit")
    http_scene.slack.install(manifest("H", [("today", "")], socket=True, url=""))
    await li.says("/visit 华强")
    assert http_scene.gate.last.said == Typed("visit 华强", command="headwater")
    await li.starts("123456")
    assert http_scene.gate.last.said == Typed("join 123456", command="headwater")
    await li.starts()
    assert http_scene.gate.last.said == Typed("help", command="headwater")


async def test_only_buttons_in_sight_are_pressed(http_scene: Scene) -> None:
    li = player(http_scene)
    await http_scene.posted(CARD)
    http_scene.gate.reply = Toast("Done.")
    await li.presses("App", on="Hengda", where="quality", times=2)
    assert http_scene.gate.heard[0].said == http_scene.gate.heard[1].said
    assert isinstance(http_scene.gate.last.said, Pressed)
    assert li.sees("Done.", where="quality")
    assert li.count("Hengda", where="quality") == 1
    assert li.buttons("Hengda", where="quality") == ["Approve", "Ask"]
    with pytest.raises(CannotDo, match="sees no button"):
        await li.presses("Reject", where="quality")
    with pytest.raises(CannotDo, match="sees no message"):
        li.buttons("nothing")


async def test_a_form_is_filled_in_and_corrected(http_scene: Scene) -> None:
    li, gate = player(http_scene), http_scene.gate
    gate.reply, gate.found = Open(visit_form()), [("#5", "宁波精工"), ("#6", "宁波华强")]
    await li.says("/visit")
    assert "Log a visit" in li.reads()
    gate.reply = Wrong({"customer": "Several are meant"})
    await li.answers(
        customer="ningbo",
        notes="Q3",
        day="yesterday",
        how="By phone",
        who="Sales、Quality",
        photos="a.png",
    )
    assert li.sees("Several are meant")
    with pytest.raises(CannotDo, match="is not offered"):
        await li.picks("Hengda")
    gate.reply = Silent()
    await li.picks("宁波华")
    said = gate.last.said
    assert isinstance(said, Submitted)
    assert said.answers == {
        "customer": "#6",
        "notes": "Q3",
        "day": date(2026, 10, 12).isoformat(),
        "at": "",
        "how": "p",
        "who": ["s", "q"],
    }
    assert [file.name for file in said.files] == ["a.png"]
    assert not li.sees("Log a visit")


async def test_a_form_takes_only_what_it_offers(http_scene: Scene) -> None:
    li, gate = player(http_scene), http_scene.gate
    gate.reply, gate.found = Open(visit_form()), []
    await li.says("/visit")
    for wrong in ({"nothing": "x"}, {"customer": "x"}, {"how": "By mail"}, {"day": "someday"}):
        with pytest.raises(CannotDo):
            await li.answers(**wrong)
    assert len(gate.heard) == 1


async def test_questions_in_a_chat_are_answered_one_by_one(http_scene: Scene) -> None:
    li = player(http_scene)
    await http_scene.posted(CARD, http_scene.li.dm)
    await li.answers(a="Ask", b="because")
    assert [type(heard.said) for heard in http_scene.gate.heard] == [Pressed, Typed]
    await http_scene.posted(CARD)
    await li.presses("Ask", where="quality")
    await li.answers(c="in the thread")
    assert http_scene.gate.last.reply_to == http_scene.slack.messages("C1")[0].ts
    await li.says("hello")
    await li.picks("Approve")
    assert isinstance(http_scene.gate.last.said, Pressed)


async def test_a_bot_that_does_not_answer_is_noticed(http_scene: Scene) -> None:
    http_scene.gate.gone = True
    with pytest.raises(CannotDo, match="did not answer: 500"):
        await player(http_scene).says("hello")
