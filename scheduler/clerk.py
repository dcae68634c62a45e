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
from commands.kit.sheet import Entry, Say, Sheet, Spoken, Verdict
from commands.kit.tables import media_of
from commands.kit.words import T, Words, encode
from commands.sheets.noun import OURS, SheetPolicy, open_table, scope_of
from scheduler.alarm import raise_alarm
from scheduler.aside import Aside
from scheduler.clock import Clock
from scheduler.courtesy import Courtesy
from scheduler.paper import Making, bad_rows
from scheduler.pile import Pile
from scheduler.reckoning import (
    Tries,
    all_checked,
    begin,
    change_of,
    count,
    name_now,
    refuse,
    refused_before,
    so_far,
    wrong_of,
)
from scheduler.slices import FIRST, fitting
from scheduler.timers import Timers
from storage import files, journal, leases, sheets
from storage.database import Database, Json, Transaction, known
from storage.files import File
from storage.rows import Hand
from storage.sheets import (
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
MOST_TRIES = 3
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
    size: int
    kept: bytes
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
        self._tries = Tries()
        self._shown = self.clock.machine()

    async def tick(self) -> int:
        """Work until nothing is left to do; give how many jobs came to an end."""
        if await self.database.read(sheets.next_one) is None:
            return 0
        usual = sys.getswitchinterval()
        sys.setswitchinterval(TURN)
        try:
            ended = await self._work_off()
            await self.database.write(self._let_go)
            return ended
        finally:
            sys.setswitchinterval(usual)
            await self.aside.close()

    async def _work_off(self) -> int:
        ended, later = 0, set[int]()
        while job := await self.database.read(lambda db: sheets.next_one(db, later)):
            try:
                if await self._work(job):
                    ended += 1
                else:
                    later.add(known(job.id))
            except _Lost:
                if not await self._stopped(job):
                    break
                ended += 1
        return ended

    def _let_go(self, db: Transaction) -> None:
        """The next table may be another program's: it need not wait until our lease runs out."""
        leases.let_go(db, LEASED, self.holder, self.clock.machine())

    async def _stopped(self, job: Job) -> bool:
        """Whether it was stopped on purpose, so that the next one can be begun."""
        now = await self.database.read(lambda db: sheets.get(db, known(job.id)))
        return now is None or now.state != job.state

    async def _work(self, job: Job) -> bool:
        """Work on it until it ends; False when it failed and is tried again at the next tick."""
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
        except _Lost:
            raise
        except Exception as bug:  # whatever it is, the other jobs must go on
            log.exception("sheet_failed", job=job.id, state=job.state, exc_info=bug)
            return await self._gave_up(job)
        return True

    async def _gave_up(self, job: Job) -> bool:
        """Whether it has failed too often; a database that does not answer is no fault of its."""
        await self.database.write(lambda _db: None)
        if self._tries.failed(job) < MOST_TRIES:
            return False
        await self._fail(job, OURS, loudly=True)
        return True

    async def _fail(self, job: Job, why: Words, *, loudly: bool = False) -> None:
        def work(db: Transaction, now: Job) -> None:
            now.state, now.reason, now.finished_at = FAILED, encode(why), self.clock.now()
            if loudly:
                what = T("⚠ The table {name} could not be worked off", name=now.name)
                cause = T("The log says why: look for {event}.", event="sheet_failed")
                raise_alarm(db, self.clock, f"sheet:{now.id}", what, cause)

        await self._write(job, work, shows=True)

    # --- checking ---------------------------------------------------------------------------------

    async def _check(self, job: Job) -> None:
        pile, at = await self._pile(job), 0
        while entries := await asyncio.to_thread(pile.take, CHECKED_AT_ONCE):
            verdicts = pile.once(await self._planned(pile, entries))
            # What another clerk wrote down already was gone through for what follows only.
            fresh = verdicts[max(0, job.at - at) :]
            at += len(verdicts)
            if fresh:
                await self._write(job, lambda db, now: self._checked(db, now, fresh))  # noqa: B023
        if not at:
            raise Refused(T("There are headings in this file, but no rows below them."))
        await self._write(job, all_checked, shows=True)
        await self._list_wrong(job, CHECKING)

    async def _planned(self, pile: Pile, entries: list[Entry]) -> list[Verdict]:
        await self.courtesy.give_way()
        return await self.database.read(lambda db: pile.sheet.plan(db, entries, pile.good))

    def _checked(self, db: Transaction, now: Job, verdicts: list[Verdict]) -> None:
        count(now, CHECKING, verdicts)
        refuse(db, now, CHECKING, verdicts)
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
        verdicts = pile.sheet.plan(db, slice_.entries, pile.good)
        pile.drop(verdicts)
        made = pile.sheet.apply(db, verdicts, slice_.ready, Hand(self.clock.now(), now.person_id))
        sheets.note_changes(db, [change_of(now, one) for one in made])
        refuse(db, now, IMPORTING, verdicts)
        count(now, IMPORTING, verdicts)
        now.at += len(verdicts)
        done = {str(one.id): one.verdict.entry.name for one in made}
        if done:
            self._journal(db, now, "import", {"sheet": now.sheet, "subjects": done})

    def _all_imported(self, db: Transaction, now: Job) -> None:
        now.state, now.finished_at = DONE, self.clock.now()
        begin(now, IMPORTING)
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
        sheet, hand = self.sheets[now.sheet], Hand(self.clock.now(), now.person_id)
        counts = begin(now, UNDOING)
        for change in found:
            why = sheet.undo(db, change.subject_id, change.before, change.after, hand)
            if why is not None:
                name = (change.after or {}).get("name") or name_now(db, sheet, change)
                row = wrong_of(now, UNDOING, abs(change.line), name, why)
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
        begin(now, UNDOING)

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
                await self._write(job, lambda _db, now: so_far(now, making.rows))
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
        content, refused = await self.database.read(
            lambda db: (self.vault.of_file(db, job.file_id), refused_before(db, job))
        )
        if content is None:
            raise Refused(T("The file is not here any more. Send it once more."))
        most = self.policy.of(SheetPolicy).most_rows
        pile = Pile(self.sheets[job.sheet], content, self.spoken, most, refused=refused)
        await asyncio.to_thread(pile.open)
        await self.database.read(pile.judge)
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
        """What was made, sealed and written down before the transaction that names it."""
        kept = await asyncio.to_thread(self.database.keyring.seal_bytes, content)
        return _Made(name, len(content), kept, await asyncio.to_thread(self.vault.lay, kept))

    def _hand_over(self, db: Transaction, job: Job, made: _Made, what: T) -> int:
        """Keep what was made, and send it to whoever wants it."""
        self.vault.keep(db, made.vault, made.kept)
        id_ = files.add_made(db, File(
            platform="", workspace="", remote="", name=made.name, vault=made.vault,
            media=media_of(made.name), size=made.size,
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
