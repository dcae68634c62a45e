"""`python -m bot rehearse`: one's own company on a copy, which reaches nobody and changes nothing.

From PostgreSQL and from SQLite alike; the copy itself is always SQLite.
"""

from __future__ import annotations

import json
import socket
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TypeVar

import pytest
import structlog
from typer.testing import CliRunner, Result

from bot import __main__ as program
from bot import locale, rehearsing
from bot.platform import Address, Request, Typed
from bot.settings import Settings
from bot.start import Refusal
from bot.wiring import Running, assemble
from bot.words import Reader
from commands import budget
from commands.budget import Load
from storage import cases, customers, departures, house, letters, people, places, rooms, timers
from storage.copying import EMPTY, NO_COMPANY, OTHER_VERSION, Uncopied, copy
from storage.database import Database, Json, Transaction
from storage.dump import dump
from storage.migrate import back
from tests.house import BEGUN, ZONE, TestHouse, opened, prepared, settings_for

V = TypeVar("V")
WANG, LINA, ZHOUQIANG = 2, 3, 4
TOKEN = {
    "telegram_bot_token": "700:secret",
    "slack_bot_token": "xoxb-1",
    "slack_signing_secret": "s",
}


@pytest.fixture
def company(database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """A company that lives on Telegram; rehearsals of a server's database lie in this folder."""
    monkeypatch.chdir(tmp_path)
    prepared(database_url, "telegram", "zh")
    return settings_for(database_url, "zh", **TOKEN)


def digest(url: str, path: Path) -> dict[str, tuple[int, str]]:
    return dump(url, path, BEGUN).tables


def looked(settings: Settings, work: Callable[[Transaction], V]) -> V:
    database = Database(settings.database_url)
    try:
        found, _ = database.write_now(work)
    finally:
        database.close()
    return found


def test_a_copy_holds_the_company_and_changes_nothing_of_it(
    company: Settings, tmp_path: Path
) -> None:
    before = digest(company.database_url, tmp_path / "before.zip")
    played = rehearsing.copied(company)
    assert digest(company.database_url, tmp_path / "after.zip") == before

    def look(db: Transaction) -> None:
        assert [row.name for row in people.active(db)][:3] == ["赵总", "王经理", "李娜"]
        assert customers.count(db) == 11
        assert customers.important_of(db, LINA)
        assert {place.platform for place in places.every(db)} == {"web"}
        accounts = [one for row in people.active(db) for one in people.accounts_of(db, row.id or 0)]
        assert {(one.platform, one.workspace) for one in accounts} == {("web", "rehearsal")}
        assert len(accounts) == 8
        assert people.accounts_of_contact(db, 1)[0].platform == "web"

    looked(played, look)


async def test_open_cases_go_on_and_solved_ones_and_letters_stay_behind(
    database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    async with opened("telegram", database_url) as live:
        await live.zhangwei.says("投诉 螺栓锈蚀")
        await live.settle()
        await live.hefang.says("投诉 少了两箱")
        await live.settle()
        await live.lina.says("/case_reply C-2026-0002 补发")
        await live.lina.says(
            "/case_solve C-2026-0002 department: quality measures: 补发 by_day: 2026-10-20"
        )
        await live.settle()
        played = rehearsing.copied(settings_for(database_url, "zh", **TOKEN))

    def look(db: Transaction) -> None:
        assert [case.number for case in cases.open_ones(db)] == ["C-2026-0001"]
        assert cases.get(db, 2) is None
        assert letters.next_at(db, datetime.max.replace(tzinfo=UTC)) == (None, None)
        assert timers.waiting_on(db, "case", 1)
        assert timers.waiting_on(db, "case", 2) == []

    looked(played, look)


async def test_whoever_is_leaving_is_followed_to_the_end_there_too(
    database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    async with opened("telegram", database_url) as live:
        await live.zhao.says("/person_leave person: 周强 successor: 李娜 at_once: 否")
        await live.settle()
        played = rehearsing.copied(settings_for(database_url, "zh", **TOKEN))

    running = assemble(played)
    try:
        assert [left.person_id for left in await running.core.database.read(leaving)] == [ZHOUQIANG]
        assert await running.core.database.read(lambda db: timers.waiting_on(db, "departure", 1))
        assert "周强移交的工作" in await asked(running, f"p{LINA}", "/offer_accept #1")
        assert await running.core.database.read(leaving) == []
        assert (
            len(await running.core.database.read(lambda db: customers.all_owned_by(db, LINA))) > 8
        )
    finally:
        running.core.database.close()


def leaving(db: Transaction) -> list[departures.Departure]:
    return departures.unfinished(db)


def test_tokens_reach_no_platform(company: Settings) -> None:
    running = assemble(rehearsing.copied(company))
    running.core.database.close()
    assert set(running.core.platforms) == {"web"}


def test_a_rehearsal_is_refused_beside_a_token(company: Settings) -> None:
    played = rehearsing.copied(company)
    with pytest.raises(Refusal, match="is a rehearsal: a copy of your company") as refused:
        assemble(settings_for(played.database_url, "zh", telegram_bot_token="700:secret"))
    assert "DATABASE_URL" in str(refused.value)
    assert "sample" not in str(refused.value)
    with pytest.raises(Refusal, match="holds a sample or a rehearsal"):
        rehearsing.copied(played)


def test_where_there_is_nobody_to_copy_a_sentence_says_so(tmp_path: Path) -> None:
    target = tmp_path / "copy.db"
    nothing = f"sqlite:///{tmp_path}/nothing.db"
    with pytest.raises(Uncopied, match=NO_COMPANY):
        copy(nothing, target, BEGUN, platform="web", unless="sample")
    assert list(tmp_path.iterdir()) == []


def test_a_database_without_people_or_of_another_version_is_not_copied(
    database_url: str, tmp_path: Path
) -> None:
    target = tmp_path / "copy.db"
    with pytest.raises(Uncopied, match=EMPTY):
        copy(database_url, target, BEGUN, platform="web", unless="sample")
    back(database_url, "0007")
    with pytest.raises(Uncopied, match=OTHER_VERSION):
        copy(database_url, target, BEGUN, platform="web", unless="sample")
    assert not target.exists()


def test_quiet_hours_tried_in_the_rehearsal_are_played_with_and_others_follow_the_company(
    company: Settings,
) -> None:
    played = rehearsing.copied(company)
    looked(played, lambda db: people.set_quiet(db, WANG, "20:00", "08:00"))
    looked(company, lambda db: people.set_quiet(db, LINA, "21:00", "09:00"))
    again = rehearsing.copied(company)
    hours = looked(again, lambda db: {r.id: (r.quiet_from, r.quiet_to) for r in people.active(db)})
    assert hours[WANG] == ("20:00", "08:00")
    assert hours[LINA] == ("21:00", "09:00")
    live = looked(company, lambda db: people.get(db, WANG))
    assert live is not None
    assert live.quiet_from == "22:00"


def test_where_nobody_has_joined_as_administrator_whoever_is_at_the_top_plays_it(
    company: Settings,
) -> None:
    looked(company, lambda db: people.set_admin(db, 1, admin=False))
    played = rehearsing.copied(company)
    assert [row.name for row in looked(played, people.administrators)] == ["赵总"]
    assert looked(company, people.administrators) == []


@pytest.mark.parametrize(("lately", "monthly"), [(9, 0.5), (12, 12 / 3 / 11)])
def test_complaints_come_as_often_as_lately_where_that_can_be_told(
    company: Settings, lately: int, monthly: float
) -> None:
    def complain(db: Transaction) -> None:
        for n in range(lately):
            at = datetime.now(UTC) - timedelta(days=n)
            case = cases.Case(
                number=f"C-1-{n}", customer_id=1, received_at=at, recorded_at=at, state="solved"
            )
            cases.add(db, case)

    looked(company, complain)
    played = rehearsing.copied(company)
    assert looked(played, lambda db: house.get(db, rehearsing.COMPLAINTS)) == monthly


# --- the command line -----------------------------------------------------------------------------


@pytest.fixture
def at(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, sqlite_template: Path) -> Iterator[Path]:
    """A folder with a company on SQLite, and an environment with its token."""
    for name in Settings.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)
    monkeypatch.chdir(tmp_path)
    (tmp_path / "headwater.db").write_bytes(sqlite_template.read_bytes())
    prepared(f"sqlite:///{tmp_path}/headwater.db", "telegram", "zh")
    monkeypatch.setenv("DATABASE_URL", "sqlite:///headwater.db")
    monkeypatch.setenv("PORT", "0")
    monkeypatch.setenv("TELEGRAM_BOT_TOKEN", "700:secret")
    yield tmp_path
    structlog.reset_defaults()


def bot(*arguments: str) -> Result:
    return CliRunner().invoke(program.cli, ["rehearse", *arguments])


def test_days_are_played_and_the_budget_is_printed_and_compared(
    at: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    refused = bot("--days", "3", "--compare")
    assert refused.exit_code == 1
    assert "还没有可以比较的演练" in refused.output
    many = ("--days", "3", "--seed", "5", "--complaints", "12")
    done = bot(*many)
    assert done.exit_code in {0, 1}, done.output
    assert "正在用贵公司的副本演练3天" in done.output
    assert "每个客户每月投诉12次" in done.output
    assert "管理员是赵总" in done.output
    assert "李娜会收到" in done.output
    assert "条消息，其中" in done.output
    assert "正式上线" in done.output
    before = json.loads((at / "headwater.rehearsal.json").read_text())
    limits = "[messages]\nmost_daily = 1\nmedian_daily = 1\n[cases]\nwarning_hours = 1\n"
    (at / "own.toml").write_text(limits)
    monkeypatch.setenv("POLICY_FILE", "own.toml")
    monkeypatch.setenv("LANGUAGE", "en")
    strict = bot(*many, "--compare")
    assert strict.exit_code == 1
    assert "would get more messages than they should" in strict.output
    assert " → " in strict.output
    after = json.loads((at / "headwater.rehearsal.json").read_text())
    # What people do is the same; what they are told follows the numbers that were tuned.
    assert done_by(after, "answers") == done_by(before, "answers")
    assert told_of(after, "missed deadlines") == told_of(before, "missed deadlines")
    assert told_of(after, "warnings") != told_of(before, "warnings")
    assert (at / "headwater.rehearsal.db").exists()


def done_by(told: Json, what: str) -> dict[int, int]:
    return {person["person"]: person[what] for person in told["people"]}


def told_of(told: Json, kind: str) -> dict[int, int]:
    return {person["person"]: person["kinds"].get(kind, 0) for person in told["people"]}


def test_programs_get_json_and_an_exit_code(at: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LANGUAGE", "en")
    done = bot("--days", "1", "--complaints", "0", "--json")
    assert done.exit_code == 0, done.output
    told = json.loads(done.stdout)
    assert told["kept"] is True
    assert {"name", "pushes", "median", "most", "in_quiet_hours"} <= set(told["people"][0])
    assert len(told["people"]) == 8
    assert told["complaints"] == 0


def test_where_nobody_is_disturbed_they_are_named_in_one_line_and_nothing_is_to_be_tuned(
    at: Path,
) -> None:
    done = bot("--days", "1", "--complaints", "0")
    assert done.exit_code == 0, done.output
    assert "8人完全不会被打扰：赵总、王经理" in done.output
    assert "会收到0条" not in done.output
    assert "无需调整" in done.output


def test_a_play_is_compared_with_its_like_or_says_what_differs(at: Path) -> None:
    quiet = ("--days", "1", "--complaints", "0")
    assert bot(*quiet).exit_code == 0
    same = bot(*quiet, "--compare")
    assert "没有变化" in same.output
    assert "随机情况也就不同" not in same.output
    assert "随机情况也就不同" in bot(*quiet, "--seed", "2", "--compare").output


def test_without_days_the_chat_opens_on_the_copy_and_goes_on_where_it_ended(
    at: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    found: list[Running] = []

    def serve(running: Running, listening: socket.socket) -> None:
        listening.close()
        running.core.database.close()
        assert running.core.database.url.endswith("headwater.rehearsal.db")
        found.append(running)

    monkeypatch.setattr(program, "serve", serve)
    assert "还没有可以继续的演练" in bot("--keep").output
    opened_ = bot()
    assert opened_.exit_code == 0, opened_.output
    assert found[0].link in opened_.output
    assert "这是贵公司的副本" in opened_.output
    assert "以赵总的身份发送“演练”（/rehearsal）" in opened_.output
    assert "make run" not in opened_.output
    assert bot("--days", "2", "--complaints", "0").exit_code == 0
    assert bot("--keep").exit_code == 0
    ahead = found[1].core.clock.now() - datetime.now(UTC)
    assert timedelta(days=2) <= ahead + timedelta(minutes=1) <= timedelta(days=3, minutes=1)
    assert found[0].core.clock.now() < found[1].core.clock.now()


# --- in the chat ----------------------------------------------------------------------------------


async def test_an_administrator_reads_the_budget_in_the_chat(at: Path) -> None:
    settings = settings_for("sqlite:///headwater.db", "zh")
    played = rehearsing.copied(settings)
    found = await rehearsing.play(played, rehearsing.Plan(3, 5, 12.0))
    running = assemble(played)
    try:
        said = await asked(running, "p1", "/rehearsal")
        assert "在免打扰时段" in said
        assert f"{found.loads[0].name}会收到{found.loads[0].pushes}条消息" in said
        assert "您没有权限" in await asked(running, f"p{LINA}", "/rehearsal")
    finally:
        running.core.database.close()


async def asked(running: Running, user: str, text: str) -> str:
    at = Address("web", "rehearsal", f"dm:{user}")
    now = running.core.clock.now()
    await running.core.door.handle(Request(at, user, Typed(text), now, key=f"{user}{text}"))
    await running.core.delivery.tick()
    latest = await running.core.database.read(lambda db: rooms.latest(db, at.chat, 1))
    return latest[0].text


async def test_outside_a_rehearsal_the_chat_says_how_to_begin_one(english: TestHouse) -> None:
    await english.zhao.says("/rehearsal")
    await english.settle()
    assert english.zhao.sees("This is no rehearsal", "python -m bot rehearse")


def test_both_languages_say_it_as_people_would() -> None:
    load = Load(2, "Wang", 31, 0, 0, 0, 2, 4, (), ((budget.CASES, 2),), 0)
    for language, words in (
        ("en", "Wang would get 31 messages, 2 of them in quiet hours"),
        ("zh", "Wang会收到31条消息，其中2条在免打扰时段"),
    ):
        reader = Reader(language, ZONE, BEGUN, locale.load())
        assert reader.say(budget.line(load)) == words
