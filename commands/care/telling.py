"""What is told for care: yearly days, who has left, and what people wish (clause 3.2)."""

from __future__ import annotations

from typing import Annotated

from commands import customers as customer_noun
from commands.care import heeding
from commands.care.remembering import remember
from commands.customers.wishes import Wished
from commands.kit.card import Ref
from commands.kit.command import Command
from commands.kit.desk import Desk
from commands.kit.errors import Invalid
from commands.kit.form import Ask, CustomerId
from commands.kit.lunar import Birthday, NotBirthday, read_birthday, shown
from commands.kit.people import Department
from commands.kit.words import T
from storage import customers, wishes
from storage.care import BIRTHDAY, COOPERATION
from storage.database import known
from storage.wishes import Wish

KEEPERS = {Department.SALES, Department.MARKETING, Department.MANAGEMENT, Department.PURCHASING}


class TellBirthday(
    Command,
    name="contact_birthday",
    aliases=("生日",),
    who=KEEPERS,
    clause="3.2.2",
    on=customer_noun.KIND,
):
    """Tell a birthday."""

    customer: Annotated[CustomerId, Ask("Which customer?", "Customer")]
    contact: Annotated[str, Ask("Whose birthday?", "Contact's name")]
    birthday: Annotated[str, Ask("When? Such as 1980-03-05 or lunar 8-15", "Birthday", named=True)]

    def run(self, desk: Desk) -> Ref:
        """Their owner has a greeting in time, every year."""
        contact_id = _called(desk, self.customer, self.contact)
        remember(desk, BIRTHDAY, self.customer, contact_id, _read("birthday", self.birthday))
        about = Ref(customer_noun.KIND, self.customer)
        desk.done = T(
            "{name}: {birthday}",
            name=self.contact,
            birthday=shown(_read("birthday", self.birthday)),
        )
        return about


class TellLeft(
    Command,
    name="contact_left",
    aliases=("联系人离职",),
    who=KEEPERS,
    clause="7.1",
    on=customer_noun.KIND,
):
    """A contact has left."""

    customer: Annotated[CustomerId, Ask("Which customer?", "Customer")]
    contact: Annotated[str, Ask("Who has left?", "Contact's name")]

    def run(self, desk: Desk) -> Ref:
        """They stay in the file, and are greeted no more."""
        contact_id = _called(desk, self.customer, self.contact)
        customers.leave(desk.db, contact_id, desk.today)
        heeding.heed(desk, self.customer)
        about = Ref(customer_noun.KIND, self.customer)
        desk.change(about, None, {"left": self.contact})
        return about


class TellSince(
    Command,
    name="customer_since",
    aliases=("合作起始",),
    who=KEEPERS,
    clause="3.2.3",
    on=customer_noun.KIND,
):
    """Since when we cooperate."""

    customer: Annotated[CustomerId, Ask("Which customer?", "Customer")]
    since: Annotated[str, Ask("Since when? Such as 2019-05-20", "Since")]

    def run(self, desk: Desk) -> Ref:
        """Each full year is told to the owner ahead of time."""
        day = _read("since", self.since)
        if day.year is None:
            raise Invalid("since", T("Which year did it begin in? Such as 2019-05-20."))
        remember(desk, COOPERATION, self.customer, None, day)
        return Ref(customer_noun.KIND, self.customer)


class TellWish(
    Command,
    name="greeting_wish",
    aliases=("祝福意愿",),
    who=KEEPERS,
    clause="3.2.1",
    on=customer_noun.KIND,
):
    """Tell a wish."""

    customer: Annotated[CustomerId, Ask("Which customer?", "Customer")]
    wish: Annotated[Wished, Ask("What do they wish?", "Wish")]
    contact: Annotated[str | None, Ask("Whose wish, if one contact's?", "Contact's name")] = None

    def run(self, desk: Desk) -> Ref:
        """It holds from now on, also for what is planned already."""
        who = _called(desk, self.customer, self.contact) if self.contact else None
        by, about = desk.person.id, Ref(customer_noun.KIND, self.customer)
        row = Wish(
            customer_id=self.customer, contact_id=who, wish=self.wish.value, by_id=by, at=desk.now
        )
        wishes.add(desk.db, row)
        heeding.heed(desk, self.customer)
        desk.change(about, None, {"wish": self.wish.value, "contact": who})
        return about


def _called(desk: Desk, customer_id: int, name: str) -> int:
    """The contact of a customer who has this name. Raises `Invalid`."""
    found = [one for one in customers.contacts(desk.db, customer_id) if one.name == name]
    if len(found) != 1:
        raise Invalid("contact", T("Nobody here is called {name}.", name=name))
    return known(found[0].id)


def _read(field: str, text: str) -> Birthday:
    try:
        return read_birthday(text)
    except NotBirthday as error:
        raise Invalid(field, T("Which day? Such as 5 March, 1980-03-05 or lunar 8-15.")) from error
