"""Leases: which replica does what only one may do, and when the bot was last alive."""

from datetime import datetime, timedelta

from sqlalchemy import bindparam, or_, select, update
from sqlmodel import Field, col

from storage.columns import moment
from storage.database import Deed, Query, Transaction
from storage.rows import Row


class Lease(Row, table=True):
    """A job, its holder, and until when."""

    job: str = Field(primary_key=True)
    holder: str
    until: datetime = moment()


_TAKE = Deed(
    update(Lease)
    .where(
        col(Lease.job) == bindparam("b_job"),
        or_(col(Lease.holder) == bindparam("to_holder"), col(Lease.until) < bindparam("now")),
    )
    .values(holder=bindparam("to_holder"), until=bindparam("to_until"))
)
_END = Deed(
    update(Lease)
    .where(col(Lease.job) != bindparam("but"), col(Lease.until) > bindparam("now"))
    .values(until=bindparam("now"))
)
_LET_GO = Deed(
    update(Lease)
    .where(
        col(Lease.job) == bindparam("b_job"),
        col(Lease.holder) == bindparam("b_holder"),
        col(Lease.until) > bindparam("now"),
    )
    .values(until=bindparam("now"))
)
_OF = Query(Lease, select(Lease).where(col(Lease.job) == bindparam("job")))


def take(db: Transaction, job: str, holder: str, now: datetime, until: datetime) -> bool:
    """Take or renew a lease; False while another holds it."""
    if _TAKE.run(db, b_job=job, to_holder=holder, now=now, to_until=until):
        return True
    if _OF.first(db, job=job) is not None:
        return False
    db.put(Lease(job=job, holder=holder, until=until))
    return True


def let_go(db: Transaction, job: str, holder: str, now: datetime) -> None:
    """Its work is done: from now on anybody may take the lease, if the holder still had it."""
    _LET_GO.run(db, b_job=job, b_holder=holder, now=now - timedelta(microseconds=1))


def of(db: Transaction, job: str) -> Lease | None:
    """Who holds a job, and until when."""
    return _OF.first(db, job=job)


def end(db: Transaction, now: datetime, *, but: str) -> int:
    """Whoever held a lease is known to be dead; the holder of one job may be another program."""
    return _END.run(db, now=now, but=but)
