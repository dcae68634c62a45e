"""Pushes: the bot's messages in people's direct chats, each with the letters that went into it.

This is where it is said what a push is: one message that the bot posted into the direct chat of
somebody of the company. Letters that were merged into it are one push; a card that is redrawn is
none. One that answers what the person has just done, or that is not urgent, comes silently and is
counted apart. Only the local chat keeps its messages here, so only a rehearsal can be counted.
"""

from datetime import datetime
from typing import NamedTuple

from sqlalchemy import String, bindparam, cast, select
from sqlmodel import col

from storage.database import Query, Transaction
from storage.letters import SENT, Letter
from storage.people import Account
from storage.rooms import Message


class Sent(NamedTuple):
    """A letter that went into a push, and the push's moment by the company's clock.

    `answers` says that it answers what the person had just done there.
    """

    person_id: int
    message: int
    at: datetime
    urgency: str
    kind: str
    view: str
    titled: bool
    answers: bool


_SENT = Query(
    Sent,
    select(
        col(Account.person_id),
        col(Message.id),
        col(Message.at),
        col(Letter.urgency),
        col(Letter.subject_kind),
        col(Letter.view),
        col(Letter.body).is_not(None),
        col(Letter.chat) != "",
    )
    .select_from(Message)
    .join(Account, col(Account.chat) == col(Message.chat))
    .join(Letter, col(Letter.message) == cast(col(Message.id), String))
    .where(
        col(Message.author) == "",
        col(Message.at) >= bindparam("since"),
        col(Message.at) < bindparam("before"),
        col(Account.platform) == bindparam("platform"),
        col(Account.person_id).is_not(None),
        col(Letter.state) == SENT,
    )
    .order_by(col(Message.id), col(Letter.id)),
)


def answers(letter: Letter) -> bool:
    """Whether it answers somebody in their direct chat, which lies open: no bell rings."""
    return bool(letter.chat and letter.person_id)


def sent(db: Transaction, platform: str, since: datetime, before: datetime) -> list[Sent]:
    """Every letter that was pushed to somebody in a span, those of one push together."""
    return _SENT.all(db, platform=platform, since=since, before=before)
