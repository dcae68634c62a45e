"""Tells staff when a platform does not let the bot hear, and when it does again."""

from __future__ import annotations

from collections.abc import Callable

from commands.kit.reasons import of_platform
from commands.kit.words import T
from scheduler import troubles
from scheduler.alarm import Clocks
from storage import troubles as kinds
from storage.database import Conflict, Database, Transaction


class Watch:
    """Watches over one platform's hearing."""

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
        await self._write(lambda db: self._begin(db, kind, reason))

    async def over(self, kind: str) -> None:
        """It lets us hear."""
        await self._write(lambda db: self._end(db, kind))

    async def _write(self, work: Callable[[Transaction], bool]) -> None:
        try:
            _, after = await self.database.write(work)
        except Conflict:
            return  # it was noted at this very moment from another side, and told from there
        self.wake(after)

    def _begin(self, db: Transaction, kind: str, reason: str) -> bool:
        name = f"{self.platform}:{kind}"
        match kind:
            case kinds.TOKEN:
                return troubles.token_refused(db, self.clock, self.platform, reason)
            case kinds.CONFLICT:
                what = T(
                    "⚠ Somebody else takes this bot's messages on {platform}", platform=self._name
                )
                why = T(
                    "Another program runs with the same token, so some messages never reach me. "
                    "Stop it, or make a new token and put it into my settings."
                )
            case kinds.DEAF:
                what = T("⚠ I can't reach {platform}: nothing is heard there", platform=self._name)
                why = T(
                    "I keep trying. See whether my machine's network and {platform} itself work "
                    "({why}).",
                    platform=self._name,
                    why=of_platform(reason),
                )
            case _:
                what = T(
                    "⚠ {platform} does not let me hear what is said there", platform=self._name
                )
                why = T(
                    "Install the app anew, or put its tokens into my settings and start me again "
                    "({why}).",
                    why=of_platform(reason),
                )
        return troubles.begin(db, self.clock, name, what, why, reason)

    def _end(self, db: Transaction, kind: str) -> bool:
        match kind:
            case kinds.TOKEN:
                return troubles.token_taken(db, self.clock, self.platform)
            case kinds.CONFLICT:
                what = T(
                    "✅ I alone take this bot's messages on {platform} again", platform=self._name
                )
            case kinds.DEAF:
                what = T("✅ I reach {platform} again", platform=self._name)
            case _:
                what = T("✅ {platform} lets me hear again", platform=self._name)
        why = T("Everything that is sent to me reaches me.")
        return troubles.end(db, self.clock, f"{self.platform}:{kind}", what, why)

    @property
    def _name(self) -> str:
        return self.platform.capitalize()
