"""The phrases by which people name a day, in Chinese and English, and how each is read."""

import re
from calendar import monthrange
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final, Literal, TypeAlias

Prefer: TypeAlias = Literal["past", "future"]


@dataclass(frozen=True, slots=True)
class Asked:
    """From which day a phrase is read, and which way it looks when it could mean either."""

    today: date
    prefer: Prefer


class JustPast(Exception):
    """A day to come is meant, and the words name one of the last three months, without its year.

    They end at `end`.
    """

    def __init__(self, day: date, end: int = 0) -> None:
        self.day = day
        self.end = end
        super().__init__(f"{day} is past")


# None: the phrase is no date after all. Two: it could be either.
Readings: TypeAlias = tuple[date, ...]
Reader: TypeAlias = Callable[[re.Match[str], Asked], Readings]


@dataclass(frozen=True, slots=True)
class Rule:
    """A phrase, and how it is read.

    `read` may raise ValueError or OverflowError for no date, and JustPast.
    """

    pattern: re.Pattern[str]
    read: Reader


# --- numbers --------------------------------------------------------------------------------------

_NUMERALS: Final = {
    **{numeral: value for value, numeral in enumerate("零一二三四五六七八九")},
    "两": 2,
    "": 0,
}
_ENGLISH: Final = ("one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")
_IN_ENGLISH: Final = {
    **{word: value for value, word in enumerate(_ENGLISH, start=1)},
    "a": 1,
    "an": 1,
}

_CHINESE_NUMBER: Final = r"[一二三四五六七八九]?十[一二三四五六七八九]?|[一二两三四五六七八九]"
# Up to 99, and up to 9999 in figures.
NUMBER: Final = rf"(?:[0-9]{{1,2}}|{_CHINESE_NUMBER})"
COUNT: Final = rf"(?:[0-9]{{1,4}}|{_CHINESE_NUMBER})"
ENGLISH_COUNT: Final = rf"(?:[0-9]{{1,4}}|an?|{'|'.join(_ENGLISH)})"


def number(words: str) -> int:
    """The value of what NUMBER, COUNT or ENGLISH_COUNT matched, leading zeros allowed."""
    words = words.lower().lstrip("零〇0")
    if words.isdecimal():
        return int(words)
    if words in _IN_ENGLISH:
        return _IN_ENGLISH[words]
    tens, ten, ones = words.rpartition("十")
    return (_NUMERALS[tens] or 1) * 10 + _NUMERALS[ones] if ten else _NUMERALS[words]


# --- how a phrase is read -------------------------------------------------------------------------

_WEEKDAYS: Final = {
    **{numeral: day for day, numeral in enumerate("一二三四五六日")},
    **{word: day for day, word in enumerate(("mon", "tue", "wed", "thu", "fri", "sat", "sun"))},
    "天": 6,
}
_HALF_YEARS: Final = (
    ("jan", "feb", "mar", "apr", "may", "jun"),
    ("jul", "aug", "sep", "oct", "nov", "dec"),
)
_MONTHS: Final = {
    word: month for month, word in enumerate(_HALF_YEARS[0] + _HALF_YEARS[1], start=1)
}
_YEARS: Final = {"前年": -2, "去年": -1, "上年": -1, "今年": 0, "明年": 1}
_WEEKS: Final = {"last": -1, "this": 0, "next": 1}
_PLAUSIBLE_YEARS: Final = 20
_LATELY: Final = timedelta(days=92)
_SHORT_YEAR: Final = 2
_DECEMBER: Final = 12


def _near(match: re.Match[str], asked: Asked) -> Readings:
    words = " ".join(match["near"].lower().split())
    return (asked.today + timedelta(days=_NEAR[words.removeprefix("the ")]),)


def _counted(match: re.Match[str], asked: Asked) -> Readings:
    days = number(match["count"]) * (1 if match["unit"].lower() in {"天", "day"} else 7)
    sign = -1 if match["side"].lower() in {"前", "ago"} else 1
    return (asked.today + timedelta(days=sign * days),)


def _weekday(match: re.Match[str], asked: Asked) -> Readings:
    which = (match["which"] or "on").lower()
    if which == "on":
        return (_nearest_weekday(match["weekday"], asked),)
    ahead = _weekday_number(match["weekday"]) - asked.today.weekday()
    weeks = _WEEKS.get(which, which.count("下") - which.count("上"))
    return (asked.today + timedelta(days=ahead, weeks=weeks),)


def _nearest_weekday(word: str, asked: Asked) -> date:
    step = _step(asked)
    ahead = _weekday_number(word) - asked.today.weekday()
    return asked.today + timedelta(days=step * (step * ahead % 7))


def _weekday_number(word: str) -> int:
    return _WEEKDAYS[word.lower()[:3]]


def _day_of_year(match: re.Match[str], asked: Asked) -> Readings:
    said = match.groupdict()
    month, day = _month(match["month"]), number(match["day"])
    year, weekday = said.get("year"), said.get("weekday")
    if year:
        readings = tuple(_dates([_year(year, asked.today)], month, day))
    else:
        readings = _nearest(month, day, asked)
    if not weekday or not readings or _weekday_number(weekday) == readings[0].weekday():
        return readings
    # A Friday the 13th that was a Tuesday is either that Friday or that 13th.
    return tuple(sorted((readings[0], _nearest_weekday(weekday, asked))))


def _day_of_plausible_year(match: re.Match[str], asked: Asked) -> Readings:
    """Like any other, but "13 Oct 2000 bolts" is not about the year 2000."""
    if abs(int(match["year"]) - asked.today.year) > _PLAUSIBLE_YEARS:
        return ()
    return _day_of_year(match, asked)


def _day_of_month(match: re.Match[str], asked: Asked) -> Readings:
    day, step = number(match["day"]), _step(asked)
    months = (_month_from(asked.today, step * distance) for distance in range(13))
    return _first((d for year, month in months for d in _dates([year], month, day)), asked)


def _day_of_another_month(match: re.Match[str], asked: Asked) -> Readings:
    distance = match["which"].count("下") - match["which"].count("上")
    year, month = _month_from(asked.today, distance)
    return tuple(_dates([year], month, number(match["day"])))


def _either_way(match: re.Match[str], asked: Asked) -> Readings:
    """Both the month first and the day first, where there are two ways."""
    first, second, year = int(match["first"]), int(match["second"]), match.groupdict().get("year")
    readings: set[date] = set()
    for month, day in ((first, second), (second, first)):
        readings |= set(_dates([int(year)], month, day) if year else _first_of(month, day, asked))
    if len(readings) == 1 and not year:
        (sole,) = readings
        return _nearest(sole.month, sole.day, asked)
    return tuple(sorted(readings))


def _month(word: str) -> int:
    return _MONTHS.get(word.lower()[:3]) or number(word)


def _year(word: str, today: date) -> int:
    if word in _YEARS:
        return today.year + _YEARS[word]
    return int(word) if len(word) > _SHORT_YEAR else 2000 + int(word)


def _month_from(today: date, distance: int) -> tuple[int, int]:
    year, month = divmod(today.year * 12 + today.month - 1 + distance, 12)
    return year, month + 1


def _dates(years: Iterable[int], month: int, day: int) -> Iterator[date]:
    for year in years:
        if 1 <= month <= _DECEMBER and 1 <= day <= monthrange(year, month)[1]:
            yield date(year, month, day)


def _nearest(month: int, day: int, asked: Asked) -> Readings:
    """A day to come that was only lately is a slip, or the next year's: nobody can know."""
    if asked.prefer == "future":
        for last in _first_of(month, day, Asked(asked.today, "past")):
            if timedelta() < asked.today - last <= _LATELY:
                raise JustPast(last)
    return _first_of(month, day, asked)


def _first_of(month: int, day: int, asked: Asked) -> Readings:
    # Nine years, for the 29th of February.
    step, year = _step(asked), asked.today.year
    return _first(_dates(range(year, year + 9 * step, step), month, day), asked)


def _first(days: Iterable[date], asked: Asked) -> Readings:
    """The first of `days` that is not on the wrong side of today."""
    for day in days:
        if (day - asked.today).days * _step(asked) >= 0:
            return (day,)
    return ()


def _step(asked: Asked) -> int:
    return -1 if asked.prefer == "past" else 1


# --- what phrases are made of ---------------------------------------------------------------------

_NEAR_CHINESE: Final = {
    "大前天": -3,
    **dict.fromkeys(("前天", "前日", "前晚"), -2),
    **dict.fromkeys(("昨天", "昨日", "昨晚", "昨夜"), -1),
    **dict.fromkeys(("今天", "今日", "今早", "今晨", "今晚"), 0),
    **dict.fromkeys(("明天", "明日", "明早", "明晚"), 1),
    **dict.fromkeys(("后天", "后日"), 2),
    "大后天": 3,
}
_NEAR_ENGLISH: Final = {
    "day before yesterday": -2,
    **dict.fromkeys(("yesterday", "last night"), -1),
    **dict.fromkeys(("today", "this morning", "this afternoon", "this evening", "tonight"), 0),
    "tomorrow": 1,
    "day after tomorrow": 2,
}
_NEAR: Final = _NEAR_CHINESE | _NEAR_ENGLISH
_NEAR_IN_ENGLISH: Final = "|".join(words.replace(" ", r"\s{1,3}") for words in _NEAR_ENGLISH)

# Every gap is bounded, so that a phrase fits the window it is looked for in.
_GAP: Final = r"\s{0,3}"
_SPACE: Final = r"\s{1,3}"
# An English word ends here: not "mondays", "today's"; but Chinese may follow without a space.
_END: Final = r"(?![a-z0-9_À-ɏ]|['’][a-z])"
# A date in figures ends here: not the number of a document, such as 2026-10-13-001.
_FIGURES_END: Final = r"(?![a-z0-9_]|[-/.][0-9])"
_STOP: Final = rf"(?={_GAP}(?:[,:;!?)、。]|\.(?![0-9])|$))"
# "Before", "after" and "since" a day are not on that day; but 前往 is to go, 后来 is later.
_NOT_A_LIMIT: Final = r"(?![以之][前后内]|以来|至今)"
_ON_THE_DAY: Final = (
    rf"{_NOT_A_LIMIT}(?!前(?![往去来台])|后(?![来勤续台])|内(?!部)|至(?!少)|起(?=[\s,.。]|$))"
)
# 5号机 is a machine, 5号电池 a battery and 5日元 five yen.
_NOT_A_THING: Final = (
    "(?![机线楼仓炉门车厂库房间柜台泵阀罐塔井桥站段区院馆店室桌床铺位岗模箱件批螺轴钢料样设文口孔管"
    "槽缸码字架]|电[池机梯]|产[线品])"
)
_NOT_JAPANESE: Final = "(?![元本游均语式系用志报期历程资圆立产常夜销])"

_YEAR_FIGURES: Final = "(?:19|20|21)[0-9]{2}"
_YEAR: Final = f"(?P<year>{_YEAR_FIGURES})"
_ZH_YEAR: Final = (
    rf"(?:(?P<year>{'|'.join(_YEARS)}|(?:{_YEAR_FIGURES}|[0-9]{{2}})(?={_GAP}年)){_GAP}年?{_GAP})?"
)
_ZH_WEEK: Final = "(?:周|星期|礼拜)"
_ZH_DAY: Final = rf"(?P<day>{NUMBER}){_GAP}[日号]"
_NOT_A_ZH_RANGE: Final = f"(?!到[上本这下]?{_ZH_WEEK})"

_WEEKDAY_NAMES: Final = (
    "monday|tuesday|wednesday|thursday|friday|saturday|sunday|mon|tues?|thu(?:rs?)?|fri"
)
# "Sat down", "sun" and "wed" are words of their own: alone they count only before a stop.
_DOUBTFUL_WEEKDAYS: Final = "sat|sun|wed"
_ANY_WEEKDAY: Final = f"(?:{_WEEKDAY_NAMES}|{_DOUBTFUL_WEEKDAYS})"
_NOT_A_RANGE: Final = rf"(?!{_GAP}(?:-|–|to|through|till|until){_GAP}{_ANY_WEEKDAY})"
_OF_THE_WEEK: Final = rf"(?:(?P<weekday>{_ANY_WEEKDAY})\.?,?{_SPACE})?"

_MONTH_NAMES: Final = (
    "january|february|march|april|june|july|august|september|october|november|december|"
    "jan|feb|mar|apr|jun|jul|aug|sept?|oct|nov|dec"
)
# "13 may be rusty": with a small letter it is a month only where nothing else can follow.
_MAY: Final = "(?-i:May|MAY)"
_DAY: Final = r"(?P<day>[0-9]{1,2})(?:st|nd|rd|th)?"
_DAY_FIRST: Final = rf"{_OF_THE_WEEK}(?:the{_SPACE})?{_DAY}{_GAP}(?:of{_SPACE})?"


_EN_COUNTED: Final = rf"(?P<count>{ENGLISH_COUNT}){_SPACE}(?P<unit>day|week)s?"
_EN_YEAR: Final = rf",?{_SPACE}{_YEAR}{_FIGURES_END}"
_ZH_WHICH: Final = "(?P<which>(?:上上?|下下?|这)个?|本)?"
_ZH_WEEKDAY: Final = f"{_ZH_WEEK}(?P<weekday>[一二三四五六日天])"
_ZH_MONTH: Final = rf"(?P<month>{NUMBER}){_GAP}月份?"
_IN_BRACKETS: Final = rf"(?:{_GAP}\({_GAP}{_ZH_WEEKDAY}{_GAP}\))?"
_EITHER: Final = "(?!24/7)(?P<first>[0-9]{1,2})"
_OR: Final = "(?P<second>[0-9]{1,2})"
_NOT_A_FRACTION: Final = rf"(?!{_GAP}(?:of{_END}|inch|的|以|已|合格|不合格|英?寸|[%\"]))"


def _rule(pattern: str, read: Reader) -> Rule:
    # ASCII, or else a dotless ı would be an i and find no month.
    return Rule(re.compile(rf"(?:on{_SPACE}|于|在)?{pattern}", re.ASCII | re.IGNORECASE), read)


# --- the rules ------------------------------------------------------------------------------------

_COUNTED: Final = (
    # 三天前, 两周后
    _rule(rf"(?P<count>{COUNT})个?(?P<unit>天|{_ZH_WEEK})[以之]?(?P<side>前|后)(?!往)", _counted),
    _rule(rf"{_EN_COUNTED}{_SPACE}(?P<side>ago|from{_SPACE}now){_END}", _counted),
    _rule(rf"(?P<side>in){_SPACE}{_EN_COUNTED}{_END}", _counted),
)
_WEEKLY: Final = (
    # 周五, 上个星期五, 下下周一
    _rule(rf"{_ZH_WHICH}{_ZH_WEEKDAY}{_ON_THE_DAY}{_NOT_A_ZH_RANGE}", _weekday),
    _rule(
        rf"(?:(?P<which>last|this|next){_SPACE})?(?P<weekday>{_WEEKDAY_NAMES})"
        rf"{_END}{_NOT_A_RANGE}",
        _weekday,
    ),
    _rule(
        rf"(?:(?P<which>last|this|next|on){_SPACE})?(?P<weekday>{_DOUBTFUL_WEEKDAYS})"
        rf"(?(which){_END}{_NOT_A_RANGE}|{_STOP})",
        _weekday,
    ),
)
_CHINESE: Final = (
    # 2026年10月13日（周二）, 去年十月十三号
    _rule(rf"{_ZH_YEAR}{_ZH_MONTH}{_GAP}{_ZH_DAY}{_IN_BRACKETS}{_ON_THE_DAY}", _day_of_year),
    # 10月13; in Chinese numerals, as in 八月十五, that would be a day of the lunar calendar
    _rule(
        rf"{_ZH_YEAR}(?P<month>[0-9]{{1,2}})月(?P<day>[0-9]{{1,2}})(?:(?=\s)|{_STOP})", _day_of_year
    ),
    _rule(
        rf"(?P<which>上上?个?|下下?个?|本|这个?|当)月{_ZH_DAY}{_ON_THE_DAY}", _day_of_another_month
    ),
    _rule(rf"(?P<day>{NUMBER})号{_ON_THE_DAY}{_NOT_A_THING}", _day_of_month),
    _rule(rf"(?P<day>{NUMBER})日{_ON_THE_DAY}{_NOT_JAPANESE}", _day_of_month),
)
_IN_ENGLISH_WORDS: Final = (
    _rule(rf"{_DAY_FIRST}(?P<month>{_MONTH_NAMES}|{_MAY})\.?{_END}", _day_of_year),
    _rule(rf"{_DAY_FIRST}(?P<month>may){_STOP}", _day_of_year),
    _rule(rf"{_DAY_FIRST}(?P<month>{_MONTH_NAMES}|may){_EN_YEAR}", _day_of_plausible_year),
    _rule(rf"{_OF_THE_WEEK}(?P<month>{_MONTH_NAMES}|{_MAY})\.?{_SPACE}{_DAY}{_END}", _day_of_year),
    _rule(rf"{_OF_THE_WEEK}(?P<month>may){_SPACE}{_DAY}{_STOP}", _day_of_year),
    _rule(
        rf"{_OF_THE_WEEK}(?P<month>{_MONTH_NAMES}|may)\.?{_SPACE}{_DAY}{_EN_YEAR}",
        _day_of_plausible_year,
    ),
)
_IN_FIGURES: Final = (
    _rule(
        rf"{_YEAR}(?P<mark>[-/.])(?P<month>[0-9]{{1,2}})(?P=mark)(?P<day>[0-9]{{1,2}})"
        rf"(?:{_FIGURES_END}|(?=T[0-9]))",
        _day_of_year,
    ),
    _rule(rf"{_EITHER}(?P<mark>[-/.]){_OR}(?P=mark){_YEAR}{_FIGURES_END}", _either_way),
    _rule(rf"{_EITHER}/{_OR}{_FIGURES_END}{_NOT_A_FRACTION}", _either_way),
)

# What a text may begin with.
LEADING: Final = (
    _rule(f"(?P<near>{'|'.join(_NEAR_CHINESE)}){_NOT_A_LIMIT}", _near),
    _rule(rf"(?P<near>(?:the{_SPACE})?(?:{_NEAR_IN_ENGLISH})){_END}", _near),
    *_COUNTED,
    *_WEEKLY,
    *_CHINESE,
    *_IN_ENGLISH_WORDS,
    *_IN_FIGURES,
)
# What is a date only where nothing but a date is expected: elsewhere 10.13 is a number.
ALONE: Final = (
    _rule(rf"{_EITHER}[-.]{_OR}{_FIGURES_END}", _either_way),
    _rule(
        rf"{_YEAR}(?P<month>[0-9]{{2}})(?P<day>[0-9]{{2}}){_FIGURES_END}",
        _day_of_year,
    ),
)
