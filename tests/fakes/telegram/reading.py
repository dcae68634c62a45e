"""How a person reads a message: its plain text, its buttons, and what in it is live."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from tests.fakes.telegram.entities import cut
from tests.fakes.telegram.values import Json, Message

_LIVE = frozenset(
    {
        "bot_command",
        "cashtag",
        "email",
        "hashtag",
        "mention",
        "phone_number",
        "text_link",
        "text_mention",
        "url",
    }
)
_TARGETS = ("callback_data", "url")


@dataclass(frozen=True, slots=True)
class Live:
    """Something that can be tapped in a text, or that calls somebody."""

    kind: str
    text: str
    target: str


def live_links(message: Message) -> list[Live]:
    """Everything live in the words, by markup or because Telegram found it in plain text."""
    entities = [entity for entity in message.entities if entity["type"] in _LIVE]
    return [_live(cut(message.words, entity), entity) for entity in entities]


def _live(text: str, entity: Json) -> Live:
    person = entity.get("user", {}).get("id", "")
    return Live(entity["type"], text, str(entity.get("url") or person or text))


def plain(message: Message) -> str:
    """The words and the rows of buttons, line by line, as a person reads them."""
    lines = [*_attached(message.content), message.words]
    lines += ["  ".join(f"[{button['text']}]" for button in row) for row in rows(message.markup)]
    return "\n".join(line for line in lines if line)


def _attached(content: Json) -> Iterator[str]:
    if "document" in content:
        yield str(content["document"].get("file_name", ""))
    if "contact" in content:
        yield f"{content['contact']['first_name']} {content['contact']['phone_number']}"


def rows(markup: Json | None) -> list[list[Json]]:
    """Rows of buttons, of either kind of keyboard."""
    known = markup or {}
    given = known.get("inline_keyboard") or known.get("keyboard") or []
    return [[{"text": b} if isinstance(b, str) else b for b in row] for row in given]


def buttons(message: Message) -> list[tuple[str, str]]:
    """Label and callback data or address of every button; "" for one that has neither."""
    return [
        (button["text"], next((button[key] for key in _TARGETS if key in button), ""))
        for row in rows(message.markup)
        for button in row
    ]
