"""Makes a picture anew from its pixels: what was hidden in the file, such as a place, is gone.

An animation becomes its first frame: what counts here is what a part looks like.
"""

from __future__ import annotations

import struct
import warnings
from dataclasses import dataclass
from io import BytesIO

from PIL import Image, ImageOps, UnidentifiedImageError

from bot.kinds import BROKEN, JPEG, PNG, TOO_LARGE, Kind, NotKept

MOST_PIXELS = 60_000_000  # a phone's largest photo, three bytes each while it is made anew
QUALITY = 85
LARGEST_PNG = 9_000_000  # not every platform shows photos above 10 MB
# What every browser and platform shows; the other formats that the library reads stay unread.
SHOWN = ("PNG", "JPEG", "GIF", "WEBP", "BMP")
# What the library raises over bytes that are no picture after all.
DAMAGED = (
    UnidentifiedImageError,
    OSError,
    ValueError,
    SyntaxError,
    EOFError,
    IndexError,
    KeyError,
    TypeError,
    OverflowError,
    struct.error,
)


@dataclass(frozen=True, slots=True)
class Remade:
    """A picture of ours."""

    content: bytes
    kind: Kind


def remade(content: bytes, longest: int) -> Remade:
    """The picture upright, no side longer than so many pixels, and nothing besides.

    Slow: call it on a thread. Raises `NotKept`.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # sizes are checked here, not warned of
            return _remade(content, longest)
    except Image.DecompressionBombError as error:
        raise NotKept(TOO_LARGE) from error
    except DAMAGED as error:
        raise NotKept(BROKEN) from error


def _remade(content: bytes, longest: int) -> Remade:
    with Image.open(BytesIO(content), formats=SHOWN) as opened:
        if opened.width * opened.height > MOST_PIXELS:
            raise NotKept(TOO_LARGE)
        photo = opened.format == "JPEG"
        opened.draft(None, (longest, longest))
        upright = ImageOps.exif_transpose(opened)
    clear = upright.has_transparency_data
    plain = upright.convert("RGBA" if clear else "RGB")
    plain.thumbnail((longest, longest), Image.Resampling.LANCZOS)
    return _written(plain, JPEG if photo and not clear else PNG)


def _written(picture: Image.Image, kind: Kind) -> Remade:
    """Only pixels are copied into a new picture, so that no note of the old one can follow."""
    fresh = Image.new(picture.mode, picture.size)
    fresh.paste(picture)
    out = BytesIO()
    if kind is JPEG:
        fresh.save(out, "JPEG", quality=QUALITY, optimize=True)
    else:
        fresh.save(out, "PNG", optimize=True)
        if out.tell() > LARGEST_PNG and fresh.mode == "RGB":
            return _written(fresh, JPEG)
    return Remade(out.getvalue(), kind)
