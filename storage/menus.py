"""What each menu of commands was last told to offer, so that it is told again only what is new."""

from datetime import datetime

from sqlalchemy import bindparam, delete, or_, select, update
from sqlmodel import Field, col

from storage.columns import maybe_moment
from storage.database import Deed, Query, Transaction
from storage.rows import Row


class Menu(Row, table=True):
    """A menu, by the chat or the kind of chats that it is shown in.

    `offered` is a digest of what it offers, `ranking` of the order in which it does. `next_at` is
    when it may be told anew, by the machine's clock.
    """

    platform: str = Field(primary_key=True)
    workspace: str = Field(primary_key=True)
    shown_in: str = Field(primary_key=True)
    offered: str = ""
    ranking: str = ""
    told_at: datetime | None = maybe_moment()
    next_at: datetime | None = maybe_moment()
    attempts: int = 0


_HERE = (
    col(Menu.platform) == bindparam("b_platform"),
    col(Menu.workspace) == bindparam("b_workspace"),
    col(Menu.shown_in) == bindparam("b_shown_in"),
)
_OF = Query(
    Menu,
    select(Menu).where(
        col(Menu.platform) == bindparam("platform"), col(Menu.workspace) == bindparam("workspace")
    ),
)
_HOLD = Deed(
    update(Menu)
    .where(*_HERE, or_(col(Menu.next_at).is_(None), col(Menu.next_at) <= bindparam("now")))
    .values(next_at=bindparam("until"))
)
_TOLD = Deed(
    update(Menu)
    .where(*_HERE)
    .values(
        offered=bindparam("to_offered"),
        ranking=bindparam("to_ranking"),
        told_at=bindparam("at"),
        next_at=None,
        attempts=0,
    )
)
_LATER = Deed(
    update(Menu).where(*_HERE).values(next_at=bindparam("at"), attempts=col(Menu.attempts) + 1)
)
_FORGET = Deed(delete(Menu).where(*_HERE))


def of(db: Transaction, platform: str, workspace: str) -> dict[str, Menu]:
    """Every menu of a bot, by where it is shown."""
    return {m.shown_in: m for m in _OF.all(db, platform=platform, workspace=workspace)}


def hold(db: Transaction, menu: Menu, now: datetime, until: datetime) -> bool:
    """Take a menu until `until`; False while another replica has it, or it must wait."""
    if menu.told_at is None and not _of(db, menu):
        db.put(menu)
    return _HOLD.run(db, **_named(menu), now=now, until=until) == 1


def _of(db: Transaction, menu: Menu) -> bool:
    return menu.shown_in in of(db, menu.platform, menu.workspace)


def told(db: Transaction, menu: Menu, offered: str, ranking: str, at: datetime) -> None:
    """It offers this now."""
    _TOLD.run(db, **_named(menu), to_offered=offered, to_ranking=ranking, at=at)


def later(db: Transaction, menu: Menu, at: datetime) -> None:
    """Tell it again not before `at`."""
    _LATER.run(db, **_named(menu), at=at)


def forget(db: Transaction, menu: Menu) -> None:
    """It is gone."""
    _FORGET.run(db, **_named(menu))


def _named(menu: Menu) -> dict[str, object]:
    return {
        "b_platform": menu.platform,
        "b_workspace": menu.workspace,
        "b_shown_in": menu.shown_in,
    }
