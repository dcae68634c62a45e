"""Rows of a table that would walk past an admission under way (2.2.1): they are pointed out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from storage import admissions, readings
from storage.admissions import UNDER_WAY
from storage.database import Transaction


def under_way(db: Transaction, told: Iterable[tuple[str, str]]) -> dict[str, str]:
    """The admissions under way of these names and registration numbers, by either."""
    found: dict[str, str] = {}
    if not admissions.count_under_way(db, 1):
        return found
    for name, registration in told:
        key = readings.bare(name)
        for one in admissions.alike(db, key, registration, "") if key else []:
            if one.state in UNDER_WAY:
                called = one.number or one.name
                found |= {one.key: called, f"#{one.registration}": called}
    return found


def being_admitted(admitted: Mapping[str, str], name: str, registration: str) -> str:
    """What the admission of this name or number is called; empty if there is none."""
    same = admitted.get(f"#{registration}", "") if registration else ""
    return same or admitted.get(readings.bare(name), "")
