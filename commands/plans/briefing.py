"""Before one walks in: five lines about a customer, half an hour ahead of a planned visit."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from commands import customers as customer_noun
from commands.kit.calendar import local_day
from commands.kit.card import STAFF, Button, Buttons, Card, Line, Ref
from commands.kit.noun import Look
from commands.kit.words import T, Words, decode, listed
from commands.meetings.rules import MeetingPolicy
from commands.plans.rules import KIND
from commands.visits.attending import contact_words
from storage import appointments, attendees, calls, cases, customers, dues, people, visits
from storage.appointments import Appointment
from storage.attendees import Attendee
from storage.cases import Case
from storage.database import Json, Transaction, known

SHOWN, LOOKED_AT = 3, 20
LAST = 120  # characters of the last talk
CASE = "case"


def card(look: Look, id_: int, _told: str = "") -> Card:
    """Our promises, open cases, the last talk, whom they meet, what the policy wants asked."""
    plan = appointments.get(look.db, id_)
    if plan is None:
        return Card(T("This is no longer here."))
    name = customer_noun.name_of(look.db, plan.customer_id) or "?"
    title = T("🧭 Before you walk in: {customer}, {at:clock}", customer=name, at=plan.at)
    found = cases.of_customer(look.db, plan.customer_id, LOOKED_AT)
    open_ = [one for one in found if one.state == cases.OPEN]
    lines = (
        T("Promised: {what}", what=_promises(look.db, open_)),
        T("Open cases: {what}", what=_cases(open_)),
        T("Last talk: {what}", what=_last(look.db, plan.customer_id)),
        T("You meet: {who}", who=_whom(look.db, plan)),
        T("Ask about: {what}", what=_points(look)),
    )
    about = Ref(KIND, id_)
    log = log_button(plan, look.now, look.zone)
    move = Button(T("Put off"), "plan_move", {}, about)
    next_ = (Buttons((log, move)),) if plan.state == appointments.PLANNED else ()
    return Card(title, (*(Line(one, STAFF) for one in lines), *next_), about)


def log_button(plan: Appointment, now: datetime, zone: ZoneInfo) -> Button:
    """Logs the visit that was planned: on its day, once that has come."""
    bound: dict[str, Json] = {"customer": plan.customer_id}
    day = local_day(plan.at, zone)
    if day <= local_day(now, zone):
        bound["day"] = day.isoformat()
    return Button(T("Log the visit"), "visit", bound, style="primary")


def _promises(db: Transaction, open_: Sequence[Case]) -> Words:
    """What we still owe them, by when."""
    owed = [due for one in open_ for due in dues.still_on(db, CASE, known(one.id))]
    owed.sort(key=lambda due: due.due_at)
    told = [T("{what} by {at:clock}", what=decode(due.what), at=due.due_at) for due in owed[:SHOWN]]
    return listed(told) if told else T("nothing open")


def _cases(open_: Sequence[Case]) -> Words:
    told = [f"{one.number} {_first_line(one.text)}" for one in open_[:SHOWN]]
    return listed(told) if told else T("none")


def _last(db: Transaction, customer_id: int) -> Words:
    """The newer of the last visit and the last contact: who, when, and what about."""
    met, spoken = visits.to_customer(db, customer_id, 1), calls.to_customer(db, customer_id, 1)
    said = [(one.day, one.person_id, one.notes) for one in met]
    said += [(one.day, one.person_id, one.notes) for one in spoken]
    if not said:
        return T("none yet")
    day, person_id, notes = max(said, key=lambda one: one[0])
    by = people.get(db, person_id)
    return T(
        "{day:near}, {name}: {notes}",
        day=day,
        name=by.name if by else "?",
        notes=_first_line(notes),
    )


def _whom(db: Transaction, plan: Appointment) -> Words:
    """Those named for this visit; else the first of the customer's people."""
    named = [one for one in attendees.of(db, KIND, known(plan.id)) if one.person_id is None]
    told = contact_words(db, named)
    if not told:
        here = [one for one in customers.contacts(db, plan.customer_id) if one.left_on is None]
        told = contact_words(db, [_attending(known(one.id)) for one in here[:SHOWN]])
    return listed(told) if told else T("nobody is in the file yet")


def _attending(contact_id: int) -> Attendee:
    return Attendee(kind=KIND, subject_id=0, contact_id=contact_id)


def _points(look: Look) -> Words:
    """What a meeting is to learn, a visit asks too (3.1.1b)."""
    return listed(look.policy.of(MeetingPolicy).points("learn"))


def _first_line(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= LAST else line[: LAST - 1] + "…"
