"""What approvals tell the rest of the house, and what happens while nobody answers."""

from __future__ import annotations

import re

from commands.approvals import asking, cards
from commands.approvals.rules import ESCALATE, KIND, REMIND, SETTLE, WORDS
from commands.kit.card import Card, Line, Ref
from commands.kit.desk import Desk
from commands.kit.noun import Found, Involved, Look, Matches, Noun
from commands.kit.people import Actor, ToPerson, superior_of
from commands.kit.words import T
from storage import approvals, dues
from storage.approvals import OPEN, Approval
from storage.database import Transaction, known
from storage.timers import Timer

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
    """By the number of what it is about, or what waits for whoever asks."""
    if actor is None or actor.person is None:
        return Matches()
    numbered = _numbered(look, text)
    if numbered.found:
        return numbered
    waiting = approvals.asked_of(look.db, actor.person.id)
    found = tuple(Found(known(one.id), one.name) for one in waiting)
    return Matches(found, clear=len(found) == 1)


def name_of(db: Transaction, id_: int) -> str | None:
    """What a request is called: as what it is about."""
    found = approvals.get(db, id_)
    return found.name if found else None


def involved(db: Transaction, id_: int) -> Involved | None:
    """Who submitted it."""
    found = approvals.get(db, id_)
    return Involved(submitter_ids=frozenset({found.submitter_id})) if found else None


def _open(desk: Desk, timer: Timer) -> Approval | None:
    found = approvals.get(desk.db, timer.subject_id)
    return found if found and found.state == OPEN else None


def remind(desk: Desk, timer: Timer) -> None:
    """Whoever has not answered is asked again, in working hours."""
    approval = _open(desk, timer)
    if approval is None:
        return
    nudge(desk, approval)
    asking.remind_next(desk, approval)


def nudge(desk: Desk, approval: Approval) -> int:
    """Remind everybody who has not answered; give how many."""
    seats = approvals.seats(desk.db, known(approval.id))
    voices = asking.spoken_to(desk.db, approval, seats, desk.recorded_at)
    for voice in voices:
        about = Ref(KIND, known(approval.id))
        replaces = f"remind:{about}:{voice.person_id}"
        desk.tell(ToPerson(voice.person_id, voice.instead_of), about, replaces=replaces)
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
    approval = approvals.get(desk.db, timer.subject_id)
    if approval and approval.state != OPEN and not approval.effective:
        asking.settle(desk, approval)


NOUN = Noun(
    kind=KIND,
    words=WORDS,
    find=find,
    name_of=name_of,
    card=cards.card,
    involved=involved,
    leads=leads,
    verbs=("approvals",),
    timers={REMIND: remind, ESCALATE: escalate, SETTLE: settled},
    owe_anew=asking.owe_anew,
    differs=cards.difference,
)
