"""Tells staff when a platform does not let the bot hear, and when it does again."""

from __future__ import annotations

from collections.abc import Callable

from commands.kit.words import T
from scheduler.alarm import Clocks, raise_alarm
from storage import house as facts
from storage.database import Database, Transaction

TROUBLE = "trouble"


class Watch:
    """Watches over one platform's hearing; what is wrong is told once, by another way."""

    def __init__(
        self,
        database: Database,
        clock: Clocks,
        wake: Callable[[frozenset[str]], None],
        platform: str,
    ) -> None:
        self.database = database
        self.clock = clock
        self.wake = wake
        self.platform = platform

    async def notice(self, kind: str, reason: str) -> None:
        """It does not let us hear until somebody does something about it."""
        what = T("⚠ {platform} does not let me hear what is said there", platform=self._name)
        why = T(
            "Install the app anew, or put its tokens into my settings and start me again ({why}).",
            why=reason,
        )
        await self._write(lambda db: self._turn(db, kind, reason, what, why))

    async def over(self, kind: str) -> None:
        """It lets us hear."""
        what = T("✅ {platform} lets me hear again", platform=self._name)
        why = T("Everything that is sent to me reaches me.")
        await self._write(lambda db: self._turn(db, kind, "", what, why))

    async def _write(self, work: Callable[[Transaction], None]) -> None:
        _, after = await self.database.write(work)
        self.wake(after)

    def _turn(self, db: Transaction, kind: str, reason: str, what: T, why: T) -> None:
        """Say it when it begins and when it is over, whichever replica notices."""
        name = f"{TROUBLE}:{self.platform}:{kind}"
        if bool(facts.get(db, name)) == bool(reason):
            return
        facts.put(db, name, reason)
        raise_alarm(db, self.clock, name, what, why, besides=self.platform)

    @property
    def _name(self) -> str:
        return self.platform.capitalize()
