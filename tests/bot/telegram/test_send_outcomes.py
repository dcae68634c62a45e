"""What every way of failing to send means: not yet, not at all, or nobody knows."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import httpx
import pytest

from bot.pages import Page, Say
from bot.platform import Address, Parcel
from bot.telegram import send
from bot.telegram.send import LARGEST_FILE, TelegramPlatform, make_bot
from commands.kit.errors import Later, Never, Unclear, Undeliverable
from storage.database import Json
from tests.bot.telegram.wire import SENT, Answer, Wire, ok, refused

CARD = Parcel(Address("telegram", "900", "7"), Page("Card", (Say("<words>"),)), "letter-1")


async def failing(
    deed: Callable[[TelegramPlatform], Awaitable[object]], *answers: Answer
) -> Undeliverable:
    """How a deed ends at a server that answers like this."""
    async with Wire(*answers) as wire:
        platform = TelegramPlatform(make_bot("900:token", wire.url))
        with pytest.raises(Undeliverable) as found:
            await deed(platform)
        await platform.stop()
    return found.value


async def sending(platform: TelegramPlatform) -> object:
    return await platform.send(CARD)


async def redrawing(platform: TelegramPlatform) -> None:
    await platform.redraw(CARD, "55")


async def fetching(platform: TelegramPlatform) -> object:
    return await platform.fetch("file-1")


# --- asked to wait --------------------------------------------------------------------------------

FLOOD = "429 Too Many Requests"


@pytest.mark.parametrize(
    ("answer", "after"),
    [
        (refused(FLOOD, "Too Many Requests: retry after 7", retry_after=7), 7),
        (refused(FLOOD, "Too Many Requests", retry_after=1.5), 1.5),
        (refused(FLOOD, "Too Many Requests", retry_after="9"), 9),
        (refused(FLOOD, "Too Many Requests", retry_after="abc"), None),
        (refused(FLOOD, "Too Many Requests", retry_after=0), None),
        (refused(FLOOD, "Too Many Requests", retry_after=-3), None),
        (refused(FLOOD, "Too Many Requests", retry_after=None), None),
        (refused(FLOOD, "Too Many Requests"), None),
        (Answer(b"slow down", FLOOD, ("Retry-After: 12",)), 12),
        (Answer(b"slow down", FLOOD, ("Retry-After: soon",)), None),
        (Answer(b"slow down", FLOOD, ("Retry-After: inf",)), None),
        (Answer(b"[]", FLOOD), None),
        (Answer(b'{"parameters": []}', FLOOD), None),
    ],
)
async def test_a_flood_is_waited_out(answer: Answer, after: float | None) -> None:
    for deed in (sending, redrawing, fetching):
        error = await failing(deed, answer)
        assert isinstance(error, Later)
        assert (error.after, error.asked, error.everyone) == (after, True, False)


# --- not at all -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("answer", "account"),
    [
        (refused("403 Forbidden", "Forbidden: bot was blocked by the user"), True),
        (refused("403 Forbidden", "Forbidden: bot was kicked from the supergroup chat"), True),
        (refused("403 Forbidden", "Forbidden: user is deactivated"), True),
        (refused("400 Bad Request", "Bad Request: chat not found"), True),
        (refused("400 Bad Request", "Bad Request: PEER_ID_INVALID"), True),
        (refused("400 Bad Request", "Bad Request: group chat was deactivated"), True),
        (
            refused(
                "400 Bad Request",
                "Bad Request: not enough rights to send text messages to the chat",
            ),
            True,
        ),
        (refused("400 Bad Request", "Bad Request: message thread not found"), False),
        (refused("400 Bad Request", "Bad Request: message is too long"), False),
        (refused("400 Bad Request", "Bad Request: BUTTON_DATA_INVALID"), False),
    ],
)
async def test_a_refusal_is_final(answer: Answer, account: bool) -> None:
    error = await failing(sending, answer)
    assert isinstance(error, Never)
    assert (error.account, error.moved_to) == (account, "")


async def test_a_group_that_moved_says_where_to() -> None:
    moved = refused(
        "400 Bad Request",
        "Bad Request: group chat was upgraded to a supergroup chat",
        migrate_to_chat_id=-1009,
    )
    error = await failing(sending, moved)
    assert isinstance(error, Never)
    assert (error.moved_to, error.account) == ("-1009", False)


@pytest.mark.parametrize(
    "words", ["message to edit not found", "message can't be edited", "MESSAGE_ID_INVALID"]
)
async def test_a_message_that_cannot_be_redrawn_is_given_up(words: str) -> None:
    error = await failing(redrawing, refused("400 Bad Request", f"Bad Request: {words}"))
    assert isinstance(error, Never)
    assert not error.account


@pytest.mark.parametrize("chat", ["", "seven", "C1"])
async def test_a_chat_of_another_platform_is_refused(chat: str) -> None:
    parcel = Parcel(Address("telegram", "900", chat), Page("Card"), "letter-1")
    platform = TelegramPlatform(make_bot("900:token", "http://127.0.0.1:9"))
    for deed in (platform.send(parcel), platform.redraw(parcel, "5")):
        with pytest.raises(Never):
            await deed
    await platform.stop()


@pytest.mark.parametrize("status", ["401 Unauthorized", "404 Not Found"])
async def test_a_refused_token_stops_everybody(status: str) -> None:
    error = await failing(sending, refused(status, status[4:]))
    assert isinstance(error, Later)
    assert error.everyone


# --- nobody knows ---------------------------------------------------------------------------------

LOST = [
    Answer(resets=True),
    Answer(b"oops", "500 Internal Server Error"),
    refused("500 Internal Server Error", "Internal Server Error"),
    Answer(b"<html>bad gateway</html>", "502 Bad Gateway"),
    Answer(b"", "503 Service Unavailable"),
    Answer(b'{"ok": true, "result": {"mess', length=500),
    Answer(b'{"ok": true, "result": {"mess'),
    Answer(b'{"ok": false}'),
    Answer(b'{"ok": true, "result": {}}'),
    Answer(b'{"ok": true, "result": "yes"}'),
    Answer(b"[]"),
    Answer(b"7"),
]


@pytest.mark.parametrize("answer", LOST)
async def test_a_lost_answer_leaves_a_message_unclear(answer: Answer) -> None:
    assert isinstance(await failing(sending, answer), Unclear)


@pytest.mark.parametrize("answer", [Answer(resets=True), Answer(b"oops", "502 Bad Gateway")])
async def test_what_can_be_repeated_is_never_unclear(answer: Answer) -> None:
    for deed in (redrawing, fetching):
        assert isinstance(await failing(deed, answer), Later)


async def test_silence_is_unclear(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(send, "SECONDS", 0.05)
    monkeypatch.setattr(send, "SECONDS_FOR_A_FILE", 0.05)
    assert isinstance(await failing(sending, Answer(hangs=True)), Unclear)
    assert isinstance(await failing(redrawing, Answer(hangs=True)), Later)
    assert isinstance(await failing(fetching, Answer(hangs=True)), Later)


async def test_without_a_connection_nothing_was_sent() -> None:
    async with Wire(ok(SENT)) as wire:
        url = wire.url
    platform = TelegramPlatform(make_bot("900:token", url))
    with pytest.raises(Later) as found:
        await platform.send(CARD)
    assert (found.value.after, found.value.everyone) == (None, False)
    await platform.stop()


@pytest.mark.parametrize(
    ("cause", "kind"),
    [
        (httpx.ConnectTimeout("x"), Later),
        (httpx.PoolTimeout("x"), Later),
        (httpx.ReadTimeout("x"), Unclear),
        (httpx.WriteTimeout("x"), Unclear),
    ],
)
async def test_the_cause_of_a_time_out_tells_whether_anything_was_sent(
    cause: httpx.TimeoutException, kind: type[Undeliverable], monkeypatch: pytest.MonkeyPatch
) -> None:
    platform = TelegramPlatform(make_bot("900:token", "http://127.0.0.1:9"))

    async def late(*_: object, **__: object) -> None:
        raise cause

    monkeypatch.setattr(httpx.AsyncClient, "request", late)
    with pytest.raises(kind):
        await platform.send(CARD)
    await platform.stop()


# --- files ----------------------------------------------------------------------------------------


def file(**fields: Json) -> Answer:
    return ok({"file_id": "f", "file_unique_id": "u", "file_path": "photos/1.jpg", **fields})


async def test_a_file_is_brought() -> None:
    async with Wire(file(file_size=4), Answer(b"\x89PNG")) as wire:
        platform = TelegramPlatform(make_bot("900:token", wire.url))
        assert await platform.fetch("file-1") == b"\x89PNG"
        assert [call.method for call in wire.calls] == ["getFile", "1.jpg"]
        assert wire.calls[0].arguments == {"file_id": "file-1"}
        await platform.stop()


@pytest.mark.parametrize(
    "answers",
    [
        [refused("400 Bad Request", "Bad Request: file is too big")],
        [refused("400 Bad Request", "Bad Request: invalid file_id")],
        [file(file_size=LARGEST_FILE + 1)],
        [file(), Answer(b"x" * (LARGEST_FILE + 1))],
    ],
)
async def test_a_file_that_is_too_big_or_gone_is_given_up(answers: list[Answer]) -> None:
    assert isinstance(await failing(fetching, *answers), Never)


# --- markup ---------------------------------------------------------------------------------------

MISREAD = refused("400 Bad Request", "Bad Request: can't parse entities: unclosed start tag")


async def test_when_markup_is_refused_the_words_are_sent_plain() -> None:
    async with Wire(MISREAD, ok(SENT)) as wire:
        platform = TelegramPlatform(make_bot("900:token", wire.url))
        landed = await platform.send(CARD)
        first, second = (call.arguments for call in wire.calls)
        await platform.stop()
    assert (landed.chat, landed.message) == ("7", "55")
    assert (first["text"], first["parse_mode"]) == ("<b>Card</b>\n&lt;words&gt;", "HTML")
    assert second["text"] == "Card\n<words>"
    assert "parse_mode" not in second


async def test_plain_words_that_are_refused_too_are_given_up() -> None:
    assert isinstance(await failing(sending, MISREAD), Never)


# --- the rest -------------------------------------------------------------------------------------


async def test_what_was_sent_cannot_be_looked_up() -> None:
    platform = TelegramPlatform(make_bot("900:token", "http://127.0.0.1:9"))
    with pytest.raises(Unclear):
        await platform.find(CARD)
    await platform.stop()
