"""Ordered faults and the enforced pace of the fake Telegram, as the real library meets them."""

from __future__ import annotations

from collections.abc import AsyncIterator

import httpx
import pytest
from telegram import Bot
from telegram.error import Forbidden, NetworkError, TelegramError, TimedOut

from tests.fakes.telegram import FakeTelegram
from tests.fakes.telegram_props import GROUP, LI, WANG, Clock, li_and_wang, library_bot, refuses


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
    async with library_bot(tg, read_timeout=1.0) as library:
        yield library


@pytest.fixture
async def web(tg: FakeTelegram) -> AsyncIterator[httpx.AsyncClient]:
    """Where the library's own reading of an answer would stand in the way."""
    async with httpx.AsyncClient(base_url=f"{tg.api_url}/bot{tg.token}/") as client:
        yield client


async def says(web: httpx.AsyncClient, chat: int = LI) -> httpx.Response:
    return await web.post("sendMessage", json={"chat_id": chat, "text": "x"})


@pytest.mark.parametrize(
    ("kind", "error", "sent"),
    [
        ("500", NetworkError, 0),
        ("502", NetworkError, 0),
        ("reset_before", NetworkError, 0),
        ("reset_after", NetworkError, 1),
        ("timeout_before", TimedOut, 0),
        ("timeout_after", TimedOut, 1),
        ("truncated", TelegramError, 1),
        ("403:bot was blocked by the user", Forbidden, 0),
    ],
)
async def test_a_fault_hits_the_next_call_alone(
    tg: FakeTelegram, bot: Bot, kind: str, error: type[TelegramError], sent: int
) -> None:
    tg.fail_next("sendMessage", kind)
    with pytest.raises(error):
        await bot.send_message(LI, "x")
    assert len(tg.messages(LI)) == sent
    assert [call.outcome for call in tg.calls if call.method == "sendMessage"] == [kind]
    await bot.send_message(LI, "y")
    assert len(tg.messages(LI)) == sent + 1
    assert tg.refused == []


@pytest.mark.parametrize("asked", [7, 0, "abc", None])
async def test_a_429_names_its_time_as_ordered(
    tg: FakeTelegram, web: httpx.AsyncClient, asked: object
) -> None:
    tg.fail_next("*", "429", retry_after=asked)
    answer = await says(web)
    assert (answer.status_code, answer.json()["error_code"]) == (429, 429)
    assert answer.json().get("parameters", {}).get("retry_after") == asked
    assert answer.headers.get("Retry-After") == (None if asked is None else str(asked))
    assert tg.messages(LI) == []


async def test_faults_come_as_often_as_ordered(tg: FakeTelegram, bot: Bot) -> None:
    tg.fail_next("editMessageText", "400:message can't be edited", 2)
    sent = await bot.send_message(LI, "x")
    for _ in range(2):
        with refuses("message can't be edited"):
            await bot.edit_message_text("y", LI, sent.message_id)
    await bot.edit_message_text("y", LI, sent.message_id)
    with pytest.raises(ValueError, match="no such fault"):
        tg.fail_next("sendMessage", "earthquake")


async def test_an_answer_can_be_200_and_not_ok(tg: FakeTelegram, web: httpx.AsyncClient) -> None:
    tg.fail_next("sendMessage", "ok_false")
    answer = await says(web)
    assert (answer.status_code, answer.json()["ok"]) == (200, False)


async def test_downloads_and_polls_fail_too(tg: FakeTelegram, bot: Bot) -> None:
    sent = await bot.send_document(LI, b"abc", filename="a.txt")
    assert sent.document is not None
    file = await bot.get_file(sent.document)
    tg.fail_next("download", "500")
    with pytest.raises(NetworkError):
        await file.download_as_bytearray()
    tg.fail_next("getUpdates", "409:Conflict: terminated by other getUpdates request")
    with pytest.raises(TelegramError, match="terminated"):
        await bot.get_updates()


# --- the pace -------------------------------------------------------------------------------------


async def test_without_enforcement_no_pace_is_kept(
    tg: FakeTelegram, web: httpx.AsyncClient
) -> None:
    assert [(await says(web)).status_code for _ in range(40)] == [200] * 40


async def test_a_chat_takes_one_message_a_second(
    tg: FakeTelegram, web: httpx.AsyncClient, clock: Clock
) -> None:
    tg.enforce_pace = True
    assert (await says(web)).status_code == 200
    clock.advance(seconds=0.9)
    early = await says(web)
    assert (early.status_code, early.json()["parameters"]) == (429, {"retry_after": 1})
    assert tg.refused[-1].code == 429
    assert (await says(web, WANG)).status_code == 200
    clock.advance(seconds=0.1)
    assert (await says(web)).status_code == 200


async def test_a_group_takes_twenty_messages_a_minute(
    tg: FakeTelegram, web: httpx.AsyncClient, clock: Clock
) -> None:
    tg.group(GROUP, "Quality", LI)
    tg.enforce_pace = True
    for number in range(20):
        assert (await says(web, GROUP)).status_code == 200, number
        clock.advance(seconds=1)
    assert (await says(web, GROUP)).json()["parameters"] == {"retry_after": 40}
    clock.advance(seconds=40)
    assert (await says(web, GROUP)).status_code == 200


async def test_the_bot_sends_thirty_messages_a_second(
    tg: FakeTelegram, web: httpx.AsyncClient, clock: Clock
) -> None:
    tg.enforce_pace = True
    people = [tg.user(100 + number, started=True) for number in range(31)]
    assert {(await says(web, person.id)).status_code for person in people[:30]} == {200}
    assert (await says(web, 130)).status_code == 429
    clock.advance(seconds=1)
    assert (await says(web, 130)).status_code == 200


async def test_a_429_holds_its_chat_until_its_time(
    tg: FakeTelegram, web: httpx.AsyncClient, clock: Clock
) -> None:
    tg.enforce_pace = True
    tg.fail_next("sendMessage", "429", retry_after=5)
    assert (await says(web)).status_code == 429
    clock.advance(seconds=4)
    assert (await says(web)).status_code == 429
    assert len(tg.refused) == 1
    clock.advance(seconds=1)
    assert (await says(web)).status_code == 200
