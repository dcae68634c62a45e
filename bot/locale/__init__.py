"""The message catalogues: English is the source, Chinese is complete."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path

FOLDER = Path(__file__).parent
# A start need not wait for the library that reads every way in which catalogues are written.
_ENTRY = re.compile(r'^msgid (".+")\nmsgstr (".+")$', re.MULTILINE)


@cache
def load() -> Mapping[str, Mapping[str, str]]:
    """Every catalogue, by language; reading them takes long, so a process does it once."""
    return {path.stem: _read(path) for path in sorted(FOLDER.glob("*.po"))}


def _read(path: Path) -> dict[str, str]:
    """A catalogue as `bot.locale.update` writes it: each sentence and its translation in a line."""
    found = _ENTRY.findall(path.read_text(encoding="utf-8"))
    return {json.loads(sentence): json.loads(translated) for sentence, translated in found}
