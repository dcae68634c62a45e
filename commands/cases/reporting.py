"""Who a complaint comes from: whoever says it, or the writer whom a colleague passes on."""

from __future__ import annotations

from dataclasses import dataclass

from commands.kit.card import Ref
from commands.kit.desk import Desk, Writer
from commands.kit.errors import Refused
from commands.kit.people import ToAccount, ToContact
from commands.kit.words import T
from storage import cases, customers, people
from storage.cases import Case
from storage.database import known


@dataclass(frozen=True, slots=True)
class Reporter:
    """The people and accounts of a report; `author` wrote what the person `passed_by` passed on."""

    person_id: int | None
    contact_id: int | None
    account_id: int | None
    customer_id: int | None = None
    author: str = ""
    passed_by: int | None = None


def reporter(desk: Desk) -> Reporter:
    """Who reports: only what a colleague passes on is its writer's own report."""
    actor, writer = desk.actor, desk.source.writer
    if actor.person is None or writer is None:
        mine = actor.person.id if actor.person else None
        return Reporter(mine, actor.contact_id, actor.account_id, actor.customer_id)
    return _written(desk, writer, actor.person.id)


def _written(desk: Desk, writer: Writer, me: int) -> Reporter:
    """A writer who has been here is the reporter; of others we only know the name."""
    account = people.account_by_id(desk.db, writer.account_id) if writer.account_id else None
    if account is None:
        return Reporter(me, None, desk.actor.account_id, author=writer.name, passed_by=me)
    contact = customers.contact(desk.db, account.contact_id) if account.contact_id else None
    return Reporter(
        account.person_id,
        account.contact_id,
        account.id,
        contact.customer_id if contact else None,
        author=contact.name if contact else writer.name,
        passed_by=me,
    )


def receipt(desk: Desk, by: Reporter, about: Ref) -> None:
    """Somebody outside whose words were passed on learns the number, and will get the answers."""
    if by.passed_by is None or by.person_id is not None or by.account_id is None:
        return
    to = ToContact(by.contact_id) if by.contact_id else ToAccount(by.account_id)
    desk.tell(to, about)


def corrected(desk: Desk, case: Case, text: str | None) -> None:
    """A report reads differently now, and so does its case unless that was written by another."""
    if not text:
        raise Refused(T("Nothing is left of what happened, so nothing was changed."))
    reports = cases.reports(desk.db, known(case.id))
    mine = [r for r in reports if r.source == desk.source.kept()]
    report = (mine or reports)[0]
    if case.text == report.text:
        case.text = text
    cases.correct_report(desk.db, report, text)
