"""Bank accounts: one person enters one, another confirms it after calling the customer back (7.1).

Every change is told to management. Nobody but finance and management sees one, and then masked;
whoever wants the number looks at it, which is recorded.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from typing import Annotated, ParamSpec

from commands.customers import bank_words, completing
from commands.customers.filling import TRUSTED
from commands.customers.finance import LOOK, TO
from commands.customers.finance import UNREADABLE as LOCKED
from commands.customers.finding import find as find_customers
from commands.customers.finding import leads as lead_customers
from commands.customers.finding import name_of as customer_of
from commands.customers.parts import FilePartsPolicy
from commands.customers.rules import KIND as CUSTOMER
from commands.kit.card import STAFF, Button, Buttons, Card, Facts, Line, Note, Part, Ref
from commands.kit.command import Command
from commands.kit.desk import Desk
from commands.kit.errors import Denied, Invalid, Refused, no_such
from commands.kit.form import Ask, BankId, CustomerId
from commands.kit.noun import Found, Involved, Look, Matches, Noun
from commands.kit.people import Actor, Department, Person, ToPerson, members_of
from commands.kit.words import T
from commands.kit.workdays import working_days
from storage import absences, banks, dues, looks
from storage.banks import CONFIRMED, ENDED, ENTERED, REFUSED, BankAccount, Details
from storage.database import Transaction, known
from storage.keyring import Unreadable
from storage.looks import ConfidentialLook
from storage.timers import Timer

P = ParamSpec("P")
KIND = "bank"
WORDS = T("bank account")
CONFIRM, LATE = "confirm", "late"
LEAST_LETTERS, MOST_LETTERS = 6, 34
NOBODY = T(
    "⚠ Nobody else of finance or management is here to confirm it. "
    "Please ask an administrator to name somebody."
)


# --- rules ----------------------------------------------------------------------------------------


def check_number(number: str) -> None:
    """An account number is letters and digits, spaces aside; raises `Invalid` if it cannot be."""
    bare = banks.bare(number)
    digits = sum(letter.isdigit() for letter in bare)
    plain = bare.isascii() and bare.isalnum() and digits >= LEAST_LETTERS
    if not plain or not LEAST_LETTERS <= len(bare) <= MOST_LETTERS:
        raise Invalid("number", T("This is no account number: it has 6 to 34 digits or letters."))


def confirmers(db: Transaction, account: BankAccount, now: datetime) -> list[Person]:
    """Who may confirm it: finance, else management, who is not away; never who entered it."""
    for department in (Department.FINANCE, Department.MANAGEMENT):
        found = [p for p in members_of(db, department) if p.id != account.entered_by]
        here = [p for p in found if absences.of(db, p.id, now) is None]
        if here or found:
            return here or found
    return []


# --- telling --------------------------------------------------------------------------------------


def card(look: Look, id_: int) -> Card:
    """An account, masked, with what can be done."""
    account = banks.get(look.db, id_)
    if account is None:
        return Card(T("This is no longer here."))
    name = customer_of(look.db, account.customer_id) or "?"
    title = {
        ENTERED: T("🏦 {name}: confirm a bank account", name=name),
        CONFIRMED: T("🏦 {name}: bank account confirmed", name=name),
        REFUSED: T("🏦 {name}: bank account refused", name=name),
        ENDED: T("🏦 {name}: bank account no longer used", name=name),
    }[account.state]
    about = Ref(KIND, id_)
    parts = (*_what(look, account), *_verbs(account, about))
    return Card(title, parts, about)


def _what(look: Look, account: BankAccount) -> Iterable[Part]:
    db = look.db
    entered = bank_words.name_of(db, account.entered_by)
    yield Line(T("Entered by {who}, {at:clock}", who=entered, at=account.entered_at), TO)
    try:
        yield Facts((bank_words.row(db, account),), TO)
        called, reason = db.keyring.open(account.call), db.keyring.open(account.reason)
    except Unreadable:
        yield Line(LOCKED, TO)
        return
    if account.state == ENTERED:
        yield Line(T("Somebody else confirms it after calling the customer back."), STAFF)
        how = T("Call the customer on a number that we knew before, and compare the account.")
        yield Note(how, TO)
        if not confirmers(db, account, look.now):
            yield Line(NOBODY, TO)
    if called:
        yield Note(T("Called back: {whom}", whom=called), TO)
    if reason:
        yield Note(T("Reason: {reason}", reason=reason), TO)


def _verbs(account: BankAccount, about: Ref) -> tuple[Part, ...]:
    bound = {"account": about.id}
    look = Button(T("Show the number"), "bank_number", bound, about)
    row: tuple[Button, ...] = ()
    if account.state == ENTERED:
        confirm = Button(T("Confirm"), "bank_confirm", bound, about)
        row = (confirm, Button(T("Refuse"), "bank_refuse", bound, about), look)
    elif account.state == CONFIRMED:
        row = (look, Button(T("No longer used"), "bank_end", bound, about))
    return (Buttons(row, TO),) if row else ()


def _alert(desk: Desk, account: BankAccount, what: T) -> None:
    """Management and finance learn of every change, without the number."""
    about = Ref(KIND, known(account.id))
    for department in (Department.MANAGEMENT, Department.FINANCE):
        for person in members_of(desk.db, department):
            if person.id != desk.person.id:
                desk.tell_once(person, Card(what, (), about))


def find(look: Look, text: str, actor: Actor | None) -> Matches:
    """The accounts of a customer, for those whom they concern; those to be confirmed first."""
    # A form's list asks for nobody in particular: it tells no more than that there is an account.
    if actor and not (actor.person and TRUSTED & actor.person.departments):
        return Matches(())
    if not text.strip():
        return _told(look.db, banks.open_ones(look.db))
    return _of_customers(look.db, find_customers(look, text, actor))


def leads(look: Look, text: str, *, whole: bool = False) -> tuple[Matches, str]:
    """The accounts of the customer that a text begins with, and the rest of the text."""
    found, rest = lead_customers(look, text, whole=whole)
    return _of_customers(look.db, found), rest


def _of_customers(db: Transaction, found: Matches) -> Matches:
    accounts = banks.of_each(db, [one.id for one in found.found])
    waiting = [one for one in accounts if one.state == ENTERED]
    return _told(db, waiting or accounts, clear=found.clear)


def _told(db: Transaction, accounts: Sequence[BankAccount], *, clear: bool = True) -> Matches:
    told = tuple(Found(known(a.id), name_of(db, known(a.id)) or "?") for a in accounts)
    return Matches(told, clear=clear and len(told) == 1)


def name_of(db: Transaction, id_: int) -> str | None:
    """The customer's name, and which of its accounts."""
    account = banks.get(db, id_)
    if account is None:
        return None
    ids = [one.id for one in banks.of(db, account.customer_id)]
    return f"{customer_of(db, account.customer_id) or '?'} {ids.index(id_) + 1}"


def involved(db: Transaction, id_: int) -> Involved | None:
    """Who owes the confirmation, and who entered it."""
    account = banks.get(db, id_)
    if account is None:
        return None
    owed = next((due.person_id for due in dues.still_on(db, KIND, id_)), None)
    return Involved(owner_id=owed, submitter_ids=frozenset({account.entered_by}))


def late(desk: Desk, timer: Timer) -> None:
    """Nobody has confirmed it in time: whoever owes it and management are told."""
    account = banks.get(desk.db, timer.subject_id)
    if account is None or account.state != ENTERED:
        return
    about = Ref(KIND, timer.subject_id)
    owing = {due.person_id for due in dues.still_on(desk.db, KIND, timer.subject_id)}
    above = {person.id for person in members_of(desk.db, Department.MANAGEMENT)}
    for person_id in sorted(id_ for id_ in owing | above if id_):
        desk.tell(ToPerson(person_id), about)


ACCOUNTS = Noun(
    kind=KIND,
    words=WORDS,
    find=find,
    name_of=name_of,
    card=card,
    involved=involved,
    leads=leads,
    files_to=TO,
    timers={LATE: late},
)


# --- commands -------------------------------------------------------------------------------------


def _readable(ask: Callable[P, bool], *given: P.args, **more: P.kwargs) -> bool:
    """The answer; a number that can't be read is no reason to say that it differs."""
    try:
        return ask(*given, **more)
    except Unreadable as error:
        raise Refused(LOCKED) from error


class EnterAccount(
    Command,
    name="bank_add",
    aliases=("新增账户",),
    who=TRUSTED | {Department.PURCHASING},
    clause="7.1",
    on=CUSTOMER,
):
    """Enter a bank account."""

    customer: Annotated[CustomerId, Ask("Which customer?", "Customer")]
    number: Annotated[str, Ask("What is the account number?", "Account number", secret=True)]
    bank: Annotated[str, Ask("At which bank?", "Bank", secret=True)]
    holder: Annotated[
        str | None, Ask("In whose name, if not the customer's?", "Account holder", secret=True)
    ] = None

    def run(self, desk: Desk) -> Ref:
        """Enter it; somebody else owes its confirmation."""
        check_number(self.number)
        if _readable(banks.among, desk.db, self.customer, self.number, {ENTERED, CONFIRMED}):
            raise Refused(T("This account is in the file already."))
        account = BankAccount(
            customer_id=self.customer, entered_by=desk.person.id, entered_at=desk.now
        )
        details = Details(self.holder or "", self.bank, self.number.strip())
        about = Ref(KIND, banks.enter(desk.db, account, details))
        desk.begin(about, {"customer": self.customer, "state": ENTERED})
        self._owe(desk, account, about)
        name = customer_of(desk.db, self.customer) or "?"
        told = T("⚠ {name}: {who} has entered a bank account", name=name, who=desk.person.name)
        _alert(desk, account, told)
        desk.touch(Ref(CUSTOMER, self.customer))
        return about

    def _owe(self, desk: Desk, account: BankAccount, about: Ref) -> None:
        people = confirmers(desk.db, account, desk.now)
        by = working_days(desk, desk.now, desk.policy.of(FilePartsPolicy).confirm_days)
        what = T("bank account to be confirmed: {name}", name=name_of(desk.db, about.id) or "?")
        owner = people[0].id if people else None
        due = desk.owe(about, CONFIRM, what, clause="7.1", by=by, owner=owner)
        desk.at(by, about, LATE, due=due)
        for person in people:
            desk.tell(ToPerson(person.id), about)


def _settled(
    desk: Desk, account_id: int, was: set[str], state: str, *, call: str = "", reason: str = ""
) -> BankAccount:
    """Say what became of an account, once. Raises `Refused`."""
    account = banks.get(desk.db, account_id)
    if account is None:
        raise no_such(WORDS)
    done = account.state in was and banks.settle(
        desk.db, account, state, desk.person.id, desk.now, call=call, reason=reason
    )
    if not done:
        raise Refused(T("That is done already."))
    about = Ref(KIND, account_id)
    for due in dues.still_on(desk.db, KIND, account_id):
        desk.keep(due, at=desk.now, evidence=str(about))
    desk.change(about, {"state": account.state}, {"state": state}, shown={"state": state})
    desk.touch(Ref(CUSTOMER, account.customer_id))
    return account


class ConfirmAccount(
    Command,
    name="bank_confirm",
    aliases=("确认账户",),
    who=TRUSTED,
    clause="7.1",
    on=KIND,
    decides=True,
):
    """Confirm a bank account."""

    account: Annotated[BankId, Ask("Which account?", "Bank account")]
    called: Annotated[
        str,
        Ask("Whom did you call back, on which number known before?", "Call-back", secret=True),
    ]
    number: Annotated[
        str, Ask("Which account number did they tell you?", "Account number", secret=True)
    ]

    def run(self, desk: Desk) -> Ref:
        """Two people have written the same number; the second has called the customer back."""
        account = banks.get(desk.db, self.account)
        if account is None:
            raise no_such(WORDS)
        if account.entered_by == desk.person.id:
            raise Denied(T("You entered this account, so somebody else has to confirm it."))
        if not _readable(banks.same, desk.db, account, self.number):
            raise Invalid(
                "number",
                T("This is not the number that was entered. Compare both, or refuse the account."),
            )
        _settled(desk, self.account, {ENTERED}, CONFIRMED, call=self.called)
        name = customer_of(desk.db, account.customer_id) or "?"
        who = desk.person.name
        _alert(desk, account, T("⚠ {name}: {who} has confirmed a bank account", name=name, who=who))
        completing.look(desk, account.customer_id)
        return Ref(KIND, self.account)


class RefuseAccount(
    Command,
    name="bank_refuse",
    aliases=("驳回账户",),
    who=TRUSTED,
    clause="7.1",
    on=KIND,
    decides=True,
):
    """Refuse a bank account."""

    account: Annotated[BankId, Ask("Which account?", "Bank account")]
    reason: Annotated[str, Ask("What is wrong with it?", "Reason", long=True, secret=True)]

    def run(self, desk: Desk) -> Ref:
        """Whoever entered it learns why."""
        account = _settled(desk, self.account, {ENTERED}, REFUSED, reason=self.reason)
        about = Ref(KIND, self.account)
        if account.entered_by != desk.person.id:
            desk.tell(ToPerson(account.entered_by), about)
        name = customer_of(desk.db, account.customer_id) or "?"
        who = desk.person.name
        _alert(desk, account, T("⚠ {name}: {who} has refused a bank account", name=name, who=who))
        return about


class EndAccount(
    Command, name="bank_end", aliases=("停用账户",), who=TRUSTED, clause="7.1", on=KIND
):
    """End a bank account."""

    account: Annotated[BankId, Ask("Which account?", "Bank account")]
    reason: Annotated[str, Ask("Why is it no longer used?", "Reason", long=True, secret=True)]

    def run(self, desk: Desk) -> Ref:
        """It stays in the file as one that was used."""
        account = _settled(desk, self.account, {CONFIRMED}, ENDED, reason=self.reason)
        name = customer_of(desk.db, account.customer_id) or "?"
        told = T("⚠ {name}: {who} has ended a bank account", name=name, who=desk.person.name)
        _alert(desk, account, told)
        return Ref(KIND, self.account)


class ShowNumber(
    Command, name="bank_number", aliases=("查看账号",), who=TRUSTED, clause="7.3.1", on=KIND
):
    """See an account number."""

    account: Annotated[BankId, Ask("Which account?", "Bank account")]

    def run(self, desk: Desk) -> Ref:
        """Record the look; its card goes to its asker alone."""
        account = banks.get(desk.db, self.account)
        if account is None:
            raise no_such(WORDS)
        row = ConfidentialLook(
            customer_id=account.customer_id,
            person_id=desk.person.id,
            at=desk.now,
            bank_id=self.account,
        )
        about = Ref(LOOK, looks.add(desk.db, row))
        desk.begin(about, None)
        desk.note(Ref(KIND, self.account), None, {"looked": "number"})
        return about
