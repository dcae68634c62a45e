"""What shows a subject as it was is found among the few subjects that have changed."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from storage import outdated, postings, subjects, topics
from storage.database import Database, Transaction
from storage.postings import Posting
from storage.topics import Topic

NOW = datetime(2026, 10, 14, 2, 0, tzinfo=UTC)
KIND, ID = "case", 7


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    """A database with one subject, which nothing shows."""
    opened = Database(database_url)
    opened.write_now(lambda db: subjects.begin(db, KIND, ID, NOW, {}))
    yield opened
    opened.close()


def posted(db: Transaction, drawn: int) -> int:
    """A card in a chat."""
    card = Posting(platform="web", workspace="w", chat="c", message="m", kind=KIND, subject_id=ID)
    card.drawn, card.posted_at = drawn, NOW
    return postings.add(db, card)


def change(db: Transaction) -> None:
    subjects.change(db, KIND, ID, NOW, None)


def behind(database: Database) -> bool:
    return database.read_now(lambda db: postings.any_behind(db, NOW))


def settled(database: Database) -> int:
    return database.write_now(outdated.settle)[0]


def test_a_changed_subject_is_marked_until_its_card_has_caught_up(database: Database) -> None:
    card, _ = database.write_now(lambda db: posted(db, 1))
    assert not behind(database)
    assert not database.read_now(outdated.any_settled)
    database.write_now(change)
    assert behind(database)
    assert settled(database) == 0
    database.write_now(lambda db: postings.drawn(db, card, 2, "look"))
    assert not behind(database)
    assert database.read_now(outdated.any_settled)
    assert settled(database) == 1
    assert not database.read_now(outdated.any_settled)


def test_a_card_that_is_put_off_keeps_the_mark(database: Database) -> None:
    card, _ = database.write_now(lambda db: posted(db, 1))
    database.write_now(change)
    database.write_now(lambda db: postings.later(db, card, NOW + timedelta(hours=1)))
    assert not behind(database)
    assert settled(database) == 0
    assert database.read_now(postings.next_at) == NOW + timedelta(hours=1)


def test_a_card_that_was_outrun_while_it_was_posted_is_behind(database: Database) -> None:
    database.write_now(change)
    assert settled(database) == 1
    database.write_now(lambda db: posted(db, 1))
    assert behind(database)


def test_a_chat_whose_readers_have_changed_is_drawn_anew(database: Database) -> None:
    database.write_now(lambda db: posted(db, 1))
    database.write_now(lambda db: postings.redraw_in(db, "web", "w", "c"))
    assert behind(database)


def test_a_topic_is_looked_at_once_it_is_open(database: Database) -> None:
    row = Topic(platform="web", workspace="w", chat="c", kind=KIND, subject_id=ID, title="t")
    row.begun_at = NOW

    def open_one(db: Transaction) -> int:
        made = topics.declare(db, row)
        topics.opened(db, made, "thread")
        return made

    topic, _ = database.write_now(open_one)
    assert database.read_now(lambda db: topics.any_behind(db, NOW))
    assert settled(database) == 0
    database.write_now(lambda db: topics.seen(db, topic, 1, topics.OPEN))
    assert settled(database) == 1
