"""Fetches updates: one replica at a time, and an update is confirmed only after its commit."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog
from telegram.error import TelegramError

from bot.telegram import hear
from bot.telegram.api import Delivery, Kind, Trouble, Updates, trouble
from bot.telegram.hear import PLATFORM
from bot.telegram.intake import Intake, outcome
from storage import leases, offsets
from storage.database import Database, Gone, Transaction

log = structlog.get_logger(PLATFORM)

# Longer than a poll waits, and so short that another is soon heard after this replica has died.
LEASE = timedelta(seconds=20)
# Telegram numbers anew after a week without updates: an older offset could hide what comes then.
OFFSET_LASTS = timedelta(days=6)
NOT_MINE = 10.0
AT_ONCE = 0.5
LONGEST_PAUSE = 30.0
NOTICED_AFTER = 2
CALM = timedelta(minutes=2)
AWAY = timedelta(minutes=2)


@dataclass(frozen=True, slots=True)
class Grounds:
    """What listening stands on: database, this replica's name, clock, whom to tell, how to wait.

    `notice` is told what does not let us hear, `over` what does not trouble us now.
    """

    database: Database
    holder: str
    now: Callable[[], datetime]
    notice: Callable[[Kind, str], Awaitable[None]]
    over: Callable[[Kind], Awaitable[None]]
    pause: Callable[[float], Awaitable[None]] = asyncio.sleep


class Temper:
    """Whether Telegram lets us hear: tells a lasting trouble once, and how long to wait.

    It is over only when all has gone well for a while: two programs that fetch the same updates
    take turns at it.
    """

    def __init__(self, grounds: Grounds) -> None:
        self._grounds = grounds
        self.state: Kind = ""
        self._failures = 0
        self._same = 0
        self._told: set[Kind] = set()
        self._fine: set[Kind] = set()
        self._troubled_at: datetime | None = None
        self._away_since: datetime | None = None

    async def fine(self, *proven: Kind) -> None:
        """It went well, which proves that of these kinds there is no trouble now."""
        self.state, self._failures, self._away_since = "", 0, None
        if self._troubled_at and self._grounds.now() - self._troubled_at < CALM:
            return
        self._same = 0
        for kind in proven:
            if kind not in self._fine and await self._done(self._grounds.over(kind)):
                self._fine.add(kind)
                self._told.discard(kind)

    async def troubled(self, error: BaseException) -> float:
        """How many seconds to wait after a failure."""
        found = self._lasting(error if isinstance(error, Trouble) else _trouble(error))
        self._failures += 1
        if found.kind:
            self._same = self._same + 1 if found.kind not in self._fine else 1
            self._fine.discard(found.kind)
            self._troubled_at = self._grounds.now()
        self.state = found.kind
        await self._notice(found)
        return found.after or min(LONGEST_PAUSE, 2.0 ** (self._failures - 1))

    def _lasting(self, found: Trouble) -> Trouble:
        """A network that was away for a moment is no matter; one that stays away is."""
        now = self._grounds.now()
        self._away_since = (self._away_since or now) if found.away else None
        if self._away_since is None or now - self._away_since < AWAY:
            return found
        return Trouble(str(found), "deaf", found.after, away=True)

    async def _notice(self, found: Trouble) -> None:
        """Tell a conflict only when it stays: replicas that hand over may have one for a moment."""
        enough = NOTICED_AFTER if found.kind == "conflict" else 1
        if not found.kind or self._same < enough or found.kind in self._told:
            return
        if await self._done(self._grounds.notice(found.kind, str(found))):
            self._told.add(found.kind)

    async def _done(self, telling: Awaitable[None]) -> bool:
        told = await outcome(telling)
        if told is not None:
            log.warning("notice_lost", exc_info=told)
        return told is None


def _trouble(error: BaseException) -> Trouble:
    if isinstance(error, TelegramError):
        return trouble(error)
    if not isinstance(error, Gone):
        log.error("listening_failed", exc_info=error)
    return Trouble(type(error).__name__)


@dataclass(frozen=True, slots=True)
class Turn:
    """It is this replica's turn to fetch, from this offset on; else in so many seconds perhaps."""

    offset: int | None
    mine: bool = True
    wait: float = 0.0


class Poller:
    """Offset and lease live in the database only: any replica goes on where another stopped."""

    def __init__(self, updates: Updates, intake: Intake, grounds: Grounds) -> None:
        bot = intake.me.id if intake.me else ""
        self._updates = updates
        self._intake = intake
        self._grounds = grounds
        self._job = f"{PLATFORM}:poll:{bot}"
        self._stream = f"{PLATFORM}:{bot}"
        self.heard_at: datetime | None = None
        self.fetched = False

    async def round(self) -> float:
        """Fetch and take one batch if it is our turn; give the seconds to wait before the next."""
        self.fetched = False
        turn, _ = await self._grounds.database.write(self._turn)
        if not turn.mine:
            return turn.wait
        began = asyncio.get_running_loop().time()
        batch = await self._updates.after(turn.offset)
        self.heard_at, self.fetched = self._grounds.now(), True
        if not batch:
            hasty = asyncio.get_running_loop().time() - began < AT_ONCE
            return AT_ONCE if hasty else 0.0
        await self._take(batch)
        return 0.0

    async def rest(self) -> None:
        """Let another replica fetch."""
        try:
            await self._grounds.database.write(self._release)
        except Gone as gone:
            log.warning("lease_kept", reason=str(gone))

    async def _take(self, batch: Sequence[Delivery]) -> None:
        if not await self._intake.take(batch):
            raise Trouble("some updates could not be kept")
        numbers = [n for n in (hear.update_id(one.raw) for one in batch) if n is not None]
        if not numbers:
            raise Trouble("no update of a batch has a number")
        after = max(numbers) + 1
        await self._grounds.database.write(lambda db: self._move(db, after))

    # --- in a transaction ------------------------------------------------------------------------

    def _held(self, db: Transaction) -> bool:
        now = self._grounds.now()
        return leases.take(db, self._job, self._grounds.holder, now, now + LEASE)

    def _turn(self, db: Transaction) -> Turn:
        if not self._held(db):
            return Turn(None, mine=False, wait=self._until_free(db))
        kept = offsets.of(db, self._stream)
        fresh = kept is not None and self._grounds.now() - kept.at < OFFSET_LASTS
        return Turn(kept.next if kept and fresh else None)

    def _until_free(self, db: Transaction) -> float:
        """Until the other's lease ends, if it is not renewed; but it may let go before."""
        held = leases.of(db, self._job)
        left = (held.until - self._grounds.now()).total_seconds() if held else 0.0
        return min(NOT_MINE, left + AT_ONCE)

    def _move(self, db: Transaction, after: int) -> None:
        """Remember how far we are, unless another has taken over meanwhile and is further."""
        if self._held(db):
            offsets.set_next(db, self._stream, after, self._grounds.now())

    def _release(self, db: Transaction) -> None:
        held = leases.of(db, self._job)
        if held and held.holder == self._grounds.holder:
            now = self._grounds.now()
            leases.take(db, self._job, self._grounds.holder, now, now)
