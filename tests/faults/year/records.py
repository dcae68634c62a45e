"""What is compared: what was done about each occasion, each month's visit, each greeting."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import TypeVar
from zlib import crc32

R = TypeVar("R")
BIRTHDAY, COOPERATION, FESTIVAL = "birthday", "cooperation", "festival"


@dataclass(frozen=True, slots=True, order=True)
class Greeted:
    """A contact of an occasion: whether ticked in the end, and why not at first, if so."""

    contact: int
    ticked: bool
    why: str = ""


@dataclass(frozen=True, slots=True, order=True)
class Done:
    """An occasion: its owner and contacts, how it ended, and how what was owed on it did."""

    kind: str
    day: date
    customer: int
    owner: int
    contacts: tuple[Greeted, ...]
    state: str
    due: str


@dataclass(frozen=True, slots=True, order=True)
class Owed:
    """The visit of a month, who owes it, and how it ended."""

    customer: int
    month: str
    person: int
    state: str


@dataclass(frozen=True, slots=True, order=True)
class Letter:
    """A greeting that was written: to whom, for what, and on which day it went, if it did."""

    contact: int
    kind: str
    day: date
    state: str
    went: date | None

    @property
    def about(self) -> tuple[int, str, date]:
        """To whom and for what."""
        return self.contact, self.kind, self.day


@dataclass(frozen=True, slots=True, order=True)
class Greeting:
    """What reached an address: `words` tell the occasion."""

    address: str
    words: str


def differences(found: Iterable[R], expected: Iterable[R]) -> list[tuple[str, R]]:
    """What is there too often, and what is missing."""
    here, there = Counter(found), Counter(expected)
    more = [("too much", one) for one in (here - there).elements()]
    return more + [("missing", one) for one in (there - here).elements()]


def token(name: str) -> str:
    """What stands in words of one's own, so that they tell their occasion."""
    return f"W{crc32(name.encode())}W"
