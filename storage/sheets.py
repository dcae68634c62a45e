"""Tables on their way in or out: the jobs, the rows that were wrong, and what was changed."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import Index, bindparam, delete, func, select, update
from sqlmodel import Field, col

from storage.batches import Plain, put_all
from storage.columns import data, key, may_point_at, maybe_moment, moment, one_of, points_at
from storage.database import Deed, Json, Query, Transaction
from storage.rows import Row
from storage.subjects import change as touch

KIND = "sheet"
# What a job is at. The first four are worked off by themselves, the others wait or are over.
CHECKING, IMPORTING, UNDOING, EXPORTING = "checking", "importing", "undoing", "exporting"
COMING, OFFERED, CHECKED = "coming", "offered", "checked"
DONE, UNDONE = "done", "undone"
CANCELLED, FAILED = "cancelled", "failed"
WORKING = (CHECKING, IMPORTING, UNDOING, EXPORTING)


class Job(Row, table=True):
    """A file that somebody sent, and what came of it; or a table that somebody wants.

    `at` is how far the present stage has come: rows of the file, or the id of the last change that
    was undone. `counts` has for each stage how many rows were added, changed, same, wrong.
    """

    __tablename__ = "sheet_job"

    id: int | None = key()
    sheet: str = ""
    form: str = ""
    file_id: int | None = may_point_at("file", index=False)
    name: str = ""
    person_id: int | None = may_point_at("person", index=False)
    account_id: int | None = may_point_at("account", index=False)
    by: str = ""
    state: str = Field(default=COMING, index=True)
    at: int = 0
    rows: int = 0
    counts: Json = data()
    reason: Json = data()
    created_at: datetime = moment()
    finished_at: datetime | None = maybe_moment()


class Wrong(Row, table=True):
    """A row that was not taken, and why: words as they are kept in rows."""

    __tablename__ = "sheet_wrong"
    __table_args__ = (Index("sheet_wrong_job", "job_id", "stage", "line"),)

    id: int | None = key()
    job_id: int = points_at("sheet_job", index=False)
    stage: str
    line: int
    name: str = ""
    reason: Json = data()


class Change(Row, table=True):
    """What a row of a file did to a subject; `before` is empty when it was added."""

    __tablename__ = "sheet_change"
    __table_args__ = (Index("sheet_change_job", "job_id", "id"),)

    id: int | None = key()
    job_id: int = points_at("sheet_job", index=False)
    line: int
    subject_id: int
    before: Json = data()
    after: Json = data()


_BY_ID = Query(Job, select(Job).where(col(Job.id) == bindparam("id")))
_WORKING = Query(Job, select(Job).where(one_of(col(Job.state), *WORKING)).order_by(col(Job.id)))
_FAILED_SINCE = Query(
    Job,
    select(Job)
    .where(col(Job.state) == FAILED, col(Job.finished_at) >= bindparam("since"))
    .order_by(col(Job.id)),
)
_SAVE = Deed(
    update(Job)
    .where(col(Job.id) == bindparam("b_id"))
    .values(
        {
            name: bindparam(f"to_{name}")
            for name in (
                "sheet",
                "state",
                "at",
                "rows",
                "counts",
                "reason",
                "finished_at",
                "person_id",
                "file_id",
            )
        }
    )
)
_WRONG = Query(
    Wrong,
    select(Wrong)
    .where(
        col(Wrong.job_id) == bindparam("job_id"),
        col(Wrong.stage) == bindparam("stage"),
        col(Wrong.line) > bindparam("after"),
    )
    .order_by(col(Wrong.line))
    .limit(bindparam("most")),
)
_BELOW = Query(
    Change,
    select(Change)
    .where(col(Change.job_id) == bindparam("job_id"), col(Change.id) < bindparam("below"))
    .order_by(col(Change.id).desc())
    .limit(bindparam("most")),
)
_CHANGES = Query(
    int, select(func.count()).select_from(Change).where(col(Change.job_id) == bindparam("job_id"))
)
_LAST_CHANGE = Query(
    int,
    select(func.coalesce(func.max(col(Change.id)), 0)).where(
        col(Change.job_id) == bindparam("job_id")
    ),
)
_FORGET_WRONG = Deed(
    delete(Wrong).where(col(Wrong.job_id) == bindparam("b_job"), col(Wrong.stage) == bindparam("s"))
)


def add(db: Transaction, job: Job) -> int:
    """Begin a job."""
    db.wakes("sheets")
    return db.add(job)


def get(db: Transaction, job_id: int) -> Job | None:
    """One job."""
    return _BY_ID.first(db, id=job_id)


def next_one(db: Transaction, besides: Collection[int] = ()) -> Job | None:
    """The oldest job that wants work, besides these."""
    return next((job for job in _WORKING.all(db) if job.id not in besides), None)


def failed_since(db: Transaction, since: datetime) -> list[Job]:
    """The jobs that ended as failed since a moment."""
    return _FAILED_SINCE.all(db, since=since)


def save(db: Transaction, job: Job) -> None:
    """Keep how far a job is."""
    fields = _SAVE.on(db.engine).defaults
    values = {name: getattr(job, name[3:]) for name in fields if name.startswith("to_")}
    _SAVE.run(db, b_id=job.id, **values)
    db.wakes("sheets")


def show(db: Transaction, job: Job, at: datetime) -> None:
    """Have the job's cards redrawn."""
    touch(db, KIND, job.id or 0, at, None)


def refuse_rows(db: Transaction, rows: Sequence[Plain]) -> None:
    """Keep which rows were not taken: the fields of `Wrong`."""
    put_all(db, Wrong, rows)


def wrong(
    db: Transaction, job_id: int, stage: str, *, after: int = 0, most: int = 10
) -> list[Wrong]:
    """The rows that were not taken in a stage, by line."""
    return _WRONG.all(db, job_id=job_id, stage=stage, after=after, most=most)


def forget_wrong(db: Transaction, job_id: int, stage: str) -> None:
    """Begin a stage anew."""
    _FORGET_WRONG.run(db, b_job=job_id, s=stage)


def note_changes(db: Transaction, rows: Sequence[Plain]) -> None:
    """Keep what was changed, so that it can be undone: the fields of `Change`."""
    put_all(db, Change, rows)


def changes_below(db: Transaction, job_id: int, below: int, most: int) -> list[Change]:
    """What a job changed, the latest first, below an id."""
    return _BELOW.all(db, job_id=job_id, below=below, most=most)


def last_change(db: Transaction, job_id: int) -> int:
    """The id of the last change of a job; 0 when it changed nothing."""
    return _LAST_CHANGE.first(db, job_id=job_id) or 0


def changes(db: Transaction, job_id: int) -> int:
    """How much a job changed."""
    return _CHANGES.first(db, job_id=job_id) or 0
