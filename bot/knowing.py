"""Knows who speaks: the account, and the person or the customer's contact behind it."""

from __future__ import annotations

from datetime import datetime, timedelta

from bot.platform import Request
from commands.kit.people import Actor, load
from scheduler.alarm import Clocks
from scheduler.troubles import reachable
from storage import customers, people
from storage.database import Transaction, known
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
    return _actor(db, account, request)


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
    return account


def _worth_noting(account: Account, request: Request, now: datetime) -> bool:
    moved = request.direct and account.chat != request.address.chat
    return moved or not account.reachable or now - account.used_at > REMEMBERED


def _actor(db: Transaction, account: Account, request: Request) -> Actor:
    person = load(db, account.person_id) if account.person_id else None
    contact = customers.contact(db, account.contact_id) if account.contact_id else None
    name = person.name if person else contact.name if contact else request.user_name or account.name
    return Actor(
        account_id=known(account.id),
        name=name,
        person=person,
        contact_id=contact.id if contact else None,
        customer_id=contact.customer_id if contact else None,
        language=account.language or request.language,
    )
