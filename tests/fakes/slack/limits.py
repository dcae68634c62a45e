"""The limits of Slack's blocks, messages and views: what it would refuse, and with which error."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Literal

from tests.fakes.slack.elements import (
    BESIDE_SECTION,
    ID,
    IMAGE,
    IN_ACTIONS,
    IN_INPUT,
    IN_MODAL_INPUT,
    URL,
    marked,
    plain,
)
from tests.fakes.slack.schema import (
    Problems,
    Rule,
    anything,
    by_type,
    every,
    exactly_one,
    flag,
    listing,
    one_of,
    problem,
    shape,
    some_of,
    string,
    unique,
)
from tests.fakes.slack.values import Json, SlackRefusal

Surface = Literal["message", "modal", "home"]

MOST_BLOCKS: Mapping[Surface, int] = {"message": 50, "modal": 100, "home": 100}
MOST_TEXT_POSTED = 40_000
MOST_TEXT_UPDATED = 4_000
MOST_MARKDOWN = 12_000
MOST_VIEW_BYTES = 250_000
MOST_ATTACHMENTS = 100
MOST_TABLE_TEXT = 10_000

BLOCK_ID: Mapping[str, Rule] = {"block_id": ID}
CELL = by_type(
    {
        "raw_text": shape({"text": string(3000)}),
        "raw_number": shape({"value": anything}, {"text": string(3000)}),
        "rich_text": shape({"elements": listing(anything, 1000)}, BLOCK_ID),
    }
)
RICH_PART = one_of(
    "rich_text_section", "rich_text_list", "rich_text_preformatted", "rich_text_quote"
)


def rich_part(value: object, at: str) -> Problems:
    yield from RICH_PART(value.get("type") if isinstance(value, dict) else None, f"{at}/type")


ANYWHERE: dict[str, Rule] = {
    "section": every(
        shape(
            optional={
                **BLOCK_ID,
                "text": marked(3000),
                "fields": listing(marked(2000), 10),
                "accessory": BESIDE_SECTION,
                "expand": flag,
            }
        ),
        some_of("text", "fields"),
    ),
    "divider": shape(optional=BLOCK_ID),
    "image": every(
        shape(
            {"alt_text": string(2000)},
            {**BLOCK_ID, "image_url": URL, "slack_file": anything, "title": plain(2000)},
        ),
        exactly_one("image_url", "slack_file"),
    ),
    "actions": shape({"elements": listing(IN_ACTIONS, 25)}, BLOCK_ID),
    "context": shape(
        {
            "elements": listing(
                by_type({"image": IMAGE, "plain_text": marked(3000), "mrkdwn": marked(3000)}), 10
            )
        },
        BLOCK_ID,
    ),
    "header": shape({"text": plain(150)}, BLOCK_ID),
    "rich_text": shape({"elements": listing(rich_part, 1000)}, BLOCK_ID),
}


def input_block(element: Rule) -> Rule:
    return shape(
        {"label": plain(2000), "element": element},
        {**BLOCK_ID, "hint": plain(2000), "optional": flag, "dispatch_action": flag},
    )


ON_SURFACE: Mapping[Surface, Rule] = {
    "message": by_type(
        {
            **ANYWHERE,
            "input": input_block(IN_INPUT),
            "markdown": shape({"text": string(MOST_MARKDOWN)}, BLOCK_ID),
            "table": shape(
                {"rows": listing(listing(CELL, 20), 100)},
                {**BLOCK_ID, "column_settings": listing(anything, 20)},
            ),
        }
    ),
    "modal": by_type(
        {
            **ANYWHERE,
            "input": input_block(IN_MODAL_INPUT),
            "alert": shape(
                {"text": marked(200)},
                {**BLOCK_ID, "level": one_of("default", "info", "warning", "error", "success")},
            ),
        }
    ),
    "home": by_type({**ANYWHERE, "input": input_block(IN_INPUT)}),
}


def blocks_at(blocks: list[object], at: str) -> Iterator[tuple[Json, str]]:
    yield from ((b, f"{at}/{n}") for n, b in enumerate(blocks) if isinstance(b, dict))


def elements_of(block: Json) -> list[Json]:
    """The interactive elements of a block, wherever its kind keeps them."""
    kept = [block.get("accessory"), block.get("element")]
    if block.get("type") == "actions" and isinstance(block.get("elements"), list):
        kept += block["elements"]
    return [element for element in kept if isinstance(element, dict)]


def problems_with_ids(blocks: list[object], at: str) -> Problems:
    ids = [
        (b["block_id"], p) for b, p in blocks_at(blocks, at) if isinstance(b.get("block_id"), str)
    ]
    yield from unique(ids, "block_id")
    for block, pointer in blocks_at(blocks, at):
        actions = [
            (element["action_id"], pointer)
            for element in elements_of(block)
            if isinstance(element.get("action_id"), str)
        ]
        yield from unique(actions, "action_id")


def problems_with_sums(blocks: list[object], at: str) -> Problems:
    """Limits over all blocks together: tables, markdown, focus."""
    tables = [b for b, _ in blocks_at(blocks, at) if b.get("type") == "table"]
    if len(tables) > 1:
        yield problem("only one table allowed", at)
    if sum(len(json.dumps(table, ensure_ascii=False)) for table in tables) > MOST_TABLE_TEXT:
        yield problem(f"table must be less than {MOST_TABLE_TEXT + 1} characters", at)
    markdown = (b.get("text") for b, _ in blocks_at(blocks, at) if b.get("type") == "markdown")
    if sum(len(text) for text in markdown if isinstance(text, str)) > MOST_MARKDOWN:
        yield problem(f"markdown must be less than {MOST_MARKDOWN + 1} characters in all", at)
    focused = [
        e for b, _ in blocks_at(blocks, at) for e in elements_of(b) if e.get("focus_on_load")
    ]
    if len(focused) > 1:
        yield problem("only one element can have focus_on_load", at)


def problems_with_blocks(blocks: object, surface: Surface, at: str = "/blocks") -> Problems:
    least = 0 if surface == "home" else 1
    yield from listing(ON_SURFACE[surface], MOST_BLOCKS[surface], least=least)(blocks, at)
    if isinstance(blocks, list):
        yield from problems_with_ids(blocks, at)
        yield from problems_with_sums(blocks, at)


COMMON_VIEW: Mapping[str, Rule] = {
    "private_metadata": string(3000, least=0),
    "callback_id": string(255, least=0),
    "external_id": string(255, least=0),
}
MODAL = shape(
    {"title": plain(24), "blocks": anything},
    {
        **COMMON_VIEW,
        "submit": plain(24),
        "close": plain(24),
        "clear_on_close": flag,
        "notify_on_close": flag,
        "submit_disabled": flag,
    },
)
HOME = shape({"blocks": anything}, COMMON_VIEW)


def problems_with_view(view: object, surface: Surface) -> Problems:
    if not isinstance(view, dict) or view.get("type") != surface:
        yield problem(f"type must be {surface}", "/view/type")
        return
    yield from (MODAL if surface == "modal" else HOME)(view, "/view")
    yield from problems_with_blocks(view.get("blocks"), surface, "/view/blocks")
    blocks = view.get("blocks")
    inputs = isinstance(blocks, list) and any(
        block.get("type") == "input" for block, _ in blocks_at(blocks, "")
    )
    if surface == "modal" and inputs and "submit" not in view:
        yield problem("missing required field: submit", "/view")


def check_view(view: object, surface: Surface) -> None:
    if len(json.dumps(view, ensure_ascii=False).encode()) > MOST_VIEW_BYTES:
        raise SlackRefusal("view_too_large")
    if found := list(problems_with_view(view, surface)):
        raise SlackRefusal("invalid_arguments", *found)


def check_message(arguments: Json, *, most_text: int = MOST_TEXT_POSTED) -> None:
    """Raises what Slack answers to this text and these blocks, attachments and metadata.

    Stricter than Slack in two ways: blocks without text, of which it only warns though no
    notification could be read, are refused, and so is making relayed names live.
    """
    text, blocks = arguments.get("text"), arguments.get("blocks")
    if not text:
        beside = "`text` is missing beside blocks: the notification would be empty"
        raise SlackRefusal("no_text", *([problem(beside, "/text")] if blocks else []))
    if not isinstance(text, str):
        raise SlackRefusal("invalid_arguments", problem("must be a string", "/text"))
    if len(text) > most_text:
        raise SlackRefusal("msg_too_long", problem(f"longer than {most_text}", "/text"))
    if blocks is not None and not isinstance(blocks, list):
        raise SlackRefusal("invalid_blocks_format")
    if blocks and (found := list(problems_with_blocks(blocks, "message"))):
        raise SlackRefusal("invalid_blocks", *found)
    if len(arguments.get("attachments") or []) > MOST_ATTACHMENTS:
        raise SlackRefusal("too_many_attachments")
    check_metadata(arguments.get("metadata"))
    if arguments.get("link_names") or arguments.get("parse") == "full":
        raise SlackRefusal("invalid_arguments", problem("would make relayed names live", "/parse"))


def check_metadata(metadata: object) -> None:
    if metadata is None:
        return
    rule = shape({"event_type": string(255), "event_payload": anything})
    if found := list(rule(metadata, "/metadata")):
        raise SlackRefusal("invalid_metadata_format", *found)
    if not isinstance(metadata, dict) or not isinstance(metadata["event_payload"], dict):
        raise SlackRefusal("invalid_metadata_format", problem("not an object", "/metadata"))
