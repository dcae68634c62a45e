"""Reads compose.yaml: as much of YAML as it is written in, for no library of ours reads it."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

Json = Any
FILE = Path(__file__).parents[2] / "compose.yaml"
VARIABLE = re.compile(r"\$\{(\w+)(?::(-|\?)([^}]*))?\}")


def services() -> dict[str, Json]:
    """Every service, by name."""
    found: dict[str, Json] = whole()["services"]
    return found


def whole() -> Json:
    """Everything in the file."""
    lines = [line.rstrip() for line in FILE.read_text(encoding="utf-8").splitlines()]
    return _block([line for line in lines if line.strip() and not line.lstrip().startswith("#")])


def filled(text: str, settings: dict[str, str]) -> str:
    """A text with its variables filled in, as compose does; raises KeyError for one it demands."""

    def value(found: re.Match[str]) -> str:
        name, how, words = found.groups()
        return settings.get(name) or words if how == "-" else settings[name]

    return VARIABLE.sub(value, text)


def _block(lines: list[str]) -> Json:
    """A list or a mapping, whose first line says how deep it stands."""
    if not lines:
        return None
    depth = _depth(lines[0])
    starts = [n for n, line in enumerate(lines) if _depth(line) == depth]
    parts = [lines[a:b] for a, b in zip(starts, [*starts[1:], len(lines)], strict=True)]
    if lines[0].lstrip().startswith("- "):
        return [_item(part) for part in parts]
    return dict(_pair(part) for part in parts)


def _item(lines: list[str]) -> Json:
    first = lines[0].replace("- ", "  ", 1)
    written = first.strip()
    if re.match(r"[a-z_]+: ", written):
        return _block([first, *lines[1:]])
    return _scalar(written)


def _pair(lines: list[str]) -> tuple[str, Json]:
    name, _, rest = lines[0].strip().partition(":")
    return name, _scalar(rest.strip()) if rest.strip() else _block(lines[1:])


def _scalar(text: str) -> Json:
    """Quoted words, a list in brackets, yes or no, or words as they stand."""
    if text[0] in '"[' or text in {"true", "false"}:
        return json.loads(text)
    return text


def _depth(line: str) -> int:
    return len(line) - len(line.lstrip())
