"""Words that are translated when they are drawn, and the codec that keeps them in rows."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from commands.kit.money import Money

Json = Any
type_error = "a word may hold text, numbers, dates, moments, spans, money and other words, not {}"



@dataclass(frozen=True, slots=True, init=False)
class T:
    """A sentence in English, with named places for values; its Chinese stands in the catalogue.

    A `str` value is somebody's own words and is shown as it is. In the sentence, `{day}` is "13 Oct", `{day:near}`
    "yesterday (13 Oct)", `{at}` "13 Oct 14:10", `{at:clock}` "today 14:10", a timedelta "4 h", a T is translated in turn.
    With `many=`, that is the English used unless the value `n` is 1.
    """

    text: str
    many: str
    values: tuple[tuple[str, Any], ...]

    def __init__(self, text: str, /, many: str = "", **values: Any) -> None:
        object.__setattr__(self, "text", text)
        object.__setattr__(self, "many", many)
        object.__setattr__(self, "values", tuple(values.items()))

    def __str__(self) -> str:
        return f"T({self.text!r})"


Words = T | str


def encode(value: Any) -> Json:
    """Turn words, or a value within words, into JSON."""
    match value:
        case None | str() | bool() | int():
            return value
        case T():
            packed: dict[str, Json] = {"T": value.text}
            if value.many:
                packed["n"] = value.many
            if value.values:
                packed["v"] = {name: encode(inner) for name, inner in value.values}
            return packed
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
    raise TypeError(type_error.format(type(value).__name__))


def decode(packed: Json) -> Any:
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
    return packed
