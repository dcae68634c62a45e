"""Which stories are told on PostgreSQL, where each costs twice as much.

On SQLite every story is told, on every platform it is about, with every value it is told for. On
PostgreSQL one value stands for all. The first stories, by which the house stands, are told there
on all three platforms, every other one on one, drawn by its name, where SQLite is then spared it;
with `--whole` all are told.
"""

from __future__ import annotations

import zlib
from collections import defaultdict
from pathlib import Path
from typing import NamedTuple

import pytest

HERE = Path(__file__).parent
EVERYWHERE = {
    "test_visits.py",
    "test_complaints.py",
    "test_customers.py",
    "test_people.py",
    "test_deliveries.py",
}


class Told(NamedTuple):
    """A story, and where it is told."""

    story: str
    engine: object
    platform: object


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out what is not drawn."""
    if config.getoption("--whole"):
        return
    stories: defaultdict[str, dict[object, pytest.Item]] = defaultdict(dict)
    left_out: set[pytest.Item] = set()
    for item in items:
        told = told_by(item)
        if told.engine == "postgresql":
            left_out.add(item)
            stories[told.story].setdefault(told.platform, item)
    chosen = {item for story, found in stories.items() for item in drawn(story, found)}
    spared = {twin_of(item) for item in chosen if spares(stories[told_by(item).story])}
    left_out -= chosen
    left_out |= {item for item in items if item not in chosen and twin_of(item) in spared}
    config.hook.pytest_deselected(items=[item for item in items if item in left_out])
    items[:] = [item for item in items if item not in left_out]


def told_by(item: pytest.Item) -> Told:
    """Its story, engine and platform; none of them for a test of another folder."""
    if item.path.parent != HERE or not isinstance(item, pytest.Function):
        return Told("", None, None)
    values = item.callspec.params if hasattr(item, "callspec") else {}
    story = item.nodeid.partition("[")[0]
    return Told(story, values.get("engine"), values.get("platform"))


def spares(by_platform: dict[object, pytest.Item]) -> bool:
    """Whether what PostgreSQL is told SQLite need not be: others are told to it all the same."""
    one, *others = by_platform.values()
    return bool(others) and one.path.name not in EVERYWHERE


def twin_of(item: pytest.Item) -> tuple[str, frozenset[tuple[str, str]]]:
    """What is told, where and with which values, on whatever engine."""
    values = item.callspec.params if hasattr(item, "callspec") else {}
    apart = frozenset((name, repr(value)) for name, value in values.items() if name != "engine")
    return told_by(item).story, apart


def drawn(story: str, by_platform: dict[object, pytest.Item]) -> list[pytest.Item]:
    """What is told of one story: each platform's, or one of them."""
    items = list(by_platform.values())
    if items[0].path.name in EVERYWHERE:
        return items
    return [items[zlib.crc32(story.encode()) % len(items)]]
