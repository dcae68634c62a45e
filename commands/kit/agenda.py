"""What stands in a person's calendar: entries that nouns give, some made of what is owed."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from commands.kit.calendar import told_by
from commands.kit.people import Person
from commands.kit.words import T, Words, sentence
from storage import dues, people, subjects
from storage.database import Transaction
from storage.dues import Due

SHOWN_FOR = timedelta(minutes=30)


@dataclass(frozen=True, slots=True)
class Entry:
    """Something at a time: from `begins` to `ends`, two moments; or a whole day, with no `ends`.

    `name` stays the same as long as it is the same thing, and is no other's. `changed_at` is when
    it last became what it is, None if it never was otherwise; `revision` grows with each change.
    What is a `deadline` is to be done by its end.
    """

    name: str
    what: Words
    begins: datetime | date
    ends: datetime | None = None
    changed_at: datetime | None = None
    notes: tuple[Words, ...] = ()
    revision: int = 0
    deadline: bool = False


def owed(
    db: Transaction,
    person: Person,
    kind: str,
    zone: ZoneInfo,
    told: Callable[[int], tuple[Words, ...]] = lambda _id: (),
) -> Iterator[Entry]:
    """What a person owes on subjects of a kind, and what those away owe for whom they stand in.

    `told` are the notes about a subject.
    """
    for owner in (person.id, *sorted(person.stands_in_for)):
        for due in dues.owed_on(db, owner, kind):
            entry = of_due(db, due, zone, for_id=None if owner == person.id else owner)
            yield replace(entry, notes=told(due.subject_id))


def of_due(db: Transaction, due: Due, zone: ZoneInfo, *, for_id: int | None = None) -> Entry:
    """A deadline as an entry that ends with it; a whole day where it is the end of one.

    `for_id` is whose it is, if not the reader's own.
    """
    by = told_by(due.due_at, zone)
    timed = isinstance(by, datetime)
    revised = subjects.revised(db, due.kind, due.subject_id)
    return Entry(
        name=f"due-{due.id}",
        what=for_another(db, sentence(due.what), for_id),
        begins=due.due_at - SHOWN_FOR if timed else by,
        ends=due.due_at if timed else None,
        changed_at=max(due.begun_at, revised.at) if revised else due.begun_at,
        revision=revised.revision - 1 if revised else 0,
        deadline=True,
    )


def met_at(
    db: Transaction, kind: str, id_: int, what: Words, span: tuple[datetime, datetime]
) -> Entry:
    """A subject that takes place at a time, as an entry that follows its changes."""
    revised = subjects.revised(db, kind, id_)
    return Entry(
        name=f"{kind}-{id_}",
        what=what,
        begins=span[0],
        ends=span[1],
        changed_at=revised.at if revised else None,
        revision=revised.revision - 1 if revised else 0,
    )


def for_another(db: Transaction, what: Words, for_id: int | None) -> Words:
    """What is done in somebody's place says so."""
    whose = people.get(db, for_id) if for_id else None
    return T("For {name}: {title}", name=whose.name, title=what) if whose else what
