"""Everybody's calendar on their phone: a private link, what stands behind it, and how it ends."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple

import httpx2
import pytest
from icalendar import Calendar

from bot.logs import log_events
from commands import calendars
from storage import feeds, people
from storage.database import Transaction
from storage.dump import source
from tests.house import BEGUN, TestHouse, entered
from tests.rfc5545 import faults

LINA, WULEI = 3, 6
OUTSIDE = "https://bot.example.cn"


@pytest.fixture
async def reachable(platform: str, chinese_url: str) -> AsyncIterator[TestHouse]:
    """The house, which can be reached from outside."""
    async with entered(platform, chinese_url, public_url=OUTSIDE) as made:
        yield made


async def link(house: TestHouse) -> str:
    """李娜 asks for her link."""
    await house.lina.says("/calendar")
    await house.settle()
    return newest(house)


def newest(house: TestHouse) -> str:
    return next(url for url in reversed(house.lina.links()) if calendars.PATH in url)


async def opened(house: TestHouse, url: str, method: str = "GET", **more: str) -> httpx2.Response:
    transport = httpx2.ASGITransport(app=house.running.app)
    async with httpx2.AsyncClient(transport=transport, base_url=OUTSIDE) as client:
        return await client.request(method, url, headers=more)


class Met(NamedTuple):
    """An entry as a calendar library reads it."""

    uid: str
    begins: date
    ends: date
    sequence: int
    modified: datetime
    reminds: list[tuple[timedelta, str]]
    notes: str


def met(event: Any) -> Met:  # noqa: ANN401 -- the library's types are wider than its values
    return Met(
        str(event["UID"]),
        event["DTSTART"].dt,
        event["DTEND"].dt,
        int(event["SEQUENCE"]),
        event["LAST-MODIFIED"].dt,
        [(one["TRIGGER"].dt, one["TRIGGER"].params["RELATED"]) for one in event.walk("VALARM")],
        str(event.get("DESCRIPTION", "")),
    )


async def entries(house: TestHouse, url: str) -> dict[str, Met]:
    """What a calendar library finds behind a link, by summary; a strict check finds no fault."""
    answer = await opened(house, url)
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "text/calendar; charset=utf-8"
    assert faults(answer.content) == []
    found = Calendar.from_ical(answer.content)
    assert not found.errors
    return {str(one["SUMMARY"]): met(one) for one in found.walk("VEVENT")}


def to_visit(found: dict[str, Met]) -> tuple[str, Met]:
    return next((what, one) for what, one in found.items() if what.startswith("月底前须拜访"))


async def test_the_link_is_private_and_reads_what_is_owed(reachable: TestHouse) -> None:
    house = reachable
    await house.zhangwei.says("投诉 螺栓锈蚀；第3批, 约200件")
    await house.settle()
    url = await link(house)
    assert url.startswith(f"{OUTSIDE}/calendar/")
    found = await entries(house, url)
    first = found["C-2026-0001 首次答复"]
    assert first.ends == BEGUN + timedelta(hours=24)
    assert first.begins < first.ends
    assert first.reminds == [(-timedelta(hours=1), "END")]
    assert first.notes == "华强"
    assert to_visit(found)[1].begins == date(2026, 10, 30), "the month's last working day"


async def test_what_is_done_drops_out_and_names_stay(reachable: TestHouse) -> None:
    house = reachable
    await house.zhangwei.says("投诉 螺栓锈蚀")
    await house.settle()
    url = await link(house)
    before = await entries(house, url)
    await house.advance(hours=1)
    await house.lina.says("/case_reply C-2026-0001 text: 已换货")
    await house.settle()
    await house.lina.says("/visit 宁波精工 谈了Q3")
    await house.settle()
    after = await entries(house, url)
    assert "C-2026-0001 首次答复" in before
    assert "C-2026-0001 首次答复" not in after
    assert before["C-2026-0001 解决方案"].uid == after["C-2026-0001 解决方案"].uid
    (earlier, was), (later, now) = to_visit(before), to_visit(after)
    assert "宁波精工" in earlier
    assert "宁波精工" not in later
    assert (now.uid, now.sequence) == (was.uid, was.sequence + 1)
    assert now.modified > was.modified


async def test_birthdays_and_holidays_that_come_keep_their_names(reachable: TestHouse) -> None:
    house = reachable
    await house.lina.says("/contact_birthday 华强 contact: 张伟 birthday: 10月27日")
    await house.lina.says("/customer_since 华强 2019-11-20")
    await house.settle()
    url = await link(house)
    before = await entries(house, url)
    assert before["华强张伟生日"].begins == date(2026, 10, 27)
    assert before["与华强合作7周年"].begins == date(2026, 11, 20)
    assert before["给客户送元旦祝福"].begins == date(2027, 1, 1)
    await house.advance(days=11)
    planned = await entries(house, url)
    assert planned["华强张伟生日"].uid == before["华强张伟生日"].uid
    assert planned["华强张伟生日"].sequence > before["华强张伟生日"].sequence
    await house.lina.presses("发送祝福", on="华强张伟生日")
    await house.settle()
    assert "华强张伟生日" not in await entries(house, url)


async def test_nothing_confidential_stands_in_it(reachable: TestHouse) -> None:
    house = reachable

    def move(db: Transaction) -> None:
        people.place(db, WULEI, {"finance": True})

    await house.core.database.write(move)
    await house.zhao.says("/bank_add 华强 账号：6222021234567890128 户名：华强")
    await house.settle()
    await house.zhao.answers(bank="海曙支行")
    await house.settle()
    await house.wulei.says("/today")
    await house.wulei.says("/calendar")
    await house.settle()
    assert house.wulei.sees("待确认的银行账户：华强"), house.wulei.reads()
    url = next(url for url in reversed(house.wulei.links()) if calendars.PATH in url)
    answer = await opened(house, url)
    assert "账户" not in answer.text
    assert "622202" not in answer.text


async def test_who_stands_in_sees_it_too(reachable: TestHouse) -> None:
    house = reachable
    await house.zhangwei.says("投诉 螺栓锈蚀")
    await house.settle()
    await house.zhouqiang.says("/away 10月20日 deputy: 李娜")
    await house.settle()
    found = await entries(house, await link(house))
    assert any(what.startswith("代周强：月底前须拜访") for what in found), list(found)


async def test_a_new_link_ends_the_one_before_and_an_end_ends_all(reachable: TestHouse) -> None:
    house = reachable
    first = await link(house)
    assert await link(house) == first, "it can be shown again"
    await house.lina.presses("换一个链接")
    await house.settle()
    second = newest(house)
    assert second != first
    assert first not in house.lina.links(), "the card that showed it is drawn anew"
    assert (await opened(house, first)).status_code == 404
    assert (await opened(house, second)).status_code == 200
    await house.lina.presses("停用链接")
    await house.settle()
    assert house.lina.sees("您的日历链接已停用"), house.lina.reads()
    ended, never = await opened(house, second), await opened(house, "/calendar/never.ics")
    assert (ended.status_code, ended.content) == (404, never.content)
    await house.lina.says("/calendar_end")
    await house.settle()
    assert house.lina.sees("您没有日历链接"), house.lina.reads()


async def test_it_is_never_shown_where_others_read(reachable: TestHouse) -> None:
    house = reachable
    await house.lina.says("/calendar", where="质量与个案")
    await house.settle()
    assert f"{calendars.PATH}/" not in house.wang.reads(where="质量与个案")
    assert "您的手机日历订阅" not in house.wang.reads(where="质量与个案")
    assert (await opened(house, newest(house))).status_code == 200


async def test_who_leaves_has_no_calendar_any_more(reachable: TestHouse) -> None:
    house = reachable
    url = await link(house)
    await house.zhao.says("/person_leave person: 李娜 successor: 周强 at_once: 是")
    await house.settle()
    assert (await opened(house, url)).status_code == 404
    await house.core.database.write(lambda db: people.set_active(db, LINA, active=True))
    assert (await opened(house, url)).status_code == 404, "a new one is to be asked for"


async def test_whoever_has_it_as_it_is_is_told_so(reachable: TestHouse) -> None:
    house = reachable
    url = await link(house)
    whole = await opened(house, url)
    again = await opened(house, url, **{"If-None-Match": f'"x", W/{whole.headers["etag"]}'})
    assert (again.status_code, again.content) == (304, b"")
    head = await opened(house, url, "HEAD")
    assert (head.status_code, head.content) == (200, b"")
    assert head.headers["etag"] == whole.headers["etag"]
    assert int(head.headers["content-length"]) == len(whole.content)
    assert whole.headers["cache-control"] == "private, no-cache"
    assert (await opened(house, url, "POST")).status_code == 405
    await house.advance(hours=1)
    assert (await opened(house, url)).headers["etag"] == whole.headers["etag"]


async def test_without_an_address_outside_it_says_what_is_missing(house: TestHouse) -> None:
    await house.lina.says("/calendar")
    await house.settle()
    if house.platform == "web":  # the rehearsal's own address opens on this machine
        assert newest(house).startswith("http://127.0.0.1:8080/calendar/")
        return
    assert house.lina.sees("还没有设置PUBLIC_URL"), house.lina.reads()
    assert await house.read(lambda db: feeds.of(db, LINA)) is None


async def test_the_secret_is_in_no_log_and_kept_sealed(
    reachable: TestHouse, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    house = reachable
    log_events("json")
    url = await link(house)
    secret = url.rpartition("/")[2].removesuffix(".ics")
    assert len(secret) == 43
    await opened(house, url)
    await opened(house, url.replace(secret, secret[:-1]))
    monkeypatch.setattr("bot.agenda.Scribe.written", fails)
    with pytest.raises(RuntimeError, match="a bug"):
        await opened(house, url)
    out, err = capfd.readouterr()
    assert secret not in out + err
    kept = await house.read(lambda db: feeds.of(db, LINA))
    assert kept is not None
    assert secret not in kept.sealed
    assert kept.digest == calendars.digest(secret)


def fails(*_: object) -> bytes:
    raise RuntimeError("a bug")


async def test_the_secret_lies_nowhere_in_the_database(reachable: TestHouse) -> None:
    house = reachable
    secret = (await link(house)).rpartition("/")[2].removesuffix(".ics")
    elsewhere = {"room_message"} if house.platform == "web" else set()  # what its people read
    with source(house.core.database.url) as standing:
        found = {
            shape.name
            for shape in standing.shapes()
            if secret in json.dumps([list(row) for row in standing.rows(shape)], default=str)
        }
    assert found <= elsewhere


async def test_a_link_whose_key_is_gone_still_opens(reachable: TestHouse) -> None:
    from storage.keyring import Keyring

    house = reachable
    url = await link(house)
    house.core.database.keyring = Keyring((b"another key",))
    assert (await opened(house, url)).status_code == 200
    await house.lina.says("/calendar")
    await house.settle()
    assert house.lina.sees("无法再次显示"), house.lina.reads()


async def test_planned_visits_and_meetings_stand_in_it(reachable: TestHouse) -> None:
    house = reachable
    await house.lina.says("/plan 华强 明天下午2点 谈年度合同")
    await house.settle()
    await house.lina.says("/meeting 11月6日 14:00 华强")
    await house.settle()
    url = await link(house)
    first = await opened(house, url)
    assert not faults(first.content)
    text = first.text.replace("\r\n ", "")
    assert "拜访华强" in text
    assert "客户会议" in text
    assert "谈年度合同" not in text, "what it is about stays with us"
    assert "DTSTART:20261015T060000Z" in text
    await house.lina.presses("改期", on="拜访已约定：华强")
    await house.settle()
    await house.lina.answers(at="后天 9:30")
    await house.settle()
    moved = (await opened(house, url)).text
    assert "DTSTART:20261016T013000Z" in moved
    assert "DTSTART:20261015T060000Z" not in moved
