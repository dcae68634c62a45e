"""Whom a meeting is for: customers as they were named, and letters that invite them (3.1.1b)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from commands import customers as customer_noun
from commands.care.sending import reach
from commands.kit.card import Card, Line, Ref
from commands.kit.desk import Desk
from commands.kit.errors import Invalid
from commands.kit.people import ToContact, ToPerson, load
from commands.kit.words import T, listed
from commands.meetings.agenda import points
from commands.meetings.cards import guests_of
from commands.meetings.rules import KIND, MeetingPolicy
from storage import customers, meetings, people
from storage.customers import Contact
from storage.database import Transaction, known
from storage.meetings import COMING, INVITED, SENT, TO_INVITE, Meeting, Participant

AT_ONCE = 200
_ALL = re.compile(
    r"(?:全部|所有)?(?:的)?重点客户|全部客户|all\s+important(?:\s+(?:ones|customers))?",
    re.IGNORECASE,
)
_AND = re.compile(r"\s*(?:和|与|及|跟|、|,|，|;|；|&|\+|and\s)\s*", re.IGNORECASE)
_PLACE = re.compile(r"(?:地点|place|where|在|at\s|@)\s*[:：]?\s*", re.IGNORECASE)
_EXACT = 100.0


def named(desk: Desk, text: str) -> tuple[list[int], str]:
    """The customers that a text begins with, and the place that is named behind them.

    Raises `Invalid` where a name is none, or several are meant by it.
    """
    rest = text.strip()
    if every := _ALL.match(rest):
        return important(desk.db), _place(rest[every.end() :])
    found: list[int] = []
    joined = True
    while rest and (following := _next(desk, rest, joined=joined)):
        id_, rest = following
        found += [id_] if id_ not in found else []
        link = _AND.match(rest)
        joined, rest = bool(link), rest[link.end() if link else 0 :].strip()
    if rest and joined and not _PLACE.match(rest):
        raise Invalid("customers", T("There is no customer called “{said}”.", said=rest))
    return found, _place(rest)


def _next(desk: Desk, text: str, *, joined: bool) -> tuple[int, str] | None:
    """The customer that comes next: behind a space only one that is named in full."""
    if _PLACE.match(text):
        return None
    matches, rest = customer_noun.leads(desk, text, whole=not joined)
    if matches.clear and (joined or matches.found[0].score >= _EXACT):
        return matches.found[0].id, rest
    if matches.found and joined:
        names = listed([one.name for one in matches.found])
        raise Invalid("customers", T("Several are meant: {names}. Pick one.", names=names))
    return None


def _place(text: str) -> str:
    said = text.strip(" ,，;；。")
    start = _PLACE.match(said)
    return said[start.end() :] if start else said


def important(db: Transaction) -> list[int]:
    """Every important customer."""
    found: list[int] = []
    while some := customers.important(db, found[-1] if found else 0, AT_ONCE):
        found += [one.customer_id for one in some]
    return found


def invite(desk: Desk, meeting: Meeting, ids: Sequence[int]) -> int:
    """These customers are to be invited; gives how many were not yet. Their owners are told."""
    all_ = meetings.participants(desk.db, known(meeting.id))
    have = {one.customer_id for one in all_}
    new = [id_ for id_ in dict.fromkeys(ids) if id_ not in have]
    for id_ in new:
        meetings.join(desk.db, Participant(meeting_id=known(meeting.id), customer_id=id_))
    held = customers.stewardships(desk.db, new)
    for owner_id in sorted({one.owner_id for one in held.values() if one.owner_id}):
        if owner_id != desk.person.id and load(desk.db, owner_id):
            desk.tell(ToPerson(owner_id), Ref(KIND, known(meeting.id)))
    return len(new)


def invite_anew(desk: Desk, meeting: Meeting) -> None:
    """Whoever was invited was invited to another time."""
    for one in guests_of(meetings.participants(desk.db, known(meeting.id))):
        if one.state in {INVITED, COMING}:
            one.state, one.how = TO_INVITE, ""
            one.at, one.by_id = desk.recorded_at, desk.person.id
            meetings.mark(desk.db, one)


def colleagues(db: Transaction, meeting: Meeting) -> list[int]:
    """Everybody of the company who takes part: the organiser first."""
    all_ = meetings.participants(db, known(meeting.id))
    ids = [meeting.owner_id, *(one.person_id for one in all_)]
    return [id_ for id_ in dict.fromkeys(ids) if id_ and load(db, id_)]


def tell_colleagues(desk: Desk, meeting: Meeting, view: str = "") -> None:
    """Everybody of the company who takes part, but whoever does this, reads its card."""
    me = desk.actor.person.id if desk.actor.person else None
    for id_ in colleagues(desk.db, meeting):
        if id_ != me:
            desk.tell(ToPerson(id_), Ref(KIND, known(meeting.id), view))


# --- letters --------------------------------------------------------------------------------------


def reachable(db: Transaction, customer_id: int) -> list[Contact]:
    """The people at a customer who can be written to."""
    here = (one for one in customers.contacts(db, customer_id) if one.left_on is None)
    return [
        one
        for one in here
        if one.email or one.phone or people.accounts_of_contact(db, known(one.id))
    ]


def write_to(desk: Desk, meeting: Meeting, guests: Iterable[Participant]) -> int:
    """Invite these by letter, each of their people once; gives how many customers that reached."""
    about, many = Ref(KIND, known(meeting.id)), 0
    for one in guests:
        contacts = reachable(desk.db, one.customer_id or 0)
        for contact in contacts:
            reach(desk.db, contact)
            card = _letter(desk, meeting, contact, about)
            to, key = ToContact(known(contact.id)), f"{about}:contact{contact.id}"
            desk.tell(to, card, useful_until=meeting.at, repeats=False, replaces=key)
        if contacts:
            one.state, one.how, many = INVITED, SENT, many + 1
            one.at, one.by_id = desk.recorded_at, desk.person.id
            meetings.mark(desk.db, one)
    return many


def _letter(desk: Desk, meeting: Meeting, contact: Contact, about: Ref) -> Card:
    """What a customer reads: when, where, what it is about, and whom to answer."""
    title = T("✉️ {name}, you are invited to our customer meeting", name=contact.name)
    where = (Line(T("Place: {place}", place=meeting.place)),) if meeting.place else ()
    return Card(
        title,
        (
            Line(T("Time: {at}", at=meeting.at)),
            *where,
            *(Line(T("• {point}", point=one)) for one in points(desk.policy.of(MeetingPolicy))),
            Line(T("Please tell {name} whether you can come.", name=desk.person.name)),
        ),
        about,
    )
