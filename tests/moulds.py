"""Databases that are filled once and copied for every test that begins with what is in them."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

from storage.migrate import upgrade
from tests.postgres import Cluster

EMPTY = "empty"
Fill = Callable[[str], None]
Cast = Callable[[str, Fill], str]  # the name of a mould, and what fills it: a new database


class Moulds:
    """The moulds of one engine: PostgreSQL with a cluster, else SQLite. Filling begins empty."""

    def __init__(self, folder: Path, cluster: Cluster | None = None) -> None:
        self._folder = folder
        self._cluster = cluster
        self._made: set[str] = set()

    def copy(self, mould: str, fill: Fill, name: str, folder: Path) -> str:
        """The address of a new database, filled as the mould is."""
        if mould not in self._made:
            self._make(mould, fill)
        if self._cluster:
            self._cluster.create(name, f"mould_{mould}")
            return self._cluster.url(name)
        shutil.copy(self._folder / f"mould_{mould}.db", folder / f"{name}.db")
        return f"sqlite:///{folder / name}.db"

    def drop(self, name: str) -> None:
        """A copy is not needed any more; a file goes with its folder."""
        if self._cluster:
            self._cluster.drop(name)

    def _make(self, mould: str, fill: Fill) -> None:
        """All begin as copies of the empty one, which alone goes through every migration."""
        if mould != EMPTY:
            fill(self.copy(EMPTY, lambda _url: None, f"mould_{mould}", self._folder))
        elif self._cluster:
            self._cluster.create(f"mould_{EMPTY}")
            upgrade(self._cluster.url(f"mould_{EMPTY}"))
        else:
            upgrade(f"sqlite:///{self._folder / f'mould_{EMPTY}'}.db")
        self._made.add(mould)
