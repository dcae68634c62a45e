"""What the library read, checked: it does not look at the types of what it reads."""

from __future__ import annotations

from datetime import datetime

HALF_A_TURN = 180


def number(value: object) -> str:
    """An id, as text. Raises `TypeError`."""
    if not isinstance(value, int) or isinstance(value, bool):
        raise TypeError("a number was expected")
    return str(value)


def words(value: object) -> str:
    """Text without what no database keeps: NUL, and halves of characters. Raises `TypeError`."""
    if value is None:
        return ""
    if not isinstance(value, str):
        raise TypeError("text was expected")
    whole = value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return whole.replace("\0", "")


def moment(value: object) -> datetime:
    """A moment. Raises `TypeError`."""
    if not isinstance(value, datetime):
        raise TypeError("a moment was expected")
    return value


def degrees(value: object) -> float:
    """Degrees of the globe. Raises `TypeError` or `ValueError`."""
    if not isinstance(value, int | float) or isinstance(value, bool):
        raise TypeError("degrees were expected")
    if not -HALF_A_TURN <= value <= HALF_A_TURN:
        raise ValueError("this is no place on earth")
    return float(value)
