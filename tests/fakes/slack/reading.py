"""How a person reads a message or view: its plain text, its buttons, and what in it is live."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from tests.fakes.slack.limits import elements_of
from tests.fakes.slack.typed import TOKEN, unescaped
from tests.fakes.slack.values import Json, Message, View
from tests.fakes.slack.workspace import objects_in

LIVE = re.compile(r"<(?:[!@#]|[a-z][a-z0-9+.-]*:)[^<>]*>", re.IGNORECASE)
EMPHASIS = re.compile(r"(?<![\w*_~`])([*_~`])(\S|\S.*?\S)\1(?![\w*_~`])")
LIVE_PARTS = ("user", "usergroup", "broadcast", "link", "channel")

Shown = Message | View | Json


@dataclass(frozen=True, slots=True)
class Button:
    text: str
    action_id: str
    block_id: str
    value: str | None
    url: str | None
    style: str | None
    confirm: Json | None
    element: Json


def blocks_of(shown: Shown) -> list[Json]:
    if isinstance(shown, Message | View):
        return shown.blocks
    blocks: list[Json] = shown.get("blocks") or []
    return blocks


def fallback_of(shown: Shown) -> str:
    if isinstance(shown, Message):
        return shown.text
    return "" if isinstance(shown, View) else str(shown.get("text") or "")


def title_of(shown: Shown) -> str:
    body = shown.body if isinstance(shown, View) else {} if isinstance(shown, Message) else shown
    return str((body.get("title") or {}).get("text", ""))


def marked_texts(shown: Shown) -> Iterator[str]:
    """Every text Slack interprets: fallback, mrkdwn objects, markdown blocks, attachments."""
    yield fallback_of(shown)
    for node in objects_in(blocks_of(shown)):
        if node.get("type") in ("mrkdwn", "markdown") and isinstance(node.get("text"), str):
            yield node["text"]
    for attachment in shown.attachments if isinstance(shown, Message) else ():
        yield from (str(attachment.get(key, "")) for key in ("text", "pretext", "fallback"))


def live_mentions(shown: Shown) -> list[str]:
    """What would ping or link: `<!channel>`, `<@U1>`, `<!subteam^S1>`, `<https://x|y>`."""
    found = [token for text in marked_texts(shown) for token in LIVE.findall(text)]
    for node in objects_in(blocks_of(shown)):
        if node.get("type") == "rich_text":
            parts = (part for part in objects_in(node) if part.get("type") in LIVE_PARTS)
            found += [f"<{part['type']}>" for part in parts]
    return found


def token_as_read(found: re.Match[str]) -> str:
    target, _, label = found[1].partition("|")
    if label:
        return f"@{label}" if target.startswith("@") else label
    if target.startswith(("@", "#")):
        return target
    return f"@{target[1:]}" if target.startswith("!") else target.removeprefix("mailto:")


def as_read(markup: str) -> str:
    """Marked text as it appears: tokens resolved, emphasis marks gone, entities as characters."""
    return unescaped(EMPHASIS.sub(r"\2", TOKEN.sub(token_as_read, markup)))


def text_as_read(node: object) -> str:
    """A text object, whichever its kind; anything else reads as nothing."""
    if not isinstance(node, dict):
        return ""
    text = str(node.get("text", ""))
    return as_read(text) if node.get("type") == "mrkdwn" else text


def lines_of(block: Json) -> Iterator[str]:
    match block["type"]:
        case "markdown":
            yield as_read(block["text"])
        case "image":
            yield text_as_read(block.get("title")) or block["alt_text"]
        case "rich_text":
            yield "".join(rich_as_read(part) for part in objects_in(block))
        case "table":
            for row in block["rows"]:
                yield " | ".join(cell_as_read(cell) for cell in row)
        case "context":
            texts = (e.get("alt_text") or text_as_read(e) for e in block["elements"])
            yield " ".join(texts)
        case _:
            yield from (text_as_read(block.get(key)) for key in ("label", "hint", "text"))
            yield from (text_as_read(field) for field in block.get("fields", ()))
            yield "  ".join(element_as_read(element) for element in elements_of(block))


def rich_as_read(part: Json) -> str:
    match part.get("type"):
        case "text" | "link":
            return str(part.get("text") or part.get("url", ""))
        case "user" | "channel":
            return "@" + str(part.get("user_id") or part.get("channel_id"))
        case "broadcast":
            return f"@{part['range']}"
        case _:
            return ""


def cell_as_read(cell: Json) -> str:
    if cell["type"] == "rich_text":
        return "".join(rich_as_read(part) for part in objects_in(cell))
    return str(cell.get("text") or cell.get("value", ""))


def element_as_read(element: Json) -> str:
    """A button is read in brackets, a menu by its placeholder or its first choice."""
    if element["type"] == "button":
        return f"[{text_as_read(element['text'])}]"
    if element["type"] == "image":
        return str(element["alt_text"])
    if element["type"] in ("radio_buttons", "checkboxes", "overflow"):
        return "  ".join(text_as_read(option["text"]) for option in element["options"])
    return text_as_read(
        (element.get("initial_option") or {}).get("text") or element.get("placeholder")
    )


def plain(shown: Shown) -> str:
    """Title, fallback text and every block, line by line, as a person reads them."""
    lines = [title_of(shown), as_read(fallback_of(shown))]
    for block in blocks_of(shown):
        lines.extend(lines_of(block))
    return "\n".join(line for line in lines if line)


def buttons(shown: Shown) -> list[Button]:
    return [
        Button(
            text=text_as_read(element["text"]),
            action_id=element.get("action_id", ""),
            block_id=block.get("block_id", ""),
            value=element.get("value"),
            url=element.get("url"),
            style=element.get("style"),
            confirm=element.get("confirm"),
            element=element,
        )
        for block in blocks_of(shown)
        for element in elements_of(block)
        if element["type"] == "button"
    ]
