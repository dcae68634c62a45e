"""Everyday contact: one message keeps that a customer was spoken to; silence is seen (3.1.2c)."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Annotated, NamedTuple

from commands import customers as customer_noun
from commands.kit.card import STAFF, Button, Buttons, Card, Line, Note, Part, Quote, Ref
from commands.kit.command import Command
from commands.kit.desk import Desk
from commands.kit.errors import Invalid, Refused, no_such
from commands.kit.form import Ask, CallId, CustomerId
from commands.kit.noun import Involved, Look, Noun, nothing_found
from commands.kit.people import Department, Relation
from commands.kit.policy import Clause, Days, Section
from commands.kit.words import T, Words
from commands.means import Means, told
from commands.visits.rules import VisitPolicy, check_day
from storage import calls, customers, people, visits
from storage.calls import Call
from storage.database import Json, Transaction, known

KIND, CLAUSE = "call", "3.1.2c"
WORDS = T("contact")
WHEN = T("When was the contact?")
SHOWN = 5
_PAGE = re.compile(r"\s*(?:page|第)?\s*(\d{1,4})\s*页?\s*", re.IGNORECASE)


class CallPolicy(Section, section="contacts"):
    """The numbers of clause 3.1.2c."""

    silent_days: Annotated[int, Clause("3.1.2c"), Days]


class LogCall(
    Command,
    name="contact",
    aliases=("联络",),
    who={Department.SALES, Department.MANAGEMENT, Department.PURCHASING},
    clause=CLAUSE,
    makes=True,
):
    """Log a contact."""

    customer: Annotated[CustomerId, Ask("Which customer?", "Customer")]
    notes: Annotated[str, Ask("What was said?", "Notes", long=True)]
    means: Annotated[Means | None, Ask("How?", "How")] = None
    day: Annotated[date | None, Ask("When?", "Day")] = None

    def run(self, desk: Desk) -> Ref:
        """Keep it."""
        if customers.get(desk.db, self.customer) is None:
            raise no_such(customer_noun.WORDS)
        day = self.day or desk.today
        check_day(day, desk.today, desk.policy.of(VisitPolicy).oldest_days, WHEN)
        call = Call(
            customer_id=self.customer,
            person_id=desk.person.id,
            means=(self.means or told(self.notes)).value,
            day=day,
            notes=self.notes,
            recorded_at=desk.recorded_at,
            source=desk.source.kept(),
        )
        about = Ref(KIND, calls.add(desk.db, call))
        desk.begin(about, _kept(call))
        return about

    @classmethod
    def mend(cls, desk: Desk, about: Ref, changed: Mapping[str, Json]) -> None:
        """The line now reads so: it follows it while it may be changed."""
        call = _mine(desk, about.id)
        before = _kept(call)
        if not changed.get("notes", call.notes) or not changed.get("customer", call.customer_id):
            raise Refused(T("Customer or notes are missing now. Nothing was changed."))
        call.customer_id = changed.get("customer", call.customer_id)
        read = call.means == told(call.notes).value
        call.notes = changed.get("notes", call.notes)
        way = changed.get("means", None if read else call.means)
        call.means = way or told(call.notes).value
        if "day" in changed:
            call.day = date.fromisoformat(changed["day"]) if changed["day"] else desk.today
            check_day(call.day, desk.today, desk.policy.of(VisitPolicy).oldest_days, WHEN)
        calls.mend(desk.db, call)
        desk.change(about, before, _kept(call), shown=_kept(call))


class Undo(
    Command,
    name="contact_undo",
    aliases=("撤销联络",),
    who={Relation.OWNER},
    clause=CLAUSE,
    on=KIND,
):
    """Take a contact back."""

    call: Annotated[CallId, Ask("Which contact was it?", "Contact made")]

    def run(self, desk: Desk) -> Ref:
        """Take it back; it stays on record as taken back."""
        call = _mine(desk, self.call)
        calls.undo(desk.db, self.call, desk.recorded_at)
        about = Ref(KIND, self.call)
        after = {**_kept(call), "undone": True}
        desk.change(about, _kept(call), after, shown=after)
        return about


class ListSilent(
    Command,
    name="silent",
    aliases=("久未联系", "久未联络"),
    who={Department.SALES, Department.MANAGEMENT, Department.PURCHASING},
    clause=CLAUSE,
):
    """List silent customers."""

    page: Annotated[str | None, Ask("Which page?", "Page")] = None

    def run(self, desk: Desk) -> Card:
        """One's own and one's team's with whom nobody spoke for long, the longest silence first."""
        me, days = desk.person.id, desk.policy.of(CallPolicy).silent_days
        owners = [me, *_team(desk.db, me)]
        found = silent(desk.db, owners, desk.today, days)
        own = customers.all_owned_by(desk.db, me)
        none = () if own else (Note(T("You look after no customers yourself.")),)
        if not found:
            title = T("No customer has been silent for more than {n} days", n=days)
            return Card(title, (*none, _counted()))
        return _page_of(desk, found, page_in(self.page), none)


def page_in(text: str | None) -> int:
    """The number of a page, the first without any; raises `Invalid`."""
    said = _PAGE.fullmatch(text or "1")
    if said is None:
        raise Invalid("page", T("Please answer with the number of a page."))
    return max(1, int(said[1]))


def _page_of(desk: Desk, found: Sequence[Silence], page: int, above: tuple[Part, ...]) -> Card:
    """So many of a list, whose they are where they are not one's own, and a way to the next."""
    page = min(page, -(-len(found) // SHOWN))
    here = found[(page - 1) * SHOWN : page * SHOWN]
    rows = tuple(Line(_line(desk, one), STAFF) for one in here)
    logs = tuple(_log(desk.db, one) for one in here if one.owner_id == desk.person.id)
    more = len(found) - page * SHOWN
    rest: tuple[Part, ...] = ()
    if more > 0:
        next_ = Button(T("The next ones"), "silent", {"page": str(page + 1)})
        rest = (Note(T("and {n} more", n=more)), Buttons((next_,)))
    title = T("{n} silent customer", "{n} silent customers", n=len(found))
    return Card(title, (*above, *rows, *((Buttons(logs),) if logs else ()), *rest))


def _counted() -> Note:
    return Note(T("Whom nobody has spoken to yet counts from the day they were taken up."))


# --- silence --------------------------------------------------------------------------------------


class Silence(NamedTuple):
    """A customer with whom nobody has spoken for long: since when, if ever, and who owns it."""

    customer_id: int
    last: date | None
    owner_id: int


def silent(db: Transaction, owners: Sequence[int], today: date, days: int) -> list[Silence]:
    """These persons' customers whom nobody visited or contacted for so many days.

    A customer that was taken up less than so many days ago has not been silent for long.
    """
    before = today - timedelta(days=days)
    whose = {id_: owner for owner in owners for id_ in customers.all_owned_by(db, owner)}
    lately = _last_touch(db, list(whose))
    held = customers.stewardships(db, list(whose))
    found = [
        Silence(id_, lately.get(id_), owner)
        for id_, owner in whose.items()
        if (lately.get(id_) or held[id_].since.date()) < before
    ]
    return sorted(found, key=lambda one: (one.last or date.min, one.customer_id))


def _team(db: Transaction, person_id: int) -> list[int]:
    """Everybody who reports to a person, or to somebody who does."""
    found: list[int] = []
    asked = [person_id]
    while asked:
        below = [known(one.id) for one in people.reporting_to(db, asked.pop())]
        fresh = [id_ for id_ in below if id_ not in found and id_ != person_id]
        found += fresh
        asked += fresh
    return found


def _last_touch(db: Transaction, ids: Sequence[int]) -> dict[int, date]:
    last = calls.last(db, ids)
    met = visits.counts(db, ids) if ids else {}
    for id_, (_many, day) in met.items():
        last[id_] = max(day, last.get(id_, day))
    return last


def pointed_out(db: Transaction, owner_id: int, today: date, days: int) -> tuple[Part, ...]:
    """Silent customers in a line, for their owner's morning."""
    found = silent(db, [owner_id], today, days)
    if not found:
        return ()
    first, more = _name(db, found[0]), len(found) - 1
    told_ = T("Silent for {days} days: {first}", days=days, first=first)
    if more:
        told_ = T("Silent for {days} days: {first} and {n} more", days=days, first=first, n=more)
    return (Line(told_, STAFF), Buttons((Button(T("Silent customers"), "silent"),)))


def _name(db: Transaction, one: Silence) -> str:
    return customer_noun.name_of(db, one.customer_id) or "?"


def _line(desk: Desk, one: Silence) -> Words:
    name = _name(desk.db, one)
    said = T("{customer}: never spoken to", customer=name)
    if one.last:
        said = T("{customer}: last on {day:weekday}", customer=name, day=one.last)
    owner = None if one.owner_id == desk.person.id else people.get(desk.db, one.owner_id)
    return T("{said} ({name})", said=said, name=owner.name) if owner else said


def _log(db: Transaction, one: Silence) -> Button:
    bound = {"customer": one.customer_id}
    return Button(T("Contacted {customer}", customer=_name(db, one)), "contact", bound)


# --- the noun -------------------------------------------------------------------------------------


def _kept(call: Call) -> dict[str, Json]:
    return {
        "customer": call.customer_id,
        "day": call.day.isoformat(),
        "means": call.means,
        "notes": call.notes,
    }


def _mine(desk: Desk, call_id: int) -> Call:
    call = calls.get(desk.db, call_id)
    if call is None:
        raise no_such(WORDS)
    hours = desk.policy.of(VisitPolicy).correct_hours
    if call.undone_at is not None:
        raise Refused(T("This contact was taken back."))
    if desk.recorded_at - call.recorded_at > timedelta(hours=hours):
        span = timedelta(hours=hours)
        raise Refused(T("A contact can be changed for {span}; this one is older.", span=span))
    return call


def card(look: Look, id_: int) -> Card:
    """A logged contact."""
    call = calls.get(look.db, id_)
    if call is None:
        return Card(T("This is no longer here."))
    about = Ref(KIND, id_)
    name = customer_noun.name_of(look.db, call.customer_id) or "?"
    notes = Quote(call.notes, to=STAFF)
    if call.undone_at:
        title = T("↩️ Contact taken back: {customer} · {day:near}", customer=name, day=call.day)
        return Card(title, (notes,), about)
    how = Means(call.means).words
    title = T("✅ Contact logged: {customer} · {day:near}", customer=name, day=call.day)
    by = people.get(look.db, call.person_id)
    logged = (Note(T("Logged by {name}", name=by.name)),) if by else ()
    undo = Buttons((Button(T("Undo"), "contact_undo", {}, about, style="danger"),))
    return Card(title, (Line(how, STAFF), notes, *logged, undo), about)


def involved(db: Transaction, id_: int) -> Involved | None:
    """Who logged it."""
    call = calls.get(db, id_)
    return Involved(owner_id=call.person_id) if call else None


def _name_of(db: Transaction, id_: int) -> str | None:
    call = calls.get(db, id_)
    return customer_noun.name_of(db, call.customer_id) if call else None


NOUN = Noun(
    kind=KIND,
    words=WORDS,
    find=nothing_found,
    name_of=_name_of,
    card=card,
    involved=involved,
)
