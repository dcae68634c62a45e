"""Who is invited, who comes, who came: marked with one tap (clause 3.1.1b)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Annotated

from commands import customers as customer_noun
from commands.kit.card import STAFF, Button, Buttons, Card, Line, Note, Part, Ref
from commands.kit.command import Command
from commands.kit.desk import Desk
from commands.kit.errors import Invalid, Refused
from commands.kit.form import Ask, CustomerId, MeetingId, PersonId
from commands.kit.noun import Look
from commands.kit.people import Role, ToPerson, load
from commands.kit.words import T, Value
from commands.meetings import inviting, telling
from commands.meetings.cards import GUESTS, guests_of, names_of, to_tell, with_people
from commands.meetings.planning import found
from commands.meetings.rules import CLAUSE, KIND, ORGANISERS, Guest, to_be_told
from storage import customers, meetings, people
from storage.customers import Contact
from storage.database import Json, Transaction, known
from storage.meetings import (
    ANSWERED,
    BY_HAND,
    CAME,
    CANCELLED,
    COMING,
    HELD,
    INVITED,
    NOT_COMING,
    PLANNED,
    SENT,
    TO_INVITE,
    Meeting,
    Participant,
)

SHOWN = 12
# What can be said next of a customer, by where it stands: before a meeting, and afterwards.
BEFORE = {
    TO_INVITE: (Guest.INVITED,),
    INVITED: (Guest.COMING, Guest.NOT_COMING),
    COMING: (Guest.NOT_COMING,),
    NOT_COMING: (Guest.COMING,),
    CAME: (Guest.NOT_COMING,),
}
AFTERWARDS = {
    TO_INVITE: (Guest.CAME,),
    INVITED: (Guest.CAME, Guest.NOT_COMING),
    COMING: (Guest.CAME, Guest.NOT_COMING),
    NOT_COMING: (Guest.CAME,),
    CAME: (Guest.NOT_COMING,),
}
NEXT = {PLANNED: BEFORE, HELD: AFTERWARDS}


def card(look: Look, id_: int, _told: str) -> Card:
    """Each customer that is invited, with what can be said next of it."""
    meeting = meetings.get(look.db, id_)
    if meeting is None:
        return Card(T("This is no longer here."))
    about = Ref(KIND, id_)
    all_ = guests_of(meetings.participants(look.db, id_))
    title = T("📨 {number}: invitations, {at:clock}", number=meeting.number, at=meeting.at)
    order = sorted(all_, key=lambda one: list(BEFORE).index(one.state))
    rows = [part for one in order[:SHOWN] for part in _row(look, meeting, one, about)]
    more = len(order) - SHOWN
    rest = (Note(T("and {n} more customer", "and {n} more customers", n=more)),) if more > 0 else ()
    return Card(title, (*rows, *rest, *_verbs(meeting, all_, about)), about)


def _row(look: Look, meeting: Meeting, one: Participant, about: Ref) -> Iterable[Part]:
    name = customer_noun.name_of(look.db, one.customer_id or 0) or "?"
    anew = to_be_told(meeting, one, look.now)
    yield Line(_line(look.db, one, name, anew=anew), STAFF)
    if meeting.state in NEXT:
        can = NEXT[meeting.state][one.state]
        yield Buttons(tuple(_mark(state, name, one, about, anew=anew) for state in can), STAFF)


def _mark(state: Guest, name: str, one: Participant, about: Ref, *, anew: bool) -> Button:
    by_phone = T("{name}: invited by phone", name=name)
    if anew:
        by_phone = T("{name}: told by phone", name=name)
    label, does = {
        Guest.INVITED: (by_phone, "meeting_invited"),
        Guest.COMING: (T("{name}: coming", name=name), "meeting_coming"),
        Guest.NOT_COMING: (T("{name}: not coming", name=name), "meeting_absent"),
        Guest.CAME: (T("{name}: came", name=name), "meeting_came"),
    }[state]
    return Button(label, does, {"customer": one.customer_id}, about)


def _line(db: Transaction, one: Participant, name: str, *, anew: bool) -> T:
    who = with_people(db, one, name)
    values: dict[str, Value] = {"who": who, "state": Guest(one.state).words, "at": one.at}
    by: people.Person | Contact | None = people.get(db, one.by_id) if one.by_id else None
    if one.contact_id:
        by = customers.contact(db, one.contact_id)
    values["by"] = by.name if by else "?"
    if anew and one.was:
        values |= {"state": Guest(one.was).words, "was": one.told_for}
        return T("☐ {who}: to be told of the change ({was:clock}: {state})", **values)
    if one.state == TO_INVITE:
        return T("☐ {who}: {state}", **values)
    if one.how == SENT:
        return T("☑ {who}: {state}, written to {at:clock}", **values)
    if one.how == ANSWERED:
        return T("☑ {who}: {state}, answered by {by} {at:clock}", **values)
    return T("☑ {who}: {state}, says {by} {at:clock}", **values)


def _verbs(meeting: Meeting, all_: list[Participant], about: Ref) -> Iterable[Part]:
    if meeting.state == PLANNED:
        waiting = any(one.state == TO_INVITE for one in all_)
        sends = (
            Button(T("Send invitations"), "meeting_send", {}, about, style="primary"),
            Button(T("All invited by phone"), "meeting_all_invited", {}, about),
        )
        add = Button(T("Invite a customer"), "meeting_invite", {}, about)
        every = Button(T("Invite all important ones"), "meeting_invite_all", {}, about)
        yield Buttons((*(sends if waiting else ()), add, every), STAFF)
    if meeting.state == HELD and any(one.state == COMING for one in all_):
        yield Buttons((Button(T("All of them came"), "meeting_all_came", {}, about),), STAFF)


def _shown(desk: Desk, about: Ref, after: dict[str, Json]) -> Ref:
    """What changed, on the card of the invitations."""
    desk.change(about, None, after)
    shown = Ref(KIND, about.id, GUESTS)
    desk.moved.add(shown)
    return shown


# --- commands -------------------------------------------------------------------------------------


class ShowGuests(
    Command, name="meeting_guests", aliases=("会议邀请",), who={Role.STAFF}, clause=CLAUSE, on=KIND
):
    """Show who is invited."""

    meeting: Annotated[MeetingId, Ask("Which meeting?", "Meeting")]

    def run(self, desk: Desk) -> Ref:
        """Each customer, with what can be said next of it."""
        return Ref(KIND, self.meeting, GUESTS)


class Invite(
    Command,
    name="meeting_invite",
    aliases=("邀请客户参会",),
    who=ORGANISERS,
    clause=CLAUSE,
    on=KIND,
):
    """Invite customers."""

    meeting: Annotated[MeetingId, Ask("Which meeting?", "Meeting")]
    customers: Annotated[str, Ask("Which customers? Names, or “all important”", "Customers")]

    def run(self, desk: Desk) -> Ref:
        """They stand on its card, to be invited by letter or by phone."""
        meeting = found(desk, self.meeting, PLANNED)
        ids, rest = inviting.named(desk, self.customers)
        if rest:
            raise Invalid("customers", T("There is no customer called “{said}”.", said=rest))
        return _invited(desk, meeting, ids)


class InviteAll(
    Command,
    name="meeting_invite_all",
    aliases=("邀请全部重点客户",),
    who=ORGANISERS,
    clause=CLAUSE,
    on=KIND,
):
    """Invite important ones."""

    meeting: Annotated[MeetingId, Ask("Which meeting?", "Meeting")]

    def run(self, desk: Desk) -> Ref:
        """Every important customer of today."""
        meeting = found(desk, self.meeting, PLANNED)
        return _invited(desk, meeting, inviting.important(desk.db))


def _invited(desk: Desk, meeting: Meeting, ids: list[int]) -> Ref:
    many = inviting.invite(desk, meeting, ids)
    desk.done = T(
        "{n} more customer is to be invited", "{n} more customers are to be invited", n=many
    )
    return _shown(desk, Ref(KIND, known(meeting.id)), {"invited": ids})


class Send(
    Command, name="meeting_send", aliases=("发送会议邀请",), who=ORGANISERS, clause=CLAUSE, on=KIND
):
    """Send invitations."""

    meeting: Annotated[MeetingId, Ask("Which meeting?", "Meeting")]

    def run(self, desk: Desk) -> Ref:
        """To everybody at the customers who are still to be invited, once each."""
        meeting = found(desk, self.meeting, PLANNED)
        if meeting.at <= desk.recorded_at:
            raise Refused(T("This meeting has begun already."))
        all_ = guests_of(meetings.participants(desk.db, self.meeting))
        waiting = [one for one in all_ if one.state == TO_INVITE]
        many = telling.write_to(desk, meeting, waiting)
        if not many:
            raise Refused(
                T("Nobody who is to be invited can be written to. Call, then mark them as invited.")
            )
        desk.done = T("{n} customer is invited", "{n} customers are invited", n=many)
        return _shown(desk, Ref(KIND, self.meeting), {"written to": many})


class Invited(
    Command, name="meeting_invited", aliases=("已电话邀请",), who=ORGANISERS, clause=CLAUSE, on=KIND
):
    """Invited by phone."""

    meeting: Annotated[MeetingId, Ask("Which meeting?", "Meeting")]
    customer: Annotated[CustomerId, Ask("Which customer?", "Customer")]

    def run(self, desk: Desk) -> Ref:
        """A colleague has invited this customer."""
        return _marked(desk, found(desk, self.meeting, PLANNED), self.customer, Guest.INVITED)


class Told(
    Command,
    name="meeting_told",
    aliases=("已电话告知取消",),
    who=ORGANISERS,
    clause=CLAUSE,
    on=KIND,
):
    """Told by phone."""

    meeting: Annotated[MeetingId, Ask("Which meeting?", "Meeting")]
    customer: Annotated[CustomerId, Ask("Which customer?", "Customer")]

    def run(self, desk: Desk) -> Ref:
        """A colleague has told this customer that the meeting is cancelled."""
        meeting = found(desk, self.meeting, PLANNED, HELD, CANCELLED)
        waiting = to_tell(desk.db, meeting, desk.recorded_at)
        one = next((one for one in waiting if one.customer_id == self.customer), None)
        if meeting.state != CANCELLED or one is None:
            raise Refused(T("There is nobody of whom that can be said."))
        one.off_at = desk.recorded_at
        meetings.mark(desk.db, one)
        about = Ref(KIND, self.meeting)
        desk.change(about, None, {"told": one.customer_id})
        desk.done = T("{name}: told that it is cancelled", name=names_of(desk.db, [one]))
        return about


class Coming(
    Command, name="meeting_coming", aliases=("登记参加",), who=ORGANISERS, clause=CLAUSE, on=KIND
):
    """A customer is coming."""

    meeting: Annotated[MeetingId, Ask("Which meeting?", "Meeting")]
    customer: Annotated[CustomerId, Ask("Which customer?", "Customer")]

    def run(self, desk: Desk) -> Ref:
        """It has said so."""
        return _marked(desk, found(desk, self.meeting), self.customer, Guest.COMING)


class Absent(
    Command, name="meeting_absent", aliases=("登记不参加",), who=ORGANISERS, clause=CLAUSE, on=KIND
):
    """A customer is not coming."""

    meeting: Annotated[MeetingId, Ask("Which meeting?", "Meeting")]
    customer: Annotated[CustomerId, Ask("Which customer?", "Customer")]

    def run(self, desk: Desk) -> Ref:
        """It has said so, or was not there."""
        return _marked(desk, found(desk, self.meeting), self.customer, Guest.NOT_COMING)


class Came(
    Command, name="meeting_came", aliases=("登记到会",), who=ORGANISERS, clause=CLAUSE, on=KIND
):
    """A customer came."""

    meeting: Annotated[MeetingId, Ask("Which meeting?", "Meeting")]
    customer: Annotated[CustomerId, Ask("Which customer?", "Customer")]

    def run(self, desk: Desk) -> Ref:
        """It was there."""
        meeting = found(desk, self.meeting)
        if meeting.state != HELD:
            raise Refused(T("The meeting was not held yet."))
        return _marked(desk, meeting, self.customer, Guest.CAME)


class AllInvited(
    Command,
    name="meeting_all_invited",
    aliases=("全部已电话邀请",),
    who=ORGANISERS,
    clause=CLAUSE,
    on=KIND,
):
    """All invited by phone."""

    meeting: Annotated[MeetingId, Ask("Which meeting?", "Meeting")]

    def run(self, desk: Desk) -> Ref:
        """A colleague has invited whoever was to be invited."""
        meeting = found(desk, self.meeting, PLANNED)
        return _all_marked(desk, meeting, TO_INVITE, Guest.INVITED)


class AllCame(
    Command, name="meeting_all_came", aliases=("应到全到",), who=ORGANISERS, clause=CLAUSE, on=KIND
):
    """All of them came."""

    meeting: Annotated[MeetingId, Ask("Which meeting?", "Meeting")]

    def run(self, desk: Desk) -> Ref:
        """Whoever had said that they would come did."""
        return _all_marked(desk, found(desk, self.meeting, HELD), COMING, Guest.CAME)


def _all_marked(desk: Desk, meeting: Meeting, was: str, state: Guest) -> Ref:
    """Whoever stood there stands here now."""
    all_ = guests_of(meetings.participants(desk.db, known(meeting.id)))
    these = [one for one in all_ if one.state == was]
    if not these:
        raise Refused(T("There is nobody of whom that can be said."))
    return _told(desk, meeting, these, state)


def _marked(desk: Desk, meeting: Meeting, customer_id: int, state: Guest) -> Ref:
    """What a colleague knows of a customer; one that was not named before is from now on."""
    all_ = guests_of(meetings.participants(desk.db, known(meeting.id)))
    one = next((one for one in all_ if one.customer_id == customer_id), None)
    if one is None:
        one = Participant(meeting_id=known(meeting.id), customer_id=customer_id)
        one.id = meetings.join(desk.db, one)
    return _told(desk, meeting, [one], state)


def _told(desk: Desk, meeting: Meeting, these: Sequence[Participant], state: Guest) -> Ref:
    for one in these:
        one.state, one.how = state.value, BY_HAND
        one.at, one.by_id, one.contact_id = desk.recorded_at, desk.person.id, None
        telling.learned(desk, meeting, one, BY_HAND)
        meetings.mark(desk.db, one)
    desk.done = T("{name}: {state}", name=names_of(desk.db, these), state=state.words)
    after: dict[str, Json] = {"customers": [one.customer_id for one in these], "state": state.value}
    return _shown(desk, Ref(KIND, known(meeting.id)), after)


class AddColleague(
    Command,
    name="meeting_colleague",
    aliases=("添加参会同事",),
    who=ORGANISERS,
    clause=CLAUSE,
    on=KIND,
):
    """Add a colleague."""

    meeting: Annotated[MeetingId, Ask("Which meeting?", "Meeting")]
    colleague: Annotated[PersonId, Ask("Who takes part?", "Colleague")]

    def run(self, desk: Desk) -> Ref:
        """They are told, and reminded a day ahead."""
        meeting = found(desk, self.meeting, PLANNED)
        person = load(desk.db, self.colleague)
        if person is None:
            raise Invalid("colleague", T("That person does not work here any more."))
        if person.id in inviting.colleagues(desk.db, meeting):
            raise Refused(T("{name} takes part already.", name=person.name))
        one = Participant(meeting_id=self.meeting, person_id=person.id, state=COMING)
        meetings.join(desk.db, one)
        about = Ref(KIND, self.meeting)
        desk.change(about, None, {"colleague": person.id})
        if person.id != desk.person.id:
            desk.tell(ToPerson(person.id), about)
        desk.done = T("{name} takes part in {number}", name=person.name, number=meeting.number)
        return about
