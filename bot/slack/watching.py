"""What keeps Slack from being heard until somebody acts, and who is told of it."""

from __future__ import annotations

from typing import Protocol

import structlog

log = structlog.get_logger("slack")


class Watch(Protocol):
    """Tells staff of a trouble once, and once when it is over."""

    async def notice(self, kind: str, reason: str) -> None:
        """It does not let us hear until somebody does something about it."""

    async def over(self, kind: str) -> None:
        """It lets us hear."""


class Unwatched:
    """Where nobody can be told, it stands in the log."""

    async def notice(self, kind: str, reason: str) -> None:
        """Log it."""
        log.warning("slack_trouble", kind=kind, reason=reason)

    async def over(self, kind: str) -> None:
        """Nothing is known to be wrong."""
