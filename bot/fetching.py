"""Fetches the bytes of files that people sent, after the commit, as durably as letters are sent."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import timedelta
from io import BytesIO

import structlog
from PIL import Image, UnidentifiedImageError

from bot.platform import Platform
from commands.kit.errors import Later, Never, Unclear
from commands.kit.tables import ENDINGS, form_of
from scheduler.clock import Clock
from storage import files, subjects
from storage.database import Database, Transaction, known
from storage.files import File

log = structlog.get_logger("files")
HOLD = timedelta(minutes=2)
GIVE_UP_AFTER = 8
MOST_BYTES = 20_000_000
MOST_PIXELS = 60_000_000
# What every browser and platform shows; the other formats that the library reads stay unread.
SHOWN = ("PNG", "JPEG", "GIF", "WEBP", "BMP")


class Fetching:
    """One replica's fetcher."""

    def __init__(
        self,
        database: Database,
        clock: Clock,
        platforms: Mapping[str, Platform],
        arrived: Callable[[Transaction, File], None] = lambda _db, _file: None,
        wake: Callable[[frozenset[str]], None] = lambda _names: None,
    ) -> None:
        self.database = database
        self.clock = clock
        self.platforms = platforms
        self.arrived = arrived
        self.wake = wake

    async def tick(self) -> int:
        """Fetch what is wanted; give how many were tried."""
        tried = 0
        while wanted := await self._claim():
            for file in wanted:
                await self._fetch(file)
            tried += len(wanted)
        return tried

    async def _claim(self) -> list[File]:
        now = self.clock.machine()
        found, _ = await self.database.write(lambda db: files.claim(db, now, now + HOLD))
        return [file for file in found if file.platform in self.platforms]

    async def _fetch(self, file: File) -> None:
        try:
            content = await self.platforms[file.platform].fetch(file.remote)
        except Never as never:
            await self._refuse(file, never.reason)
        except (Later, Unclear) as later:
            log.info("file_later", file=file.id, reason=later.reason)
            if file.attempts + 1 >= GIVE_UP_AFTER:  # as claimed: this attempt is not counted yet
                await self._refuse(file, later.reason)
        else:
            await self._keep(file, content)

    async def _keep(self, file: File, content: bytes) -> None:
        media = media_of(content) or ENDINGS.get(form_of(content, file.name))
        if media is None:
            await self._refuse(file, "not a picture that can be shown")
            return
        _, after = await self.database.write(lambda db: self._kept(db, file, content, media))
        self.wake(after)

    def _kept(self, db: Transaction, file: File, content: bytes, media: str) -> None:
        files.keep(db, known(file.id), content, media)
        now = files.get(db, known(file.id))
        if now and now.subject_id is not None and subjects.state(db, now.kind, now.subject_id):
            subjects.change(db, now.kind, now.subject_id, self.clock.now(), None)
        if now:
            self.arrived(db, now)

    async def _refuse(self, file: File, reason: str) -> None:
        log.warning("file_refused", file=file.id, reason=reason)
        await self.database.write(lambda db: files.refuse(db, known(file.id), reason))


def media_of(content: bytes) -> str | None:
    """What kind of picture the bytes really are; None for anything else, or one too large."""
    if len(content) > MOST_BYTES:
        return None
    try:
        with Image.open(BytesIO(content), formats=SHOWN) as picture:
            if picture.width * picture.height > MOST_PIXELS:
                return None
            return Image.MIME.get(picture.format or "")
    except (UnidentifiedImageError, OSError, Image.DecompressionBombError):
        return None
