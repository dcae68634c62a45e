"""What a button holds comes back as it was; anything else is no button of ours."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from commands.kit import taps
from commands.kit.card import Button, Ref
from commands.kit.taps import BadTap, Tap
from commands.kit.words import T

NAMES = st.from_regex(r"~?[a-z][a-z0-9_]{0,31}", fullmatch=True)
REFS = st.builds(
    Ref, st.from_regex(r"[a-z_]{1,20}", fullmatch=True), st.integers(0, 999_999_999_999)
)
PLAIN = st.none() | st.booleans() | st.integers() | st.text()
TAPS = st.builds(
    Tap,
    NAMES,
    st.none() | REFS,
    st.integers(0, 999_999_999),
    st.dictionaries(st.text(), PLAIN | st.lists(PLAIN), max_size=4),
)


@given(TAPS)
def test_every_tap_comes_back_as_it_was(tap: Tap) -> None:
    assert taps.decode(taps.encode(tap)) == tap


@given(st.text())
def test_garbage_is_a_tap_or_refused_and_never_anything_else(text: str) -> None:
    try:
        tap = taps.decode(text)
    except BadTap:
        return
    assert taps.decode(taps.encode(tap)) == tap


@pytest.mark.parametrize(
    "text",
    [
        "",
        ":",
        "Upper:case7",
        "two words",
        "~",
        "take:case",
        "take:7",
        "take:case7x",
        "take:case1234567890123",
        "take:case7:x",
        "take:case7:-1",
        "take:case7:1:{",
        "take:case7:1:[1]",
        'take:case7:1:"words"',
        "take:case7:1:" + "[" * 100_000,
        "a" * 33,
    ],
)
def test_what_we_did_not_write_is_refused(text: str) -> None:
    with pytest.raises(BadTap):
        taps.decode(text)


def test_a_button_is_written_shortly() -> None:
    button = Button(T("Take"), "case_take", {}, Ref("case", 7), revision=12)
    assert taps.encode(taps.of(button)) == "case_take:case7:12"
    assert taps.encode(taps.of(Button(T("Help"), "help"))) == "help"
    bound = Button(T("It is"), "name", {"customer": 5, "of": "华强"})
    assert taps.encode(taps.of(bound)) == 'name:::{"customer":5,"of":"华强"}'
