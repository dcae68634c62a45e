"""Finds a font that has Chinese letters."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from pathlib import Path

from PIL import ImageFont

# A container's user may have no home; pathlib would raise then.
HOME = Path(os.path.expanduser("~"))  # noqa: PTH111
FOLDERS = (
    Path("/usr/share/fonts"),
    Path("/usr/local/share/fonts"),
    Path("/Library/Fonts"),
    Path("/System/Library/Fonts"),
    HOME / ".local/share/fonts",
    HOME / ".fonts",
)
NAMES = (
    "DroidSansFallback*",
    "NotoSansCJK*",
    "NotoSansSC*",
    "SourceHanSans*",
    "wqy-*",
    "PingFang*",
    "msyh*",
    "simsun*",
)
ENDINGS = frozenset({".ttf", ".ttc", ".otf"})
LETTER, NO_LETTER = "源", "\U0010fffd"


def chinese(folders: Sequence[Path] = FOLDERS) -> Path | None:
    """The first font of these folders in which a Chinese letter is drawn as one."""
    return next((path for path in _named(folders) if _draws(path)), None)


def _named(folders: Sequence[Path]) -> Iterator[Path]:
    for folder in folders:
        for name in NAMES:
            yield from (p for p in sorted(folder.rglob(name)) if p.suffix.lower() in ENDINGS)


def _draws(path: Path) -> bool:
    """Whether the letter looks different from the box that stands for a missing one."""
    try:
        font = ImageFont.truetype(path, 20)
    except OSError:
        return False
    return bytes(font.getmask(LETTER)) != bytes(font.getmask(NO_LETTER))
