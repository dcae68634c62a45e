"""How the bot hears from the fake Telegram: by fetching, and by webhook."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator

import httpx
import pytest
from telegram import Bot
from telegram.error import Conflict

from tests.fakes.telegram import FakeTelegram
from tests.fakes.telegram_props import (
    LI,
    VERBS,
    Clock,
    Json,
    SmallHook,
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


@pytest.fixture
def hook(tg: FakeTelegram) -> SmallHook:
    app = SmallHook()
    tg.webhook(app, secret="open-sesame")
    return app


async def fetched(tg: FakeTelegram, **arguments: object) -> list[Json]:
    async with httpx.AsyncClient() as web:
        answer = await web.post(f"{tg.api_url}/bot{tg.token}/getUpdates", json=arguments)
    result: list[Json] = answer.json()["result"]
    return result


# --- fetching -------------------------------------------------------------------------------------


async def test_an_offset_confirms_what_lies_before_it(tg: FakeTelegram) -> None:
    for number in range(4):
        await tg.user(LI).says(LI, f"no. {number}")
    first = await fetched(tg, limit=2)
    assert [update["message"]["text"] for update in first] == ["no. 0", "no. 1"]
    assert await fetched(tg, limit=2) == first
    ids = [update.id for update in tg.pending]
    assert [update["update_id"] for update in await fetched(tg, offset=ids[1])] == ids[1:]
    assert [update["update_id"] for update in await fetched(tg, offset=-1)] == ids[3:]
    assert tg.updates.confirmed == 3


async def test_updates_are_forgotten_after_a_day(tg: FakeTelegram, clock: Clock) -> None:
    await tg.user(LI).says(LI, "old")
    clock.advance(hours=23)
    await tg.user(LI).says(LI, "young")
    clock.advance(hours=2)
    assert [update["message"]["text"] for update in await fetched(tg)] == ["young"]


async def test_what_is_subscribed_to_lasts(tg: FakeTelegram) -> None:
    await fetched(tg, allowed_updates=["message"])
    said = await tg.user(LI).says(LI, "one")
    await fetched(tg)
    await tg.user(LI).edits(said, "two")
    assert [set(update) for update in await fetched(tg)] == [{"update_id", "message"}]


async def test_a_poll_waits_for_what_comes(tg: FakeTelegram) -> None:
    poll = asyncio.create_task(fetched(tg, timeout=50))
    await tg.until(lambda: tg.sent("getUpdates"))
    await tg.user(LI).says(LI, "at last")
    assert (await poll)[0]["message"]["text"] == "at last"
    await fetched(tg, offset=tg.pending[0].id + 1)
    await tg.settled()
    poll = asyncio.create_task(fetched(tg, timeout=50))
    await tg.until(lambda: len(tg.sent("getUpdates")) == 3)
    await tg.until(lambda: tg.updates.polled)
    tg.release_polls()
    assert await poll == []


async def test_of_two_pollers_the_first_is_turned_away(tg: FakeTelegram, bot: Bot) -> None:
    first = asyncio.create_task(bot.get_updates(timeout=50))
    await tg.until(lambda: tg.updates.polled)
    second = asyncio.create_task(fetched(tg, timeout=50))
    with pytest.raises(Conflict, match="other getUpdates"):
        await first
    await tg.user(LI).says(LI, "hello")
    assert len(await second) == 1


async def test_a_poller_that_went_away_takes_nothing(tg: FakeTelegram) -> None:
    gone = asyncio.create_task(fetched(tg, timeout=50))
    await tg.until(lambda: tg.updates.polled)
    gone.cancel()
    await tg.until(lambda: not tg.updates.polled)
    await tg.user(LI).says(LI, "hello")
    assert len(await fetched(tg)) == 1


async def test_settled_says_what_it_waits_for(tg: FakeTelegram) -> None:
    await tg.user(LI).says(LI, "forgotten")
    with pytest.raises(AssertionError, match="forgotten"):
        await tg.settled(within=0.01)
    waiting = asyncio.create_task(tg.settled(1))
    await fetched(tg, offset=tg.pending[0].id + 1)
    await waiting


async def test_repeated_deliveries_carry_the_same_number(tg: FakeTelegram) -> None:
    await tg.user(LI).says(LI, "twice", redeliver=1)
    again = await fetched(tg)
    assert len(again) == 2
    assert again[0] == again[1]
    await fetched(tg, offset=again[0]["update_id"] + 1)
    await tg.redeliver(tg.updates.log[0])
    assert await fetched(tg) == again[:1]


async def test_poison_is_passed_on_as_it_is(tg: FakeTelegram) -> None:
    await tg.poison('{"update_id": $ID, "message": 42}')
    await tg.user(LI).says(LI, "behind it")
    poison, good = await fetched(tg)
    assert poison == {"update_id": good["update_id"] - 1, "message": 42}
    await tg.poison("{not even JSON")
    async with httpx.AsyncClient() as web:
        answer = await web.get(f"{tg.api_url}/bot{tg.token}/getUpdates")
    assert answer.status_code == 200
    with pytest.raises(json.JSONDecodeError):
        answer.json()


# --- the webhook ----------------------------------------------------------------------------------


async def test_the_bots_own_webhook_is_posted_to(tg: FakeTelegram, bot: Bot) -> None:
    app = SmallHook()
    tg.webhook(app)
    await tg.user(LI).says(LI, "before")
    assert app.heard == []
    await bot.set_webhook("https://bot.test/telegram/in", secret_token="s-1", max_connections=5)
    await tg.settled()
    await tg.user(LI).says(LI, "after", redeliver=1)
    assert [update["message"]["text"] for update in app.heard] == ["before", "after", "after"]
    assert set(app.secrets) == {b"s-1"}
    assert set(app.paths) == {"/telegram/in"}
    assert (await bot.get_webhook_info()).max_connections == 5
    with pytest.raises(Conflict, match="webhook is active"):
        await bot.get_updates()
    await bot.delete_webhook()
    assert await bot.get_updates() == ()


@pytest.mark.parametrize(
    ("url", "secret", "words"),
    [
        ("http://bot.test/x", "", "HTTPS"),
        ("https://bot.test:8080/x", "", "ports"),
        ("https://bot.test/x", "no spaces", "unallowed"),
    ],
)
async def test_a_bad_webhook_is_refused(bot: Bot, url: str, secret: str, words: str) -> None:
    with refuses(words):
        await bot.set_webhook(url, secret_token=secret)


async def test_what_is_not_acknowledged_is_repeated(
    tg: FakeTelegram, bot: Bot, hook: SmallHook
) -> None:
    hook.fails = 1
    await tg.user(LI).says(LI, "one")
    assert (len(tg.pending), hook.heard) == (1, [])
    info = await bot.get_webhook_info()
    assert (info.pending_update_count, info.last_error_message) == (
        1,
        "Wrong response from the webhook: 500",
    )
    await tg.retry_pending()
    tg.retries, hook.fails = True, 3
    await tg.user(LI).says(LI, "two")
    assert [update["message"]["text"] for update in hook.heard] == ["one", "two"]
    assert [answer.status for answer in tg.answers] == [500, 200, 500, 500, 500, 200]
    assert tg.pending == []


async def test_a_press_is_answered_from_within_the_webhook(
    tg: FakeTelegram, bot: Bot, hook: SmallHook
) -> None:
    async def answer(update: Json) -> None:
        await bot.answer_callback_query(update["callback_query"]["id"], "Done")

    await bot.send_message(LI, "?", reply_markup=VERBS)
    hook.then = answer
    press = await tg.user(LI).presses(tg.last(LI), "Later")
    assert press.toast == "Done"


async def test_posts_can_be_forged(tg: FakeTelegram, hook: SmallHook) -> None:
    await tg.forged(b"{}")
    await tg.forged(b"{}", secret=None)
    await tg.forged(b"{}", secret="wrong")
    await tg.forged(b"{}", secret="ключ".encode(), headers={"X-Other": "1"})
    assert hook.secrets == [b"open-sesame", None, b"wrong", "ключ".encode()]
    await tg.poison("null")
    assert hook.bodies[-1] == b"null"


async def test_a_webhook_that_cannot_be_reached_loses_nothing(tg: FakeTelegram) -> None:
    tg.webhook("http://127.0.0.1:9", secret="s")
    await tg.user(LI).says(LI, "hello")
    assert [answer.status for answer in tg.answers] == [0]
    assert len(tg.pending) == 1
