"""What is told while the bot works, so that somebody may count it; nothing here is remembered."""

from __future__ import annotations

from datetime import timedelta


class Tally:
    """Counts nothing: what a bot has that nobody measures."""

    def heard(self, platform: str, outcome: str, seconds: float) -> None:
        """A request went through the door, and took so long."""

    def sent(self, state: str, after: timedelta) -> None:
        """A letter ended in this state, so long after it might first have gone."""

    def fired(self, state: str, late: timedelta) -> None:
        """A timer ended in this state, so long after its moment."""

    def waited(self, seconds: float) -> None:
        """A write waited so long for its turn."""
