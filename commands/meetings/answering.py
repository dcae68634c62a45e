"""What customers who are invited answer: with a button, or in their own words (clause 3.1.1b).

What is plainly a yes or a no is marked, with who of theirs said so; everything else is for the
organiser to read. Whoever answered is told in a sentence what became of it.
"""

from __future__ import annotations

from typing import Annotated

from commands import customers as customer_noun
from commands.kit.card import STAFF, Button, Buttons, Card, Line, Part, Quote, Ref
from commands.kit.command import Command
from commands.kit.desk import Desk
from commands.kit.errors import Refused
from commands.kit.form import Ask, MeetingId
from commands.kit.noun import Found, Look, Matches
from commands.kit.people import Actor, Department, Person, Role, ToPerson, head_of, load
from commands.kit.words import T, Value
from commands.meetings import attendance
from commands.meetings.attendance import read
from commands.meetings.cards import guests_of
from commands.meetings.rules import CLAUSE, KIND, Guest, MeetingPolicy, just_asked, knows
from storage import customers, meetings, people, postings
from storage.database import Transaction, known
from storage.meetings import ANSWERED, COMING, PLANNED, Meeting, Participant
from storage.talk import Talk


def organiser(db: Transaction, meeting: Meeting) -> Person | None:
    """Who reads what customers answer: the organiser, or else the head of sales."""
    found = load(db, meeting.owner_id) if meeting.owner_id else None
    return found or head_of(db, Department.SALES)


def guest(db: Transaction, meeting: Meeting, customer_id: int | None) -> Participant | None:
    """Where it stands with a customer."""
    all_ = guests_of(meetings.participants(db, known(meeting.id)))
    return next((one for one in all_ if one.customer_id == customer_id), None)


def is_asked(look: Look, meeting: Meeting, one: Participant) -> bool:
    """Whether a customer is asked at present whether they come."""
    return meeting.state == PLANNED and meeting.at > look.now and knows(meeting, one)


# --- in their own words ---------------------------------------------------------------------------


def awaited(look: Look, text: str, actor: Actor | None) -> Matches:
    """The meeting that words of a customer answer, though they answer no card.

    Those that speak of coming answer the one that they are invited to; others do where the
    invitation was the last that they read of us, and that not long ago. Clear says that they are
    plainly an answer.
    """
    if actor is None or actor.customer_id is None:
        return Matches()
    said, hours = read(text), look.policy.of(MeetingPolicy).answer_hours
    found, last = asked_of(look, actor.customer_id), _last_read(look.db, actor)
    for meeting, one in found:
        if meeting.id == last and just_asked(one, look.now, hours):
            return _matched(meeting, clear=said is not None or attendance.polite(text))
    if said and said.named and len(found) == 1:
        return _matched(found[0][0], clear=True)
    return Matches()


def _matched(meeting: Meeting, *, clear: bool) -> Matches:
    return Matches((Found(known(meeting.id), meeting.number),), clear=clear)


def asked_of(look: Look, customer_id: int) -> list[tuple[Meeting, Participant]]:
    """The meetings to which a customer is invited at present, and where it stands."""
    found = meetings.of_customer(look.db, customer_id)
    standing = [(meeting, guest(look.db, meeting, customer_id)) for meeting in found]
    return [(meeting, one) for meeting, one in standing if one and is_asked(look, meeting, one)]


def _last_read(db: Transaction, actor: Actor) -> int | None:
    """The meeting that our last card in their chat was about."""
    account = people.account_by_id(db, actor.account_id)
    if account is None or not account.chat:
        return None
    last = postings.last_in(db, account.platform, account.workspace, account.chat)
    return last.subject_id if last and last.kind == KIND else None


def heard(desk: Desk, id_: int, remark: Talk) -> Card | None:
    """What somebody invited says: marked where it is plain, and told to the organiser."""
    meeting = meetings.get(desk.db, id_)
    if meeting is None or desk.actor.role is Role.STAFF or attendance.polite(remark.text):
        return None
    one = guest(desk.db, meeting, desk.actor.customer_id)
    said = None if remark.files or remark.passed_by else read(remark.text)
    words = Quote(remark.text or "📷", remark.name, STAFF)
    if said and one and is_asked(desk, meeting, one):
        return answered(desk, meeting, one, said.state, (words,), more=said.named)
    name = customer_noun.name_of(desk.db, desk.actor.customer_id or 0) or "?"
    title = T("💬 {number} {customer}: the customer says", number=meeting.number, customer=name)
    _tell(desk, meeting, title, (words,))
    values = _of(desk.db, meeting)
    told = T("I have passed it on to {organiser}, who organises the meeting of {at}.", **values)
    return Card(told, (), Ref(KIND, id_))


# --- marked ---------------------------------------------------------------------------------------


def answered(
    desk: Desk,
    meeting: Meeting,
    one: Participant,
    state: Guest,
    words: tuple[Part, ...] = (),
    *,
    more: bool = False,
) -> Card:
    """Mark what one of a customer's people answers, and tell the organiser; gives what they read.

    Who does not come speaks for themselves alone where a colleague of theirs is coming. The same
    answer is told again only where the words may say `more`, such as how many come.
    """
    other = _who_comes(desk.db, one)
    stays = state is Guest.NOT_COMING and other not in {None, desk.actor.contact_id}
    same = (one.state, one.contact_id) == (state.value, desk.actor.contact_id)
    if not stays:
        _mark(desk, meeting, one, state)
    if more or not same:
        kept = (_still(desk.db, one, other),) if stays and other else ()
        _tell(desk, meeting, _says(desk, meeting, one, state), (*words, *kept))
    return Card(_thanks(desk.db, meeting, state), (), Ref(KIND, known(meeting.id)))


def _thanks(db: Transaction, meeting: Meeting, state: Guest) -> T:
    values = _of(db, meeting)
    if state is Guest.COMING:
        return T("Thank you: {organiser} knows that you come on {at}.", **values)
    return T("Thank you for telling us: {organiser} knows that you can't come on {at}.", **values)


def _of(db: Transaction, meeting: Meeting) -> dict[str, Value]:
    """Whose meeting it is, and when."""
    person = organiser(db, meeting)
    return {"organiser": person.name if person else T("our colleague"), "at": meeting.at}


def _who_comes(db: Transaction, one: Participant) -> int | None:
    """Who of theirs said that they come."""
    return one.contact_id if one.state == COMING and one.how == ANSWERED else None


def _mark(desk: Desk, meeting: Meeting, one: Participant, state: Guest) -> None:
    one.state, one.how = state.value, ANSWERED
    one.at, one.by_id, one.contact_id = desk.recorded_at, None, desk.actor.contact_id
    meetings.mark(desk.db, one)
    after = {"customer": one.customer_id, "contact": one.contact_id, "state": state.value}
    desk.change(Ref(KIND, known(meeting.id)), None, after)


def _still(db: Transaction, one: Participant, contact_id: int) -> Line:
    contact = customers.contact(db, contact_id)
    name = contact.name if contact else "?"
    return Line(T("They stay marked as coming: {name} is.", name=name), STAFF)


def _says(desk: Desk, meeting: Meeting, one: Participant, state: Guest) -> T:
    values: dict[str, Value] = {
        "number": meeting.number,
        "customer": customer_noun.name_of(desk.db, one.customer_id or 0) or "?",
        "name": _name(desk),
    }
    if state is Guest.COMING:
        return T("💬 {number} {customer}: {name} is coming", **values)
    return T("💬 {number} {customer}: {name} is not coming", **values)


def _name(desk: Desk) -> str:
    contact = customers.contact(desk.db, desk.actor.contact_id) if desk.actor.contact_id else None
    return contact.name if contact else desk.actor.name


def _tell(desk: Desk, meeting: Meeting, title: T, parts: tuple[Part, ...]) -> None:
    about, to = Ref(KIND, known(meeting.id)), organiser(desk.db, meeting)
    row = Buttons((Button(T("Invitations"), "meeting_guests", {}, about),), STAFF)
    if to:
        desk.tell(ToPerson(to.id), Card(title, (*parts, row), about))


# --- with a button --------------------------------------------------------------------------------


class Answer(
    Command,
    name="meeting_answer",
    aliases=("答复会议邀请",),
    who={Role.CONTACT},
    clause=CLAUSE,
    on=KIND,
):
    """Answer an invitation."""

    meeting: Annotated[MeetingId, Ask("Which meeting?", "Meeting")]
    comes: Annotated[bool, Ask("Are you coming?", "Coming")]

    def run(self, desk: Desk) -> Card:
        """The organiser is told; another answer may follow until the meeting begins."""
        meeting = meetings.get(desk.db, self.meeting)
        assert meeting is not None
        one = guest(desk.db, meeting, desk.actor.customer_id)
        if meeting.state == meetings.CANCELLED:
            raise Refused(T("The customer meeting of {at} is cancelled.", at=meeting.at))
        if meeting.state != PLANNED or meeting.at <= desk.recorded_at:
            raise Refused(T("This meeting has begun already."))
        if one is None or not is_asked(desk, meeting, one):
            raise Refused(T("The meeting is being moved. You will hear from us when it will be."))
        return answered(desk, meeting, one, Guest.COMING if self.comes else Guest.NOT_COMING)
