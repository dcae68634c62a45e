"""A real process told to stop under load ends in time, loses nothing and doubles nothing."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import httpx2
import pytest

from bot.slack.api import connect as connect_to
from storage.connections import connect
from tests.browser.process import OURS, ROOT
from tests.fakes.slack import Answer, FakeSlack
from tests.house import address_of, prepared

PEOPLE = ("lina", "zhouqiang")
MOST_S = 10.0


@asynccontextmanager
async def served(
    fake: FakeSlack, url: str, port: int, folder: Path
) -> AsyncIterator[subprocess.Popen[bytes]]:
    """The bot, in a process of its own, and listening."""
    settings = {
        "DATABASE_URL": url,
        "PORT": str(port),
        "SLACK_BOT_TOKEN": fake.bot_token,
        "SLACK_SIGNING_SECRET": fake.signing_secret,
        "SLACK_API_URL": fake.api_url,
        "PYTHONPATH": str(ROOT),
    }
    env = {name: os.environ[name] for name in OURS if name in os.environ} | settings
    with (folder / "log").open("ab") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "bot", "run"], cwd=folder, env=env, stdout=log, stderr=log
        )
        try:
            await until_ready(port)
            yield process
        finally:
            process.kill()
            process.wait()


async def until_ready(port: int) -> None:
    async with httpx2.AsyncClient(base_url=f"http://127.0.0.1:{port}") as client:
        for _ in range(300):
            try:
                if (await client.get("/readyz")).status_code == 200:
                    return
            except httpx2.TransportError:
                await asyncio.sleep(0.1)
    raise AssertionError("it did not start")


async def until(comes_about: Callable[[], bool]) -> None:
    for _ in range(900):
        if comes_about():
            return
        await asyncio.sleep(0.1)
    raise AssertionError("it did not come about")


async def talks(
    fake: FakeSlack, number: int, acknowledged: list[int], stopped: asyncio.Event
) -> None:
    """Log visit after visit, until the bot has stopped; one that came too late is said anew."""
    person = fake.user(address_of("slack", PEOPLE[number])[1])
    for count in range(10_000):
        mark = number * 10_000 + count
        try:
            answer: Answer = await person.types(person.dm, f"/visit 永固 第{mark}号访问 same: no")
        except httpx2.TransportError:
            return
        if answer.acknowledged:
            acknowledged.append(mark)
        elif stopped.is_set():
            return


def hold(url: str, seconds: float) -> None:
    """Another program's long write, as an import makes."""
    connection = connect(url)
    connection.execute("BEGIN IMMEDIATE" if url.startswith("sqlite") else "BEGIN")
    connection.execute("UPDATE house SET value = value")
    time.sleep(seconds)
    connection.execute("COMMIT")
    connection.close()


def kept(url: str) -> list[str]:
    connection = connect(url)
    rows = connection.execute("SELECT notes FROM visit WHERE notes LIKE '第%' ").fetchall()
    connection.close()
    return sorted(notes for (notes,) in rows)


def waiting(url: str) -> int:
    connection = connect(url)
    row = connection.execute(
        "SELECT count(*) FROM letter WHERE state IN ('waiting', 'sending')"
    ).fetchone()
    connection.close()
    assert row is not None
    return int(row[0])


def posted(fake: FakeSlack) -> list[str]:
    """The keys of the letters that stand in people's direct chats, as Slack keeps them."""
    chats = [fake.dm(address_of("slack", name)[1]) for name in PEOPLE]
    messages = [message for chat in chats for message in fake.messages(chat)]
    return [str(message.metadata) for message in messages if message.metadata is not None]


async def test_a_letter_posted_twice_would_be_seen() -> None:
    async with FakeSlack() as fake:
        for name in PEOPLE:
            fake.add_user(address_of("slack", name)[1], name)
        client = connect_to(fake.bot_token, fake.api_url)
        for key in ("L1", "L2", "L2"):
            about = {"event_type": "headwater_letter", "event_payload": {"key": key}}
            chat = fake.dm(address_of("slack", PEOPLE[0])[1])
            await client.chat_postMessage(channel=chat, text="x", metadata=about)
        assert len(posted(fake)) == 3
        assert len(set(posted(fake))) == 2


@pytest.mark.torture
@pytest.mark.timeout(180)
async def test_stopping_under_load_loses_and_doubles_nothing(
    database_url: str, unused_tcp_port: int, tmp_path: Path
) -> None:
    prepared(database_url, "slack", "zh")
    async with FakeSlack() as fake:
        for name in PEOPLE:
            fake.add_user(address_of("slack", name)[1], name)
        fake.http(f"http://127.0.0.1:{unused_tcp_port}")
        acknowledged: list[int] = []
        stopped = asyncio.Event()
        async with served(fake, database_url, unused_tcp_port, tmp_path) as process:
            talking = [
                asyncio.create_task(talks(fake, n, acknowledged, stopped))
                for n in range(len(PEOPLE))
            ]
            await until(lambda: len(acknowledged) >= 20)
            writing = asyncio.create_task(asyncio.to_thread(hold, database_url, 1.5))
            await asyncio.sleep(0.3)
            begun = time.monotonic()
            process.send_signal(signal.SIGTERM)
            code = await asyncio.to_thread(process.wait, 30)
            took = time.monotonic() - begun
            stopped.set()
            await asyncio.gather(*talking, writing)
        print(f"{len(acknowledged)} acknowledged, stopped in {took:.1f} s")
        assert took < MOST_S
        assert code == 0
        notes = kept(database_url)
        assert len(notes) == len(set(notes))
        assert {f"第{mark}号访问 same: no" for mark in acknowledged} <= set(notes)
        async with served(fake, database_url, unused_tcp_port, tmp_path):
            await until(lambda: not waiting(database_url))
        keys = posted(fake)
        print(f"{len(keys)} letters posted, {len(keys) - len(set(keys))} of them twice")
        assert len(keys) >= len(PEOPLE)
        assert len(keys) == len(set(keys))
    assert b"Traceback" not in (tmp_path / "log").read_bytes()
