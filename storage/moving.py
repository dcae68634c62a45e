"""A chat gets another number: all that names it follows, once."""

from sqlalchemy import String, Update, bindparam, cast, literal, or_, update
from sqlmodel import SQLModel, col

from storage import places
from storage.database import Deed, Transaction
from storage.drafts import Draft
from storage.letters import SENDING, WAITING, Letter
from storage.places import Place
from storage.postings import LEFT_BEHIND, Posting


def _of_chat(table: type[SQLModel]) -> Update:
    columns = table.__table__.c  # type: ignore[attr-defined]
    return update(table).where(
        columns.platform == bindparam("b_platform"),
        columns.workspace == bindparam("b_workspace"),
        columns.chat == bindparam("b_old"),
    )


_PLACES = Deed(_of_chat(Place).values(chat=bindparam("to_new")))
# The messages stay in the old chat under their old numbers, which mean others in the new one.
_POSTINGS = Deed(
    _of_chat(Posting).values(
        chat=bindparam("to_new"),
        message=literal(LEFT_BEHIND) + cast(col(Posting.id), String),
        thread="",
    )
)
_LETTERS = Deed(
    _of_chat(Letter)
    .where(or_(col(Letter.state) == WAITING, col(Letter.state) == SENDING))
    .values(chat=bindparam("to_new"))
)
_LANES = Deed(
    update(Letter)
    .where(
        col(Letter.lane) == bindparam("b_lane"),
        or_(col(Letter.state) == WAITING, col(Letter.state) == SENDING),
    )
    .values(lane=bindparam("to_lane"))
)
_DRAFTS = Deed(
    _of_chat(Draft).values(
        chat=bindparam("to_new"),
        conversation=bindparam("to_place") + col(Draft.thread),
    )
)


def move(db: Transaction, platform: str, workspace: str, old: str, new: str) -> bool:
    """Everything at `old` is at `new` from now on; False when nothing was left there."""
    here = {"b_platform": platform, "b_workspace": workspace, "b_old": old, "to_new": new}
    at = f"{platform}:{workspace}:{new}:"
    lane = f"chat:{platform}:{workspace}:"
    _LANES.run(db, b_lane=lane + old, to_lane=lane + new)
    if places.at(db, platform, workspace, new):
        places.unbind(db, platform, workspace, old)
    moved = [deed.run(db, **here) for deed in (_PLACES, _POSTINGS, _LETTERS)]
    moved.append(_DRAFTS.run(db, **here, to_place=at))
    db.wakes("letters")
    db.wakes("footings")
    return any(moved)
