"""What people write for a moment, and what the wall clock of a zone makes of it."""

from contextlib import suppress
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from commands.kit.date_rules import JustPast, Prefer
from commands.kit.moments import NotAMoment, leading_moment, parse_moment

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


MORNING = datetime(2026, 10, 14, 10, 0, tzinfo=SHANGHAI)
PLANS = {
    # what is counted behind a time is no minutes of it
    "中午12点 2个人": ("14T12:00", "2个人"),
    "中午12点2个人": ("14T12:00", "2个人"),
    "下午3点20个人": ("14T15:00", "20个人"),
    "下午三点十个人": ("14T15:00", "十个人"),
    "下午3点半小时的会": ("14T15:00", "半小时的会"),
    "下午3点20分钟电话": ("14T15:00", "20分钟电话"),
    "下午3点半谈样品": ("14T15:30", "谈样品"),
    "下午3点20谈样品": ("14T15:20", "谈样品"),
    "下午三点四十 谈样品": ("14T15:40", "谈样品"),
    # from when to when
    "14:00-15:00 华强": ("14T14:00", "华强"),
    "14:00-15:00 明天": ("15T14:00", ""),
    "14：00—15：30 后天 华强": ("16T14:00", "华强"),
    "下午3点到5点 明天": ("15T15:00", ""),
    "3pm-5pm tomorrow": ("15T15:00", ""),
    "3pm to 5 tomorrow": ("15T15:00", ""),
    "下周三下午3点到5点 华强": ("21T15:00", "华强"),
    "下周三下午3-5点 华强": ("21T15:00", "华强"),
    "下周三3点-5点 华强": ("21T15:00", "华强"),
    "下周三 14:00至15:00，华强": ("21T14:00", "华强"),
    "next Wednesday from 3 to 5pm with 华强": ("21T15:00", "with 华强"),
    "from 11 to 1pm on 20 Oct": ("20T11:00", ""),
    "2点到下午4点 华强": ("14T14:00", "华强"),
    "上午9点到下午3点 10月20日 华强": ("20T09:00", "华强"),
    "10-11点 华强": ("14T10:00", "华强"),
    "明天9点半到11点，谈样品": ("15T09:30", "谈样品"),
    "tomorrow 10:00 - 2 samples": ("15T10:00", "- 2 samples"),
    # a part of a day, or a day, without a time
    "下周三上午 谈年度合同": ("21T09:00", "谈年度合同"),
    "下周三下午谈年度合同": ("21T14:00", "谈年度合同"),
    "周五晚谈年度合同": ("16T19:00", "谈年度合同"),
    "明晚 吃饭": ("15T19:00", "吃饭"),
    "明天傍晚 吃饭": ("15T18:00", "吃饭"),
    "周五中午 吃饭": ("16T12:00", "吃饭"),
    "下午 谈样品": ("14T14:00", "谈样品"),
    "上午 明天 谈样品": ("15T09:00", "谈样品"),
    "Friday morning the new samples": ("16T09:00", "the new samples"),
    "Friday afternoon, samples": ("16T14:00", "samples"),
    "tomorrow evening dinner": ("15T19:00", "dinner"),
    "this afternoon samples": ("14T14:00", "samples"),
    "tonight dinner": ("14T19:00", "dinner"),
    "tomorrow at noon lunch": ("15T12:00", "lunch"),
    "10月28日 华强": ("28T09:00", "华强"),
    # a part of a day, and the time in it
    "tomorrow afternoon at 3 samples": ("15T15:00", "samples"),
    "9:30 Friday morning samples": ("16T09:30", "samples"),
    "3:30 tomorrow afternoon": ("15T15:30", ""),
    "tonight at 8": ("14T20:00", ""),
    "明晚8点": ("15T20:00", ""),
    "明天下午3点左右 谈样品": ("15T15:00", "谈样品"),
    # nobody meets in the small hours, unless they say so
    "明天3点": ("15T15:00", ""),
    "tomorrow at 3 samples": ("15T15:00", "samples"),
    "明天03:30": ("15T03:30", ""),
    "明天凌晨3点": ("15T03:00", ""),
    # what only looks like it
    "下午3点 周五的样品": ("14T15:00", "周五的样品"),
    "14:00 13号机故障": ("14T14:00", "13号机故障"),
    "周五早点过去": ("16T09:00", "早点过去"),
    "明晚上海见": ("15T19:00", "上海见"),
    "2小时后 华强": ("14T12:00", "华强"),
    "in 2 hours 华强": ("14T12:00", "华强"),
}


@pytest.mark.parametrize(("words", "read"), PLANS.items())
def test_what_is_planned_begins_with_its_moment(words: str, read: tuple[str, str]) -> None:
    found = leading_moment(words, MORNING, SHANGHAI, "future")
    assert found is not None
    assert found.value.astimezone(SHANGHAI).isoformat() == f"2026-10-{read[0]}:00+08:00"
    assert words[found.end :].strip(" ，,") == read[1]


@pytest.mark.parametrize(
    "words", ["下午茶", "晚上1点", "9 to 5", "2 to 3 people", "3个人", "morningstar", "05/12 15:40"]
)
def test_what_is_no_moment_to_come_is_left_in_the_words(words: str) -> None:
    assert leading_moment(words, MORNING, SHANGHAI, "future") is None


@pytest.mark.parametrize("words", ["昨天上午", "this morning", "下午", "明天一早"])
def test_what_is_over_was_at_a_time_that_must_be_told(words: str) -> None:
    with pytest.raises(NotAMoment):
        parse_moment(words, NOW, SHANGHAI)


@pytest.mark.parametrize(
    ("words", "rest"),
    [
        ("10月1日 14:00 谈样品", "谈样品"),
        ("10月1日上午 谈样品", "谈样品"),
        ("14:00 10月1日 谈样品", "谈样品"),
        ("1 Oct at 2pm samples", "samples"),
    ],
)
def test_a_time_on_a_day_just_past_is_said_to_be_past(words: str, rest: str) -> None:
    with pytest.raises(JustPast) as past:
        leading_moment(words, MORNING, SHANGHAI, "future")
    assert past.value.day == date(2026, 10, 1)
    assert words[past.value.end :].strip() == rest


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
    except (NotAMoment, JustPast):
        return
    assert at.utcoffset() == timedelta()


@given(texts, ways)
def test_a_moment_ends_within_the_text(text: str, prefer: Prefer) -> None:
    with suppress(JustPast):
        found = leading_moment(text, NOW, SHANGHAI, prefer)
        assert found is None or 0 <= found.start < found.end <= len(text)


@pytest.mark.parametrize("scrap", [" ", "3", "十", "昨天", "3pm ", "10月13日 ", "半小时"])
def test_a_long_text_costs_no_more_than_its_length(scrap: str) -> None:
    with pytest.raises(NotAMoment):
        parse_moment(scrap * (500_000 // len(scrap)), NOW, SHANGHAI)
