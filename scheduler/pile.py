"""The rows of one file, understood a few at a time, away from the database's threads."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import islice

from commands.kit.sheet import Entry, Sheet, Spoken, rows
from commands.kit.tables import BadTable
from commands.kit.words import T


class Pile:
    """A file's entries in order, each marked that repeats what stood above it.

    `names` are the keys of all rows, for tables whose rows point at each other.
    """

    def __init__(
        self, sheet: Sheet, content: bytes, spoken: Spoken, most: int, *, passes: int
    ) -> None:
        self.sheet = sheet
        self.passes = passes
        self.names: frozenset[str] = frozenset()
        self._content = content
        self._spoken = spoken
        self._most = most
        self._seen: dict[str, int] = {}
        self._passes: Iterator[Iterator[Entry]] = iter(())
        self._left: Iterator[Entry] = iter(())

    def open(self) -> None:
        """Read the headers; raises `BadTable` when there are none."""
        if self.sheet.passes > 1:
            self.names = frozenset(key for entry in self._entries() for key in entry.keys)
        self._passes = (self._entries() for _ in range(self.passes))

    def skip(self, many: int) -> None:
        """Go on where somebody stopped; what stood above is remembered."""
        while many > 0 and (skipped := self.take(many)):
            many -= len(skipped)

    def take(self, many: int) -> list[Entry]:
        """The next entries, all of one pass; none when there are no more."""
        taken = [self._marked(entry) for entry in islice(self._left, many)]
        while not taken and (following := next(self._passes, None)) is not None:
            self._left = following
            taken = [self._marked(entry) for entry in islice(self._left, many)]
        return taken

    def _entries(self) -> Iterator[Entry]:
        for number, row in enumerate(rows(self.sheet, self._content, self._spoken)):
            if number >= self._most:
                raise BadTable(T("A table may have {n} rows. Send it in parts.", n=self._most))
            yield self.sheet.entry(row, self._spoken)

    def _marked(self, entry: Entry) -> Entry:
        earlier = [self._seen.setdefault(key, entry.line) for key in entry.keys]
        first = min((line for line in earlier if line != entry.line), default=None)
        if entry.wrong is None and first is not None:
            return replace(entry, wrong=T("the same stands in line {line} already", line=first))
        return entry
