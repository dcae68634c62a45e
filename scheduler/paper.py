"""Makes files of what is kept: tables that somebody takes out, and lists of rows not taken."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence
from datetime import datetime
from time import perf_counter, sleep
from zoneinfo import ZoneInfo

from commands.kit.sheet import Column, Say, Sheet
from commands.kit.tables import Marked, written
from commands.kit.words import T, sentence
from commands.sheets.noun import SHOWN
from storage import sheets
from storage.database import Database, Transaction

PAGE = 200
# Whoever writes to the bot meanwhile has as much of the time as the table has, page by page.
LONGEST_REST = 0.2
AT_ONCE = 5000


class Making:
    """One table in the making; `rows` tells how far it is, `stopped` makes it end."""

    def __init__(
        self, database: Database, sheet: Sheet, say: Say, scope: Sequence[int] | None
    ) -> None:
        self.database = database
        self.sheet = sheet
        self.say = say
        self.scope = scope
        self.rows = 0
        self.stopped = False

    async def made(self, form: str, *, by: str, at: datetime, zone: ZoneInfo) -> tuple[str, bytes]:
        """The file's name, and the file."""
        columns = await self.database.read(self.sheet.headers)
        local = at.astimezone(zone)
        what = self.say(self.sheet.words)
        mark = self.say(
            T("Confidential: {what}, taken out by {by} on {at}", what=what, by=by, at=local)
        )
        marked = Marked(what, mark, by)
        headers = [_header(self.say, column, number) for column, number in columns]
        loop = asyncio.get_running_loop()
        lines = self._lines(columns, loop)
        content = await asyncio.to_thread(written, form, marked, headers, lines)
        return f"{what} {local:%Y-%m-%d %H%M}.{form}", content

    def _lines(
        self, columns: Sequence[tuple[Column, int]], loop: asyncio.AbstractEventLoop
    ) -> Iterator[list[str]]:
        """The rows, read page by page from another thread."""
        after = 0
        began = perf_counter()
        while page := self._page(after, loop):
            after = page[-1][0]
            sleep(min(perf_counter() - began, LONGEST_REST))
            began = perf_counter()
            for _, cells in page:
                found = (cells.get((column.field, number), "") for column, number in columns)
                self.rows += 1
                yield [self.say(cell) for cell in found]

    def _page(
        self, after: int, loop: asyncio.AbstractEventLoop
    ) -> Sequence[tuple[int, dict[tuple[str, int], T | str]]]:
        if self.stopped:
            return ()

        def read(db: Transaction) -> Sequence[tuple[int, dict[tuple[str, int], T | str]]]:
            return self.sheet.page(db, after, PAGE, self.scope)

        return asyncio.run_coroutine_threadsafe(self.database.read(read), loop).result()


def _header(say: Say, column: Column, number: int) -> str:
    name = say(column.words)
    return f"{name} {number}" if number else name


async def bad_rows(
    database: Database, job_id: int, stage: str, say: Say
) -> tuple[str, bytes] | None:
    """Every row that was not taken, as a file; None when a card shows them all."""
    found: list[sheets.Wrong] = []
    while page := await database.read(
        lambda db: sheets.wrong(
            db, job_id, stage, after=found[-1].line if found else 0, most=AT_ONCE
        )
    ):
        found.extend(page)
    if len(found) <= SHOWN:
        return None
    headers = [say(T("Line")), say(T("Name")), say(T("What is wrong"))]
    lines = [[str(w.line), w.name, say(sentence(w.reason))] for w in found]
    marked = Marked("", "", "")
    content = await asyncio.to_thread(written, "csv", marked, headers, lines)
    return f"{say(T('rows not taken'))}.csv", content
