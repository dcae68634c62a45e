"""The same photo is seen on every platform, wherever it was sent (clause 3.3.1)."""

from __future__ import annotations

from collections.abc import AsyncIterator
from io import BytesIO

import pytest
from PIL import Image

from storage import uploads
from tests.fakes.slack import Message as SlackMessage
from tests.fakes.telegram import Message as TelegramMessage
from tests.house import prepared_everywhere, room_of
from tests.players.web import WebPlayer
from tests.players.web_html import Node
from tests.stages import Everywhere, everywhere

ROOM = "质量与个案"
CASE = "C-2026-0001"


@pytest.fixture
async def house(database_url: str) -> AsyncIterator[Everywhere]:
    """Everybody on Slack, Telegram and the local chat."""
    prepared_everywhere(database_url, "zh")
    async with everywhere(database_url, "zh") as made:
        yield made


def is_picture(content: bytes | None) -> bool:
    assert content is not None
    with Image.open(BytesIO(content)) as opened:
        opened.load()
    return True


def slack_card(house: Everywhere) -> SlackMessage:
    assert house.slack_fake is not None
    channel = room_of("slack", "room:cases")[1]
    (card,) = [
        m
        for m in house.slack_fake.messages(channel)
        if m.by_bot and m.thread_ts in (None, m.ts) and CASE in house.slack_fake.plain(m)
    ]
    return card


def slack_pictures(house: Everywhere) -> list[bytes | None]:
    """What the channel's card shows."""
    assert house.slack_fake is not None
    ids = [b["slack_file"]["id"] for b in slack_card(house).blocks if b["type"] == "image"]
    return [house.slack_fake.files[one].content for one in ids]


def telegram_pictures(house: Everywhere) -> list[TelegramMessage]:
    """Photos that the bot posted in the group."""
    assert house.telegram_fake is not None
    chat = int(room_of("telegram", "room:cases")[1])
    return [m for m in house.telegram_fake.messages(chat) if m.by_bot and m.content.get("photo")]


async def web_pictures(house: Everywhere) -> list[bytes]:
    """What the room's card shows in the browser."""
    player: WebPlayer = house.on("web").wulei
    page = await player.browser.page(**{"as": "wulei", "in": "room:cases"})
    shown = [img for article in page.all("article") for img in _kept(article)]
    return [await player.browser.fetch(img["src"]) for img in shown]


def _kept(article: Node) -> list[Node]:
    return article.all("img", kind="picture") if CASE in article.text else []


async def sent_from(house: Everywhere, platform: str) -> None:
    """A complaint, and a photo that answers its card in the room of one platform."""
    people = house.on(platform)
    await people.lina.says("/complaint 永固 第3批锈蚀")
    await house.settle()
    await people.wulei.sends_photo("现场照片", reply_to=CASE, where=ROOM)
    await house.settle()


@pytest.mark.parametrize("platform", ["slack", "telegram", "web"])
async def test_a_photo_sent_on_one_platform_is_seen_on_all(
    house: Everywhere, platform: str
) -> None:
    await sent_from(house, platform)
    (at_slack,) = slack_pictures(house)
    assert is_picture(at_slack)
    (at_telegram,) = telegram_pictures(house)
    assert at_telegram.reply_to is not None
    assert CASE in at_telegram.reply_to.text
    (at_web,) = await web_pictures(house)
    assert is_picture(at_web)
    assert at_web == at_slack


async def test_a_second_photo_joins_the_first_and_nothing_is_posted_twice(
    house: Everywhere,
) -> None:
    await sent_from(house, "telegram")
    await house.on("slack").wulei.sends_photo("另一张", reply_to=CASE, where=ROOM)
    await house.settle()
    await house.on("web").wulei.says("已经隔离这批货", reply_to=CASE, where=ROOM)
    await house.settle()
    assert len(slack_pictures(house)) == 2
    assert len(telegram_pictures(house)) == 2
    assert len(await web_pictures(house)) == 2
    assert house.slack_fake is not None
    assert len(house.slack_fake.sent("files.completeUploadExternal")) == 2
    assert house.slack_fake.refused == []


async def test_an_answer_to_the_photo_itself_is_about_the_case(house: Everywhere) -> None:
    await sent_from(house, "slack")
    await house.on("telegram").wulei.says("这是第3批", reply_to="照片", where=ROOM)
    await house.settle()
    assert house.on("slack").chenjing.sees(CASE, "这是第3批", where=ROOM)


async def test_a_photo_that_may_have_been_posted_is_not_posted_again(house: Everywhere) -> None:
    assert house.telegram_fake is not None
    house.telegram_fake.fail_next("sendPhoto", "reset_after")
    await sent_from(house, "slack")
    await house.on("web").wulei.says("看照片", reply_to=CASE, where=ROOM)
    await house.settle()
    chat = int(room_of("telegram", "room:cases")[1])
    photos = [m for m in house.telegram_fake.messages(chat) if m.content.get("photo")]
    assert len(photos) == 1
    cards = [m for m in house.telegram_fake.messages(chat) if CASE in m.text]
    assert any("📷" in m.text for m in cards)


async def test_a_picture_that_telegram_cannot_take_now_comes_later(house: Everywhere) -> None:
    assert house.telegram_fake is not None
    house.telegram_fake.fail_next("sendPhoto", "429", retry_after=5)
    await sent_from(house, "slack")
    assert len(telegram_pictures(house)) == 1


@pytest.mark.parametrize(
    "method", ["files.getUploadURLExternal", "upload", "files.completeUploadExternal"]
)
@pytest.mark.parametrize("kind", ["503", "reset_after"])
async def test_an_upload_to_slack_that_breaks_is_made_again(
    house: Everywhere, method: str, kind: str
) -> None:
    assert house.slack_fake is not None
    house.slack_fake.fail_next(method, kind)
    await sent_from(house, "telegram")
    await house.advance(minutes=1)
    (shown,) = slack_pictures(house)
    assert is_picture(shown)


async def test_without_the_scope_slack_still_shows_the_words(house: Everywhere) -> None:
    assert house.slack_fake is not None
    house.slack_fake.fail_next("files.getUploadURLExternal", "ok_false:missing_scope", times=50)
    await sent_from(house, "telegram")
    assert slack_pictures(house) == []
    assert "📷" in house.slack_fake.plain(slack_card(house))


async def test_a_picture_that_slack_has_lost_is_given_anew(house: Everywhere) -> None:
    await sent_from(house, "telegram")
    assert house.slack_fake is not None
    house.slack_fake.files.clear()
    await house.on("web").wulei.says("已经隔离", reply_to=CASE, where=ROOM)
    await house.settle()
    await house.advance(minutes=1)
    (shown,) = slack_pictures(house)
    assert is_picture(shown)


async def test_what_was_uploaded_is_remembered(house: Everywhere) -> None:
    await sent_from(house, "web")
    team = room_of("slack", "room:cases")[0]
    kept = await house.read(lambda db: uploads.of(db, "slack", team, 1))
    assert kept is not None
    assert kept.ready
