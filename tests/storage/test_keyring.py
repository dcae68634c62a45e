"""What is sealed, with which key, and what becomes of it when keys change (clause 7.3.2)."""

from __future__ import annotations

import pytest

from storage import banks, feeds, profiles
from storage.banks import BankAccount, Details
from storage.database import Database, Transaction
from storage.feeds import Feed
from storage.keyring import LOCKED, MARK, Keyring, Unreadable, is_sealed
from storage.profiles import ProfileEntry
from storage.resealing import outdated, reseal, unknown
from tests.house import BEGUN, seeded

OLD, NEW, OTHER = b"the key of yesterday", b"the key of today", b"a key of somebody else"
WORDS = "现金流紧张"


def test_what_is_sealed_opens_again_and_does_not_show_itself() -> None:
    ring = Keyring((NEW,))
    kept = ring.seal(WORDS)
    assert is_sealed(kept)
    assert WORDS not in kept
    assert ring.open(kept) == WORDS
    assert ring.seal(WORDS) != kept  # equal values do not look equal


def test_what_says_nothing_and_what_never_was_sealed_stay_as_they_are() -> None:
    ring = Keyring((NEW,))
    assert ring.seal("") == ""
    assert ring.open("plain") == "plain"
    assert ring.open_bytes(b"plain") == b"plain"


def test_old_keys_open_and_the_first_one_seals() -> None:
    kept = Keyring((OLD,)).seal(WORDS)
    both = Keyring((NEW, OLD))
    assert both.open(kept) == WORDS
    assert both.seal(WORDS).startswith(Keyring((NEW,)).newest)


def test_wrong_keys_refuse_and_so_does_what_was_altered() -> None:
    kept = Keyring((OLD,)).seal(WORDS)
    with pytest.raises(Unreadable, match="not among SECRET_KEYS"):
        Keyring((OTHER,)).open(kept)
    with pytest.raises(Unreadable, match="altered"):
        Keyring((OLD,)).open(kept[:-6] + "AAAAA=")
    with pytest.raises(Unreadable):
        Keyring(()).seal(WORDS)
    assert Keyring((OTHER,)).shown(kept) == LOCKED


def test_bytes_are_sealed_alike() -> None:
    kept = Keyring((OLD,)).seal_bytes(b"PK\x03\x04")
    assert kept.startswith(MARK.encode())
    assert Keyring((NEW, OLD)).open_bytes(kept) == b"PK\x03\x04"
    with pytest.raises(Unreadable):
        Keyring((OTHER,)).open_bytes(kept)


def test_an_account_is_known_by_its_number_under_every_key(database_url: str) -> None:
    database = Database(database_url)
    seeded(database, "web", "zh")
    database.keyring = Keyring((OLD,))
    database.write_now(lambda db: entered(db, "6222 0212-3456"))
    database.keyring = Keyring((NEW, OLD))
    assert database.read_now(lambda db: banks.among(db, 1, "622202123456", {"entered"}))
    assert not database.read_now(lambda db: banks.among(db, 1, "622202123457", {"entered"}))
    database.close()


def test_what_an_old_key_sealed_is_sealed_anew_and_the_old_one_may_go(database_url: str) -> None:
    database = Database(database_url)
    seeded(database, "web", "zh")
    database.keyring = Keyring((OLD,))
    database.write_now(lambda db: entered(db, "6222 0212 3456"))
    database.write_now(lambda db: told(db, WORDS))
    database.write_now(lambda db: feeds.add(db, fed(db, "secret")))
    database.keyring = Keyring((NEW,))
    assert database.read_now(unknown) == [Keyring((OLD,)).newest[len(MARK) : -1]]
    assert resealed(database) == 0  # no key opens it: it stays
    database.keyring = Keyring((NEW, OLD))
    assert resealed(database) == 3
    assert resealed(database) == 0
    database.keyring = Keyring((NEW,))
    assert database.read_now(unknown) == []
    kept = database.read_now(lambda db: db.keyring.open(profiles.of(db, 1)["condition"].value))
    (account,) = database.read_now(lambda db: banks.of(db, 1))
    assert kept == WORDS
    assert database.read_now(lambda db: banks.details(db, account)).number == "6222 0212 3456"
    feed = database.read_now(lambda db: feeds.of(db, 1))
    assert feed is not None
    assert database.keyring.open(feed.sealed) == "secret"
    database.close()


def fed(db: Transaction, secret: str) -> Feed:
    return Feed(person_id=1, digest="d", sealed=db.keyring.seal(secret), changed_at=BEGUN)


def resealed(database: Database) -> int:
    found = database.read_now(outdated)
    return database.write_now(lambda db: reseal(db, found))[0]


def entered(db: Transaction, number: str) -> int:
    account = BankAccount(customer_id=1, entered_by=1, entered_at=BEGUN)
    return banks.enter(db, account, Details("", "海曙支行", number))


def told(db: Transaction, words: str) -> None:
    kept = db.keyring.seal(words)
    profiles.write(db, ProfileEntry(customer_id=1, field="condition", value=kept, at=BEGUN))
