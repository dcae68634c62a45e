"""Whether a prospect is known already, so that no work is wasted on them (clause 2.2.1)."""

from __future__ import annotations

from collections.abc import Iterable

from commands import customers as customer_noun
from commands.admissions.steps import title_of
from commands.kit.errors import Invalid, Refused
from commands.kit.words import T, Words, listed
from storage import admissions, customers, dossiers, lookup, readings
from storage.database import Transaction, known
from storage.reach import phone_key

MOST = 3


def alike(
    db: Transaction,
    name: str,
    registration: str,
    phone: str,
    *,
    besides: int | None = None,
    file: int | None = None,
) -> list[Words]:
    """Customers and prospects with the same or a similar name, registration or phone number.

    What is empty is not compared; nor is the prospect itself, or its own `file`.
    """
    found: dict[Words, None] = {}
    for words in (
        *_customers(db, name, registration, phone, file),
        *_prospects(db, name, registration, phone, besides),
    ):
        found[words] = None
    return list(found)[:MOST]


def _customers(
    db: Transaction, name: str, registration: str, phone: str, file: int | None
) -> Iterable[Words]:
    ids = [one.id for one in customers.known_as(db, readings.bare(name))] if name else []
    if registration:
        ids += dossiers.registered(db, [registration]).values()
    if phone_key(phone):
        ids += [contact.customer_id for contact in customers.contacts_by_phone(db, phone)]
    ids += [one.id for one in _similar(db, name)] if name else []
    for id_ in dict.fromkeys(ids):
        if id_ == file:
            continue
        yield T("customer {name}", name=customer_noun.name_of(db, id_) or "?")


def _similar(db: Transaction, name: str) -> list[lookup.Ranked]:
    """Whom the said part of the name clearly means."""
    ranked = lookup.find(db, readings.core(name), MOST)
    return ranked[:1] if ranked and lookup.is_clear(ranked) else []


def _prospects(
    db: Transaction, name: str, registration: str, phone: str, besides: int | None
) -> Iterable[Words]:
    for one in admissions.alike(db, readings.bare(name), registration, phone):
        if known(one.id) != besides:
            yield T("prospect {name}", name=title_of(one))


def check(found: list[Words], other: bool | None) -> None:  # noqa: FBT001 -- an answer
    """Whoever files somebody who seems to be known says whether it is somebody else.

    Raises `Invalid`, then `Refused`.
    """
    if found and other is None:
        raise Invalid("other", pointed_out(found))
    if found and not other:
        raise Refused(T("Nothing was filed. See {found}.", found=listed(found)))


def pointed_out(found: list[Words]) -> T:
    """What is asked of whoever files somebody who seems to be known."""
    return T("Known already: {found}. Is this somebody else?", found=listed(found))
