"""Calendars are written as RFC 5545 wants them, and the check that says so finds what is wrong."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from icalendar import Calendar

from bot import locale
from bot.agenda import Scribe
from bot.words import Reader
from commands.kit.agenda import Entry
from tests.rfc5545 import faults, unfolded

BEGUN = datetime(2026, 10, 14, 2, 0, tzinfo=UTC)
LONG = "宁波精工机械有限公司第3批螺栓锈蚀约200件；客户已停线, 等回复\\请速办"
SHANGHAI = ZoneInfo("Asia/Shanghai")


def written(*entries: Entry) -> bytes:
    reader = Reader("zh", SHANGHAI, BEGUN, locale.load())
    hour = timedelta(hours=1)
    return Scribe(reader, "abc", BEGUN, hour, hour).written(entries)


def timed(name: str = "due-1", what: str = "答复") -> Entry:
    ends = BEGUN + timedelta(hours=1)
    return Entry(name, what, BEGUN, ends, BEGUN, deadline=True)


def test_long_chinese_lines_are_folded_between_characters_and_come_back_whole() -> None:
    for cut in range(30):
        words = f"{'x' * cut}{LONG}\n{LONG}😀"
        content = written(timed(what=words))
        assert faults(content) == []
        assert max(len(line) for line in content.split(b"\r\n")) <= 75
        (event,) = Calendar.from_ical(content).walk("VEVENT")
        assert str(event["SUMMARY"]) == words


def test_a_whole_day_is_a_day_in_every_zone() -> None:
    content = written(Entry("care-1", "生日", date(2026, 10, 31)))
    assert faults(content) == []
    lines = unfolded(content)
    assert "DTSTART;VALUE=DATE:20261031" in lines
    assert "DTEND;VALUE=DATE:20261101" in lines
    assert "BEGIN:VALARM" not in lines
    assert "DTSTAMP:20261014T020000Z" in lines, "when the calendar was begun"


def test_moments_are_in_universal_time() -> None:
    at = datetime(2026, 10, 14, 14, 10, tzinfo=SHANGHAI)
    lines = unfolded(written(Entry("meeting-1", "会议", at, at + timedelta(hours=1), at)))
    assert "DTSTART:20261014T061000Z" in lines
    assert "TRIGGER;RELATED=START:-PT1H" in lines
    assert "TRANSP:OPAQUE" in lines


def test_control_characters_that_somebody_sent_stay_out() -> None:
    content = written(timed(what="a\x00b\x07c\r\nBEGIN:VEVENT"))
    assert faults(content) == []
    (event,) = Calendar.from_ical(content).walk("VEVENT")
    assert str(event["SUMMARY"]) == "abc\nBEGIN:VEVENT"


def test_the_same_name_stands_once_and_the_first_is_meant() -> None:
    content = written(timed(what="一"), timed(what="二"), timed("due-2", "三"))
    found = [str(one["SUMMARY"]) for one in Calendar.from_ical(content).walk("VEVENT")]
    assert found == ["一", "三"]


def test_an_empty_calendar_is_one_too() -> None:
    assert [fault for fault in faults(written()) if "no VEVENT" not in fault] == []


@pytest.mark.parametrize(
    ("right", "wrong", "why"),
    [
        (b"CLASS:PRIVATE\r\n", b"CLASS:PRIVATE\n", "bare line end"),
        (b"END:VCALENDAR\r\n", b"END:VCALENDAR", "the last line has no end"),
        (b"UID:due-1", b"X-UID:due-1", "no UID"),
        (b"DTSTAMP:", b"X-DTSTAMP:", "no DTSTAMP"),
        (b"VERSION:2.0", b"VERSION:3.0", "is not 2.0"),
        (b"END:VALARM", b"END:VEVENT", "ends nothing"),
        (b"DTEND:20261014T030000Z", b"DTEND:20261014T010000Z", "DTEND is not after DTSTART"),
        (b"DTSTART:20261014T020000Z", b"DTSTART:20261345T020000Z", "neither moment nor day"),
        (b"DTSTART:20261014T020000Z", b"DTSTART:20261014", "lacks VALUE=DATE"),
        (b"SUMMARY:", b"SUMMARY:a;b", "is not escaped"),
        (b"SUMMARY:", b"SUMMARY:" + b"x" * 80, "octets"),
        (b"SUMMARY:", b"SUMMARY:\xe5\r\n \xae\x81", "cut within a character"),
        (b"SUMMARY:", b"SUMMARY\x00:", "no content line"),
        (b"TRIGGER;RELATED=END:-PT1H", b"TRIGGER:soon", "is no duration"),
        (b"SEQUENCE:0", b"SEQUENCE:0\r\nSEQUENCE:1", "SEQUENCE twice"),
        (b"CLASS:PRIVATE", b"COLOUR:RED", "does not belong here"),
        (b";VALUE=DURATION", b"", "lacks VALUE=DURATION"),
    ],
)
def test_the_check_finds_what_is_wrong(right: bytes, wrong: bytes, why: str) -> None:
    content = written(timed())
    assert right in content
    assert [fault for fault in faults(content.replace(right, wrong)) if why in fault]


def test_the_check_finds_a_name_that_stands_twice() -> None:
    content = written(timed("due-1"), timed("due-2"))
    twice = content.replace(b"UID:due-2", b"UID:due-1")
    assert faults(twice) == ["UID due-1@abc.headwater stands 2 times"]
