"""A customer is suspended for cause, and taken up again (clause 5.3.2)."""

from __future__ import annotations

from typing import Annotated

from commands import customers as customer_noun
from commands.care import heeding
from commands.kit.card import STAFF, Card, Quote, Ref
from commands.kit.command import Command
from commands.kit.desk import Desk
from commands.kit.errors import Refused
from commands.kit.form import Ask, CustomerId
from commands.kit.people import Department, Relation, ToPerson
from commands.kit.words import T
from storage import customers, suspensions
from storage.database import known
from storage.suspensions import Suspension

CLAUSE = "5.3.2"
DECIDERS = {Department.MANAGEMENT, Relation.SUPERIOR}


class Suspend(
    Command,
    name="customer_suspend",
    aliases=("暂停合作",),
    who=DECIDERS,
    clause=CLAUSE,
    on=customer_noun.KIND,
):
    """Suspend a customer."""

    customer: Annotated[CustomerId, Ask("Which customer?", "Customer")]
    reason: Annotated[str, Ask("Why is it suspended?", "Reason", long=True)]

    def run(self, desk: Desk) -> Ref:
        """Its file says so, its people are on no list of greetings, its owner is told."""
        name = customer_noun.name_of(desk.db, self.customer) or "?"
        if suspensions.of(desk.db, self.customer):
            raise Refused(T("{customer} is suspended already.", customer=name))
        reason = self.reason.strip()
        by_id = desk.person.id
        row = Suspension(
            customer_id=self.customer, reason=reason, by_id=by_id, since=desk.recorded_at
        )
        suspensions.begin(desk.db, row)
        heeding.heed(desk, self.customer)
        told = T("⛔ {customer} is suspended", customer=name)
        return _told(desk, self.customer, told, {"suspended": reason}, reason)


class Resume(
    Command,
    name="customer_resume",
    aliases=("恢复合作",),
    who=DECIDERS,
    clause=CLAUSE,
    on=customer_noun.KIND,
):
    """Resume a customer."""

    customer: Annotated[CustomerId, Ask("Which customer?", "Customer")]

    def run(self, desk: Desk) -> Ref:
        """From now on it is a customer like the others; its owner is told."""
        name = customer_noun.name_of(desk.db, self.customer) or "?"
        holds = suspensions.of(desk.db, self.customer)
        if holds is None:
            raise Refused(T("{customer} is not suspended.", customer=name))
        suspensions.end(desk.db, known(holds.id), desk.person.id, desk.recorded_at)
        told = T("✅ {customer} is suspended no more", customer=name)
        return _told(desk, self.customer, told, {"suspended": None}, "")


def _told(desk: Desk, id_: int, what: T, after: dict[str, str | None], reason: str) -> Ref:
    """Keep what changed, and tell the customer's owner why."""
    about = Ref(customer_noun.KIND, id_)
    desk.change(about, None, after, shown=after)
    held = customers.stewardship(desk.db, id_)
    if held and held.owner_id and held.owner_id != desk.person.id:
        why = (Quote(reason, to=STAFF),) if reason else ()
        desk.tell(ToPerson(held.owner_id), Card(what, why, about))
    return about
