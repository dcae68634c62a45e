"""What a file is, by its bytes alone: neither its name nor what its sender says of it counts.

Pure. What is not surely one of the kinds that we keep is refused with a sentence.
"""

from __future__ import annotations

import re
import unicodedata
import zipfile
import zlib
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from io import BytesIO

from commands.kit.words import T

TOO_LARGE = T("it is too large")
NOT_KEPT = T("it is not of a kind that is kept here")
HEIC = T("photos in HEIC can't be read here; please send it as JPEG")
MACROS = T("it contains macros or programs")
BROKEN = T("it is damaged")
EMPTY = T("it is empty")
DANGEROUS = T("it looks like a virus")

# The test string of the antivirus industry, in two parts so that no scanner takes us for it.
EICAR = b"X5O!P%@AP[4\\PZX54(P^)7CC)7}$" + b"EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"
UNPACKED = 500_000_000  # bytes that an office document may unpack into
RATIO = 200  # how much smaller than its content a part of any size may be
SMALL_PART = 1_000_000
PARTS = 5000
BEGINNING = 4096
SAMPLE_LINES = 10


class Family(StrEnum):
    """Kinds that share a limit."""

    PICTURE = "picture"
    DOCUMENT = "document"
    TEXT = "text"
    VOICE = "voice"
    VIDEO = "video"


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of file that is kept: its media type, and how its name ends."""

    media: str
    ending: str
    family: Family


class NotKept(Exception):
    """This file is not kept; the words say why."""

    def __init__(self, words: T) -> None:
        super().__init__(words.text)
        self.words = words


_OOXML = "application/vnd.openxmlformats-officedocument."
PNG = Kind("image/png", ".png", Family.PICTURE)
JPEG = Kind("image/jpeg", ".jpg", Family.PICTURE)
GIF = Kind("image/gif", ".gif", Family.PICTURE)
WEBP = Kind("image/webp", ".webp", Family.PICTURE)
BMP = Kind("image/bmp", ".bmp", Family.PICTURE)
PDF = Kind("application/pdf", ".pdf", Family.DOCUMENT)
XLSX = Kind(f"{_OOXML}spreadsheetml.sheet", ".xlsx", Family.DOCUMENT)
DOCX = Kind(f"{_OOXML}wordprocessingml.document", ".docx", Family.DOCUMENT)
PPTX = Kind(f"{_OOXML}presentationml.presentation", ".pptx", Family.DOCUMENT)
CSV = Kind("text/csv", ".csv", Family.TEXT)
PLAIN = Kind("text/plain", ".txt", Family.TEXT)
OGG = Kind("audio/ogg", ".ogg", Family.VOICE)
MP3 = Kind("audio/mpeg", ".mp3", Family.VOICE)
M4A = Kind("audio/mp4", ".m4a", Family.VOICE)
MP4 = Kind("video/mp4", ".mp4", Family.VIDEO)
EVERY = (PNG, JPEG, GIF, WEBP, BMP, PDF, XLSX, DOCX, PPTX, CSV, PLAIN, OGG, MP3, M4A, MP4)

_BEGINS = {
    b"\x89PNG\r\n\x1a\n": PNG,
    b"\xff\xd8\xff": JPEG,
    b"GIF87a": GIF,
    b"GIF89a": GIF,
    b"BM": BMP,
    b"%PDF-": PDF,
    b"ID3": MP3,
}
_BRANDS = {b"M4A ": M4A, b"M4B ": M4A} | dict.fromkeys(
    (b"isom", b"iso2", b"iso4", b"iso5", b"iso6", b"mp41", b"mp42", b"avc1", b"M4V ", b"dash"), MP4
)
_HEIC = {b"heic", b"heix", b"hevc", b"heim", b"heis", b"mif1", b"msf1", b"avif"}
_OFFICE = {"xl/workbook.xml": XLSX, "word/document.xml": DOCX, "ppt/presentation.xml": PPTX}
_PROGRAMS = re.compile(
    r"vbaproject|activex|\.(?:exe|dll|js|vbs|bat|cmd|ps1|jar|scr)$", re.IGNORECASE
)
_MARKUP = re.compile(
    r"<\s*(?:!doctype|html|svg|script|iframe|\?xml|body|head)\b|<\?", re.IGNORECASE
)
_WORDS = {"utf-8-sig", "gb18030"}
_MARKS = {b"\xff\xfe": "utf-16", b"\xfe\xff": "utf-16"}
_LAYOUT = "\t\n\r\f"


def kind_of(content: bytes) -> Kind:
    """What these bytes are. Raises `NotKept` with the reason."""
    if not content:
        raise NotKept(EMPTY)
    if EICAR in content:
        raise NotKept(DANGEROUS)
    found = _by_beginning(content) or _film(content) or _sound(content)
    if found:
        return found
    if content.startswith(b"PK\x03\x04"):
        return _office(content)
    return _text(content)


def _by_beginning(content: bytes) -> Kind | None:
    if content.startswith(b"RIFF") and content[8:12] == b"WEBP":
        return WEBP
    return next((kind for begins, kind in _BEGINS.items() if content.startswith(begins)), None)


def _film(content: bytes) -> Kind | None:
    """A film, a voice or a photo of the family of MP4, by the brand that it begins with."""
    if content[4:8] != b"ftyp":
        return None
    brand = content[8:12]
    if brand in _HEIC:
        raise NotKept(HEIC)
    if brand not in _BRANDS:
        raise NotKept(NOT_KEPT)
    return _BRANDS[brand]


def _sound(content: bytes) -> Kind | None:
    if content.startswith(b"OggS"):
        page = content[:BEGINNING]
        if b"OpusHead" in page or b"\x01vorbis" in page or b"Speex   " in page:
            return OGG
        raise NotKept(NOT_KEPT)
    return MP3 if _frames(content) else None


# --- MP3 without a label --------------------------------------------------------------------------

_HEADER = 4
_SYNC, _LAYER_BITS, _LAYER_3 = 0xFF, 0xE6, 0xE2
_NEWEST = 3
_KILOBITS = {
    True: (0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320),
    False: (0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160),
}
_RATES = {_NEWEST: (44100, 48000, 32000), 2: (22050, 24000, 16000), 0: (11025, 12000, 8000)}


def _frames(content: bytes) -> bool:
    """Whether the bytes begin with one frame of MP3, and another follows where it ends."""
    length = _frame(content[:_HEADER])
    return length > 0 and _frame(content[length : length + _HEADER]) > 0


def _frame(header: bytes) -> int:
    """How long the frame with this header is; 0 if it is none."""
    if len(header) < _HEADER or header[0] != _SYNC or header[1] & _LAYER_BITS != _LAYER_3:
        return 0
    version = header[1] >> 3 & 3
    rates, kilobits = _RATES.get(version, ()), _KILOBITS[version == _NEWEST]
    bitrate, rate = header[2] >> 4, header[2] >> 2 & 3
    if rate >= len(rates) or not 0 < bitrate < len(kilobits):
        return 0
    size = (144 if version == _NEWEST else 72) * kilobits[bitrate] * 1000 // rates[rate]
    return size + (header[2] >> 1 & 1)


# --- office documents -----------------------------------------------------------------------------


def _office(content: bytes) -> Kind:
    """A spreadsheet, document or presentation, looked at without unpacking it."""
    try:
        with zipfile.ZipFile(BytesIO(content)) as packed:
            parts = packed.infolist()
    except (zipfile.BadZipFile, ValueError, OSError, zlib.error, NotImplementedError) as error:
        raise NotKept(BROKEN) from error
    names = {part.filename for part in parts}
    found = next((kind for name, kind in _OFFICE.items() if name in names), None)
    if found is None or "[Content_Types].xml" not in names:
        raise NotKept(NOT_KEPT)
    if any(_PROGRAMS.search(name) for name in names):
        raise NotKept(MACROS)
    _check_parts(parts)
    return found


def _check_parts(parts: list[zipfile.ZipInfo]) -> None:
    """Nothing that unpacks into a flood, leads out of its place, or is locked."""
    if len(parts) > PARTS or sum(part.file_size for part in parts) > UNPACKED:
        raise NotKept(TOO_LARGE)
    for part in parts:
        if part.file_size > SMALL_PART and part.file_size > RATIO * max(part.compress_size, 1):
            raise NotKept(TOO_LARGE)
        if part.flag_bits & 1 or part.filename.startswith("/") or ".." in part.filename.split("/"):
            raise NotKept(NOT_KEPT)


# --- text -----------------------------------------------------------------------------------------


def _text(content: bytes) -> Kind:
    """Words alone: no page of markup, no script, nothing that no keyboard writes."""
    words = _decoded(content)
    if words is None or any(_unwritten(letter) for letter in set(words)):
        raise NotKept(NOT_KEPT)
    begins = words[:BEGINNING].lstrip("\ufeff \t\r\n")
    if begins.startswith(("<", "#!", "%!")) or _MARKUP.search(words):
        raise NotKept(NOT_KEPT)
    return CSV if _is_table(words) else PLAIN


def _decoded(content: bytes) -> str | None:
    marked = _MARKS.get(content[:2])
    for encoding in [marked] if marked else sorted(_WORDS, reverse=True):
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    return None


def _unwritten(letter: str) -> bool:
    if letter in _LAYOUT:
        return False
    return unicodedata.category(letter) in {"Cc", "Cn", "Co", "Cs"}


def _is_table(words: str) -> bool:
    """Whether every one of the first lines has as many of the same delimiter."""
    lines = [line for line in words[: BEGINNING * 4].splitlines() if line.strip()][:SAMPLE_LINES]
    return any(_divides(lines, delimiter) for delimiter in ",;\t")


def _divides(lines: Iterable[str], delimiter: str) -> bool:
    counts = [re.sub(r'"[^"]*"', "", line).count(delimiter) for line in lines]
    return len(counts) > 1 and counts[0] > 0 and len(set(counts)) == 1
