"""What is drawn on paper or as a picture: plain words and numbers, before anybody draws them.

`scheduler.printing` translates and draws them, beside the bot, and hands them to who asked.
"""

from __future__ import annotations

from dataclasses import dataclass

from commands.kit.words import Words

# What a file is filed under that was drawn for one account.
KIND = "paper"


@dataclass(frozen=True, slots=True)
class Chapter:
    """A part of a leaflet: rows of a name and what is to be said of it, or lines."""

    title: Words
    rows: tuple[tuple[Words, Words], ...] = ()
    lines: tuple[Words, ...] = ()


@dataclass(frozen=True, slots=True)
class Leaflet:
    """One page to be printed, drawn as PDF. `mark` stands at its foot."""

    name: Words
    title: Words
    subtitle: Words
    chapters: tuple[Chapter, ...]
    mark: Words = ""


@dataclass(frozen=True, slots=True)
class Series:
    """One kind of bar: what it is called, and its length for each row of the chart."""

    name: Words
    values: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Chart:
    """Bars lying above each other, one for each label, in pieces of each series; drawn as PNG.

    `unit` is what lengths are counted in.
    """

    name: Words
    title: Words
    unit: Words
    labels: tuple[Words, ...]
    series: tuple[Series, ...]


Paper = Leaflet | Chart
