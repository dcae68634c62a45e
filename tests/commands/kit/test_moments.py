"""What people write for a moment, and what the wall clock of a zone makes of it."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from commands.kit.date_rules import Prefer
from commands.kit.dates import NotAMoment, parse_moment

SHANGHAI = ZoneInfo("Asia/Shanghai")
BERLIN = ZoneInfo("Europe/Berlin")
NOW = datetime(2026, 10, 14, 14, 0, tzinfo=SHANGHAI)  # a Wednesday

MOMENTS = {
    "10点": "14T10:00",
    "10点钟": "14T10:00",
    "15点": "13T15:00",
    "15:40": "13T15:40",
    "14:00": "14T14:00",
    "15：40": "13T15:40",
    "3:40pm": "13T15:40",
    "3 p.m.": "13T15:00",
    "at 9am": "14T09:00",
    "12am": "14T00:00",
    "12pm": "14T12:00",
    "9 o'clock": "14T09:00",
    "noon": "14T12:00",
    "中午": "14T12:00",
    "24:00": "14T00:00",
    "下午3点半": "13T15:30",
    "下午一点": "14T13:00",
    "上午十点一刻": "14T10:15",
    "早上8点零五分": "14T08:05",
    "凌晨12点": "14T00:00",
    "晚上八点四十": "13T20:40",
    "昨天下午3点": "13T15:00",
    "昨天 下午 3 点 半": "13T15:30",
    "昨晚8点": "13T20:00",
    "今早8点": "14T08:00",
    "昨天晚上12点": "14T00:00",
    "昨天中午": "13T12:00",
    "13号10点": "13T10:00",
    "周二下午三点": "13T15:00",
    "10月13日15:40": "13T15:40",
    "2026-10-13 15:40": "13T15:40",
    "2026-10-13T15:40:20": "13T15:40",
    "10/13 15:40": "13T15:40",
    "yesterday 3pm": "13T15:00",
    "Yesterday at 3:40 PM": "13T15:40",
    "3pm yesterday": "13T15:00",
    "9:30 on 13 Oct": "13T09:30",
    "20分钟前": "14T13:40",
    "二十分钟前": "14T13:40",
    "半小时前": "14T13:30",
    "半个小时前": "14T13:30",
    "一个半小时前": "14T12:30",
    "2小时前": "14T12:00",
    "两个小时以前": "14T12:00",
    "1小时20分钟前": "14T12:40",
    "3 小时 后": "14T17:00",
    "an hour ago": "14T13:00",
    "half an hour ago": "14T13:30",
    "1.5 hours ago": "14T12:30",
    "an hour and a half ago": "14T12:30",
    "20 min ago": "14T13:40",
    "in 2 hours": "14T16:00",
    "刚才": "14T14:00",
    "just now": "14T14:00",
    "Now": "14T14:00",
}


@pytest.mark.parametrize(("words", "wall"), MOMENTS.items())
def test_a_moment_is_read_off_the_wall_clock(words: str, wall: str) -> None:
    at = parse_moment(words, NOW, SHANGHAI)
    assert at.tzinfo is UTC
    assert at == datetime.fromisoformat(f"2026-10-{wall}:00+08:00")


@pytest.mark.parametrize(
    "words",
    ["", "昨天", "3天前", "15", "1540", "25:00", "24:01", "10:60", "99点", "晚上1点", "上午15点",
     "13am", "0pm", "下午3pm", "05/12 15:40", "前", "in 2 hours ago", "昨天10点谈了", "10点" * 99],
)  # fmt: skip
def test_what_is_no_moment_is_refused(words: str) -> None:
    with pytest.raises(NotAMoment):
        parse_moment(words, NOW, SHANGHAI)


@pytest.mark.parametrize(
    ("words", "wall"), {"10点": "15T10:00", "15:40": "14T15:40", "明天9点": "15T09:00"}.items()
)
def test_a_time_that_is_over_is_tomorrows_where_the_future_is_meant(words: str, wall: str) -> None:
    at = parse_moment(words, NOW, SHANGHAI, prefer="future")
    assert at == datetime.fromisoformat(f"2026-10-{wall}:00+08:00")


def test_the_day_is_that_of_the_zone_and_not_of_utc() -> None:
    now = datetime(2026, 10, 13, 17, 0, tzinfo=UTC)  # 01:00 on the 14th in Shanghai
    assert parse_moment("昨天9点", now, SHANGHAI) == datetime(2026, 10, 13, 1, 0, tzinfo=UTC)


def test_a_skipped_time_moves_forward_by_what_was_skipped() -> None:
    at = parse_moment("2026-03-29 02:30", NOW, BERLIN)
    assert at == datetime(2026, 3, 29, 1, 30, tzinfo=UTC)


def test_a_time_shown_twice_is_the_first() -> None:
    at = parse_moment("2026-10-25 02:30", NOW, BERLIN)
    assert at == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)


def test_hours_ago_are_hours_that_passed() -> None:
    now = datetime(2026, 3, 29, 3, 30, tzinfo=BERLIN)  # half an hour after two o'clock became three
    assert parse_moment("1小时前", now, BERLIN) == datetime(2026, 3, 29, 0, 30, tzinfo=UTC)


pieces = st.sampled_from([*MOMENTS, *"上下月日号年前后十两半3/-:.，（） atpmİıſⅣ㏠①½９٣"])
texts = st.text(max_size=120) | st.lists(pieces, max_size=8).map("".join)
ways: st.SearchStrategy[Prefer] = st.sampled_from(["past", "future"])


@given(texts, st.datetimes(timezones=st.just(UTC)), st.timezones(), ways)
@example("0:00", datetime.min.replace(tzinfo=UTC), ZoneInfo("America/New_York"), "past")
@example("明天24:00", datetime.max.replace(tzinfo=UTC), SHANGHAI, "past")
@example("9999小时前", datetime.min.replace(tzinfo=UTC), SHANGHAI, "past")
def test_any_answer_is_a_moment_or_is_refused(
    text: str, now: datetime, zone: ZoneInfo, prefer: Prefer
) -> None:
    try:
        at = parse_moment(text, now, zone, prefer)
    except NotAMoment:
        return
    assert at.utcoffset() == timedelta()


@pytest.mark.parametrize("scrap", [" ", "3", "十", "昨天", "3pm ", "10月13日 ", "半小时"])
def test_a_long_text_costs_no_more_than_its_length(scrap: str) -> None:
    with pytest.raises(NotAMoment):
        parse_moment(scrap * (500_000 // len(scrap)), NOW, SHANGHAI)
