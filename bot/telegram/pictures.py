"""Hangs pictures below their cards: a message of words can't become one of pictures by an edit.

Each picture is posted once below a card, as an answer to it; which hang where is kept in rows. When
nobody knows whether one was posted, it is not posted again: the card names it in a line.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

import structlog
from telegram import Bot, InputFile, InputMediaPhoto, Message, ReplyParameters

from bot.pages import Image
from bot.platform import Parcel
from bot.shelf import Place, Shelf, images
from bot.telegram.hear import PLATFORM
from commands.kit.errors import Later, Never, Unclear
from scheduler.sending import Rate
from storage.uploads import Hung

V = TypeVar("V")
Json = Any
Ask = Callable[[Awaitable[tuple[Message, ...]]], Awaitable[tuple[Message, ...]]]
log = structlog.get_logger(PLATFORM)
CAPTION = 900
ALBUM = 10


@dataclass(frozen=True, slots=True)
class TelegramPictures:
    """Posts pictures below the cards of one bot."""

    shelf: Shelf
    bot: Bot
    ask: Ask

    async def hang(self, parcel: Parcel, card: str, rates: Sequence[Rate]) -> None:
        """Post what does not hang below this card yet. Raises `Later` alone: it may be repeated."""
        wanted = {image.file_id: image for image in images(parcel.page)}
        if not wanted:
            return
        place = Place(parcel.address, card)
        claimed = await self.shelf.claim(place, list(wanted), rates)
        for start in range(0, len(claimed), ALBUM):
            some = claimed[start : start + ALBUM]
            try:
                await self._some(parcel, place, wanted, some)
            except Later:
                await self.shelf.take_down(claimed[start:])
                raise

    async def _some(
        self, parcel: Parcel, place: Place, wanted: dict[int, Image], some: list[Hung]
    ) -> None:
        found = [(hung, await self._photo(parcel, hung.file_id)) for hung in some]
        photos = {hung.file_id: photo for hung, photo in found if photo is not None}
        here = [hung for hung in some if hung.file_id in photos]
        if not here:
            return
        try:
            told = await self.ask(self._post(parcel, place, wanted, photos, here))
        except Never as never:
            log.warning("pictures_refused", reason=never.reason)
        except Unclear as unclear:
            log.warning("pictures_unclear", reason=unclear.reason)
        else:
            await self._keep(parcel, place, here, told)

    async def _photo(self, parcel: Parcel, file_id: int) -> str | InputFile | None:
        """What Telegram calls a picture that it has, or its bytes."""
        has = await self.shelf.has(parcel.address, file_id)
        if has is not None:
            return has.remote
        content = parcel.pictures.get(file_id)
        if content is None:
            return None
        name = await self.shelf.name_of(file_id)
        return InputFile(content, filename=name, attach=True)

    async def _post(
        self,
        parcel: Parcel,
        place: Place,
        wanted: dict[int, Image],
        photos: dict[int, str | InputFile],
        here: list[Hung],
    ) -> tuple[Message, ...]:
        """One as a photo, several as an album: both are one call."""
        where = parcel.address
        common: dict[str, Json] = {
            "chat_id": int(where.chat),
            "disable_notification": True,
            "message_thread_id": int(where.thread) if where.thread else None,
            "reply_parameters": ReplyParameters(int(place.card), allow_sending_without_reply=True),
        }
        captions = [wanted[hung.file_id].alt[:CAPTION] for hung in here]
        if len(here) == 1:
            photo = photos[here[0].file_id]
            return (await self.bot.send_photo(photo=photo, caption=captions[0], **common),)
        media = [
            InputMediaPhoto(photos[hung.file_id], caption=caption)
            for hung, caption in zip(here, captions, strict=True)
        ]
        return await self.bot.send_media_group(media=media, **common)

    async def _keep(
        self, parcel: Parcel, place: Place, here: list[Hung], told: tuple[Message, ...]
    ) -> None:
        for hung, message in zip(here, told, strict=True):
            if message.photo:
                remote = message.photo[-1].file_id
                await self.shelf.put(parcel.address, hung.file_id, remote, ready=True)
        shown = [(hung, str(m.message_id)) for hung, m in zip(here, told, strict=True)]
        await self.shelf.hangs(place, shown)
