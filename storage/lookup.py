"""Finds customers by part of a name, pinyin, initials or with a slip, through indexed grams.

The rarest gram is looked up first and the list of candidates is capped, so that a look-up costs the
same among a thousand names as among a million; rapidfuzz then ranks the short list. The same
statements run on both engines.
"""

import math
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import ClassVar, NamedTuple

from sqlalchemy import ColumnElement, bindparam, delete, exists, func, or_, select
from sqlalchemy.orm import aliased
from sqlmodel import Field, col

from storage import readings
from storage.batches import Among, add_all, each_of, put_all, run_all
from storage.connections import POSTGRESQL, SQLITE
from storage.customers import CustomerName
from storage.database import Deed, Query, Transaction
from storage.rows import Row

CAP = 100
# How common a gram is, is estimated from so many windows of so many names.
WINDOWS, WINDOW = 4, 2_500
# So many entries of the rarest gram are held against the next ones even where better was found.
DEAR = 300
LONGEST_LEAD = 24
LONGEST_SAID = 120
# What stands in sentences and in no name.
BEYOND_NAMES = re.compile("[，。；：！？、\n]")
RAREST = 8
GOOD_ENOUGH = 60
# Of names that share some grams with what was typed, those that share most are held against it.
LIKELY = 100


class Gram(Row, table=True):
    """A name is found under each of its grams.

    There are a dozen for each name, so a row is one entry of one tree and points at nothing that
    the database would have to check: an entry whose name is gone finds nothing.
    """

    __table_args__: ClassVar[dict[str, bool]] = {"sqlite_with_rowid": False}

    gram: str = Field(primary_key=True)
    name_id: int = Field(primary_key=True)


class Hit(NamedTuple):
    """A name that may be meant."""

    name_id: int
    customer_id: int
    name: str


class Ranked(NamedTuple):
    """A customer that may be meant, by the name that matched best, scored to 100."""

    id: int
    name: str
    score: float


class Leading(NamedTuple):
    """Whom the first `length` characters of a text name; `sure` says that the name ends there."""

    ranked: list[Ranked]
    length: int
    sure: bool


_first, _second, _third = aliased(Gram), aliased(Gram), aliased(Gram)
_HIT = (col(CustomerName.id), col(CustomerName.customer_id), col(CustomerName.name))
_ONE = Query(
    Hit,
    select(*_HIT)
    .join(_first, col(_first.name_id) == col(CustomerName.id))
    .where(col(_first.gram) == bindparam("a"))
    .limit(CAP),
)
_BOTH = Query(
    Hit,
    select(*_HIT)
    .join(_first, col(_first.name_id) == col(CustomerName.id))
    .join(_second, col(_second.name_id) == col(_first.name_id))
    .where(col(_first.gram) == bindparam("a"), col(_second.gram) == bindparam("b"))
    .limit(CAP),
)
_THREE = Query(
    Hit,
    select(*_HIT)
    .join(_first, col(_first.name_id) == col(CustomerName.id))
    .join(_second, col(_second.name_id) == col(_first.name_id))
    .join(_third, col(_third.name_id) == col(_first.name_id))
    .where(
        col(_first.gram) == bindparam("a"),
        col(_second.gram) == bindparam("b"),
        col(_third.gram) == bindparam("c"),
    )
    .limit(CAP),
)
_IDS = Query(
    lambda name_id: name_id,
    select(col(Gram.name_id)).where(col(Gram.gram) == bindparam("gram")).limit(CAP),
)
_EITHER = Query(
    str,
    select(col(Gram.gram))
    .where(or_(col(Gram.gram) == bindparam("a"), col(Gram.gram) == bindparam("b")))
    .limit(1),
)
_HITS = Query(Hit, select(*_HIT).where(Among(col(CustomerName.id), "ids")))
_BY_KEY = Query(Hit, select(*_HIT).where(col(CustomerName.key) == bindparam("key")).limit(CAP))
# The longest first: where the list is cut, it loses what nobody asks for.
_BY_KEYS = Query(
    Hit,
    select(*_HIT)
    .where(Among(col(CustomerName.key), "keys"))
    .order_by(func.length(col(CustomerName.key)).desc())
    .limit(CAP),
)


class Rarity(NamedTuple):
    """About how many names have a gram that some name has."""

    about: int
    gram: str


def _estimated(newest: int, sampled: int, gram: str) -> Rarity:
    share = WINDOWS * WINDOW / max(newest, WINDOWS * WINDOW)
    return Rarity(max(1, round(sampled / share)), gram)


def _how_many(engine: str) -> Query[Rarity]:
    each = each_of("grams", engine)
    has = col(Gram.gram) == each.c.value
    newest = select(func.max(col(CustomerName.id))).scalar_subquery()

    def counted(window: int) -> ColumnElement[int]:
        before = newest * window // WINDOWS  # whole numbers, or no index serves
        among = (has, col(Gram.name_id) > before, col(Gram.name_id) <= before + WINDOW)
        return select(func.count()).where(*among).correlate(each).scalar_subquery()

    first, *others = map(counted, range(WINDOWS))
    sampled = sum(others, first)
    return Query(
        _estimated,
        select(newest, sampled, each.c.value).where(exists().where(has).correlate(each)),
    )


_HOW_MANY = {engine: _how_many(engine) for engine in (SQLITE, POSTGRESQL)}
_FORGET = Deed(
    delete(Gram).where(
        col(Gram.gram) == bindparam("b_gram"), col(Gram.name_id) == bindparam("b_name")
    )
)
_FORGET_NAME = Deed(delete(CustomerName).where(col(CustomerName.id) == bindparam("b_id")))


def add_name(db: Transaction, customer_id: int, name: str) -> int:
    """A customer is found under this name too, under what people make of it, and by its grams."""
    return add_names(db, [(customer_id, name)], {})[0]


def add_names(
    db: Transaction, names: Sequence[tuple[int, str]], ready: Mapping[str, frozenset[str]]
) -> list[int]:
    """The same for many customers at once; `ready` holds grams that were made before."""
    rows = [{"customer_id": id_, "name": n, "key": readings.bare(n)} for id_, n in names]
    ids = add_all(db, CustomerName, rows)
    entries = sorted(
        (gram, name_id)
        for name_id, (_, name) in zip(ids, names, strict=True)
        for gram in ready.get(name) or readings.grams(name)
    )
    # In the order of the tree: neighbours are written together.
    put_all(db, Gram, [{"gram": gram, "name_id": name_id} for gram, name_id in entries])
    return ids


def forget_name(db: Transaction, row: CustomerName) -> None:
    """A customer is not found under this name any more."""
    entries: list[dict[str, object]] = [
        {"b_gram": gram, "b_name": row.id} for gram in readings.grams(row.name)
    ]
    run_all(db, _FORGET, entries)
    _FORGET_NAME.run(db, b_id=row.id)


def find(db: Transaction, text: str, most: int = 20) -> list[Ranked]:
    """The customers that a text may mean, the likeliest first."""
    if not readings.bare(text):
        return []
    found = _Found(text, _BY_KEY.all(db, key=readings.bare(text)))
    for search in readings.query_grams(text):
        if found.leaves_nothing_to(search, most):
            break
        most_looked_at = DEAR if found.better_than(search) else math.inf
        found.add(
            _loosely(db, search) if search.loose else _strictly(db, search.grams, most_looked_at)
        )
    return found.ranked(most)


class _Found:
    """Hits of one search after the other, ranked as they come."""

    def __init__(self, text: str, hits: Iterable[Hit]) -> None:
        self._ranking = readings.Ranking(text)
        self._seen: set[int] = set()
        self._names: dict[int, str] = {}
        self.add(hits)

    def add(self, hits: Iterable[Hit]) -> None:
        """Rank those that were not found before."""
        fresh = [hit for hit in hits if hit.name_id not in self._seen]
        self._seen.update(hit.name_id for hit in fresh)
        for hit in fresh:
            self._names.setdefault(hit.customer_id, hit.name)
        self._ranking.add((hit.customer_id, hit.name) for hit in fresh)

    def leaves_nothing_to(self, search: readings.Search, most: int) -> bool:
        """Whether a search could add nothing that would be shown, or is not called for."""
        first = self._ranking.first(most)
        if search.loose and first and first[0][1] >= GOOD_ENOUGH:
            return True
        return len(first) == most and first[-1][1] >= search.best

    def better_than(self, search: readings.Search) -> bool:
        """Whether somebody was found whom a search could not outdo."""
        first = self._ranking.first(1)
        return bool(first) and first[0][1] >= search.best

    def ranked(self, most: int) -> list[Ranked]:
        """The likeliest first."""
        return [Ranked(id_, self._names[id_], score) for id_, score in self._ranking.first(most)]


def is_clear(ranked: Sequence[Ranked]) -> bool:
    """Whether the first alone is meant."""
    return readings.is_clear([(one.id, one.score) for one in ranked])


def leading(db: Transaction, text: str, *, whole: bool = False) -> Leading:
    """The customers whose name a text begins with, and how many of its characters name them.

    The longest beginning that is a name, or a part of one unless it must be `whole`, counts:
    华强谈了Q3 begins with 华强, and 华强北谈了Q3 with what is called so, if anybody is.
    """
    if not _may_begin(db, text):
        return Leading([], 0, sure=True)
    starts = _starts(text)
    exact, length = _named_exactly(db, text, starts)
    if whole:
        return _led(text, exact, length, sure=True)
    longer = _contained(db, text, [start for start in starts if start > length])
    if longer and (not exact or longer.sure):
        return longer
    return _led(text, exact, length, sure=True)


def named_at(db: Transaction, text: str) -> list[int]:
    """Where in a text whole names stand, as they are kept: where each of them begins.

    What stands within a longer name counts for nothing. Only the first `LONGEST_SAID` characters
    are looked at.
    """
    spans = [(start, end) for start in _beginnings(text) for end in _ends_of(text, start)]
    keys = {span: readings.bare(text[span[0] : span[1]]) for span in spans}
    wanted = sorted({key for key in keys.values() if len(key) >= readings.SHORTEST_LEFT})
    named = {readings.bare(hit.name) for hit in _BY_KEYS.all(db, keys=wanted)} if wanted else set()
    found: list[tuple[int, int]] = []
    for start, end in sorted(spans, key=lambda span: span[0] - span[1]):
        apart = all(end <= begun or start >= over for begun, over in found)
        if keys[start, end] in named and apart:
            found.append((start, end))
    return [start for start, _end in sorted(found)]


def _beginnings(text: str) -> list[int]:
    """Where a name may begin: at any Chinese character, or at a whole Latin word."""
    return [
        at
        for at, character in enumerate(text[:LONGEST_SAID])
        if character.isalnum() and not (at and _latin(text[at - 1]) and _latin(character))
    ]


def _ends_of(text: str, start: int) -> list[int]:
    return [start + length for length in _starts(text[start : start + LONGEST_LEAD + 1])]


def _may_begin(db: Transaction, text: str) -> bool:
    """Whether there is a name with the two characters with which a text begins, or of the first."""
    opening = readings.bare(text[:LONGEST_LEAD])[:2]
    return bool(opening) and _EITHER.first(db, a=opening, b=opening[:1]) is not None


def _named_exactly(db: Transaction, text: str, starts: Sequence[int]) -> tuple[list[Hit], int]:
    keys = {length: readings.bare(text[:length]) for length in starts}
    named = _BY_KEYS.all(db, keys=sorted(set(keys.values()))) if keys else []
    for length in reversed(starts):
        exact = [hit for hit in named if readings.bare(hit.name) == keys[length]]
        if exact:
            return exact, length
    return [], 0


def _contained(db: Transaction, text: str, starts: Sequence[int]) -> Leading | None:
    """The longest beginning that is a part of names and surely ends there, else the longest."""
    best: Leading | None = None
    known: list[Hit] | None = None
    for length in starts:
        key = readings.bare(text[:length])
        if len(key) < readings.SHORTEST_LEFT:
            continue
        if known is None:
            known = _strictly(db, readings.written_grams(text[:length]))
            if len(known) >= CAP:
                known = None
                continue
        fitting = [hit for hit in known if key in readings.bare(hit.name)]
        if not fitting:
            break
        telling = [hit for hit in fitting if not readings.merely_where(key, hit.name)]
        sure = any(readings.ends(text, length, hit.name) for hit in telling)
        if telling and (sure or not (best and best.sure)):
            best = _led(text, telling, length, sure=sure)
    return best


def _led(text: str, hits: Sequence[Hit], length: int, *, sure: bool) -> Leading:
    """With what people say behind a name that belongs to it, such as 公司."""
    ranked = _ranked(text[:length], hits, 8) if hits else []
    return Leading(ranked, length + readings.form_behind(text[length:]) if hits else 0, sure)


def _starts(text: str) -> list[int]:
    """Where a leading name may end: after any Chinese character, or after a whole Latin word."""
    ends = []
    longest = BEYOND_NAMES.search(text, 0, LONGEST_LEAD)
    for end in range(1, (longest.start() if longest else min(len(text), LONGEST_LEAD)) + 1):
        inside = end < len(text) and _latin(text[end - 1]) and _latin(text[end])
        if not inside and text[end - 1].isalnum():
            ends.append(end)
    return ends


def _latin(character: str) -> bool:
    return character.isascii() and character.isalnum()


def _strictly(db: Transaction, grams: Sequence[str], most: float = math.inf) -> list[Hit]:
    """Names under all of these grams; the three rarest are enough to tell.

    Nothing if more than `most` names would have to be held against a second gram.
    """
    rarities = _by_rarity(db, grams)
    first, second, third, *_ = *(gram for _, gram in rarities), "", "", ""
    if not first:
        return []
    if not second:
        return _ONE.all(db, a=first)
    if rarities[0].about > most:
        return []
    if not third:
        return _BOTH.all(db, a=first, b=second)
    return _THREE.all(db, a=first, b=second, c=third)


def _loosely(db: Transaction, search: readings.Search) -> list[Hit]:
    """Names under most of the rarest of these grams: the others tell little and cost much."""
    used = [gram for _, gram in _known(db, search.grams)[:RAREST]]
    need = max(1, search.need - (len(search.grams) - len(used)))
    held: Counter[int] = Counter()
    for gram in used:
        held.update(_IDS.all(db, gram=gram))
    likely = [name_id for name_id, n in held.most_common(LIKELY) if n >= need]
    hits = {hit.name_id: hit for hit in _HITS.all(db, ids=likely)} if likely else {}
    return [hits[name_id] for name_id in likely if name_id in hits]


def _by_rarity(db: Transaction, grams: Sequence[str]) -> list[Rarity]:
    """The rarest of these grams first; nothing if no name has one of them."""
    wanted = set(grams)
    found = _known(db, grams)
    return found if len(found) == len(wanted) else []


def _known(db: Transaction, grams: Sequence[str]) -> list[Rarity]:
    """Those grams that a name has, the rarest first."""
    return sorted(_HOW_MANY[db.engine].all(db, grams=sorted(set(grams)))) if grams else []


def _ranked(text: str, hits: Sequence[Hit], most: int) -> list[Ranked]:
    return _Found(text, hits).ranked(most)
