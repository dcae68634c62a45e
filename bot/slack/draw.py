"""Draws pages for Slack: blocks in which nobody's words are read as markup, within Slack's limits.

Titles, quotations and tables are rich text, sentences are plain text: neither knows mentions,
links or emphasis by signs, so there is nothing to disarm. Only the line of a notification is
markup, and is escaped.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import count
from typing import Any, assert_never

from bot.pages import Block, Image, Key, Keys, Link, Page, Quoted, Say, Small, Table
from bot.slack.markup import CUT, marked, words

Json = Any

BLOCKS = 50
ALL_TEXT = 12_000  # Slack refuses somewhat above 13,000, and names no limit
SECTION = 3000
SMALL = 2000
TITLE = 150
ROWS = 100
IN_ROW = 5
LABEL = 75
VALUE = 2000
CONFIRM_TITLE = 100
CONFIRM_TEXT = 300
CONFIRM_LABEL = 30
NOTIFICATION = 3000
STYLES = {"primary", "danger"}
# A dialog must have a button for "no", and a page brings no word for it.
NO = "✕"


def message(page: Page) -> dict[str, Json]:
    """A page as the arguments of a post: the blocks, and the text that a notification reads."""
    return {"text": notification(page.summary or page.title), "blocks": blocks(page)}


def notification(text: str) -> str:
    """A line that stands without blocks, where Slack reads markup."""
    return marked(text, NOTIFICATION)


def blocks(page: Page, most: int = BLOCKS) -> list[Json]:
    """A page as blocks. When it is too long, words give way, never buttons."""
    numbers = count()
    title = [_bold(page.title)] if page.title else []
    drawn = [*title, *(one for block in page.blocks for one in _block(block, numbers))]
    kept = list(_within(drawn, ALL_TEXT)) or [_said(page.summary)]
    return _at_most(kept if len(kept) <= most else list(_folded(kept)), most)


def text(said: str, most: int) -> Json:
    """Words that Slack does not read for markup."""
    return {"type": "plain_text", "text": words(said, most), "emoji": False}


def small(said: str) -> Json:
    """A line in small print."""
    return {"type": "context", "elements": [text(said, SMALL)]}


def _block(block: Block, numbers: Iterator[int]) -> Iterator[Json]:
    match block:
        case Say():
            yield _said(block.text)
        case Small():
            yield small(block.text)
        case Quoted():
            yield from _quoted(block)
        case Table():
            yield from _table(block)
        case Image():
            yield _image(block)
        case Link():
            link = {"type": "link", "url": block.url, "text": words(block.label, LABEL)}
            yield _rich("rich_text_section", [link])
        case Keys():
            yield from _keys(block.row, numbers)
        case _:
            assert_never(block)


def _image(block: Image) -> Json:
    """A picture that was uploaded, and until then a line that says what it is."""
    if not block.remote:
        return small(f"📷 {block.alt}")
    alt = words(block.alt, SMALL) or "📷"
    return {"type": "image", "slack_file": {"id": block.remote}, "alt_text": alt}


def _said(said: str) -> Json:
    return {"type": "section", "text": text(said, SECTION)}


def _bold(said: str) -> Json:
    return _rich("rich_text_section", [_literal(said, TITLE, bold=True)])


def _quoted(quoted: Quoted) -> Iterator[Json]:
    yield _rich("rich_text_quote", [_literal(quoted.text)])
    if quoted.by:
        yield small(f"— {quoted.by}")


def _table(table: Table) -> Iterator[Json]:
    """A line for each row: columns collapse on phones."""
    parts: list[Json] = []
    for name, value in table.rows[:ROWS]:
        row = [_literal(name, LABEL, bold=True), _literal(value, SMALL, "  ")]
        if parts and _size({"elements": [*parts, *row]}) > SECTION:
            yield _rich("rich_text_section", parts)
            parts = []
        newline = [{"type": "text", "text": "\n"}] if parts else []
        parts += [*newline, *row]
    if parts:
        yield _rich("rich_text_section", parts)


def _rich(kind: str, parts: list[Json]) -> Json:
    return {"type": "rich_text", "elements": [{"type": kind, "elements": parts}]}


def _literal(said: str, most: int = SECTION, before: str = "", *, bold: bool = False) -> Json:
    part: Json = {"type": "text", "text": before + words(said, most)}
    return part | ({"style": {"bold": True}} if bold else {})


# --- buttons --------------------------------------------------------------------------------------


def _keys(row: tuple[Key, ...], numbers: Iterator[int]) -> Iterator[Json]:
    """Rows of buttons. One whose data does not fit is left out: cut, it would be another."""
    fitting = [key for key in row if 0 < len(key.data) <= VALUE]
    for start in range(0, len(fitting), IN_ROW):
        elements = [_button(key, next(numbers)) for key in fitting[start : start + IN_ROW]]
        yield {"type": "actions", "elements": elements}


def _button(key: Key, number: int) -> Json:
    button: Json = {
        "type": "button",
        "text": text(key.label, LABEL),
        "action_id": f"k:{number}",
        "value": key.data,
    }
    if key.style in STYLES:
        button["style"] = key.style
    if key.confirm:
        button["confirm"] = _dialog(key)
    return button


def _dialog(key: Key) -> Json:
    return {
        "title": text(key.label, CONFIRM_TITLE),
        "text": text(key.confirm, CONFIRM_TEXT),
        "confirm": text(key.label, CONFIRM_LABEL),
        "deny": text(NO, CONFIRM_LABEL),
    }


# --- limits over a whole page ---------------------------------------------------------------------


def _within(drawn: Iterable[Json], room: int) -> Iterator[Json]:
    """The blocks whose words fit, and a sign where others are left out; buttons always fit."""
    for block in drawn:
        size = _size(block)
        if block["type"] == "actions" or size <= room:
            yield block
            room -= size
        elif room > 0:
            yield small(CUT)
            room = 0


def _size(node: Json) -> int:
    """How many characters of text a block holds."""
    if "alt_text" in node:
        return len(node["alt_text"])
    if "elements" in node:
        return sum(_size(part) for part in node["elements"])
    said = node["text"]
    return len(said) if isinstance(said, str) else _size(said)


def _folded(drawn: Iterable[Json]) -> Iterator[Json]:
    """Sentences one below the other share a block, as many as it holds."""
    last: Json = None
    for block in drawn:
        both = last and f"{last['text']['text']}\n{block['text']['text']}" if _plain(block) else ""
        if last and both and len(both) <= SECTION:
            last = _said(both)
            continue
        if last:
            yield last
        last = block if _plain(block) else None
        if last is None:
            yield block
    if last:
        yield last


def _plain(block: Json) -> bool:
    return bool(block["type"] == "section")


def _at_most(drawn: list[Json], most: int) -> list[Json]:
    """So many blocks at most: what is left out are the last ones that are not buttons."""
    buttons = sum(1 for block in drawn if block["type"] == "actions")
    room = max(most - buttons, 0)
    kept: list[Json] = []
    for block in drawn:
        if block["type"] != "actions":
            room -= 1
        if block["type"] == "actions" or room >= 0:
            kept.append(block)
    return kept[:most]
