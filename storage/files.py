"""Files: the reference is kept with the message, the bytes come afterwards."""

from datetime import datetime

from sqlalchemy import Index, LargeBinary, bindparam, or_, select, update
from sqlmodel import Field, SQLModel, col

from storage.columns import key, may_point_at, maybe_moment, moment, words
from storage.database import Deed, Query, Transaction

WANTED, HERE, REFUSED = "wanted", "here", "refused"


class File(SQLModel, table=True):
    """A file somebody sent; its platform names it `remote`. `bytes` is empty until fetched."""

    __table_args__ = (Index("file_subject", "kind", "subject_id"),)

    id: int | None = key()
    platform: str
    workspace: str
    remote: str
    name: str = ""
    media: str = ""
    size: int = 0
    account_id: int | None = may_point_at("account", index=False)
    kind: str = ""
    subject_id: int | None = None
    at: datetime = moment()
    state: str = Field(default=WANTED, index=True)
    content: bytes | None = Field(default=None, sa_type=LargeBinary, nullable=True)
    next_at: datetime | None = maybe_moment()
    attempts: int = 0
    reason: str = words()


_BY_ID = Query(File, select(File).where(col(File.id) == bindparam("id")))
_OF = Query(
    File,
    select(File)
    .where(col(File.kind) == bindparam("kind"), col(File.subject_id) == bindparam("id"))
    .order_by(col(File.id)),
)
_FILE_UNDER = Deed(
    update(File)
    .where(col(File.id) == bindparam("b_id"))
    .values(kind=bindparam("to_kind"), subject_id=bindparam("to_id"))
)
_WANTED = Query(
    File,
    select(File)
    .where(
        col(File.state) == WANTED,
        or_(col(File.next_at).is_(None), col(File.next_at) <= bindparam("now")),
    )
    .order_by(col(File.id))
    .limit(10),
)
_HOLD = Deed(
    update(File)
    .where(
        col(File.id) == bindparam("b_id"),
        or_(col(File.next_at).is_(None), col(File.next_at) <= bindparam("now")),
    )
    .values(next_at=bindparam("until"), attempts=col(File.attempts) + 1)
)
_KEEP = Deed(
    update(File)
    .where(col(File.id) == bindparam("b_id"))
    .values(
        content=bindparam("to_content"),
        media=bindparam("to_media"),
        size=bindparam("to_size"),
        state=HERE,
    )
)
_REFUSE = Deed(
    update(File)
    .where(col(File.id) == bindparam("b_id"))
    .values(state=REFUSED, reason=bindparam("to_reason"))
)


def add(db: Transaction, file: File) -> int:
    """Keep a reference; its bytes are fetched after the commit."""
    db.wakes("files")
    return db.add(file)


def put(db: Transaction, file: File, content: bytes, media: str = "") -> int:
    """Keep a file that was made here; its bytes are here already."""
    file.content, file.size, file.state = content, len(content), HERE
    file.media = media or file.media
    return db.add(file)


def get(db: Transaction, file_id: int) -> File | None:
    """One file."""
    return _BY_ID.first(db, id=file_id)


def of(db: Transaction, kind: str, id_: int) -> list[File]:
    """The files of a subject."""
    return _OF.all(db, kind=kind, id=id_)


def file_under(db: Transaction, file_id: int, kind: str, id_: int) -> None:
    """Say which subject a file belongs to."""
    _FILE_UNDER.run(db, b_id=file_id, to_kind=kind, to_id=id_)


def claim(db: Transaction, now: datetime, until: datetime) -> list[File]:
    """Take files whose bytes are wanted; they are left alone by others until `until`."""
    return [f for f in _WANTED.all(db, now=now) if _HOLD.run(db, b_id=f.id, now=now, until=until)]


def keep(db: Transaction, file_id: int, content: bytes, media: str) -> None:
    """The bytes are here."""
    _KEEP.run(db, b_id=file_id, to_content=content, to_media=media, to_size=len(content))


def refuse(db: Transaction, file_id: int, reason: str) -> None:
    """The bytes will never come."""
    _REFUSE.run(db, b_id=file_id, to_reason=reason)
