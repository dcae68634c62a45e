"""What is forged, replayed or a bomb reaches neither a parser nor the database (FACTS 5.2)."""

from __future__ import annotations

import gzip
import json
import random
import time
import tracemalloc
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import timedelta

import pytest

from storage import deliveries, visits
from storage.database import Transaction
from tests.fakes.slack import FakeSlack
from tests.fakes.telegram import FakeTelegram
from tests.house import BOT, TEAM, TestHouse, address_of, entered, lived_in
from tests.moulds import Cast
from tests.stages import SlackWire, TelegramWire

FORGERY = b"v0=" + b"0" * 64
BOMBS = {
    "deep": b"[" * 100_000,
    "deep objects": b'{"a":' * 50_000,
    "ten megabytes": b"x" * 10_000_000,
    "zipped": gzip.compress(b"0" * 9_000_000),
    "not text": b"\xff\xfe\x00\x80" * 1000,
    "many parts": b"--x\r\n\r\n" * 50_000,
    "a form of nothing": b"payload=",
}


@pytest.fixture(params=["slack", "telegram"])
async def gated(request: pytest.FixtureRequest, cast: Cast) -> AsyncIterator[TestHouse]:
    """A house behind a gate that others may knock at."""
    platform = str(request.param)
    url = cast(f"{platform}_zh", lambda url: lived_in(url, platform, "zh"))
    async with entered(platform, url) as made:
        yield made


def knocker(house: TestHouse) -> Callable[[bytes, bytes], Awaitable[int]]:
    """Post a body with this proof of who sends it; give the status answered."""
    match house.wire:
        case SlackWire(fake=FakeSlack() as slack):

            async def at_slack(body: bytes, proof: bytes) -> int:
                return (await slack.forged(body, signed=proof)).status

            return at_slack
        case TelegramWire(fake=FakeTelegram() as telegram):

            async def at_telegram(body: bytes, proof: bytes) -> int:
                return (await telegram.forged(body, secret=proof)).status

            return at_telegram
        case _:
            raise AssertionError(house.platform)


def rows(db: Transaction) -> int:
    """What a request leaves behind: its delivery, or what was set aside of it."""
    kept = db.run("SELECT count(*) FROM delivery").fetchone()
    assert kept is not None
    return int(kept[0]) + len(deliveries.newest_aside(db))


def visit(text: str) -> bytes:
    """A message of Li Na's as Slack posts it."""
    event = {
        "type": "message",
        "channel": "D1",
        "channel_type": "im",
        "user": address_of("slack", "lina")[1],
        "text": text,
        "ts": "1760407200.000100",
    }
    body = {"type": "event_callback", "team_id": TEAM, "event_id": "Ev1", "event": event}
    return json.dumps(body).encode()


def update(text: str) -> bytes:
    """A message of Li Na's as Telegram posts it."""
    me = int(address_of("telegram", "lina")[1])
    chat = {"id": me, "type": "private", "first_name": "李娜"}
    who = {"id": me, "is_bot": False, "first_name": "李娜"}
    message = {"message_id": 9, "date": 1_760_407_200, "chat": chat, "from": who, "text": text}
    return json.dumps({"update_id": BOT, "message": message}).encode()


@pytest.mark.parametrize("engine", ["sqlite"])  # turned away before any database is asked
@pytest.mark.parametrize("many", [500, pytest.param(10_000, marks=pytest.mark.torture)])
async def test_thousands_of_forgeries_leave_nothing_behind(gated: TestHouse, many: int) -> None:
    chance = random.Random(12)
    post = knocker(gated)
    body = visit("拜访永固谈了Q3") if gated.platform == "slack" else update("拜访永固谈了Q3")
    before = await gated.read(rows)
    answers = set()
    for _ in range(many):
        proof = bytes(chance.choice(b"v0=aA-_19xz\xc3") for _ in range(chance.randrange(1, 70)))
        answers.add(await post(body, proof))
    assert answers <= {401, 403}
    assert await gated.read(rows) == before
    assert await gated.read(lambda db: visits.get(db, 1)) is None


async def fastest(
    post: Callable[[bytes, bytes], Awaitable[int]], *bodies: bytes
) -> tuple[float, ...]:
    """How long forged posts of these bodies, taken in turn, need at least to be turned away."""
    rounds = [[await seconds(post, body) for body in bodies] for _ in range(15)]
    return tuple(min(times) for times in zip(*rounds, strict=True))


async def seconds(post: Callable[[bytes, bytes], Awaitable[int]], body: bytes) -> float:
    """How long one forged post takes."""
    begun = time.perf_counter()
    assert await post(body, FORGERY) in {400, 401, 403, 413}
    return time.perf_counter() - begun


@pytest.mark.parametrize("bomb", BOMBS.values(), ids=BOMBS)
async def test_a_bomb_is_turned_away_at_once_and_kept_nowhere(
    gated: TestHouse, bomb: bytes
) -> None:
    post, before = knocker(gated), await gated.read(rows)
    harmless = bytes(len(bomb))  # as long, so that only reading it would cost more
    slow, usual = await fastest(post, bomb, harmless)
    assert slow <= 5 * usual
    tracemalloc.start()
    try:
        held, _ = tracemalloc.get_traced_memory()
        await post(bomb, FORGERY)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak - held < 20_000_000
    assert await gated.read(rows) == before


@pytest.mark.parametrize("platform", ["slack"])  # Telegram signs nothing: its key is the update
async def test_a_replayed_request_has_no_second_effect(house: TestHouse) -> None:
    assert isinstance(house.wire, SlackWire)
    body = visit("拜访永固谈了Q3")
    signed_at = str(int(house.clock.at.timestamp()))
    began = house.clock.at
    for age in (0, 1, 150, 299):
        house.clock.at = began + timedelta(seconds=age)
        answer = await house.wire.fake.forged(body, timestamp=signed_at)
        assert answer.status == 200
    for age in (300, 301, 86_400):
        house.clock.at = began + timedelta(seconds=age)
        assert (await house.wire.fake.forged(body, timestamp=signed_at)).status == 401
    assert await house.read(lambda db: visits.count_to(db, 5)) == 1
