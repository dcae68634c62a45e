"""What is cleared away now and then: expired drafts, records past their keeping."""

from __future__ import annotations

from datetime import timedelta
from functools import partial

from commands.kit.paper import KIND as PAPER
from commands.kit.policy import Policy
from commands.kit.words import T
from commands.people import CODE_LASTS, INVITATION
from commands.sheets.noun import SheetPolicy
from scheduler.alarm import raise_alarm
from scheduler.clock import Clock
from storage import (
    deliveries,
    drafts,
    files,
    heard,
    house,
    letters,
    postings,
    sheets,
    subjects,
    timers,
)
from storage.database import Conflict, Database, Transaction, known
from storage.files import File
from storage.resealing import outdated, reseal
from storage.vault import Vault

DELIVERIES_KEPT = timedelta(days=14)
LETTERS_KEPT = timedelta(days=400)
POSTINGS_KEPT = timedelta(days=400)
TIMERS_KEPT = timedelta(days=400)
VAULT_SWEPT, RESEALED = "vault_swept", "resealed"
AT_ONCE = 20
AGED = T("tables are kept for a time, and this one's is over")
LOST = T("its bytes are no longer where they were kept; restore them from a backup")


class Sweep:
    """Clears away in slices, so that the writer is never held for long."""

    def __init__(self, database: Database, clock: Clock, vault: Vault, policy: Policy) -> None:
        self.database = database
        self.clock = clock
        self.vault = vault
        self.policy = policy

    async def tick(self) -> frozenset[str]:
        """One round."""
        after: set[str] = set()
        for piece in (self._drafts, self._deliveries, self._letters, self._codes):
            try:
                _, woken = await self.database.write(piece)
            except Conflict:
                continue  # another replica has just done the same
            after |= woken
        await self._keys()
        return frozenset(after) | await self._tables() | await self._vault()

    async def _keys(self) -> None:
        """Once a day, and when there is a new key: what an old one sealed is sealed anew."""
        day = f"{self.clock.machine().date().isoformat()} {self.database.keyring.newest}"
        if await self.database.read(lambda db: house.get(db, RESEALED)) == day:
            return
        while found := await self.database.read(outdated):
            done, _ = await self.database.write(partial(reseal, found=found))
            if not done:
                break
        await self.database.write(lambda db: house.put(db, RESEALED, day))

    async def _tables(self) -> frozenset[str]:
        """Tables and papers are kept for a time; the journal keeps what they were."""
        after: frozenset[str] = frozenset()
        while True:
            names, woken = await self.database.write(self._aged_tables)
            for name in names:
                await self.database.write(partial(self.vault.drop, name=name))
            after |= woken
            if len(names) < AT_ONCE:
                return after

    def _aged_tables(self, db: Transaction) -> list[str]:
        now = self.clock.now()
        days = self.policy.of(SheetPolicy).kept_days
        before = now - timedelta(days=days)
        aged = [
            file for kind in (sheets.KIND, PAPER) for file in files.aged(db, kind, before, AT_ONCE)
        ]
        self._end(db, aged, AGED)
        return [file.vault for file in aged]

    async def _vault(self) -> frozenset[str]:
        """Once a day: bytes that no file has go, and a file whose bytes are gone says so."""
        today = self.clock.machine().date().isoformat()
        if await self.database.read(lambda db: house.get(db, VAULT_SWEPT)) == today:
            return frozenset()
        stray = await self.database.read(self.vault.stray)
        missing = await self.database.read(self.vault.missing)
        for name in stray:
            await self.database.write(partial(self.vault.drop, name=name))
        _, woken = await self.database.write(lambda db: self._lost(db, missing))
        await self.database.write(lambda db: house.put(db, VAULT_SWEPT, today))
        return woken

    def _lost(self, db: Transaction, missing: list[File]) -> None:
        self._end(db, missing, LOST)
        if missing:
            what = T("⚠ {n} file is gone", "⚠ {n} files are gone", n=len(missing))
            raise_alarm(db, self.clock, "vault", what, LOST)

    def _end(self, db: Transaction, ended: list[File], why: T) -> None:
        """Their bytes are no longer here, and their subjects' cards say so."""
        for file in ended:
            files.lose(db, known(file.id), why.text)
            if file.subject_id is not None and subjects.state(db, file.kind, file.subject_id):
                subjects.change(db, file.kind, file.subject_id, self.clock.now(), None)

    def _drafts(self, db: Transaction) -> None:
        """A draft left alone expires; its card says so and offers the way on."""
        now = self.clock.now()
        for draft in drafts.expired(db, now):
            drafts.end(db, known(draft.id), drafts.EXPIRED)
            subjects.change(db, "draft", known(draft.id), now, None)

    def _deliveries(self, db: Transaction) -> None:
        deliveries.forget(db, self.clock.machine() - DELIVERIES_KEPT)
        heard.forget(db, self.clock.machine() - DELIVERIES_KEPT)

    def _letters(self, db: Transaction) -> None:
        now = self.clock.machine()
        letters.forget(db, now - LETTERS_KEPT)
        postings.forget(db, now - POSTINGS_KEPT)
        timers.forget(db, now - TIMERS_KEPT)

    def _codes(self, db: Transaction) -> None:
        """A picture of a code goes with the code."""
        files.forget(db, INVITATION, self.clock.now() - CODE_LASTS)
