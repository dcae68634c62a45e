"""A letter to a contact's address, from the database to the wire: in their language, and once."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import timedelta
from urllib.parse import quote

import pytest

from bot.wiring import examined
from commands.care import pictures
from commands.kit.card import STAFF, Card, Line, encode
from commands.kit.words import T
from storage import letters, people, troubles
from storage.database import Transaction, known
from storage.letters import DEAD, SENT, UNCLEAR, Letter
from storage.people import Account
from tests.bot.mail.server import PASSWORD, USER, Mailroom, mailroom
from tests.bot.sms.provider import Provider, provider
from tests.house import prepared_everywhere, settings_for
from tests.stages import Everywhere, everywhere

CONTACT = 1
CARD = Card("Happy New Year", (Line(T("Undo")), Line("for the office only", STAFF)))
ADDRESSES = {"mail": "zhang@huaqiang.test", "sms": "13800001111"}
BODY = '{"to": "{to}", "text": "{text}"}'


@dataclass
class Scene:
    """The house, its mail server, and its provider of text messages."""

    house: Everywhere
    room: Mailroom
    provider: Provider

    async def account(self, platform: str, language: str = "") -> Account:
        """The contact's account, as a letter to it needs it."""
        user = ADDRESSES[platform]
        row = Account(
            platform=platform,
            workspace="",
            user=user,
            chat=user,
            contact_id=CONTACT,
            language=language,
            used_at=self.house.clock.now(),
        )
        row.id = await self.house.write(lambda db: people.add_account(db, row))
        return row

    async def greeted(self, account: Account, *, repeats: bool = False) -> Letter:
        """A letter to an account, as delivery left it after an hour."""
        now = self.house.clock.now()
        row = Letter(
            lane=f"account:{account.id}",
            account_id=account.id,
            body=encode(CARD),
            repeats=repeats,
            created_at=now,
            not_before=now,
            next_at=now,
        )
        number = await self.house.write(lambda db: letters.add(db, row))
        await self.house.advance(hours=1)
        found = await self.house.read(lambda db: letters.get(db, number))
        assert found is not None
        return found


@pytest.fixture
async def scene(database_url: str) -> AsyncIterator[Scene]:
    prepared_everywhere(database_url, "zh")
    with mailroom(asks=True) as (room, at):
        async with (
            provider() as gate,
            everywhere(
                database_url,
                "zh",
                smtp_url=f"smtp://{USER}:{quote(PASSWORD, safe='')}@{at}?starttls=never",
                mail_from="源头公司 <hello@example.com>",
                sms_url=gate.url,
                sms_body=BODY,
                sms_id="sid",
            ) as house,
        ):
            yield Scene(house, room, gate)


@pytest.mark.parametrize(
    ("language", "tongue", "said"), [("", "zh-CN", "撤销"), ("en", "en", "Undo")]
)
async def test_a_contact_gets_the_letter_in_their_language_and_their_part_of_it(
    scene: Scene, language: str, tongue: str, said: str
) -> None:
    sent = await scene.greeted(await scene.account("mail", language))
    (letter,) = scene.room.letters
    assert (sent.state, sent.message) == (SENT, f"<headwater-{sent.id}@example.com>")
    assert (str(letter["To"]), str(letter["Content-Language"])) == (ADDRESSES["mail"], tongue)
    for part in letter.iter_parts():
        assert said in part.get_content()
        assert "office" not in part.get_content()


@pytest.mark.parametrize(
    ("language", "alt"),
    [("", "图：点着蜡烛的生日蛋糕"), ("en", "Picture: a birthday cake with candles")],
)
async def test_a_birthday_comes_with_its_picture(scene: Scene, language: str, alt: str) -> None:
    account = await scene.account("mail", language)
    used = scene.house.clock.now() + timedelta(days=30)
    await scene.house.write(
        lambda db: people.use_account(db, known(account.id), used, ADDRESSES["mail"])
    )
    lina = scene.house.on("web").lina
    await lina.says("/contact_birthday 华强 contact: 张伟 birthday: 10月17日")
    await scene.house.advance(days=1)
    await lina.presses("发送祝福", on="华强张伟生日")
    await scene.house.advance(days=3)
    (letter,) = scene.room.letters
    (picture,) = [part for part in letter.walk() if part.get_content_type() == "image/png"]
    assert picture.get_content() == pictures.drawn("birthday")
    card = next(part for part in letter.walk() if part.get_content_type() == "text/html")
    assert f'alt="{alt}"' in card.get_content()
    assert f"cid:{picture['Content-ID'].strip('<>')}" in card.get_content()


async def test_a_contact_gets_a_text_message_and_its_number_is_kept(scene: Scene) -> None:
    sent = await scene.greeted(await scene.account("sms"))
    assert (sent.state, sent.message) == (SENT, "SM1")
    assert [asked.body for asked in scene.provider.asked] == [
        '{"to": "13800001111", "text": "Happy New Year\\n撤销"}'
    ]


@pytest.mark.parametrize("platform", ["mail", "sms"])
async def test_what_may_have_gone_is_not_sent_again(scene: Scene, platform: str) -> None:
    scene.room.at_data, scene.provider.status = "drop", 502
    left = await scene.greeted(await scene.account(platform))
    assert left.state == UNCLEAR
    assert len(scene.room.envelopes) + len(scene.provider.asked) == 1


@pytest.mark.parametrize("platform", ["mail", "sms"])
async def test_what_may_repeat_is(scene: Scene, platform: str) -> None:
    scene.room.at_data, scene.provider.status = "drop", 502
    left = await scene.greeted(await scene.account(platform), repeats=True)
    assert left.state != UNCLEAR
    assert len(scene.room.envelopes) + len(scene.provider.asked) > 1
    assert len({str(letter["Message-ID"]) for letter in scene.room.letters}) <= 1


async def test_an_unknown_address_is_not_written_to_again_and_staff_are_told(scene: Scene) -> None:
    scene.room.at_rcpt = "550 5.1.1 no such user"
    account = await scene.account("mail")
    left = await scene.greeted(account)
    assert (left.state, left.reason) == (DEAD, "550 5.1.1 no such user")
    now = await scene.house.read(lambda db: people.account_by_id(db, known(account.id)))
    assert now is not None
    assert not now.reachable


@pytest.mark.parametrize(("platform", "setting"), [("mail", "SMTP_URL"), ("sms", "SMS_HEADERS")])
async def test_a_refused_password_names_its_setting_and_is_over_once_it_is_mended(
    scene: Scene, platform: str, setting: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    scene.provider.status = 401
    monkeypatch.setattr("tests.bot.mail.server.PASSWORD", "another")
    await scene.greeted(await scene.account(platform))
    (told,) = await scene.house.running.look() or []
    assert told.startswith(f"{platform}: ")
    assert f"({setting})" in told
    assert PASSWORD not in told
    scene.provider.status = 200
    monkeypatch.setattr("tests.bot.mail.server.PASSWORD", PASSWORD)
    await scene.house.advance(hours=1)
    assert await scene.house.read(standing) == []
    assert len(scene.room.envelopes) + len(scene.provider.asked) >= 1


def standing(db: Transaction) -> list[str]:
    return [one.name for one in troubles.standing(db)]


async def test_the_doctor_looks_at_both(database_url: str) -> None:
    with mailroom() as (_, at):
        settings = settings_for(
            database_url,
            "en",
            telegram_bot_token="700:secret",
            telegram_api_url="http://127.0.0.1:9",
            smtp_url=f"smtp://{at}?starttls=never",
            mail_from="hello@example.com",
            sms_url="https://sms.test/send",
            sms_body=BODY,
        )
        found = {one.name: one.verdict.value for one in await examined(settings)}
    assert (found["mail server"], found["text messages"]) == ("ok", "ok")
