"""People at the fake Telegram and how the bot hears of them, by fetching and by webhook."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Sequence

import pytest
from telegram import Bot, MessageOriginChannel, MessageOriginChat, ReplyKeyboardMarkup, Update
from telegram.error import BadRequest

from tests.fakes.telegram import CannotDo, FakeTelegram
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


async def heard(bot: Bot) -> Sequence[Update]:
    """Everything that waits, confirmed."""
    updates = await bot.get_updates()
    if updates:
        await bot.get_updates(offset=updates[-1].update_id + 1)
    return updates


async def test_a_message_arrives_as_it_was_typed(tg: FakeTelegram, bot: Bot, clock: Clock) -> None:
    said = await tg.user(LI).says(LI, " /visit 华强 @wang_wei 😀 https://x.test ")
    (update,) = await heard(bot)
    message = update.message
    assert message is not None
    assert message.from_user is not None
    assert (message.message_id, message.date) == (said.id, clock.now)
    assert (message.from_user.language_code, message.from_user.username) == ("zh-hans", "li_na")
    assert (message.chat.type, message.chat.id) == ("private", LI)
    assert {message.parse_entity(e): e.type for e in message.entities} == {
        "/visit": "bot_command",
        "@wang_wei": "mention",
        "https://x.test": "url",
    }
    assert tg.pending == []


async def test_a_link_starts_the_bot_with_its_payload(tg: FakeTelegram, bot: Bot) -> None:
    zhao = tg.user(13, "Zhao")
    await zhao.starts("join_Ab-9")
    (update,) = await heard(bot)
    assert update.message is not None
    assert update.message.text == "/start join_Ab-9"
    assert update.message.from_user is not None
    assert update.message.from_user.language_code is None
    with pytest.raises(CannotDo):
        await zhao.starts("a b")


async def test_attachments_arrive_and_can_be_fetched(tg: FakeTelegram, bot: Bot) -> None:
    li = tg.user(LI)
    for name in ("a", "b"):
        await li.sends_photo(LI, picture(), caption=name, media_group_id="77")
    await li.sends_document(LI, b"%PDF", "../x.pdf", caption="letter")
    await li.sends_voice(LI, b"OggS")
    await li.sends_location(LI, 29.87, 121.55)
    messages = [update.message for update in await heard(bot) if update.message]
    first, second, document, voice, place = messages
    assert (first.media_group_id, second.media_group_id, first.caption) == ("77", "77", "a")
    assert first.photo[-1].width == 40
    assert document.document is not None
    assert document.document.file_name == "../x.pdf"
    assert voice.voice is not None
    file = await bot.get_file(voice.voice)
    assert bytes(await file.download_as_bytearray()) == b"OggS"
    assert place.location is not None
    assert place.location.latitude == 29.87


async def test_a_shared_contact_tells_whose_it_is(tg: FakeTelegram, bot: Bot) -> None:
    li, wang = tg.user(LI), tg.user(WANG)
    await li.shares_contact(LI, "+86 138")
    await li.shares_contact(LI, "+86 139", of=wang)
    await li.shares_contact(LI, "+86 140", of="Aunt")
    contacts = [update.message.contact for update in await heard(bot) if update.message]
    assert [(c.user_id, c.first_name) for c in contacts if c] == [
        (LI, "Li"),
        (WANG, "Wang"),
        (None, "Aunt"),
    ]


async def test_forwards_carry_author_and_time(tg: FakeTelegram, bot: Bot, clock: Clock) -> None:
    li, wang = tg.user(LI), tg.user(WANG)
    theirs = await wang.says(WANG, "rusty bolts")
    clock.advance(hours=2)
    await li.forwards(LI, theirs)
    await li.forwards(LI, "line down", author="Old Zhang")
    _, known, hidden = [update.message for update in await heard(bot)]
    assert known is not None
    assert hidden is not None
    assert (known.text, hidden.text) == ("rusty bolts", "line down")
    assert known.forward_origin is not None
    assert hidden.forward_origin is not None
    assert (known.forward_origin.type, hidden.forward_origin.type) == ("user", "hidden_user")
    assert known.date - known.forward_origin.date == clock.now - theirs.date


async def test_chats_write_in_their_own_name(tg: FakeTelegram, bot: Bot) -> None:
    li, group = tg.user(LI), tg.group(-5, "Quality", LI)
    channel = tg.group(-6, "News", LI, kind="channel")
    await li.forwards(LI, "stop", author=group, signed="QA")
    await li.forwards(LI, "news", author=channel, signed="Press")
    told = [update.message for update in await heard(bot)]
    origins = [message.forward_origin for message in told if message]
    assert [type(one) for one in origins] == [MessageOriginChat, MessageOriginChannel]
    assert not any(one.api_kwargs for one in origins if one)


async def test_an_album_comes_part_by_part_in_any_order(tg: FakeTelegram, bot: Bot) -> None:
    li = tg.user(LI)
    photo = picture(20, 20)
    sent = await li.sends_album(LI, [photo] * 3, caption="line 3", captioned=1, order=(2, 1, 0))
    parts = [update.message for update in await heard(bot) if update.message]
    assert [part.caption for part in parts] == [None, "line 3", None]
    assert {part.media_group_id for part in parts} == {sent[0].album}
    with pytest.raises(CannotDo, match="2 to 10"):
        await li.sends_album(LI, [photo])


async def test_a_place_moves_and_has_a_name(tg: FakeTelegram, bot: Bot) -> None:
    li = tg.user(LI)
    await li.sends_venue(LI, 29.9, 121.5, "Port", "1 Road")
    moving = await li.shares_live_location(LI, 29.9, 121.5)
    await li.moves(moving, 30.0, 121.6)
    named, begun, moved = await heard(bot)
    assert named.message is not None
    assert named.message.venue is not None
    assert named.message.location == named.message.venue.location
    assert begun.message is not None
    assert begun.message.location is not None
    assert begun.message.location.to_dict()["live_period"] == 900
    assert moved.edited_message is not None
    assert moved.edited_message.location is not None
    assert moved.edited_message.location.latitude == 30.0


async def test_an_edit_is_an_update_of_its_own(tg: FakeTelegram, bot: Bot) -> None:
    li = tg.user(LI)
    said = await li.says(LI, "200 bolts")
    await li.edits(said, "300 bolts")
    first, second = await heard(bot)
    assert first.message is not None
    assert second.edited_message is not None
    assert (first.message.text, second.edited_message.text) == ("200 bolts", "300 bolts")
    assert first.message.message_id == second.edited_message.message_id
    with pytest.raises(CannotDo):
        await tg.user(WANG).edits(said, "x")


async def test_a_pressed_button_is_answered_once_and_in_time(
    tg: FakeTelegram, bot: Bot, clock: Clock
) -> None:
    await bot.send_message(LI, CARD, "HTML", reply_markup=VERBS)
    press = await tg.user(LI).presses(tg.last(LI), "Approve")
    late = await tg.user(LI).presses(tg.last(LI), "Reject")
    first, second = [update.callback_query for update in await heard(bot)]
    assert first is not None
    assert second is not None
    assert (first.data, first.id) == ("approve:A-1:3", press.id)
    assert first.message is not None
    assert first.message.message_id == 1
    assert [press.toast, late.toast] == [None, None]
    await first.answer("Approved", show_alert=True)
    assert (press.toast, press.alert) == ("Approved", True)
    with refuses("query is too old"):
        await first.answer("Again")
    with refuses("MESSAGE_TOO_LONG"):
        await second.answer("x" * 201)
    clock.advance(seconds=16)
    with refuses("query is too old"):
        await second.answer()
    assert late.answered is False


async def test_only_what_is_in_sight_can_be_pressed(tg: FakeTelegram, bot: Bot) -> None:
    li, wang = tg.user(LI), tg.user(WANG)
    await bot.send_message(LI, "?", reply_markup=VERBS)
    card = tg.last(LI)
    with pytest.raises(CannotDo, match="Approve"):
        await li.presses(card, "Undo")
    with pytest.raises(CannotDo, match="not in"):
        await wang.presses(card, "Approve")
    await bot.edit_message_text("Decided", LI, card.id)
    with pytest.raises(CannotDo):
        await li.presses(card, "Approve")
    assert (await li.presses(card, "Approve", as_it_was=0)).data == "approve:A-1:3"
    assert (await li.forges_press(card, "approve:A-2:1")).data == "approve:A-2:1"
    await bot.send_message(LI, "?", reply_markup=ReplyKeyboardMarkup([["Yes", "No"]]))
    assert (await li.taps(tg.last(LI), "Yes")).text == "Yes"


async def test_privacy_mode_hides_what_is_not_meant_for_the_bot(tg: FakeTelegram, bot: Bot) -> None:
    tg.group(GROUP, "Quality", LI, WANG)
    li = tg.user(LI)
    await bot.send_message(GROUP, "A card")
    card = tg.last(GROUP)
    await li.says(GROUP, "among ourselves")
    await li.says(GROUP, "/visit华强")
    await li.says(GROUP, "/visit@other_bot x")
    await li.sends_photo(GROUP, picture())
    await li.says(GROUP, "/visit x")
    await li.says(GROUP, "/visit@headwater_bot x")
    await li.says(GROUP, "hello @Headwater_bot")
    await li.says(GROUP, "noted", reply_to=card)
    texts = [update.message.text for update in await heard(bot) if update.message]
    assert texts == ["/visit x", "/visit@headwater_bot x", "hello @Headwater_bot", "noted"]
    tg.reads_all = True
    await li.says(GROUP, "among ourselves")
    assert len(await heard(bot)) == 1
    with pytest.raises(CannotDo, match="not in"):
        await tg.user(13, "Zhao").says(GROUP, "x")


async def test_an_administrator_hears_all(tg: FakeTelegram, bot: Bot) -> None:
    tg.group(GROUP, "Quality", LI, bot_rights=set())
    await tg.user(LI).says(GROUP, "among ourselves")
    assert len(await heard(bot)) == 1


async def test_replies_and_topics_number_their_threads(tg: FakeTelegram, bot: Bot) -> None:
    tg.group(GROUP, "Plain", LI, bot_rights=set())
    forum = tg.group(-1002, "Cases", LI, forum=True, bot_rights={"can_manage_topics"})
    li = tg.user(LI)
    root = await li.says(GROUP, "root")
    await li.says(GROUP, "reply", reply_to=root)
    topic = await li.opens_topic(forum, "C-1")
    await li.says(forum, "inside", thread=topic.id)
    await li.says(forum, "general")
    messages = [update.message for update in await heard(bot) if update.message]
    _, reply, opened, inside, general = messages
    assert (reply.message_thread_id, reply.is_topic_message) == (root.id, None)
    assert opened.forum_topic_created is not None
    assert (inside.message_thread_id, inside.is_topic_message) == (topic.id, True)
    assert inside.reply_to_message is not None
    assert inside.reply_to_message.forum_topic_created is not None
    assert (general.message_thread_id, general.reply_to_message) == (None, None)
    said = await bot.send_message(-1002, "noted", reply_to_message_id=inside.message_id)
    assert said.message_thread_id == topic.id


async def test_blocking_and_migrating_are_told(tg: FakeTelegram, bot: Bot) -> None:
    tg.group(-5, "Quality", LI, kind="group")
    await tg.user(LI).blocks_bot()
    await tg.migrates(-5, GROUP)
    moved, old, new = await heard(bot)
    assert moved.my_chat_member is not None
    assert moved.my_chat_member.new_chat_member.status == "kicked"
    assert old.message is not None
    assert new.message is not None
    assert old.message.migrate_to_chat_id == GROUP
    assert new.message.migrate_from_chat_id == -5


async def test_a_topic_is_closed_once_and_by_whom_may(tg: FakeTelegram, bot: Bot) -> None:
    forum = tg.group(-5, "Forum", 7, forum=True, bot_rights={"can_manage_topics"})
    topic = await bot.create_forum_topic(-5, "One")
    thread = topic.message_thread_id
    await bot.close_forum_topic(-5, thread)
    with pytest.raises(BadRequest, match=r"(?i)topic_not_modified"):
        await bot.close_forum_topic(-5, thread)
    person = tg.user(7, "Li", started=True)
    with pytest.raises(CannotDo, match="closed"):
        await person.says(forum, "hi", thread=thread)
    said = await bot.send_message(-5, "a manager may", message_thread_id=thread)
    assert said.message_thread_id == thread
    await bot.reopen_forum_topic(-5, thread)
    await person.says(forum, "hi", thread=thread)
    forum.bot_rights = set()
    other = (await person.opens_topic(forum, "Two")).id
    with pytest.raises(BadRequest, match=r"(?i)not enough rights"):
        await bot.close_forum_topic(-5, other)
    await bot.close_forum_topic(-5, thread)
    with pytest.raises(BadRequest, match=r"(?i)topic_closed"):
        await bot.send_message(-5, "no manager any more", message_thread_id=thread)
    with pytest.raises(BadRequest, match=r"(?i)topic_id_invalid"):
        await bot.close_forum_topic(-5, 999)


async def test_letting_the_bot_in_and_giving_it_rights_is_told(tg: FakeTelegram) -> None:
    person = tg.user(7, "Li", started=True)
    group = tg.group(-6, "Group", 7)
    group.bot = "left"
    await person.adds_bot(group)
    await person.promotes_bot(group, "can_manage_topics")
    told = [json.loads(update.raw)["my_chat_member"] for update in tg.pending]
    assert [
        (one["old_chat_member"]["status"], one["new_chat_member"]["status"]) for one in told
    ] == [("left", "member"), ("member", "administrator")]
    assert told[1]["new_chat_member"]["can_manage_topics"] is True
