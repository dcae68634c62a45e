"""What a noun tells the rest of the house about its subjects."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Protocol
from zoneinfo import ZoneInfo

from commands.kit.agenda import Entry
from commands.kit.card import STAFF, Audience, Card, Ref
from commands.kit.desk import Desk
from commands.kit.errors import Misdeclared
from commands.kit.paper import Paper
from commands.kit.people import Actor, Person, Relation, superior_of
from commands.kit.policy import Policy
from commands.kit.words import T, Words
from storage import dues, timers
from storage.database import Json, Transaction
from storage.dues import Due
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
    """Who has to do with a subject.

    `superior_ids` stand above its owner beside the superior. What is `personal` is no deputy's.
    The accounts of `answering_ids` were asked something about it: what they say of it is kept, and
    they may answer, though they see nothing of it.
    """

    owner_id: int | None = None
    submitter_ids: frozenset[int] = frozenset()
    account_ids: frozenset[int] = frozenset()
    superior_ids: frozenset[int] = frozenset()
    personal: bool = False
    answering_ids: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class Named:
    """A subject that a text names somewhere; `things` says that something of theirs is meant."""

    found: Found
    things: bool = False


def _nobody_named(_look: Look, _text: str) -> tuple[Named, ...]:
    return ()


def nothing_found(_look: Look, _text: str, _actor: Actor | None) -> Matches:
    """What nobody calls by a name is found by nothing that is typed."""
    return Matches()


def _not_owed(_desk: Desk, due: Due, left: timedelta) -> datetime:
    """A kind of subject on which nothing is owed."""
    raise TypeError(f"nothing can be owed anew on a {due.kind}")


def _none_held(_db: Transaction, _person_id: int) -> list[int]:
    return []


def _no_entries(_look: Look, _person: Person, _until: date) -> Iterable[Entry]:
    return ()


def _not_handed(_desk: Desk, _id: int, _from_id: int, _to_id: int) -> None:
    """Only what is owed on it changes hands."""


def _not_turned(_desk: Desk, _id: int, _person_id: int) -> None:
    """Whoever acts for somebody is told with what comes next."""


@dataclass(frozen=True, slots=True)
class Topic:
    """A subject's own thread: what it is called, and whether there is nothing more to do in it."""

    title: str
    closed: bool


class Leads(Protocol):
    """The subject that a text begins with, and the rest of the text.

    `whole` wants its name as it is kept: no part of it, no pinyin, no slip.
    """

    def __call__(self, look: Look, text: str, /, *, whole: bool = False) -> tuple[Matches, str]:
        """Split it."""


@dataclass(frozen=True)
class Noun:
    """A kind of subject.

    `verbs` are offered when somebody only names one; `leads` splits a text that begins with one,
    `within` gives those that it names anywhere. `numbered` says whether a text begins with one's
    number. `views` draw other cards of it than the usual one, such as a warning; they follow it as
    well. `heard` is called with what is said of one, and gives what whoever said it reads. `awaits`
    finds the one that words of a customer answer, though they answer no card; clear says that they
    do beyond doubt. To the card of what `takes_all` they answer whatever they say, a complaint too.
    `topic` is given where each is talked about in a thread of its own. `files_to` are those who may
    see its files. `filed` is called once for each file of a subject, with its bytes, in the
    transaction that has both. `held` are the open ones that a person answers for, `entries` what
    stands in a person's calendar up to a day: nothing confidential, for it leaves the house; `hand`
    makes what one has of it another's, `stands` says whether one was not taken back, and `turned`
    asks who acts for somebody. `differs` tells what a later revision shows otherwise than an
    earlier one did, by name. `owe_anew` sets another deadline for a due that is excused, which had
    so much time left, and gives it. The card of what is `private` goes to its asker's direct chat
    and is never kept as it is drawn. `papers` are what can be drawn of a subject, by name.
    """

    kind: str
    words: T
    find: Callable[[Look, str, Actor | None], Matches]
    name_of: Callable[[Transaction, int], str | None]
    card: Callable[[Look, int], Card] | None = None
    views: Mapping[str, Callable[[Look, int, str], Card]] = field(default_factory=dict)
    involved: Callable[[Transaction, int], Involved | None] = lambda _db, _id: Involved()
    leads: Leads | None = None
    within: Callable[[Look, str], tuple[Named, ...]] = _nobody_named
    numbered: Callable[[str], bool] = lambda _text: False
    verbs: tuple[str, ...] = ()
    heard: Callable[[Desk, int, Talk], Card | None] = lambda _desk, _id, _talk: None
    awaits: Callable[[Look, str, Actor | None], Matches] = nothing_found
    takes_all: bool = False
    topic: Callable[[Transaction, int], Topic | None] = lambda _db, _id: None
    filed: Callable[[Desk, int, File, bytes], None] = lambda _desk, _id, _file, _content: None
    files_to: Audience = STAFF
    timers: Mapping[str, Callable[[Desk, Timer], None]] = field(default_factory=dict)
    held: Callable[[Transaction, int], list[int]] = _none_held
    hand: Callable[[Desk, int, int, int], None] = _not_handed
    entries: Callable[[Look, Person, date], Iterable[Entry]] = _no_entries
    stands: Callable[[Transaction, int], bool] = lambda _db, _id: True
    turned: Callable[[Desk, int, int], None] = _not_turned
    owe_anew: Callable[[Desk, Due, timedelta], datetime] = _not_owed
    differs: Callable[[Json, Json], tuple[tuple[Words, Words], ...]] = lambda _seen, _now: ()
    private: bool = False
    papers: Mapping[str, Callable[[Look, int, str], Paper]] = field(default_factory=dict)

    def drawn(self, look: Look, about: Ref) -> Card | None:
        """A subject's card, or the view of it that is asked for; None if it has none."""
        name, _, told = about.view.partition(":")
        if name:
            return self.views[name](look, about.id, told)
        return self.card(look, about.id) if self.card else None


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

    def entries(self, look: Look, person: Person, until: date) -> Iterator[Entry]:
        """Everything that stands in a person's calendar up to a day."""
        for noun in self.every():
            yield from noun.entries(look, person, until)

    # --- what people have in hands (commands.kit.desk.Holdings) -----------------------------------

    def held_by(self, db: Transaction, person_id: int) -> list[Ref]:
        """Every open subject that a person answers for, owes something on, or asked about."""
        held = [Ref(noun.kind, id_) for noun in self.every() for id_ in noun.held(db, person_id)]
        owed = [Ref(due.kind, due.subject_id) for due in dues.owed_by(db, person_id)]
        asked = [Ref(timer.kind, timer.subject_id) for timer in timers.asked_by(db, person_id)]
        return list(dict.fromkeys([*held, *owed, *asked]))

    def hand(self, desk: Desk, about: Ref, from_id: int, to_id: int) -> None:
        """One of them is another's from now on, with what is owed on it."""
        self[about.kind].hand(desk, about.id, from_id, to_id)
        dues.pass_from(desk.db, about.kind, about.id, from_id, to_id)
        timers.pass_on(desk.db, about.kind, about.id, from_id, to_id)

    def turned(self, desk: Desk, person_id: int) -> None:
        """Somebody has gone away or is back: who acts for them is asked for what waits."""
        for noun in self.every():
            if noun.turned is not _not_turned:
                for id_ in noun.held(desk.db, person_id):
                    noun.turned(desk, id_, person_id)

    def name_of(self, db: Transaction, about: Ref) -> Words:
        """What people call a subject, with its kind."""
        noun = self.get(about.kind)
        if noun is None:
            return str(about)
        name = noun.name_of(db, about.id)
        return T("{kind} {name}", kind=noun.words, name=name) if name else noun.words


def relations(db: Transaction, involved: Involved, person: Person) -> frozenset[Relation]:
    """What a person is to a subject."""
    found = set()
    deputising = frozenset() if involved.personal else person.stands_in_for
    if involved.owner_id == person.id:
        found.add(Relation.OWNER)
    if involved.owner_id in deputising:
        found.add(Relation.DEPUTY)
    if person.id in involved.submitter_ids:
        found.add(Relation.SUBMITTER)
    above = superior_of(db, involved.owner_id)
    over = involved.superior_ids | ({above.id} if above else set())
    if over & {person.id, *deputising}:
        found.add(Relation.SUPERIOR)
    return frozenset(found)
