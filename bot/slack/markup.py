"""Text between Slack's markup and plain words, in both directions, and cut to Slack's limits."""

from __future__ import annotations

import re
from collections.abc import Callable
from itertools import accumulate, takewhile

CUT = "…"
NOTHING = "-"

_TOKEN = re.compile(r"<((?:[@#!]|[a-zA-Z][a-zA-Z0-9+.-]*:)[^<>]*)>")
_ENTITIES = {"&": "&amp;", "<": "&lt;", ">": "&gt;"}
# What nobody types: controls, and marks that turn the direction of all that follows.
_UNSEEN = re.compile("[\x00-\x08\x0b-\x1f\x7f\u202a-\u202e\u2066-\u2069]")


def whole(text: str) -> str:
    """Text without what no database keeps: NUL, and halves of characters."""
    joined = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return joined.replace("\0", "")


# --- what people wrote ----------------------------------------------------------------------------


def plain(marked: str, bot_user: str = "") -> str:
    """What a person sees of a message's text, without the mention that called the bot."""
    called = marked
    if bot_user:
        call = rf" *<@{re.escape(bot_user)}(?:\|[^<>]*)?> *[,:，：]? *"
        called = re.sub(call, " ", marked).strip()
    return whole(_unescaped(_TOKEN.sub(lambda found: _seen(found[1]), called)))


def mentions(marked: str, user: str) -> bool:
    """Whether a message's text calls this user."""
    return bool(user) and (f"<@{user}>" in marked or f"<@{user}|" in marked)


def _seen(token: str) -> str:
    """A token between angle brackets as people see it: a name, a channel, an address."""
    target, _, label = token.partition("|")
    sign, name = target[:1], target[1:]
    if sign in ("@", "#"):
        return sign + (label.removeprefix(sign) or name)
    if sign == "!":
        return label or f"@{name}"
    return _link(target, label)


def _link(target: str, label: str) -> str:
    address = target.removeprefix("mailto:").removeprefix("tel:")
    if not label or address.rstrip("/").endswith(label.rstrip("/")):
        return label or address
    return f"{label} ({address})"


def _unescaped(text: str) -> str:
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


# --- what we write --------------------------------------------------------------------------------


def words(text: str, most: int) -> str:
    """Plain words for Slack, never empty and never longer than it takes."""
    return _fitted(_clean(text), most, _units)


def marked(text: str, most: int) -> str:
    """Plain words where Slack reads markup: nothing comes alive. What is sent counts."""
    fitted = _fitted(_clean(text), most, _escaped_units)
    return "".join(_ENTITIES.get(letter, letter) for letter in fitted)


def _clean(text: str) -> str:
    return _UNSEEN.sub("", whole(text)).strip() or NOTHING


def _fitted(text: str, most: int, size: Callable[[str], int]) -> str:
    """As much of a text as fits, cut between characters."""
    if size(text) <= most:
        return text
    sizes = accumulate(size(letter) for letter in text)
    end = sum(1 for _ in takewhile(lambda so_far: so_far < most, sizes))
    return text[:end].rstrip() + CUT


def _units(text: str) -> int:
    """The most that a character may count for: Slack does not say which unit it counts in."""
    return len(text) + sum(1 for letter in text if ord(letter) > 0xFFFF)  # noqa: PLR2004


def _escaped_units(text: str) -> int:
    return _units(text) + sum(len(_ENTITIES.get(letter, letter)) - 1 for letter in text)
