"""What people said, what was acknowledged of it, and what the database made of it."""

from __future__ import annotations

import asyncio
import random
import re
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass, field

from storage.connections import SQLITE, Connection, connect, engine_of
from tests.faults.intakes import Intake

MARK = re.compile(r"K(\d+)K")
VISITORS = ("lina", "zhouqiang", "wang")
REPORTERS = ("chenjing", "liuyang", "sunmin")
CUSTOMERS = ("永固", "宁波精工", "恒达精密")


@dataclass
class Ledger:
    """Numbers everything that is said; a number stands in the text, and so in its effect."""

    chance: random.Random
    said: int = 0
    acknowledged: set[int] = field(default_factory=set)
    once: set[int] = field(default_factory=set)

    def next(self, user: str, *, slash: bool) -> tuple[int, str]:
        """What this person says next: a visit, or a complaint from those who make none."""
        self.said += 1
        mark, customer = self.said, self.chance.choice(CUSTOMERS)
        if slash:
            self.once.add(mark)
        if user in VISITORS:
            return mark, f"{'/visit ' if slash else '拜访'}{customer} 谈了报价K{mark}K same: no"
        return mark, f"{'/complaint ' if slash else '投诉 '}{customer} 螺栓锈蚀K{mark}K"

    async def talk(self, intake: Intake, user: str, goes_on: Callable[[], bool]) -> None:
        """One person's talk, until the bot does not answer any more."""
        slashes = intake.platform == "slack"
        while goes_on():
            mark, text = self.next(user, slash=slashes and self.chance.random() < 1 / 3)
            if await intake.says(user, text):
                self.acknowledged.add(mark)
            elif not goes_on():
                return
            await asyncio.sleep(self.chance.random() * 0.05)

    def due(self) -> set[int]:
        """What must have had its effect once everything has been delivered.

        A slash command that got no answer is not repeated: it may have had one.
        """
        return set(range(1, self.said + 1)) - (self.once - self.acknowledged)


@dataclass(frozen=True)
class Effects:
    """How often each number stands in the database, and what is not whole there."""

    times: Counter[int]
    broken: Sequence[str]

    def lost(self, wanted: set[int]) -> list[int]:
        """Those without an effect."""
        return sorted(mark for mark in wanted if not self.times[mark])

    def doubled(self) -> list[int]:
        """Those with more than one."""
        return sorted(mark for mark, times in self.times.items() if times > 1)


def effects(url: str) -> Effects:
    """Read the database."""
    with closing(connect(url)) as db:
        texts = [
            str(text)
            for table, column in (("visit", "notes"), ("cases", "text"))
            for (text,) in db.execute(f"SELECT {column} FROM {table}").fetchall()  # noqa: S608
        ]
        marks = [int(found) for text in texts for found in MARK.findall(text)]
        return Effects(Counter(marks), [*_torn(db, url), *_halves(db)])


def _torn(db: Connection, url: str) -> list[str]:
    if engine_of(url) != SQLITE:
        return []
    checks = ("integrity_check", "foreign_key_check")
    said = [row for name in checks for row in db.execute(f"PRAGMA {name}").fetchall()]
    return [str(row) for row in said if row != ("ok",)]


# A deed committed in part: a case has its report, its duties, its subject and its journal.
_HALVES = {
    "a case without both duties": """SELECT c.number FROM cases c WHERE 2 <>
        (SELECT count(*) FROM due d WHERE d.kind = 'case' AND d.subject_id = c.id
         AND d.state <> 'excused')""",
    "a case not reported once": """SELECT c.number FROM cases c WHERE 1 <>
        (SELECT count(*) FROM report r WHERE r.case_id = c.id)""",
    "a subject not journalled once": """SELECT s.kind, s.id FROM subject s
        WHERE s.kind IN ('case', 'visit') AND 1 <> (SELECT count(*) FROM journal j
        WHERE j.kind = s.kind AND j.subject_id = s.id AND j.before IS NULL
        AND j.deed IN ('complaint', 'visit'))""",
}


def _halves(db: Connection) -> list[str]:
    return [f"{what}: {row}" for what, sql in _HALVES.items() for row in db.execute(sql).fetchall()]
