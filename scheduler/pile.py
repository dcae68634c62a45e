"""The rows of one file, understood a few at a time, away from the database's threads."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import islice

from commands.kit.sheet import Entry, Sheet, Spoken, Verdict, rows
from commands.kit.tables import BadTable
from commands.kit.words import T, Words
from storage.database import Transaction

# How keys that are no bare names begin: a name, an address, a phone, a registration number.
KINDS_OF_KEY = "=@+#"


class Pile:
    """A file's entries, each marked that repeats what stood above it.

    `refused` are lines that were found wrong before: what was checked is what is imported. `good`
    are the entries of a whole table that may be taken, each under its keys.
    """

    def __init__(
        self,
        sheet: Sheet,
        content: bytes,
        spoken: Spoken,
        most: int,
        *,
        refused: Mapping[int, Words],
    ) -> None:
        self.sheet = sheet
        self.good: dict[str, Entry] = {}
        self._content = content
        self._spoken = spoken
        self._most = most
        self._refused = refused
        self._seen: dict[str, int] = {}
        self._meant: dict[int, int] = {}
        self._whole: list[Entry] = []
        self._left: Iterator[Entry] = iter(())

    def open(self) -> None:
        """Read the headers, or a whole table; raises `BadTable` when there are none."""
        self._left = map(self._marked, self._entries())
        if self.sheet.whole:
            self._whole = list(self._left)

    def judge(self, db: Transaction) -> None:
        """Hold the rows of a whole table against each other, and what is known."""
        if self.sheet.whole:
            judged = self.sheet.judge(db, self._whole)
            self.good = {key: e for e in judged if e.wrong is None for key in e.keys}
            self._whole, self._left = [], iter(judged)

    def skip(self, many: int) -> None:
        """Go on where somebody stopped; what stood above is remembered."""
        while many > 0 and (skipped := self.take(many)):
            many -= len(skipped)

    def take(self, many: int) -> list[Entry]:
        """The next entries; none when there are no more."""
        return list(islice(self._left, many))

    def drop(self, verdicts: Sequence[Verdict]) -> None:
        """Nobody may count on rows that turned out wrong after all."""
        for verdict in verdicts:
            if verdict.wrong is not None:
                for key in verdict.entry.keys:
                    self.good.pop(key, None)

    def once(self, verdicts: Sequence[Verdict]) -> list[Verdict]:
        """Mark those that mean what a row above means, though not by the same words."""
        return [self._once(verdict) for verdict in verdicts]

    def _once(self, verdict: Verdict) -> Verdict:
        if verdict.id is None or verdict.wrong is not None:
            return verdict
        line = self._meant.setdefault(verdict.id, verdict.entry.line)
        if line == verdict.entry.line:
            return verdict
        return replace(verdict, wrong=T("line {line} is about the same one already", line=line))

    def _entries(self) -> Iterator[Entry]:
        for number, row in enumerate(rows(self.sheet, self._content, self._spoken)):
            if number >= self._most:
                raise BadTable(T("A table may have {n} rows. Send it in parts.", n=self._most))
            yield self.sheet.entry(row, self._spoken)

    def _marked(self, entry: Entry) -> Entry:
        earlier = [(self._seen.setdefault(key, entry.line), key) for key in entry.keys]
        first = min((one for one in earlier if one[0] != entry.line), default=None)
        if entry.line in self._refused:
            return replace(entry, wrong=self._refused[entry.line])
        if entry.wrong is None and first is not None:
            line, what = first[0], first[1].lstrip(KINDS_OF_KEY)
            twice = T("“{what}” stands in line {line} already", what=what, line=line)
            return replace(entry, wrong=twice)
        return entry
