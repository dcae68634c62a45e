"""The fake Telegram's Bot API, as the real library finds it: edits, files and settings."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
from telegram import (
    Bot,
    BotCommand,
    BotCommandScopeAllPrivateChats,
    BotCommandScopeChat,
    InlineKeyboardMarkup,
    InputMediaDocument,
    InputMediaPhoto,
    MenuButtonCommands,
    ReplyKeyboardMarkup,
)
from telegram.error import BadRequest

from tests.fakes.telegram import FakeTelegram
from tests.fakes.telegram_props import (
    CARD,
    GROUP,
    LI,
    VERBS,
    WANG,
    Clock,
    li_and_wang,
    library_bot,
    picture,
    refuses,
)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def tg(clock: Clock) -> AsyncIterator[FakeTelegram]:
    async with FakeTelegram(clock=clock, machine_clock=clock) as fake:
        li_and_wang(fake)
        yield fake


@pytest.fixture
async def bot(tg: FakeTelegram) -> AsyncIterator[Bot]:
    async with library_bot(tg) as library:
        yield library


# --- changing what was said -----------------------------------------------------------------------


async def test_an_edit_replaces_text_and_buttons(tg: FakeTelegram, bot: Bot) -> None:
    first = await bot.send_message(LI, CARD, "HTML", reply_markup=VERBS)
    await bot.edit_message_text("Approved by Wang", LI, first.message_id)
    message = tg.last(LI)
    assert (message.text, message.markup) == ("Approved by Wang", None)
    assert message.edited is not None
    assert message.past[0].text == "Hengda & sons: decide"
    await bot.edit_message_reply_markup(LI, first.message_id, reply_markup=VERBS)
    assert len(tg.buttons(message)) == 3
    empty = InlineKeyboardMarkup([])
    await bot.edit_message_reply_markup(LI, first.message_id, reply_markup=empty)
    assert tg.buttons(message) == []


async def test_edits_that_cannot_be_are_refused(tg: FakeTelegram, bot: Bot) -> None:
    own = await bot.send_message(LI, CARD, "HTML", reply_markup=VERBS)
    theirs = await tg.user(LI).says(LI, "hello")
    asks = await bot.send_message(LI, "?", reply_markup=ReplyKeyboardMarkup([["Yes"]]))
    with refuses("is not modified"):
        await bot.edit_message_text(CARD, LI, own.message_id, parse_mode="HTML", reply_markup=VERBS)
    with refuses("is not modified"):
        await bot.edit_message_reply_markup(LI, own.message_id, reply_markup=VERBS)
    with refuses("message to edit not found"):
        await bot.edit_message_text("x", LI, 99)
    for message_id in (theirs.id, asks.message_id):
        with refuses("message can't be edited"):
            await bot.edit_message_text("x", LI, message_id)
    with refuses("no caption"):
        await bot.edit_message_caption(LI, own.message_id, caption="x")
    assert len(tg.refused) == 6
    assert tg.messages(LI)[0].past == []


async def test_deletion_ends_after_48_hours(tg: FakeTelegram, bot: Bot, clock: Clock) -> None:
    old = await bot.send_message(LI, "old")
    clock.advance(hours=1)
    young = await bot.send_message(LI, "young")
    theirs = await tg.user(LI).says(LI, "secret")
    clock.advance(hours=47, seconds=1)
    with refuses("can't be deleted"):
        await bot.delete_message(LI, old.message_id)
    assert await bot.delete_message(LI, young.message_id)
    assert await bot.delete_message(LI, theirs.id)
    with refuses("to delete not found"):
        await bot.delete_message(LI, young.message_id)
    with refuses("to edit not found"):
        await bot.edit_message_text("x", LI, young.message_id)
    assert [message.text for message in tg.messages(LI)] == ["old"]


async def test_others_messages_in_groups_take_a_right_to_delete(tg: FakeTelegram, bot: Bot) -> None:
    tg.group(GROUP, "Quality", LI)
    tg.group(-1002, "Cases", LI, bot_rights={"can_delete_messages"})
    with refuses("can't be deleted"):
        await bot.delete_message(GROUP, (await tg.user(LI).says(GROUP, "x")).id)
    assert await bot.delete_message(-1002, (await tg.user(LI).says(-1002, "x")).id)


# --- files ----------------------------------------------------------------------------------------


async def test_a_photo_is_sent_captioned_and_fetched_back(tg: FakeTelegram, bot: Bot) -> None:
    sent = await bot.send_photo(LI, picture(), "<b>Chart</b>", parse_mode="HTML", filename="c.jpg")
    assert (sent.photo[-1].width, sent.photo[-1].height) == (40, 30)
    assert sent.caption == "Chart"
    await bot.edit_message_caption(LI, sent.message_id, caption="New chart", reply_markup=VERBS)
    assert tg.plain(tg.last(LI)).startswith("New chart\n[Approve]")
    with refuses("no text in the message"):
        await bot.edit_message_text("x", LI, sent.message_id)
    file = await bot.get_file(sent.photo[-1].file_id)
    assert bytes(await file.download_as_bytearray()) == picture()
    again = await bot.send_photo(LI, sent.photo[-1].file_id)
    assert again.photo[-1].file_id == sent.photo[-1].file_id
    assert tg.sent("sendPhoto")[0]["photo"] == {"$file": "c.jpg"}


async def test_what_is_no_photo_is_refused(tg: FakeTelegram, bot: Bot) -> None:
    with refuses("IMAGE_PROCESS_FAILED"):
        await bot.send_photo(LI, b"no picture at all")
    with refuses("PHOTO_INVALID_DIMENSIONS"):
        await bot.send_photo(LI, picture(2100, 100))
    with refuses("caption is too long"):
        await bot.send_photo(LI, picture(), "x" * 1025)
    with refuses("wrong remote file"):
        await bot.send_photo(LI, "nonsense")


async def test_documents_and_albums(tg: FakeTelegram, bot: Bot) -> None:
    sent = await bot.send_document(LI, b"a;b", caption="Report", filename="report.csv")
    assert sent.document is not None
    assert (sent.document.file_name, sent.document.mime_type) == ("report.csv", "text/csv")
    photos = [InputMediaPhoto(picture(), filename=f"{n}.jpg", caption=f"no. {n}") for n in (1, 2)]
    album = await bot.send_media_group(LI, photos)
    assert len({message.media_group_id for message in album}) == 1
    assert [message.caption for message in album] == ["no. 1", "no. 2"]
    assert tg.sent("sendMediaGroup")[0]["media"][1]["media"] == {"$file": "2.jpg"}
    with refuses("2 to 10"):
        await bot.send_media_group(LI, photos[:1])
    with refuses("mixed"):
        await bot.send_media_group(LI, [photos[0], InputMediaDocument(b"x", filename="x.txt")])


async def test_only_small_files_that_exist_are_handed_out(tg: FakeTelegram, bot: Bot) -> None:
    large = await tg.user(LI).sends_document(LI, b"x", size=21 * 1024 * 1024)
    with refuses("file is too big"):
        await bot.get_file(large.content["document"]["file_id"])
    with refuses("invalid file_id"):
        await bot.get_file("nonsense")
    async with httpx.AsyncClient(base_url=tg.api_url) as web:
        assert (await web.get(f"/file/bot{tg.token}/documents/none.pdf")).status_code == 404
        assert (await web.get("/file/bot123456:other/documents/none.pdf")).status_code == 401


# --- settings -------------------------------------------------------------------------------------


async def test_menus_are_kept_by_scope_and_language(tg: FakeTelegram, bot: Bot) -> None:
    li, wang = tg.user(LI), tg.user(WANG)
    await bot.set_my_commands([("help", "Help")])
    await bot.set_my_commands([("visit", "拜访")], BotCommandScopeAllPrivateChats(), "zh")
    await bot.set_my_commands([("cases", "Cases")], BotCommandScopeChat(WANG))
    assert [command["command"] for command in li.menu()] == ["visit"]
    assert [command["command"] for command in wang.menu()] == ["cases"]
    tg.group(GROUP, "Quality", LI)
    assert [command["command"] for command in li.menu(GROUP)] == ["help"]
    await bot.delete_my_commands(BotCommandScopeChat(WANG))
    assert [command["command"] for command in wang.menu()] == ["help"]
    assert await bot.get_my_commands() == (BotCommand("help", "Help"),)


@pytest.mark.parametrize(
    ("commands", "words"),
    [
        ([("Visit", "x")], "BOT_COMMAND_INVALID"),
        ([("a" * 33, "x")], "BOT_COMMAND_INVALID"),
        ([("拜访", "x")], "BOT_COMMAND_INVALID"),
        ([("visit", "")], "DESCRIPTION_INVALID"),
        ([("visit", "x" * 257)], "DESCRIPTION_INVALID"),
        ([(f"c{n}", "x") for n in range(101)], "TOO_MUCH"),
    ],
)
async def test_a_bad_menu_is_refused(
    tg: FakeTelegram, bot: Bot, commands: list[tuple[str, str]], words: str
) -> None:
    with refuses(words):
        await bot.set_my_commands(commands)
    with refuses("language_code"):
        await bot.set_my_commands([("visit", "x")], language_code="zh-hans")
    with refuses("chat not found"):
        await bot.set_my_commands([("visit", "x")], BotCommandScopeChat(999))


async def test_descriptions_have_their_limits(tg: FakeTelegram, bot: Bot) -> None:
    await bot.set_my_description("x" * 512)
    await bot.set_my_short_description("短" * 120, "zh")
    await bot.set_my_name("Headwater")
    assert (await bot.get_my_description("zh")).description == "x" * 512
    assert (await bot.get_my_short_description("zh")).short_description == "短" * 120
    assert (await bot.get_my_name()).name == "Headwater"
    with refuses("description"):
        await bot.set_my_description("x" * 513)
    await bot.set_chat_menu_button(LI, MenuButtonCommands())
    assert (await bot.get_chat_menu_button(LI)).type == "commands"


async def test_chats_and_members_are_told(tg: FakeTelegram, bot: Bot) -> None:
    tg.group(GROUP, "Cases", LI, forum=True, bot_rights={"can_manage_topics"}, admins={LI})
    chat = await bot.get_chat(GROUP)
    assert (chat.title, chat.type, chat.is_forum) == ("Cases", "supergroup", True)
    assert (await bot.get_chat(LI)).first_name == "Li"
    standings = [(await bot.get_chat_member(GROUP, who)).status for who in (tg.me.id, LI, WANG)]
    assert standings == ["administrator", "administrator", "left"]
    assert await bot.send_chat_action(GROUP, "typing")
    with refuses("wrong parameter action"):
        await bot.send_chat_action(GROUP, "dancing")


async def test_calls_are_recorded_and_dumped(tg: FakeTelegram, bot: Bot, tmp_path: Path) -> None:
    await bot.send_message(LI, "42", reply_markup=VERBS)
    with pytest.raises(BadRequest):
        await bot.send_message(LI, "")
    assert [(c.method, c.outcome) for c in tg.calls if c.method == "sendMessage"] == [
        ("sendMessage", "ok"),
        ("sendMessage", "Bad Request: message text is empty"),
    ]
    tg.dump_calls(tmp_path / "calls.json")
    dumped = json.loads((tmp_path / "calls.json").read_text(encoding="utf-8"))
    assert dumped[0] == {"method": "getMe", "payload": {}}
    assert dumped[1]["payload"] == {"chat_id": LI, "text": "42", "reply_markup": VERBS.to_dict()}
