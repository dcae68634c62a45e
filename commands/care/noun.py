"""What care tells the rest of the house: its card, who has it in hands, what is too late."""

from __future__ import annotations

from commands.care import cards
from commands.care.planning import DROP, KIND, tell_owner
from commands.care.verbs import WORDS
from commands.kit.card import Ref
from commands.kit.desk import Desk
from commands.kit.noun import Involved, Noun, nothing_found
from commands.kit.words import sentence
from storage import care, dues
from storage.database import Transaction, known
from storage.timers import Timer


def involved(db: Transaction, id_: int) -> Involved | None:
    """Who is to see to it."""
    made = care.get(db, id_)
    return Involved(owner_id=made.owner_id) if made else None


def held(db: Transaction, person_id: int) -> list[int]:
    """What somebody has yet to see to."""
    return [known(one.id) for one in care.open_of(db, person_id)]


def hand(desk: Desk, id_: int, _from_id: int, to_id: int) -> None:
    """Somebody else sees to it."""
    made = care.get(desk.db, id_)
    if made:
        made.owner_id = to_id
        care.save(desk.db, made)
        desk.change(Ref(KIND, id_), None, {"owner": to_id})


def drop(desk: Desk, timer: Timer) -> None:
    """Two days late is too late: it is dropped, and said."""
    made = care.get(desk.db, timer.subject_id)
    if made is None or made.state != care.OPEN:
        return
    about = Ref(KIND, timer.subject_id)
    made.state, made.at = care.DROPPED, desk.recorded_at
    care.save(desk.db, made)
    for due in dues.still_on(desk.db, KIND, about.id):
        dues.lapse(desk.db, known(due.id))
    desk.change(about, {"state": care.OPEN}, {"state": care.DROPPED})
    tell_owner(desk, made, about)


def _name_of(db: Transaction, id_: int) -> str | None:
    made = care.get(db, id_)
    return str(made.day) if made and sentence(made.what) else None


NOUN = Noun(
    kind=KIND,
    words=WORDS,
    find=nothing_found,
    name_of=_name_of,
    card=cards.card,
    involved=involved,
    held=held,
    hand=hand,
    timers={DROP: drop},
)
