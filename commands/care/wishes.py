"""Wishes about greetings are heeded, also by what is planned already (clause 3.2.1)."""

from __future__ import annotations

from collections.abc import Mapping

from commands.customers.wishes import Wished, told
from commands.kit.words import T, encode
from storage import care
from storage.customers import Contact
from storage.database import Transaction, known


def against(all_: Mapping[int | None, Wished], contact: Contact, kind: str) -> T | None:
    """Why somebody is not to be greeted on such an occasion; their own wish comes first.

    `all_` are the wishes at their customer, by contact; None for everybody there.
    """
    match all_.get(contact.id, all_.get(None, Wished.ALL)):
        case Wished.NONE:
            return T("wishes no greetings")
        case Wished.BIRTHDAYS if kind != care.BIRTHDAY:
            return T("wishes to be greeted on birthdays only")
        case _:
            return None


def heed(db: Transaction, contact: Contact) -> list[int]:
    """Leave somebody out of what is planned already, where they wish so; gives what changed."""
    changed, all_ = [], told(db, contact.customer_id)
    for greeting, made in care.planned_for(db, known(contact.id)):
        why = against(all_, contact, made.kind)
        if why and greeting.ticked:
            care.leave_out(db, known(greeting.id), encode(why))
            changed.append(known(made.id))
    return changed
