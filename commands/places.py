"""Places: channels and groups bound to a purpose, with the audience they are declared for."""

from __future__ import annotations

from typing import Annotated

from commands.kit.card import Card, Line, Note
from commands.kit.command import Command
from commands.kit.desk import Desk
from commands.kit.errors import Invalid, Refused
from commands.kit.form import Ask
from commands.kit.people import Department, Labelled, Role
from commands.kit.words import T, listed
from storage import errands, places, postings
from storage.errands import Errand
from storage.places import Place

SHARED = Line(
    T("Other companies read here too, so only what anybody may see is ever shown in this place.")
)


class Purpose(Labelled):
    """What a place is for."""

    CASES = "cases", "Cases"
    SALES = "sales", "Sales"
    MANAGEMENT = "management", "Management"


class Bind(Command, name="bind", aliases=("绑定",), who={Role.ADMINISTRATOR}):
    """Bind a channel or group."""

    purpose: Annotated[Purpose, Ask("What is this place for?", "Purpose")]
    audience: Annotated[frozenset[Department], Ask("Which departments read here?", "Audience")]

    shared: Annotated[
        bool | None,
        Ask("Other companies read here: is only what anybody may see enough?", "Shared"),
    ] = None

    @classmethod
    def early(cls, desk: Desk) -> None:
        """A direct chat is no place."""
        if desk.source.direct:
            raise Refused(T("This is our direct chat. Send this in the channel or group itself."))

    def run(self, desk: Desk) -> Card:
        """Bind it; cards posted here are cut to what all of these departments may see."""
        self.early(desk)
        source = desk.source
        if source.external and not self.shared:
            raise Invalid("shared", self._told())
        self._look_again(desk)
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
                shared=source.external,
            ),
        )
        desk.note(None, None, {"purpose": self.purpose.value, "audience": sorted(self.audience)})
        if source.external:
            postings.redraw_in(desk.db, source.platform, source.workspace, source.chat)
            return Card(T("This place is for: {purpose}", purpose=self.purpose.words), (SHARED,))
        names = listed([department.words for department in sorted(self.audience)] or [T("nobody")])
        return Card(
            T("This place is for: {purpose}", purpose=self.purpose.words),
            (
                Line(T("Read by: {names}", names=names)),
                Note(T("What these departments may not see is left out of the cards here.")),
            ),
        )

    def _told(self) -> T:
        if self.shared is False:
            return T("Then nothing is bound here. Bind a place that only our company reads.")
        return T(
            "Other companies read here too: cards will show only what anybody may see. "
            "Bind it all the same?"
        )

    def _look_again(self, desk: Desk) -> None:
        """Whether others read here is asked of the platform once more, after the commit."""
        source = desk.source
        errands.add(
            desk.db,
            Errand(
                platform=source.platform,
                workspace=source.workspace,
                kind=errands.PLACE,
                chat=source.chat,
                at=desk.now,
                next_at=errands.AT_ONCE,
            ),
        )
