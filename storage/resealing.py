"""Seals with the newest key what an older one sealed, a little at a time."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from sqlalchemy import Column, Table, and_, bindparam, func, select, update
from sqlmodel import SQLModel

from storage.banks import BankAccount
from storage.database import Deed, Query, Transaction
from storage.feeds import Feed
from storage.heard import Heard
from storage.keyring import MARK
from storage.profiles import ProfileEntry
from storage.talk import Talk

AT_ONCE = 100


class Kept(NamedTuple):
    """A sealed value and the key of its row: the second part is empty where one number is one."""

    value: str
    id: int
    field: str


class _Place:
    """A column that holds sealed text. `keys` are the columns by which its row is known."""

    def __init__(self, table: type[SQLModel], column: str, *keys: str) -> None:
        made: Table = table.__table__  # type: ignore[attr-defined]
        value, by = made.c[column], [made.c[name] for name in keys]
        old = and_(
            value.like(f"{MARK}%"), func.substr(value, 1, bindparam("many")) != bindparam("newest")
        )
        self.old = Query(Kept, _chosen(value, by).where(old).limit(bindparam("most")))
        self.every = Query(
            lambda start: start,
            select(func.substr(value, 1, bindparam("many")))
            .where(value.like(f"{MARK}%"))
            .distinct(),
        )
        known = [c == bindparam(f"b_{n}") for c, n in zip(by, ("id", "field"), strict=False)]
        self.anew = Deed(
            update(made)
            .where(*known, value == bindparam("b_value"))
            .values({column: bindparam("to_value")})
        )
        self.names = ("b_id", "b_field")[: len(by)]


def _chosen(value: Column[Any], by: list[Column[Any]]) -> Any:  # noqa: ANN401 -- a select
    second = by[1] if len(by) > 1 else func.substr(value, 1, 0)
    return select(value, by[0], second)


_PLACES = (
    _Place(ProfileEntry, "value", "customer_id", "field"),
    _Place(BankAccount, "sealed", "id"),
    _Place(BankAccount, "call", "id"),
    _Place(BankAccount, "reason", "id"),
    _Place(Talk, "text", "id"),
    _Place(Talk, "earlier", "id"),
    _Place(Heard, "text", "id"),
    _Place(Feed, "sealed", "id"),
)


def outdated(db: Transaction) -> list[tuple[int, Kept]]:
    """Some of what an older key of ours sealed, and where each is; it takes a look at every row."""
    newest, found = db.keyring.newest, list[tuple[int, Kept]]()
    for number, place in enumerate(_PLACES) if newest else ():
        some = place.old.all(db, newest=newest, many=len(newest), most=AT_ONCE)
        found += [(number, one) for one in some if db.keyring.knows(one.value)]
    return found


def reseal(db: Transaction, found: Sequence[tuple[int, Kept]]) -> int:
    """Seal these anew; give how many. What was changed meanwhile stays as it is."""
    done = 0
    for number, kept in found:
        place, to = _PLACES[number], db.keyring.seal(db.keyring.open(kept.value))
        row = dict(zip(place.names, (kept.id, kept.field), strict=False))
        done += place.anew.run(db, **row, b_value=kept.value, to_value=to)
    return done


def unknown(db: Transaction) -> list[str]:
    """The names of keys that sealed something and are not among ours."""
    long = len(db.keyring.newest)
    starts = {start for place in _PLACES for start in place.every.all(db, many=long)}
    return sorted(s[len(MARK) : -1] for s in starts if not db.keyring.knows(s))
