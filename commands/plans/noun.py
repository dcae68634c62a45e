"""What planned visits tell the rest of the house: their card, the briefing, what came of them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from commands import customers as customer_noun
from commands.kit.agenda import Entry, for_another, met_at
from commands.kit.card import STAFF, Button, Buttons, Card, Line, Note, Part, Quote, Ref
from commands.kit.desk import Desk, Urgency
from commands.kit.noun import Involved, Look, Noun
from commands.kit.people import Person, ToPerson
from commands.kit.words import T
from commands.plans import briefing, finding, keeping
from commands.plans.briefing import log_button
from commands.plans.rules import AFTER, ALONG, BRIEF, KIND, WORDS, PlanPolicy
from commands.said import said_lately
from commands.visits.attending import told
from storage import appointments, attendees, people
from storage.appointments import Appointment
from storage.database import Transaction, known
from storage.timers import Timer

IN_CALENDAR = 100
LASTS = timedelta(hours=1)  # nobody says how long a visit is to be


def card(look: Look, id_: int) -> Card:
    """A planned visit, and what can be done about it."""
    plan = appointments.get(look.db, id_)
    if plan is None:
        return Card(T("This is no longer here."))
    about = Ref(KIND, id_)
    said = tuple(said_lately(look, about))
    parts = (*_what(look.db, plan), *said, *_next(look, plan, about))
    return Card(_title(look.db, plan), parts, about)


def along(look: Look, id_: int, _told: str) -> Card:
    """The same for whoever comes along, or has handed it over: without what its maker can do."""
    plan = appointments.get(look.db, id_)
    if plan is None:
        return Card(T("This is no longer here."))
    know = Buttons((Button(T("What to know"), "plan_brief", {}, Ref(KIND, id_)),))
    next_ = (know,) if plan.state == appointments.PLANNED else ()
    return Card(_title(look.db, plan), (*_what(look.db, plan), *next_), Ref(KIND, id_))


def _title(db: Transaction, plan: Appointment) -> T:
    name = customer_noun.name_of(db, plan.customer_id) or "?"
    match plan.state:
        case appointments.VISITED:
            return T("✅ Visited as planned: {customer} · {at:clock}", customer=name, at=plan.at)
        case appointments.CANCELLED:
            return T("⏹ Planned visit cancelled: {customer} · {at}", customer=name, at=plan.at)
        case _:
            return T("🗓 Visit planned: {customer} · {at:clock}", customer=name, at=plan.at)


def _what(db: Transaction, plan: Appointment) -> tuple[Part, ...]:
    purpose = (Quote(plan.purpose, to=STAFF),) if plan.purpose else ()
    theirs, ours = told(db, KIND, known(plan.id))
    whom = (Line(T("You meet: {who}", who=theirs), STAFF),) if theirs else ()
    along = (Line(T("Along: {who}", who=ours), STAFF),) if ours else ()
    moved = plan.moved
    off = (Note(T("Moved {n} time", "Moved {n} times", n=moved)),) if moved else ()
    why = (Quote(plan.reason, to=STAFF),) if plan.reason else ()
    by = people.get(db, plan.person_id)
    whose = (Note(T("{name} makes it", name=by.name)),) if by else ()
    return (*purpose, *whom, *along, *why, *off, *whose)


def _next(look: Look, plan: Appointment, about: Ref) -> tuple[Part, ...]:
    if plan.state != appointments.PLANNED:
        return ()
    know = Button(T("What to know"), "plan_brief", {}, about)
    return (Buttons((*_verbs(plan, about, look.now, look.zone), know)),)


def _verbs(plan: Appointment, about: Ref, now: datetime, zone: ZoneInfo) -> tuple[Button, ...]:
    return (
        log_button(plan, now, zone),
        Button(T("Put off"), "plan_move", {}, about),
        Button(T("Hand over"), "plan_hand", {}, about),
        Button(T("Cancel the visit"), "plan_cancel", {}, about, style="danger"),
    )


def involved(db: Transaction, id_: int) -> Involved | None:
    """Who makes it, and who comes along."""
    plan = appointments.get(db, id_)
    if plan is None:
        return None
    along_ = [one.person_id for one in attendees.of(db, KIND, id_)]
    return Involved(plan.person_id, frozenset(one for one in along_ if one))


def held(db: Transaction, person_id: int) -> list[int]:
    """The visits that somebody has planned."""
    return appointments.planned_by(db, person_id)


def hand(desk: Desk, id_: int, _from_id: int, to_id: int) -> None:
    """Somebody else makes it."""
    plan = appointments.get(desk.db, id_)
    if plan:
        before = keeping.kept(plan)
        plan.person_id = to_id
        keeping.changed(desk, plan, before)


def entries(look: Look, person: Person, _until: date) -> Iterator[Entry]:
    """The visits that somebody has planned; not what they are about, for calendars leave us."""
    for owner in (person.id, *sorted(person.stands_in_for)):
        for plan in appointments.all_of(look.db, owner, IN_CALENDAR):
            yield _entry(look.db, plan, None if owner == person.id else owner)
    far = look.now + timedelta(days=look.policy.of(PlanPolicy).furthest_days)
    for plan in appointments.joined_by(look.db, person.id, far, IN_CALENDAR):
        yield _entry(look.db, plan, None)


def _entry(db: Transaction, plan: Appointment, for_id: int | None) -> Entry:
    visit = T("Visit {customer}", customer=customer_noun.name_of(db, plan.customer_id) or "?")
    what = for_another(db, visit, for_id)
    return met_at(db, KIND, known(plan.id), what, (plan.at, plan.at + LASTS))


def brief(desk: Desk, timer: Timer) -> None:
    """Before they walk in; who comes along reads the same, and nobody reads it afterwards."""
    plan = appointments.get(desk.db, timer.subject_id)
    if plan is None or plan.state != appointments.PLANNED or plan.at <= desk.recorded_at:
        return
    about = Ref(KIND, timer.subject_id, BRIEF)
    along = [one.person_id for one in attendees.of(desk.db, KIND, timer.subject_id)]
    for who in dict.fromkeys([plan.person_id, *along]):
        if who is not None:
            desk.tell(ToPerson(who), about, useful_until=plan.at)


def after(desk: Desk, timer: Timer) -> None:
    """Nobody has said yet what came of it."""
    plan = appointments.get(desk.db, timer.subject_id)
    if plan is None or plan.state != appointments.PLANNED:
        return
    about = Ref(KIND, timer.subject_id)
    name = customer_noun.name_of(desk.db, plan.customer_id) or "?"
    title = T("How was the visit to {customer}, {at:clock}?", customer=name, at=plan.at)
    purpose = (Quote(plan.purpose, to=STAFF),) if plan.purpose else ()
    asked = Card(
        title, (*purpose, Buttons(_verbs(plan, about, desk.recorded_at, desk.zone))), about
    )
    desk.tell(ToPerson(plan.person_id), asked, urgency=Urgency.WAKING, replaces=f"after:{about}")


def _name_of(db: Transaction, id_: int) -> str | None:
    plan = appointments.get(db, id_)
    return customer_noun.name_of(db, plan.customer_id) if plan else None


NOUN = Noun(
    kind=KIND,
    words=WORDS,
    find=finding.find,
    leads=finding.leads,
    name_of=_name_of,
    card=card,
    views={BRIEF: briefing.card, ALONG: along},
    involved=involved,
    held=held,
    hand=hand,
    entries=entries,
    timers={BRIEF: brief, AFTER: after},
)
