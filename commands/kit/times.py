"""Times of day as people write them, in Chinese and English: 14:00, 下午3点半, from 3 to 5pm."""

import re
from dataclasses import dataclass
from datetime import time
from typing import Final

from commands.kit.date_rules import NUMBER, number
from commands.kit.dates import PUNCTUATION, WINDOW, plain

_GAP: Final = r"\s{0,3}"
_SPACE: Final = r"\s{1,3}"


def parse_clock(text: str) -> time | None:
    """The time of day that the whole of `text` names, read as in a moment; 24:00 is midnight."""
    words = plain(text[:WINDOW]).strip(PUNCTUATION)
    times = times_at(words, 0) or noon_at(words, 0)
    minutes = minutes_of(times, "") if times and times.begin.end == len(words) else None
    return None if minutes is None else time(minutes // _HOUR % 24, minutes % _HOUR)


# --- parts of the day -----------------------------------------------------------------------------

_MORNING: Final = {hour: hour for hour in range(3, 12)}
# 晚上12点 is the end of that day; 晚上1点 could be either night's and is not guessed at.
_EVENING: Final = {12: 24, **{hour: hour % 12 + 12 for hour in (*range(5, 12), *range(17, 24))}}
# The hours said with each part of the day, and those they are on a 24-hour clock.
_CHINESE_PARTS: Final = {
    "凌晨": {12: 0, **{hour: hour for hour in range(7)}},
    **dict.fromkeys(("清晨", "早晨", "早上", "早"), _MORNING),
    "上午": {hour: hour for hour in range(5, 13)},
    "中午": {11: 11, 12: 12, 1: 13, 2: 14, 13: 13, 14: 14},
    "下午": {12: 12, **{hour: hour % 12 + 12 for hour in (*range(1, 12), *range(13, 20))}},
    "傍晚": {hour: hour % 12 + 12 for hour in (*range(4, 9), *range(16, 21))},
    **dict.fromkeys(("晚上", "晚"), _EVENING),
}
_PARTS: Final = _CHINESE_PARTS | {
    "": {hour: hour for hour in range(25)},
    "a": {hour: hour % 12 for hour in range(13)},
    "p": {hour: hour % 12 + 12 for hour in range(1, 24)},
}
_ENGLISH_PARTS: Final = {
    **dict.fromkeys(("morning", "am"), "上午"),
    **dict.fromkeys(("noon", "midday"), "中午"),
    **dict.fromkeys(("afternoon", "pm"), "下午"),
    **dict.fromkeys(("evening", "night"), "晚上"),
}
MIDDAY: Final = "中午"
# The hour at which something begins that is planned for a part of a day, or a day, and no more.
_BEGINS: Final = {
    **dict.fromkeys(("", "早", "早晨", "早上", "上午"), 9),
    **dict.fromkeys(("晚", "晚上"), 19),
    "清晨": 7,
    "中午": 12,
    "下午": 14,
    "傍晚": 18,
}
_ZH_PARTS: Final = "凌晨|清晨|早晨|早上|上午|中午|正午|下午|傍晚|晚上"
_PART: Final = re.compile(
    # 下午茶, 早上好, 晚班 and 早点 are something else.
    rf"(?:(?P<zh>(?:{_ZH_PARTS}|[早晚](?![点些到于会宴报期退]|一[点些]))(?![茶餐饭好班]))"
    rf"|(?:(?:in|at){_SPACE})?(?:the{_SPACE})?(?P<en>{'|'.join(_ENGLISH_PARTS)})"
    r"(?![a-z0-9]|['’][a-z]))",
    re.ASCII | re.IGNORECASE,
)
# 昨晚, this morning: a day that tells the part of it.
_WITHIN_DAY: Final = re.compile(
    r"(?P<zh>[早晨晚夜])$|(?P<en>morning|afternoon|evening|night)$", re.IGNORECASE
)
_WITHIN: Final = {"早": "早上", "晨": "早上", "晚": "晚上", "夜": "晚上"}


def part_said(day: str) -> str:
    """The part of the day that words for a day tell by themselves."""
    found = _WITHIN_DAY.search(day)
    if found is None:
        return ""
    return _ENGLISH_PARTS[found["en"].lower()] if found["en"] else _WITHIN[found["zh"]]


def part_at(words: str, at: int) -> tuple[str, int]:
    """The part of the day that stands at a place, and where it ends."""
    found = _PART.match(words, at)
    if found is None:
        return "", at
    said = (found["zh"] or _ENGLISH_PARTS[found["en"].lower()]).replace("正午", MIDDAY)
    return said, found.end()


# --- times of day ---------------------------------------------------------------------------------

_HOUR: Final = 60
_END_OF_DAY: Final = 24 * _HOUR
_SMALL: Final = range(1, 6)
# 12点2个人 are two people; a number of minutes is written with two figures, or says 分.
_BARE_MINUTES: Final = (
    "(?:[0-5][0-9]|[二三四五]十[一二三四五六七八九]?|十[一二三四五六七八九])"
    "(?![0-9分个人位名家件箱台吨批条款米公斤万元块号日月年天%])"
)
_PAST: Final = (
    rf"(?:{_GAP}(?:半(?![小个天年价])|整|[一三13]刻|[零〇]?{NUMBER}分(?!钟)|[零〇]{NUMBER})"
    rf"|{_BARE_MINUTES})"
)
_CLOCK: Final = re.compile(
    rf"(?:at{_SPACE}|t(?=[0-9]))?(?:(?P<part>{'|'.join(_CHINESE_PARTS)}){_GAP})?"
    r"(?:(?P<hour>[0-9]{1,2}):(?P<minute>[0-9]{2})(?::[0-9]{2})?(?![0-9])"
    rf"|(?P<oclock>{NUMBER}){_GAP}(?:点钟?|时|o['’]clock)(?P<past>{_PAST})?"
    rf"|(?P<bare>[0-9]{{1,2}})(?={_GAP}[ap]\.?m))(?:{_GAP}(?P<half>[ap])\.?m\b\.?)?",
    re.ASCII | re.IGNORECASE,
)
# "3" in 3 to 5pm, in 下午3-5点, and in "tomorrow afternoon at 3".
_BARE_HOUR: Final = re.compile(
    rf"(?P<at>at{_SPACE})?(?:(?P<part>{'|'.join(_CHINESE_PARTS)}){_GAP})?"
    rf"(?P<bare>{NUMBER})(?![0-9:/.])",
    re.ASCII | re.IGNORECASE,
)
_FROM: Final = re.compile(rf"{_GAP}(?:from{_SPACE}|between{_SPACE}|从{_GAP})", re.IGNORECASE)
_TO: Final = re.compile(
    rf"{_GAP}(?:[-–—~]|直?到|至|(?:to|until|till|and)(?={_SPACE})){_GAP}", re.IGNORECASE
)
# The end in 3pm to 5, and in 14:00-16 where nothing is said behind it: a dash may begin a list.
_END_HOUR: Final = "(?:[01]?[0-9]|2[0-4])"
_BARE_END: Final = re.compile(
    rf"{_GAP}(?:[-–—~]{_GAP}{_END_HOUR}(?=$|[,，。;；])"
    rf"|(?:直?到|至|(?:to|until|till)(?={_SPACE})){_GAP}{_END_HOUR}(?=$|[\s,，。;；]))",
    re.IGNORECASE,
)
_ABOUT: Final = re.compile(rf"{_GAP}左右")


@dataclass(frozen=True, slots=True)
class _Clock:
    """A time on the clock, and where it ends.

    It is `marked` where its own words say that it is one; `at` stands before one that is not.
    `padded` is 03:00.
    """

    hour: int
    minute: int
    part: str
    end: int
    marked: bool = True
    at: bool = False
    padded: bool = False

    def minutes(self, part: str) -> int | None:
        """Minutes since midnight, up to 1440 for 24:00; None if that part has no such hour."""
        hour = _PARTS[part].get(self.hour)
        if hour is None or self.minute >= _HOUR:
            return None
        minutes = hour * _HOUR + self.minute
        return minutes if minutes <= _END_OF_DAY else None


@dataclass(frozen=True, slots=True)
class Times:
    """When something begins, and perhaps when it ends; where the words about that end."""

    begin: _Clock
    last: _Clock | None
    end: int


def times_at(words: str, at: int) -> Times | None:
    """A time, or one and another: 14:00, 下午3点到5点, from 3 to 5pm."""
    from_ = _FROM.match(words, at)
    at = from_.end() if from_ else at
    begin = _clock(words, at) or _bare_hour(words, at)
    if begin is None:
        return None
    to = _TO.match(words, begin.end)
    last = _clock(words, to.end()) if to else None
    if last and last.minutes(last.part) is None:
        last = None
    if not begin.marked and last is None and not begin.at:
        return None
    bare = _BARE_END.match(words, begin.end) if begin.marked and last is None else None
    end = last.end if last else bare.end() if bare else begin.end
    about = _ABOUT.match(words, end)
    return Times(begin, last, about.end() if about else end)


def _clock(words: str, at: int) -> _Clock | None:
    found = _CLOCK.match(words, at)
    if found is None or (found["part"] and found["half"]):
        return None
    hour = number(found["hour"] or found["oclock"] or found["bare"])
    minute = int(found["minute"]) if found["minute"] else _past(found["past"] or "")
    part, padded = found["part"] or found["half"] or "", (found["hour"] or "").startswith("0")
    return _Clock(hour, minute, part.lower(), found.end(), padded=padded)


def _bare_hour(words: str, at: int) -> _Clock | None:
    """An hour that only what stands around it makes one."""
    found = _BARE_HOUR.match(words, at)
    if found is None:
        return None
    hour, part = number(found["bare"]), found["part"] or ""
    return _Clock(hour, 0, part, found.end(), marked=False, at=bool(found["at"]))


def begins(part: str) -> int | None:
    """Minutes since midnight when what is planned for that part of a day usually begins."""
    return _BEGINS[part] * _HOUR if part in _BEGINS else None


def _past(words: str) -> int:
    """Minutes past the hour."""
    words = words.strip()
    if words in {"", "半", "整"}:
        return 30 if words == "半" else 0
    return number(words[0]) * 15 if words.endswith("刻") else number(words.removesuffix("分"))


def noon_at(words: str, at: int) -> Times | None:
    """Noon, which is a time of its own."""
    part, end = part_at(words, at)
    return Times(_Clock(12, 0, part, end), None, end) if part == MIDDAY else None


def minutes_of(times: Times, part: str, *, ahead: bool = False) -> int | None:
    """Minutes since midnight when it begins, in that part of the day; None if there is no such.

    3 to 5pm begins in the afternoon, 11 to 1pm in the morning. What lies `ahead` and is not said
    to be in the small hours, such as a meeting 明天3点, is in the afternoon.
    """
    begin, last = times.begin, times.last
    if not (begin.marked or last or part or ahead):
        return None
    if begin.part or part:
        return begin.minutes(begin.part or part)
    ends = last.minutes(last.part) if last and last.part else None
    shared = begin.minutes(last.part) if last else None
    if shared is not None and ends is not None and shared < ends:
        return shared
    return begin.minutes("下午" if ahead and begin.hour in _SMALL and not begin.padded else "")
