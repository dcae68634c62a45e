"""What visits tell the rest of the house: their card, the month's progress, reminders."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from commands import customers as customer_noun
from commands.files import attached
from commands.kit.agenda import Entry, for_another
from commands.kit.calendar import is_workday, local_day, start_of_day
from commands.kit.card import STAFF, Button, Buttons, Card, Line, Note, Part, Quote, Ref
from commands.kit.desk import Desk, Urgency
from commands.kit.drafting import place_words
from commands.kit.noun import Involved, Look, Noun, nothing_found
from commands.kit.people import Person, ToPerson
from commands.kit.words import T, Words, listed
from commands.kit.workdays import CalendarPolicy
from commands.said import said_lately
from commands.visits.attending import told
from commands.visits.duty import is_monthly
from commands.visits.rules import (
    KIND,
    PHOTO,
    WORDS,
    VisitPolicy,
    correctable,
    month_of,
    next_friday,
    share,
)
from storage import appointments, customers, dues, people, visits
from storage.customers import Customer
from storage.database import Transaction, known
from storage.dues import Due
from storage.timers import Timer
from storage.visits import Visit

NAMED = 5


@dataclass(frozen=True, slots=True)
class Month:
    """A person's important customers: how many, and who was not visited yet this month.

    `planned` are those to whom a visit is planned before it is over.
    """

    important: int
    left: tuple[Customer, ...]
    planned: frozenset[int] = frozenset()

    def line(self) -> Line | None:
        """How many were visited this month, and who is next; None where nobody is to be."""
        of = self.important
        if not of:
            return None
        if not self.left:
            return Line(
                T("Important customers: {of} of {of} visited this month.", of=of),
                STAFF,
            )
        return Line(
            T(
                "Important customers: {done} of {of} visited this month. Next: {following}",
                done=of - len(self.left),
                of=of,
                following=customer_noun.called(self.left[0]),
            ),
            STAFF,
        )

    @property
    def unplanned(self) -> tuple[Customer, ...]:
        """Those that nobody has an appointment with."""
        return tuple(one for one in self.left if one.id not in self.planned)

    def lines(self, today: date) -> tuple[Line, ...]:
        """How far the month is, and whom to visit this week so that all are visited in time."""
        line = self.line()
        unplanned = self.unplanned
        if line is None or not unplanned:
            return (line,) if line else ()
        due = unplanned[: share(len(unplanned), today)]
        names = listed([customer_noun.called(one) for one in due[:NAMED]])
        more = len(due) - NAMED
        if more > 0:
            week = T("To visit this week: {names}, and {n} more", names=names, n=more)
        else:
            week = T("To visit this week: {names}", names=names)
        return (line, Line(week, STAFF))


def month(db: Transaction, person_id: int, today: date) -> Month:
    """How far a person is with this month's visits (clause 3.1.1a)."""
    important = customers.important_of(db, person_id)
    ids = [known(customer.id) for customer in important]
    visited = visits.visited(db, ids, *month_of(today))
    return Month(len(important), tuple(one for one in important if one.id not in visited))


def month_ahead(db: Transaction, person_id: int, now: datetime, zone: ZoneInfo) -> Month:
    """The same, with what is planned for the rest of the month."""
    today = local_day(now, zone)
    found = month(db, person_id, today)
    ids = [known(one.id) for one in found.left]
    ends = start_of_day(month_of(today)[1], zone)
    planned = appointments.of_customers(db, ids, now, ends)
    return replace(found, planned=frozenset(one.customer_id for one in planned))


def progress(db: Transaction, person_id: int, today: date) -> Line | None:
    """How far a person is with this month's visits, as a line."""
    return month(db, person_id, today).line()


def entries(look: Look, person: Person, _until: date) -> Iterator[Entry]:
    """One entry a month: whom to visit before it is over."""
    for owner in (person.id, *sorted(person.stands_in_for)):
        owed = [due for due in dues.owed_on(look.db, owner, customer_noun.KIND) if is_monthly(due)]
        for by in dict.fromkeys(due.due_at for due in owed):
            left = [due for due in owed if due.due_at == by]
            yield _to_make(look, left, None if owner == person.id else owner)


def _to_make(look: Look, left: list[Due], for_id: int | None) -> Entry:
    """On the month's last working day; visits that were made have left it."""
    by, owner = left[0].due_at, known(left[0].person_id)
    all_ = dues.of_person(look.db, owner, left[0].clause, by)
    names = [customer_noun.name_of(look.db, due.subject_id) or "?" for due in left]
    what = T("Visits to make by the end of the month: {names}", names=_named(names))
    day = local_day(by, look.zone) - timedelta(days=1)
    return Entry(
        name=f"visits-{day:%Y-%m}-{owner}",
        what=for_another(look.db, what, for_id),
        begins=_last_workday(look, day),
        changed_at=max(due.recorded_at or due.begun_at for due in all_),
        notes=(T("{n} of {of} still to visit", n=len(left), of=len(all_)), listed(names)),
        revision=len(all_) - len(left),
        deadline=True,
    )


def _named(names: list[str]) -> Words:
    shown, more = listed(names[:NAMED]), len(names) - NAMED
    return T("{names} and {n} more", names=shown, n=more) if more > 0 else shown


def _last_workday(look: Look, day: date) -> date:
    """The last working day of the month that ends with this day; that day where there is none."""
    hours = look.policy.of(CalendarPolicy).hours(look.zone)
    worked = (day - timedelta(days=n) for n in range(day.day))
    return next((one for one in worked if is_workday(hours, one)), day)


def card(look: Look, id_: int) -> Card:
    """A logged visit, what it did for the month, and what can be done next."""
    visit = visits.get(look.db, id_)
    if visit is None:
        return Card(T("This is no longer here."))
    about = Ref(KIND, id_)
    name = customer_noun.name_of(look.db, visit.customer_id) or "?"
    notes = Quote(visit.notes, to=STAFF)
    if visit.undone_at:
        return Card(
            T("↩️ Visit taken back: {customer} · {day:near}", customer=name, day=visit.day),
            (notes,),
            about,
        )
    title = T("✅ Visit logged: {customer} · {day:near}", customer=name, day=visit.day)
    done = progress(look.db, visit.person_id, local_day(look.now, look.zone))
    files = attached(look, about, PHOTO)
    whom = _attending(look.db, id_)
    said = tuple(said_lately(look, about))
    parts = (notes, *said, *whom, *_place(visit), *((done,) if done else ()), *files)
    return Card(title, (*parts, *_by(look, visit), *_next(look, visit, about)), about)


def _attending(db: Transaction, id_: int) -> tuple[Part, ...]:
    """Whom they met, and who came along."""
    theirs, ours = told(db, KIND, id_)
    met = (Line(T("Met: {who}", who=theirs), STAFF),) if theirs else ()
    return (*met, *((Line(T("Along: {who}", who=ours), STAFF),) if ours else ()))


def _place(visit: Visit) -> tuple[Part, ...]:
    if not visit.place:
        return ()
    return (Line(T("📍 {place}", place=place_words(visit.place)), STAFF),)


def _by(look: Look, visit: Visit) -> tuple[Part, ...]:
    person = people.get(look.db, visit.person_id)
    return (Note(T("Logged by {name}", name=person.name)),) if person else ()


def _next(look: Look, visit: Visit, about: Ref) -> tuple[Part, ...]:
    if not correctable(visit, look.now, look.policy.of(VisitPolicy).correct_hours):
        return ()
    friday = next_friday(local_day(look.now, look.zone))
    place = () if visit.place else (Button(T("Add place"), "visit_place", {}, about),)
    return (
        Buttons(
            (
                Button(T("Remind me {day:name}", day=friday), "visit_remind", {}, about),
                Button(T("Add photo"), "visit_photo", {}, about),
                *place,
                Button(T("Change day"), "visit_day", {}, about),
                Button(T("Change notes"), "visit_notes", {}, about),
                Button(T("Undo"), "visit_undo", {}, about, style="danger"),
            )
        ),
    )


def stands(db: Transaction, id_: int) -> bool:
    """Whether it was not taken back."""
    visit = visits.get(db, id_)
    return visit is not None and visit.undone_at is None


def involved(db: Transaction, id_: int) -> Involved | None:
    """Who logged a visit."""
    visit = visits.get(db, id_)
    return Involved(owner_id=visit.person_id) if visit else None


def _remind(desk: Desk, timer: Timer) -> None:
    visit = visits.get(desk.db, timer.subject_id)
    if visit is None or visit.undone_at:
        return
    name = customer_noun.name_of(desk.db, visit.customer_id) or "?"
    reminder = Card(
        T(
            "🔔 You asked to be reminded: {customer}, visited {day:near}",
            customer=name,
            day=visit.day,
        ),
        (Quote(visit.notes, to=STAFF),),
        Ref(KIND, timer.subject_id),
    )
    who = timer.person_id or visit.person_id
    desk.tell(ToPerson(who), reminder, urgency=Urgency.WAKING, merges=True)


def _name_of(db: Transaction, id_: int) -> str | None:
    visit = visits.get(db, id_)
    return customer_noun.name_of(db, visit.customer_id) if visit else None


NOUN = Noun(
    kind=KIND,
    words=WORDS,
    find=nothing_found,
    name_of=_name_of,
    card=card,
    involved=involved,
    entries=entries,
    stands=stands,
    timers={"remind": _remind},
)
