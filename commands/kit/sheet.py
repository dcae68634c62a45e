"""What can be imported and exported as a table: columns, rows, and what a row would do."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from commands.kit.people import Who
from commands.kit.tables import EMPTY, MOST_CELL, BadTable, Line, lines
from commands.kit.words import T, Words
from storage.database import Json, Transaction
from storage.rows import Hand

Spoken = Callable[[T], Iterable[str]]
Say = Callable[[Words], str]
MOST_NUMBERED = 20
# How many lines may stand above the headers: a title, a mark.
TITLES = 10
_IN_BRACKETS = re.compile(r"[(（\[【<《].*?[)）\]】>》]")
_DIGITS = re.compile(r"\d+")


@dataclass(frozen=True, slots=True)
class Column:
    """A column: its field, its header, and what else people call it, in words without spaces.

    A `numbered` one may stand there several times: Phone 1, Phone 2.
    """

    field: str
    words: T
    others: str = ""
    numbered: bool = False


@dataclass(frozen=True, slots=True)
class Row:
    """A line of a file by field; a numbered field's key is (field, number)."""

    line: int
    values: Mapping[tuple[str, int], str]

    def get(self, field: str, number: int = 0) -> str:
        """A cell, or nothing."""
        return self.values.get((field, number), "")


@dataclass(frozen=True, slots=True)
class Entry:
    """A row understood without looking anywhere else.

    `keys` must not stand in the file twice. `wrong` says why it can't be taken.
    """

    line: int
    name: str
    fields: Mapping[str, Json] = field(default_factory=dict)
    keys: tuple[str, ...] = ()
    wrong: Words | None = None


@dataclass(frozen=True, slots=True)
class Verdict:
    """What an entry would do: add (no id), change, nothing (before is after), or it is wrong."""

    entry: Entry
    id: int | None = None
    before: dict[str, Json] | None = None
    after: dict[str, Json] = field(default_factory=dict)
    wrong: Words | None = None

    @property
    def kind(self) -> str:
        """As it is counted."""
        if self.wrong is not None:
            return "wrong"
        if self.id is None:
            return "added"
        return "same" if self.before == self.after else "changed"


@dataclass(frozen=True, slots=True)
class Made:
    """What was done to a subject."""

    verdict: Verdict
    id: int


class Sheet(Protocol):
    """A kind of table.

    `required` is the field that its headers must have. The rows of a `whole` one point at each
    other, so that a file is judged in one piece.
    """

    name: str
    words: T
    columns: tuple[Column, ...]
    required: str
    who: Who
    whole: bool

    def entry(self, row: Row, spoken: Spoken) -> Entry:
        """Understand a row by itself."""

    def judge(self, db: Transaction, entries: Sequence[Entry]) -> Sequence[Entry]:
        """All rows of a file in the order in which they are taken, marked where they can't be."""

    def plan(
        self, db: Transaction, entries: Sequence[Entry], good: Mapping[str, Entry]
    ) -> list[Verdict]:
        """Hold entries against what is known. `good` are a whole file's, each under its keys."""

    def ahead(self, verdicts: Sequence[Verdict]) -> Sequence[str]:
        """The names whose grams can be worked out before anything is written."""

    def apply(
        self,
        db: Transaction,
        verdicts: Sequence[Verdict],
        ready: Mapping[str, frozenset[str]],
        hand: Hand,
    ) -> list[Made]:
        """Add and change."""

    def undo(
        self, db: Transaction, id_: int, before: Json, after: Json, hand: Hand
    ) -> Words | None:
        """Take it back; why not, if it was changed or used since."""

    def headers(self, db: Transaction) -> list[tuple[Column, int]]:
        """The columns of an export."""

    def page(
        self, db: Transaction, after: int, most: int, scope: Sequence[int] | None
    ) -> list[tuple[int, dict[tuple[str, int], Words]]]:
        """The next rows of an export after an id; of these owners only, with a `scope`."""


# --- reading a file -------------------------------------------------------------------------------


def plainly(text: str) -> str:
    """How headers and choices are compared: width, case, brackets and signs do not count."""
    bare = _IN_BRACKETS.sub("", unicodedata.normalize("NFKC", text).casefold())
    return "".join(letter for letter in bare if letter.isalnum())


def headers(sheet: Sheet, cells: Sequence[str], spoken: Spoken) -> dict[int, tuple[str, int]]:
    """Which column holds what: by position, the field and its number."""
    names = _names(sheet, spoken)
    found: dict[int, tuple[str, int]] = {}
    for at, cell in enumerate(cells):
        column, number = _column(names, plainly(cell))
        if column is None:
            continue
        key = (column.field, number if column.numbered else 0)
        while column.numbered and key in found.values() and key[1] < MOST_NUMBERED:
            key = (column.field, key[1] + 1)
        if key not in found.values():
            found[at] = key
    return found


def _names(sheet: Sheet, spoken: Spoken) -> dict[str, Column]:
    names: dict[str, Column] = {}
    for column in sheet.columns:
        for called in (*spoken(column.words), *column.others.split()):
            names.setdefault(plainly(called), column)
    return names


def _column(names: Mapping[str, Column], header: str) -> tuple[Column | None, int]:
    """Phone 2, 联系人2电话: the number may stand anywhere."""
    if header in names:
        return names[header], 1
    digits = _DIGITS.search(header)
    column = names.get(_DIGITS.sub("", header, count=1)) if digits else None
    number = int(digits[0]) if digits and len(digits[0]) <= 2 else 0  # noqa: PLR2004
    fits = column is not None and column.numbered and 1 <= number <= MOST_NUMBERED
    return (column, number) if fits else (None, 0)


def rows(sheet: Sheet, content: bytes, spoken: Spoken) -> Iterator[Row]:
    """The rows of a file below its headers. Raises `BadTable`."""
    found = lines(content)
    columns = _headers_of(sheet, found, spoken)
    for line in found:
        values = {columns[at]: cell for at, cell in enumerate(line.cells) if cell and at in columns}
        if values:
            yield Row(line.number, values)


def _headers_of(sheet: Sheet, found: Iterator[Line], spoken: Spoken) -> dict[int, tuple[str, int]]:
    """The first line that has the column that must be there, and another or nothing else."""
    first = None
    for _, line in zip(range(TITLES), found, strict=False):
        first = first or line
        columns = headers(sheet, line.cells, spoken)
        if (sheet.required, 0) in columns.values():
            return columns
    if first is None:
        raise BadTable(EMPTY)
    wanted = next(c.words for c in sheet.columns if c.field == sheet.required)
    raise BadTable(
        T("There is no column “{column}” in the first lines of this file.", column=wanted)
    )


def too_long(row: Row, most: Mapping[str, int], named: Mapping[str, T]) -> Words | None:
    """The complaint about a cell that holds more than its field."""
    for (name, _), value in row.values.items():
        if len(value) > most.get(name, MOST_CELL):
            return T(
                "{column} is longer than {n} characters",
                column=named.get(name, T("This cell")),
                n=most.get(name, MOST_CELL),
            )
    return None
