"""Puts a cast into a database: people with two accounts each, customers, contacts."""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import partial

from bot.sample import account_of
from commands.care.telling import TellBirthday, TellSince
from commands.kit.desk import Desk, Source
from commands.kit.form import CustomerId
from commands.kit.people import Actor, Department, load
from commands.kit.policy import Policy
from storage import people
from storage.batches import Plain, put_all
from storage.customers import Contact, Customer, CustomerName, Stewardship
from storage.database import Database, Transaction
from storage.people import Account, Person
from storage.reach import email_key, phone_key
from storage.subjects import Subject
from tests.faults.year.cast import BOSS, HEAD, QUALITY, Cast
from tests.house import TEAM, ZONE

LONG_AGO = timedelta(days=400)
AT_ONCE = 200
# One in so many yearly days is told at the door.
TOLD = 10
TABLES = (Customer, CustomerName, Stewardship, Subject, Contact, Account)


def founded(database: Database, cast: Cast, policy: Policy, now: datetime) -> None:
    """Everybody has been here for long."""
    database.write_now(lambda db: _staff(db, cast, now - LONG_AGO))
    for at in range(0, cast.many, AT_ONCE):
        database.write_now(partial(_put, plain=_customers(cast, at, now)))
        database.write_now(partial(_days, cast=cast, at=at, policy=policy, now=now))


def _days(db: Transaction, cast: Cast, at: int, policy: Policy, now: datetime) -> None:
    """Most yearly days are in the files from the beginning; the others are told at the door."""
    actor = Actor(account_id=1, name="", person=load(db, HEAD))
    desk = Desk(
        db=db,
        actor=actor,
        source=Source("", "", ""),
        now=now,
        recorded_at=now,
        machine_now=now,
        zone=ZONE,
        policy=policy,
        deed="founded",
    )
    for one in cast.customers[at : at + AT_ONCE]:
        if one.since and one.id % TOLD:
            TellSince(customer=CustomerId(one.id), since=one.since.told()).run(desk)
        for contact in cast.at[one.id]:
            if contact.birthday and contact.id % TOLD:
                told, customer = contact.birthday.told(), CustomerId(one.id)
                TellBirthday(customer=customer, contact=contact.name, birthday=told).run(desk)


def _put(db: Transaction, plain: dict[type, list[Plain]]) -> None:
    for table in TABLES:
        put_all(db, table, plain[table])


def _staff(db: Transaction, cast: Cast, since: datetime) -> None:
    departments = {BOSS: Department.MANAGEMENT, HEAD: Department.SALES, QUALITY: Department.QUALITY}
    for number in cast.staff:
        superior = None if number == BOSS else cast.superior(number)
        row = Person(name=f"员工{number}", superior_id=superior, created_at=since)
        row.admin = number == BOSS
        assert people.add(db, row) == number
        department = departments.get(number, Department.SALES)
        people.place(db, number, {department.value: number in departments})
        for user in (f"p{number}", f"q{number}"):
            people.add_account(db, account_of(user, row.name, since, person_id=number))


def _customers(cast: Cast, at: int, now: datetime) -> dict[type, list[Plain]]:
    plain: dict[type, list[Plain]] = {table: [] for table in TABLES}
    since = now - LONG_AGO
    for one in cast.customers[at : at + AT_ONCE]:
        name = f"客户{one.id}"
        plain[Customer].append({"id": one.id, "name": name, "short": name, "created_at": since})
        called = {"id": one.id, "customer_id": one.id, "name": name, "key": name}
        plain[CustomerName].append(called)
        kept = {"id": one.id, "customer_id": one.id, "owner_id": one.owner, "since": since}
        plain[Stewardship].append(kept | {"important": one.important})
        plain[Subject].append({"kind": "customer", "id": one.id})
        for contact in cast.at[one.id]:
            row = {"id": contact.id, "customer_id": one.id, "name": contact.name}
            row |= {"phone": contact.phone, "email": contact.email, "created_at": since}
            keys = {"phone_key": phone_key(contact.phone), "email_key": email_key(contact.email)}
            plain[Contact].append(row | keys)
            if contact.user:
                reached = {"platform": "slack", "workspace": TEAM, "user": contact.user}
                plain[Account].append(reached | {"contact_id": contact.id, "used_at": since})
    return plain
