"""Works off tables: checks, imports and undoes them slice by slice, and makes those asked for.

All of a job is rows, so that another clerk goes on where one stopped. One clerk works at a time,
under a lease that every slice renews in its own transaction.
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from time import perf_counter

import structlog

from commands.kit.card import Buttons, Card, Download, Line
from commands.kit.errors import Refused
from commands.kit.people import ToPerson, load
from commands.kit.policy import Policy
from commands.kit.sheet import Entry, Made, Say, Sheet, Spoken, Verdict
from commands.kit.tables import media_of
from commands.kit.words import T, Words, encode
from commands.sheets.noun import SheetPolicy, open_table, scope_of
from scheduler.aside import Aside
from scheduler.clock import Clock
from scheduler.courtesy import Courtesy
from scheduler.paper import Making, bad_rows
from scheduler.pile import Pile
from scheduler.sending import BUGS
from scheduler.slices import FIRST, fitting
from scheduler.timers import Timers
from storage import files, journal, leases, sheets
from storage.database import Database, Json, Transaction, known
from storage.files import File
from storage.sheets import (
    CHECKED,
    CHECKING,
    DONE,
    EXPORTING,
    FAILED,
    IMPORTING,
    UNDOING,
    UNDONE,
    Change,
    Job,
)
from storage.vault import Vault

log = structlog.get_logger("clerk")
LEASE = timedelta(seconds=20)
LEASED = "sheets"
CHECKED_AT_ONCE = 100
REDRAWN = timedelta(seconds=3)
LOOKED = 1.0
# How long a thread computes before another one has its turn, while tables are worked off.
TURN = 0.0005


class _Lost(Exception):
    """The job was stopped, or another clerk has taken over."""


@dataclass(frozen=True, slots=True)
class _Slice:
    """Entries made ready to be written."""

    entries: list[Entry]
    ready: Mapping[str, frozenset[str]]


@dataclass(frozen=True, slots=True)
class _Made:
    """A file of ours whose bytes are in the vault under a name."""

    name: str
    content: bytes
    vault: str


class Clerk:
    """One replica's clerk."""

    def __init__(  # what it needs to know is handed in, and each is named
        self,
        timers: Timers,
        vault: Vault,
        sheets_: Mapping[str, Sheet],
        spoken: Spoken,
        tongue: Callable[[Transaction, int | None], Say],
        wake: Callable[[frozenset[str]], None],
        *,
        courtesy: Courtesy,
    ) -> None:
        self.timers = timers
        self.vault = vault
        self.database: Database = timers.database
        self.clock: Clock = timers.clock
        self.policy: Policy = timers.policy
        self.holder = timers.holder
        self.sheets = sheets_
        self.spoken = spoken
        self.tongue = tongue
        self.wake = wake
        self.courtesy = courtesy
        self.aside = Aside()
        self.longest = 0.0
        self._shown = self.clock.machine()

    async def tick(self) -> int:
        """Work until nothing is left to do; give how many jobs came to an end."""
        if await self.database.read(sheets.next_one) is None:
            return 0
        usual = sys.getswitchinterval()
        sys.setswitchinterval(TURN)
        try:
            return await self._work_off()
        finally:
            sys.setswitchinterval(usual)
            await self.aside.close()

    async def _work_off(self) -> int:
        ended = 0
        while (job := await self.database.read(sheets.next_one)) is not None:
            try:
                await self._work(job)
            except _Lost:
                if not await self._stopped(job):
                    break
            ended += 1
        return ended

    async def _stopped(self, job: Job) -> bool:
        """Whether it was stopped on purpose, so that the next one can be begun."""
        now = await self.database.read(lambda db: sheets.get(db, known(job.id)))
        return now is None or now.state != job.state

    async def _work(self, job: Job) -> None:
        stages = {
            CHECKING: self._check,
            IMPORTING: self._import,
            UNDOING: self._undo,
            EXPORTING: self._export,
        }
        try:
            await stages[job.state](job)
        except Refused as refused:
            await self._fail(job, refused.words)
        except BUGS as bug:
            log.exception("sheet_failed", job=job.id, state=job.state, exc_info=bug)
            await self._fail(
                job, T("Something went wrong on our side. Please tell an administrator.")
            )

    async def _fail(self, job: Job, why: Words) -> None:
        def work(db: Transaction, now: Job) -> None:
            now.state, now.reason, now.finished_at = FAILED, encode(why), self.clock.now()

        await self._write(job, work, shows=True)

    # --- checking ---------------------------------------------------------------------------------

    async def _check(self, job: Job) -> None:
        pile = await self._pile(job)
        await asyncio.to_thread(pile.skip, job.at)
        while entries := await asyncio.to_thread(pile.take, CHECKED_AT_ONCE):
            verdicts = await self._planned(pile, entries)
            await self._write(job, lambda db, now: self._checked(db, now, verdicts))  # noqa: B023
        await self._write(job, _all_checked, shows=True)
        await self._list_wrong(job, CHECKING)

    async def _planned(self, pile: Pile, entries: list[Entry]) -> list[Verdict]:
        await self.courtesy.give_way()
        return await self.database.read(lambda db: pile.sheet.plan(db, entries, pile.names))

    def _checked(self, db: Transaction, now: Job, verdicts: list[Verdict]) -> None:
        _count(now, CHECKING, verdicts)
        _refuse(db, now, CHECKING, verdicts)
        now.at += len(verdicts)
        now.rows = now.at

    # --- importing --------------------------------------------------------------------------------

    async def _import(self, job: Job) -> None:
        pile = await self._pile(job)
        await asyncio.to_thread(pile.skip, job.at)
        size = FIRST
        coming = asyncio.create_task(self._slice(pile, size))
        try:
            while (slice_ := await coming).entries:
                coming = asyncio.create_task(self._slice(pile, size))
                took = await self._write(job, lambda db, now: self._imported(db, now, pile, slice_))
                size = fitting(self.database.engine, len(slice_.entries), took)
        finally:
            coming.cancel()
        await self._write(job, self._all_imported, shows=True)
        await self._list_wrong(job, IMPORTING)

    async def _slice(self, pile: Pile, size: int) -> _Slice:
        """The next entries; what takes long and needs no writer is done before it is asked for."""
        entries = await asyncio.to_thread(pile.take, size)
        verdicts = await self._planned(pile, entries) if entries else []
        return _Slice(entries, await self.aside.grams(pile.sheet.ahead(verdicts)))

    def _imported(self, db: Transaction, now: Job, pile: Pile, slice_: _Slice) -> None:
        """Hold the entries against what is known now, and do what they say."""
        verdicts = pile.sheet.plan(db, slice_.entries, pile.names)
        made = pile.sheet.apply(db, verdicts, slice_.ready, self.clock.now())
        again = now.at >= now.rows
        sheets.note_changes(db, [_change(now, one, again=again) for one in made])
        _refuse(db, now, IMPORTING, verdicts)
        counted = [v for v in verdicts if v.kind == "wrong"] if again else verdicts
        _count(now, IMPORTING, counted)
        now.at += len(verdicts)
        done = {str(one.id): one.verdict.entry.name for one in made}
        if done:
            self._journal(db, now, "import", {"sheet": now.sheet, "subjects": done})

    def _all_imported(self, db: Transaction, now: Job) -> None:
        now.state, now.finished_at = DONE, self.clock.now()
        _begin(now, IMPORTING)
        self._journal(db, now, "import", {"sheet": now.sheet, "rows": now.counts[IMPORTING]})

    # --- undoing ----------------------------------------------------------------------------------

    async def _undo(self, job: Job) -> None:
        below, size = job.at, FIRST
        while found := await self.database.read(
            lambda db: sheets.changes_below(db, known(job.id), below, size)  # noqa: B023
        ):
            took = await self._write(job, lambda db, now: self._undone(db, now, found))
            below = known(found[-1].id)
            size = fitting(self.database.engine, len(found), took)
        await self._write(job, self._all_undone, shows=True)
        await self._list_wrong(job, UNDOING)

    def _undone(self, db: Transaction, now: Job, found: list[Change]) -> None:
        sheet, at = self.sheets[now.sheet], self.clock.now()
        counts = _begin(now, UNDOING)
        for change in found:
            why = sheet.undo(db, change.subject_id, change.before, change.after, at)
            if why is not None:
                name = (change.after or {}).get("name") or _name_now(db, sheet, change)
                row = _wrong(now, UNDOING, abs(change.line), name, why)
                sheets.refuse_rows(db, [row])
            if change.line > 0:
                kind = "back" if why is None else "wrong"
                counts[kind] = counts.get(kind, 0) + 1
        now.at = known(found[-1].id)
        self._journal(
            db, now, "import_undo", {"sheet": now.sheet, "lines": [c.line for c in found]}
        )

    def _all_undone(self, db: Transaction, now: Job) -> None:
        now.state, now.finished_at = UNDONE, self.clock.now()
        _begin(now, UNDOING)

    # --- taking out -------------------------------------------------------------------------------

    async def _export(self, job: Job) -> None:
        person, say, scope = await self.database.read(lambda db: self._for_whom(db, job))
        making = Making(self.database, self.sheets[job.sheet], say, scope, self.courtesy)
        task = asyncio.create_task(
            making.made(job.form, by=person or job.by, at=self.clock.now(), zone=self.timers.zone)
        )
        try:
            while not task.done():
                await asyncio.wait({task}, timeout=LOOKED)
                await self._write(job, lambda _db, now: _so_far(now, making.rows))
        finally:
            making.stopped = True
        name, content = await task
        made = await self._laid(name, content)
        await self._write(job, lambda db, now: self._exported(db, now, made), shows=True)

    def _for_whom(self, db: Transaction, job: Job) -> tuple[str, Say, list[int] | None]:
        """By the rights that the person has now, not by those they had when they asked."""
        person = load(db, job.person_id) if job.person_id else None
        if job.person_id and person is None:
            raise Refused(T("Whoever asked for it does not work here any more."))
        scope = scope_of(db, person)
        return person.name if person else "", self.tongue(db, job.person_id), scope

    def _exported(self, db: Transaction, now: Job, made: _Made) -> None:
        now.state, now.finished_at = DONE, self.clock.now()
        now.file_id = self._hand_over(db, now, made, T("Here is your table: {n} rows", n=now.at))
        about = {"sheet": now.sheet, "form": now.form, "rows": now.at, "file": now.file_id}
        self._journal(db, now, "export", about)

    # --- what all stages do -----------------------------------------------------------------------

    async def _pile(self, job: Job) -> Pile:
        content = await self.database.read(lambda db: self.vault.of_file(db, job.file_id))
        if content is None:
            raise Refused(T("The file is not here any more. Send it once more."))
        most = self.policy.of(SheetPolicy).most_rows
        sheet = self.sheets[job.sheet]
        passes = 1 if job.state == CHECKING else sheet.passes
        pile = Pile(sheet, content, self.spoken, most, passes=passes)
        await asyncio.to_thread(pile.open)
        return pile

    async def _write(
        self, job: Job, work: Callable[[Transaction, Job], None], *, shows: bool = False
    ) -> float:
        """One slice in one transaction, under the lease; give how long it held the writer."""
        await self.courtesy.give_way()
        took, after = await self.database.write(lambda db: self._held(db, job, work, shows=shows))
        self.longest = max(self.longest, took)
        self.wake(after - {"sheets"})
        await self.courtesy.rest(took)
        return took

    def _held(
        self, db: Transaction, job: Job, work: Callable[[Transaction, Job], None], *, shows: bool
    ) -> float:
        began, machine = perf_counter(), self.clock.machine()
        now = sheets.get(db, known(job.id))
        if not leases.take(db, LEASED, self.holder, machine, machine + LEASE):
            raise _Lost
        if now is None or now.state != job.state:
            raise _Lost
        work(db, now)
        sheets.save(db, now)
        if shows or machine - self._shown >= REDRAWN:
            self._shown = machine
            sheets.show(db, now, self.clock.now())
        return perf_counter() - began

    async def _list_wrong(self, job: Job, stage: str) -> None:
        """All rows that were not taken, as a file, when there are more than a card shows."""
        say = await self.database.read(lambda db: self.tongue(db, job.person_id))
        made = await bad_rows(self.database, known(job.id), stage, say)
        if made is None or job.person_id is None:
            return
        laid = await self._laid(*made)
        title = T("The rows of {name} that were not taken", name=job.name)

        def work(db: Transaction) -> None:
            self._hand_over(db, job, laid, title)

        _, after = await self.database.write(work)
        self.wake(after)

    async def _laid(self, name: str, content: bytes) -> _Made:
        """What was made, written down before the transaction that names it."""
        return _Made(name, content, await asyncio.to_thread(self.vault.lay, content))

    def _hand_over(self, db: Transaction, job: Job, made: _Made, what: T) -> int:
        """Keep what was made, and send it to whoever wants it."""
        self.vault.keep(db, made.vault, made.content)
        id_ = files.add_made(db, File(
            platform="", workspace="", remote="", name=made.name, vault=made.vault,
            media=media_of(made.name), size=len(made.content),
            kind=sheets.KIND, subject_id=job.id, at=self.clock.now(),
        ))  # fmt: skip
        if job.person_id:
            recorded = Line(T("Confidential. It is recorded that you took this out."))
            mark = (recorded,) if job.form else ()  # a list of bad rows is the sender's own
            again = Buttons((open_table(id_),))
            desk = self.timers.desk(db, self.clock.now(), "sheet")
            link = Download(id_, T("Download {name}", name=made.name))
            desk.tell(ToPerson(job.person_id), Card(what, (*mark, link, again)))
        return id_

    def _journal(self, db: Transaction, job: Job, deed: str, after: Json) -> None:
        at = self.clock.now()
        row = journal.Entry(
            at=at,
            happened_at=at,
            person_id=job.person_id,
            account_id=job.account_id,
            deed=deed,
            clause="7.3.2" if job.form else "7.2.1",
            kind=sheets.KIND,
            subject_id=job.id,
            after=after,
            source=job.by,
        )
        journal.add(db, row)


# --- rules ----------------------------------------------------------------------------------------


def _begin(job: Job, stage: str) -> dict[str, int]:
    job.counts = {**(job.counts or {})}
    job.counts[stage] = {**job.counts.get(stage, {})}
    found: dict[str, int] = job.counts[stage]
    return found


def _count(job: Job, stage: str, verdicts: list[Verdict]) -> None:
    counts = _begin(job, stage)
    for verdict in verdicts:
        counts[verdict.kind] = counts.get(verdict.kind, 0) + 1


def _refuse(db: Transaction, job: Job, stage: str, verdicts: list[Verdict]) -> None:
    sheets.refuse_rows(
        db,
        [
            _wrong(job, stage, v.entry.line, v.entry.name, v.wrong)
            for v in verdicts
            if v.wrong is not None
        ],
    )


def _wrong(job: Job, stage: str, line: int, name: str, why: Words) -> dict[str, Json]:
    about = {"job_id": known(job.id), "stage": stage, "line": line}
    return {**about, "name": name[:100], "reason": encode(why)}


def _change(job: Job, made: Made, *, again: bool) -> dict[str, Json]:
    """What is kept of a change: all of what is new, the fields that differ otherwise.

    A row's second pass has its line negative, so that the row is counted once.
    """
    before, after = made.verdict.before, made.verdict.after
    line = -made.verdict.entry.line if again else made.verdict.entry.line
    if before is not None:
        fields = [name for name in after if after[name] != before[name]]
        before, after = {f: before[f] for f in fields}, {f: after[f] for f in fields}
    about = {"job_id": known(job.id), "line": line, "subject_id": made.id}
    return {**about, "before": before, "after": after}


def _name_now(db: Transaction, sheet: Sheet, change: Change) -> str:
    rows = sheet.page(db, change.subject_id - 1, 1, None)
    found = rows[0][1].get(("name", 0), "") if rows and rows[0][0] == change.subject_id else ""
    return str(found)


def _all_checked(db: Transaction, now: Job) -> None:
    now.state, now.at = CHECKED, 0
    _begin(now, CHECKING)


def _so_far(now: Job, rows: int) -> None:
    now.at = rows
