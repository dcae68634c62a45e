"""Pictures are made anew from their pixels: upright, small enough, and nothing besides."""

from __future__ import annotations

import os
from io import BytesIO

import pytest
from PIL import Image

from bot import kinds, pictures
from bot.kinds import NotKept
from bot.pictures import remade
from tests.samples import claiming, photo, picture

LONGEST = 2048


def opened(content: bytes) -> Image.Image:
    image = Image.open(BytesIO(content))
    image.load()
    return image


def test_where_and_with_what_a_photo_was_taken_is_gone() -> None:
    before = photo()
    assert b"SECRET-PHONE" in before
    assert opened(before).getexif().get_ifd(0x8825)
    made = remade(before, LONGEST)
    after = opened(made.content)
    assert made.kind == kinds.JPEG
    assert not after.getexif()
    assert not after.info.get("comment")
    assert b"SECRET" not in made.content
    assert b"Exif" not in made.content


def test_notes_of_other_formats_are_gone_too() -> None:
    from PIL.PngImagePlugin import PngInfo

    notes = PngInfo()
    notes.add_text("Author", "SECRET")
    before = BytesIO()
    Image.new("RGB", (3, 3)).save(before, "PNG", pnginfo=notes, icc_profile=b"SECRET-PROFILE")
    assert b"SECRET" in before.getvalue()
    assert b"SECRET" not in remade(before.getvalue(), LONGEST).content


def test_a_photo_that_a_note_turns_stands_upright() -> None:
    after = opened(remade(photo((40, 20), turned=6), LONGEST).content)
    assert after.size == (20, 40)
    top, bottom = after.getpixel((10, 5)), after.getpixel((10, 35))
    assert isinstance(top, tuple)
    assert isinstance(bottom, tuple)
    assert top[0] > 200
    assert bottom[0] < 60


def test_no_side_is_longer_than_allowed_and_none_is_stretched() -> None:
    assert opened(remade(picture("JPEG", (5000, 1000)), LONGEST).content).size == (2048, 410)
    assert opened(remade(picture("PNG", (30, 10)), LONGEST).content).size == (30, 10)


@pytest.mark.parametrize("mode", ["RGBA", "LA"])
def test_what_is_seen_through_stays_so(mode: str) -> None:
    made = remade(picture("PNG", mode=mode), LONGEST)
    assert (made.kind, opened(made.content).mode) == (kinds.PNG, "RGBA")


@pytest.mark.parametrize("kind", ["PNG", "GIF", "WEBP", "BMP"])
def test_drawings_stay_sharp(kind: str) -> None:
    made = remade(picture(kind), LONGEST)
    assert made.kind == kinds.PNG
    assert opened(made.content).format == "PNG"


def test_of_an_animation_the_first_frame_stays() -> None:
    frames = [Image.new("RGB", (4, 4), colour) for colour in ("red", "blue")]
    before = BytesIO()
    frames[0].save(before, "GIF", save_all=True, append_images=frames[1:])
    after = opened(remade(before.getvalue(), LONGEST).content)
    assert getattr(after, "n_frames", 1) == 1
    assert after.convert("RGB").getpixel((0, 0)) == (255, 0, 0)


def test_a_drawing_too_large_for_a_platform_becomes_a_photo(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    noise = Image.frombytes("RGB", (200, 200), os.urandom(120_000))
    before = BytesIO()
    noise.save(before, "PNG")
    monkeypatch.setattr(pictures, "LARGEST_PNG", 50_000)
    assert remade(before.getvalue(), LONGEST).kind == kinds.JPEG


@pytest.mark.parametrize("size", [(8000, 8000), (20_000, 20_000), (2**31 - 1, 2**31 - 1)])
def test_a_small_file_that_would_unpack_into_gigabytes_is_refused(size: tuple[int, int]) -> None:
    with pytest.raises(NotKept) as refused:
        remade(claiming(*size), LONGEST)
    assert refused.value.words in {kinds.TOO_LARGE, kinds.BROKEN}


@pytest.mark.parametrize(
    "content",
    [
        b"\x89PNG\r\n\x1a\n",
        picture()[:20],
        picture("JPEG", (200, 200))[:200],
        b"GIF89a" + bytes(20),
        b"BM" + bytes(60),
        b"RIFF\x00\x00\x00\x00WEBP" + bytes(20),
        b"\xff\xd8\xff\xe0" + bytes(100),
    ],
)
def test_a_damaged_picture_is_refused(content: bytes) -> None:
    with pytest.raises(NotKept) as refused:
        remade(content, LONGEST)
    assert refused.value.words == kinds.BROKEN
