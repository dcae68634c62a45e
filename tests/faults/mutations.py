"""Inputs made of good ones: cut, doubled, mixed, and with what no program expects."""

from __future__ import annotations

import random
from collections.abc import Sequence
from typing import Any

Json = Any
LETTERS = (
    "0123456789.,:;/-+~'\"<>&|@#¥$%()[]{}\\ \t\n\u3000"
    "abcXYZ永固精工拜访投诉昨天前下周五月日号点半万千百元整三两〇零"
    "\x00\u200b\u202e\ufeff\u0301٣½²ß😀👩‍👧\ud800"
)
PIECES = (
    "昨天",
    "2月30日",
    "9999-99-99",
    "1e999",
    "NaN",
    "0x10",
    "../../",
    "-1",
    "%s",
    "{0}",
    "''",
)
VALUES: Sequence[Json] = (
    *(None, True, False, 0, -1, 2**31, 2**63, -(2**80), 1e308, float("nan"), ""),
    *("x", "0", "永固", "\x00", "\ud800", "😀" * 50, "a" * 3000, [], {}, [[]], [None], {"": ""}),
    *({"id": 1}, {"id": "U1"}, [{"type": "x"}], {"a": {"b": {"c": [1, 2, {}]}}}),
)


def text(chance: random.Random, good: Sequence[str], longest: int) -> str:
    """A text that was good a moment ago."""
    made = list(chance.choice(good))
    for _ in range(chance.choice((0, 1, 1, 2, 3, 8))):
        at = chance.randrange(len(made) + 1)
        match chance.randrange(6):
            case 0:
                made[at:at] = chance.choice(LETTERS)
            case 1:
                del made[at : at + chance.randrange(1, 4)]
            case 2:
                made[at:at] = chance.choice(PIECES)
            case 3:
                made[at:at] = made[at : at + 6] * chance.randrange(1, 5)
            case 4:
                made[at:at] = list(chance.choice(good))
            case _:
                made[at : at + 1] = chance.choice(LETTERS)
    return "".join(made)[:longest]


def body(chance: random.Random, good: Json) -> Json:
    """JSON of which some values are others, or are missing."""
    made = _copy(good)
    for _ in range(chance.choice((1, 1, 2, 3, 6))):
        holders = list(_holders(made))
        if not holders:
            return made
        holder, key = chance.choice(holders)
        if chance.random() < 0.25 and isinstance(holder, dict):
            del holder[key]
        elif chance.random() < 0.3 and isinstance(holder[key], str):
            holder[key] = text(chance, (holder[key] or "x",), 200)
        else:
            holder[key] = _copy(chance.choice(VALUES))
    return made


def _copy(value: Json) -> Json:
    match value:
        case dict():
            return {key: _copy(inner) for key, inner in value.items()}
        case list():
            return [_copy(inner) for inner in value]
        case _:
            return value


def _holders(value: Json) -> list[tuple[Json, Json]]:
    """Every place in it that a value stands in."""
    keys = value.keys() if isinstance(value, dict) else range(len(value))
    found = [(value, key) for key in keys]
    for key in keys:
        if isinstance(value[key], dict | list):
            found += _holders(value[key])
    return found


def raw(chance: random.Random, good: bytes, longest: int) -> bytes:
    """Bytes that were a file a moment ago."""
    made = bytearray(good)
    for _ in range(chance.choice((1, 2, 5, 20))):
        at = chance.randrange(len(made) + 1)
        match chance.randrange(4):
            case 0:
                made[at:at] = chance.randbytes(chance.randrange(1, 9))
            case 1:
                del made[at : at + chance.randrange(1, 40)]
            case 2:
                made[at : at + 4] = chance.choice((b"\xff\xff\xff\xff", b"\x00\x00\x00\x00"))
            case _:
                made[at : at + 1] = chance.randbytes(1)
    return bytes(made[:longest])
