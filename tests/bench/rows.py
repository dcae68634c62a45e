"""What a bench finds: rows of a table, each with its figure and the bound that it must keep."""

from __future__ import annotations

import json
import os
import sys
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
BUILD = ROOT / "build"
MISSED, KEPT, UNKNOWN, PLAIN = "MISSED", "kept", "not measured", ""
WIDTHS = (72, 12, 8, 10)


@dataclass(frozen=True, slots=True)
class Row:
    """One line. A figure of None was not measured, which is neither kept nor missed.

    With neither `least` nor `most` it is only shown.
    """

    name: str
    figure: float | None
    unit: str
    least: float | None = None
    most: float | None = None

    @property
    def bound(self) -> str:
        """What the figure must be; "" for anything."""
        if self.least is not None:
            return f">= {self.least:g}"
        return f"<= {self.most:g}" if self.most is not None else ""

    @property
    def passed(self) -> bool | None:
        """Whether the bound is kept; None where there is no bound, or no figure."""
        if self.figure is None or not self.bound:
            return None
        return self.figure >= self.least if self.least is not None else self.figure <= self._most

    @property
    def _most(self) -> float:
        return float("inf") if self.most is None else self.most

    @property
    def word(self) -> str:
        """How it ended, in a word."""
        if self.figure is None:
            return UNKNOWN
        return PLAIN if self.passed is None else KEPT if self.passed else MISSED

    def plain(self) -> dict[str, Any]:
        """As it stands in the file."""
        figure = None if self.figure is None else round(self.figure, 6)
        found = {"name": self.name, "figure": figure, "bound": self.bound}
        return found | {"unit": self.unit, "passed": self.passed}

    def line(self) -> str:
        """As it stands in the table."""
        shown = "-" if self.figure is None else _figure(self.figure)
        cells = (self.name, shown, self.bound, self.unit)
        pads = [width - _width(cell) for cell, width in zip(cells, WIDTHS, strict=True)]
        name, figure, bound, unit = cells
        return (
            f"{name}{' ' * pads[0]} {' ' * pads[1]}{figure} {unit}{' ' * pads[3]} "
            f"{bound}{' ' * pads[2]} {self.word}"
        ).rstrip()


@dataclass(frozen=True, slots=True)
class Scale:
    """How large a run is: the short one is for every change, the whole one for a release."""

    short: bool
    rounds: int = 5

    @classmethod
    def of_environment(cls) -> Scale:
        """As `SHORT=1` says."""
        return cls(os.environ.get("SHORT", "") not in {"", "0"})

    def of(self, whole: int, short: int) -> int:
        """The one number or the other."""
        return short if self.short else whole


def aloud(words: str) -> None:
    """Say how far it is, or why something was not measured."""
    print(words, file=sys.stderr, flush=True)


def kept(rows: Sequence[Row], path: Path) -> bool:
    """Write the rows; whether all were measured, and no bound is missed."""
    path.parent.mkdir(exist_ok=True)
    whole = json.dumps([row.plain() for row in rows], ensure_ascii=False, indent=1)
    path.write_text(whole + "\n", encoding="utf-8")
    return all(row.figure is not None and row.passed is not False for row in rows)


def _figure(figure: float) -> str:
    if abs(figure) >= 1000:
        return f"{figure:,.0f}"
    return f"{figure:.1f}" if abs(figure) >= 100 else f"{figure:.3g}"


def _width(text: str) -> int:
    """Chinese characters are two columns wide."""
    return sum(2 if unicodedata.east_asian_width(one) in "WF" else 1 for one in text)
