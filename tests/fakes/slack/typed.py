"""What Slack's client makes of typed text: entities escaped, names and addresses made live."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable

from tests.fakes.slack.values import Json
from tests.fakes.slack.workspace import Workspace

ADDRESS = re.compile(r"[A-Za-z0-9_.+-]+@[\w-]+(?:\.[\w-]+)+|https?://[^\s|<>]+")
TOKEN = re.compile(r"<([^<>]+)>")
BROADCASTS = ("channel", "here", "everyone")


def escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def unescaped(text: str) -> str:
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


def named(sign: str, names: Iterable[str]) -> re.Pattern[str]:
    """Any of these names after the sign, longest first."""
    ordered = sorted((re.escape(name) for name in names if name), key=len, reverse=True)
    return re.compile(rf"{sign}({'|'.join(ordered) or '(?!)'})")


def address(found: re.Match[str]) -> str:
    target = found[0]
    return f"<mailto:{target}|{target}>" if "://" not in target else f"<{target}>"


def as_typed(workspace: Workspace, text: str, *, labelled: bool = False) -> str:
    """The wire form of what a person typed; commands get `<@U1|name>`, messages `<@U1>`."""
    people = {user.name: user.id for user in workspace.users.values()}
    channels = {channel.name: channel.id for channel in workspace.channels.values()}

    def person(found: re.Match[str]) -> str:
        return f"<@{people[found[1]]}|{found[1]}>" if labelled else f"<@{people[found[1]]}>"

    def channel(found: re.Match[str]) -> str:
        return f"<#{channels[found[1]]}|{found[1]}>"

    steps: list[tuple[re.Pattern[str], Callable[[re.Match[str]], str]]] = [
        (ADDRESS, address),
        (named("@", people), person),
        (named("#", channels), channel),
        (named("@", BROADCASTS), lambda found: f"<!{found[1]}>"),
    ]
    pieces = [escaped(text)]
    for pattern, replace in steps:
        pieces = [part for piece in pieces for part in divided(piece, pattern, replace)]
    return "".join(pieces)


def divided(
    piece: str, pattern: re.Pattern[str], replace: Callable[[re.Match[str]], str]
) -> Iterable[str]:
    """The piece cut at each match; what is live already is left alone."""
    if TOKEN.fullmatch(piece):
        yield piece
        return
    end = 0
    for found in pattern.finditer(piece):
        yield piece[end : found.start()]
        yield replace(found)
        end = found.end()
    yield piece[end:]


def rich_element(token: str) -> Json:
    target, _, label = token.partition("|")
    if target.startswith("@"):
        return {"type": "user", "user_id": target[1:]}
    if target.startswith("#"):
        return {"type": "channel", "channel_id": target[1:]}
    if target.startswith("!"):
        return {"type": "broadcast", "range": target[1:]}
    return {"type": "link", "url": target} | ({"text": label} if label else {})


def rich_text(markup: str, block_id: str) -> Json:
    """The rich_text block Slack puts beside a typed message."""
    parts: list[Json] = []
    for number, piece in enumerate(TOKEN.split(markup)):
        if number % 2:
            parts.append(rich_element(piece))
        elif piece:
            parts.append({"type": "text", "text": unescaped(piece)})
    section = {"type": "rich_text_section", "elements": parts}
    return {"type": "rich_text", "block_id": block_id, "elements": [section]}
