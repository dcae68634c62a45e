"""Which stories are told on which platform on PostgreSQL, where each costs twice as much.

The first ones, by which the house stands, are told on all three platforms on both engines. Every
other one is told on all three on SQLite, and on PostgreSQL on one of them, drawn by its name; with
`--whole` all are told everywhere.
"""

from __future__ import annotations

import zlib
from collections import defaultdict
from pathlib import Path

import pytest

HERE = Path(__file__).parent
EVERYWHERE = {
    "test_visits.py",
    "test_complaints.py",
    "test_customers.py",
    "test_people.py",
    "test_deliveries.py",
}


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out what is not drawn."""
    if config.getoption("--whole"):
        return
    twins: defaultdict[str, list[pytest.Item]] = defaultdict(list)
    for item in items:
        if story := drawn_for(item):
            twins[story].append(item)
    left_out = {id(item) for alike in twins.values() for item in all_but_one(alike)}
    config.hook.pytest_deselected(items=[item for item in items if id(item) in left_out])
    items[:] = [item for item in items if id(item) not in left_out]


def drawn_for(item: pytest.Item) -> str:
    """The name of a story that is told on one platform only; "" for any other test."""
    if item.path.parent != HERE or item.path.name in EVERYWHERE:
        return ""
    told = (
        dict(item.callspec.params)
        if isinstance(item, pytest.Function) and hasattr(item, "callspec")
        else {}
    )
    if told.get("engine") != "postgresql" or not isinstance(told.get("platform"), str):
        return ""
    return item.nodeid.replace(str(told["platform"]), "")


def all_but_one(alike: list[pytest.Item]) -> list[pytest.Item]:
    """The same story on several platforms, without the one that is drawn."""
    at = zlib.crc32(alike[0].nodeid.encode()) % len(alike)
    return [item for n, item in enumerate(alike) if n != at]
