"""The basic, business and financial parts are filled in, each by those who know it (clause 7.1)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Annotated

from commands.customers import completing
from commands.customers.parts import BASIC, BUSINESS, FINANCE, ITEM, REGISTRATION
from commands.customers.rules import FILE_KEEPERS, KIND, WORDS
from commands.kit.card import Ref
from commands.kit.command import Command
from commands.kit.countries import read_country
from commands.kit.desk import Desk
from commands.kit.errors import Invalid, Refused, no_such
from commands.kit.form import Ask, CustomerId
from commands.kit.people import Department
from commands.kit.words import T
from storage import customers, people, profiles
from storage.database import Json, Transaction
from storage.profiles import ProfileEntry

KEEPERS = FILE_KEEPERS | {Department.FINANCE}
TRUSTED = {Department.FINANCE, Department.MANAGEMENT}
# What somebody writes to have nothing stand there: an answer left out leaves what does.
NOTHING = frozenset({"-", "－", "—", "清空", "clear"})


def fill(desk: Desk, customer_id: int, told: Mapping[str, str | None], *, sealed: bool) -> None:
    """Keep what was told; what was not stays. Sealed values are journalled by name alone."""
    before = profiles.of(desk.db, customer_id)
    said = {field: value.strip() for field, value in told.items() if value and value.strip()}
    meant = {field: "" if value in NOTHING else value for field, value in said.items()}
    changed = {
        field: value
        for field, value in meant.items()
        if (sealed and value) or value != _value(before, field)
    }
    _check_unchanged(desk, before, changed)
    by = desk.actor.person.id if desk.actor.person else None
    for field, value in changed.items():
        kept = desk.db.keyring.seal(value) if sealed and value else value
        entry = ProfileEntry(
            customer_id=customer_id, field=field, value=kept, by_id=by, at=desk.now
        )
        profiles.write(desk.db, entry)
    about = Ref(KIND, customer_id)
    if sealed and changed:
        desk.change(about, None, {"told": sorted(changed)})
    elif changed:
        was = {field: _value(before, field) for field in changed}
        desk.change(about, was, changed)
    if "products" in changed:
        completing.flag(desk, customer_id, {"Products": changed["products"]})
    completing.look(desk, customer_id)


def _check_unchanged(
    desk: Desk, before: Mapping[str, ProfileEntry], changed: Mapping[str, str]
) -> None:
    """A form that was opened before a colleague's change must not take that back unseen."""
    begun, me = desk.source.begun, desk.actor.person.id if desk.actor.person else None
    for field in changed:
        entry = before.get(field)
        if entry and begun and entry.at > begun and entry.by_id != me:
            who = people.get(desk.db, entry.by_id or 0)
            raise Refused(
                T(
                    "{who} has changed “{what}” meanwhile. Look at the file, then tell it anew.",
                    who=who.name if who else "?",
                    what=ITEM[field].words,
                )
            )


def _value(entries: Mapping[str, ProfileEntry], field: str) -> str:
    return entries[field].value if field in entries else ""


def _present(db: Transaction, id_: int, fields: Iterable[str]) -> dict[str, Json]:
    entries = profiles.of(db, id_)
    return {field: entries[field].value for field in fields if field in entries}


class TellBasic(
    Command,
    name="customer_basic",
    aliases=("基本信息",),
    who=KEEPERS,
    clause="7.1",
    on=KIND,
    fills=True,
):
    """Tell basic facts."""

    customer: Annotated[CustomerId, Ask("Which customer?", "Customer")]
    legal: Annotated[
        str | None, Ask("Who is its legal representative?", "Legal representative")
    ] = None
    address: Annotated[str | None, Ask("What is its address?", "Address", long=True)] = None
    scope: Annotated[
        str | None, Ask("What may it do by its licence?", "Business scope", long=True)
    ] = None
    capital: Annotated[str | None, Ask("What is its registered capital?", "Registered capital")] = (
        None
    )
    country: Annotated[str | None, Ask("In which country is it?", "Country")] = None
    registration: Annotated[
        str | None, Ask("What is its registration number?", "Registration number")
    ] = None

    @classmethod
    def present(cls, db: Transaction, id_: int) -> Mapping[str, Json]:
        """What is known."""
        found = customers.get(db, id_)
        number = {REGISTRATION: found.registration} if found and found.registration else {}
        return _present(db, id_, BASIC) | number

    def run(self, desk: Desk) -> Ref:
        """Keep it; a registration number that another file has is refused."""
        found = customers.get(desk.db, self.customer)
        if found is None:
            raise no_such(WORDS)
        check_country(self.country)
        number = "".join((self.registration or "").split()).upper()
        if number and number != found.registration:
            self._check_free(desk, number)
            customers.describe(desk.db, self.customer, number, found.note)
            after = {REGISTRATION: number}
            was = {REGISTRATION: found.registration}
            desk.change(Ref(KIND, self.customer), was, after, shown=after)
            completing.flag(desk, self.customer, {"Registration number": number})
        fill(desk, self.customer, {name: getattr(self, name) for name in BASIC}, sealed=False)
        return Ref(KIND, self.customer, "file")

    def _check_free(self, desk: Desk, number: str) -> None:
        others = [one for one in customers.registered(desk.db, number) if one.id != self.customer]
        if others:
            said = T("{name} has this registration number already.", name=others[0].name)
            raise Refused(said)


def check_country(said: str | None) -> None:
    """Holidays go by it, so it is one that is known. Raises `Invalid`."""
    name = (said or "").strip()
    if name and name not in NOTHING and read_country(name) is None:
        raise Invalid("country", T("I know no country called {name}.", name=name))


class TellBusiness(
    Command,
    name="customer_business",
    aliases=("经营信息",),
    who=KEEPERS,
    clause="7.1",
    on=KIND,
    fills=True,
):
    """Tell business facts."""

    customer: Annotated[CustomerId, Ask("Which customer?", "Customer")]
    products: Annotated[str | None, Ask("What do they make?", "Products", long=True)] = None
    prices: Annotated[str | None, Ask("At what prices?", "Prices", long=True)] = None
    terms: Annotated[str | None, Ask("What is their sales policy?", "Sales policy", long=True)] = (
        None
    )
    share: Annotated[str | None, Ask("What is their market share?", "Market share")] = None
    buyers: Annotated[
        str | None, Ask("Who are their main customers?", "Main customers", long=True)
    ] = None

    @classmethod
    def present(cls, db: Transaction, id_: int) -> Mapping[str, Json]:
        """What is known."""
        return _present(db, id_, BUSINESS)

    def run(self, desk: Desk) -> Ref:
        """Keep it."""
        fill(desk, self.customer, {name: getattr(self, name) for name in BUSINESS}, sealed=False)
        return Ref(KIND, self.customer, "file")


class TellFinance(
    Command,
    name="customer_finance",
    aliases=("财务信息",),
    who=TRUSTED,
    clause="7.1",
    on=KIND,
    fills=True,
):
    """Tell financial facts."""

    customer: Annotated[CustomerId, Ask("Which customer?", "Customer")]
    condition: Annotated[
        str | None, Ask("How do its finances stand?", "Financial condition", long=True, secret=True)
    ] = None
    rating: Annotated[
        str | None, Ask("What is its credit rating?", "Credit rating", secret=True)
    ] = None

    def run(self, desk: Desk) -> Ref:
        """Keep it sealed; nobody else learns more than that it was told."""
        fill(desk, self.customer, {name: getattr(self, name) for name in FINANCE}, sealed=True)
        return Ref(KIND, self.customer, "file")
