"""Knows who speaks: the account, and the person or the customer's contact behind it."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from bot.platform import Request
from commands.kit.people import Actor, Person, load, standing_in
from scheduler.alarm import Clocks
from scheduler.troubles import reachable
from storage import customers, errands, people
from storage.database import Transaction, known
from storage.errands import Errand
from storage.people import Account

REMEMBERED = timedelta(hours=1)


def actor_of(db: Transaction, request: Request, clock: Clocks) -> Actor:
    """Who sent this request; an account seen for the first time is remembered as nobody's yet."""
    address, now = request.address, clock.now()
    account = people.account(db, address.platform, address.workspace, request.user)
    if account is None:
        account = _new(db, request, now)
    elif _worth_noting(account, request, now):
        chat = address.chat if request.direct else account.chat
        if not account.reachable:
            reachable(db, clock, account)
        people.use_account(db, known(account.id), now, chat)
        if not (account.person_id or account.contact_id):
            _ask_about(db, account, now)
    return actor_of_account(db, account, now, request.user_name, request.language)


def _new(db: Transaction, request: Request, now: datetime) -> Account:
    account = Account(
        platform=request.address.platform,
        workspace=request.address.workspace,
        user=request.user,
        name=request.user_name,
        chat=request.address.chat if request.direct else "",
        language=request.language,
        used_at=now,
    )
    people.add_account(db, account)
    if not (account.name and account.language):
        _ask_about(db, account, now)
    return account


def _ask_about(db: Transaction, account: Account, now: datetime) -> None:
    """Who this is did not come with the message: its platform is asked after the commit."""
    errands.add(
        db,
        Errand(
            platform=account.platform,
            workspace=account.workspace,
            kind=errands.PROFILE,
            account_id=account.id,
            at=now,
            next_at=errands.AT_ONCE,
        ),
    )


def _worth_noting(account: Account, request: Request, now: datetime) -> bool:
    moved = request.direct and account.chat != request.address.chat
    return moved or not account.reachable or now - account.used_at > REMEMBERED


def actor_of_account(
    db: Transaction, account: Account, now: datetime, name: str = "", language: str = ""
) -> Actor:
    """Whoever an account belongs to now; `name` and `language` are what its platform says today."""
    person = _person(db, account.person_id, now) if account.person_id else None
    contact = customers.contact(db, account.contact_id) if account.contact_id else None
    if contact and contact.left_on:
        contact = None  # they speak for that customer no more
    known_as = person.name if person else contact.name if contact else name or account.name
    return Actor(
        account_id=known(account.id),
        name=known_as,
        person=person,
        contact_id=contact.id if contact else None,
        customer_id=contact.customer_id if contact else None,
        language=account.language or language,
        left=account.person_id is not None and person is None,
    )


def _person(db: Transaction, person_id: int, now: datetime) -> Person | None:
    """Somebody who works here, and for whom they stand in now."""
    found = load(db, person_id)
    return found and replace(found, stands_in_for=standing_in(db, person_id, now))
