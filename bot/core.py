"""The house put together without its platforms: the door, the post, timers and the metronome."""

from __future__ import annotations

import secrets
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from bot import discovery, locale
from bot.door import Door
from bot.errands import Errands
from bot.fetching import Fetching
from bot.front import Fronts
from bot.house import House
from bot.passes import Passes
from bot.platform import Platform
from bot.post import Post
from bot.seal import Seal
from commands import rounds
from commands.kit.command import Catalogue, Command
from commands.kit.drafting import draft_noun
from commands.kit.noun import Nouns
from commands.kit.people import load as load_person
from commands.kit.policy import load
from commands.kit.words import Words
from commands.sheets.noun import SHEETS
from scheduler.clerk import LEASED, Clerk
from scheduler.clock import SWEEP, TICK, Clock, Metronome
from scheduler.courtesy import Courtesy
from scheduler.delivery import Delivery
from scheduler.printing import Printer
from scheduler.pulse import Pulse
from scheduler.redrawing import Drawing
from scheduler.sweep import Sweep
from scheduler.tally import Tally
from scheduler.timers import Timers
from storage import house as facts
from storage import leases, letters
from storage import timers as timer_rows
from storage.connections import SQLITE
from storage.database import Database, Gone, Transaction
from storage.keyring import Keyring
from storage.vault import vault_at

SECRET = "secret"  # noqa: S105 -- what the fact is called, not the fact
AHEAD = "clock_ahead"
LEAST = timedelta(microseconds=1)
Chore = Callable[[], Awaitable[timedelta | None]]


@dataclass
class Core:
    """Everything but the platforms, which are plugged into `platforms` before it starts.

    `chores` are what they want done by itself now and then, and when woken by name.
    """

    database: Database
    house: House
    clock: Clock
    metronome: Metronome = field(default_factory=Metronome)
    on_rooms: Callable[[], None] = field(default=lambda: None)
    rest: float = 0.0
    tally: Tally = field(default_factory=Tally)
    chores: dict[str, Chore] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Build what depends on the rest."""
        house, holder = self.house, secrets.token_hex(6)
        self.database.waited = self.tally.waited
        self.post = Post(self.database, house, self.platforms)
        courtesy = Courtesy(self.rest)
        self.door = Door(self.database, house, self.wake, self.post, self.tally, courtesy)
        drawing = Drawing(self.clock, house.nouns, house.policy, house.zone)
        self.delivery = Delivery(
            self.database, self.clock, self.post, drawing, holder=holder, tally=self.tally
        )
        self.timers = Timers(
            self.database,
            self.clock,
            house.nouns,
            house.policy,
            house.zone,
            holder=holder,
            tally=self.tally,
            reaches=self.post.knows,
        )
        self.pulse = Pulse(self.timers, self.wake)
        self.sweep = Sweep(self.database, self.clock, house.vault, house.policy)
        self.fetching = Fetching(
            self.database, house, self.platforms, holder=holder, wake=self.wake
        )
        self.clerk = Clerk(
            self.timers,
            house.vault,
            SHEETS,
            house.spoken,
            self._tongue,
            self.wake,
            courtesy=courtesy,
        )
        self.printer = Printer(self.timers, house.nouns, house.vault, self._tongue, self.wake)
        self.errands = Errands(self.database, house, self.platforms, self.door)
        self.fronts = Fronts(self.database, house, self.platforms)

    @property
    def platforms(self) -> dict[str, Platform]:
        """Every platform that is on, by name."""
        return self.house.platforms

    def start(self) -> None:
        """Begin to tick."""
        if self.database.engine == SQLITE:
            with suppress(Gone):  # somebody writes for long: then leases run out by themselves
                self.database.write_now(self._inherit)
        every = self.metronome.every
        every(TICK, "timers", self._fire)
        every(TICK, "letters", self._deliver)
        every(TICK, "unclear", self._reconcile)
        every(TICK, "files", self._fetch)
        every(TICK, "sheets", self._work_off)
        every(TICK, "errands", self.errands.tick)
        every(TICK, "papers", self.printer.tick)
        every(TICK, "fronts", self.fronts.tick)
        every(SWEEP, "sweep", self._clear)
        for name, chore in self.chores.items():
            every(SWEEP, name, chore)
        self.metronome.start()

    async def stop(self) -> None:
        """Stop ticking, then let go of the database."""
        await self.metronome.stop()
        self.database.close()

    async def move(self, by: timedelta) -> None:
        """Move the company's clock ahead, and let what has become due happen (a rehearsal)."""
        self.clock.ahead += by
        seconds = self.clock.ahead.total_seconds()
        await self.database.write(lambda db: facts.put(db, AHEAD, seconds))
        self.metronome.wake(frozenset({"timers", "letters"}))

    def wake(self, names: frozenset[str]) -> None:
        """What a commit changed is looked at now."""
        if "letters" in names:
            self.fronts.changed()
            names |= {"fronts"}
        self.metronome.wake(names)
        if "rooms" in names:
            self.on_rooms()

    def _inherit(self, db: Transaction) -> None:
        """SQLite has one bot: what another was doing, it was doing when it was killed.

        Only a table may be imported beside it, by a program of its own.
        """
        now = self.clock.machine()
        letters.orphan(db, now - LEAST)
        timer_rows.orphan(db)
        leases.end(db, now - LEAST, but=LEASED)

    async def _fire(self) -> timedelta | None:
        await self.pulse.tick()
        self.metronome.wake(await self.timers.tick())
        following = await self.database.read(timer_rows.next_at)
        return max(following - self.clock.now(), timedelta()) if following else None

    async def _deliver(self) -> timedelta | None:
        if await self.delivery.send():
            self.metronome.wake(frozenset({"unclear"}))
        return await self.delivery.next_in()

    async def _reconcile(self) -> timedelta | None:
        """What is looked up frees its lane."""
        if await self.delivery.reconcile():
            self.metronome.wake(frozenset({"letters", "unclear"}))
        return await self.delivery.reconcile_in()

    async def _fetch(self) -> timedelta | None:
        await self.fetching.tick()
        return await self.fetching.next_in()

    async def _work_off(self) -> timedelta | None:
        await self.clerk.tick()
        return None

    def _tongue(self, db: Transaction, person_id: int | None) -> Callable[[Words], str]:
        """How a person of the company is spoken to."""
        return self.house.reader_for(load_person(db, person_id) if person_id else None).say

    async def _clear(self) -> timedelta | None:
        self.clock.skew = await self.database.skew()
        self.metronome.wake(await self.sweep.tick())
        return None


def build(  # noqa: PLR0913 -- the one place where an installation's choices meet
    database: Database,
    *,
    language: str,
    zone: ZoneInfo,
    keys: tuple[bytes, ...] = (),
    policy_file: Path | None = None,
    files_url: str = "",
    public_url: str = "",
    public: bool = True,
    clock: Clock | None = None,
    more_commands: tuple[type[Command], ...] = (),
    catalogues: Mapping[str, Mapping[str, str]] | None = None,
    tally: Tally | None = None,
    rest: float = 0.0,
) -> Core:
    """Put the house together on a migrated database; `rest` is how long its clerk pauses."""
    (own, ahead), _ = database.write_now(_kept)
    catalogue = Catalogue([*discovery.commands(), *more_commands])
    declared = tuple(discovery.nouns())
    nouns = Nouns((*declared, draft_noun(catalogue, Nouns(declared))))
    ticking = clock or Clock(timedelta(seconds=ahead))
    policy = load(policy_file)
    policy.check()
    database.write_now(lambda db: rounds.begin(db, ticking.now(), zone))
    kept_keys = keys or (own.encode(),)
    # What was sealed before there were keys in the settings stays readable, and is sealed anew.
    database.keyring = Keyring(tuple(dict.fromkeys((*kept_keys, own.encode()))))
    house = House(
        catalogue=catalogue,
        nouns=nouns,
        policy=policy,
        catalogues=catalogues if catalogues is not None else locale.load(),
        language=language,
        zone=zone,
        clock=ticking,
        seal=Seal(kept_keys),
        passes=Passes(kept_keys, public_url, public),
        vault=vault_at(files_url, database.url),
    )
    return Core(database, house, ticking, rest=rest, tally=tally or Tally())


def _kept(db: Transaction) -> tuple[str, float]:
    """The key that this database keeps for itself, and how far a rehearsal's clock is ahead."""
    own = facts.get(db, SECRET)
    if own is None:
        own = secrets.token_hex(32)
        facts.put(db, SECRET, own)
    return own, float(facts.get(db, AHEAD) or 0.0)
