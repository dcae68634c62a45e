"""The messages of the local chat: what other platforms keep for us, the web keeps here.

They are sealed, because whatever is said to somebody who may read it stands in them.
"""

from datetime import datetime
from typing import NamedTuple

from sqlalchemy import (
    Index,
    LargeBinary,
    UniqueConstraint,
    and_,
    bindparam,
    delete,
    func,
    select,
    update,
)
from sqlmodel import Field, col

from storage import counters
from storage.columns import data, key, maybe_moment, moment, words
from storage.database import Deed, Json, Query, Transaction
from storage.keyring import Unreadable
from storage.people import Account
from storage.rows import Row

VERSIONS = "room"


class Message(Row, table=True):
    """One message as it is shown: `html` is drawn for its reader; an empty `author` is the bot.

    `once` is what the sender calls it, so that the same message said twice in a chat is there once.
    `version` orders what a page has not seen yet; it is taken from a counter, so that versions
    become visible in their order.
    """

    __tablename__ = "room_message"
    __table_args__ = (
        Index("room_message_chat", "chat", "version"),
        UniqueConstraint("chat", "once"),
    )

    id: int | None = key()
    chat: str
    thread: str = ""
    author: str = ""
    text: str = words()
    html: str = words()
    files: Json = data()
    at: datetime = moment()
    edited_at: datetime | None = maybe_moment()
    version: int = 0
    once: str | None = Field(default=None, nullable=True)


class RoomFile(Row, table=True):
    """The bytes of a file that somebody sent; the id cannot be guessed."""

    __tablename__ = "room_file"

    id: str = Field(primary_key=True)
    chat: str
    name: str = ""
    media: str = ""
    content: bytes = Field(sa_type=LargeBinary)


class Seen(Row, table=True):
    """The newest message of a chat that an account has looked at."""

    __tablename__ = "room_seen"

    user: str = Field(primary_key=True)
    chat: str = Field(primary_key=True)
    message: int


class Unread(NamedTuple):
    """How many messages of a chat somebody has not looked at."""

    user: str
    chat: str
    messages: int


_CHANGED = Query(
    Message,
    select(Message)
    .where(col(Message.chat) == bindparam("chat"), col(Message.version) > bindparam("after"))
    .order_by(col(Message.id)),
)
_LATEST = Query(
    Message,
    select(Message)
    .where(col(Message.chat) == bindparam("chat"))
    .order_by(col(Message.id).desc())
    .limit(bindparam("most")),
)
_BY_ID = Query(Message, select(Message).where(col(Message.id) == bindparam("id")))
_BY_ONCE = Query(
    Message,
    select(Message).where(
        col(Message.chat) == bindparam("chat"), col(Message.once) == bindparam("once")
    ),
)
_EDIT = Deed(
    update(Message)
    .where(col(Message.id) == bindparam("b_id"))
    .values(
        html=bindparam("to_html"),
        text=bindparam("to_text"),
        edited_at=bindparam("to_at"),
        version=bindparam("to_version"),
    )
)
_TOP = Query(int, select(func.coalesce(func.max(col(Message.version)), 0)))
_UNREAD = Query(
    Unread,
    select(col(Account.user), col(Message.chat), func.count())
    .select_from(Account)
    .join(Message, col(Message.author) != col(Account.user))
    .outerjoin(Seen, and_(col(Seen.chat) == col(Message.chat), col(Seen.user) == col(Account.user)))
    .where(
        col(Account.platform) == bindparam("platform"),
        col(Account.workspace) == bindparam("workspace"),
        col(Message.id) > func.coalesce(col(Seen.message), 0),
    )
    .group_by(col(Account.user), col(Message.chat)),
)
_SEE = Deed(
    update(Seen)
    .where(col(Seen.user) == bindparam("b_user"), col(Seen.chat) == bindparam("b_chat"))
    .values(message=bindparam("to_message"))
)
_SEEN = Query(
    Seen,
    select(Seen).where(col(Seen.user) == bindparam("user"), col(Seen.chat) == bindparam("chat")),
)
_FILE = Query(RoomFile, select(RoomFile).where(col(RoomFile.id) == bindparam("id")))
_CLEAR = tuple(Deed(delete(table)) for table in (Message, RoomFile, Seen))


def add(db: Transaction, message: Message) -> int:
    """Show a message."""
    message.version = counters.take(db, VERSIONS)
    db.wakes("rooms")
    text, html = message.text, message.html
    message.text, message.html = db.keyring.seal(text), db.keyring.seal(html)
    made = db.add(message)
    message.text, message.html = text, html
    return made


def edit(db: Transaction, message_id: int, html: str, plain: str, at: datetime) -> bool:
    """Show a message differently; False when it is gone."""
    db.wakes("rooms")
    version = counters.take(db, VERSIONS)
    shown = {"to_html": db.keyring.seal(html), "to_text": db.keyring.seal(plain)}
    return _EDIT.run(db, b_id=message_id, **shown, to_at=at, to_version=version) == 1


def get(db: Transaction, message_id: int) -> Message | None:
    """One message."""
    return _opened(db, _BY_ID.first(db, id=message_id))


def called(db: Transaction, chat: str, once: str) -> Message | None:
    """The message that its sender calls so, if it was shown already."""
    return _opened(db, _BY_ONCE.first(db, chat=chat, once=once))


def latest(db: Transaction, chat: str, most: int) -> list[Message]:
    """The newest messages of a chat, oldest first."""
    return _all_opened(db, _LATEST.all(db, chat=chat, most=most)[::-1])


def changed(db: Transaction, chat: str, after: int) -> list[Message]:
    """The messages of a chat that are newer, or were changed later, than version `after`."""
    return _all_opened(db, _CHANGED.all(db, chat=chat, after=after))


def top(db: Transaction) -> int:
    """The highest version of any message."""
    return _TOP.first(db) or 0


def unread(db: Transaction, platform: str, workspace: str) -> dict[str, dict[str, int]]:
    """How many messages of others each account has not looked at, by user and chat."""
    found: dict[str, dict[str, int]] = {}
    for row in _UNREAD.all(db, platform=platform, workspace=workspace):
        found.setdefault(row.user, {})[row.chat] = row.messages
    return found


def see(db: Transaction, user: str, chat: str, message_id: int) -> bool:
    """This account has looked at a chat down to this message; False when it had before."""
    known = _SEEN.first(db, user=user, chat=chat)
    if known is None:
        db.put(Seen(user=user, chat=chat, message=message_id))
        return True
    if known.message >= message_id:
        return False
    return _SEE.run(db, b_user=user, b_chat=chat, to_message=message_id) == 1


def keep_file(db: Transaction, file: RoomFile) -> None:
    """Keep what somebody sent."""
    content = db.keyring.seal_bytes(file.content)
    db.put(RoomFile(**{**file.__dict__, "content": content}))


def file(db: Transaction, file_id: str) -> RoomFile | None:
    """What somebody sent; what no key opens is not here any more."""
    found = _FILE.first(db, id=file_id)
    if found is None:
        return None
    try:
        found.content = db.keyring.open_bytes(found.content)
    except Unreadable:
        return None
    return found


def clear(db: Transaction) -> None:
    """Forget every message (a rehearsal begins anew)."""
    for deed in _CLEAR:
        deed.run(db)


def _all_opened(db: Transaction, messages: list[Message]) -> list[Message]:
    for message in messages:
        _opened(db, message)
    return messages


def _opened(db: Transaction, message: Message | None) -> Message | None:
    if message is not None:
        message.text = db.keyring.shown(message.text)
        message.html = db.keyring.shown(message.html)
    return message
