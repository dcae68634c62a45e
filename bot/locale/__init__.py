"""The message catalogues: English is the source, Chinese is complete."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path

from babel.messages.pofile import read_po

FOLDER = Path(__file__).parent


@cache
def load() -> Mapping[str, Mapping[str, str]]:
    """Every catalogue, by language; reading them takes long, so a process does it once."""
    return {path.stem: _read(path) for path in sorted(FOLDER.glob("*.po"))}


def _read(path: Path) -> dict[str, str]:
    with path.open("rb") as file:
        catalogue = read_po(file, locale=path.stem)
    return {
        message.id: message.string
        for message in catalogue
        if isinstance(message.id, str)
        and message.id
        and isinstance(message.string, str)
        and message.string
    }
