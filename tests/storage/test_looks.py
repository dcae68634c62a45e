"""What a tick looks for is found by an index, however much lies beside it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from types import ModuleType

import pytest

from storage import files, letters, outdated, postings, timers, topics
from storage.batches import put_all
from storage.database import Database, Statement, Transaction
from storage.files import HERE, File
from storage.letters import SENT, Letter
from storage.postings import Posting
from storage.subjects import Subject
from storage.timers import FIRED, Timer
from storage.topics import OPEN, Topic
from tests.moulds import Cast

NOW = datetime(2026, 10, 14, 2, 0, tzinfo=UTC)
MANY = 5_000
EACH = range(MANY)
# How the engines say that they read a table, or all its older rows; an index of little is little.
WHOLLY = re.compile(r"SCAN \w+(?! USING INDEX)\b|rowid<|Seq Scan")
LOOKED = {"now": NOW, "most": 1}


def many(db: Transaction) -> None:
    """A house where nothing waits: so much that reading all of it would be dear."""
    chat = {"platform": "web", "workspace": "w", "chat": "c"}
    shown = {**chat, "kind": "visit"}
    put_all(db, Subject, [{"kind": "visit", "id": n, "version": 2} for n in EACH])
    card = {**shown, "drawn": 2, "posted_at": NOW}
    put_all(db, Posting, [{**card, "subject_id": n, "message": f"m{n}"} for n in EACH])
    topic = {**shown, "title": "t", "seen": 2, "state": OPEN, "begun_at": NOW}
    put_all(db, Topic, [{**topic, "subject_id": n} for n in EACH])
    letter = {"created_at": NOW, "not_before": NOW, "next_at": NOW, "state": SENT}
    put_all(db, Letter, [{**letter, "lane": f"p{n}"} for n in EACH])
    timer = {"kind": "visit", "name": "t", "at": NOW, "state": FIRED}
    put_all(db, Timer, [{**timer, "subject_id": n} for n in EACH])
    kept = {"platform": "web", "workspace": "w", "at": NOW, "state": HERE, "name": "a.png"}
    put_all(db, File, [{**kept, "remote": f"f{n}"} for n in EACH])
    db.run("ANALYZE")


@pytest.fixture
def database(cast: Cast) -> Iterator[Database]:
    """A house with a past."""
    opened = Database(cast("with_a_past", lived_long))
    yield opened
    opened.close()


def lived_long(url: str) -> None:
    """Give a database its past."""
    database = Database(url)
    database.write_now(many)
    database.close()


@pytest.mark.parametrize(
    ("room", "asked", "given"),
    [
        (letters, "_READY", {"now": NOW, "company_now": NOW}),
        (letters, "_EXPIRED", {"now": NOW}),
        (letters, "_NEXT_IN_TURN", {"company_now": NOW}),
        (letters, "_NEXT_HELD", {"company_now": NOW}),
        (postings, "_BEHIND", LOOKED),
        (postings, "_NEXT", {}),
        (topics, "_BEHIND", LOOKED),
        (outdated, "_ANY", {}),
        (timers, "_DUE", {**LOOKED, "company_now": NOW}),
        (timers, "_NEXT", {}),
        (files, "_ANY_WANTED", LOOKED),
    ],
)
def test_it_is_found_by_an_index(
    database: Database, room: ModuleType, asked: str, given: dict[str, object]
) -> None:
    query: Statement = vars(room)[asked]
    compiled = query.on(database.engine)

    def plan(db: Transaction) -> str:
        words = "EXPLAIN QUERY PLAN" if database.engine == "sqlite" else "EXPLAIN"
        return str(db.run(f"{words} {compiled.sql}", compiled.values(given)).fetchall())

    said = database.read_now(plan)
    assert WHOLLY.search(said) is None
