"""Fetching updates from a Telegram that misbehaves."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta

import pytest

from bot.telegram.intake import AT_ONCE
from bot.telegram.listen import TelegramListener
from bot.telegram.poll import LEASE
from storage import leases, offsets
from storage.database import Gone, Json, Transaction
from tests.bot.telegram.props import START, STREAM, House, Pauses, update
from tests.bot.telegram.wire import ME, Answer, Wire, ok, refused

HELLO = [ME, ok(True)]  # getMe and deleteWebhook
NOTHING = ok([])
JOB = "telegram:poll:900"


@dataclass(frozen=True, slots=True)
class Listening:
    """A listener and the wire it hangs on."""

    listener: TelegramListener
    wire: Wire

    @property
    def fetches(self) -> list[Json]:
        return [call.arguments for call in self.wire.calls if call.method == "getUpdates"]


@asynccontextmanager
async def listening(house: House, *answers: Answer, pauses: int) -> AsyncIterator[Listening]:
    """A listener whose loop has paused so often, and pauses still."""
    house.pauses.most = pauses
    async with Wire(*answers) as wire:
        listener = house.listener(wire.url)
        await listener.start()
        await house.pauses.enough.wait()
        yield Listening(listener, wire)
        await listener.stop()


# --- offsets --------------------------------------------------------------------------------------


async def test_the_offset_is_kept_after_the_commit(house: House) -> None:
    batch = ok([update(11, "a"), update(12, "b"), update(13, "c", chat=8)])
    async with listening(house, *HELLO, batch, NOTHING, pauses=1) as ears:
        first, second = ears.fetches
    assert sorted(house.gate.heard) == ["a", "b", "c"]
    assert [request.key for request in house.gate.requests if request.user == "7"] == ["11", "12"]
    assert house.offset == 14
    assert "offset" not in first
    assert second["offset"] == 14
    assert (first["timeout"], first["limit"]) == (1, 100)
    assert "callback_query" in first["allowed_updates"]


async def test_nothing_is_dropped_when_listening_begins(house: House) -> None:
    async with listening(house, *HELLO, NOTHING, pauses=1) as ears:
        deleted = ears.wire.calls[1]
    assert deleted.method == "deleteWebhook"
    assert deleted.arguments.get("drop_pending_updates", "false") == "false"


async def test_what_the_database_did_not_keep_comes_again(house: House) -> None:
    house.gate.gone = {"b"}
    batch = ok([update(11, "a"), update(12, "b"), update(13, "c")])
    async with listening(house, *HELLO, batch, batch, NOTHING, pauses=2) as ears:
        assert ["offset" in fetch for fetch in ears.fetches] == [False, False, True]
    assert house.gate.heard == ["a", "a", "b", "c"]
    assert [request.key for request in house.gate.requests[:2]] == ["11", "11"]
    assert house.offset == 14


async def test_an_offset_is_forgotten_after_six_days(house: House) -> None:
    house.database.write_now(lambda db: offsets.set_next(db, STREAM, 500, START))
    house.clock.advance(days=6, seconds=-1)
    async with listening(house, *HELLO, NOTHING, pauses=1) as ears:
        assert ears.fetches[0]["offset"] == 500
    house.clock.advance(seconds=1)
    house.pauses = Pauses()
    async with listening(house, *HELLO, NOTHING, pauses=1) as ears:
        assert "offset" not in ears.fetches[0]


async def test_a_lower_number_after_a_long_silence_is_taken(house: House) -> None:
    house.database.write_now(lambda db: offsets.set_next(db, STREAM, 500, START))
    house.clock.advance(days=7)
    async with listening(house, *HELLO, ok([update(3, "hi")]), NOTHING, pauses=1):
        pass
    assert house.offset == 4


async def test_chats_go_side_by_side_but_not_all_at_once(house: House) -> None:
    house.gate.held["a"] = going_on = asyncio.Event()
    inside: list[int] = []
    eight = asyncio.Event()

    def enters() -> None:
        inside.append(1)
        if len(inside) == AT_ONCE:
            eight.set()

    house.gate.during = enters
    batch = ok([update(11 + chat, "a", chat=chat) for chat in range(1, 21)])
    house.pauses.most = 1
    async with Wire(*HELLO, batch, NOTHING) as wire:
        listener = house.listener(wire.url)
        await listener.start()
        await eight.wait()
        assert len(inside) == AT_ONCE
        going_on.set()
        await house.pauses.enough.wait()
        await listener.stop()
    assert len(house.gate.heard) == 20


# --- poison ---------------------------------------------------------------------------------------


async def test_an_update_nobody_can_read_is_set_aside_and_the_next_goes_through(
    house: House,
) -> None:
    poison = {"update_id": 12, "message": {"text": "no chat"}}
    batch = ok([update(11, "a"), poison, "nonsense", update(13, "b")])
    async with listening(house, *HELLO, batch, NOTHING, pauses=1) as ears:
        assert len(ears.fetches) == 2
    assert sorted(house.gate.heard) == ["a", "b"]
    assert [json.loads(raw) for _, raw, _ in house.gate.aside] == [poison, "nonsense"]
    assert {platform for platform, _, _ in house.gate.aside} == {"telegram"}
    assert house.offset == 14


async def test_a_bug_stops_neither_the_next_update_nor_the_loop(house: House) -> None:
    house.gate.bugs = {"a"}
    async with listening(house, *HELLO, ok([update(11, "a"), update(12, "b")]), NOTHING, pauses=1):
        pass
    assert house.gate.heard == ["b"]
    assert [reason for _, _, reason in house.gate.aside] == ["failed: ZeroDivisionError"]
    assert house.offset == 13


async def test_what_cannot_be_set_aside_comes_again(house: House) -> None:
    house.gate.none_aside = True
    async with listening(house, *HELLO, ok([{"update_id": 12}, 5]), pauses=3) as ears:
        assert len(ears.fetches) == 3
    assert house.offset is None
    assert house.pauses.taken == [1, 2, 4]


async def test_a_bug_that_cannot_be_set_aside_comes_again(house: House) -> None:
    house.gate.bugs, house.gate.none_aside = {"a"}, True
    async with listening(house, *HELLO, ok([update(11, "a")]), pauses=2) as ears:
        assert len(ears.fetches) == 2
    assert house.offset is None


async def test_a_batch_without_any_number_is_no_hot_loop(house: House) -> None:
    async with listening(house, *HELLO, ok(["nonsense"]), pauses=4) as ears:
        assert len(ears.fetches) == 4
    assert house.pauses.taken == [1, 2, 4, 8]


# --- troubles -------------------------------------------------------------------------------------

CONFLICT = refused("409 Conflict", "Conflict: terminated by other getUpdates request")
REFUSED = refused("401 Unauthorized", "Unauthorized")
TROUBLES = [
    Answer(b"oops", "500 Internal Server Error"),
    Answer(b"<html>", "502 Bad Gateway"),
    Answer(b"not json"),
    Answer(b'{"ok": true, "result": {"a": 1}}'),
    Answer(b'{"ok": true, "result": [' + b"[" * 100_000),
    Answer(b'{"ok": true', length=99),
    Answer(resets=True),
]


@pytest.mark.parametrize("answer", TROUBLES)
async def test_trouble_is_waited_out(house: House, answer: Answer) -> None:
    after = ok([update(11, "a")])
    async with listening(house, *HELLO, answer, answer, after, NOTHING, pauses=3) as ears:
        assert ears.listener.state == ""
    assert house.pauses.taken == [1, 2, 0.5]
    assert house.gate.heard == ["a"]
    assert house.notices.said == []


async def test_a_telegram_that_stays_away_is_noticed_once_and_once_when_it_is_back(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.telegram.poll.AWAY", timedelta())
    monkeypatch.setattr("bot.telegram.poll.CALM", timedelta())
    gone = Answer(status="502 Bad Gateway")
    async with listening(house, *HELLO, gone, Answer(resets=True), gone, NOTHING, pauses=5):
        pass
    assert house.notices.said == ["answer 502"]
    assert house.notices.ended == ["token", "deaf", "conflict", "deaf"]


async def test_waiting_grows_to_half_a_minute(house: House) -> None:
    async with listening(house, *HELLO, TROUBLES[0], pauses=8):
        pass
    assert house.pauses.taken == [1, 2, 4, 8, 16, 30, 30, 30]


async def test_a_flood_is_waited_out_as_asked(house: House) -> None:
    flood = refused("429 Too Many Requests", "Too Many Requests", retry_after=17)
    async with listening(house, *HELLO, flood, NOTHING, pauses=2):
        pass
    assert house.pauses.taken == [17, 0.5]


async def test_an_empty_answer_at_once_is_no_hot_loop(house: House) -> None:
    async with listening(house, *HELLO, NOTHING, pauses=5) as ears:
        assert len(ears.fetches) == 5
    assert house.pauses.taken == [0.5] * 5


async def test_a_second_poller_is_noticed_once(house: House) -> None:
    async with listening(house, *HELLO, CONFLICT, pauses=6) as ears:
        assert ears.listener.state == "conflict"
    assert house.notices.said == ["somebody else fetches this bot's updates"]


async def test_a_conflict_of_a_moment_is_not_noticed(house: House) -> None:
    async with listening(house, *HELLO, CONFLICT, NOTHING, pauses=5) as ears:
        assert ears.listener.state == ""
    assert house.notices.said == []


async def test_two_programs_that_take_turns_are_noticed_once(house: House) -> None:
    answers = [CONFLICT, NOTHING, CONFLICT, NOTHING, CONFLICT, NOTHING]
    async with listening(house, *HELLO, *answers, pauses=7):
        pass
    assert house.notices.said == ["somebody else fetches this bot's updates"]
    assert house.notices.ended == ["token", "deaf"]


async def test_fetching_alone_for_a_while_ends_a_conflict(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.telegram.poll.CALM", timedelta())
    async with listening(house, *HELLO, CONFLICT, CONFLICT, NOTHING, pauses=5):
        pass
    assert len(house.notices.said) == 1
    assert house.notices.ended == ["token", "deaf", "conflict"]


async def test_who_does_not_fetch_ends_no_conflict(house: House) -> None:
    assert hold(house, "other")
    async with listening(house, *HELLO, NOTHING, pauses=3):
        pass
    assert house.notices.ended == ["token", "deaf"]


async def test_a_second_poller_is_asked_twice_a_second_at_most(house: House) -> None:
    async with listening(house, *HELLO, CONFLICT, pauses=8) as ears:
        assert len(ears.fetches) <= 2 * sum(house.pauses.taken)
    assert house.pauses.taken == [1, 2, 4, 8, 16, 30, 30, 30]


@pytest.mark.parametrize("before", [[], HELLO])
async def test_a_refused_token_is_noticed_once(house: House, before: list[Answer]) -> None:
    async with listening(house, *before, REFUSED, pauses=5) as ears:
        assert ears.listener.state == "token"
    assert house.notices.said == ["the token was refused"]


async def test_a_trouble_that_comes_back_is_noticed_again(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.telegram.poll.CALM", timedelta())
    answers = [REFUSED, REFUSED, NOTHING, REFUSED, NOTHING]
    async with listening(house, *HELLO, *answers, pauses=6) as ears:
        assert ears.listener.state == ""
    assert len(house.notices.said) == 2


async def test_a_notice_that_was_lost_is_given_again(house: House) -> None:
    house.notices.lost = 1
    async with listening(house, *HELLO, REFUSED, pauses=4):
        pass
    assert house.notices.said == ["the token was refused"]


@pytest.mark.parametrize(
    ("answer", "state"),
    [
        (refused("409 Conflict", "Conflict"), "conflict"),
        (refused("429 Too Many Requests", "Too Many Requests", retry_after=3), ""),
        (Answer(b"oops", "502 Bad Gateway"), ""),
        (Answer(b"oops"), ""),
        (Answer(b'{"ok": false}'), ""),
    ],
)
async def test_a_bot_that_cannot_learn_its_name_tries_again(
    house: House, answer: Answer, state: str
) -> None:
    async with listening(house, answer, pauses=2) as ears:
        assert ears.listener.state == state
        assert ears.listener.heard_at is None
        assert [call.method for call in ears.wire.calls] == ["getMe", "getMe"]


async def test_without_a_database_nothing_is_fetched(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def gone(*_: object) -> None:
        raise Gone("disk full")

    monkeypatch.setattr(house.database, "write", gone)
    async with listening(house, *HELLO, pauses=3) as ears:
        assert ears.fetches == []
    assert house.pauses.taken == [1, 2, 4]


# --- replicas -------------------------------------------------------------------------------------


def hold(house: House, holder: str) -> bool:
    now = house.clock()
    return house.database.write_now(lambda db: leases.take(db, JOB, holder, now, now + LEASE))[0]


async def test_only_one_replica_fetches(house: House) -> None:
    assert hold(house, "other")
    async with listening(house, *HELLO, NOTHING, pauses=3) as ears:
        assert ears.fetches == []
        assert ears.listener.state == ""
    assert house.pauses.taken == [10, 10, 10]


async def test_a_lease_that_ends_soon_is_waited_for_no_longer_than_that(house: House) -> None:
    """Of two replicas one has died: the other hears before thirty seconds have passed."""
    assert hold(house, "other")
    house.clock.advance(seconds=(LEASE - timedelta(seconds=4)).total_seconds())
    async with listening(house, *HELLO, NOTHING, pauses=1):
        pass
    assert house.pauses.taken == [pytest.approx(4, abs=1)]
    assert LEASE.total_seconds() < 25


async def test_another_takes_over_when_the_lease_has_run_out(house: House) -> None:
    assert hold(house, "other")
    house.clock.advance(seconds=31)
    async with listening(house, *HELLO, NOTHING, pauses=1) as ears:
        assert len(ears.fetches) == 1
        assert ears.listener.heard_at == house.clock()
        assert not hold(house, "other")


async def test_who_stops_lets_another_fetch_at_once(house: House) -> None:
    async with listening(house, *HELLO, NOTHING, pauses=1):
        pass
    house.clock.advance(seconds=1)
    assert hold(house, "other")


async def test_who_stops_leaves_anothers_lease_alone(house: House) -> None:
    async with listening(house, *HELLO, NOTHING, pauses=1):
        house.clock.advance(seconds=31)
        assert hold(house, "other")
    house.clock.advance(seconds=1)
    assert not hold(house, "third")


async def test_who_lost_the_lease_does_not_move_the_offset(house: House) -> None:
    """As after a process was frozen: another has gone on meanwhile."""

    def overtaken(db: Transaction) -> None:
        house.clock.advance(seconds=31)
        now = house.clock()
        leases.take(db, JOB, "other", now, now + LEASE)
        offsets.set_next(db, STREAM, 900, now)

    house.gate.during = lambda: house.database.write_now(overtaken)
    async with listening(house, *HELLO, ok([update(11, "a")]), NOTHING, pauses=1):
        pass
    assert house.gate.heard == ["a"]
    assert house.offset == 900


# --- stopping -------------------------------------------------------------------------------------


async def test_what_has_begun_is_finished_before_listening_ends(house: House) -> None:
    house.gate.held["a"] = going_on = asyncio.Event()
    async with Wire(*HELLO, ok([update(11, "a")]), NOTHING) as wire:
        listener = house.listener(wire.url)
        await listener.start()
        await house.gate.reached.wait()
        stopping = asyncio.create_task(listener.stop())
        _, unfinished = await asyncio.wait([stopping], timeout=0.1)
        assert unfinished == {stopping}
        assert house.gate.heard == []
        going_on.set()
        await stopping
    assert house.gate.heard == ["a"]
    assert house.offset is None


async def test_a_listener_that_was_never_started_can_be_stopped(house: House) -> None:
    await house.listener("http://127.0.0.1:9").stop()


async def test_stopping_without_a_database_is_no_failure(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def gone(*_: object) -> None:
        raise Gone("disk full")

    async with listening(house, *HELLO, NOTHING, pauses=1):
        monkeypatch.setattr(house.database, "write", gone)


async def test_the_token_is_not_logged(house: House) -> None:
    house.listener("http://127.0.0.1:9")
    assert not logging.getLogger("httpx").isEnabledFor(logging.INFO)
