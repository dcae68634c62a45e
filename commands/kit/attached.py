"""Answers that are more than words: photos, and a place."""

from __future__ import annotations

import re

from commands.kit.errors import Invalid
from commands.kit.form import Question
from commands.kit.words import T
from storage.database import Json

_DEGREES = re.compile(r"(-?\d{1,3}(?:\.\d+)?)\s*[,，]\s*(-?\d{1,3}(?:\.\d+)?)")
HALF_A_TURN = 180.0


def photos(asked: Question, raw: Json) -> Json:
    """The ids of files that were sent; words are none."""
    if isinstance(raw, str):
        raise Invalid(asked.field, T("Please send the photos."))
    return list(raw)


def place(asked: Question, raw: Json) -> Json:
    """A place as a platform sends it, or as map programs write it: 29.8683, 121.544."""
    if isinstance(raw, dict):
        return raw
    found = _DEGREES.fullmatch(str(raw).strip())
    latitude, longitude = (float(found[1]), float(found[2])) if found else (HALF_A_TURN, 0.0)
    if abs(latitude) > HALF_A_TURN / 2 or abs(longitude) > HALF_A_TURN:
        raise Invalid(asked.field, T("Please send the place, or write it like “29.868, 121.544”."))
    return {"latitude": latitude, "longitude": longitude, "title": ""}
