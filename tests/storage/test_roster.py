"""What an import writes of somebody is found again by what vouches for them."""

from __future__ import annotations

from storage import customers, dossiers, people, roster
from storage.database import Database
from storage.rows import Hand
from tests.house import BEGUN


def test_a_number_that_an_import_changes_is_found_and_the_old_one_is_not(
    database_url: str,
) -> None:
    database = Database(database_url)
    record: roster.Record = {
        "name": "钱进",
        "phone": "13800000001",
        "email": "qian@example.com",
        "departments": {"sales": False},
        "superior": None,
    }
    made, _ = database.write_now(lambda db: roster.enter(db, record, BEGUN))
    after = {**record, "phone": "13900000002", "email": "jin@example.com"}
    database.write_now(lambda db: roster.rewrite(db, made, after))
    try:
        for phone, found in (("139 0000 0002", [made]), ("13800000001", [])):
            said = database.read_now(lambda db, it=phone: people.by_phone(db, it))  # type: ignore[misc]
            assert [person.id for person in said] == found
        mail = database.read_now(lambda db: people.by_email(db, "JIN@example.com"))
        assert [person.id for person in mail] == [made]
    finally:
        database.close()


def test_a_contact_whom_an_import_adds_or_changes_is_found(database_url: str) -> None:
    database = Database(database_url)
    before: dossiers.Dossier = {
        "name": "常州瑞丰轴承有限公司",
        "short": "瑞丰",
        "names": [],
        "registration": "",
        "note": "",
        "owner": None,
        "important": False,
        "contacts": [["王芳", "", "+86 138-0000-0001", "Wf@example.com"]],
        "told": {},
    }
    after = {**before, "contacts": [["王芳", "", "13900000002", "wang@example.com"]]}
    (made,), _ = database.write_now(lambda db: dossiers.open_all(db, [before], {}, Hand(BEGUN)))
    try:
        assert _recognised(database, "13800000001", "wf@example.com") == [made, made]
        database.write_now(lambda db: dossiers.rewrite(db, made, before, after, Hand(BEGUN)))
        assert _recognised(database, "13800000001", "wf@example.com") == []
        assert _recognised(database, "139 0000 0002", "wang@EXAMPLE.com") == [made, made]
    finally:
        database.close()


def _recognised(database: Database, phone: str, email: str) -> list[int]:
    """The customers of the contacts that have this number, and that have this address."""
    found = database.read_now(
        lambda db: [
            *customers.contacts_by_phone(db, phone),
            *customers.contacts_by_email(db, email),
        ]
    )
    return [contact.customer_id for contact in found]
