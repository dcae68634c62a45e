"""Telegram's HTML: the tags it knows, properly nested; anything else is refused.

Stricter than Telegram in three things its documentation asks for and its server forgives: a bare
`&` or `>`, an entity inside code, and a link whose address leads nowhere.
"""

from __future__ import annotations

import html
import re
from collections.abc import Callable
from dataclasses import dataclass

from tests.fakes.telegram.entities import Formatted, cleaned, finished, utf16
from tests.fakes.telegram.values import Json, TelegramRefusal, User, bad

_TOKEN = re.compile(
    r"<(?P<end>/?)(?P<tag>[A-Za-z][A-Za-z0-9-]*)(?P<rest>[^<>]*)>"
    r"|&(?P<entity>#\d{1,7}|#x[0-9A-Fa-f]{1,6}|lt|gt|amp|quot);"
    r"|(?P<bad>[<>&])"
)
_ATTRIBUTES = re.compile(r"(?:\s+[a-z-]+(?:=(?:\"[^\"]*\"|'[^']*'))?)*\s*")
_ATTRIBUTE = re.compile(r"([a-z-]+)(?:=(?:\"([^\"]*)\"|'([^']*)'))?")
_PLAIN = {
    "b": "bold",
    "strong": "bold",
    "i": "italic",
    "em": "italic",
    "u": "underline",
    "ins": "underline",
    "s": "strikethrough",
    "strike": "strikethrough",
    "del": "strikethrough",
    "tg-spoiler": "spoiler",
    "code": "code",
    "pre": "pre",
}
_LANGUAGE = "language-"
_ADDRESS = re.compile(
    r"(?:https?://[^\s/?#]+\.?[^\s]*|tg://\S+|mailto:\S+@\S+|tel:\+?\d+)", re.IGNORECASE
)
_PERSON = re.compile(r"tg://user\?id=(\d+)")

Knows = Callable[[int], User | None]


@dataclass(slots=True)
class _Open:
    """A tag not closed yet; `entity` is None for one that adds nothing of its own."""

    tag: str
    entity: Json | None


def parsed(source: str, knows: Knows) -> Formatted:
    """Read HTML, or refuse it; `knows` finds the person that a tg://user link mentions."""
    reader = _Reader(cleaned(source), knows)
    return finished(*reader.read())


class _Reader:
    def __init__(self, source: str, knows: Knows) -> None:
        self._source = source
        self._knows = knows
        self._text: list[str] = []
        self._length = 0
        self._open: list[_Open] = []
        self._entities: list[Json] = []

    def read(self) -> tuple[str, list[Json]]:
        end = 0
        for token in _TOKEN.finditer(self._source):
            self._say(self._source[end : token.start()])
            self._take(token)
            end = token.end()
        self._say(self._source[end:])
        if self._open:
            raise unparsable(
                f'Can\'t find end tag corresponding to start tag "{self._open[-1].tag}"'
            )
        return "".join(self._text), self._entities

    def _take(self, token: re.Match[str]) -> None:
        if token["entity"]:
            self._say(html.unescape(token[0]))
        elif token["bad"]:
            raise self._fault(f'Character "{token["bad"]}" must be escaped', token)
        elif token["end"]:
            self._close(token)
        else:
            self._begin(token)

    def _say(self, text: str) -> None:
        self._text.append(text)
        self._length += utf16(text)

    def _begin(self, token: re.Match[str]) -> None:
        tag = token["tag"].lower()
        if not _ATTRIBUTES.fullmatch(token["rest"]):
            raise self._fault(f'Attributes of the tag "{tag}" are malformed', token)
        given = {
            name: html.unescape(double or single)
            for name, double, single in _ATTRIBUTE.findall(token["rest"])
        }
        entity = self._meant(tag, given, token)
        self._open.append(_Open(tag, entity and entity | {"offset": self._length}))

    def _close(self, token: re.Match[str]) -> None:
        tag = token["tag"].lower()
        if not self._open or token["rest"].strip():
            raise self._fault("Unexpected end tag", token)
        last = self._open.pop()
        if last.tag != tag:
            raise self._fault(
                f'Unmatched end tag, expected "</{last.tag}>", found "</{tag}>"', token
            )
        if last.entity and (length := self._length - last.entity["offset"]):
            self._entities.append(last.entity | {"length": length})

    def _meant(self, tag: str, given: Json, token: re.Match[str]) -> Json | None:
        """The entity that a tag opens."""
        if tag == "code" and self._open and self._open[-1].tag == "pre":
            self._name_language(self._open[-1], given)
            return None
        self._check_place(tag, token)
        match tag, given:
            case "a", {"href": address}:
                return self._link(address, token)
            case "span", {"class": "tg-spoiler"}:
                return {"type": "spoiler"}
            case "blockquote", _:
                wide = "expandable_blockquote" if "expandable" in given else "blockquote"
                return {"type": wide}
            case "tg-emoji", {"emoji-id": number}:
                return {"type": "custom_emoji", "custom_emoji_id": number}
            case _ if tag in _PLAIN:
                return {"type": _PLAIN[tag]}
            case _:
                raise self._fault(f'Unsupported start tag "{tag}"', token)

    def _check_place(self, tag: str, token: re.Match[str]) -> None:
        """Nothing stands inside code, and neither links nor quotations in their own kind."""
        for around in self._open:
            if around.tag in ("code", "pre"):
                raise self._fault(f'Tag "{tag}" inside code', token)
            if around.tag == tag and tag in ("a", "blockquote"):
                raise self._fault(f'Tag "{tag}" inside "{tag}"', token)

    def _name_language(self, pre: _Open, given: Json) -> None:
        named = str(given.get("class", ""))
        if pre.entity and named.startswith(_LANGUAGE):
            pre.entity["language"] = named.removeprefix(_LANGUAGE)

    def _link(self, address: str, token: re.Match[str]) -> Json | None:
        if person := _PERSON.fullmatch(address):
            user = self._knows(int(person[1]))
            return {"type": "text_mention", "user": user.as_json()} if user else None
        if not _ADDRESS.fullmatch(address):
            raise self._fault(f'Address "{address}" leads nowhere', token)
        return {"type": "text_link", "url": address}

    def _fault(self, words: str, token: re.Match[str]) -> TelegramRefusal:
        offset = len(self._source[: token.start()].encode())
        return unparsable(f"{words} at byte offset {offset}")


def unparsable(words: str) -> TelegramRefusal:
    return bad(f"can't parse entities: {words}")
