"""What of our files a platform already has, and which pictures hang below which card."""

from datetime import datetime

from sqlalchemy import UniqueConstraint, bindparam, delete, select, update
from sqlmodel import col

from storage.columns import key, moment, points_at
from storage.database import Deed, Query, Transaction
from storage.rows import Row

BEGUN, SHOWN = "begun", "shown"


class Upload(Row, table=True):
    """A file that was uploaded to a workspace, which calls it `remote`."""

    __table_args__ = (UniqueConstraint("platform", "workspace", "file_id"),)

    id: int | None = key()
    platform: str
    workspace: str
    file_id: int = points_at("file", index=False)
    remote: str
    ready: bool = False
    at: datetime = moment()


class Hung(Row, table=True):
    """A picture posted below a card. One that was begun and not shown is never posted again."""

    __table_args__ = (UniqueConstraint("platform", "workspace", "chat", "card", "file_id"),)

    id: int | None = key()
    platform: str
    workspace: str
    chat: str
    card: str
    file_id: int = points_at("file", index=False)
    state: str = BEGUN
    message: str = ""
    at: datetime = moment()


_OF = Query(
    Upload,
    select(Upload).where(
        col(Upload.platform) == bindparam("platform"),
        col(Upload.workspace) == bindparam("workspace"),
        col(Upload.file_id) == bindparam("file_id"),
    ),
)
_AGAIN = Deed(
    update(Upload)
    .where(
        col(Upload.platform) == bindparam("b_platform"),
        col(Upload.workspace) == bindparam("b_workspace"),
        col(Upload.file_id) == bindparam("b_file_id"),
    )
    .values(remote=bindparam("to_remote"), ready=bindparam("to_ready"), at=bindparam("to_at"))
)
_FORGET = Deed(
    delete(Upload).where(
        col(Upload.platform) == bindparam("b_platform"),
        col(Upload.workspace) == bindparam("b_workspace"),
        col(Upload.file_id) == bindparam("b_file_id"),
    )
)
_BELOW = Query(
    Hung,
    select(Hung)
    .where(
        col(Hung.platform) == bindparam("platform"),
        col(Hung.workspace) == bindparam("workspace"),
        col(Hung.chat) == bindparam("chat"),
        col(Hung.card) == bindparam("card"),
    )
    .order_by(col(Hung.id)),
)
_HANGS = Deed(
    update(Hung)
    .where(col(Hung.id) == bindparam("b_id"))
    .values(state=SHOWN, message=bindparam("to_message"))
)
_TAKE_DOWN = Deed(delete(Hung).where(col(Hung.id) == bindparam("b_id"), col(Hung.state) == BEGUN))


def of(db: Transaction, platform: str, workspace: str, file_id: int) -> Upload | None:
    """What a workspace has of a file."""
    return _OF.first(db, platform=platform, workspace=workspace, file_id=file_id)


def remember(db: Transaction, upload: Upload) -> None:
    """A workspace has a file, under the newest name it gave it."""
    again = _AGAIN.run(
        db,
        b_platform=upload.platform,
        b_workspace=upload.workspace,
        b_file_id=upload.file_id,
        to_remote=upload.remote,
        to_ready=upload.ready,
        to_at=upload.at,
    )
    if not again:
        db.add(upload)


def forget(db: Transaction, platform: str, workspace: str, file_id: int) -> None:
    """A workspace has lost a file."""
    _FORGET.run(db, b_platform=platform, b_workspace=workspace, b_file_id=file_id)


def below(db: Transaction, platform: str, workspace: str, chat: str, card: str) -> list[Hung]:
    """The pictures below a card."""
    return _BELOW.all(db, platform=platform, workspace=workspace, chat=chat, card=card)


def hang(db: Transaction, hung: Hung) -> int:
    """Begin to post a picture below a card; a Conflict says that another replica does."""
    return db.add(hung)


def hangs(db: Transaction, hung_id: int, message: str) -> None:
    """It is there."""
    _HANGS.run(db, b_id=hung_id, to_message=message)


def take_down(db: Transaction, hung_id: int) -> None:
    """It surely is not there."""
    _TAKE_DOWN.run(db, b_id=hung_id)
