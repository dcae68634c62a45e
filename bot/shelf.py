"""What a platform already has of our files: remembered in rows, so that nothing goes twice."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TypeVar

from bot.pages import Image, Page
from bot.platform import Address
from commands.kit.errors import Later
from scheduler.sending import Rate
from storage import files, pacing, postings, uploads
from storage.database import Conflict, Database, Gone, Transaction, known
from storage.postings import Posting
from storage.uploads import Hung, Upload

V = TypeVar("V")


@dataclass(frozen=True, slots=True)
class Place:
    """A message with a card, below which pictures hang."""

    address: Address
    card: str


@dataclass(frozen=True, slots=True)
class Shelf:
    """One platform's shelf. A database that cannot be reached is a `Later`."""

    database: Database
    now: Callable[[], datetime]

    # --- what was uploaded ------------------------------------------------------------------------

    async def has(self, at: Address, file_id: int) -> Upload | None:
        """What a workspace has of a file."""
        return await self._read(lambda db: uploads.of(db, at.platform, at.workspace, file_id))

    async def put(self, at: Address, file_id: int, remote: str, *, ready: bool) -> None:
        """A workspace has a file; one that is not ready can't be shown yet."""
        row = Upload(
            platform=at.platform,
            workspace=at.workspace,
            file_id=file_id,
            remote=remote,
            ready=ready,
            at=self.now(),
        )
        await self._write(lambda db: uploads.remember(db, row))

    async def forget(self, at: Address, file_ids: Iterable[int]) -> None:
        """A workspace has lost files, or never took them."""

        def drop(db: Transaction) -> None:
            for file_id in file_ids:
                uploads.forget(db, at.platform, at.workspace, file_id)

        await self._write(drop)

    async def name_of(self, file_id: int) -> str:
        """What its sender called a file; a platform wants it named as what it is."""
        file = await self._read(lambda db: files.get(db, file_id))
        ending = ".png" if file and file.media == "image/png" else ".jpg"
        return f"{file_id}{ending}"

    # --- what hangs below a card ------------------------------------------------------------------

    async def claim(
        self, place: Place, file_ids: Sequence[int], rates: Sequence[Rate]
    ) -> list[Hung]:
        """Begin to hang those that do not yet hang here; `Later` while it is not our turn."""
        return await self._write(lambda db: self._claim(db, place, file_ids, rates))

    async def hangs(self, place: Place, shown: Sequence[tuple[Hung, str]]) -> None:
        """They are there, as these messages; whoever answers one speaks of its subject."""

        def settle(db: Transaction) -> None:
            for hung, message in shown:
                uploads.hangs(db, known(hung.id), message)
                self._posted(db, place, hung.file_id, message)

        await self._write(settle)

    async def take_down(self, begun: Sequence[Hung]) -> None:
        """They surely are not there."""

        def undo(db: Transaction) -> None:
            for hung in begun:
                uploads.take_down(db, known(hung.id))

        await self._write(undo)

    def _claim(
        self, db: Transaction, place: Place, file_ids: Sequence[int], rates: Sequence[Rate]
    ) -> list[Hung]:
        at = place.address
        here = uploads.below(db, at.platform, at.workspace, at.chat, place.card)
        fresh = [one for one in file_ids if one not in {hung.file_id for hung in here}]
        if fresh:
            self._take_turn(db, rates, len(fresh))
        return [self._begun(db, place, file_id) for file_id in fresh]

    def _begun(self, db: Transaction, place: Place, file_id: int) -> Hung:
        at = place.address
        hung = Hung(
            platform=at.platform,
            workspace=at.workspace,
            chat=at.chat,
            card=place.card,
            file_id=file_id,
            at=self.now(),
        )
        uploads.hang(db, hung)
        return hung

    def _take_turn(self, db: Transaction, rates: Sequence[Rate], many: int) -> None:
        """Pictures count against the same limits as letters do."""
        now = self.now()
        free = [pacing.next_at(db, rate.destination) for rate in rates]
        wait = max((at for at in free if at and at > now), default=None)
        if wait is not None:
            raise Later("not our turn", (wait - now).total_seconds(), asked=True)
        for rate in rates:
            pacing.set_next(db, rate.destination, now + rate.gap * many)

    def _posted(self, db: Transaction, place: Place, file_id: int, message: str) -> None:
        file = files.get(db, file_id)
        if file is None or file.subject_id is None:
            return
        at = place.address
        row = Posting(
            platform=at.platform,
            workspace=at.workspace,
            chat=at.chat,
            thread=at.thread,
            message=message,
            kind=file.kind,
            subject_id=file.subject_id,
            follows=False,
            posted_at=self.now(),
        )
        postings.add(db, row)

    async def _read(self, work: Callable[[Transaction], V]) -> V:
        try:
            return await self.database.read(work)
        except Gone as gone:
            raise Later(str(gone)) from gone

    async def _write(self, work: Callable[[Transaction], V]) -> V:
        try:
            done, _ = await self.database.write(work)
        except (Gone, Conflict) as error:
            raise Later(str(error)) from error
        return done


def images(page: Page) -> list[Image]:
    """The pictures of a page, in order, each once."""
    return list(
        {block.file_id: block for block in page.blocks if isinstance(block, Image)}.values()
    )


def named(page: Page, remotes: dict[int, str]) -> Page:
    """The page, its pictures under the names that the platform gave them."""
    blocks = tuple(
        replace(block, remote=remotes.get(block.file_id, "")) if isinstance(block, Image) else block
        for block in page.blocks
    )
    return replace(page, blocks=blocks)
