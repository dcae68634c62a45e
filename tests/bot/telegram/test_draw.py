"""Pages as Telegram shows them."""

from __future__ import annotations

import html
import re

import pytest

from bot.pages import Image, Key, Keys, Page, Quoted, Say, Small, Table
from bot.telegram import draw
from bot.telegram.draw import CUT, JOINER, TEXT, TOAST

HOSTILE = (
    "<b>bold</b> <a href='https://evil.example'>pay here</a> & </blockquote> &lt;i&gt; "
    "*stars* _lines_ [words](https://evil.example) `code` ||hidden|| <tg-spoiler>x</tg-spoiler>"
)
TAG = re.compile(r"</?(?:b|i|blockquote)>")


def units(text: str) -> int:
    return len(text.encode("utf-16-le")) // 2


def shown(markup: str) -> str:
    """What a person reads of our HTML."""
    return html.unescape(TAG.sub("", markup))


def keyboard(*keys: Keys) -> list[list[str]]:
    markup = draw.page(Page("Card", keys)).keyboard
    return [[button.text for button in row] for row in markup.inline_keyboard] if markup else []


def labels(*names: str) -> Keys:
    return Keys(tuple(Key(name, f"do:{name}") for name in names))


def test_a_page_is_a_bold_title_with_its_blocks_below() -> None:
    page = Page(
        "Case C-2026-0007",
        (
            Say("4 h left"),
            Quoted("rusty bolts", by="Huaqiang"),
            Quoted("their line is down"),
            Table((("Owner", "Li Na"), ("Due", "today 14:10"))),
            Image(5, "bolts, close by"),
            Small("as of 10:10"),
            labels("Pass on"),
        ),
    )
    drawn = draw.page(page)
    assert drawn.html.splitlines() == [
        "<b>Case C-2026-0007</b>",
        "4 h left",
        "<blockquote>rusty bolts",
        "— Huaqiang</blockquote>",
        "<blockquote>their line is down</blockquote>",
        "Owner: Li Na",
        "Due: today 14:10",
        "📷 bolts, close by",
        "<i>as of 10:10</i>",
    ]
    assert drawn.plain == shown(drawn.html)


def test_a_page_without_a_title_begins_with_its_words() -> None:
    assert draw.page(Page("", (Say("Done."),))).html == "Done."


@pytest.mark.parametrize(
    "block",
    [
        Say(HOSTILE),
        Small(HOSTILE),
        Quoted(HOSTILE, by=HOSTILE),
        Table(((HOSTILE, HOSTILE),)),
        Image(1, HOSTILE),
    ],
)
def test_nobodys_text_becomes_markup(block: Say | Small | Quoted | Table | Image) -> None:
    drawn = draw.page(Page(HOSTILE, (block,)))
    assert "<" not in TAG.sub("", drawn.html).replace("&lt;", "")
    assert shown(drawn.html) == drawn.plain


@pytest.mark.parametrize(
    "said", ["@wang look", "hello @wang", "请@wang看", "(@wang)", "see tg://user?id=5"]
)
def test_a_name_in_a_text_calls_nobody(said: str) -> None:
    for block in (Say(said), Small(said), Quoted(said, by=said), Table(((said, said),))):
        plain = draw.page(Page(said, (block,))).plain
        assert not re.search(r"@\w|tg://", plain)
        assert said in plain.replace(JOINER, "")


def test_an_address_within_our_sentence_is_dead_too() -> None:
    """A sentence holds names that somebody typed; it cannot tell whose address it is."""
    said = "Visit logged: evil.example, https://evil.example #tag $USD"
    plain = draw.page(Page("", (Say(said),))).plain
    assert "evil.example" not in plain
    assert plain.replace(JOINER, "") == said


@pytest.mark.parametrize(
    "said", ["https://evil.example/x", "evil.example", "宁波.中国", "/approve this", "and /approve"]
)
def test_a_link_or_command_in_somebodys_words_cannot_be_tapped(said: str) -> None:
    plain = draw.page(Page("", (Quoted(said),))).plain
    assert said not in plain
    assert said == plain.replace(JOINER, "")


def test_amounts_and_fractions_in_somebodys_words_stay_as_they_are() -> None:
    said = "about 3.5万, 1/2 of it. No more"
    assert draw.page(Page("", (Quoted(said),))).plain == said


def test_what_nobody_can_see_is_left_out() -> None:
    said = "a\x00b\x07c\u202ed\u2066e\ud800f\r\n\tg"
    drawn = draw.page(Page("", (Say(said), labels(said))))
    assert drawn.html == "abcde\ufffdf\n\tg"
    assert drawn.keyboard
    assert drawn.keyboard.inline_keyboard[0][0].text == "abcde\ufffdf\n\tg"


# --- lengths --------------------------------------------------------------------------------------


@pytest.mark.parametrize("letter", ["a", "中", "&", "<", "😀", "𠮷"])
@pytest.mark.parametrize("beyond", [-1, 0, 1])
def test_a_text_is_cut_where_telegram_would_refuse_it(letter: str, beyond: int) -> None:
    most = TEXT // units(html.escape(letter))
    text = letter * (most + beyond)
    drawn = draw.page(Page("", (Say(text),)))
    assert units(drawn.html) <= TEXT
    assert drawn.plain == (text if beyond <= 0 else drawn.plain.rstrip(CUT) + CUT)
    assert drawn.plain.rstrip(CUT) == letter * len(drawn.plain.rstrip(CUT))
    assert units(drawn.html) > TEXT - 2 * units(html.escape(letter)) - 1


def test_a_page_that_is_too_long_ends_within_its_markup() -> None:
    drawn = draw.page(Page("T", (Quoted("&" * 500), Quoted("b" * 3000), Say("never"))))
    assert drawn.html.endswith(f"b{CUT}</blockquote>")
    assert units(drawn.html) <= 4096


def test_the_ends_of_lines_count_too() -> None:
    drawn = draw.page(Page("", tuple(Say("a" * 9) for _ in range(TEXT // 10 + 5))))
    assert TEXT - 10 < units(drawn.html) <= TEXT


def test_a_page_has_no_more_marks_than_telegram_keeps() -> None:
    drawn = draw.page(Page("T", tuple(Small(f"{n}") for n in range(120))))
    assert (drawn.html.count("<i>"), drawn.html.count("<b>")) == (49, 1)
    assert drawn.plain.splitlines()[-1] == "119"


def test_nothing_is_begun_where_nothing_fits() -> None:
    drawn = draw.page(Page("", (Say("a" * (TEXT - 1)), Say("never"))))
    assert drawn.plain == "a" * (TEXT - 1)


@pytest.mark.parametrize("letter", ["a", "中", "😀", "&"])
@pytest.mark.parametrize("beyond", [-1, 0, 1])
def test_a_toast_is_cut(letter: str, beyond: int) -> None:
    text = letter * (TOAST // units(letter) + beyond)
    toast = draw.toast(text)
    assert units(toast) <= TOAST
    assert (toast == text) == (beyond <= 0)


# --- buttons --------------------------------------------------------------------------------------


def test_short_buttons_stand_three_to_a_row() -> None:
    assert keyboard(labels("Yes", "No", "Back", "Cancel")) == [["Yes", "No", "Back"], ["Cancel"]]


def test_wide_buttons_stand_alone() -> None:
    long = "Approve with a condition"
    assert keyboard(labels("Ask", long, "Reject", "See")) == [
        ["Ask"],
        [long],
        ["Reject", "See"],
    ]
    broader = "批准有条件准入并在十二月三十一日以前取得证书"
    assert keyboard(labels(broader, "Ask")) == [[broader], ["Ask"]]


def test_chinese_letters_are_twice_as_wide() -> None:
    assert keyboard(labels("周五提醒我", "加照片", "改日期", "撤销")) == [
        ["周五提醒我", "加照片", "改日期"],
        ["撤销"],
    ]
    assert keyboard(labels("批准（含条件）", "驳回")) == [["批准（含条件）", "驳回"]]


def test_groups_of_buttons_are_kept_apart() -> None:
    assert keyboard(labels("One", "Two"), Keys(()), labels("Back")) == [["One", "Two"], ["Back"]]


def test_a_page_without_buttons_has_no_keyboard() -> None:
    assert draw.page(Page("Card", (Keys(()),))).keyboard is None


@pytest.mark.parametrize(("asked", "given"), [(99, 99), (100, 100), (101, 100), (250, 100)])
def test_a_keyboard_has_at_most_a_hundred_buttons(asked: int, given: int) -> None:
    rows = keyboard(labels(*(f"{n}" for n in range(asked))))
    assert [label for row in rows for label in row] == [f"{n}" for n in range(given)]
    assert all(rows)


def test_a_button_holds_its_data_and_its_style() -> None:
    keys = Keys((Key("Yes", "go:case7:3~mark", "primary"), Key("No", "no", "danger", "Sure?")))
    markup = draw.page(Page("Card", (keys,))).keyboard
    assert markup
    assert [button.to_dict() for button in markup.inline_keyboard[0]] == [
        {"text": "Yes", "callback_data": "go:case7:3~mark", "style": "primary"},
        {"text": "No", "callback_data": "no", "style": "danger"},
    ]
