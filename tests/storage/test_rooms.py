"""The messages of the local chat, on both engines."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime

import pytest

from storage import people, rooms
from storage.database import Conflict, Database
from storage.keyring import Keyring
from storage.people import Account
from storage.rooms import Message, RoomFile

AT = datetime(2026, 10, 14, 2, tzinfo=UTC)


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    made = Database(database_url)
    made.keyring = Keyring((b"a key of this test",))
    yield made
    made.close()


def message(text: str, *, chat: str = "dm:a", author: str = "", once: str | None = None) -> Message:
    return Message(chat=chat, author=author, text=text, at=AT, once=once)


async def add(database: Database, *messages: Message) -> list[int]:
    return (await database.write(lambda db: [rooms.add(db, one) for one in messages]))[0]


async def test_messages_are_read_in_order_the_newest_of_many(database: Database) -> None:
    await add(database, *(message(str(n)) for n in range(5)), message("x", chat="dm:b"))
    found = await database.read(lambda db: rooms.latest(db, "dm:a", 3))
    assert [one.text for one in found] == ["2", "3", "4"]


async def test_versions_order_what_is_new_and_what_is_changed(database: Database) -> None:
    first, second = await add(database, message("one"), message("two"))
    seen = await database.read(rooms.top)
    assert await database.write(lambda db: rooms.edit(db, first, "<p>", "uno", AT))
    changed = await database.read(lambda db: rooms.changed(db, "dm:a", seen))
    assert [(one.id, one.text, one.html, one.edited_at) for one in changed] == [
        (first, "uno", "<p>", AT)
    ]
    kept = await database.read(lambda db: rooms.get(db, second))
    assert kept is not None
    assert kept.version == seen


async def test_what_is_gone_is_not_edited(database: Database) -> None:
    done, _ = await database.write(lambda db: rooms.edit(db, 99, "", "", AT))
    assert not done


async def test_saying_something_wakes_the_pages(database: Database) -> None:
    _, woken = await database.write(lambda db: rooms.add(db, message("one")))
    assert woken == {"rooms"}


async def test_a_message_is_known_by_what_its_sender_calls_it(database: Database) -> None:
    await add(database, message("one", once="k"), message("other", chat="dm:b", once="k"))
    found = await database.read(lambda db: rooms.called(db, "dm:b", "k"))
    assert found is not None
    assert found.text == "other"
    assert await database.read(lambda db: rooms.called(db, "dm:c", "k")) is None


async def test_the_same_message_cannot_be_there_twice(database: Database) -> None:
    await add(database, message("one", once="k"))
    with pytest.raises(Conflict):
        await add(database, message("two", once="k"))
    await add(database, message("three"), message("four"))


async def test_others_messages_are_unread_until_they_were_seen(database: Database) -> None:
    account = Account(platform="web", workspace="w", user="a", used_at=AT)
    await database.write(lambda db: people.add_account(db, account))
    ids = await add(
        database,
        message("bot"),
        message("mine", author="a"),
        message("theirs", author="b", chat="room:r"),
        message("bot again"),
    )

    async def unread() -> dict[str, int]:
        found = await database.read(lambda db: rooms.unread(db, "web", "w"))
        assert set(found) <= {"a"}
        return found.get("a", {})

    assert await unread() == {"dm:a": 2, "room:r": 1}
    assert (await database.write(lambda db: rooms.see(db, "a", "dm:a", ids[0])))[0]
    assert await unread() == {"dm:a": 1, "room:r": 1}
    assert (await database.write(lambda db: rooms.see(db, "a", "dm:a", ids[3])))[0]
    assert not (await database.write(lambda db: rooms.see(db, "a", "dm:a", ids[1])))[0]
    assert await unread() == {"room:r": 1}


async def test_a_rehearsal_can_begin_anew(database: Database) -> None:
    file = RoomFile(id="f", chat="dm:a", content=b"\x00\xff")
    await add(database, message("one"))
    await database.write(lambda db: rooms.keep_file(db, file))
    kept = await database.read(lambda db: rooms.file(db, "f"))
    assert kept is not None
    assert kept.content == b"\x00\xff"
    await database.write(rooms.clear)
    assert await database.read(lambda db: rooms.latest(db, "dm:a", 9)) == []
    assert await database.read(lambda db: rooms.file(db, "f")) is None
    assert await database.read(rooms.top) == 0
