"""Draws the picture of a greeting (3.2): without words, so that it speaks every language."""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import lru_cache
from io import BytesIO
from random import Random
from typing import TYPE_CHECKING

from commands.kit.words import T
from storage.care import BIRTHDAY, COOPERATION, FESTIVAL

if TYPE_CHECKING:
    from PIL.Image import Image
    from PIL.ImageDraw import ImageDraw

Colour = tuple[int, int, int]
Point = tuple[float, float]
MEDIA = "image/png"
# Twice what a phone shows, and drawn at twice that again, so that edges are smooth.
WIDTH, HEIGHT, FINER = 864, 360, 2
DEEP, TEAL, GOLD, CREAM = (11, 60, 73), (27, 107, 125), (217, 180, 91), (250, 245, 230)
RED, DARK_RED, ROSE, WARM = (196, 48, 43), (142, 27, 27), (233, 132, 120), (247, 214, 178)
ALT = {
    FESTIVAL: T("Picture: lanterns under a full moon"),
    BIRTHDAY: T("Picture: a birthday cake with candles"),
    COOPERATION: T("Picture: two rings that belong together"),
}


@lru_cache(maxsize=64)
def drawn(kind: str, years: int = 0) -> bytes:
    """The picture of a kind of occasion, as PNG; `years` stands in that of cooperation.

    It takes a twentieth of a second the first time, for the writer waits while it is drawn.
    """
    from PIL import Image, ImageDraw  # slow to load

    above, below = _GROUNDS[kind]
    size = (WIDTH * FINER, HEIGHT * FINER)
    made = Image.linear_gradient("L").resize(size)
    picture = Image.composite(Image.new("RGB", size, below), Image.new("RGB", size, above), made)
    pen = ImageDraw.Draw(picture)
    if kind == COOPERATION:
        _rings(pen, years)
    else:
        _SCENES[kind](pen)
    return _written(picture)


def _written(picture: Image) -> bytes:
    out = BytesIO()
    picture.reduce(FINER).save(out, "PNG", compress_level=6)
    return out.getvalue()


def _at(*numbers: float) -> list[float]:
    """Places of the finished picture, on the finer one."""
    return [number * FINER for number in numbers]


def _disc(pen: ImageDraw, at: Point, radius: float, fill: Colour) -> None:
    x, y = at
    pen.ellipse(_at(x - radius, y - radius, x + radius, y + radius), fill=fill)


# --- a holiday ------------------------------------------------------------------------------------


def _festival(pen: ImageDraw) -> None:
    chance = Random(8)  # noqa: S311 -- where stars stand
    for _ in range(60):
        at = (chance.uniform(0, WIDTH), chance.uniform(0, HEIGHT * 0.7))
        _disc(pen, at, chance.uniform(0.6, 1.8), CREAM)
    _disc(pen, (610, 150), 104, (38, 92, 104))
    _disc(pen, (610, 150), 90, CREAM)
    for x, y, radius in ((575, 125, 14), (635, 175, 20), (622, 108, 9)):
        _disc(pen, (x, y), radius, (238, 228, 203))
    hills = [(0, 330), (150, 285), (330, 322), (520, 290), (700, 326), (864, 296)]
    pen.polygon([*map(_point, hills), _point((864, 360)), _point((0, 360))], fill=(8, 44, 54))
    for x, y, scale in ((150, 150, 1.0), (300, 112, 0.78), (420, 168, 0.6)):
        _lantern(pen, (x, y), scale)


def _point(at: Point) -> Point:
    return at[0] * FINER, at[1] * FINER


def _lantern(pen: ImageDraw, at: Point, scale: float) -> None:
    x, y = at
    wide, high = 62 * scale, 50 * scale
    pen.line(_at(x, 0, x, y - high), fill=GOLD, width=2 * FINER)
    pen.ellipse(_at(x - wide, y - high, x + wide, y + high), fill=RED)
    for part in (0.62, 0.24):
        box = _at(x - wide * part, y - high, x + wide * part, y + high)
        pen.ellipse(box, outline=DARK_RED, width=2 * FINER)
    for edge in (y - high, y + high):
        pen.rectangle(_at(x - wide * 0.4, edge - 5, x + wide * 0.4, edge + 5), fill=GOLD)
    for off in (-12, 0, 12):
        tassel = _at(x + off * scale, y + high + 5, x + off * scale, y + high + 48 * scale)
        pen.line(tassel, fill=GOLD, width=2 * FINER)


# --- a birthday -----------------------------------------------------------------------------------


def _birthday(pen: ImageDraw) -> None:
    chance = Random(3)  # noqa: S311 -- where confetti falls
    for _ in range(70):
        at = (chance.uniform(0, WIDTH), chance.uniform(0, HEIGHT - 60))
        _disc(pen, at, chance.uniform(2, 5), chance.choice((GOLD, ROSE, TEAL, CREAM)))
    for x, y, colour in ((130, 120, ROSE), (205, 90, TEAL), (672, 98, GOLD), (742, 132, RED)):
        _balloon(pen, (x, y), colour)
    pen.rectangle(_at(0, 320, WIDTH, HEIGHT), fill=TEAL)
    for left, top, right, bottom, fill in (
        (302, 236, 562, 322, CREAM),
        (342, 168, 522, 240, ROSE),
    ):
        pen.rounded_rectangle(_at(left, top, right, bottom), 12 * FINER, fill=fill)
    for n in range(7):
        _disc(pen, (322 + n * 37, 240), 19, ROSE)
    for n in range(5):
        _disc(pen, (360 + n * 36, 170), 18, CREAM)
    for x in (387, 432, 477):
        pen.rectangle(_at(x - 5, 112, x + 5, 158), fill=GOLD)
        pen.ellipse(_at(x - 7, 82, x + 7, 112), fill=RED)
        pen.ellipse(_at(x - 3.5, 94, x + 3.5, 111), fill=CREAM)


def _balloon(pen: ImageDraw, at: Point, colour: Colour) -> None:
    x, y = at
    pen.line(_at(x, y + 44, x + 8, 322), fill=DEEP, width=FINER)
    pen.polygon(_at(x - 8, y + 54, x + 8, y + 54, x, y + 40), fill=colour)
    pen.ellipse(_at(x - 37, y - 46, x + 37, y + 46), fill=colour)
    pen.ellipse(_at(x - 22, y - 32, x - 8, y - 12), fill=CREAM)


# --- a year of cooperation ------------------------------------------------------------------------


def _rings(pen: ImageDraw, years: int) -> None:
    from PIL import ImageFont

    for side in (-1, 1):
        for n in range(9):
            _leaf(pen, side, n)
    for x in (398, 466):
        pen.ellipse(_at(x - 92, 66, x + 92, 250), outline=GOLD, width=11 * FINER)
    # The left ring passes over the right one below: so they hold each other.
    pen.arc(_at(306, 66, 490, 250), 20, 70, fill=GOLD, width=11 * FINER)
    pen.arc(_at(304, 64, 492, 252), 20, 70, fill=DEEP, width=2 * FINER)
    if years:
        font = ImageFont.load_default(64 * FINER)
        pen.text(_point((432, 156)), str(years), fill=CREAM, font=font, anchor="mm")
    pen.line(_at(292, 306, 572, 306), fill=GOLD, width=2 * FINER)
    _disc(pen, (432, 306), 6, GOLD)


def _leaf(pen: ImageDraw, side: int, n: int) -> None:
    """One of a laurel branch that rises beside the rings."""
    angle = math.radians(70 - n * 17)
    x, y = 432 + side * (150 + 118 * math.cos(angle)), 166 + 138 * math.sin(angle)
    lean = (angle - 0.5) * side
    long, thin = 27.0, 9.0
    turn = [math.pi * k / 12 for k in range(24)]
    around = [(thin * math.cos(t), long * math.sin(t)) for t in turn]
    cos, sin = math.cos(lean), math.sin(lean)
    pen.polygon([_point((x + a * cos - b * sin, y + a * sin + b * cos)) for a, b in around], GOLD)


_GROUNDS: dict[str, tuple[Colour, Colour]] = {
    FESTIVAL: (DEEP, TEAL),
    BIRTHDAY: (WARM, CREAM),
    COOPERATION: (DEEP, (18, 82, 98)),
}
_SCENES: dict[str, Callable[[ImageDraw], None]] = {FESTIVAL: _festival, BIRTHDAY: _birthday}
