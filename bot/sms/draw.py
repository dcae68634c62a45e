"""Draws pages as text messages: title and lines, short, without emoji."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import assert_never

from bot.pages import Block, Image, Keys, Link, Page, Quoted, Say, Small, Table
from commands.kit.limits import shortened

LONGEST = 300
# Many networks drop or replace them, and a single one halves the room of a message.
_EMOJI = re.compile(
    "[\U0001f000-\U0001faff\u2600-\u27bf\u2b00-\u2bff\u231a-\u23ff\u200d\u20e3\ufe0e\ufe0f"
    "\U000e0020-\U000e007f]"
)
_UNSEEN = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")


def text(page: Page) -> str:
    """The page as a text message."""
    lines = [page.title, *(line for block in page.blocks for line in _lines(block))]
    cleaned = (_clean(line) for line in lines)
    return shortened("\n".join(line for line in cleaned if line), LONGEST)


def _lines(block: Block) -> Iterator[str]:
    """Links, pictures and buttons stay behind, and so does the small print."""
    match block:
        case Say() | Quoted():
            yield block.text
        case Table():
            yield from (f"{name}: {value}" for name, value in block.rows)
        case Small() | Link() | Image() | Keys():
            return
        case _:
            assert_never(block)


def _clean(line: str) -> str:
    whole = line.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    bare = _UNSEEN.sub(" ", _EMOJI.sub("", whole))
    kept = (" ".join(part.split()) for part in bare.split("\n"))
    return "\n".join(part for part in kept if part)
