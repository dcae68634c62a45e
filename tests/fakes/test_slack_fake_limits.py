"""The fake Slack refuses whatever is one over a limit, and takes whatever is right at it."""

from __future__ import annotations

import pytest
from slack_sdk.errors import SlackApiError

from tests.fakes.slack import FakeSlack, live_mentions, plain
from tests.fakes.slack.limits import Surface, check_message, check_view, problems_with_blocks
from tests.fakes.slack.values import SlackRefusal
from tests.fakes.slack_props import APPROVE, CARD, FORM, Json, asked, error_of, web_client, words


def marked(text: str) -> Json:
    return {"type": "mrkdwn", "text": text}


def section(**rest: object) -> list[Json]:
    return [{"type": "section", **rest}]


def actions(*elements: Json) -> list[Json]:
    return [{"type": "actions", "elements": list(elements)}]


def button(**rest: object) -> list[Json]:
    return actions(APPROVE | rest)


def choice(text: str = "x", value: str = "v") -> Json:
    return {"text": words(text), "value": value}


def menu(kind: str = "static_select", **rest: object) -> list[Json]:
    return actions({"type": kind, "action_id": "menu", **rest})


def table(rows: int, cells: int) -> list[Json]:
    cell = {"type": "raw_text", "text": "x"}
    return [{"type": "table", "rows": [[cell] * cells] * rows}]


AT_LIMIT = [
    ("blocks", lambda n: [{"type": "divider"}] * n, 50),
    ("section", lambda n: section(text=marked("源" * n)), 3000),
    ("field", lambda n: section(fields=[marked("x" * n)]), 2000),
    ("fields", lambda n: section(fields=[marked("x")] * n), 10),
    ("header", lambda n: [{"type": "header", "text": words("x" * n)}], 150),
    ("context", lambda n: [{"type": "context", "elements": [marked("x")] * n}], 10),
    ("actions", lambda n: actions(*(APPROVE | {"action_id": str(i)} for i in range(n))), 25),
    ("markdown", lambda n: [{"type": "markdown", "text": "x" * n}], 12_000),
    ("rows", lambda n: table(n, 1), 100),
    ("cells", lambda n: table(1, n), 20),
    ("button", lambda n: button(text=words("x" * n)), 75),
    ("value", lambda n: button(value="x" * n), 2000),
    ("url", lambda n: button(url="x" * n), 3000),
    ("action_id", lambda n: button(action_id="x" * n), 255),
    ("block_id", lambda n: [{"type": "divider", "block_id": "x" * n}], 255),
    ("confirm title", lambda n: button(confirm=confirm(title=words("x" * n))), 100),
    ("confirm text", lambda n: button(confirm=confirm(text=marked("x" * n))), 300),
    ("confirm button", lambda n: button(confirm=confirm(confirm=words("x" * n))), 30),
    ("deny button", lambda n: button(confirm=confirm(deny=words("x" * n))), 30),
    ("options", lambda n: menu(options=[choice()] * n), 100),
    ("groups", lambda n: menu(option_groups=[group()] * n), 100),
    ("option text", lambda n: menu(options=[choice("x" * n)]), 75),
    ("option value", lambda n: menu(options=[choice(value="x" * n)]), 75),
    ("placeholder", lambda n: menu("users_select", placeholder=words("x" * n)), 150),
    ("overflow", lambda n: menu("overflow", options=[choice()] * n), 5),
    ("radio", lambda n: menu("radio_buttons", options=[choice()] * n), 10),
    ("checkboxes", lambda n: menu("checkboxes", options=[choice()] * n), 10),
    ("alt", lambda n: [{"type": "image", "image_url": "u", "alt_text": "x" * n}], 2000),
    ("label", lambda n: [asked("x" * n, "b", {"type": "plain_text_input"})], 2000),
    ("input", lambda n: [asked("x", "b", {"type": "plain_text_input", "max_length": n})], 3000),
]


def confirm(**rest: object) -> Json:
    dialog: Json = APPROVE["confirm"]
    return dialog | rest


def group() -> Json:
    return {"label": words("g"), "options": [choice()]}


@pytest.mark.parametrize(("name", "make", "most"), AT_LIMIT, ids=[row[0] for row in AT_LIMIT])
def test_a_limit_is_met_but_not_passed(name: str, make: object, most: int) -> None:
    assert callable(make)
    assert list(problems_with_blocks(make(most), "message")) == []
    assert list(problems_with_blocks(make(most + 1), "message"))


VIEWS = [
    ("title", lambda n: {"title": words("x" * n)}, 24),
    ("submit", lambda n: {"submit": words("x" * n)}, 24),
    ("close", lambda n: {"close": words("x" * n)}, 24),
    ("private_metadata", lambda n: {"private_metadata": "x" * n}, 3000),
    ("callback_id", lambda n: {"callback_id": "x" * n}, 255),
    ("blocks", lambda n: {"blocks": [{"type": "divider"}] * n}, 100),
    ("files", lambda n: {"blocks": [asked("x", "b", {"type": "file_input", "max_files": n})]}, 10),
]


@pytest.mark.parametrize(("name", "make", "most"), VIEWS, ids=[row[0] for row in VIEWS])
def test_a_forms_limit_is_met_but_not_passed(name: str, make: object, most: int) -> None:
    assert callable(make)
    check_view(FORM | make(most), "modal")
    with pytest.raises(SlackRefusal, match="invalid_arguments"):
        check_view(FORM | make(most + 1), "modal")


WRONG: list[tuple[str, Surface, list[Json]]] = [
    ("missing required field: alt_text", "message", [{"type": "image", "image_url": "u"}]),
    ("exactly one of image_url", "message", [{"type": "image", "alt_text": "x"}]),
    ("must have text or fields", "message", section()),
    ("more than 0 characters", "message", section(text=marked(""))),
    ("invalid additional property: disabled", "message", button(disabled=True)),
    ("unsupported type: mrkdwn", "message", button(text=marked("x"))),
    ("must be one of primary, danger", "message", button(style="green")),
    ("unsupported type: carousel", "message", [{"type": "carousel"}]),
    ("unsupported type: alert", "message", [{"type": "alert", "text": marked("x")}]),
    ("unsupported type: table", "modal", table(1, 1)),
    ("unsupported type: file_input", "home", [asked("x", "b", {"type": "file_input"})]),
    ("unsupported type: plain_text_input", "message", menu("plain_text_input")),
    ('`action_id` "approve" already exists', "message", actions(APPROVE, APPROVE)),
    ('`block_id` "b" already exists', "message", [{"type": "divider", "block_id": "b"}] * 2),
    ("only one table allowed", "message", table(1, 1) * 2),
    (
        "less than 12001 characters in all",
        "message",
        [{"type": "markdown", "text": "x" * 9000}] * 2,
    ),
    ("among the options", "message", menu(options=[choice()], initial_option=choice("y"))),
    ("exactly one of options", "message", menu()),
    ("failed to match", "message", menu("datepicker", initial_date="13.10.2026")),
    ("missing required field: is_decimal", "modal", [asked("x", "b", {"type": "number_input"})]),
    ("no fewer than 1 items", "message", actions()),
]


@pytest.mark.parametrize(("words_of_slack", "surface", "blocks"), WRONG)
def test_what_slack_refuses_is_named(
    words_of_slack: str, surface: Surface, blocks: list[Json]
) -> None:
    found = list(problems_with_blocks(blocks, surface))
    assert any(words_of_slack in problem for problem in found), found


def test_a_card_and_a_form_that_are_right_pass() -> None:
    check_message({"text": "Hengda", "blocks": CARD})
    check_view(FORM, "modal")


def test_a_form_with_inputs_needs_its_submit() -> None:
    form = {key: value for key, value in FORM.items() if key != "submit"}
    with pytest.raises(SlackRefusal, match="missing required field: submit"):
        check_view(form, "modal")


def test_a_form_too_large_is_refused() -> None:
    heavy = [{"type": "section", "text": marked("源" * 3000)}] * 30
    with pytest.raises(SlackRefusal, match="view_too_large"):
        check_view(FORM | {"blocks": heavy}, "modal")


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        ({"blocks": CARD}, "no_text"),
        ({"text": "x" * 40_001}, "msg_too_long"),
        ({"text": "x", "blocks": {}}, "invalid_blocks_format"),
        ({"text": "x", "blocks": section()}, "invalid_blocks"),
        ({"text": "x", "attachments": [{}] * 101}, "too_many_attachments"),
        ({"text": "x", "metadata": {"event_type": "x"}}, "invalid_metadata_format"),
        ({"text": "x", "link_names": True}, "invalid_arguments"),
    ],
)
def test_a_message_gets_slacks_own_error(arguments: Json, error: str) -> None:
    with pytest.raises(SlackRefusal) as caught:
        check_message(arguments)
    assert caught.value.error == error


async def test_a_refusal_is_told_kept_and_complained_of() -> None:
    async with FakeSlack() as slack:
        slack.add_channel("C1", "quality", "U0BOT")
        client = web_client(slack)
        with pytest.raises(SlackApiError) as caught:
            await client.chat_postMessage(channel="C1", text="x", blocks=button(value="x" * 2001))
        response = caught.value.response
        pointer = "must be less than 2001 characters [json-pointer:/blocks/0/elements/0/value]"
        assert response["error"] == "invalid_blocks"
        assert response["response_metadata"]["messages"] == [f"[ERROR] {pointer}"]
        assert [(r.method, r.error, r.details) for r in slack.refused] == [
            ("chat.postMessage", "invalid_blocks", (pointer,))
        ]
        assert slack.complaints == [f"chat.postMessage invalid_blocks: {pointer}"]
        assert slack.messages("C1") == []
        long = {"channel": "C1", "ts": "1.000001", "text": "x"}
        assert await error_of(client, "chat.update", long) == "message_not_found"


@pytest.mark.parametrize(
    ("text", "live"),
    [
        ("<!channel> <!here|here>", ["<!channel>", "<!here|here>"]),
        ("<@U1> and <@U1|li>", ["<@U1>", "<@U1|li>"]),
        ("<!subteam^S1>", ["<!subteam^S1>"]),
        ("<#C1>", ["<#C1>"]),
        ("<https://x.y|your bank>", ["<https://x.y|your bank>"]),
        ("<mailto:a@b.c>", ["<mailto:a@b.c>"]),
        ("&lt;!channel&gt; &lt;@U1&gt; &lt;https://x.y|z&gt;", []),
        ("3 < 4 > 2, <broken", []),
    ],
)
def test_live_mentions_are_found_wherever_slack_interprets(text: str, live: list[str]) -> None:
    assert live_mentions({"text": text}) == live
    assert live_mentions({"blocks": section(text=marked(text))}) == live
    assert live_mentions({"blocks": section(text=words("x"), fields=[marked(text)])}) == live
    assert live_mentions({"blocks": [{"type": "markdown", "text": text}]}) == live
    assert live_mentions({"blocks": button(confirm=confirm(text=marked(text)))}) == live
    assert live_mentions({"blocks": [{"type": "header", "text": words(text)}]}) == []


def test_rich_text_is_live_by_its_kind() -> None:
    part = {"type": "broadcast", "range": "channel"}
    rich = {"type": "rich_text", "elements": [{"type": "rich_text_section", "elements": [part]}]}
    assert live_mentions({"blocks": [rich]}) == ["<broadcast>"]


def test_plain_is_what_a_person_reads() -> None:
    blocks = [
        {"type": "header", "text": words("C-2026-0007 *")},
        *section(text=marked("*Hua &amp; qiang* _now_ <https://x.y|file> <@U1|li> a_b_c")),
        *section(fields=[marked("~old~"), words("a &amp; b")], accessory=APPROVE),
        {"type": "context", "elements": [marked("by"), marked("`Li`")]},
        *table(1, 2),
        *menu(options=[choice("One")], placeholder=words("Pick")),
    ]
    assert plain({"text": "4 h left &lt; 5", "blocks": blocks}).splitlines() == [
        "4 h left < 5",
        "C-2026-0007 *",
        "Hua & qiang now file @li a_b_c",
        "old",
        "a &amp; b",
        "[Approve]",
        "by Li",
        "x | x",
        "Pick",
    ]
