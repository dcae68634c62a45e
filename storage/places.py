"""Channels and groups that an administrator has bound to a purpose and an audience."""

from datetime import datetime

from sqlalchemy import UniqueConstraint, bindparam, delete, select, update
from sqlmodel import col

from storage.columns import data, key, may_point_at, moment
from storage.database import Deed, Json, Query, Transaction
from storage.rows import Row


class Place(Row, table=True):
    """A bound channel or group; `audience` is the list of departments it was declared for.

    In a `shared` one other companies read too: it is treated as public.
    """

    __table_args__ = (UniqueConstraint("platform", "workspace", "chat"),)

    id: int | None = key()
    platform: str
    workspace: str
    chat: str
    title: str = ""
    purpose: str
    audience: Json = data()
    shared: bool = False
    bound_by: int | None = may_point_at("person")
    bound_at: datetime = moment()


_BY_ADDRESS = Query(
    Place,
    select(Place).where(
        col(Place.platform) == bindparam("platform"),
        col(Place.workspace) == bindparam("workspace"),
        col(Place.chat) == bindparam("chat"),
    ),
)
_BY_ID = Query(Place, select(Place).where(col(Place.id) == bindparam("id")))
_FOR = Query(
    Place, select(Place).where(col(Place.purpose) == bindparam("purpose")).order_by(col(Place.id))
)
_ALL = Query(Place, select(Place).order_by(col(Place.id)))
_SHARE = Deed(
    update(Place).where(col(Place.id) == bindparam("b_id")).values(shared=bindparam("to"))
)
_UNBIND = Deed(
    delete(Place).where(
        col(Place.platform) == bindparam("platform"),
        col(Place.workspace) == bindparam("workspace"),
        col(Place.chat) == bindparam("chat"),
    )
)


def at(db: Transaction, platform: str, workspace: str, chat: str) -> Place | None:
    """What this chat is bound to."""
    return _BY_ADDRESS.first(db, platform=platform, workspace=workspace, chat=chat)


def get(db: Transaction, place_id: int) -> Place | None:
    """The place with this id."""
    return _BY_ID.first(db, id=place_id)


def bound_to(db: Transaction, purpose: str) -> list[Place]:
    """Every place with this purpose."""
    return _FOR.all(db, purpose=purpose)


def every(db: Transaction) -> list[Place]:
    """Every bound place."""
    return _ALL.all(db)


def share(db: Transaction, place_id: int, *, shared: bool) -> None:
    """Say whether other companies read here."""
    _SHARE.run(db, b_id=place_id, to=shared)


def unbind(db: Transaction, platform: str, workspace: str, chat: str) -> None:
    """A chat is for nothing any more."""
    _UNBIND.run(db, platform=platform, workspace=workspace, chat=chat)


def bind(db: Transaction, place: Place) -> int:
    """Bind a chat; what it was bound to before is forgotten."""
    unbind(db, place.platform, place.workspace, place.chat)
    db.wakes("footings")
    return db.add(place)
