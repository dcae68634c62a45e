"""Words without a command: the subject that they begin with, what may be meant, and kept aside."""

from __future__ import annotations

from dataclasses import asdict, replace
from typing import Protocol

from bot import remarks, tabled
from bot.permission import may
from bot.platform import Reply, Silent, Typed
from bot.records import Ear
from commands.kit import drafting, welcome
from commands.kit.card import Card, Ref
from commands.kit.command import Command, Declared
from commands.kit.noun import Matches, Noun
from commands.kit.people import Role
from storage.database import Json, known


class Beginner(Ear, Protocol):
    """What hears a message, and can begin a command."""

    def who_are_you(self, phone: str = "") -> Card | None:
        """A stranger whom their platform vouches to be somebody that we know."""

    def start(self, command: type[Command], text: str, about: Ref | None) -> Reply:
        """Begin a command with what is known of it."""


class Uncommanded:
    """The part of hearing words that has to do with what stands without a command."""

    def __init__(self, ear: Beginner) -> None:
        self.ear = ear
        self.hearing = ear.hearing
        self.db = ear.hearing.db
        self.house = ear.hearing.house

    def taken(self, said: Typed) -> Reply:
        """Ask what is meant by them; meanwhile they are kept."""
        actor = self.hearing.actor
        card = None if said.files else self.ear.who_are_you()
        if card:
            return self.hearing.show(card)
        if actor.role is Role.STRANGER and not said.files and len(said.text) <= 1:
            return self.hearing.show(welcome.stranger(actor.name))
        if tabled.brings(self.hearing, said):
            return tabled.take(self.hearing, said)
        kept: dict[str, Json] = {"text": said.text}
        if said.files:
            kept["files"] = self.hearing.keep(said.files)
        if said.spot:
            kept["place"] = asdict(said.spot)
        return self._numbered(said) or self._awaited(said) or self._put_aside(said, kept)

    def _put_aside(self, said: Typed, kept: dict[str, Json]) -> Reply:
        """Show what may be meant; what the words begin with, first."""
        named = self._names(said.text) if self.hearing.actor.role is Role.STAFF else None
        draft = Ref(drafting.KIND, known(self.ear.asking.keep_aside(kept).id))
        if named:
            noun, matches = named
            verbs = self._verbs(noun, Ref(noun.kind, matches.found[0].id))
            return self.hearing.show(welcome.named(matches.found[0].name, verbs, draft))
        return self.hearing.show_subject(draft)

    def _names(self, text: str) -> tuple[Noun, Matches] | None:
        """The subject that a text begins with, if only one is meant."""
        for noun in self.house.nouns.every():
            if noun.leads and noun.verbs:
                matches, _rest = noun.leads(self.hearing.look, text)
                if matches.clear:
                    return noun, matches
        return None

    def _verbs(self, noun: Noun, about: Ref) -> list[Declared]:
        """What this person may do with a subject that they named."""
        commands = (self.house.catalogue.get(name) for name in noun.verbs)
        return [
            command.declared
            for command in commands
            if command
            and may(
                self.db,
                self.house.nouns,
                self.hearing.actor,
                command.declared,
                about if command.declared.on else None,
            )
        ]

    def _numbered(self, said: Typed) -> Reply | None:
        """A text that begins with a number: alone it asks for the card; a customer says more."""
        for noun in self.house.nouns.every():
            if not (noun.numbered(said.text) and noun.leads and noun.verbs):
                continue
            matches, rest = noun.leads(self.hearing.look, said.text)
            if not rest.strip():
                command = self.house.catalogue.get(noun.verbs[0])
                return self.ear.start(command, said.text, None) if command else None
            involved = noun.involved(self.db, matches.found[0].id) if matches.clear else None
            if involved and self.hearing.actor.account_id in involved.account_ids:
                self.ear.remarked(
                    Ref(noun.kind, matches.found[0].id), replace(said, text=rest.strip())
                )
                return self.hearing.show(welcome.noted(matches.found[0].name))
        return None

    def _awaited(self, said: Typed) -> Reply | None:
        """What a customer answers to what we asked.

        Where that is not sure it can still become a complaint, with nothing typed again.
        """
        found = remarks.awaited(self.hearing, said)
        if found is None:
            return None
        about, sure = found
        if sure:
            return self.ear.remarked(about, said)
        draft = Ref(drafting.KIND, known(self.ear.asking.keep_aside({"text": said.text}).id))
        answer = remarks.keep(self.hearing, about, said)
        also = welcome.something_else(self.house.catalogue, self.hearing.actor, draft)
        return self.hearing.show(answer + also) if answer else Silent()
