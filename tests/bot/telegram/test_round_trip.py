"""The real library between people and the gate, by fetching and by the webhook."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot.pages import Key, Keys, Page, Quoted, Say, Table
from bot.platform import Address, Parcel, Toast, Typed
from bot.telegram.draw import TEXT
from bot.telegram.menus import TelegramMenus
from bot.telegram.send import TelegramPlatform, make_bot
from commands.kit.errors import Never, Undeliverable
from scheduler.sending import Rate
from tests.bot.telegram.props import House
from tests.bot.telegram.staging import QUALITY, Stage, staged
from tests.fakes.telegram import FakeTelegram

PHOTO = b"\x89PNG\r\n\x1a\n" + b"\0" * 64


# --- hearing --------------------------------------------------------------------------------------


async def test_what_somebody_writes_arrives(stage: Stage) -> None:
    written = await stage.li.says(7, "拜访宁波精工昨天谈了Q3")
    await stage.settled()
    (request,) = stage.house.gate.requests
    assert request.address == stage.address()
    assert (request.user, request.user_name, request.language) == ("7", "Li Na", "zh")
    assert (request.message, request.at) == (str(written.id), written.date)
    assert (request.key, request.direct) == ("700001", True)


async def test_commands_links_and_presses_arrive(stage: Stage) -> None:
    card = await stage.send(Page("Card", (Keys((Key("Go", "go:case7~mark"),)),)))
    await stage.li.starts("abc-1")
    await stage.li.says(7, "/visit 华强")
    press = await stage.li.presses(card, "Go")
    await stage.settled()
    assert stage.house.gate.heard == ["start abc-1", "/visit 华强", "go:case7~mark"]
    assert [request.reply_to for request in stage.house.gate.requests] == [""] * 3
    await stage.telegram.until(lambda: press.answered)
    assert not press.toast


async def test_a_toast_is_seen_by_who_pressed(stage: Stage) -> None:
    stage.house.gate.replies = {"go": Toast("Wang has approved it already.", alert=True)}
    card = await stage.send(Page("Card", (Keys((Key("Go", "go"),)),)))
    press = await stage.li.presses(card, "Go")
    await stage.telegram.until(lambda: press.answered)
    assert (press.toast, press.alert) == ("Wang has approved it already.", True)


async def test_a_press_on_an_old_toast_is_no_failure(stage: Stage) -> None:
    """Telegram takes no answer to a press that is older than a quarter of a minute."""
    stage.telegram.world.press_lives = timedelta(seconds=-1)
    card = await stage.send(Page("Card", (Keys((Key("Go", "go"),)),)))
    await stage.li.presses(card, "Go")
    await stage.settled()
    assert stage.house.gate.heard == ["go"]
    assert stage.house.gate.aside == []


async def test_groups_topics_and_answers_are_told_apart(stage: Stage) -> None:
    card = await stage.send(Page("C-2026-0007"), QUALITY)
    topic = await stage.li.opens_topic(QUALITY, "C-2026-0007")
    await stage.li.says(QUALITY, "rusty", reply_to=card)
    await stage.li.says(QUALITY, "/case", thread=topic.id)
    await stage.settled()
    answer, inside = stage.house.gate.requests
    assert (answer.reply_to, answer.address.thread, answer.mentions) == (str(card.id), "", True)
    assert (inside.reply_to, inside.address.thread) == ("", str(topic.id))
    assert (inside.title, inside.direct) == ("Quality", False)


def typed(stage: Stage) -> list[Typed]:
    said = (request.said for request in stage.house.gate.requests)
    return [one for one in said if isinstance(one, Typed)]


async def test_a_photo_is_fetched_by_what_its_message_names(stage: Stage) -> None:
    await stage.li.sends_photo(7, PHOTO, caption="rust")
    await stage.li.sends_document(7, b"%PDF", "q3.pdf", size=21 * 1024 * 1024)
    await stage.settled()
    photo, document = (file for said in typed(stage) for file in said.files)
    assert (photo.media, photo.size) == ("image/jpeg", len(PHOTO))
    assert await stage.platform.fetch(photo.remote) == PHOTO
    assert (document.name, document.media) == ("q3.pdf", "application/pdf")
    with pytest.raises(Never):
        await stage.platform.fetch(document.remote)


async def test_albums_come_one_by_one(stage: Stage) -> None:
    for caption in ("rust", ""):
        await stage.li.sends_photo(7, PHOTO, caption=caption, media_group_id="9")
    await stage.settled()
    assert [request.key for request in stage.house.gate.requests] == ["700001", "700002"]


async def test_edits_are_heard_and_comings_and_goings_only_acknowledged(stage: Stage) -> None:
    written = await stage.li.says(7, "Q3")
    await stage.li.edits(written, "Q4")
    await stage.li.blocks_bot()
    await stage.settled()
    assert stage.house.gate.heard == ["Q3", "Q4"]
    edited = [request.said.edited for request in stage.house.gate.requests]  # type: ignore[union-attr]
    assert edited == [False, True]
    assert stage.house.gate.aside == []


async def test_the_same_update_has_the_same_key(stage: Stage) -> None:
    await stage.li.says(7, "hi", redeliver=4)
    await stage.settled()
    assert [request.key for request in stage.house.gate.requests] == ["700001"] * 5


async def test_what_was_not_kept_is_not_confirmed(stage: Stage) -> None:
    stage.house.gate.gone = {"hi"}
    await stage.li.says(7, "hi")
    await stage.telegram.until(stage.house.gate.reached.is_set)
    await stage.settled()
    assert stage.house.gate.heard == ["hi"]
    assert stage.telegram.updates.confirmed == 1


POISON = [
    '{"update_id": $ID, "message": {"message_id": 1}}',
    '{"update_id": $ID, "message": {"text": ["a"]}}',
    '{"update_id": $ID, "callback_query": {"id": {}}}',
    '{"update_id": $ID, "message": "\\ud800"}',
]


async def test_poison_is_set_aside_and_what_comes_after_goes_through(stage: Stage) -> None:
    for raw in POISON:
        await stage.telegram.poison(raw)
    await stage.li.says(7, "next")
    await stage.settled()
    assert stage.house.gate.heard == ["next"]
    assert len(stage.house.gate.aside) == len(POISON)
    assert stage.telegram.updates.confirmed == len(POISON) + 1
    assert len(stage.telegram.sent("getUpdates")) <= len(POISON) + 3


async def test_menus_keep_to_the_limits(stage: Stage) -> None:
    many = tuple((f"command_{number}", "说" * 300) for number in range(101))
    menus = TelegramMenus(stage.house.bots[0])
    await menus.tell("7", many)
    await menus.tell("7", many)
    assert len(stage.li.menu()) == 100
    assert stage.telegram.refused == []


# --- speaking -------------------------------------------------------------------------------------

HOSTILE = (
    "<b>x</b> <a href='https://evil.example'>pay</a> & &lt; *a* _b_ [c](https://evil.example) "
    "@li_na tg://user?id=7 /approve \u202egnp\u202c </blockquote> <!channel> \x00"
)


async def test_a_card_reads_as_it_was_drawn(stage: Stage) -> None:
    keys = Keys((Key("Pass on", "pass", "primary"), Key("Close", "close", "danger")))
    posted = await stage.send(Page("C-2026-0007 <urgent>", (Say("4 h left & more"), keys)))
    assert stage.telegram.plain(posted).splitlines() == [
        "C-2026-0007 <urgent>",
        "4 h left & more",
        "[Pass on]  [Close]",
    ]
    assert stage.telegram.buttons(posted) == [("Pass on", "pass"), ("Close", "close")]
    assert not posted.silent


async def test_a_quiet_card_makes_no_sound(stage: Stage) -> None:
    assert (await stage.send(Page("Card"), quiet=True)).silent


async def test_nobodys_words_come_alive(stage: Stage) -> None:
    page = Page(HOSTILE, (Say(HOSTILE), Quoted(HOSTILE, by=HOSTILE), Table(((HOSTILE, "x"),))))
    live = stage.telegram.live_links(await stage.send(page))
    assert {one.kind for one in live} <= {"url", "bot_command"}
    quoted = stage.telegram.live_links(await stage.send(Page("", (Quoted(HOSTILE),))))
    assert quoted == []
    assert stage.telegram.refused == []


@pytest.mark.parametrize("letter", ["a", "中", "&", "😀"])
async def test_telegram_takes_every_length(stage: Stage, letter: str) -> None:
    for beyond in (-1, 0, 1, TEXT):
        await stage.send(Page("", (Say(letter * (TEXT + beyond)),)))
    keys = Keys(tuple(Key(f"{number}", "x" * 64) for number in range(130)))
    await stage.send(Page("Card", (keys,)))
    assert stage.telegram.refused == []


async def test_a_card_is_redrawn_in_its_place(stage: Stage) -> None:
    posted = await stage.send(Page("open", (Keys((Key("Close", "close"),)),)))
    parcel = Parcel(stage.address(), Page("closed"), "letter-1")
    for _ in range(2):  # the second time nothing is modified
        await stage.platform.redraw(parcel, str(posted.id))
    assert (posted.text, stage.telegram.buttons(posted)) == ("closed", [])
    with pytest.raises(Never):
        await stage.platform.redraw(parcel, "999")


async def test_a_card_can_stand_in_a_topic(stage: Stage) -> None:
    topic = await stage.li.opens_topic(QUALITY, "C-2026-0007")
    parcel = Parcel(stage.address(QUALITY, str(topic.id)), Page("Card"), "letter-1")
    await stage.platform.send(parcel)
    assert stage.telegram.last(QUALITY).thread == topic.id


async def failure(stage: Stage, chat: int) -> Undeliverable:
    with pytest.raises(Undeliverable) as found:
        await stage.platform.send(Parcel(stage.address(chat), Page("Card"), "letter-1"))
    return found.value


async def test_people_and_groups_that_cannot_be_reached_are_said_so(stage: Stage) -> None:
    stage.telegram.group(-5, "Old", 7, kind="group")
    stage.telegram.user(8, "Zhao")
    await stage.telegram.migrates(-5, -1005)
    await stage.li.blocks_bot()
    await stage.li.removes_bot(QUALITY)
    failures = [await failure(stage, chat) for chat in (7, 8, 404, QUALITY, -5)]
    assert all(isinstance(one, Never) for one in failures)
    assert [(one.account, one.moved_to) for one in failures if isinstance(one, Never)] == [
        (True, ""),
        (True, ""),
        (True, ""),
        (True, ""),
        (False, "-1005"),
    ]


async def test_a_direct_chat_has_the_persons_number(stage: Stage) -> None:
    assert await stage.platform.direct("7") == "7"


def test_the_pace_is_that_of_person_group_and_bot() -> None:
    platform = TelegramPlatform(make_bot("900:token"))
    bot = Rate("telegram:bot", 30, 1.0)
    assert platform.rates(Address("telegram", "900", "7")) == (bot, Rate("telegram:7", 1, 1.0))
    assert platform.rates(Address("telegram", "900", "-5")) == (
        bot,
        Rate("telegram:-5", 1, 1.0),
        Rate("telegram:-5:group", 20, 60.0),
    )


# --- trouble --------------------------------------------------------------------------------------


async def test_a_revoked_token_is_noticed_once(house: House) -> None:
    house.pauses.most = 4
    async with FakeTelegram("900:token") as telegram:
        made = await staged(telegram, house, webhook=False)
        telegram.revoke_token()
        await made.listener.start()
        await house.pauses.enough.wait()
        assert made.listener.state == "token"
        await made.listener.stop()
    assert house.notices.said == ["the token was refused"]


async def test_a_webhook_of_somebody_else_is_noticed_once(house: House) -> None:
    house.pauses.most = 4
    async with FakeTelegram("900:token") as telegram:
        made = await staged(telegram, house, webhook=False)
        await made.listener.start()
        await telegram.until(lambda: telegram.sent("getUpdates"))
        await house.bots[0].set_webhook("https://other.example/telegram")
        await house.pauses.enough.wait()
        assert made.listener.state == "conflict"
        await made.listener.stop()
    assert house.notices.said == ["somebody else fetches this bot's updates"]


async def test_a_second_poller_costs_nothing_but_time(house: House) -> None:
    async with FakeTelegram("900:token") as telegram:
        made = await staged(telegram, house, webhook=False)
        await made.listener.start()
        await telegram.until(lambda: telegram.sent("getUpdates"))
        assert await house.bots[0].get_updates(timeout=0) == ()
        await made.li.says(7, "hi")
        await telegram.settled()
        await made.listener.stop()
    assert house.gate.heard == ["hi"]
