"""What only some platforms can do; the others simply lack these methods."""

from __future__ import annotations

from typing import Protocol, runtime_checkable

from bot.platform import Address, Event, Gate


class Witness(Gate, Protocol):
    """The door, for a listener that also hears what happens to the bot itself."""

    async def happened(self, event: Event) -> None:
        """Remember what happened to the bot. Raises `storage.database.Gone` like `handle`."""


@runtime_checkable
class Forum(Protocol):
    """A platform that has chats with topics. Both raise what sends raise."""

    async def open_topic(self, address: Address, title: str) -> str:
        """Make a topic; give its thread."""

    async def close_topic(self, address: Address, *, closed: bool) -> None:
        """Close or reopen a topic; to do so twice is harmless."""


@runtime_checkable
class Inviting(Protocol):
    """A platform on which a code can be carried by a link."""

    def invitation(self, code: str) -> str | None:
        """The link by which somebody joins; None while it is not known."""
