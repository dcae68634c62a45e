"""What a platform delivered and what it was answered, so that a repetition gets the same answer."""

import json
from datetime import datetime

from sqlalchemy import Index, UniqueConstraint, bindparam, delete, select
from sqlmodel import col

from storage.columns import data, key, may_point_at, moment, words
from storage.database import Deed, Json, Query, Transaction
from storage.keyring import LOCKED, is_sealed
from storage.rows import Row


class Delivery(Row, table=True):
    """One delivery: its key is unique within its platform and workspace; its answer is sealed.

    `deed` is a digest of the command that was run and its answers, by which the same deed said
    twice is noticed.
    """

    __table_args__ = (
        UniqueConstraint("platform", "workspace", "key"),
        Index("delivery_deed", "account_id", "deed"),
    )

    id: int | None = key()
    platform: str
    workspace: str
    key: str
    at: datetime = moment(index=True)
    answer: Json = data()
    account_id: int | None = may_point_at("account", index=False)
    deed: str = ""


class SetAside(Row, table=True):
    """Raw bytes that could not be parsed, or that met a bug, kept so that nothing is lost.

    They are sealed: nobody knows what is in them.
    """

    __tablename__ = "set_aside"

    id: int | None = key()
    platform: str
    at: datetime = moment(index=True)
    reference: str
    reason: str = words()
    raw: str = words()


_ANSWER = Query(
    Delivery,
    select(Delivery).where(
        col(Delivery.platform) == bindparam("platform"),
        col(Delivery.workspace) == bindparam("workspace"),
        col(Delivery.key) == bindparam("key"),
    ),
)
_SAME = Query(
    Delivery,
    select(Delivery)
    .where(
        col(Delivery.account_id) == bindparam("account_id"),
        col(Delivery.deed) == bindparam("deed"),
        col(Delivery.at) >= bindparam("since"),
    )
    .limit(1),
)
_FORGET = Deed(delete(Delivery).where(col(Delivery.at) < bindparam("before")))
_FORGET_ASIDE = Deed(delete(SetAside).where(col(SetAside.at) < bindparam("before")))
_ASIDE = Query(SetAside, select(SetAside).order_by(col(SetAside.id).desc()).limit(50))


def find(db: Transaction, platform: str, workspace: str, key_: str) -> Delivery | None:
    """The earlier delivery with this key; without its answer, if no key opens it any more."""
    found = _ANSWER.first(db, platform=platform, workspace=workspace, key=key_)
    if found is not None and is_sealed(found.answer):
        opened = db.keyring.shown(found.answer)
        found.answer = json.loads(opened) if opened != LOCKED else None
    return found


def add(db: Transaction, delivery: Delivery) -> int:
    """Record a delivery and its answer; a concurrent twin fails on the unique key."""
    answer = delivery.answer
    delivery.answer = db.keyring.seal(json.dumps(answer, ensure_ascii=False))
    made = db.add(delivery)
    delivery.answer = answer
    return made


def done_since(db: Transaction, account_id: int, deed: str, since: datetime) -> bool:
    """Whether an account did exactly this lately."""
    return _SAME.first(db, account_id=account_id, deed=deed, since=since) is not None


def set_aside(db: Transaction, row: SetAside) -> int:
    """Keep raw bytes that could not be handled (DESIGN section 6, In)."""
    row.raw = db.keyring.seal(row.raw)
    return db.add(row)


def newest_aside(db: Transaction) -> list[SetAside]:
    """The fifty newest things set aside."""
    found = _ASIDE.all(db)
    for row in found:
        row.raw = db.keyring.shown(row.raw)
    return found


def forget(db: Transaction, before: datetime) -> int:
    """Drop records of deliveries that no platform repeats any more."""
    return _FORGET.run(db, before=before) + _FORGET_ASIDE.run(db, before=before)
