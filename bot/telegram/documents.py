"""Hands files over on Telegram: a document with the page as its caption, in one message."""

from __future__ import annotations

from telegram import Bot, InputFile, Message

from bot.platform import Attached, Page, Parcel
from bot.telegram.draw import Drawn

CAPTION = 1000  # of 1,024: counted after escaping, so never more than Telegram counts


def attached(parcel: Parcel) -> Attached | None:
    """The file that a page hands over, if its bytes are here."""
    blocks = (block for block in parcel.page.blocks if isinstance(block, Attached))
    return next((block for block in blocks if block.file_id in parcel.pictures), None)


def fits(text: str) -> bool:
    """Whether a page can stand under a file."""
    return len(text.encode("utf-16-le")) // 2 <= CAPTION


def without(page: Page) -> Page:
    """The page without its file, which is there to be seen."""
    blocks = tuple(block for block in page.blocks if not isinstance(block, Attached))
    return Page(page.title, blocks, page.summary)


async def post(
    bot: Bot, where: tuple[int, int | None], parcel: Parcel, drawn: Drawn, mode: str | None
) -> Message:
    """Send a document; what does not fit beneath it is cut, never the file."""
    block = attached(parcel)
    assert block is not None
    content = parcel.pictures[block.file_id]
    chat, thread = where
    text = drawn.html if mode else drawn.plain
    return await bot.send_document(
        chat,
        InputFile(content, filename=block.name),
        caption=text if fits(text) else drawn.plain[: CAPTION // 2],
        parse_mode=mode if fits(text) else None,
        disable_notification=parcel.quiet,
        message_thread_id=thread,
        reply_markup=drawn.keyboard,
    )
