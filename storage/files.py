"""Files: the reference is kept with the message, the bytes come afterwards (storage.vault)."""

from collections.abc import Collection
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import Index, and_, bindparam, delete, func, or_, select, update
from sqlmodel import Field, col

from storage.columns import key, may_point_at, maybe_moment, moment, words
from storage.connections import POSTGRESQL
from storage.database import Deed, Query, Transaction, known
from storage.rows import Row

WANTED, HERE, REFUSED = "wanted", "here", "refused"


class File(Row, table=True):
    """A file somebody sent; its platform names it `remote`.

    `vault` names the bytes once they are here; they are `size` bytes of `media`. `next_at` is when
    it may be fetched again, and until when its present `holder` may fetch it alone.
    """

    __table_args__ = (
        Index("file_subject", "kind", "subject_id"),
        Index("file_sender", "account_id", "at"),
    )

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
    vault: str = Field(default="", index=True)
    next_at: datetime | None = maybe_moment()
    attempts: int = 0
    holder: str = ""
    reason: str = words()


class Weight(NamedTuple):
    """How many bytes are kept."""

    size: int


class Following(NamedTuple):
    """When the next wanted file may be fetched; one that was never tried may be at once."""

    at: datetime | None
    wanted: int


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
_FREE = (
    select(col(File.id))
    .where(
        col(File.state) == WANTED,
        or_(col(File.next_at).is_(None), col(File.next_at) <= bindparam("now")),
    )
    .order_by(col(File.id))
    .limit(bindparam("most"))
)


def _claim(*, skip_locked: bool) -> Query[File]:
    free = _FREE.with_for_update(skip_locked=True) if skip_locked else _FREE
    return Query(
        File,
        update(File)
        .where(col(File.id).in_(free), col(File.state) == WANTED)
        .values(
            holder=bindparam("to_holder"),
            next_at=bindparam("until"),
            attempts=col(File.attempts) + 1,
        )
        .returning(*File.__table__.columns),  # type: ignore[attr-defined]
    )


_ANY_WANTED = Query(int, _FREE)
_CLAIM = {True: _claim(skip_locked=True), False: _claim(skip_locked=False)}
_HELD = and_(
    col(File.id) == bindparam("b_id"),
    col(File.state) == WANTED,
    col(File.holder) == bindparam("b_holder"),
)
_KEEP = Deed(
    update(File)
    .where(_HELD)
    .values(
        vault=bindparam("to_vault"),
        media=bindparam("to_media"),
        size=bindparam("to_size"),
        state=HERE,
        holder="",
    )
)
_FORGET = Deed(
    delete(File).where(col(File.kind) == bindparam("b_kind"), col(File.at) < bindparam("before"))
)
_REFUSE = Deed(
    update(File).where(_HELD).values(state=REFUSED, reason=bindparam("to_reason"), holder="")
)
_LATER = Deed(
    update(File)
    .where(_HELD)
    .values(
        next_at=bindparam("at"),
        reason=bindparam("to_reason"),
        attempts=col(File.attempts) - bindparam("forgiven"),
        holder="",
    )
)
_LOSE = Deed(
    update(File)
    .where(col(File.id) == bindparam("b_id"), col(File.state) == HERE)
    .values(state=REFUSED, vault="", reason=bindparam("to_reason"))
)
_SENT_BY = Query(
    Weight,
    select(func.coalesce(func.sum(col(File.size)), 0)).where(
        col(File.account_id) == bindparam("account"),
        col(File.at) >= bindparam("since"),
        col(File.state) == HERE,
    ),
)
_ALL = Query(
    Weight, select(func.coalesce(func.sum(col(File.size)), 0)).where(col(File.state) == HERE)
)
_NEXT = Query(
    Following,
    select(func.min(col(File.next_at)), func.count()).where(col(File.state) == WANTED),
)
_KEPT = Query(
    File,
    select(File)
    .where(col(File.state) == HERE, col(File.id) > bindparam("after"))
    .order_by(col(File.id))
    .limit(bindparam("most")),
)
_AGED = Query(
    File,
    select(File)
    .where(
        col(File.kind) == bindparam("kind"),
        col(File.state) == HERE,
        col(File.at) < bindparam("before"),
    )
    .order_by(col(File.id))
    .limit(bindparam("most")),
)
_CALLED = Query(File, select(File).where(col(File.vault) == bindparam("vault")).limit(1))


def add(db: Transaction, file: File) -> int:
    """Keep a reference; its bytes are fetched after the commit."""
    db.wakes("files")
    return db.add(file)


def add_made(db: Transaction, file: File) -> int:
    """Keep a file that was made here; the vault has its bytes already."""
    file.state = HERE
    return db.add(file)


def copy(db: Transaction, file_id: int) -> int:
    """The same file once more, for another subject; the bytes are shared, or fetched for each."""
    found = get(db, file_id)
    assert found is not None
    own = {"id", "kind", "subject_id", "next_at", "holder"}
    return add(db, File(**{k: v for k, v in found.model_dump().items() if k not in own}))


def get(db: Transaction, file_id: int) -> File | None:
    """One file."""
    return _BY_ID.first(db, id=file_id)


def of(db: Transaction, kind: str, id_: int) -> list[File]:
    """The files of a subject."""
    return _OF.all(db, kind=kind, id=id_)


def file_under(db: Transaction, file_id: int, kind: str, id_: int) -> None:
    """Say which subject a file belongs to."""
    _FILE_UNDER.run(db, b_id=file_id, to_kind=kind, to_id=id_)


def any_wanted(db: Transaction, now: datetime) -> bool:
    """Whether there is a file to claim."""
    return _ANY_WANTED.first(db, now=now, most=1) is not None


def claim(db: Transaction, now: datetime, holder: str, until: datetime, most: int) -> list[File]:
    """Take files whose bytes are wanted; nobody else fetches them until `until`."""
    query = _CLAIM[db.engine == POSTGRESQL]
    found = query.all(db, now=now, to_holder=holder, until=until, most=most)
    return sorted(found, key=lambda file: known(file.id))


def keep(  # what is known of the bytes, each by its name
    db: Transaction, file_id: int, holder: str, *, vault: str, media: str, size: int
) -> bool:
    """The bytes are here; False if somebody else holds the file by now."""
    done = _KEEP.run(
        db, b_id=file_id, b_holder=holder, to_vault=vault, to_media=media, to_size=size
    )
    return done == 1


def refuse(db: Transaction, file_id: int, holder: str, reason: str) -> bool:
    """The bytes will never come; False if somebody else holds the file by now."""
    return _REFUSE.run(db, b_id=file_id, b_holder=holder, to_reason=reason) == 1


def later(  # `counts` says whether this was an attempt that failed
    db: Transaction, file_id: int, holder: str, at: datetime, reason: str, *, counts: bool
) -> None:
    """Fetch it again at `at`."""
    forgiven = 0 if counts else 1
    _LATER.run(db, b_id=file_id, b_holder=holder, at=at, to_reason=reason, forgiven=forgiven)


def lose(db: Transaction, file_id: int, reason: str) -> bool:
    """The bytes were here, and are gone."""
    return _LOSE.run(db, b_id=file_id, to_reason=reason) == 1


def sent_by(db: Transaction, account_id: int | None, since: datetime) -> int:
    """How many bytes an account has sent since then, of those that are kept."""
    found = _SENT_BY.first(db, account=account_id, since=since)
    return int(found.size) if found else 0


def one_at_a_time(db: Transaction) -> None:
    """Until this transaction ends nobody else counts what is kept; SQLite has one writer anyway."""
    if db.engine == POSTGRESQL:
        db.run("SELECT pg_advisory_xact_lock(hashtext('headwater files'))")


def weight(db: Transaction) -> int:
    """How many bytes are kept in all."""
    found = _ALL.first(db)
    return int(found.size) if found else 0


def next_at(db: Transaction) -> datetime | None:
    """When the next wanted file may be tried again; None when none waits for its time."""
    found = _NEXT.first(db)
    return found.at if found else None


def kept(db: Transaction, after: int = 0, most: int = 500) -> list[File]:
    """Files whose bytes are here, in slices."""
    return _KEPT.all(db, after=after, most=most)


def unclaimed(db: Transaction, names: Collection[str]) -> list[str]:
    """Those of these names in the vault that no file has."""
    return [name for name in names if _CALLED.first(db, vault=name) is None]


def aged(db: Transaction, kind: str, before: datetime, most: int) -> list[File]:
    """Files of a kind whose bytes are here and that are older than this, the oldest first."""
    return _AGED.all(db, kind=kind, before=before, most=most)


def forget(db: Transaction, kind: str, before: datetime) -> int:
    """Drop files of a kind that are older than this."""
    return _FORGET.run(db, b_kind=kind, before=before)
