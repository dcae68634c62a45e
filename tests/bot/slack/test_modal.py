"""Forms are drawn within every limit of Slack's, with what was answered so far."""

from __future__ import annotations

import pytest

from bot.pages import Date, DateAndTime, Field, Form, Input, Line, Search, Select, Upload
from bot.slack import modal
from bot.slack.modal import Origin
from tests.bot.slack.scene import visit_form
from tests.fakes.slack import live_mentions, plain
from tests.fakes.slack.limits import check_view
from tests.fakes.slack_props import Json

HERE = Origin("C1", "1.5", "1.7")


def drawn(form: Form) -> Json:
    view: Json = modal.view(form, HERE)
    check_view(view, "modal")
    return view


def asked(
    question: Input,
    value: Json | str | list[str] | None = None,
    *,
    error: str = "",
    required: bool = True,
) -> Json:
    """How one question is drawn."""
    field = Field("f", "Which?", question, required=required, value=value, error=error)
    view = drawn(Form(1, "T", (field,), "Send", "Cancel"))
    element: Json = view["blocks"][-1]["element"]
    return element


def test_a_form_names_its_blocks_after_its_fields() -> None:
    view = drawn(visit_form())
    assert [block["block_id"] for block in view["blocks"]] == [
        "customer",
        "notes",
        "day",
        "at",
        "how",
        "who",
        "photos",
    ]
    assert [block["optional"] for block in view["blocks"]] == [False, False, *[True] * 5]
    assert (view["submit"]["text"], view["close"]["text"]) == ("Send", "Cancel")
    assert modal.opened(view) == (12, HERE)


def test_what_is_wrong_stands_above_its_question() -> None:
    view = drawn(visit_form("Several are meant: <@U1>"))
    assert view["blocks"][0]["type"] == "context"
    assert plain(view).splitlines()[1] == "⚠️ Several are meant: <@U1>"
    assert live_mentions(view) == []


@pytest.mark.parametrize(
    ("question", "value", "kind", "first"),
    [
        (Line(long=True, most=10), "abc", "plain_text_input", {"initial_value": "abc"}),
        (Line(long=False, most=10), None, "plain_text_input", {}),
        (Date(), "2026-10-12", "datepicker", {"initial_date": "2026-10-12"}),
        (Date(), "soon", "datepicker", {}),
        (Date(), None, "datepicker", {}),
        (
            DateAndTime(),
            "2026-10-12 15:00",
            "plain_text_input",
            {"initial_value": "2026-10-12 15:00"},
        ),
        (Search(), "#5", "external_select", {}),
        (Search(chosen="Huaqiang"), None, "external_select", {}),
        (Upload(3), None, "file_input", {"max_files": 3}),
        (Upload(0), None, "file_input", {"max_files": 1}),
        (Upload(11), None, "file_input", {"max_files": 10}),
        (Select(()), "x", "plain_text_input", {}),
    ],
)
def test_a_question_shows_what_was_answered(
    question: Input, value: str | None, kind: str, first: Json
) -> None:
    element = asked(question, value)
    assert element["type"] == kind
    shown = {k: v for k, v in element.items() if k.startswith(("initial", "max_files"))}
    assert shown == first


def test_a_search_shows_whom_was_found() -> None:
    element = asked(Search(chosen="华强"), "#5")
    option = element["initial_option"]
    assert (option["value"], option["text"]["text"]) == ("#5", "华强")
    assert element["min_query_length"] == 0


def test_a_menu_shows_what_was_chosen() -> None:
    options = (("v", "In person"), ("p", "By phone"))
    assert asked(Select(options), "p")["initial_option"]["value"] == "p"
    assert "initial_option" not in asked(Select(options), "gone")
    several = asked(Select(options, several=True), ["p", "v", "gone"])
    assert [option["value"] for option in several["initial_options"]] == ["v", "p"]
    assert "initial_options" not in asked(Select(options, several=True), [])


@pytest.mark.parametrize("letter", ["x", "中", "&", "\U0001f600"])
@pytest.mark.parametrize("size", [0, 23, 24, 25, 74, 75, 76, 1999, 2000, 2001, 2999, 3000, 3001])
def test_texts_keep_their_limits(letter: str, size: int) -> None:
    text = letter * size
    inputs: tuple[Input, ...] = (
        Line(long=True, most=4000),
        DateAndTime(),
        Select((("v", text),)),
        Search(chosen=text or "x"),
    )
    values = (text, text, "v", "#5")
    fields = tuple(
        Field(f"f{n}", text, question, required=True, value=value, error=text)
        for n, (question, value) in enumerate(zip(inputs, values, strict=True))
    )
    drawn(Form(1, text, fields, text, text))


@pytest.mark.parametrize("most", [0, 1, 5])
def test_an_answer_longer_than_its_question_allows_is_cut(most: int) -> None:
    element = asked(Line(long=False, most=most), "abcdef")
    assert len(element["initial_value"]) <= element["max_length"] == max(most, 1)


@pytest.mark.parametrize("count", [0, 1, 99, 100, 101])
def test_options_and_questions_keep_their_number(count: int) -> None:
    options = tuple((f"v{n}", f"Label {n}") for n in range(count))
    field = Field("f", "Which?", Select(options), required=True)
    drawn(Form(1, "T", (field,), "Send", "Cancel"))
    fields = tuple(
        Field(f"f{n}", "?", Line(long=False, most=5), required=False) for n in range(count)
    )
    assert len(drawn(Form(1, "T", fields, "Send", "Cancel"))["blocks"]) == min(max(count, 1), 100)


@pytest.mark.parametrize(("size", "kept"), [(74, 1), (75, 1), (76, 0), (0, 0)])
def test_an_options_value_is_whole_or_the_option_is_left_out(size: int, kept: int) -> None:
    assert len(modal.offered([("v" * size, "Label")])) == kept


def test_a_form_without_questions_has_nowhere_for_errors() -> None:
    view = drawn(Form(1, "T", (), "Send", "Cancel"))
    assert modal.errors(view, {"x": "wrong"}) == {}


def test_errors_keep_their_limit() -> None:
    errors = modal.errors(drawn(visit_form()), {"notes": "x" * 3000})
    assert len(errors["notes"]) == 2000
