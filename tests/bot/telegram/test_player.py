"""The player that the stories use: it sees and does what a person with Telegram could."""

from __future__ import annotations

import pytest

from bot.pages import Key, Keys, Page, Quoted, Say
from bot.platform import Toast
from tests.bot.telegram.props import words
from tests.bot.telegram.staging import QUALITY, Stage
from tests.fakes.telegram import CannotDo
from tests.players import Player
from tests.players.telegram import PICTURE, TelegramPlayer


def yes_or_no(title: str) -> Page:
    return Page(title, (Keys((Key("Yes, please", "yes"), Key("No", "no"))),))


@pytest.fixture
def li(stage: Stage) -> TelegramPlayer:
    return TelegramPlayer(stage.telegram, 7, "Li Na", stage.settled)


async def test_it_is_a_player(li: TelegramPlayer) -> None:
    player: Player = li
    assert (player.platform, player.user, player.name) == ("telegram", "7", "Li Na")


async def test_it_speaks_where_it_is_told(stage: Stage, li: TelegramPlayer) -> None:
    await stage.send(Page("C-2026-0007"), QUALITY)
    await li.says("/visit 华强", times=2)
    await li.says("rusty", where="Quality", reply_to="0007")
    await li.starts("abc")
    await li.sends_photo("rust", where="Quality", reply_to="0007")
    heard = stage.house.gate.requests
    assert [words(one) for one in heard] == ["/visit 华强"] * 2 + ["rusty", "start abc", "rust"]
    assert [one.key for one in heard[:2]] == ["700001"] * 2
    assert [one.address.chat for one in heard[2:]] == ["-100200", "7", "-100200"]
    assert [one.reply_to for one in heard[2:]] == ["1", "", "1"]
    (photo,) = (m for m in stage.telegram.messages(QUALITY) if m.content)
    (size, *_) = photo.content["photo"]
    assert await stage.platform.fetch(size["file_id"]) == PICTURE


async def test_it_reads_what_others_say_as_they_mean_it(stage: Stage, li: TelegramPlayer) -> None:
    await stage.send(Page("Card", (Quoted("see evil.example"),)))
    await li.says("Card of my own")
    assert li.sees("Card", "evil.example")
    assert not li.sees("my own")
    assert li.count("Card") == 1
    assert li.reads() == "Card\nsee evil.example\n\nCard of my own"


async def test_only_the_newest_thirty_are_in_sight(stage: Stage, li: TelegramPlayer) -> None:
    for number in range(31):
        await stage.send(Page(f"Card {number:02}"))
    assert not li.sees("Card 00")
    assert li.count("Card") == 30


async def test_it_presses_the_newest_button_that_begins_so(
    stage: Stage, li: TelegramPlayer
) -> None:
    stage.house.gate.replies = {"yes": Toast("Done.")}
    first = await stage.send(yes_or_no("First?"))
    await stage.send(yes_or_no("Second?"))
    await li.presses("Yes")
    assert li.sees("Done.")
    assert "Done." in li.reads()
    await li.presses("No", on="First", times=2)
    assert not li.sees("Done.")
    assert [request.message for request in stage.house.gate.requests[1:]] == [str(first.id)] * 2
    await li.picks("No")
    assert stage.house.gate.heard == ["yes", "no", "no", "no"]
    assert li.buttons() == li.buttons(on="First") == ["Yes, please", "No"]


async def test_it_cannot_do_what_is_not_in_sight(stage: Stage, li: TelegramPlayer) -> None:
    with pytest.raises(CannotDo):
        await li.answers(name="nobody asks")
    await stage.send(yes_or_no("First?"))
    with pytest.raises(CannotDo):
        await li.presses("Maybe")
    with pytest.raises(CannotDo):
        await li.presses("Yes", on="Second")
    with pytest.raises(CannotDo):
        await li.presses("Yes", where="Sales")
    with pytest.raises(CannotDo):
        await li.says("hi", reply_to="Second")
    assert stage.house.gate.heard == []


async def test_it_answers_one_question_after_the_other(stage: Stage) -> None:
    questions = [yes_or_no("Was it good?"), Page("What was said?", (Say("In a word."),))]

    async def settle() -> None:
        """The bot asks its next question once the last is answered."""
        await stage.settled()
        if len(asked) == len(stage.house.gate.heard) < len(questions):
            asked.append(await stage.send(questions[len(asked)]))

    asked = [await stage.send(questions[0])]
    player = TelegramPlayer(stage.telegram, 7, "Li Na", settle)
    await player.answers(good="No", said="Q3")
    assert stage.house.gate.heard == ["no", "Q3"]
    assert [stage.telegram.plain(one).splitlines()[0] for one in asked] == [
        "Was it good?",
        "What was said?",
    ]


async def test_in_a_group_it_answers_the_question(stage: Stage, li: TelegramPlayer) -> None:
    await stage.send(yes_or_no("Why?"), QUALITY)
    await li.presses("Yes", where="Quality")
    await li.answers(why="rust")
    (_, answer) = stage.house.gate.requests
    assert (words(answer), answer.reply_to, answer.address.chat) == ("rust", "1", "-100200")
