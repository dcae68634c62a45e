"""What a reader sees of days, moments, spans, money and words within words."""

from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from bot.words import CHINESE, ENGLISH, Catalogues, Reader
from commands.kit.card import OUTSIDE, PUBLIC, STAFF, only
from commands.kit.money import Money
from commands.kit.people import Department
from commands.kit.words import T, Value, decode, encode, listed

SHANGHAI = ZoneInfo("Asia/Shanghai")
NOW = datetime(2026, 10, 14, 2, 0, tzinfo=UTC)  # a Wednesday, 10:00 in Shanghai
TODAY = date(2026, 10, 14)
CATALOGUES: Catalogues = {
    "zh": {
        "first reply": "首次答复",
        "{what}: due {due:clock}": "{due:clock}前须{what}",
        "{a}, {b}": "{a}、{b}",
        "{n} case": "{n}个个案",
    }
}


def reader(language: str, zone: ZoneInfo = SHANGHAI, now: datetime = NOW) -> Reader:
    return Reader(language, zone, now, CATALOGUES)


def said(value: Value, how: str = "", language: str = ENGLISH, zone: ZoneInfo = SHANGHAI) -> str:
    """A value alone, shown one way."""
    return reader(language, zone).say(T("{it:" + how + "}" if how else "{it}", it=value))


@pytest.mark.parametrize(
    ("days", "english", "chinese"),
    [
        (-3, "11 Oct", "10月11日"),
        (-2, "12 Oct", "前天（10月12日）"),
        (-1, "yesterday (13 Oct)", "昨天（10月13日）"),
        (0, "today (14 Oct)", "今天（10月14日）"),
        (1, "tomorrow (15 Oct)", "明天（10月15日）"),
        (2, "16 Oct", "后天（10月16日）"),
        (3, "17 Oct", "10月17日"),
        (79, "1 Jan 2027", "2027年1月1日"),
        (-287, "31 Dec 2025", "2025年12月31日"),
    ],
)
def test_a_day_is_near_or_has_its_date(days: int, english: str, chinese: str) -> None:
    day = TODAY + timedelta(days=days)
    assert said(day, "near") == english
    assert said(day, "near", CHINESE) == chinese


def test_a_day_alone_is_its_date() -> None:
    assert said(TODAY) == "14 Oct"
    assert said(TODAY, language=CHINESE) == "10月14日"
    assert said(date(2027, 3, 5), language=CHINESE) == "2027年3月5日"


def test_a_day_can_have_its_weekday() -> None:
    friday = date(2026, 10, 16)
    assert said(friday, "weekday") == "Fri 16 Oct"
    assert said(friday, "weekday", CHINESE) == "10月16日（周五）"
    assert said(date(2027, 1, 1), "weekday") == "Fri 1 Jan 2027"
    assert said(date(2027, 1, 1), "weekday", CHINESE) == "2027年1月1日（周五）"


@pytest.mark.parametrize(
    ("offset", "english", "chinese"),
    [
        (0, "Wednesday", "周三"),
        (2, "Friday", "周五"),
        (4, "Sunday", "周日"),
        (5, "Monday", "周一"),
    ],
)
def test_a_day_can_be_its_name(offset: int, english: str, chinese: str) -> None:
    day = TODAY + timedelta(days=offset)
    assert said(day, "name") == english
    assert said(day, "name", CHINESE) == chinese


@pytest.mark.parametrize(
    ("at", "english", "chinese"),
    [
        (datetime(2026, 10, 14, 6, 10, tzinfo=UTC), "today 14:10", "今天14:10"),
        (datetime(2026, 10, 13, 15, 59, tzinfo=UTC), "yesterday 23:59", "昨天23:59"),
        (datetime(2026, 10, 13, 16, 0, tzinfo=UTC), "today 00:00", "今天00:00"),
        (datetime(2026, 10, 14, 16, 0, tzinfo=UTC), "tomorrow 00:00", "明天00:00"),
        (datetime(2026, 10, 16, 1, 5, tzinfo=UTC), "16 Oct 09:05", "后天09:05"),
        (datetime(2026, 10, 20, 1, 0, tzinfo=UTC), "20 Oct 09:00", "10月20日09:00"),
        (datetime(2025, 10, 14, 1, 0, tzinfo=UTC), "14 Oct 2025 09:00", "2025年10月14日09:00"),
    ],
)
def test_a_moment_by_the_clock(at: datetime, english: str, chinese: str) -> None:
    assert said(at, "clock") == english
    assert said(at, "clock", CHINESE) == chinese


def test_a_moment_alone_has_its_date() -> None:
    assert said(NOW) == "14 Oct 10:00"
    assert said(NOW, language=CHINESE) == "10月14日10:00"


def test_a_moment_is_shown_in_the_reader_s_zone_whatever_zone_it_is_in() -> None:
    tokyo = NOW.astimezone(timezone(timedelta(hours=9)))
    assert said(tokyo, "clock") == "today 10:00"
    assert said(NOW, "clock", zone=ZoneInfo("America/New_York")) == "today 22:00"
    assert said(NOW, zone=ZoneInfo("America/New_York")) == "13 Oct 22:00"
    assert said(NOW, "clock", zone=ZoneInfo("Asia/Kathmandu")) == "today 07:45"


def test_the_reader_s_own_day_is_today() -> None:
    """While it is the fourteenth in Shanghai it is still the thirteenth in New York."""
    assert said(TODAY, "near", zone=ZoneInfo("America/New_York")) == "tomorrow (14 Oct)"
    assert said(TODAY, "near", CHINESE, ZoneInfo("America/New_York")) == "明天（10月14日）"


def test_a_new_year_begins_in_the_reader_s_zone() -> None:
    eve = datetime(2026, 12, 31, 16, 30, tzinfo=UTC)
    first = date(2027, 1, 1)
    assert reader(ENGLISH, now=eve).say(T("{day}", day=first)) == "1 Jan"
    assert reader(ENGLISH, ZoneInfo("UTC"), eve).say(T("{day}", day=first)) == "1 Jan 2027"


@pytest.mark.parametrize(
    ("span", "english", "chinese"),
    [
        (timedelta(), "0 min", "0分钟"),
        (timedelta(seconds=29), "0 min", "0分钟"),
        (timedelta(seconds=-1), "0 min", "0分钟"),
        (timedelta(minutes=45), "45 min", "45分钟"),
        (timedelta(minutes=59, seconds=40), "1 h", "1小时"),
        (timedelta(hours=3), "3 h", "3小时"),
        (timedelta(hours=3, minutes=59, seconds=58), "4 h", "4小时"),
        (timedelta(hours=3, minutes=5), "3 h 5 min", "3小时5分钟"),
        (timedelta(days=2), "48 h", "48小时"),
        (timedelta(hours=71, minutes=30), "71 h 30 min", "71小时30分钟"),
        (timedelta(days=3), "3 d", "3天"),
        (timedelta(days=3, hours=4, minutes=5), "3 d 4 h", "3天4小时"),
        (timedelta(days=40, minutes=5), "40 d", "40天"),
    ],
)
def test_a_span(span: timedelta, english: str, chinese: str) -> None:
    assert said(span) == english
    assert said(span, language=CHINESE) == chinese


@pytest.mark.parametrize(
    ("money", "shown"),
    [
        (Money(Decimal(35000), "CNY"), "¥35,000"),
        (Money(Decimal("1200.50"), "USD"), "$1,200.50"),
        (Money(Decimal("0.05"), "EUR"), "€0.05"),
        (Money(Decimal(500), "HKD"), "HKD 500"),
    ],
)
def test_money_has_its_currency(money: Money, shown: str) -> None:
    assert said(money) == said(money, language=CHINESE) == shown


def test_numbers() -> None:
    assert said(8) == "8"
    assert said(Decimal("1234567.80")) == "1,234,567.80"


def test_somebody_s_own_words_are_shown_as_they_are() -> None:
    assert reader(CHINESE).say("first reply") == "first reply"
    assert said("{a} first reply {day:near}", language=CHINESE) == "{a} first reply {day:near}"


def test_words_within_words_are_translated_too() -> None:
    words = T("{what}: due {due:clock}", what=T("first reply"), due=NOW)
    assert reader(ENGLISH).say(words) == "first reply: due today 10:00"
    assert reader(CHINESE).say(words) == "今天10:00前须首次答复"


def test_a_sentence_without_chinese_is_said_in_english() -> None:
    assert (
        reader(CHINESE).say(T("Not there: {what}", what=T("first reply"))) == "Not there: 首次答复"
    )


def test_a_value_that_is_missing_or_unknown_is_a_dash() -> None:
    assert reader(ENGLISH).say(T("Excused ({reason})", reason=None)) == "Excused (—)"
    assert reader(CHINESE).say(T("Excused ({reason})")) == "Excused (—)"


def test_an_unknown_way_of_showing_is_the_plain_one() -> None:
    assert said(TODAY, "nonsense") == "14 Oct"
    assert said(NOW, "nonsense") == "14 Oct 10:00"


@pytest.mark.parametrize(
    ("n", "english"), [(0, "0 cases"), (1, "1 case"), (2, "2 cases"), (21, "21 cases")]
)
def test_english_counts_and_chinese_need_not(n: int, english: str) -> None:
    words = T("{n} case", "{n} cases", n=n)
    assert reader(ENGLISH).say(words) == english
    assert reader(CHINESE).say(words) == f"{n}个个案"


def test_an_enumeration_is_joined_as_its_language_joins() -> None:
    several = listed(["宁波精工", T("first reply"), "华强"])
    assert reader(ENGLISH).say(several) == "宁波精工, first reply, 华强"
    assert reader(CHINESE).say(several) == "宁波精工、首次答复、华强"
    assert listed(["华强"]) == "华强"
    assert listed([]) == "—"


@pytest.mark.parametrize(
    "value",
    [
        None,
        "text",
        True,
        7,
        T("first reply"),
        T("{n} case", "{n} cases", n=3),
        T("{what}: due {due:clock}", what=T("first reply"), due=NOW),
        TODAY,
        NOW,
        timedelta(hours=3, minutes=5),
        Decimal("1200.50"),
        Money(Decimal("1200.50"), "USD"),
    ],
)
def test_words_kept_in_rows_come_back_as_they_were(value: Value) -> None:
    assert decode(encode(value)) == value


def test_what_no_word_may_hold_is_refused_before_it_is_kept() -> None:
    with pytest.raises(TypeError, match="not float"):
        encode(T("{share}", share=0.5))  # type: ignore[arg-type]


SALES, QUALITY = Department.SALES, Department.QUALITY


def staff(*departments: Department, place: bool = False) -> Reader:
    return Reader(ENGLISH, SHANGHAI, NOW, {}, departments=frozenset(departments), place=place)


OUTSIDER = Reader(ENGLISH, SHANGHAI, NOW, {}, outside=True)


def test_somebody_outside_sees_what_is_public_alone() -> None:
    assert OUTSIDER.may_see(PUBLIC)
    assert OUTSIDER.may_see(OUTSIDE)
    assert not OUTSIDER.may_see(STAFF)
    assert not OUTSIDER.may_see(only(SALES))


def test_a_person_sees_what_any_department_of_theirs_may_see() -> None:
    assert staff(SALES).may_see(STAFF)
    assert staff(SALES, QUALITY).may_see(only(SALES))
    assert not staff(QUALITY).may_see(only(SALES))
    assert not staff(SALES).may_see(OUTSIDE)


def test_a_place_shows_what_all_of_its_departments_may_see() -> None:
    assert staff(SALES, place=True).may_see(only(SALES, QUALITY))
    assert not staff(SALES, QUALITY, place=True).may_see(only(SALES))
    assert not staff(place=True).may_see(only(SALES))
