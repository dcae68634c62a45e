"""What an import writes of somebody is found again by what vouches for them."""

from __future__ import annotations

from storage import people, roster
from storage.database import Database
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
    (made,), _ = database.write_now(lambda db: roster.enter_all(db, [record], BEGUN))
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
