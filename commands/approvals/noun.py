"""What approvals tell the rest of the house, and what happens while nobody answers."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from datetime import date

from commands.approvals import asking, cards, deciders, views
from commands.approvals.rules import ESCALATE, KIND, REMIND, SETTLE, WORDS
from commands.kit import agenda
from commands.kit.agenda import Entry
from commands.kit.card import Card, Line, Ref
from commands.kit.desk import Desk, Urgency
from commands.kit.noun import Found, Involved, Look, Matches, Noun
from commands.kit.people import Actor, Person, ToPerson, administrator, superior_of
from commands.kit.words import T
from storage import approvals, dues, readings, subjects
from storage.approvals import ASKED, GONE, OPEN, WAITING, Approval
from storage.database import Transaction, known
from storage.talk import Talk
from storage.timers import Timer

MOST = 100
NUMBER = re.compile(r"\s*([a-z])-?(\d{4})-?(\d{1,6})(?!\d)", re.IGNORECASE)


def _numbered(look: Look, text: str) -> Matches:
    """The newest request about the subject whose number a text begins with."""
    found = NUMBER.match(text)
    name = f"{found[1].upper()}-{found[2]}-{int(found[3]):04d}" if found else ""
    named = approvals.named(look.db, name, 1) if name else []
    return Matches(tuple(Found(known(one.id), one.name) for one in named), clear=bool(named))


def leads(look: Look, text: str, *, whole: bool = False) -> tuple[Matches, str]:
    """The request about the subject whose number a text begins with, and the rest of the text."""
    found, match = _numbered(look, text), NUMBER.match(text)
    return (found, text[match.end() :]) if found.found and match else (Matches(), text)


def find(look: Look, text: str, actor: Actor | None) -> Matches:
    """By the number or a part of the name of what it is about.

    Where nothing is typed: what waits for whoever asks, or for anybody.
    """
    if actor is not None and actor.person is None:
        return Matches()
    numbered = _numbered(look, text)
    if numbered.found:
        return numbered
    said = readings.bare(text)
    if not said and actor and actor.person:
        found = _all(approvals.asked_of(look.db, actor.person.id))
        return Matches(found, clear=len(found) == 1)
    waiting = approvals.open_since(look.db, look.now, MOST)
    found = tuple(one for one in _all(waiting) if said in readings.bare(one.name))
    return Matches(found, clear=bool(said) and len(found) == 1)


def _all(waiting: Iterable[Approval]) -> tuple[Found, ...]:
    return tuple(Found(known(one.id), one.name) for one in waiting)


def name_of(db: Transaction, id_: int) -> str | None:
    """What a request is called: as what it is about."""
    found = approvals.get(db, id_)
    return found.name if found else None


def involved(db: Transaction, id_: int) -> Involved | None:
    """Who submitted it, who also answers what is asked."""
    found = approvals.get(db, id_)
    if found is None:
        return None
    return Involved(owner_id=found.submitter_id, submitter_ids=frozenset({found.submitter_id}))


def hand(desk: Desk, id_: int, from_id: int, to_id: int) -> None:
    """Somebody leaves: their voice is another's, if that one may have it; else the next above's."""
    approval = approvals.get(desk.db, id_)
    if approval is None:
        return
    seats = approvals.seats(desk.db, id_)
    taken = {seat.person_id for seat in seats if seat.state != GONE}
    for seat in seats:
        if seat.person_id != from_id or seat.state not in {ASKED, WAITING}:
            continue
        if to_id not in taken and to_id not in approval.barred:
            seat.person_id, seat.from_id, seat.role = to_id, from_id, ""
            approvals.save_seat(desk.db, seat)
            if seat.state == ASKED:
                desk.tell(ToPerson(to_id), Ref(KIND, id_))
    desk.touch(Ref(KIND, id_))


def heard(desk: Desk, id_: int, remark: Talk) -> None:
    """While a question is open, what its submitter says is the answer."""
    approval = approvals.get(desk.db, id_)
    person = desk.actor.person
    if approval is None or person is None or person.id != approval.submitter_id or not remark.text:
        return
    if waiting := asking.unanswered(desk.db, id_):
        asking.answer(desk, approval, waiting, remark.text)


def _open(desk: Desk, timer: Timer) -> Approval | None:
    subjects.lock(desk.db, KIND, timer.subject_id)
    found = approvals.get(desk.db, timer.subject_id)
    return found if found and found.state == OPEN else None


def remind(desk: Desk, timer: Timer) -> None:
    """Whoever has not answered is asked again, in working hours."""
    approval = _open(desk, timer)
    if approval is None:
        return
    nudge(desk, approval)
    asking.remind_next(desk.as_of(desk.recorded_at), approval)


def nudge(desk: Desk, approval: Approval) -> int:
    """Remind everybody who has not answered; give how many."""
    seats = approvals.seats(desk.db, known(approval.id))
    voices = deciders.spoken_to(desk.db, approval, seats, desk.recorded_at)
    for voice in voices:
        about = Ref(KIND, known(approval.id))
        replaces = f"remind:{about}:{voice.person_id}"
        to = ToPerson(voice.person_id, voice.instead_of)
        desk.tell(to, about, urgency=Urgency.WAKING, replaces=replaces)
    return len(voices)


def escalate(desk: Desk, timer: Timer) -> None:
    """Somebody has not answered for too long: their superior is told."""
    approval = _open(desk, timer)
    due = dues.get(desk.db, timer.due_id) if timer.due_id else None
    if approval is None or due is None or due.state != dues.OPEN or due.person_id is None:
        return
    dues.miss(desk.db, known(due.id))
    about = Ref(KIND, known(approval.id))
    desk.note(about, None, {"missed": asking.DECIDE, "by": due.person_id})
    above = superior_of(desk.db, due.person_id)
    if above is None or above.id in approval.barred:  # they may not: an administrator sees to it
        above = administrator(desk.db, besides=due.person_id)
    if above and above.id != due.person_id:
        desk.tell(ToPerson(above.id), _overdue(desk, approval, due.person_id))
    desk.touch(about)


def _overdue(desk: Desk, approval: Approval, person_id: int) -> Card:
    title = T(
        "🚨 Not decided yet: {what}, asked {at:clock}",
        what=asking.subject_of(approval),
        at=approval.asked_at,
    )
    who = cards.named(desk.db, person_id)
    return Card(title, (Line(T("Waiting for {who}", who=who)),), Ref(KIND, known(approval.id)))


def settled(desk: Desk, timer: Timer) -> None:
    """What was decided can't be taken back any more."""
    subjects.lock(desk.db, KIND, timer.subject_id)
    approval = approvals.get(desk.db, timer.subject_id)
    if approval and approval.state != OPEN and not approval.effective:
        asking.settle(desk, approval)


def entries(look: Look, person: Person, _until: date) -> Iterator[Entry]:
    """What a person decides by when, and what falls to them while somebody is away."""
    for due in dues.owed_on(look.db, person.id, KIND):
        yield agenda.of_due(look.db, due, look.zone)
    for approval, away in deciders.stood_in_for(look.db, person.id, look.now):
        for due in dues.still_on(look.db, KIND, known(approval.id)):
            if due.person_id == away:
                yield agenda.of_due(look.db, due, look.zone, for_id=away)


NOUN = Noun(
    kind=KIND,
    words=WORDS,
    find=find,
    name_of=name_of,
    card=cards.card,
    involved=involved,
    leads=leads,
    verbs=("approvals",),
    held=approvals.held_by,
    entries=entries,
    hand=hand,
    turned=asking.turned,
    heard=heard,
    views={"again": cards.again},
    papers={views.PAPER: views.chart},
    timers={REMIND: remind, ESCALATE: escalate, SETTLE: settled},
    owe_anew=asking.owe_anew,
    differs=cards.difference,
)
