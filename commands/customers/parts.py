"""The four parts of a customer's file (clause 7.1): what belongs to each, what is missing."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Annotated, Self

from pydantic import Field, model_validator

from commands.kit.people import Department, Labelled
from commands.kit.policy import Clause, Section
from commands.kit.words import T
from storage import banks, customers, profiles
from storage.database import Transaction
from storage.keyring import is_sealed


class Part(Labelled):
    """The four parts of clause 7.1."""

    BASIC = "basic", "Basic information"
    BUSINESS = "business", "Business information"
    FINANCE = "finance", "Financial information"
    COOPERATION = "cooperation", "Cooperation"


@dataclass(frozen=True, slots=True)
class Item:
    """One thing that a file says, and which department supplies it."""

    field: str
    words: T
    part: Part
    supplier: Department


REGISTRATION, CONTACT, BANK, COUNTRY = "registration", "contact", "bank", "country"
ITEMS = (
    Item(REGISTRATION, T("Registration number"), Part.BASIC, Department.MARKETING),
    Item("legal", T("Legal representative"), Part.BASIC, Department.MARKETING),
    Item("address", T("Address"), Part.BASIC, Department.MARKETING),
    Item("scope", T("Business scope"), Part.BASIC, Department.MARKETING),
    Item("capital", T("Registered capital"), Part.BASIC, Department.MARKETING),
    Item(COUNTRY, T("Country"), Part.BASIC, Department.MARKETING),
    Item(CONTACT, T("Contact"), Part.BASIC, Department.SALES),
    Item("products", T("Products"), Part.BUSINESS, Department.MARKETING),
    Item("prices", T("Prices"), Part.BUSINESS, Department.PURCHASING),
    Item("terms", T("Sales policy"), Part.BUSINESS, Department.PURCHASING),
    Item("share", T("Market share"), Part.BUSINESS, Department.MARKETING),
    Item("buyers", T("Main customers"), Part.BUSINESS, Department.MARKETING),
    Item("condition", T("Financial condition"), Part.FINANCE, Department.FINANCE),
    Item("rating", T("Credit rating"), Part.FINANCE, Department.FINANCE),
    Item(BANK, T("Bank account"), Part.FINANCE, Department.FINANCE),
)
ITEM = {item.field: item for item in ITEMS}
BASIC = ("legal", "address", "scope", "capital", COUNTRY)
BUSINESS = ("products", "prices", "terms", "share", "buyers")
FINANCE = ("condition", "rating")


class FilePartsPolicy(Section, section="customers"):
    """What a complete file must say, and how long a bank account may wait to be confirmed."""

    needed: Annotated[list[str], Clause("7.2.1"), Field(min_length=1)]
    confirm_days: Annotated[int, Clause("7.1"), Field(gt=0, le=250)]

    @model_validator(mode="after")
    def _known(self) -> Self:
        """What is needed must be something that a file can say."""
        unknown = [name for name in self.needed if name not in ITEM]
        if unknown:
            raise ValueError(f"no file says {', '.join(unknown)}; it can say {', '.join(ITEM)}")
        return self


@dataclass(frozen=True, slots=True)
class Completeness:
    """How much of what is needed a file says, and what is missing."""

    have: int
    needed: int
    missing: tuple[Item, ...]

    @property
    def percent(self) -> int:
        """Of a hundred, rounded down: only a complete file has all of them."""
        return 100 * self.have // self.needed

    def lines(self) -> tuple[T, ...]:
        """What is missing, by who should supply it."""
        by: dict[Department, list[T]] = {}
        for item in self.missing:
            by.setdefault(item.supplier, []).append(item.words)
        return tuple(
            T("{who} is to supply: {what}", who=who.words, what=_all_of(what))
            for who, what in by.items()
        )


def _all_of(words: list[T]) -> T:
    """Several names in a row."""
    told = words[0]
    for one in words[1:]:
        told = T("{some}, {more}", some=told, more=one)
    return told


def completeness(needed: Collection[str], said: Collection[str]) -> Completeness:
    """Hold what a file says against what it must say."""
    missing = tuple(item for item in ITEMS if item.field in needed and item.field not in said)
    return Completeness(len(needed) - len(missing), len(needed), missing)


def said_in(db: Transaction, customer_id: int) -> set[str]:
    """What a file says something about."""
    said = set(profiles.of(db, customer_id))
    found = customers.get(db, customer_id)
    if found and found.registration:
        said.add(REGISTRATION)
    if customers.contacts(db, customer_id):
        said.add(CONTACT)
    if any(one.state == banks.CONFIRMED for one in banks.of(db, customer_id)):
        said.add(BANK)
    return said


def readable(entries: Mapping[str, profiles.ProfileEntry]) -> dict[str, str]:
    """What of a file anybody of the company may read."""
    return {field: one.value for field, one in entries.items() if not is_sealed(one.value)}
