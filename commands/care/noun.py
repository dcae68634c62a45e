"""What care tells the rest of the house: its card, who has it in hands, what is too late."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from commands.care import answering, arriving, cards, recipients, sending
from commands.care.planning import (
    DROP,
    KIND,
    keeping,
    name_of,
    name_of_festival,
    tell_owner,
    what_of,
    what_of_festival,
)
from commands.care.rules import CarePolicy, festivals_in
from commands.care.verbs import WORDS
from commands.kit.agenda import Entry, for_another
from commands.kit.calendar import local_day
from commands.kit.card import Ref
from commands.kit.desk import Desk
from commands.kit.noun import Involved, Look, Noun, nothing_found
from commands.kit.people import Person
from commands.kit.words import T, sentence
from storage import care, customers, dues, people, subjects
from storage.care import SENT, Care, Occasion
from storage.database import Transaction, known
from storage.timers import Timer


def involved(db: Transaction, id_: int) -> Involved | None:
    """Who is to see to it; the picture of a greeting is also for those who got it."""
    made = care.get(db, id_)
    if made is None:
        return None
    ticked = [one for one in care.greetings(db, id_) if one.ticked] if made.state == SENT else []
    theirs = (one for to in ticked for one in people.accounts_of_contact(db, to.contact_id))
    return Involved(made.owner_id, account_ids=frozenset(known(one.id) for one in theirs))


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
    """Two days late is too late: it is dropped, and said; not where nobody was to be greeted."""
    made = care.get(desk.db, timer.subject_id)
    if made is None or made.state != care.OPEN:
        return
    about, all_ = Ref(KIND, timer.subject_id), care.greetings(desk.db, timer.subject_id)
    nobody = bool(all_) and not recipients.anybody(all_)
    made.state, made.at = care.SKIPPED if nobody else care.DROPPED, desk.recorded_at
    care.save(desk.db, made)
    for due in dues.still_on(desk.db, KIND, about.id):
        dues.lapse(desk.db, known(due.id))
    desk.change(about, {"state": care.OPEN}, {"state": made.state})
    if not nobody:
        tell_owner(desk, made, about)


def _name_of(db: Transaction, id_: int) -> str | None:
    made = care.get(db, id_)
    return str(made.day) if made and sentence(made.what) else None


def entries(look: Look, person: Person, until: date) -> Iterator[Entry]:
    """What is planned, also for those away, and the person's own that comes up to a day."""
    for owner in (person.id, *sorted(person.stands_in_for)):
        for made in care.open_of(look.db, owner):
            yield _planned(look.db, made, None if owner == person.id else owner)
    since = local_day(look.now, look.zone)
    ids = customers.all_owned_by(look.db, person.id)
    for occasion in care.coming_at(look.db, ids, since, until):
        if not _has_left(look.db, occasion):
            what = what_of(look.db, occasion)
            yield Entry(entry_name(name_of(occasion)), what, occasion.next_on)
    policy = look.policy.of(CarePolicy)
    for on, festival in festivals_in(policy, None, since, until):
        name = name_of_festival(festival, on, person.id)
        kept = keeping(look.db, policy, person.id, festival)
        if kept and not care.named(look.db, name):
            yield Entry(entry_name(name), what_of_festival(festival), on)


def _planned(db: Transaction, made: Care, for_id: int | None) -> Entry:
    revised = subjects.revised(db, KIND, known(made.id))
    return Entry(
        name=entry_name(made.name),
        what=for_another(db, sentence(made.what), for_id),
        begins=made.day,
        changed_at=revised.at if revised else None,
        notes=(T("The greeting is drafted: it waits in our chat."),),
        revision=revised.revision if revised else 0,
    )


def _has_left(db: Transaction, occasion: Occasion) -> bool:
    contact = customers.contact(db, occasion.contact_id) if occasion.contact_id else None
    return contact is not None and contact.left_on is not None


def entry_name(name: str) -> str:
    """An occasion of a year keeps its name in calendars, planned or not."""
    return f"care-{name.replace(':', '-')}"


NOUN = Noun(
    kind=KIND,
    words=WORDS,
    find=nothing_found,
    name_of=_name_of,
    card=cards.card,
    involved=involved,
    heard=answering.heard,
    held=held,
    hand=hand,
    entries=entries,
    timers={
        DROP: drop,
        sending.WRITE: sending.write,
        sending.GONE: arriving.gone,
        sending.ARRIVED: arriving.arrived,
    },
)
