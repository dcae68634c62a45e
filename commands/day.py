"""A person's day: what they owe, the most urgent first, and the visits that the month still wants.

Whatever shows it, a command or a front page, draws from the same values.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from commands import customers as customer_noun
from commands.admissions import noun as admission_noun
from commands.admissions.rules import KIND as ADMISSION
from commands.approvals import deciders
from commands.approvals import noun as approval_noun
from commands.approvals.rules import KIND as APPROVAL
from commands.cases.rules import KIND as CASE
from commands.kit.calendar import local_day, told_by
from commands.kit.card import Button, Buttons, Card, Line, Part, Ref
from commands.kit.people import Person
from commands.kit.words import T, Words, decode, sentence
from commands.meetings import actions as action_noun
from commands.meetings import duty as meeting_duty
from commands.meetings import quarters
from commands.meetings.rules import ACTION, QUARTER
from commands.plans import keeping
from commands.plans import verbs as plans
from commands.visits import duty, month_ahead
from storage import care, cases, dues, people
from storage.customers import Customer
from storage.database import Transaction, known
from storage.dues import Due

SHOWN = 6
VISITS = 3
# Which command shows a subject of a kind, and what its answer is called.
SHOWS = {
    CASE: ("case", "case"),
    ADMISSION: ("admission", "admission"),
    APPROVAL: ("approval_show", "approval"),
    customer_noun.KIND: ("customer", "customer"),
    care.KIND: ("care_show", "care"),
    QUARTER: ("meetings", "quarter"),
    ACTION: ("action_show", "action"),
}

# What was agreed needs no showing: it is done with one tap.
SHOWN_ONLY = SHOWS.keys() - {ACTION}

Verbs = Callable[[Ref], tuple[Button, ...]]


@dataclass(frozen=True, slots=True)
class Owed:
    """One subject on which something is owed: what people call it, and a line for each due.

    What is not `ready` takes more than a tap.
    """

    about: Ref
    name: Words
    lines: tuple[Line, ...]
    ready: bool = True


@dataclass(frozen=True, slots=True)
class Day:
    """What is owed, how far the month's visits are, and who is to be visited next."""

    owed: tuple[Owed, ...]
    month: tuple[Line, ...]
    visits: tuple[Button, ...]
    plans: tuple[Line, ...] = ()
    shows: tuple[Button, ...] = ()

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to do."""
        return not self.owed and not self.visits and not self.plans

    def card(self) -> Card:
        """As an answer: all the lines, then a button for each subject and each visit."""
        lines = tuple(line for one in self.owed for line in one.lines)
        some = self.owed[:SHOWN]
        shows = tuple(_show(one) for one in some if one.about.kind in SHOWN_ONLY)
        done = tuple(button for one in some for button in _at_once(one))
        rows = (*_row(done), *_row(shows), *_row(self.shows), *_row(self.visits))
        return Card(self._title(), (*self.plans, *lines, *self.month, *rows))

    def page(self, verbs: Verbs) -> Card:
        """As a page to act on: under each subject's lines its own buttons."""
        parts = [part for one in self.owed for part in self._with(one, verbs)]
        plans = (*self.plans, *_row(self.shows))
        return Card(self._title(), (*plans, *parts, *self.month, *_row(self.visits)))

    def _with(self, one: Owed, verbs: Verbs) -> Iterator[Part]:
        yield from one.lines
        if one in self.owed[:SHOWN]:
            yield from _row(verbs(one.about))

    def _title(self) -> T:
        count = len(self.plans) + sum(len(one.lines) for one in self.owed)
        if not count:
            return T("Nothing is due today")
        return T("{n} thing to do", "{n} things to do", n=count)


def of(db: Transaction, person: Person, now: datetime, zone: ZoneInfo) -> Day:
    """A person's day, in the company's zone."""
    found: dict[Ref, list[Due]] = {}
    for due in _owed(db, person, now):
        # The month's visits are told together, below; a quarter's meeting once it is near.
        if not (duty.is_monthly(due) or meeting_duty.is_far(db, due, now)):
            found.setdefault(Ref(due.kind, due.subject_id), []).append(due)
    owed = tuple(
        Owed(
            about,
            _name(db, about),
            tuple(_line(db, person, due, now, zone) for due in some),
            _ready(db, about),
        )
        for about, some in found.items()
    )
    visits = month_ahead(db, person.id, now, zone)
    planned = keeping.planned_today(db, person, now, zone)
    return Day(
        owed,
        visits.lines(local_day(now, zone)),
        tuple(_visit(one) for one in visits.unplanned[:VISITS]),
        tuple(Line(plans.line(db, one, person.id)) for one in planned),
        tuple(plans.show(db, one) for one in planned[:SHOWN]),
    )


def _owed(db: Transaction, person: Person, now: datetime) -> Iterator[Due]:
    """Their own, and that of those away; of decisions only what falls to them."""
    falls = {(known(one.id), who) for one, who in deciders.stood_in_for(db, person.id, now)}
    yield from dues.owed_by(db, person.id)
    for who in sorted(person.stands_in_for):
        yield from (due for due in dues.owed_by(db, who) if due.kind != APPROVAL)
    for id_, who in sorted(falls):
        yield from (due for due in dues.still_on(db, APPROVAL, id_) if due.person_id == who)


def _away(db: Transaction, person: Person, due: Due) -> str:
    """For whom this person stands in, if it is not their own."""
    owner = people.get(db, due.person_id) if due.person_id not in {None, person.id} else None
    return owner.name if owner else ""


def _line(db: Transaction, person: Person, due: Due, now: datetime, zone: ZoneInfo) -> Line:
    what, away = decode(due.what), _away(db, person, due)
    if away:
        what = T("For {name}: {title}", name=away, title=what)
    if due.due_at < now:
        return Line(T("🔴 {what}: was due {due:clock}", what=what, due=told_by(due.due_at, zone)))
    return Line(T("☐ {what}: due {due:clock}", what=what, due=told_by(due.due_at, zone)))


def _name(db: Transaction, about: Ref) -> Words:
    match about.kind:
        case "case":
            case = cases.get(db, about.id)
            return case.number if case else ""
        case "admission":
            return admission_noun.name_of(db, about.id) or ""
        case "approval":
            return approval_noun.name_of(db, about.id) or ""
        case "care":
            made = care.get(db, about.id)
            return sentence(made.what) if made else ""
        case "quarter":
            return quarters.name_of(db, about.id) or ""
        case "action":
            return action_noun.name_of(db, about.id) or ""
        case _:
            return ""


def _ready(db: Transaction, about: Ref) -> bool:
    """Whether one tap does it: a greeting needs somebody to go to."""
    return about.kind != care.KIND or any(one.ticked for one in care.greetings(db, about.id))


def _show(one: Owed) -> Button:
    does, field = SHOWS[one.about.kind]
    return Button(T("{name}", name=one.name), does, {field: one.about.id})


def _at_once(one: Owed) -> tuple[Button, ...]:
    """What takes one tap: a greeting is sent, or done by hand; what was agreed is done."""
    match one.about.kind:
        case care.KIND:
            send = Button(T("Send: {name}", name=one.name), "care_send", {}, one.about)
            by_hand = Button(T("By hand: {name}", name=one.name), "care_done", {}, one.about)
            return (send, by_hand) if one.ready else (by_hand,)
        case action_kind if action_kind == ACTION:
            return (Button(T("Done: {name}", name=one.name), "action_done", {}, one.about),)
        case _:
            return ()


def _visit(customer: Customer) -> Button:
    name = customer_noun.called(customer)
    return Button(T("Visit {customer}", customer=name), "visit", {"customer": known(customer.id)})


def _row(buttons: tuple[Button, ...]) -> tuple[Part, ...]:
    return (Buttons(buttons),) if buttons else ()
