"""Copies a company into a SQLite file of its own: who is there and what is open, nothing more.

The database that is copied is only read, as of one moment. Accounts, letters, drafts and the
journal stay behind, so that nothing in the copy can reach anybody. Every table is either `KEPT` or
`LEFT`: whoever adds one says which.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import islice
from pathlib import Path

from storage import migrate
from storage.database import Json
from storage.dump import Shape, Source, plain, source

AT_ONCE = 1000
LATELY = timedelta(days=90)
# In the order in which later ones point at earlier ones.
KEPT = (
    "person",
    "membership",
    "absence",
    "departure",
    "offer",
    "handover",
    "customer",
    "customer_name",
    "gram",
    "stewardship",
    "contact",
    "place",
    "cases",
    "report",
    "reply",
    "solution",
    "due",
    "timer",
    "subject",
    "revision",
    "counter",
)
LEFT = frozenset(
    {
        # How people and customers are reached, and the codes by which they come in.
        "account",
        "invitation",
        "feed",
        # What was said and shown, to whom and where.
        "letter",
        "posting",
        "topic",
        "talk",
        "draft",
        "heard",
        "room_message",
        "room_file",
        "room_seen",
        "file",
        "blob",
        "upload",
        "hung",
        # What is on its way to become a customer, and who decides on it.
        "admission",
        "verdict",
        "approval",
        "seat",
        "inquiry",
        # What is confidential, which the copy could not read; and papers somebody waits for.
        "profile_entry",
        "bank_account",
        "confidential_look",
        "paper_order",
        # What was done and is over.
        "visit",
        "call",
        "appointment",
        "attendee",
        # Whom the copy, which reaches nobody, would greet.
        "occasion",
        "care",
        "greeting",
        "care_step",
        "wish",
        "suspension",
        # Whom it would invite, and what was agreed there.
        "meeting",
        "participant",
        "action",
        "journal",
        "sheet_job",
        "sheet_wrong",
        "sheet_change",
        # What this installation knows of itself and of the platforms.
        "house",
        "lease",
        "delivery",
        "set_aside",
        "errand",
        "footing",
        "front",
        "menu",
        "offset",
        "pace",
        "trouble",
    }
)
# Of these everything that is about them is kept: timers, and the subject with its revisions.
WHOLE = frozenset({"person", "departure", "offer", "handover", "customer"})
LOCAL = "room"
NO_COMPANY, OTHER_VERSION, REFUSED, EMPTY = "no company", "other version", "refused", "empty"
Row = dict[str, Json]


class Uncopied(Exception):
    """This can't be copied; `why` is one of four reasons."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


@dataclass
class Copied:
    """What was copied, and what of the rest is worth knowing.

    `writers` are the contacts who have an account or an open case, `lately` how many complaints
    came in the last ninety days.
    """

    people: int = 0
    customers: int = 0
    lately: int = 0
    writers: set[int] = field(default_factory=set)
    cases: set[int] = field(default_factory=set)
    dues: set[int] = field(default_factory=set)


def copy(url: str, target: Path, now: datetime, *, platform: str, unless: str) -> Copied:
    """Make `target` anew from a company; its places become rooms of one platform.

    A database in which the fact `unless` is true is refused. Raises `Uncopied`, or `Gone` without
    a database.
    """
    at = migrate.current(url)
    if at is None:
        raise Uncopied(NO_COMPANY)
    if at != migrate.newest():
        raise Uncopied(OTHER_VERSION)
    half = target.with_name(target.name + ".half")
    remove(half)
    try:
        migrate.move(f"sqlite:///{half}", "head")
        with source(url) as standing, closing(sqlite3.connect(half, isolation_level=None)) as made:
            copied = _Copying(standing, made, now, platform).run(unless)
        remove(target)
        half.replace(target)
    finally:
        remove(half)
    return copied


def remove(path: Path) -> None:
    """Take a SQLite file away, with what lies beside it."""
    for ending in ("", "-wal", "-shm", "-journal"):
        path.with_name(path.name + ending).unlink(missing_ok=True)


class _Copying:
    """One copying, in one transaction."""

    def __init__(
        self, standing: Source, made: sqlite3.Connection, now: datetime, platform: str
    ) -> None:
        self.standing = standing
        self.made = made
        self.since = (now - LATELY).isoformat()
        self.platform = platform
        self.copied = Copied()
        self.shapes = {shape.name: shape for shape in standing.shapes()}

    def run(self, unless: str) -> Copied:
        """Copy table by table, and check that nothing points at what stayed behind."""
        if any(row["name"] == unless and row["value"] == "true" for row in self._rows("house")):
            raise Uncopied(REFUSED)
        self.copied.writers = {
            row["contact_id"] for row in self._rows("account") if row["contact_id"]
        }
        self.made.execute("PRAGMA synchronous=OFF")
        self.made.execute("PRAGMA foreign_keys=OFF")
        self.made.execute("BEGIN")
        for table in KEPT:
            self._copy(table)
        self.made.execute("COMMIT")
        if not self.copied.people:
            raise Uncopied(EMPTY)
        dangling = self.made.execute("PRAGMA foreign_key_check").fetchall()
        if dangling:
            raise RuntimeError(f"the copy has dangling references: {dangling[:3]}")
        return self.copied

    def _rows(self, table: str) -> Iterator[Row]:
        shape = self.shapes[table]
        for row in self.standing.rows(shape):
            yield dict(zip(shape.columns, plain(shape, row), strict=True))

    def _copy(self, table: str) -> None:
        insert, keep = _insertion(self.shapes[table]), _KEEPS.get(table)
        rows = (row for row in self._rows(table) if keep is None or keep(self, row))
        while some := list(islice(rows, AT_ONCE)):
            self.made.executemany(insert, some)

    # --- what of a table is kept, and as what -----------------------------------------------------

    def person(self, row: Row) -> bool:
        """Everybody, also those who have left: rows of others point at them."""
        self.copied.people += bool(row["active"])
        row["home"] = ""
        return True

    def customer(self, _row: Row) -> bool:
        """Every one."""
        self.copied.customers += 1
        return True

    def place(self, row: Row) -> bool:
        """As a room here."""
        row["platform"], row["workspace"] = self.platform, "rehearsal"
        row["chat"] = f"{LOCAL}:{row['id']}"
        return True

    def case(self, row: Row) -> bool:
        """The open ones."""
        self.copied.lately += row["received_at"] >= self.since
        if row["state"] == "open":
            self.copied.cases.add(row["id"])
        return row["id"] in self.copied.cases

    def report(self, row: Row) -> bool:
        """Those of open cases, whose contacts can be written to here."""
        row["account_id"] = None
        if row["contact_id"] and row["case_id"] in self.copied.cases:
            self.copied.writers.add(row["contact_id"])
        return row["case_id"] in self.copied.cases

    def of_case(self, row: Row) -> bool:
        """What belongs to an open case."""
        return row["case_id"] in self.copied.cases

    def due(self, row: Row) -> bool:
        """What is owed on open cases."""
        if row["kind"] == "case" and row["subject_id"] in self.copied.cases:
            self.copied.dues.add(row["id"])
        return row["id"] in self.copied.dues

    def timer(self, row: Row) -> bool:
        """What is still to come of open cases, and of people who are away or leaving."""
        row["holder"], row["lease_until"] = "", None
        of_due = row["due_id"] is None or row["due_id"] in self.copied.dues
        return row["state"] == "waiting" and of_due and self.about(row["kind"], row["subject_id"])

    def subject(self, row: Row) -> bool:
        """That of everything that is kept."""
        return self.about(row["kind"], row["id"])

    def about(self, kind: str, id_: int) -> bool:
        """Whether this is kept."""
        return kind in WHOLE or (kind == "case" and id_ in self.copied.cases)

    def counter(self, row: Row) -> bool:
        """Numbers go on; the local chat counts its own."""
        return bool(row["name"] != LOCAL)


_KEEPS: dict[str, Callable[[_Copying, Row], bool]] = {
    "person": _Copying.person,
    "customer": _Copying.customer,
    "place": _Copying.place,
    "cases": _Copying.case,
    "report": _Copying.report,
    "reply": _Copying.of_case,
    "solution": _Copying.of_case,
    "due": _Copying.due,
    "timer": _Copying.timer,
    "subject": _Copying.subject,
    "revision": _Copying.subject,
    "counter": _Copying.counter,
}


def _insertion(shape: Shape) -> str:
    names = ", ".join(f'"{name}"' for name in shape.columns)
    places = ", ".join(f":{name}" for name in shape.columns)
    return f'INSERT INTO "{shape.name}" ({names}) VALUES ({places})'  # noqa: S608 (names of our own)
