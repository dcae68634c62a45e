"""Messages that somebody marked to be recorded, and what became of each."""

from datetime import datetime

from sqlalchemy import UniqueConstraint, bindparam, select, update
from sqlmodel import SQLModel, col

from storage.columns import key, moment, points_at
from storage.database import Deed, Query, Transaction


class Mark(SQLModel, table=True):
    """A message, and the subject that it has become; none while whoever marked it is asked."""

    __table_args__ = (UniqueConstraint("platform", "workspace", "chat", "message"),)

    id: int | None = key()
    platform: str
    workspace: str
    chat: str
    message: str
    account_id: int = points_at("account", index=False)
    kind: str = ""
    subject_id: int | None = None
    at: datetime = moment()


_AT = Query(
    Mark,
    select(Mark).where(
        col(Mark.platform) == bindparam("platform"),
        col(Mark.workspace) == bindparam("workspace"),
        col(Mark.chat) == bindparam("chat"),
        col(Mark.message) == bindparam("message"),
    ),
)
_BECAME = Deed(
    update(Mark)
    .where(
        col(Mark.platform) == bindparam("b_platform"),
        col(Mark.workspace) == bindparam("b_workspace"),
        col(Mark.chat) == bindparam("b_chat"),
        col(Mark.message) == bindparam("b_message"),
    )
    .values(kind=bindparam("to_kind"), subject_id=bindparam("to_subject"))
)
_TAKE = Deed(
    update(Mark)
    .where(col(Mark.id) == bindparam("b_id"))
    .values(account_id=bindparam("to_account"), at=bindparam("to_at"))
)


def at(db: Transaction, platform: str, workspace: str, chat: str, message: str) -> Mark | None:
    """What became of a message."""
    return _AT.first(db, platform=platform, workspace=workspace, chat=chat, message=message)


def add(db: Transaction, mark: Mark) -> int:
    """Somebody marks a message; a twin at the same moment fails."""
    return db.add(mark)


def take(db: Transaction, mark_id: int, account_id: int, at: datetime) -> None:
    """Somebody else is asked about it now."""
    _TAKE.run(db, b_id=mark_id, to_account=account_id, to_at=at)


def became(
    db: Transaction, where: tuple[str, str, str], message: str, kind: str, subject_id: int
) -> None:
    """A marked message has become a subject, or a part of one."""
    platform, workspace, chat = where
    _BECAME.run(
        db,
        b_platform=platform,
        b_workspace=workspace,
        b_chat=chat,
        b_message=message,
        to_kind=kind,
        to_subject=subject_id,
    )
