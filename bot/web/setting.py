"""What the local chat is told about the company it rehearses."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Protocol
from zoneinfo import ZoneInfo

from bot.words import Catalogues


class Clock(Protocol):
    """The company's clock, which a rehearsal moves."""

    def now(self) -> datetime:
        """What it shows."""

    async def move(self, by: timedelta) -> None:
        """Put it forward, and do what has become due."""

    async def next_due(self, language: str) -> tuple[datetime, str] | None:
        """When the next thing is due, and what it is."""


@dataclass(frozen=True, slots=True)
class Guide:
    """The newcomer's first steps: who visits, who complains, and what they write, by language.

    What is not given here the page has words for.
    """

    visitor: str = ""
    complainer: str = ""
    visit: Mapping[str, str] = field(default_factory=dict)
    complaint: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Setting:
    """What is shown and how. `commands` are the menu by language: names, and what they do."""

    zone: ZoneInfo
    language: str
    catalogues: Catalogues = field(default_factory=dict, repr=False)
    commands: Mapping[str, Sequence[tuple[str, str]]] = field(default_factory=dict, repr=False)
    guide: Guide = field(default_factory=Guide)
