"""Slack's markup becomes plain words, and plain words never become markup."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.slack.markup import marked, mentions, plain, words
from tests.fakes.slack import live_mentions

SEEN = {
    "": "",
    "拜访 华强": "拜访 华强",
    "a &amp; b &lt;c&gt; &amp;lt;": "a & b <c> &lt;",
    "<@U1>": "@U1",
    "<@U1|li>": "@li",
    "<#C1|quality>": "#quality",
    "<#C1>": "#C1",
    "<!channel> <!here|here> <!subteam^S1|@sales>": "@channel here @sales",
    "<https://x.y>": "https://x.y",
    "<https://x.y/|x.y>": "x.y",
    "<http://x.y|x.y>": "x.y",
    "<https://x.y|our drawing>": "our drawing (https://x.y)",
    "<mailto:li@x.y|li@x.y>": "li@x.y",
    "<tel:+86123|+86123>": "+86123",
    "<": "<",
    "<>": "<>",
    "a < b > c <@U1": "a < b > c <@U1",
    "<<@U1>>": "<@U1>",
}


@pytest.mark.parametrize(("sent", "seen"), SEEN.items())
def test_markup_is_read_as_people_see_it(sent: str, seen: str) -> None:
    assert plain(sent) == seen


CALLS = {
    "<@U0BOT> look": "look",
    "<@U0BOT|headwater>, look": "look",
    "<@U0BOT>：看": "看",
    "hello <@U0BOT> there": "hello there",
    "look <@U0BOT>": "look",
    "<@U0BOT>": "",
    "<@U0BOTX> look": "@U0BOTX look",
    "<@U1> look": "@U1 look",
}


@pytest.mark.parametrize(("sent", "seen"), CALLS.items())
def test_the_call_is_not_part_of_what_was_said(sent: str, seen: str) -> None:
    assert plain(sent, "U0BOT") == seen


def test_a_mention_names_the_bot_and_nobody_else() -> None:
    assert mentions("<@U0BOT> look", "U0BOT")
    assert mentions("<@U0BOT|headwater>", "U0BOT")
    assert not mentions("<@U0BOTX> <@U1>", "U0BOT")
    assert not mentions("<@> look", "")


LIVE = [
    "<!channel>",
    "<!here>",
    "<@U1>",
    "<!subteam^S1>",
    "<https://x.y|bank>",
    "&lt;!channel&gt;",
    "<<!channel>>",
    "a&<b>",
]


@pytest.mark.parametrize("text", LIVE)
@pytest.mark.parametrize("most", [3, 10, 3000])
def test_nothing_comes_alive(text: str, most: int) -> None:
    written = marked(text, most)
    assert len(written) <= most
    assert live_mentions({"text": written}) == []
    assert plain(marked(text, 3000)) == text


@pytest.mark.parametrize("letter", ["x", "中", "&", "\U0001f600"])
@pytest.mark.parametrize("extra", [-1, 0, 1])
def test_what_fits_is_whole_and_what_does_not_is_cut_between_characters(
    letter: str, extra: int
) -> None:
    most = 20
    size = len(marked(letter, 9)) + (letter > "\uffff")
    count = most // size + extra
    written = marked(letter * count, most)
    assert len(written.encode("utf-16-le")) // 2 <= most
    if count * size <= most:
        assert plain(written) == letter * count
    else:
        assert written.endswith("…")
        assert set(plain(written)) == {letter, "…"}


def test_words_are_never_empty_and_hold_nothing_unseen() -> None:
    assert words("", 5) == words(" \n\x00\u202e", 5) == "-"
    assert words("a\u202eb\x07c\ud800", 5) == "abc\ufffd"


@given(st.text(), st.integers(1, 60))
def test_any_words_fit_and_are_dead(text: str, most: int) -> None:
    for written in (words(text, most), marked(text, most)):
        assert 1 <= len(written) <= most
    assert live_mentions({"text": marked(text, most)}) == []


@given(st.text(alphabet="<>@!#|&;ampltU0BOT: x^~", max_size=40))
def test_any_markup_can_be_read(text: str) -> None:
    plain(text, "U0BOT")
