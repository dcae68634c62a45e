"""Has papers made that somebody asked for, and hands them over; nobody else waits meanwhile.

What is to be drawn is gathered in one reading, translated for its reader, drawn in a process of its
own (`scheduler.press`), and kept with the letter that brings it, in one transaction.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any

import structlog

from commands.kit.card import Card, Download, Part, Picture
from commands.kit.noun import Nouns
from commands.kit.paper import KIND as PAPER
from commands.kit.paper import Chart, Leaflet, Paper
from commands.kit.people import ToAccount
from commands.kit.sheet import Say
from commands.kit.words import T
from scheduler.redrawing import Look
from scheduler.sending import BUGS
from scheduler.timers import Timers
from storage import files, orders
from storage.database import Database, Transaction, known
from storage.files import File
from storage.orders import PaperOrder
from storage.vault import Vault

log = structlog.get_logger("printing")
HOLD = timedelta(seconds=90)
DRAWN_WITHIN = 60.0
MOST_TRIES = 3
PDF, PNG = "application/pdf", "image/png"


class Undrawn(Exception):
    """The process that draws did not bring anything."""


class Printer:
    """One replica's printer: one paper at a time."""

    def __init__(
        self,
        timers: Timers,
        nouns: Nouns,
        vault: Vault,
        tongue: Callable[[Transaction, int | None], Say],
        wake: Callable[[frozenset[str]], None],
    ) -> None:
        self.timers = timers
        self.nouns = nouns
        self.vault = vault
        self.tongue = tongue
        self.wake = wake
        self.database: Database = timers.database
        self.clock = timers.clock

    async def tick(self) -> timedelta | None:
        """Make what is to be made; give when there is more."""
        while await self.database.read(self._any_due) and (order := await self._claim()):
            await self._make(order)
        following = await self.database.read(orders.next_at)
        return max(following - self.clock.machine(), timedelta()) if following else None

    def _any_due(self, db: Transaction) -> bool:
        return orders.any_due(db, self.clock.machine())

    async def _claim(self) -> PaperOrder | None:
        now = self.clock.machine()
        found, _ = await self.database.write(lambda db: orders.claim(db, now, now + HOLD))
        return found

    async def _make(self, order: PaperOrder) -> None:
        if order.attempts >= MOST_TRIES:  # drawing it has ended the whole bot, more than once
            await self._end(order, lambda db: self._sorry(db, order))
            return
        try:
            paper, told = await self.database.read(lambda db: self._gathered(db, order))
            content = await drawn_beside(told)
        except (Undrawn, *BUGS) as why:
            log.warning("paper_undrawn", order=order.id, paper=order.paper, why=_kind_of(why))
            if order.attempts + 1 >= MOST_TRIES:
                await self._end(order, lambda db: self._sorry(db, order))
            return
        laid = await asyncio.to_thread(self.vault.lay, content)
        await self._end(order, lambda db: self._hand_over(db, order, paper, told, laid, content))

    def _gathered(self, db: Transaction, order: PaperOrder) -> tuple[Paper, dict[str, Any]]:
        """What is to be drawn, and the same in its reader's words."""
        noun = self.nouns.get(order.kind)
        draw = noun.papers.get(order.paper) if noun else None
        if draw is None:
            raise Undrawn(f"nobody knows how to draw {order.paper} of {order.kind}")
        timers = self.timers
        look = Look(db, self.clock.now(), timers.zone, timers.policy)
        paper = draw(look, order.subject_id, order.told)
        return paper, translated(paper, self.tongue(db, order.person_id))

    async def _end(self, order: PaperOrder, work: Callable[[Transaction], None]) -> None:
        def once(db: Transaction) -> None:
            if orders.done(db, known(order.id)):
                work(db)

        _, after = await self.database.write(once)
        self.wake(after)

    def _hand_over(  # what was made and for whom, each by its name
        self,
        db: Transaction,
        order: PaperOrder,
        paper: Paper,
        told: Mapping[str, Any],
        vault: str,
        content: bytes,
    ) -> None:
        self.vault.keep(db, vault, content)
        pdf = isinstance(paper, Leaflet)
        ending, media = ("pdf", PDF) if pdf else ("png", PNG)
        id_ = files.add_made(db, File(
            platform="", workspace="", remote="", name=f"{told['name']}.{ending}", vault=vault,
            media=media, size=len(content), account_id=order.account_id,
            kind=PAPER, subject_id=order.id, at=self.clock.now(),
        ))  # fmt: skip
        part: Part
        if pdf:
            part = Download(id_, T("Download {name}", name=f"{told['name']}.{ending}"))
        else:
            part = Picture(id_, paper.title)
        desk = self.timers.desk(db, self.clock.now(), "paper")
        desk.tell(ToAccount(order.account_id, order.person_id), Card(paper.title, (part,)))

    def _sorry(self, db: Transaction, order: PaperOrder) -> None:
        desk = self.timers.desk(db, self.clock.now(), "paper")
        said = T("The page could not be drawn. Please tell your administrator.")
        desk.tell(ToAccount(order.account_id, order.person_id), Card(said))


def _kind_of(why: Exception) -> str:
    """What went wrong, without words that somebody may have written."""
    return str(why) if isinstance(why, Undrawn) else type(why).__name__


def translated(paper: Paper, say: Say) -> dict[str, Any]:
    """A paper in plain words of one language."""
    common = {"name": say(paper.name), "title": say(paper.title)}
    if isinstance(paper, Chart):
        bars = [{"name": say(one.name), "values": list(one.values)} for one in paper.series]
        labels = [say(label) for label in paper.labels]
        return common | {
            "what": "chart",
            "unit": say(paper.unit),
            "labels": labels,
            "series": bars,
        }
    chapters = [
        {
            "title": say(one.title),
            "rows": [[say(name), say(value)] for name, value in one.rows],
            "lines": [say(line) for line in one.lines],
        }
        for one in paper.chapters
    ]
    return common | {
        "what": "leaflet",
        "subtitle": say(paper.subtitle),
        "chapters": chapters,
        "mark": say(paper.mark),
    }


async def drawn_beside(told: Mapping[str, Any]) -> bytes:
    """Have it drawn by a process that ends with it. Raises `Undrawn`."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-c",
        "from scheduler.press import answer; answer()",
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(p for p in sys.path if p)},
    )
    try:
        waiting = process.communicate(json.dumps(told).encode())
        made, said = await asyncio.wait_for(waiting, DRAWN_WITHIN)
    except TimeoutError as error:
        raise Undrawn(f"not drawn within {DRAWN_WITHIN:.0f} s") from error
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    if process.returncode:
        # The last line names what went wrong; lines above it may quote what was to be drawn.
        kind = said.decode("utf-8", "replace").strip().rpartition("\n")[2].partition(":")[0]
        raise Undrawn(f"exit code {process.returncode}: {kind}")
    return made
