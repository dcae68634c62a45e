"""Nouns: each kind once, and what a person is to a subject."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from commands.kit.errors import Misdeclared
from commands.kit.noun import Involved, Matches, Noun, Nouns, relations
from commands.kit.people import (
    Department,
    Person,
    Relation,
    administrator,
    head_of,
    load,
    members_of,
    superior_of,
)
from commands.kit.words import T
from storage.database import Database, Transaction
from tests.house import seeded

ZHAO, WANG, LINA, CHENJING, WULEI = 1, 2, 3, 5, 6


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    made = Database(database_url)
    seeded(made, "web", "en")
    yield made
    made.close()


def tea(kind: str = "tea") -> Noun:
    return Noun(kind, T("tea"), lambda _look, _text, _actor: Matches(), lambda _db, _id: None)


def person(db: Transaction, id_: int) -> Person:
    found = load(db, id_)
    assert found is not None
    return found


def away(db: Transaction, *ids: int) -> None:
    for id_ in ids:
        db.run(f"UPDATE person SET active = false WHERE id = {id_}")  # noqa: S608 (a test's own)


def test_a_kind_declared_twice_is_refused() -> None:
    with pytest.raises(Misdeclared, match="the noun 'tea' is declared twice"):
        Nouns((tea(), tea("cup"), tea()))


def test_a_noun_is_found_by_its_kind() -> None:
    cup = tea("cup")
    nouns = Nouns((tea(), cup))
    assert nouns["cup"] is cup
    assert nouns.get("pot") is None
    assert [noun.kind for noun in nouns.every()] == ["tea", "cup"]


async def test_what_people_are_to_a_subject(database: Database) -> None:
    def look(db: Transaction) -> list[frozenset[Relation]]:
        involved = Involved(owner_id=LINA, submitter_ids=frozenset({WULEI}))
        return [relations(db, involved, person(db, one)) for one in (LINA, WANG, WULEI, ZHAO)]

    assert await database.read(look) == [
        {Relation.OWNER},
        {Relation.SUPERIOR},
        {Relation.SUBMITTER},
        frozenset(),
    ]


async def test_an_empty_seat_falls_to_an_administrator(database: Database) -> None:
    await database.write(lambda db: away(db, WANG, CHENJING))

    def look(db: Transaction) -> list[Person | None]:
        return [superior_of(db, LINA), head_of(db, Department.QUALITY), superior_of(db, None)]

    found = await database.read(look)
    assert [one.id for one in found if one] == [ZHAO, ZHAO, ZHAO]


async def test_nobody_is_their_own_superior(database: Database) -> None:
    assert await database.read(lambda db: superior_of(db, ZHAO)) is None
    assert await database.read(lambda db: administrator(db, besides=ZHAO)) is None


async def test_a_department_begins_with_its_head(database: Database) -> None:
    found = await database.read(lambda db: members_of(db, Department.SALES))
    assert found[0].id == WANG
    assert {one.name for one in found} == {"王经理", "李娜", "周强"}
