"""What can be done with a customer's file: opened, named, owned, contacts added (clause 7.1)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated

from commands.customers import completing
from commands.customers.rules import FILE_KEEPERS, KIND, WORDS, called
from commands.kit.card import Card, Ref
from commands.kit.command import Command
from commands.kit.desk import Desk
from commands.kit.errors import Refused, no_such
from commands.kit.form import EMAIL, PHONE, Ask, CustomerId, PersonId
from commands.kit.people import Department, Role, ToPerson
from commands.kit.words import T
from storage import customers, lookup, readings
from storage.customers import Contact, Customer
from storage.database import Json, Transaction


class ShowCustomer(Command, name="customer", aliases=("客户",), who={Role.STAFF}, clause="7.2.1"):
    """Show a customer's file."""

    customer: Annotated[CustomerId, Ask("Which customer?", "Customer")]

    def run(self, desk: Desk) -> Ref:
        """Show it."""
        return Ref(KIND, self.customer)


class AddCustomer(
    Command,
    name="customer_add",
    aliases=("新增客户", "新客户"),
    who=FILE_KEEPERS,
    clause="7.1",
    makes=True,
):
    """Open a customer's file."""

    name: Annotated[str, Ask("What is the customer's full name?", "Full name")]
    short: Annotated[str | None, Ask("What do people call it?", "Short name")] = None
    owner: Annotated[PersonId | None, Ask("Who owns this customer?", "Owner")] = None
    important: Annotated[bool, Ask("Is it an important customer?", "Important")] = False

    def run(self, desk: Desk) -> Ref:
        """Open the file, unless there is one with this name."""
        if customers.known_as(desk.db, readings.bare(self.name)):
            raise Refused(T("There is a customer called {name} already.", name=self.name))
        return open_file(
            desk,
            self.name,
            short=self.short or "",
            owner_id=self.owner or desk.person.id,
            important=self.important,
        )


def open_file(desk: Desk, name: str, *, short: str, owner_id: int | None, important: bool) -> Ref:
    """Open a customer's file with its names and owner, for a command, the sample or an import."""
    row = Customer(name=name, short=short or readings.core(name), created_at=desk.now)
    id_ = customers.add(desk.db, row)
    for called_so in dict.fromkeys((name, row.short)):
        lookup.add_name(desk.db, id_, called_so)
    customers.steward(desk.db, id_, owner_id, important=important, at=desk.now)
    about = Ref(KIND, id_)
    desk.begin(about, {"name": name, "owner": owner_id, "important": important})
    return about


class NameCustomer(
    Command,
    name="customer_name",
    aliases=("简称",),
    who={Role.STAFF},
    clause="7.2.1",
    on=KIND,
):
    """Add a short name."""

    customer: Annotated[CustomerId, Ask("Which customer?", "Customer")]
    name: Annotated[str, Ask("What else is it called?", "Short name")]

    def run(self, desk: Desk) -> Ref:
        """Add the name."""
        about = Ref(KIND, self.customer)
        bearers = customers.known_as(desk.db, readings.bare(self.name))
        if any(one.id != self.customer for one in bearers):
            raise Refused(T("There is a customer called {name} already.", name=self.name))
        if not bearers:
            lookup.add_name(desk.db, self.customer, self.name)
        desk.change(about, None, {"name": self.name})
        return about


class OwnCustomer(
    Command,
    name="customer_owner",
    aliases=("客户负责人",),
    who={Department.MANAGEMENT, Department.SALES},
    clause="3.1.1a",
    on=KIND,
):
    """Change owner."""

    customer: Annotated[CustomerId, Ask("Which customer?", "Customer")]
    owner: Annotated[PersonId, Ask("Who owns this customer?", "Owner")]
    important: Annotated[bool | None, Ask("Is it an important customer?", "Important")] = None

    @classmethod
    def present(cls, db: Transaction, id_: int) -> Mapping[str, Json]:
        """Owner and importance as they are."""
        now = customers.stewardship(db, id_)
        return {"owner": now.owner_id, "important": now.important} if now else {}

    def run(self, desk: Desk) -> Ref:
        """End the present ownership and begin the new one; the past stays as it was."""
        about = Ref(KIND, self.customer)
        earlier = customers.stewardship(desk.db, self.customer)
        important = self.important
        if important is None:  # not said: it stays
            important = earlier.important if earlier else False
        customers.steward(desk.db, self.customer, self.owner, important=important, at=desk.now)
        before = {"owner": earlier.owner_id, "important": earlier.important} if earlier else None
        after = {"owner": self.owner, "important": important}
        desk.change(about, before, after, shown=after)
        found = customers.get(desk.db, self.customer)
        if found and self.owner not in {desk.person.id, earlier.owner_id if earlier else None}:
            news = Card(T("You own {customer} now", customer=called(found)), (), about)
            desk.tell(ToPerson(self.owner), news)
        return about


class AddContact(
    Command,
    name="contact_add",
    aliases=("新增联系人", "联系人"),
    who={Role.STAFF},
    clause="7.1",
    on=KIND,
):
    """Add a contact."""

    customer: Annotated[CustomerId, Ask("Which customer?", "Customer")]
    name: Annotated[str, Ask("What is the contact's name?", "Name")]
    title: Annotated[str | None, Ask("What is their position?", "Position")] = None
    phone: Annotated[str | None, PHONE] = None
    email: Annotated[str | None, EMAIL] = None

    def run(self, desk: Desk) -> Ref:
        """Add the contact."""
        if customers.get(desk.db, self.customer) is None:
            raise no_such(WORDS)
        about = Ref(KIND, self.customer)
        customers.add_contact(
            desk.db,
            Contact(
                customer_id=self.customer,
                name=self.name,
                title=self.title or "",
                phone=self.phone or "",
                email=self.email or "",
                created_at=desk.now,
            ),
        )
        desk.change(about, None, {"contact": self.name})
        completing.look(desk, self.customer)
        return about
