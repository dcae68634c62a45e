"""What the whole house shares: commands, nouns, policy, languages, the clock and the seal."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol
from zoneinfo import ZoneInfo

from bot.abilities import Inviting
from bot.passes import Passes
from bot.platform import Platform
from bot.seal import Seal
from bot.words import CHINESE, ENGLISH, Catalogues, Reader
from commands.kit.command import Catalogue
from commands.kit.noun import Nouns
from commands.kit.people import Actor, Department, Person
from commands.kit.policy import Policy
from commands.kit.words import T
from storage.database import Transaction
from storage.places import Place
from storage.vault import Vault

LANGUAGES = (ENGLISH, CHINESE)


class Clock(Protocol):
    """The two clocks: the company's, movable in a rehearsal, and the machine's."""

    def now(self) -> datetime:
        """The company's."""

    def machine(self) -> datetime:
        """The machine's."""


@dataclass(frozen=True)
class House:
    """Everything that stays the same from request to request."""

    catalogue: Catalogue
    nouns: Nouns
    policy: Policy
    catalogues: Catalogues
    language: str
    zone: ZoneInfo
    clock: Clock
    seal: Seal
    passes: Passes
    vault: Vault
    platforms: dict[str, Platform] = field(default_factory=dict)

    def spoken(self, words: T) -> Iterable[str]:
        """A sentence in every language."""
        yield words.text
        for catalogue in self.catalogues.values():
            if words.text in catalogue:
                yield catalogue[words.text]

    def links(self, code: str) -> Iterable[str]:
        """Where a code can be opened instead of typed, on the platforms that know such links."""
        for platform in self.platforms.values():
            link = platform.invitation(code) if isinstance(platform, Inviting) else None
            if link:
                yield link

    def language_of(self, *wanted: str) -> str:
        """The first language wanted that we speak; the company's otherwise."""
        return next((w for w in wanted if w in LANGUAGES), self.language)

    def reader_for(self, person: Person | None, language: str = "") -> Reader:
        """A person of the company, or somebody outside it."""
        return Reader(
            language=self.language_of(person.language if person else "", language),
            zone=person.zone_or(self.zone) if person else self.zone,
            now=self.clock.now(),
            catalogues=self.catalogues,
            outside=person is None,
            departments=person.departments if person else frozenset(),
            admin=person.admin if person else False,
            server=self.passes.url,
        )

    def reader_at(self, place: Place | None) -> Reader:
        """Whoever reads a channel or group: the audience it is declared for; else the public."""
        audience = place.audience if place and not place.shared else ()
        return Reader(
            language=self.language,
            zone=self.zone,
            now=self.clock.now(),
            catalogues=self.catalogues,
            outside=not audience,
            departments=frozenset(Department(d) for d in audience or ()),
            place=True,
        )


@dataclass(frozen=True, slots=True)
class Glance:
    """What drawing a card may look at (commands.kit.noun.Look)."""

    db: Transaction
    now: datetime
    zone: ZoneInfo
    policy: Policy


def reader_of_actor(house: House, actor: Actor) -> Reader:
    """Whoever speaks."""
    return house.reader_for(actor.person, actor.language)
