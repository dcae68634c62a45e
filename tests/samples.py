"""Files as people send them, and as attackers do."""

from __future__ import annotations

import struct
import zipfile
import zlib
from collections.abc import Mapping
from io import BytesIO

from PIL import Image

# In two parts, so that no scanner takes this file for one.
EICAR = b"X5O!P%@AP[4\\PZX54(P^)7CC)7}$" + b"EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"
# An MP3 frame of 128 kbit/s at 44,100 Hz is 417 bytes long.
FRAME = b"\xff\xfb\x90\x00" + bytes(413)
ORIENTATION, GPS, MAKER = 0x0112, 0x8825, 0x010F


def picture(kind: str = "PNG", size: tuple[int, int] = (2, 2), mode: str = "RGB") -> bytes:
    """A picture of one colour."""
    made = BytesIO()
    Image.new(mode, size).save(made, kind)
    return made.getvalue()


def photo(size: tuple[int, int] = (40, 20), *, turned: int = 6) -> bytes:
    """A phone's photo: its left half red, turned by a note, with where it was taken."""
    image = Image.new("RGB", size, "blue")
    image.paste((255, 0, 0), (0, 0, size[0] // 2, size[1]))
    notes = Image.Exif()
    notes[ORIENTATION], notes[MAKER] = turned, "SECRET-PHONE"
    notes.get_ifd(GPS)[2] = (29.0, 52.0, 12.5)
    made = BytesIO()
    image.save(made, "JPEG", exif=notes, comment=b"SECRET-COMMENT", quality=95)
    return made.getvalue()


def claiming(width: int, height: int) -> bytes:
    """A picture whose header says that it is so large."""
    made = picture("PNG", mode="1")
    header = b"IHDR" + struct.pack(">II", width, height) + made[24:29]
    return made[:12] + header + struct.pack(">I", zlib.crc32(header)) + made[33:]


def packed(parts: Mapping[str, bytes]) -> bytes:
    """A ZIP of these parts."""
    made = BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as out:
        for name, content in parts.items():
            out.writestr(name, content)
    return made.getvalue()


def spreadsheet(more: Mapping[str, bytes] | None = None) -> bytes:
    """A spreadsheet, as far as its parts tell."""
    return packed({"[Content_Types].xml": b"x", "xl/workbook.xml": b"x", **(more or {})})


def pdf() -> bytes:
    """The beginning of a PDF."""
    return b"%PDF-1.7\n1 0 obj\n<< >>\nendobj\n%%EOF\n"


def mp4(brand: bytes) -> bytes:
    """A film, voice or photo of the family of MP4."""
    return b"\x00\x00\x00\x18ftyp" + brand + bytes(40)


def heic() -> bytes:
    """A photo as newer phones take it."""
    return mp4(b"heic")


def ogg(codec: bytes) -> bytes:
    """The first page of an OGG stream."""
    return b"OggS\x00\x02" + bytes(20) + b"\x01\x13" + codec + bytes(40)
