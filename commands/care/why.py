"""Why an occasion falls on its day: the rule that set it, for whoever asks (clause 3.2)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated

from commands.care.planning import KIND, called_festival
from commands.care.rules import CarePolicy, Festival
from commands.care.verbs import OWNERS, WORDS
from commands.kit.card import STAFF, Card, Line, Ref
from commands.kit.command import Command
from commands.kit.desk import Desk
from commands.kit.errors import no_such
from commands.kit.form import Ask, CareId
from commands.kit.lunar import born, how_kept, read_birthday, shown
from commands.kit.words import T, sentence
from commands.kit.workdays import CalendarPolicy, explain
from storage import care
from storage.care import COOPERATION, Care, Occasion
from storage.database import known


class WhyThisDay(
    Command, name="care_why", aliases=("为何是这天",), who=OWNERS, clause="3.2.2", on=KIND
):
    """Why this day?"""

    care: Annotated[CareId, Ask("Which greeting?", "Greeting")]

    def run(self, desk: Desk) -> Card:
        """The rule that set the day, and whether the company works then."""
        made = care.get(desk.db, self.care)
        if made is None:
            raise no_such(WORDS)
        lines = [*_of_the_day(desk, made), *_around(desk, made)]
        title = T("{what}: why {day:weekday}", what=sentence(made.what), day=made.day)
        return Card(title, tuple(Line(one, STAFF) for one in lines), Ref(KIND, self.care))


def _of_the_day(desk: Desk, made: Care) -> Iterator[T]:
    policy = desk.policy.of(CarePolicy)
    if made.kind == care.FESTIVAL:
        yield from _of_festival(policy, made)
        return
    occasion = _occasion(desk, made)
    if occasion is None:
        yield T("The day was told otherwise since.")
        return
    day = read_birthday(occasion.day)
    began = born(day) if made.kind == COOPERATION else None
    if began:
        yield T("What was told: cooperating since {day}.", day=began)
    else:
        yield T("What was told: {birthday}.", birthday=shown(day))
    yield from how_kept(day, made.day, policy)
    if made.kind == COOPERATION and day.year:
        years = made.day.year - day.year
        yield T("From then on it is {n} full year.", "From then on it is {n} full years.", n=years)


def _occasion(desk: Desk, made: Care) -> Occasion | None:
    """What a birthday or a year was planned by, while it is still what was told."""
    all_ = care.occasions(desk.db, known(made.customer_id), made.kind)
    whose = made.name.split(":")[1]
    return next((one for one in all_ if str(one.contact_id or one.customer_id) == whose), None)


def _of_festival(policy: CarePolicy, made: Care) -> Iterator[T]:
    name = made.name.split(":")[1]
    festival = next((one for one in policy.festivals if one.name == name), None)
    if festival is None:
        yield T("The policy file does not name this holiday any more.")
        return
    yield T("{festival} is a holiday that the policy names.", festival=called_festival(festival))
    yield from how_kept(festival.day, made.day, policy)
    yield _where(festival)


def _where(festival: Festival) -> T:
    if not festival.countries:
        return T("It is greeted everywhere.")
    return T(
        "It is greeted in {n} country, by what customers' files say.",
        "It is greeted in {n} countries, by what customers' files say.",
        n=len(festival.countries),
    )


def _around(desk: Desk, made: Care) -> Iterator[T]:
    """Whether the company works on the day, and how early it is told."""
    policy = desk.policy.of(CarePolicy)
    ahead = policy.years_ahead_days if made.kind == COOPERATION else policy.ahead_days
    worked = explain(desk.policy.of(CalendarPolicy), made.day)
    yield T("For the company that day is {what}.", what=worked)
    yield T("It is told {n} day ahead.", "It is told {n} days ahead.", n=ahead)
