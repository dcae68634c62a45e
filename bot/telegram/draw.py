"""Draws pages for Telegram: HTML without anybody's markup, plain text, and a keyboard."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from html import escape
from itertools import accumulate, takewhile
from typing import assert_never

from telegram import InlineKeyboardButton, InlineKeyboardMarkup

from bot.pages import Block, Image, Key, Keys, Link, Page, Quoted, Say, Small, Table

TEXT = 4000  # of 4,096: counted after escaping, so never more than Telegram counts
TOAST = 200
TOPIC = 128
ROW = 32  # columns of letters that fit on a phone
MOST_IN_ROW = 3
BUTTONS = 100
MARKED = 50  # Telegram keeps 100 marked stretches, among them those that it finds itself
CUT = "…"
# Unseen; what it joins is no longer a name, an address or a command to Telegram.
JOINER = "\u2060"

# Telegram makes mentions, links and commands of plain text by itself.
_MENTION = re.compile(r"(?<![A-Za-z0-9])@(?=\w)|(?<=\btg:)(?=//)", re.IGNORECASE)
_LINK = re.compile(r"(?<=\w)\.(?=[^\W\d_]{2})|(?<=:)(?=//)|(?<!\w)[#$](?=\w)")
_COMMAND = re.compile(r"(?<![\w/])/(?=\w)")
# What nobody types: controls, and marks that turn the direction of all that follows.
_UNSEEN = re.compile("[\x00-\x08\x0b-\x1f\x7f\u202a-\u202e\u2066-\u2069]")


@dataclass(frozen=True, slots=True)
class Drawn:
    """A page for Telegram. `plain` says the same when Telegram refuses our HTML."""

    html: str
    plain: str
    keyboard: InlineKeyboardMarkup | None


@dataclass(frozen=True, slots=True)
class _Piece:
    text: str
    before: str = ""
    after: str = ""

    @property
    def html(self) -> str:
        return f"{self.before}{_escaped(self.text)}{self.after}"


def page(drawn: Page) -> Drawn:
    """A page as a message."""
    pieces = list(_fitting(_sparing(_pieces(drawn)), TEXT))
    text = "\n".join(piece.html for piece in pieces)
    plain = "\n".join(piece.text for piece in pieces)
    return Drawn(text, plain, _keyboard(drawn.blocks))


def toast(text: str) -> str:
    """A passing word over the chat."""
    cleaned = _clean(text)
    return cleaned if _units(cleaned) <= TOAST else _cut(cleaned, TOAST, _units)


def topic(title: str) -> str:
    """What a topic is called."""
    cleaned = _clean(title)
    return cleaned if _units(cleaned) <= TOPIC else _cut(cleaned, TOPIC, _units)


# --- text ---------------------------------------------------------------------------------------


def _pieces(drawn: Page) -> Iterator[_Piece]:
    if drawn.title:
        yield _Piece(_disarmed(drawn.title), "<b>", "</b>")
    for block in drawn.blocks:
        yield from _block(block)


def _block(block: Block) -> Iterator[_Piece]:
    match block:
        case Say():
            yield _Piece(_disarmed(block.text))
        case Small():
            yield _Piece(_disarmed(block.text), "<i>", "</i>")
        case Quoted():
            yield _Piece(_quoted(block), "<blockquote>", "</blockquote>")
        case Table():
            yield from (_Piece(_disarmed(f"{name}: {value}")) for name, value in block.rows)
        case Image():
            yield _Piece(_disarmed(f"📷 {block.alt}"))
        case Link():
            label = block.label if block.label == block.url else _disarmed(block.label)
            yield _Piece(_clean(label), f'<a href="{escape(block.url)}">', "</a>")
        case Keys():
            return
        case _:
            assert_never(block)


def _quoted(block: Quoted) -> str:
    """Somebody's words, and whose. Only our own sentences may hold commands to tap."""
    by = f"\n— {_disarmed(block.by)}" if block.by else ""
    return _COMMAND.sub(lambda found: found[0] + JOINER, _disarmed(block.text)) + by


def _disarmed(text: str) -> str:
    """No mention, link or tag: somebody's words stand in our sentences too."""
    dead = _MENTION.sub(lambda found: found[0] + JOINER, _clean(text))
    return _LINK.sub(lambda found: found[0] + JOINER, dead)


def _clean(text: str) -> str:
    whole = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return _UNSEEN.sub("", whole)


def _sparing(pieces: Iterable[_Piece]) -> Iterator[_Piece]:
    """The pieces, the later ones without marks if there are too many."""
    marks = MARKED
    for piece in pieces:
        marks -= bool(piece.before)
        yield piece if marks >= 0 else _Piece(piece.text)


def _fitting(pieces: Iterable[_Piece], room: int) -> Iterator[_Piece]:
    """The pieces that Telegram takes; the one that passes the limit is cut between characters."""
    for piece in pieces:
        size = _escaped_units(piece.text)
        if size > room:
            if room > 1:
                yield _Piece(_cut(piece.text, room, _escaped_units), piece.before, piece.after)
            return
        yield piece
        room -= size + 1


def _cut(text: str, room: int, size: Callable[[str], int]) -> str:
    """As much of a text that is too long as fits with an ellipsis, cut between characters."""
    sizes = accumulate(size(letter) for letter in text)
    end = sum(1 for _ in takewhile(lambda so_far: so_far < room, sizes))
    return text[:end].rstrip() + CUT


def _escaped(text: str) -> str:
    return escape(text, quote=False)


def _escaped_units(text: str) -> int:
    return _units(_escaped(text))


def _units(text: str) -> int:
    """Telegram counts in UTF-16: most emoji and rare characters are two."""
    return len(text.encode("utf-16-le")) // 2


# --- buttons ------------------------------------------------------------------------------------


def _keyboard(blocks: Iterable[Block]) -> InlineKeyboardMarkup | None:
    """The buttons. A question before pressing can't be shown here; the door does not rely on it."""
    keys = (block.row for block in blocks if isinstance(block, Keys))
    rows = [[_button(key) for key in row] for group in keys for row in _rows(group)]
    return InlineKeyboardMarkup(list(_at_most(rows, BUTTONS))) if rows else None


def _at_most(
    rows: Iterable[list[InlineKeyboardButton]], room: int
) -> Iterator[list[InlineKeyboardButton]]:
    for row in rows:
        if room > 0:
            yield row[:room]
        room -= len(row)


def _rows(keys: Iterable[Key]) -> Iterator[list[Key]]:
    """Two or three short buttons to a row; all of a row are as wide as its widest."""
    row: list[Key] = []
    for key in keys:
        widest = max(_width(one.label) for one in (*row, key))
        if len(row) == MOST_IN_ROW or widest * (len(row) + 1) > ROW:
            if row:
                yield row
            row = []
        row.append(key)
    if row:
        yield row


def _button(key: Key) -> InlineKeyboardButton:
    return InlineKeyboardButton(_clean(key.label), callback_data=key.data, style=key.style or None)


def _width(label: str) -> int:
    return sum(2 if unicodedata.east_asian_width(letter) in "WF" else 1 for letter in label)
