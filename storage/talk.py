"""What people said about a subject, whichever platform they said it on."""

from datetime import datetime

from sqlalchemy import Index, bindparam, func, select
from sqlmodel import SQLModel, col

from storage.columns import data, key, may_point_at, moment, words
from storage.database import Json, Query, Transaction


class Talk(SQLModel, table=True):
    """One remark. `address` is where it was said, so that an edit or a reply finds it."""

    __table_args__ = (
        Index("talk_subject", "kind", "subject_id"),
        Index("talk_address", "platform", "workspace", "chat", "message"),
    )

    id: int | None = key()
    kind: str
    subject_id: int
    person_id: int | None = may_point_at("person", index=False)
    contact_id: int | None = may_point_at("contact", index=False)
    account_id: int | None = may_point_at("account", index=False)
    name: str = ""
    text: str = words()
    files: Json = data()
    at: datetime = moment()
    recorded_at: datetime = moment()
    platform: str = ""
    workspace: str = ""
    chat: str = ""
    message: str = ""


_ON = Query(
    Talk,
    select(Talk)
    .where(col(Talk.kind) == bindparam("kind"), col(Talk.subject_id) == bindparam("id"))
    .order_by(col(Talk.at), col(Talk.id)),
)
_LAST = Query(
    Talk,
    select(Talk)
    .where(col(Talk.kind) == bindparam("kind"), col(Talk.subject_id) == bindparam("id"))
    .order_by(col(Talk.at).desc(), col(Talk.id).desc())
    .limit(bindparam("most")),
)
_AT = Query(
    Talk,
    select(Talk)
    .where(
        col(Talk.platform) == bindparam("platform"),
        col(Talk.workspace) == bindparam("workspace"),
        col(Talk.chat) == bindparam("chat"),
        col(Talk.message) == bindparam("message"),
    )
    .limit(1),
)
_COUNT = Query(
    int,
    select(func.count()).where(
        col(Talk.kind) == bindparam("kind"), col(Talk.subject_id) == bindparam("id")
    ),
)


def add(db: Transaction, remark: Talk) -> int:
    """Keep a remark."""
    return db.add(remark)


def on(db: Transaction, kind: str, id_: int) -> list[Talk]:
    """Everything said about a subject, in order."""
    return _ON.all(db, kind=kind, id=id_)


def last_on(db: Transaction, kind: str, id_: int, most: int = 3) -> list[Talk]:
    """The newest remarks, the newest first."""
    return _LAST.all(db, kind=kind, id=id_, most=most)


def at(db: Transaction, platform: str, workspace: str, chat: str, message: str) -> Talk | None:
    """The remark that was this message."""
    return _AT.first(db, platform=platform, workspace=workspace, chat=chat, message=message)


def count_on(db: Transaction, kind: str, id_: int) -> int:
    """How many remarks there are."""
    return _COUNT.first(db, kind=kind, id=id_) or 0
