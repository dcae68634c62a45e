"""Yearly days are told, or told otherwise than before (clauses 3.2.2, 3.2.3)."""

from __future__ import annotations

from datetime import date

from commands import customers as customer_noun
from commands.care import heeding
from commands.care.planning import DAY, name_of, turn_on
from commands.care.rules import CarePolicy, following
from commands.kit.card import Ref
from commands.kit.desk import Desk
from commands.kit.lunar import Birthday, read_birthday, written
from storage import care
from storage.care import COOPERATION, OPEN, Care, Occasion


def remember(
    desk: Desk, kind: str, customer_id: int, contact_id: int | None, told: Birthday
) -> None:
    """A day comes every year from now on, in place of the one that was told before."""
    day = written(told)
    all_ = care.occasions(desk.db, customer_id, kind)
    before = next((one for one in all_ if one.contact_id == contact_id), None)
    was = before.day if before else None
    planned = _planned(desk, before) if before else None
    occasion = before or Occasion(
        kind=kind,
        customer_id=customer_id,
        contact_id=contact_id,
        day=day,
        next_on=date.max,
        plan_on=date.max,
    )
    occasion.day = day
    turn_on(desk, occasion, desk.today - DAY)
    if planned and was != day and not _same(planned, occasion):
        heeding.drop(desk, planned)
    if before:
        care.turn(desk.db, occasion)
    else:
        care.remember(desk.db, occasion)
    after = {kind: day, "contact": contact_id}
    desk.change(Ref(customer_noun.KIND, customer_id), {kind: was}, after)


def _planned(desk: Desk, before: Occasion) -> Care | None:
    """What was planned for the day as it was told before, unless it is over, or has gone."""
    policy = desk.policy.of(CarePolicy)
    on = following(read_birthday(before.day), desk.today - 3 * DAY, policy)
    made = care.named(desk.db, name_of(before, on)) if on else None
    if made and (made.state == OPEN or heeding.may_call_off(desk, made)):
        return made
    return None


def _same(planned: Care, occasion: Occasion) -> bool:
    """Whether it is that day still: a year of birth changes nothing, the first year does."""
    return planned.day == occasion.next_on and occasion.kind != COOPERATION
