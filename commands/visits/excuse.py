"""A superior excuses a month in which an important customer was not visited (clause 3.1.1a)."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Annotated

from commands import customers as customer_noun
from commands.kit.card import STAFF, Card, Quote, Ref
from commands.kit.command import Command
from commands.kit.desk import Desk
from commands.kit.errors import Denied, Invalid, Refused
from commands.kit.form import Ask, CustomerId
from commands.kit.people import Department, Relation, ToPerson, load
from commands.kit.periods import read_period
from commands.kit.words import T, Value, kept
from commands.visits import duty
from commands.visits.rules import month_of
from storage import dues
from storage.dues import Due


class Excuse(
    Command,
    name="visit_excuse",
    aliases=("免访", "免拜访"),
    who={Relation.SUPERIOR, Department.MANAGEMENT},
    clause=duty.CLAUSE,
    on=customer_noun.KIND,
):
    """Excuse a month's visit."""

    customer: Annotated[CustomerId, Ask("Which customer?", "Customer")]
    reason: Annotated[str, Ask("Why need it not be visited?", "Reason", long=True)]
    month: Annotated[str | None, Ask("Which month? For example 2026-10", "Month")] = None

    def run(self, desk: Desk) -> Card:
        """Keep the reason; the owner is told."""
        due = self._meant(desk)
        if due.person_id == desk.person.id:
            raise Denied(T("It is yours to visit, so somebody else excuses it."))
        reason = self.reason.strip()
        at = desk.recorded_at
        if not dues.settle(desk.db, due, dues.EXCUSED, None, at, reason=reason):
            raise Refused(T("This month is settled already."))
        about = Ref(customer_noun.KIND, self.customer)
        desk.change(about, {"due": due.name, "state": due.state}, {"excused": reason})
        card = self._card(desk, due)
        owner = load(desk.db, due.person_id) if due.person_id else None
        if owner:
            desk.tell(ToPerson(owner.id), card)
        return card

    def _meant(self, desk: Desk) -> Due:
        """What is owed for the month that is named; else last month's, if missed, or this one's."""
        if self.month:
            days = [self._named(desk, self.month)]
        else:
            days = [desk.today.replace(day=1) - timedelta(days=1), desk.today]
        found = [duty.of_month(desk.db, self.customer, day) for day in days]
        left = [one for one in found if one and one.state in {dues.OPEN, dues.LAPSED}]
        if not left:
            raise Refused(self._why_not(desk, days[-1], found[-1]))
        return left[0]

    def _why_not(self, desk: Desk, day: date, due: Due | None) -> T:
        """Why nothing is to be excused in the month that is meant."""
        values: dict[str, Value] = {
            "customer": customer_noun.name_of(desk.db, self.customer) or "?",
            "month": f"{day:%Y-%m}",
            "reason": kept(due.reason) if due else "",
        }
        if due is None and day > desk.today:
            return T("{month} is still to come; nothing is owed in it yet.", **values)
        if due is None or due.state == dues.DROPPED:
            return T("No visit to {customer} was owed in {month}.", **values)
        if due.state == dues.EXCUSED:
            return T("{month} is excused already for {customer}: {reason}", **values)
        return T("{customer} was visited in {month}: nothing is to be excused.", **values)

    def _named(self, desk: Desk, month: str) -> date:
        found = read_period(month, desk.today)
        if found is None or found.following != month_of(found.first)[1]:
            raise Invalid("month", T("Which month? For example 2026-10."))
        return found.first

    def _card(self, desk: Desk, due: Due) -> Card:
        title = T(
            "Excused: {customer} need not be visited in {month}",
            customer=customer_noun.name_of(desk.db, self.customer) or "?",
            month=due.name.partition(":")[2],
        )
        return Card(title, (Quote(self.reason, to=STAFF),), Ref(customer_noun.KIND, self.customer))
