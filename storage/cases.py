"""Cases: complaints, who reported them, what was answered and how they are solved."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import NamedTuple

from sqlalchemy import Index, bindparam, case, func, select, update
from sqlmodel import Field, col

from storage.batches import Among
from storage.columns import data, key, may_point_at, maybe_moment, moment, points_at, words
from storage.database import Deed, Json, Query, Transaction
from storage.rows import Row

OPEN, SOLVED, CLOSED = "open", "solved", "closed"


class Case(Row, table=True):
    """One case. Without a customer it is "to clarify"; its clock runs from `received_at` anyhow."""

    __tablename__ = "cases"
    __table_args__ = (Index("case_state", "state", "received_at"),)

    id: int | None = key()
    number: str = Field(unique=True)
    sort: str = "complaint"
    customer_id: int | None = may_point_at("customer")
    customer_said: str = ""
    text: str = words()
    owner_id: int | None = may_point_at("person")
    lead_id: int | None = may_point_at("person")
    reporter_person_id: int | None = may_point_at("person", index=False)
    received_at: datetime = moment()
    recorded_at: datetime = moment()
    taken_at: datetime | None = maybe_moment()
    passed_by_id: int | None = may_point_at("person", index=False)
    replied_at: datetime | None = maybe_moment()
    solved_at: datetime | None = maybe_moment()
    state: str = OPEN
    policy: str = ""


class Report(Row, table=True):
    """Who told us, on which channel, and when; a case has one or more.

    `author` wrote what the person `passed_by` passed on; `earlier` is what a corrected one said.
    """

    id: int | None = key()
    case_id: int = points_at("cases")
    person_id: int | None = may_point_at("person", index=False)
    contact_id: int | None = may_point_at("contact", index=False)
    account_id: int | None = may_point_at("account", index=False)
    channel: str = ""
    text: str = words()
    at: datetime = moment()
    source: Json = data()
    author: str = ""
    passed_by: int | None = may_point_at("person", index=False)
    earlier: str = words()


class Reply(Row, table=True):
    """An answer given to the customer; `how` is written or phone."""

    id: int | None = key()
    case_id: int = points_at("cases")
    person_id: int = points_at("person", index=False)
    how: str
    text: str = words()
    at: datetime = moment()
    recorded_at: datetime = moment()


class Solution(Row, table=True):
    """What will be done, by which department, by when (clause 3.3.3)."""

    id: int | None = key()
    case_id: int = points_at("cases")
    person_id: int = points_at("person", index=False)
    department: str
    measures: str = words()
    by_day: date
    at: datetime = moment()


class Numbered(NamedTuple):
    """The number of one of a customer's cases."""

    customer_id: int
    number: str


class Complained(NamedTuple):
    """How many cases a customer has had, and how many of them are open."""

    customer_id: int
    cases: int
    open: int


_BY_ID = Query(Case, select(Case).where(col(Case.id) == bindparam("id")))
_BY_NUMBER = Query(Case, select(Case).where(col(Case.number) == bindparam("number")))
_CHANGING = (
    "customer_id",
    "customer_said",
    "text",
    "owner_id",
    "lead_id",
    "taken_at",
    "passed_by_id",
    "replied_at",
    "solved_at",
    "state",
)
_SAVE = Deed(
    update(Case)
    .where(col(Case.id) == bindparam("b_id"))
    .values({name: bindparam(f"to_{name}") for name in _CHANGING})
)
_OPEN = Query(
    Case,
    select(Case)
    .where(col(Case.state) == OPEN)
    .order_by(col(Case.received_at), col(Case.id))
    .limit(bindparam("most")),
)
_OWNED = Query(
    Case,
    select(Case)
    .where(col(Case.state) == OPEN, col(Case.owner_id) == bindparam("person_id"))
    .order_by(col(Case.received_at), col(Case.id))
    .limit(bindparam("most")),
)
_ALL_OWNED = Query(
    int,
    select(col(Case.id))
    .where(col(Case.state) == OPEN, col(Case.owner_id) == bindparam("person_id"))
    .order_by(col(Case.received_at), col(Case.id)),
)
_OF_CUSTOMER = Query(
    Case,
    select(Case)
    .where(col(Case.customer_id) == bindparam("customer_id"))
    .order_by(col(Case.received_at).desc(), col(Case.id).desc())
    .limit(bindparam("most")),
)
_RECEIVED_WITHIN = Query(
    int,
    select(col(Case.id))
    .where(
        col(Case.customer_id) == bindparam("customer_id"),
        col(Case.received_at) >= bindparam("since"),
        col(Case.received_at) < bindparam("before"),
    )
    .order_by(col(Case.id)),
)
_OPEN_AMONG = Query(
    Numbered,
    select(col(Case.customer_id), col(Case.number))
    .where(Among(col(Case.customer_id), "ids"), col(Case.state) == OPEN)
    .order_by(col(Case.received_at), col(Case.id)),
)
_COUNTS = Query(
    Complained,
    select(
        col(Case.customer_id),
        func.count(),
        func.sum(case((col(Case.state) == OPEN, 1), else_=0)),
    )
    .where(Among(col(Case.customer_id), "ids"))
    .group_by(col(Case.customer_id)),
)
_REPORTED_BY_CONTACT = Query(
    Case,
    select(Case)
    .join(Report, col(Report.case_id) == col(Case.id))
    .where(col(Report.account_id) == bindparam("account_id"))
    .order_by(col(Case.id).desc())
    .limit(bindparam("most")),
)
_OPEN_COUNT = Query(int, select(func.count()).where(col(Case.state) == OPEN))
_REPORTS = Query(
    Report,
    select(Report).where(col(Report.case_id) == bindparam("case_id")).order_by(col(Report.id)),
)
_CORRECT_REPORT = Deed(
    update(Report)
    .where(col(Report.id) == bindparam("b_id"))
    .values(text=bindparam("to_text"), earlier=bindparam("to_earlier"))
)
_REPLIES = Query(
    Reply, select(Reply).where(col(Reply.case_id) == bindparam("case_id")).order_by(col(Reply.id))
)
_SOLUTIONS = Query(
    Solution,
    select(Solution)
    .where(col(Solution.case_id) == bindparam("case_id"))
    .order_by(col(Solution.id)),
)


def add(db: Transaction, case: Case) -> int:
    """Open a case."""
    return db.add(case)


def get(db: Transaction, case_id: int) -> Case | None:
    """One case."""
    return _BY_ID.first(db, id=case_id)


def by_number(db: Transaction, number: str) -> Case | None:
    """The case with this number, such as C-2026-0001."""
    return _BY_NUMBER.first(db, number=number)


def save(db: Transaction, case: Case) -> None:
    """Keep what may change of a case as it is now."""
    _SAVE.run(db, b_id=case.id, **{f"to_{name}": getattr(case, name) for name in _CHANGING})


def open_ones(db: Transaction, most: int = 20) -> list[Case]:
    """Open cases, the oldest first."""
    return _OPEN.all(db, most=most)


def owned_by(db: Transaction, person_id: int, most: int = 20) -> list[Case]:
    """Open cases of one owner, the oldest first."""
    return _OWNED.all(db, person_id=person_id, most=most)


def all_owned_by(db: Transaction, person_id: int) -> list[int]:
    """The ids of all open cases of one owner, the oldest first."""
    return _ALL_OWNED.all(db, person_id=person_id)


def of_customer(db: Transaction, customer_id: int, most: int = 5) -> list[Case]:
    """The newest cases of a customer."""
    return _OF_CUSTOMER.all(db, customer_id=customer_id, most=most)


def received_within(
    db: Transaction, customer_id: int, since: datetime, before: datetime
) -> list[int]:
    """The ids of a customer's cases that were received in a span."""
    return _RECEIVED_WITHIN.all(db, customer_id=customer_id, since=since, before=before)


def open_among(db: Transaction, ids: Sequence[int]) -> dict[int, str]:
    """The number of the newest open case of each of these customers that has one."""
    return {one.customer_id: one.number for one in _OPEN_AMONG.all(db, ids=ids)} if ids else {}


def counts(db: Transaction, ids: Sequence[int]) -> dict[int, tuple[int, int]]:
    """How many cases each of these customers has had and has open; those without, left out."""
    return {one.customer_id: (one.cases, one.open) for one in _COUNTS.all(db, ids=ids)}


def reported_by(db: Transaction, account_id: int, most: int = 10) -> list[Case]:
    """The newest cases that an account reported."""
    return _REPORTED_BY_CONTACT.all(db, account_id=account_id, most=most)


def count_open(db: Transaction) -> int:
    """How many cases are open."""
    return _OPEN_COUNT.first(db) or 0


def add_report(db: Transaction, report: Report) -> int:
    """Somebody reported this case."""
    return db.add(report)


def reports(db: Transaction, case_id: int) -> list[Report]:
    """Who reported a case, in order."""
    return _REPORTS.all(db, case_id=case_id)


def correct_report(db: Transaction, report: Report, text: str) -> None:
    """A report reads so now; what it said at first is kept."""
    _CORRECT_REPORT.run(db, b_id=report.id, to_text=text, to_earlier=report.earlier or report.text)


def add_reply(db: Transaction, reply: Reply) -> int:
    """The customer was answered."""
    return db.add(reply)


def replies(db: Transaction, case_id: int) -> list[Reply]:
    """The answers given, in order."""
    return _REPLIES.all(db, case_id=case_id)


def add_solution(db: Transaction, solution: Solution) -> int:
    """A solution was recorded."""
    return db.add(solution)


def solutions(db: Transaction, case_id: int) -> list[Solution]:
    """The solutions recorded, in order."""
    return _SOLUTIONS.all(db, case_id=case_id)
