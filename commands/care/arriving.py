"""What came of greetings that went out: who was not reached is told once (clause 3.2).

A greeting that reached nobody is none: it is open again, and owed as before.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta

from commands.care import heeding, sending
from commands.care.planning import KIND
from commands.care.recipients import named
from commands.kit.card import STAFF, Button, Buttons, Card, Line, Ref
from commands.kit.desk import Desk
from commands.kit.people import ToPerson
from commands.kit.words import T, encode, sentence
from storage import care, dues, letters
from storage.care import DROPPED, SENT, Care, Greeting
from storage.database import Transaction, known
from storage.timers import Timer

NOT_DELIVERED = T("not delivered")
UNCLEAR = T("unclear whether it arrived")
LOST = {letters.UNCLEAR: UNCLEAR, letters.DEAD: NOT_DELIVERED, letters.DROPPED: NOT_DELIVERED}
_ON_THEIR_WAY = {letters.WAITING, letters.SENDING}
_SOON, _LATER = timedelta(minutes=10), timedelta(hours=1)


def gone(desk: Desk, timer: Timer) -> None:
    """From now on its card says that it has gone out; soon it is looked what came of it."""
    about = Ref(KIND, timer.subject_id)
    desk.touch(about)
    desk.at(desk.recorded_at + _SOON, about, sending.ARRIVED)


def arrived(desk: Desk, timer: Timer) -> None:
    """Once no letter is on its way any more, its owner is told of those that did not arrive."""
    made = care.get(desk.db, timer.subject_id)
    if made is None or made.state != SENT:
        return
    about, states = Ref(KIND, timer.subject_id), care.outcomes(desk.db, timer.subject_id)
    if _ON_THEIR_WAY & set(states.values()):
        desk.at(desk.recorded_at + _LATER, about, sending.ARRIVED)
        return
    lost = lost_of(care.greetings(desk.db, about.id), states)
    if not lost:
        return
    nobody = not {letters.SENT, letters.UNCLEAR} & set(states.values())
    if nobody:
        _undone(desk, made, lost)
    desk.touch(about)
    if made.owner_id:
        desk.tell(ToPerson(made.owner_id), _told(desk.db, made, lost, nobody=nobody))


def lost_of(all_: Sequence[Greeting], states: Mapping[int, str]) -> list[tuple[Greeting, T]]:
    """Those to whom it went and of whom it is not known that it arrived, each with why."""
    found = ((one, LOST.get(states.get(one.contact_id, ""))) for one in all_ if one.ticked)
    return [(one, why) for one, why in found if why]


def told_of(db: Transaction, lost: Sequence[tuple[Greeting, T]]) -> Iterator[Line]:
    """A line for each."""
    for one, why in lost:
        yield Line(T("⚠ {name}: {why}", name=named(db, one), why=why), STAFF)


def _told(db: Transaction, made: Care, lost: list[tuple[Greeting, T]], *, nobody: bool) -> Card:
    what, about = sentence(made.what), Ref(KIND, known(made.id))
    title = T("⚠ Not everybody was greeted: {what}", what=what)
    if nobody:
        title = T("⚠ Nobody was greeted: {what}", what=what)
    by_hand = Buttons((Button(T("Done by hand"), "care_done", {}, about),), STAFF)
    return Card(title, (*told_of(db, lost), by_hand), about)


def _undone(desk: Desk, made: Care, lost: Sequence[tuple[Greeting, T]]) -> None:
    """They are unticked, so that one tap does not only fail again; too late stays too late."""
    heeding.reopen(desk, made)
    for greeting, why in lost:
        care.leave_out(desk.db, known(greeting.id), encode(why))
    if desk.recorded_at >= sending.ends_at(made, desk.zone):
        made.state, made.at = DROPPED, desk.recorded_at
        care.save(desk.db, made)
        for due in dues.still_on(desk.db, KIND, known(made.id)):
            dues.lapse(desk.db, known(due.id))
    desk.note(Ref(KIND, known(made.id)), {"state": SENT}, {"state": made.state})


def by_hand(desk: Desk, made: Care) -> bool:
    """Whoever was not reached is greeted otherwise; False if all were."""
    all_, states = care.greetings(desk.db, known(made.id)), care.outcomes(desk.db, known(made.id))
    lost = lost_of(all_, states) if made.state == SENT else []
    for greeting, _ in lost:
        care.leave_out(desk.db, known(greeting.id), encode(T("greeted by hand")))
    return bool(lost)
