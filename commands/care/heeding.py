"""What is told after a greeting was planned, or even sent off, holds for it as well (clause 3.2).

A letter that has not gone is taken back; what went is left as it is.
"""

from __future__ import annotations

from commands.care import recipients, sending
from commands.care.planning import DAY, KIND, tell_owner
from commands.care.rules import goes_at
from commands.customers.wishes import told
from commands.kit.card import Ref
from commands.kit.desk import Desk
from commands.kit.words import T, encode
from storage import care, cases, customers, dues, letters, suspensions, timers
from storage.care import OPEN, SENT, Care, Greeting
from storage.database import known

NOBODY = T("nobody is to be greeted")
OTHER_DAY = T("the day was told otherwise")
_DONE = {dues.DONE, dues.LATE}


def heed(desk: Desk, customer_id: int) -> None:
    """A wish, a suspension, a complaint or that somebody left, told just now at a customer."""
    db, wishes = desk.db, told(desk.db, customer_id)
    suspended = customer_id in suspensions.among(db, [customer_id])
    case = cases.open_among(db, [customer_id]).get(customer_id)
    for contact in customers.contacts(db, customer_id):
        for greeting, made in care.planned_for(db, known(contact.id), desk.today - 2 * DAY):
            why = recipients.settled(contact, wishes, made.kind, suspended=suspended)
            why = why or recipients.complains(case)
            if why and greeting.why != encode(why):  # else they decided otherwise
                _leave_out(desk, made, greeting, why)


def _leave_out(desk: Desk, made: Care, greeting: Greeting, why: T) -> None:
    db = desk.db
    if made.state == SENT and not (greeting.ticked and _taken_back(desk, made, greeting)):
        return
    care.leave_out(db, known(greeting.id), encode(why))
    all_ = care.greetings(db, known(made.id))
    if made.state == SENT and not any(one.ticked for one in all_):
        reopen(desk, made)
        if recipients.anybody(all_):
            tell_owner(desk, made, Ref(KIND, known(made.id)))
    if not recipients.anybody(all_):
        _excuse(desk, known(made.id), NOBODY)
    desk.touch(Ref(KIND, known(made.id)))


def _taken_back(desk: Desk, made: Care, greeting: Greeting) -> bool:
    """Whether a letter had not gone, or was not even written."""
    db, care_id = desk.db, known(made.id)
    if letters.withdraw(db, sending.key(care_id, greeting.contact_id)):
        return True
    return greeting.contact_id not in care.outcomes(db, care_id)


def may_call_off(desk: Desk, made: Care) -> bool:
    """Whether it was sent off, and nothing of it has gone."""
    return made.state == SENT and desk.recorded_at < goes_at(made.day, desk.zone)


def call_off(desk: Desk, made: Care) -> None:
    """Nothing goes: it is as open as it was."""
    for greeting in care.greetings(desk.db, known(made.id)):
        if greeting.ticked:
            letters.withdraw(desk.db, sending.key(known(made.id), greeting.contact_id))
    reopen(desk, made)
    desk.change(Ref(KIND, known(made.id)), {"state": SENT}, {"state": OPEN})


def reopen(desk: Desk, made: Care) -> None:
    """Somebody has to see to it again: what was owed is owed once more."""
    made.state, made.by_id, made.at = OPEN, None, None
    care.save(desk.db, made)
    for name in sending.TIMERS:
        timers.drop(desk.db, KIND, known(made.id), name)
    for due in dues.of(desk.db, KIND, known(made.id)):
        if due.state in _DONE:
            dues.reopen(desk.db, due, desk.recorded_at)


def drop(desk: Desk, made: Care) -> None:
    """The day was told otherwise: what was planned for this one is not done, and its name free."""
    about = Ref(KIND, known(made.id))
    before = made.state
    if before == SENT:
        call_off(desk, made)
    made.state, made.at = care.MOVED, desk.recorded_at
    care.save(desk.db, made)
    care.rename(desk.db, about.id, f"{made.name}:{about.id}")
    _excuse(desk, about.id, OTHER_DAY)
    desk.change(about, {"state": before}, {"state": made.state})


def _excuse(desk: Desk, care_id: int, why: T) -> None:
    """What was owed is owed no more."""
    for due in dues.still_on(desk.db, KIND, care_id):
        dues.settle(desk.db, due, dues.EXCUSED, None, desk.recorded_at, reason=why.text)
