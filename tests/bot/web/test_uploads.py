"""A file is what its bytes say, whatever it is called."""

from __future__ import annotations

import pytest

from bot.web.uploads import UNKNOWN, media_of


@pytest.mark.parametrize(
    ("content", "media"),
    [
        (b"\x89PNG\r\n\x1a\n...", "image/png"),
        (b"\xff\xd8\xff\xe0...", "image/jpeg"),
        (b"GIF89a...", "image/gif"),
        (b"RIFF....WEBPVP8 ", "image/webp"),
        (b"RIFF....WAVEfmt ", UNKNOWN),
        (b"<svg xmlns='http://www.w3.org/2000/svg' onload='x'/>", UNKNOWN),
        (b"<html>", UNKNOWN),
        (b"", UNKNOWN),
    ],
)
def test_only_pictures_are_pictures(content: bytes, media: str) -> None:
    assert media_of(content) == media
