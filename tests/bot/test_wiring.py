"""The house meets its platforms only when the settings fit together and the database agrees."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import httpx2
import pytest
from pydantic import ValidationError

from bot import sample
from bot.platform import Address, Request, Typed
from bot.settings import Settings
from bot.start import Refusal
from bot.watch import Watch
from bot.wiring import Running, app_manifest, assemble, menus
from storage import house as facts
from storage import people
from storage.database import Database, Gone
from tests.house import prepared, settings_for

TELEGRAM = {"telegram_bot_token": "700:secret"}
SLACK = {"slack_bot_token": "xoxb-1", "slack_signing_secret": "s"}


def closed(running: Running) -> Running:
    """One that was assembled and never started."""
    running.core.database.close()
    return running


async def joins(running: Running, user: str, code: str) -> None:
    at = Address("telegram", "700", user)
    said = Typed(f"join {code}")
    now = running.core.clock.now()
    await running.core.door.handle(
        Request(at, user, said, now, key=f"{user}{code}", user_name="Ada")
    )


async def test_without_a_token_an_empty_database_becomes_the_sample_company(
    database_url: str,
) -> None:
    running = assemble(settings_for(database_url, "zh"))
    assert await running.core.database.read(sample.is_sample)
    assert await running.core.database.read(people.count) == len(sample.STAFF)
    assert set(running.core.platforms) == {"web"}
    assert running.link.startswith("/chat?key=")
    assert running.code == ""
    closed(running)
    again = closed(assemble(settings_for(database_url, "zh")))
    assert again.link != running.link


def test_without_a_token_a_real_company_is_refused(database_url: str) -> None:
    prepared(database_url, "telegram", "zh")
    with pytest.raises(Refusal, match="holds a real company"):
        assemble(settings_for(database_url, "zh"))


@pytest.mark.parametrize("token", [TELEGRAM, SLACK], ids=["telegram", "slack"])
def test_beside_a_token_a_sample_company_is_refused(
    database_url: str, token: dict[str, str]
) -> None:
    prepared(database_url, "web", "zh")
    with pytest.raises(Refusal, match="created as a sample company"):
        assemble(settings_for(database_url, "zh", **token))


async def test_the_first_administrator_joins_with_the_code_that_is_shown(
    database_url: str,
) -> None:
    running = assemble(settings_for(database_url, "en", **TELEGRAM))
    assert running.link == ""
    await joins(running, "9", "WRONGONE")
    assert await running.core.database.read(people.count) == 0
    await joins(running, "1", running.code)
    admins = await running.core.database.read(people.administrators)
    assert [one.name for one in admins] == ["Ada"]
    await joins(running, "2", running.code)
    assert await running.core.database.read(people.count) == 1
    closed(running)
    assert closed(assemble(settings_for(database_url, "en", **TELEGRAM))).code == ""


async def test_each_token_switches_its_platform_on(database_url: str) -> None:
    running = closed(assemble(settings_for(database_url, "en", **TELEGRAM, **SLACK)))
    assert set(running.core.platforms) == {"slack", "telegram"}
    assert len(running.listeners) == 2


async def test_ready_says_whether_the_database_answers(
    database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    running = assemble(settings_for(database_url, "zh"))

    async def status(path: str) -> int:
        transport = httpx2.ASGITransport(app=running.app)
        async with httpx2.AsyncClient(transport=transport, base_url="http://bot") as client:
            return (await client.get(path)).status_code

    assert (await status("/healthz"), await status("/readyz")) == (200, 200)

    def gone(_self: Database, *, writes: bool) -> None:
        raise Gone(f"writes={writes}")

    with monkeypatch.context() as broken:
        broken.setattr(Database, "_connection", gone)
        assert (await status("/healthz"), await status("/readyz")) == (200, 503)
    assert await status("/readyz") == 200
    closed(running)


async def test_a_platform_in_trouble_is_named_and_takes_no_other_out_of_service(
    database_url: str,
) -> None:
    running = assemble(settings_for(database_url, "en", **TELEGRAM, **SLACK))
    clock = running.core.clock
    watch = Watch(running.core.database, clock, running.core.wake, "slack")
    await watch.notice("token", "invalid_auth")
    off = Watch(running.core.database, clock, running.core.wake, "mail")
    await off.notice("deaf", "it was switched off since")
    transport = httpx2.ASGITransport(app=running.app, client=("127.0.0.1", 1))
    async with httpx2.AsyncClient(transport=transport, base_url="http://bot") as client:
        answer = await client.get("/readyz")
        assert answer.status_code == 200
        ready, line, *more = answer.text.splitlines()
        assert (ready, more) == ("ready", [])
        assert line.startswith("slack: the token is refused (SLACK_BOT_TOKEN), since ")
        assert line.endswith("UTC: invalid_auth")
        await watch.over("token")
        assert (await client.get("/readyz")).text == "ready\n"
    closed(running)


async def test_menus_are_in_every_language_and_hold_no_verb_on_a_subject(
    database_url: str,
) -> None:
    running = closed(assemble(settings_for(database_url, "zh")))
    found = menus(running.core)
    assert ("visit", "Log a customer visit") in found["en"]
    assert ("visit", "记录客户拜访") in found["zh"]
    assert [name for name, _ in found["zh"]] == [name for name, _ in found["en"]]
    assert "case_reply" not in {name for name, _ in found["en"]}


def test_a_manifest_is_for_sockets_until_the_bot_has_an_address_of_its_own() -> None:
    url = "sqlite:///unused.db"
    socket = app_manifest(settings_for(url, "en"), "Headwater")
    assert socket["settings"]["socket_mode_enabled"] is True
    http = app_manifest(settings_for(url, "en", public_url="https://bot.test"), "Headwater")
    assert http["settings"]["socket_mode_enabled"] is False
    assert "https://bot.test/slack/events" in str(http)
    both = {"public_url": "https://bot.test", "slack_app_token": "xapp-1"}
    assert app_manifest(settings_for(url, "en", **both), "H")["settings"]["socket_mode_enabled"]


async def test_the_rehearsal_names_what_is_due_next(database_url: str) -> None:
    from bot.wiring import _MovableClock

    running = assemble(settings_for(database_url, "zh"))
    clock = _MovableClock(running.core)
    assert await clock.next_due("en") is None
    now = running.core.clock.now()
    at = Address("web", "rehearsal", "dm:lina")
    await running.core.door.handle(
        Request(at, "lina", Typed("/complaint 永固 rust"), now, key="k1")
    )
    due = await clock.next_due("en")
    assert due is not None
    assert due[1].startswith("C-")
    assert now < due[0] <= now + timedelta(hours=24)
    await clock.move(timedelta(hours=30))
    assert clock.now() - now >= timedelta(hours=30)
    assert await running.core.database.read(lambda db: facts.get(db, "clock_ahead")) == 30 * 3600
    closed(running)


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"timezone": "Mars/Olympus"}, "not a known zone"),
        ({"timezone": ""}, "not a known zone"),
        ({"database_url": "mysql://here"}, "must begin with sqlite:/// or postgresql://"),
        ({"database_url": "sqlite:///file::memory:?cache=shared"}, "in memory"),
        ({"language": "fr"}, "LANGUAGE must be zh or en"),
        ({"port": "70000"}, "PORT must be a number"),
        ({"port": "-1"}, "PORT must be a number"),
        ({"slack_bot_token": "xapp-1"}, "begins with xoxb-"),
        ({"slack_bot_token": "xoxb-1", "slack_app_token": "xoxb-1"}, "begins with xapp-"),
        ({"telegram_bot_token": "secret"}, "must look like 123456:ABC"),
        (TELEGRAM | {"telegram_webhook_url": "http://bot.test"}, "must begin with https://"),
        (TELEGRAM | {"telegram_webhook_secret": "söß"}, "TELEGRAM_WEBHOOK_SECRET may hold"),
    ],
)
def test_a_setting_that_cannot_be_used_is_refused(wrong: dict[str, str], words: str) -> None:
    with pytest.raises(ValidationError, match=words):
        Settings.model_validate({"database_url": "sqlite:///unused.db", **wrong})


async def test_an_open_page_outlives_a_restart_but_its_link_does_not(database_url: str) -> None:
    running = assemble(settings_for(database_url, "zh"))
    transport = httpx2.ASGITransport(app=running.app)
    async with httpx2.AsyncClient(transport=transport, base_url="http://127.0.0.1") as before:
        await before.get(running.link)
        session = before.cookies
        assert (await before.get("/chat")).status_code == 200
    closed(running)
    again = assemble(settings_for(database_url, "zh"))
    transport = httpx2.ASGITransport(app=again.app)
    async with httpx2.AsyncClient(transport=transport, base_url="http://127.0.0.1") as other:
        assert (await other.get(running.link)).status_code == 401
        other.cookies = session
        assert (await other.get("/chat")).status_code == 200
    closed(again)


@pytest.mark.parametrize(
    ("half", "words"),
    [
        ({"slack_app_token": "xapp-1"}, "without SLACK_BOT_TOKEN"),
        ({"slack_bot_token": "xoxb-1"}, "needs SLACK_APP_TOKEN or SLACK_SIGNING_SECRET"),
        (TELEGRAM | {"telegram_webhook_url": "https://bot.test"}, "without TELEGRAM_WEBHOOK_SEC"),
        (
            {"telegram_webhook_url": "https://bot.test", "telegram_webhook_secret": "s"},
            "without TELEGRAM_BOT_TOKEN",
        ),
    ],
)
def test_a_setting_without_what_it_needs_is_refused_before_anything_is_made(
    tmp_path: Path, half: dict[str, str], words: str
) -> None:
    with pytest.raises(Refusal, match=words):
        assemble(settings_for(f"sqlite:///{tmp_path}/new.db", "zh", **half))
    assert not (tmp_path / "new.db").exists()


@pytest.mark.parametrize(
    ("desktop", "language"), [("en_US:en", "en"), ("zh_CN:zh", "zh"), ("", "zh"), ("en", "en")]
)
def test_the_language_of_a_desktop_is_understood(desktop: str, language: str) -> None:
    assert settings_for("sqlite:///unused.db", desktop).language == language


def test_keys_are_several_and_the_newest_comes_first() -> None:
    assert settings_for("sqlite:///unused.db", "zh").keys == ()
    assert settings_for("sqlite:///unused.db", "zh", secret_keys="new,old").keys == (b"new", b"old")
