"""What comes up: each occasion in time gets its owner, its recipients and a drafted greeting (3.2).

Nothing is planned twice, for an occasion of a year has one name. Who should not be greeted is left
unticked, with the reason: whoever has the occasion in hands may decide otherwise.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, time, timedelta

from commands import customers as customer_noun
from commands.care import recipients
from commands.care.rules import (
    ANNIVERSARIES,
    BIRTHDAYS,
    GREETINGS,
    CarePolicy,
    Festival,
    festivals_in,
    following,
)
from commands.customers.parts import COUNTRY
from commands.kit.calendar import moment_of, start_of_day
from commands.kit.card import Ref
from commands.kit.countries import read_country
from commands.kit.desk import Desk
from commands.kit.lunar import born, read_birthday
from commands.kit.people import Department, ToPerson, head_of
from commands.kit.words import T, encode, in_both, sentence
from storage import care, customers, dues, profiles
from storage.care import COOPERATION, FESTIVAL, Care, Occasion
from storage.customers import Contact, Stewardship
from storage.database import Transaction, known
from storage.profiles import Profile

KIND = care.KIND
AT_ONCE = 20
CUSTOMERS_AT_ONCE = 30  # each may have a dozen contacts
MORNING = time(8)
DROP = "drop"
DAY = timedelta(days=1)


# --- yearly days ----------------------------------------------------------------------------------


def plan_days(desk: Desk, day: date, _after: int) -> int | None:
    """The next birthdays and years of cooperation that are due to be planned by this day."""
    found = care.coming(desk.db, day, AT_ONCE)
    for occasion in found:
        _come(desk, occasion)
    return 1 if len(found) == AT_ONCE else None


def _come(desk: Desk, occasion: Occasion) -> None:
    if care.named(desk.db, name_of(occasion)) is None:
        _begin(desk, occasion)
    turn_on(desk, occasion, occasion.next_on)
    care.turn(desk.db, occasion)


def turn_on(desk: Desk, occasion: Occasion, after: date) -> None:
    """The next time an occasion comes, after a day; never, if its calendar has no such day.

    The day on which cooperation begins completes no year.
    """
    policy, told = desk.policy.of(CarePolicy), read_birthday(occasion.day)
    ahead = policy.years_ahead_days if occasion.kind == COOPERATION else policy.ahead_days
    began = born(told) if occasion.kind == COOPERATION else None
    occasion.next_on = following(told, max(after, began or after), policy) or date.max
    early = occasion.next_on == date.max
    occasion.plan_on = date.max if early else occasion.next_on - timedelta(days=ahead)


def _begin(desk: Desk, occasion: Occasion) -> None:
    made = Care(
        name=name_of(occasion),
        kind=occasion.kind,
        clause=BIRTHDAYS if occasion.contact_id else ANNIVERSARIES,
        owner_id=_owner(desk.db, occasion.customer_id),
        customer_id=occasion.customer_id,
        day=occasion.next_on,
        what=encode(what_of(desk.db, occasion)),
    )
    contacts = customers.contacts(desk.db, occasion.customer_id)
    if occasion.contact_id:
        contacts = [one for one in contacts if one.id == occasion.contact_id]
        made.text = encode(T("Happy birthday! We wish you health, joy and success."))
    else:
        years = years_of(occasion)
        made.text = encode(T("Thank you for {n} years of cooperation. To many more!", n=years))
    about = _put(desk, made)
    meant = recipients.put(desk, made.kind, [(about.id, contact) for contact in contacts])
    if meant or not contacts:
        _owe(desk, made)


def name_of(occasion: Occasion, on: date | None = None) -> str:
    """What an occasion of a year is remembered by; of the next, unless another day is given."""
    whose = occasion.contact_id or occasion.customer_id
    return f"{occasion.kind}:{whose}:{on or occasion.next_on}"


def what_of(db: Transaction, occasion: Occasion) -> T:
    """What its owner reads of an occasion of a year."""
    customer = customer_noun.name_of(db, occasion.customer_id) or "?"
    if occasion.contact_id:
        contact = customers.contact(db, occasion.contact_id)
        name = contact.name if contact else "?"
        return T("Birthday of {name}, {customer}", name=name, customer=customer)
    years = years_of(occasion)
    return T("{n} years of cooperation with {customer}", n=years, customer=customer)


def years_of(occasion: Occasion) -> int:
    """How many full years it will be."""
    return occasion.next_on.year - (read_birthday(occasion.day).year or occasion.next_on.year)


# --- holidays -------------------------------------------------------------------------------------


def plan_festivals(desk: Desk, day: date, after: int) -> int | None:
    """The holidays that come within the lead time, for everybody at the next customers."""
    policy = desk.policy.of(CarePolicy)
    until = day + timedelta(days=policy.ahead_days) + DAY
    near = festivals_in(policy, None, day, until)
    held = customers.held_after(desk.db, after, CUSTOMERS_AT_ONCE) if near else []
    ids = [one.customer_id for one in held]
    contacts, files = customers.contacts_at(desk.db, ids), profiles.of_each(desk.db, ids)
    for on, festival in near:
        here = {id_ for id_ in ids if festival.is_kept_in(country_of(files.get(id_, {}), policy))}
        some = [one for one in contacts if one.customer_id in here]
        _greet_all(desk, held, some, on, festival)
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
    open_: list[Care] = []
    for owner_id, some in lists.items():
        made = care.named(desk.db, f"{name}{owner_id}")
        if made is None:
            made = _begin_festival(desk, f"{name}{owner_id}", owner_id, on, festival)
        elif made.state == care.OPEN:
            desk.touch(Ref(KIND, known(made.id)))
        else:
            continue
        on_list += [(known(made.id), contact) for contact in some]
        open_.append(made)
    meant = recipients.put(desk, FESTIVAL, on_list)
    for made in open_:
        if made.id in meant and not dues.still_on(desk.db, KIND, known(made.id)):
            _owe(desk, made)


def _begin_festival(
    desk: Desk, name: str, owner_id: int | None, on: date, festival: Festival
) -> Care:
    called = called_festival(festival)
    made = Care(
        name=name,
        kind=FESTIVAL,
        clause=GREETINGS,
        owner_id=owner_id,
        day=on,
        what=encode(what_of_festival(festival)),
        text=encode(T("Happy {festival}! Thank you for working with us.", festival=called)),
    )
    _put(desk, made)
    return made


def keeping(db: Transaction, policy: CarePolicy, owner_id: int, festival: Festival) -> list[int]:
    """The customers of an owner who are where a holiday is kept: as their file says, or at home."""
    ids = customers.all_owned_by(db, owner_id)
    files = profiles.of_each(db, ids) if festival.countries and ids else {}
    return [id_ for id_ in ids if festival.is_kept_in(country_of(files.get(id_, {}), policy))]


def country_of(profile: Profile, policy: CarePolicy) -> str:
    """Where a customer is."""
    said = profile.get(COUNTRY)
    return (read_country(said.value) if said else None) or policy.country


def name_of_festival(festival: Festival, on: date, owner_id: int) -> str:
    """What a holiday of a year is remembered by."""
    return f"{FESTIVAL}:{festival.name}:{on}:{owner_id}"


def what_of_festival(festival: Festival) -> T:
    """What an owner reads of it."""
    return T("{festival}: greetings to your customers", festival=called_festival(festival))


def called_festival(festival: Festival) -> T:
    """Its name, as the policy file has it."""
    return in_both(festival.zh, festival.en)


# --- both -----------------------------------------------------------------------------------------


def _owner(db: Transaction, customer_id: int) -> int | None:
    """Who looks after a customer; an empty seat falls to the head of sales."""
    held = customers.stewardship(db, customer_id)
    return held.owner_id if held and held.owner_id else _head(db)


def _head(db: Transaction) -> int | None:
    head = head_of(db, Department.SALES)
    return head.id if head else None


def _put(desk: Desk, made: Care) -> Ref:
    about = Ref(KIND, care.add(desk.db, made))
    desk.begin(about, {"of": made.name, "owner": made.owner_id})
    desk.at(start_of_day(made.day + 2 * DAY, desk.zone), about, DROP)
    tell_owner(desk, made, about)
    return about


def _owe(desk: Desk, made: Care) -> None:
    """Somebody is to be greeted, or thought of, by the end of the day."""
    about, ends = Ref(KIND, known(made.id)), start_of_day(made.day + DAY, desk.zone)
    what = _words(made)
    if made.kind != FESTIVAL:  # whose words say already that it is greeted
        what = T("Greet: {what}", what=what)
    desk.owe(about, "greet", what, clause=made.clause, by=ends, owner=made.owner_id)


def tell_owner(desk: Desk, made: Care, about: Ref) -> None:
    """In the morning, for rounds go at midnight; who stands in is told in their place."""
    if made.owner_id:
        morning = moment_of(desk.today, MORNING, desk.zone)
        desk.tell(ToPerson(made.owner_id), about, not_before=morning)


def _words(made: Care) -> T:
    words = sentence(made.what)
    assert isinstance(words, T)
    return words
