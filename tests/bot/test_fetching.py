"""Files are fetched after the commit: kept as what they are, refused, or tried again."""

from __future__ import annotations

import struct
import zlib
from collections.abc import AsyncIterator
from datetime import timedelta
from io import BytesIO

import pytest
from PIL import Image

from bot import fetching
from bot.fetching import GIVE_UP_AFTER, HOLD, media_of
from bot.platform import Attachment, Typed
from commands.kit.errors import Later, Never, Unclear, Undeliverable
from storage import files, subjects
from storage.files import File
from tests.desk import Reception, reception


def picture(kind: str = "PNG", size: tuple[int, int] = (2, 2)) -> bytes:
    made = BytesIO()
    Image.new("1" if kind == "PNG" else "RGB", size).save(made, kind)
    return made.getvalue()


def claiming(width: int, height: int) -> bytes:
    """A picture whose header says that it is so large."""
    made = picture()
    header = b"IHDR" + struct.pack(">II", width, height) + made[24:29]
    return made[:12] + header + struct.pack(">I", zlib.crc32(header)) + made[33:]


@pytest.fixture
async def desk(database_url: str) -> AsyncIterator[Reception]:
    """A visit with one photo, not fetched yet."""
    async with reception(database_url) as made:
        photo = Attachment("photo-1", "photo.png", "image/png")
        await made.says("lina", Typed("/visit 永固 Q3", (photo,)))
        yield made


def arrives(desk: Reception, monkeypatch: pytest.MonkeyPatch, *answers: bytes | Exception) -> None:
    """What the platform answers, in turn; the last one for ever."""
    left = list(answers)

    async def fetch(remote: str) -> bytes:
        assert remote == "photo-1"
        answer = left.pop(0) if len(left) > 1 else left[0]
        if isinstance(answer, Exception):
            raise answer
        return answer

    monkeypatch.setattr(desk.mail, "fetch", fetch)


async def kept(desk: Reception) -> File:
    found = await desk.core.database.read(lambda db: files.get(db, 1))
    assert found is not None
    return found


async def test_a_picture_is_kept_and_its_subjects_card_is_redrawn(
    desk: Reception, monkeypatch: pytest.MonkeyPatch
) -> None:
    arrives(desk, monkeypatch, picture())
    before = await desk.core.database.read(lambda db: subjects.state(db, "visit", 1))
    assert await desk.core.fetching.tick() == 1
    file = await kept(desk)
    assert (file.state, file.media, file.content) == (files.HERE, "image/png", picture())
    assert (file.kind, file.subject_id, file.size) == ("visit", 1, len(picture()))
    after = await desk.core.database.read(lambda db: subjects.state(db, "visit", 1))
    assert before is not None
    assert after is not None
    assert after.version == before.version + 1
    assert await desk.core.fetching.tick() == 0


async def test_a_file_is_what_its_bytes_say_and_not_what_its_sender_says(
    desk: Reception, monkeypatch: pytest.MonkeyPatch
) -> None:
    arrives(desk, monkeypatch, picture("JPEG"))
    await desk.core.fetching.tick()
    assert (await kept(desk)).media == "image/jpeg"


async def test_what_is_no_picture_is_refused(
    desk: Reception, monkeypatch: pytest.MonkeyPatch
) -> None:
    arrives(desk, monkeypatch, b"<script>alert(1)</script>")
    await desk.core.fetching.tick()
    file = await kept(desk)
    assert (file.state, file.content) == (files.REFUSED, None)
    assert file.reason == "not a picture that can be shown"


async def test_what_the_platform_has_no_more_is_refused(
    desk: Reception, monkeypatch: pytest.MonkeyPatch
) -> None:
    arrives(desk, monkeypatch, Never("file_deleted"))
    await desk.core.fetching.tick()
    file = await kept(desk)
    assert (file.state, file.reason) == (files.REFUSED, "file_deleted")


@pytest.mark.parametrize("error", [Later("busy"), Unclear("reset")])
async def test_what_cannot_be_fetched_now_is_fetched_later(
    desk: Reception, monkeypatch: pytest.MonkeyPatch, error: Undeliverable
) -> None:
    arrives(desk, monkeypatch, error, picture())
    assert await desk.core.fetching.tick() == 1
    assert await desk.core.fetching.tick() == 0
    assert (await kept(desk)).state == files.WANTED
    desk.clock.at += HOLD
    assert await desk.core.fetching.tick() == 1
    assert (await kept(desk)).state == files.HERE


async def test_what_never_comes_is_given_up_on(
    desk: Reception, monkeypatch: pytest.MonkeyPatch
) -> None:
    arrives(desk, monkeypatch, Later("down"))
    tried = 0
    for _ in range(GIVE_UP_AFTER + 3):
        tried += await desk.core.fetching.tick()
        desk.clock.at += HOLD
    assert tried == GIVE_UP_AFTER
    file = await kept(desk)
    assert (file.state, file.reason) == (files.REFUSED, "down")


async def test_a_file_of_a_platform_that_is_off_waits(desk: Reception) -> None:
    del desk.core.platforms["web"]
    assert await desk.core.fetching.tick() == 0
    desk.clock.at += timedelta(days=1)
    assert (await kept(desk)).state == files.WANTED


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "GIF", "WEBP"])
def test_the_usual_pictures_are_known(kind: str) -> None:
    assert media_of(picture(kind)) == f"image/{kind.lower()}"


@pytest.mark.parametrize("kind", ["EPS", "PDF", "TIFF", "ICO"])
def test_other_formats_are_not_shown(kind: str) -> None:
    assert media_of(picture(kind, (16, 16))) is None


@pytest.mark.parametrize("content", [b"", b"\x89PNG\r\n\x1a\n", picture()[:20], b"\x00" * 4096])
def test_half_a_picture_is_none(content: bytes) -> None:
    assert media_of(content) is None


def test_more_bytes_than_fit_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fetching, "MOST_BYTES", len(picture()))
    assert media_of(picture()) == "image/png"
    monkeypatch.setattr(fetching, "MOST_BYTES", len(picture()) - 1)
    assert media_of(picture()) is None


@pytest.mark.parametrize("size", [(8000, 8000), (20_000, 20_000)])
def test_a_small_file_that_would_unpack_into_gigabytes_is_refused(size: tuple[int, int]) -> None:
    assert media_of(claiming(2, 2)) == "image/png"
    assert media_of(claiming(*size)) is None
