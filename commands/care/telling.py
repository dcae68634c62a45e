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
from commands.kit.errors import Invalid, Refused
from commands.kit.form import Ask, CustomerId
from commands.kit.lunar import Birthday, NotBirthday, born, read_birthday, shown
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
        day = _read("birthday", self.birthday)
        if _is_to_come(desk, day):
            raise Invalid("birthday", T("That day is still to come. When were they born?"))
        remember(desk, BIRTHDAY, self.customer, contact_id, day)
        desk.done = T("{name}: {birthday}", name=self.contact, birthday=shown(day))
        return Ref(customer_noun.KIND, self.customer)


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
        contact = customers.contact(desk.db, contact_id)
        if contact and contact.left_on:
            left = T("{name} has left already, on {day}.", name=contact.name, day=contact.left_on)
            raise Refused(left)
        customers.leave(desk.db, contact_id, desk.today)
        heeding.heed(desk, self.customer)
        about = Ref(customer_noun.KIND, self.customer)
        desk.change(about, None, {"left": self.contact})
        return about


class TellBack(
    Command,
    name="contact_back",
    aliases=("联系人在职",),
    who=KEEPERS,
    clause="7.1",
    on=customer_noun.KIND,
):
    """A contact is still there."""

    customer: Annotated[CustomerId, Ask("Which customer?", "Customer")]
    contact: Annotated[str, Ask("Who is there?", "Contact's name")]

    def run(self, desk: Desk) -> Ref:
        """They have not left after all, or are back; what is planned from now on counts them in."""
        contact_id = _called(desk, self.customer, self.contact)
        contact = customers.contact(desk.db, contact_id)
        if contact is None or contact.left_on is None:
            raise Refused(T("{name} has not left.", name=self.contact))
        customers.leave(desk.db, contact_id, None)
        about = Ref(customer_noun.KIND, self.customer)
        desk.change(about, {"left": str(contact.left_on)}, {"back": self.contact})
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
        if born(day) is None or _is_to_come(desk, day):
            raise Invalid("since", T("That day is still to come. Since when do we cooperate?"))
        remember(desk, COOPERATION, self.customer, None, day)
        desk.done = T("Cooperating since {day}", day=born(day))
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


def _is_to_come(desk: Desk, day: Birthday) -> bool:
    at = born(day)
    return at > desk.today if at else (day.year or 0) > desk.today.year
