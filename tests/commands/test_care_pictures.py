"""Each kind of occasion has its own picture, small enough for a mail."""

from __future__ import annotations

from io import BytesIO

import pytest
from PIL import Image

from commands.care import pictures
from storage.care import BIRTHDAY, COOPERATION, FESTIVAL

KINDS = (FESTIVAL, BIRTHDAY, COOPERATION)


@pytest.mark.parametrize("kind", KINDS)
def test_it_is_a_picture_as_wide_as_two_phones_and_small(kind: str) -> None:
    content = pictures.drawn(kind, 7)
    with Image.open(BytesIO(content)) as shown:
        assert (shown.format, shown.size) == ("PNG", (pictures.WIDTH, pictures.HEIGHT))
        assert len(shown.convert("RGB").getcolors(1 << 20) or ()) > 50
    assert len(content) < 40_000


def test_they_differ_and_so_do_years_of_cooperation() -> None:
    assert len({pictures.drawn(kind) for kind in KINDS}) == len(KINDS)
    assert pictures.drawn(COOPERATION, 7) != pictures.drawn(COOPERATION, 12)
    assert {alt.text for alt in pictures.ALT.values()} == {
        "Picture: lanterns under a full moon",
        "Picture: a birthday cake with candles",
        "Picture: two rings that belong together",
    }
