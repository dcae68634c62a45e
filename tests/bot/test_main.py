"""`python -m bot`: what it prints, what it refuses, and that it starts and stops in good time."""

from __future__ import annotations

import errno
import gc
import json
import os
import re
import signal
import socket
import sqlite3
import threading
import urllib.request
from pathlib import Path
from types import FrameType

import pytest
import typer
from typer.testing import CliRunner, Result

from bot import __main__ as program
from bot.settings import Settings
from bot.start import bound
from bot.wiring import Running, assemble
from storage.migrate import newest
from tests.browser.process import running, until_it_listens
from tests.house import prepared, settings_for


@pytest.fixture
def at(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder and an environment without settings."""
    for name in Settings.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("DATABASE_URL", f"sqlite:///{tmp_path}/headwater.db")
    monkeypatch.setenv("PORT", "0")
    return tmp_path


def bot(*arguments: str) -> Result:
    return CliRunner().invoke(program.cli, arguments)


@pytest.fixture
def served(monkeypatch: pytest.MonkeyPatch) -> list[Running]:
    """What would have been served."""
    found: list[Running] = []

    def serve(running: Running, listening: socket.socket) -> None:
        listening.close()
        running.core.database.close()
        found.append(running)

    monkeypatch.setattr(program, "serve", serve)
    return found


def test_migrate_says_what_it_did(at: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LANGUAGE", "en")
    assert bot("migrate").stdout == f"The database was brought to revision {newest()}.\n"
    assert bot("migrate").stdout == f"The database is at revision {newest()} already.\n"


def test_a_manifest_is_valid_json_and_carries_the_name(at: Path) -> None:
    done = bot("manifest", "--name", "源头")
    assert done.exit_code == 0
    manifest = json.loads(done.stdout)
    assert manifest["display_information"]["name"] == "源头"
    assert not (at / "headwater.db").exists()


def test_run_prints_a_link_to_the_local_chat(at: Path, served: list[Running]) -> None:
    done = bot("run")
    assert done.exit_code == 0
    assert re.search(rf"http://127\.0\.0\.1:[1-9]\d+{re.escape(served[0].link)}", done.stdout)
    assert "LANGUAGE=en" in done.stdout
    assert "First administrator" not in done.stdout


def test_garbage_is_collected_again_however_the_start_ends(
    at: Path, served: list[Running], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert bot("run").exit_code == 0
    assert gc.isenabled()
    monkeypatch.setenv("LANGUAGE", "xx")
    assert bot("run").exit_code != 0
    assert gc.isenabled()


def test_a_bot_that_nobody_hears_saying_hello_works_all_the_same(
    at: Path, served: list[Running], monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_said: str) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(typer, "echo", full)
    assert bot("run").exit_code == 0
    assert len(served) == 1


def test_no_word_at_all_means_run(at: Path, served: list[Running]) -> None:
    assert bot().exit_code == 0
    assert len(served) == 1


def test_the_first_start_with_a_token_prints_the_administrators_code(
    at: Path, served: list[Running], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TELEGRAM_BOT_TOKEN", "700:secret")
    first = bot("run").stdout
    assert f"join {served[0].code}" in first
    assert f"加入 {served[0].code}" in first
    assert "700:secret" not in first
    assert "/chat" not in first


@pytest.mark.parametrize("elsewhere", [{"HOST": "::"}, {"PUBLIC_URL": "https://bot.test"}])
def test_the_link_leads_to_this_machine_because_the_page_answers_it_alone(
    at: Path, served: list[Running], monkeypatch: pytest.MonkeyPatch, elsewhere: dict[str, str]
) -> None:
    for name, value in elsewhere.items():
        monkeypatch.setenv(name, value)
    said = bot("run").stdout
    assert re.search(rf"http://127\.0\.0\.1:\d+{re.escape(served[0].link)}", said)
    assert "http://[::]" not in said
    assert ("in a container" in said.lower()) == ("HOST" in elsewhere)


@pytest.mark.parametrize(
    ("language", "sentence"),
    [("en", "PORT {port} is taken by another program"), ("zh", "PORT {port} 已被其他程序占用")],
)
def test_a_port_in_use_is_named_before_any_link(
    at: Path, monkeypatch: pytest.MonkeyPatch, language: str, sentence: str
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        monkeypatch.setenv("PORT", str(port))
        monkeypatch.setenv("LANGUAGE", language)
        done = bot("run")
    assert done.exit_code == 1
    assert sentence.format(port=port) in done.output
    assert "/chat" not in done.output
    assert not (at / "headwater.db").exists()


@pytest.mark.parametrize("host", ["no.such.host.invalid", "203.0.113.7"])
def test_a_host_that_is_not_ours_is_named(
    at: Path, monkeypatch: pytest.MonkeyPatch, host: str
) -> None:
    monkeypatch.setenv("HOST", host)
    monkeypatch.setenv("LANGUAGE", "en")
    done = bot("run")
    assert done.exit_code == 1
    assert f"headwater: HOST {host} is no address of this machine" in done.output


@pytest.mark.parametrize("command", ["run", "migrate", "manifest"])
def test_settings_that_cannot_be_used_are_each_named(
    at: Path, monkeypatch: pytest.MonkeyPatch, command: str
) -> None:
    monkeypatch.setenv("TIMEZONE", "Mars/Olympus")
    monkeypatch.setenv("PORT", "many")
    done = bot(command)
    assert done.exit_code == 1
    assert done.output.splitlines() == [
        "headwater: 这些设置不能使用",
        "  PORT 必须是 0 到 65535 之间的数字。",
        "  TIMEZONE Mars/Olympus 不是已知的时区，例如 Asia/Shanghai。",
    ]
    monkeypatch.setenv("LANGUAGE", "en")
    assert bot(command).output.splitlines() == [
        "headwater: these settings can't be used",
        "  PORT must be a number from 0 to 65535.",
        "  TIMEZONE Mars/Olympus is not a known zone such as Asia/Shanghai.",
    ]
    assert "Traceback" not in done.output
    assert not (at / "headwater.db").exists()


def test_a_refusal_is_one_sentence(
    at: Path, served: list[Running], monkeypatch: pytest.MonkeyPatch
) -> None:
    prepared(os.environ["DATABASE_URL"], "web", "zh")
    monkeypatch.setenv("TELEGRAM_BOT_TOKEN", "700:secret")
    done = bot("run")
    assert done.exit_code == 1
    assert done.output.startswith("headwater: 这个数据库是作为示例公司建立的")
    assert served == []


def test_a_policy_file_with_a_slip_is_refused_at_the_start(
    at: Path, served: list[Running], monkeypatch: pytest.MonkeyPatch
) -> None:
    (at / "own.toml").write_text("[visits]\ndays = 8\n")
    monkeypatch.setenv("POLICY_FILE", "own.toml")
    done = bot("run")
    assert done.exit_code == 1
    assert (
        "headwater: 制度参数文件无法使用；对方给出的原文是“the policy's table [visits]: days:"
        in done.output
    )
    assert served == []


@pytest.mark.parametrize("command", ["run", "migrate"])
def test_a_database_of_a_newer_bot_is_refused(
    at: Path, served: list[Running], command: str
) -> None:
    bot("migrate")
    with sqlite3.connect(at / "headwater.db") as database:
        database.execute("UPDATE alembic_version SET version_num = '9999'")
    database.close()
    done = bot(command)
    assert done.exit_code == 1
    assert "headwater: 数据库版本是 9999，比本程序新" in done.output
    assert served == []


@pytest.mark.parametrize("command", ["run", "migrate"])
def test_a_database_that_does_not_answer_is_named(
    at: Path, served: list[Running], monkeypatch: pytest.MonkeyPatch, command: str
) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://me:secret@127.0.0.1:1/none")
    done = bot(command)
    assert done.exit_code == 1
    assert "headwater: 数据库没有响应" in done.output
    assert "secret" not in done.output


PLACES = ("sqlite:////nonexistent/dir/x.db", "sqlite:////proc/x.db", "sqlite:////dev/null/x.db")


@pytest.mark.parametrize("command", ["run", "migrate"])
@pytest.mark.parametrize("place", PLACES)
def test_a_database_that_cannot_be_made_is_one_sentence(
    at: Path, served: list[Running], monkeypatch: pytest.MonkeyPatch, command: str, place: str
) -> None:
    monkeypatch.setenv("DATABASE_URL", place)
    done = bot(command)
    assert done.exit_code == 1
    assert done.output == (
        "headwater: 数据库没有响应；对方给出的原文是“unable to open database file”\n"
    )
    assert served == []


# --- in the company's language --------------------------------------------------------------------


def test_keeping_and_putting_back_is_told_in_chinese(at: Path) -> None:
    assert bot("backup", "kept.zip").output == (
        "headwater: 这个数据库还是空的，没有可备份的内容。\n"
    )
    assert bot("migrate").exit_code == 0
    prepared(os.environ["DATABASE_URL"], "web", "zh")
    assert re.fullmatch(
        r"已备份到 kept\.zip：\d+行数据、0个文件，数据库版本\d+。\n",
        bot("backup", "kept.zip").output,
    )
    assert bot("restore", "kept.zip").output == (
        "headwater: 数据库里已有数据。要用备份覆盖它，请加上 --replace。\n"
    )
    restored = bot("restore", "kept.zip", "--replace").output
    assert re.fullmatch(r"已从 kept\.zip 恢复\d+行数据。\n", restored)
    (at / "odd.zip").write_text("odd")
    assert "不是源头的备份，或者已经损坏" in bot("restore", "odd.zip", "--replace").output
    assert bot("restore", "none.zip").output == "headwater: 没有文件 none.zip。\n"


@pytest.mark.parametrize(
    ("command", "words"),
    [
        ("backup none/kept.zip", "没有none这个文件夹，请先建好。"),
        ("export customers none/kept.csv", "没有none这个文件夹，请先建好。"),
        ("export customers kept.txt", "kept.txt 的文件名须以 .xlsx 或 .csv 结尾。"),
        ("import customers none.csv", "none.csv：没有这个文件或目录"),
        ("import customers odd.csv", "odd.csv：这既不是 CSV 文件，也不是 XLSX 文件。"),
    ],
)
def test_what_cannot_be_written_or_read_is_told_in_chinese(
    at: Path, command: str, words: str
) -> None:
    assert bot("migrate").exit_code == 0
    (at / "odd.csv").write_bytes(b"\x00\x01")
    done = bot(*command.split())
    assert done.exit_code == 1
    assert words in done.output.splitlines()[-1]
    assert "No such file" not in done.output


def test_the_doctor_says_nothing_in_english_but_names(at: Path) -> None:
    lines = bot("doctor").output.splitlines()
    assert all(re.match(r"(正常|注意|故障) ", line) for line in lines)
    words = {line.split()[1] for line in lines}
    assert {"设置", "时区", "磁盘", "文件", "字体", "数据库"} <= words
    assert {word for word in words if word.isascii()} == {"PUBLIC_URL", "SECRET_KEYS"}


# --- what is there already ------------------------------------------------------------------------


@pytest.mark.parametrize("command", ["backup kept.zip", "export customers kept.csv"])
def test_a_file_that_is_there_is_written_over_only_when_that_is_said(
    at: Path, command: str
) -> None:
    assert bot("migrate").exit_code == 0
    kept = at / command.rsplit(maxsplit=1)[-1]
    kept.write_text("dear to somebody")
    refused = bot(*command.split())
    assert refused.exit_code == 1
    assert refused.output == (
        f"headwater: {kept.name} 已经存在。请换一个名字，或加上 --replace 覆盖它。\n"
    )
    assert kept.read_text() == "dear to somebody"
    assert bot(*command.split(), "--replace").exit_code == 0
    assert b"dear" not in kept.read_bytes()


def test_a_folder_is_no_file_to_write(at: Path) -> None:
    (at / "kept").mkdir()
    done = bot("backup", "kept", "--replace")
    assert done.exit_code == 1
    assert done.output == "headwater: kept 是目录，请写明文件名。\n"


# --- how long is rehearsed ------------------------------------------------------------------------


@pytest.mark.parametrize("days", ["0", "-1", "93", "1000000000000"])
def test_days_that_cannot_be_played_are_refused_and_no_chat_opens(
    at: Path, served: list[Running], days: str
) -> None:
    done = bot("rehearse", "--days", days)
    assert done.exit_code == 1
    assert done.output == (
        "headwater: --days 必须是 1 到 92 之间的整数；不写它，就在副本上打开本地聊天。\n"
    )
    assert served == []


@pytest.mark.parametrize("often", ["-1", "1e9", "nan", "inf"])
def test_complaints_that_cannot_be_played_are_refused(at: Path, often: str) -> None:
    done = bot("rehearse", "--days", "3", "--complaints", often)
    assert done.exit_code == 1
    assert done.output == "headwater: --complaints 必须是 0 到 1000 之间的数字。\n"


# --- where files are kept -------------------------------------------------------------------------


@pytest.mark.parametrize("command", ["run", "export customers c.csv", "restore b.zip"])
@pytest.mark.parametrize("place", ["/proc/none", "{at}/taken/files"])
def test_a_folder_of_files_that_cannot_be_made_is_one_sentence(
    at: Path, served: list[Running], monkeypatch: pytest.MonkeyPatch, command: str, place: str
) -> None:
    assert bot("migrate").exit_code == 0
    assert bot("backup", "b.zip").exit_code == 0
    (at / "taken").write_text("no folder")
    folder = place.format(at=at)
    monkeypatch.setenv("FILES_URL", f"file://{folder}")
    done = bot(*command.split())
    assert done.exit_code == 1
    assert done.output.startswith(f"headwater: 文件无法存放到 {folder}（FILES_URL）：")
    assert done.output.count("\n") == 1
    assert served == []
    told = bot("doctor")
    assert told.exit_code == 1
    assert f"文件无法存放到 {folder}" in told.output
    assert "FILES_URL=file:///" in told.output


@pytest.mark.parametrize("place", ["s3://bucket/x", "file://host/x", "/srv/files", "file:x"])
@pytest.mark.parametrize("command", ["doctor", "run", "export customers c.csv"])
def test_an_address_of_files_that_is_none_is_told_in_words(
    at: Path, monkeypatch: pytest.MonkeyPatch, command: str, place: str
) -> None:
    monkeypatch.setenv("FILES_URL", place)
    done = bot(*command.split())
    assert done.exit_code == 1
    assert "FILES_URL 必须是 file:///某个/目录（三条斜杠）" in done.output
    assert "Value error" not in done.output
    assert "Traceback" not in done.output


def test_looking_a_folder_over_leaves_nothing_behind(
    at: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FILES_URL", f"file://{at}/not/yet/there")
    assert bot("doctor").exit_code == 0
    assert not (at / "not").exists()


@pytest.mark.parametrize("url", ["sqlite:///:memory:", "sqlite://", "sqlite:///"])
def test_a_database_in_memory_is_refused_in_plain_words(
    at: Path, monkeypatch: pytest.MonkeyPatch, url: str
) -> None:
    monkeypatch.setenv("DATABASE_URL", url)
    monkeypatch.setenv("LANGUAGE", "en")
    done = bot("migrate")
    assert done.exit_code == 1
    assert "a database in memory can't be used" in done.output


def test_a_settings_file_that_is_no_text_is_named(at: Path) -> None:
    (at / ".env").write_bytes("LANGUAGE=zh\nPUBLIC_URL=华强".encode("gbk"))
    done = bot("migrate")
    assert done.exit_code == 1
    assert done.output == "headwater: 文件 .env 不是 UTF-8 文本，请另存为 UTF-8。\n"


def test_the_settings_file_says_in_which_language_its_mistakes_are_told(at: Path) -> None:
    (at / ".env").write_text("LANGUAGE=en\nTIMEZONE=Mars\n")
    assert "TIMEZONE Mars is not a known zone" in bot("migrate").output


def test_it_serves_until_it_is_told_to_stop(at: Path, unused_tcp_port: int) -> None:
    settings = settings_for(os.environ["DATABASE_URL"], "zh", port=str(unused_tcp_port))
    assembled = assemble(settings)
    hushed: list[str] = []
    assembled.hush = lambda: hushed.append("hush")
    answers: list[int] = []

    def look_and_stop() -> None:
        try:
            until_it_listens(unused_tcp_port)
            for path in ("healthz", "readyz"):
                with urllib.request.urlopen(f"http://127.0.0.1:{unused_tcp_port}/{path}") as found:
                    answers.append(found.status)
        finally:
            os.kill(os.getpid(), signal.SIGTERM)

    told: list[int] = []

    def heard(number: int, _frame: FrameType | None) -> None:
        told.append(number)

    # The server passes the signal on when it has stopped; it must not end the tests.
    before = signal.signal(signal.SIGTERM, heard)
    visitor = threading.Thread(target=look_and_stop)
    try:
        started = assembled.start

        async def start() -> None:
            await started()
            visitor.start()

        assembled.start = start  # type: ignore[method-assign]
        program.serve(assembled, bound(settings.host, settings.port))
        visitor.join()
    finally:
        signal.signal(signal.SIGTERM, before)
    assert answers == [200, 200]
    assert hushed == ["hush"]
    assert told == [signal.SIGTERM]


def test_a_process_answers_and_stops_within_ten_seconds(tmp_path: Path) -> None:
    with running(tmp_path) as bot:
        address = bot.link.partition("/chat")[0]
        for path in ("healthz", "readyz"):
            with urllib.request.urlopen(f"{address}/{path}") as answer:  # noqa: S310
                assert answer.status == 200
        assert bot.stop() < 10
        assert (tmp_path / "headwater.db").exists()
