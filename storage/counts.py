"""How much of everything there is, for whoever watches over the bot; names nobody."""

from datetime import datetime
from typing import NamedTuple

from sqlalchemy import bindparam, func, select
from sqlmodel import col

from storage import backlog, drafts, dues, files, letters, timers
from storage.columns import one_of
from storage.database import Query, Transaction
from storage.deliveries import SetAside
from storage.drafts import Draft
from storage.dues import Due
from storage.files import File
from storage.letters import Letter
from storage.timers import Timer


class Counts(NamedTuple):
    """One look. Moments are by the company's clock, and None when nothing waits."""

    letters: dict[str, int]
    oldest_letter: datetime | None
    timers_waiting: int
    timers_failed: int
    next_timer: datetime | None
    dues_open: int
    dues_missed: int
    set_aside: int
    files_wanted: int
    drafts_open: int


class Lately(NamedTuple):
    """What went wrong since a moment: letters lost, and messages set aside."""

    letters_lost: int
    set_aside: int


def _number(row: type, *where: object) -> Query[int]:
    return Query(int, select(func.count()).select_from(row).where(*where))  # type: ignore[arg-type]


_OLDEST = Query(
    lambda at: at,
    select(func.min(col(Letter.not_before))).where(
        col(Letter.state) == letters.WAITING, col(Letter.not_before) <= bindparam("now")
    ),
)
_FAILED = _number(Timer, col(Timer.state) == timers.FAILED)
_OPEN = _number(Due, col(Due.state) == dues.OPEN)
_MISSED = _number(Due, col(Due.state) == dues.MISSED)
_ASIDE = _number(SetAside)
_WANTED = _number(File, col(File.state) == files.WANTED)
_DRAFTS = _number(Draft, col(Draft.state) == drafts.OPEN)

_LOST_SINCE = _number(
    Letter,
    one_of(col(Letter.state), letters.DEAD, letters.UNCLEAR),
    col(Letter.sent_at) >= bindparam("since"),
)
_ASIDE_SINCE = _number(SetAside, col(SetAside.at) >= bindparam("since"))


def lately(db: Transaction, since: datetime) -> Lately:
    """Count what went wrong since a moment."""
    lost, aside = _LOST_SINCE.first(db, since=since), _ASIDE_SINCE.first(db, since=since)
    return Lately(lost or 0, aside or 0)


def look(db: Transaction, now: datetime) -> Counts:
    """Count everything; `now` is the company's."""
    waiting = timers.waiting(db)
    return Counts(
        letters={found.state: found.letters for found in backlog.states(db)},
        oldest_letter=_OLDEST.first(db, now=now),
        timers_waiting=waiting.timers,
        timers_failed=_FAILED.first(db) or 0,
        next_timer=waiting.next_at,
        dues_open=_OPEN.first(db) or 0,
        dues_missed=_MISSED.first(db) or 0,
        set_aside=_ASIDE.first(db) or 0,
        files_wanted=_WANTED.first(db) or 0,
        drafts_open=_DRAFTS.first(db) or 0,
    )
