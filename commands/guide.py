"""Help, and what is to be done today."""

from __future__ import annotations

from collections.abc import Iterator

from commands import day
from commands.kit.card import Card, Line, Note, Part
from commands.kit.command import Command
from commands.kit.desk import Desk
from commands.kit.people import EVERYONE, Role
from commands.kit.words import T, listed


class Today(Command, name="today", aliases=("今日", "今天要做什么"), who={Role.STAFF}):
    """Show what you owe, the most urgent first."""

    def run(self, desk: Desk) -> Card:
        """Open dues with their deadlines, and the month's visits."""
        return day.of(desk.db, desk.person, desk.now, desk.zone).card()


class Help(Command, name="help", aliases=("帮助",), who=EVERYONE):
    """Show what you can do here."""

    def run(self, desk: Desk) -> Card:
        """The commands that this person may use; written by the catalogue."""
        lines = tuple(
            Line(T("/{name} ({alias}): {what}", name=name, alias=alias, what=what))
            for name, alias, what in desk.guide()
        )
        hint = Note(
            T(
                "One message is enough, such as: {example}",
                example=T("/visit Huaqiang yesterday talked about Q3"),
            )
        )
        return Card(T("What you can do here"), (*lines, hint, *_on_subjects(desk)))


def _on_subjects(desk: Desk) -> Iterator[Part]:
    """What is done to a subject: a line for each kind, because a card shows its own as buttons."""
    found = list(desk.verbs())
    if found:
        yield Note(
            T(
                "These need something that they are done to. Press them on its card, answer the "
                "card with them, or add its name or number."
            )
        )
    for what, names in found:
        verbs = [T("/{name} ({alias})", name=name, alias=alias) for name, alias in names]
        yield Line(T("{what}: {verbs}", what=what, verbs=listed(verbs)))
