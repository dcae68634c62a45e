"""Pages and forms as HTML: nothing that anybody wrote becomes markup."""

from __future__ import annotations

import pytest

from bot.pages import (
    Block,
    Date,
    DateAndTime,
    Field,
    Form,
    Image,
    Input,
    Key,
    Keys,
    Line,
    Page,
    Quoted,
    Say,
    Search,
    Select,
    Small,
    Table,
    Upload,
)
from bot.web import draw
from tests.players.web_html import Node, parsed

NASTY = "<script>alert(1)</script>\"'&</textarea></div><img src=x onerror=y>"
ALLOWED = {
    "div", "h2", "h3", "p", "blockquote", "footer", "dl", "dt", "dd", "img", "button", "form",
    "label", "fieldset", "legend", "span", "input", "textarea", "select", "option", "ul", "li",
    "svg", "path", "circle", "rect",
}  # fmt: skip


def address(file_id: int) -> str:
    return f"/picture/{file_id}"


def page(*blocks: Block, title: str = "Title") -> Node:
    return parsed(draw.page(Page(title, blocks), address))


def form(asked: Input, *, value: object = None, required: bool = False, error: str = "") -> Node:
    field = Field("thing", "Which thing?", asked, required, value, error)
    return parsed(draw.form(Form(7, "Title", (field,), "Send", "Cancel")))


def test_a_title_stands_on_every_card() -> None:
    assert page().first("h3").text == "Title"


@pytest.mark.parametrize("sign", ["✅", "⏰", "⚠️"])
def test_a_leading_sign_is_drawn_so_that_no_font_is_needed(sign: str) -> None:
    title = page(title=f"{sign} Done").first("h3")
    assert title.first("svg")["aria-label"] == sign[0]
    assert title.text == f"{sign[0]} Done"


def test_sentences_stand_one_below_the_other() -> None:
    shown = page(Say("One"), Small("Two"))
    assert [(p.text, p["class"]) for p in shown.all("p")] == [("One", ""), ("Two", "small")]


def test_words_are_quoted_with_who_said_them() -> None:
    assert page(Quoted("Rusty", "Zhou")).first("blockquote").text == "Rusty\nZhou"


def test_words_may_be_quoted_without_a_name() -> None:
    assert not page(Quoted("Rusty")).all("footer")


def test_facts_are_names_and_values() -> None:
    assert page(Table((("Owner", "Li Na"), ("Due", "14:10")))).text.endswith(
        "Owner: Li Na\nDue: 14:10"
    )


def test_a_picture_is_fetched_from_where_it_is_kept() -> None:
    picture = page(Image(5, "Rust")).first("img")
    assert (picture["src"], picture["alt"]) == ("/picture/5?as=", "Rust")


def test_a_button_holds_its_data_and_its_question() -> None:
    row = (Key("Undo", "undo:1", "danger", "Really?"), Key("More", "more:1", "unheard of"))
    undo, more = page(Keys(row)).all("button")
    assert (undo["data-press"], undo["data-confirm"]) == ("undo:1", "Really?")
    assert undo.classes == {"key", "danger"}
    assert more.classes == {"key"}
    assert "data-confirm" not in more.attributes


def test_a_card_reads_as_words_too() -> None:
    blocks = (
        Say("One"),
        Small("Two"),
        Quoted("Three"),
        Quoted("Four", "Zhou"),
        Table((("Owner", "Li Na"),)),
        Image(5, "Rust"),
        Keys((Key("A", "a"), Key("B", "b"))),
    )
    assert draw.plain(Page("Title", blocks)).splitlines() == [
        "Title", "One", "Two", "Three", "Four", "Zhou", "Owner: Li Na", "Rust", "[A] [B]",
    ]  # fmt: skip


def test_nothing_anybody_wrote_becomes_markup_on_a_card() -> None:
    blocks = (
        Say(NASTY),
        Small(NASTY),
        Quoted(NASTY, NASTY),
        Table(((NASTY, NASTY),)),
        Image(5, NASTY),
        Keys((Key(NASTY, NASTY, NASTY, NASTY),)),
    )
    shown = page(*blocks, title=NASTY)
    assert {node.tag for node in shown.walk()} <= ALLOWED
    assert len(shown.all("img")) == 1
    assert shown.first("button")["data-press"] == NASTY
    assert shown.first("button")["data-confirm"] == NASTY


INPUTS: tuple[Input, ...] = (
    Line(long=False, most=30),
    Line(long=True, most=30),
    Date(),
    DateAndTime(),
    Select(((NASTY, NASTY),)),
    Select(((NASTY, NASTY),), several=True),
    Select(tuple((f"{n}{NASTY}", NASTY) for n in range(9))),
    Search(NASTY, ((NASTY, NASTY),)),
    Upload(3),
)


@pytest.mark.parametrize("asked", INPUTS, ids=lambda asked: type(asked).__name__)
def test_nothing_anybody_wrote_becomes_markup_in_a_form(asked: Input) -> None:
    field = Field(NASTY, NASTY, asked, required=True, value=NASTY, error=NASTY)
    shown = parsed(draw.form(Form(7, NASTY, (field,), NASTY, NASTY)))
    assert {node.tag for node in shown.walk()} <= ALLOWED
    assert not shown.all("img")
    assert shown.first(has="data-field")["data-field"] == NASTY


@pytest.mark.parametrize("asked", INPUTS, ids=lambda asked: type(asked).__name__)
def test_every_kind_of_question_has_a_label_a_name_and_a_place_for_its_error(asked: Input) -> None:
    shown = form(asked, error="Not so")
    asked_in = shown.first(has="data-field")
    assert asked_in.all("legend") or asked_in.all("label", **{"for": "i-thing"})
    assert any(node["name"].endswith(".thing") for node in shown.walk())
    assert shown.first(id="e-thing").text == "Not so"


def test_what_must_be_answered_is_marked() -> None:
    assert form(Line(long=False, most=9), required=True).all(has="aria-required")
    assert not form(Line(long=False, most=9), required=True).all(has="data-optional")


def test_what_may_be_left_out_is_marked() -> None:
    assert not form(Line(long=False, most=9)).all(has="aria-required")
    assert form(Line(long=False, most=9)).all(has="data-optional")


def test_a_line_keeps_what_was_answered_and_its_limit() -> None:
    line = form(Line(long=False, most=30), value="so far").first("input", name="f.thing")
    assert (line["value"], line["maxlength"]) == ("so far", "30")


def test_long_words_keep_their_first_line_break() -> None:
    long = form(Line(long=True, most=30), value="\nsecond").first("textarea")
    assert "".join(str(part) for part in long.inside) == "\n\nsecond"


def test_a_few_options_stand_side_by_side() -> None:
    shown = form(Select((("a", "A"), ("b", "B"))), value="b")
    assert [n["value"] for n in shown.all("input", type="radio")] == ["a", "b"]
    assert [n["value"] for n in shown.all("input", has="checked")] == ["b"]


def test_many_options_are_a_list() -> None:
    options = tuple((str(n), f"Option {n}") for n in range(9))
    shown = form(Select(options), value="7")
    assert [n["value"] for n in shown.all("option", has="selected")] == ["7"]
    assert len(shown.all("option")) == 10


def test_several_may_be_chosen() -> None:
    shown = form(Select((("a", "A"), ("b", "B")), several=True), value=["a", "b"])
    assert [n["name"] for n in shown.all("input", has="checked")] == ["m.thing", "m.thing"]


def test_a_search_shows_the_name_and_holds_the_value() -> None:
    shown = form(Search("华强", (("#1", "宁波精工"), ("#2", "华强"))), value="#2")
    assert shown.first(has="data-search")["value"] == "华强"
    assert shown.first("input", type="hidden")["value"] == "#2"
    assert [li["data-value"] for li in shown.all("li")] == ["#1", "#2"]


def test_a_moment_may_be_typed_or_picked() -> None:
    shown = form(DateAndTime(), value="2026-10-14 15:00")
    assert shown.first("input", name="f.thing")["value"] == "2026-10-14 15:00"
    assert shown.first("input", type="datetime-local")["data-picks"] == "thing"


def test_pictures_can_be_added_up_to_a_number() -> None:
    assert form(Upload(3)).first("input", type="file")["data-most"] == "3"
