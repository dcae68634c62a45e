"""What is done about an occasion: sent with one tap, reworded, done by hand, or not (3.2)."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import Annotated

from commands import customers as customer_noun
from commands.care.planning import BIRTHDAY, COOPERATION, DAY, KIND, turn_on
from commands.kit.calendar import moment_of, start_of_day
from commands.kit.card import Card, Ref
from commands.kit.command import Command
from commands.kit.desk import Desk
from commands.kit.errors import Invalid, Refused, no_such
from commands.kit.form import Ask, CareId, CustomerId
from commands.kit.lunar import Birthday, NotBirthday, read_birthday, shown, written
from commands.kit.people import Department, Relation, ToContact
from commands.kit.words import T, encode, sentence
from storage import care, customers, dues, people
from storage.care import MAIL, TEXT, Care, Occasion
from storage.customers import Contact
from storage.database import Transaction, known
from storage.people import Account
from storage.reach import email_key, phone_key

WORDS = T("greeting")
OWNERS = {Relation.OWNER, Relation.SUPERIOR}
NINE = time(9)
NEVER_USED = datetime(2000, 1, 1, tzinfo=UTC)


def _open(desk: Desk, id_: int) -> Care:
    made = care.get(desk.db, id_)
    if made is None:
        raise no_such(WORDS)
    if made.state != care.OPEN:
        raise Refused(T("This is settled already: {what}", what=sentence(made.what)))
    return made


def _settle(desk: Desk, made: Care, state: str, reason: str = "") -> Ref:
    """It is seen to: what was owed is done, in time or late, or excused with the reason."""
    about = Ref(KIND, known(made.id))
    made.state, made.reason = state, reason
    made.by_id, made.at = desk.person.id, desk.recorded_at
    care.save(desk.db, made)
    for due in dues.still_on(desk.db, KIND, about.id):
        if state == care.SKIPPED:
            dues.settle(desk.db, due, dues.EXCUSED, None, desk.recorded_at, reason=reason)
        else:
            desk.keep(due, at=desk.now, evidence=str(about))
    desk.change(about, {"state": care.OPEN}, {"state": state, "reason": reason})
    return about


class Show(Command, name="care_show", aliases=("祝福",), who=OWNERS, clause="3.2.1", on=KIND):
    """Show a greeting."""

    care: Annotated[CareId, Ask("Which greeting?", "Greeting")]

    def run(self, desk: Desk) -> Ref:
        """Its card."""
        if care.get(desk.db, self.care) is None:
            raise no_such(WORDS)
        return Ref(KIND, self.care)


class Send(Command, name="care_send", aliases=("发送祝福",), who=OWNERS, clause="3.2.1", on=KIND):
    """Send greetings."""

    care: Annotated[CareId, Ask("Which greeting?", "Greeting")]

    def run(self, desk: Desk) -> Ref:
        """Each recipient gets one, on the morning of the day; a late one goes at once."""
        made = _open(desk, self.care)
        ticked = [one for one in care.greetings(desk.db, self.care) if one.ticked]
        if not ticked:
            raise Refused(
                T("Nobody is to be greeted. Add somebody, or say that it is done by hand.")
            )
        at = moment_of(made.day, NINE, desk.zone)
        until = start_of_day(made.day + 2 * DAY, desk.zone)
        for greeting in ticked:
            contact = customers.contact(desk.db, greeting.contact_id)
            if contact is None:
                continue
            reach(desk.db, contact)
            words = T("{name}: {text}", name=contact.name, text=sentence(made.text))
            card = Card(words, (), Ref(KIND, self.care))
            to = ToContact(known(contact.id))
            desk.tell(to, card, not_before=at, useful_until=until, repeats=False)
        return _settle(desk, made, care.SENT)


def reach(db: Transaction, contact: Contact) -> None:
    """A contact can be written to by e-mail and by text message, if their file says how.

    Chats that they use themselves come first, e-mail second.
    """
    ways = ((TEXT, phone_key(contact.phone)), (MAIL, email_key(contact.email)))
    for nth, (platform, address) in enumerate(ways):
        if address and people.account(db, platform, "", address) is None:
            used = NEVER_USED + timedelta(days=nth)
            row = Account(
                platform=platform,
                workspace="",
                user=address,
                chat=address,
                contact_id=contact.id,
                used_at=used,
            )
            people.add_account(db, row)


class Reword(Command, name="care_text", aliases=("改祝福语",), who=OWNERS, clause="3.2.1", on=KIND):
    """Change the words."""

    care: Annotated[CareId, Ask("Which greeting?", "Greeting")]
    text: Annotated[str, Ask("What should it say?", "Words", long=True)]

    def run(self, desk: Desk) -> Ref:
        """Everybody who is greeted reads these."""
        made = _open(desk, self.care)
        before, made.text = made.text, encode(self.text.strip())
        care.save(desk.db, made)
        about = Ref(KIND, self.care)
        desk.change(about, {"text": before}, {"text": made.text})
        return about


class Tick(Command, name="care_tick", aliases=("增减收件人",), who=OWNERS, clause="3.2.1", on=KIND):
    """Add or leave out."""

    care: Annotated[CareId, Ask("Which greeting?", "Greeting")]
    who: Annotated[str, Ask("Whom to add or leave out?", "Who")]

    def run(self, desk: Desk) -> Ref:
        """Whoever is named is greeted if they were not to be, and the other way round."""
        _open(desk, self.care)
        named = {part.strip() for part in self.who.replace("，", "、").split("、")} - {""}
        met = set()
        for greeting in care.greetings(desk.db, self.care):
            contact = customers.contact(desk.db, greeting.contact_id)
            if contact and contact.name in named:
                care.tick(desk.db, known(greeting.id), ticked=not greeting.ticked)
                met.add(contact.name)
        if strange := sorted(named - met):
            raise Invalid("who", T("Nobody here is called {name}.", name=strange[0]))
        about = Ref(KIND, self.care)
        desk.change(about, None, {"turned": sorted(met)})
        return about


class ByHand(
    Command, name="care_done", aliases=("已人工祝福",), who=OWNERS, clause="3.2.1", on=KIND
):
    """Greeted by hand."""

    care: Annotated[CareId, Ask("Which greeting?", "Greeting")]
    how: Annotated[str | None, Ask("How?", "How", long=True)] = None

    def run(self, desk: Desk) -> Ref:
        """A call, a card, a gift, a visit: nothing is sent any more."""
        return _settle(desk, _open(desk, self.care), care.BY_HAND, self.how or "")


class Skip(Command, name="care_skip", aliases=("不祝福",), who=OWNERS, clause="3.2.1", on=KIND):
    """Do not greet."""

    care: Annotated[CareId, Ask("Which greeting?", "Greeting")]
    reason: Annotated[str, Ask("Why not?", "Reason", long=True)]

    def run(self, desk: Desk) -> Ref:
        """It is excused with the reason."""
        return _settle(desk, _open(desk, self.care), care.SKIPPED, self.reason.strip())


# --- yearly days are told -------------------------------------------------------------------------

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
        _remember(desk, BIRTHDAY, self.customer, contact_id, self.birthday)
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
        if _read("since", self.since).year is None:
            raise Invalid("since", T("Which year did it begin in? Such as 2019-05-20."))
        _remember(desk, COOPERATION, self.customer, None, self.since)
        return Ref(customer_noun.KIND, self.customer)


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


def _remember(desk: Desk, kind: str, customer_id: int, contact_id: int | None, text: str) -> None:
    day = written(_read("birthday" if kind == BIRTHDAY else "since", text))
    all_ = care.occasions(desk.db, customer_id, kind)
    before = next((one for one in all_ if one.contact_id == contact_id), None)
    was = before.day if before else None
    occasion = before or Occasion(
        kind=kind,
        customer_id=customer_id,
        contact_id=contact_id,
        day=day,
        next_on=date.max,
        plan_on=date.max,
    )
    occasion.day = day
    turn_on(desk, occasion, desk.today - DAY)
    if before:
        care.turn(desk.db, occasion)
    else:
        care.remember(desk.db, occasion)
    after = {kind: day, "contact": contact_id}
    desk.change(Ref(customer_noun.KIND, customer_id), {kind: was}, after)
