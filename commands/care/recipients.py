"""Who is greeted on an occasion, who is not and why, and whether anything is owed (clause 3.2).

Nothing is owed for those who are not to be greeted at all: who wishes none, who has left, who is at
a suspended customer. Of an open complaint, or where there is no way to write, the owner thinks.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from commands.customers.wishes import Wished, told
from commands.kit.card import Ref
from commands.kit.desk import Desk
from commands.kit.words import T, encode
from storage import care, cases, customers, dues, suspensions
from storage.care import Greeting
from storage.customers import Contact
from storage.database import Json, Transaction, known

KIND = care.KIND
HAS_LEFT, SUSPENDED = T("has left"), T("the customer is suspended")
NO_GREETINGS = T("wishes no greetings")
BIRTHDAYS_ONLY = T("wishes to be greeted on birthdays only")
SETTLED = {one.text for one in (HAS_LEFT, SUSPENDED, NO_GREETINGS, BIRTHDAYS_ONLY)}
NOBODY = T("nobody is to be greeted")

Wishes = Mapping[int | None, Wished]


def put(db: Transaction, kind: str, on_list: Sequence[tuple[int, Contact]]) -> set[int]:
    """They are on these occasions' lists; who is not to be greeted without a thought is unticked.

    Gives those of the occasions for which somebody is to be greeted, or thought of.
    """
    contacts = [contact for _, contact in on_list]
    ids = sorted({one.customer_id for one in contacts})
    complaining, suspended = cases.open_among(db, ids), suspensions.among(db, ids)
    wishes = {id_: told(db, id_) for id_ in ids}
    reached = care.reached(db, [known(one.id) for one in contacts])
    rows: list[tuple[int, int, Json]] = []
    meant: set[int] = set()
    for care_id, contact in on_list:
        at = contact.customer_id
        not_at_all = _settled(contact, wishes[at], kind, suspended=at in suspended)
        why = not_at_all or _doubted(contact, complaining.get(at), reached=contact.id in reached)
        rows.append((care_id, known(contact.id), encode(why) if why else None))
        meant |= set() if not_at_all else {care_id}
    care.greet(db, rows)
    return meant


def _settled(contact: Contact, wishes: Wishes, kind: str, *, suspended: bool) -> T | None:
    """Why somebody is not to be greeted at all; their own wish comes before everybody's there."""
    if contact.left_on:
        return HAS_LEFT
    if suspended:
        return SUSPENDED
    match wishes.get(contact.id, wishes.get(None, Wished.ALL)):
        case Wished.NONE:
            return NO_GREETINGS
        case Wished.BIRTHDAYS if kind != care.BIRTHDAY:
            return BIRTHDAYS_ONLY
        case _:
            return None


def _doubted(contact: Contact, case: str | None, *, reached: bool) -> T | None:
    """Why the owner has to think first. `case` is an open one's number."""
    if case:
        return T("open case {number}", number=case)
    if not (contact.email or contact.phone or reached):
        return T("no way to reach them")
    return None


def anybody(all_: Iterable[Greeting]) -> bool:
    """Whether any of an occasion's recipients is to be greeted, or thought of."""
    return any(one.ticked or not one.why or one.why.get("T") not in SETTLED for one in all_)


def heed(desk: Desk, customer_id: int) -> None:
    """What was told of a customer and its people holds for what is planned already as well."""
    db, wishes = desk.db, told(desk.db, customer_id)
    suspended = customer_id in suspensions.among(db, [customer_id])
    for contact in customers.contacts(db, customer_id):
        for greeting, made in care.planned_for(db, known(contact.id)):
            why = _settled(contact, wishes, made.kind, suspended=suspended)
            if why and (greeting.why or {}).get("T") != why.text:  # else they decided otherwise
                care.leave_out(db, known(greeting.id), encode(why))
                _excuse(desk, known(made.id))
                desk.touch(Ref(KIND, known(made.id)))


def _excuse(desk: Desk, care_id: int) -> None:
    """What was owed is owed no more, once nobody is left to greet."""
    if anybody(care.greetings(desk.db, care_id)):
        return
    for due in dues.still_on(desk.db, KIND, care_id):
        dues.settle(desk.db, due, dues.EXCUSED, None, desk.recorded_at, reason=NOBODY.text)
