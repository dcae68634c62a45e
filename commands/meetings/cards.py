"""A meeting's card: when and where, who takes part, what was said and agreed, what can be done."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from commands import customers as customer_noun
from commands.files import attached
from commands.kit.calendar import local_day
from commands.kit.card import (
    STAFF,
    Button,
    Buttons,
    Card,
    Facts,
    Line,
    Part,
    Quote,
    Ref,
)
from commands.kit.limits import OPTION, shortened
from commands.kit.noun import Look
from commands.kit.words import T, Value, Words, listed
from commands.meetings.rules import KIND, Guest, to_be_told
from commands.said import lost, said_lately
from storage import actions, customers, meetings, people
from storage.actions import Action
from storage.database import Transaction, known
from storage.meetings import CANCELLED, HELD, PLANNED, Meeting, Participant

NAMED, PEOPLE = 8, 3
GUESTS, AGENDA, EVE, AFTER = "guests", "agenda", "eve", "after"


def card(look: Look, id_: int) -> Card:
    """The card that is posted and redrawn."""
    meeting = meetings.get(look.db, id_)
    if meeting is None:
        return Card(T("This is no longer here."))
    about = Ref(KIND, id_)
    parts = (
        *_where(look, meeting),
        *_taking_part(look, meeting),
        *_called_off(look, meeting),
        *_minutes(look, meeting),
        *_actions(look, id_),
        *attached(look, about),
        *said_lately(look, about),
        *lost(look, about),
        *_verbs(look, meeting, about),
    )
    return Card(title_of(meeting), parts, about)


def title_of(meeting: Meeting) -> T:
    """What it is, when, and whether it was held."""
    values: dict[str, Value] = {"number": meeting.number, "at": meeting.at}
    match meeting.state:
        case meetings.HELD:
            return T("✅ {number}: customer meeting held {at:clock}", **values)
        case meetings.CANCELLED:
            return T("⏹ {number}: customer meeting {at:clock} cancelled", **values)
        case _:
            return T("📅 {number}: customer meeting {at:clock}", **values)


def line_of(meeting: Meeting) -> T:
    """One of several meetings."""
    values: dict[str, Value] = {"number": meeting.number, "at": meeting.at}
    if meeting.state == HELD:
        return T("☑ {number}: held {at:clock}", **values)
    return T("☐ {number}: planned for {at:clock}", **values)


def _where(look: Look, meeting: Meeting) -> Iterable[Part]:
    owner = people.get(look.db, meeting.owner_id) if meeting.owner_id else None
    day = local_day(meeting.at, look.zone)
    rows: list[tuple[Words, Words]] = [(T("Day"), T("{day:weekday}", day=day))]
    if meeting.place:
        rows.append((T("Place"), meeting.place))
    rows.append((T("Organiser"), owner.name if owner else T("nobody yet")))
    yield Facts(tuple(rows), STAFF)


# --- who takes part -------------------------------------------------------------------------------


def guests_of(all_: Iterable[Participant]) -> list[Participant]:
    """The customers among those who take part."""
    return [one for one in all_ if one.customer_id]


def to_tell(db: Transaction, meeting: Meeting, now: datetime) -> list[Participant]:
    """The customers who know of the meeting, but not that it was moved or cancelled."""
    all_ = guests_of(meetings.participants(db, known(meeting.id)))
    return [one for one in all_ if to_be_told(meeting, one, now)]


def _taking_part(look: Look, meeting: Meeting) -> Iterable[Part]:
    all_ = meetings.participants(look.db, known(meeting.id))
    for head, these in _by_standing(look, meeting, guests_of(all_)):
        if these:
            names = names_of(look.db, these)
            yield Line(T("{state} ({n}): {names}", state=head, n=len(these), names=names), STAFF)
    if not guests_of(all_):
        yield Line(T("No customer is invited yet."), STAFF)
    colleagues = [people.get(look.db, one.person_id) for one in all_ if one.person_id]
    if colleagues:
        names = _colleagues([one.name for one in colleagues if one])
        yield Line(T("Colleagues: {names}", names=names), STAFF)


def _by_standing(
    look: Look, meeting: Meeting, guests: Sequence[Participant]
) -> Iterable[tuple[T, list[Participant]]]:
    """Customers by where they stand: who knows of another time, or place, before all others."""
    moved = [one for one in guests if one.was and to_be_told(meeting, one, look.now)]
    yield T("To be told of the change"), moved
    for state in Guest:
        yield _head(state), [one for one in guests if one.state == state and one not in moved]


def _head(state: Guest) -> T:
    return {
        Guest.TO_INVITE: T("To be invited"),
        Guest.INVITED: T("Invited, no answer yet"),
        Guest.COMING: T("Coming"),
        Guest.NOT_COMING: T("Not coming"),
        Guest.CAME: T("Came"),
    }[state]


def names_of(db: Transaction, these: Sequence[Participant]) -> Words:
    """So many of these customers by name, and how many more there are."""
    return _some([_customer(db, one) for one in these])


def _some(customers_: Sequence[Words]) -> Words:
    more, told = len(customers_) - NAMED, _listed(customers_)
    if more <= 0:
        return told
    return T("{names} and {n} more customer", "{names} and {n} more customers", names=told, n=more)


def _colleagues(names: Sequence[Words]) -> Words:
    more, told = len(names) - NAMED, _listed(names)
    return T("{names} and {n} more", names=told, n=more) if more > 0 else told


def _listed(names: Sequence[Words]) -> Words:
    return listed(list(names[:NAMED]))


def _customer(db: Transaction, one: Participant) -> str:
    return customer_noun.name_of(db, one.customer_id or 0) or "?"


def with_people(db: Transaction, one: Participant, name: str) -> Words:
    """A customer with whom to call there, and under which number."""
    here = [c for c in customers.contacts(db, one.customer_id or 0) if c.left_on is None]
    told = [" ".join(filter(None, (c.name, c.title, c.phone))) for c in here[:PEOPLE]]
    return T("{name} ({people})", name=name, people=listed(told)) if told else name


def _called_off(look: Look, meeting: Meeting) -> Iterable[Part]:
    """Why it is cancelled, whom that has to be told, and who knows."""
    if meeting.reason:
        yield Quote(meeting.reason, T("reason"), STAFF)
    if meeting.state != CANCELLED:
        return
    all_ = guests_of(meetings.participants(look.db, known(meeting.id)))
    if told := [one for one in all_ if one.off_at]:
        yield Line(T("Told that it is cancelled: {names}", names=names_of(look.db, told)), STAFF)
    if waiting := to_tell(look.db, meeting, look.now):
        names = _some([with_people(look.db, one, _customer(look.db, one)) for one in waiting])
        yield Line(T("Please tell those who were invited: {names}", names=names), STAFF)
        about = Ref(KIND, known(meeting.id))
        yield Buttons(tuple(_told(look.db, one, about) for one in waiting[:NAMED]), STAFF)


def _told(db: Transaction, one: Participant, about: Ref) -> Button:
    label = T("{name}: told by phone", name=_customer(db, one))
    return Button(label, "meeting_told", {"customer": one.customer_id}, about)


# --- what was said and agreed ---------------------------------------------------------------------


def _minutes(look: Look, meeting: Meeting) -> Iterable[Part]:
    if meeting.minutes_at is None:
        if meeting.state == HELD:
            yield Line(T("☐ The minutes are to be written."), STAFF)
        return
    by = people.get(look.db, meeting.minutes_by_id) if meeting.minutes_by_id else None
    name = by.name if by else "?"
    yield Quote(
        meeting.minutes, T("minutes by {name}, {at:clock}", name=name, at=meeting.minutes_at), STAFF
    )


def _actions(look: Look, id_: int) -> Iterable[Part]:
    for action in actions.on(look.db, id_):
        yield Line(action_line(look, action), STAFF)


def action_line(look: Look, action: Action) -> T:
    """An action, who does it, by when, and what came of it."""
    owner = people.get(look.db, action.owner_id) if action.owner_id else None
    values: dict[str, Value] = {
        "text": shortened(action.text, OPTION),
        "owner": owner.name if owner else "?",
        "day": action.by_day,
    }
    if action.state == actions.DONE:
        return T("☑ {text}: {owner}, done {at:near}", at=action.ended_at, **values)
    if action.state == actions.EXCUSED:
        return T("○ {text}: {owner}, excused: {reason}", reason=action.how, **values)
    if action.by_day < local_day(look.now, look.zone):
        return T("🔴 {text}: {owner}, was due {day:weekday}", **values)
    return T("☐ {text}: {owner}, by {day:weekday}", **values)


# --- what can be done -----------------------------------------------------------------------------


def _verbs(look: Look, meeting: Meeting, about: Ref) -> Iterable[Part]:
    agenda = Button(T("Agenda"), "meeting_agenda", {}, about)
    if meeting.state == PLANNED:
        yield Buttons((*_planned(look, meeting, about), agenda))
        yield Buttons((*_sending(look, meeting, about), *_inviting(about)))
    if meeting.state == HELD:
        yield Buttons(_recording(meeting, about))
        yield Buttons((agenda, Button(T("Invitations"), "meeting_guests", {}, about), _not(about)))


def _planned(look: Look, meeting: Meeting, about: Ref) -> tuple[Button, ...]:
    move = Button(T("Another time…"), "meeting_move", {}, about)
    cancel = Button(T("Cancel…"), "meeting_cancel", {}, about, style="danger")
    if meeting.at > look.now:
        return (move, cancel)
    held = Button(T("It was held"), "meeting_held", {}, about, style="primary")
    return (held, *_recording(meeting, about)[:-1], move, cancel)


def _sending(look: Look, meeting: Meeting, about: Ref) -> Iterable[Button]:
    """Whoever knows of another time, or place, is written to with one tap."""
    if meeting.at > look.now and to_tell(look.db, meeting, look.now):
        yield Button(T("Send invitations"), "meeting_send", {}, about, style="primary")


def _inviting(about: Ref) -> tuple[Button, ...]:
    return (
        Button(T("Invitations"), "meeting_guests", {}, about),
        Button(T("Invite a customer"), "meeting_invite", {}, about),
        Button(T("Invite all important ones"), "meeting_invite_all", {}, about),
        Button(T("Add a colleague"), "meeting_colleague", {}, about),
        Button(T("Add to the agenda"), "meeting_topic", {}, about),
    )


def _recording(meeting: Meeting, about: Ref) -> tuple[Button, ...]:
    write = T("Change the minutes") if meeting.minutes_at else T("Write the minutes")
    style = "" if meeting.minutes_at or meeting.state == PLANNED else "primary"
    return (
        Button(write, "meeting_minutes", {}, about, style=style),
        Button(T("Minutes from the talk"), "meeting_collect", {}, about),
        Button(T("New action"), "meeting_action", {}, about),
    )


def _not(about: Ref) -> Button:
    return Button(T("Not held after all"), "meeting_reopen", {}, about)


# --- reminders ------------------------------------------------------------------------------------


def eve(look: Look, id_: int, _told: str) -> Card:
    """What whoever takes part reads a day ahead."""
    meeting = meetings.get(look.db, id_)
    if meeting is None:
        return Card(T("This is no longer here."))
    about = Ref(KIND, id_)
    if meeting.state != PLANNED:
        return Card(title_of(meeting), (), about)
    title = T("🔔 {number}: customer meeting {at:clock}", number=meeting.number, at=meeting.at)
    agenda = Buttons((Button(T("Agenda"), "meeting_agenda", {}, about),))
    return Card(title, (*_where(look, meeting), *_taking_part(look, meeting), agenda), about)


def after(look: Look, id_: int, _told: str) -> Card:
    """What the organiser reads the day after: was it held, and where are the minutes?"""
    meeting = meetings.get(look.db, id_)
    if meeting is None:
        return Card(T("This is no longer here."))
    about = Ref(KIND, id_)
    values: dict[str, Value] = {"number": meeting.number, "at": meeting.at}
    if meeting.state == PLANNED and meeting.at <= look.now:
        title = T("📝 {number}: was the meeting {at:clock} held?", **values)
        return Card(title, (Buttons(_planned(look, meeting, about)),), about)
    if meeting.state == HELD and meeting.minutes_at is None:
        title = T("📝 {number}: the minutes are to be written", **values)
        return Card(title, (Buttons(_recording(meeting, about)),), about)
    return Card(title_of(meeting), (), about)
