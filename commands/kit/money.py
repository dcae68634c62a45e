"""Amounts of money as people write them, in Chinese and English."""

import re
import unicodedata
from dataclasses import dataclass
from decimal import Decimal
from typing import Final, Literal, TypeAlias

Why: TypeAlias = Literal["unreadable", "negative", "decimals", "large"]

_REASONS: Final[dict[Why, str]] = {
    "unreadable": "is not an amount of money",
    "negative": "is negative",
    "decimals": "comes to more than two decimals",
    "large": "is ten million million or more",
}
_LIMIT: Final = Decimal(10) ** 13
_CENT: Final = Decimal("0.01")
_DECIMALS: Final = 2
_LONGEST_TEXT: Final = 40
# Scaled and added up, a figure of this length stays exact in Decimal's 28 digits.
_LONGEST_FIGURE: Final = 20

_NAMES: Final = {
    "CNY": ("元", "块", "圆", "块钱", "人民币", "元人民币", "rmb", "cny", "¥", "yuan"),
    "USD": ("美元", "美金", "us$", "usd", "$", "dollars", "dollar"),
    "EUR": ("欧元", "eur", "€", "euros", "euro"),
    "GBP": ("英镑", "gbp", "£", "pounds", "pound"),
    "HKD": ("港元", "港币", "hk$", "hkd"),
    "JPY": ("日元", "jpy"),
}
_CODES: Final = {name: code for code, names in _NAMES.items() for name in names}
# 港币500元 is in Hong Kong dollars: these only count what another word has named.
_COUNTERS: Final = {"元", "块", "圆", "块钱"}

_CHINESE: Final = str.maketrans(
    "零〇一壹二贰貳两三叁參四肆五伍六陆陸七柒八捌九玖点拾佰仟萬億w",
    "001122223334455666778899.十百千万亿万",
)
_CHINESE_ZEROS: Final = {"亿": 8, "万": 4, "千": 3, "百": 2, "十": 1}
_ENGLISH_ZEROS: Final = {
    **dict.fromkeys(("k", "thousand"), 3),
    **dict.fromkeys(("m", "mn", "million"), 6),
    **dict.fromkeys(("b", "bn", "billion"), 9),
}

_ANY_NAME: Final = "|".join(re.escape(name) for name in _CODES)
_FIGURE: Final = re.compile(r"[0-9]{1,3}(?:,[0-9]{3})+(?:\.[0-9]+)?|[0-9]+(?:\.[0-9]+)?")
_IN_ENGLISH: Final = re.compile(rf"([0-9.,]+)\s*({'|'.join(_ENGLISH_ZEROS)})")
_NEGATIVE: Final = re.compile(rf"(?:{_ANY_NAME})?\s*(?:[-−(]|负|minus\b)")
_NAMED: Final = re.compile(rf"(?P<before>{_ANY_NAME})?(?P<number>.*?)(?P<after>{_ANY_NAME})?")
_GAP: Final = re.compile(r"\s+(?=[亿万千百十])")
_DIGIT: Final = "[0-9零一壹二贰貳两三叁參四肆五伍六陆陸七柒八捌九玖]"
_SMALL_CHANGE: Final = re.compile(
    rf"(?P<whole>.+[元块圆])"
    rf"(?:(?P<tenths>{_DIGIT})[角毛])?(?:[零0]?(?P<cents>{_DIGIT})分|(?<=块)(?P<bare>{_DIGIT}))?"
)


class NotMoney(ValueError):
    """The words are no amount that can be booked: `why` says what is wrong with `written`."""

    def __init__(self, written: str, why: Why) -> None:
        self.written = written[:_LONGEST_TEXT]
        self.why = why
        super().__init__(f"{self.written!r} {_REASONS[why]}")


@dataclass(frozen=True, slots=True)
class Money:
    """An amount, exact to two decimals, in the currency of a three-letter ISO 4217 code."""

    amount: Decimal
    currency: str


def parse_money(text: str, currency: str = "CNY") -> Money:
    """The amount that the whole of `text` names, in `currency` unless the text names another.

    Reads 3.5万, 1,200.50, 三万五 (35000), 叁万伍仟元整, 3块5, 12k, $3.5m and the like. A bare
    ¥ is CNY, a bare $ is USD. Raises NotMoney for everything else: what is negative, has more
    than two decimals once scaled, reaches ten million million, or reads in two ways (3万500).
    """
    plain = unicodedata.normalize("NFKC", text[: _LONGEST_TEXT + 1]).lower().strip()
    if len(text) > _LONGEST_TEXT:
        raise NotMoney(text, "unreadable")
    if _NEGATIVE.match(plain):
        raise NotMoney(text, "negative")
    whole, change = _small_change(plain.removesuffix("整").removesuffix("正").rstrip())
    number, named = _named(whole)
    amount = _amount(number)
    if amount is None or len(named) > 1 or (change and amount % 1):
        raise NotMoney(text, "unreadable")
    return Money(_booked(text, amount + change), named.pop() if named else currency)


def _booked(text: str, amount: Decimal) -> Decimal:
    if amount >= _LIMIT:
        raise NotMoney(text, "large")
    # Zeros count: 1.200 may be somebody's twelve hundred.
    if len(f"{amount:f}".partition(".")[2]) > _DECIMALS:
        raise NotMoney(text, "decimals")
    return amount.quantize(_CENT)


def _small_change(plain: str) -> tuple[str, Decimal]:
    """What comes up to and with the main unit, and the rest as part of it: 3块5 is 3块 and 0.5."""
    found = _SMALL_CHANGE.fullmatch(plain)
    if found is None:
        return plain, Decimal(0)
    tenths, cents, bare = (
        Decimal((found[part] or "0").translate(_CHINESE)) for part in ("tenths", "cents", "bare")
    )
    return found["whole"], (tenths + bare) / 10 + cents / 100


def _named(plain: str) -> tuple[str, set[str]]:
    """The number, and the codes of the currencies named before and after it."""
    found = _NAMED.fullmatch(plain)
    if found is None:  # a line break within
        return "", set()
    before, after = found["before"], found["after"]
    names = {before} if before and after in _COUNTERS else {before, after} - {None}
    return found["number"].strip(), {_CODES[name] for name in names}


def _amount(number: str) -> Decimal | None:
    if english := _IN_ENGLISH.fullmatch(number):
        figure = _figure(english[1])
        return None if figure is None else figure.scaleb(_ENGLISH_ZEROS[english[2]])
    return _spelt(_GAP.sub("", number.translate(_CHINESE)))


def _spelt(words: str, *, shortened: bool = True) -> Decimal | None:
    """The value of digits among Chinese units; `shortened` allows 3万5 for 3万5千."""
    for unit, zeros in _CHINESE_ZEROS.items():
        left, found, right = words.rpartition(unit)
        if not found:
            continue
        head = _head(left, unit)
        tail = _tail(right, zeros, shortened=shortened)
        if head is None or tail is None or (tail and head % 1):
            return None
        return head.scaleb(zeros) + tail
    return _figure(words)


def _head(left: str, unit: str) -> Decimal | None:
    """What stands before a unit: 3百 before 万, but only a figure before 千, 百 and 十."""
    if not left and unit == "十":
        return Decimal(1)
    if unit in left:
        return None
    return _spelt(left, shortened=False) if unit in "万亿" else _figure(left)


def _tail(right: str, zeros: int, *, shortened: bool) -> Decimal | None:
    """What stands after a unit with so many zeros; None where it is not clear how much that is."""
    if right.isdecimal() and right[0] != "0":
        if len(right) == zeros:
            return Decimal(right)
        return Decimal(right).scaleb(zeros - 1) if shortened and len(right) == 1 else None
    tail = _spelt(right.lstrip("0"), shortened=shortened) if right else Decimal(0)
    return tail if tail is not None and tail < 10**zeros else None


def _figure(words: str) -> Decimal | None:
    if len(words) > _LONGEST_FIGURE or not _FIGURE.fullmatch(words):
        return None
    return Decimal(words.replace(",", ""))
