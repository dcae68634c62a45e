"""Photos and documents: taken in, described as Telegram describes them, handed out again."""

from __future__ import annotations

import io
import warnings

from PIL import Image

from tests.fakes.telegram.arguments import Arguments, Upload
from tests.fakes.telegram.values import Json, StoredFile, TelegramRefusal, bad
from tests.fakes.telegram.world import LARGEST_DOWNLOAD, World

LARGEST_UPLOAD = 50 * 1024 * 1024
LARGEST_PHOTO = 10 * 1024 * 1024
_THUMB = 90
_UNKNOWN_SIZE = (800, 600)


def photo(world: World, name: str, content: bytes, dimensions: tuple[int, int]) -> Json:
    """A photo's message content: a small size and the whole one."""
    width, height = dimensions
    whole = world.keep_file("photos", name, "image/jpeg", content)
    small = world.keep_file("photos", name, "image/jpeg", content)
    shrunk = {"width": min(_THUMB, width), "height": max(1, _THUMB * height // max(width, 1))}
    return {
        "photo": [
            small.as_json() | shrunk,
            whole.as_json() | {"width": width, "height": height},
        ]
    }


def document(stored: StoredFile) -> Json:
    described = {"file_name": stored.name, "mime_type": stored.mime_type}
    return {"document": stored.as_json() | described}


def dimensions_of(content: bytes) -> tuple[int, int] | None:
    """Width and height of an image; None when it is none."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            with Image.open(io.BytesIO(content)) as image:
                return image.size
    except (OSError, ValueError, Image.DecompressionBombError):
        return None


def persons_photo(world: World, content: bytes) -> Json:
    """A photo from a person's phone, whatever its bytes are: tests need odd ones too."""
    return photo(world, "photo.jpg", content, dimensions_of(content) or _UNKNOWN_SIZE)


def taken_photo(world: World, given: Upload | str) -> Json:
    """The content of a photo that the bot sends, refused as Telegram refuses it."""
    if isinstance(given, str):
        return {"photo": _again(world, given, "photos")}
    _check_size(given, LARGEST_PHOTO)
    size = dimensions_of(given.content)
    if size is None:
        raise bad("IMAGE_PROCESS_FAILED")
    if sum(size) > 10_000 or max(size) > 20 * min(size):
        raise bad("PHOTO_INVALID_DIMENSIONS")
    return photo(world, given.name, given.content, size)


def taken_document(world: World, given: Upload | str) -> Json:
    if isinstance(given, str):
        return document(_kept(world, given, "documents"))
    _check_size(given, LARGEST_UPLOAD)
    return document(world.keep_file("documents", given.name, given.mime_type, given.content))


def get_file(world: World, args: Arguments) -> Json:
    stored = world.files.get(args.words("file_id"))
    if stored is None:
        raise bad("invalid file_id")
    if stored.size > LARGEST_DOWNLOAD:
        raise bad("file is too big")
    return stored.as_json() | {"file_path": stored.path}


def _again(world: World, file_id: str, kind: str) -> list[Json]:
    """A photo sent before, sent once more by its id."""
    stored = _kept(world, file_id, kind)
    width, height = dimensions_of(stored.content) or _UNKNOWN_SIZE
    return [stored.as_json() | {"width": width, "height": height}]


def _kept(world: World, file_id: str, kind: str) -> StoredFile:
    stored = world.files.get(file_id)
    if stored is None:
        raise bad("wrong remote file identifier specified")
    if not stored.path.startswith(kind):
        raise bad(f"type of file mismatch: {kind} expected")
    return stored


def _check_size(given: Upload, most: int) -> None:
    if not given.content:
        raise bad("file must be non-empty")
    if len(given.content) > most:
        raise TelegramRefusal(413, "Request Entity Too Large")
