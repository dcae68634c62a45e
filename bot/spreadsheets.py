"""Tables at the command line: the same rows and the same clerk as in chat, beside a running bot."""

from __future__ import annotations

import asyncio
import getpass
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from bot.core import Core, build
from bot.house import Glance
from bot.settings import Settings
from bot.start import Refusal
from commands.kit.card import Facts
from commands.kit.errors import Refused
from commands.kit.tables import ENDINGS, form_of, unfit
from commands.kit.words import T, Words, kept, sentence
from commands.sheets.noun import begin, card, line_of, take_back
from storage import files, sheets
from storage.database import Database, Transaction
from storage.files import File
from storage.migrate import upgrade
from storage.sheets import (
    CANCELLED,
    CHECKED,
    CHECKING,
    DONE,
    EXPORTING,
    IMPORTING,
    UNDOING,
    UNDONE,
    WORKING,
    Job,
)
from storage.vault import vault_at

LOOKED = 1.0
AT_ONCE = 1000
# A pause as long as the work leaves the writer to a bot that runs beside us.
REST = 1.0
Show = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Desk:
    """Imports and exports for whoever sits at the server."""

    core: Core
    show: Show

    async def take_in(self, sheet: str, path: Path, *, really: bool) -> bool:
        """Check a file, and import it if that is really meant; whether all went well."""
        content = await asyncio.to_thread(path.read_bytes)
        if why := unfit(content, path.name):
            raise Refusal(T("{file}: {reason}", file=str(path), reason=why))
        form = form_of(content, path.name)
        job = await self._begin(Job(sheet=sheet, name=path.name, state=CHECKING), content, form)
        if (await self._until_done(job)).state != CHECKED:
            return False
        if not really:
            await self._list_wrong(job, CHECKING)
            await self._go_on(job, really=False)
            again = f"python -m bot import {sheet} {path} --yes"
            self.show(self._say(T("Nothing is imported yet. To import it: {again}", again=again)))
            return True
        await self._go_on(job, really=True)
        done = await self._until_done(job)
        wrong = await self._list_wrong(job, IMPORTING)
        if await self.core.database.read(lambda db: sheets.last_change(db, job)):
            back = T("To take it back: {command}", command=f"python -m bot undo {job}")
            self.show(self._say(back))
        return done.state == DONE and not wrong

    async def take_back(self, job_id: int) -> bool:
        """Undo an import by its number; whether all went well."""

        def work(db: Transaction) -> None:
            job = sheets.get(db, job_id)
            if job is None:
                raise Refusal(T("There is no table with the number {n}.", n=job_id))
            desk = self.core.timers.desk(db, self.core.clock.now(), "command line")
            try:
                take_back(desk, job)
            except Refused as refused:
                words = refused.words
                raise Refusal(words if isinstance(words, T) else kept(words)) from refused

        await self.core.database.write(work)
        done = await self._until_done(job_id)
        return done.state == UNDONE and not await self._list_wrong(job_id, UNDOING)

    async def take_out(self, sheet: str, path: Path) -> bool:
        """Write a table into a file; whether all went well."""
        form = path.suffix.removeprefix(".").lower()
        if form not in ENDINGS:
            raise Refusal(
                T(
                    "{file} must end with {one} or {other}.",
                    file=str(path),
                    one=".xlsx",
                    other=".csv",
                )
            )
        job = await self._begin(Job(sheet=sheet, form=form, name=sheet, state=EXPORTING), b"", "")
        done = await self._until_done(job)
        vault = self.core.house.vault
        content = await self.core.database.read(lambda db: vault.of_file(db, done.file_id))
        if content is None:
            return False
        await asyncio.to_thread(path.write_bytes, content)
        return True

    async def _begin(self, job: Job, content: bytes, form: str) -> int:
        now, vault = self.core.clock.now(), self.core.house.vault
        job.by, job.created_at = getpass.getuser(), now
        kept = self.core.database.keyring.seal_bytes(content) if content else b""
        laid = await asyncio.to_thread(vault.lay, kept) if content else ""

        def work(db: Transaction) -> int:
            if content:
                vault.keep(db, laid, kept)
                job.file_id = files.add_made(db, File(
                    platform="", workspace="", remote="", name=job.name, at=now, vault=laid,
                    size=len(content), media=ENDINGS[form], kind=sheets.KIND,
                ))  # fmt: skip
            about = begin(self.core.timers.desk(db, now, "command line"), job)
            if job.file_id:
                files.file_under(db, job.file_id, sheets.KIND, about.id)
            return about.id

        made, _ = await self.core.database.write(work)
        return made

    async def _until_done(self, job_id: int) -> Job:
        """Work it off, or look on while a bot does; what is new is shown."""
        work = asyncio.create_task(self.core.clerk.tick())
        shown: list[str] = []
        while True:
            await asyncio.wait({work}, timeout=LOOKED)
            job, lines = await self.core.database.read(lambda db: self._drawn(db, job_id))
            for line in lines:
                if line not in shown:
                    self.show(line)
            shown = lines
            if job.state not in WORKING:
                await work
                return job
            if work.done():
                await work  # what went wrong is said, instead of being tried for ever
                await asyncio.sleep(LOOKED)
                work = asyncio.create_task(self.core.clerk.tick())

    def _drawn(self, db: Transaction, job_id: int) -> tuple[Job, list[str]]:
        """The title of its card, and its numbers."""
        house, job = self.core.house, sheets.get(db, job_id)
        assert job is not None
        look = Glance(db, self.core.clock.now(), house.zone, house.policy)
        drawn, say = card(look, job_id), house.reader_for(None).say
        rows = (part.rows for part in drawn.parts if isinstance(part, Facts))
        told = [f"  {say(name)}: {say(value)}" for row in rows for name, value in row]
        told += [f"  {say(sentence(job.reason))}"] if job.reason else []
        return job, [say(drawn.title), *(told if job.state not in WORKING else ())]

    def _say(self, words: Words) -> str:
        return self.core.house.reader_for(None).say(words)

    async def _list_wrong(self, job_id: int, stage: str) -> int:
        """Show every row that was not taken; give how many."""
        after = many = 0
        while found := await self.core.database.read(
            lambda db: sheets.wrong(db, job_id, stage, after=after, most=AT_ONCE)  # noqa: B023
        ):
            for row in found:
                self.show(f"  {self._say(line_of(row))}")
            after, many = found[-1].line, many + len(found)
        return many

    async def _go_on(self, job_id: int, *, really: bool) -> None:
        """Import what was checked, or leave it at that."""

        def work(db: Transaction) -> None:
            job = sheets.get(db, job_id)
            if job is not None and job.state == CHECKED:
                job.state, job.at = IMPORTING if really else CANCELLED, 0
                sheets.save(db, job)

        await self.core.database.write(work)


@asynccontextmanager
async def desk_at(settings: Settings, show: Show) -> AsyncIterator[Desk]:
    """A desk on this installation's database, without any platform. Raises `Unkept`."""
    upgrade(settings.database_url)
    vault_at(settings.files_url, settings.database_url).probe()
    database = Database(settings.database_url)
    try:
        yield Desk(build(
            database,
            language=settings.language,
            zone=settings.zone,
            keys=settings.keys,
            policy_file=settings.policy_file,
            files_url=settings.files_url,
            rest=REST,
        ), show)  # fmt: skip
    finally:
        database.close()
