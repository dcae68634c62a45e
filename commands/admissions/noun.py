"""What admissions tell the rest of the house."""

from __future__ import annotations

import re

from commands.admissions import cards, deciding, quarter, steps
from commands.admissions.rules import EVE, KIND, NUMBER, WORDS, numbered
from commands.approvals.rules import DECIDED
from commands.kit import agenda
from commands.kit.card import Ref
from commands.kit.desk import Desk
from commands.kit.ladder import ABOVE, BREACH, WARN
from commands.kit.noun import Found, Involved, Look, Matches, Noun, Topic
from commands.kit.people import Actor
from storage import admissions, readings
from storage.admissions import Admission
from storage.database import Transaction, known

SHOWN = 20
MOST_WORDS, SHORTEST = 6, 2
_WORDS = re.compile(r"[^\s,，;；:：]+")


def find(look: Look, text: str, actor: Actor | None) -> Matches:
    """By number or name; those under way, the oldest first, when nothing was typed."""
    if actor is not None and actor.person is None:
        return Matches()
    number = numbered(text)
    exact = admissions.by_number(look.db, number) if number else None
    if exact:
        return Matches((_found(exact),), clear=True)
    key = readings.bare(text)
    if not key:
        return Matches(tuple(map(_found, admissions.under_way(look.db, SHOWN))))
    found = tuple(map(_found, admissions.named(look.db, key)))
    return Matches(found, clear=len(found) == 1)


def _found(admission: Admission) -> Found:
    return Found(known(admission.id), steps.title_of(admission))


def leads(look: Look, text: str, *, whole: bool = False) -> tuple[Matches, str]:
    """The admission whose number or name a text begins with, and the rest of the text."""
    number, match = numbered(text), NUMBER.match(text)
    exact = admissions.by_number(look.db, number) if number else None
    if exact and match:
        return Matches((_found(exact),), clear=True), text[match.end() :]
    return _named(look, text.lstrip(), whole=whole)


def _named(look: Look, text: str, *, whole: bool) -> tuple[Matches, str]:
    """As many first words as together begin one name alone; all of it where it must be whole."""
    for words in reversed(list(_WORDS.finditer(text))[:MOST_WORDS]):
        key = readings.bare(text[: words.end()])
        found = admissions.named(look.db, key, 2) if len(key) >= SHORTEST else []
        if len(found) == 1 and (not whole or found[0].key == key):
            return Matches((_found(found[0]),), clear=True), text[words.end() :]
    return Matches(), text


def name_of(db: Transaction, id_: int) -> str | None:
    """An admission's number and name."""
    found = admissions.get(db, id_)
    return steps.title_of(found) if found else None


def involved(db: Transaction, id_: int) -> Involved | None:
    """Who owes the next step, else who answers for it; and who filed it."""
    found = admissions.get(db, id_)
    if found is None:
        return None
    owed = next((due.person_id for due in steps.owed(db, found) if due.person_id), None)
    owner = owed or found.visitor_id or found.owner_id
    return Involved(owner_id=owner, submitter_ids=frozenset({found.submitter_id}))


def topic(db: Transaction, id_: int) -> Topic | None:
    """It is talked about by its number and name, until it has ended."""
    found = admissions.get(db, id_)
    return Topic(steps.title_of(found), found.ended_at is not None) if found else None


def hand(desk: Desk, id_: int, from_id: int, to_id: int) -> None:
    """What one person had of it is another's from now on."""
    admission = admissions.get(desk.db, id_)
    if admission is None:
        return
    before = {"owner": admission.owner_id, "visitor": admission.visitor_id}
    if admission.visitor_id == from_id:
        admission.visitor_id = to_id
    if admission.owner_id == from_id:
        admission.owner_id = to_id
    admissions.save(desk.db, admission)
    after = {"owner": admission.owner_id, "visitor": admission.visitor_id}
    desk.change(Ref(KIND, id_), before, after)


NOUN = Noun(
    kind=KIND,
    words=WORDS,
    find=find,
    name_of=name_of,
    card=cards.card,
    views={
        "notice": steps.notice,
        "eve": steps.tomorrow,
        "condition": cards.condition,
        "complete": cards.complete,
    },
    papers={quarter.PAPER: quarter.chart},
    involved=involved,
    leads=leads,
    numbered=lambda text: numbered(text) is not None,
    verbs=("admission",),
    topic=topic,
    held=admissions.owned_by,
    entries=lambda look, person, _until: agenda.owed(look.db, person, KIND, look.zone),
    hand=hand,
    owe_anew=steps.owe_anew,
    timers={
        WARN: steps.fire,
        BREACH: steps.fire,
        ABOVE: steps.fire,
        EVE: steps.eve,
        DECIDED: deciding.decided,
    },
)
