"""The fake Telegram's Bot API, as the real library finds it: sending, editing, files, settings."""

from __future__ import annotations

from collections.abc import AsyncIterator

import httpx
import pytest
from telegram import (
    Bot,
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    KeyboardButton,
    MessageEntity,
    ReplyKeyboardMarkup,
    ReplyParameters,
)
from telegram.error import ChatMigrated, Forbidden, InvalidToken

from tests.fakes.telegram import FakeTelegram
from tests.fakes.telegram_props import (
    CARD,
    GROUP,
    LI,
    VERBS,
    WANG,
    Clock,
    keyboard,
    li_and_wang,
    library_bot,
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


# --- who ------------------------------------------------------------------------------------------


async def test_the_bot_is_introduced(tg: FakeTelegram, bot: Bot) -> None:
    me = await bot.get_me()
    assert (me.id, me.username) == (123456, "headwater_bot")
    assert me.can_read_all_group_messages is False
    tg.reads_all = True
    assert (await bot.get_me()).can_read_all_group_messages is True


async def test_a_wrong_or_revoked_token_is_refused(tg: FakeTelegram, bot: Bot) -> None:
    async with httpx.AsyncClient(base_url=tg.api_url) as web:
        answer = await web.post("/bot123456:other/getMe")
    assert (answer.status_code, answer.json()["description"]) == (401, "Unauthorized")
    tg.revoke_token()
    with pytest.raises(InvalidToken):
        await bot.send_message(LI, "hello")
    assert [refused.code for refused in tg.refused] == [401, 401]
    assert tg.messages(LI) == []


async def test_an_unknown_method_and_a_wrong_path_are_not_found(tg: FakeTelegram) -> None:
    async with httpx.AsyncClient(base_url=tg.api_url) as web:
        unknown = await web.post(f"/bot{tg.token}/sendHologram")
        assert (unknown.status_code, unknown.json()["ok"]) == (404, False)
        assert (await web.post("/botnonsense/getMe")).status_code == 404
        assert (await web.get("/")).status_code == 404


# --- saying ---------------------------------------------------------------------------------------


async def test_a_card_is_kept_as_a_person_reads_it(
    tg: FakeTelegram, bot: Bot, clock: Clock
) -> None:
    answer = await bot.send_message(LI, CARD, "HTML", reply_markup=VERBS)
    message = tg.last(LI)
    assert (answer.message_id, answer.date, answer.text) == (1, clock.now, "Hengda & sons: decide")
    assert answer.reply_markup == VERBS
    assert answer.from_user is not None
    assert answer.from_user.id == tg.me.id
    assert tg.plain(message) == "Hengda & sons: decide\n[Approve]  [Reject]\n[Later]"
    assert tg.buttons(message)[0] == ("Approve", "approve:A-1:3")
    assert tg.live_links(message) == []
    assert [(e.type, answer.parse_entity(e)) for e in answer.entities] == [
        ("bold", "Hengda & sons"),
        ("italic", "decide"),
    ]
    assert tg.refused == []


async def test_json_and_form_and_query_arguments_all_count(tg: FakeTelegram) -> None:
    async with httpx.AsyncClient(base_url=f"{tg.api_url}/bot{tg.token}/") as web:
        await web.post("sendMessage", json={"chat_id": LI, "text": "123"})
        await web.post("sendMessage", data={"chat_id": str(LI), "text": "true"})
        await web.get("sendMessage", params={"chat_id": LI, "text": "{}"})
        typed = {"Content-Type": "application/json"}
        halved = b'{"chat_id": 11, "text": "\\ud83d"}'
        half = await web.post("sendMessage", content=halved, headers=typed)
        broken = await web.post("sendMessage", content=b"{", headers=typed)
    assert [message.text for message in tg.messages(LI)] == ["123", "true", "{}"]
    assert "UTF-8" in half.json()["description"]
    assert broken.status_code == 400


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "text is empty"),
        ("  \n ", "text is empty"),
        ("x" * 4097, "message is too long"),
        ("😀" * 2049, "message is too long"),
        ("a & b", "must be escaped"),
        ("a < b", "must be escaped"),
        ("a > b", "must be escaped"),
        ("<b>bold", 'end tag corresponding to start tag "b"'),
        ("<b><i>x</b></i>", "Unmatched end tag"),
        ("x</b>", "Unexpected end tag"),
        ("<h1>x</h1>", "Unsupported start tag"),
        ("<br>", "Unsupported start tag"),
        ("<span>x</span>", "Unsupported start tag"),
        ("<a>x</a>", "Unsupported start tag"),
        ("<a href='x'>x</a>", "leads nowhere"),
        ('<a href="http://x.y" onclick=f>x</a>', "malformed"),
        ("<code><b>x</b></code>", "inside code"),
        ("".join(f"<b>{n}</b> " for n in range(101)), "first 100 entities"),
    ],
)
async def test_bad_text_is_refused(tg: FakeTelegram, bot: Bot, text: str, words: str) -> None:
    with refuses(words):
        await bot.send_message(LI, text, "HTML")
    assert tg.messages(LI) == []
    assert words in tg.refused[-1].description


@pytest.mark.parametrize("text", ["x" * 4096, "😀" * 2048, "&lt;" * 4096, f"<b>{'x' * 4096}</b>"])
async def test_length_counts_what_is_read(tg: FakeTelegram, bot: Bot, text: str) -> None:
    await bot.send_message(LI, text, "HTML")
    assert len(tg.last(LI).text.encode("utf-16-le")) == 2 * 4096


async def test_every_tag_is_understood(tg: FakeTelegram, bot: Bot) -> None:
    await bot.send_message(
        LI,
        " 😀<u>a</u><s>b</s><tg-spoiler>c</tg-spoiler><span class='tg-spoiler'>d</span>"
        '<pre><code class="language-python">e</code></pre><blockquote expandable>f</blockquote>'
        '<a href="https://x.test/?a=1&amp;b=2">g</a><a href="tg://user?id=12">h</a>&#x27;&quot; ',
        "HTML",
    )
    message = tg.last(LI)
    assert message.text == "😀abcdefgh'\""
    assert [(e["type"], e["offset"], e["length"]) for e in message.entities] == [
        ("underline", 2, 1),
        ("strikethrough", 3, 1),
        ("spoiler", 4, 1),
        ("spoiler", 5, 1),
        ("pre", 6, 1),
        ("expandable_blockquote", 7, 1),
        ("text_link", 8, 1),
        ("text_mention", 9, 1),
    ]
    assert message.entities[4]["language"] == "python"
    assert [(live.kind, live.target) for live in tg.live_links(message)] == [
        ("text_link", "https://x.test/?a=1&b=2"),
        ("text_mention", str(WANG)),
    ]


@pytest.mark.parametrize(
    ("text", "live"),
    [
        ("ask @wang_wei now", [("mention", "@wang_wei")]),
        ("see https://evil.test/a?b, or", [("url", "https://evil.test/a?b")]),
        ("(evil.com/x)", [("url", "evil.com/x")]),
        ("访问evil.cn。", [("url", "evil.cn")]),
        ("send /delete to a@b.com", [("bot_command", "/delete"), ("email", "a@b.com")]),
        ("#now $USD", [("hashtag", "#now"), ("cashtag", "$USD")]),
        ("<code>@wang_wei evil.com /x</code>", []),
        ("/visit华强 and/or 1/2 a@b #1 3.5 C-2026-0001 @ab", []),
    ],
)
async def test_what_telegram_makes_live_in_plain_words_is_seen(
    tg: FakeTelegram, bot: Bot, text: str, live: list[tuple[str, str]]
) -> None:
    await bot.send_message(LI, text, "HTML")
    assert [(found.kind, found.text) for found in tg.live_links(tg.last(LI))] == live


async def test_of_what_telegram_finds_it_keeps_a_hundred(tg: FakeTelegram, bot: Bot) -> None:
    await bot.send_message(LI, "<b>x</b> " + "#a " * 101, "HTML")
    assert len(tg.last(LI).entities) == 100


async def test_entities_may_be_given_instead_of_markup(tg: FakeTelegram, bot: Bot) -> None:
    bold = MessageEntity("bold", 2, 3)
    await bot.send_message(LI, "  abc <x>", entities=[bold])
    assert tg.last(LI).text == "abc <x>"
    assert tg.last(LI).entities == [{"type": "bold", "offset": 0, "length": 3}]
    with refuses("MessageEntity"):
        await bot.send_message(LI, "abc", entities=[MessageEntity("bold", 2, 3)])
    with refuses("parse_mode"):
        await bot.send_message(LI, "abc", "MarkdownV2")


@pytest.mark.parametrize(
    ("buttons", "words"),
    [
        ([[("x", "")]], "BUTTON_DATA_INVALID"),
        ([[("x", "d" * 65)]], "BUTTON_DATA_INVALID"),
        ([[("x", "审" * 22)]], "BUTTON_DATA_INVALID"),
        ([[(" ", "x")]], "text is missing"),
        ([[("x", "x")] * 9], "more than 8"),
        ([[("x", "x")]] * 101, "too long"),
        ([[]], "rows of buttons"),
    ],
)
async def test_a_bad_keyboard_is_refused(
    tg: FakeTelegram, bot: Bot, buttons: list[list[tuple[str, str]]], words: str
) -> None:
    rows = [[{"text": text, "callback_data": data} for text, data in row] for row in buttons]
    async with httpx.AsyncClient(base_url=f"{tg.api_url}/bot{tg.token}/") as web:
        markup = {"inline_keyboard": rows}
        answer = await web.post(
            "sendMessage", json={"chat_id": LI, "text": "x", "reply_markup": markup}
        )
    assert answer.status_code == 400
    assert words in answer.json()["description"]


async def test_the_largest_keyboard_passes(tg: FakeTelegram, bot: Bot) -> None:
    rows = [[("x", "d" * 64)] * 8] * 12 + [[("x", "审" * 21)] * 4]
    await bot.send_message(LI, "x", reply_markup=keyboard(*rows))
    assert len(tg.buttons(tg.last(LI))) == 100


async def test_a_button_does_exactly_one_thing(tg: FakeTelegram, bot: Bot) -> None:
    idle = InlineKeyboardButton("x", api_kwargs={"style": "danger"})
    with refuses("Text buttons are unallowed"):
        await bot.send_message(LI, "x", reply_markup=InlineKeyboardMarkup([[idle]]))
    nowhere = InlineKeyboardButton("x", url="javascript:alert(1)")
    with refuses("BUTTON_URL_INVALID"):
        await bot.send_message(LI, "x", reply_markup=InlineKeyboardMarkup([[nowhere]]))


async def test_contacts_are_asked_for_in_private_chats_only(tg: FakeTelegram, bot: Bot) -> None:
    tg.group(GROUP, "Quality", LI)
    asks = ReplyKeyboardMarkup([[KeyboardButton("My number", request_contact=True)]])
    await bot.send_message(LI, "Your number?", reply_markup=asks)
    assert tg.buttons(tg.last(LI)) == [("My number", "")]
    with refuses("private chats only"):
        await bot.send_message(GROUP, "Your number?", reply_markup=asks)


async def test_a_reply_needs_its_message_unless_told_otherwise(tg: FakeTelegram, bot: Bot) -> None:
    asked = await tg.user(LI).says(LI, "hello")
    await bot.send_message(LI, "yes?", reply_parameters=ReplyParameters(asked.id))
    assert tg.last(LI).reply_to is asked
    with refuses("message to be replied not found"):
        await bot.send_message(LI, "x", reply_parameters=ReplyParameters(99))
    lenient = ReplyParameters(99, allow_sending_without_reply=True)
    assert (await bot.send_message(LI, "x", reply_parameters=lenient)).reply_to_message is None


async def test_the_bot_speaks_only_where_it_may(tg: FakeTelegram, bot: Bot) -> None:
    zhao = tg.user(13, "Zhao")
    with pytest.raises(Forbidden, match="can't initiate conversation"):
        await bot.send_message(zhao.id, "x")
    with refuses("chat not found"):
        await bot.send_message(999, "x")
    await zhao.starts()
    await bot.send_message(zhao.id, "x")
    await zhao.blocks_bot()
    with pytest.raises(Forbidden, match="blocked by the user"):
        await bot.send_message(zhao.id, "x")
    await zhao.says(zhao.id, "back again")
    await bot.send_message(zhao.id, "x")
    assert len(zhao.told) == 2


async def test_a_migrated_group_tells_its_new_id(tg: FakeTelegram, bot: Bot) -> None:
    tg.group(-5, "Quality", LI, kind="group")
    await bot.send_message(-5, "x")
    await tg.migrates(-5, GROUP)
    with pytest.raises(ChatMigrated) as caught:
        await bot.send_message(-5, "y")
    assert caught.value.new_chat_id == GROUP
    await bot.send_message(GROUP, "y")
    await tg.user(LI).removes_bot(GROUP)
    with pytest.raises(Forbidden, match="kicked from the supergroup"):
        await bot.send_message(GROUP, "z")


async def test_topics_are_made_and_spoken_in(tg: FakeTelegram, bot: Bot) -> None:
    tg.group(GROUP, "Cases", LI, forum=True, bot_rights={"can_manage_topics"})
    tg.group(-1002, "Plain", LI, bot_rights={"can_manage_topics"})
    tg.group(-1003, "No rights", LI, forum=True)
    topic = await bot.create_forum_topic(GROUP, "C-2026-0001")
    said = await bot.send_message(GROUP, "here", message_thread_id=topic.message_thread_id)
    assert (said.message_thread_id, said.is_topic_message) == (topic.message_thread_id, True)
    general = await bot.send_message(GROUP, "in general")
    assert general.message_thread_id is None
    with refuses("message thread not found"):
        await bot.send_message(GROUP, "x", message_thread_id=99)
    with refuses("not a forum"):
        await bot.create_forum_topic(-1002, "x")
    with refuses("not enough rights"):
        await bot.create_forum_topic(-1003, "x")
    with refuses("topic name"):
        await bot.create_forum_topic(GROUP, "x" * 129)
