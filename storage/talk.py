"""What people said about a subject, whichever platform they said it on."""

from datetime import datetime

from sqlalchemy import Index, bindparam, func, select, update
from sqlmodel import col

from storage.columns import data, key, may_point_at, moment, words
from storage.database import Deed, Json, Query, Transaction
from storage.rows import Row


class Talk(Row, table=True):
    """One remark, its words sealed. `address` is where it was said: an edit or a reply finds it.

    `passed_by` is who passed it on, `earlier` what a corrected one said at first.
    """

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
    passed_by: str = ""
    earlier: str = words()


_BY_ID = Query(Talk, select(Talk).where(col(Talk.id) == bindparam("id")))
_SAVE = Deed(
    update(Talk)
    .where(col(Talk.id) == bindparam("b_id"))
    .values(text=bindparam("to_text"), earlier=bindparam("to_earlier"), files=bindparam("to_files"))
)
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
_COUNT = Query(
    int,
    select(func.count()).where(
        col(Talk.kind) == bindparam("kind"), col(Talk.subject_id) == bindparam("id")
    ),
)


def add(db: Transaction, remark: Talk) -> int:
    """Keep a remark."""
    text, remark.text = remark.text, db.keyring.seal(remark.text)
    made = db.add(remark)
    remark.text = text
    return made


def get(db: Transaction, talk_id: int) -> Talk | None:
    """One remark."""
    found = _BY_ID.first(db, id=talk_id)
    return _opened(db, [found])[0] if found else None


def save(db: Transaction, remark: Talk) -> None:
    """Keep a remark's words and files as they are now."""
    _SAVE.run(
        db,
        b_id=remark.id,
        to_text=db.keyring.seal(remark.text),
        to_earlier=db.keyring.seal(remark.earlier),
        to_files=remark.files,
    )


def on(db: Transaction, kind: str, id_: int) -> list[Talk]:
    """Everything said about a subject, in order."""
    return _opened(db, _ON.all(db, kind=kind, id=id_))


def last_on(db: Transaction, kind: str, id_: int, most: int = 3) -> list[Talk]:
    """The newest remarks, the newest first."""
    return _opened(db, _LAST.all(db, kind=kind, id=id_, most=most))


def count_on(db: Transaction, kind: str, id_: int) -> int:
    """How many remarks there are."""
    return _COUNT.first(db, kind=kind, id=id_) or 0


def _opened(db: Transaction, remarks: list[Talk]) -> list[Talk]:
    for remark in remarks:
        remark.text = db.keyring.shown(remark.text)
        remark.earlier = db.keyring.shown(remark.earlier)
    return remarks
