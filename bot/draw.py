"""Turns a card into the page that one reader sees: cut to their audience, translated, sealed.

This is the only place where a card is cut, and it comes before every adapter.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import assert_never

from bot import pages
from bot.pages import Block, Image, Key, Keys, Page, Quoted, Say, Small, Table
from bot.platform import Address
from bot.seal import Seal
from bot.words import Reader
from commands.kit.card import (
    Button,
    Buttons,
    Card,
    Download,
    Facts,
    Line,
    Link,
    Note,
    Part,
    Picture,
    Quote,
)
from commands.kit.limits import LABEL, NAME, TITLE, WORDS, shortened
from commands.kit.words import Words

# Letters nobody sees that turn the text after them around, over what others wrote too.
TURNING = dict.fromkeys(map(ord, "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"))
SUMMARY = 240
SHOWN = 2000


@dataclass(frozen=True, slots=True)
class Pen:
    """Draws for one reader at one address."""

    reader: Reader
    address: Address
    seal: Seal

    def page(self, card: Card) -> Page:
        """The card as this reader may see it."""
        parts = [part for part in card.parts if self.reader.may_see(part.to)]
        blocks = tuple(block for part in parts for block in self._block(part))
        title = shortened(self._say(card.title), TITLE)
        return Page(title, blocks, self._summary(title, blocks), self._papers(parts))

    def _papers(self, parts: list[Part]) -> tuple[int, ...]:
        """The files that go along, each once."""
        found = [part.file_id for part in parts if isinstance(part, Download)]
        return tuple(dict.fromkeys(found)) if self.reader.handed else ()

    def _say(self, words: Words) -> str:
        return self.reader.say(words).translate(TURNING)

    def _block(self, part: Part) -> tuple[Block, ...]:
        say = self._say
        match part:
            case Line():
                return (Say(shortened(say(part.text), SHOWN)),)
            case Note():
                return (Small(shortened(say(part.text), SHOWN)),)
            case Quote():
                return (Quoted(shortened(say(part.text), SHOWN), say(part.by)),)
            case Facts():
                rows = ((say(k), shortened(say(v), SHOWN)) for k, v in part.rows)
                return (Table(tuple(rows)),)
            case Link() | Download() | Picture():
                return self._opened(part)
            case Buttons():
                return (Keys(tuple(self._key(b) for b in part.row)),) if part.row else ()
        assert_never(part)

    def _opened(self, part: Link | Download | Picture) -> tuple[Block, ...]:
        """What stands elsewhere: an address, a file by a link of this reader's own, a picture."""
        match part:
            case Link():
                url = self.reader.server + part.url if part.url.startswith("/") else part.url
                return (pages.Link(url, url),)
            case Picture():
                return (Image(part.file_id, shortened(self.reader.say(part.alt), NAME)),)
            case Download():
                return self._handed(part)
        assert_never(part)

    def _handed(self, part: Download) -> tuple[Block, ...]:
        """A file by a link, and what is to be said of links; else the file itself."""
        label = self.reader.say(part.label)
        if self.reader.handed:
            return (Small(f"📎 {label}"),)
        if self.reader.link is None:
            return ()
        note = (Small(self.reader.say(part.note)),) if part.note else ()
        return (pages.Link(label, self.reader.link(part.file_id)), *note)

    def _key(self, button: Button) -> Key:
        label = shortened(self._say(button.label), LABEL)
        confirm = self._say(button.confirm) if button.confirm else ""
        return Key(label, self.seal.sealed(button, self.address), button.style, confirm)

    def _summary(self, title: str, blocks: tuple[Block, ...]) -> str:
        """What a lock screen shows: the title and the first two lines."""
        lines = [b.text for b in blocks if isinstance(b, Say | Quoted)][:2]
        return shortened("\n".join([title, *lines]), min(SUMMARY, WORDS))
