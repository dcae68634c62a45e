"""Words that are translated when they are drawn, and the codec that keeps them in rows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal

from commands.kit.money import Money
from storage.database import Json


@dataclass(frozen=True, slots=True, init=False)
class T:
    """A sentence in English, with named places for values; its Chinese stands in the catalogue.

    A `str` value is somebody's own words and is shown as it is. In the sentence, `{day}` is
    "13 Oct", `{day:near}` "yesterday (13 Oct)", `{day:weekday}` "Tue 13 Oct", `{day:name}`
    "Tuesday", `{at}` "13 Oct 14:10", `{at:clock}` "today 14:10", a timedelta "4 h", a T is
    translated in turn.
    With `many`, that is the English used unless the value `n` is 1.
    """

    text: str
    many: str
    values: tuple[tuple[str, Value], ...]

    def __init__(self, text: str, many: str = "", /, **values: Value) -> None:
        object.__setattr__(self, "text", text)
        object.__setattr__(self, "many", many)
        object.__setattr__(self, "values", tuple(values.items()))

    def __str__(self) -> str:
        return f"T({self.text!r})"


Words = T | str
Value = Words | int | date | timedelta | Decimal | Money | None


def listed(words: Sequence[Words]) -> Words:
    """Several words as one enumeration; a dash for none."""
    joined: Words = words[0] if words else "—"
    for more in words[1:]:
        joined = T("{a}, {b}", a=joined, b=more)
    return joined


def in_both(own: str, english: str) -> Words:
    """What a company names itself, in its own language and in English."""
    return own if own == english else T("{own} / {english}", own=own, english=english)


def kept(text: str) -> T:
    """A sentence that a row kept in English; a platform's code stays as it is."""
    return T(text)


def encode(value: object) -> Json:
    """Turn words, or a value within words, into JSON."""
    match value:
        case None | str() | int():
            return value
        case T():
            return _encode_sentence(value)
        case _:
            return _encode_measure(value)


def _encode_sentence(sentence: T) -> Json:
    packed: dict[str, Json] = {"T": sentence.text}
    if sentence.many:
        packed["n"] = sentence.many
    if sentence.values:
        packed["v"] = {name: encode(inner) for name, inner in sentence.values}
    return packed


def _encode_measure(value: object) -> Json:
    match value:
        case datetime():
            return {"at": value.isoformat()}
        case date():
            return {"day": value.isoformat()}
        case timedelta():
            return {"span": value.total_seconds()}
        case Decimal():
            return {"number": str(value)}
        case Money():
            return {"money": [str(value.amount), value.currency]}
        case _:
            raise TypeError(
                "words may hold text, numbers, dates, moments, spans, money and other words, "
                f"not {type(value).__name__}"
            )


def sentence(packed: Json) -> Words:
    """Turn back what was a sentence, or somebody's own words."""
    words = decode(packed)
    if not isinstance(words, T | str):
        raise TypeError(f"these were no words: {packed}")
    return words


def decode(packed: Json) -> Value:
    """Turn it back."""
    match packed:
        case {"T": text}:
            inner = {name: decode(value) for name, value in packed.get("v", {}).items()}
            return T(text, packed.get("n", ""), **inner)
        case {"at": at}:
            return datetime.fromisoformat(at)
        case {"day": day}:
            return date.fromisoformat(day)
        case {"span": seconds}:
            return timedelta(seconds=seconds)
        case {"number": number}:
            return Decimal(number)
        case {"money": [amount, currency]}:
            return Money(Decimal(amount), currency)
        case _:
            plain: str | int | None = packed
            return plain
