"""Names as people write them: in Chinese, in pinyin, by initials, or with a slip of the finger."""

import re
import unicodedata
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from itertools import combinations, islice, product
from typing import Any

from rapidfuzz.distance import OSA

from storage.polyphones import POLYPHONES

READINGS_KEPT = 8
# How many answers are remembered: the same name is compared again and again.
KEPT = 20_000
SHORTEST_LEFT = 2
SHORTEST_WITH_A_SLIP = 3

# How a name can answer what was typed, best first; up to COVERAGE is added for how much of the
# name was typed.
EXACT, EXACT_STEM, EXACT_CORE = 100.0, 99.0, 98.0
PREFIX, CONTAINED, COVERAGE = 88.0, 82.0, 4.0
SPOKEN, SPOKEN_PREFIX, SPOKEN_PART = 76.0, 70.0, 65.0
INITIALS, INITIALS_PREFIX, INITIALS_PART = 60.0, 55.5, 51.0
TYPO = 50.0
WHOLE = {EXACT, EXACT_STEM, EXACT_CORE, SPOKEN, INITIALS}
LEAST_LIKENESS = 0.5
# Different characters often sound alike: less is told by it when characters were typed.
SOUND_OF_CHARACTERS = 0.75
CLEAR_LEAD = 12.0
CLEAR_ALONE = 35.0

CHINESE = "㐀-䶿一-鿿豈-﫿\U00020000-\U000323af"
HAS_CHINESE = re.compile(f"[{CHINESE}]")
SAME_SCRIPT = re.compile(f"[{CHINESE}]+|[^{CHINESE}]+")
LEGAL_FORM = re.compile(
    r"(?:(?:股份)?有限(?:责任)?公司|有限合伙|[总分]?公司"
    r"|[\s,.&]+(?:co|ltd|limited|company|gmbh|mbh|ag|kg|inc|incorporated|llc|llp|corp|corporation"
    r"|plc|pte|pty|s\.?r\.?l|s\.?p\.?a|s\.?a\.?s?|b\.?v|n\.?v|oy|ab))[\s,.&]*$"
)
LOOSE_FORM = re.compile(r"(?:股份|控股|集团|[总工]?厂|[\s,.&]+(?:group|holdings?))[\s,.&]*$")
# What people say behind a name that is known by less.
FORM_BEHIND = re.compile(
    r"(?:股份)?(?:有限)?(?:责任)?公司|集团|[\s,.&]+(?:co|ltd|limited|company|gmbh|inc|corp)\b\.?",
    re.IGNORECASE,
)
# Common words with which one goes on behind a name without a pause.
BEGINS_A_SENTENCE = re.compile(
    "[谈聊看说讲问去来催送签拿取的在有要想已还没不第今昨前上本这那周星下]|反映|投诉|电话|质量|价格|货|交|对账|合同|开|参|了解"
)
IN_BRACKETS = re.compile(r"\([^)]*\)")
PLACES = """
北京 天津 上海 重庆 河北 山西 辽宁 吉林 黑龙江 江苏 浙江 安徽 福建 江西 山东 河南 湖北 湖南 广东
海南 四川 贵州 云南 陕西 甘肃 青海 台湾 内蒙古 广西 西藏 宁夏 新疆 香港 澳门 中国 石家庄 唐山
秦皇岛 邯郸 保定 沧州 廊坊 太原 大同 呼和浩特 包头 沈阳 大连 鞍山 长春 哈尔滨 大庆 南京 无锡 徐州
常州 苏州 南通 连云港 淮安 盐城 扬州 镇江 泰州 宿迁 昆山 江阴 张家港 常熟 杭州 宁波 温州 嘉兴 湖州
绍兴 金华 衢州 舟山 台州 丽水 义乌 余姚 慈溪 乐清 瑞安 海宁 桐乡 诸暨 永康 合肥 芜湖 蚌埠 马鞍山
安庆 滁州 福州 厦门 莆田 泉州 漳州 南昌 九江 赣州 济南 青岛 淄博 烟台 潍坊 济宁 威海 临沂 郑州
洛阳 新乡 武汉 宜昌 襄阳 十堰 长沙 株洲 湘潭 衡阳 广州 深圳 珠海 汕头 佛山 江门 惠州 东莞 中山
南宁 柳州 桂林 海口 成都 绵阳 德阳 贵阳 遵义 昆明 西安 咸阳 宝鸡 兰州 西宁 银川 乌鲁木齐
"""
LEADING_PLACE = re.compile(rf"^(?:{'|'.join(PLACES.split())})[省市]?")


@dataclass(frozen=True, slots=True)
class Search:
    """Keys of the index to look for, and how many of them a name must have at least.

    `best` is the most that a name may score which no earlier search has found.
    """

    grams: tuple[str, ...]
    need: int
    best: float

    @property
    def loose(self) -> bool:
        """Whether it also finds names that differ from what was typed."""
        return self.need < len(self.grams)


def normalise(text: str) -> str:
    """One form for every way to write the same characters: width, case and runs of spaces."""
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())


@lru_cache(maxsize=KEPT)
def bare(text: str) -> str:
    """Letters and digits only, without accents: how names are compared."""
    parts = unicodedata.normalize("NFKD", text).casefold()
    return unicodedata.normalize("NFC", "".join(filter(str.isalnum, parts)))


def stem(name: str) -> str:
    """The normalised name without its legal form, unless fewer than two characters were left."""
    return _without(LEGAL_FORM, normalise(name))


@lru_cache(maxsize=KEPT)
def core(name: str) -> str:
    """The part of a name that people say: without legal form, brackets and leading places.

    Nothing is taken away that would leave fewer than two characters.
    """
    text = stem(_without(IN_BRACKETS, normalise(name)))
    return _without(LEADING_PLACE, _without(LOOSE_FORM, text))


def readings(name: str) -> frozenset[str]:
    """Ways to say the name in pinyin, without tones and spaces, `u` for `ü`; the rest as it is.

    The likeliest are kept, eight at most.
    """
    return frozenset(_combined(_spoken(bare(name))))


def initials(name: str) -> frozenset[str]:
    """First letters of the syllables (宁波精工: nbjg) or of the words (Robert Bosch: rb)."""
    key = bare(name)
    if _has_chinese(key):
        return frozenset(_combined(_first_letters(key)))
    words = [bare(word) for word in normalise(name).split()]
    return frozenset(["".join(word[:1] for word in words)] if len(words) > 1 else [])


def merely_where(text: str, name: str) -> bool:
    """Whether a text is no more of a name than the place that it begins with."""
    place = LEADING_PLACE.match(stem(name))
    where = bare(place[0]) if place else ""
    return bare(text) in where or _reading(bare(text)) in _reading(where)


def ends(text: str, length: int, name: str) -> bool:
    """Whether the part of a name that a text begins with ends after `length` characters.

    It does where the text pauses, where all that people say of the name is said, and before what
    begins a sentence. 长城汽车 does not begin with 长城金属.
    """
    said = bare(text[:length])
    behind = text[length + form_behind(text[length:]) :]
    return (
        said in {bare(stem(name)), bare(core(name))}
        or HAS_CHINESE.match(behind) is None
        or BEGINS_A_SENTENCE.match(behind) is not None
    )


def form_behind(text: str) -> int:
    """How many characters of legal form, or of what people say for it, a text begins with."""
    found = FORM_BEHIND.match(text)
    return found.end() if found else 0


def grams(name: str) -> frozenset[str]:
    """The keys under which the index finds a name; about 13 for a short name of a company.

    Two neighbouring characters; `p:` and three letters of a reading; `i:` and two initials in a
    row; `w:` and a whole reading, or all initials. The legal form has none.
    """
    text = stem(name)
    key = bare(text)
    spoken = readings(key) if _has_chinese(key) else frozenset[str]()
    shortened = initials(text)
    return frozenset(
        (
            *_runs(key, 2),
            *(gram for reading in spoken for gram in _spoken_grams(reading)),
            *(gram for letters in shortened for gram in _initial_grams(letters)),
            *(_whole_gram(way) for way in spoken | shortened),
        )
    )


def written_grams(text: str) -> tuple[str, ...]:
    """The keys of all names in which this text stands as it is written."""
    return _runs(bare(stem(text)), 2)


def query_grams(text: str) -> tuple[Search, ...]:
    """What to look up in the index for what a person typed, the most telling search first.

    The loose searches at the end find slips; they are for when the strict ones find nothing that
    is meant clearly.
    """
    key = bare(stem(text))
    if not key:
        return ()
    reading = _reading(key)
    pairs, spoken = written_grams(text), _spoken_grams(reading)
    strict = [
        (pairs, EXACT),
        ((_whole_gram(reading),), SPOKEN),
        (spoken, SPOKEN_PREFIX + COVERAGE),
    ]
    if not _has_chinese(key):
        strict.append((_initial_grams(key), INITIALS_PREFIX + COVERAGE))
    searches = [Search(keys, len(keys), best) for keys, best in strict]
    if len(key) >= SHORTEST_WITH_A_SLIP:
        # A wrong character spoils two pairs; letters that changed places spoil four spoken grams.
        few = max(1, min(len(spoken) - 4, len(spoken) // 3))
        searches.append(Search(pairs, max(1, len(pairs) - 2), TYPO))
        searches.append(Search(spoken, few, TYPO))
    return tuple(searches)


class Ranking:
    """Candidates held against what was typed, each id by its best name, scored to 100."""

    def __init__(self, query: str) -> None:
        self._asked = _Asked.of(query)
        self._best: dict[int, float] = {}

    def add(self, candidates: Iterable[tuple[int, str]]) -> None:
        """Hold more (id, name) against it."""
        best = self._best
        for candidate, name in candidates:
            best[candidate] = max(best.get(candidate, 0.0), self._asked.score(name))

    def first(self, limit: int) -> list[tuple[int, float]]:
        """Those that answer it, best first.

        Equal ones stay in the order in which they were given; those unlike it are left out.
        """
        found = [(candidate, score) for candidate, score in self._best.items() if score > 0]
        return sorted(found, key=lambda one: -one[1])[:limit]


def rank(
    query: str, candidates: Sequence[tuple[int, str]], limit: int = 10
) -> list[tuple[int, float]]:
    """The candidates (id, name) that answer the query, best first."""
    ranking = Ranking(query)
    ranking.add(candidates)
    return ranking.first(limit)


def is_clear(ranked: Sequence[tuple[int, float]]) -> bool:
    """Whether the first one alone is meant, so that nobody needs to be asked."""
    if not ranked:
        return False
    first = ranked[0][1]
    second = ranked[1][1] if len(ranked) > 1 else 0.0
    if first in {EXACT, EXACT_STEM, EXACT_CORE, SPOKEN}:
        return second < first
    return first - second >= (CLEAR_LEAD if second else CLEAR_ALONE)


@dataclass(frozen=True, slots=True)
class _Asked:
    """What a person typed, made ready to be held against many names."""

    whole: str
    stem: str
    reading: str
    chinese: bool

    @classmethod
    def of(cls, query: str) -> "_Asked":
        key = bare(stem(query))
        return cls(bare(query), key, _reading(key), _has_chinese(key))

    def score(self, name: str) -> float:
        if not self.stem:
            return 0.0
        known = _known(name)
        return (
            self._as_written(known)
            or self._as_spoken(known)
            or self._by_initials(known)
            or self._with_a_slip(known)
        )

    def _as_written(self, known: "_Known") -> float:
        ways = known.written
        if self.whole == known.whole:
            return EXACT
        if self.stem in ways:
            return EXACT_STEM if self.stem == ways[0] else EXACT_CORE
        return _in_part(self.stem, ways, PREFIX, CONTAINED)

    def _as_spoken(self, known: "_Known") -> float:
        ways = known.spoken
        if self.reading in ways:
            return SPOKEN
        return _in_part(self.reading, ways, SPOKEN_PREFIX, SPOKEN_PART)

    def _by_initials(self, known: "_Known") -> float:
        ways = frozenset[str]() if self.chinese else known.initials
        if not ways:
            return 0.0
        if self.stem in ways:
            return INITIALS
        return _in_part(self.stem, ways, INITIALS_PREFIX, INITIALS_PART)

    def _with_a_slip(self, known: "_Known") -> float:
        written = _likeness(self.stem, known.written)
        spoken = _likeness(self.reading, known.spoken)
        likeness = max(written, spoken * (SOUND_OF_CHARACTERS if self.chinese else 1))
        return TYPO * likeness if likeness >= LEAST_LIKENESS else 0.0


class _Known:
    """A name in all the ways in which it may be typed, each worked out when first held against."""

    def __init__(self, name: str) -> None:
        self._stem, self._core = stem(name), core(name)
        self.whole = bare(name)
        self.written = (bare(self._stem), bare(self._core))

    @cached_property
    def spoken(self) -> frozenset[str]:
        """In pinyin."""
        return readings(self._stem) | readings(self._core)

    @cached_property
    def initials(self) -> frozenset[str]:
        """By its first letters."""
        return initials(self._stem) | initials(self._core)


# A look-up holds the same few hundred names against what was typed two or three times over.
_known = lru_cache(maxsize=5_000)(_Known)


def _likeness(asked: str, ways: Collection[str]) -> float:
    return max(OSA.normalized_similarity(asked, way) for way in ways)


def _in_part(asked: str, ways: Collection[str], begins: float, within: float) -> float:
    """What it is worth that one of the ways begins with, or has within it, what was asked."""
    return max(
        (
            (begins if way.startswith(asked) else within) + COVERAGE * len(asked) / len(way)
            for way in ways
            if asked in way
        ),
        default=0.0,
    )


def _without(pattern: re.Pattern[str], text: str) -> str:
    """The text without what the pattern finds, again and again while enough is left."""
    shorter = pattern.sub("", text).strip(" ,.&-")
    if shorter == text or len(bare(shorter)) < SHORTEST_LEFT:
        return text
    return _without(pattern, shorter)


def _has_chinese(text: str) -> bool:
    return HAS_CHINESE.search(text) is not None


def _runs(text: str, length: int) -> tuple[str, ...]:
    """Every run of so many neighbouring characters; a shorter text is its own only run."""
    count = max(1, len(text) - length + 1)
    return tuple(dict.fromkeys(text[at : at + length] for at in range(count))) if text else ()


def _spoken_grams(reading: str) -> tuple[str, ...]:
    return tuple(f"p:{run}" for run in _runs(reading, 3))


def _initial_grams(letters: str) -> tuple[str, ...]:
    return tuple(f"i:{run}" for run in _runs(letters, 2))


def _whole_gram(way: str) -> str:
    return f"w:{_typed(way)}"


def _reading(key: str) -> str:
    """The likeliest reading."""
    return "".join(ways[0] for ways in _spoken(key))


def _combined(parts: Sequence[Sequence[str]]) -> list[str]:
    """The likeliest ways to say the parts in a row: first those with fewest unusual readings."""
    several = [at for at, ways in enumerate(parts) if len(ways) > 1]
    changes = (
        dict(zip(places, choice, strict=True))
        for count in range(len(several) + 1)
        for places in combinations(several, count)
        for choice in product(*(parts[at][1:] for at in places))
    )
    return [
        "".join(change.get(at, ways[0]) for at, ways in enumerate(parts))
        for change in islice(changes, READINGS_KEPT)
    ]


def _first_letters(key: str) -> list[tuple[str, ...]]:
    return [
        tuple(dict.fromkeys(way[0] for way in ways)) if _has_chinese(token) else ways
        for token in SAME_SCRIPT.findall(key)
        for ways in _spoken(token)
    ]


@lru_cache(maxsize=KEPT)
def _spoken(key: str) -> tuple[tuple[str, ...], ...]:
    """How each character may be read, likeliest first; a run of another script is one part."""
    parts: list[tuple[str, ...]] = []
    for token in SAME_SCRIPT.findall(key):
        parts.extend(_read(token) if _has_chinese(token) else [(_typed(token),)])
    return tuple(parts)


def _read(characters: str) -> list[tuple[str, ...]]:
    # Its dictionaries take 0.12 s and 50 MB.
    from pypinyin import Style, lazy_pinyin

    # What nobody reads aloud stays one by one, which its types do not know it can.
    one_by_one: Any = list
    in_context = lazy_pinyin(characters, style=Style.NORMAL, errors=one_by_one)
    return [
        tuple(dict.fromkeys((_typed(likeliest), *POLYPHONES.get(character, ()))))
        for likeliest, character in zip(in_context, characters, strict=True)
    ]


def _typed(reading: str) -> str:
    """As it can be compared: 绿 is typed lv, lu or lü."""
    return reading.replace("v", "u").replace("ü", "u")
