"""What a noun tells the rest of the house about its subjects."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol
from zoneinfo import ZoneInfo

from commands.kit.card import Card
from commands.kit.desk import Desk
from commands.kit.errors import Misdeclared
from commands.kit.people import Actor, Person, Relation, superior_of
from commands.kit.policy import Policy
from commands.kit.words import T
from storage.database import Transaction
from storage.files import File
from storage.talk import Talk
from storage.timers import Timer


class Look(Protocol):
    """What drawing a card or searching may use: it can read, and knows the time."""

    @property
    def db(self) -> Transaction:
        """What is remembered."""

    @property
    def now(self) -> datetime:
        """The company's clock."""

    @property
    def zone(self) -> ZoneInfo:
        """The company's zone."""

    @property
    def policy(self) -> Policy:
        """The numbers in force."""


@dataclass(frozen=True, slots=True)
class Found:
    """A subject that a search found; `score` is 0 to 100."""

    id: int
    name: str
    score: float = 0.0


@dataclass(frozen=True, slots=True)
class Matches:
    """What a search found, the best first; `clear` says that the first alone is meant."""

    found: tuple[Found, ...] = ()
    clear: bool = False


@dataclass(frozen=True, slots=True)
class Involved:
    """Who has to do with a subject."""

    owner_id: int | None = None
    submitter_ids: frozenset[int] = frozenset()
    account_ids: frozenset[int] = frozenset()


@dataclass(frozen=True)
class Noun:
    """A kind of subject.

    `verbs` are offered when somebody only names one; `leads` splits a text that begins with one.
    `arrived` is told of every file once its bytes are here.
    """

    kind: str
    words: T
    find: Callable[[Look, str, Actor | None], Matches]
    name_of: Callable[[Transaction, int], str | None]
    card: Callable[[Look, int], Card] | None = None
    involved: Callable[[Transaction, int], Involved | None] = lambda _db, _id: Involved()
    leads: Callable[[Look, str], tuple[Matches, str]] | None = None
    verbs: tuple[str, ...] = ()
    heard: Callable[[Desk, int, Talk], None] = lambda _desk, _id, _talk: None
    arrived: Callable[[Desk, File], None] = lambda _desk, _file: None
    timers: Mapping[str, Callable[[Desk, Timer], None]] = field(default_factory=dict)


class Nouns:
    """Every noun there is, by kind."""

    def __init__(self, nouns: tuple[Noun, ...]) -> None:
        self._by_kind: dict[str, Noun] = {}
        for noun in nouns:
            if noun.kind in self._by_kind:
                raise Misdeclared(f"the noun '{noun.kind}' is declared twice")
            self._by_kind[noun.kind] = noun

    def __getitem__(self, kind: str) -> Noun:
        return self._by_kind[kind]

    def get(self, kind: str) -> Noun | None:
        """The noun of a kind."""
        return self._by_kind.get(kind)

    def every(self) -> tuple[Noun, ...]:
        """All of them."""
        return tuple(self._by_kind.values())


def relations(db: Transaction, involved: Involved, person: Person) -> frozenset[Relation]:
    """What a person is to a subject."""
    found = set()
    if involved.owner_id == person.id:
        found.add(Relation.OWNER)
    if person.id in involved.submitter_ids:
        found.add(Relation.SUBMITTER)
    above = superior_of(db, involved.owner_id)
    if above and above.id == person.id:
        found.add(Relation.SUPERIOR)
    return frozenset(found)
