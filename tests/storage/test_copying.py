"""Every table is copied into a rehearsal or left behind, and each was decided about."""

from __future__ import annotations

from storage.copying import KEPT, LEFT, WHOLE
from storage.tables import metadata

# What points at rows that may stay behind; each is cut off or goes with them, and so it is decided.
CUT = {"report.account_id"}
WITH_THEM = {"report.case_id", "reply.case_id", "solution.case_id", "timer.due_id"}


def test_every_table_is_kept_or_left_behind_and_none_is_both() -> None:
    assert len(KEPT) == len(set(KEPT))
    assert set(KEPT) & LEFT == set()
    assert set(KEPT) | LEFT == set(metadata().tables)


def test_nothing_that_is_kept_points_at_what_may_stay_behind_unless_that_is_decided() -> None:
    partly = {"cases", "due", "report", "reply", "solution", "timer"}
    pointing = {
        f"{table}.{key.parent.name}"
        for table in KEPT
        for key in metadata().tables[table].foreign_keys
        if key.column.table.name in LEFT | partly
    }
    assert pointing == CUT | WITH_THEM


def test_tables_come_after_those_that_they_point_at() -> None:
    for table in KEPT:
        for key in metadata().tables[table].foreign_keys:
            if key.column.table.name in KEPT:
                assert KEPT.index(key.column.table.name) <= KEPT.index(table)


def test_what_is_followed_to_its_end_is_kept() -> None:
    assert set(KEPT) > WHOLE
