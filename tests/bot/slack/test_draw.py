"""Pages are drawn within every limit of Slack's, and nobody's words come alive in them."""

from __future__ import annotations

import pytest

from bot.pages import Image, Key, Keys, Page, Quoted, Say, Small, Table
from bot.slack import draw
from tests.bot.slack.scene import CARD
from tests.fakes.slack import buttons, live_mentions, plain
from tests.fakes.slack.limits import check_message
from tests.fakes.slack_props import Json

NASTY = "<!channel> <@U1> <https://x.y|bank> *bold* _it_ `c` :smile: @here & https://x.y"


def drawn(page: Page) -> Json:
    """A page as a message that Slack takes, for posting and for updating."""
    message = draw.message(page)
    check_message(message, most_text=4000)
    return message


def page_of(text: str) -> Page:
    """One text in every place that a page has."""
    key = Key(text, "visit", confirm=text)
    blocks = (
        Say(text),
        Small(text),
        Quoted(text, by=text),
        Table(((text, text),)),
        Image(1, text),
        Keys((key,)),
    )
    return Page(text, blocks, text)


def test_a_card_reads_as_it_should() -> None:
    message = drawn(CARD)
    assert plain(message) == (
        "Hengda: your decision\nHengda Precision\nSales says yes.\n"
        "The rust is <!channel> bad\n— Li Na\n[Approve]  [Ask]"
    )
    approve, ask = buttons(message)
    assert (approve.value, approve.style, ask.style) == ("approve:A-1~seal", "primary", None)
    assert approve.confirm is not None
    assert approve.confirm["text"]["text"] == "Really?"
    assert approve.confirm["title"]["text"] == approve.confirm["confirm"]["text"] == "Approve"
    assert (approve.action_id, ask.action_id) == ("k:0", "k:1")


def test_a_table_has_a_line_for_each_row() -> None:
    message = drawn(Page("T", (Table((("Owner", "Li Na"), ("Since", "May"))),)))
    assert plain(message).splitlines()[2:] == ["Owner  Li Na", "Since  May"]
    assert len(draw.blocks(Page("T", (Table(()),)))) == 1


def test_a_picture_is_told_by_its_words() -> None:
    assert "📷 rusty bolts" in plain(drawn(Page("T", (Image(1, "rusty bolts"),))))


def test_a_page_of_nothing_still_says_something() -> None:
    assert drawn(Page(""))["text"] == "-"
    assert plain(drawn(Page("", (), "Only this"))) == "Only this\nOnly this"


def test_nobodys_words_come_alive() -> None:
    message = drawn(page_of(NASTY))
    assert live_mentions(message) == []
    assert plain(message).count("<!channel> <@U1> <https://x.y|bank>") >= 8


@pytest.mark.parametrize("letter", ["x", "中", "&", "<", "\U0001f600"])
@pytest.mark.parametrize("size", [29, 30, 31, 74, 75, 76, 99, 100, 101, 149, 150, 151])
def test_short_texts_keep_their_limits(letter: str, size: int) -> None:
    drawn(page_of(letter * size))


@pytest.mark.parametrize("letter", ["x", "中", "&", "\U0001f600"])
@pytest.mark.parametrize("size", [299, 300, 301, 1999, 2000, 2001, 2999, 3000, 3001, 50_000])
def test_long_texts_keep_their_limits(letter: str, size: int) -> None:
    message = drawn(page_of(letter * size))
    assert len(buttons(message)) == 1


@pytest.mark.parametrize("count", [1, 5, 6, 24, 25, 26, 48, 49, 50, 51, 200])
def test_many_blocks_keep_their_limit_and_their_buttons(count: int) -> None:
    says = tuple(Small(str(n)) for n in range(count))
    message = drawn(Page("T", (*says, Keys((Key("Go", "go"),)))))
    assert len(message["blocks"]) == min(count + 2, 50)
    assert [button.text for button in buttons(message)] == ["Go"]


@pytest.mark.parametrize("count", [49, 50, 51, 200])
def test_many_sentences_share_blocks_and_none_is_lost(count: int) -> None:
    says = tuple(Say(f"{n} " + "x" * 50) for n in range(count))
    message = drawn(Page("T", (*says, Small("s"), Say("last"), Keys((Key("Go", "go"),)))))
    said = [b["text"]["text"] for b in message["blocks"] if b["type"] == "section"]
    lines = "\n".join(said).split("\n")
    assert lines == [*(one.text for one in says), "last"]
    assert max(map(len, said)) <= 3000
    assert [button.text for button in buttons(message)] == ["Go"]


@pytest.mark.parametrize("count", [1, 5, 6, 250, 251, 400])
def test_many_buttons_stand_in_rows_of_five(count: int) -> None:
    keys = Keys(tuple(Key(f"B{n}", f"do:{n}") for n in range(count)))
    message = drawn(Page("T", (keys,)))
    rows = [block for block in message["blocks"] if block["type"] == "actions"]
    assert all(len(row["elements"]) <= 5 for row in rows)
    assert len({button.action_id for button in buttons(message)}) == min(count, 250)


@pytest.mark.parametrize(("size", "kept"), [(1999, 1), (2000, 1), (2001, 0), (0, 0)])
def test_what_a_button_holds_is_whole_or_the_button_is_left_out(size: int, kept: int) -> None:
    message = drawn(Page("T", (Say("x"), Keys((Key("Go", "d" * size),)))))
    assert [button.value for button in buttons(message)] == ["d" * size] * kept


def test_a_style_that_slack_has_not_is_left_out() -> None:
    (button,) = buttons(drawn(Page("T", (Keys((Key("Go", "go", "loud"),)),))))
    assert button.style is None


def test_a_page_too_long_as_a_whole_loses_words_and_says_so() -> None:
    page = Page("T", (*(Say(c * 3000) for c in "abcdefgh"), Keys((Key("Go", "go"),)), Say("end")))
    message = drawn(page)
    texts = [block["text"]["text"] for block in message["blocks"] if block["type"] == "section"]
    assert sum(map(len, texts)) <= 12_000
    assert plain(message).splitlines()[-2:] == ["…", "[Go]"]


def test_a_table_too_long_for_one_block_goes_on_in_the_next() -> None:
    rows = tuple((f"Row {n}", "v" * 400) for n in range(12))
    message = drawn(Page("T", (Table(rows),)))
    assert [plain(message).count(f"Row {n} ") for n in range(12)] == [1] * 12
    assert len(message["blocks"]) > 2
