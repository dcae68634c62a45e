"""Everything that a `/visit` reads and writes, by hand: what our database work could cost at best.

The statements are those of the product, on the product's tables; only words are taken apart and
cards drawn by nobody, and nothing is refused.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

from tests.bench.load import opened

TEAM = "T0HEAD"
KNOWN = "SELECT answer FROM delivery WHERE platform = 'slack' AND workspace = ? AND key = ?"
ACCOUNT = "SELECT id, person_id FROM account WHERE platform = ? AND workspace = ? AND user = ?"
PERSON = "SELECT id, name, superior_id, admin, active, language FROM person WHERE id = ?"
DEPARTMENTS = "SELECT department, head FROM membership WHERE person_id = ?"
AWAY = "SELECT person_id, deputy_id FROM absence WHERE since <= ? AND until > ?"
CALLED = "SELECT customer_id, name FROM customer_name WHERE key = ? LIMIT 300"
CUSTOMER = "SELECT id, name, short FROM customer WHERE id = ?"
BEFORE = "SELECT id FROM delivery WHERE account_id = ? AND deed = ? AND at >= ? LIMIT 1"
POSTED = "SELECT id, chat, message FROM posting WHERE kind = 'visit' AND subject_id = ?"
VISIT = (
    "INSERT INTO visit (customer_id, person_id, day, notes, recorded_at, source)"
    " VALUES (?, ?, ?, ?, ?, ?) RETURNING id"
)
SUBJECT = "INSERT INTO subject (kind, id, revision, version) VALUES ('visit', ?, 1, 1)"
REVISION = "INSERT INTO revision (kind, id, revision, at, shown) VALUES ('visit', ?, 1, ?, ?)"
JOURNAL = (
    "INSERT INTO journal (at, happened_at, person_id, account_id, deed, clause, kind, subject_id,"
    " after, source) VALUES (?, ?, ?, ?, 'visit', '3.1.1a', 'visit', ?, ?, ?) RETURNING id"
)
LETTER = (
    "INSERT INTO letter (lane, person_id, platform, workspace, chat, thread, own_thread,"
    " subject_kind, subject_id, view, urgency, merges, repeats, replaces, created_at, not_before,"
    " next_at, state, attempts, holder, message, reason) VALUES (?, ?, 'slack', ?, ?, '', 0,"
    " 'visit', ?, '', 'now', 0, 1, '', ?, ?, ?, 'waiting', 0, '', '', '') RETURNING id"
)
DELIVERY = (
    "INSERT INTO delivery (platform, workspace, key, at, answer, account_id, deed)"
    " VALUES ('slack', ?, ?, ?, '{\"is\":\"Silent\"}', ?, ?) RETURNING id"
)


class ByHand:
    """One connection, and a visit as sqlite3 does it."""

    def __init__(self, path: Path) -> None:
        self._database = opened(path)
        self._database.execute("PRAGMA foreign_keys=ON")

    def visit(self, delivery: str, who: str, said: str) -> None:
        """Read who speaks and of whom, and write all rows in one durable commit."""
        self._database.execute("BEGIN IMMEDIATE")
        now = datetime.now(UTC).isoformat(timespec="microseconds")
        self._one(KNOWN, TEAM, delivery)
        account, person = self._one(ACCOUNT, "slack", TEAM, who)
        self._one(PERSON, person)
        self._one(DEPARTMENTS, person)
        self._one(AWAY, now, now)
        name, _, notes = said.partition(" ")
        customer, _ = self._one(CALLED, name)
        self._one(CUSTOMER, customer)
        deed = f"{customer}:{notes}"[:24]
        self._one(BEFORE, account, deed, now)
        self._write(account, person, customer, notes, now)
        self._one(DELIVERY, TEAM, delivery, now, account, deed)
        self._database.execute("COMMIT")

    def close(self) -> None:
        """Let go of it."""
        self._database.close()

    def _write(self, account: int, person: int, customer: int, notes: str, now: str) -> None:
        self._database.execute("SAVEPOINT s1")
        shown = {"customer": customer, "day": now[:10], "notes": notes}
        after = json.dumps(shown, ensure_ascii=False)
        (visit,) = self._one(VISIT, customer, person, now[:10], notes, now, "[]")
        self._database.execute(SUBJECT, (visit,))
        self._database.execute(REVISION, (visit, now, after))
        self._one(JOURNAL, now, now, person, account, visit, after, f"slack:{TEAM}:D:")
        self._one(POSTED, visit)
        self._one(LETTER, f"person:{person}", person, TEAM, "D", visit, now, now, now)
        self._database.execute("RELEASE SAVEPOINT s1")

    def _one(self, statement: str, *values: object) -> tuple[int, ...]:
        found: tuple[int, ...] = self._database.execute(statement, values).fetchone()
        return found
