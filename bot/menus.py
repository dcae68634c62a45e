"""Menus of commands: what each chat should offer, told to a platform that shows such, and retold.

Whatever changes a menu (somebody joins, leaves, learns another trade, reads another language, or
a release brings a command) is seen by comparing what should be offered with what was told.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Protocol

import structlog

from bot.house import LANGUAGES, House
from bot.permission import may
from commands.kit.command import Declared
from commands.kit.errors import Later, Never, Unclear
from commands.kit.people import Actor, Person, Role, everybody
from scheduler.sending import backoff
from storage import journal, menus, pacing, people
from storage.database import Database, Transaction, known
from storage.menus import Menu
from storage.people import Account

log = structlog.get_logger("menus")

EVERYBODY, GROUPS, RUNNERS = "everybody", "groups", "runners"
AT_ONCE = 20
PAUSE = timedelta(seconds=1)
HOLD = timedelta(minutes=1)
# Used more lately comes first; but a menu that reorders itself all the time is hard to read.
LATELY = timedelta(days=60)
REORDERED_AFTER = timedelta(days=1)

Offered = tuple[tuple[str, str], ...]


class Teller(Protocol):
    """Who shows menus. Raises `Later`, `Never` or `Unclear`, and nothing else."""

    async def tell(self, shown_in: str, offered: Offered) -> None:
        """Show this menu there from now on; an empty one is none. To do so twice is harmless.

        `shown_in` is a direct chat, or a kind of chats and a language (perhaps none) after a colon.
        """


@dataclass(frozen=True, slots=True)
class Task:
    """A menu that must be told."""

    menu: Menu
    offered: Offered


def digest(words: Iterable[object]) -> str:
    """What a menu is recognised by."""
    return hashlib.sha256(repr(list(words)).encode()).hexdigest()[:16]


class Menus:
    """One replica's teller of menus on one platform."""

    def __init__(
        self, database: Database, house: House, teller: Teller, platform: str, workspace: str
    ) -> None:
        self.database = database
        self.house = house
        self.teller = teller
        self.platform = platform
        self.workspace = workspace

    async def tick(self) -> timedelta | None:
        """Tell what is new, a few at a time; give how long until more may be told."""
        tasks = await self.database.read(self._behind)
        if not tasks:
            return None
        for task in (await self.database.write(lambda db: self._take(db, tasks)))[0]:
            await self._tell(task)
        return PAUSE if len(tasks) > AT_ONCE else None

    def _behind(self, db: Transaction) -> list[Task]:
        """What should be offered and is not, or is offered and should not be."""
        told = menus.of(db, self.platform, self.workspace)
        wanted = Wanted(db, self.house, self.platform, self.workspace).menus()
        rows = {where: told.get(where) or self._new(where) for where in wanted}
        gone = [Task(row, ()) for where, row in told.items() if where not in wanted]
        late = [Task(rows[where], offered) for where, offered in wanted.items()]
        return [*gone, *(task for task in late if self._differs(task))]

    def _new(self, where: str) -> Menu:
        return Menu(platform=self.platform, workspace=self.workspace, shown_in=where)

    def _differs(self, task: Task) -> bool:
        now, menu = self.house.clock.machine(), task.menu
        if menu.next_at is not None and menu.next_at > now:
            return False
        if menu.told_at is None or menu.offered != digest(sorted(task.offered)):
            return True
        long_ago = now - menu.told_at > REORDERED_AFTER
        return long_ago and menu.ranking != digest(task.offered)

    def _take(self, db: Transaction, tasks: list[Task]) -> list[Task]:
        """A few of them, unless it is too soon after the last ones, on whatever replica."""
        now, pace = self.house.clock.machine(), f"{self.platform}:menus"
        free = pacing.next_at(db, pace)
        if free is not None and free > now:
            return []
        pacing.set_next(db, pace, now + PAUSE)
        return [t for t in tasks[:AT_ONCE] if menus.hold(db, t.menu, now, now + HOLD)]

    async def _tell(self, task: Task) -> None:
        menu = task.menu
        try:
            await self.teller.tell(menu.shown_in, task.offered)
        except Later as later:
            await self._later(menu, later.after, later.reason)
        except Unclear as unclear:
            await self._later(menu, None, unclear.reason)
        except Never as never:
            log.info("menu_not_shown", reason=never.reason)
            await self.database.write(lambda db: self._told(db, task))
        else:
            await self.database.write(lambda db: self._told(db, task))

    async def _later(self, menu: Menu, after: float | None, reason: str) -> None:
        log.info("menu_later", reason=reason)
        wait = timedelta(seconds=after or backoff(menu.attempts + 1))
        at = self.house.clock.machine() + wait
        await self.database.write(lambda db: menus.later(db, menu, at))

    def _told(self, db: Transaction, task: Task) -> None:
        if not task.offered:
            menus.forget(db, task.menu)
            return
        now = self.house.clock.machine()
        offered, ranking = digest(sorted(task.offered)), digest(task.offered)
        menus.told(db, task.menu, offered, ranking, now)


class Wanted:
    """What each chat should offer, as things stand in one transaction."""

    def __init__(self, db: Transaction, house: House, platform: str, workspace: str) -> None:
        self.db = db
        self.house = house
        self.accounts = people.linked(db, platform, workspace)
        self.people = everybody(db)
        self.listed = [c.declared for c in house.catalogue if c.declared.listed]
        self.used = {
            (one.person_id, one.deed): one.times
            for one in journal.used(db, house.clock.now() - LATELY)
        }
        self._allowed: dict[object, list[Declared]] = {}

    def menus(self) -> Mapping[str, Offered]:
        """By where it is shown: whoever is known has their own; all others what everybody may."""
        return {**self._wide(), **dict(filter(None, map(self._own, self.accounts)))}

    def _wide(self) -> dict[str, Offered]:
        everybody = [d for d in self.listed if Role.STRANGER in d.who]
        # What is said in a group is read by all: nobody should be led to type a secret there.
        groups = [d for d in everybody if not any(q.ask.secret for q in d.questions)]
        staff = [d for d in self.listed if d.who & {Role.STAFF, Role.ADMINISTRATOR}]
        runners = [*staff, *(d for d in groups if d not in staff)]
        kinds = {EVERYBODY: everybody, GROUPS: groups, RUNNERS: runners}
        return {
            f"{kind}:{language}": self._said(declared, language or self.house.language)
            for kind, declared in kinds.items()
            for language in ("", *LANGUAGES)
        }

    def _own(self, account: Account) -> tuple[str, Offered] | None:
        person = self.people.get(account.person_id) if account.person_id else None
        if not account.chat or (person is None and account.contact_id is None):
            return None
        allowed = self._may(person, account)
        if person:
            allowed = sorted(allowed, key=lambda d: -self.used.get((person.id, d.name), 0))
        language = self.house.reader_for(person, account.language).language
        return account.chat, self._said(allowed, language)

    def _may(self, person: Person | None, account: Account) -> list[Declared]:
        """What somebody may do; the same for all of the same departments."""
        alike = (person.departments, person.admin) if person else None
        if alike not in self._allowed:
            actor = Actor(known(account.id), "", person, account.contact_id)
            nouns = self.house.nouns
            self._allowed[alike] = [d for d in self.listed if may(self.db, nouns, actor, d, None)]
        return self._allowed[alike]

    def _said(self, declared: Iterable[Declared], language: str) -> Offered:
        say = self._reader(language)
        return tuple((d.name, say(d)) for d in declared)

    def _reader(self, language: str) -> Callable[[Declared], str]:
        reader = self.house.reader_for(None, language)
        return lambda declared: reader.say(declared.words)
