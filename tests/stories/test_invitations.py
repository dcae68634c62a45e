"""An invitation is a code; where a platform knows links to a bot, also a link and a QR picture."""

from __future__ import annotations

import io
import re

import pytest
from PIL import Image

from bot.house import House
from storage import files
from storage.database import Transaction
from storage.files import File
from tests.house import TestHouse

LINK = re.compile(r"https://t\.me/headwater_bot\?start=([2-9A-HJ-NP-Z]{8})")


async def pictures(house: TestHouse) -> list[File]:
    def kept(db: Transaction) -> list[File]:
        found = (files.get(db, number) for number in range(1, 20))
        return [file for file in found if file and file.kind == "invitation"]

    return await house.read(kept)


@pytest.mark.parametrize("platform", ["telegram"])
async def test_the_link_joins_whoever_opens_it(house: TestHouse) -> None:
    await house.zhao.says("/person_invite 周强")
    await house.settle()
    assert house.zhao.sees("周强的新邀请码", "https://t.me/headwater_bot?start=")
    found = LINK.search(house.zhao.reads())
    assert found, house.zhao.reads()
    await house.stranger.starts(found[1])
    await house.settle()
    assert house.stranger.sees("欢迎", "周强")
    assert [one for one in house.live() if "kind='url'" in one and found[1] not in one] == []


async def test_every_house_that_knows_links_shows_link_and_picture(
    house: TestHouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(House, "links", lambda _self, code: [f"https://t.me/hw?start={code}"])
    await house.zhao.says("/person_invite 周强")
    await house.settle()
    assert house.zhao.sees("周强的新邀请码", "https://t.me/hw?start=")
    (picture,) = await pictures(house)
    vault = house.core.house.vault
    png = await house.read(lambda db: vault.get(db, picture.vault))
    with Image.open(io.BytesIO(png or b"")) as shown:
        assert shown.format == "PNG"
        assert min(shown.size) >= 200
    await house.advance(days=8)
    assert await pictures(house) == []


@pytest.mark.parametrize("platform", ["web"])
async def test_without_such_a_platform_there_is_the_code_alone(house: TestHouse) -> None:
    await house.zhao.says("/person_invite 周强")
    await house.settle()
    assert house.zhao.sees("周强的新邀请码")
    assert "https://" not in house.zhao.reads()
    assert await pictures(house) == []
