"""What comes up: each occasion in time gets its owner, its recipients and a drafted greeting (3.2).

Nothing is planned twice, for an occasion of a year has one name. Who should not be greeted is left
unticked, with the reason: whoever has the occasion in hands may decide otherwise.
"""

from __future__ import annotations

from collections.abc import Iterable
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
from commands.kit.words import T, encode, in_both, sentence
from storage import care, cases, customers, people
from storage.care import Care, Greeting, Occasion
from storage.customers import Contact
from storage.database import Transaction, known

KIND = care.KIND
BIRTHDAY, COOPERATION, FESTIVAL = "birthday", "cooperation", "festival"
AT_ONCE = 20
OWNERS_AT_ONCE = 1  # one may have hundreds of contacts
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
    policy = desk.policy.of(CarePolicy)
    ahead = policy.years_ahead_days if occasion.kind == COOPERATION else policy.ahead_days
    occasion.next_on = following(read_birthday(occasion.day), after, policy) or date.max
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
    """The holidays that come within the lead time, for the next owners of customers."""
    policy = desk.policy.of(CarePolicy)
    until = day + timedelta(days=policy.ahead_days) + DAY
    near = festivals_in(policy, HOME, day, until)
    found = people.page(desk.db, after, OWNERS_AT_ONCE) if near else []
    for row in found:
        for on, festival in near:
            _greet_all(desk, known(row.id), on, festival)
    return known(found[-1].id) if len(found) == OWNERS_AT_ONCE else None


def _greet_all(desk: Desk, owner_id: int, on: date, festival: Festival) -> None:
    name = f"{FESTIVAL}:{festival.name}:{on}:{owner_id}"
    ids = customers.all_owned_by(desk.db, owner_id)
    if not ids or care.named(desk.db, name):
        return
    contacts = [one for id_ in ids for one in customers.contacts(desk.db, id_)]
    if not contacts:
        return
    called = FESTIVALS.get(festival.en) or in_both(festival.zh, festival.en)
    made = Care(
        name=name,
        kind=FESTIVAL,
        clause=GREETINGS,
        owner_id=owner_id,
        day=on,
        what=encode(T("{festival}: greetings to your customers", festival=called)),
        text=encode(T("Happy {festival}! Thank you for working with us.", festival=called)),
    )
    _put(desk, made, contacts)


# --- both -----------------------------------------------------------------------------------------


def _owner(db: Transaction, customer_id: int) -> int | None:
    """Who looks after a customer; an empty seat falls to the head of sales."""
    held = customers.stewardship(db, customer_id)
    if held and held.owner_id:
        return held.owner_id
    head = head_of(db, Department.SALES)
    return head.id if head else None


def _put(desk: Desk, made: Care, contacts: Iterable[Contact]) -> None:
    about = Ref(KIND, care.add(desk.db, made))
    for contact in contacts:
        why = _why_not(desk.db, contact)
        greeting = Greeting(
            care_id=about.id,
            contact_id=known(contact.id),
            ticked=why is None,
            why=encode(why) if why else None,
        )
        care.greet(desk.db, greeting)
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


def _why_not(db: Transaction, contact: Contact) -> T | None:
    """Why somebody is not to be greeted without a thought; None if nothing speaks against it."""
    if contact.left_on:
        return T("has left")
    open_ = (one for one in cases.of_customer(db, contact.customer_id) if one.state == cases.OPEN)
    case = next(open_, None)
    if case:
        return T("open case {number}", number=case.number)
    if not (contact.email or contact.phone or people.accounts_of_contact(db, known(contact.id))):
        return T("no way to reach them")
    return None
