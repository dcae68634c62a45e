"""What Telegram itself makes of a text: cleaned, trimmed, and with what it finds made live."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from tests.fakes.telegram.values import Json, bad

MOST_ENTITIES = 100
# What is told apart from text by looks alone, the greedy ones first.
_TOP_LEVELS = (
    "com|org|net|edu|gov|info|biz|cn|io|me|co|de|ru|uk|us|eu|app|dev|xyz|top|vip|shop|link"
)
_FOUND: tuple[tuple[str, re.Pattern[str]], ...] = (
    (
        "url",
        re.compile(
            r"(?:https?|tg)://[^\s<>\"«»“”]*[^\s<>\"«»“”.,;:!?'()，。；：！？）]", re.IGNORECASE
        ),
    ),
    ("email", re.compile(r"(?<![\w.+-])[\w.+-]+@(?:[\w-]+\.)+[A-Za-z]{2,}(?!\w)", re.ASCII)),
    (
        "url",
        re.compile(
            rf"(?<![A-Za-z0-9_@./:-])(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\.)+(?:{_TOP_LEVELS})(?![\w-])"
            r"(?::\d+)?(?:[/?#][^\s<>\"«»“”]*[^\s<>\"«»“”.,;:!?'()，。；：！？）])?",
            re.IGNORECASE,
        ),
    ),
    ("mention", re.compile(r"(?<!\w)@[A-Za-z0-9_]{3,32}(?!\w)")),
    (
        "bot_command",
        re.compile(r"(?<![\w/<>])/[A-Za-z0-9_]{1,64}(?:@[A-Za-z0-9_]{3,32})?(?![\w/<>])"),
    ),
    ("hashtag", re.compile(r"(?<![\w#])#(?=\w*[^\W\d])\w{1,256}(?![\w#])")),
    ("cashtag", re.compile(r"(?<![\w$])\$[A-Z]{1,8}(?![\w$])")),
)
# Nothing is found inside these.
_OPAQUE = frozenset({"code", "pre", "text_link", "text_mention"})
_CONTROL = {code: " " for code in range(32) if chr(code) != "\n"} | {ord("\r"): None}
# Line separators and the marks that turn the writing direction are dropped.
_DROPPED: dict[int, str | None] = dict.fromkeys(range(0x2028, 0x202F))
_CLEAN = _CONTROL | _DROPPED


@dataclass(frozen=True, slots=True)
class Formatted:
    text: str
    entities: list[Json] = field(default_factory=list)


def utf16(text: str) -> int:
    """How long Telegram finds a text."""
    return len(text.encode("utf-16-le")) // 2


def cut(text: str, entity: Json) -> str:
    """The part of the text that an entity covers."""
    units = text.encode("utf-16-le")
    start = entity["offset"] * 2
    return units[start : start + entity["length"] * 2].decode("utf-16-le", "replace")


def cleaned(text: str) -> str:
    return text.translate(_CLEAN)


def finished(text: str, marked: Sequence[Json] = ()) -> Formatted:
    """A text with its markup's entities becomes what is kept: trimmed, found entities added."""
    trimmed = text.strip()
    before = utf16(text[: len(text) - len(text.lstrip())])
    kept = [moved for entity in marked if (moved := _moved(entity, before, utf16(trimmed)))]
    if len(kept) > MOST_ENTITIES:
        raise bad(f"only the first {MOST_ENTITIES} entities would be kept (refused by this fake)")
    entities = (kept + list(_found(trimmed, kept)))[:MOST_ENTITIES]
    return Formatted(trimmed, sorted(entities, key=lambda e: (e["offset"], -e["length"])))


def _moved(entity: Json, before: int, length: int) -> Json | None:
    start = max(entity["offset"] - before, 0)
    end = min(entity["offset"] + entity["length"] - before, length)
    return entity | {"offset": start, "length": end - start} if end > start else None


def _found(text: str, marked: Sequence[Json]) -> Iterator[Json]:
    taken = [_span(entity) for entity in marked if entity["type"] in _OPAQUE]
    for kind, pattern in _FOUND:
        for match in pattern.finditer(text):
            offset = utf16(text[: match.start()])
            entity = {"type": kind, "offset": offset, "length": utf16(match[0])}
            start, end = _span(entity)
            if all(end <= other_start or other_end <= start for other_start, other_end in taken):
                taken.append((start, end))
                yield entity


def _span(entity: Json) -> tuple[int, int]:
    return entity["offset"], entity["offset"] + entity["length"]
