"""Who is greeted on an occasion, who is not and why, and whether anything is owed (clause 3.2).

Nothing is owed for those who are not to be greeted at all: who wishes none, who has left, who is at
a suspended customer. Of an open complaint, or where there is no way to write, the owner thinks.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from commands import customers as customer_noun
from commands.customers.wishes import Wished, told
from commands.kit.desk import Desk
from commands.kit.words import T, Words, encode
from storage import care, cases, customers, suspensions
from storage.care import MAIL, TEXT, Greeting
from storage.customers import Contact
from storage.database import Json, Transaction, known
from storage.reach import email_key, phone_key

HAS_LEFT, SUSPENDED = T("has left"), T("the customer is suspended")
NO_GREETINGS = T("wishes no greetings")
BIRTHDAYS_ONLY = T("wishes to be greeted on birthdays only")
SETTLED = {one.text for one in (HAS_LEFT, SUSPENDED, NO_GREETINGS, BIRTHDAYS_ONLY)}
NO_WAY = T("no way to reach them")

Wishes = Mapping[int | None, Wished]


def put(desk: Desk, kind: str, on_list: Sequence[tuple[int, Contact]]) -> set[int]:
    """They are on these occasions' lists; who is not to be greeted without a thought is unticked.

    Gives those of the occasions for which somebody is to be greeted, or thought of.
    """
    db, contacts = desk.db, [contact for _, contact in on_list]
    ids = sorted({one.customer_id for one in contacts})
    complaining, suspended = cases.open_among(db, ids), suspensions.among(db, ids)
    wishes = {id_: told(db, id_) for id_ in ids}
    chats = care.platforms(db, [known(one.id) for one in contacts])
    rows: list[tuple[int, int, Json]] = []
    meant: set[int] = set()
    for care_id, contact in on_list:
        at = contact.customer_id
        not_at_all = settled(contact, wishes[at], kind, suspended=at in suspended)
        way = any(map(desk.reaches, {*ways(contact), *chats.get(known(contact.id), ())}))
        why = not_at_all or complains(complaining.get(at)) or (None if way else NO_WAY)
        rows.append((care_id, known(contact.id), encode(why) if why else None))
        meant |= set() if not_at_all else {care_id}
    care.greet(db, rows)
    return meant


def settled(contact: Contact, wishes: Wishes, kind: str, *, suspended: bool) -> T | None:
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


def complains(case: str | None) -> T | None:
    """Why the owner has to think first, where a complaint is open. `case` is its number."""
    return T("open case {number}", number=case) if case else None


def ways(contact: Contact) -> dict[str, str]:
    """Their address on each platform on which their file says how they are written to."""
    found = {TEXT: phone_key(contact.phone), MAIL: email_key(contact.email)}
    return {platform: address for platform, address in found.items() if address}


def anybody(all_: Iterable[Greeting]) -> bool:
    """Whether any of an occasion's recipients is to be greeted, or thought of."""
    return any(one.ticked or not one.why or one.why.get("T") not in SETTLED for one in all_)


def named(db: Transaction, greeting: Greeting) -> Words:
    """A recipient, and of which customer."""
    contact = customers.contact(db, greeting.contact_id)
    if contact is None:
        return "?"
    name = customer_noun.name_of(db, contact.customer_id) or "?"
    return T("{name} ({customer})", name=contact.name, customer=name)
