"""What was read once in a transaction, and is not read again until something could change it."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache
from typing import TypeVar, cast

from storage.connections import SQLITE

V = TypeVar("V")
_LOCKING = ("FOR UPDATE", "FOR UPDATE SKIP LOCKED")
_CHANGED = re.compile(r"(?:INSERT INTO|UPDATE|DELETE FROM) (\w+)")


class Recollection:
    """What one transaction has read of people and customers: a card names them often."""

    __slots__ = ("_alone", "_found", "_tables")

    def __init__(self, engine: str) -> None:
        self._alone = engine == SQLITE
        self._found: dict[tuple[str, int], object] = {}
        self._tables: set[str] = set()

    def of(self, what: str, id_: int, tables: tuple[str, ...], find: Callable[[], V]) -> V:
        """What was found before in these tables; what `find` finds now, if that is forgotten."""
        key = (what, id_)
        if key not in self._found:
            self._found[key] = find()
            self._tables.update(tables)
        return cast("V", self._found[key])

    def follow(self, sql: str) -> None:
        """Forget all that this statement could have changed, or that waiting for it could have.

        Only one transaction writes at a time on SQLite, so there nothing changes but by its own
        statements. Elsewhere whoever waited for a lock must see what others did meanwhile.
        """
        if self._found and self._is_outdated_by(sql):
            self.forget()

    def forget(self) -> None:
        """Read everything anew."""
        self._found.clear()
        self._tables.clear()

    def _is_outdated_by(self, sql: str) -> bool:
        if sql.startswith("SELECT"):
            return sql.endswith(_LOCKING)
        return not self._alone or _changed(sql) in {"", *self._tables}


@lru_cache(maxsize=1_000)
def _changed(sql: str) -> str:
    """The table that a statement changes; "" if that is not known."""
    found = _CHANGED.match(sql)
    return found[1] if found else ""
