"""Cards, words and replies are kept in rows and come back as they were."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from commands.kit import card as cards
from commands.kit import words
from commands.kit.card import (
    OUTSIDE,
    PUBLIC,
    STAFF,
    Button,
    Buttons,
    Card,
    Facts,
    Line,
    Note,
    Picture,
    Quote,
    Ref,
    only,
)
from commands.kit.money import Money
from commands.kit.packing import Packing
from commands.kit.people import Department
from commands.kit.words import T, Value

VALUES: list[Value] = [
    None,
    "华强's own words",
    7,
    date(2026, 10, 14),
    datetime(2026, 10, 14, 2, 5, tzinfo=UTC),
    timedelta(hours=4),
    Decimal("3.50"),
    Money(Decimal(35000), "CNY"),
    T("plain"),
    T("{n} day", "{n} days", n=2),
    T("{a}, {b}", a=T("{x}", x=1), b=date(2026, 1, 2)),
]
WHOLE = Card(
    T("{number}: solved", number="C-2026-0001"),
    (
        Line(T("A line"), STAFF),
        Note("small"),
        Quote("said", T("by {name}", name="李娜"), PUBLIC),
        Facts(((T("Name"), "value"), ("own", T("word"))), only(Department.SALES)),
        Picture(3, T("Photo")),
        Line(T("for you"), OUTSIDE),
        Buttons(
            (
                Button(
                    T("Go"), "go", {"a": [1, "b"], "c": None}, Ref("case", 7), 3, "danger", T("?")
                ),
            )
        ),
    ),
    Ref("case", 7),
)


@pytest.mark.parametrize("value", VALUES, ids=repr)
def test_words_come_back_as_they_were(value: Value) -> None:
    packed = json.loads(json.dumps(words.encode(value)))
    assert words.decode(packed) == value


def test_a_card_comes_back_whole() -> None:
    packed = json.loads(json.dumps(cards.encode(WHOLE)))
    back = cards.decode(packed)
    assert back.title == WHOLE.title
    assert back.about == WHOLE.about
    assert back.parts[:-1] == WHOLE.parts[:-1]
    button = cards.buttons(back)[0]
    assert dict(button.answers) == {"a": (1, "b"), "c": None}
    assert (button.does, button.about, button.revision) == ("go", Ref("case", 7), 3)
    assert (button.style, button.confirm) == ("danger", T("?"))


def test_what_is_no_word_is_refused_by_its_type() -> None:
    with pytest.raises(TypeError, match="not complex"):
        words.encode(1j)


def test_a_number_is_no_sentence() -> None:
    with pytest.raises(TypeError, match="these were no words"):
        words.sentence(7)
    assert words.sentence({"T": "Hello"}) == T("Hello")


def test_a_dataclass_that_was_not_named_is_refused() -> None:
    @dataclass
    class Stray:
        x: int

    with pytest.raises(TypeError, match="not Stray"):
        Packing[Stray](Card).pack(Stray(1))


def test_another_class_of_a_known_name_is_not_taken_for_it() -> None:
    @dataclass
    class Ref:
        kind: str
        id: int

    with pytest.raises(TypeError, match="not Ref"):
        cards.encode(Card("title", (), Ref("case", 1)))  # type: ignore[arg-type]


def test_one_word_is_listed_alone_and_none_as_a_dash() -> None:
    assert words.listed([]) == "—"
    assert words.listed(["a"]) == "a"
    assert words.listed(["a", T("b")]) == T("{a}, {b}", a="a", b=T("b"))


def test_a_sentence_shows_its_english_while_it_is_looked_for() -> None:
    assert str(T("Hello {name}", name="x")) == "T('Hello {name}')"


def test_parts_are_added_at_the_end() -> None:
    card = Card("title", (Line("one"),))
    more = (Line("two"),)
    assert card + more == Card("title", (Line("one"), Line("two")))


def test_merged_cards_keep_their_titles_and_order_and_lose_their_pictures() -> None:
    first = Card(T("First"), (Line("one"), Picture(1, "photo")))
    second = Card("Second", (Quote("two"),))
    assert cards.merged((first, second)) == Card(
        T("{n} things for you", n=2),
        (Line(T("First")), Line("one"), Line("Second"), Quote("two")),
    )
