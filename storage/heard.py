"""What became of each message, so that an edit, or the rest of an album, finds it."""

from datetime import datetime

from sqlalchemy import Index, UniqueConstraint, bindparam, delete, select, update
from sqlmodel import Field, col

from storage.columns import data, key, maybe_moment, moment, points_at, words
from storage.database import Deed, Json, Query, Transaction
from storage.rows import Row


class Heard(Row, table=True):
    """One message as it reads now. Without a `kind` nothing has become of it yet.

    Its text is sealed: it may have answered a question that asks for something secret.

    `command` and `field` say how it was read, `leads` which album it stands for, `files` what an
    album's part that waits for its caption holds. `edited_at` and `edit` name the newest edit seen.
    """

    __table_args__ = (
        UniqueConstraint("platform", "workspace", "chat", "message"),
        UniqueConstraint("platform", "workspace", "chat", "leads", name="heard_album_leads"),
        Index("heard_subject", "kind", "subject_id"),
        Index("heard_album", "album"),
    )

    id: int | None = key()
    platform: str
    workspace: str
    chat: str
    message: str
    account_id: int = points_at("account", index=False)
    at: datetime = moment(index=True)
    text: str = words()
    command: str = ""
    field: str = ""
    kind: str = ""
    subject_id: int | None = None
    album: str = ""
    leads: str | None = Field(default=None, nullable=True)
    files: Json = data()
    edited_at: datetime | None = maybe_moment()
    edit: str = ""


_AT = Query(
    Heard,
    select(Heard).where(
        col(Heard.platform) == bindparam("platform"),
        col(Heard.workspace) == bindparam("workspace"),
        col(Heard.chat) == bindparam("chat"),
        col(Heard.message) == bindparam("message"),
    ),
)
_ALBUM = Query(
    Heard,
    select(Heard)
    .where(
        col(Heard.platform) == bindparam("platform"),
        col(Heard.workspace) == bindparam("workspace"),
        col(Heard.chat) == bindparam("chat"),
        col(Heard.album) == bindparam("album"),
        col(Heard.account_id) == bindparam("account_id"),
    )
    .order_by(col(Heard.id)),
)
_FACTS = Query(
    Heard,
    select(Heard)
    .where(
        col(Heard.at) >= bindparam("since"),
        col(Heard.at) <= bindparam("until"),
        col(Heard.account_id) == bindparam("account_id"),
        col(Heard.command) == bindparam("command"),
        col(Heard.kind) != "draft",
        col(Heard.kind) != "",
    )
    .order_by(col(Heard.at), col(Heard.id)),
)
_OF = Query(
    Heard,
    select(Heard)
    .where(col(Heard.kind) == bindparam("kind"), col(Heard.subject_id) == bindparam("id"))
    .order_by(col(Heard.id)),
)
_SAVE = Deed(
    update(Heard)
    .where(col(Heard.id) == bindparam("b_id"))
    .values(
        {
            name: bindparam(f"to_{name}")
            for name in (
                "at",
                "text",
                "command",
                "field",
                "kind",
                "subject_id",
                "album",
                "leads",
                "files",
                "edited_at",
                "edit",
            )
        }
    )
)
_BECAME = Deed(
    update(Heard)
    .where(col(Heard.kind) == bindparam("b_kind"), col(Heard.subject_id) == bindparam("b_subject"))
    .values(
        kind=bindparam("to_kind"), subject_id=bindparam("to_subject"), command=bindparam("to_name")
    )
)
_FORGET = Deed(delete(Heard).where(col(Heard.kind) == "", col(Heard.at) < bindparam("before")))


def at(db: Transaction, platform: str, workspace: str, chat: str, message: str) -> Heard | None:
    """What is known of a message."""
    found = _AT.first(db, platform=platform, workspace=workspace, chat=chat, message=message)
    return _opened(db, found) if found else None


def album(  # an album is one account's, in one chat
    db: Transaction, platform: str, workspace: str, chat: str, album_: str, account_id: int
) -> list[Heard]:
    """The parts of an album that were kept, in the order they came."""
    found = _ALBUM.all(
        db,
        platform=platform,
        workspace=workspace,
        chat=chat,
        album=album_,
        account_id=account_id,
    )
    return [_opened(db, row) for row in found]


def facts_around(
    db: Transaction, account_id: int, command: str, since: datetime, until: datetime
) -> list[Heard]:
    """The messages of an account, sent in a span, of which a command has made something."""
    span = {"since": since, "until": until}
    return _FACTS.all(db, account_id=account_id, command=command, **span)


def of(db: Transaction, kind: str, id_: int) -> list[Heard]:
    """The messages of which a subject was made."""
    return [_opened(db, row) for row in _OF.all(db, kind=kind, id=id_)]


def add(db: Transaction, row: Heard) -> int:
    """Keep a message; a concurrent twin, or a twin that leads the same album, fails."""
    text, row.text = row.text, db.keyring.seal(row.text)
    made = db.add(row)
    row.text = text
    return made


def save(db: Transaction, row: Heard) -> None:
    """Keep what is known of a message now."""
    _SAVE.run(
        db,
        b_id=row.id,
        to_at=row.at,
        to_text=db.keyring.seal(row.text),
        to_command=row.command,
        to_field=row.field,
        to_kind=row.kind,
        to_subject_id=row.subject_id,
        to_album=row.album,
        to_leads=row.leads,
        to_files=row.files,
        to_edited_at=row.edited_at,
        to_edit=row.edit,
    )


def became(db: Transaction, draft_id: int, kind: str, subject_id: int, command: str) -> None:
    """What a draft was begun and answered with has become a subject, or another draft."""
    _BECAME.run(
        db,
        b_kind="draft",
        b_subject=draft_id,
        to_kind=kind,
        to_subject=subject_id,
        to_name=command,
    )


def forget(db: Transaction, before: datetime) -> int:
    """Drop messages of which nothing became."""
    return _FORGET.run(db, before=before)


def _opened(db: Transaction, row: Heard) -> Heard:
    row.text = db.keyring.shown(row.text)
    return row
