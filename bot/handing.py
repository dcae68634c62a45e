"""Hands files over in the chat itself, where nobody there could open a link of ours.

A file goes just ahead of the letter that speaks of it, once: a letter that is sent again finds that
its file is there.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

import structlog

from bot.platform import Address, Handed, Parcel
from bot.shelf import Place, Shelf
from commands.kit.errors import Later, Never, Unclear
from storage.uploads import Hung

log = structlog.get_logger("handing")
Give = Callable[[Address, Handed], Awaitable[str]]


@dataclass(frozen=True, slots=True)
class Handing:
    """One platform's hands. `give` posts a file and says as which message, where it knows that."""

    shelf: Shelf
    give: Give

    async def ahead(self, parcel: Parcel) -> None:
        """Post the files that a letter speaks of. Raises `Later` and `Never`: none has gone out."""
        place = Place(parcel.address, parcel.key)
        for file_id in parcel.page.papers:
            for hung in await self.shelf.claim(place, [file_id], ()):
                await self._one(parcel, place, hung)

    async def _one(self, parcel: Parcel, place: Place, hung: Hung) -> None:
        handed = parcel.papers.get(hung.file_id)
        if handed is None:
            return  # its bytes are gone: whoever asks for it is told so
        try:
            message = await self.give(parcel.address, handed)
        except (Later, Never):
            await self.shelf.take_down([hung])
            raise
        except Unclear as unclear:
            # It may be there: the letter has a button that gives it once more.
            log.warning("file_unclear", file=hung.file_id, reason=unclear.reason)
            return
        if message:
            await self.shelf.hangs(place, [(hung, message)])
