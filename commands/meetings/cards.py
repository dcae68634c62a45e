"""A meeting's card: when and where, who takes part, what was said and agreed, what can be done."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

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
from commands.meetings.rules import ACTION, KIND, Guest
from commands.said import lost, said_lately
from storage import actions, meetings, people
from storage.actions import Action
from storage.database import Transaction, known
from storage.meetings import CANCELLED, HELD, PLANNED, Meeting, Participant

NAMED = 8
GUESTS, AGENDA, EVE, AFTER = "guests", "agenda", "eve", "after"


def card(look: Look, id_: int) -> Card:
    """The card that is posted and redrawn."""
    meeting = meetings.get(look.db, id_)
    if meeting is None:
        return Card(T("This is no longer here."))
    about = Ref(KIND, id_)
    parts = (
        *_where(look, meeting),
        *_taking_part(look.db, id_),
        *_called_off(look.db, meeting),
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


def _taking_part(db: Transaction, id_: int) -> Iterable[Part]:
    all_ = meetings.participants(db, id_)
    for state in Guest:
        these = [one for one in guests_of(all_) if one.state == state]
        if these:
            names = _some([_customer(db, one) for one in these])
            told = T("{state} ({n}): {names}", state=_head(state), n=len(these), names=names)
            yield Line(told, STAFF)
    if not guests_of(all_):
        yield Line(T("No customer is invited yet."), STAFF)
    colleagues = [people.get(db, one.person_id) for one in all_ if one.person_id]
    if colleagues:
        names = _some([one.name for one in colleagues if one])
        yield Line(T("Colleagues: {names}", names=names), STAFF)


def _head(state: Guest) -> T:
    return {
        Guest.TO_INVITE: T("To be invited"),
        Guest.INVITED: T("Invited, no answer yet"),
        Guest.COMING: T("Coming"),
        Guest.NOT_COMING: T("Not coming"),
        Guest.CAME: T("Came"),
    }[state]


def _some(names: Sequence[Words]) -> Words:
    """So many of the names, and how many more there are."""
    more = len(names) - NAMED
    told = listed(list(names[:NAMED]))
    return T("{names} and {n} more", names=told, n=more) if more > 0 else told


def _customer(db: Transaction, one: Participant) -> str:
    return customer_noun.name_of(db, one.customer_id or 0) or "?"


def _called_off(db: Transaction, meeting: Meeting) -> Iterable[Part]:
    """Why it is cancelled, and whom that has to be told."""
    if meeting.reason:
        yield Quote(meeting.reason, T("reason"), STAFF)
    if meeting.state != CANCELLED:
        return
    told = {meetings.INVITED, meetings.COMING}
    invited = [
        one for one in guests_of(meetings.participants(db, known(meeting.id))) if one.state in told
    ]
    if invited:
        names = _some([_customer(db, one) for one in invited])
        yield Line(T("Please tell those who were invited: {names}", names=names), STAFF)


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
        yield Buttons(_inviting(about))
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
    return Card(title, (*_where(look, meeting), *_taking_part(look.db, id_), agenda), about)


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


def show_action(action: Action) -> Button:
    """Shows an action."""
    words = T("{name}", name=shortened(action.text, NAMED * 2))
    return Button(words, "action_show", {}, Ref(ACTION, known(action.id)))
