"""Finding customers among many, on both engines: part of a name, pinyin, initials, a slip."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from storage import customers, lookup
from storage.customers import Customer
from storage.database import Database, Transaction

FIRST = list("华宁恒永正嘉南海长瑞鼎隆天金银东中新安泰")
SECOND = list("强波达固源陵亿岳城丰盛昌宇鑫辉方兴科顺和")
TRADE = ("精工", "电子", "机械", "轴承", "铸造", "包装", "橡胶", "铝业", "电气", "紧固件", "金属")


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    """Six hundred customers with invented names."""
    made = Database(database_url)
    made.write_now(fill)
    yield made
    made.close()


def fill(db: Transaction) -> None:
    """Every name once, in an order of its own."""
    rng = random.Random(7)
    names = [a + b + c for a in FIRST for b in SECOND for c in TRADE]
    for name in rng.sample(names, 600):
        row = Customer(name=name, short=name, created_at=datetime(2026, 1, 1, tzinfo=UTC))
        lookup.add_name(db, customers.add(db, row), name)


def found(database: Database, text: str) -> list[str]:
    """What a text finds, the likeliest first."""
    return [one.name for one in database.read_now(lambda db: lookup.find(db, text))]


def some(database: Database, count: int) -> list[str]:
    """Names that are there."""
    newest = database.read_now(lambda db: customers.recent(db, 2000))
    return [one.name for one in random.Random(3).sample(newest, count)]


def test_the_whole_name_comes_first(database: Database) -> None:
    for name in some(database, 40):
        assert found(database, name)[0] == name


def test_two_characters_find_it(database: Database) -> None:
    for name in some(database, 40):
        assert name[:2] in found(database, name[:2])[0]


def test_a_slip_in_four_characters_finds_it(database: Database) -> None:
    missed = [
        name
        for name in some(database, 60)
        if name not in found(database, name[0] + "某" + name[2:])
    ]
    assert len(missed) <= 3


def test_pinyin_and_initials(database: Database) -> None:
    def add(db: Transaction) -> None:
        row = Customer(name="宁波精工", created_at=datetime(2026, 1, 1, tzinfo=UTC))
        lookup.add_name(db, customers.add(db, row), "宁波精工")

    database.write_now(add)
    assert "宁波精工" in found(database, "ningbojinggong")
    assert "宁波精工" in found(database, "nbjg")


def test_nothing_typed_finds_nothing(database: Database) -> None:
    assert found(database, "  ") == []
    assert found(database, "！？") == []


def test_what_nobody_is_called(database: Database) -> None:
    assert found(database, "龘靐齉") == []


def test_the_name_that_a_text_begins_with(database: Database) -> None:
    for name in some(database, 30):
        text = name + "昨天谈了Q3"

        def lead(db: Transaction, said: str = text) -> tuple[list[lookup.Ranked], int]:
            return lookup.leading(db, said)

        ranked, length = database.read_now(lead)
        assert ranked[0].name == name
        assert length == len(name)
