"""Which platforms answer nobody, as one replica sees it, and which letters are to blame."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from commands.kit.errors import Later


class Outages:
    """What was taken and what failed, by the machine's clock; forgotten when the bot stops."""

    def __init__(self) -> None:
        self._taken: dict[str, datetime] = {}
        self._since: dict[str, datetime] = {}
        self._failed: dict[int, datetime] = {}

    def took(self, platform: str, at: datetime) -> None:
        """A platform took a letter: it is there."""
        self._taken[platform] = at
        self._since.pop(platform, None)

    def forget(self, letters: Iterable[int]) -> None:
        """These have gone, or will not."""
        for letter in letters:
            self._failed.pop(letter, None)

    def judged(self, platform: str, letter: int, later: Later, at: datetime) -> Later:
        """Where another letter was taken since this one last failed, this one is to blame.

        Not the platform then, although nobody answered.
        """
        if not later.away:
            return later
        self._since.setdefault(platform, at)
        before, taken = self._failed.get(letter), self._taken.get(platform)
        self._failed[letter] = at
        if before and taken and taken > before:
            return Later(later.reason, later.after)
        return later

    def lasts(self, platform: str, at: datetime) -> timedelta:
        """For how long a platform has answered nobody."""
        return at - self._since.get(platform, at)
