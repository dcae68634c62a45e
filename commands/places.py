"""Places: channels and groups bound to a purpose, with the audience they are declared for."""

from __future__ import annotations

from typing import Annotated

from commands.kit.card import Card, Line, Note
from commands.kit.command import Command
from commands.kit.desk import Desk
from commands.kit.errors import Refused
from commands.kit.form import Ask
from commands.kit.people import Department, Labelled, Role
from commands.kit.words import T, listed
from storage import places
from storage.places import Place


class Purpose(Labelled):
    """What a place is for."""

    CASES = "cases", "Cases"
    SALES = "sales", "Sales"
    MANAGEMENT = "management", "Management"


class Bind(Command, name="bind", aliases=("绑定",), who={Role.ADMINISTRATOR}):
    """Bind a channel or group."""

    purpose: Annotated[Purpose, Ask("What is this place for?", "Purpose")]
    audience: Annotated[frozenset[Department], Ask("Which departments read here?", "Audience")]

    @classmethod
    def early(cls, desk: Desk) -> None:
        """A direct chat is no place."""
        if desk.source.direct:
            raise Refused(T("This is our direct chat. Send this in the channel or group itself."))

    def run(self, desk: Desk) -> Card:
        """Bind it; cards posted here are cut to what all of these departments may see."""
        self.early(desk)
        source = desk.source
        places.bind(
            desk.db,
            Place(
                platform=source.platform,
                workspace=source.workspace,
                chat=source.chat,
                title=source.title,
                purpose=self.purpose.value,
                audience=sorted(d.value for d in self.audience),
                bound_by=desk.person.id,
                bound_at=desk.now,
            ),
        )
        desk.note(None, None, {"purpose": self.purpose.value, "audience": sorted(self.audience)})
        names = listed([department.words for department in sorted(self.audience)] or [T("nobody")])
        return Card(
            T("This place is for: {purpose}", purpose=self.purpose.words),
            (
                Line(T("Read by: {names}", names=names)),
                Note(T("What these departments may not see is left out of the cards here.")),
            ),
        )
