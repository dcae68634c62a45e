"""Files that somebody sends: their ids cannot be guessed, and only pictures are shown."""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from typing import Any

from starlette.datastructures import UploadFile
from starlette.responses import Response

from bot.platform import Attachment
from storage.rooms import RoomFile

Json = Any
MOST_BYTES = 25 * 2**20  # of files in one message; what of them is kept, the policy says
MOST_WORDS = 40_000
UNKNOWN = "application/octet-stream"
NAME = 120
BEGINNINGS = {
    b"\x89PNG\r\n\x1a\n": "image/png",
    b"\xff\xd8\xff": "image/jpeg",
    b"GIF8": "image/gif",
}


async def sent(files: Sequence[UploadFile], chat: str) -> list[RoomFile]:
    """What was posted, not kept yet."""
    return [await _read(file, chat) for file in files]


async def _read(file: UploadFile, chat: str) -> RoomFile:
    content = await file.read()
    name = (file.filename or "")[-NAME:]
    return RoomFile(
        id=secrets.token_urlsafe(18), chat=chat, name=name, media=media_of(content), content=content
    )


def media_of(content: bytes) -> str:
    """What kind of picture these bytes are; whatever else they are is not shown."""
    if content.startswith(b"RIFF") and content[8:12] == b"WEBP":
        return "image/webp"
    found = (media for begins, media in BEGINNINGS.items() if content.startswith(begins))
    return next(found, UNKNOWN)


def named(files: Sequence[RoomFile]) -> list[dict[str, Json]]:
    """How a message names the files that came with it."""
    return [{"id": f.id, "name": f.name, "media": f.media, "size": len(f.content)} for f in files]


def attachments(files: Sequence[Mapping[str, Json]]) -> tuple[Attachment, ...]:
    """How the door is told of them."""
    return tuple(Attachment(f["id"], f["name"], f["media"], f["size"]) for f in files)


def served(content: bytes) -> Response:
    """A picture to be looked at, or a file to be saved; never a page of somebody else's making."""
    media = media_of(content)
    shown = "attachment" if media == UNKNOWN else "inline"
    headers = {"Content-Disposition": shown, "Cache-Control": "private, max-age=86400"}
    return Response(content, media_type=media, headers=headers)
