"""What the bot is and may do in a chat of many, as far as the platform has told it."""

from datetime import datetime

from sqlalchemy import bindparam, select, update
from sqlmodel import Field, col

from storage.columns import maybe_moment
from storage.database import Deed, Query, Transaction
from storage.rows import Row


class Footing(Row, table=True):
    """`inside` is whether it can speak there at all, `hears` whether it is told all that is said.

    `forum` says that the chat has topics, `topics` that the bot may open them.
    """

    platform: str = Field(primary_key=True)
    workspace: str = Field(primary_key=True)
    chat: str = Field(primary_key=True)
    inside: bool = True
    hears: bool = True
    forum: bool = False
    topics: bool = False
    asked_at: datetime | None = maybe_moment()


_HERE = (
    col(Footing.platform) == bindparam("b_platform"),
    col(Footing.workspace) == bindparam("b_workspace"),
    col(Footing.chat) == bindparam("b_chat"),
)
_OF = Query(Footing, select(Footing).where(*_HERE))
_SET = Deed(
    update(Footing)
    .where(*_HERE)
    .values(
        inside=bindparam("to_inside"),
        hears=bindparam("to_hears"),
        forum=bindparam("to_forum"),
        topics=bindparam("to_topics"),
        asked_at=bindparam("at"),
    )
)
_ASK = Deed(update(Footing).where(*_HERE).values(asked_at=None))
_TOPICS = Deed(update(Footing).where(*_HERE).values(topics=False))


def of(db: Transaction, platform: str, workspace: str, chat: str) -> Footing | None:
    """How the bot stands in a chat, or None if it was never asked."""
    return _OF.first(db, b_platform=platform, b_workspace=workspace, b_chat=chat)


def keep(db: Transaction, footing: Footing) -> None:
    """It stands so."""
    done = _SET.run(
        db,
        b_platform=footing.platform,
        b_workspace=footing.workspace,
        b_chat=footing.chat,
        to_inside=footing.inside,
        to_hears=footing.hears,
        to_forum=footing.forum,
        to_topics=footing.topics,
        at=footing.asked_at,
    )
    if not done:
        db.put(footing)


def ask(db: Transaction, platform: str, workspace: str, chat: str) -> None:
    """Something has changed there: the platform is to be asked again."""
    _ASK.run(db, b_platform=platform, b_workspace=workspace, b_chat=chat)
    db.wakes("footings")


def no_topics(db: Transaction, platform: str, workspace: str, chat: str) -> None:
    """It turned out that no topic can be opened there."""
    _TOPICS.run(db, b_platform=platform, b_workspace=workspace, b_chat=chat)
