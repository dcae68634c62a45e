"""What customers are told of a meeting: that they are invited, that it is moved, that it is off.

Whoever was told of it by letter is told of a change by letter, each of their people once for each
change; whoever was told by phone stands on the card, to be called (clause 3.1.1b).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from commands.care.sending import reach
from commands.kit.card import PUBLIC, Button, Buttons, Card, Line, Part, Ref
from commands.kit.desk import Desk
from commands.kit.people import ToContact
from commands.kit.words import T, Value
from commands.meetings.agenda import LEARN, TELL
from commands.meetings.cards import guests_of
from commands.meetings.rules import KIND, MeetingPolicy, knows, still_of_use, to_be_told
from storage import backlog, customers, letters, meetings, people
from storage.customers import Contact
from storage.database import Transaction, known
from storage.meetings import BY_HAND, INVITED, SENT, TO_INVITE, Meeting, Participant


def reachable(db: Transaction, customer_id: int) -> list[Contact]:
    """The people at a customer who can be written to."""
    here = (one for one in customers.contacts(db, customer_id) if one.left_on is None)
    return [
        one
        for one in here
        if one.email or one.phone or people.accounts_of_contact(db, known(one.id))
    ]


# --- what they know -------------------------------------------------------------------------------


def moved(desk: Desk, meeting: Meeting) -> int:
    """Whoever knows of another time or place is to be told; gives how many customers that is.

    What they had said is kept: it stands again where the meeting is moved back to what they know.
    """
    many = 0
    for one in guests_of(meetings.participants(desk.db, known(meeting.id))):
        if not one.told_how:
            continue
        if not knows(meeting, one):
            many += 1
            one.was, one.state = one.was or one.state, TO_INVITE
        elif one.was:
            one.state, one.was = one.was, ""
        meetings.mark(desk.db, one)
    return many


def learned(desk: Desk, meeting: Meeting, one: Participant, how: str) -> None:
    """They know of the meeting as it stands, from now on and in this way if they did not before."""
    if not knows(meeting, one):
        one.told_how, one.told_at = how, desk.recorded_at
        one.told_for, one.told_place = meeting.at, meeting.place
    one.was = ""


# --- letters --------------------------------------------------------------------------------------


def write_to(desk: Desk, meeting: Meeting, guests: Iterable[Participant]) -> int:
    """Invite these by letter, or tell them the new time, each of their people once.

    Gives how many customers that reached.
    """
    about, many = Ref(KIND, known(meeting.id)), 0
    heard = backlog.written_to(desk.db, KIND, about.id)
    for one in guests:
        contacts = reachable(desk.db, one.customer_id or 0)
        for contact in contacts:
            anew = bool(one.told_how) and (one.told_how == BY_HAND or contact.id in heard)
            letter = _moved if anew else _invitation
            _write(desk, meeting, one, contact, letter(desk, meeting, one, contact))
        if contacts:
            many += 1
            _invited(desk, meeting, one)
    return many


def _invited(desk: Desk, meeting: Meeting, one: Participant) -> None:
    """What they had said stands where only the place is another."""
    if one.was and one.told_for == meeting.at:
        one.state = one.was
    else:
        one.state, one.how, one.contact_id = INVITED, SENT, None
        one.at, one.by_id = desk.recorded_at, desk.person.id
    learned(desk, meeting, one, SENT)
    meetings.mark(desk.db, one)


def call_off(desk: Desk, meeting: Meeting) -> list[Participant]:
    """Tell by letter those who were written to that it is cancelled; gives whom that reached.

    What they had said before it was moved stands again: nobody is to be invited any more.
    """
    reached = []
    for one in guests_of(meetings.participants(desk.db, known(meeting.id))):
        one.state, one.was = one.was or one.state, ""
        if one.told_how == SENT and to_be_told(meeting, one, desk.recorded_at):
            reached += [one] if _called_off(desk, meeting, one) else []
        meetings.mark(desk.db, one)
    return reached


def _called_off(desk: Desk, meeting: Meeting, one: Participant) -> bool:
    """A letter to each of their people who was written to, unless that waits still to be sent."""
    here = reachable(desk.db, one.customer_id or 0)
    unsent = sum(letters.withdraw(desk.db, _key(meeting, contact)) for contact in here)
    heard = backlog.written_to(desk.db, KIND, known(meeting.id))
    contacts = [contact for contact in here if contact.id in heard]
    for contact in contacts:
        _write(desk, meeting, one, contact, _cancelled(desk, meeting, one, contact))
    if contacts:
        one.off_at = desk.recorded_at
    elif unsent:
        one.told_how, one.state = "", TO_INVITE
    return bool(contacts)


def _write(desk: Desk, meeting: Meeting, one: Participant, contact: Contact, card: Card) -> None:
    reach(desk.db, contact)
    desk.tell(
        ToContact(known(contact.id)),
        card,
        useful_until=still_of_use(meeting, one),
        repeats=False,
        replaces=_key(meeting, contact),
    )


def _key(meeting: Meeting, contact: Contact) -> str:
    """What is not sent yet is replaced by what is told next."""
    return f"{KIND}{meeting.id}:contact{contact.id}"


def _invitation(desk: Desk, meeting: Meeting, _one: Participant, contact: Contact) -> Card:
    """What a customer reads: when, where, what it is about, and whom to answer."""
    title = T("✉️ {name}, you are invited to our customer meeting", name=contact.name)
    spoken_of = _points(desk.policy.of(MeetingPolicy))
    about = Ref(KIND, known(meeting.id))
    return Card(title, (*_when_and_where(meeting), *spoken_of, *_asked(desk, about)), about)


def _points(policy: MeetingPolicy) -> Iterator[Line]:
    """What the policy wants spoken of, as it is said to a customer; what was added is ours."""
    for point in policy.points(TELL):
        yield Line(T("• We tell you: {point}", point=point))
    for point in policy.points(LEARN):
        yield Line(T("• We would like to hear from you: {point}", point=point))


def _moved(desk: Desk, meeting: Meeting, one: Participant, contact: Contact) -> Card:
    """The same to somebody who knows of another time or place."""
    was, at = one.told_for or meeting.at, meeting.at
    values: dict[str, Value] = {"name": contact.name, "was": was, "at": at}
    if was == at:
        title = T("✉️ {name}, our customer meeting of {at} is at another place", **values)
    else:
        title = T("✉️ {name}, our customer meeting of {was} is moved to {at}", **values)
    about = Ref(KIND, known(meeting.id))
    return Card(title, (*_when_and_where(meeting), *_asked(desk, about)), about)


def _cancelled(desk: Desk, meeting: Meeting, one: Participant, contact: Contact) -> Card:
    """It will not be; why is ours."""
    at = one.told_for or meeting.at
    title = T("✉️ {name}, our customer meeting of {at} is cancelled", name=contact.name, at=at)
    sorry = T("We are sorry for the trouble. {name} answers your questions.", name=desk.person.name)
    return Card(title, (Line(sorry),), Ref(KIND, known(meeting.id)))


def _when_and_where(meeting: Meeting) -> Iterator[Line]:
    yield Line(T("Time: {at}", at=meeting.at))
    if meeting.place:
        yield Line(T("Place: {place}", place=meeting.place))


def _asked(desk: Desk, about: Ref) -> Iterator[Part]:
    """In a chat two buttons answer; by e-mail and by text message there are none."""
    yield Line(T("Please tell {name} whether you can come.", name=desk.person.name))
    comes = Button(T("I am coming"), "meeting_answer", {"comes": True}, about, style="primary")
    stays = Button(T("I can't come"), "meeting_answer", {"comes": False}, about)
    yield Buttons((comes, stays), PUBLIC)
