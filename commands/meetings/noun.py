"""What meetings tell the rest of the house, and what happens by itself around each."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

from commands.kit.agenda import Entry, met_at
from commands.kit.calendar import local_day, start_of_day
from commands.kit.card import Ref
from commands.kit.desk import Desk, Urgency
from commands.kit.noun import Found, Involved, Look, Matches, Noun
from commands.kit.people import Actor, Person, ToPerson
from commands.kit.periods import read_period
from commands.kit.words import T
from commands.meetings import agenda, answering, cards, guests, inviting, planning, telling
from commands.meetings.cards import AFTER, AGENDA, EVE, GUESTS, guests_of
from commands.meetings.planning import BEGINS
from commands.meetings.rules import KIND, NUMBER, WORDS, numbered
from storage import lookup, meetings, people
from storage.database import Transaction, known
from storage.meetings import PLANNED, Meeting
from storage.timers import Timer

SHOWN = 10

LASTS = timedelta(hours=2)  # nobody says how long a meeting is to be


def find(look: Look, text: str, actor: Actor | None) -> Matches:
    """By number, by quarter, or by a customer who is invited; the latest where nothing is typed.

    Somebody outside the company is offered those that they are asked to.
    """
    if actor is not None and actor.person is None:
        asked = answering.asked_of(look, actor.customer_id) if actor.customer_id else []
        own = tuple(_found(look, meeting) for meeting, _ in asked)
        return Matches(own, clear=len(own) == 1)
    number = numbered(text)
    exact = meetings.by_number(look.db, number) if number else None
    if exact:
        return Matches((_found(look, exact),), clear=True)
    hit = tuple(_found(look, one) for one in _named(look, text))
    return Matches(hit, clear=bool(text.strip()) and len(hit) == 1)


def _named(look: Look, text: str) -> list[Meeting]:
    if not text.strip():
        return meetings.latest(look.db, SHOWN)
    period = read_period(text, local_day(look.now, look.zone))
    if period:
        return meetings.between(look.db, *period.span(look.zone))
    return [
        meeting
        for customer in lookup.find(look.db, text, 3)
        for meeting in meetings.of_customer(look.db, customer.id)
    ]


def _found(look: Look, meeting: Meeting) -> Found:
    day = local_day(meeting.at, look.zone)
    return Found(known(meeting.id), f"{meeting.number} ({day})")


def leads(look: Look, text: str, *, whole: bool = False) -> tuple[Matches, str]:
    """The meeting whose number a text begins with, and the rest of the text."""
    number, match = numbered(text), NUMBER.match(text)
    exact = meetings.by_number(look.db, number) if number else None
    if exact is None or match is None:
        return Matches(), text
    return Matches((_found(look, exact),), clear=True), text[match.end() :]


def name_of(db: Transaction, id_: int) -> str | None:
    """A meeting's number."""
    found = meetings.get(db, id_)
    return found.number if found else None


def involved(db: Transaction, id_: int) -> Involved | None:
    """Its organiser; what those say who were told of it is kept, though they see nothing of it."""
    meeting = meetings.get(db, id_)
    if meeting is None:
        return None
    told = [one for one in guests_of(meetings.participants(db, id_)) if one.told_how]
    contacts = [c for one in told for c in telling.reachable(db, one.customer_id or 0)]
    accounts = {
        known(account.id)
        for contact in contacts
        for account in people.accounts_of_contact(db, known(contact.id))
    }
    return Involved(owner_id=meeting.owner_id, answering_ids=frozenset(accounts))


def entries(look: Look, person: Person, until: date) -> Iterator[Entry]:
    """The meetings that somebody holds or takes part in."""
    before = start_of_day(until, look.zone)
    for meeting in meetings.between(look.db, look.now, before):
        if meeting.state != PLANNED:
            continue
        all_ = meetings.participants(look.db, known(meeting.id))
        if person.id in {meeting.owner_id, *(one.person_id for one in all_)}:
            what = T("Customer meeting {number}", number=meeting.number)
            span = (meeting.at, meeting.at + LASTS)
            yield met_at(look.db, KIND, known(meeting.id), what, span)


# --- what happens by itself -----------------------------------------------------------------------


def eve(desk: Desk, timer: Timer) -> None:
    """A day ahead, everybody of the company who takes part is reminded."""
    meeting = meetings.get(desk.db, timer.subject_id)
    if meeting and meeting.state == PLANNED:
        inviting.tell_colleagues(desk, meeting, EVE)


def begins(desk: Desk, timer: Timer) -> None:
    """Its card offers what can be done from now on."""
    desk.touch(Ref(KIND, timer.subject_id))


def after(desk: Desk, timer: Timer) -> None:
    """The morning after: was it held, and where are the minutes?"""
    meeting = meetings.get(desk.db, timer.subject_id)
    if meeting and meeting.minutes_at is None and meeting.owner_id:
        about = Ref(KIND, timer.subject_id, AFTER)
        desk.tell(ToPerson(meeting.owner_id), about, urgency=Urgency.WAKING)


NOUN = Noun(
    kind=KIND,
    words=WORDS,
    find=find,
    name_of=name_of,
    card=cards.card,
    views={AGENDA: agenda.card, GUESTS: guests.card, EVE: cards.eve, AFTER: cards.after},
    involved=involved,
    leads=leads,
    numbered=lambda text: numbered(text) is not None,
    verbs=("meeting_show",),
    heard=answering.heard,
    awaits=answering.awaited,
    held=meetings.owned_by,
    hand=planning.hand,
    entries=entries,
    timers={EVE: eve, BEGINS: begins, AFTER: after},
)
