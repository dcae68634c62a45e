"""Every important customer is visited every month: what is owed, and what keeps it (3.1.1a).

Each day a round goes through the important customers: one without a due for the month gets one, one
that changed hands is its new owner's, one that is important no more is not owed. When a month is
over, what was not visited lapses; a visit that is logged later, on a day of that month, still keeps
it, for it happened in time.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from commands import customers as customer_noun
from commands.kit.calendar import local_day, start_of_day
from commands.kit.card import Ref
from commands.kit.desk import Desk
from commands.kit.words import T
from commands.visits.rules import KIND, VisitPolicy, month_of
from storage import customers, dues, visits
from storage.customers import Stewardship
from storage.database import Transaction, known
from storage.dues import Due
from storage.visits import Visit

CLAUSE = "3.1.1a"
AT_ONCE = 200
Slice = Callable[[Desk, date, int], int | None]


def called(day: date) -> str:
    """The name of a month's dues."""
    return f"visit:{day:%Y-%m}"


def is_monthly(due: Due) -> bool:
    """Whether a due is a month's visit."""
    return due.clause == CLAUSE and due.kind == customer_noun.KIND


def month_ends(day: date, zone: ZoneInfo) -> datetime:
    """When the month of a day is over."""
    return start_of_day(month_of(day)[1], zone)


def round_of(day: date) -> Sequence[tuple[Slice, date]]:
    """What is gone through as a day begins; on the first of a month, first the month before."""
    this = [(take_up, day), (let_go, day)]
    if day.day > 1:
        return this
    before = day - timedelta(days=1)
    return [(take_up, before), (let_go, before), (lapse, before), *this]


def take_up(desk: Desk, day: date, after: int) -> int | None:
    """The next important customers: each has its due, owed by its owner; the last one's id."""
    found = customers.important(desk.db, after, AT_ONCE)
    ids = [one.customer_id for one in found]
    have = dues.named(desk.db, customer_noun.KIND, ids, called(day))
    lacking = [one for one in found if one.customer_id not in have and _counts(desk, one, day)]
    met = visits.first_within(desk.db, [one.customer_id for one in lacking], *month_of(day))
    for one in lacking:
        _owe(desk, one, day, met.get(one.customer_id))
    for one in found:
        due = have.get(one.customer_id)
        if due and due.state == dues.OPEN and due.person_id != one.owner_id:
            dues.pass_one(desk.db, known(due.id), one.owner_id)
    return ids[-1] if len(ids) == AT_ONCE else None


def _counts(desk: Desk, one: Stewardship, day: date) -> bool:
    """Whether it became important early enough in the month."""
    first, _ = month_of(day)
    last = first + timedelta(days=desk.policy.of(VisitPolicy).counts_until_day - 1)
    return local_day(one.since, desk.zone) <= last


def _owe(desk: Desk, one: Stewardship, day: date, met: Visit | None) -> None:
    about = Ref(customer_noun.KIND, one.customer_id)
    name = customer_noun.name_of(desk.db, one.customer_id) or "?"
    what = T("Visit {customer}", customer=name)
    by = month_ends(day, desk.zone)
    made = desk.owe(about, called(day), what, clause=CLAUSE, by=by, owner=one.owner_id)
    due = dues.get(desk.db, made) if met else None
    if met and due:
        _keep(desk, due, met)


def let_go(desk: Desk, day: date, after: int) -> int | None:
    """The next open dues of the month: a customer that is important no more is not owed a visit."""
    found = _open(desk, day, after)
    held = customers.stewardships(desk.db, [due.subject_id for due in found])
    for due in found:
        now = held.get(due.subject_id)
        if now is None or not now.important:
            dues.settle(desk.db, due, dues.DROPPED, None, desk.recorded_at)
    return known(found[-1].id) if len(found) == AT_ONCE else None


def lapse(desk: Desk, day: date, after: int) -> int | None:
    """The month is over: the next that were not visited in it."""
    found = _open(desk, day, after)
    for due in found:
        dues.lapse(desk.db, known(due.id))
        desk.note(Ref(due.kind, due.subject_id), None, {"missed": due.name, "by": due.person_id})
    return known(found[-1].id) if len(found) == AT_ONCE else None


def _open(desk: Desk, day: date, after: int) -> list[Due]:
    by = month_ends(day, desk.zone)
    return dues.named_open(desk.db, CLAUSE, by, called(day), after=after, most=AT_ONCE)


# --- as visits are logged -------------------------------------------------------------------------


def visited(desk: Desk, visit: Visit) -> None:
    """A visit keeps its month, also one that is over: it happened when it happened."""
    due = of_month(desk.db, visit.customer_id, visit.day)
    if due and due.state in {dues.OPEN, dues.LAPSED}:
        _keep(desk, due, visit)


def taken_back(desk: Desk, customer_id: int, day: date, visit_id: int) -> None:
    """A visit is no more, or another day's or customer's: another may keep the month instead."""
    due = of_month(desk.db, customer_id, day)
    if due is None or due.evidence != str(Ref(KIND, visit_id)):
        return
    dues.reopen(desk.db, due, desk.recorded_at)
    instead = visits.first_within(desk.db, [customer_id], *month_of(day)).get(customer_id)
    fresh = dues.get(desk.db, known(due.id))
    if instead and fresh:
        _keep(desk, fresh, instead)


def _keep(desk: Desk, due: Due, visit: Visit) -> None:
    """It was done at noon of its day: nobody logs the hour."""
    at = datetime.combine(visit.day, time(12), desk.zone)
    desk.keep(due, at=at, evidence=str(Ref(KIND, known(visit.id))))


def of_month(db: Transaction, customer_id: int, day: date) -> Due | None:
    """What is owed to a customer in the month of a day, however it stands."""
    found = dues.named(db, customer_noun.KIND, [customer_id], called(day))
    return found.get(customer_id)
