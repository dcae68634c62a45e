"""`python -m bot doctor`: a healthy company is all ok; what is broken says the cause and the cure.

The fakes of both platforms stand at the wire; each test breaks one thing.
"""

from __future__ import annotations

import contextlib
import json
import re
import shutil
import sqlite3
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from zoneinfo import ZoneInfo

import pytest
from typer.testing import CliRunner

from bot import __main__ as program
from bot import doctor, locale
from bot.doctor import as_json, failed, lines
from bot.finding import CLOCK_FAIL, CLOCK_WARN, Finding, Verdict, clock, dated
from bot.secrecy import hider
from bot.settings import Settings
from bot.wiring import app_manifest, examined
from bot.words import Reader
from commands.kit.words import encode
from commands.kit.workdays import unknown_next_year
from commands.sheets.noun import OURS
from scheduler import fonts
from scheduler.pulse import HEARTBEAT
from storage import checkup, connections, counts, deliveries, letters, profiles, sheets
from storage import house as facts
from storage.connections import SQLITE, connect, engine_of, sqlite_path
from storage.database import Database, Transaction
from storage.deliveries import SetAside
from storage.keyring import Keyring
from storage.letters import Letter
from storage.migrate import newest
from storage.profiles import ProfileEntry
from storage.sheets import FAILED, Job
from tests.fakes.slack import FakeSlack
from tests.fakes.telegram import FakeTelegram
from tests.fakes.telegram.delivery import Hook
from tests.fakes.telegram.values import Update
from tests.house import prepared, settings_for

SECRETS = {
    "slack_bot_token": "xoxb-4711-planted",
    "slack_app_token": "xapp-4712-planted",
    "slack_signing_secret": "signing-4713-planted",
    "telegram_bot_token": "4714:planted",
    "telegram_webhook_secret": "hook-4715-planted",
    "secret_keys": "key-4716-planted-and-long-enough",
    "metrics_token": "metrics-4717-planted",
}
HOOK = "https://bot.test/telegram"


def utc_now() -> datetime:
    return datetime.now(UTC)


@dataclass
class Clinic:
    """A company whose settings, platforms and machine are all well, until a test breaks one."""

    url: str
    slack: FakeSlack
    telegram: FakeTelegram
    settings: dict[str, str] = field(default_factory=dict)
    off: timedelta = timedelta()

    @property
    def built(self) -> Settings:
        return settings_for(self.url, "en", **self.settings)

    async def found(self) -> list[Finding]:
        return await examined(self.built)

    async def not_ok(self) -> dict[str, Finding]:
        return {one.name: one for one in await self.found() if one.verdict is not Verdict.OK}

    def change(self, work: Callable[[Transaction], object]) -> None:
        database = Database(self.url)
        database.keyring = Keyring((b"a key of this clinic",))
        database.write_now(work)
        database.close()

    def clock(self) -> datetime:
        return utc_now() + self.off


@pytest.fixture
async def clinic(
    database_url: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> AsyncIterator[Clinic]:
    monkeypatch.setattr(sqlite3, "sqlite_version_info", (3, 51, 3))
    monkeypatch.setattr(fonts, "_draws", lambda path: True)
    (tmp_path / "fonts").mkdir()
    (tmp_path / "fonts" / "DroidSansFallbackFull.ttf").touch()
    monkeypatch.setattr(fonts.chinese, "__defaults__", ((tmp_path / "fonts",),))
    # Every December has days on which next year is not published yet.
    monkeypatch.setattr(doctor, "unknown_next_year", lambda today, calendar: None)
    prepared(database_url, "slack", "en")
    made = Clinic.__new__(Clinic)

    def clocked() -> datetime:
        return made.clock()

    async with contextlib.AsyncExitStack() as stack:
        slack = FakeSlack(
            bot_token=SECRETS["slack_bot_token"],
            app_token=SECRETS["slack_app_token"],
            machine_clock=clocked,
        )
        telegram = FakeTelegram(SECRETS["telegram_bot_token"], machine_clock=clocked)
        made.__init__(database_url, slack, telegram)  # type: ignore[misc]
        await stack.enter_async_context(slack)
        await stack.enter_async_context(telegram)
        made.settings = {
            **SECRETS,
            "slack_api_url": slack.api_url,
            "telegram_api_url": telegram.api_url,
            "telegram_webhook_url": HOOK,
            "public_url": "https://bot.test",
        }
        slack.install(app_manifest(made.built, "Headwater"))
        telegram.reads_all = True
        telegram.updates.hook = Hook(HOOK, SECRETS["telegram_webhook_secret"])
        made.change(lambda db: facts.put(db, HEARTBEAT, utc_now().isoformat()))
        yield made


async def test_a_healthy_company_is_all_ok(clinic: Clinic) -> None:
    assert await clinic.not_ok() == {}
    checks = {one.name for one in await clinic.found()}
    assert checks >= {
        *("settings", "database", "migrations", "writing", "integrity", "database clock"),
        *("heartbeat", "letters", "set aside", "tables", "time zone", "disk", "files", "fonts"),
        *("policy", "calendar"),
        *("PUBLIC_URL", "SECRET_KEYS", "Slack token", "Slack scopes", "Slack clock"),
        *("Slack socket", "Telegram token", "Telegram clock", "Telegram privacy"),
        *("Telegram webhook", "Telegram backlog", "Telegram errors", "Telegram updates"),
    }


# --- broken set-ups -------------------------------------------------------------------------------

Breaking = Callable[[Clinic, pytest.MonkeyPatch, Path], None]


def _wrong_slack_token(clinic: Clinic, monkeypatch: pytest.MonkeyPatch, tmp: Path) -> None:
    clinic.settings["slack_bot_token"] = "xoxb-wrong-planted"


def _wrong_app_token(clinic: Clinic, monkeypatch: pytest.MonkeyPatch, tmp: Path) -> None:
    clinic.settings["slack_app_token"] = "xapp-wrong-planted"


def _missing_scope(clinic: Clinic, monkeypatch: pytest.MonkeyPatch, tmp: Path) -> None:
    manifest = clinic.slack.workspace.manifest
    assert manifest is not None
    kept = manifest.scopes - {"files:read", "im:write"}
    clinic.slack.workspace.manifest = replace(manifest, scopes=kept)


def _slack_unreachable(clinic: Clinic, monkeypatch: pytest.MonkeyPatch, tmp: Path) -> None:
    clinic.settings["slack_api_url"] = "http://127.0.0.1:1/api/"


def _nothing_heard(clinic: Clinic, monkeypatch: pytest.MonkeyPatch, tmp: Path) -> None:
    clinic.settings |= {"slack_app_token": "", "slack_signing_secret": ""}


def _no_address(clinic: Clinic, monkeypatch: pytest.MonkeyPatch, tmp: Path) -> None:
    clinic.settings |= {"slack_app_token": "", "public_url": ""}


def _wrong_telegram_token(clinic: Clinic, monkeypatch: pytest.MonkeyPatch, tmp: Path) -> None:
    clinic.telegram.revoke_token()


def _telegram_unreachable(clinic: Clinic, monkeypatch: pytest.MonkeyPatch, tmp: Path) -> None:
    clinic.settings["telegram_api_url"] = "http://127.0.0.1:1"


def _privacy(clinic: Clinic, monkeypatch: pytest.MonkeyPatch, tmp: Path) -> None:
    clinic.telegram.reads_all = False


def _webhook_elsewhere(clinic: Clinic, monkeypatch: pytest.MonkeyPatch, tmp: Path) -> None:
    clinic.telegram.updates.hook = Hook("https://elsewhere.test/tg", "s")


def _webhook_while_fetching(clinic: Clinic, monkeypatch: pytest.MonkeyPatch, tmp: Path) -> None:
    clinic.settings["telegram_webhook_url"] = ""


def _no_webhook_secret(clinic: Clinic, monkeypatch: pytest.MonkeyPatch, tmp: Path) -> None:
    clinic.settings["telegram_webhook_secret"] = ""


def _updates_wait(clinic: Clinic, monkeypatch: pytest.MonkeyPatch, tmp: Path) -> None:
    clinic.telegram.updates.pending = [Update.__new__(Update) for _ in range(250)]


def _kinds_missing(clinic: Clinic, monkeypatch: pytest.MonkeyPatch, tmp: Path) -> None:
    monkeypatch.setattr(clinic.telegram.updates, "_allowed", frozenset({"message"}))


def _database_down(clinic: Clinic, monkeypatch: pytest.MonkeyPatch, tmp: Path) -> None:
    clinic.url = "postgresql://me:password-4718-planted@127.0.0.1:1/none"


def _no_database_yet(clinic: Clinic, monkeypatch: pytest.MonkeyPatch, tmp: Path) -> None:
    clinic.url = f"sqlite:///{tmp}/none.db"


def _migrations_behind(clinic: Clinic, monkeypatch: pytest.MonkeyPatch, tmp: Path) -> None:
    clinic.change(lambda db: db.run("UPDATE alembic_version SET version_num = '0000'"))


def _migrations_ahead(clinic: Clinic, monkeypatch: pytest.MonkeyPatch, tmp: Path) -> None:
    clinic.change(lambda db: db.run("UPDATE alembic_version SET version_num = '9999'"))


def _damaged(clinic: Clinic, monkeypatch: pytest.MonkeyPatch, tmp: Path) -> None:
    monkeypatch.setattr(checkup, "damage", lambda url: ["row 7 missing from index", "more"])


def _old_engine(clinic: Clinic, monkeypatch: pytest.MonkeyPatch, tmp: Path) -> None:
    clinic.url = f"sqlite:///{tmp}/old.db"
    prepared(clinic.url, "slack", "en")
    clinic.change(lambda db: facts.put(db, HEARTBEAT, utc_now().isoformat()))
    monkeypatch.setattr(sqlite3, "sqlite_version", "3.40.1")
    monkeypatch.setattr(sqlite3, "sqlite_version_info", (3, 40, 1))


def _no_font(clinic: Clinic, monkeypatch: pytest.MonkeyPatch, tmp: Path) -> None:
    monkeypatch.setattr(fonts.chinese, "__defaults__", ((tmp / "no fonts",),))


def _clock_off(clinic: Clinic, monkeypatch: pytest.MonkeyPatch, tmp: Path) -> None:
    clinic.off = timedelta(minutes=10)


def _free(monkeypatch: pytest.MonkeyPatch, megabytes: int) -> None:
    usage = SimpleNamespace(free=megabytes * 1_000_000)
    monkeypatch.setattr(shutil, "disk_usage", lambda folder: usage)


def _disk_full(clinic: Clinic, monkeypatch: pytest.MonkeyPatch, tmp: Path) -> None:
    _free(monkeypatch, 12)


def _disk_nearly_full(clinic: Clinic, monkeypatch: pytest.MonkeyPatch, tmp: Path) -> None:
    _free(monkeypatch, 700)


def _policy_unreadable(clinic: Clinic, monkeypatch: pytest.MonkeyPatch, tmp: Path) -> None:
    (tmp / "own.toml").mkdir()
    clinic.settings["policy_file"] = str(tmp / "own.toml")


def _policy_slip(clinic: Clinic, monkeypatch: pytest.MonkeyPatch, tmp: Path) -> None:
    (tmp / "own.toml").write_text("[visits]\ndays = 8\n")
    clinic.settings["policy_file"] = str(tmp / "own.toml")


def _plain_address(clinic: Clinic, monkeypatch: pytest.MonkeyPatch, tmp: Path) -> None:
    clinic.settings["public_url"] = "http://bot.test"


def _short_key(clinic: Clinic, monkeypatch: pytest.MonkeyPatch, tmp: Path) -> None:
    clinic.settings["secret_keys"] = "short,key-4716-planted-and-long-enough"


def _no_key(clinic: Clinic, monkeypatch: pytest.MonkeyPatch, tmp: Path) -> None:
    clinic.settings["secret_keys"] = ""


def _silent(clinic: Clinic, monkeypatch: pytest.MonkeyPatch, tmp: Path) -> None:
    long_ago = utc_now() - timedelta(hours=5)
    clinic.change(lambda db: facts.put(db, HEARTBEAT, long_ago.isoformat()))


def _never_ran(clinic: Clinic, monkeypatch: pytest.MonkeyPatch, tmp: Path) -> None:
    clinic.change(lambda db: db.run("DELETE FROM house WHERE name = 'heartbeat'"))


def _letters_lost(clinic: Clinic, monkeypatch: pytest.MonkeyPatch, tmp: Path) -> None:
    def lose(db: Transaction) -> None:
        now = utc_now()
        letter = Letter(lane="x", state="dead", created_at=now, not_before=now, next_at=now)
        letter.sent_at = now
        letters.add(db, letter)

    clinic.change(lose)


def _set_aside(clinic: Clinic, monkeypatch: pytest.MonkeyPatch, tmp: Path) -> None:
    row = SetAside(platform="slack", at=utc_now(), reference="r", raw="?")
    clinic.change(lambda db: deliveries.set_aside(db, row))


def _table_failed(clinic: Clinic, monkeypatch: pytest.MonkeyPatch, tmp: Path) -> None:
    row = Job(name="p.csv", state=FAILED, reason=encode(OURS), created_at=utc_now())
    row.finished_at = utc_now()
    clinic.change(lambda db: sheets.add(db, row))


def _key_lost(clinic: Clinic, monkeypatch: pytest.MonkeyPatch, tmp: Path) -> None:
    def seal(db: Transaction) -> None:
        kept = db.keyring.seal("cash is short")
        entry = ProfileEntry(customer_id=1, field="condition", value=kept, at=utc_now())
        profiles.write(db, entry)

    clinic.change(seal)


FAIL, WARN = Verdict.FAIL, Verdict.WARN
Row = tuple[Breaking, str, Verdict, str, str]
BROKEN: list[Row] = [
    (_wrong_slack_token, "Slack token", FAIL, "refuses the token in SLACK_BOT_TOKEN", "xoxb-"),
    (_wrong_app_token, "Slack socket", FAIL, "refuses the token in SLACK_APP_TOKEN", "xapp-"),
    (_missing_scope, "Slack scopes", FAIL, "missing: files:read, im:write", "bot manifest"),
    (_slack_unreachable, "Slack token", FAIL, "could not be asked", "SLACK_API_URL"),
    (_nothing_heard, "Slack signature", FAIL, "nothing can be heard", "Set SLACK_APP_TOKEN"),
    (_no_address, "Slack address", FAIL, "PUBLIC_URL is not set", "Set PUBLIC_URL"),
    (_wrong_telegram_token, "Telegram token", FAIL, "refuses the token", "@BotFather"),
    (_telegram_unreachable, "Telegram token", FAIL, "could not be asked", "TELEGRAM_API_URL"),
    (_privacy, "Telegram privacy", WARN, "privacy mode is on", "/setprivacy"),
    (_webhook_elsewhere, "Telegram webhook", FAIL, "https://elsewhere.test/tg", "Restart the bot"),
    (_webhook_while_fetching, "Telegram webhook", FAIL, "nothing can be fetched", "Stop the other"),
    (_no_webhook_secret, "Telegram secret", FAIL, "every update is refused", "long random word"),
    (_updates_wait, "Telegram backlog", WARN, "250 updates wait", "whether the bot runs"),
    (_kinds_missing, "Telegram updates", FAIL, "callback_query", "Restart the bot"),
    (_database_down, "database", FAIL, "does not answer", "DATABASE_URL"),
    (_no_database_yet, "database", WARN, "no database yet", "python -m bot migrate"),
    (_migrations_behind, "migrations", FAIL, f"0000, this version needs {newest()}", "bot migrate"),
    (_migrations_ahead, "migrations", FAIL, "revision 9999", "update this one"),
    (_damaged, "integrity", FAIL, "row 7 missing from index", "bot restore FILE"),
    (_old_engine, "database", WARN, "SQLite 3.40.1 can damage", "3.51.3 or newer"),
    (_no_font, "fonts", FAIL, "no font on this machine", "fonts-droid-fallback"),
    (_clock_off, "Slack clock", FAIL, "seconds off", "NTP"),
    (_clock_off, "Telegram clock", FAIL, "seconds off", "NTP"),
    (_disk_full, "disk", FAIL, "only 12 MB are free", "Make room"),
    (_disk_nearly_full, "disk", WARN, "only 700 MB are free", "Make room"),
    (_policy_unreadable, "policy", FAIL, "can't be read", "commands/policy.toml"),
    (_policy_slip, "policy", FAIL, "[visits]: days", "Correct the file"),
    (_plain_address, "PUBLIC_URL", WARN, "not an https address", "https://bot.example.com"),
    (_short_key, "SECRET_KEYS", FAIL, "shorter than 16", "token_hex"),
    (_no_key, "SECRET_KEYS", WARN, "whoever has a backup", "token_hex"),
    (_silent, "heartbeat", WARN, "last alive 5 h ago", "python -m bot run"),
    (_never_ran, "heartbeat", WARN, "no bot has worked", "python -m bot run"),
    (_letters_lost, "letters", WARN, "1 messages could not be delivered", "the administrator's"),
    (_key_lost, "sealed", FAIL, "can't be read", "Put the old key back"),
    (_set_aside, "set aside", WARN, "1 messages of the last week", "in the log"),
    (_table_failed, "tables", WARN, "1 tables of the last week", "sheet_failed in the log"),
]


@pytest.mark.parametrize("row", BROKEN, ids=[f"{r[0].__name__[1:]}-{r[1]}" for r in BROKEN])
async def test_what_is_broken_says_the_cause_and_the_cure(
    clinic: Clinic, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, row: Row
) -> None:
    breaks, check, verdict, cause, cure = row
    breaks(clinic, monkeypatch, tmp_path)
    ill = await clinic.not_ok()
    assert len(ill) <= 2, ill
    one = ill[check]
    assert one.verdict is verdict
    english, chinese = (told(one, language) for language in ("en", "zh"))
    assert cause in english["cause"]
    assert cure in english["cure"]
    assert re.search("[一-鿿]", chinese["cause"])
    assert re.search("[一-鿿]", chinese["cure"])
    assert "planted" not in str(english | chinese)


def told(one: Finding, language: str) -> dict[str, str]:
    (said,) = as_json([one], reader(language))
    (line,) = lines([one], reader(language))
    assert said["cause"] in line
    assert said["cure"] in line
    return said


def reader(language: str) -> Reader:
    return Reader(language, ZoneInfo("UTC"), utc_now(), locale.load())


async def test_a_database_that_cannot_be_written_says_so(
    clinic: Clinic, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connections, "BUSY_S", 0.1)
    with unwritable(clinic.url):
        ill = await clinic.not_ok()
        assert ill["writing"].verdict is Verdict.FAIL
        assert "the right to write it" in told(ill["writing"], "en")["cure"]
    assert await clinic.not_ok() == {}


@contextlib.contextmanager
def unwritable(url: str) -> Iterator[None]:
    """Let nobody write: a file is locked, a server is told to refuse."""
    connection = connect(url)
    if engine_of(url) == SQLITE:
        connection.execute("BEGIN IMMEDIATE")
        yield
    else:
        name = connection.execute("SELECT current_database()").fetchone()
        assert name is not None
        default = f'ALTER DATABASE "{name[0]}" SET default_transaction_read_only'
        connection.execute(f"{default} = on")
        yield
        connection.execute(f"{default} = off")
    connection.close()


async def test_a_webhook_that_fails_is_seen(clinic: Clinic) -> None:
    clinic.telegram.webhook("http://127.0.0.1:1", secret="s")
    clinic.telegram.updates.hook = Hook(HOOK, "s")
    await clinic.telegram.user(101, "Li", started=True).says(101, "hello")
    ill = await clinic.not_ok()
    assert "could not deliver" in told(ill["Telegram errors"], "en")["cause"]


async def test_nothing_secret_is_told(clinic: Clinic) -> None:
    everything = [told(one, "zh") | told(one, "en") for one in await clinic.found()]
    assert "planted" not in str(everything)
    hide = hider(clinic.built)
    for secret in SECRETS.values():
        assert "planted" not in hide(f"somebody else's error: {secret}!")


def test_a_damaged_file_is_noticed(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'hurt.db'}"
    prepared(url, "web", "zh")
    path = sqlite_path(url)
    with sqlite3.connect(path, isolation_level=None) as connection:
        connection.execute("PRAGMA journal_mode=DELETE")
    connection.close()
    content = bytearray(path.read_bytes())
    for page in range(6, len(content) // 4096 - 1):
        content[page * 4096 : page * 4096 + 64] = b"\xff" * 64
    path.write_bytes(bytes(content))
    assert checkup.damage(url)


@pytest.mark.parametrize(
    ("version", "bug"),
    [
        ((3, 40, 1), True),
        ((3, 44, 5), True),
        ((3, 44, 6), False),
        ((3, 50, 6), True),
        ((3, 50, 7), False),
        ((3, 51, 2), True),
        ((3, 51, 3), False),
        ((3, 52, 0), False),
    ],
)
def test_the_versions_with_the_bug_are_known(
    version: tuple[int, int, int], bug: bool, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(sqlite3, "sqlite_version_info", version)
    assert checkup.engine(f"sqlite:///{tmp_path / 'x.db'}").wal_reset_bug is bug


def test_a_font_is_one_that_draws_the_letter(tmp_path: Path) -> None:
    (tmp_path / "NotoSansCJK-Regular.ttc").write_bytes(b"no font")
    assert fonts.chinese((tmp_path,)) is None
    assert fonts.chinese((tmp_path / "none",)) is None


@pytest.mark.skipif(fonts.chinese() is None, reason="this machine has no Chinese font")
def test_this_machines_font_is_found() -> None:
    found = fonts.chinese()
    assert found is not None
    assert found.exists()


def test_a_clock_is_judged_by_how_far_it_is_off() -> None:
    here = utc_now()
    assert clock("c", None, here).verdict is Verdict.OK
    assert clock("c", here + CLOCK_WARN, here).verdict is Verdict.WARN
    assert clock("c", here - CLOCK_FAIL, here).verdict is Verdict.FAIL
    assert dated("no date") is None
    assert dated(None) is None


async def test_the_exit_code_says_whether_it_can_work(clinic: Clinic) -> None:
    assert not failed(await clinic.found())
    clinic.telegram.reads_all = False
    assert not failed(await clinic.found())
    clinic.telegram.revoke_token()
    assert failed(await clinic.found())


async def test_lost_letters_of_long_ago_are_forgotten(clinic: Clinic) -> None:
    _letters_lost(clinic, pytest.MonkeyPatch(), Path())
    database = Database(clinic.url)
    later = utc_now() + timedelta(days=8)
    found = await database.read(lambda db: counts.lately(db, later - timedelta(days=7)))
    database.close()
    assert found == (0, 0)


# --- the command ----------------------------------------------------------------------------------


@pytest.fixture
def shell(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """An empty folder and an environment without settings."""
    for name in Settings.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)
    monkeypatch.chdir(tmp_path)
    return monkeypatch


def test_the_command_prints_a_line_for_each_check(shell: pytest.MonkeyPatch) -> None:
    shell.setenv("LANGUAGE", "en")
    done = CliRunner().invoke(program.cli, ["doctor"])
    assert done.exit_code == 0
    said = done.stdout.splitlines()
    assert all(re.match(r"(ok  |warn|fail) \S", line) for line in said)
    assert any("there is no database yet" in line and " → " in line for line in said)


def test_settings_that_cannot_be_read_are_lines_too(shell: pytest.MonkeyPatch) -> None:
    shell.setenv("PORT", "many")
    shell.setenv("TIMEZONE", "Mars/Olympus")
    done = CliRunner().invoke(program.cli, ["doctor", "--json"])
    assert done.exit_code == 1
    found = json.loads(done.stdout)
    assert [one["verdict"] for one in found] == ["fail", "fail"]
    assert {one["cause"].split()[0] for one in found} == {"PORT", "TIMEZONE"}
    assert all("请" in one["cure"] for one in found)


def test_the_password_of_a_database_stays_untold(shell: pytest.MonkeyPatch) -> None:
    shell.setenv("DATABASE_URL", "postgresql://me:password-4718-planted@127.0.0.1:1/none")
    done = CliRunner().invoke(program.cli, ["doctor"])
    assert done.exit_code == 1
    assert "planted" not in done.output


async def test_a_year_whose_workdays_are_not_published_is_told(
    clinic: Clinic, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(doctor, "unknown_next_year", unknown_next_year)
    december = datetime(2089, 12, 1, 1, 0, tzinfo=UTC)
    found = {one.name: one for one in doctor.examine(clinic.built, december)}
    one = found["calendar"]
    assert one.verdict is Verdict.WARN
    assert "workdays of 2090 are not known yet" in told(one, "en")["cause"]
    assert "made_up" in told(one, "en")["cure"]
