"""What a rehearsal has shown so far, for the administrator who plays it."""

from __future__ import annotations

from datetime import datetime, timedelta

from commands import budget
from commands.kit.card import Card
from commands.kit.command import Command
from commands.kit.desk import Desk
from commands.kit.errors import Refused
from commands.kit.people import Role
from commands.kit.words import T
from storage import house
from storage.database import Transaction

# The fact by which a rehearsal's database is known: since when, and until when it was played.
PLAYED = "played"
_INSTANT = timedelta(microseconds=1)


def is_rehearsal(db: Transaction) -> bool:
    """Whether this database is a copy of somebody's own company, made to be played."""
    return bool(house.get(db, PLAYED))


class Rehearsal(Command, name="rehearsal", aliases=("演练", "rehearse"), who={Role.ADMINISTRATOR}):
    """Show how many messages everybody would get."""

    def run(self, desk: Desk) -> Card:
        """Count them, from the rehearsal's first day until now.

        Days that were played by themselves stand alone until another day has passed.
        """
        played = house.get(desk.db, PLAYED)
        if not played:
            raise Refused(
                T(
                    "This is no rehearsal. Before going live, run {run} to play your own company "
                    "on a copy.",
                    run="python -m bot rehearse",
                )
            )
        since, until = (datetime.fromisoformat(at) for at in played)
        alone = since < until and desk.recorded_at < until + timedelta(days=1)
        before = until if alone else desk.recorded_at + _INSTANT
        return budget.card(budget.counted(desk.db, desk.policy, desk.zone, since, before))
