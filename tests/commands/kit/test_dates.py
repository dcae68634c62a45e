"""What people write for a day, and what only looks like one."""

from datetime import date

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from commands.kit.date_rules import JustPast, Prefer
from commands.kit.dates import (
    AmbiguousDate,
    Found,
    NotADate,
    leading_date,
    parse_date,
)

TODAY = date(2026, 10, 14)  # a Wednesday

DAYS = {
    "今天": "2026-10-14",
    "今日": "2026-10-14",
    "今早": "2026-10-14",
    "昨天": "2026-10-13",
    "昨晚": "2026-10-13",
    "前天": "2026-10-12",
    "大前天": "2026-10-11",
    "明天": "2026-10-15",
    "后天": "2026-10-16",
    "大后天": "2026-10-17",
    "周五": "2026-10-09",
    "星期五": "2026-10-09",
    "礼拜五": "2026-10-09",
    "周三": "2026-10-14",
    "周二": "2026-10-13",
    "周四": "2026-10-08",
    "星期天": "2026-10-11",
    "上周五": "2026-10-09",
    "上个星期一": "2026-10-05",
    "上上周一": "2026-09-28",
    "上周日": "2026-10-11",
    "上周天": "2026-10-11",
    "本周五": "2026-10-16",
    "这周五": "2026-10-16",
    "这个周一": "2026-10-12",
    "下周五": "2026-10-23",
    "下下周一": "2026-10-26",
    "10月13日": "2026-10-13",
    "10月13号": "2026-10-13",
    "十月十三日": "2026-10-13",
    "十二月三十一日": "2025-12-31",
    "10月15日": "2025-10-15",
    "2月29日": "2024-02-29",
    "13号": "2026-10-13",
    "14号": "2026-10-14",
    "二十号": "2026-09-20",
    "31号": "2026-08-31",
    "5日": "2026-10-05",
    "2026年10月13日": "2026-10-13",
    "2026 年 10 月 13 日": "2026-10-13",
    "26年1月2日": "2026-01-02",
    "去年10月13日": "2025-10-13",
    "明年1月5号": "2027-01-05",
    "２０２６年１０月１３日": "2026-10-13",
    "10月13日（周二）": "2026-10-13",
    "3天前": "2026-10-11",
    "三天前": "2026-10-11",
    "十二天前": "2026-10-02",
    "两天后": "2026-10-16",
    "3天以前": "2026-10-11",
    "一周前": "2026-10-07",
    "两个星期后": "2026-10-28",
    "上个月5号": "2026-09-05",
    "上月5日": "2026-09-05",
    "下个月5号": "2026-11-05",
    "本月20号": "2026-10-20",
    "today": "2026-10-14",
    "Yesterday": "2026-10-13",
    "tomorrow": "2026-10-15",
    "day before yesterday": "2026-10-12",
    "the day  before yesterday": "2026-10-12",
    "day after tomorrow": "2026-10-16",
    "last night": "2026-10-13",
    "monday": "2026-10-12",
    "mon": "2026-10-12",
    "on Thursday": "2026-10-08",
    "wednesday": "2026-10-14",
    "sat": "2026-10-10",
    "last friday": "2026-10-09",
    "this Friday": "2026-10-16",
    "next friday": "2026-10-23",
    "3 days ago": "2026-10-11",
    "a week ago": "2026-10-07",
    "two weeks ago": "2026-09-30",
    "in 2 days": "2026-10-16",
    "10 days from now": "2026-10-24",
    "13 Oct": "2026-10-13",
    "13 october": "2026-10-13",
    "October 13th": "2026-10-13",
    "Oct. 13": "2026-10-13",
    "Oct 13 2026": "2026-10-13",
    "Oct 13, 2025": "2025-10-13",
    "13th of October 2026": "2026-10-13",
    "Tuesday, 13 October 2026": "2026-10-13",
    "2 sept": "2026-09-02",
    "5 may": "2026-05-05",
    "May 5 2026": "2026-05-05",
    "2026-10-13": "2026-10-13",
    "2026/10/13": "2026-10-13",
    "2026.10.3": "2026-10-03",
    "13/10/2026": "2026-10-13",
    "10/13/2026": "2026-10-13",
    "10/13": "2026-10-13",
    "05/05": "2026-05-05",
}

SENTENCES = {
    "昨天谈了Q3": "昨天",
    "，：昨天 谈了Q3": "昨天",
    "  昨天,谈了Q3": "昨天",
    "今天下午去了华强": "今天",
    "周一到华强": "周一",
    "周五前往宁波": "周五",
    "于10月13日到货": "于10月13日",
    "10月13日前往宁波": "10月13日",
    "10月13日内部会议": "10月13日",
    "10月13 谈了涨价": "10月13",
    "昨天起草了合同": "昨天",
    "5号去了华强": "5号",
    "5号，华强": "5号",
    "５号去了华强": "５号",
    "3天前 客户来电": "3天前",
    "Monday去了华强": "Monday",
    "on Monday visited Huaqiang": "on Monday",
    "on Sat visited Huaqiang": "on Sat",
    "Sat: visited Huaqiang": "Sat",
    "Sun, with Mr Li": "Sun",
    "May 5 visited Huaqiang": "May 5",
    "13 Oct 2000 bolts arrived": "13 Oct",
    "2026-10-13. Batch 3 is rusty": "2026-10-13",
    "10/13拜访华强": "10/13",
    "yesterday, 10 bolts": "yesterday",
}

TRAPS = [
    "",
    "，",
    "3批螺栓锈蚀",
    "5号机停了",
    "5号线",
    "5号楼",
    "13号仓",
    "2号炉",
    "3号门",
    "7号车",
    "1号厂",
    "5号电池",
    "5号产线",
    "5日元",
    "3日本客户",
    "5月产量",
    "3天",
    "1.5天前",
    "三四天前",
    "二三号",
    "一百二十号",
    "八月十五",
    "10月13批",
    "10月13日前寄出",
    "10月13日以后",
    "周五之前",
    "周一至周五",
    "周一到周五",
    "每周五",
    "32号",
    "mondays",
    "today's visit",
    "todayish",
    "monday to friday",
    "may be late",
    "may",
    "13 may be rusty",
    "march on",
    "sat down with Li",
    "wed in June",
    "sun damage on 3 bolts",
    "second batch",
    "3 days",
    "in 2 daylong meetings",
    "10-13",
    "10.13",
    "10-13号机",
    "20261013",
    "2026-10-13-001",
    "2026-10-1345",
    "05/12/26",
    "24/7 support",
    "1/3 of the bolts",
    "2/3合格",
    '1/2" pipe',
    "50/50",
    "0/5",
    "-3天前",
    "华强昨天",
]

AMBIGUOUS = {
    "05/12/2026": ("2026-05-12", "2026-12-05"),
    "5-12-2026": ("2026-05-12", "2026-12-05"),
    "05/12": ("2025-12-05", "2026-05-12"),
    "05/12 谈了Q3": ("2025-12-05", "2026-05-12"),
    "10/11": ("2025-11-10", "2026-10-11"),
    "Fri 13 Oct": ("2026-10-09", "2026-10-13"),
    "10月13日（周五）": ("2026-10-09", "2026-10-13"),
}


@pytest.mark.parametrize(("words", "day"), DAYS.items())
def test_a_day_is_read_alone_and_at_the_start_of_a_sentence(words: str, day: str) -> None:
    expected = date.fromisoformat(day)
    assert parse_date(words, TODAY) == expected
    assert parse_date(f" {words}。\n", TODAY) == expected
    assert leading_date(words, TODAY) == Found(expected, 0, len(words))
    assert leading_date(f" ，{words}, 华强", TODAY) == Found(expected, 2, len(words) + 2)


@pytest.mark.parametrize(("sentence", "words"), SENTENCES.items())
def test_only_the_words_of_the_day_are_taken_from_a_sentence(sentence: str, words: str) -> None:
    found = leading_date(sentence, TODAY)
    assert found is not None
    assert sentence[found.start : found.end] == words


@pytest.mark.parametrize("sentence", TRAPS)
def test_what_only_looks_like_a_day_is_left_in_the_sentence(sentence: str) -> None:
    assert leading_date(sentence, TODAY) is None


@pytest.mark.parametrize(("words", "days"), AMBIGUOUS.items())
def test_a_day_that_could_be_two_is_never_chosen(words: str, days: tuple[str, str]) -> None:
    with pytest.raises(AmbiguousDate) as caught:
        leading_date(words, TODAY)
    assert caught.value.readings == tuple(date.fromisoformat(day) for day in days)


@pytest.mark.parametrize(
    ("words", "day"),
    {
        "周五": "2026-10-16",
        "周三": "2026-10-14",
        "周二": "2026-10-20",
        "上周五": "2026-10-09",
        "3月1日": "2027-03-01",
        "7月13日": "2027-07-13",
        "明年10月13日": "2027-10-13",
        "今年10月13日": "2026-10-13",
        "10月14日": "2026-10-14",
        "10月15日": "2026-10-15",
        "2月29日": "2028-02-29",
        "13号": "2026-11-13",
        "31号": "2026-10-31",
        "friday": "2026-10-16",
        "1 Mar": "2027-03-01",
        "13 Oct 2027": "2027-10-13",
        "13/12": "2026-12-13",
    }.items(),
)
def test_the_nearest_day_to_come_is_read_where_the_future_is_meant(words: str, day: str) -> None:
    assert parse_date(words, TODAY, "future") == date.fromisoformat(day)


@pytest.mark.parametrize(
    ("words", "day"),
    {
        "10月13日": "2026-10-13",
        "10月1日": "2026-10-01",
        "十月一号": "2026-10-01",
        "7月14日": "2026-07-14",
        "13 Oct": "2026-10-13",
        "Oct. 1st": "2026-10-01",
        "10/13": "2026-10-13",
        "10-13": "2026-10-13",
        "09/09": "2026-09-09",
    }.items(),
)
def test_a_day_to_come_that_is_just_past_is_not_silently_the_next_years(
    words: str, day: str
) -> None:
    with pytest.raises(JustPast) as past:
        parse_date(words, TODAY, "future")
    assert (past.value.day, past.value.end) == (date.fromisoformat(day), len(words))


def test_what_was_before_the_turn_of_the_year_is_just_past_too() -> None:
    with pytest.raises(JustPast) as past:
        leading_date("on 20 Dec samples", date(2027, 1, 10), "future")
    assert past.value.day == date(2026, 12, 20)


def test_a_day_just_past_that_names_a_thing_is_no_answer() -> None:
    with pytest.raises(NotADate):
        parse_date("10月1日的货", TODAY, "future")


@pytest.mark.parametrize(
    ("answer", "day"),
    {"10-13": "2026-10-13", "10.13": "2026-10-13", "20261013": "2026-10-13"}.items(),
)
def test_an_answer_may_be_shorter_than_a_sentence_allows(answer: str, day: str) -> None:
    assert parse_date(answer, TODAY) == date.fromisoformat(day)


@pytest.mark.parametrize("answer", ["昨天谈了Q3", "5号机", "13", "", "昨天" + " " * 99 + "x"])
def test_an_answer_that_is_more_or_less_than_a_day_is_refused(answer: str) -> None:
    with pytest.raises(NotADate):
        parse_date(answer, TODAY)


def test_an_answer_in_figures_that_could_be_two_days_is_never_chosen() -> None:
    with pytest.raises(AmbiguousDate):
        parse_date("05-12", TODAY)


# Pieces of what people write find more than random characters.
pieces = st.sampled_from(
    [*DAYS, *SENTENCES, *TRAPS, *"上下月日号年前后十两3/-:.，（） atİıſⅣ㏠①½９٣"]
)
texts = st.text(max_size=120) | st.lists(pieces, max_size=8).map("".join)
days = st.dates()
ways: st.SearchStrategy[Prefer] = st.sampled_from(["past", "future"])


@given(texts, days, ways)
@example("昨天", date.min, "past")
@example("9999周后", date.max, "past")
@example("2月29日", date.min, "past")
@example("32号", date.max, "future")
def test_any_text_begins_with_a_day_or_with_two_or_with_none(
    text: str, today: date, prefer: Prefer
) -> None:
    try:
        found = leading_date(text, today, prefer)
    except (NotADate, AmbiguousDate, JustPast):
        return
    if found is not None:
        assert 0 <= found.start < found.end <= len(text)
        assert not text[: found.start].strip(" ,:，：\t\r\n\u3000") or text[: found.start].isspace()
        assert text[found.start : found.end].strip() == text[found.start : found.end]


@given(texts, days, ways)
def test_what_was_found_means_the_same_alone(text: str, today: date, prefer: Prefer) -> None:
    try:
        found = leading_date(text, today, prefer)
    except (NotADate, AmbiguousDate, JustPast):
        return
    if found is not None:
        assert parse_date(text[found.start : found.end], today, prefer) == found.value


@given(texts, days, ways)
def test_any_answer_is_a_day_or_is_refused(text: str, today: date, prefer: Prefer) -> None:
    try:
        day = parse_date(text, today, prefer)
    except (NotADate, AmbiguousDate, JustPast):
        return
    assert date.min <= day <= date.max


@given(st.dates(date(1950, 1, 1), date(2150, 1, 1)), days)
def test_a_day_written_out_is_that_day(day: date, today: date) -> None:
    for words in (day.isoformat(), f"{day:%Y/%m/%d}", f"{day.year}年{day.month}月{day.day}日"):
        assert parse_date(words, today) == day


@given(st.dates(date(1950, 1, 1), date(2150, 1, 1)), ways)
def test_a_day_without_a_year_is_on_the_side_that_was_meant(today: date, prefer: Prefer) -> None:
    for words in ("周五", "13号", "10月13日", "friday", "13 Oct", "2月29日"):
        away = (_read_or_just_past(words, today, prefer) - today).days
        assert away <= 0 if prefer == "past" else away >= -92


def _read_or_just_past(words: str, today: date, prefer: Prefer) -> date:
    try:
        return parse_date(words, today, prefer)
    except JustPast as past:
        return past.day


@pytest.mark.parametrize(
    "scrap", [" ", "，", "3", "十", "上", "13 ", "周五", "Tuesday, ", "1/", "("]
)
def test_a_long_text_costs_no_more_than_its_length(scrap: str) -> None:
    text = scrap * (500_000 // len(scrap))
    with pytest.raises((NotADate, AmbiguousDate)):
        parse_date(text, TODAY)


@pytest.mark.parametrize(
    "text", ["2月30日 谈了Q3", "13月1日谈了", "2026年2月30日", "2026-02-30 谈了", "2026-13-10"]
)
def test_a_day_that_no_calendar_has_is_no_part_of_the_notes(text: str) -> None:
    with pytest.raises(NotADate):
        leading_date(text, date(2026, 10, 14))


@pytest.mark.parametrize(
    "text", ["30月票卖完了", "12号楼", "2月30日前寄出", "May be", "2026-02-30-7"]
)
def test_what_only_looks_like_a_date_is_left_alone(text: str) -> None:
    assert leading_date(text, date(2026, 10, 14)) is None
