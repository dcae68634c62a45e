"""Finding customers among many, on both engines: part of a name, pinyin, initials, a slip."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from storage import customers, lookup
from storage.customers import Customer
from storage.database import Database, Query, Transaction

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

        def lead(db: Transaction, said: str = text) -> lookup.Leading:
            return lookup.leading(db, said)

        led = database.read_now(lead)
        assert led.ranked[0].name == name
        assert (led.length, led.sure) == (len(name), True)


class Seen:
    """A query that remembers under which grams it was asked, and how much it gave."""

    def __init__(self, asked: Query[lookup.Hit]) -> None:
        self.asked = asked
        self.calls: list[tuple[tuple[str, ...], int]] = []

    def all(self, db: Transaction, **values: str) -> list[lookup.Hit]:
        """Ask, and remember."""
        found = self.asked.all(db, **values)
        self.calls.append((tuple(values.values()), len(found)))
        return found


@pytest.fixture
def crowd(database: Database) -> Database:
    """Five hundred names more that share their last two characters."""

    def add(db: Transaction) -> None:
        for number in range(500):
            name = f"{FIRST[number % 20]}{SECOND[number // 20 % 20]}{number}精工"
            row = Customer(name=name, short=name, created_at=datetime(2026, 1, 1, tzinfo=UTC))
            lookup.add_name(db, customers.add(db, row), name)

    database.write_now(add)
    return database


def test_the_rarest_gram_is_looked_up_first(
    crowd: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen = Seen(vars(lookup)["_THREE"])
    monkeypatch.setattr(lookup, "_THREE", seen)
    assert found(crowd, "499精工")[0].endswith("499精工")
    (rarest, *_), most = seen.calls[0]
    assert rarest in {"49", "99", "9精"}
    assert most < 10


def test_dear_searches_are_left_out_where_better_was_found(
    crowd: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen = Seen(vars(lookup)["_THREE"])
    monkeypatch.setattr(lookup, "_THREE", seen)
    assert len(found(crowd, "jinggong")) == 20  # nobody is called so, and many in part
    assert [most for _, most in seen.calls] == [lookup.CAP]
    seen.calls.clear()
    row = Customer(name="精工", short="精工", created_at=datetime(2026, 1, 1, tzinfo=UTC))
    crowd.write_now(lambda db: lookup.add_name(db, customers.add(db, row), "精工"))
    assert found(crowd, "jinggong") == ["精工"]
    assert seen.calls == []


def test_how_common_a_gram_is_is_told_by_samples(crowd: Database) -> None:
    def rarities(db: Transaction) -> list[lookup.Rarity]:
        return lookup._known(db, ["精工", "49", "nobody"])  # noqa: SLF001

    few, many = crowd.read_now(rarities)
    assert (few.gram, many.gram) == ("49", "精工")
    assert few.about < many.about


def test_the_list_of_candidates_is_capped(crowd: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    seen = Seen(vars(lookup)["_ONE"])
    monkeypatch.setattr(lookup, "_ONE", seen)
    assert len(found(crowd, "精工")) == 20
    assert max(most for _, most in seen.calls) == lookup.CAP


@pytest.mark.parametrize("asked", ["_ONE", "_BOTH", "_THREE", "_BY_KEY"])
def test_a_look_up_reads_an_index(database: Database, asked: str) -> None:
    query: Query[lookup.Hit] = vars(lookup)[asked]
    compiled = query.on(database.engine)
    values = compiled.values(dict.fromkeys(("a", "b", "c", "key"), "精工"))

    def plan(db: Transaction) -> str:
        if database.engine == "postgresql":  # which would rather read a small table whole
            db.run("SET LOCAL enable_seqscan = off")
        words = "EXPLAIN QUERY PLAN" if database.engine == "sqlite" else "EXPLAIN"
        return str(db.run(f"{words} {compiled.sql}", values).fetchall())

    said = database.read_now(plan)
    assert "SCAN" not in said
    assert "Seq Scan" not in said
    assert "USING" in said or "Index" in said or "Bitmap" in said


def test_a_sample_is_a_stretch_of_the_index(database: Database) -> None:
    """Of a common gram nothing but the sampled entries is read: the tree leads to them."""
    compiled = vars(lookup)["_HOW_MANY"][database.engine].on(database.engine)
    values = compiled.values({"grams": ["精工"]})

    def plan(db: Transaction) -> str:
        if database.engine == "sqlite":
            return str(db.run(f"EXPLAIN QUERY PLAN {compiled.sql}", values).fetchall())
        db.run("SET LOCAL enable_seqscan = off")
        db.run("SET LOCAL enable_bitmapscan = off")
        return str(db.run(f"EXPLAIN {compiled.sql}", values).fetchall())

    said = database.read_now(plan)
    if database.engine == "sqlite":
        assert said.count("gram=? AND name_id>? AND name_id<?") == lookup.WINDOWS
    else:
        assert "Filter" not in said
        assert said.count("name_id >") == lookup.WINDOWS
