"""Fetches the bytes of files that people sent, after the commit, as durably as letters are sent.

A file is fetched by one replica at a time, under a lease; looked at, and pictures made anew, on a
thread; kept, or given up on loudly: on its subject's card, and to whoever sent it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog

from bot.arriving import filed
from bot.house import House
from bot.kinds import BROKEN, TOO_LARGE, Family, Kind, NotKept, kind_of
from bot.knowing import actor_of_account
from bot.pictures import remade
from bot.platform import Platform
from commands.files import FilePolicy
from commands.kit import card as cards
from commands.kit.calendar import local_day, start_of_day
from commands.kit.card import Card, Line, Note, Ref
from commands.kit.desk import Desk, Source
from commands.kit.errors import Later, Never, TooLarge, Unclear
from commands.kit.people import Actor, ToAccount
from commands.kit.tables import named_like_a_table
from commands.kit.words import T
from scheduler.alarm import raise_alarm
from scheduler.sending import BUGS, backoff
from storage import files, people, subjects
from storage import house as facts
from storage.database import Database, Gone, Transaction, known
from storage.files import File

log = structlog.get_logger("files")
SECONDS = 75.0
LEASE = timedelta(minutes=3)  # longer than fetching and remaking may take
AT_ONCE = 4
GIVE_UP_AFTER = 12
FULL = "files_full"
NOT_FETCHED = T("it could not be fetched")
OVER_DAY = T("you have sent more today than is kept of one account; please send it tomorrow")
OVER_ALL = T("there is no room left for files; the administrator has been told")


@dataclass(frozen=True, slots=True)
class Ready:
    """What is kept of a file: its bytes, and the same as they are kept."""

    content: bytes
    kept: bytes
    kind: Kind
    vault: str


class Fetching:
    """One replica's fetcher."""

    def __init__(
        self,
        database: Database,
        house: House,
        platforms: Mapping[str, Platform],
        *,
        holder: str,
        wake: Callable[[frozenset[str]], None] = lambda _names: None,
    ) -> None:
        self.database = database
        self.house = house
        self.clock = house.clock
        self.platforms = platforms
        self.vault = house.vault
        self.holder = holder
        self.wake = wake
        # One at a time: a large photo takes a few hundred megabytes while it is made anew.
        self._remaking = asyncio.Semaphore(1)

    @property
    def policy(self) -> FilePolicy:
        """The limits in force."""
        return self.house.policy.of(FilePolicy)

    async def tick(self) -> int:
        """Fetch what is wanted; give how many were tried."""
        tried = 0
        while await self.database.read(self._any_wanted) and (wanted := await self._claim()):
            here = [file for file in wanted if file.platform in self.platforms]
            await asyncio.gather(*(self._fetch(file) for file in here))
            tried += len(here)
        return tried

    async def next_in(self) -> timedelta | None:
        """How long until a file may be tried again, or None when none waits."""
        following = await self.database.read(files.next_at)
        return max(following - self.clock.machine(), timedelta()) if following else None

    def _any_wanted(self, db: Transaction) -> bool:
        return files.any_wanted(db, self.clock.machine())

    async def _claim(self) -> list[File]:
        now = self.clock.machine()
        found, _ = await self.database.write(
            lambda db: files.claim(db, now, self.holder, now + LEASE, AT_ONCE)
        )
        return found

    async def _fetch(self, file: File) -> None:
        try:
            self._not_forever(file)
            ready = await self._ready(file, await self._content(file))
        except NotKept as not_kept:
            await self._refuse(file, not_kept.words)
        except TooLarge:
            await self._refuse(file, TOO_LARGE)
        except Never as never:
            log.info("file_never", file=file.id, reason=never.reason)
            await self._refuse(file, NOT_FETCHED)
        except BUGS as bug:
            log.exception("file_unreadable", file=file.id, exc_info=bug)
            await self._refuse(file, BROKEN)
        except (Later, Unclear) as later:
            await self._later(file, later)
        except Gone as gone:
            await self._later(file, Later(str(gone)))
        else:
            await self._settle(lambda db: self._keep(db, file, ready))

    async def _settle(self, work: Callable[[Transaction], None]) -> None:
        """Commit how it ended, and have the cards that show it redrawn now."""
        _, woken = await self.database.write(work)
        self.wake(woken)

    def _not_forever(self, file: File) -> None:
        """A file that has stopped its fetcher again and again is left alone."""
        if file.attempts > GIVE_UP_AFTER:
            raise NotKept(NOT_FETCHED)

    async def _content(self, file: File) -> bytes:
        if file.size > self.policy.largest:
            raise NotKept(TOO_LARGE)
        try:
            async with asyncio.timeout(SECONDS):
                return await self.platforms[file.platform].fetch(file.remote)
        except TimeoutError as error:
            raise Later("not fetched in time") from error

    async def _ready(self, file: File, content: bytes) -> Ready:
        """What is kept of these bytes, laid in the vault."""
        kind = await asyncio.to_thread(kind_of, content)
        if len(content) > self.policy.most(kind.family):
            raise NotKept(TOO_LARGE)
        if kind.family is Family.PICTURE:
            async with self._remaking:
                made = await asyncio.to_thread(remade, content, self.policy.longest_side)
            content, kind = made.content, made.kind
        kept = content
        noun = self.house.nouns.get(file.kind)
        few = noun is not None and noun.files_to.departments is not None
        if few or named_like_a_table(file.name):  # it may say what is confidential
            kept = await asyncio.to_thread(self.database.keyring.seal_bytes, content)
        laid = await asyncio.to_thread(self.vault.lay, kept)
        return Ready(content, kept, kind, laid)

    # --- in one transaction -----------------------------------------------------------------------

    def _keep(self, db: Transaction, file: File, ready: Ready) -> None:
        """Keep it, unless its sender or the company has no room left."""
        over = self._over(db, file, len(ready.content))
        if over:
            self.vault.drop(db, ready.vault)
            self._refused(db, file, over)
            return
        self.vault.keep(db, ready.vault, ready.kept)
        held = files.keep(
            db,
            known(file.id),
            self.holder,
            vault=ready.vault,
            media=ready.kind.media,
            size=len(ready.content),
        )
        if not held:
            self.vault.drop(db, ready.vault)
            return
        now = files.get(db, known(file.id))
        assert now is not None
        self._changed(db, now)
        filed(self.house, self._desk(db, now), now, ready.content)

    def _over(self, db: Transaction, file: File, size: int) -> T | None:
        zone = self.house.zone
        files.one_at_a_time(db)
        today = start_of_day(local_day(self.clock.now(), zone), zone)
        sent = files.sent_by(db, file.account_id, today)
        if sent + size > self.policy.account_daily_mb * 1_000_000:
            self._alarm(db, today, f"account {file.account_id}", T("by one account in a day"))
            return OVER_DAY
        if files.weight(db) + size > self.policy.company_mb * 1_000_000:
            self._alarm(db, today, "company", T("by the company in all"))
            return OVER_ALL
        return None

    def _alarm(self, db: Transaction, today: datetime, whose: str, what: T) -> None:
        """Tell the administrator, once a day of each."""
        kept = facts.get(db, FULL) or {}
        told = kept.get(today.isoformat(), [])
        if whose in told:
            return
        facts.put(db, FULL, {today.isoformat(): [*told, whose]})
        title = T("⚠ More files were sent than are kept: {what}", what=what)
        raise_alarm(db, self.clock, f"files {whose}", title, T("The limits stand in the policy."))

    async def _refuse(self, file: File, why: T) -> None:
        log.warning("file_refused", file=file.id, reason=why.text)
        await self._settle(lambda db: self._refused(db, file, why))

    def _refused(self, db: Transaction, file: File, why: T) -> None:
        if not files.refuse(db, known(file.id), self.holder, why.text):
            return
        now = files.get(db, known(file.id))
        assert now is not None
        self._changed(db, now)
        if now.account_id is not None:
            self._desk(db, now).tell(ToAccount(now.account_id), not_kept(now, why))

    async def _later(self, file: File, later: Later | Unclear) -> None:
        log.info("file_later", file=file.id, reason=later.reason)
        asked = isinstance(later, Later) and later.asked
        if file.attempts >= GIVE_UP_AFTER and not asked:
            await self._refuse(file, NOT_FETCHED)
            return
        after = later.after if isinstance(later, Later) and later.after else None
        wait = timedelta(seconds=after or backoff(file.attempts))
        at = self.clock.machine() + wait
        await self.database.write(
            lambda db: files.later(
                db, known(file.id), self.holder, at, later.reason, counts=not asked
            )
        )

    def _changed(self, db: Transaction, file: File) -> None:
        if file.subject_id is not None and subjects.state(db, file.kind, file.subject_id):
            subjects.change(db, file.kind, file.subject_id, self.clock.now(), None)

    def _desk(self, db: Transaction, file: File) -> Desk:
        """The sender's own desk, at the moment the file was sent."""
        account = people.account_by_id(db, file.account_id) if file.account_id else None
        return Desk(
            db=db,
            actor=actor_of_account(db, account, self.clock.now())
            if account
            else Actor(0, "Headwater"),
            source=Source(file.platform, file.workspace, ""),
            now=file.at,
            recorded_at=self.clock.now(),
            machine_now=self.clock.machine(),
            zone=self.house.zone,
            policy=self.house.policy,
            deed="file",
        )


def not_kept(file: File, why: T) -> Card:
    """What its sender is told."""
    about = Ref(file.kind, file.subject_id) if file.kind and file.subject_id is not None else None
    return Card(
        T("⚠ The file {name} was not kept", name=file.name or "—"),
        (Line(why), Note(T("Kept are {kinds}.", kinds=KEPT), cards.PUBLIC)),
        about,
    )


KEPT = T("photos, PDF, Word, Excel and PowerPoint files, CSV, plain text, voice and MP4 video")
