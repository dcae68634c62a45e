"""Logs are events with fields, and say nothing about people and nothing secret."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import structlog

from bot.logs import log_events
from bot.platform import Address, Request, Typed
from bot.understanding import Understanding
from storage.database import Transaction
from tests.house import TestHouse

MARKS = {
    "name": "马克陈小明标记",
    "phone": "13987654321",
    "text": "Q3涨价标记七七八八",
    "customer": "标记精密机械",
    "code": "",
}
# Columns in which a reason or a reference is kept for the operator, as a log would be.
LOG_LIKE = [
    ("letter", "reason"),
    ("set_aside", "reason"),
    ("set_aside", "reference"),
    ("file", "reason"),
    ("lease", "holder"),
    ("lease", "job"),
]


def test_off_a_terminal_every_event_is_a_line_of_json(capsys: pytest.CaptureFixture[str]) -> None:
    log_events("json")
    structlog.get_logger("x").info("letter_lost", letter=7)
    structlog.get_logger("x").debug("chatter")
    (line,) = capsys.readouterr().err.splitlines()
    said = json.loads(line)
    assert said.pop("timestamp")
    assert said == {"event": "letter_lost", "letter": 7, "level": "info"}


def test_at_a_terminal_lines_are_for_people(capsys: pytest.CaptureFixture[str]) -> None:
    log_events("text")
    structlog.get_logger("x").info("letter_lost", letter=7)
    structlog.reset_defaults()
    said = capsys.readouterr().err
    assert "event=letter_lost" in said
    assert "letter=7" in said


async def test_a_bug_is_logged_with_the_request_it_met(
    house: TestHouse,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    log_events("json")
    broken(monkeypatch)
    at = Address(house.platform, "w", "c")
    said = Typed("/visit 永固 谈了Q3")
    await house.core.door.handle(Request(at, "u", said, house.clock.now(), key="delivery-17"))
    events = [json.loads(line) for line in capsys.readouterr().err.splitlines()]
    (bug,) = [event for event in events if event["event"] == "bug"]
    assert bug["delivery"] == "delivery-17"
    assert len(bug["request"]) == 8
    assert "RuntimeError" in bug["exception"]
    assert "delivery" not in structlog.contextvars.get_contextvars()


def broken(monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(self: Understanding) -> object:
        text = getattr(self.hearing.request.said, "text", "")
        raise RuntimeError("a bug") if text else RuntimeError("another")

    monkeypatch.setattr(Understanding, "reply", fails)


async def test_what_people_say_and_who_they_are_is_in_no_log(
    house: TestHouse,
    capfd: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Many stories, with marks planted in everything that people say."""
    log_events("json")
    code = await house.code(person_id=4)
    await told(house, code)
    broken(monkeypatch)
    await house.lina.says(f"/visit {MARKS['customer']} {MARKS['text']}")
    await house.settle()
    monkeypatch.undo()
    await house.core.door.set_aside(house.platform, MARKS["text"].encode(), "not readable")
    await house.advance(days=4)
    out, err = capfd.readouterr()
    kept = await house.read(log_like)
    everything = out + err + kept
    assert '"event": "bug"' in err
    assert '"event": "set_aside"' in err
    marks = [*filter(None, MARKS.values()), code, "xoxb-bot", "signing-secret", "fake-token"]
    assert [mark for mark in marks if mark in everything] == []


async def told(house: TestHouse, code: str) -> None:
    """What a week of a company says, well and badly."""
    customer, text, phone = MARKS["customer"], MARKS["text"], MARKS["phone"]
    lines = [
        f"/customer_add {customer}有限公司",
        f"/visit {customer} 昨天 {text}",
        f"/visit {customer} {text}",
        f"/complaint {customer} {text} 电话{phone}",
        f"/complaint 没有的{MARKS['name']} {text}",
        f"/person_add {MARKS['name']} sales",
        f"/bind {text} {phone}",
        f"/customer {MARKS['name']}",
        f"{MARKS['name']} {phone}",
        "/today",
        "/people",
    ]
    for line in lines:
        await house.lina.says(line)
        await house.settle()
    await house.stranger.says(f"{MARKS['name']} {text} {phone}")
    await house.stranger.says(f"join {code}x")
    await house.stranger.says(f"join {code}")
    await house.settle()


def log_like(db: Transaction) -> str:
    """Everything in the columns that are read like logs."""
    found = [
        db.run(f"SELECT {column} FROM {table}").fetchall()  # noqa: S608 (names of our own)
        for table, column in LOG_LIKE
    ]
    return str(found)


def test_no_deed_fails_for_want_of_a_line_about_it(monkeypatch: pytest.MonkeyPatch) -> None:
    with Path("/dev/full").open("w", encoding="utf-8") as full:
        monkeypatch.setattr("sys.stderr", full)
        log_events("json")
        structlog.get_logger("x").info("letter_lost", letter=7)
        structlog.reset_defaults()
        monkeypatch.undo()
        with pytest.raises(OSError, match="No space"):
            full.close()
