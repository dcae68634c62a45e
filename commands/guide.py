"""Help, and what is to be done today."""

from __future__ import annotations

from collections.abc import Iterable

from commands.kit.card import Card, Line, Note
from commands.kit.command import Command
from commands.kit.desk import Desk
from commands.kit.people import EVERYONE, Role
from commands.kit.words import T, decode
from commands.visits import progress
from storage import dues, people


class Today(Command, name="today", aliases=("今日", "今天要做什么"), who={Role.STAFF}):
    """Show what you owe, the most urgent first."""

    def run(self, desk: Desk) -> Card:
        """Open dues with their deadlines, and the month's visits."""
        lines = tuple(
            Line(line)
            for person_id in (desk.person.id, *sorted(desk.person.stands_in_for))
            for line in _owed(desk, person_id)
        )
        month = progress(desk.db, desk.person.id, desk.today)
        rest = () if month is None else (month,)
        if not lines:
            return Card(T("Nothing is due today"), rest)
        return Card(T("{n} thing to do", "{n} things to do", n=len(lines)), (*lines, *rest))


def _owed(desk: Desk, person_id: int) -> Iterable[T]:
    """What somebody owes; marked, when it is not oneself but somebody away."""
    away = people.get(desk.db, person_id) if person_id != desk.person.id else None
    for due in dues.owed_by(desk.db, person_id):
        what = decode(due.what)
        if away:
            what = T("For {name}: {title}", name=away.name, title=what)
        if due.due_at < desk.now:
            yield T("🔴 {what}: was due {due:clock}", what=what, due=due.due_at)
        else:
            yield T("☐ {what}: due {due:clock}", what=what, due=due.due_at)


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
        return Card(T("What you can do here"), (*lines, hint))
