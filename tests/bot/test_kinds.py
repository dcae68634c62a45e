"""A file is what its bytes say; what is not surely a kind that is kept is refused (ASVS 5.2.2)."""

from __future__ import annotations

import zipfile
from contextlib import suppress
from io import BytesIO

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot import kinds
from bot.kinds import NotKept, kind_of
from tests.samples import (
    EICAR,
    FRAME,
    heic,
    mp4,
    ogg,
    packed,
    pdf,
    picture,
    spreadsheet,
)

KEPT = {
    "png": (picture("PNG"), kinds.PNG),
    "jpeg": (picture("JPEG"), kinds.JPEG),
    "gif": (picture("GIF"), kinds.GIF),
    "webp": (picture("WEBP"), kinds.WEBP),
    "bmp": (picture("BMP"), kinds.BMP),
    "pdf": (pdf(), kinds.PDF),
    "xlsx": (spreadsheet(), kinds.XLSX),
    "docx": (packed({"[Content_Types].xml": b"x", "word/document.xml": b"x"}), kinds.DOCX),
    "pptx": (packed({"[Content_Types].xml": b"x", "ppt/presentation.xml": b"x"}), kinds.PPTX),
    "csv": ("名称,电话\n宁波精工,0574\n".encode(), kinds.CSV),
    "csv from Excel": ("\ufeff名称;电话\r\n宁波精工;0574\r\n".encode(), kinds.CSV),
    "csv in GBK": ("名称,电话\n宁波精工,0574\n".encode("gb18030"), kinds.CSV),
    "csv in UTF-16": ("a\tb\n1\t2\n".encode("utf-16"), kinds.CSV),
    "csv with commas within": (b'name,n\n"A, B",1\n"C",2\n', kinds.CSV),
    "text": ("第3批螺栓锈蚀，约200件。\n".encode(), kinds.PLAIN),
    "text of one table-like line": (b"a,b", kinds.PLAIN),
    "opus": (ogg(b"OpusHead"), kinds.OGG),
    "vorbis": (ogg(b"\x01vorbis"), kinds.OGG),
    "mp3 with a label": (b"ID3\x04" + bytes(60), kinds.MP3),
    "mp3 without": (FRAME * 3, kinds.MP3),
    "m4a": (mp4(b"M4A "), kinds.M4A),
    "mp4": (mp4(b"isom"), kinds.MP4),
}


@pytest.mark.parametrize("name", KEPT)
def test_a_kind_that_is_kept_is_known_by_its_bytes(name: str) -> None:
    content, kind = KEPT[name]
    assert kind_of(content) == kind


REFUSED = {
    "nothing": b"",
    "a virus": EICAR,
    "a virus within text": b"Please run this:\n" + EICAR,
    "a program for Windows": b"MZ\x90\x00" + bytes(200),
    "a program for Linux": b"\x7fELF\x02\x01\x01" + bytes(200),
    "a script": b"#!/bin/sh\nrm -rf /\n",
    "a page": b"<!DOCTYPE html><script>alert(1)</script>",
    "a page after blanks": b"\n\n  <html><body></body></html>",
    "a page with a mark before": "\ufeff<html>".encode(),
    "a script within words": b"hello\n<script>alert(1)</script>",
    "a drawing": b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>',
    "a drawing as XML": b'<?xml version="1.0"?><svg/>',
    "postscript": b"%!PS-Adobe-3.0\n",
    "an archive": packed({"a.txt": b"a"}),
    "another archive": b"7z\xbc\xaf\x27\x1c" + bytes(60),
    "a compressed file": b"\x1f\x8b\x08" + bytes(60),
    "an archive that ends early": packed({"a.txt": b"a"})[:30],
    "a document with macros": spreadsheet({"xl/vbaProject.bin": b"x"}),
    "a document with a program": spreadsheet({"xl/embeddings/a.exe": b"x"}),
    "a document that leads out": spreadsheet({"../../etc/passwd": b"x"}),
    "a document that unpacks into a flood": spreadsheet({"xl/sheet.xml": bytes(3_000_000)}),
    "a photo in HEIC": heic(),
    "a film in QuickTime": mp4(b"qt  "),
    "a film in OGG": ogg(b"\x80theora"),
    "a picture in TIFF": picture("TIFF"),
    "an icon": picture("ICO", (16, 16)),
    "noughts": bytes(4096),
    "half of one frame": FRAME[:10],
    "what no keyboard writes": b"abc\x07def",
}


@pytest.mark.parametrize("name", REFUSED)
def test_anything_else_is_refused(name: str) -> None:
    with pytest.raises(NotKept):
        kind_of(REFUSED[name])


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("a virus", kinds.DANGEROUS),
        ("a photo in HEIC", kinds.HEIC),
        ("a document with macros", kinds.MACROS),
        ("a document that unpacks into a flood", kinds.TOO_LARGE),
        ("an archive that ends early", kinds.BROKEN),
        ("a page", kinds.NOT_KEPT),
    ],
)
def test_a_refusal_says_why(name: str, why: object) -> None:
    with pytest.raises(NotKept) as refused:
        kind_of(REFUSED[name])
    assert refused.value.words == why


def test_a_document_of_too_many_parts_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kinds, "PARTS", 3)
    assert kind_of(spreadsheet()) == kinds.XLSX
    with pytest.raises(NotKept):
        kind_of(spreadsheet({"xl/1.xml": b"x", "xl/2.xml": b"x"}))


def test_a_locked_document_is_refused() -> None:
    content = bytearray(spreadsheet())
    with zipfile.ZipFile(BytesIO(content)) as whole:
        start = whole.start_dir
    content[start + 8] |= 1  # the first part's flag says that it is locked
    with pytest.raises(NotKept):
        kind_of(bytes(content))


@settings(max_examples=300, deadline=None)
@given(
    st.binary(max_size=300),
    st.sampled_from([b"", b"PK\x03\x04", b"OggS", b"\xff\xfb\x90", b"\xff\xfe"]),
)
def test_whatever_the_bytes_are_there_is_an_answer(content: bytes, begins: bytes) -> None:
    found: object = NotKept
    with suppress(NotKept):
        found = kind_of(begins + content)
    assert found is NotKept or found in kinds.EVERY
