"""What comes up: each occasion in time gets its owner, its recipients and a drafted greeting (3.2).

Nothing is planned twice, for an occasion of a year has one name. Who should not be greeted is left
unticked, with the reason: whoever has the occasion in hands may decide otherwise.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, time, timedelta

from commands import customers as customer_noun
from commands.care.rules import (
    ANNIVERSARIES,
    BIRTHDAYS,
    GREETINGS,
    CarePolicy,
    Festival,
    festivals_in,
    following,
)
from commands.kit.calendar import moment_of, start_of_day
from commands.kit.card import Ref
from commands.kit.desk import Desk
from commands.kit.lunar import read_birthday
from commands.kit.people import Department, ToPerson, head_of
from commands.kit.words import T, encode, sentence
from storage import care, cases, customers
from storage.care import Care, Occasion
from storage.customers import Contact, Stewardship
from storage.database import Json, Transaction, known

KIND = care.KIND
BIRTHDAY, COOPERATION, FESTIVAL = "birthday", "cooperation", "festival"
AT_ONCE = 20
CUSTOMERS_AT_ONCE = 30  # each may have a dozen contacts
MORNING = time(8)
HOME = "CN"  # where customers are unless their file says otherwise
DROP = "drop"
DAY = timedelta(days=1)
# Holidays whose names stand in the catalogue; others are told as the policy file has them.
FESTIVALS = {
    "New Year": T("New Year"),
    "Spring Festival": T("Spring Festival"),
    "Dragon Boat Festival": T("Dragon Boat Festival"),
    "Mid-Autumn Festival": T("Mid-Autumn Festival"),
    "National Day": T("National Day"),
    "Christmas": T("Christmas"),
}


# --- yearly days ----------------------------------------------------------------------------------


def plan_days(desk: Desk, day: date, _after: int) -> int | None:
    """The next birthdays and years of cooperation that are due to be planned by this day."""
    found = care.coming(desk.db, day, AT_ONCE)
    for occasion in found:
        _come(desk, occasion)
    return 1 if len(found) == AT_ONCE else None


def _come(desk: Desk, occasion: Occasion) -> None:
    day = occasion.next_on
    whose = occasion.contact_id or occasion.customer_id
    if care.named(desk.db, f"{occasion.kind}:{whose}:{day}") is None:
        _begin(desk, occasion)
    turn_on(desk, occasion, day)
    care.turn(desk.db, occasion)


def turn_on(desk: Desk, occasion: Occasion, after: date) -> None:
    """The next time an occasion comes, after a day; never, if its calendar has no such day."""
    policy, day = desk.policy.of(CarePolicy), read_birthday(occasion.day)
    ahead = policy.years_ahead_days if occasion.kind == COOPERATION else policy.ahead_days
    if occasion.kind == COOPERATION and day.year:  # the day it began on is no full year
        begun = following(day, date(day.year, 1, 1) - DAY, policy)
        after = max(after, begun) if begun else after
    occasion.next_on = following(day, after, policy) or date.max
    early = occasion.next_on == date.max
    occasion.plan_on = date.max if early else occasion.next_on - timedelta(days=ahead)


def _begin(desk: Desk, occasion: Occasion) -> None:
    customer = customer_noun.name_of(desk.db, occasion.customer_id) or "?"
    whose = occasion.contact_id or occasion.customer_id
    made = Care(
        name=f"{occasion.kind}:{whose}:{occasion.next_on}",
        kind=occasion.kind,
        clause=BIRTHDAYS if occasion.contact_id else ANNIVERSARIES,
        owner_id=_owner(desk.db, occasion.customer_id),
        customer_id=occasion.customer_id,
        day=occasion.next_on,
    )
    contacts = customers.contacts(desk.db, occasion.customer_id)
    if occasion.contact_id:
        contacts = [one for one in contacts if one.id == occasion.contact_id]
        name = contacts[0].name if contacts else "?"
        made.what = encode(T("Birthday of {name}, {customer}", name=name, customer=customer))
        made.text = encode(T("Happy birthday! We wish you health, joy and success."))
    else:
        years = made.day.year - (read_birthday(occasion.day).year or made.day.year)
        made.what = encode(
            T("{n} years of cooperation with {customer}", n=years, customer=customer)
        )
        made.text = encode(T("Thank you for {n} years of cooperation. To many more!", n=years))
    _put(desk, made, contacts)


# --- holidays -------------------------------------------------------------------------------------


def plan_festivals(desk: Desk, day: date, after: int) -> int | None:
    """The holidays that come within the lead time, for everybody at the next customers."""
    policy = desk.policy.of(CarePolicy)
    until = day + timedelta(days=policy.ahead_days) + DAY
    near = festivals_in(policy, HOME, day, until)
    held = customers.held_after(desk.db, after, CUSTOMERS_AT_ONCE) if near else []
    contacts = customers.contacts_at(desk.db, [one.customer_id for one in held])
    for on, festival in near:
        _greet_all(desk, held, contacts, on, festival)
    return held[-1].customer_id if len(held) == CUSTOMERS_AT_ONCE else None


def _greet_all(
    desk: Desk,
    held: Sequence[Stewardship],
    contacts: Sequence[Contact],
    on: date,
    festival: Festival,
) -> None:
    """Whoever is on nobody's list yet comes on that of their customer's owner."""
    name = f"{FESTIVAL}:{festival.name}:{on}:"
    listed = care.listed(desk.db, name, [known(one.id) for one in contacts])
    owners = {one.customer_id: one.owner_id or _head(desk.db) for one in held}
    lists: dict[int | None, list[Contact]] = {}
    for contact in contacts:
        if contact.id not in listed:
            lists.setdefault(owners[contact.customer_id], []).append(contact)
    on_list: list[tuple[int, Contact]] = []
    for owner_id, some in lists.items():
        made = care.named(desk.db, f"{name}{owner_id}")
        if made is None:
            made = _begin_festival(desk, f"{name}{owner_id}", owner_id, on, festival)
        elif made.state == care.OPEN:
            desk.touch(Ref(KIND, known(made.id)))
        else:
            continue
        on_list += [(known(made.id), contact) for contact in some]
    _list(desk.db, on_list)


def _begin_festival(
    desk: Desk, name: str, owner_id: int | None, on: date, festival: Festival
) -> Care:
    called = FESTIVALS.get(festival.en) or T(
        "{own} / {english}", own=festival.zh, english=festival.en
    )
    made = Care(
        name=name,
        kind=FESTIVAL,
        clause=GREETINGS,
        owner_id=owner_id,
        day=on,
        what=encode(T("{festival}: greetings to your customers", festival=called)),
        text=encode(T("Happy {festival}! Thank you for working with us.", festival=called)),
    )
    _put(desk, made, ())
    return made


# --- both -----------------------------------------------------------------------------------------


def _owner(db: Transaction, customer_id: int) -> int | None:
    """Who looks after a customer; an empty seat falls to the head of sales."""
    held = customers.stewardship(db, customer_id)
    return held.owner_id if held and held.owner_id else _head(db)


def _head(db: Transaction) -> int | None:
    head = head_of(db, Department.SALES)
    return head.id if head else None


def _put(desk: Desk, made: Care, contacts: Sequence[Contact]) -> None:
    about = Ref(KIND, care.add(desk.db, made))
    _list(desk.db, [(about.id, contact) for contact in contacts])
    desk.begin(about, {"of": made.name, "owner": made.owner_id})
    ends = start_of_day(made.day + DAY, desk.zone)
    what = T("Greet: {what}", what=_words(made))
    desk.owe(about, "greet", what, clause=made.clause, by=ends, owner=made.owner_id)
    desk.at(start_of_day(made.day + 2 * DAY, desk.zone), about, DROP)
    tell_owner(desk, made, about)


def tell_owner(desk: Desk, made: Care, about: Ref) -> None:
    """In the morning, for rounds go at midnight; who stands in is told in their place."""
    if made.owner_id:
        morning = moment_of(desk.today, MORNING, desk.zone)
        desk.tell(ToPerson(made.owner_id), about, not_before=morning)


def _words(made: Care) -> T:
    words = sentence(made.what)
    assert isinstance(words, T)
    return words


def _list(db: Transaction, on_list: Sequence[tuple[int, Contact]]) -> None:
    """They are on the lists; who is not to be greeted without a thought is unticked, and why."""
    contacts = [contact for _, contact in on_list]
    complaining = cases.open_among(db, sorted({one.customer_id for one in contacts}))
    reached = care.reached(db, [known(one.id) for one in contacts])
    rows: list[tuple[int, int, Json]] = []
    for care_id, contact in on_list:
        why = _why_not(contact, complaining.get(contact.customer_id), contact.id in reached)
        rows.append((care_id, known(contact.id), encode(why) if why else None))
    care.greet(db, rows)


def _why_not(contact: Contact, case: str | None, reached: bool) -> T | None:  # noqa: FBT001
    """Why not; None if nothing speaks against it. `case` is an open one's number."""
    if contact.left_on:
        return T("has left")
    if case:
        return T("open case {number}", number=case)
    if not (contact.email or contact.phone or reached):
        return T("no way to reach them")
    return None
